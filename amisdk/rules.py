"""Rules between the fields of an action, as the spec declares them.

Each rule has `broken`, which returns None, or a sentence that says what to mend. A field
counts as given when it is not None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["AnyOf", "Exclusive", "Needs", "OneOf", "Rule"]


class Rule(Protocol):
    """What every rule can do."""

    def broken(self, given: frozenset[str]) -> str | None:
        """Return what is wrong with this set of given fields, or None."""


def _joined(names: tuple[str, ...], word: str) -> str:
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of these sets of fields is given, and given whole."""

    groups: tuple[tuple[str, ...], ...]

    def broken(self, given: frozenset[str]) -> str | None:
        """Return what is wrong with this set of given fields, or None."""
        wanted = ", or ".join(_joined(group, "and") for group in self.groups)
        touched = [group for group in self.groups if given.intersection(group)]
        if not touched:
            return f"give {wanted}"
        if len(touched) > 1:
            return f"give only one of: {wanted}"
        missing = tuple(name for name in touched[0] if name not in given)
        if missing:
            return f"{_joined(missing, 'and')} must be given too (either {wanted})"
        return None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these fields is given."""

    names: tuple[str, ...]

    def broken(self, given: frozenset[str]) -> str | None:
        """Return what is wrong with this set of given fields, or None."""
        return None if given.intersection(self.names) else f"give {_joined(self.names, 'or')}"


@dataclass(frozen=True, slots=True)
class Exclusive:
    """At most one of these fields is given."""

    names: tuple[str, ...]

    def broken(self, given: frozenset[str]) -> str | None:
        """Return what is wrong with this set of given fields, or None."""
        if len(given.intersection(self.names)) < 2:
            return None
        return f"give only one of {_joined(self.names, 'and')}"


@dataclass(frozen=True, slots=True)
class Needs:
    """A field that is only valid together with others."""

    name: str
    others: tuple[str, ...]

    def broken(self, given: frozenset[str]) -> str | None:
        """Return what is wrong with this set of given fields, or None."""
        missing = tuple(other for other in self.others if other not in given)
        if self.name not in given or not missing:
            return None
        return f"{self.name} needs {_joined(missing, 'and')}"
