"""The bounded queue between the reader and one consumer of events. No I/O, no waiting.

A consumer that keeps up loses nothing, however fast the events come. What happens to one that
does not::

    EASY --more events than its size--> FULL --still so after PATIENCE--> LOSING
      ^                                   |                                 |
      +------------- has room again ------+------- half of it is free ------+

While a mailbox is FULL the reader pauses, so that consumers run; it is the link that does so,
and for no longer than `PATIENCE`. In LOSING the mailbox's policy acts on every further event.
What arrives is always put first, so a queue exceeds its size by what one read brings at the most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Literal, get_args

from . import logs

__all__ = ["PATIENCE", "QUEUE_SIZE", "Mailbox", "Policy", "Pressure"]

QUEUE_SIZE = 10_000
"""Events that wait for a consumer, unless it asks for another size."""
PATIENCE = 0.04
"""Seconds that the reader waits for a consumer whose queue is full."""

Policy = Literal["drop_oldest", "drop_newest", "disconnect", "block"]
"""What becomes of events for which a full queue has no room.

``drop_oldest`` and ``drop_newest`` lose and count them, ``disconnect`` ends the connection,
``block`` reads nothing more from the server until there is room.
"""


class Pressure:
    """The mailboxes that are full: what the reader looks at, and what tells it of room."""

    def __init__(self) -> None:
        self.full: set[Mailbox] = set()
        self.on_relief: Callable[[], object] = _nothing
        """Called when the last full mailbox has room again."""
        self.on_lost: Callable[[Mailbox, int], object] = _nothing
        """Called with what a burst has cost a mailbox."""
        self.lost = 0
        """Events that all mailboxes together have lost."""

    def settle(self) -> Mailbox | None:
        """Let the policies act on all that is still full; return a mailbox that disconnects."""
        slow: Mailbox | None = None
        for mailbox in tuple(self.full):
            if mailbox.policy != "block":
                self.full.discard(mailbox)
                if mailbox.cut():
                    slow = mailbox
        return slow


def _nothing(*_: Any) -> None:
    """Serve where nobody listens."""


class Mailbox:
    """Events that wait for one consumer.

    Args:
        what: The consumer, for messages.
        pressure: Where it reports that it is full.
        size: How many events may wait.
        policy: What happens to those that find no room.
        wake: Called after an event was put while `waiting` is set.
    """

    __slots__ = (
        "__weakref__",
        "_burst",
        "_losing",
        "_pressure",
        "closed",
        "events",
        "lost",
        "policy",
        "size",
        "strained",
        "waiting",
        "wake",
        "what",
    )  # fmt: skip

    def __init__(
        self,
        what: str,
        pressure: Pressure,
        *,
        size: int = QUEUE_SIZE,
        policy: Policy = "drop_oldest",
        wake: Callable[[], object] = _nothing,
    ) -> None:
        if policy not in get_args(Policy):
            raise ValueError(f"overflow is one of {get_args(Policy)}, not {policy!r}")
        if not size > 0:
            raise ValueError("queue_size is a number above 0")
        self.what = what
        self.size = size
        self.policy = policy
        self.wake = wake
        self.events: deque[Any] = deque()
        self.waiting = False
        """Whether the consumer sleeps until `wake`."""
        self.strained = False
        """Whether `relax` is to be called after an event was taken."""
        self.closed = False
        self.lost = 0
        """Events that were dropped in all."""
        self._losing = False
        self._burst = 0
        self._pressure = pressure

    def put(self, event: object) -> None:
        """Add an event; without effect once it is closed."""
        if self.closed:
            return
        events = self.events
        events.append(event)
        if len(events) > self.size:
            self._overflow()
        if self.waiting:
            self.wake()

    def take(self) -> Any:
        """Remove the oldest event and return it.

        Raises:
            IndexError: There is none.
        """
        event = self.events.popleft()
        if self.strained:
            self.relax()
        return event

    def _overflow(self) -> None:
        if self._losing:
            self._drop()
        elif not self.strained:
            self.strained = True
            self._pressure.full.add(self)

    def _drop(self) -> None:
        try:
            if self.policy == "drop_newest":
                self.events.pop()
            else:
                self.events.popleft()
        except IndexError:  # the consumer, in a thread of its own, was quicker
            return
        self._burst += 1
        self.lost += 1
        self._pressure.lost += 1

    def cut(self) -> bool:
        """Begin to lose events, if there are still too many; tell whether to disconnect."""
        if len(self.events) <= self.size or self.policy == "disconnect":
            self.strained = False
            return len(self.events) > self.size
        self._losing = True
        logs.handlers.warning("%s is too slow; events are dropped (%s)", self.what, self.policy)
        while len(self.events) > self.size:
            self._drop()
        return False

    @property
    def roomy(self) -> bool:
        """Whether so few events wait that a strain is over."""
        return len(self.events) <= self.size // 2

    def relax(self) -> None:
        """Take note that the consumer took events: is the strain over?"""
        room = self.roomy
        if self._losing:
            if room:
                self._end_burst()
        elif room and self in self._pressure.full:
            self.strained = False
            self._pressure.full.discard(self)
            if not self._pressure.full:
                self._pressure.on_relief()

    def _end_burst(self) -> None:
        burst, self._burst = self._burst, 0
        self.strained = self._losing = False
        if burst:
            self._pressure.on_lost(self, burst)

    def close(self, *, drop: bool = False) -> None:
        """Take no more events; those that wait may still be taken, unless they are dropped."""
        if drop:
            self.events.clear()
        if not self.closed:
            self.closed = True
            self._pressure.full.discard(self)
            self._end_burst()
            if not self._pressure.full:
                self._pressure.on_relief()
        if self.waiting:
            self.wake()
