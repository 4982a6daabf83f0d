"""Who wants which events. No I/O: a subscription is a function that takes events.

The cost of an event does not grow with the number of subscriptions: the ones for a name are
worked out once, and kept until somebody subscribes or leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self, TypedDict, TypeGuard, get_args

from . import logs
from .lifecycle import EventsLost, LifecycleEvent, Occurrence
from .mailbox import Mailbox, Policy, Pressure
from .models import Event, NamedEvent, UnknownEvent

__all__ = ["Dispatcher", "Include", "Listening", "Route", "Subscription", "Wanted", "names_of"]

Wanted = type[Occurrence] | str
"""What can be subscribed to: a class, or the name of an event without one."""

Include = Literal["unsolicited", "replies", "all"]
"""Events that the server sends by itself, those that belong to a reply, or both."""


class Listening(TypedDict, total=False):
    """How to listen; `BaseClient.on` explains each."""

    include: Include
    queue_size: int
    overflow: Policy


_ROUTES_KEPT = 2048
"""Bound on the names with a worked-out route: a server can invent names without end."""


@dataclass(frozen=True, eq=False, slots=True)
class Subscription:
    """One wish for events."""

    deliver: Callable[[Any], object]
    names: frozenset[str] | None
    """Event names in lower case; None for every event."""
    include: Include
    unknown_only: bool = False
    """Whether only events count that the registry does not have."""
    named: Mapping[str, tuple[type[NamedEvent], ...]] | None = None
    """Event names in lower case of which only these classes are wanted."""
    lifecycle: tuple[type[LifecycleEvent], ...] = ()
    """What is wanted of the client's own events."""
    simple: bool = field(init=False)
    """Whether every event of a wanted name is wanted."""

    @classmethod
    def of(
        cls,
        deliver: Callable[[Any], object],
        wanted: Iterable[Wanted],
        include: Include,
    ) -> Self:
        """Make the subscription for event classes and names; none for every event.

        Raises:
            TypeError: Something is neither an event class nor a name.
        """
        asked = tuple(wanted)
        lifecycle = tuple(item for item in asked if _is_lifecycle(item))
        if lifecycle and len(lifecycle) == len(asked):
            return cls(deliver, frozenset(), include, lifecycle=lifecycle)
        served = tuple(item for item in asked if not _is_lifecycle(item))
        names, unknown_only = names_of(served)
        return cls(deliver, names, include, unknown_only, _named(served), lifecycle)

    def takes(self, event: Event) -> bool:
        """Tell whether an event of a wanted name is wanted."""
        if self.unknown_only:
            return isinstance(event, UnknownEvent)
        if self.named is None:
            return True
        classes = self.named.get(event.ami.name.lower())
        return classes is None or isinstance(event, classes)

    def __post_init__(self) -> None:
        object.__setattr__(self, "simple", self.named is None and not self.unknown_only)
        if self.include not in get_args(Include):
            raise ValueError(f"include is one of {get_args(Include)}, not {self.include!r}")


def _is_lifecycle(item: object) -> TypeGuard[type[LifecycleEvent]]:
    return isinstance(item, type) and issubclass(item, LifecycleEvent)


class Route(NamedTuple):
    """The subscriptions for one event name, by what the event is to them."""

    unsolicited: tuple[Subscription, ...]
    replies: tuple[Subscription, ...]


def names_of(wanted: Iterable[Wanted]) -> tuple[frozenset[str] | None, bool]:
    """Turn event classes and names into the names of a subscription.

    No class at all, or `Event` itself, means every event; `UnknownEvent` every unknown one.

    Returns:
        The names (None for every event), and whether only unknown events are wanted.

    Raises:
        TypeError: Something is neither an event class nor a name.
    """
    names: set[str] = set()
    unknown = every = False
    asked = False
    for item in wanted:
        asked = True
        if isinstance(item, str):
            names.add(item.lower())
        elif isinstance(item, type) and issubclass(item, Event):
            every = every or item is Event
            unknown = unknown or item is UnknownEvent
            names.add(item.ami.name.lower())
        else:
            raise TypeError(f"an event class or an event's name is wanted, not {item!r}")
    if every or not asked:
        return None, False
    if unknown:
        if len(names) > 1:
            raise TypeError("UnknownEvent is subscribed to by itself")
        return None, True
    return frozenset(names), False


def _named(wanted: Iterable[Wanted]) -> dict[str, tuple[type[NamedEvent], ...]] | None:
    """Return the classes for names of named events; None where whole events are wanted."""
    whole: set[str] = set()
    named: dict[str, tuple[type[NamedEvent], ...]] = {}
    for item in wanted:
        if isinstance(item, str):
            whole.add(item.lower())
        elif issubclass(item, NamedEvent) and item.own_name is not None:
            name = item.ami.name.lower()
            named[name] = (*named.get(name, ()), item)
        elif issubclass(item, Event):
            whole.add(item.ami.name.lower())
    if any(item is Event for item in wanted):
        return None
    return {name: classes for name, classes in named.items() if name not in whole} or None


class Dispatcher:
    """The subscriptions of a client. It outlives connections."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self.routes: dict[str, Route] = {}
        """The routes that `route` has worked out, by name."""
        self.unwanted: set[str] = set()
        """First lines of events that, by these routes, nobody wants unless a reply has them."""
        self.pressure = Pressure()
        """The consumers that do not keep up."""
        self.pressure.on_lost = self._tell_loss

    def add(self, subscription: Subscription) -> None:
        """Begin to deliver to a subscription."""
        self._subscriptions.append(subscription)
        self._forget_routes()

    def remove(self, subscription: Subscription) -> None:
        """Stop delivering to it; without effect if it is not there."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._forget_routes()

    def _forget_routes(self) -> None:
        self.routes.clear()
        self.unwanted.clear()

    def route(self, name: str) -> Route:
        """Return who wants events of this name, as the server spells it."""
        route = self.routes.get(name)
        if route is None:
            lowered = name.lower()
            wanting = [
                subscription
                for subscription in tuple(self._subscriptions)
                if subscription.names is None or lowered in subscription.names
            ]
            route = Route(
                tuple(one for one in wanting if one.include != "replies"),
                tuple(one for one in wanting if one.include != "unsolicited"),
            )
            if len(self.routes) >= _ROUTES_KEPT:
                self._forget_routes()
            self.routes[name] = route
            if not route.unsolicited:
                self.unwanted.add(f"Event: {name}")
        return route

    def tell(self, event: LifecycleEvent) -> None:
        """Hand an event of the client's own to those who want it."""
        wanting = [
            subscription
            for subscription in tuple(self._subscriptions)
            if isinstance(event, subscription.lifecycle)
        ]
        for subscription in wanting:
            subscription.deliver(event)

    def _tell_loss(self, mailbox: Mailbox, count: int) -> None:
        logs.handlers.warning("%s missed %d events", mailbox.what, count)
        self.tell(EventsLost(mailbox.what, count))

    def deliver(self, subscriptions: Iterable[Subscription], event: Event) -> None:
        """Hand an event to subscriptions. What they do with it must neither wait nor raise."""
        for subscription in subscriptions:
            if subscription.simple or subscription.takes(event):
                subscription.deliver(event)
