"""Servers for blocking clients and for programs in other processes, and what they were told."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from textwrap import dedent
from typing import Any, Self

from amisdk.testing import FakeAsterisk, Peer, ScriptedServer
from amisdk.testing.scripted import Script

__all__ = [
    "BOUND",
    "EVERYWHERE",
    "Fake",
    "Program",
    "eventually",
    "faking",
    "playing",
    "run",
    "serve",
]

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
        self._complaints = TemporaryFile("w+")  # noqa: SIM115 - it lasts as long as this does
        self._process = subprocess.Popen(
            [sys.executable, "-X", "dev", *flags, "-c", source, str(port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            start_new_session=True,  # so that its children can be ended with it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()
        self._process.communicate()
        self._complaints.close()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def line(self) -> str:
        """Read the next line of its output."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def until_ready(self) -> None:
        """Wait until it says that it is."""
        line = self.line()
        assert line == "ready\n", line + "".join(map(str, self.end()))

    def interrupt(self, number: int = signal.SIGINT) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self) -> tuple[int, str, str]:
        """Wait for its end; return its exit code and what it wrote."""
        assert self._process.stdout is not None
        hanging = threading.Timer(BOUND, self._kill)
        hanging.start()
        try:
            out = self._process.stdout.read()
            code = self._process.wait()
        finally:
            hanging.cancel()
        self._complaints.seek(0)
        return code, out, self._complaints.read()

    def end_well(self) -> str:
        """Wait for an end without a word of complaint; return what it wrote."""
        code, out, err = self.end()
        assert (code, err) == (0, ""), f"exit code {code}\n{out}{err}"
        return out


def run(text: str, port: int, *flags: str) -> str:
    """Run a small program that ends well and without a word of complaint; return its output."""
    with Program(text, port, *flags) as program:
        return program.end_well()


EVERYWHERE = """
from tests.life.interrupting import moments, strike

def interrupt():
    raise KeyboardInterrupt

def attempt(work, moment, act=interrupt):
    try:
        return strike(work, moment, act)
    except KeyboardInterrupt:
        return True

def all_moments(work, prepare=lambda: None):
    for _ in range(2):  # the first time, classes are made
        prepare()
        count = moments(work)
    return range(count + 5)
"""
"""What programs begin with that do something at every moment of something else."""


async def serve(peer: Peer) -> None:
    """Let in, and answer all but "Stay"; end the connection at "Drop"."""
    await peer.login()
    while True:
        action = await peer.action()
        if action["Action"] == "Logoff":
            peer.respond(action, response="Goodbye")
            return
        if action["Action"] == "Drop":
            return
        if action["Action"] != "Stay":
            peer.respond(action, "Ping: Pong")


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
        self.server.disconnect(reset=True)

    @property
    def sessions(self) -> int:
        """How many connections there are."""
        return self.server.sessions

    def names(self) -> list[str]:
        """The names of all actions that came."""
        return [action["Action"] for action in self.server.received]


@contextmanager
def faking(**options: Any) -> Iterator[Fake]:
    """Run a `FakeAsterisk`."""
    with FakeAsterisk(**options) as server:
        yield Fake(server)
