"""What tests of the command need: a server, an environment of its own, and ways to call it."""

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self

import pytest

from amisdk.cli import main
from amisdk.testing import FakeAsterisk

PATIENCE = 30.0
"""Seconds after which a command hangs."""

PROGRAM = """
import signal, sys
# Where tests run in the background, children inherit that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from amisdk.cli import main
sys.exit(main())
"""
TAKE_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
"""


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the command an environment without anything of who runs the tests."""
    for name in list(os.environ):
        if name.startswith(("AMI_", "AMISDK_", "_AMISDK", "COLUMNS", "FORCE_COLOR", "NO_COLOR")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    return home


@pytest.fixture
def fake() -> Iterator[FakeAsterisk]:
    """Run a server."""
    with FakeAsterisk() as server:
        yield server


@pytest.fixture
def server(fake: FakeAsterisk, monkeypatch: pytest.MonkeyPatch) -> FakeAsterisk:
    """Run a server that the environment tells of."""
    monkeypatch.setenv("AMI_HOST", "127.0.0.1")
    monkeypatch.setenv("AMI_PORT", str(fake.port))
    monkeypatch.setenv("AMI_USERNAME", fake.username)
    monkeypatch.setenv("AMI_SECRET", fake.secret)
    return fake


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command in this process."""

    def run(*arguments: str | Path) -> Result:
        capsys.readouterr()
        try:
            code = main([str(one) for one in arguments])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        told = capsys.readouterr()
        return Result(int(code), told.out, told.err)

    return run


class Process:
    """The command in a process of its own, its output in pipes."""

    def __init__(self, *arguments: str | Path) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """Read a line of standard output."""
        assert self.popen.stdout is not None
        return _line(self.popen.stdout.fileno())

    def told(self) -> str:
        """Read a line of standard error."""
        assert self.popen.stderr is not None
        return _line(self.popen.stderr.fileno())

    def end(self, by: signal.Signals | None = None) -> Result:
        """Wait for the end, after a signal if there is to be one."""
        if by is not None:
            self.popen.send_signal(by)
        out, err = self.popen.communicate(timeout=PATIENCE)
        return Result(self.popen.returncode, out, err)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.popen.kill()
        self.popen.communicate()


def _line(file: int) -> str:
    """Read a line and nothing beyond it: what a buffer held would be lost to ``communicate``."""
    data = b""
    while not data.endswith(b"\n"):
        more = os.read(file, 1)
        if not more:
            break
        data += more
    return data.decode().rstrip("\n")


class Terminal:
    """The command in a terminal."""

    def __init__(self, *arguments: str | Path) -> None:
        self._file, end = pty.openpty()
        self._popen = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", TAKE_TERMINAL + PROGRAM, *map(str, arguments)],
            stdin=end,
            stdout=end,
            stderr=end,
            start_new_session=True,
        )
        os.close(end)
        self.seen = ""

    def read(self, until: str) -> str:
        """Read until something shows, and return all that was seen."""
        deadline = monotonic() + PATIENCE
        while until not in self.seen:
            if not self._read(deadline):
                raise AssertionError(f"{until!r} did not come, but {self.seen!r}")
        return self.seen

    def _read(self, deadline: float) -> bool:
        """Read what has come; False at the end."""
        if not select.select([self._file], [], [], max(0.0, deadline - monotonic()))[0]:
            raise AssertionError(f"nothing comes after {self.seen!r}")
        try:
            data = os.read(self._file, 65536)
        except OSError:  # the other end is closed
            return False
        self.seen += data.decode("utf-8", "replace")
        return bool(data)

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._file, text.encode())

    def interrupt(self) -> int:
        """Type Ctrl-C, and return the exit code.

        Again if need be: Python does not notice one that comes right before it begins to read.
        """
        deadline = monotonic() + PATIENCE
        while self._popen.poll() is None and monotonic() < deadline:
            self.type("\x03")
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(1.0)
        return self.end()

    def end(self) -> int:
        """Wait for the end, and return the exit code."""
        deadline = monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self._popen.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._popen.kill()
        self._popen.wait()
        os.close(self._file)


@pytest.fixture
def spawn() -> Iterator[Callable[..., Process]]:
    """Call the command in processes of their own."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(Process(*arguments))


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Call the command in terminals."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(Terminal(*arguments))
