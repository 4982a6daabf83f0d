"""A picture of a PBX: its channels, queues and bridges, and how it is reached. No I/O.

`events.apply` keeps it; `feed` brings what it is kept from. A list that the server was
asked for is merged item by item, in the order in which items and events came::

    expect --> item, event, item ... --> the list's end: what no item and no event named is gone

So an event that raced the list is right on either side of it: before the list it is in the list
too, after it it is newer. What a number is of: `since` fields are moments of the clock whose
readings are given to `apply`.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

__all__ = [
    "SECTIONS",
    "Board",
    "Bridge",
    "Caller",
    "Channel",
    "Expectation",
    "Line",
    "Member",
    "Party",
    "Queue",
    "Rate",
    "Section",
]

Section = Literal["channels", "queues", "bridges"]
"""A part of the picture; each comes from a list of its own."""
SECTIONS: tuple[Section, ...] = get_args(Section)

WINDOW = 5
"""Seconds that a rate is the mean of."""
NAMES_KEPT = 500
"""Bound on the event names that are counted: a server can invent names without end."""


class Party(NamedTuple):
    """A number and a name, each empty where it is not known."""

    number: str = ""
    name: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, self))


NOBODY = Party()


@dataclass(slots=True)
class Channel:
    """A channel that is up, being set up, or ringing."""

    unique_id: str
    name: str = ""
    state: str = ""
    caller: Party = NOBODY
    connected: Party = NOBODY
    context: str = ""
    exten: str = ""
    application: str = ""
    """What it runs; it stays as it was where the server tells of no change."""
    data: str = ""
    bridge: str = ""
    """The unique id of the bridge that it is in."""
    dialling: str = ""
    """The channel that it makes ring."""
    since: float = 0.0
    seen: int = field(default=0, compare=False, repr=False)


@dataclass(slots=True)
class Caller:
    """Somebody who waits in a queue."""

    unique_id: str
    channel: str = ""
    party: Party = NOBODY
    since: float = 0.0
    seen: int = field(default=0, compare=False, repr=False)


@dataclass(slots=True)
class Member:
    """Somebody who answers a queue's callers."""

    interface: str
    name: str = ""
    membership: str = ""
    penalty: int = 0
    calls_taken: int = 0
    last_call: datetime | None = None
    status: int = 0
    """The state of the member's device, as in `QueueMember.status`."""
    in_call: bool = False
    paused: bool = False
    paused_reason: str = ""
    seen: int = field(default=0, compare=False, repr=False)


@dataclass(slots=True)
class Queue:
    """A queue, those who wait in it in their order, and its members by interface."""

    name: str
    strategy: str = ""
    max: int = 0
    hold_time: int = 0
    talk_time: int = 0
    completed: int = 0
    abandoned: int = 0
    service_level: int = 0
    service_level_perf: float = 0.0
    weight: int = 0
    callers: list[Caller] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)
    seen: int = field(default=0, compare=False, repr=False)

    def drop_caller(self, unique_id: str) -> Caller | None:
        """Take somebody out of the queue, if there."""
        for place, caller in enumerate(self.callers):
            if caller.unique_id == unique_id:
                return self.callers.pop(place)
        return None


@dataclass(slots=True)
class Bridge:
    """What joins channels; which ones is said by them."""

    unique_id: str
    name: str = ""
    type: str = ""
    technology: str = ""
    creator: str = ""
    seen: int = field(default=0, compare=False, repr=False)


@dataclass(slots=True)
class Line:
    """How the server is reached."""

    up: bool = False
    since: float | None = None
    """When it came up, or went."""
    trouble: str = ""
    """Why it is down."""
    attempt: int = 0
    retry_at: float | None = None


