"""What both clients share: how they are made, what they know, and who listens."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from math import inf
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Generic,
    NoReturn,
    Protocol,
    Self,
    TypeVar,
    Unpack,
    overload,
)

from pydantic import SecretStr

from .backoff import Reconnect
from .doctor import Diagnosis, diagnose, infos_of
from .errors import InvalidAction, OriginateFailed
from .exchange import Exchange, failure
from .guard import ActionNames
from .info import ActionInfo
from .lifecycle import Occurrence
from .link import Link, Phase
from .mailbox import QUEUE_SIZE, Mailbox, Policy
from .models import Action, Event, Reply
from .options import Auth, Offline, Options, Retry, env_arguments, url_arguments
from .registry import Registry
from .secrecy import concealed
from .server import ServerInfo, absence
from .stats import Stats
from .subscriptions import Dispatcher, Include, Listening, Subscription, Wanted
from .wire import Limits

if TYPE_CHECKING:
    from amisdk_models.actions import Originate
    from amisdk_models.events import OriginateResponse

__all__ = ["DEFAULT", "BaseClient", "Timeout"]

R = TypeVar("R", bound=Reply)
X = TypeVar("X")
E1 = TypeVar("E1", bound=Occurrence)
E2 = TypeVar("E2", bound=Occurrence)
E3 = TypeVar("E3", bound=Occurrence)
E4 = TypeVar("E4", bound=Occurrence)
E5 = TypeVar("E5", bound=Occurrence)
E6 = TypeVar("E6", bound=Occurrence)
E_in = TypeVar("E_in", bound=Occurrence)
Done = TypeVar("Done", bound="Awaitable[None] | None")
H = TypeVar("H", bound=Callable[[Any], Awaitable[None] | None])

Register = Callable[[Callable[[E_in], Done]], Callable[[E_in], Done]]
"""The decorator that `on` returns: it gives back the function as it is."""

AnyHandler = Callable[[Event], Awaitable[None] | None]

ORIGINATE_MARGIN = 10.0
"""Seconds that `originate` waits for the outcome beyond the call's own time."""


class _Default:
    """Stands for "as the client was told"."""

    def __repr__(self) -> str:
        return "<as the client>"


DEFAULT: Final = _Default()
Timeout = float | None | _Default


class Handler(Protocol):
    """What works on the events of a function that was given to `on`."""

    @property
    def mailbox(self) -> Mailbox:
        """Where its events go."""
        ...


Handling = TypeVar("Handling", bound=Handler)


class Pump(Protocol[Handling]):
    """What a client needs of its pump."""

    link: Link

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """What guards the link."""
        ...

    def check_thread(self) -> None:
        """Refuse a thread that must not use the client."""

    def send(self, exchange: Exchange[Any], *, wait: bool) -> None:
        """Hand an action to the link."""

    def abandon(self, exchange: Exchange[Any]) -> None:
        """Take note that nobody waits for an exchange any more."""

    def stats(self) -> Stats:
        """Return what was counted."""
        ...

    def handler(self, function: Callable[[Any], Any], size: int, policy: Policy) -> Handling:
        """Make a handler."""
        ...

    def dismiss(self, handler: Handling) -> None:
        """End a handler."""

    def forgotten(self) -> None:
        """Clean up after a client that nobody holds any more."""


P = TypeVar("P", bound=Pump[Any])


