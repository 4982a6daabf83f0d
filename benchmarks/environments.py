"""Where each client is run: an environment of its own in the cache directory, made once.

None of the others is ever a dependency of ours. Our own has pydantic and nothing else; the sources
are those of this repository.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

__all__ = [
    "CACHE",
    "CLIENTS",
    "OURS",
    "Client",
    "NotThere",
    "Place",
    "compile_for",
    "prepare",
    "pythons",
]

ROOT = Path(__file__).parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "amisdk" / "bench"
SCRIPTS = Path(__file__).parent / "clients"
MINORS = (11, 12, 13, 14)
PATIENCE = 600
"""Seconds that an installation may take."""


class NotThere(Exception):
    """A client cannot be measured; the message says why."""


@dataclass(frozen=True)
class Client:
    """A client to measure."""

    name: str
    script: str
    package: str
    """What to install, with its version."""
    node: bool = False

    @property
    def label(self) -> str:
        """Its name and version."""
        return self.package.replace("==", " ").replace("@", " ")


OURS = Client("amisdk", "amisdk_client.py", f"pydantic=={version('pydantic')}")
CLIENTS = (
    Client("panoramisk", "panoramisk_client.py", "panoramisk==1.4"),
    Client("asterisk-ami", "asterisk_ami_client.py", "asterisk-ami==0.1.7"),
    Client("pystrix", "pystrix_client.py", "pystrix==1.3.0"),
    Client("pyami-asterisk", "pyami_asterisk_client.py", "pyami-asterisk==1.5.2"),
    Client("ami-io", "ami_io_client.js", "ami-io@1.2.1", node=True),
    Client("asterisk-manager", "asterisk_manager_client.js", "asterisk-manager@0.2.0", node=True),
)


@dataclass(frozen=True)
class Place:
    """An environment that is there."""

    client: Client
    home: Path
    python: str

    def command(self, script: str | None = None) -> list[str]:
        """Return the command that runs the client's script, or another one."""
        file = str(SCRIPTS / (script or self.client.script))
        if self.client.node:
            return ["node", file]
        return [str(self.home / "bin" / "python"), file]

    def variables(self) -> dict[str, str]:
        """Return the environment variables that it is run with."""
        kept = {
            name: os.environ[name]
            for name in ("PATH", "HOME", "LANG", "AMISDK_PURE")
            if name in os.environ
        }
        if self.client.node:
            modules = str(self.home / "node_modules")
            return {**kept, "NODE_PATH": modules, "MEASURE": str(SCRIPTS / "measure.js")}
        return {**kept, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "generated")))}


def prepare(client: Client, python: str = sys.executable) -> Place:
    """Return a client's environment; make it if it is not there.

    Raises:
        NotThere: It cannot be made.
    """
    if client.node and not (shutil.which("npm") and shutil.which("node")):
        raise NotThere("no npm")
    which = "node" if client.node else number_of(python)
    home = CACHE / "env" / f"{which}-{client.package.replace('==', '-').replace('@', '-')}"
    if not (home / ".ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for command in _installing(client, python, home):
            _run(command, home)
        (home / ".ready").touch()
    return Place(client, home, python)


def compile_for(place: Place) -> None:
    """Build what amisdk has in C for the Python of an environment, as pip does.

    Raises:
        NotThere: It cannot be built.
    """
    pip = [
        str(place.home / "bin" / "python"),
        "-m",
        "pip",
        "--quiet",
        "--disable-pip-version-check",
    ]
    _run([*pip, "install", "--no-deps", "--editable", str(ROOT)], place.home)


def _installing(client: Client, python: str, home: Path) -> list[list[str]]:
    if client.node:
        return [["npm", "install", "--prefix", str(home), "--no-save", client.package]]
    return [[python, "-m", "venv", str(home)], [*_pip(home), "install", client.package]]


def _pip(home: Path) -> list[str]:
    return [str(home / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]


def _run(command: list[str], home: Path) -> None:
    try:
        subprocess.run(
            command, cwd=home, check=True, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.CalledProcessError as error:
        told = (error.stderr or error.stdout).strip().splitlines()
        raise NotThere(f"it cannot be installed: {told[-1] if told else error}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotThere(f"it cannot be installed: {error}") from None


@cache
def number_of(python: str) -> str:
    """Return an interpreter's version, such as 3.11.7."""
    code = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def pythons(minors: tuple[int, ...] = MINORS) -> dict[str, str | None]:
    """Find the interpreters of these versions: name to path, None where there is none."""
    return {f"3.{minor}": _find(minor) for minor in minors}


def _find(minor: int, which: Callable[[str], str | None] = shutil.which) -> str | None:
    candidates = [sys.executable, which(f"python3.{minor}")]
    kept = Path.home() / ".pyenv" / "versions"
    candidates += [str(path) for path in sorted(kept.glob(f"3.{minor}.*/bin/python"), reverse=True)]
    for candidate in candidates:
        if candidate is not None and _is(candidate, minor):
            return candidate
    return None


def _is(python: str, minor: int) -> bool:
    try:
        return number_of(python).startswith(f"3.{minor}.")
    except (OSError, subprocess.CalledProcessError):  # such as a shim of a version that is off
        return False
