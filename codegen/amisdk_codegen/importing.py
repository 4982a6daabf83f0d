"""What an Asterisk's own documentation has and a spec has not; and a spec of that, to build on it.

Rules: names match without regard to case; what the documentation gets wrong, and the spec right,
is no lack; types are not guessed from names; what a spec cannot say is told and left out, so that
the overlay is always one that the generator takes.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import accumulate, chain, count
from keyword import iskeyword
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    SingleQuotedScalarString,
)

from .asterisk_xml import (
    SNAPSHOTS,
    Documented,
    DocumentedAction,
    DocumentedEvent,
    DocumentedField,
    Snapshot,
)
from .errors import Problem
from .extend import meanings
from .fields import Imports, record_class
from .gather import TAKEN, Spec, expand
from .load import Source
from .model import (
    FIRST_MAJOR,
    LAST_MAJOR,
    ActionField,
    ActionSpec,
    ClassName,
    EventField,
    EventSpec,
    GroupUse,
    HeaderName,
    RecordField,
)
from .names import class_name, field_name, reserved
from .text import span

__all__ = ["Lack", "Lacks", "NewValues", "compare", "overlay", "report"]

# --- what the documentation gets wrong -------------------------------------------------------

_MISTAKES = {
    # Misspelt, or a name that no server reads.
    "InvalidPassword.RecievedHash": "ReceivedHash",
    "JabberSend.JID": "ScreenName",
    "TransportDetail.AsycOperations": "AsyncOperations",
    # Examples of headers with free names.
    "AOCMessage.UnitAmount(0)": "Units",
    "AOCMessage.UnitType(0)": "Units",
    "UserEvent.Header1": "Headers",
    "UserEvent.HeaderN": "Headers",
    # No headers: the one is a part of the names of others, and the other a value.
    "AOC-S.RateType": "(null)(0)/Chargeable",
    "AOC-S.StepFunction": "(null)(0)/Duration/ChargingType",
}
"""Headers of 11 to 23, as documented, and where the spec has what is meant."""

_EVERYWHERE = {
    "action": {"action", "actionid"},
    # Event: the second one of ResourceListDetail cannot be told from the first by its name.
    "event": {"actionid", "event", "privilege", "systemname", "timestamp"},
}
"""Headers that are no fields, because all actions or events have them."""

_FORM = re.compile(r'[<>|\[\]",]|\.\.\.')
"""What shows that a documented value is none, but tells how values look."""


def _spellings(header: str) -> Iterator[str]:
    """Yield how the spec may spell a header that is documented so."""
    yield header
    yield re.sub(r"(?<=[a-z])X(?=[A-Z])", "0", header)  # ReportXDLSR is Report0DLSR, Report1DLSR
    yield re.sub(r"-(?:\d+|X+)\Z", "-", header)  # Action-000000 is a column of records


# --- what lacks ---------------------------------------------------------------------------


@dataclass(frozen=True)
class NewValues:
    """Values that a header is documented to have, beside those in the spec."""

    header: str
    line: int
    values: tuple[str, ...]
    enum: str | tuple[str, ...]
    """The enumeration, or the values that the spec has in its place."""


@dataclass(frozen=True)
class Lack:
    """What the spec lacks of one action or event, as far as a spec can say it."""

    kind: str
    """``action`` or ``event``."""
    name: str
    new: DocumentedAction | DocumentedEvent | None
    """What is documented, if the spec does not have this action or event at all."""
    groups: tuple[GroupUse, ...] = ()
    fields: tuple[DocumentedField, ...] = ()
    values: tuple[NewValues, ...] = ()


@dataclass(frozen=True)
class Lacks:
    """What a spec lacks of what a file documents."""

    documented: Documented
    lacks: tuple[Lack, ...] = ()
    classes: dict[str, str] = field(default_factory=dict)
    """New actions and events, and their classes, where these cannot have the same names."""
    fields: dict[str, str] = field(default_factory=dict)
    """``Owner.Header`` of new headers, and their Python names, where these are not by the rule."""
    unwritable: tuple[Problem, ...] = ()
    """What no spec can say."""


def compare(documented: Documented, spec: Spec) -> Lacks:
    """Find what a spec lacks of what is documented.

    Args:
        documented: What an Asterisk documents.
        spec: amisdk's own spec.
    """
    found = _Comparison(documented.file, spec)
    for action in documented.actions:
        found.look_at("action", action, ())
    for event in documented.events:
        found.look_at("event", event, event.snapshots)
    lacks = tuple(map(found.with_known_list, found.lacks))
    classes = _class_names(spec, lacks)
    return Lacks(documented, lacks, classes, found.names, tuple(found.unwritable))


class _Comparison:
    """Goes through what is documented, and notes what the spec lacks."""

    def __init__(self, file: str, spec: Spec) -> None:
        self.lacks: list[Lack] = []
        self.names: dict[str, str] = {}
        self.unwritable: list[Problem] = []
        self._file, self._spec = file, spec
        self._known = {
            "action": {name.lower(): name for name in spec.actions},
            "event": {name.lower(): name for name in spec.events},
        }

    def look_at(
        self,
        kind: str,
        one: DocumentedAction | DocumentedEvent,
        snapshots: Iterable[Snapshot],
    ) -> None:
        """Note what lacks of an action or event."""
        name = self._known[kind].get(one.name.lower())
        if name is None and not _fits(_CLASS, one.name):
            self._cannot(one.line, f"{kind} {one.name}", _NO_NAME)
            return
        headers = _Headers(self._spec, kind, name or one.name, self.names)
        lack = Lack(
            kind,
            headers.owner,
            one if name is None else None,
            tuple(self._groups(headers, snapshots)),
            tuple(self._fields(headers, one.fields)),
            tuple(self._values(headers, one.fields)),
        )
        if lack.new or lack.groups or lack.fields or lack.values:
            self.lacks.append(lack)

    def with_known_list(self, lack: Lack) -> Lack:
        """Leave an action's list out unless all of its events are there, or will be."""
        if not isinstance(lack.new, DocumentedAction):
            return lack
        new = {one.name.lower(): one.name for one in self.lacks if one.kind == "event"}
        events = {**new, **self._known["event"]}
        items = [events.get(name.lower()) for name in lack.new.items]
        end = events.get((lack.new.end or "").lower())
        whole = tuple(filter(None, items)) if end and all(items) else ()
        return replace(lack, new=replace(lack.new, items=whole, end=end))

    def _groups(self, headers: _Headers, snapshots: Iterable[Snapshot]) -> Iterator[GroupUse]:
        for one in snapshots:
            if all(headers.find(one.prefix + wire) for wire in SNAPSHOTS[one.kind]):
                continue
            group = self._spec.groups[one.kind].fields
            without = [wire for wire in group if headers.find(one.prefix + wire)]
            faults = [
                headers.admit(one.prefix + wire, plural=spec.type == "variables")
                for wire, spec in group.items()
                if wire not in without
            ]
            if why := next(filter(None, faults), None):
                what = f"{one.kind} snapshot with prefix `{one.prefix}` of {headers}"
                self._cannot(one.line, what, why)
                continue
            of = f"the {one.prefix} {one.kind}" if one.prefix else None
            yield GroupUse(group=one.kind, prefix=one.prefix, of=of, without=without)

    def _fields(
        self, headers: _Headers, fields: Iterable[DocumentedField]
    ) -> Iterator[DocumentedField]:
        for one in fields:
            if headers.find(one.name) or one.name.lower() in _EVERYWHERE[headers.kind]:
                continue
            if why := headers.admit(one.name):
                self._cannot(one.line, f"field `{one.name}` of {headers}", why)
            else:
                yield one

    def _values(self, headers: _Headers, fields: Iterable[DocumentedField]) -> Iterator[NewValues]:
        for one in fields:
            known = headers.find(one.name)
            if known is None or known.spec is None:
                continue
            values = _unknown_values(one, known.spec, self._spec)
            enum = known.spec.enum
            if isinstance(enum, list) and not known.own:
                why = "the spec has the field elsewhere, for others too"
            elif enum is None:
                why = f"in the spec this is of type {getattr(known.spec, 'type', 'text')}"
            else:
                if values:
                    old = enum if isinstance(enum, str) else tuple(enum)
                    yield NewValues(known.wire, one.line, values, old)
                continue
            for value in values:
                self._cannot(one.line, f"value `{value}` of {known.wire} of {headers}", why)

    def _cannot(self, line: int, what: str, why: str) -> None:
        self.unwritable.append(Problem(self._file, line, f"{what} cannot be written: {why}"))


