"""The types of fields, as the generated models use them.

Two families. Fields of events and replies are *soft*: `Soft` turns a value that does not fit
into ``None`` inside pydantic's core, and the markers (`Verbatim`, `Escaped`, `Repeated`,
`Absent`) tell `amisdk.models` how to read the raw text. Fields of actions are strict, and
refuse what would break out of a header's line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, TypeVar, Union, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    SecretStr,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

__all__ = [
    "Absent",
    "Clock",
    "CommaList",
    "CommaListGiven",
    "Escaped",
    "FreeHeaders",
    "HeadersMark",
    "JsonMark",
    "JsonValue",
    "Names",
    "PairsMark",
    "Priority",
    "Repeated",
    "SecondOf",
    "Secret",
    "Soft",
    "Text",
    "TextGiven",
    "VariablePairs",
    "Variables",
    "VariablesMark",
    "Verbatim",
    "Words",
    "escape",
    "parts_of",
    "quote_variable",
    "unescape",
]

T = TypeVar("T")


def parts_of(field: FieldInfo) -> Iterator[Any]:
    """Yield the annotation of a field and all that it is made of."""
    waiting: list[Any] = [field.annotation]
    while waiting:
        annotation = waiting.pop()
        yield annotation
        waiting.extend(arg for arg in get_args(annotation) if not isinstance(arg, (str, int)))


class _SoftMarker:
    """Makes the core schema of `Soft`."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # In the core this costs 7 % of a validation; a Python function or a second try after
        # an exception costs several times the validation itself.
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Soft = Annotated[Union[T, None], _SoftMarker()]  # noqa: UP007 - an alias over a TypeVar
"""``Soft[int]`` reads ``int | None``: None where the header is missing or does not fit."""


class Verbatim:
    """Marks a soft text of which even "empty" and "<unknown>" are values."""


class Escaped:
    r"""Marks a soft text in which the server writes C escapes, such as ``\"``."""


class Repeated:
    """Marks a field whose header may come several times; it is a tuple."""


class PairsMark:
    """Marks channel variables that the server writes: one header each, ``NAME=value``."""


class VariablesMark:
    """Marks channel variables to set: one header each, ``NAME=value``, quoted."""


class HeadersMark:
    """Marks a mapping of which each entry is a header by itself."""


@dataclass(frozen=True)
class SecondOf:
    """Marks the field of the second header, in a message that has two of the same name."""

    header: str


@dataclass(frozen=True)
class Absent:
    """Marks a soft field in which further texts mean "no value"."""

    texts: tuple[str, ...]

    def __init__(self, *texts: str) -> None:
        object.__setattr__(self, "texts", texts)


@dataclass(frozen=True)
class Words:
    """The words that stand for true and for false on the wire."""

    true: str
    false: str

    def both(self) -> tuple[str, str]:
        """Return both words in lower case, the one for true first."""
        return self.true.lower(), self.false.lower()


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    total = 0
    for part in value.split(":"):
        if not part.isdecimal():
            raise ValueError("not hh:mm:ss")
        total = total * 60 + int(part)
    return total


Clock = Annotated[int, BeforeValidator(_seconds)]
"""A duration, written hh:mm:ss by the server, in seconds."""


