"""What the spec tells of an action or an event, in pieces: what the pages of a reference print.

A part of the plan: the classes' docstrings say it in sentences, the facts in columns.
"""

from __future__ import annotations

from dataclasses import dataclass

from .model import Spans

__all__ = ["ActionFacts", "BlockFacts", "EventFacts", "FieldFacts", "ReplyFacts", "RuleFacts"]


@dataclass(frozen=True)
class FieldFacts:
    """A field: how it is written, and what it means."""

    wire: str
    """The header."""
    doc: str
    type: str
    """Its type in Python, as people read it."""
    required: bool = False
    default: str | None = None
    """What the server assumes where the field is not given."""
    unit: str | None = None
    least: int | float | None = None
    most: int | float | None = None
    enum: str | None = None
    """The enumeration of its values, if that has a name."""
    values: tuple[str, ...] = ()
    """Its values, if they have no name."""
    closed: bool = False
    """Whether these are all the values there are."""
    several: bool = False
    """Whether the header may come several times."""
    versions: Spans | None = None
    """Where it is not in all versions of its owner."""
    shared: bool = False
    """Whether a group brings it, whose fields many events have."""


@dataclass(frozen=True)
class RuleFacts:
    """A rule between fields: sets of Python names."""

    kind: str
    """``one_of``, ``any_of``, ``exclusive``, or ``needs``: the first set needs the second."""
    sets: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class BlockFacts:
    """How an action holds up its session; fields by their Python names."""

    field: str
    unless: str | None


@dataclass(frozen=True)
class ReplyFacts:
    """What answers an action; events by their AMI names."""

    shape: str
    """``single``, ``list``, ``event``, or one of the spec's special shapes."""
    items: tuple[str, ...] = ()
    """The events of a list; ``any`` alone for a list of whatever comes."""
    end: str | None = None
    empty: tuple[str, ...] = ()
    """Errors that mean an empty list."""
    event: str | None = None
    """The event that completes the reply, or stands in its place."""
    later: str | None = None
    """The event that tells the outcome."""


@dataclass(frozen=True)
class ActionFacts:
    """An action."""

    name: str
    summary: str
    doc: str
    module: tuple[str, ...]
    versions: Spans
    privilege: tuple[str, ...]
    """The write privileges of which one is needed."""
    danger: tuple[str, ...]
    read_only: bool
    idempotent: bool
    replaced_by: tuple[str, ...]
    """AMI names."""
    rules: tuple[RuleFacts, ...]
    blocks: BlockFacts | None
    reply: ReplyFacts
    example: tuple[str, ...]
    """The lines of a call of its class."""
    options: tuple[str, ...]
    """The same for the command line: options with their values, quoted for a shell."""
    reply_class: str
    records: tuple[str, ...] = ()
    """The classes of the records that its fields take."""


@dataclass(frozen=True)
class EventFacts:
    """An event."""

    name: str
    summary: str
    doc: str
    module: tuple[str, ...]
    versions: Spans
    privilege: tuple[str, ...]
    """The read privileges that are needed, all of them."""
    named_by: str | None
    """The field with the name of an event that has one of its own."""
