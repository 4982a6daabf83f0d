"""From checked spec files to a plan: references, names, types, docs. Every decision is here.

What is wrong across files is reported as a `SpecError` with all problems, each with its place.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from .errors import Problem, SpecError
from .load import Source
from .model import (
    ActionField,
    ActionSpec,
    EventField,
    EventSpec,
    GroupSpec,
    GroupUse,
    NamesSpec,
    RecordField,
    ReplySpec,
    RuleSpec,
)
from .names import class_name, field_name, reserved
from .plan import ClassPlan, EnumPlan, FieldPlan, ModulePlan, PackagePlan, Plan, quoted

__all__ = ["resolve"]

WIDTH = 96
"""Of docstrings, with their indentation, and room for quotes and a full stop."""
_PER_SECOND = {"seconds": 1, "milliseconds": 1000, "microseconds": 1_000_000}

At = tuple[str | int, ...]
Spans = tuple[tuple[int, int], ...]


@dataclass
class _Spec:
    """All files of a spec as one, with the place of each definition."""

    sources: list[Source]
    names: NamesSpec
    problems: list[Problem]
    actions: dict[str, tuple[Source, ActionSpec]]
    events: dict[str, tuple[Source, EventSpec]]
    enums: dict[str, list[str]]
    groups: dict[str, GroupSpec]


@dataclass(frozen=True)
class _Use:
    """A field of an event or reply, with its group's prefix and words filled in."""

    wire: str
    spec: EventField
    versions: Spans | None
    at: At


def resolve(sources: list[Source], package: str) -> Plan:
    """Make the plan of a package from the files of a spec.

    Raises:
        SpecError: A reference, a name or a duplicate is wrong. Holds every problem found.
    """
    spec = _gather(sources)
    modules = [
        module
        for source in sources
        for module in (_action_module(spec, source), _event_module(spec, source))
        if module is not None
    ]
    _check_areas(spec, modules)
    hints = _hints(spec)
    if spec.problems:
        raise SpecError(spec.problems)
    areas = {
        kind: {
            cls.name: module.area
            for module in modules
            if module.kind == kind
            for cls in module.classes
        }
        for kind in ("actions", "events")
    }

    def places(kind: str, names: Iterable[str]) -> list[tuple[str, str]]:
        classes = {name: class_name(name, spec.names) for name in sorted(names)}
        return [(name, f"{areas[kind][cls]}.{cls}") for name, cls in classes.items()]

    return Plan(
        package=package,
        modules=modules,
        packages=[
            PackagePlan("actions", "Every action, with the class of its reply.",
                        sorted(areas["actions"].items()), hints),
            PackagePlan("events", "Every event.", sorted(areas["events"].items()), []),
        ],
        enums=_enums(spec),
        actions=places("actions", spec.actions),
        events=places("events", spec.events),
    )  # fmt: skip


# --- gathering ----------------------------------------------------------------------------


def _gather(sources: list[Source]) -> _Spec:
    spec = _Spec(sources, NamesSpec(), [], {}, {}, {}, {})
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


def _check_areas(spec: _Spec, modules: list[ModulePlan]) -> None:
    """Two files cannot make one module, nor two classes share a name in a package."""
    areas: dict[tuple[str, str], str] = {}
    classes: dict[tuple[str, str], str] = {}
    for module in modules:
        at = (module.kind, module.area)
        if at in areas:
            message = f"makes {module.kind}/{module.area}.py, as {areas[at]} does"
            spec.problems.append(Problem(module.source, 1, message))
        if not module.area.isidentifier():
            message = f'"{module.area}" cannot be the name of a module'
            spec.problems.append(Problem(module.source, 1, message))
        areas[at] = module.source
        for cls in module.classes:
            if (module.kind, cls.name) in classes:
                message = f'two classes are called "{cls.name}"'
                spec.problems.append(Problem(module.source, 1, message))
            if cls.name in _TAKEN:
                message = (
                    f'"{cls.name}" is a name that generated code uses; name it in names.classes'
                )
                spec.problems.append(Problem(module.source, 1, message))
            classes[module.kind, cls.name] = module.source


# --- fields of events and replies ---------------------------------------------------------


