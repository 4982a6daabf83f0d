"""How a model class reads its fields from headers, and writes them.

Both tables are worked out once per class, from the wire names and markers of its fields. A
`Reader` learns the spellings of header names as it meets them, so that names match without
regard to case at the price of one dict look-up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, get_origin

from pydantic import VERSION, BaseModel, SecretStr
from pydantic.fields import FieldInfo

from .fields import (
    Absent,
    Escaped,
    HeadersMark,
    JsonMark,
    PairsMark,
    Repeated,
    SecondOf,
    VariablesMark,
    Verbatim,
    Words,
    escape,
    parts_of,
    quote_variable,
    unescape,
)
from .headers import split_header
from .making import NOTHING, Plan
from .plans import Take, entry_of, schemas_of

__all__ = ["Reader", "Writer", "reader_of", "writer_of"]

_NO_VALUE = frozenset({"none", "unknown", "n/a", "-none-", "nan", "never", "default"})
"""Words that stand for "nothing" where a number, a truth value or a time is due."""
_KNOWN_WORDS = frozenset({"0", "off", "f", "false", "n", "no", "1", "on", "t", "true", "y", "yes"})
"""Words for true and false that pydantic reads by itself."""
_LEARNED_PER_FIELD = 8
"""Bound on the spellings kept for a class: a caller can invent header names without end."""


def _marks(field: FieldInfo) -> list[Any]:
    """Collect the markers of a field, however deep."""
    deep = (mark for part in parts_of(field) for mark in getattr(part, "__metadata__", ()))
    return [*field.metadata, *deep]


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _is_loose_list(field: FieldInfo) -> bool:
    """Tell whether a field of a program's own class takes every header of its name."""
    return not field.serialization_alias and get_origin(field.annotation) in (tuple, list)


def _wire_name(name: str, field: FieldInfo) -> str:
    return field.serialization_alias or name


def _validate_of(model: type[BaseModel]) -> Callable[..., Any]:
    validate = model.__pydantic_validator__.validate_python
    if tuple(map(int, VERSION.split(".")[:2])) >= (2, 12):
        return validate
    return lambda data, extra: validate(data)  # noqa: ARG005 - it did not know that yet


def _ignore(_: dict[str, Any], __: str) -> None:
    """Take a header that is no field."""


