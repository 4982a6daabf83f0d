"""How the extensions of a spec change what the spec below it has.

An extension adds: headers to actions, events and replies, values to enumerations. A header that
is there may get more values, another description or other bounds, but it keeps its type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import Problem
from .load import At, Source
from .model import (
    ActionField,
    ActionSpec,
    EnumSpec,
    EventField,
    EventSpec,
    MoreOfAction,
    MoreOfActionField,
    MoreOfEnum,
    MoreOfEvent,
    MoreOfEventField,
)

__all__ = ["Extension", "extended_action", "extended_enum", "extended_event", "meanings"]

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


def extended_action(
    old: ActionSpec, more: MoreOfAction, source: Source, at: At, problems: list[Problem]
) -> ActionSpec:
    """Return an action with what an extension adds to it."""
    reply = old.reply.model_copy(
        update={
            "groups": [*old.reply.groups, *more.reply.groups],
            "fields": _fields(
                EventField, old.reply.fields, more.reply.fields, source, (*at, "reply"), problems
            ),
        }
    )
    return old.model_copy(
        update={
            "versions": more.versions or old.versions,
            "fields": _fields(ActionField, old.fields, more.fields, source, at, problems),
            "rules": [*old.rules, *more.rules],
            "reply": reply,
        }
    )


def extended_event(
    old: EventSpec, more: MoreOfEvent, source: Source, at: At, problems: list[Problem]
) -> EventSpec:
    """Return an event with what an extension adds to it."""
    return old.model_copy(
        update={
            "versions": more.versions or old.versions,
            "groups": [*old.groups, *more.groups],
            "fields": _fields(EventField, old.fields, more.fields, source, at, problems),
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
    source: Source,
    at: At,
    problems: list[Problem],
) -> dict[str, F]:
    merged = dict(old)
    spelled = {wire.lower(): wire for wire in old}
    for name, change in more.items():
        wire = spelled.get(name.lower(), name)
        place = (*at, "fields", name)
        facts = {**_given(old[wire]), **_given(change)} if wire in old else _given(change)
        if "doc" not in facts:
            problems.append(source.problem(place, f'"{name}" is new: say what it is (doc)'))
            continue
        if wire in old and (was := _kind(_given(old[wire]))) != (now := _kind(facts)):
            message = f'"{name}" is {was} in the spec below; it cannot become {now}'
            problems.append(source.problem(place, message))
            continue
        try:
            field = kind.model_validate(facts)
        except ValidationError as error:
            said = " and ".join(
                fault["msg"].removeprefix("Value error, ") for fault in error.errors()
            )
            problems.append(source.problem(place, f"{name}: {said}"))
            continue
        merged[wire] = field
    return merged


def _given(field: BaseModel) -> dict[str, Any]:
    return {name: getattr(field, name) for name in sorted(field.model_fields_set)}


def _kind(facts: dict[str, Any]) -> str:
    kind = facts.get("type", "text")
    return f"a repeated {kind}" if facts.get("repeat") else f"of type {kind}"
