"""The manager's users: what they may send and see, as manager.conf says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["CLASSES", "User", "classes_in"]

CLASSES = (
    "system", "call", "log", "verbose", "command", "agent", "user", "config", "dtmf", "reporting",
    "cdr", "dialplan", "originate", "agi", "cc", "aoc", "test", "security", "message",
)  # fmt: skip
"""The classes of actions and events that there are, in the server's order."""


def classes_in(text: str | Iterable[str]) -> frozenset[str]:
    """Return the privilege classes in a setting such as ``call,agent``."""
    names = text.split(",") if isinstance(text, str) else text
    return frozenset(name.strip().lower() for name in names) - {""}


@dataclass(frozen=True)
class User:
    """A user of the manager.

    Attributes:
        username: The name to log in with.
        secret: The secret.
        read: The classes of events that the user sees, such as ``call,agent``; ``all``.
        write: The classes of actions that the user may send; ``all``.
        event_filter: Expressions of which one must match an event; with ``!`` before it, none may.

    Raises:
        ValueError: There is no such class.
    """

    username: str
    secret: str = field(repr=False)
    read: str | tuple[str, ...] = "all"
    write: str | tuple[str, ...] = "all"
    event_filter: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = sorted(
            (classes_in(self.read) | classes_in(self.write)) - {*CLASSES, "all", "none"}
        )
        if unknown:
            raise ValueError(
                f"{unknown[0]!r} is no class of manager.conf: {', '.join(sorted(CLASSES))}"
            )

    def may_send(self, privilege: Iterable[str]) -> bool:
        """Tell whether the user may send an action that takes one of these privileges."""
        own = classes_in(self.write)
        wanted = set(privilege)
        return not wanted or "all" in own or bool(own & wanted)

    def may_see(self, privilege: Iterable[str]) -> bool:
        """Tell whether the user may see an event that takes all of these privileges."""
        own = classes_in(self.read)
        return "all" in own or own.issuperset(privilege)


class Filter:
    """The expressions that hold events back from a session."""

    def __init__(self, expressions: Iterable[str] = ()) -> None:
        self._wanted: list[re.Pattern[str]] = []
        self._unwanted: list[re.Pattern[str]] = []
        for expression in expressions:
            self.add(expression)

    def add(self, expression: str) -> None:
        """Add an expression.

        Raises:
            re.error: It is none.
        """
        if expression.startswith("!"):
            self._unwanted.append(re.compile(expression[1:]))
        else:
            self._wanted.append(re.compile(expression))

    def passes(self, text: str) -> bool:
        """Tell whether an event passes."""
        if any(one.search(text) for one in self._unwanted):
            return False
        return not self._wanted or any(one.search(text) for one in self._wanted)
