"""The Debian trees that hold the real Asterisk servers: one directory a major version, built once.

Rules:

- A tree is a minimal Debian with Asterisk in it, made by ``debootstrap`` and ``apt-get`` from the
  default mirrors. It is never changed after it is complete: what a running server writes goes to
  a directory of its own (see ``servers``).
- Trees live in ``cache_dir()``: ``16`` and ``22``. A tree is built beside its place under a file
  lock and renamed when complete, so what is there is whole and two test runs may start at once.
- A tree remembers the recipe it was made by; when the recipe here changes, it is built anew.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":  # why_not() must be able to tell
    import fcntl

__all__ = [
    "MAJORS",
    "BuildError",
    "build",
    "cache_dir",
    "is_built",
    "locked",
    "run_in",
    "version",
    "why_not",
]


class BuildError(Exception):
    """A tree could not be built; the message ends with the build's last lines."""


@dataclass(frozen=True)
class Recipe:
    """What a tree is made of."""

    suite: str
    """Debian's release."""
    packages: tuple[str, ...]
    """Installed with their dependencies."""
    unpacked: tuple[str, ...]
    """Only unpacked, because their dependencies would bring in a compiler and a kernel."""


# chan_dahdi answers to the manager without any hardware, once its libraries are there.
DAHDI = ("asterisk-dahdi", "libopenr2-3", "libpri1.4", "libss7-2.0", "libtonezone2.0")

RECIPES = {
    16: Recipe("bullseye", ("asterisk", "asterisk-voicemail", "openssl"), DAHDI),
    22: Recipe("forky", ("asterisk", "openssl"), DAHDI),
}

MAJORS = tuple(RECIPES)
"""The major versions of Asterisk that can be had here."""

RECIPE_FILE = "amisdk-recipe"
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C",
    "DEBIAN_FRONTEND": "noninteractive",
}


def cache_dir() -> Path:
    """Return the directory of the trees."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "amisdk" / "asterisk"


def why_not() -> str | None:
    """Return why no real server can be had on this machine, or None if one can."""
    if not sys.platform.startswith("linux"):
        return "needs Linux"
    if os.geteuid() != 0:
        return "needs root (for chroot)"
    if all(map(is_built, MAJORS)) or shutil.which("debootstrap") or shutil.which("apt-get"):
        return None
    return "needs Debian (debootstrap, or apt-get to install it)"


def is_built(major: int) -> bool:
    """Tell whether the tree of a major version is there, made by today's recipe."""
    try:
        return (cache_dir() / str(major) / RECIPE_FILE).read_text() == repr(RECIPES[major])
    except OSError:
        return False


def build(major: int) -> Path:
    """Return the tree of a major version, building it first if it is not there.

    Args:
        major: One of MAJORS.

    Raises:
        BuildError: Debian's tools failed, or now deliver another major version.
    """
    place = cache_dir() / str(major)
    if is_built(major):
        return place
    cache_dir().mkdir(parents=True, exist_ok=True)
    with locked("debootstrap"):
        _install_debootstrap()
    with locked(str(major)):
        if not is_built(major):
            partial, old = place.with_name(f"{major}.partial"), place.with_name(f"{major}.old")
            _remove(partial)
            try:
                _fill(partial, major)
                if place.exists():
                    place.rename(old)
                partial.rename(place)
            finally:
                _remove(partial)
                _remove(old)
    return place


def version(tree: Path) -> str:
    """Return the version that a tree's Asterisk reports, such as ``22.10.1``."""
    reported = run_in(tree, "asterisk", "-V").stdout
    found = re.search(r"\d+(\.\d+)+", reported)
    return found.group() if found else reported.strip()


def run_in(
    tree: Path, *command: str, timeout: float = 60.0, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command inside a tree and return it completed, with its output as text."""
    return subprocess.run(
        ["chroot", tree, *command],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=timeout,
        check=check,
    )


def _fill(tree: Path, major: int) -> None:
    """Make a complete tree at a place where nothing is."""
    recipe = RECIPES[major]
    # Mirror: the default. Script: one for every suite, as debootstrap may not know a new one yet.
    _run("debootstrap", "--variant=minbase", recipe.suite, str(tree), "", "sid")
    _write(tree / "usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", mode=0o755)  # starts no daemon
    _write(
        tree / "etc/dpkg/dpkg.cfg.d/amisdk",
        "force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\n",
    )
    install = ("apt-get", "install", "--yes", "--no-install-recommends")
    _run("chroot", str(tree), *install, *recipe.packages)
    unpack = (
        f"cd /tmp && apt-get download {' '.join(recipe.unpacked)}"
        " && for package in *.deb; do dpkg-deb --extract $package /; rm $package; done"
    )
    _run("chroot", str(tree), "sh", "-ec", unpack)
    _run("chroot", str(tree), "apt-get", "clean")
    reported = version(tree)
    if not reported.startswith(f"{major}."):
        raise BuildError(f"Debian's {recipe.suite} now has Asterisk {reported}, not {major}")
    _write(tree / RECIPE_FILE, repr(recipe))


def _install_debootstrap() -> None:
    if shutil.which("debootstrap"):
        return
    install = ("apt-get", "install", "--yes", "--no-install-recommends")
    _run("apt-get", "update")
    _run(*install, "debootstrap", "debian-archive-keyring")


def _run(*command: str) -> None:
    """Run a command of a build; raise BuildError with its last lines if it fails."""
    done = subprocess.run(
        command,
        check=False,
        env=ENVIRONMENT | {k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise BuildError(f"{' '.join(command)} ended with {done.returncode}:\n{tail}")


def _remove(tree: Path) -> None:
    """Remove a tree, but nothing that a broken build may have left mounted in it."""
    subprocess.run(["rm", "-rf", "--one-file-system", tree], check=True)


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock of this name against every other process and thread."""
    with (cache_dir() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
