"""Reads Asterisk's XML documentation, ``core-en_US.xml``: its actions and events, as told there.

Rules: nothing but the one file is read, no DTD and no entity; the file's own ``xi:include`` are
resolved, by the few XPointers that Asterisk uses; what is documented twice is joined. What makes
no sense but spoils nothing else is in `Documented.oddities`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

from .errors import Problem, SpecError

__all__ = [
    "SNAPSHOTS",
    "Documented",
    "DocumentedAction",
    "DocumentedEvent",
    "DocumentedField",
    "Snapshot",
    "read",
]

SNAPSHOTS = {
    "channel": (
        "Channel",
        "ChannelState",
        "ChannelStateDesc",
        "CallerIDNum",
        "CallerIDName",
        "ConnectedLineNum",
        "ConnectedLineName",
        "Language",
        "AccountCode",
        "Context",
        "Exten",
        "Priority",
        "Uniqueid",
        "Linkedid",
    ),
    "bridge": (
        "BridgeUniqueid",
        "BridgeType",
        "BridgeTechnology",
        "BridgeCreator",
        "BridgeName",
        "BridgeNumChannels",
        "BridgeVideoSourceMode",
        "BridgeVideoSource",
    ),
}
"""The headers that a snapshot stands for. Not the file has them, but a stylesheet beside it."""


@dataclass(frozen=True)
class DocumentedField:
    """A parameter of an action or an event.

    Attributes:
        doc: The first sentence about it, if there is one.
        values: The values that are listed.
        repeats: Whether it may come several times.
        since: The versions that it came with.
    """

    name: str
    line: int
    doc: str | None = None
    required: bool = False
    default: str | None = None
    values: tuple[str, ...] = ()
    repeats: bool = False
    since: tuple[str, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """A snapshot in an event: the headers of `SNAPSHOTS`, each with the prefix before it."""

    kind: str
    prefix: str
    line: int


@dataclass(frozen=True)
class DocumentedAction:
    """An action.

    Attributes:
        modules: The modules that have it; the files of older versions do not tell.
        since: The versions that it came with, one for each branch.
        items: The events of its reply's list, if it is documented as one.
        end: The event at the end of that list.
    """

    name: str
    line: int
    summary: str | None = None
    modules: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    fields: tuple[DocumentedField, ...] = ()
    items: tuple[str, ...] = ()
    end: str | None = None


@dataclass(frozen=True)
class DocumentedEvent:
    """An event.

    Attributes:
        flags: Its classes, such as ``EVENT_FLAG_CALL``.
        reply: Whether it is only documented as a part of an action's reply.
    """

    name: str
    line: int
    summary: str | None = None
    modules: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    fields: tuple[DocumentedField, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    flags: tuple[str, ...] = ()
    reply: bool = False


@dataclass(frozen=True)
class Documented:
    """What a file documents: each name once, in the order of the file."""

    file: str
    actions: tuple[DocumentedAction, ...]
    events: tuple[DocumentedEvent, ...]
    oddities: tuple[Problem, ...] = ()


def read(path: Path) -> Documented:
    """Read a file of Asterisk's XML documentation.

    Raises:
        SpecError: It is no XML, or none of Asterisk's.
    """
    file = str(path)
    root = _Parser(file).parse(path.read_bytes())
    if root.tag != "docs":
        message = f"this is no documentation of Asterisk: it begins with <{root.tag}>, not <docs>"
        raise SpecError([Problem(file, root.line, message)])
    nodes = [node for node in root.nodes() if node.tag in ("manager", "managerEvent")]
    if not nodes:
        message = "this documents no action and no event of the manager interface"
        raise SpecError([Problem(file, root.line, message)])
    whole = _Includes(file, root)
    reader = _Reader(file)
    for node in nodes:
        reader.take(whole.resolved(node))
    oddities = sorted({*whole.oddities, *reader.oddities})
    return Documented(
        file, tuple(reader.actions.values()), tuple(reader.events.values()), tuple(oddities)
    )


# --- XML ----------------------------------------------------------------------------------

_INCLUDE = "http://www.w3.org/2001/XInclude include"
_DEEPEST = 100
_MOST_STEPS = 5_000_000
"""Asterisk's own file is 11 deep and takes a million steps."""


