"""How events reach the consumers of the asyncio client: iterators and handlers.

Each consumer has a `Mailbox` of its own, so that none slows the reader or another one.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Any, Generic, Self, TypeVar

from . import logs
from .errors import AmiError, ConnectionClosed
from .handlers import call, is_coroutine_function, name_of
from .lifecycle import Occurrence
from .mailbox import QUEUE_SIZE, Mailbox, Policy
from .subscriptions import Dispatcher, Include, Subscription, Wanted

__all__ = ["SLICE", "AsyncEventStream", "AsyncHandler", "current_task"]

E_co = TypeVar("E_co", bound=Occurrence, covariant=True)

SLICE = 0.005
"""Seconds that a consumer may work without waiting before others have their turn."""


def current_task() -> asyncio.Task[Any] | None:
    """Return the task that is running; None where there is none, or no loop."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


class _Inbox:
    """A mailbox whose consumer is a task."""

    def __init__(self, what: str, dispatcher: Dispatcher, size: int, policy: Policy) -> None:
        self.mailbox = Mailbox(what, dispatcher.pressure, size=size, policy=policy, wake=self._wake)
        self._waiter: asyncio.Future[None] | None = None
        self._until = 0.0

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done() and not waiter.get_loop().is_closed():
            waiter.set_result(None)

    async def get(self) -> Any:
        """Return the next event; None when the mailbox is closed and empty.

        Raises:
            RuntimeError: Another task waits here already.
        """
        await self.ready()
        return self.mailbox.take() if self.mailbox.events else None

    async def ready(self) -> None:
        """Wait until there is an event, or the mailbox is closed; let others run in between."""
        mailbox = self.mailbox
        loop = asyncio.get_running_loop()
        if mailbox.events:
            now = loop.time()
            if now > self._until:
                if self._until:
                    await asyncio.sleep(0)
                self._until = loop.time() + SLICE
            if mailbox.events:
                return
        if mailbox.waiting:
            raise RuntimeError("another task waits for this stream; make one for each")
        while not mailbox.events and not mailbox.closed:
            self._waiter = loop.create_future()
            mailbox.waiting = True
            try:
                await self._waiter
            finally:
                mailbox.waiting = False
        self._until = loop.time() + SLICE


def _nothing() -> None:
    """Serve where anybody may consume."""


def _at_once(work: Callable[[], object]) -> None:
    work()


class AsyncEventStream(Generic[E_co]):
    """Events as an async iterator; it subscribes when it is made, not when it is iterated.

    It goes on when the client connects again. It ends when it or the client is closed, and
    raises `ConnectionClosed` when the client gives up. `lost` counts what its consumer was too
    slow for.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        wanted: Sequence[Wanted],
        include: Include,
        *,
        size: int = QUEUE_SIZE,
        policy: Policy = "drop_oldest",
        check: Callable[[], object] = _nothing,
        release: Callable[[Callable[[], object]], object] = _at_once,
    ) -> None:
        self._check = check
        self._inbox = inbox = _Inbox("a consumer of events()", dispatcher, size, policy)
        self._error: AmiError | None = None
        # The subscription holds the mailbox only: a stream that is dropped unsubscribes.
        subscription = Subscription.of(inbox.mailbox.put, wanted, include)
        dispatcher.add(subscription)
        self._unsubscribe = partial(_unsubscribe, dispatcher, subscription, inbox)
        self._release = release

    @property
    def lost(self) -> int:
        """How many events were dropped because the consumer was too slow."""
        return self._inbox.mailbox.lost

    def close(self, error: AmiError | None = None) -> None:
        """Take no more events. Those that are waiting can still be read."""
        if not self._inbox.mailbox.closed:
            self._error = error
            self._release(self._unsubscribe)

    def __del__(self, is_over: Callable[[], bool] = sys.is_finalizing) -> None:
        if "_release" in vars(self) and not self._inbox.mailbox.closed and not is_over():
            self._release(self._unsubscribe)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E_co:
        if not self._inbox.mailbox.events and not self._inbox.mailbox.closed:
            self._check()
        event = await self._inbox.get()
        if event is not None:
            return event  # type: ignore[no-any-return]
        if self._error is None:
            raise StopAsyncIteration
        raise ConnectionClosed(str(self._error)) from self._error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


def _unsubscribe(dispatcher: Dispatcher, subscription: Subscription, inbox: _Inbox) -> None:
    dispatcher.remove(subscription)
    inbox.mailbox.close()


class AsyncHandler:
    """Calls a function with one event after the other, in a task of its own."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        dispatcher: Dispatcher,
        *,
        size: int = QUEUE_SIZE,
        policy: Policy = "drop_oldest",
    ) -> None:
        self._function = function
        self._name = name_of(function)
        self._inbox = _Inbox(self._name, dispatcher, size, policy)
        self._task: asyncio.Task[None] | None = None

    @property
    def mailbox(self) -> Mailbox:
        """Where its events go."""
        return self._inbox.mailbox

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The task it runs in, unless that is the one which asks."""
        return None if self._task is current_task() else self._task

    def start(self) -> None:
        """Begin to work on what is queued."""
        if self._task is None:
            work = self._await_each if is_coroutine_function(self._function) else self._call_each
            self._task = asyncio.get_running_loop().create_task(work(), name=self._name)

    def finish(self) -> None:
        """Take no more events; what is queued is still worked on."""
        self._inbox.mailbox.close()

    def cancel(self) -> None:
        """Drop what is queued, and end the task, unless a handler ends itself."""
        self._inbox.mailbox.close(drop=True)
        if self.task is not None:
            self.task.cancel()

    async def _call_each(self) -> None:
        function, mailbox = self._function, self._inbox.mailbox
        events = mailbox.events
        while True:
            await self._inbox.ready()
            if not events:
                return
            until = monotonic() + SLICE
            while events:
                event = events.popleft()
                if mailbox.strained:
                    mailbox.relax()
                call(function, event)
                if monotonic() > until:
                    await asyncio.sleep(0)
                    until = monotonic() + SLICE

    async def _await_each(self) -> None:
        while (event := await self._inbox.get()) is not None:
            try:
                await self._function(event)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise  # it is this task that is cancelled, not what the handler waited for
                logs.handlers.exception("a handler for %s was cancelled", event.ami_name)
            except Exception:  # noqa: BLE001 - the user's code may raise anything
                logs.handlers.exception("a handler for %s raised", event.ami_name)