def _uses(
    spec: _Spec,
    source: Source,
    at: At,
    groups: list[GroupUse],
    fields: dict[str, EventField],
) -> list[_Use]:
    """List the fields of an owner: those of its groups, then its own."""
    uses: list[_Use] = []
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
                uses.append(_Use(use.prefix + name, named, one.versions or use.versions, place))
    for name, one in fields.items():
        uses.append(_Use(name, one, one.versions, (*at, "fields", name)))
    return uses


class _Namer:
    """Gives the fields of one class their names, and finds those that clash."""

    def __init__(self, spec: _Spec, source: Source, owner: str, kind: str) -> None:
        self._spec, self._source, self._owner, self._kind = spec, source, owner, kind
        self._wires: dict[str, str] = {}
        self.fields: dict[str, str] = {}

    def name(self, wire: str, at: At, kind: str = "text") -> str:
        """Return the Python name of a header, whose field is of this type."""
        plural = kind == "variables"
        name = field_name(wire, self._owner, self._spec.names, plural=plural)
        if (why := reserved(self._kind, name)) is not None:
            self._fault(at, f'{self._owner}: "{wire}" would be named "{name}", which is {why}; '
                            "name it in names.fields")  # fmt: skip
        lowered = wire.lower()
        if lowered in self._wires:
            self._fault(at, f'{self._owner} has the field "{wire}" twice')
        elif name in self.fields:
            self._fault(at, f'{self._owner}: "{self.fields[name]}" and "{wire}" would both be '
                            f'named "{name}"; name one of them in names.fields')  # fmt: skip
        self._wires[lowered] = name
        self.fields.setdefault(name, wire)
        return name

    def known(self, wire: str, at: At, where: str) -> str:
        """Return the Python name of a header that has been named before."""
        name = self._wires.get(wire.lower())
        if name is None:
            self._fault(at, f'{where} speaks of "{wire}", which {self._owner} has not')
            return "unknown"
        return name

    def _fault(self, at: At, message: str) -> None:
        self._spec.problems.append(self._source.problem(at, message))


