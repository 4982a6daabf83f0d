"""All files of a spec as one, with the place of each definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import Problem
from .load import At, Source
from .model import ActionSpec, EventField, EventSpec, GroupSpec, GroupUse, NamesSpec, Spans

__all__ = ["Spec", "Use", "expand", "gather"]


@dataclass
class Spec:
    """All files of a spec as one, with the place of each definition."""

    sources: list[Source]
    names: NamesSpec
    problems: list[Problem]
    actions: dict[str, tuple[Source, ActionSpec]]
    events: dict[str, tuple[Source, EventSpec]]
    enums: dict[str, list[str]]
    groups: dict[str, GroupSpec]


@dataclass(frozen=True)
class Use:
    """A field of an event or reply, with its group's prefix and words filled in."""

    wire: str
    spec: EventField
    versions: Spans | None
    at: At


def gather(sources: list[Source]) -> Spec:
    """Join the files, and find what is defined twice."""
    spec = Spec(sources, NamesSpec(), [], {}, {}, {}, {})
    seen: dict[tuple[str, str], str] = {}
    for source in sources:
        content = source.content
        for kind in ("actions", "events", "enums", "groups"):
            for name in getattr(content, kind):
                key = (kind, name.lower())
                at = source.problem((kind, name), "")
                if key in seen:
                    message = f'{kind[:-1]} "{name}" is already defined at {seen[key]}'
                    spec.problems.append(source.problem((kind, name), message))
                seen.setdefault(key, f"{at.file}:{at.line}")
        spec.actions.update({name: (source, one) for name, one in content.actions.items()})
        spec.events.update({name: (source, one) for name, one in content.events.items()})
        spec.enums.update({name: list(one.values) for name, one in content.enums.items()})
        spec.groups.update(content.groups)
    merged: dict[str, Any] = {"words": {}, "fields": {}, "classes": {}, "hints": {}}
    acronyms: list[str] = []
    for source in sources:
        acronyms += source.content.names.acronyms
        for part, entries in merged.items():
            for name, value in getattr(source.content.names, part).items():
                if name in entries:
                    message = f'"{name}" has a name already'
                    spec.problems.append(source.problem(("names", part, name), message))
                entries[name] = value
    spec.names = NamesSpec(acronyms=acronyms, **merged)
    return spec


def expand(
    spec: Spec,
    source: Source,
    at: At,
    groups: list[GroupUse],
    fields: dict[str, EventField],
) -> list[Use]:
    """List the fields of an owner: those of its groups, then its own."""
    uses: list[Use] = []
    for number, use in enumerate(groups):
        group = spec.groups.get(use.group)
        place = (*at, "groups", number)
        if group is None:
            spec.problems.append(source.problem(place, f'there is no group "{use.group}"'))
            continue
        for name in use.without:
            if name not in group.fields:
                message = f'group "{use.group}" has no field "{name}" to leave out'
                spec.problems.append(source.problem(place, message))
        of = use.of or group.of
        for name, one in group.fields.items():
            if name not in use.without:
                named = one.model_copy(update={"doc": one.doc.replace("{of}", of)})
                uses.append(Use(use.prefix + name, named, one.versions or use.versions, place))
    for name, one in fields.items():
        uses.append(Use(name, one, one.versions, (*at, "fields", name)))
    return uses