_CLASS: TypeAdapter[str] = TypeAdapter(ClassName)
_HEADER: TypeAdapter[str] = TypeAdapter(HeaderName)
_NO_NAME = "no spec takes such a name"


def _fits(kind: TypeAdapter[str], text: str) -> bool:
    try:
        kind.validate_python(text)
    except ValidationError:
        return False
    return True


@dataclass(frozen=True)
class _Known:
    """A header that the spec has."""

    wire: str
    spec: ActionField | EventField | RecordField | None
    """None where its values are not to be compared."""
    own: bool
    """Whether it stands with its action or event, and not in a group or a record."""


class _Headers:
    """The headers of one action or event: those in the spec, and those that come to them."""

    def __init__(self, spec: Spec, kind: str, owner: str, names: dict[str, str]) -> None:
        self.kind, self.owner = kind, owner
        self._spec, self._names = spec, names
        self._known: dict[str, _Known] = {}
        self._taken: set[str] = set()
        if kind == "action" and owner in spec.actions:
            self._add_action(spec.actions[owner][1])
        if kind == "event" and owner in spec.events:
            self._add_event(*spec.events[owner])

    def __str__(self) -> str:
        return f"{self.kind} {self.owner}"

    def _add_action(self, action: ActionSpec) -> None:
        for wire, one in action.fields.items():
            self._add(wire, one, own=True)
            for column, spec in (one.columns or {}).items():
                self._known.setdefault(f"{column}-".lower(), _Known(column, spec, own=False))

    def _add_event(self, source: Source, event: EventSpec) -> None:
        for use in expand(self._spec, source, ("events", self.owner), event.groups, event.fields):
            self._add(use.wire, use.spec, own=use.own)
            # The documentation tells the parts of Charge/Units(0)/TypeOf one by one.
            if "/" in use.wire:
                for part in filter(None, re.split(r"/|\(\d+\)", use.wire)):
                    self._known.setdefault(part.lower(), _Known(use.wire, None, own=False))

    def _add(self, wire: str, spec: ActionField | EventField, *, own: bool) -> None:
        self._known[wire.lower()] = _Known(wire, spec, own)
        self._taken.add(self._rule(wire, plural=spec.type == "variables"))

    def _rule(self, wire: str, *, plural: bool) -> str:
        return field_name(wire, self.owner, self._spec.names, plural=plural)

    def find(self, header: str) -> _Known | None:
        """Return what the spec has for a documented header."""
        for spelling in _spellings(header):
            if known := self._known.get(spelling.lower()):
                return known
        meant = self._known.get(_MISTAKES.get(f"{self.owner}.{header}", "").lower())
        return meant and replace(meant, spec=None)

    def admit(self, wire: str, *, plural: bool = False) -> str | None:
        """Take a new header, and return why that cannot be, or None."""
        if not _fits(_HEADER, wire):
            return _NO_NAME
        key = f"{self.owner}.{wire}"
        rule = self._rule(wire, plural=plural)
        chosen = self._names.get(key)
        name = next(filter(self._free, [chosen] if chosen else _candidates(rule)), None)
        if name is None:
            return f"its field would be {chosen}, as that of another"
        if name != rule:
            self._names[key] = name
        self._taken.add(name)
        self._known[wire.lower()] = _Known(wire, None, own=False)
        return None

    def _free(self, name: str) -> bool:
        return name not in self._taken and reserved(self.kind, name) is None


