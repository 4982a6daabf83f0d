"""What happens to a client's connection, told to whoever asks for it.

::

    @ami.on(lifecycle.Reconnected)
    async def resynchronise(event: lifecycle.Reconnected) -> None:
        print(f"back after {event.gap:.1f} s; what happened meanwhile was not seen")

They go the way of the server's events, through ``on`` and ``events``, and keep their place among
them; but no server can send one, and ``on()`` without a class is for the server's events only.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import AmiError

__all__ = [
    "Closed",
    "Connected",
    "Disconnected",
    "EventsLost",
    "LifecycleEvent",
    "Occurrence",
    "Reconnected",
    "Reconnecting",
]


class Occurrence:
    """What can be listened to: an event of the server's, or one of the client's own."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class LifecycleEvent(Occurrence):
    """The base of the client's own events; subscribe to it for all of them."""

    @property
    def ami_name(self) -> str:
        """The class's name."""
        return type(self).__name__


@dataclass(frozen=True, slots=True)
class Connected(LifecycleEvent):
    """The client is logged in for the first time."""


@dataclass(frozen=True, slots=True)
class Disconnected(LifecycleEvent):
    """The connection is lost; actions in flight were told.

    Attributes:
        reason: Why.
    """

    reason: AmiError


@dataclass(frozen=True, slots=True)
class Reconnecting(LifecycleEvent):
    """The client waits before it connects again.

    Attributes:
        attempt: The number of the attempt, from 1.
        delay: Seconds until then.
    """

    attempt: int
    delay: float


@dataclass(frozen=True, slots=True)
class Reconnected(LifecycleEvent):
    """The client is logged in again; its event mask and filters are as before.

    Attributes:
        gap: Seconds in which events of the server may have been missed.
    """

    gap: float


@dataclass(frozen=True, slots=True)
class Closed(LifecycleEvent):
    """The client is closed for good; nothing comes after it but losses that were not told yet.

    Attributes:
        reason: Why it gave up; None after ``close()``.
    """

    reason: AmiError | None = None


@dataclass(frozen=True, slots=True)
class EventsLost(LifecycleEvent):
    """A consumer was too slow for its queue. Told when it has caught up, once per burst.

    Attributes:
        consumer: The name of the handler, or what else took the events.
        count: How many events it did not get.
    """

    consumer: str
    count: int
