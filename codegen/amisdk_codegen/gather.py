"""All files of a spec as one, with the place of each definition, over a spec that it builds on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from keyword import iskeyword
from typing import Any

from .errors import Problem
from .extend import Extension, Place, extended_action, extended_enum, extended_event
from .load import At, Source
from .model import (
    ActionSpec,
    EnumSpec,
    EventField,
    EventSpec,
    GroupSpec,
    GroupUse,
    NamesSpec,
    Spans,
)

__all__ = ["TAKEN", "Spec", "Use", "expand", "gather"]

BASE = "the spec below"
"""What stands for the place of a class that is not of this spec's own."""


TAKEN = frozenset(
    """Absent Action ActionInfo Annotated Any AnyOf BlockInfo Clock CommaList CommaListGiven
    ConfigReply Escaped Event EventInfo EventReply Exclusive Field FreeHeaders JsonValue
    ListAction ListInfo ListReply Literal NamedEvent Names Needs OneOf OutputReply PairsReply
    Priority RawAction RawReply Record Repeated Reply SecondOf Secret Sequence Soft TYPE_CHECKING
    Text TextGiven TextReply TypeAlias UnknownEvent VariablePairs Variables Verbatim Versions Words
    bool datetime events float int str tuple""".split()  # noqa: SIM905 - a list would fill a page
)
"""Names that generated modules import, or that stand beside the classes in the facades."""


@dataclass
class Spec:
    """All files of a spec as one, with the place of each definition.

    What the spec below has is here too, as it is after this spec's extensions.
    """

    sources: list[Source]
    base: Spec | None = None
    names: NamesSpec = field(default_factory=NamesSpec)
    problems: list[Problem] = field(default_factory=list)
    actions: dict[str, tuple[Source, ActionSpec]] = field(default_factory=dict)
    events: dict[str, tuple[Source, EventSpec]] = field(default_factory=dict)
    enums: dict[str, tuple[Source, EnumSpec]] = field(default_factory=dict)
    groups: dict[str, GroupSpec] = field(default_factory=dict)
    extensions: dict[tuple[str, str], Extension] = field(default_factory=dict)
    """Kind and name of what is extended here."""
    classes: dict[tuple[str, str], str] = field(default_factory=dict)
    """Package and class name, to the place that has it."""
    named: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    """Owner, header and whether it is a mapping, to the Python name that was given."""

    def own(self, kind: str, source: Source) -> Iterator[tuple[str, At]]:
        """Yield the actions, events or enums to write for a file, sorted, with their places."""
        table: dict[str, tuple[Source, Any]] = getattr(self, kind)
        for name in sorted(table):
            if table[name][0] is source:
                extended = (kind, name) in self.extensions
                yield name, ("extend", kind, name) if extended else (kind, name)

    def is_own(self, kind: str, name: str) -> bool:
        """Tell whether this spec writes it, and not only the one below."""
        return getattr(self, kind)[name][0] in self.sources

    def claim(self, package: str, name: str, source: Source, at: At) -> None:
        """Give a class its name, unless it cannot have it."""
        place = source.problem(at, "")
        taken = self.classes.get((package, name))
        if not name.isidentifier() or iskeyword(name) or name.startswith("_"):
            message = f'"{name}" is no name for a class; name it in names.classes'
        elif name in TAKEN:
            message = f'"{name}" is taken in generated code; name it in names.classes'
        elif taken is not None and not (taken == BASE and at[0] == "extend"):
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


def gather(sources: list[Source], base: Spec | None = None) -> Spec:
    """Join the files of a spec, and find what is defined twice.

    Args:
        sources: The files.
        base: The spec that this one builds on: what it has can be referred to and extended.
    """
    spec = Spec(sources, base)
    if base is not None:
        spec.actions.update(base.actions)
        spec.events.update(base.events)
        spec.enums.update(base.enums)
        spec.groups.update(base.groups)
        spec.classes.update(dict.fromkeys(base.classes, BASE))
    _define(spec)
    spec.names = _names(spec)
    for source in sources:
        _extend(spec, source)
    _extend_users_of_enums(spec)
    for source in sources:
        for name, at in spec.own("enums", source):
            # Every module may import an enumeration: its name must be free in both packages.
            for package in ("actions", "events"):
                spec.claim(package, name, source, at)
        _check_groups(spec, source)
    return spec


def _define(spec: Spec) -> None:
    """Take over what the files define."""
    seen: dict[tuple[str, str], str] = {}
    below = spec.base
    for source in spec.sources:
        content = source.content
        for kind in ("actions", "events", "enums", "groups"):
            known = {name.lower(): name for name in getattr(below, kind)} if below else {}
            for name, one in getattr(content, kind).items():
                key = (kind, name.lower())
                at = source.problem((kind, name), "")
                message = None
                if key in seen:
                    message = f'{kind[:-1]} "{name}" is already defined at {seen[key]}'
                elif name.lower() in known:
                    message = f'{kind[:-1]} "{known[name.lower()]}" is in {BASE} already'
                    if kind != "groups":
                        message += f"; write what you add to it below extend: {kind}:"
                seen.setdefault(key, f"{at.file}:{at.line}")
                if message is not None:
                    spec.problems.append(source.problem((kind, name), message))
                elif kind == "groups":
                    spec.groups[name] = one
                else:
                    getattr(spec, kind)[name] = (source, one)


