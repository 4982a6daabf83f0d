"""Servers for blocking clients and for programs in other processes, and what they were told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from amisdk.testing import FakeAsterisk, ScriptedServer
from amisdk.testing.scripted import Script

__all__ = ["BOUND", "Fake", "faking", "playing"]

BOUND = 60.0
"""Seconds after which something hangs."""


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
