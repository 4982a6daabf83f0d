"""The asyncio client: a pump between a socket and a `Session`, with the user's API on top."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import ssl
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, overload

from pydantic import SecretStr

from .doctor import Diagnosis, diagnose, infos_of
from .errors import (
    AmiError,
    ConnectFailed,
    ConnectionClosed,
    ConnectTimeout,
    InvalidAction,
    NotSent,
    OriginateFailed,
)
from .exchange import Exchange, failure
from .models import Action, Event, ListAction, RawAction, Reply
from .options import Auth, Options, env_arguments, url_arguments
from .pump import Pump
from .registry import Registry
from .server import ServerInfo, absence
from .session import Session, State
from .streams import SLICE, AsyncHandler, EventStream
from .subscriptions import Dispatcher, Include, Subscription, names_of
from .wire import MAX_MESSAGE

if TYPE_CHECKING:
    from amisdk_models.actions import Originate
    from amisdk_models.events import OriginateResponse

__all__ = ["AsyncClient", "EventStream"]

R = TypeVar("R", bound=Reply)
I = TypeVar("I", bound=Event)  # noqa: E741 - the item of a list
E = TypeVar("E", bound=Event)
E1 = TypeVar("E1", bound=Event)
E2 = TypeVar("E2", bound=Event)
E3 = TypeVar("E3", bound=Event)
E4 = TypeVar("E4", bound=Event)
E5 = TypeVar("E5", bound=Event)
E6 = TypeVar("E6", bound=Event)
E_in = TypeVar("E_in", bound=Event)
Done = TypeVar("Done", bound="Awaitable[None] | None")
H = TypeVar("H", bound=Callable[[Any], Awaitable[None] | None])


Register = Callable[[Callable[[E_in], Done]], Callable[[E_in], Done]]
"""The decorator that `AsyncClient.on` returns: it gives back the function as it is."""


AnyHandler = Callable[[Event], Awaitable[None] | None]


class _Default:
    """Stands for "as the client was told"."""

    def __repr__(self) -> str:
        return "<as the client>"


_DEFAULT: Final = _Default()
Timeout = float | None | _Default

_HINTS = {State.GREETING: "; does the port speak TLS?"}
_GOODBYE = 1.0
"""Seconds that `close` waits for the server's goodbye."""
_PATIENCE = 3.0
"""Seconds that `close` waits for handlers to end after they were cancelled."""
_ORIGINATE_MARGIN = 10.0


def _is_coroutine_function(function: Any) -> bool:
    call = getattr(function, "__call__", None)  # noqa: B004 - an object with "async def __call__"
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def _hears_calls(mask: str | None) -> bool:
    """Whether a login with this event mask lets call events through."""
    words = {word.strip() for word in (mask or "on").lower().split(",")}
    return bool(words & {"on", "true", "yes", "y", "t", "1", "all", "call"})


def _settle(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)