@dataclass(eq=False)
class _Node:
    """An element, with the line that it begins in."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[_Node | str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attribute("name")

    def nodes(self, *tags: str) -> list[_Node]:
        """Return the elements directly in this one, those with one of `tags` if any is given."""
        nodes = [child for child in self.children if isinstance(child, _Node)]
        return [node for node in nodes if not tags or node.tag in tags]

    def attribute(self, name: str) -> str:
        return _line(self.attributes.get(name, ""))

    def truth(self, attribute: str) -> bool:
        return self.attribute(attribute).lower() in ("yes", "true")

    def text(self) -> str:
        """Return all text in it, as one line."""
        parts = [child if isinstance(child, str) else child.text() for child in self.children]
        return _line("".join(parts))


def _line(text: str) -> str:
    """Make a text one line of what can be printed."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


class _Parser:
    """Makes a tree of a file, without following it to any other."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[_Node] = [_Node("", {}, 1)]
        self._expat = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._entity

    def parse(self, data: bytes) -> _Node:
        document = self._open[0]
        try:
            self._expat.Parse(data, True)
        except expat.ExpatError as error:
            message = f"broken XML: {expat.ErrorString(error.code)}"
            raise SpecError([Problem(self._file, error.lineno, message)]) from None
        except (LookupError, ValueError) as error:  # of an encoding that Python lacks
            raise SpecError([Problem(self._file, 1, f"broken XML: {error}")]) from None
        return document.nodes()[0]

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        node = _Node(tag, attributes, self._expat.CurrentLineNumber)
        if len(self._open) > _DEEPEST:
            self._refuse(f"elements are nested more than {_DEEPEST} deep")
        self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].children.append(text)

    def _entity(self, name: str, *_: object) -> None:
        self._refuse(f'Asterisk\'s documentation has no entities of its own, this has "{name}"')

    def _refuse(self, message: str) -> None:
        raise SpecError([Problem(self._file, self._expat.CurrentLineNumber, message)])


_STEP = re.compile(
    r"""/?(?P<name>node\(\)|text\(\)|[\w.-]+)
    (?:\[\s*(?:
        @(?P<is>\w+)\s*=\s*(?P<q1>['"])(?P<value>.*?)(?P=q1)
        | contains\(\s*@(?P<has>\w+)\s*,\s*(?P<q2>['"])(?P<part>.*?)(?P=q2)\s*\)
        | (?P<number>\d{1,6})
    )\s*\])?""",
    re.VERBOSE,
)


class _Includes:
    """Puts in the place of each ``xi:include`` what it points to in the same file."""

    def __init__(self, file: str, root: _Node) -> None:
        self.oddities: list[Problem] = []
        self._file = file
        self._document = _Node("", {}, 1, [root])
        self._found: dict[str, list[_Node | str]] = {}
        self._steps = 0
        self._depth = 0

    def resolved(self, node: _Node, within: frozenset[int] = frozenset()) -> _Node:
        """Return a copy of an element without includes."""
        if id(node) in within:
            self._note(node, f"this <{node.tag}> includes itself")
            return replace(node, children=[])
        self._bound(node, len(within))
        inner = within | {id(node)}
        children = [
            child if isinstance(child, str) else self.resolved(child, inner)
            for child in self._children(node)
        ]
        return replace(node, children=children)

    def _children(self, node: _Node) -> Iterator[_Node | str]:
        for child in node.children:
            if isinstance(child, str) or child.tag != _INCLUDE:
                yield child
            else:
                yield from self._targets(child)

    def _targets(self, include: _Node) -> list[_Node | str]:
        """Return what an include points to; nothing, while this is being found out."""
        pointer = include.attributes.get("xpointer", "")
        if href := include.attributes.get("href"):
            pointer = f"{href}#{pointer}"  # another file: it is no pointer here
        if pointer not in self._found:
            self._found[pointer] = []
            self._depth += 1
            self._bound(include, self._depth)
            self._found[pointer] = self._select(pointer, include)
            self._depth -= 1
        if not self._found[pointer]:
            self._note(include, f'this xi:include finds no "{pointer}" in the file')
        return self._found[pointer]

    def _select(self, pointer: str, include: _Node) -> list[_Node | str]:
        inner = re.fullmatch(r"\s*xpointer\((.*)\)\s*", pointer, re.DOTALL)
        rest = inner[1].strip() if inner else ""
        found: list[_Node | str] = [self._document] if rest else []
        while rest and found:
            step = _STEP.match(rest)
            if step is None:
                return []
            rest = rest[step.end() :]
            inside = [list(self._children(node)) for node in found if isinstance(node, _Node)]
            found = [child for children in inside for child in _matching(step, children)]
            self._steps += sum(map(len, inside))
            self._bound(include, 0)
        return found

    def _bound(self, node: _Node, depth: int) -> None:
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST_STEPS:
            message = "what the file includes here goes beyond all bounds"
            raise SpecError([Problem(self._file, node.line, message)])

    def _note(self, node: _Node, message: str) -> None:
        self.oddities.append(Problem(self._file, node.line, message))


def _matching(step: re.Match[str], children: list[_Node | str]) -> list[_Node | str]:
    """Return those of an element's children that a step of a path means."""
    match step["name"]:
        case "node()":
            return children
        case "text()":
            return [child for child in children if isinstance(child, str)]
    nodes = [child for child in children if isinstance(child, _Node) and child.tag == step["name"]]
    if step["number"]:
        return [node for number, node in enumerate(nodes, 1) if number == int(step["number"])]
    if step["is"]:
        return [node for node in nodes if node.attributes.get(step["is"]) == step["value"]]
    if step["has"]:
        return [node for node in nodes if step["part"] in node.attributes.get(step["has"], "")]
    return list(nodes)


# --- what it says -------------------------------------------------------------------------


class _Reader:
    """Turns elements, their includes resolved, into actions and events."""

    def __init__(self, file: str) -> None:
        self.actions: dict[str, DocumentedAction] = {}
        self.events: dict[str, DocumentedEvent] = {}
        self.oddities: list[Problem] = []
        self._file = file

    def take(self, node: _Node, *, reply: bool = False) -> None:
        """Add what a ``manager`` or ``managerEvent`` documents."""
        if not self._named(node):
            return
        key = node.name.lower()
        if node.tag == "managerEvent":
            for instance in node.nodes("managerEventInstance") or [node]:
                event = self._event(node, instance, reply=reply)
                known = self.events.get(key)
                self.events[key] = _joined_events(known, event) if known else event
            return
        action = self._action(node)
        before = self.actions.get(key)
        self.actions[key] = _joined_actions(before, action) if before else action
        for responses in node.nodes("responses"):
            for part in (*responses.nodes("list-elements"), responses):
                for inner in part.nodes("managerEvent"):
                    self.take(inner, reply=True)

    def _action(self, node: _Node) -> DocumentedAction:
        responses = node.nodes("responses")
        elements = [one for part in responses for one in part.nodes("list-elements")]
        items = [event.name for part in elements for event in part.nodes("managerEvent")]
        ends = [event.name for part in responses for event in part.nodes("managerEvent")]
        return DocumentedAction(
            node.name,
            node.line,
            _summary(node),
            _modules(node),
            _since(node),
            self._fields(node),
            items=tuple(dict.fromkeys(filter(None, items))),
            end=next(filter(None, ends), None),
        )

    def _event(self, node: _Node, instance: _Node, *, reply: bool) -> DocumentedEvent:
        return DocumentedEvent(
            node.name,
            node.line,
            _summary(instance),
            _modules(node) or _modules(instance),
            _since(instance) or _since(node),
            self._fields(instance),
            tuple(
                Snapshot(
                    one.tag.removesuffix("_snapshot"),
                    one.attributes.get("prefix", ""),
                    one.line,
                )
                for syntax in instance.nodes("syntax")
                for one in syntax.nodes("channel_snapshot", "bridge_snapshot")
            ),
            tuple(re.findall(r"\w+", instance.attributes.get("class", ""))),
            reply,
        )

    def _fields(self, node: _Node) -> tuple[DocumentedField, ...]:
        parameters = [one for syntax in node.nodes("syntax") for one in syntax.nodes("parameter")]
        return _joined_fields(_field(one) for one in parameters if self._named(one))

    def _named(self, node: _Node) -> bool:
        if not node.name:
            self.oddities.append(Problem(self._file, node.line, f"this <{node.tag}> has no name"))
        return bool(node.name)


def _joined_actions(old: DocumentedAction, new: DocumentedAction) -> DocumentedAction:
    return replace(old, **_joined(old, new), items=old.items or new.items, end=old.end or new.end)


def _joined_events(old: DocumentedEvent, new: DocumentedEvent) -> DocumentedEvent:
    snapshots = {(one.kind, one.prefix): one for one in old.snapshots}
    for one in new.snapshots:
        snapshots.setdefault((one.kind, one.prefix), one)
    return replace(
        old,
        **_joined(old, new),
        snapshots=tuple(snapshots.values()),
        flags=_union(old.flags, new.flags),
        reply=old.reply and new.reply,
    )


def _joined(
    old: DocumentedAction | DocumentedEvent, new: DocumentedAction | DocumentedEvent
) -> dict[str, Any]:
    return {
        "summary": old.summary or new.summary,
        "modules": _union(old.modules, new.modules),
        "since": _earlier(old.since, new.since),
        "fields": _joined_fields([*old.fields, *new.fields]),
    }


def _joined_fields(fields: Iterable[DocumentedField]) -> tuple[DocumentedField, ...]:
    known: dict[str, DocumentedField] = {}
    for new in fields:
        old = known.setdefault(new.name.lower(), new)
        known[new.name.lower()] = replace(
            old,
            doc=old.doc or new.doc,
            required=old.required and new.required,
            values=_union(old.values, new.values),
            since=_earlier(old.since, new.since),
        )
    return tuple(known.values())


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _earlier(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Return the list that begins with the lower version."""

    def lowest(versions: tuple[str, ...]) -> list[int]:
        return min([int(part) for part in re.findall(r"\d+", version)] for version in versions)

    return min(filter(None, (first, second)), key=lowest, default=())


def _field(node: _Node) -> DocumentedField:
    lists = node.nodes("enumlist")
    values = [one.name for part in lists for one in part.nodes("enum")]
    for part in lists:
        for options in part.nodes("configOptionToEnum"):
            values += [one.name for one in options.nodes("configOption")]
    return DocumentedField(
        node.name,
        node.line,
        next(filter(None, (_sentence(para.text()) for para in node.nodes("para"))), None),
        node.truth("required"),
        node.attribute("default") or None,
        tuple(dict.fromkeys(filter(None, values))),
        node.truth("multiple"),
        _since(node),
    )


def _summary(node: _Node) -> str | None:
    return next(filter(None, (_sentence(one.text()) for one in node.nodes("synopsis"))), None)


def _modules(node: _Node) -> tuple[str, ...]:
    return tuple(node.attribute("module").split())


def _since(node: _Node) -> tuple[str, ...]:
    texts = [one.text() for part in node.nodes("since") for one in part.nodes("version")]
    return tuple(found[0] for found in map(_VERSION.match, texts) if found)


_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,6})*")
_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)[.!?](?=\s+[^a-z\s])")


def _sentence(text: str) -> str | None:
    """Return the first sentence of a text, if there is any."""
    end = _END.search(text)
    sentence = (text[: end.end()] if end else text).rstrip(" :;,")
    return sentence if re.search(r"\w\w", sentence) else None
