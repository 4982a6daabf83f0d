"""One connection's life, without I/O: what to send, what the server's bytes mean, who waits.

The states, and what moves a session from one to the next::

    GREETING --banner--> LOGIN --accepted--> READY --leave()--> LEAVING --goodbye--> CLOSED
        |                  |                   |                   |
        +--bad banner------+--refused----------+-------------------+--EOF, broken protocol,
                                                                      silence, close()--> CLOSED

Rules:

- A reply belongs to the action with its ActionID, and to nothing else. ActionIDs cannot be
  guessed, so a message that a caller forges matches none.
- Whether a reply is a list is told by the server; the spec only adds what servers leave out.
- The reply to an action that nobody waits for any more is dropped.
- When the session closes, every waiting action fails at once: `NotSent` if its bytes were never
  handed out, else `OutcomeUnknown`. Those to be sent again are left in `unanswered`.
- After `keepalive` seconds of silence the server is asked with a Ping; after as many more the
  session is closed with `ServerSilent`. An action that blocks the server suspends that, for as
  long as it may.

A pump feeds it: `receive_data` and `receive_eof` take what was read, `data_to_send` gives what to
write, `expire` is called at `next_deadline` with the pump's clock. A session is used by one
thread at a time.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from typing import Any

from . import logs
from .errors import (
    AmiError,
    ConnectFailed,
    ConnectionClosed,
    DuplicateActionID,
    MessageTooLong,
    NoGreeting,
    NotSent,
    ServerSilent,
    UnsupportedAction,
)
from .exchange import Deadlines, Exchange, sooner
from .headers import Headers, header
from .login import Answered, Credentials, Login
from .making import Plan, make
from .models import (
    Action,
    Event,
    EventReply,
    ListAction,
    ListReply,
    OutputReply,
    PairsReply,
    RawAction,
    RawReply,
    TextReply,
    UnknownEvent,
    plan_of,
)
from .restore import SessionSetup
from .server import ServerInfo, absence
from .stats import Stats
from .subscriptions import Dispatcher
from .wire import Framer, Limits, first_header

__all__ = ["Session", "State"]

_BROADCAST = frozenset({"originateresponse", "userevent"})
"""Events which carry the ActionID of an action to every session, its own included."""
_END_MARKS = frozenset({"complete", "cancelled"})
_SETUP_ACTIONS = frozenset({"events", "filter"})
_FOLLOWS_END = "--END COMMAND--"
_ABANDONED_KEPT = 1024
_KINDS_KEPT = 2048


class State(enum.Enum):
    """Where in its life a session is."""

    GREETING = "waiting for the greeting"
    LOGIN = "logging in"
    READY = "ready"
    LEAVING = "saying goodbye"
    CLOSED = "closed"


_READY, _CLOSED = State.READY, State.CLOSED
_WORDY = (OutputReply, RawReply)
_NONE: frozenset[str] = frozenset()


class Session:
    """The protocol's side of one connection.

    Args:
        credentials: Who logs in.
        events: The classes of events, by AMI name without regard to case.
        dispatcher: Who wants events.
        on_open: Called once: with None when logged in, else with why not.
        on_close: Called once after that, when the session ends: with the cause, or None after
            `leave` or `close`.
        clock: Seconds, of a clock that only goes forward.
        setup: What the session is to have on the server; what the user sets is noted in it.
        encoding: Of the text on the wire.
        limits: What is taken from the server at the most.
        read_version: Whether to ask for the server's version as part of the login.
        keepalive: Seconds of silence before the server is asked; None not to ask.
        stats: What to count in.
    """

    def __init__(
        self,
        credentials: Credentials,
        events: Mapping[str, type[Event]],
        dispatcher: Dispatcher,
        *,
        on_open: Callable[[AmiError | None], object],
        on_close: Callable[[AmiError | None], object],
        clock: Callable[[], float],
        setup: SessionSetup | None = None,
        encoding: str = "utf-8",
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
        read_version: bool = False,
        keepalive: float | None = None,
        stats: Stats | None = None,
    ) -> None:
        self.state = State.GREETING
        self.server = ServerInfo()
        """What is known of the server."""
        self.unanswered: list[Exchange[Any]] = []
        """Once it is closed: the exchanges that may be tried again."""
        self._events = events
        self._dispatcher = dispatcher
        self._routes = dispatcher.routes
        self._on_open = on_open
        self._on_close = on_close
        self._clock = clock
        self._setup = setup or SessionSetup()
        self._limits = limits
        self._stats = stats or Stats()
        self._framer = Framer(encoding, limits)
        self._encoding = encoding
        self._login = Login(
            credentials,
            self._setup,
            ask=self._ask,
            fail=self._shut,
            done=self._open,
            learn=self._learn if read_version else None,
            encoding=encoding,
        )
        self._attentive = True
        """Whether events are looked at before they are told: logging in, or no FullyBooted seen."""
        self._out: list[Exchange[Any]] = []
        self._pending: dict[str, Exchange[Any]] = {}
        self._claiming: dict[str, Exchange[Any]] = {}
        """The exchanges that take events."""
        self._abandoned: dict[str, Exchange[Any]] = {}
        """The exchanges that nobody waits for any more, until their replies have come."""
        self._deadlines = Deadlines()
        self._started = 0
        self._present: set[type[Action[Any]]] = set()
        """The classes of actions that the server's version is known not to lack."""
        self._kinds: dict[str, tuple[Plan | None, Callable[[str], Event]]] = {}
        """How the events of a name are made."""
        self._texts: dict[str, Exchange[Any]] = {}
        """The exchanges whose replies are raw text."""
        self._wordy: dict[str, Exchange[Any]] = {}
        """The exchanges whose replies may have frames that only look like events."""
        self._text: list[str] = []
        self._text_size = 0
        self._follows: tuple[Exchange[Any], list[str]] | None = None
        self._keepalive = keepalive
        self._heard = clock()
        self._deaf = False
        self._asked: float | None = None
        """When a Ping asked whether the server is there, if nothing came since."""
        self._blocking: dict[str, float] = {}
        """ActionIDs of actions that block the server, and until when they may."""

    # --- the pump's side ------------------------------------------------------------------

    @property
    def greeting(self) -> str | None:
        """The server's greeting, once it has come."""
        return self._framer.greeting

    @property
    def pending(self) -> int:
        """How many actions are without a whole reply, and waited for."""
        return len(self._pending) - len(self._abandoned)

    @property
    def idle(self) -> bool:
        """Whether no action is without a whole reply, waited for or not."""
        return not self._pending

    def receive_data(self, data: bytes) -> None:
        """Take bytes that were read."""
        self._heard, self._asked = self._clock(), None
        # Nearly all that comes is events, and most of these nobody wants. Nothing in these bytes
        # answers what is asked while they are worked on: to look once who may want them is enough.
        looking = self._claiming or self._attentive or self._wordy or self._follows is not None
        frames = self._framer.feed(data, _NONE if looking else self._dispatcher.unwanted)
        if self.state is State.GREETING and self._framer.greeting is not None:
            self.server = ServerInfo(manager=self._framer.greeting.rpartition("/")[2])
            self.state = State.LOGIN
            self._login.begin()
        self._stats.bytes_received += len(data)
        self._stats.messages += len(frames) + self._framer.skipped
        for frame in frames:
            if self.state is _CLOSED:
                return
            if frame.startswith("Event: ") and self._follows is None:
                end = frame.find("\r\n")
                self._receive_event(frame, frame[7:end] if end > 0 else frame[7:])
            else:
                self._receive_frame(frame)
        if self._framer.error is not None:
            self._shut(self._framer.error)

    def receive_eof(self, cause: BaseException | None = None) -> None:
        """Take note that the connection is gone."""
        reason = f": {cause}" if cause is not None and str(cause) else ""
        error: AmiError
        if self.state is State.GREETING:
            error = NoGreeting(f"the connection ended before a greeting came{reason}")
        elif self.state is State.LOGIN:
            error = ConnectFailed(f"the connection ended during login{reason}")
        else:
            error = ConnectionClosed(f"the connection to the server is lost{reason}")
        error.__cause__ = cause
        self._shut(error)

    def data_to_send(self) -> bytes:
        """Return what to write now. The actions in it count as sent from here on."""
        chunks: list[bytes] = []
        for exchange in self._out:
            if not exchange.done:  # else nobody waits for it any more
                exchange.sent = True
                chunks.append(exchange.data)
        self._out.clear()
        data = b"".join(chunks)
        self._stats.actions += len(chunks)
        self._stats.bytes_sent += len(data)
        return data

    def next_deadline(self) -> float | None:
        """Return when `expire` is due, on the session's clock."""
        return sooner(self._deadlines.next(), self._silence())

    def expire(self) -> None:
        """Fail the actions whose deadline has passed, and see whether the server is there."""
        now = self._clock()
        while (exchange := self._deadlines.pop(now)) is not None:
            if exchange.listing and exchange.alive:
                # A list may take long as a whole; its items have to keep coming.
                exchange.alive, exchange.due = False, None
                self._set_deadline(exchange)
                continue
            self._stats.timeouts += 1
            exchange.error = exchange.late()
            self.abandon(exchange)
            exchange.on_done(exchange)
        silence = self._silence()
        if silence is not None and silence <= now:
            self._attentive = False
            self._ask_whether_alive(now)

    def reading(self, going_on: bool) -> None:
        """Take note that nothing is read for now, so that silence means nothing; or that it is."""
        self._deaf = not going_on
        self._heard, self._asked = self._clock(), None

    # --- the client's side ----------------------------------------------------------------

    def send(self, exchange: Exchange[Any]) -> None:
        """Queue an action.

        Raises:
            NotSent: The session is not ready.
            UnsupportedAction: The server's version does not have it, as far as is known.
            DuplicateActionID: Its ActionID is in use.
        """
        action = exchange.action
        if self.state is not _READY:
            text = f"{action.ami_name}: the session is {self.state.value}"
            raise NotSent(text, action=action)
        if exchange.check_version and type(action) not in self._present:
            missing = absence(action.ami, self.server)
            if missing is not None:
                text = f"{action.ami_name} {missing}"
                raise UnsupportedAction(text, action=action, replaced_by=action.ami.replaced_by)
            self._present.add(type(action))
        self._start(exchange)

    def knows(self, exchange: Exchange[Any]) -> bool:
        """Tell whether an exchange that has not ended still will."""
        return self._pending.get(exchange.action_id) is exchange

    def abandon(self, exchange: Exchange[Any]) -> None:
        """Take note that nobody waits for an exchange any more. What comes of it is dropped."""
        if exchange.done:
            return
        exchange.done = True
        exchange.items.clear()
        if not self.knows(exchange):
            return
        if not exchange.sent:
            self._forget(exchange)
            if len(self._out) > 2 * len(self._pending) + 64:
                self._out = [queued for queued in self._out if not queued.done]
            return
        # The server will answer all the same, and the answer must not be taken for another's.
        self._abandoned[exchange.action_id] = exchange
        if exchange.action_id in self._blocking and exchange.action.ami.blocks is None:
            self._blocking[exchange.action_id] = self._clock()  # nobody waits for it any more
        if len(self._abandoned) > _ABANDONED_KEPT:
            self._forget(next(iter(self._abandoned.values())))

    def leave(self, patience: float) -> None:
        """Say goodbye: who waits is told now, and the session ends when the server has answered.

        Args:
            patience: Seconds after which it ends without an answer.
        """
        if self.state is State.LEAVING:
            return
        if self.state is not State.READY:
            self._shut(None)
            return
        self.state = State.LEAVING
        self._fail_pending(None)
        if self.state is State.LEAVING:  # else one who was told has closed it
            self._start(Exchange(RawAction("Logoff"), on_done=self._left, timeout=patience))

    def _left(self, _: Exchange[Any]) -> None:
        self._shut(None)

    def close(self, error: AmiError | None = None) -> None:
        """End the session: nothing is read or written any more, and who waits is told."""
        self._shut(error)

    def stop_waiting_for_boot(self) -> bool:
        """Let actions be sent though FullyBooted did not come; tell whether that was missing."""
        if not self._login.waits_for_boot:
            return False
        self._setup.boots = False  # the next session is not to wait for it again
        self._login.booted()
        return True

    # --- login ----------------------------------------------------------------------------

    def _ask(self, action: RawAction, answered: Answered) -> None:
        """Send a step of the login."""

        def done(exchange: Exchange[RawReply]) -> None:
            if self.state is State.LOGIN:  # else the session has ended
                assert exchange.reply is not None
                answered(exchange.reply)

        self._start(Exchange(action, on_done=done, encoding=self._encoding))

    def _learn(self, settings: Headers) -> None:
        self.server = replace(self.server, version=settings.get("AsteriskVersion"))

    def _open(self) -> None:
        self.state = State.READY
        self._attentive = not self._setup.boots
        self._on_open(None)

    def _look_at(self, name: str) -> bool:
        """See whether an event concerns the session itself; tell whether it is for the user."""
        muted = self._login.muted
        if name.lower() == "fullybooted":
            self._setup.boots = True
            self._login.booted()
            if self.state is State.READY:
                self._attentive = False
            return True
        return not muted

    # --- keepalive ------------------------------------------------------------------------

    def _silence(self) -> float | None:
        """Return when the server has been silent for too long."""
        if self._keepalive is None or self._deaf or self.state is not _READY:
            return None
        since = self._heard if self._asked is None else self._asked
        if self._blocking:
            since = max(since, *self._blocking.values())
        return since + self._keepalive

    def _ask_whether_alive(self, now: float) -> None:
        if self._asked is None:
            self._asked = now
            self._start(Exchange(RawAction("Ping"), on_done=_nothing))
            return
        assert self._keepalive is not None
        silent = f"nothing came from the server for {now - self._heard:.0f} s"
        self._shut(ServerSilent(f"{silent}, not even the answer to a Ping"))

    # --- actions --------------------------------------------------------------------------

    def _start(self, exchange: Exchange[Any]) -> None:
        action, action_id = exchange.action, exchange.action_id
        if action_id in self._pending:
            raise DuplicateActionID(
                f"{action.ami_name}: ActionID {action_id!r} is already in flight", field="ActionID"
            )
        self._started += 1
        exchange.number = self._started
        self._pending[action_id] = exchange
        if not exchange.plain:
            ami = action.ami
            if isinstance(action, ListAction) or ami.event or exchange.until_later:
                self._claiming[action_id] = exchange
            if issubclass(ami.reply, TextReply):
                self._texts[action_id] = exchange
            if issubclass(ami.reply, _WORDY) or action.ami_name.lower() == "command":
                self._wordy[action_id] = exchange
            self._note_block(exchange)
        self._out.append(exchange)
        self._set_deadline(exchange)
        if logs.session.isEnabledFor(logging.DEBUG):
            logs.session.debug("sending %s %s", action.ami_name, action_id)

    def _note_block(self, exchange: Exchange[Any]) -> None:
        """Take note of how long an action may keep the server from answering a Ping."""
        action, begin = exchange.action, self._clock()
        if action.ami.blocks is not None:
            seconds = action.ami.blocks.seconds(dict(action))
            # A server does one thing after the other.
            begin = max((begin, *self._blocking.values()))
        elif isinstance(action, RawAction) and exchange.on_done is not _nothing:
            # Nobody knows; it is thought to do so for as long as its caller waits.
            seconds = inf if exchange.timeout is None else exchange.timeout
        else:
            return
        if seconds > 0:
            self._blocking[exchange.action_id] = begin + seconds

    def _set_deadline(self, exchange: Exchange[Any]) -> None:
        if exchange.due is None and exchange.timeout is not None:
            exchange.due = self._clock() + exchange.timeout
        self._deadlines.add(exchange, self._pending)

    def _forget(self, exchange: Exchange[Any]) -> None:
        action_id = exchange.action_id
        self._pending.pop(action_id, None)
        if self._abandoned:
            self._abandoned.pop(action_id, None)
        if exchange.plain:
            return
        self._claiming.pop(action_id, None)
        self._texts.pop(action_id, None)
        self._wordy.pop(action_id, None)
        if self._blocking.pop(action_id, None) is not None:
            self._heard = max(self._heard, self._clock())

    def _finish(self, exchange: Exchange[Any], error: AmiError | None = None) -> None:
        self._forget(exchange)
        exchange.finish(error)

    # --- frames ---------------------------------------------------------------------------

    def _receive_frame(self, frame: str) -> None:
        if self._follows is not None:
            self._receive_more_output(frame)
        elif frame.startswith("Response: "):
            end = frame.find("\r\n")
            self._receive_response(frame, frame[10:end] if end > 0 else frame[10:])
        else:
            kind, value = first_header(frame)
            match kind.lower():
                case "response":
                    self._receive_response(frame, value)
                case "event":
                    self._receive_event(frame, value)
                case _:
                    self._receive_text(frame)

    def _receive_response(self, frame: str, response: str) -> None:
        action_id = header(frame, "ActionID")
        exchange = self._pending.get(action_id) if action_id is not None else None
        if exchange is None or not exchange.sent:
            self._stats.unmatched += 1
            logs.session.debug("dropped a response (%s) that no action waits for", response)
            return
        if self._texts:
            self._end_texts_before(exchange)
        if exchange.listing and response.lower() == "error":
            # ShowDialPlan finds out in the middle of its list that it has nothing to show.
            reply = exchange.action.ami.reply.from_frame(frame)
            assert isinstance(reply, ListReply)
            exchange.reply = reply.with_list(exchange.items, None)
            self._finish(exchange)
            return
        if exchange.reply is not None:
            self._stats.unmatched += 1
            logs.session.debug("dropped a second response to %s", exchange.action.ami_name)
            return
        if response.lower() == "follows" and not frame.endswith(_FOLLOWS_END):
            self._follows = (exchange, [frame])
            self._text_size = 0
            return
        self._take_response(exchange, frame)

    def _end_texts_before(self, answered: Exchange[Any]) -> None:
        """End the texts that were due before this reply: a server answers in order."""
        for exchange in list(self._texts.values()):
            if exchange.number < answered.number and exchange.sent:
                self._end_text(exchange)

    def _receive_more_output(self, frame: str) -> None:
        """Gather the output of a command of old servers, which may hold blank lines."""
        assert self._follows is not None
        exchange, frames = self._follows
        frames.append("\r\n" + frame if frame else "")
        if frame.endswith(_FOLLOWS_END):
            self._follows = None
            self._take_response(exchange, "\r\n".join(frames))
        else:
            self._count_text(frame)

    def _take_response(self, exchange: Exchange[Any], frame: str) -> None:
        ami = exchange.action.ami
        reply = ami.reply.from_frame(frame)
        exchange.reply = reply
        if exchange.plain or not reply.ok:
            self._finish(exchange)
        elif isinstance(reply, ListReply) and (
            _starts_list(frame) or (ami.list is not None and not ami.list.announced)
        ):
            exchange.listing = exchange.alive = True
            if exchange.end is not None:
                self._end_list(exchange)
        elif (isinstance(reply, EventReply) or exchange.until_later) and exchange.event is None:
            pass  # its event is still to come
        else:
            self._complete(exchange)

    def _receive_text(self, frame: str) -> None:
        """Take text without headers: the reply to `Queues`, ended by a stray blank line.

        IAXnetstats ends its text with LF CRLF, so that the next message is in the same frame.
        """
        text, mark, rest = frame.partition("\n\r\n")
        if mark and rest.startswith(("Response: ", "Event: ")):
            self._receive_text(text)
            self._receive_text("")
            if self.state is not State.CLOSED:
                self._receive_frame(rest)
            return
        if not frame and not self._text:
            return
        for exchange in self._texts.values():
            if exchange.sent:
                if frame:
                    self._text.append(frame)
                    self._count_text(frame)
                else:
                    self._end_text(exchange)
                return
        logs.session.debug("dropped a message that is neither response nor event")

    def _end_text(self, exchange: Exchange[Any]) -> None:
        kind = exchange.action.ami.reply
        assert issubclass(kind, TextReply)
        exchange.reply = kind.from_text(self._text)
        self._text.clear()
        self._text_size = 0
        self._complete(exchange)

    def _count_text(self, frame: str) -> None:
        """Hold text that comes in several frames to the limit of one message."""
        self._text_size += len(frame) + 2
        most = self._limits.message
        if self._text_size > most:
            self._shut(MessageTooLong(f"a message is longer than {most} bytes"))

    # --- events ---------------------------------------------------------------------------

    def _receive_event(self, frame: str, name: str) -> None:
        if self._attentive and not self._look_at(name):
            return
        exchange = self._claimant(frame, name) if self._claiming else None
        route = self._routes.get(name) or self._dispatcher.route(name)
        if exchange is None or exchange.until_later:
            wanting = route.unsolicited
        else:
            wanting = route.replies if not exchange.done else ()
        if not wanting and exchange is None:
            return
        plan, read = self._kinds.get(name) or self._kind_of(name)
        event = make(frame, plan)
        if event is None:
            event = read(frame)
        if exchange is not None:
            self._take_event(exchange, event, frame, name.lower())
        if wanting:
            self._dispatcher.deliver(wanting, event)

    def _claimant(self, frame: str, name: str) -> Exchange[Any] | None:
        """Find the exchange that an event belongs to, abandoned ones included."""
        action_id = header(frame, "ActionID")
        lowered = name.lower()
        if action_id is None:
            for exchange in self._claiming.values():
                shape = exchange.action.ami.list
                if (
                    shape is not None
                    and not shape.correlated
                    and exchange.listing
                    and (
                        not exchange.done
                        if shape.items == ("any",)
                        else lowered in map(str.lower, shape.items)
                    )
                ):
                    return exchange
            return None
        claimed = self._claiming.get(action_id)
        if claimed is None or not claimed.sent:
            return None
        ami = claimed.action.ami
        if claimed.until_later:
            return claimed if ami.later is not None and ami.later.lower() == lowered else None
        return None if lowered in _BROADCAST and ami.list is None else claimed

    def _take_event(self, exchange: Exchange[Any], event: Event, frame: str, name: str) -> None:
        exchange.alive = True
        ami = exchange.action.ami
        if ami.event is not None or exchange.until_later:
            exchange.event = event
            if issubclass(ami.reply, PairsReply):
                exchange.reply = ami.reply.from_frame(frame)
            if exchange.reply is not None:
                self._complete(exchange)
        elif _ends_list(frame) or (ami.list is not None and name == ami.list.end.lower()):
            exchange.end = event
            if exchange.reply is not None:
                self._end_list(exchange)
        elif exchange.done:
            pass  # it was abandoned
        elif exchange.on_item is not None:
            exchange.on_item(event)
        else:
            exchange.items.append(event)

    def _end_list(self, exchange: Exchange[Any]) -> None:
        assert isinstance(exchange.reply, ListReply)
        exchange.reply = exchange.reply.with_list(exchange.items, exchange.end)
        self._complete(exchange)

    def _complete(self, exchange: Exchange[Any]) -> None:
        if exchange.event is not None and isinstance(exchange.reply, EventReply):
            exchange.reply = exchange.reply.with_event(exchange.event)
        action = exchange.action
        name, ready = action.ami_name.lower(), self.state is State.READY
        if name in _SETUP_ACTIONS and ready:
            self._setup.note(action.ami_name, action.to_headers())
        self._finish(exchange)
        if name == "logoff" and ready:
            self._shut(None)  # whoever logs off by hand has wished for the end

    def _kind_of(self, name: str) -> tuple[Plan | None, Callable[[str], Event]]:
        found = self._events.get(name) or UnknownEvent
        kind = plan_of(found), found.from_frame
        if len(self._kinds) < _KINDS_KEPT:
            self._kinds[name] = kind
        return kind

    # --- the end --------------------------------------------------------------------------

    def _shut(self, error: AmiError | None) -> None:
        if self.state is State.CLOSED:
            return
        if self.state is State.LEAVING:
            error = None  # whatever ended it: the end was wished for
        if error is not None:
            logs.session.warning("the session ended: %s", error)
        was_open = self.state in (State.READY, State.LEAVING)
        self.state = State.CLOSED
        self._fail_pending(error)
        if was_open:
            self._on_close(error)
        else:
            self._on_open(error or ConnectFailed("the client was closed"))

    def _fail_pending(self, error: AmiError | None) -> None:
        """Tell everybody who waits that the connection is gone; None if it was our wish."""
        self._out.clear()
        waiting = [exchange for exchange in self._pending.values() if not exchange.done]
        self._pending.clear()
        self._claiming.clear()
        self._abandoned.clear()
        self._texts.clear()
        self._wordy.clear()
        self._blocking.clear()
        why = str(error) if error is not None else "the client was closed"
        for exchange in waiting:
            if exchange.retry and error is not None:
                exchange.rewind()
                self.unanswered.append(exchange)
            else:
                exchange.finish(exchange.lost(why, error))


def _nothing(_: Exchange[Any]) -> None:
    """Take an answer that only shows that the server is there."""


def _starts_list(frame: str) -> bool:
    return (header(frame, "EventList") or "").lower() == "start"


def _ends_list(frame: str) -> bool:
    return (header(frame, "EventList") or "").lower() in _END_MARKS
