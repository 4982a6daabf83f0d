"""How events reach the consumers of the blocking client: iterators, and one thread for handlers.

Each consumer has a `Mailbox` of its own, which the reader's thread fills under the client's lock.
Taking from it needs the lock only when it was too full. After a read that has woken a consumer, the
reader lets it work: see `HandOver`.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Generic, Self, TypeVar

from . import logs
from .errors import AmiError, ConnectionClosed
from .handlers import call, is_coroutine_function, name_of
from .lifecycle import Occurrence
from .mailbox import QUEUE_SIZE, Mailbox, Policy
from .subscriptions import Dispatcher, Include, Subscription, Wanted

__all__ = ["EventStream", "HandOver", "Handler", "HandlerThread"]

E_co = TypeVar("E_co", bound=Occurrence, covariant=True)

_BATCH = 100
"""Events that one handler is given before the others have their turn."""
_MOMENT = 0.005
"""Seconds that the reader waits for a consumer: what Python gives a thread before others run."""


class HandOver:
    """Lets consumers work on what a read has brought, before the next one.

    A reader that goes on at once has the interpreter again before whom it has woken is awake. So
    events would pile up, and be out of the processor's cache when somebody takes them. In this
    moment the handlers' thread, when it has nothing else to do, reads itself, and goes on as long
    as much comes: what it makes and handles need not go from one processor to the other.

    Nobody is held up by a consumer for longer than the moment. One that is busy with what came
    before is not waited for, nor one that has read nothing for a moment, since a handler takes its
    time; who waits for a reply ends it at once.
    """

    def __init__(self) -> None:
        self.lent = False
        """Whether the handlers' thread may read."""
        # A plain lock, which Ctrl-C cannot leave half held. It is held while nobody has said yet
        # that the reader may go on.
        self._going_on = threading.Lock()
        self._woken = False
        self._reads = 0

    def begin(self) -> bool:
        """Take note that the reader begins to read; tell whether the read before woke anybody."""
        self._going_on.acquire(blocking=False)
        before, self._woken = self._woken, False
        return before

    def woken(self) -> None:
        """Take note that a consumer was woken."""
        self._woken = True

    def read(self, read: Callable[[], bool]) -> bool:
        """Read in the handlers' thread, if it may; tell whether much came."""
        if not self.lent:
            return False
        if read():
            self._reads += 1
            return True
        self.lent = False
        return False

    def wait(self) -> None:
        """Wait a moment for those whom the read has woken, and another while they read."""
        if not self._woken:
            return
        self.lent = True
        while True:
            reads = self._reads
            if self._going_on.acquire(timeout=_MOMENT) or reads == self._reads:
                break
        self.lent = False

    def end(self) -> None:
        """Have the reader go on: a consumer has nothing to do, or somebody waits for a reply."""
        self.lent = False
        if self._going_on.locked():
            with suppress(RuntimeError):  # another thread was quicker
                self._going_on.release()


def _relax(mailbox: Mailbox, lock: threading.RLock) -> None:
    """Take note that an event was taken from a mailbox that was too full."""
    if mailbox.roomy:
        # Only then: the reader holds the lock for most of the time, in a flood.
        with lock:
            mailbox.relax()


def _left(until: float) -> float:
    return min(max(0.0, until - monotonic()), threading.TIMEOUT_MAX)


def _nothing() -> None:
    """Serve where anybody may consume."""


def _at_once(work: Callable[[], object], _: bool) -> None:
    work()


