"""How the extensions of a spec change what the spec below it has.

An extension adds: headers to actions, events and replies, values to enumerations. A header that
is there may get more values, another description or other bounds, but it keeps its type, and
takes every value that it took.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import Problem
from .load import At, Source
from .model import (
    ActionField,
    ActionSpec,
    Enum,
    EnumSpec,
    EventField,
    EventSpec,
    MoreOfAction,
    MoreOfActionField,
    MoreOfEnum,
    MoreOfEvent,
    MoreOfEventField,
)

__all__ = [
    "Extension",
    "Place",
    "extended_action",
    "extended_enum",
    "extended_event",
    "meanings",
]

F = TypeVar("F", ActionField, EventField)


@dataclass(frozen=True)
class Extension:
    """Where an extended action or event comes from, and what of it is new."""

    area: str
    """The area of the class that is extended."""
    groups: int = 0
    """How many groups of an event or a reply were there before."""
    rules: int = 0
    """How many rules of an action were there before."""
    fields: frozenset[str] = frozenset()
    """The headers of an event or a reply that are new or changed."""

    def has(self, at: At) -> bool:
        """Tell whether the field of an event or a reply, defined there, is new or changed."""
        kind, place = at[-2:]
        return place in self.fields if kind == "fields" else int(place) >= 0


@dataclass(frozen=True)
class Place:
    """Where an extension is, and what is known there."""

    source: Source
    at: At
    enums: Mapping[str, EnumSpec]
    """All enumerations, by name."""
    problems: list[Problem]
    """Takes what is wrong."""


def extended_action(old: ActionSpec, more: MoreOfAction, place: Place) -> ActionSpec:
    """Return an action with what an extension adds to it."""
    below = replace(place, at=(*place.at, "reply"))
    reply = old.reply.model_copy(
        update={
            "groups": [*old.reply.groups, *more.reply.groups],
            "fields": _fields(EventField, old.reply.fields, more.reply.fields, below),
        }
    )
    return old.model_copy(
        update={
            "versions": more.versions or old.versions,
            "fields": _fields(ActionField, old.fields, more.fields, place),
            "rules": [*old.rules, *more.rules],
            "reply": reply,
        }
    )


def extended_event(old: EventSpec, more: MoreOfEvent, place: Place) -> EventSpec:
    """Return an event with what an extension adds to it."""
    return old.model_copy(
        update={
            "versions": more.versions or old.versions,
            "groups": [*old.groups, *more.groups],
            "fields": _fields(EventField, old.fields, more.fields, place),
        }
    )


def extended_enum(old: EnumSpec, more: MoreOfEnum) -> EnumSpec:
    """Return an enumeration with further values."""
    return old.model_copy(update={"values": {**meanings(old), **meanings(more)}})


def meanings(enum: EnumSpec | MoreOfEnum) -> dict[str, str]:
    """Return the values of an enumeration with their meanings, "" where none is told."""
    if isinstance(enum.values, dict):
        return enum.values
    return dict.fromkeys(enum.values, "")


def _fields(
    kind: type[F],
    old: dict[str, F],
    more: dict[str, MoreOfActionField] | dict[str, MoreOfEventField],
    place: Place,
) -> dict[str, F]:
    merged = dict(old)
    spelled = {wire.lower(): wire for wire in old}
    for name, change in more.items():
        wire = spelled.get(name.lower(), name)
        try:
            merged[wire] = _field(kind, name, old.get(wire), change, place.enums)
        except ValueError as error:
            at = (*place.at, "fields", name)
            place.problems.append(place.source.problem(at, _said(error)))
    return merged


def _field(
    kind: type[F],
    name: str,
    old: F | None,
    change: MoreOfActionField | MoreOfEventField,
    enums: Mapping[str, EnumSpec],
) -> F:
    """Return a field that is new or changed; a ValueError says why it cannot be."""
    before = _given(old) if old is not None else {}
    facts = {**before, **_given(change)}
    if "doc" not in facts:
        raise ValueError(f'"{name}" is new: say what it is (doc)')
    if old is not None and (was := _kind(before)) != (now := _kind(facts)):
        raise ValueError(f'"{name}" is {was} in the spec below; it cannot become {now}')
    try:
        field = kind.model_validate(facts)
    except ValidationError as error:
        raise ValueError(f"{name}: {_said(error)}") from None
    if old is not None and (text := _narrowed(old, field, enums)) is not None:
        raise ValueError(f'"{name}" {text}')
    return field


def _said(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return " and ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())


def _narrowed(
    old: ActionField | EventField, new: ActionField | EventField, enums: Mapping[str, EnumSpec]
) -> str | None:
    """Return what a changed field does not take any more, or None."""
    if _is_closed(new) and not _is_closed(old):
        return "takes any text in the spec below; its enum has to be open"
    now = _values(new.enum, enums)
    lost = [
        value for value in _values(old.enum, enums) or () if now is not None and value not in now
    ]
    if isinstance(old, ActionField) and isinstance(new, ActionField):
        lost += [column for column in old.columns or () if column not in (new.columns or ())]
    if lost:
        return f"has {', '.join(lost)} in the spec below, and has to keep that"
    return None


def _is_closed(field: ActionField | EventField) -> bool:
    if isinstance(field, EventField) or field.type == "csv":
        return False
    return field.enum is not None and not field.open


def _values(enum: Enum, enums: Mapping[str, EnumSpec]) -> list[str] | None:
    """Return the values of an enumeration; None if it is not known, which is told elsewhere."""
    if isinstance(enum, str):
        return list(enums[enum].values) if enum in enums else None
    return enum or []


def _given(field: BaseModel) -> dict[str, Any]:
    return {name: getattr(field, name) for name in sorted(field.model_fields_set)}


def _kind(facts: dict[str, Any]) -> str:
    kind = facts.get("type", "text")
    return f"a repeated {kind}" if facts.get("repeat") else f"of type {kind}"
