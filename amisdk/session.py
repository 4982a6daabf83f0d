"""One connection's life, without I/O: what to send, what the server's bytes mean, who waits.

The states, and what moves a session from one to the next::

    GREETING --banner--> LOGIN --accepted--> READY --close()--> CLOSED
        |                  |                   |
        +--bad banner------+--refused----------+--EOF, broken protocol--> CLOSED

Rules:

- A reply belongs to the action with its ActionID, and to nothing else. ActionIDs cannot be
  guessed, so a message that a caller forges matches none.
- Whether a reply is a list is told by the server; the spec only adds what servers leave out.
- The reply to an action that nobody waits for any more is dropped.
- When the session closes, every waiting action fails at once: `NotSent` if its bytes were never
  handed out, else `OutcomeUnknown`.

A pump feeds it: `receive_data` and `receive_eof` take what was read, `data_to_send` gives what to
write, `expire` is called at `next_deadline` with the pump's clock. A session is used by one
thread at a time.
"""

from __future__ import annotations

import enum
import heapq
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import md5
from typing import Any, Literal, TypeVar

from pydantic import SecretStr, ValidationError

from . import logs
from .errors import (
    ActionTimeout,
    AmiError,
    ConnectFailed,
    ConnectionClosed,
    DuplicateActionID,
    InvalidAction,
    LoginRefused,
    MessageTooLong,
    NotSent,
    OutcomeUnknown,
    UnsupportedAction,
)
from .exchange import Exchange
from .headers import header
from .models import (
    Action,
    Event,
    EventReply,
    ListAction,
    ListReply,
    RawAction,
    Reply,
    TextReply,
    UnknownEvent,
)
from .server import ServerInfo, absence
from .subscriptions import Dispatcher
from .wire import MAX_MESSAGE, Framer, encode, first_header

__all__ = ["Credentials", "Session", "State"]

R = TypeVar("R", bound=Reply)


_BROADCAST = frozenset({"originateresponse", "userevent"})
"""Events which carry the ActionID of an action to every session, its own included."""
_END_MARKS = frozenset({"complete", "cancelled"})
_FOLLOWS_END = "--END COMMAND--"
_ABANDONED_KEPT = 1024
_CLASSES_KEPT = 2048


class State(enum.Enum):
    """Where in its life a session is."""

    GREETING = "waiting for the greeting"
    LOGIN = "logging in"
    READY = "ready"
    CLOSED = "closed"


@dataclass(frozen=True)
class Credentials:
    """Who logs in, and how.

    Attributes:
        username: The user of manager.conf.
        secret: The user's secret; never shown.
        auth: ``md5`` answers a challenge, so that the secret is not on the wire; ``plain``
            sends it.
        events: The event mask to begin with: ``on``, ``off``, or a list such as
            ``call,agent``; None leaves the server's default.
    """

    username: str
    secret: SecretStr = field(repr=False)
    auth: Literal["plain", "md5"] = "plain"
    events: str | None = None