def _candidates(name: str) -> Iterator[str]:
    """Yield a Python name for a header, then others that are ever less likely to be taken."""
    yield name
    yield f"{name}_"
    yield f"header_{name}"
    for number in count(2):
        yield f"header_{name}_{number}"


def _unknown_values(
    one: DocumentedField, known: ActionField | EventField | RecordField, spec: Spec
) -> tuple[str, ...]:
    """Return those of the documented values of a header that the spec does not have."""
    values = [value for value in one.values if not _FORM.search(value)]
    has = {text.lower() for text in getattr(known, "absent", [])}
    match getattr(known, "type", "text"):
        case "bool":
            has |= {word.lower() for word in getattr(known, "words", None) or ()}
            has |= {"yes", "no", "true", "false", "on", "off", "0", "1"}
        case "int" | "float":
            has |= {value.lower() for value in values if re.fullmatch(r"[-+]?\d+(\.\d+)?", value)}
        case _:
            if known.enum is None:
                return ()
            old = meanings(spec.enums[known.enum][1]) if isinstance(known.enum, str) else known.enum
            has |= {value.lower() for value in old}
    return tuple(value for value in values if value.lower() not in has)


def _class_names(spec: Spec, lacks: Iterable[Lack]) -> dict[str, str]:
    """Name the classes of new actions and events that cannot be called like these."""
    kinds: dict[str, list[str]] = {}
    for lack in lacks:
        if lack.new is not None:
            kinds.setdefault(lack.name, []).append(lack.kind)
    taken = _classes(spec)
    chosen: dict[str, str] = {}
    for name, its in kinds.items():
        rule = class_name(name, spec.names)
        cls = next(
            cls
            for cls in _class_candidates(rule)
            if cls.isidentifier()
            and not iskeyword(cls)
            and not any(_made(kind, cls) & taken[kind] for kind in its)
        )
        for kind in its:
            taken[kind] |= _made(kind, cls)
        if cls != rule:
            chosen[name] = cls
    return chosen


