"""Real Asterisk servers: started for a test, ended with it, any number side by side.

Rules:

- A server runs inside its tree (see ``trees``) as a child process, and only that process is ended.
- All it reads and writes is in a throwaway directory ``<tree>/var/amisdk/<unique>``: the
  configuration rendered from ``etc/``, keys, database, spool, logs. ``stop`` removes it, unless
  AMISDK_KEEP_ASTERISK is set.
- It listens on 127.0.0.1 only, on ports picked free when it is first started.
- If this process dies, however it dies, a watchdog ends the server and removes its directory.
"""

import contextlib
import os
import random
import secrets
import shutil
import socket
import string
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from . import trees

__all__ = ["ROLES", "Account", "Server", "StartError"]

ROLES = ("admin", "readonly", "calls", "dialplan", "filtered", "deaf", "elsewhere", "patient")
"""The manager users; etc/manager.conf says what each may do."""

TEMPLATES = Path(__file__).parent / "etc"
HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds; a start takes a few, also where several run at once
PORTS = ("sip", "pjsip", "iax", "skinny", "nobody", "registrar")
RTP_PORTS = 200

# Ends the server ($0) and removes its directory ($1) once the other end of its input is gone.
WATCHDOG = 'read -r _; kill -KILL "$0"; [ -n "$1" ] && rm -rf "$1"'


class StartError(Exception):
    """A server did not come up; the message ends with its log's last lines."""


class Account(NamedTuple):
    """A manager user's name and password."""

    username: str
    secret: str


class _Template(string.Template):
    """A template whose names are written ``%%{name}``, since Asterisk itself uses ``${name}``."""

    delimiter = "%%"