class EventStream(Generic[E_co]):
    """Events as an iterator; it subscribes when it is made, not when it is iterated.

    It goes on when the client connects again. It ends when it or the client is closed, and
    raises `ConnectionClosed` when the client gives up. `lost` counts what its consumer was too
    slow for. Several threads may share one; each event goes to one of them.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        wanted: Sequence[Wanted],
        include: Include,
        *,
        lock: threading.RLock,
        hand_over: HandOver,
        size: int = QUEUE_SIZE,
        policy: Policy = "drop_oldest",
        check: Callable[[], object] = _nothing,
        release: Callable[[Callable[[], object], bool], object] = _at_once,
    ) -> None:
        self._check = check
        self._lock = lock
        self._hand_over = hand_over
        self._bell = threading.Event()
        self._turn = threading.Lock()
        self._error: AmiError | None = None
        self._mailbox = mailbox = Mailbox(
            "a consumer of events()",
            dispatcher.pressure,
            size=size,
            policy=policy,
            wake=partial(_rouse, self._bell, hand_over),
        )
        # The subscription holds the mailbox only: a stream that is dropped unsubscribes.
        subscription = Subscription.of(mailbox.put, wanted, include)
        with lock:
            dispatcher.add(subscription)
        self._unsubscribe = partial(_unsubscribe, dispatcher, subscription, mailbox, lock)
        self._release = release

    @property
    def lost(self) -> int:
        """How many events were dropped because the consumer was too slow."""
        return self._mailbox.lost

    def get(self, timeout: float | None = None) -> E_co:
        """Return the next event.

        Args:
            timeout: Seconds to wait for it; None for no limit.

        Raises:
            TimeoutError: None came in time.
            StopIteration: The stream is closed and empty.
            ConnectionClosed: The client gave up, and all events before that were taken.
        """
        if not self._mailbox.events and not self._mailbox.closed:
            self._check()
        until = None if timeout is None else monotonic() + timeout
        if not self._turn.acquire(timeout=-1 if until is None else _left(until)):
            raise TimeoutError(f"other threads took all events for {timeout:g} s")
        try:
            while not self._mailbox.events:
                if self._mailbox.closed:
                    if self._error is None:
                        raise StopIteration
                    raise ConnectionClosed(str(self._error)) from self._error
                if not self._wait(until):
                    raise TimeoutError(f"no event came within {timeout:g} s")
            event = self._mailbox.events.popleft()
            if self._mailbox.strained:
                _relax(self._mailbox, self._lock)
            return event  # type: ignore[no-any-return]
        finally:
            self._turn.release()

    def _wait(self, until: float | None) -> bool:
        mailbox = self._mailbox
        self._bell.clear()
        mailbox.waiting = True
        try:
            if mailbox.events or mailbox.closed:  # it came before the bell was listened to
                return True
            self._hand_over.end()
            return self._bell.wait(None if until is None else _left(until))
        finally:
            mailbox.waiting = False

    def close(self, error: AmiError | None = None) -> None:
        """Take no more events. Those that are waiting can still be read."""
        if not self._mailbox.closed:
            self._error = error
        self._release(self._unsubscribe, True)  # even if it is: that may have been interrupted

    def __del__(self, is_over: Callable[[], bool] = sys.is_finalizing) -> None:
        if "_release" in vars(self) and not self._mailbox.closed and not is_over():
            self._release(self._unsubscribe, False)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E_co:
        return self.get()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _rouse(bell: threading.Event, hand_over: HandOver) -> None:
    hand_over.woken()
    bell.set()


def _unsubscribe(
    dispatcher: Dispatcher, subscription: Subscription, mailbox: Mailbox, lock: threading.RLock
) -> None:
    with lock:
        dispatcher.remove(subscription)
        mailbox.close()


class Handler:
    """A function that is called with one event after the other, in the handlers' thread."""

    def __init__(
        self,
        function: Callable[[Any], Any],
        thread: HandlerThread,
        dispatcher: Dispatcher,
        *,
        size: int,
        policy: Policy,
    ) -> None:
        if is_coroutine_function(function):
            raise TypeError("Client calls plain functions; AsyncClient takes async def too")
        self._function = function
        self._thread = thread
        self.mailbox = Mailbox(
            name_of(function), dispatcher.pressure, size=size, policy=policy, wake=self._wake
        )
        self.mailbox.waiting = True

    def _wake(self) -> None:
        self.mailbox.waiting = False
        self._thread.hand_over.woken()
        self._thread.ready(self)

    def work(self, lock: threading.RLock) -> None:
        """Handle some of what is queued."""
        function, mailbox = self._function, self.mailbox
        events = mailbox.events
        for _ in range(_BATCH):
            try:
                event = events.popleft()
            except IndexError:  # there is none; `close` may have dropped it this moment
                break
            if mailbox.strained:
                _relax(mailbox, lock)
            try:
                call(function, event)
            except (KeyboardInterrupt, SystemExit):  # from here they would end this thread only
                logs.handlers.exception("a handler for %s raised", event.ami_name)
        mailbox.waiting = True
        if events and mailbox.waiting:  # more, or it came before the bell was set
            mailbox.waiting = False
            self._thread.ready(self)


class HandlerThread:
    """The thread in which all handlers of a client are called."""

    def __init__(
        self, lock: threading.RLock, hand_over: HandOver, read: Callable[[], bool]
    ) -> None:
        self._lock = lock
        self.hand_over = hand_over
        self._read = read
        """Reads, and tells whether much came."""
        self._ready: deque[Handler] = deque()
        self._bell = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None
        self._turn: object | None = None
        """Stands for the thread that is to work."""

    def ready(self, handler: Handler) -> None:
        """Take note that a handler has events."""
        self._ready.append(handler)
        self._bell.set()

    def start(self) -> None:
        """Begin to call handlers."""
        if self._turn is not None:
            return
        self._turn = turn = object()
        try:
            thread = threading.Thread(
                target=self._run, args=(turn,), name="amisdk calls handlers", daemon=True
            )
            thread.start()
        except BaseException:
            self._turn = None  # should it have begun all the same, it ends at once
            raise
        self._thread = thread

    def end(self) -> None:
        """End when all that is queued is handled."""
        self._ending = True
        self._bell.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end; tell whether it has come. A handler does not wait for itself."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def _run(self, turn: object) -> None:
        while True:
            while not self._ready:
                if self._ending:
                    self.hand_over.end()
                    return
                if self.hand_over.read(self._read):
                    continue
                self._bell.clear()
                if not self._ready and not self._ending:
                    self.hand_over.end()
                    self._bell.wait()
            if self._turn is not turn:
                return
            self._ready.popleft().work(self._lock)
