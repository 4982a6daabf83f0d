"""The two clients, as `tests.faults.drive` has them."""

from __future__ import annotations

import asyncio
import functools
import gc
import inspect
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from amisdk import AsyncClient, Client, actions, events
from amisdk.models import Action, Event, ListAction, Reply
from tests.faults.drive import BOUND, Ami, Call, Drive, Events, Server

__all__ = ["AsyncDrive", "BlockingDrive"]

R = TypeVar("R", bound=Reply)
I = TypeVar("I", bound=Event)  # noqa: E741
T = TypeVar("T")


# --- asyncio ------------------------------------------------------------------------------


class AsyncDrive(Drive):
    """The asyncio client, in a loop."""

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        faults: list[dict[str, Any]] = []

        async def bounded() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: faults.append(context))
            async with asyncio.timeout(BOUND):
                await work
            for _ in range(3):  # what was aborted ends in the loop's next turns
                await asyncio.sleep(0)
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            assert not tasks
            timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
            assert not timers

        asyncio.run(bounded())
        gc.collect()  # it may tell of exceptions that nobody retrieved
        assert not faults

    def client(self, server: Server | int, **options: Any) -> Ami:
        return _AsyncAmi(AsyncClient(**self.arguments(server, options)))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _AsyncCall(Call[T]):
    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task

    async def outcome(self) -> T:
        return await asyncio.shield(self.task)


class _AsyncEvents(Events):
    async def next(self) -> Any:
        return await anext(self.raw)

    async def all(self) -> list[Any]:
        return [event async for event in self.raw]


class _AsyncAmi(Ami):
    raw: AsyncClient

    def __init__(self, raw: AsyncClient) -> None:
        self.raw = raw

    async def connect(self) -> None:
        await self.raw.connect()

    async def close(self) -> None:
        await self.raw.close()

    async def wait_closed(self) -> None:
        await self.raw.wait_closed()

    async def send(self, action: Action[R], **options: Any) -> R:
        return await self.raw.send(action, **options)

    async def originate(self, action: actions.Originate) -> events.OriginateResponse:
        return await self.raw.originate(action)

    async def stream(self, action: ListAction[Any, I], into: list[I], **options: Any) -> None:
        async for item in self.raw.stream(action, **options):
            into.append(item)

    async def first_of(self, action: ListAction[Any, I]) -> I:
        items = self.raw.stream(action)
        first = await anext(items)
        await items.aclose()
        return first

    def start(self, work: Callable[[], Coroutine[Any, Any, T]]) -> Call[T]:
        return _AsyncCall(asyncio.get_running_loop().create_task(work()))

    def events(self, *wanted: Any, **how: Any) -> Events:
        return _AsyncEvents(self.raw.events(*wanted, **how))


# --- blocking -----------------------------------------------------------------------------


def step(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for no loop."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    work.close()
    raise AssertionError("a scenario of the blocking client has no loop to wait for")


class BlockingDrive(Drive):
    """The blocking client, without a loop."""

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        step(work)

    def client(self, server: Server | int, **options: Any) -> Ami:
        return _BlockingAmi(Client(**self.arguments(server, options)))

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251


class _BlockingCall(Call[T]):
    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._future: Future[T] = Future()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Coroutine[Any, Any, T]) -> None:
        try:
            self._future.set_result(step(work))
        except BaseException as error:  # noqa: BLE001
            self._future.set_exception(error)

    async def outcome(self) -> T:
        result = self._future.result(BOUND)
        self._thread.join(BOUND)
        return result


class _BlockingEvents(Events):
    async def next(self) -> Any:
        try:
            return self.raw.get(BOUND)
        except StopIteration:
            raise StopAsyncIteration from None

    async def all(self) -> list[Any]:
        return list(self.raw)


class _BlockingAmi(Ami):
    raw: Client

    def __init__(self, raw: Client) -> None:
        self.raw = raw

    def _handler(self, function: Any) -> Any:
        if not inspect.iscoroutinefunction(function):
            return function

        @functools.wraps(function)
        def call(event: Any) -> None:
            step(function(event))

        return call

    async def connect(self) -> None:
        self.raw.connect()

    async def close(self) -> None:
        self.raw.close()

    async def wait_closed(self) -> None:
        assert self.raw.wait_closed(BOUND)

    async def send(self, action: Action[R], **options: Any) -> R:
        return self.raw.send(action, **options)

    async def originate(self, action: actions.Originate) -> events.OriginateResponse:
        return self.raw.originate(action)

    async def stream(self, action: ListAction[Any, I], into: list[I], **options: Any) -> None:
        for item in self.raw.stream(action, **options):
            into.append(item)  # noqa: PERF402 - what came before an error is wanted

    async def first_of(self, action: ListAction[Any, I]) -> I:
        for first in self.raw.stream(action):
            return first
        raise AssertionError

    def start(self, work: Callable[[], Coroutine[Any, Any, T]]) -> Call[T]:
        return _BlockingCall(work())

    def events(self, *wanted: Any, **how: Any) -> Events:
        return _BlockingEvents(self.raw.events(*wanted, **how))
