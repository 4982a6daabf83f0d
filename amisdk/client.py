"""The blocking client: the user's API over a link and its threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from .base_client import DEFAULT, BaseClient, Timeout
from .doctor import Diagnosis
from .exchange import Exchange
from .lifecycle import Occurrence
from .link import Phase
from .mailbox import QUEUE_SIZE, Policy
from .models import Action, Event, ListAction, RawAction, Reply
from .options import Offline, Options, Retry
from .pump import Pump
from .streams import EventStream
from .subscriptions import Dispatcher, Include, Listening, Wanted

if TYPE_CHECKING:
    from amisdk_models.actions import Originate
    from amisdk_models.events import OriginateResponse

__all__ = ["Client"]

R = TypeVar("R", bound=Reply)
I = TypeVar("I", bound=Event)  # noqa: E741 - the item of a list
E1 = TypeVar("E1", bound=Occurrence)
E2 = TypeVar("E2", bound=Occurrence)
E3 = TypeVar("E3", bound=Occurrence)
E4 = TypeVar("E4", bound=Occurrence)
E5 = TypeVar("E5", bound=Occurrence)
E6 = TypeVar("E6", bound=Occurrence)


class Client(BaseClient[Pump]):
    """A connection to an Asterisk manager, for programs without an event loop.

    ::

        with Client("pbx.example", username="admin", secret="...") as ami:
            print(ami.send(actions.Ping()))

    `BaseClient` explains the arguments. It may be used by several threads at once, and does not
    keep the program alive. Functions given to `on` are called in one thread of the client's.

    What interrupts the client in the middle of its work, such as a signal handler, gets a
    RuntimeError if it uses it; `close` is done right after that work.
    """

    def _make_pump(self, options: Options, dispatcher: Dispatcher) -> Pump:
        return Pump(options, dispatcher)

    # --- connection -----------------------------------------------------------------------

    def connect(self) -> None:
        """Connect and log in. After a failure it may be called again.

        Raises:
            ConnectTimeout: TCP, TLS, greeting and login took longer than `connect_timeout`.
            BadGreeting: What answers there is no manager.
            LoginRefused: The server refused user name and secret.
            ConnectFailed: The server cannot be reached, or its certificate is not trusted.
        """
        self._pump.check_thread()
        if self._link.phase is not Phase.NEW:
            raise RuntimeError("a client connects once; make a new one to connect again")
        self._pump.connect()

    def wait_closed(self, timeout: float | None = None) -> bool:
        """Wait until the client is closed, or gives up to connect again.

        Args:
            timeout: Seconds to wait; None for no limit.

        Returns:
            Whether it is closed.

        Raises:
            ConnectionClosed: The connection was lost for good; `close` is no error.
        """
        return self._pump.wait_closed(timeout)

    def close(self) -> None:
        """Log off and close the connection. Harmless when it is closed already.

        Whoever still waits for a reply gets `OutcomeUnknown` or `NotSent`. Handlers have a
        moment for the events that came before. It takes 5 s at the most.
        """
        self._pump.close()

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # --- actions --------------------------------------------------------------------------

    def send(
        self,
        action: Action[R],
        *,
        timeout: Timeout = DEFAULT,
        action_id: str | None = None,
        check: bool = True,
        check_version: bool = True,
        offline: Offline | None = None,
        retry: Retry | None = None,
    ) -> R:
        """Send an action and return its reply. A list is gathered whole.

        Args:
            action: From `amisdk.actions`, of one's own, or a `RawAction`.
            timeout: As for `AsyncClient.send`, which explains the others too.
            action_id: An ActionID of one's own.
            check: False to return a reply with ``Response: Error`` instead of raising.
            check_version: False to send it even if the server's version does not have it.
            offline: What to do while there is no connection.
            retry: Whether to send it again.

        Raises:
            AmiError: As `AsyncClient.send`.
        """
        exchange = self._exchange(
            action,
            timeout,
            action_id=action_id,
            check_version=check_version,
            offline=offline,
            retry=retry,
        )
        return self._reply(exchange, check=check)

    def stream(
        self, action: ListAction[R, I], *, timeout: Timeout = DEFAULT
    ) -> Generator[I, None, R]:
        """Send an action and yield the items of its list as they come.

        The generator returns the reply, without the items: ``reply = yield from ...``.

        Args:
            action: An action whose reply has a list.
            timeout: Seconds for the response, and then between items.

        Raises:
            AmiError: As `send`. What came before the error was yielded.
        """
        items: deque[Event] = deque()
        changed = threading.Event()

        def add(item: Event) -> None:
            items.append(item)
            changed.set()

        self._pump.check_thread()
        exchange = self._start(action, lambda _: changed.set(), timeout, on_item=add)
        try:
            while True:
                self._pump.wait_for(exchange, changed)
                done = exchange.done
                while items:
                    yield items.popleft()  # type: ignore[misc]
                if done:
                    break
        finally:
            if not exchange.done:
                self._pump.abandon(exchange)
        return self._reply(exchange)

    def originate(
        self,
        action: Originate,
        *,
        timeout: Timeout = DEFAULT,
        action_id: str | None = None,
        offline: Offline | None = None,
    ) -> OriginateResponse:
        """Make a call and wait for what becomes of it, without holding up the session.

        As `AsyncClient.originate`.
        """
        call, timeout = self._prepare(action, timeout)
        exchange = self._exchange(
            call, timeout, action_id=action_id, until_later=True, offline=offline
        )
        return self._outcome(exchange)

    def _exchange(self, action: Action[R], timeout: Timeout, **options: Any) -> Exchange[R]:
        self._pump.check_thread()
        ended = threading.Event()
        exchange = self._start(action, lambda _: ended.set(), timeout, **options)
        try:
            while not exchange.done:
                self._pump.wait_for(exchange, ended)
        finally:
            if not exchange.done:  # the thread was interrupted
                self._pump.abandon(exchange)
        return exchange

    def doctor(self, *wanted: Action[Any] | type[Action[Any]] | str) -> Diagnosis:
        """Find out which actions this user can use on this server, and why not the others.

        As `AsyncClient.doctor`.
        """
        return self._diagnose(wanted, self.send(RawAction("ListCommands")))

    # --- events ---------------------------------------------------------------------------

    @overload
    def events(self, wanted: type[E1], /, **how: Unpack[Listening]) -> EventStream[E1]: ...
    @overload
    def events(
        self, wanted: type[E1], second: type[E2], /, **how: Unpack[Listening]
    ) -> EventStream[E1 | E2]: ...
    @overload
    def events(
        self, wanted: type[E1], second: type[E2], third: type[E3], /, **how: Unpack[Listening]
    ) -> EventStream[E1 | E2 | E3]: ...
    @overload
    def events(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        /,
        **how: Unpack[Listening],
    ) -> EventStream[E1 | E2 | E3 | E4]: ...
    @overload
    def events(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        fifth: type[E5],
        /,
        **how: Unpack[Listening],
    ) -> EventStream[E1 | E2 | E3 | E4 | E5]: ...
    @overload
    def events(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        fifth: type[E5],
        sixth: type[E6],
        /,
        **how: Unpack[Listening],
    ) -> EventStream[E1 | E2 | E3 | E4 | E5 | E6]: ...
    @overload
    def events(self, *names: str, **how: Unpack[Listening]) -> EventStream[Event]: ...
    @overload
    def events(self, *wanted: Wanted, **how: Unpack[Listening]) -> EventStream[Any]: ...

    def events(
        self,
        *wanted: Wanted,
        include: Include = "unsolicited",
        queue_size: int = QUEUE_SIZE,
        overflow: Policy = "drop_oldest",
    ) -> EventStream[Any]:
        """Return the events of these classes or names as an iterator.

        It begins to gather at once, not when it is first iterated. The arguments are those of
        `on`.
        """
        self._pump.check_thread()
        return self._pump.stream(wanted, include, queue_size, overflow)
