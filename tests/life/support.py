"""Servers for blocking clients and for programs in other processes, and what they were told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import dedent
from typing import Any, Self

from amisdk.testing import FakeAsterisk, ScriptedServer
from amisdk.testing.scripted import Script

__all__ = ["BOUND", "Fake", "Program", "eventually", "faking", "playing", "run"]

BOUND = 60.0
"""Seconds after which something hangs."""
ROOT = Path(__file__).parent.parent.parent


def eventually(what: Callable[[], bool]) -> bool:
    """Wait until something is so; tell whether it came to be."""
    until = time.monotonic() + BOUND
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


class Program:
    """A small program in a process of its own; it begins with `tests.life.prelude`."""

    def __init__(self, text: str, port: int, *flags: str) -> None:
        source = f"from tests.life.prelude import *\n{dedent(text)}"
        self._process = subprocess.Popen(
            [sys.executable, "-X", "dev", *flags, "-c", source, str(port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that its children can be ended with it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def until_ready(self) -> None:
        """Wait until it says that it is."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line == "ready\n", line + self._process.communicate()[1]

    def interrupt(self, number: int = signal.SIGINT) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self) -> tuple[int, str, str]:
        """Wait for its end; return its exit code and what it wrote."""
        out, err = self._process.communicate(timeout=BOUND)
        return self._process.returncode, out, err


def run(text: str, port: int, *flags: str) -> str:
    """Run a small program that ends well and without a word of complaint; return its output."""
    with Program(text, port, *flags) as program:
        code, out, err = program.end()
    assert (code, err) == (0, ""), f"exit code {code}\n{out}{err}"
    return out


@contextmanager
def playing(script: Script) -> Iterator[int]:
    """Play a script to each client, and give the port."""
    with ScriptedServer(script) as server:
        yield server.port


class Fake:
    """A `FakeAsterisk`, and what a test of a client's life asks of it."""

    def __init__(self, server: FakeAsterisk) -> None:
        self.server = server
        self.port = server.port
        self.url = server.url

    def emit(self, *events: Any) -> None:
        """Send events to every session that wants them."""
        for event in events:
            self.server.emit(event)

    def drop(self) -> None:
        """End all connections."""
        self.server.call(self._drop)

    def _drop(self) -> None:
        for peer in self.server.peers:
            peer.reset()

    @property
    def sessions(self) -> int:
        """How many connections there are."""
        return len(self.server.peers)

    def names(self) -> list[str]:
        """The names of all actions that came."""
        return [action["Action"] for action in list(self.server.received)]


@contextmanager
def faking(**options: Any) -> Iterator[Fake]:
    """Run a `FakeAsterisk`."""
    with FakeAsterisk(**options) as server:
        yield Fake(server)
