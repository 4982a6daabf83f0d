"""The example of an action, as the call of its class and as a line for the command."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator
from typing import Any

from .fields import Namer
from .gather import Spec
from .load import At, Source
from .model import ActionSpec
from .names import field_name
from .plan import quoted
from .text import WIDTH, python_literal

__all__ = ["check_example", "command_options", "example_lines"]


def check_example(spec: Spec, source: Source, action: ActionSpec, namer: Namer, at: At) -> None:
    """The example may only speak of fields, and of columns, that are there."""
    for wire, value in action.example.items():
        place = (*at, "example", wire)
        namer.known(wire, place, "the example")
        one = action.fields.get(wire)
        if one is None or one.columns is None:
            continue
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            message = f'the example of "{wire}" is a list of mappings'
            spec.problems.append(source.problem(place, message))
            continue
        for number, row in enumerate(value):
            for column in row:
                if column not in one.columns:
                    message = f'"{wire}" has no column "{column}"'
                    spec.problems.append(source.problem((*place, number, column), message))


def example_lines(
    spec: Spec, cls: str, action: ActionSpec, namer: Namer, records: dict[str, str]
) -> list[str]:
    """Write the example; one line if it fits behind a prompt, else one for each argument."""
    lines: list[str] = []
    for wire, value in action.example.items():
        name, record = namer.known(wire, None, "the example"), records.get(wire)
        if record is None or not isinstance(value, list):
            lines += _argument(name, value, WIDTH - 12)
            continue
        lines.append(f"{name}=[")
        for row in value:
            if not isinstance(row, dict):
                continue  # which was told
            cells = {field_name(wire, record, spec.names): cell for wire, cell in row.items()}
            made = ", ".join(f"{key}={python_literal(cell)}" for key, cell in cells.items())
            short = f"    actions.{record}({made}),"
            if len(short) <= WIDTH - 12:
                lines.append(short)
                continue
            lines.append(f"    actions.{record}(")
            for key, cell in cells.items():
                lines += [f"        {line}" for line in _argument(key, cell, WIDTH - 20)]
            lines.append("    ),")
        lines.append("],")
    short = f"actions.{cls}({' '.join(lines).removesuffix(',')})"
    if len(short) <= WIDTH - 8 and len(lines) == len(action.example):
        return [short]
    return [f"actions.{cls}(", *(f"    {line}" for line in lines), ")"]


def _argument(name: str, value: Any, width: int) -> list[str]:
    """Write one argument; a text that is too long for a line as several."""
    line = f"{name}={python_literal(value)},"
    if len(line) <= width or not isinstance(value, str):
        return [line]
    parts = textwrap.wrap(value, width - 12, drop_whitespace=False, break_on_hyphens=False)
    return [f"{name}=(", *(f"    {quoted(part)}" for part in parts), "),"]


def command_options(action: ActionSpec, namer: Namer) -> Iterator[str]:
    """Write the example as options for a shell, each with its value.

    An option has the field's Python name, with dashes. A mapping takes one option for each entry.
    Records have no option: their headers are given as they are.
    """
    for wire, value in action.example.items():
        name = namer.known(wire, None, "the example").strip("_").replace("_", "-")
        if isinstance(value, bool):
            yield f"--{name}" if value else f"--no-{name}"
        elif isinstance(value, dict):
            for key, text in value.items():
                yield f"--{name} {shlex.quote(f'{key}={text}')}"
        elif isinstance(value, list) and action.fields[wire].columns is not None:
            for number, row in enumerate(value):
                for column, cell in row.items() if isinstance(row, dict) else ():
                    yield f"--set {shlex.quote(f'{column}-{number:06}={cell}')}"
        elif isinstance(value, list) and action.fields[wire].repeat:
            for item in value:
                yield f"--{name} {shlex.quote(str(item))}"
        else:
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            # A value that looks like an option is joined to its name.
            yield f"--{name}{'=' if text.startswith('-') else ' '}{shlex.quote(text)}"
