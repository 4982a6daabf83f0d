"""Python literals and docstrings, as text for the templates."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from .model import Spans
from .plan import quoted

__all__ = [
    "WIDTH",
    "call",
    "field_doc",
    "python_literal",
    "sentence",
    "span",
    "tuple_of",
    "tuple_of_texts",
    "versions",
    "wrapped",
]

WIDTH = 94
"""Of docstrings with their indentation, so that the quotes fit into 100 columns."""


def python_literal(value: Any) -> str:
    """Write an example's value as Python code, with the quotes that ruff prefers."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)}: {python_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(python_literal, value)) + "]"
    return repr(value)


def tuple_of(expressions: list[str]) -> str:
    """Write a tuple of expressions; nothing at all for none."""
    if not expressions:
        return ""
    return f"({', '.join(expressions)}{',' if len(expressions) == 1 else ''})"


def tuple_of_texts(values: Iterable[str]) -> str:
    """Write a tuple of texts; nothing at all for none."""
    return tuple_of([quoted(value) for value in values])


def call(name: str, *arguments: str, **named: str) -> str:
    """Write a call; named arguments that are empty are left out."""
    given = [*arguments, *(f"{key}={value}" for key, value in named.items() if value)]
    return f"{name}({', '.join(given)})"


def versions(spans: Spans) -> str:
    """Write version spans as an expression."""
    return f"Versions(({', '.join(map(str, spans))},))"


def span(spans: Spans) -> str:
    """Write version spans for people."""
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def field_doc(
    doc: str, unit: str | None, versions: Spans | None, default: object = None
) -> list[str]:
    """Make the docstring of a field."""
    text = sentence(doc)
    if unit is not None:
        text += " In percent." if unit == "percent" else f" In {unit}."
    if default is not None:
        shown = str(default).lower() if isinstance(default, bool) else default
        text += f" The server's default is {shown}."
    if versions is not None:
        text += f" Asterisk {span(versions)}."
    return wrapped([text], indent=4)


def wrapped(*paragraphs: list[str] | str | None, indent: int) -> list[str]:
    """Wrap paragraphs; each is a list of sentences that are joined by a space."""
    lines: list[str] = []
    for paragraph in paragraphs:
        if not paragraph:
            continue
        if lines:
            lines.append("")
        text = sentence(" ".join(paragraph))
        lines += textwrap.wrap(text, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return lines


def sentence(text: str) -> str:
    """End a text with a full stop; a docstring must not end with a quote."""
    return text if text.endswith((".", "!", "?", ".)")) else text + "."
