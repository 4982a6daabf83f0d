"""Both clients behind one interface, so that a fault is described once and met by both.

A scenario is a coroutine. For the asyncio client it runs in a loop; for the blocking one it is
stepped without a loop, and what it awaits blocks.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar

import pytest

from amisdk import actions, events
from amisdk.async_pump import settle
from amisdk.models import Action, Event, ListAction, Reply
from amisdk.stats import Stats
from amisdk.testing import FakeAsterisk, ScriptedServer

__all__ = ["BOUND", "SECRET", "Ami", "Call", "Drive", "Events", "Signal"]

BOUND = 60.0
"""Seconds after which a scenario hangs; what it waits for comes in a moment."""
SECRET = "s3cr3t-word"

R = TypeVar("R", bound=Reply)
I = TypeVar("I", bound=Event)  # noqa: E741
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
Server = ScriptedServer | FakeAsterisk


class Signal:
    """Something that happens once. Whoever waits for it does so in its own way."""

    def __init__(self) -> None:
        self._future: Future[None] = Future()

    def set(self) -> None:
        """Let it happen; from any thread, and as often as you like."""
        with suppress(InvalidStateError):
            self._future.set_result(None)

    @property
    def happened(self) -> bool:
        return self._future.done()

    def __await__(self) -> Generator[Any, None, None]:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._future.result(BOUND)
            return
        waiter: asyncio.Future[None] = loop.create_future()

        def ring(_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(settle, waiter, None)

        self._future.add_done_callback(ring)
        yield from waiter


class Call(ABC, Generic[T]):
    """An action that somebody else waits for."""

    @abstractmethod
    async def outcome(self) -> T:
        """Wait for what comes of it: the reply, or the error raised."""

    async def error(self) -> BaseException:
        """Wait for the error that comes of it."""
        try:
            reply = await self.outcome()
        except Exception as error:  # noqa: BLE001
            return error
        pytest.fail(f"it was answered: {reply!r}")


class Events(ABC):
    """What a client's `events` returns."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    @property
    def lost(self) -> int:
        lost: int = self.raw.lost
        return lost

    @abstractmethod
    async def next(self) -> Any:
        """Wait for the next event."""

    async def take(self, count: int) -> list[Any]:
        """Wait for so many events."""
        return [await self.next() for _ in range(count)]

    async def rest(self) -> list[Any]:
        """Close it, and return what it still holds."""
        self.raw.close()
        return await self.all()

    @abstractmethod
    async def all(self) -> list[Any]:
        """Return what comes until it ends."""


class Ami(ABC):
    """A client. What it does not have here, `raw` has."""

    raw: Any

    @property
    def stats(self) -> Stats:
        stats: Stats = self.raw.stats
        return stats

    @property
    def connected(self) -> bool:
        connected: bool = self.raw.connected
        return connected

    @property
    def kept(self) -> int:
        """Entries in all the tables that an action may be left in."""
        link = self.raw._link
        session = link._session
        tables = [link._held]
        if session is not None:
            tables += [
                session._pending, session._claiming, session._texts,
                session._abandoned, session._blocking, session._out,
            ]  # fmt: skip
        return sum(map(len, tables))

    def on(self, *wanted: Any, **how: Any) -> Callable[[F], F]:
        """As the client's; a coroutine function is awaited by both."""

        def register(function: F) -> F:
            self.raw.on(*wanted, **how)(self._handler(function))
            return function

        return register

    def _handler(self, function: F) -> F:
        return function

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @abstractmethod
    async def connect(self) -> None: ...

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    async def wait_closed(self) -> None: ...

    @abstractmethod
    async def send(self, action: Action[R], **options: Any) -> R: ...

    @abstractmethod
    async def originate(self, action: actions.Originate) -> events.OriginateResponse: ...

    @abstractmethod
    async def stream(self, action: ListAction[Any, I], into: list[I], **options: Any) -> None:
        """Put the items of a list into one of ours, as they come."""

    @abstractmethod
    async def first_of(self, action: ListAction[Any, I]) -> I:
        """Return the first item of a list, and leave the rest."""

    @abstractmethod
    def start(self, work: Callable[[], Coroutine[Any, Any, T]]) -> Call[T]:
        """Let somebody else do something with the client, at the same time."""

    def sending(self, action: Action[R], **options: Any) -> Call[R]:
        """Let somebody else send an action and wait for its reply."""
        return self.start(lambda: self.send(action, **options))

    @abstractmethod
    def events(self, *wanted: Any, **how: Any) -> Events: ...


class Drive(ABC):
    """One of the two clients, and how to run what uses it."""

    @abstractmethod
    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a scenario."""

    @abstractmethod
    def client(self, server: Server | int, **options: Any) -> Ami:
        """Make a client; it does not reconnect and does not ask for the version, unless told."""

    @abstractmethod
    async def sleep(self, seconds: float) -> None:
        """Wait; for what no event tells."""

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + BOUND
        while not condition():
            assert time.monotonic() < end, "it does not become true"
            await self.sleep(0.001)

    @staticmethod
    def arguments(server: Server | int, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "port": server if isinstance(server, int) else server.port,
            "username": "admin",
            "secret": SECRET,
            "check_version": False,
            "reconnect": False,
            **options,
        }
