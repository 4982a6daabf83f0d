"""From checked spec files to a plan: classes, references, modules.

What is wrong across files is reported as a `SpecError` with all problems, each with its place.
Names and types of fields are decided in `fields`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from functools import partial
from keyword import iskeyword
from typing import Any

from .describe import action_facts, event_facts
from .errors import Problem, SpecError
from .examples import check_example, example_lines
from .extend import meanings
from .fields import BASE_PACKAGE, Imports, Namer, record_class, soft_fields, strict_field
from .gather import Spec, expand, gather
from .load import At, Source
from .model import ActionSpec, NamesSpec, ReplySpec, RuleSpec
from .names import class_name, field_name
from .plan import ClassPlan, EnumPlan, FieldPlan, ModulePlan, PackagePlan, Plan, quoted
from .text import (
    WIDTH,
    call,
    python_literal,
    span,
    tuple_of,
    tuple_of_texts,
    versions,
    wrapped,
)

__all__ = ["resolve"]

_PER_SECOND = {"seconds": 1, "milliseconds": 1000, "microseconds": 1_000_000}


def resolve(sources: list[Source], package: str, base: list[Source] | None = None) -> Plan:
    """Make the plan of a package from the files of a spec.

    Args:
        sources: The files.
        package: The name of the package to make.
        base: The files of the spec that this one builds on, from which the package
            ``amisdk_models`` was made; None for a spec that stands alone.

    Raises:
        SpecError: A reference, a name or a duplicate is wrong. Holds every problem found.
    """
    if base is None:
        return _plan(gather(sources), package, None)
    below = gather(base)
    plan = _plan(below, BASE_PACKAGE, None)
    return _plan(gather(sources, below), package, plan)


def _plan(spec: Spec, package: str, below: Plan | None) -> Plan:
    modules = [
        module
        for source in spec.sources
        for module in (_action_module(spec, source), _event_module(spec, source))
        if module is not None
    ]
    _check_areas(spec)
    _check_names(spec)
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
                        sorted(areas["actions"].items()), hints, _inherited(below, areas, 0)),
            PackagePlan("events", "Every event.",
                        sorted(areas["events"].items()), [], _inherited(below, areas, 1)),
        ],
        enums=_enums(spec),
        actions=places("actions", filter(partial(spec.is_own, "actions"), spec.actions)),
        events=places("events", filter(partial(spec.is_own, "events"), spec.events)),
        base=below.package if below is not None else None,
        below=below,
    )  # fmt: skip


def _inherited(below: Plan | None, areas: dict[str, dict[str, str]], number: int) -> list[str]:
    """Return the classes of the package below that this one hands on as they are."""
    if below is None:
        return []
    package = below.packages[number]
    return sorted({name for name, _ in package.classes} - set(areas[package.kind]))


_AREA = re.compile(r"[a-z][a-z0-9_]*\Z")


def _check_areas(spec: Spec) -> None:
    """A file's name must make a module, and no two files the same one."""
    made: dict[tuple[str, str], str] = {}
    for source in spec.sources:
        for kind in ("actions", "events"):
            if not any(spec.own(kind, source)):
                continue
            area = source.area
            if not _AREA.match(area) or iskeyword(area):
                message = f'"{area}" is no name for a module; take small letters and "_"'
                spec.problems.append(Problem(source.file, 1, message))
            elif (kind, area) in made:
                message = f"makes {kind}/{area}.py, as {made[kind, area]} does"
                spec.problems.append(Problem(source.file, 1, message))
            made.setdefault((kind, area), source.file)


def _check_names(spec: Spec) -> None:
    """What the spec below has keeps its name, whatever this one says of names."""
    if spec.base is None:
        return
    for source in spec.sources:
        given = source.content.names
        for name, cls in given.classes.items():
            known = name in spec.base.actions or name in spec.base.events
            if known and cls != (kept := class_name(name, spec.base.names)):
                message = f'the class of "{name}" is {kept} in the spec below, and stays so'
                spec.problems.append(source.problem(("names", "classes", name), message))
        # Of the names for single headers only those can matter whose header is there.
        there = {key for owner, wire, _ in spec.base.named for key in (wire, f"{owner}.{wire}")}
        changes: list[tuple[At, dict[str, Any]]] = [
            (("names", "acronyms", number), {"acronyms": [*spec.base.names.acronyms, word]})
            for number, word in enumerate(given.acronyms)
        ]
        for part in ("words", "fields"):
            below = getattr(spec.base.names, part)
            for key, value in getattr(given, part).items():
                if part == "words" or key in there:
                    changes.append((("names", part, key), {part: {**below, key: value}}))
        for at, change in changes:
            renamed = _renames(spec.base, spec.base.names.model_copy(update=change))
            if renamed is not None:
                spec.problems.append(source.problem(at, renamed))