class AsyncClient:
    """A connection to an Asterisk manager, for asyncio.

    ::

        async with AsyncClient("pbx.example", username="admin", secret="...") as ami:
            print(await ami.send(actions.Ping()))

    Args:
        host: Name or address of the server.
        port: Its port; 5038 if not given, 5039 with TLS.
        username: The user, as named in manager.conf.
        secret: The user's secret; shown nowhere.
        auth: ``md5`` answers a challenge and keeps the secret off the wire; ``plain`` sends it.
        tls: True for TLS with the system's trusted certificates, or an `ssl.SSLContext`.
        server_hostname: The name that the certificate must have, if it is not `host`.
        events: The event mask to log in with: ``on``, ``off``, or a list such as
            ``call,agent``. The server's default is what manager.conf lets the user read.
        encoding: Of the text on the wire. Bytes that it does not know are kept as surrogates.
        timeout: Seconds that an action may take until its reply is whole; None for no limit.
        connect_timeout: Seconds for TCP, TLS, greeting and login together.
        max_message: The most bytes that one message from the server may have.
        registry: The ``registry`` module of a package that ``amisdk-codegen`` generated; its
            events are read with its classes, all others with amisdk's own.
        check_version: Whether to learn the server's version at login (by CoreSettings; where the
            user may not, the server raises a RequestNotAllowed), and to refuse actions that this
            version does not have.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int | None = None,
        *,
        username: str,
        secret: str | SecretStr,
        auth: Auth = "md5",
        tls: bool | ssl.SSLContext = False,
        server_hostname: str | None = None,
        events: str | None = None,
        encoding: str = "utf-8",
        timeout: float | None = 10.0,
        connect_timeout: float = 10.0,
        max_message: int = MAX_MESSAGE,
        registry: Registry | None = None,
        check_version: bool = True,
    ) -> None:
        self._options = Options(
            host=host,
            port=port,
            username=username,
            secret=secret,
            auth=auth,
            tls=tls,
            server_hostname=server_hostname,
            events=events,
            encoding=encoding,
            timeout=timeout,
            connect_timeout=connect_timeout,
            max_message=max_message,
            registry=registry,
            check_version=check_version,
        )
        self._dispatcher = Dispatcher()
        self._pump: Pump | None = None
        self._closing = False
        self._streams: weakref.WeakSet[EventStream[Any]] = weakref.WeakSet()
        self._subscriptions: list[tuple[object, Subscription]] = []
        self._handlers: list[AsyncHandler] = []
        self._closed: asyncio.Future[AmiError | None] | None = None

    @classmethod
    def from_url(cls, url: str, **arguments: Any) -> Self:
        """Make a client from ``ami://user:secret@host:5038``, or ``amis://`` for TLS.

        Options may follow as ``/?timeout=5&events=off``; `arguments` are those of the class
        and go before the URL's.

        Raises:
            ValueError: The URL is of another form.
        """
        return cls(**{**url_arguments(url), **arguments})

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **arguments: Any) -> Self:
        """Make a client from AMI_HOST, AMI_PORT, AMI_USERNAME, AMI_SECRET and AMI_TLS.

        AMI_LOGIN and AMI_PASSWORD do as well. `arguments` go before the environment.

        Raises:
            ValueError: A variable is missing or malformed.
        """
        return cls(**{**env_arguments(environ), **arguments})

    def __repr__(self) -> str:
        host, port = self._options.address
        state = self._pump.session.state.value if self._pump is not None else "not connected"
        return f"<AsyncClient {self._options.username}@{host}:{port} {state}>"

    # --- connection -----------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the client is logged in and can send."""
        return self._pump is not None and self._pump.session.state is State.READY

    @property
    def greeting(self) -> str | None:
        """The server's first line, such as ``Asterisk Call Manager/11.0.0``."""
        return self._pump.session.greeting if self._pump is not None else None

    @property
    def server(self) -> ServerInfo:
        """What is known of the server: the versions of its manager and of Asterisk."""
        return self._pump.session.server if self._pump is not None else ServerInfo()

    def supports(self, action: Action[Any] | type[Action[Any]]) -> bool:
        """Tell whether the server's version of Asterisk has an action.

        True as well where the version is not known. Whether the module is loaded and the user
        may is what `doctor` finds out.
        """
        return absence(action.ami, self.server) is None

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
        listed = await self.send(RawAction("ListCommands"))
        return diagnose(infos_of(wanted, self._options.registry), self.server, listed.headers)

    async def connect(self) -> None:
        """Connect and log in. After a failure it may be called again.

        Raises:
            ConnectTimeout: TCP, TLS, greeting and login took longer than `connect_timeout`.
            BadGreeting: What answers there is no manager.
            LoginRefused: The server refused user name and secret.
            ConnectFailed: The server cannot be reached, or its certificate is not trusted.
        """
        if self._pump is not None:
            raise RuntimeError("a client connects once; make a new one to connect again")
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[AmiError | None] = loop.create_future()
        self._closed = loop.create_future()
        self._pump = pump = Pump(loop)
        pump.session = Session(
            self._options.credentials(),
            self._options.event_classes(),
            self._dispatcher,
            on_open=partial(_settle, opened),
            on_close=self._on_close,
            clock=loop.time,
            encoding=self._options.encoding,
            max_message=self._options.max_message,
            read_version=self._options.check_version,
        )
        try:
            async with asyncio.timeout(self._options.connect_timeout):
                await self._open_transport(loop, pump)
                error = await opened
        except TimeoutError:
            state = pump.session.state
            self._forget(pump)
            host, port = self._options.address
            raise ConnectTimeout(
                f"{host}:{port} did not let us in within {self._options.connect_timeout:g} s "
                f"({state.value}{_HINTS.get(state, '')})"
            ) from None
        except BaseException:
            self._forget(pump)
            raise
        if error is not None:
            self._forget(pump)
            raise error
        for handler in self._handlers:
            handler.start()

    def _forget(self, pump: Pump) -> None:
        pump.session.close()
        pump.abort()
        self._pump = None
        if self._closed is not None:
            _settle(self._closed, None)
            self._closed = None

    async def _open_transport(self, loop: asyncio.AbstractEventLoop, pump: Pump) -> None:
        host, port = self._options.address
        context = self._options.ssl_context()
        try:
            await loop.create_connection(
                lambda: pump,
                host,
                port,
                ssl=context,
                server_hostname=self._options.server_hostname if context else None,
            )
        except ssl.SSLError as error:
            raise ConnectFailed(f"TLS with {host}:{port} failed: {error}") from error
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as error:  # UnicodeError: a host that is no name
            raise ConnectFailed(f"cannot reach {host}:{port}: {error}") from error

    def _on_close(self, error: AmiError | None) -> None:
        if self._closing:
            error = None  # the server's end of the connection may come before ours
        for stream in list(self._streams):
            stream.close(error)
        for handler in self._handlers:
            handler.finish()
        if self._closed is not None:
            _settle(self._closed, error)

    async def wait_closed(self) -> None:
        """Wait until the connection ends.

        Raises:
            ConnectionClosed: It was lost; `close` is no error.
        """
        if self._closed is None:
            return
        error = await asyncio.shield(self._closed)
        if error is not None:
            raise ConnectionClosed(str(error)) from error

    async def close(self) -> None:
        """Log off and close the connection. Harmless when it is closed already.

        Whoever still waits for a reply gets `OutcomeUnknown` or `NotSent`.
        """
        pump = self._pump
        if pump is None:
            return
        if not self._closing and pump.session.state is State.READY:
            self._closing = True
            # The server answers Goodbye and closes; a server that does not is not waited for.
            try:
                with contextlib.suppress(AmiError, TimeoutError):
                    await self.send(RawAction("Logoff"), timeout=_GOODBYE, check=False)
            finally:
                pump.session.close()
                pump.abort()
        else:
            pump.session.close()
            pump.abort()
        tasks = [task for handler in self._handlers if (task := handler.cancel()) is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE)

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
        timeout: Timeout = _DEFAULT,
        action_id: str | None = None,
        check: bool = True,
        check_version: bool = True,
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

        Raises:
            ActionFailed: The server answered with an error.
            UnsupportedAction: The server's version does not have it; nothing was sent.
            ActionTimeout: No whole reply in time.
            NotSent: The client is not connected, or the connection went before the action.
            OutcomeUnknown: The connection went before the reply came.
            InvalidAction: The action cannot be written; nothing was sent.
        """
        exchange = await self._exchange(action, timeout, action_id, check_version=check_version)
        if check and (error := failure(exchange)) is not None:
            raise error
        assert exchange.reply is not None
        return exchange.reply

    async def stream(
        self, action: ListAction[Any, I], *, timeout: Timeout = _DEFAULT
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
                self._abandon(exchange)
        if exchange.error is not None:
            raise exchange.error
        if (error := failure(exchange)) is not None:
            raise error

    async def originate(
        self, action: Originate, *, timeout: Timeout = _DEFAULT, action_id: str | None = None
    ) -> OriginateResponse:
        """Make a call and wait for what becomes of it, without holding up the session.

        The action is sent with ``Async: true``, whatever it says itself. The outcome comes as an
        event: the user needs the read privilege call, and events must not be off.

        Args:
            action: The call to make.
            timeout: Seconds to wait for the outcome; without it the action's own time-out for
                the answer (30 s if it names none) and 10 s more.
            action_id: As for `send`.

        Returns:
            The event that tells of the answered call.

        Raises:
            OriginateFailed: The call failed; `event` has the reason, if one came.
            InvalidAction: The client logged in without call events; nothing was sent.
            AmiError: As `send`.
        """
        if action.ami.later is None:
            raise TypeError(f"originate() takes actions.Originate(...), not {action!r}")
        if not _hears_calls(self._options.events):
            raise InvalidAction(
                "originate() waits for an event; log in with an event mask that has call",
                field="events",
            )
        blocks = action.ami.blocks
        if isinstance(timeout, _Default) and blocks is not None:
            timeout = blocks.seconds({**dict(action), "async_": None}) + _ORIGINATE_MARGIN
        action = action.model_copy(update={"async_": True})
        exchange = await self._exchange(action, timeout, action_id, until_later=True)
        if (error := failure(exchange)) is not None:
            raise error
        if exchange.event is None:
            raise OriginateFailed("Originate: no outcome came", action=action)
        return exchange.event  # type: ignore[return-value]

    async def _exchange(
        self,
        action: Action[R],
        timeout: Timeout,
        action_id: str | None,
        *,
        until_later: bool = False,
        check_version: bool = True,
    ) -> Exchange[R]:
        waiter: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        exchange = self._start(
            action,
            partial(_settle, waiter),
            timeout,
            action_id=action_id,
            until_later=until_later,
            check_version=check_version,
        )
        try:
            await waiter
        except asyncio.CancelledError:
            self._abandon(exchange)
            raise
        if exchange.error is not None:
            raise exchange.error
        return exchange

    def _start(
        self,
        action: Action[R],
        on_done: Callable[[Exchange[R]], object],
        timeout: Timeout,
        *,
        on_item: Callable[[Event], None] | None = None,
        action_id: str | None = None,
        until_later: bool = False,
        check_version: bool = True,
    ) -> Exchange[R]:
        if not isinstance(action, Action):
            raise TypeError(f"an action is wanted, such as actions.Ping(), not {action!r}")
        if not isinstance(timeout, _Default) and timeout is not None and not timeout >= 0:
            raise ValueError("timeout is a number of seconds, or None")
        pump = self._pump
        if pump is None:
            raise NotSent(f"{action.ami_name}: the client is not connected", action=action)
        if isinstance(timeout, _Default):
            timeout = self._options.timeout
            if timeout is not None and action.ami.blocks is not None:
                timeout += action.ami.blocks.seconds(dict(action))
        exchange = pump.session.send(
            action,
            on_done=on_done,
            on_item=on_item,
            action_id=action_id,
            timeout=None if timeout is None or timeout == float("inf") else timeout,
            until_later=until_later,
            check_version=check_version and self._options.check_version,
        )
        pump.flush_soon()
        return exchange

    def _abandon(self, exchange: Exchange[Any]) -> None:
        if self._pump is not None:
            self._pump.session.abandon(exchange)

    # --- events ---------------------------------------------------------------------------

    @overload
    def events(self, *, include: Include = ...) -> EventStream[Event]: ...
    @overload
    def events(
        self,
        wanted: type[E1],
        /,
        *,
        include: Include = ...,
    ) -> EventStream[E1]: ...
    @overload
    def events(
        self,
        wanted: type[E1],
        second: type[E2],
        /,
        *,
        include: Include = ...,
    ) -> EventStream[E1 | E2]: ...
    @overload
    def events(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        /,
        *,
        include: Include = ...,
    ) -> EventStream[E1 | E2 | E3]: ...
    @overload
    def events(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        /,
        *,
        include: Include = ...,
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
        *,
        include: Include = ...,
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
        *,
        include: Include = ...,
    ) -> EventStream[E1 | E2 | E3 | E4 | E5 | E6]: ...
    @overload
    def events(self, *wanted: type[Event] | str, include: Include = ...) -> EventStream[Event]: ...

    def events(
        self, *wanted: type[Event] | str, include: Include = "unsolicited"
    ) -> EventStream[Any]:
        """Return the events of these classes or names as an async iterator.

        It begins to gather at once, not when it is first iterated.

        Args:
            wanted: Event classes, or names for events that have no class; none for all.
            include: ``unsolicited`` for what the server sends by itself, ``replies`` for the
                events that belong to the reply of an action, ``all`` for both.
        """
        stream: EventStream[Any] = EventStream(self._dispatcher, wanted, include)
        self._streams.add(stream)
        if self._closed is not None and self._closed.done():
            stream.close(self._closed.result())
        return stream

    @overload
    def on(self, *, include: Include = ...) -> Callable[[AnyHandler], AnyHandler]: ...
    @overload
    def on(
        self,
        wanted: type[E1],
        /,
        *,
        include: Include = ...,
    ) -> Register[E1, Done]: ...
    @overload
    def on(
        self,
        wanted: type[E1],
        second: type[E2],
        /,
        *,
        include: Include = ...,
    ) -> Register[E1 | E2, Done]: ...
    @overload
    def on(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        /,
        *,
        include: Include = ...,
    ) -> Register[E1 | E2 | E3, Done]: ...
    @overload
    def on(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        /,
        *,
        include: Include = ...,
    ) -> Register[E1 | E2 | E3 | E4, Done]: ...
    @overload
    def on(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        fifth: type[E5],
        /,
        *,
        include: Include = ...,
    ) -> Register[E1 | E2 | E3 | E4 | E5, Done]: ...
    @overload
    def on(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        fifth: type[E5],
        sixth: type[E6],
        /,
        *,
        include: Include = ...,
    ) -> Register[E1 | E2 | E3 | E4 | E5 | E6, Done]: ...
    @overload
    def on(
        self, *wanted: type[Event] | str, include: Include = ...
    ) -> Callable[[AnyHandler], AnyHandler]: ...

    def on(
        self, *wanted: type[Event] | str, include: Include = "unsolicited"
    ) -> Callable[[Any], Any]:
        """Call a function with each event of these classes or names; use it as a decorator.

        A plain function is called as the event is read, and must be quick. A coroutine
        function runs in a task of its own, one event after the other, and may take its time.
        One that raises is logged; the next event still comes.

        Args:
            wanted: Event classes, or names for events that have no class; none for all.
            include: As for `events`.
        """
        names_of(wanted)  # a fault shows here, not when a function is given

        def register(function: H) -> H:
            deliver: Callable[[Any], Any] = function
            if _is_coroutine_function(function):
                handler = AsyncHandler(function)
                self._handlers.append(handler)
                deliver = handler.put
                if self.connected:
                    handler.start()
            subscription = Subscription.of(deliver, wanted, include)
            self._subscriptions.append((function, subscription))
            self._dispatcher.add(subscription)
            return function

        return register

    def off(self, function: Callable[[Any], object]) -> None:
        """Stop calling a function that was given to `on`.

        What a coroutine function has not begun with by then is dropped.
        """
        kept: list[tuple[object, Subscription]] = []
        for registered, subscription in self._subscriptions:
            if registered == function:
                self._dispatcher.remove(subscription)
            else:
                kept.append((registered, subscription))
        self._subscriptions = kept
        for handler in [one for one in self._handlers if one.function == function]:
            handler.cancel()
            self._handlers.remove(handler)