class BaseClient(Generic[P]):
    """A connection to an Asterisk manager.

    Args:
        host: Name or address of the server.
        port: Its port; 5038 if not given, 5039 with TLS.
        username: The user, as named in manager.conf.
        secret: The user's secret, or a function that is asked for it at every login; shown
            nowhere.
        auth: ``md5`` answers a challenge and keeps the secret off the wire; ``plain`` sends it.
        ssl: True for TLS with the system's trusted certificates, or an `ssl.SSLContext`.
        server_hostname: The name that the certificate must have, if it is not `host`.
        events: The event mask to log in with: ``on``, ``off``, or a list such as
            ``call,agent``. The server's default is what manager.conf lets the user read.
        encoding: Of the text on the wire. Bytes that it does not know are kept as surrogates.
        timeout: Seconds that an action may take until its reply is whole; None for no limit.
        connect_timeout: Seconds for TCP, TLS, greeting and login together.
        keepalive: Seconds of silence after which the server is asked with a Ping; after as many
            more the connection counts as lost. None to trust it for ever.
        reconnect: Whether to connect again when the connection is lost, or a `Reconnect` that
            says how. False suits a program that does one thing and ends.
        offline: Whether an action waits for the connection to come back, until its own time-out
            (``wait``), or raises `NotSent` at once (``fail``).
        retry: ``idempotent`` to send actions again whose reply was lost with the connection, if
            doing them twice is as good as once; ``never`` to raise `OutcomeUnknown` for all.
        allow: The only actions that may be sent: classes, names, or patterns such as
            ``Queue*``.
        deny: Actions that may not be sent.
        read_only: Refuse actions that change something on the server or reveal configuration.
        limits: The most that is taken from the server, and the most actions that may wait.
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
        secret: str | SecretStr | Callable[[], str | SecretStr],
        auth: Auth = "md5",
        ssl: bool | ssl.SSLContext = False,
        server_hostname: str | None = None,
        events: str | None = None,
        encoding: str = "utf-8",
        timeout: float | None = 10.0,
        connect_timeout: float = 10.0,
        keepalive: float | None = 15.0,
        reconnect: bool | Reconnect = True,
        offline: Offline = "wait",
        retry: Retry = "never",
        allow: ActionNames | None = None,
        deny: ActionNames = (),
        read_only: bool = False,
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
        registry: Registry | None = None,
        check_version: bool = True,
    ) -> None:
        secret = concealed(secret)  # a traceback shows what its frames hold
        self._options = options = Options(
            host=host,
            port=port,
            username=username,
            secret=secret,
            auth=auth,
            ssl=ssl,
            server_hostname=server_hostname,
            events=events,
            encoding=encoding,
            timeout=timeout,
            connect_timeout=connect_timeout,
            keepalive=keepalive,
            reconnect=reconnect,
            offline=offline,
            retry=retry,
            allow=allow,
            deny=deny,
            read_only=read_only,
            limits=limits,
            registry=registry,
            check_version=check_version,
        )
        self._guard = options.guard()
        self._dispatcher = Dispatcher()
        self._registered: list[tuple[object, Subscription, Any]] = []
        self._pump: P = self._make_pump(options, self._dispatcher)
        self._link = self._pump.link

    def _make_pump(self, options: Options, dispatcher: Dispatcher) -> P:
        raise NotImplementedError

    @classmethod
    def from_url(cls, url: str, **arguments: Any) -> Self:
        """Make a client from ``ami://user:secret@host:5038``, or ``amis://`` for TLS.

        Options may follow as ``/?timeout=5&events=off``; `arguments` are those of the class
        and go before the URL's.

        Raises:
            ValueError: The URL is of another form.
        """
        given = _outcome(url_arguments, url)
        del url  # it holds the secret, and a traceback shows what its frames hold
        if isinstance(given, ValueError):
            raise given
        return cls(**{**given, **_quiet(arguments)})

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **arguments: Any) -> Self:
        """Make a client from AMI_HOST, AMI_PORT, AMI_USERNAME, AMI_SECRET and AMI_TLS.

        AMI_LOGIN and AMI_PASSWORD do as well. `arguments` go before the environment.

        Raises:
            ValueError: A variable is missing or malformed.
        """
        given = _outcome(env_arguments, environ)
        del environ  # it holds the secret, and a traceback shows what its frames hold
        if isinstance(given, ValueError):
            raise given
        return cls(**{**given, **_quiet(arguments)})

    def __repr__(self) -> str:
        name = type(self).__name__
        if "_link" not in vars(self):  # it is being made, and a traceback shows it
            return f"<{name}>"
        host, port = self._options.address
        phase = self._link.phase.value
        return f"<{name} {self._options.username}@{host}:{port} {phase}>"

    def __del__(self, is_over: Callable[[], bool] = sys.is_finalizing) -> None:
        # The pump does not hold the client, so that one which nobody holds is noticed.
        if "_pump" in vars(self) and not is_over():
            self._pump.forgotten()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled: it holds a connection and a secret")

    # --- what is known --------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the client is logged in and can send."""
        return self._link.phase is Phase.UP

    @property
    def greeting(self) -> str | None:
        """The server's first line, such as ``Asterisk Call Manager/11.0.0``."""
        return self._link.greeting

    @property
    def server(self) -> ServerInfo:
        """What is known of the server: the versions of its manager and of Asterisk."""
        return self._link.server

    @property
    def stats(self) -> Stats:
        """What was sent, received and lost so far."""
        return self._pump.stats()

    def supports(self, action: Action[Any] | type[Action[Any]] | str) -> bool:
        """Tell whether the server's version of Asterisk has an action.

        True as well where the version is not known. Whether the module is loaded and the user
        may is what `doctor` finds out.

        Args:
            action: An action, its class, or its AMI name.
        """
        return absence(self._info(action), self.server) is None

    def _info(self, action: Action[Any] | type[Action[Any]] | str) -> ActionInfo:
        return infos_of([action], self._options.registry)[0]

    def _diagnose(
        self, wanted: Sequence[Action[Any] | type[Action[Any]] | str], listed: Reply
    ) -> Diagnosis:
        return diagnose(infos_of(wanted, self._options.registry), self.server, listed.headers)

    # --- actions --------------------------------------------------------------------------

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
        offline: Offline | None = None,
        retry: Retry | None = None,
    ) -> Exchange[R]:
        """Hand an action to the link; `on_done` is called when it has ended."""
        if not _is_action(type(action)):
            raise TypeError(f"an action is wanted, such as actions.Ping(), not {action!r}")
        options = self._options
        if isinstance(timeout, _Default):
            timeout = options.timeout
            if timeout is not None and action.ami.blocks is not None:
                timeout += action.ami.blocks.seconds(dict(action))
        elif timeout is not None and not timeout >= 0:
            raise ValueError("timeout is a number of seconds, or None")
        if not self._guard.open:
            self._guard.check(action, self._info(action))
        exchange = Exchange(
            action,
            on_done=on_done,
            action_id=action_id,
            timeout=None if timeout == inf else timeout,
            on_item=on_item,
            until_later=until_later,
            retry=(retry or options.retry) == "idempotent"
            and action.ami.idempotent
            and on_item is None,
            check_version=check_version and options.check_version,
            encoding=options.encoding,
        )
        self._pump.send(exchange, wait=(offline or options.offline) == "wait")
        return exchange

    def _reply(self, exchange: Exchange[R], *, check: bool = True) -> R:
        """Return the reply of an exchange that has ended, or raise what came instead."""
        error, exchange.error = exchange.error, None
        if error is None and check:
            error = failure(exchange)
        if error is not None:
            try:
                raise error
            finally:
                del error  # its traceback holds this frame, and those that hold the exchange
        assert exchange.reply is not None
        return exchange.reply

    def _outcome(self, exchange: Exchange[Any]) -> OriginateResponse:
        """Return the event that tells of the answered call, or raise what came instead."""
        self._reply(exchange)
        if exchange.event is None:
            raise OriginateFailed("Originate: no outcome came", action=exchange.action)
        return exchange.event  # type: ignore[return-value]

    def _prepare(self, action: Originate, timeout: Timeout) -> tuple[Originate, Timeout]:
        """Return the call as `originate` sends it, and the time to wait for its outcome."""
        if action.ami.later is None:
            raise TypeError(f"originate() takes actions.Originate(...), not {action!r}")
        if not _hears_calls(self._link.event_mask):
            raise InvalidAction(
                "originate() waits for an event; log in with an event mask that has call",
                field="events",
            )
        blocks = action.ami.blocks
        if isinstance(timeout, _Default) and blocks is not None:
            timeout = blocks.seconds({**dict(action), "async_": None}) + ORIGINATE_MARGIN
        return action.model_copy(update={"async_": True}), timeout

    # --- events ---------------------------------------------------------------------------

    @overload
    def on(self, wanted: type[E1], /, **how: Unpack[Listening]) -> Register[E1, Done]: ...
    @overload
    def on(
        self, wanted: type[E1], second: type[E2], /, **how: Unpack[Listening]
    ) -> Register[E1 | E2, Done]: ...
    @overload
    def on(
        self, wanted: type[E1], second: type[E2], third: type[E3], /, **how: Unpack[Listening]
    ) -> Register[E1 | E2 | E3, Done]: ...
    @overload
    def on(
        self,
        wanted: type[E1],
        second: type[E2],
        third: type[E3],
        fourth: type[E4],
        /,
        **how: Unpack[Listening],
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
        **how: Unpack[Listening],
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
        **how: Unpack[Listening],
    ) -> Register[E1 | E2 | E3 | E4 | E5 | E6, Done]: ...
    @overload
    def on(self, *names: str, **how: Unpack[Listening]) -> Callable[[AnyHandler], AnyHandler]: ...
    @overload
    def on(self, *wanted: Wanted, **how: Unpack[Listening]) -> Callable[[Any], Any]: ...

    def on(
        self,
        *wanted: Wanted,
        include: Include = "unsolicited",
        queue_size: int = QUEUE_SIZE,
        overflow: Policy = "drop_oldest",
    ) -> Callable[[Any], Any]:
        """Call a function with each event of these classes or names; use it as a decorator.

        Events come one after the other, in the server's order, and wait in a queue while the
        function is busy: it may take its time, and never holds up the connection. One that
        raises is logged; the next event still comes.

        Args:
            wanted: Event classes, classes of `amisdk.lifecycle`, or names for events that have
                no class; none for every event of the server.
            include: ``unsolicited`` for what the server sends by itself, ``replies`` for the
                events that belong to the reply of an action, ``all`` for both.
            queue_size: How many events may wait.
            overflow: What happens when the queue is full and stays so: ``drop_oldest`` or
                ``drop_newest`` (counted, and told as `lifecycle.EventsLost`), ``disconnect``, or
                ``block``: nothing is read from the server until there is room.
        """
        Subscription.of(_ignore, wanted, include)  # a fault shows here, not at the function
        self._pump.check_thread()

        def register(function: H) -> H:
            with self._pump.lock:
                handler = self._pump.handler(function, queue_size, overflow)
                subscription = Subscription.of(handler.mailbox.put, wanted, include)
                self._registered.append((function, subscription, handler))
                self._dispatcher.add(subscription)
            return function

        return register

    def off(self, function: Callable[[Any], object]) -> None:
        """Stop calling a function that was given to `on`.

        What it has not begun with by then is dropped.
        """
        self._pump.check_thread()
        with self._pump.lock:
            kept: list[tuple[object, Subscription, Any]] = []
            for registered, subscription, handler in self._registered:
                if registered == function:
                    self._dispatcher.remove(subscription)
                    self._pump.dismiss(handler)
                else:
                    kept.append((registered, subscription, handler))
            self._registered = kept


@cache
def _is_action(kind: type) -> bool:
    return issubclass(kind, Action)  # pydantic asks Python each time


def _outcome(read: Callable[[X], dict[str, Any]], given: X) -> dict[str, Any] | ValueError:
    """Return arguments, or the error without the frames that have seen a secret."""
    try:
        return read(given)
    except ValueError as error:
        return ValueError(*error.args)


def _quiet(arguments: dict[str, Any]) -> dict[str, Any]:
    """Conceal the secret among a client's arguments."""
    if "secret" in arguments:
        arguments["secret"] = concealed(arguments["secret"])
    return arguments


def _hears_calls(mask: str | None) -> bool:
    """Whether a session with this event mask is told call events."""
    words = {word.strip() for word in (mask or "on").lower().split(",")}
    return bool(words & {"on", "true", "yes", "y", "t", "1", "all", "call"})


def _ignore(_: Event) -> None:
    """Take events that never come."""