def _renames(base: Spec, names: NamesSpec) -> str | None:
    """Tell of a field of a spec that would have another name by these names."""
    for (owner, wire, plural), name in base.named.items():
        new = field_name(wire, owner, names, plural=plural)
        if new != name:
            return f'this would make "{wire}" of {owner} {new}; it is {name} in the spec below'
    return None


# --- events -------------------------------------------------------------------------------


def _event_module(spec: Spec, source: Source) -> ModulePlan | None:
    own = list(spec.own("events", source))
    if not own:
        return None
    imports = Imports()
    imports.add("amisdk.info", "EventInfo", "Versions")
    classes: list[ClassPlan] = []
    for name, at in own:
        event = spec.events[name][1]
        cls = class_name(name, spec.names)
        spec.claim("events", cls, source, at)
        extension = spec.extensions.get(("events", name))
        before = extension.groups if extension else 0
        uses = expand(spec, source, at, event.groups, event.fields, before)
        if extension is None:
            base = "NamedEvent" if event.named_by else "Event"
            imports.add("amisdk.models", base)
        else:
            base = imports.add_below("events", extension.area, cls)
        info = call(
            "EventInfo",
            quoted(name),
            module=tuple_of_texts(event.module),
            versions=versions(event.versions),
            privilege=tuple_of_texts(event.class_),
        )
        about = [f"Asterisk {span(event.versions)}, {', '.join(event.module)}."]
        if event.class_:
            about.append(f"Needs the read privilege {' and '.join(event.class_)}.")
        classes.append(
            ClassPlan(
                cls,
                base,
                wrapped([event.summary], event.doc and [event.doc], about, indent=4),
                info,
                soft_fields(spec, source, imports, name, "event", uses, extension),
                event.named_by if extension is None else None,
                event_facts(spec, name, event),
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


def _action_module(spec: Spec, source: Source) -> ModulePlan | None:
    own = list(spec.own("actions", source))
    if not own:
        return None
    imports = Imports()
    imports.add("amisdk.info", "ActionInfo", "Versions")
    classes: list[ClassPlan] = []
    needs_events = False
    for name, at in own:
        action = spec.actions[name][1]
        needs_events = needs_events or bool(action.reply.list or action.reply.event)
        classes.extend(_action_classes(spec, source, imports, name, action, at))
    return _module("actions", source, imports, classes, needs_events)


def _action_classes(
    spec: Spec, source: Source, imports: Imports, name: str, action: ActionSpec, at: At
) -> Iterator[ClassPlan]:
    cls = class_name(name, spec.names)
    spec.claim("actions", cls, source, at)
    spec.claim("actions", f"{cls}Reply", source, at)
    extension = spec.extensions.get(("actions", name))
    if extension is None:
        reply_base, items = _reply_base(spec, source, imports, action.reply, at)
    else:
        _, items = _reply_base(spec, source, Imports(), action.reply, at)
        reply_base = imports.add_below("actions", extension.area, f"{cls}Reply")
    before = extension.groups if extension else 0
    uses = expand(spec, source, (*at, "reply"), action.reply.groups, action.reply.fields, before)
    yield ClassPlan(
        f"{cls}Reply",
        reply_base,
        wrapped([f"The reply to {cls}."], indent=4),
        None,
        soft_fields(spec, source, imports, f"{name}Reply", "reply", uses, extension),
    )
    namer = Namer(spec, source, name, "action")
    fields: list[FieldPlan] = []
    records: dict[str, str] = {}
    for wire, one in action.fields.items():
        place = (*at, "fields", wire)
        python = namer.name(wire, place, one.type)
        if one.columns is not None:
            record = record_class(spec, source, imports, cls, python, one, place)
            imports.add("amisdk.models", "Record")
            records[wire] = record.name
            spec.claim("actions", record.name, source, place)
            yield record
        taken = records.get(wire)
        fields.append(strict_field(spec, source, imports, python, wire, one, place, taken))
    rules = [
        _rule(imports, namer, rule, (*at, "rules", number))
        for number, rule in enumerate(action.rules, -extension.rules if extension else 0)
    ]
    check_example(spec, source, action, namer, at)
    for number, other in enumerate(action.replaced_by):
        if other not in spec.actions:
            message = f'"{other}", named as a replacement, is no action of this spec'
            spec.problems.append(source.problem((*at, "replaced_by", number), message))
    imports.add("amisdk.models", "ListAction" if items else "Action")
    example = example_lines(spec, cls, action, namer, records)
    yield ClassPlan(
        cls,
        f'ListAction[{cls}Reply, "{items}"]' if items else f"Action[{cls}Reply]",
        _action_doc(action, example),
        call(
            "ActionInfo",
            quoted(name),
            reply=f"{cls}Reply",
            module=tuple_of_texts(action.module),
            versions=versions(action.versions),
            privilege=tuple_of_texts(action.privilege),
            idempotent="True" if action.idempotent else "",
            read_only="True" if action.read_only else "",
            danger=tuple_of_texts(action.danger),
            replaced_by=tuple_of_texts(action.replaced_by),
            rules=tuple_of(rules),
            list=_list_info(imports, action.reply),
            event=quoted(action.reply.event) if action.reply.event else "",
            later=quoted(action.reply.later) if action.reply.later else "",
            blocks=_block_info(imports, action, namer, at),
        ),
        fields,
        facts=action_facts(name, cls, action, namer, example, records),
    )


def _reply_base(
    spec: Spec, source: Source, imports: Imports, reply: ReplySpec, at: At
) -> tuple[str, str]:
    """Return the base of the reply's class, and the type of its items ("" for no list)."""

    def event(name: str, *place: str | int) -> str:
        if name not in spec.events:
            message = f'there is no event "{name}"'
            spec.problems.append(source.problem((*at, "reply", *place), message))
        return f"events.{class_name(name, spec.names)}"

    if reply.later is not None:
        event(reply.later, "later")
    if reply.event is not None and reply.shape == "single":
        imports.add("amisdk.models", "EventReply")
        return f'EventReply["{event(reply.event, "event")}"]', ""
    if reply.list is not None:
        imports.add("amisdk.models", "ListReply")
        if reply.list.items == ["any"]:
            imports.add("amisdk.models", "Event")
            items = "Event"
        else:
            items = " | ".join(
                event(name, "list", "items", number) for number, name in enumerate(reply.list.items)
            )
        return f'ListReply["{items}", "{event(reply.list.end, "list", "end")}"]', items
    base = _REPLY_BASES[reply.shape]
    imports.add("amisdk.models", base)
    return base, ""


def _rule(imports: Imports, namer: Namer, rule: RuleSpec, at: At) -> str:
    def names(wires: Iterable[str], *place: str | int) -> str:
        return tuple_of(
            [
                quoted(namer.known(wire, (*at, *place, number), "the rule"))
                for number, wire in enumerate(wires)
            ]
        )

    if rule.one_of is not None:
        imports.add("amisdk.rules", "OneOf")
        sets = [names(wires, "one_of", number) for number, wires in enumerate(rule.one_of)]
        return f"OneOf({tuple_of(sets)})"
    if rule.needs is not None:
        imports.add("amisdk.rules", "Needs")
        return ", ".join(
            f"Needs({quoted(namer.known(wire, (*at, 'needs', wire), 'the rule'))}, "
            f"{names(others, 'needs', wire)})"
            for wire, others in rule.needs.items()
        )
    if rule.any_of is not None:
        imports.add("amisdk.rules", "AnyOf")
        return f"AnyOf({names(rule.any_of, 'any_of')})"
    imports.add("amisdk.rules", "Exclusive")
    return f"Exclusive({names(rule.exclusive or [], 'exclusive')})"


def _list_info(imports: Imports, reply: ReplySpec) -> str:
    if reply.list is None:
        return ""
    imports.add("amisdk.info", "ListInfo")
    return call(
        "ListInfo",
        tuple_of_texts(reply.list.items),
        quoted(reply.list.end),
        empty=tuple_of_texts(reply.list.empty),
        announced="" if reply.list.announced else "False",
        correlated="" if reply.list.correlated else "False",
    )


def _block_info(imports: Imports, action: ActionSpec, namer: Namer, at: At) -> str:
    blocks = action.blocks
    if blocks is None:
        return ""
    imports.add("amisdk.info", "BlockInfo")
    place = (*at, "blocks")
    name = namer.known(blocks.field, (*place, "field"), "blocks")
    unless = namer.known(blocks.unless, (*place, "unless"), "blocks") if blocks.unless else None
    wanted = blocks.field.lower()
    one = next((one for wire, one in action.fields.items() if wire.lower() == wanted), None)
    per_second = _PER_SECOND.get(one.unit or "seconds", 1) if one else 1
    default = one.default if one and isinstance(one.default, (int, float)) else 0
    return call(
        "BlockInfo",
        quoted(name),
        per_second=str(per_second) if per_second != 1 else "",
        default=repr(default / per_second) if default else "",
        unless=quoted(unless) if unless else "",
        endless=str(blocks.endless) if blocks.endless != -1 else "",
    )


def _action_doc(action: ActionSpec, example: list[str]) -> list[str]:
    about = [f"Asterisk {span(action.versions)}, {', '.join(action.module)}."]
    if action.privilege:
        about.append(f"Needs the write privilege {' or '.join(action.privilege)}.")
    if action.read_only:
        about.append("Changes nothing beyond this session.")
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
    doc = wrapped([action.summary], action.doc and [action.doc], about, indent=4)
    if action.example:
        first, *more = example
        doc += ["", "Example:", f"    >>> {first}", *(f"    ... {line}" for line in more)]
    return doc


def _hints(spec: Spec) -> list[tuple[str, str]]:
    hints: list[tuple[str, str]] = []
    below = spec.base.sources if spec.base is not None else []
    for source in [*below, *spec.sources]:
        for name, hint in source.content.names.hints.items():
            at = ("names", "hints", name)
            if hint.action not in spec.actions:
                message = f'there is no action "{hint.action}"'
                spec.problems.append(source.problem((*at, "action"), message))
                continue
            fields = spec.actions[hint.action][1].fields
            for wire in hint.fields:
                if wire not in fields:
                    message = f'{hint.action} has no field "{wire}"'
                    spec.problems.append(source.problem((*at, "fields", wire), message))
            arguments = ", ".join(
                f"{field_name(wire, hint.action, spec.names)}={python_literal(value)}"
                for wire, value in hint.fields.items()
            )
            text = class_name(hint.action, spec.names) + (f"({arguments})" if arguments else "")
            hints.append((name, f"{text}? {hint.note}" if hint.note else f"{text}?"))
    return sorted(hints)


def _enums(spec: Spec) -> list[EnumPlan]:
    enums: list[EnumPlan] = []
    for source in spec.sources:
        for name, _ in spec.own("enums", source):
            one = spec.enums[name][1]
            doc = wrapped([one.summary], indent=0)
            told = {value: text for value, text in meanings(one).items() if text}
            if told:
                doc.append("")
            for value, text in told.items():
                line = f"- ``{value}``: {text}"
                doc += textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
            values = [quoted(value) for value in one.values]
            enums.append(EnumPlan(name, values, doc, one.summary, list(meanings(one).items())))
    return sorted(enums, key=lambda enum: enum.name)


# --- text ---------------------------------------------------------------------------------


def _module(
    kind: str,
    source: Source,
    imports: Imports,
    classes: list[ClassPlan],
    needs_events: bool = False,
) -> ModulePlan:
    return ModulePlan(
        kind=kind,
        area=source.area,
        source=source.place,
        doc=wrapped([source.content.summary], indent=0),
        imports=imports.lines(),
        classes=classes,
        needs_events=needs_events,
    )
