"""From wire names to Python names, by one rule and the overrides of the spec's names."""

from __future__ import annotations

import keyword
import re

from pydantic import BaseModel

from .model import NamesSpec

__all__ = ["RESERVED", "class_name", "field_name", "reserved"]

_WORD = r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+"

_FIELD = re.compile(r"[a-z][a-z0-9_]*\Z")
_TYPES = frozenset({"bool", "datetime", "float", "int", "str", "tuple"})

RESERVED = {
    "action": {"ami", "ami_name", "to_headers"},
    "event": {
        "ami",
        "action_id",
        "ami_name",
        "extra_headers",
        "from_frame",
        "headers",
        "issues",
        "named_by",
        "own_name",
        "privilege",
        "system_name",
        "timestamp",
    },
    "reply": {
        "action_id",
        "categories",
        "category",
        "end",
        "event",
        "extra_headers",
        "from_frame",
        "from_text",
        "headers",
        "issues",
        "items",
        "message",
        "ok",
        "output",
        "pairs",
        "privilege",
        "response",
        "text",
        "with_event",
        "with_list",
    },
    "record": set(),
}
"""Names that the runtime's bases use; a test holds these sets to the bases themselves."""


def reserved(kind: str, name: str) -> str | None:
    """Return why a field of this kind of class cannot have this name, or None."""
    if keyword.iskeyword(name):
        return "a Python keyword"
    if not name.isidentifier():
        return "no Python name"
    if not _FIELD.match(name):
        return "no name in small letters"
    if name in _TYPES:
        return "a name that annotations use"
    if hasattr(BaseModel, name):
        return "an attribute of every pydantic model"
    if name in RESERVED[kind]:
        return f"an attribute of every {kind}"
    return None


def _pattern(names: NamesSpec) -> str:
    acronyms = sorted(names.acronyms, key=len, reverse=True)
    return "|".join([*map(re.escape, acronyms), _WORD])


def field_name(wire: str, owner: str, names: NamesSpec, *, plural: bool = False) -> str:
    """Turn a header's name into a field's: ``CallerIDNum`` becomes ``caller_id_num``.

    A mapping takes the plural: ``Variable``, sent once for each, becomes ``variables``.
    """
    override = names.fields.get(f"{owner}.{wire}", names.fields.get(wire))
    if override is not None:
        return override
    words: list[str] = []
    for word in re.findall(_pattern(names), wire):
        lowered = word.lower()
        if word.isdigit() and words:
            words[-1] += word
        else:
            words.append(str(names.words.get(lowered, lowered)))
    return "_".join(words) + ("s" if plural else "")


def class_name(name: str, names: NamesSpec) -> str:
    """Return the class's name: AMI's own spelling, unless that is no Python name."""
    return names.classes.get(name, name)