class _Imports:
    """The names that a module's code needs, by the module they come from."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def add(self, module: str, *names: str) -> None:
        self._names.setdefault(module, set()).update(names)

    def lines(self) -> list[str]:
        """Return the import statements: standard library, pydantic, amisdk, own package."""

        def rank(module: str) -> tuple[int, str]:
            first = module.partition(".")[0]
            return ({"pydantic": 1, "amisdk": 2, "": 3}.get(first, 0), module)

        lines: list[str] = []
        last = 0
        for module in sorted(self._names, key=rank):
            if lines and rank(module)[0] != last:
                lines.append("")
            last = rank(module)[0]
            lines.append(f"from {module} import {', '.join(sorted(self._names[module]))}")
        return lines


_TAKEN = frozenset(
    """Absent Action ActionInfo Annotated Any AnyOf BlockInfo Clock CommaList ConfigReply Escaped
    Event EventInfo EventReply Exclusive Field FreeHeaders Json ListAction ListInfo ListReply
    Literal Names Needs OneOf OutputReply PairsReply Priority RawAction RawReply Record Repeated
    Reply Secret Sequence Soft Text TextGiven TextReply UnknownEvent VariablePairs Variables
    Verbatim Versions Words datetime events""".split()  # noqa: SIM905 - a list would fill a page
)
"""Names that generated modules import, or that stand beside the classes in the facades."""
_FIELDS = "amisdk.fields"
_SOFT_TYPES = {
    "text": "str",
    "verbatim": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "epoch": "datetime",
    "datetime": "datetime",
    "localtime": "datetime",
    "clock": "Clock",
    "csv": "Names",
    "variables": "VariablePairs",
    "json": "Json[Any]",
}


def _soft_field(spec: _Spec, source: Source, imports: _Imports, name: str, use: _Use) -> FieldPlan:
    one = use.spec
    inner = _SOFT_TYPES[one.type]
    match one.type:
        case "epoch" | "datetime" | "localtime":
            imports.add("datetime", "datetime")
        case "clock" | "csv" | "variables":
            imports.add(_FIELDS, inner)
        case "json":
            imports.add("pydantic", "Json")
            imports.add("typing", "Any")
    if one.enum is not None:
        inner = f"{_literal(spec, source, imports, one.enum, use.at)} | str"
    if one.repeat:
        inner = f"tuple[{inner}, ...]"
    marks: list[str] = []
    if one.repeat:
        marks.append("Repeated()")
    if one.type == "verbatim":
        marks.append("Verbatim()")
    if one.escaped:
        marks.append("Escaped()")
    if one.absent:
        marks.append(f"Absent({', '.join(map(quoted, one.absent))})")
    if one.words is not None:
        marks.append(f"Words({', '.join(map(quoted, one.words))})")
    imports.add(_FIELDS, "Soft", *(mark.partition("(")[0] for mark in marks))
    imports.add("pydantic", "Field")
    annotation = f"Soft[{inner}]"
    if marks:
        imports.add("typing", "Annotated")
        annotation = f"Annotated[{annotation}, {', '.join(marks)}]"
    doc = _field_doc(one.doc, one.unit, use.versions)
    return FieldPlan(name, annotation, f"default=None, serialization_alias={quoted(use.wire)}", doc)


def _soft_fields(
    spec: _Spec, source: Source, imports: _Imports, owner: str, kind: str, uses: list[_Use]
) -> list[FieldPlan]:
    namer = _Namer(spec, source, owner, kind)
    return [
        _soft_field(spec, source, imports, namer.name(use.wire, use.at, use.spec.type), use)
        for use in uses
    ]


def _literal(spec: _Spec, source: Source, imports: _Imports, enum: str | list[str], at: At) -> str:
    if isinstance(enum, str):
        if enum not in spec.enums:
            spec.problems.append(source.problem((*at, "enum"), f'there is no enum "{enum}"'))
        imports.add("..enums", enum)
        return enum
    imports.add("typing", "Literal")
    return f"Literal[{', '.join(map(quoted, dict.fromkeys(enum)))}]"


# --- events -------------------------------------------------------------------------------


def _event_module(spec: _Spec, source: Source) -> ModulePlan | None:
    if not source.content.events:
        return None
    imports = _Imports()
    imports.add("amisdk.info", "EventInfo", "Versions")
    imports.add("amisdk.models", "Event")
    classes: list[ClassPlan] = []
    for name, event in sorted(source.content.events.items()):
        uses = _uses(spec, source, ("events", name), event.groups, event.fields)
        info = _call(
            "EventInfo",
            quoted(name),
            module=_tuple(event.module),
            versions=_versions(event.versions),
            privilege=_tuple(event.class_),
        )
        about = [f"Asterisk {_span(event.versions)}, {', '.join(event.module)}."]
        if event.class_:
            about.append(f"Needs the read privilege {' or '.join(event.class_)}.")
        classes.append(
            ClassPlan(
                class_name(name, spec.names),
                "Event",
                _doc([event.summary], event.doc and [event.doc], about, indent=4),
                info,
                _soft_fields(spec, source, imports, name, "event", uses),
            )
        )
    return _module("events", source, imports, classes)


# --- actions ------------------------------------------------------------------------------

_REPLY_BASES = {
    "single": "Reply",
    "output": "OutputReply",
    "config": "ConfigReply",
    "pairs": "PairsReply",
    "text": "TextReply",
}
_STRICT_TYPES = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "csv": "CommaList",
    "variables": "Variables",
    "headers": "FreeHeaders",
    "secret": "Secret",
    "priority": "Priority",
}


def _action_module(spec: _Spec, source: Source) -> ModulePlan | None:
    if not source.content.actions:
        return None
    imports = _Imports()
    imports.add("amisdk.info", "ActionInfo", "Versions")
    classes: list[ClassPlan] = []
    needs_events = False
    for name, action in sorted(source.content.actions.items()):
        needs_events = needs_events or bool(action.reply.list or action.reply.event)
        classes.extend(_action_classes(spec, source, imports, name, action))
    return _module("actions", source, imports, classes, needs_events)


def _action_classes(
    spec: _Spec, source: Source, imports: _Imports, name: str, action: ActionSpec
) -> Iterator[ClassPlan]:
    cls = class_name(name, spec.names)
    at: At = ("actions", name)
    reply_base, items = _reply_base(spec, source, imports, action.reply, at)
    uses = _uses(spec, source, (*at, "reply"), action.reply.groups, action.reply.fields)
    yield ClassPlan(
        f"{cls}Reply",
        reply_base,
        _doc([f"The reply to {cls}."], indent=4),
        None,
        _soft_fields(spec, source, imports, f"{name}Reply", "reply", uses),
    )
    namer = _Namer(spec, source, name, "action")
    fields: list[FieldPlan] = []
    for wire, one in action.fields.items():
        place = (*at, "fields", wire)
        python = namer.name(wire, place, one.type)
        annotation = None
        if one.columns is not None:
            record = _record(spec, source, imports, cls, python, one, place)
            imports.add("amisdk.models", "Record")
            imports.add("collections.abc", "Sequence")
            annotation = f"Sequence[{record.name}]"
            yield record
        fields.append(_strict_field(spec, source, imports, python, wire, one, place, annotation))
    rules = [_rule(imports, namer, rule, (*at, "rules", n)) for n, rule in enumerate(action.rules)]
    for wire in action.example:
        namer.known(wire, (*at, "example", wire), "the example")
    for other in action.replaced_by:
        if other not in spec.actions:
            message = f'"{other}", named as a replacement, is no action of this spec'
            spec.problems.append(source.problem((*at, "replaced_by"), message))
    imports.add("amisdk.models", "ListAction" if items else "Action")
    yield ClassPlan(
        cls,
        f'ListAction[{cls}Reply, "{items}"]' if items else f"Action[{cls}Reply]",
        _action_doc(cls, action, namer),
        _call(
            "ActionInfo",
            quoted(name),
            reply=f"{cls}Reply",
            module=_tuple(action.module),
            versions=_versions(action.versions),
            privilege=_tuple(action.privilege),
            idempotent="True" if action.idempotent else "",
            danger=_tuple(action.danger),
            replaced_by=_tuple(action.replaced_by),
            rules=_tuple_of(rules),
            list=_list_info(imports, action.reply),
            event=quoted(action.reply.event) if action.reply.event else "",
            later=quoted(action.reply.later) if action.reply.later else "",
            blocks=_block_info(imports, action, namer, at),
        ),
        fields,
    )


def _reply_base(
    spec: _Spec, source: Source, imports: _Imports, reply: ReplySpec, at: At
) -> tuple[str, str]:
    """Return the base of the reply's class, and the type of its items ("" for no list)."""

    def event(name: str, *place: str) -> str:
        if name not in spec.events:
            message = f'there is no event "{name}"'
            spec.problems.append(source.problem((*at, "reply", *place), message))
        return f"events.{class_name(name, spec.names)}"

    if reply.later is not None:
        event(reply.later, "later")
    if reply.event is not None:
        imports.add("amisdk.models", "EventReply")
        return f'EventReply["{event(reply.event, "event")}"]', ""
    if reply.list is not None:
        imports.add("amisdk.models", "ListReply")
        if reply.list.items == ["any"]:
            imports.add("amisdk.models", "Event")
            items = "Event"
        else:
            items = " | ".join(event(name, "list", "items") for name in reply.list.items)
        return f'ListReply["{items}", "{event(reply.list.end, "list", "end")}"]', items
    base = _REPLY_BASES[reply.shape]
    imports.add("amisdk.models", base)
    return base, ""


