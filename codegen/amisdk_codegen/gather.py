"""All files of a spec as one, with the place of each definition."""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from .errors import Problem
from .load import At, Source
from .model import ActionSpec, EventField, EventSpec, GroupSpec, GroupUse, NamesSpec, Spans

__all__ = ["TAKEN", "Spec", "Use", "expand", "gather"]


TAKEN = frozenset(
    """Absent Action ActionInfo Annotated Any AnyOf BlockInfo Clock CommaList CommaListGiven
    ConfigReply Escaped Event EventInfo EventReply Exclusive Field FreeHeaders JsonValue
    ListAction ListInfo ListReply Literal Names Needs OneOf OutputReply PairsReply Priority
    RawAction RawReply Record Repeated Reply SecondOf Secret Sequence Soft TYPE_CHECKING Text
    TextGiven TextReply TypeAlias UnknownEvent VariablePairs Variables Verbatim Versions Words
    bool datetime events float int str tuple""".split()  # noqa: SIM905 - a list would fill a page
)
"""Names that generated modules import, or that stand beside the classes in the facades."""


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
    classes: dict[tuple[str, str], str]
    """Package and class name, to the place that has it."""

    def claim(self, package: str, name: str, source: Source, at: At) -> None:
        """Give a class its name, unless it cannot have it."""
        place = source.problem(at, "")
        taken = self.classes.get((package, name))
        if not name.isidentifier() or iskeyword(name) or name.startswith("_"):
            message = f'"{name}" is no name for a class; name it in names.classes'
        elif name in TAKEN:
            message = f'"{name}" is taken in generated code; name it in names.classes'
        elif taken is not None:
            message = f'"{name}" is already the class of {taken}; name one in names.classes'
        else:
            self.classes[package, name] = f"{place.file}:{place.line}"
            return
        self.problems.append(source.problem(at, message))


@dataclass(frozen=True)
class Use:
    """A field of an event or reply, with its group's prefix and words filled in."""

    wire: str
    spec: EventField
    versions: Spans | None
    at: At
    own: bool
    """Whether it is the owner's own field, not one of a group."""


def gather(sources: list[Source]) -> Spec:
    """Join the files, and find what is defined twice."""
    spec = Spec(sources, NamesSpec(), [], {}, {}, {}, {}, {})
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
    for source in sources:
        for name in source.content.enums:
            if seen["enums", name.lower()] != f"{source.file}:{source.line(('enums', name))}":
                continue  # it is defined twice, which was told
            # Every module may import an enumeration: its name must be free in both packages.
            for package in ("actions", "events"):
                spec.claim(package, name, source, ("enums", name))
        for name, group in source.content.groups.items():
            for wire, one in group.fields.items():
                if isinstance(one.enum, str) and one.enum not in spec.enums:
                    message = f'there is no enum "{one.enum}"'
                    place = ("groups", name, "fields", wire, "enum")
                    spec.problems.append(source.problem(place, message))
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
            message = f'there is no group "{use.group}"'
            spec.problems.append(source.problem((*place, "group"), message))
            continue
        for index, name in enumerate(use.without):
            if name not in group.fields:
                message = f'group "{use.group}" has no field "{name}" to leave out'
                spec.problems.append(source.problem((*place, "without", index), message))
        of = use.of or group.of
        for name, one in group.fields.items():
            if name not in use.without:
                named = one.model_copy(update={"doc": one.doc.replace("{of}", of)})
                versions = one.versions or use.versions
                uses.append(Use(use.prefix + name, named, versions, place, own=False))
    for name, one in fields.items():
        uses.append(Use(name, one, one.versions, (*at, "fields", name), own=True))
    return uses
