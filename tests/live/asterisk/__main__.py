"""One real server of each version, on fixed ports, to play with: ``up``, ``down``, ``status``.

Rules:

- A server that is up is known by its record in the cache directory: its process, its directory,
  its ports and accounts. Only the process in the record is ever ended, and only if it still is
  that Asterisk.
- ``up`` and ``down`` may be repeated; what is already so stays so.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from . import servers, trees

PORTS = {major: (15000 + major, 15100 + major) for major in trees.MAJORS}


@dataclass(frozen=True)
class Record:
    """A server that was started to outlive its starter."""

    major: int
    version: str
    pid: int
    home: str
    port: int
    tls_port: int
    ca_file: str
    users: dict[str, str]

    @classmethod
    def read(cls, major: int) -> "Record | None":
        """Return the record of a server that runs, or None."""
        try:
            record = cls(**json.loads(_place(major).read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return record if record.runs() else None

    def write(self) -> None:
        """Keep the record, for nobody else to read: it holds passwords."""
        place = _place(self.major)
        place.unlink(missing_ok=True)
        with os.fdopen(os.open(place, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)

    def runs(self) -> bool:
        """Tell whether the process is there and is that server, not a later one of its number."""
        try:
            command = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return False
        return Path(self.home).name.encode() in command

    def end(self) -> None:
        """End the server, gently and then not, and remove what it kept."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + 10.0
            if self.runs():
                os.kill(self.pid, number)
            while self.runs() and time.monotonic() < deadline:
                time.sleep(0.05)
        shutil.rmtree(self.home, ignore_errors=True)
        _place(self.major).unlink(missing_ok=True)

    def describe(self) -> str:
        """Return how to reach it."""
        return "\n".join(
            (
                f"Asterisk {self.version} (process {self.pid})",
                f"  AMI      admin:{self.users['admin']}@{servers.HOST}:{self.port}",
                f"  AMI/TLS  {servers.HOST}:{self.tls_port}, trust {self.ca_file}",
                "  others   "
                + ", ".join(f"{n}:{s}" for n, s in self.users.items() if n != "admin"),
                f"  log      {self.home}/log/messages.log",
            )
        )


def main() -> int:
    """Run the command named on the command line and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.live.asterisk", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=("build", "up", "down", "status"))
    command = parser.parse_args().command
    if command in ("build", "up"):
        if reason := trees.why_not():
            print(f"No real Asterisk here: {reason}.", file=sys.stderr)
            return 1
        with ThreadPoolExecutor() as pool:
            list(pool.map(trees.build, trees.MAJORS))
    if command == "build":
        print("\n".join(f"{trees.cache_dir() / str(major)}" for major in trees.MAJORS))
    elif command == "down":
        for major in trees.MAJORS:
            _down(major)
    else:
        for major in trees.MAJORS:
            record = _up(major) if command == "up" else Record.read(major)
            print(record.describe() if record else f"Asterisk {major} is down.")
        if command == "up":
            print("Dial Local/100@scenarios; what can be dialled: head of etc/extensions.conf.")
            print("Who may do what: head of etc/manager.conf.")
    return 0


def _up(major: int) -> Record:
    """Return the record of a server that runs, started if it did not."""
    with trees.locked(f"{major}.json"):
        return Record.read(major) or _start(major)


def _down(major: int) -> None:
    """End the server of a version, if it runs."""
    if Record.read(major) is None:
        return  # without so much as making the cache directory
    with trees.locked(f"{major}.json"):
        if record := Record.read(major):
            record.end()
            print(f"Asterisk {record.version} is down.")


def _start(major: int) -> Record:
    port, tls_port = PORTS[major]
    server = servers.Server(major, port=port, tls_port=tls_port, detached=True)
    server.start()
    assert server.pid is not None
    users = {account.username: account.secret for account in server.users.values()}
    record = Record(
        major,
        server.version,
        server.pid,
        str(server.home),
        server.port,
        server.tls_port,
        str(server.ca_file),
        users,
    )
    record.write()
    return record


def _place(major: int) -> Path:
    return trees.cache_dir() / f"{major}.json"


if __name__ == "__main__":
    sys.exit(main())