def _strict_field(
    spec: _Spec,
    source: Source,
    imports: _Imports,
    name: str,
    wire: str,
    one: ActionField,
    at: At,
    annotation: str | None = None,
) -> FieldPlan:
    if annotation is None:
        annotation = _strict_type(spec, source, imports, one, at)
    arguments = [f"serialization_alias={quoted(wire)}"]
    for name_, bound in (("ge", one.min), ("le", one.max)):
        if bound is not None:
            arguments.insert(0, f"{name_}={bound}")
    if not one.required:
        annotation = f"{annotation} | None"
        arguments.insert(0, "default=None")
    imports.add("pydantic", "Field")
    doc = _field_doc(one.doc, one.unit, one.versions, one.default)
    return FieldPlan(name, annotation, ", ".join(arguments), doc)


def _strict_type(spec: _Spec, source: Source, imports: _Imports, one: ActionField, at: At) -> str:
    text = "TextGiven" if one.required and not one.blank else "Text"
    if one.type == "csv" and one.enum is not None:
        _literal(spec, source, _Imports(), one.enum, at)
    elif one.enum is not None:
        literal = _literal(spec, source, imports, one.enum, at)
        if one.open:
            imports.add(_FIELDS, text)
            return f"{literal} | {text}"
        return literal
    if one.repeat:
        imports.add(_FIELDS, "Repeated", text)
        imports.add("collections.abc", "Sequence")
        imports.add("typing", "Annotated")
        return f"Annotated[Sequence[{text}], Repeated()]"
    if one.words is not None:
        imports.add(_FIELDS, "Words")
        imports.add("typing", "Annotated")
        return f"Annotated[bool, Words({', '.join(map(quoted, one.words))})]"
    python = _STRICT_TYPES.get(one.type, text)
    if python not in ("int", "float", "bool"):
        imports.add(_FIELDS, python)
    return python


