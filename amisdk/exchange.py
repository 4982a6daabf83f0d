"""An action on its way, what came of it, and the error that stands for."""

from __future__ import annotations

import heapq
import secrets
from collections.abc import Callable, Sized
from functools import cache
from typing import Any, Generic, TypeVar

from .errors import (
    ActionFailed,
    ActionTimeout,
    AmiError,
    InvalidAction,
    NotSent,
    OriginateFailed,
    OutcomeUnknown,
    PermissionDenied,
    UnknownAction,
)
from .models import Action, Event, EventReply, ListReply, OutputReply, Reply, TextReply
from .process import after_fork
from .wire import encode

__all__ = ["Deadlines", "Exchange", "failure", "sooner"]

R = TypeVar("R", bound=Reply)

_SPECIAL = frozenset({"command", "events", "filter", "logoff"})
"""The actions that change what the session is, or are answered in a form of their own."""


@cache
def _is_plain(kind: type[Action[Any]]) -> bool:
    """Whether actions of a class have one response with an ActionID, and nothing else to them."""
    ami = kind.ami
    return (
        kind.ami_name is Action.ami_name  # else each has a name of its own
        and ami.name.lower() not in _SPECIAL
        and not issubclass(ami.reply, (ListReply, EventReply, OutputReply, TextReply))
        and (ami.list, ami.event, ami.blocks) == (None, None, None)
    )


_ids: list[str] = []
"""Random ActionIDs that are not used yet: one call to the kernel draws many."""


def _draw_id() -> str:
    try:
        return _ids.pop()
    except IndexError:
        drawn = secrets.token_hex(16 * 256)
        _ids.extend(drawn[start : start + 32] for start in range(32, len(drawn), 32))
        return drawn[:32]


after_fork(_ids.clear)  # else both processes would use the same ones


class Exchange(Generic[R]):
    """An action on its way, and what came of it.

    Args:
        action: The action.
        action_id: Its ActionID; None for a random one.
        timeout: Seconds until its reply must be whole, or for a list between items.
        on_done: Called once, when the reply is whole or will not come.
        on_item: Takes the items of a list as they come; they are not gathered then.
        until_later: Whether it lasts until the event that tells the outcome.
        retry: Whether to send it again after the connection was lost.
        check_version: Whether to refuse it where the server's version does not have it.
        encoding: Of the text on the wire.

    Raises:
        InvalidAction: The action cannot be written.
    """

    __slots__ = (
        "action",
        "action_id",
        "alive",
        "check_version",
        "data",
        "done",
        "due",
        "end",
        "error",
        "event",
        "items",
        "listing",
        "number",
        "on_done",
        "on_item",
        "plain",
        "reply",
        "retry",
        "sent",
        "timeout",
        "tried",
        "until_later",
    )

    due: float | None
    """When it has to be done, once the clock runs for it."""
    tried: bool
    """Whether it was sent on a connection before this one."""
    number: int
    """Its place in the order of sending."""
    alive: bool
    """Whether something came since the deadline was set."""
    items: list[Event]
    end: Event | None
    event: Event | None
    reply: R | None
    error: AmiError | None

    def __init__(
        self,
        action: Action[R],
        *,
        on_done: Callable[[Exchange[R]], object],
        action_id: str | None = None,
        timeout: float | None = None,
        on_item: Callable[[Event], None] | None = None,
        until_later: bool = False,
        retry: bool = False,
        check_version: bool = True,
        encoding: str = "utf-8",
    ) -> None:
        self.action = action
        self.action_id = _draw_id() if action_id is None else action_id
        fault: InvalidAction | None = None
        try:
            self.data = encode(action.ami_name, self.action_id, action.to_headers(), encoding)
        except InvalidAction as error:
            fault = InvalidAction(*error.args, field=error.field)
        if fault is not None:
            raise fault  # without the frames that hold the headers, and so maybe a secret
        self.timeout = timeout
        self.on_done = on_done
        self.on_item = on_item
        self.until_later = until_later and action.ami.later is not None
        self.plain = not self.until_later and _is_plain(type(action))
        """Whether the response is all that there is to it."""
        self.retry = retry
        self.check_version = check_version
        self.sent = self.tried = self.done = self.listing = self.alive = False
        self.number = 0
        self.items = []
        self.due = self.end = self.event = self.reply = self.error = None

    def __repr__(self) -> str:
        return f"<Exchange {self.action.ami_name} {self.action_id}>"

    def finish(self, error: AmiError | None = None) -> None:
        """End it, unless it has ended or nobody waits for it any more."""
        if not self.done:
            self.done = True
            self.error = error
            self.on_done(self)

    def late(self) -> ActionTimeout:
        """Return the error of an exchange whose time is over."""
        what = "its outcome" if self.reply is not None else "a whole reply"
        return ActionTimeout(
            f"{self.action.ami_name}: {what} did not come within {self.timeout:g} s",
            action=self.action,
            items=tuple(self.items),
        )

    def lost(self, why: str, cause: AmiError | None = None) -> NotSent | OutcomeUnknown:
        """Return the error of an exchange whose connection is not there (any more)."""
        kind, told = (
            (OutcomeUnknown, "its outcome is unknown")
            if self.sent or self.tried
            else (NotSent, "it was not sent")
        )
        text = f"{self.action.ami_name}: {told}; {why}"
        error = kind(text, action=self.action, items=tuple(self.items))
        error.__cause__ = cause
        return error

    def rewind(self) -> None:
        """Make it ready to be sent again."""
        self.tried = self.tried or self.sent
        self.sent = self.listing = self.alive = False
        self.items, self.end, self.event, self.reply = [], None, None, None


