"""A client's link to its server, across connections. No I/O: a pump makes and feeds connections.

::

    NEW --connect()--> CONNECTING --logged in--> UP --lost--> WAITING --time is up--> CONNECTING
     ^                     |                     |               |
     +--- failed ----------+                  close(), refused, gives up --> CLOSED

Rules:

- One deadline covers a connect sequence: TCP, TLS, greeting, login, and what is restored.
- A refused login is final. All else is tried again, where the client reconnects.
- Nothing is sent twice, but for idempotent actions whose callers asked for it.
- An action that comes while there is no connection waits for one until its own deadline, or is
  refused at once, as its caller chose.
- While a consumer's queue is full, nothing is read, for a moment; `amisdk.mailbox` has the rules.

A link is used by one thread at a time. What it wants of the pump, it says to a `Transport`; the
pump calls back `receive_data`, `receive_eof` and `transport_failed`, and `expire` when it is due.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Any, Protocol

from .errors import (
    AmiError,
    ConnectFailed,
    ConnectionClosed,
    ConnectTimeout,
    DuplicateActionID,
    LoginRefused,
    NoGreeting,
    NotSent,
    SlowConsumer,
    TooManyPending,
)
from .exchange import Deadlines, Exchange, sooner
from .lifecycle import Closed, Connected, Disconnected, Reconnected, Reconnecting
from .mailbox import PATIENCE
from .options import Options
from .restore import SessionSetup
from .server import ServerInfo
from .session import Session, State
from .stats import Stats
from .subscriptions import Dispatcher

__all__ = ["Link", "Phase", "Transport"]

GOODBYE = 1.0
"""Seconds that `close` waits for the server's goodbye."""

_HINTS = {State.GREETING: "; does the port speak TLS?"}


class Phase(enum.Enum):
    """Where in its life a link is."""

    NEW = "not connected"
    CONNECTING = "connecting"
    UP = "connected"
    WAITING = "waiting to connect again"
    CLOSED = "closed"


_UP = Phase.UP


class Transport(Protocol):
    """What a link needs of the pump. None of these calls back before it returns."""

    def open(self) -> None:
        """Begin to connect; then feed the link, or call `Link.transport_failed`."""

    def drop(self) -> None:
        """End the connection, or the attempt, at once; nothing more of it reaches the link."""

    def read(self, going_on: bool) -> None:
        """Read from the connection, or pause."""


