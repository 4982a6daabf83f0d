"""How events reach the consumers of the asyncio client: iterators and coroutine functions.

Each consumer has a bounded queue of its own, so that none slows the reader or another one.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar

from . import logs
from .errors import AmiError, ConnectionClosed
from .models import Event
from .subscriptions import Dispatcher, Include, Subscription

__all__ = ["QUEUE_SIZE", "SLICE", "AsyncHandler", "EventStream"]

E_co = TypeVar("E_co", bound=Event, covariant=True)


QUEUE_SIZE = 10_000
"""Events that wait for a consumer before the oldest are dropped."""


SLICE = 0.005
"""Seconds that a consumer may work without waiting before others have their turn."""


class _Mailbox:
    """A bounded queue of events for one consumer. When full, the oldest event is dropped."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._events: deque[Event] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._closed: AmiError | bool = False
        self._losing = False
        self._until = 0.0
        self.lost = 0

    def put(self, event: Event) -> None:
        if self._closed:
            return
        if len(self._events) >= QUEUE_SIZE:
            self._events.popleft()
            self.lost += 1
            if not self._losing:
                self._losing = True
                logs.handlers.warning("%s is too slow; its oldest events are dropped", self._what)
        self._events.append(event)
        self._wake()

    def close(self, error: AmiError | None = None, *, drop: bool = False) -> None:
        if drop:
            self._events.clear()
        if not self._closed:
            self._closed = error or True
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Event:
        """Return the next event.

        Raises:
            StopAsyncIteration: The mailbox is closed and empty.
            ConnectionClosed: The connection was lost, and all events before that were taken.
            RuntimeError: Another task waits here already.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._events or not self._until:
            self._until = now + SLICE
        elif now > self._until:
            # A consumer that never waits itself must not keep the loop from the reader.
            await asyncio.sleep(0)
            self._until = loop.time() + SLICE
        while not self._events:
            self._losing = False
            if self._closed is True:
                raise StopAsyncIteration
            if self._closed:
                raise ConnectionClosed(str(self._closed)) from self._closed
            if self._waiter is not None:
                raise RuntimeError("another task waits for this stream; make one for each")
            self._waiter = loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
            self._until = loop.time() + SLICE
        return self._events.popleft()


class EventStream(Generic[E_co]):
    """Events as an async iterator; it subscribes when it is made, not when it is iterated.

    It ends when it or the client is closed, and raises `ConnectionClosed` when the connection
    is lost. Holds up to 10 000 events; when its consumer is slower than that, the oldest are
    dropped and `lost` counts them.
    """

    def __init__(
        self, dispatcher: Dispatcher, wanted: tuple[type[Event] | str, ...], include: Include
    ) -> None:
        self._mailbox = mailbox = _Mailbox("a consumer of events()")
        self._dispatcher = dispatcher
        # The subscription holds the mailbox only: a stream that is dropped unsubscribes.
        self._subscription = Subscription.of(mailbox.put, wanted, include)
        dispatcher.add(self._subscription)
        self._finalizer = weakref.finalize(self, dispatcher.remove, self._subscription)

    @property
    def lost(self) -> int:
        """How many events were dropped because the consumer was too slow."""
        return self._mailbox.lost

    def close(self, error: AmiError | None = None) -> None:
        """Take no more events. Those that are waiting can still be read."""
        self._finalizer()
        self._mailbox.close(error)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E_co:
        return await self._mailbox.get()  # type: ignore[return-value]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncHandler:
    """Runs a coroutine function for one event after the other, in a task of its own."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self._name = getattr(function, "__qualname__", repr(function))
        self._mailbox = _Mailbox(self._name)
        self._task: asyncio.Task[None] | None = None

    def put(self, event: Event) -> None:
        """Queue an event."""
        self._mailbox.put(event)

    def start(self) -> None:
        """Begin to work on what is queued."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name=self._name)

    def finish(self) -> None:
        """Take no more events; what is queued is still worked on."""
        self._mailbox.close()

    def cancel(self) -> asyncio.Task[None] | None:
        """Drop what is queued and end the task; return it, unless a handler ends itself."""
        self._mailbox.close(drop=True)
        if self._task is None or self._task is asyncio.current_task():
            return None
        self._task.cancel()
        return self._task

    async def _run(self) -> None:
        while True:
            try:
                event = await self._mailbox.get()
            except StopAsyncIteration:
                return
            try:
                await self.function(event)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise  # it is this task that is cancelled, not what the handler waited for
                logs.handlers.exception("a handler for %s was cancelled", event.ami_name)
            except Exception:  # noqa: BLE001 - the user's code may raise anything
                logs.handlers.exception("a handler for %s raised", event.ami_name)
