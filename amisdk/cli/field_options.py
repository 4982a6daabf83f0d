"""The options of an action: one for each field, worked out from the model.

A field ``member_name`` is ``--member-name``; a truth value is ``--paused`` or ``--no-paused``; a
mapping takes ``NAME=value``, as often as needed. Records have no option: ``--set`` gives their
headers.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .faults import Fault

__all__ = ["FieldOption", "option_name", "options_of", "types_of"]


def option_name(field: str) -> str:
    """Return the option of a field, without ``--``."""
    return field.strip("_").replace("_", "-")


@dataclass(frozen=True)
class FieldOption:
    """The option for one field of an action."""

    field: str
    annotation: Any
    """What the parser makes of a value."""
    names: tuple[str, ...]
    """The option as it is declared."""
    required: bool
    convert: Callable[[Any], Any]
    """Makes the field's value of the parser's."""
    metavar: str | None = None
    bounds: tuple[float | None, float | None] = (None, None)
    values: tuple[str, ...] = ()
    """Known values, where others are possible too."""

    @property
    def flag(self) -> str:
        """The option as it is typed, with the name of the field."""
        return f"--{option_name(self.field)}"

    def declared(self, help: str, panel: str) -> Any:
        """Return the annotation for a parameter of a command."""
        return Annotated[
            self.annotation,
            typer.Option(
                *self.names,
                help=help,
                metavar=self.metavar,
                min=self.bounds[0],
                max=self.bounds[1],
                show_default=False,
                case_sensitive=False,
                rich_help_panel=panel,
                autocompletion=self._complete if self.values else None,
            ),
        ]

    def _complete(self) -> list[str]:
        return list(self.values)


def options_of(model: type[BaseModel]) -> Iterator[FieldOption]:
    """Yield the options of an action's fields, those that must be given first."""
    found = [_option(name, field) for name, field in model.model_fields.items()]
    yield from sorted((one for one in found if one), key=lambda one: not one.required)


def _option(name: str, field: FieldInfo) -> FieldOption | None:
    parts = set(_plain_parts(field.annotation))
    kinds = {get_origin(part) or part for part in parts}
    flag, required = f"--{option_name(name)}", field.is_required()

    def option(annotation: Any, convert: Callable[[Any], Any] = _same, **more: Any) -> FieldOption:
        names: tuple[str, ...] = more.pop("names", (flag,))
        kind = annotation if required else annotation | None
        return FieldOption(name, kind, names, required, convert, **more)

    literal = tuple(value for part in parts for value in _literals(part))
    if kinds & {Mapping, dict}:
        plural = (flag, flag[:-1]) if flag.endswith("s") else (flag,)
        return option(list[str], _mapping(flag), names=plural, metavar="NAME=VALUE")
    if kinds & {Sequence, list, tuple}:
        if any(_is_record(arg) for part in parts for arg in get_args(part)):
            return None
        return option(list[str], _list, values=literal, metavar="TEXT[,TEXT]")
    if literal and str not in kinds:
        return option(Literal[literal])
    if literal:
        shown = f"{'|'.join(literal[:6])}|TEXT" if len("".join(literal[:6])) < 40 else "TEXT"
        return option(str, values=literal, metavar=shown)
    if kinds == {bool}:
        return option(bool, names=(f"{flag}/--no-{option_name(name)}",))
    if kinds in ({int}, {float}):
        return option(kinds.pop(), bounds=_bounds(field))
    if int in kinds:
        return option(str, _number, metavar="NUMBER|TEXT")
    return option(str, metavar="TEXT")


def types_of(field: FieldInfo) -> str:
    """Return a field's type, as people read it."""
    return " or ".join(dict.fromkeys(map(_type_name, _plain_parts(field.annotation))))


_TYPE_NAMES: Mapping[Any, str] = {
    str: "text",
    bool: "yes or no",
    int: "number",
    float: "decimal number",
    datetime: "date and time",
}


def _type_name(part: Any) -> str:
    origin = get_origin(part)
    if origin is Literal:
        return "|".join(map(str, get_args(part)))
    if origin in (Mapping, dict):
        return "NAME=value"
    if origin in (tuple, list, Sequence):
        inner = next((one for one in get_args(part) if one is not Ellipsis), str)
        return f"list of {' or '.join(map(_type_name, _plain_parts(inner)))}"
    if part is Any:
        return "JSON"
    return _TYPE_NAMES.get(part) or str(getattr(part, "__name__", part))


def _plain_parts(annotation: Any) -> Iterator[Any]:
    """Yield what a union is made of, without None and marks."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _plain_parts(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _plain_parts(part)
    elif annotation is not type(None):
        yield annotation


def _literals(part: Any) -> tuple[str, ...]:
    return tuple(map(str, get_args(part))) if get_origin(part) is Literal else ()


def _is_record(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    low = next((mark.ge for mark in field.metadata if hasattr(mark, "ge")), None)
    return low, next((mark.le for mark in field.metadata if hasattr(mark, "le")), None)


def _same(value: Any) -> Any:
    return value


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _list(texts: list[str]) -> str | tuple[str, ...]:
    """One text may hold commas, as the server takes it; several are items."""
    return texts[0] if len(texts) == 1 else tuple(texts)


def _mapping(flag: str) -> Callable[[list[str]], dict[str, str]]:
    def convert(texts: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for text in texts:
            name, mark, value = text.partition("=")
            if not mark:
                raise Fault(f'{flag}: "{text}" is not NAME=VALUE')
            if name in found:
                raise Fault(f"{flag}: {name} is given twice")
            found[name] = value
        return found

    return convert
