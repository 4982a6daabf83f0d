"""What a wallboard shows of the queues: kept from a snapshot, and from the events since."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from amisdk import AsyncClient, actions, events

__all__ = ["Board", "Queue"]

Change = (
    events.QueueMemberAdded
    | events.QueueMemberRemoved
    | events.QueueMemberPause
    | events.QueueMemberStatus
    | events.QueueCallerJoin
    | events.QueueCallerLeave
)
CHANGES = (
    events.QueueMemberAdded,
    events.QueueMemberRemoved,
    events.QueueMemberPause,
    events.QueueMemberStatus,
    events.QueueCallerJoin,
    events.QueueCallerLeave,
)


@dataclass
class Queue:
    """One queue.

    Attributes:
        waiting: Callers that wait, by the unique id of their channel.
        members: Members, by interface: whether each is paused.
    """

    waiting: dict[str, str] = field(default_factory=dict)
    members: dict[str, bool] = field(default_factory=dict)


class Board:
    """The queues, as they are now."""

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {}

    async def load(self, ami: AsyncClient) -> None:
        """Take a snapshot; what was known before is forgotten."""
        status = await ami.send(actions.QueueStatus())
        self.queues = {}
        for item in status.items:
            queue = self.queues.setdefault(item.queue or "", Queue())
            if isinstance(item, events.QueueMember):
                queue.members[item.location or ""] = bool(item.paused)
            elif isinstance(item, events.QueueEntry):
                queue.waiting[item.unique_id or ""] = item.caller_id_num or "unknown"

    def apply(self, event: Change) -> None:
        """Take an event into account."""
        queue = self.queues.setdefault(event.queue or "", Queue())
        match event:
            case events.QueueMemberRemoved():
                queue.members.pop(event.interface or "", None)
            case events.QueueCallerJoin():
                queue.waiting[event.unique_id or ""] = event.caller_id_num or "unknown"
            case events.QueueCallerLeave():
                queue.waiting.pop(event.unique_id or "", None)
            case _:
                queue.members[event.interface or ""] = bool(event.paused)

    def as_json(self) -> dict[str, Any]:
        """Return what the page shows."""
        return {name: asdict(queue) for name, queue in sorted(self.queues.items())}