class Reader:
    """Reads a frame into the arguments of a class's validator, and keeps that at hand."""

    __slots__ = (
        "_absent",
        "_entries",
        "_escaped",
        "_limit",
        "_loose",
        "_pairs",
        "_plain",
        "_repeated",
        "_second",
        "_special",
        "_takers",
        "_texts",
        "_words",
        "plan",
        "spellings",
        "validate",
    )

    def __init__(self, model: type[BaseModel]) -> None:
        self.validate = _validate_of(model)
        """Makes an instance of what `read` returns."""
        self.spellings: dict[str, str] = {}
        """Header name as spelled by the server, to field name; "" where there is no field."""
        self._loose: dict[str, str] = {}
        """The fields of a program's own class, by their names without ``_`` and ``-``."""
        self._absent: dict[str, frozenset[str]] = {}
        self._escaped: set[str] = set()
        self._repeated: set[str] = set()
        self._pairs: set[str] = set()
        self._second: dict[str, str] = {}
        """Field to the field of the second header of its name."""
        self._texts: set[str] = set()
        self._words: dict[str, dict[str, str]] = {}
        for name, field in model.model_fields.items():
            wire = _wire_name(name, field)
            self.spellings[wire] = self.spellings[wire.lower()] = name
            if not field.serialization_alias:
                self._loose[_bare(name)] = name
            if _is_loose_list(field):
                self._repeated.add(name)
            if any(part is str for part in parts_of(field)):
                self._texts.add(name)
            nothing = NOTHING
            for mark in _marks(field):
                if isinstance(mark, Verbatim):
                    nothing = frozenset()
                elif isinstance(mark, Absent):
                    nothing = nothing.union(mark.texts)
                elif isinstance(mark, Escaped):
                    self._escaped.add(name)
                elif isinstance(mark, Repeated):
                    self._repeated.add(name)
                elif isinstance(mark, SecondOf):
                    self._second[self.spellings[mark.header.lower()]] = name
                elif isinstance(mark, PairsMark):
                    self._repeated.add(name)
                    self._pairs.add(name)
                elif isinstance(mark, Words) and not _KNOWN_WORDS.issuperset(mark.both()):
                    self._words[name] = dict(zip(mark.both(), ("true", "false"), strict=True))
            if nothing is not NOTHING:
                self._absent[name] = nothing
        special = self._repeated.union(self._absent, self._words, self._second)
        self._takers = {field: self._taker(field) for field in special}
        self._plain: dict[str, str] = {}
        """The spellings of fields that are just a text."""
        self._special: dict[str, Take] = {}
        """The spellings of other fields, and of headers that are no field."""
        self._entries = {
            name: entry_of(
                name,
                schema,
                nothing=self._absent.get(name, NOTHING),
                words=self._words.get(name, {}),
                escaped=name in self._escaped,
                many=self._takers[name] if name in self._repeated else None,
            )
            for name, schema in schemas_of(model).items()
        }
        self.plan: Plan | None = None
        """How to make an instance at once; None where the class needs `read` and `validate`."""
        if self._entries:
            blank = dict.fromkeys((*self._entries, "_frame"))
            self.plan = Plan(model, blank, {}, {}, [])
        for header, name in self.spellings.items():
            self._note(header, name)
        self._limit = _LEARNED_PER_FIELD * len(self.spellings) + 64

    def read(self, frame: str) -> dict[str, Any]:
        """Return field name to raw text, for every header that is a field and has a value."""
        data: dict[str, Any] = {}
        for line in frame.split("\r\n"):
            # A line without ": " is no header's name, and so is learned each time.
            key, _, value = line.partition(": ")
            if key in self._plain:
                if value not in NOTHING:
                    data.setdefault(self._plain[key], value)  # the first one wins
            elif key in self._special and len(key) < len(line):
                self._special[key](data, value)
            else:
                self._meet(data, line)
        if self._escaped and "\\" in frame:
            for field in self._escaped.intersection(data):
                held = data[field]
                data[field] = (
                    [unescape(text) for text in held] if isinstance(held, list) else unescape(held)
                )
        return data

    def _meet(self, data: dict[str, Any], line: str) -> None:
        """Take a header whose spelling is new, or that has no blank behind its colon."""
        field, value = self._learn(line)
        take = self._takers.get(field)
        if take is not None:
            take(data, value)
        elif field and value not in NOTHING:
            data.setdefault(field, value)

    def _note(self, header: str, field: str) -> None:
        """Take note of a spelling."""
        take = self._takers.get(field) if field else _ignore
        if take is None:
            self._plain[header] = field
        else:
            self._special[header] = take
        if self.plan is not None:
            entry = self._entries[field] if field else None
            if field and entry is None:
                self.plan.plain[header] = field
            else:
                self.plan.special[header] = entry

    def _taker(self, field: str) -> Take:
        """Return what takes the texts of a field that is not just a text."""
        nothing, words = self._absent.get(field, NOTHING), self._words
        second = self._second.get(field, field)

        def take_pair(data: dict[str, Any], value: str) -> None:
            name, _, text = value.partition("=")
            take_one_more(data, f"{name}=" if text in nothing else value)

        def take_one_more(data: dict[str, Any], value: str) -> None:
            held = data.get(field)
            if held is None:
                data[field] = [value]
            else:
                held.append(value)

        def take(data: dict[str, Any], value: str) -> None:
            if value in nothing:
                return
            # The first one wins, as in the server; `issues` tells of the others.
            into = second if field in data else field
            if into in words:
                value = words[into].get(value.lower(), value)
            data.setdefault(into, value)

        if field in self._repeated:
            return take_pair if field in self._pairs and field in self._absent else take_one_more
        return take

    def _learn(self, line: str) -> tuple[str, str]:
        key, value = split_header(line)
        field = self.spellings.get(key)
        if field is None:
            field = self.spellings.get(key.lower(), "")
            if not field:
                # ``ChanVariable(channel): NAME=value``, where an event has several channels.
                field = self.spellings.get(key.partition("(")[0].lower(), "")
                field = field if field in self._pairs else ""
            if not field and self._loose:
                field = self._loose.get(_bare(key), "")
            if len(self.spellings) < self._limit:
                self.spellings[key] = field
                self._note(key, field)
        return field, value

    def field_of(self, header: str) -> str:
        """Return the field that a header belongs to, or ""."""
        return self._learn(f"{header}: ")[0]

    def faults(
        self, headers: Iterator[tuple[str, str]], values: Mapping[str, Any]
    ) -> Iterator[tuple[str, str, str]]:
        """Yield (field, header, text) for each text that did not become a value."""
        seen: set[str] = set()
        for header, text in headers:
            field = self.field_of(header)
            if not field or text in self._absent.get(field, NOTHING):
                continue
            if values.get(field) is None:
                if field in self._texts or text.lower() not in _NO_VALUE:
                    yield field, header, text
            elif field in seen and field not in self._repeated:
                second = self._second.get(field)
                if second is None or second in seen:
                    yield field, header, text
                    continue
                seen.add(second)
            seen.add(field)


