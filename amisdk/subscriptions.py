"""Who wants which events. No I/O: a subscription is a function that takes events.

The cost of an event does not grow with the number of subscriptions: the ones for a name are
worked out once, and kept until somebody subscribes or leaves.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self, get_args

from . import logs
from .models import Event, NamedEvent, UnknownEvent

__all__ = ["Dispatcher", "Include", "Route", "Subscription", "names_of"]

Include = Literal["unsolicited", "replies", "all"]
"""Events that the server sends by itself, those that belong to a reply, or both."""

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

    @classmethod
    def of(
        cls,
        deliver: Callable[[Any], object],
        wanted: Iterable[type[Event] | str],
        include: Include,
    ) -> Self:
        """Make the subscription for event classes and names; none for every event.

        Raises:
            TypeError: Something is neither an event class nor a name.
        """
        asked = tuple(wanted)
        names, unknown_only = names_of(asked)
        return cls(deliver, names, include, unknown_only, _named(asked))

    def takes(self, event: Event) -> bool:
        """Tell whether an event of a wanted name is wanted."""
        if self.unknown_only:
            return isinstance(event, UnknownEvent)
        if self.named is None:
            return True
        classes = self.named.get(event.ami.name.lower())
        return classes is None or isinstance(event, classes)

    def __post_init__(self) -> None:
        if self.include not in get_args(Include):
            raise ValueError(f"include is one of {get_args(Include)}, not {self.include!r}")


def _refuse(awaitable: object, event: Event) -> None:
    """Tell that nobody awaits what a plain function returned."""
    if inspect.iscoroutine(awaitable):
        awaitable.close()
    logs.handlers.error(
        "a handler for %s returned an awaitable, which nobody awaits; write it with async def",
        event.ami_name,
    )


class Route(NamedTuple):
    """The subscriptions for one event name, by what the event is to them."""

    unsolicited: tuple[Subscription, ...]
    replies: tuple[Subscription, ...]


def names_of(wanted: Iterable[type[Event] | str]) -> tuple[frozenset[str] | None, bool]:
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


def _named(wanted: Iterable[type[Event] | str]) -> dict[str, tuple[type[NamedEvent], ...]] | None:
    """Return the classes for names of named events; None where whole events are wanted."""
    whole: set[str] = set()
    named: dict[str, tuple[type[NamedEvent], ...]] = {}
    for item in wanted:
        if isinstance(item, str):
            whole.add(item.lower())
        elif issubclass(item, NamedEvent) and item.own_name is not None:
            name = item.ami.name.lower()
            named[name] = (*named.get(name, ()), item)
        else:
            whole.add(item.ami.name.lower())
    if any(item is Event for item in wanted):
        return None
    return {name: classes for name, classes in named.items() if name not in whole} or None


class Dispatcher:
    """The subscriptions of a client. It outlives connections."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._routes: dict[str, Route] = {}

    def add(self, subscription: Subscription) -> None:
        """Begin to deliver to a subscription."""
        self._subscriptions.append(subscription)
        self._routes.clear()

    def remove(self, subscription: Subscription) -> None:
        """Stop delivering to it; without effect if it is not there."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._routes.clear()

    def route(self, name: str) -> Route:
        """Return who wants events of this name, as the server spells it."""
        route = self._routes.get(name)
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
            if len(self._routes) >= _ROUTES_KEPT:
                self._routes.clear()
            self._routes[name] = route
        return route

    def deliver(self, subscriptions: Iterable[Subscription], event: Event) -> None:
        """Hand an event to subscriptions; one that raises is logged and costs no other."""
        for subscription in subscriptions:
            if not subscription.takes(event):
                continue
            try:
                result = subscription.deliver(event)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException:  # noqa: BLE001 - the user's code may raise anything
                logs.handlers.exception("a handler for %s raised", event.ami_name)
                continue
            if result is not None and inspect.isawaitable(result):
                _refuse(result, event)