def _made(kind: str, cls: str) -> set[str]:
    """Return the classes that are made for one action or event."""
    return {cls, f"{cls}Reply"} if kind == "action" else {cls}


def _classes(spec: Spec) -> dict[str, set[str]]:
    """Return the names that no new class of an action or an event can have."""
    actions: set[str] = {*TAKEN, *spec.enums}
    events: set[str] = {*TAKEN, *spec.enums}
    events |= {class_name(name, spec.names) for name in spec.events}
    for name, (source, action) in spec.actions.items():
        cls = class_name(name, spec.names)
        actions |= _made("action", cls)
        for wire, one in action.fields.items():
            if one.columns is not None:
                python = field_name(wire, name, spec.names)
                actions.add(record_class(spec, source, Imports(), cls, python, one, ()).name)
    return {"action": actions, "event": events}


def _class_candidates(name: str) -> Iterator[str]:
    """Yield a name for a class, then others that are ever less likely to be taken."""
    yield name
    spelled = re.sub(r"\W", "_", name)
    yield spelled
    for number in count(2):
        yield f"{spelled}_{number}"


# --- for people ---------------------------------------------------------------------------


def report(lacks: Lacks) -> list[str]:
    """Tell what the spec lacks: a line for each thing, and a last one with their number."""
    documented = lacks.documented
    grouped = sorted(lacks.lacks, key=lambda lack: lack.new is None)
    lines = [line for lack in grouped for line in _told(lack)]
    lines += map(str, (*lacks.unwritable, *documented.oddities))
    actions, events = len(documented.actions), len(documented.events)
    whole = f"{_many(actions, 'action')} and {_many(events, 'event')}"
    if not lacks.lacks and not lacks.unwritable:
        return [*lines, f"nothing lacks: the spec has what is told of {whole}"]
    counts: Counter[str] = Counter()
    for lack in lacks.lacks:
        if lack.new is not None:
            counts[lack.kind] += 1
            continue
        counts["field"] += len(lack.fields)
        counts["snapshot"] += len(lack.groups)
        counts["value"] += sum(len(more.values) for more in lack.values)
    kinds = ("action", "event", "field", "snapshot", "value")
    told = [_many(counts[kind], kind) for kind in kinds if counts[kind]] or ["nothing else"]
    last = f"of {whole} the spec lacks {', '.join(told)}"
    if lacks.unwritable:
        last += f"; {_many(len(lacks.unwritable), 'thing')} cannot be written"
    return [*lines, last]