class Writer:
    """Writes the fields of a model as headers; a field that is None is not written."""

    __slots__ = ("_fields",)

    def __init__(self, model: type[BaseModel]) -> None:
        self._fields = [
            (name, _wire_name(name, field), _form(field))
            for name, field in model.model_fields.items()
        ]

    def write(self, model: BaseModel) -> list[tuple[str, str]]:
        """Return the headers of a model's fields, in order of declaration."""
        headers: list[tuple[str, str]] = []
        values = model.__dict__
        for name, wire, form in self._fields:
            value = values[name]
            if value is not None:
                headers.extend(form(wire, value))
        return headers


@cache
def reader_of(model: Any) -> Reader:
    """Return the class's reader, and see to it that the class can validate."""
    if not model.__pydantic_complete__:
        model.model_rebuild()
    return Reader(model)


@cache
def writer_of(model: Any) -> Writer:
    """Return the class's writer."""
    return Writer(model)


_Form = Callable[[str, Any], Iterator[tuple[str, str]]]


def _form(field: FieldInfo) -> _Form:
    """Choose how a field is written, by its markers."""
    marks = _marks(field)
    escaped = any(isinstance(mark, Escaped) for mark in marks)
    for mark in marks:
        if isinstance(mark, VariablesMark):
            return _write_variables
        if isinstance(mark, PairsMark):
            return partial(_write_pairs, escaped)
        if isinstance(mark, HeadersMark):
            return _write_headers
        if isinstance(mark, Repeated):
            return _write_repeated
        if isinstance(mark, Words):
            return partial(_write_words, mark)
        if isinstance(mark, JsonMark):
            return _write_json
    if escaped:
        return _write_escaped
    if _is_loose_list(field):
        return _write_repeated
    records = (isinstance(part, type) and issubclass(part, BaseModel) for part in parts_of(field))
    return _write_records if any(records) else _write_value


def _write_words(words: Words, wire: str, value: Any) -> Iterator[tuple[str, str]]:
    yield wire, words.true if value else words.false


def _write_variables(wire: str, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, text in value.items():
        yield wire, quote_variable(name, text)


def _write_pairs(escaped: bool, wire: str, value: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in value.items():
        yield wire, f"{name}={escape(text) if escaped else text}"


def _write_headers(_: str, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, text in value.items():
        yield name, str(text)


def _write_repeated(wire: str, value: Any) -> Iterator[tuple[str, str]]:
    for item in (value,) if isinstance(value, str) else value:
        yield wire, str(item)


def _write_json(wire: str, value: Any) -> Iterator[tuple[str, str]]:
    yield wire, json.dumps(value)


def _write_escaped(wire: str, value: Any) -> Iterator[tuple[str, str]]:
    yield wire, escape(str(value))


def _write_records(_: str, value: Any) -> Iterator[tuple[str, str]]:
    for number, record in enumerate(value):
        kind: type[BaseModel] = type(record)
        for name, text in writer_of(kind).write(record):
            yield f"{name}-{number:06d}", text


def _write_value(wire: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool):
        yield wire, "true" if value else "false"
    elif isinstance(value, SecretStr):
        yield wire, value.get_secret_value()
    elif isinstance(value, datetime):
        # Naive is the server's local time; only epoch seconds and offsets are sure.
        yield wire, f"{value.timestamp():.6f}" if value.tzinfo else value.isoformat(" ")
    elif isinstance(value, (tuple, list)):
        yield wire, ",".join(map(str, value))
    else:
        yield wire, str(value)