def _record(
    spec: _Spec,
    source: Source,
    imports: _Imports,
    owner: str,
    name: str,
    one: ActionField,
    at: At,
) -> ClassPlan:
    singular = name.removesuffix("s")
    cls = owner + "".join(word.capitalize() for word in singular.split("_"))
    namer = _Namer(spec, source, cls, "record")
    fields: list[FieldPlan] = []
    columns: dict[str, RecordField] = one.columns or {}
    for wire, column in columns.items():
        place = (*at, "columns", wire)
        like = ActionField(doc=column.doc, required=column.required, enum=column.enum)
        python = namer.name(wire, place)
        fields.append(_strict_field(spec, source, imports, python, wire, like, place))
    doc = _doc([f"One of the {name} of {owner}."], indent=4)
    return ClassPlan(cls, "Record", doc, None, fields)


def _rule(imports: _Imports, namer: _Namer, rule: RuleSpec, at: At) -> str:
    def names(wires: Iterable[str]) -> str:
        return _tuple_of([quoted(namer.known(wire, at, "the rule")) for wire in wires])

    if rule.one_of is not None:
        imports.add("amisdk.rules", "OneOf")
        return f"OneOf({_tuple_of([names(group) for group in rule.one_of])})"
    if rule.needs is not None:
        imports.add("amisdk.rules", "Needs")
        return ", ".join(
            f"Needs({quoted(namer.known(wire, at, 'the rule'))}, {names(others)})"
            for wire, others in rule.needs.items()
        )
    kind, wires = ("AnyOf", rule.any_of) if rule.any_of else ("Exclusive", rule.exclusive)
    imports.add("amisdk.rules", kind)
    return f"{kind}({names(wires or [])})"


def _list_info(imports: _Imports, reply: ReplySpec) -> str:
    if reply.list is None:
        return ""
    imports.add("amisdk.info", "ListInfo")
    return _call(
        "ListInfo",
        _tuple(reply.list.items),
        quoted(reply.list.end),
        empty=_tuple(reply.list.empty),
        announced="" if reply.list.announced else "False",
        correlated="" if reply.list.correlated else "False",
    )


def _block_info(imports: _Imports, action: ActionSpec, namer: _Namer, at: At) -> str:
    blocks = action.blocks
    if blocks is None:
        return ""
    imports.add("amisdk.info", "BlockInfo")
    place = (*at, "blocks")
    name = namer.known(blocks.field, place, "blocks")
    unless = namer.known(blocks.unless, place, "blocks") if blocks.unless else None
    one = action.fields.get(blocks.field)
    per_second = _PER_SECOND.get(one.unit or "seconds", 1) if one else 1
    default = one.default if one and isinstance(one.default, (int, float)) else 0
    return _call(
        "BlockInfo",
        quoted(name),
        per_second=str(per_second) if per_second != 1 else "",
        default=repr(default / per_second) if default else "",
        unless=quoted(unless) if unless else "",
    )


def _action_doc(cls: str, action: ActionSpec, namer: _Namer) -> list[str]:
    about = [f"Asterisk {_span(action.versions)}, {', '.join(action.module)}."]
    if action.privilege:
        about.append(f"Needs the write privilege {' or '.join(action.privilege)}.")
    if action.danger:
        about.append(f"Danger: {', '.join(action.danger)}.")
    if action.replaced_by:
        about.append(f"Where it is gone: {', '.join(action.replaced_by)}.")
    reply = action.reply
    if reply.list is not None:
        about.append(f"The reply lists {', '.join(reply.list.items)}.")
    if reply.event is not None:
        about.append(f"The reply is the event {reply.event}.")
    if reply.later is not None:
        about.append(f"The outcome comes later, as the event {reply.later}.")
    doc = _doc([action.summary], action.doc and [action.doc], about, indent=4)
    if action.example:
        arguments = [
            f"{namer.known(wire, (), 'the example')}={_python(value)}"
            for wire, value in action.example.items()
        ]
        line = f"    >>> actions.{cls}({', '.join(arguments)})"
        doc += ["", "Example:"]
        if len(line) <= WIDTH:
            doc.append(line)
        else:
            doc.append(f"    >>> actions.{cls}(")
            doc += [f"    ...     {argument}," for argument in arguments]
            doc.append("    ... )")
    return doc


