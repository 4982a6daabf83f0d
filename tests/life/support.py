"""Servers in a thread of their own, for blocking clients and for programs in other processes."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from amisdk.testing import FakeAsterisk
from tests.support import Serve, serving

__all__ = ["BOUND", "Backstage", "faking", "playing"]

T = TypeVar("T")

BOUND = 60.0
"""Seconds after which something hangs."""


class Backstage:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="backstage")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(BOUND)
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there, and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(BOUND)


@contextmanager
def playing(serve: Serve) -> Iterator[int]:
    """Listen on 127.0.0.1, play `serve` to each client, and give the port."""
    with Backstage() as stage:
        server = serving(serve)
        port = stage.run(server.__aenter__())
        try:
            yield port
        finally:
            stage.run(server.__aexit__(None, None, None))


class Fake:
    """A `FakeAsterisk` of another thread."""

    def __init__(self, stage: Backstage, server: FakeAsterisk) -> None:
        self._stage = stage
        self.server = server
        self.port = server.port
        self.url = server.url

    def emit(self, *events: Any) -> None:
        """Send events to every session that wants them."""

        async def send() -> None:
            for event in events:
                self.server.emit(event)

        self._stage.run(send())

    def drop(self) -> None:
        """End all connections."""

        async def drop() -> None:
            for session in list(self.server._sessions):
                session.drop()

        self._stage.run(drop())

    @property
    def sessions(self) -> int:
        """How many connections there are."""
        return len(self.server._sessions)

    def names(self) -> list[str]:
        """The names of all actions that came."""
        return [action["Action"] for action in list(self.server.received)]


@contextmanager
def faking(**options: Any) -> Iterator[Fake]:
    """Run a `FakeAsterisk`."""
    with Backstage() as stage:
        server = FakeAsterisk(**options)
        stage.run(server.start())
        try:
            yield Fake(stage, server)
        finally:
            stage.run(server.stop())
