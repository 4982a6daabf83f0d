"""The Debian trees that hold the real Asterisk servers: one directory a major version, built once.

Rules:

- A tree is a minimal Debian with Asterisk in it, made by ``debootstrap`` and ``apt-get`` from the
  default mirrors. It is never changed after it is complete: what a running server writes goes to
  a directory of its own (see ``servers``).
- Trees live in ``cache_dir()``: ``16`` and ``22``. A tree is built beside its place under a file
  lock and renamed when complete, so what is there is whole and two test runs may start at once.
- A tree remembers the recipe it was made by; when the recipe here changes, it is built anew.
- What Debian's packages leave out of Asterisk is compiled on demand (``compiled``), in a copy of
  the tree, and kept beside it: only the tests that want it need a compiler.
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
    "compiled",
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
    tests: tuple[str, ...]
    """Modules from asterisk-tests; all the others there would be loaded, too."""


# chan_dahdi answers to the manager without any hardware, once its libraries are there.
DAHDI = ("asterisk-dahdi", "libopenr2-3", "libpri1.4", "libss7-2.0", "libtonezone2.0")

# Raises every security event there is, on demand.
TESTS = ("test_security_events.so",)

RECIPES = {
    16: Recipe("bullseye", ("asterisk", "asterisk-voicemail", "openssl"), DAHDI, TESTS),
    22: Recipe("forky", ("asterisk", "openssl"), DAHDI, TESTS),
}

MAJORS = tuple(RECIPES)
"""The major versions of Asterisk that can be had here."""

RECIPE_FILE = "amisdk-recipe"

# Debian does not build them, as they exclude app_voicemail. Their code is the same in all versions
# here, and forky's source can be had (bullseye's cannot everywhere).
COMPILED = ("res_mwi_external", "res_mwi_external_ami")
SOURCE = "deb-src [signed-by=/tmp/keyring.gpg] "

COMPILE = f"""
cd /tmp
apt-get install --yes --no-install-recommends gcc libc6-dev xz-utils
apt-get download asterisk-dev
dpkg-deb --extract asterisk-dev_*.deb headers
mv sources.list /etc/apt
apt-get --option Acquire::Check-Valid-Until=false update
apt-get source --download-only asterisk
for module in {" ".join(COMPILED)}; do
    tar --extract --wildcards --strip-components=2 --file asterisk_*.orig.tar.xz "*/res/$module.c"
    gcc -shared -fPIC -O2 -pthread -D_GNU_SOURCE -Iheaders/usr/include \\
        -DAST_MODULE='"'$module'"' -DAST_MODULE_SELF_SYM=__internal_${{module}}_self \\
        -o $module.so $module.c
done
"""
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


def compiled(major: int) -> Path:
    """Return a directory with the modules in COMPILED for a version, compiled if not there yet.

    Raises:
        BuildError: Debian's tools failed, or there is no source or compiler to be had.
    """
    tree = build(major)
    package = run_in(tree, "dpkg-query", "--show", "asterisk-modules").stdout
    recipe = f"{package}{COMPILE}"
    place = cache_dir() / f"{major}-compiled"
    marker = place / RECIPE_FILE
    with locked(place.name):
        if not marker.exists() or marker.read_text() != recipe:
            _remove(place)
            place.mkdir()
            _compile(tree, place)
            _write(marker, recipe)
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
    wanted = " ".join(f"'*/{name}'" for name in recipe.tests)
    pick = (
        "cd /tmp && apt-get download asterisk-tests && dpkg-deb --fsys-tarfile asterisk-tests_*.deb"
        f" | tar --extract --directory / --wildcards {wanted} && rm asterisk-tests_*.deb"
    )
    _run("chroot", str(tree), "sh", "-ec", pick)
    _run("chroot", str(tree), "apt-get", "clean")
    reported = version(tree)
    if not reported.startswith(f"{major}."):
        raise BuildError(f"Debian's {recipe.suite} now has Asterisk {reported}, not {major}")
    _write(tree / RECIPE_FILE, repr(recipe))


def _compile(tree: Path, place: Path) -> None:
    """Compile modules in a copy of a tree, which then has a compiler, and keep only the modules."""
    scratch = place.with_name(f"{place.name}.partial")
    _remove(scratch)
    scratch.mkdir()
    try:
        # All but the directories of servers, which come and go.
        copy = 'tar --create --exclude=./var/amisdk . | tar --extract --directory "$1"'
        _run("sh", "-ec", f'cd "$0" && {copy}', str(tree), str(scratch))
        newest = build(max(MAJORS))
        for keyring in newest.glob("usr/share/keyrings/debian-archive-keyring.*"):
            shutil.copy(keyring, scratch / "tmp" / "keyring.gpg")
        origin = (newest / "etc/apt/sources.list").read_text().replace("deb ", SOURCE, 1)
        _write(scratch / "tmp/sources.list", origin)
        _run("chroot", str(scratch), "sh", "-ec", COMPILE)
        for module in COMPILED:
            shutil.copy(scratch / "tmp" / f"{module}.so", place)
    finally:
        _remove(scratch)


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