class Link:
    """Connects, restores, waits, gives up.

    Args:
        options: Where to connect, and how.
        dispatcher: Who wants events.
        transport: The pump.
        clock: Seconds, of a clock that only goes forward.
        on_end: Called once, when the link is closed for good: with the cause, or None after
            `close`.
    """

    def __init__(
        self,
        options: Options,
        dispatcher: Dispatcher,
        transport: Transport,
        *,
        clock: Callable[[], float],
        on_end: Callable[[AmiError | None], object],
    ) -> None:
        self.phase = Phase.NEW
        self.server = ServerInfo()
        """What is known of the server, from the newest connection that told."""
        self.greeting: str | None = None
        """The first line of the newest connection."""
        self._options = options
        self._dispatcher = dispatcher
        self._transport = transport
        self._clock = clock
        self._on_end = on_end
        self._on_open: Callable[[AmiError | None], object] | None = None
        """Whom to tell about the first connection; None once told."""
        self._session: Session | None = None
        self._setup = SessionSetup(options.events)
        self._stats = Stats()
        self._reconnect = options.reconnect_policy()
        self._attempt = 0
        self._due = 0.0
        """In CONNECTING the deadline; in WAITING when to connect."""
        self._give_up_at: float | None = None
        """The deadline of the first connection."""
        self._came_up = self._went_down = 0.0
        self._why: AmiError | None = None
        """Why the newest attempt failed."""
        self._held: dict[str, Exchange[Any]] = {}
        """The exchanges that wait for a connection, by ActionID."""
        self._deadlines = Deadlines()
        self._patience: float | None = None
        """Until when nothing is read, for the sake of full queues; inf where one blocks."""
        dispatcher.pressure.on_relief = self._resume

    # --- the pump's side ------------------------------------------------------------------

    def receive_data(self, data: bytes) -> None:
        """Take bytes that were read."""
        assert self._session is not None
        self._session.receive_data(data)
        if self._dispatcher.pressure.full and self._patience is None:
            self._pause()

    def receive_eof(self, cause: BaseException | None = None) -> None:
        """Take note that the connection is gone."""
        assert self._session is not None
        self._session.receive_eof(cause)

    def transport_failed(self, error: AmiError) -> None:
        """Take note that the connection could not be made."""
        assert self._session is not None
        self._session.close(error)

    def interrupted(self) -> None:
        """Take note that something was left half done: what is in flight is not known."""
        text = "the connection is lost: a thread was interrupted in the middle of using it"
        error = ConnectionClosed(text)
        session = self._session
        if session is not None:
            session.close(error)
        if self.phase is Phase.UP:  # the session was closed already, or is gone
            self._shed()
            self._went_down = self._clock()
            self.phase = Phase.WAITING
            self._dispatcher.tell(Disconnected(error))
            if self._reconnect is None:
                self._end(error)
            else:
                self._wait(error)
        elif self.phase is Phase.CLOSED:  # not everybody may have been told
            self._tell_held(self._why)
            self._on_end(self._why)

    @property
    def idle(self) -> bool:
        """Whether the connection has no action on its way, nor any to be written."""
        return self._session is None or self._session.idle

    def data_to_send(self) -> bytes:
        """Return what to write now. The actions in it count as sent from here on."""
        return b"" if self._session is None else self._session.data_to_send()

    def next_deadline(self) -> float | None:
        """Return when `expire` is due."""
        if self.phase is _UP and self._patience is None and self._session is not None:
            earliest = self._session.next_deadline()  # nothing is held
            return None if earliest == inf else earliest
        earliest = self._deadlines.next()
        if self._session is not None:
            earliest = sooner(earliest, self._session.next_deadline())
        if self._patience is not None:
            earliest = sooner(earliest, self._patience)
        if self.phase in (Phase.CONNECTING, Phase.WAITING):
            earliest = sooner(earliest, self._due)
        return None if earliest == inf else earliest

    def expire(self) -> None:
        """Do what is due."""
        now = self._clock()
        if self._patience is not None and self._patience <= now:
            self._lose_patience()
        while (exchange := self._deadlines.pop(now)) is not None:
            if self._held.pop(exchange.action_id, None) is not None:
                why = f"there was no connection within {exchange.timeout:g} s"
                exchange.finish(exchange.lost(why, self._why))
        if self.phase is Phase.WAITING and self._due <= now:
            self._begin()
        elif self.phase is Phase.CONNECTING and self._due <= now:
            self._run_late()
        if self._session is not None:
            self._session.expire()

    # --- the client's side ----------------------------------------------------------------

    @property
    def stats(self) -> Stats:
        """What was counted so far."""
        pending = len(self._held) + (self._session.pending if self._session is not None else 0)
        lost = self._dispatcher.pressure.lost
        return replace(self._stats, pending=pending, events_lost=lost)

    @property
    def event_mask(self) -> str | None:
        """The event mask of the session, as far as the client has set it."""
        return self._setup.mask

    def connect(self, on_open: Callable[[AmiError | None], object]) -> None:
        """Begin to connect for the first time.

        Args:
            on_open: Called once: with None when logged in, else with why not.
        """
        self._on_open = on_open
        self._attempt = 0
        self._give_up_at = self._clock() + self._options.connect_timeout
        self._begin()

    def cancel(self) -> None:
        """Give up the first connection: nobody waits for it any more, even if it is just made."""
        error = ConnectFailed("connecting was cancelled")
        if self._on_open is not None:
            self._on_open = _nothing
            self._fail(error)
        elif self.phase not in (Phase.NEW, Phase.CLOSED):
            if self.phase is Phase.UP:
                self._dispatcher.tell(Disconnected(error))
            self._shed()
            self.phase = Phase.NEW
            self._tell_held(error)

    def send(self, exchange: Exchange[Any], *, wait: bool = True) -> None:
        """Send an action, or keep it until there is a connection.

        Args:
            exchange: The action.
            wait: Whether it may be kept.

        Raises:
            NotSent: There is no connection, and it may not be kept or none will come.
            InvalidAction: It is not to be sent, or too many are without a reply.
        """
        action = exchange.action
        if self.phase is _UP:
            assert self._session is not None
            if self._session.pending >= self._options.limits.pending:
                raise self._too_many(exchange)
            self._session.send(exchange)
            return
        if self.phase in (Phase.NEW, Phase.CLOSED) or not wait:
            raise NotSent(f"{action.ami_name}: the client is {self.phase.value}", action=action)
        if exchange.action_id in self._held:
            text = f"{action.ami_name}: ActionID {exchange.action_id!r} is already in flight"
            raise DuplicateActionID(text, field="ActionID")
        if len(self._held) >= self._options.limits.pending:
            raise self._too_many(exchange)
        self._hold(exchange)

    def abandon(self, exchange: Exchange[Any]) -> None:
        """Take note that nobody waits for an exchange any more."""
        if self._held.get(exchange.action_id) is exchange:  # the ActionID may be used again
            del self._held[exchange.action_id]
            exchange.done = True
        elif self._session is not None:
            self._session.abandon(exchange)

    def knows(self, exchange: Exchange[Any]) -> bool:
        """Tell whether an exchange that has not ended still will."""
        if self.phase is Phase.CLOSED:
            return False
        held = self._held.get(exchange.action_id) is exchange
        return held or (self._session is not None and self._session.knows(exchange))

    def close(self) -> None:
        """Say goodbye, if there is somebody to say it to, and end. Harmless when closed."""
        if self.phase is Phase.UP:
            assert self._session is not None
            self._session.leave(GOODBYE)
        else:
            self.abort(None)

    def abort(self, error: AmiError | None = None) -> None:
        """End at once."""
        if self.phase is Phase.CLOSED:
            return
        self._shed(error)
        self._end(error)

    # --- connections ----------------------------------------------------------------------

    def _begin(self) -> None:
        options = self._options
        session = Session(
            options.credentials(),
            options.event_classes(),
            self._dispatcher,
            on_open=lambda error: self._opened(session, error),
            on_close=lambda error: self._lost(session, error),
            clock=self._clock,
            setup=self._setup,
            encoding=options.encoding,
            limits=options.limits,
            read_version=options.check_version,
            keepalive=options.keepalive,
            stats=self._stats,
        )
        # What the user gave may raise until here; the link is as it was then.
        self._session = session
        self.phase = Phase.CONNECTING
        self._due = self._clock() + options.connect_timeout
        if self._give_up_at is not None:
            self._due = self._give_up_at
        self._transport.open()

    def _opened(self, session: Session, error: AmiError | None) -> None:
        if session is not self._session or self.phase is not Phase.CONNECTING:
            return
        if error is not None:
            self._fail(error)
            return
        self.phase = Phase.UP
        self.server, self.greeting = session.server, session.greeting
        self._stats.connections += 1
        self._came_up = self._clock()
        self._give_up_at = self._why = None
        if self._on_open is not None:
            on_open, self._on_open = self._on_open, None
            self._dispatcher.tell(Connected())
            on_open(None)
        else:
            self._dispatcher.tell(Reconnected(self._came_up - self._went_down))
        held = list(self._held.values())
        self._held.clear()
        for exchange in held:
            try:
                session.send(exchange)
            except AmiError as fault:  # another version of the server, for example
                exchange.finish(fault)

    def _run_late(self) -> None:
        """See what to do about a connect sequence whose time is over."""
        assert self._session is not None
        if self._session.stop_waiting_for_boot():
            self._due = self._clock() + self._options.connect_timeout  # for what is restored then
            return
        state = self._session.state
        host, port = self._options.address
        self._fail(
            ConnectTimeout(
                f"{host}:{port} did not let us in within {self._options.connect_timeout:g} s "
                f"({state.value}{_HINTS.get(state, '')})"
            )
        )

    def _fail(self, error: AmiError) -> None:
        """Take note that an attempt to connect has failed."""
        self._why = error
        self._shed()
        if self._on_open is None:
            if isinstance(error, LoginRefused):
                self._end(error)
            else:
                self._wait(error)
            return
        policy = self._reconnect
        if (
            policy is not None
            and (isinstance(error, NoGreeting) or policy.from_start)
            and not isinstance(error, (LoginRefused, ConnectTimeout))
            and self._on_open is not _nothing
            and self._wait(error)
        ):
            return
        self.phase = Phase.NEW
        on_open, self._on_open = self._on_open, None
        self._give_up_at = None
        self._tell_held(error)
        on_open(error)

    def _shed(self, error: AmiError | None = None) -> None:
        """Let go of the connection."""
        session, self._session = self._session, None
        self._transport.drop()
        self._patience = None
        if session is not None:
            session.close(error)

    def _lost(self, session: Session, error: AmiError | None) -> None:
        if session is not self._session or self.phase is not Phase.UP:
            return
        self._went_down = self._clock()
        self._why = error
        self._shed()
        if error is None:
            self._end(None)
            return
        for exchange in session.unanswered:
            if not exchange.done:  # else it was given up since
                self._hold(exchange)
        self.phase = Phase.WAITING
        self._dispatcher.tell(Disconnected(error))
        if self._reconnect is None:
            self._end(error)
            return
        if self._went_down - self._came_up >= self._reconnect.max_wait:
            self._attempt = 0
        self._wait(error)

    def _wait(self, error: AmiError) -> bool:
        """Wait for the next attempt; end where there is none. Tell whether there is one."""
        policy = self._reconnect
        assert policy is not None
        self._attempt += 1
        now = self._clock()
        delay = policy.delay(self._attempt)
        first = self._give_up_at is not None
        late = self._give_up_at is not None and now + delay >= self._give_up_at
        if late or (policy.max_attempts is not None and self._attempt > policy.max_attempts):
            if not first:
                self._end(error)
            return False
        self.phase = Phase.WAITING
        self._due = now + delay
        self._dispatcher.tell(Reconnecting(self._attempt, delay))
        return True

    def _end(self, error: AmiError | None) -> None:
        self.phase = Phase.CLOSED
        self._why = error
        self._transport.drop()
        self._tell_held(error)
        self._dispatcher.tell(Closed(error))
        if self._on_open is not None:
            on_open, self._on_open = self._on_open, None
            on_open(error or ConnectFailed("the client was closed"))
        self._on_end(error)

    # --- actions without a connection -----------------------------------------------------

    def _hold(self, exchange: Exchange[Any]) -> None:
        if exchange.due is None and exchange.timeout is not None:
            exchange.due = self._clock() + exchange.timeout
        self._held[exchange.action_id] = exchange
        self._deadlines.add(exchange, self._held)

    def _tell_held(self, error: AmiError | None) -> None:
        held = list(self._held.values())
        self._held.clear()
        why = str(error) if error is not None else "the client was closed"
        for exchange in held:
            exchange.finish(exchange.lost(why, error))

    def _too_many(self, exchange: Exchange[Any]) -> TooManyPending:
        most = self._options.limits.pending
        text = f"{exchange.action.ami_name}: {most} actions are without a reply already"
        return TooManyPending(text, action=exchange.action)

    # --- full queues ----------------------------------------------------------------------

    def _pause(self) -> None:
        if self.phase is not Phase.UP:
            return
        full = tuple(self._dispatcher.pressure.full)  # a forgotten stream may leave it meanwhile
        blocked = all(one.policy == "block" for one in full)
        self._patience = inf if blocked else self._clock() + PATIENCE
        self._read(False)

    def _lose_patience(self) -> None:
        """Let the policies of full queues act, and read on, unless one of them blocks."""
        self._patience = None
        pressure = self._dispatcher.pressure
        slow = pressure.settle()
        if slow is not None:
            assert self._session is not None
            self._session.close(SlowConsumer(f"{slow.what} did not keep up with its events"))
        elif pressure.full:
            self._patience = inf
        else:
            self._read(True)

    def _resume(self) -> None:
        """Read on: the last full queue has room again."""
        if self._patience is not None:
            self._patience = None
            self._read(True)

    def _read(self, going_on: bool) -> None:
        assert self._session is not None
        self._session.reading(going_on)
        self._transport.read(going_on)


def _nothing(_: AmiError | None) -> None:
    """Serve where nobody waits for the connection any more."""
