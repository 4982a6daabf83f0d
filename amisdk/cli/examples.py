"""The example of an action, as a line for the shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from .docstrings import Words, example_call
from .field_options import option_name

__all__ = ["command_line"]


def command_line(name: str, cls: type[BaseModel], words: Words) -> str:
    """Return the example of an action as a line for the shell."""
    parts = ["amisdk", "send", name]
    for field, value in example_call(words):
        parts.extend(_arguments(field, value, cls))
    return shlex.join(parts)


def _arguments(field: str, value: Any, cls: type[BaseModel]) -> Iterator[str]:
    name = option_name(field)
    if isinstance(value, bool):
        yield f"--{name}" if value else f"--no-{name}"
    elif isinstance(value, Mapping):
        for key, text in value.items():
            yield from (f"--{name}", f"{key}={text}")
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from _records(value, cls.model_fields[field].annotation)
    else:
        items = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        # A value that looks like an option is joined to its name.
        yield from (f"--{name}={items}",) if items.startswith("-") else (f"--{name}", items)


def _records(rows: list[Mapping[str, Any]], annotation: Any) -> Iterator[str]:
    """Yield the headers of records; they have no option."""
    record = next(_records_in(annotation))
    for number, row in enumerate(rows):
        for column, cell in row.items():
            wire = record.model_fields[column].serialization_alias
            yield from ("--set", f"{wire}-{number:06}={cell}")


def _records_in(annotation: Any) -> Iterator[type[BaseModel]]:
    for part in getattr(annotation, "__args__", ()):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
        yield from _records_in(part)