class Server:
    """One instance of a real Asterisk, on 127.0.0.1.

    Args:
        major: One of trees.MAJORS.
        port: The manager's port; 0 picks a free one.
        tls_port: The manager's port for TLS; 0 picks a free one.
        detached: Let the server outlive this process.
        without: Files of modules that it shall not have, such as ``app_voicemail.so``.
        added: A directory with further modules, see ``trees.compiled``.
    """

    def __init__(
        self,
        major: int,
        *,
        port: int = 0,
        tls_port: int = 0,
        detached: bool = False,
        without: Collection[str] = (),
        added: Path | None = None,
    ) -> None:
        self.major = major
        self.host = HOST
        self.port = port
        self.tls_port = tls_port
        self.ports: Mapping[str, int] = {}
        """The ports of its other services, and those that its registrations go to, as in etc/."""
        self.users: Mapping[str, Account] = {
            role: Account(role, secrets.token_hex(12)) for role in ROLES
        }
        self._detached = detached
        self._without = without
        self._added = added
        self._home: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        self.stop()

    @cached_property
    def tree(self) -> Path:
        """The tree it runs in, built on first use."""
        return trees.build(self.major)

    @cached_property
    def version(self) -> str:
        """The version the server's binary reports, such as ``22.10.1``."""
        return trees.version(self.tree)

    @property
    def home(self) -> Path:
        """The instance's own directory, as seen from outside the tree."""
        if self._home is None:
            raise RuntimeError("the server was never started")
        return self._home

    @property
    def ca_file(self) -> Path:
        """The certificate (PEM) a TLS client must trust."""
        return self.home / "tls" / "ca.pem"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs, else None."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it is fully booted.

        After ``kill`` it comes back with the same ports and accounts, and what it had saved. One
        that runs is only waited for: it may be restarting itself.

        Raises:
            StartError: It ended, or was not ready in time.
            BuildError: Its tree could not be built.
        """
        try:
            if self._home is None:
                self._prepare()
            if self.pid is None:
                self._launch()
            self._wait_until_booted()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server and remove its directory; harmless if it does not run."""
        self._end()
        if self._home is not None and not os.environ.get("AMISDK_KEEP_ASTERISK"):
            shutil.rmtree(self._home, ignore_errors=True)
        self._home = None

    def kill(self) -> None:
        """End the server at once (SIGKILL), as a crash would; its directory stays."""
        if self._process is not None:
            self._process.kill()
        self._end()

    def restart(self) -> None:
        """End the server in good order and start it again, with the same ports and accounts."""
        self._end()
        self.start()

    def cli(self, command: str) -> str:
        """Run a command in the server's own console and return what it printed.

        Raises:
            RuntimeError: The server does not run.
        """
        done = self._remote(command)
        if done.returncode != 0:
            raise RuntimeError(f"no answer to {command!r}: {done.stdout}{done.stderr}".rstrip())
        return done.stdout

    def log(self) -> str:
        """Return what the server has logged, and what it printed."""
        files = (self.home / "log" / name for name in ("messages.log", "console"))
        return "".join(f.read_text(errors="replace") for f in files if f.exists())

    def _prepare(self) -> None:
        """Make the instance's directory: ports, configuration, keys."""
        instances = self.tree / "var" / "amisdk"
        instances.mkdir(exist_ok=True)
        self._home = Path(tempfile.mkdtemp(prefix="", dir=instances))
        for name in ("etc", "tls", "keys", "run", "db", "cache", "spool", "log", "lib"):
            (self._home / name).mkdir()
        names = ("port", "tls_port", *PORTS)
        ports = dict(zip(names, _free_ports(len(names)), strict=True))
        self.port = self.port or ports["port"]
        self.tls_port = self.tls_port or ports["tls_port"]
        self.ports = ports
        rtp = random.randrange(16000, 20000, RTP_PORTS)  # Asterisk passes over those in use
        values = {
            **{f"{name}_port": number for name, number in ports.items()},
            **{f"{role}_secret": account.secret for role, account in self.users.items()},
            "port": self.port,
            "tls_port": self.tls_port,
            "rtp_first": rtp,
            "rtp_last": rtp + RTP_PORTS // 2 - 1,
            "udptl_first": rtp + RTP_PORTS // 2,
            "udptl_last": rtp + RTP_PORTS - 1,
            "home": self._inside(),
            "modules": self._prepare_modules(),
        }
        for template in TEMPLATES.iterdir():
            text = _Template(template.read_text()).substitute(values)
            (self._home / "etc" / template.name).write_text(text)
        self._make_keys()

    def _prepare_modules(self) -> str:
        """Return the directory of the server's modules, as seen from inside the tree."""
        packaged = next(self.tree.glob("usr/lib/**/asterisk/modules"))
        inside = f"/{packaged.relative_to(self.tree)}"
        if not self._without and self._added is None:
            return inside
        own = self.home / "modules"
        own.mkdir()
        for module in packaged.glob("*.so"):
            if module.name not in self._without:
                (own / module.name).symlink_to(f"{inside}/{module.name}")
        if self._added is not None:
            for module in self._added.glob("*.so"):
                shutil.copy(module, own)
        return f"{self._inside()}/modules"

    def _make_keys(self) -> None:
        """Make a CA, and a certificate for 127.0.0.1 and localhost that it signs."""
        script = """
        cd "$0/tls"
        new="openssl req -config ../etc/openssl.cnf -nodes -newkey ec"
        new="$new -pkeyopt ec_paramgen_curve:prime256v1"
        $new -x509 -days 30 -extensions ca -subj '/CN=amisdk live tests' \
            -keyout ca.key -out ca.pem
        $new -subj /CN=localhost -keyout server.key -out server.csr
        openssl x509 -req -days 30 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
            -extfile ../etc/openssl.cnf -extensions server -out server.pem
        """
        trees.run_in(self.tree, "sh", "-ec", script, self._inside())

    def _launch(self) -> None:
        """Start the process, and the watchdog over it."""
        home = self.home
        for port in (self.port, self.tls_port):
            if not _is_free(port):  # Asterisk would start all the same, and another one answer
                raise StartError(f"port {port} of {HOST} is in use")
        with (home / "log" / "console").open("ab") as console:
            self._process = subprocess.Popen(
                ["chroot", self.tree, *self._asterisk(), "-f"],
                env=trees.ENVIRONMENT | {"HOME": self._inside()},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if not self._detached:
            # A watchdog, as PR_SET_PDEATHSIG would end the server with the thread that started it.
            doomed = "" if os.environ.get("AMISDK_KEEP_ASTERISK") else str(home)
            self._watchdog = subprocess.Popen(
                ["sh", "-c", WATCHDOG, str(self._process.pid), doomed],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _wait_until_booted(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.pid is not None and (left := deadline - time.monotonic()) > 0:
            if _greets(self.port):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    if self._remote("core waitfullybooted", timeout=left).returncode == 0:
                        return
            time.sleep(0.05)
        what = "was not ready in time" if self.pid is not None else "ended while starting"
        tail = "\n".join(self.log().splitlines()[-20:])
        raise StartError(f"Asterisk {self.major} {what}:\n{tail}")

    def _end(self) -> None:
        """End the process, gently and then not, and its watchdog."""
        if self._watchdog is not None:
            self._watchdog.kill()
            self._watchdog.communicate()
            self._watchdog = None
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _remote(self, command: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
        line = (*self._asterisk(), "-rx", command)
        return trees.run_in(self.tree, *line, timeout=timeout, check=False)

    def _asterisk(self) -> tuple[str, ...]:
        return ("/usr/sbin/asterisk", "-C", f"{self._inside()}/etc/asterisk.conf")

    def _inside(self) -> str:
        """Return the instance's directory as seen from inside the tree."""
        return f"/var/amisdk/{self.home.name}"


def _free_ports(count: int) -> list[int]:
    """Pick free ports.

    They lie below those the kernel hands to clients: a client which keeps trying a closed port of
    that range may end up connected to itself.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20000, 32000)
        if port not in found and _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    """Tell whether nobody listens on the port, neither on TCP nor on UDP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        # As servers do: old connections, which linger after a restart, are no hindrance.
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tcp.bind((HOST, port))
            udp.bind((HOST, port))
        except OSError:
            return False
    return True


def _greets(port: int) -> bool:
    """Tell whether a connection to the port is met with the manager's greeting."""
    try:
        with socket.create_connection((HOST, port), timeout=5.0) as client:
            return client.recv(64).startswith(b"Asterisk Call Manager/")
    except OSError:
        return False
