"""What the models say in words: the docstrings of classes and fields, read from their sources.

Python keeps no docstrings of fields, and importing all models takes a second; reading the sources
does not.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["Words", "area_of", "example_call", "words_in", "words_of"]


@dataclass(frozen=True)
class Words:
    """What a class says of itself."""

    summary: str = ""
    paragraphs: tuple[str, ...] = ()
    """The rest of its docstring, without the example."""
    example: str = ""
    """A call of the class, as Python."""
    fields: Mapping[str, str] = field(default_factory=dict)


def words_of(cls: type[Any]) -> Words:
    """Return what a class says, with the fields of all that it is made of."""
    fields: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] not in ("builtins", "pydantic", "typing"):
            found = words_in(base.__module__).get(base.__name__)
            texts = found.fields if found else {}
            fields |= {name: text for name, text in texts.items() if name in cls.model_fields}
    own = words_in(cls.__module__).get(cls.__name__) or _words(inspect.getdoc(cls) or "", {})
    return Words(own.summary, own.paragraphs, own.example, fields)


@cache
def words_in(module: str) -> Mapping[str, Words]:
    """Return the classes of a module, and what they say; nothing if it has no source."""
    try:
        spec = find_spec(module)
        tree = ast.parse(Path(spec.origin or "").read_text("utf-8")) if spec else None
    except (ImportError, OSError, SyntaxError, ValueError):
        tree = None
    return {} if tree is None else dict(_classes(tree))


def area_of(cls: type[Any]) -> str:
    """Return the area that a generated class belongs to, such as ``queues``."""
    return cls.__module__.rpartition(".")[2]


def example_call(words: Words) -> tuple[tuple[str, Any], ...]:
    """Return the arguments of a class's example; those that are no plain values are left out."""
    if not words.example:
        return ()
    try:
        call = ast.parse(words.example, mode="eval").body
    except SyntaxError:
        return ()
    if not isinstance(call, ast.Call):
        return ()
    found: list[tuple[str, Any]] = []
    for keyword in call.keywords:
        try:
            found.append((keyword.arg or "", ast.literal_eval(keyword.value)))
        except ValueError:  # a list of records
            found.append((keyword.arg or "", list(_records(keyword.value))))
    return tuple(found)


def _records(value: ast.expr) -> Iterator[dict[str, Any]]:
    for call in value.elts if isinstance(value, ast.List) else ():
        if isinstance(call, ast.Call):
            yield {one.arg or "": ast.literal_eval(one.value) for one in call.keywords}


def _classes(tree: ast.Module) -> Iterator[tuple[str, Words]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name, _words(ast.get_docstring(node) or "", dict(_fields(node)))


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield each field with the text that follows it."""
    for statement, after in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            yield statement.target.id, " ".join(after.value.value.split())


def _words(doc: str, fields: Mapping[str, str]) -> Words:
    text, _, example = doc.partition("\nExample:\n")
    first, *paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    lines = (line.strip() for line in example.split("\n"))
    call = "\n".join(line[4:] for line in lines if line.startswith((">>> ", "... ")))
    return Words(first, tuple(part for part in paragraphs if part), call, fields)