class Deadlines:
    """When exchanges have to be done. Those that are done are forgotten in time."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Exchange[Any]]] = []
        self._added = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, exchange: Exchange[Any], living: Sized) -> None:
        """Add an exchange that has a deadline.

        Args:
            exchange: The exchange.
            living: As many as are not done, more or less: what the heap is kept near to.
        """
        if exchange.due is None:
            return
        self._added += 1  # orders exchanges whose deadlines are equal
        heapq.heappush(self._heap, (exchange.due, self._added, exchange))
        if len(self._heap) > 2 * len(living) + 64:
            self._heap = [entry for entry in self._heap if not entry[2].done]
            heapq.heapify(self._heap)

    def next(self) -> float | None:
        """Return the earliest deadline."""
        while self._heap and self._heap[0][2].done:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self, now: float) -> Exchange[Any] | None:
        """Remove an exchange whose time is over, and return it."""
        due = self.next()
        return heapq.heappop(self._heap)[2] if due is not None and due <= now else None


def failure(exchange: Exchange[Any]) -> ActionFailed | None:
    """Return the error that a finished exchange's reply stands for, or None if it is good.

    An Error which the spec knows as "nothing there" is good: an empty list.
    """
    reply, action, event = exchange.reply, exchange.action, exchange.event
    if reply is None or (event is None and reply.ok):
        return None
    name, said = action.ami_name, (reply.message or "").strip()
    if isinstance(reply, OutputReply) and reply.output:
        said = reply.text.strip()  # the message only says that output follows
    if event is not None and reply.ok:
        if (event.headers.get("Response") or "Success").lower() == "success":
            return None
        reason = event.headers.get("Reason") or "unknown"
        return OriginateFailed(
            f"{name}: the call failed with reason {reason}{_REASONS.get(reason, '')}",
            action=action,
            reply=reply,
            event=event,
        )
    if action.ami.list is not None and said in action.ami.list.empty:
        return None
    text = f"{name}: {said or 'the server answered with an error and no message'}"
    if said == "Permission denied":
        return PermissionDenied(text, action=action, reply=reply)
    if said.lower().startswith("invalid/unknown command"):
        return UnknownAction(text, action=action, reply=reply)
    if action.ami.later == "OriginateResponse":
        return OriginateFailed(text, action=action, reply=reply)
    return ActionFailed(text, action=action, reply=reply)


_REASONS = {
    "0": " (failed; the Hangup event has the cause)",
    "1": " (hung up)",
    "3": " (nobody answered in time)",
    "5": " (busy)",
    "8": " (congested or not available)",
}


def sooner(one: float | None, other: float | None) -> float | None:
    """Return the earlier of two times; None is never."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