def _told(lack: Lack) -> Iterator[str]:
    owner = f"{lack.kind} {lack.name}"
    if lack.new is not None:
        modules = f" ({', '.join(lack.new.modules)})" if lack.new.modules else ""
        yield f"{owner}{modules}, line {lack.new.line}: not in the spec"
        return
    for use in lack.groups:
        prefix = f" with prefix {use.prefix}" if use.prefix else ""
        yield f"{owner}: {use.group} snapshot{prefix}"
    for one in lack.fields:
        yield f"{owner}: field {one.name}, line {one.line}"
    for more in lack.values:
        for value in more.values:
            yield f"{owner}: value {value} of {more.header}, line {more.line}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


# --- for the generator --------------------------------------------------------------------

_HEAD = """\
# Written by amisdk-codegen import. Look it over: the documentation does not tell which privilege
# an action needs nor what a header's text stands for, and it is not always right.
"""
_UNKNOWN = "Not documented."
_WORDS = {"yes", "no", "on", "off", "y", "n", "true", "false", "null", "~"}
"""What is a text here, and no text to one or the other reader of YAML."""
_LONG = 60


def overlay(lacks: Lacks, major: int | None) -> dict[str, str]:
    """Write a spec of what lacks, to build on the one that lacks it.

    Args:
        lacks: What lacks.
        major: The Asterisk that documents it, where that is known.

    Returns:
        The files of the spec, by their place in it; none if there is nothing to write.
    """
    if not lacks.lacks:
        return {}
    content = _filled(
        {
            "actions": {
                lack.name: _action(lack, lack.new, major)
                for lack in lacks.lacks
                if isinstance(lack.new, DocumentedAction)
            },
            "events": {
                lack.name: _event(lack, lack.new, major)
                for lack in lacks.lacks
                if isinstance(lack.new, DocumentedEvent)
            },
            "names": _filled({"classes": lacks.classes, "fields": lacks.fields}),
            "extend": _filled(
                {
                    "actions": _extended(lacks, "action", major),
                    "events": _extended(lacks, "event", major),
                    "enums": _extended_enums(lacks),
                }
            ),
        }
    )
    file = " ".join(Path(lacks.documented.file).name.split())
    summary = f"What the Asterisk of {file} has beyond the spec of amisdk."
    return {"imported.yaml": _HEAD + _yaml({"summary": summary, **content})}


def _filled(mapping: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in mapping.items() if value not in ({}, [], None, False)}


def _action(lack: Lack, action: DocumentedAction, major: int | None) -> dict[str, Any]:
    reply = {"list": {"items": list(action.items), "end": action.end}} if action.items else None
    return {
        "summary": action.summary or _UNKNOWN,
        "module": _modules(action.modules),
        "versions": _versions(action.since, major),
        "privilege": [],
        **_filled(
            {
                "fields": {one.name: _action_field(one, major) for one in lack.fields},
                "reply": reply,
            }
        ),
    }


def _event(lack: Lack, event: DocumentedEvent, major: int | None) -> dict[str, Any]:
    flags = [flag.removeprefix("EVENT_FLAG_").lower() for flag in event.flags]
    return {
        "summary": event.summary or _UNKNOWN,
        "module": _modules(event.modules),
        **_filled({"class": [] if event.reply else flags}),
        "versions": _versions(event.since, major),
        **_filled(
            {
                "groups": [_group(use) for use in lack.groups],
                "fields": {one.name: _event_field(one, major) for one in lack.fields},
            }
        ),
    }


def _extended(lacks: Lacks, kind: str, major: int | None) -> dict[str, Any]:
    written = _action_field if kind == "action" else _event_field
    extended: dict[str, Any] = {}
    for lack in lacks.lacks:
        if lack.kind == kind and lack.new is None:
            fields: dict[str, Any] = {one.name: written(one, major) for one in lack.fields}
            for more in lack.values:
                if not isinstance(more.enum, str):
                    fields[more.header] = {"enum": [*more.enum, *more.values]}
            groups = [_group(use) for use in lack.groups]
            extended[lack.name] = _filled({"groups": groups, "fields": fields})
    return _filled(extended)


def _extended_enums(lacks: Lacks) -> dict[str, Any]:
    values: dict[str, dict[str, None]] = {}
    for more in chain.from_iterable(lack.values for lack in lacks.lacks):
        if isinstance(more.enum, str):
            values.setdefault(more.enum, {}).update(dict.fromkeys(more.values))
    return {name: {"values": list(new)} for name, new in sorted(values.items())}


