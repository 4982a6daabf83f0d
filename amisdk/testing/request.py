"""An action that a `FakeAsterisk` was sent, and the ways to answer it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

from amisdk.headers import Headers
from amisdk.models import Action, Event

from .dialect import Dialect, Pairs

__all__ = [
    "HandMade",
    "Item",
    "Play",
    "Request",
    "Told",
    "is_true",
    "number_in",
    "seconds_in",
    "told_by",
]

Item = tuple[str, Mapping[str, object]]
"""An event of a list: its name and values."""
Told = list[tuple[str, object]]
"""The headers of an event."""
HandMade = Event | Mapping[str, object] | Iterable[tuple[str, object]]
"""An event that a test makes, or its headers."""


class Talker(Protocol):
    """What a request needs of its session."""

    dialect: Dialect

    def write(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Write a message."""

    def write_raw(self, data: bytes) -> None:
        """Write bytes."""


class Request:
    """An action, as it came.

    Args:
        session: Who sent it.
        headers: All of it.
        cls: Its class; None if the spec has none.
    """

    def __init__(self, session: Any, headers: Headers, cls: type[Action[Any]] | None) -> None:
        self.session: Any = session
        self.headers = headers
        self.cls = cls
        self.name = headers.get("Action") or ""
        self.action_id = headers.get("ActionID") or ""

    @property
    def dialect(self) -> Dialect:
        """How the server speaks."""
        return self.session.dialect  # type: ignore[no-any-return]

    def __getitem__(self, header: str) -> str:
        """Return the first value of a header; empty if there is none."""
        return (self.headers.get(header) or "").lstrip(" ")

    # --- answers --------------------------------------------------------------------------

    def respond(self, response: str, *pairs: tuple[str, object]) -> None:
        """Write the response."""
        own = [("ActionID", self.action_id)] if self.action_id else []
        self.session.write([("Response", response), *own, *pairs])

    def ok(self, message: str | None = None, *pairs: tuple[str, object]) -> None:
        """Say that it was carried out."""
        said = [] if message is None else [("Message", message)]
        self.respond("Success", *said, *pairs)

    def error(self, message: str) -> None:
        """Say that it was not."""
        self.respond("Error", ("Message", message))

    def unknown(self, name: str = "") -> None:
        """Say that what it is about is not there, in the server's words."""
        self.error(self.dialect.unknown(self.name, name) or "No such object")

    def event(self, name: str, values: Mapping[str, object]) -> None:
        """Write an event that belongs to the reply."""
        self.session.write(self.pairs_of(name, values))

    def pairs_of(self, name: str, values: Mapping[str, object]) -> Pairs:
        """Return the headers of an event that belongs to the reply."""
        told = {"ActionID": self.action_id, **values}
        pairs = self.dialect.event(name, told)
        if pairs is None:
            return [("Event", name), *((key, str(text)) for key, text in told.items())]
        return pairs

    def list(
        self, message: str, items: Iterable[Item], end: str, extra: Mapping[str, object] = {}
    ) -> None:
        """Answer with a list."""
        self.respond("Success", ("EventList", "start"), ("Message", message))
        count = 0
        for count, (name, values) in enumerate(items, 1):  # noqa: B007 - it is used below
            self.event(name, values)
        self.event(end, {"EventList": "Complete", "ListItems": count, **extra})

    def events(self, items: Iterable[Event]) -> None:
        """Write typed events that belong to the reply."""
        for item in items:
            first, *rest = item.headers
            kept = [pair for pair in rest if pair[0].lower() != "actionid"]
            self.session.write([first, ("ActionID", self.action_id), *kept])


Play = Callable[[Request], Awaitable[None] | None]
"""What answers an action."""


def is_true(text: str) -> bool:
    """Tell whether a text means yes, as the server reads it."""
    return text.strip().lower() in ("yes", "true", "y", "t", "1", "on")


def number_in(text: str, default: int = 0) -> int:
    """Return the number that a text begins with, as the server reads it."""
    found = re.match(r"\s*(-?\d+)", text)
    return int(found[1]) if found else default


def seconds_in(text: str) -> float | None:
    """Return the seconds that a text begins with; None if it begins with none."""
    found = re.match(r"\s*(\d*\.?\d+)", text)
    return float(found[1]) if found else None


def told_by(event: HandMade) -> Told:
    """Return the headers of an event that was made by hand.

    Raises:
        TypeError: It is none.
    """
    if isinstance(event, Event):
        return list(event.headers)
    pairs = event.items() if isinstance(event, Mapping) else event
    try:
        told = [(str(key), value) for key, value in pairs]
    except (TypeError, ValueError):
        told = []
    if not told or told[0][0].lower() != "event":
        raise TypeError(
            f"{event!r} is no event: say events.Hangup(...), or its headers, Event first"
        )
    return told