class Rate:
    """How much there is of something each second."""

    def __init__(self) -> None:
        self._seconds: deque[tuple[int, int]] = deque(maxlen=WINDOW + 1)

    def add(self, now: float) -> None:
        """Count one."""
        second = int(now)
        if self._seconds and self._seconds[-1][0] >= second:
            last, count = self._seconds.pop()
            self._seconds.append((last, count + 1))
        else:
            self._seconds.append((second, 1))

    def per_second(self, now: float) -> float:
        """Return the mean of the last whole seconds."""
        end = int(now)
        counts = (count for second, count in self._seconds if end - WINDOW <= second < end)
        return sum(counts) / WINDOW


@dataclass(slots=True)
class Expectation:
    """A list that was asked for."""

    section: Section
    queue: str | None
    """The one queue that it is about."""
    generation: int


@dataclass
class Board:
    """The picture.

    `wanted` says that the whole picture is to be taken again, `wanted_queues` which queues have
    figures that no event tells.
    """

    channels: dict[str, Channel] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    bridges: dict[str, Bridge] = field(default_factory=dict)
    line: Line = field(default_factory=Line)
    taken: dict[Section, float] = field(default_factory=dict)
    """When the last list of a section was whole."""
    absent: dict[Section, str] = field(default_factory=dict)
    """Sections that the server does not give, and why."""
    wanted: bool = False
    wanted_queues: set[str] = field(default_factory=set)
    events: int = 0
    """Events that the server sent by itself."""
    lost: int = 0
    """Events that came too fast to be taken in."""
    names: Counter[str] = field(default_factory=Counter)
    rate: Rate = field(default_factory=Rate)
    generation: int = 0
    expected: dict[str, Expectation] = field(default_factory=dict)
    now: float = 0.0
    """The moment of what was told last."""

    def expect(self, section: Section, action_id: str, queue: str | None = None) -> None:
        """Take note that a list is asked for: all of a section, or of one queue."""
        for known, one in list(self.expected.items()):
            if (one.section, one.queue) == (section, queue):
                del self.expected[known]  # its end was lost
        self.generation += 1
        self.expected[action_id] = Expectation(section, queue, self.generation)

    def forget(self, action_id: str) -> None:
        """Take note that a list will not come, or not whole; what came of it stays."""
        self.expected.pop(action_id, None)

    def lacks(self, section: Section, reason: str) -> None:
        """Take note that the server does not give a section."""
        self.absent[section] = reason

    def is_whole(self) -> bool:
        """Tell whether every section was taken, or cannot be had."""
        return all(section in self.taken or section in self.absent for section in SECTIONS)

    def by_age(self) -> list[Channel]:
        """Return the channels, the oldest first."""
        return sorted(self.channels.values(), key=lambda one: (one.since, one.unique_id))

    def who(self, caller: Caller) -> tuple[str, Party]:
        """Return the channel and the party of somebody who waits, as they are now."""
        channel = self.channels.get(caller.unique_id)
        if channel is None:
            return caller.channel, caller.party
        return channel.name, channel.caller

    def finish(self, action_id: str) -> None:
        """Sweep away what a list that is whole did not name, nor any event since."""
        expectation = self.expected.pop(action_id, None)
        if expectation is None:
            return
        section, generation = expectation.section, expectation.generation
        if section == "channels":
            self.channels = _kept(self.channels, generation)
        elif section == "bridges":
            self.bridges = _kept(self.bridges, generation)
        else:
            if expectation.queue is None:
                self.queues = _kept(self.queues, generation)
                self.wanted_queues.clear()
            for queue in self._queues_of(expectation):
                queue.members = _kept(queue.members, generation)
                queue.callers = [one for one in queue.callers if one.seen >= generation]
        if expectation.queue is None:
            self.taken[section] = self.now
            self.absent.pop(section, None)

    def _queues_of(self, expectation: Expectation) -> list[Queue]:
        """Return the queues that a list is about; one that it has not is gone."""
        if expectation.queue is None:
            return list(self.queues.values())
        queue = self.queues.get(expectation.queue)
        if queue is not None and queue.seen < expectation.generation:
            del self.queues[expectation.queue]
        return [queue] if queue is not None else []


def _kept(found: dict[str, Any], generation: int) -> dict[str, Any]:
    return {key: one for key, one in found.items() if one.seen >= generation}