class Session:
    """The protocol's side of one connection.

    Args:
        credentials: Who logs in.
        events: The classes of events, by AMI name without regard to case.
        dispatcher: Who wants events.
        on_open: Called once: with None when logged in, else with why not.
        on_close: Called once after that, when the session ends: with the cause, or None after
            `close`.
        encoding: Of the text on the wire.
        max_message: The most bytes that one message may have.
        read_version: Whether to ask for the server's version as part of the login.
        clock: Seconds, of a clock that only goes forward.
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
        encoding: str = "utf-8",
        max_message: int = MAX_MESSAGE,
        read_version: bool = False,
    ) -> None:
        self.state = State.GREETING
        self.server = ServerInfo()
        """What is known of the server."""
        self._credentials = credentials
        self._events = events
        self._dispatcher = dispatcher
        self._on_open = on_open
        self._on_close = on_close
        self._clock = clock
        self._encoding = encoding
        self._max_message = max_message
        self._read_version = read_version
        self._framer = Framer(encoding, max_message)
        self._out: list[tuple[Exchange[Any], bytes]] = []
        self._pending: dict[str, Exchange[Any]] = {}
        self._claiming: dict[str, Exchange[Any]] = {}
        """The exchanges that take events."""
        self._abandoned: dict[str, Exchange[Any]] = {}
        """The exchanges that nobody waits for any more, until their replies have come."""
        self._deadlines: list[tuple[float, int, Exchange[Any]]] = []
        self._started = 0
        self._classes: dict[str, type[Event]] = {}
        self._texts: dict[str, Exchange[Any]] = {}
        """The exchanges whose replies are raw text."""
        self._text: list[str] = []
        self._text_size = 0
        self._follows: tuple[Exchange[Any], list[str]] | None = None

    # --- the pump's side ------------------------------------------------------------------

    @property
    def greeting(self) -> str | None:
        """The server's greeting, once it has come."""
        return self._framer.greeting

    def receive_data(self, data: bytes) -> None:
        """Take bytes that were read."""
        frames = self._framer.feed(data)
        if self.state is State.GREETING and self._framer.greeting is not None:
            self.server = ServerInfo(manager=self._framer.greeting.rpartition("/")[2])
            self._begin_login()
        for frame in frames:
            if self.state is State.CLOSED:
                return
            self._receive_frame(frame)
        if self._framer.error is not None:
            self._shut(self._framer.error)

    def receive_eof(self, cause: BaseException | None = None) -> None:
        """Take note that the connection is gone."""
        reason = f": {cause}" if cause is not None and str(cause) else ""
        if self.state is State.GREETING:
            error: AmiError = ConnectFailed(f"the connection ended before a greeting came{reason}")
        elif self.state is State.LOGIN:
            error = ConnectFailed(f"the connection ended during login{reason}")
        else:
            error = ConnectionClosed(f"the connection to the server is lost{reason}")
        error.__cause__ = cause
        self._shut(error)

    def data_to_send(self) -> bytes:
        """Return what to write now. The actions in it count as sent from here on."""
        chunks: list[bytes] = []
        for exchange, data in self._out:
            if not exchange.done:  # else nobody waits for it any more
                exchange.sent = True
                chunks.append(data)
        self._out.clear()
        return b"".join(chunks)

    def next_deadline(self) -> float | None:
        """Return when `expire` is due, on the session's clock."""
        while self._deadlines and self._deadlines[0][2].done:
            heapq.heappop(self._deadlines)
        return self._deadlines[0][0] if self._deadlines else None

    def expire(self) -> None:
        """Fail the actions whose deadline has passed."""
        now = self._clock()
        while (due := self.next_deadline()) is not None and due <= now:
            exchange = heapq.heappop(self._deadlines)[2]
            if exchange.listing and exchange.alive:
                # A list may take long as a whole; its items have to keep coming.
                self._set_deadline(exchange)
                continue
            waited = f"{exchange.timeout:g} s"
            what = "its outcome" if exchange.reply is not None else "a whole reply"
            exchange.error = ActionTimeout(
                f"{exchange.action.ami_name}: {what} did not come within {waited}",
                action=exchange.action,
                items=tuple(exchange.items),
            )
            self.abandon(exchange)
            exchange.on_done(exchange)

    # --- the client's side ----------------------------------------------------------------

    def send(
        self,
        action: Action[R],
        *,
        on_done: Callable[[Exchange[R]], object],
        on_item: Callable[[Event], None] | None = None,
        action_id: str | None = None,
        timeout: float | None = None,
        until_later: bool = False,
        check_version: bool = True,
    ) -> Exchange[R]:
        """Queue an action.

        Raises:
            NotSent: The session is not ready.
            UnsupportedAction: The server's version does not have it, as far as is known.
            InvalidAction: The action cannot be written, or its ActionID is in use.
        """
        if self.state is not State.READY:
            raise NotSent(f"{action.ami_name}: the session is {self.state.value}", action=action)
        if check_version and (text := absence(action.ami, self.server)) is not None:
            text = f"{action.ami_name} {text}"
            raise UnsupportedAction(text, action=action, replaced_by=action.ami.replaced_by)
        return self._start(action, on_done, on_item, action_id, timeout, until_later)

    def abandon(self, exchange: Exchange[Any]) -> None:
        """Take note that nobody waits for an exchange any more. What comes of it is dropped."""
        if exchange.done:
            return
        exchange.done = True
        exchange.items.clear()
        if not exchange.sent:
            self._forget(exchange)
            if len(self._out) > 2 * len(self._pending) + 64:
                self._out = [entry for entry in self._out if not entry[0].done]
            return
        # The server will answer all the same, and the answer must not be taken for another's.
        self._abandoned[exchange.action_id] = exchange
        if len(self._abandoned) > _ABANDONED_KEPT:
            self._forget(next(iter(self._abandoned.values())))

    def close(self) -> None:
        """End the session: nothing is read or written any more, and who waits is told."""
        self._shut(None)

    # --- login ----------------------------------------------------------------------------

    def _begin_login(self) -> None:
        self.state = State.LOGIN
        if self._credentials.auth == "plain":
            self._login(("Secret", self._credentials.secret.get_secret_value()))
        else:
            self._start_login_step("Challenge", [("AuthType", "MD5")], self._challenged)

    def _challenged(self, exchange: Exchange[Any]) -> None:
        challenge = exchange.reply.headers.get("Challenge") if exchange.reply else None
        if challenge is None and exchange.reply is not None and exchange.reply.ok:
            self._shut(ConnectFailed('the server sent no challenge; auth="plain" needs none'))
            return
        if challenge is None:
            self._logged_in(exchange)
            return
        secret = self._credentials.secret.get_secret_value()
        try:
            text = (challenge + secret).encode(self._encoding, "surrogateescape")
        except UnicodeEncodeError:
            text = None
        if text is None:
            self._shut(ConnectFailed(f"cannot log in: {self._encoding} cannot write the secret"))
            return
        key = md5(text, usedforsecurity=False).hexdigest()
        self._login(("AuthType", "MD5"), ("Key", key))

    def _login(self, *proof: tuple[str, str]) -> None:
        headers = [("Username", self._credentials.username), *proof]
        if self._credentials.events is not None:
            headers.append(("Events", self._credentials.events))
        self._start_login_step("Login", headers, self._logged_in)

    def _start_login_step(
        self,
        name: str,
        headers: list[tuple[str, str]],
        on_done: Callable[[Exchange[Any]], object],
    ) -> None:
        fault: AmiError | None = None
        try:
            self._start(RawAction(name, headers), on_done, None, None, None, False)
        except InvalidAction as error:
            fault = ConnectFailed(f"cannot log in: {error}")
        except ValidationError:
            text = "user name, secret or event mask hold what a header cannot"
            fault = ConnectFailed(f"cannot log in: {text}")
        if fault is not None:
            self._shut(fault)

    def _logged_in(self, exchange: Exchange[Any]) -> None:
        if self.state is State.CLOSED:
            return
        if exchange.reply is None or not exchange.reply.ok:
            said = (exchange.reply.message if exchange.reply else None) or "no reason given"
            self._shut(LoginRefused(f"the server refused the login: {said.strip()}"))
            return
        logs.session.debug("logged in as %s", self._credentials.username)
        if self._read_version:
            self._start_login_step("CoreSettings", [], self._told_version)
        else:
            self._open()

    def _told_version(self, exchange: Exchange[Any]) -> None:
        """Note the server's version; a user who may not read it goes without."""
        if self.state is State.CLOSED:
            return
        if exchange.reply is not None:
            version = exchange.reply.headers.get("AsteriskVersion")
            self.server = replace(self.server, version=version)
        self._open()

    def _open(self) -> None:
        self.state = State.READY
        self._on_open(None)

    # --- actions --------------------------------------------------------------------------

    def _start(
        self,
        action: Action[R],
        on_done: Callable[[Exchange[R]], object],
        on_item: Callable[[Event], None] | None,
        action_id: str | None,
        timeout: float | None,
        until_later: bool,
    ) -> Exchange[R]:
        name = action.ami_name
        if action_id is None:
            action_id = secrets.token_hex(16)
        elif action_id in self._pending:
            raise DuplicateActionID(
                f"{name}: ActionID {action_id!r} is already in flight", field="ActionID"
            )
        data = encode(name, action_id, action.to_headers(), self._encoding)
        exchange = Exchange(
            action,
            action_id,
            timeout=timeout,
            on_done=on_done,
            on_item=on_item,
            until_later=until_later and action.ami.later is not None,
        )
        self._started += 1
        exchange.number = self._started
        self._pending[action_id] = exchange
        if isinstance(action, ListAction) or action.ami.event or exchange.until_later:
            self._claiming[action_id] = exchange
        if issubclass(action.ami.reply, TextReply):
            self._texts[action_id] = exchange
        self._out.append((exchange, data))
        self._set_deadline(exchange)
        logs.session.debug("sending %s %s", name, action_id)
        return exchange

    def _set_deadline(self, exchange: Exchange[Any]) -> None:
        if exchange.timeout is None:
            return
        exchange.alive = False
        self._started += 1  # orders exchanges whose deadlines are equal
        due = (self._clock() + exchange.timeout, self._started, exchange)
        heapq.heappush(self._deadlines, due)
        if len(self._deadlines) > 2 * len(self._pending) + 64:
            # Most actions end long before their deadline; keep the heap near the truth.
            self._deadlines = [entry for entry in self._deadlines if not entry[2].done]
            heapq.heapify(self._deadlines)

    def _forget(self, exchange: Exchange[Any]) -> None:
        self._pending.pop(exchange.action_id, None)
        self._claiming.pop(exchange.action_id, None)
        self._texts.pop(exchange.action_id, None)
        self._abandoned.pop(exchange.action_id, None)

    def _finish(self, exchange: Exchange[Any], error: AmiError | None = None) -> None:
        self._forget(exchange)
        if exchange.done:
            return  # it was abandoned
        exchange.done = True
        exchange.error = error
        exchange.on_done(exchange)

    # --- frames ---------------------------------------------------------------------------

    def _receive_frame(self, frame: str) -> None:
        if self._follows is not None:
            self._receive_more_output(frame)
        elif frame.startswith("Event: "):
            end = frame.find("\r\n", 7)
            self._receive_event(frame, frame[7:end] if end > 0 else frame[7:])
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
        if exchange is None:
            logs.session.debug("dropped a response (%s) that no action waits for", response)
            return
        self._end_texts_before(exchange)
        if exchange.listing and response.lower() == "error":
            # ShowDialPlan finds out in the middle of its list that it has nothing to show.
            reply = exchange.action.ami.reply.from_frame(frame)
            assert isinstance(reply, ListReply)
            exchange.reply = reply.with_list(exchange.items, None)
            self._finish(exchange)
            return
        if exchange.reply is not None:
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
        if not reply.ok:
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
        if self._text_size > self._max_message:
            self._shut(MessageTooLong(f"a message is longer than {self._max_message} bytes"))

    # --- events ---------------------------------------------------------------------------

    def _receive_event(self, frame: str, name: str) -> None:
        exchange = self._claimant(frame, name) if self._claiming else None
        route = self._dispatcher.route(name)
        if exchange is None or exchange.until_later:
            wanting = route.unsolicited
        else:
            wanting = route.replies if not exchange.done else ()
        if not wanting and exchange is None:
            return
        event = self._class_of(name).from_frame(frame)
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
        if claimed is None:
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
        self._finish(exchange)

    def _class_of(self, name: str) -> type[Event]:
        found = self._classes.get(name)
        if found is None:
            found = self._events.get(name) or UnknownEvent
            if len(self._classes) < _CLASSES_KEPT:
                self._classes[name] = found
        return found

    # --- the end --------------------------------------------------------------------------

    def _shut(self, error: AmiError | None) -> None:
        if self.state is State.CLOSED:
            return
        if error is not None:
            logs.session.warning("the session ended: %s", error)
        was_ready = self.state is State.READY
        self.state = State.CLOSED
        self._out.clear()
        self._abandoned.clear()
        why = str(error) if error is not None else "the client was closed"
        for exchange in list(self._pending.values()):
            if exchange.done:
                continue
            name = exchange.action.ami_name
            kind, told = (
                (OutcomeUnknown, "its outcome is unknown")
                if exchange.sent
                else (NotSent, "it was not sent")
            )
            lost = kind(f"{name}: {told}; {why}", action=exchange.action)
            lost.__cause__ = error
            self._finish(exchange, lost)
        self._pending.clear()
        self._claiming.clear()
        if was_ready:
            self._on_close(error)
        else:
            self._on_open(error or ConnectFailed("the client was closed"))


def _starts_list(frame: str) -> bool:
    return (header(frame, "EventList") or "").lower() == "start"


def _ends_list(frame: str) -> bool:
    return (header(frame, "EventList") or "").lower() in _END_MARKS
