"""Reads the YAML files of a spec and checks each against the format.

Rules: YAML 1.2 (``yes`` and ``on`` are words, as in AMI), no anchors' cleverness, no duplicate
keys, no tabs. Every value keeps its line, so that each problem names file and line; all
problems of all files are reported together.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from .errors import Problem, SpecError
from .model import SpecFile

__all__ = ["At", "Source", "load"]

At = tuple[str | int, ...]
_ALIAS = re.compile(r"(?m)(?:^|[\s\[{,])\*\w")


@dataclass(frozen=True)
class Source:
    """One file of the spec: its content, its area, and the line of each value."""

    file: str
    place: str
    """The file, from the spec's own directory."""
    area: str
    content: SpecFile
    lines: dict[At, int]

    def problem(self, path: At, message: str) -> Problem:
        """Make a problem at the value which `path` names, or at its nearest parent."""
        return Problem(self.file, self.line(path), message)

    def line(self, path: At) -> int:
        """Return the line of a value, or of its nearest parent."""
        return _line_of(self.lines, path)


def load(directory: Path) -> list[Source]:
    """Read every ``*.yaml`` below `directory`, sorted by name.

    Raises:
        SpecError: The directory or its content is not a spec. Holds every problem found.
    """
    if not directory.is_dir():
        raise SpecError([Problem(str(directory), 1, "there is no such spec directory")])
    files = sorted(directory.rglob("*.yaml"))
    if not files:
        raise SpecError([Problem(str(directory), 1, "the spec directory holds no .yaml file")])
    problems: list[Problem] = []
    sources: list[Source] = []
    for file in files:
        try:
            sources.append(_load_file(file, file.relative_to(directory).as_posix()))
        except SpecError as error:
            problems.extend(error.problems)
    if problems:
        raise SpecError(problems)
    return sources


def _load_file(file: Path, place: str) -> Source:
    name = str(file)
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise SpecError([Problem(name, number, "the file is not UTF-8")]) from None
    for number, row in enumerate(text.split("\n"), 1):
        if "\t" in row[: len(row) - len(row.lstrip())]:
            raise SpecError([Problem(name, number, "a tab indents this line; YAML takes spaces")])
    try:
        aliases = _aliases(name, text)
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        # What never ends is at fault where it begins.
        unended = "end of stream" in str(error.problem) or "<stream end>" in str(error.problem)
        mark = (unended and error.context_mark) or error.problem_mark or error.context_mark
        what = error.problem or error.context or "broken YAML"
        problem = Problem(name, mark.line + 1 if mark else 1, f"broken YAML: {what}")
        raise SpecError([problem]) from None
    except ReaderError as error:
        number = text[: error.position].count("\n") + 1
        message = f"broken YAML: unacceptable character #x{ord(text[error.position]):04x}"
        raise SpecError([Problem(name, number, message)]) from None
    except YAMLError as error:
        raise SpecError([Problem(name, 1, f"broken YAML: {error}")]) from None
    if aliases:
        raise SpecError(aliases)
    if node is None:
        raise SpecError([Problem(name, 1, "the file is empty")])

    lines: dict[At, int] = {}
    problems: list[Problem] = []
    data = _plain(node, (), lines, problems, name)
    if problems:
        raise SpecError(problems)
    if not isinstance(data, dict):
        raise SpecError([Problem(name, lines[()], "a spec file is a mapping (actions: ...)")])
    try:
        content = SpecFile.model_validate(data)
    except ValidationError as error:
        raise SpecError(list(_explain(error, name, lines))) from None
    return Source(name, place, file.stem, content, lines)


def _aliases(name: str, text: str) -> list[Problem]:
    """Find the aliases: what they stand for has another place than they have."""
    if not _ALIAS.search(text):
        return []
    return [
        Problem(name, event.start_mark.line + 1, f"write it out; *{event.anchor} is an alias")
        for event in YAML(typ="safe", pure=True).parse(text)
        if isinstance(event, AliasEvent)
    ]


def _plain(node: Node, path: At, lines: dict[At, int], problems: list[Problem], file: str) -> Any:
    """Turn a YAML node into plain Python data, and note the line of every value."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        return _scalar(node, file, problems)
    if isinstance(node, SequenceNode):
        return [
            _plain(item, (*path, index), lines, problems, file)
            for index, item in enumerate(node.value)
        ]
    if not isinstance(node, MappingNode):
        problems.append(Problem(file, node.start_mark.line + 1, "unexpected YAML"))
        return None
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            problems.append(Problem(file, line, "a key is a plain word"))
            continue
        key = key_node.value
        if key in mapping:
            first = lines[(*path, key)]
            problems.append(Problem(file, line, f'"{key}" is here twice (first in line {first})'))
            continue
        lines[(*path, key)] = line
        mapping[key] = _plain(value_node, (*path, key), lines, problems, file)
    return mapping


def _scalar(node: ScalarNode, file: str, problems: list[Problem]) -> Any:
    text: str = node.value
    kind = str(node.tag).rpartition(":")[2]
    match kind:
        case "str":
            return text
        case "int":
            try:
                return int(text)
            except ValueError:
                return text
        case "float":
            with contextlib.suppress(ValueError):
                return float(text)
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
    line = node.start_mark.line + 1
    problems.append(Problem(file, line, f'put quotes around "{text}"; it reads as a {kind}'))
    return None


def _line_of(lines: dict[At, int], path: At) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


_KINDS = {
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}
_MESSAGES = {
    "extra_forbidden": "unknown key",
    "missing": "is missing",
    "too_short": "is empty",
    "string_too_short": "is too short",
    "string_pattern_mismatch": "is not one line of text without spaces around it",
}


def _explain(error: ValidationError, file: str, lines: dict[At, int]) -> Iterator[Problem]:
    """Turn what pydantic says into one problem for each place."""
    kinds: dict[At, list[str]] = {}
    messages: dict[At, list[str]] = {}
    for fault in error.errors(include_url=False, include_context=False):
        # What pydantic puts into the path inside a union names a type, not a place.
        path: At = ()
        for part in fault["loc"]:
            if (*path, part) in lines:
                path = (*path, part)
        kind = fault["type"]
        if kind in _KINDS:
            kinds.setdefault(path, []).append(_KINDS[kind])
            continue
        message = _MESSAGES.get(kind, fault["msg"].removeprefix("Value error, "))
        if fault["loc"] and fault["loc"][-1] == "[key]":
            message = "is no valid name"
        if kind == "missing":
            path = (*path, fault["loc"][-1])
        if message not in messages.setdefault(path, []):
            messages[path].append(message)
    for path, wanted in kinds.items():
        deeper = [other for other in (*kinds, *messages) if other[: len(path)] == path != other]
        if not deeper and path not in messages:
            messages[path] = [_neither(wanted)]
    for path, told in messages.items():
        shown = ".".join(map(str, path)) or "the file"
        yield Problem(file, _line_of(lines, path), f"{shown}: {' and '.join(told)}")


def _neither(kinds: list[str]) -> str:
    """Tell what a value should be, texts first."""
    wanted = set(kinds)
    if "a number" in wanted:
        wanted.discard("a whole number")
    if wanted == {"true or false"}:
        return "is neither true nor false"
    first, *more = sorted(wanted, key=list(_KINDS.values()).index)
    if more:
        return f"is neither {first} nor {' nor '.join(more)}"
    return f"is not {first}" + (" (put quotes around it)" if first == "a text" else "")
