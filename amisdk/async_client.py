"""The asyncio client: the user's API over a link and its asyncio pump."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from .async_pump import AsyncPump, wake
from .async_streams import SLICE, AsyncEventStream
from .base_client import DEFAULT, BaseClient, Timeout
from .doctor import Diagnosis
from .exchange import Exchange
from .lifecycle import Occurrence
from .link import Phase
from .mailbox import QUEUE_SIZE, Policy
from .models import Action, Event, ListAction, RawAction, Reply
from .options import Offline, Options, Retry
from .subscriptions import Dispatcher, Include, Listening, Wanted

if TYPE_CHECKING:
    from amisdk_models.actions import Originate
    from amisdk_models.events import OriginateResponse

__all__ = ["AsyncClient"]

R = TypeVar("R", bound=Reply)
I = TypeVar("I", bound=Event)  # noqa: E741 - the item of a list
E1 = TypeVar("E1", bound=Occurrence)
E2 = TypeVar("E2", bound=Occurrence)
E3 = TypeVar("E3", bound=Occurrence)
E4 = TypeVar("E4", bound=Occurrence)
E5 = TypeVar("E5", bound=Occurrence)
E6 = TypeVar("E6", bound=Occurrence)


class AsyncClient(BaseClient[AsyncPump]):
    """A connection to an Asterisk manager, for asyncio.

    ::

        async with AsyncClient("pbx.example", username="admin", secret="...") as ami:
            print(await ami.send(actions.Ping()))

    `BaseClient` explains the arguments. A client belongs to the event loop that it connected in.
    """

    def _make_pump(self, options: Options, dispatcher: Dispatcher) -> AsyncPump:
        return AsyncPump(options, dispatcher)

    # --- connection -----------------------------------------------------------------------

    async def connect(self) -> None:
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
        await self._pump.connect()

    async def wait_closed(self) -> None:
        """Wait until the client is closed, or gives up to connect again.

        Raises:
            ConnectionClosed: The connection was lost for good; `close` is no error.
        """
        await self._pump.wait_closed()

    async def close(self) -> None:
        """Log off and close the connection. Harmless when it is closed already.

        Whoever still waits for a reply gets `OutcomeUnknown` or `NotSent`. Handlers have a
        moment for the events that came before. It takes 5 s at the most.
        """
        await self._pump.close()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    # --- actions --------------------------------------------------------------------------

    async def send(
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
            timeout: Seconds until the reply must be whole (for a list, between items); None
                for no limit. Without it the client's, plus the time that the action itself
                blocks the server for.
            action_id: An ActionID of one's own, 1 to 67 bytes, instead of a random one.
            check: False to return a reply with ``Response: Error`` instead of raising.
            check_version: False to send it even if the server's version does not have it.
            offline: What to do while there is no connection, if not as the client was told.
            retry: Whether to send it again, if not as the client was told.

        Raises:
            ActionFailed: The server answered with an error.
            ActionNotAllowed: The client was told not to send such actions.
            UnsupportedAction: The server's version does not have it; nothing was sent.
            ActionTimeout: No whole reply in time.
            NotSent: There is no connection, or it went before the action.
            OutcomeUnknown: The connection went before the reply came.
            InvalidAction: The action cannot be written; nothing was sent.
        """
        exchange = await self._exchange(
            action,
            timeout,
            action_id=action_id,
            check_version=check_version,
            offline=offline,
            retry=retry,
        )
        return self._reply(exchange, check=check)

    async def stream(
        self, action: ListAction[Any, I], *, timeout: Timeout = DEFAULT
    ) -> AsyncGenerator[I, None]:
        """Send an action and yield the items of its list as they come.

        Args:
            action: An action whose reply has a list.
            timeout: Seconds for the response, and then between items.

        Raises:
            AmiError: As `send`. What came before the error was yielded.
        """
        items: deque[Event] = deque()
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        until = loop.time() + SLICE

        def add(item: Event) -> None:
            items.append(item)
            changed.set()

        self._pump.check_loop()
        exchange = self._start(action, lambda _: changed.set(), timeout, on_item=add)
        try:
            while True:
                while items:
                    yield items.popleft()  # type: ignore[misc]
                    if loop.time() > until:
                        # A consumer that never waits must not keep the loop from the reader.
                        await asyncio.sleep(0)
                        until = loop.time() + SLICE
                if exchange.done:
                    break
                await changed.wait()
                changed.clear()
        finally:
            if not exchange.done:
                self._pump.abandon(exchange)
        self._reply(exchange)

    async def originate(
        self,
        action: Originate,
        *,
        timeout: Timeout = DEFAULT,
        action_id: str | None = None,
        offline: Offline | None = None,
    ) -> OriginateResponse:
        """Make a call and wait for what becomes of it, without holding up the session.

        The action is sent with ``Async: true``, whatever it says itself. The outcome comes as an
        event: the user needs the read privilege call, and events must not be off.

        Args:
            action: The call to make.
            timeout: Seconds to wait for the outcome; without it the action's own time-out for
                the answer (30 s if it names none) and 10 s more.
            action_id: As for `send`.
            offline: As for `send`.

        Returns:
            The event that tells of the answered call.

        Raises:
            OriginateFailed: The call failed; `event` has the reason, if one came.
            InvalidAction: The client's event mask has no call events; nothing was sent.
            AmiError: As `send`.
        """
        call, timeout = self._prepare(action, timeout)
        exchange = await self._exchange(
            call, timeout, action_id=action_id, until_later=True, offline=offline
        )
        return self._outcome(exchange)

    async def _exchange(self, action: Action[R], timeout: Timeout, **options: Any) -> Exchange[R]:
        waiter: asyncio.Future[None] = self._pump.check_loop().create_future()
        exchange = self._start(action, partial(wake, waiter), timeout, **options)
        try:
            await waiter
        except asyncio.CancelledError:
            self._pump.abandon(exchange)
            raise
        return exchange

    async def doctor(self, *wanted: Action[Any] | type[Action[Any]] | str) -> Diagnosis:
        """Find out which actions this user can use on this server, and why not the others.

        ::

            print(await ami.doctor(actions.QueueAdd, actions.SIPpeers))

        Nothing but ListCommands is sent; no action is tried.

        Args:
            wanted: Actions, their classes or AMI names; none for all that amisdk knows.

        Raises:
            AmiError: As `send`.
        """
        return self._diagnose(wanted, await self.send(RawAction("ListCommands")))

    # --- events ---------------------------------------------------------------------------

    @overload
    def events(self, wanted: type[E1], /, **how: Unpack[Listening]) -> AsyncEventStream[E1]: ...
    @overload
    def events(
        self, wanted: type[E1], second: type[E2], /, **how: Unpack[Listening]
    ) -> AsyncEventStream[E1 | E2]: ...
    @overload
    def events(
        self, wanted: type[E1], second: type[E2], third: type[E3], /, **how: Unpack[Listening]
    ) -> AsyncEventStream[E1 | E2 | E3]: ...
    @overload
    def events(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        /,
        **how: Unpack[Listening],
    ) -> AsyncEventStream[E1 | E2 | E3 | E4]: ...
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
    ) -> AsyncEventStream[E1 | E2 | E3 | E4 | E5]: ...
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
    ) -> AsyncEventStream[E1 | E2 | E3 | E4 | E5 | E6]: ...
    @overload
    def events(self, *names: str, **how: Unpack[Listening]) -> AsyncEventStream[Event]: ...
    @overload
    def events(self, *wanted: Wanted, **how: Unpack[Listening]) -> AsyncEventStream[Any]: ...

    def events(
        self,
        *wanted: Wanted,
        include: Include = "unsolicited",
        queue_size: int = QUEUE_SIZE,
        overflow: Policy = "drop_oldest",
    ) -> AsyncEventStream[Any]:
        """Return the events of these classes or names as an async iterator.

        It begins to gather at once, not when it is first iterated. The arguments are those of
        `on`.
        """
        self._pump.check_thread()
        return self._pump.stream(wanted, include, queue_size, overflow)
