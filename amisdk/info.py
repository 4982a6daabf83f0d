"""What the spec says about an action or an event beside its fields."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .models import Reply
    from .rules import Rule

__all__ = ["ActionInfo", "BlockInfo", "EventInfo", "ListInfo", "Versions"]


@dataclass(frozen=True, slots=True)
class Versions:
    """The Asterisk majors that have something: spans, gaps included.

    ``16 in action.ami.versions`` asks for one major.
    """

    spans: tuple[tuple[int, int], ...]

    def __contains__(self, major: object) -> bool:
        if isinstance(major, int):
            for first, last in self.spans:  # a generator costs four times as much, for each action
                if first <= major <= last:
                    return True
        return False

    def __str__(self) -> str:
        return ", ".join(
            str(first) if first == last else f"{first}-{last}" for first, last in self.spans
        )


@dataclass(frozen=True, slots=True)
class EventInfo:
    """Facts about an event.

    Attributes:
        name: Its AMI name.
        module: The Asterisk modules that send it.
        versions: The Asterisk majors that have it.
        privilege: The read privileges that the user needs, all of them.
    """

    name: str
    module: tuple[str, ...] = ()
    versions: Versions = Versions(())
    privilege: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListInfo:
    """How the list in a reply runs: its events, and what the server leaves out.

    Attributes:
        items: AMI names of the item events; ``("any",)`` where any event may be one.
        end: AMI name of the end event.
        empty: Messages of an Error response which mean that there is nothing to list.
        announced: Whether the response says ``EventList: start``.
        correlated: Whether the items carry the ActionID.
    """

    items: tuple[str, ...]
    end: str
    empty: tuple[str, ...] = ()
    announced: bool = True
    correlated: bool = True


@dataclass(frozen=True, slots=True)
class BlockInfo:
    """How long an action holds up its session: the server does nothing else meanwhile.

    Attributes:
        field: The field with the time.
        per_second: What one second is in the field's unit.
        default: Seconds, where the field is not given.
        unless: The field which, when true, makes the action return at once.
        endless: The field's value from which downward there is no limit.
    """

    field: str
    per_second: int = 1
    default: float = 0.0
    unless: str | None = None
    endless: float = -1

    def seconds(self, values: Mapping[str, Any]) -> float:
        """Return how long an action with these field values may block; inf for ever."""
        if self.unless is not None and values.get(self.unless):
            return 0.0
        value = values.get(self.field)
        if value is None:
            return self.default
        return value / self.per_second if value > self.endless else float("inf")


@dataclass(frozen=True, slots=True)
class ActionInfo:
    """Facts about an action.

    Attributes:
        name: Its AMI name.
        reply: The class of its reply.
        module: The Asterisk modules that have it.
        versions: The Asterisk majors that have it.
        privilege: Write privileges of which the user needs one; empty if none is needed.
        idempotent: Whether sending it twice leaves the server as sending it once does.
        read_only: Whether sending it, whatever its fields hold, changes nothing on the server
            beyond this session.
        danger: What harm it can do: runs code, reads or writes configuration.
        replaced_by: AMI names of actions to use where the server no longer has it.
        rules: Rules between its fields.
        list: How its list reply runs, if it has one.
        event: AMI name of the one event that completes its reply, or stands in its place.
        later: AMI name of the event that tells the outcome some time after the reply.
        blocks: How long it holds up its session, if it does.
    """

    name: str
    reply: type[Reply]
    module: tuple[str, ...] = ()
    versions: Versions = Versions(())
    privilege: tuple[str, ...] = ()
    idempotent: bool = False
    read_only: bool = False
    danger: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = field(default=(), repr=False)
    list: ListInfo | None = None
    event: str | None = None
    later: str | None = None
    blocks: BlockInfo | None = None
