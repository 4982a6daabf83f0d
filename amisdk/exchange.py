"""An action on its way, what came of it, and the error that stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from .errors import ActionFailed, AmiError, OriginateFailed, PermissionDenied, UnknownAction
from .models import Action, Event, OutputReply, Reply

__all__ = ["Exchange", "failure"]

R = TypeVar("R", bound=Reply)


class Exchange(Generic[R]):
    """An action on its way, and what came of it."""

    __slots__ = (
        "action",
        "action_id",
        "alive",
        "blocks",
        "done",
        "end",
        "error",
        "event",
        "items",
        "listing",
        "number",
        "on_done",
        "on_item",
        "reply",
        "sent",
        "timeout",
        "until_later",
    )

    def __init__(
        self,
        action: Action[R],
        action_id: str,
        *,
        timeout: float | None,
        on_done: Callable[[Exchange[R]], object],
        on_item: Callable[[Event], None] | None,
        until_later: bool,
    ) -> None:
        self.action = action
        self.action_id = action_id
        self.timeout = timeout
        self.on_done = on_done
        self.on_item = on_item
        """Takes the items of a list as they come; they are not gathered then."""
        self.until_later = until_later
        """Whether it lasts until the event that tells the outcome."""
        self.sent = False
        self.done = False
        self.listing = False
        self.number = 0
        """Its place in the order of sending."""
        self.alive = False
        """Whether something came since the deadline was set."""
        self.items: list[Event] = []
        self.end: Event | None = None
        self.event: Event | None = None
        self.reply: R | None = None
        self.error: AmiError | None = None

    def __repr__(self) -> str:
        return f"<Exchange {self.action.ami_name} {self.action_id}>"


def failure(exchange: Exchange[Any]) -> ActionFailed | None:
    """Return the error that a finished exchange's reply stands for, or None if it is good.

    An Error which the spec knows as "nothing there" is good: an empty list.
    """
    reply, action, event = exchange.reply, exchange.action, exchange.event
    if reply is None:
        return None
    name, said = action.ami_name, (reply.message or "").strip()
    if isinstance(reply, OutputReply) and reply.output:
        said = reply.text.strip()  # the message only says that output follows
    if reply.ok:
        if event is None or (event.headers.get("Response") or "Success").lower() == "success":
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