@lru_cache(maxsize=512)
def _split_text(text: str) -> tuple[str, ...]:
    # Nearly every event has Privilege, and there are few different ones.
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _split(value: object) -> object:
    return _split_text(value) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A list that the server writes with commas."""


def _pairs(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return {name: text for name, _, text in (item.partition("=") for item in value)}
    return value


VariablePairs = Annotated[Mapping[str, str], BeforeValidator(_pairs), PairsMark()]
"""Channel variables that the server writes as repeated ``NAME=value``."""


def _json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except RecursionError:
        raise ValueError("nested too deeply") from None


class JsonMark:
    """Marks a field in which the server writes JSON."""


JsonValue = Annotated[Any, BeforeValidator(_json), JsonMark()]
"""What a JSON text holds."""


_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_ESCAPED = {character: "\\" + letter for letter, character in _ESCAPES.items()}


def unescape(text: str) -> str:
    """Undo the C escapes that the server writes into names and variable values."""
    if "\\" not in text:
        return text
    parts = text.split("\\")
    done = [parts[0]]
    rest = iter(parts[1:])
    for part in rest:
        if part == "":
            # Two backslashes in a row: one was meant, and what follows is plain.
            done.append("\\" + next(rest, ""))
        else:
            done.append(_ESCAPES.get(part[0], "\\" + part[0]) + part[1:])
    return "".join(done)


def escape(text: str) -> str:
    """Write C escapes as the server does: the contrary of `unescape`."""
    return "".join(_ESCAPED.get(character, character) for character in text)


# --- actions ------------------------------------------------------------------------------


def _one_line(value: str) -> str:
    for character, name in (("\r", "CR"), ("\n", "LF"), ("\0", "NUL")):
        if character in value:
            raise ValueError(f"a header cannot hold {name}; the server would end the line there")
    return value


def _given(value: str) -> str:
    # pydantic's own min_length refuses the surrogates that stand for bytes which are no text.
    if not value:
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return value


Text = Annotated[str, AfterValidator(_one_line)]
"""A text that fits into one header."""
TextGiven = Annotated[
    str,
    AfterValidator(_given),
    AfterValidator(_one_line),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
"""A text that is not empty: the server takes an empty one for a missing header."""


def _priority(value: int | str) -> int | str:
    if value == "":
        raise ValueError("a priority is a number or a label")
    return _one_line(value) if isinstance(value, str) else value


Priority = Annotated[int | str, AfterValidator(_priority)]
"""A dialplan priority: its number or its label."""


def _secret(value: object) -> object:
    return SecretStr(value) if isinstance(value, str) else value


def _secret_line(value: SecretStr) -> SecretStr:
    _one_line(value.get_secret_value())
    return value


Secret = Annotated[SecretStr | str, AfterValidator(_secret_line), BeforeValidator(_secret)]
"""A secret: shown as asterisks wherever the action is shown."""


def _comma_list(value: str | Sequence[str]) -> str | Sequence[str]:
    if isinstance(value, str):
        return _one_line(value)
    for item in value:
        if "," in _one_line(item):
            raise ValueError(f"{item!r} holds a comma, which parts the items")
    return tuple(value)


def _not_empty(value: str | Sequence[str]) -> str | Sequence[str]:
    if not value:
        raise ValueError("at least one is needed")
    return value


CommaList = Annotated[str | Sequence[str], AfterValidator(_comma_list)]
"""A list for the server, or the text with commas that it takes."""
CommaListGiven = Annotated[CommaList, AfterValidator(_not_empty)]
"""A list that is not empty."""


def _variables(value: Mapping[str, str | int | float]) -> Mapping[str, str | int | float]:
    for name, text in value.items():
        if not name or "=" in name or name != name.strip():
            raise ValueError(f"{name!r} cannot be the name of a channel variable")
        _one_line(name)
        _one_line(str(text))
    return value


Variables = Annotated[Mapping[str, str | int | float], AfterValidator(_variables), VariablesMark()]
"""Channel variables to set: each is sent so that the server sets exactly this value."""


def _free_headers(value: Mapping[str, str | int | float]) -> Mapping[str, str | int | float]:
    for name, text in value.items():
        if not name or ":" in name or name != name.strip():
            raise ValueError(f"{name!r} cannot be the name of a header")
        if name.lower() in ("action", "actionid"):
            raise ValueError(f"{name} is the client's own header")
        _one_line(name)
        _one_line(str(text))
    return value


FreeHeaders = Annotated[
    Mapping[str, str | int | float], AfterValidator(_free_headers), HeadersMark()
]
"""Headers of one's own."""


def quote_variable(name: str, value: str | float) -> str:
    """Write ``name=value`` so that the server takes comma, quote and backslash as they are."""
    text = f"{name}={value}"
    for special in ("\\", ",", '"'):
        text = text.replace(special, "\\" + special)
    return text