def _hints(spec: _Spec) -> list[tuple[str, str]]:
    hints: list[tuple[str, str]] = []
    for source in spec.sources:
        for name, hint in source.content.names.hints.items():
            at = ("names", "hints", name)
            if hint.action not in spec.actions:
                message = f'there is no action "{hint.action}"'
                spec.problems.append(source.problem(at, message))
                continue
            fields = spec.actions[hint.action][1].fields
            for wire in hint.fields:
                if wire not in fields:
                    message = f'{hint.action} has no field "{wire}"'
                    spec.problems.append(source.problem(at, message))
            arguments = ", ".join(
                f"{field_name(wire, hint.action, spec.names)}={_python(value)}"
                for wire, value in hint.fields.items()
            )
            text = class_name(hint.action, spec.names) + (f"({arguments})" if arguments else "")
            hints.append((name, f"{text}? {hint.note}" if hint.note else f"{text}?"))
    return sorted(hints)


def _enums(spec: _Spec) -> list[EnumPlan]:
    enums: list[EnumPlan] = []
    for source in spec.sources:
        for name, one in source.content.enums.items():
            doc = _doc([one.summary], indent=0)
            if isinstance(one.values, dict):
                doc += ["", *(f"- ``{value}``: {text}" for value, text in one.values.items())]
            enums.append(EnumPlan(name, [quoted(value) for value in one.values], doc))
    return sorted(enums, key=lambda enum: enum.name)


# --- text ---------------------------------------------------------------------------------


def _module(
    kind: str,
    source: Source,
    imports: _Imports,
    classes: list[ClassPlan],
    needs_events: bool = False,
) -> ModulePlan:
    return ModulePlan(
        kind=kind,
        area=source.area,
        source="/".join(PurePath(source.file).parts[-2:]),
        doc=_doc([source.content.summary], indent=0),
        imports=imports.lines(),
        classes=classes,
        needs_events=needs_events,
    )


def _python(value: Any) -> str:
    """Write an example's value as Python code, with the quotes that ruff prefers."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)}: {_python(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_python, value)) + "]"
    return repr(value)


def _tuple_of(expressions: list[str]) -> str:
    if not expressions:
        return ""
    return f"({', '.join(expressions)}{',' if len(expressions) == 1 else ''})"


def _tuple(values: Iterable[str]) -> str:
    return _tuple_of([quoted(value) for value in values])


def _call(name: str, *arguments: str, **named: str) -> str:
    given = [*arguments, *(f"{key}={value}" for key, value in named.items() if value)]
    return f"{name}({', '.join(given)})"


def _versions(spans: Spans) -> str:
    return f"Versions(({', '.join(map(str, spans))},))"


def _span(spans: Spans) -> str:
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def _field_doc(
    doc: str, unit: str | None, versions: Spans | None, default: object = None
) -> list[str]:
    text = doc if doc.endswith((".", "!", "?")) else doc + "."
    if unit is not None:
        text += " In percent." if unit == "percent" else f" In {unit}."
    if default is not None:
        shown = str(default).lower() if isinstance(default, bool) else default
        text += f" The server's default is {shown}."
    if versions is not None:
        text += f" Asterisk {_span(versions)}."
    return _doc([text], indent=4)


def _doc(*paragraphs: list[str] | str | None, indent: int) -> list[str]:
    """Wrap paragraphs; each is a list of sentences that are joined by a space."""
    lines: list[str] = []
    for paragraph in paragraphs:
        if not paragraph:
            continue
        if lines:
            lines.append("")
        text = " ".join(paragraph).replace("\\", "\\\\").replace('"""', "'''")
        lines += textwrap.wrap(text, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return lines
