"""The way back from the wire: the headers of an action, as the typed action that writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from amisdk.fields import HeadersMark, Repeated, VariablesMark, Words, parts_of
from amisdk.headers import Headers
from amisdk.models import Action, RawAction

__all__ = ["read_action", "variables_in"]

_OWN = ("action", "actionid")


def read_action(cls: type[Action[Any]] | None, headers: Headers) -> Action[Any]:
    """Return the action that was sent.

    Args:
        cls: Its class; None if there is none.
        headers: All that came, Action first.

    Returns:
        An object of the class; a `RawAction` if there is no class, or if what came does not fit it.
    """
    if cls is not None:
        try:
            return cls.model_validate(_values(cls, headers), strict=False)
        except ValidationError:
            pass
    rest = [(key, value) for key, value in headers if key.lower() not in _OWN]
    return RawAction.model_construct(name=headers.get("Action") or "", headers=tuple(rest))


def _values(cls: type[BaseModel], headers: Headers) -> dict[str, Any]:
    """Return the fields' values, as far as texts tell them."""
    known = {
        str(field.serialization_alias).lower()
        for field in cls.model_fields.values()
        if field.serialization_alias
    }
    values: dict[str, Any] = {}
    for name, field in cls.model_fields.items():
        wire = field.serialization_alias or name
        marks = _marks(field)
        if any(isinstance(mark, HeadersMark) for mark in marks):
            free = {key: text for key, text in headers if key.lower() not in (*known, *_OWN)}
            if free:
                values[name] = free
            continue
        if (record := _record(field)) is not None:
            if rows := _rows(record, headers):
                values[name] = rows
            continue
        texts = headers.all(wire)
        if texts and not (texts == ("",) and not field.is_required()):
            values[name] = _value(field, marks, texts)
    return values


def _value(field: FieldInfo, marks: list[Any], texts: tuple[str, ...]) -> Any:
    for mark in marks:
        if isinstance(mark, VariablesMark):
            return {name: text for one in texts for name, text in variables_in(one)}
        if isinstance(mark, Repeated):
            return texts
        if isinstance(mark, Words):
            return {mark.true.lower(): True, mark.false.lower(): False}.get(
                texts[0].lower(), texts[0]
            )
    text = texts[0]
    parts = [part for part in parts_of(field) if isinstance(part, type)]
    if int in parts and str in parts and re.fullmatch(r"\d+", text):
        return int(text)  # a priority, which may be a label too
    if "," in text and any("Sequence" in repr(part) for part in parts_of(field)):
        return tuple(text.split(","))
    return text


def variables_in(text: str) -> list[tuple[str, str]]:
    """Return the variables that a header sets, as the server takes it apart.

    Commas part variables, unless they are quoted or after a backslash.
    """
    found: list[str] = [""]
    quoted = escaped = False
    for character in text:
        if escaped:
            found[-1] += character
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            found.append("")
        else:
            found[-1] += character
    pairs = (one.partition("=") for one in found)
    return [(name.strip(), value) for name, mark, value in pairs if mark]


def _record(field: FieldInfo) -> type[BaseModel] | None:
    for part in parts_of(field):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _rows(record: type[BaseModel], headers: Headers) -> list[dict[str, Any]]:
    rows: dict[str, list[tuple[str, str]]] = {}
    for key, text in headers:
        wire, mark, number = key.rpartition("-")
        if mark and number.isdigit():
            rows.setdefault(number, []).append((wire, text))
    return [_values(record, Headers(pairs)) for _, pairs in sorted(rows.items())]


def _marks(field: FieldInfo) -> list[Any]:
    deep = (mark for part in parts_of(field) for mark in getattr(part, "__metadata__", ()))
    return [*field.metadata, *deep]


def same(action: Action[Any], fields: Mapping[str, object]) -> bool:
    """Tell whether an action has these values, given as when it is made.

    Raises:
        TypeError: The action has no such field.
    """
    for name, wanted in fields.items():
        if name not in type(action).model_fields:
            raise TypeError(f"{type(action).__name__} has no field {name!r}")
        if not _equal(getattr(action, name), wanted):
            return False
    return True


def _equal(held: object, wanted: object) -> bool:
    if callable(wanted):
        return bool(wanted(held))
    if isinstance(held, (list, tuple)) and isinstance(wanted, (list, tuple)):
        return tuple(held) == tuple(wanted)
    if isinstance(held, Mapping) and isinstance(wanted, Mapping):
        texts = {key: str(value) for key, value in wanted.items()}
        return {key: str(value) for key, value in held.items()} == texts
    return held == wanted or (not isinstance(wanted, bool) and str(held) == str(wanted))