def _names(spec: Spec) -> NamesSpec:
    """Join the names of all files, and of the spec below."""
    merged: dict[str, Any] = {"words": {}, "fields": {}, "classes": {}, "hints": {}}
    acronyms: list[str] = []
    if spec.base is not None:
        acronyms += spec.base.names.acronyms
        for part, entries in merged.items():
            entries.update(getattr(spec.base.names, part))
    for source in spec.sources:
        acronyms += source.content.names.acronyms
        for part, entries in merged.items():
            for name, value in getattr(source.content.names, part).items():
                if name in entries:
                    message = f'"{name}" has a name already'
                    spec.problems.append(source.problem(("names", part, name), message))
                entries[name] = value
    return NamesSpec(acronyms=acronyms, **merged)


def _extend(spec: Spec, source: Source) -> None:
    """Apply the extensions of a file."""
    for kind in ("actions", "events", "enums"):
        for name, more in getattr(source.content.extend, kind).items():
            at: At = ("extend", kind, name)
            message = _not_extendable(spec, kind, name)
            if message is not None:
                spec.problems.append(source.problem(at, message))
                continue
            below, old = getattr(spec, kind)[name]
            extension = Extension(below.area)
            enums = {name: one for name, (_, one) in spec.enums.items()}
            place = Place(source, at, enums, spec.problems)
            if kind == "actions":
                _refuse_group_fields(spec, source, (*at, "reply"), old.reply.groups, more.reply)
            elif kind == "events":
                _refuse_group_fields(spec, source, at, old.groups, more)
            if kind == "actions":
                new: Any = extended_action(old, more, place)
                extension = _extension(below, old.reply, new.reply, more.reply, len(old.rules))
            elif kind == "events":
                new = extended_event(old, more, place)
                extension = _extension(below, old, new, more)
            else:
                new = extended_enum(old, more)
            getattr(spec, kind)[name] = (source, new)
            spec.extensions[kind, name] = extension


def _refuse_group_fields(
    spec: Spec, source: Source, at: At, groups: list[GroupUse], more: Any
) -> None:
    """Report the fields of an extension that a group of the owner brings."""
    brought = {
        (use.prefix + wire).lower(): use.group
        for use in groups
        for wire in spec.groups[use.group].fields
    }
    for name in more.fields:
        if name.lower() in brought:
            message = f'"{name}" comes with the group {brought[name.lower()]}, and stays as it is'
            spec.problems.append(source.problem((*at, "fields", name), message))


def _extension(below: Source, old: Any, new: Any, more: Any, rules: int = 0) -> Extension:
    """Note what an extension does to an event or a reply, and how many rules there were."""
    changed = {name.lower() for name in more.fields}
    fields = frozenset(wire for wire in new.fields if wire.lower() in changed)
    return Extension(below.area, len(old.groups), rules, fields)


def _not_extendable(spec: Spec, kind: str, name: str) -> str | None:
    """Return why nothing of this name can be extended, or None."""
    if spec.base is None:
        return "there is nothing to extend: this spec stands alone"
    if name not in getattr(spec.base, kind):
        known = {one.lower(): one for one in getattr(spec.base, kind)}
        close = get_close_matches(name.lower(), known, n=1, cutoff=0.8)
        hint = f'; did you mean "{known[close[0]]}"?' if close else ""
        return f'{BASE} has no {kind[:-1]} "{name}" to extend{hint}'
    if (kind, name) in spec.extensions:
        return f'{kind[:-1]} "{name}" is extended in {getattr(spec, kind)[name][0].file} already'
    return None


def _extend_users_of_enums(spec: Spec) -> None:
    """Write the actions anew whose fields take an enumeration that has more values now."""
    extended = {name for kind, name in spec.extensions if kind == "enums"}
    for name, (below, action) in list(spec.actions.items()):
        if below in spec.sources:
            continue
        columns = (one.columns or {} for one in action.fields.values())
        used = {one.enum for one in action.fields.values() if isinstance(one.enum, str)}
        used |= {one.enum for row in columns for one in row.values() if isinstance(one.enum, str)}
        if grown := sorted(extended & used):
            source = spec.enums[grown[0]][0]
            spec.actions[name] = (source, action)
            more = Extension(below.area, len(action.reply.groups), len(action.rules))
            spec.extensions["actions", name] = more


def _check_groups(spec: Spec, source: Source) -> None:
    for name, group in source.content.groups.items():
        for wire, one in group.fields.items():
            if isinstance(one.enum, str) and one.enum not in spec.enums:
                message = f'there is no enum "{one.enum}"'
                place = ("groups", name, "fields", wire, "enum")
                spec.problems.append(source.problem(place, message))


def expand(
    spec: Spec,
    source: Source,
    at: At,
    groups: list[GroupUse],
    fields: dict[str, EventField],
    before: int = 0,
) -> list[Use]:
    """List the fields of an owner: those of its groups, then its own.

    Args:
        spec: The whole spec.
        source: The file that has the owner.
        at: The owner's place in it.
        groups: Its groups.
        fields: Its own fields.
        before: How many of the groups are not of this file, but of the spec below.
    """
    uses: list[Use] = []
    for number, use in enumerate(groups, -before):
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
