"""Both clients behind one face that blocks, so that a scenario is written once.

The asyncio client runs in an event loop of its own, in a thread.
"""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from amisdk import AsyncClient, Client, Event, Reply, actions, events
from amisdk.backoff import Reconnect
from amisdk.lifecycle import LifecycleEvent, Occurrence
from amisdk.mailbox import QUEUE_SIZE, Policy
from amisdk.models import Action
from amisdk.subscriptions import Wanted
from tests.live.asterisk import Server

__all__ = ["PATIENCE", "AsyncDriver", "BlockingDriver", "Driver", "Drivers"]

R = TypeVar("R", bound=Reply)
O = TypeVar("O", bound=Occurrence)  # noqa: E741
T = TypeVar("T")

PATIENCE = 30.0
"""Seconds after which a test has failed: a bound, not a measure."""
EAGER = Reconnect(first_wait=0.02, max_wait=0.1)
"""Comes back while the server still starts, so that a test sees whether that is borne."""


class Driver(ABC):
    """A client, and all that it was told, in order.

    Args:
        client: The client, not connected yet.
        wanted: What to keep of what it is told.
    """

    def __init__(self, client: AsyncClient | Client, wanted: Sequence[Wanted]) -> None:
        self.client = client
        self.seen: list[Any] = []
        self._changed = threading.Condition()
        client.on(*wanted)(self._take)

    def _take(self, event: Any) -> None:
        with self._changed:
            self.seen.append(event)
            self._changed.notify_all()

    @abstractmethod
    def begin_connect(self) -> "Future[None]":
        """Begin to connect."""

    @abstractmethod
    def begin(self, action: Action[R], **options: Any) -> "Future[R]":
        """Send an action, and return what will be its reply."""

    @abstractmethod
    def begin_call(self, action: actions.Originate) -> "Future[events.OriginateResponse]":
        """Make a call, and return what will tell what became of it."""

    @abstractmethod
    def close(self) -> None:
        """Close the client, and end what it ran in."""

    @abstractmethod
    def listen(
        self,
        take: Callable[[Any], None],
        *wanted: Wanted,
        gate: threading.Event | None = None,
        queue_size: int = QUEUE_SIZE,
        overflow: Policy = "drop_oldest",
    ) -> None:
        """Have a function called with events, from before the client connects.

        Args:
            take: The function.
            wanted: Which events.
            gate: The consumer stops before each event while this is not set.
            queue_size: As for `on`.
            overflow: As for `on`.
        """

    def connect(self) -> None:
        """Connect and log in."""
        self.begin_connect().result(PATIENCE)

    def send(self, action: Action[R], **options: Any) -> R:
        """Send an action and return its reply."""
        return self.begin(action, **options).result(PATIENCE)

    def mark(self) -> int:
        """Return where `first` may begin, to see only what comes from now on."""
        return len(self.seen)

    def first(self, kind: type[O], *, after: int = 0, **fields: object) -> O:
        """Return the first event of a class with these field values, once it has come."""

        def found() -> O | None:
            return next(iter(self.every(kind, after=after, **fields)), None)

        with self._changed:
            self._changed.wait_for(found, PATIENCE)
            event = found()
        told = ", ".join(one.ami_name for one in self.seen[after:][-50:])
        assert event is not None, f"no {kind.__name__} {fields} came, but: {told}"
        return event

    def every(self, kind: type[O], *, after: int = 0, **fields: object) -> list[O]:
        """Return the events of a class with these field values that have come so far."""
        return [
            event
            for event in self.seen[after:]
            if isinstance(event, kind)
            and all(getattr(event, name) == value for name, value in fields.items())
        ]


class AsyncDriver(Driver):
    """The asyncio client."""

    client: AsyncClient

    def __init__(self, client: AsyncClient, wanted: Sequence[Wanted]) -> None:
        super().__init__(client, wanted)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="the client's loop")
        self._thread.start()

    def _run(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def begin_connect(self) -> "Future[None]":
        return self._run(self.client.connect())

    def begin(self, action: Action[R], **options: Any) -> "Future[R]":
        return self._run(self.client.send(action, **options))

    def begin_call(self, action: actions.Originate) -> "Future[events.OriginateResponse]":
        return self._run(self.client.originate(action))

    def listen(
        self,
        take: Callable[[Any], None],
        *wanted: Wanted,
        gate: threading.Event | None = None,
        queue_size: int = QUEUE_SIZE,
        overflow: Policy = "drop_oldest",
    ) -> None:
        async def gated(event: Any) -> None:
            if gate is not None and not gate.is_set():
                await asyncio.to_thread(gate.wait, PATIENCE)
            take(event)

        handler = take if gate is None else gated
        self.client.on(*wanted, queue_size=queue_size, overflow=overflow)(handler)

    def close(self) -> None:
        try:
            self._run(self.client.close()).result(PATIENCE)
            self._run(self._loop.shutdown_default_executor()).result(PATIENCE)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
            self._loop.close()


class BlockingDriver(Driver):
    """The blocking client; each action has a thread that waits for it."""

    client: Client

    def __init__(self, client: Client, wanted: Sequence[Wanted]) -> None:
        super().__init__(client, wanted)
        self._threads = ThreadPoolExecutor(max_workers=200)

    def begin_connect(self) -> "Future[None]":
        return self._threads.submit(self.client.connect)

    def begin(self, action: Action[R], **options: Any) -> "Future[R]":
        def send() -> R:
            return self.client.send(action, **options)

        return self._threads.submit(send)

    def begin_call(self, action: actions.Originate) -> "Future[events.OriginateResponse]":
        return self._threads.submit(self.client.originate, action)

    def listen(
        self,
        take: Callable[[Any], None],
        *wanted: Wanted,
        gate: threading.Event | None = None,
        queue_size: int = QUEUE_SIZE,
        overflow: Policy = "drop_oldest",
    ) -> None:
        def gated(event: Any) -> None:
            if gate is not None:
                gate.wait(PATIENCE)
            take(event)

        self.client.on(*wanted, queue_size=queue_size, overflow=overflow)(gated)

    def close(self) -> None:
        try:
            self.client.close()
        finally:
            self._threads.shutdown()


class Drivers:
    """Makes drivers of one kind of client, and closes them all in the end.

    Args:
        kind: Which.
    """

    def __init__(self, kind: type[AsyncDriver] | type[BlockingDriver]) -> None:
        self._kind = kind
        self.name = "asyncio" if kind is AsyncDriver else "blocking"
        self._made: list[Driver] = []

    def make(
        self,
        server: Server,
        role: str = "admin",
        *,
        wanted: Sequence[Wanted] = (Event, LifecycleEvent),
        **options: Any,
    ) -> Driver:
        """Return a driver whose client is not connected yet."""
        account = server.users[role]
        arguments = {
            "host": server.host,
            "port": server.port,
            "username": account.username,
            "secret": account.secret,
            "reconnect": EAGER,
            **options,
        }
        driver: Driver
        if self._kind is AsyncDriver:
            driver = AsyncDriver(AsyncClient(**arguments), wanted)
        else:
            driver = BlockingDriver(Client(**arguments), wanted)
        self._made.append(driver)
        return driver

    def __call__(self, server: Server, role: str = "admin", **options: Any) -> Driver:
        """Return a driver whose client is logged in."""
        driver = self.make(server, role, **options)
        driver.connect()
        return driver

    def close(self) -> None:
        """Close all."""
        while self._made:
            self._made.pop().close()