def _group(use: GroupUse) -> str | dict[str, Any]:
    given = use.model_dump(include={"group", "prefix", "of", "without"})
    given = {key: value for key, value in given.items() if value}
    return use.group if len(given) == 1 else given


def _action_field(one: DocumentedField, major: int | None) -> str | dict[str, Any]:
    words = _truth(one)
    values = None if words or one.repeats else _values(one)
    facts = {
        "type": "bool" if words else None,
        "words": words if words != ["true", "false"] else None,
        "required": one.required,
        "default": None if one.required else one.default,
        "enum": values,
        "open": bool(values),
        "repeat": one.repeats and not words,
    }
    return _field(one, facts, major)


def _event_field(one: DocumentedField, major: int | None) -> str | dict[str, Any]:
    words = _truth(one)
    facts = {
        "type": "bool" if words else None,
        "enum": None if words else _values(one),
        "repeat": one.repeats,
    }
    return _field(one, facts, major)


def _field(one: DocumentedField, facts: dict[str, Any], major: int | None) -> str | dict[str, Any]:
    doc = one.doc or _UNKNOWN
    versions = _versions(one.since, major) if one.since else None
    facts = _filled({**facts, "versions": versions})
    return {**facts, "doc": doc} if facts else doc


def _values(one: DocumentedField) -> list[str]:
    return [value for value in one.values if not _FORM.search(value)]


def _truth(one: DocumentedField) -> list[str] | None:
    """Return the words for true and for false, if these are the values."""
    words = {value.lower(): value for value in one.values}
    for pair in (["true", "false"], ["yes", "no"]):
        if set(words) == set(pair):
            return [words[word] for word in pair]
    return None


def _modules(modules: tuple[str, ...]) -> str | list[str]:
    named = ["core" if module == "builtin" else module for module in modules] or ["unknown"]
    return named[0] if len(named) == 1 else named


def _versions(since: tuple[str, ...], major: int | None) -> str | int:
    """Return the majors that have something, from the versions in which it came to branches.

    ``18.20.0, 20.5.0`` is 18, 20-23: what came to two branches is in those that began later,
    and not in those between. A major beside those of the format counts as the nearest.
    """
    branches = {int(number[0]) for number in map(_NUMBER.match, since) if number}
    newest = max(branches or {major if major is not None else FIRST_MAJOR})
    branches |= {newest, newest if major is None else major}
    majors = {min(max(one, FIRST_MAJOR), LAST_MAJOR) for one in branches}
    majors |= set(range(max(newest, FIRST_MAJOR), LAST_MAJOR + 1))
    spans = [
        (first, next(last for last in count(first) if last + 1 not in majors))
        for first in sorted(majors)
        if first - 1 not in majors
    ]
    return spans[0][0] if spans[0][0] == spans[-1][1] else span(tuple(spans))


_NUMBER = re.compile(r"\d+")


def _yaml(content: dict[str, Any]) -> str:
    yaml = YAML()
    yaml.width = 90  # ruamel breaks a line after the word that goes beyond
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump(_styled(content), text)
    return re.sub(r"(?m)^(?=\w+:$)", "\n", text.getvalue())


def _styled(value: Any) -> Any:
    """Choose how a value is written: short lists in one line, long texts in several."""
    match value:
        case dict():
            return CommentedMap((_quoted(key), _styled(one)) for key, one in value.items())
        case list():
            listed = CommentedSeq(map(_styled, value))
            if all(isinstance(one, str) and len(one) <= _LONG for one in value):
                listed.fa.set_flow_style()
            return listed
        case str() if len(value) > _LONG:
            return _folded(value)
        case str():
            return _quoted(value)
    return value


def _folded(text: str) -> Any:
    folded = FoldedScalarString(text)
    rows = textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False)
    folded.fold_pos = [end - 1 for end in accumulate(len(row) + 1 for row in rows[:-1])]
    return folded


def _quoted(text: str) -> Any:
    if text.lower() in _WORDS:
        return DoubleQuotedScalarString(text)
    if not re.match(r"\w", text) or "\\" in text:
        # Left to itself, ruamel writes some of these so that they read otherwise.
        return SingleQuotedScalarString(text)
    return text
