"""Bytes to messages, and messages to instances, without a detour: most of what events cost.

There are two of each function, which do the same: `pure_cut` and `pure_make`, and those in C, which
are taken where they were built. ``AMISDK_PURE=1`` in the environment takes the first ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

__all__ = [
    "COMPILED",
    "MANY",
    "NOTHING",
    "TEXT",
    "VALUE",
    "Entry",
    "Plan",
    "cut",
    "make",
    "pure_cut",
    "pure_make",
]

NOTHING = frozenset({"", "<unknown>", "<none>", "(null)"})
"""What the server writes for "nothing", in any field."""

TEXT, VALUE, MANY = range(3)

Entry: TypeAlias = tuple[int, str, Any, Callable[[Any], Any] | None]
"""How a header is taken: kind, field, and

- for `TEXT`: the texts that mean "nothing", and what undoes escapes, or None;
- for `VALUE`: the values of texts met before, and what gives the value of another text;
- for `MANY`: None, and what gives the value of all texts of the field, in a list.

A value of None means that there is none, and ``NotImplemented`` that the general way is to be
taken.
"""


class Plan(NamedTuple):
    """How instances of a class are made."""

    model: type[Any]
    blank: dict[str, Any]
    """What ``__dict__`` of an instance without any value holds."""
    plain: dict[str, str]
    """Header name, as the server spells it, to field, where the value is the text."""
    special: dict[str, Entry | None]
    """The other fields, likewise; None for a header that is no field."""
    order: list[Any]
    """Empty to begin with, and the function's own: what came where in the message before."""


def pure_cut(
    buffer: bytearray, length: int, unwanted: set[str] | frozenset[str]
) -> tuple[list[str], int] | None:
    """Cut bytes into messages.

    Args:
        buffer: Messages in UTF-8, at its beginning.
        length: How many bytes they are, without the blank line behind the last one.
        unwanted: First lines of messages to leave out.

    Returns:
        The messages, and how many there were with those left out; None where there are more blank
        lines than one between two of them, which needs the general way.
    """
    text = buffer[:length].decode("utf-8", "surrogateescape")
    frames = text.split("\r\n\r\n")
    if text.endswith("\r\n") or min(frames) < " ":
        return None
    if not unwanted:
        return frames, len(frames)
    wanted = [frame for frame in frames if frame.partition("\r\n")[0] not in unwanted]
    return wanted, len(frames)


_new = object.__new__
_set = object.__setattr__


def pure_make(frame: str, plan: Plan | None) -> Any:
    """Make the instance that a message stands for.

    Everything in a plan is such that pydantic's own validation of the whole would give the same.

    Args:
        frame: The message.
        plan: How to do it; None where the class needs the general way.

    Returns:
        The instance, or None where the message needs the general way: it has a header that is
        not known yet, twice the same field, or a value that does not fit.
    """
    if plan is None:
        return None
    model, blank, plain, special, _ = plan
    values, nothing = blank.copy(), NOTHING
    given: set[str] = set()
    give = given.add
    many: dict[str, tuple[Entry, list[str]]] | None = None
    for line in frame.split("\r\n"):
        key, mark, value = line.partition(": ")
        if key in plain:
            if value in nothing:
                continue
            field = plain[key]
            taken: Any = value
        elif not mark or key not in special:
            return None
        else:
            entry = special[key]
            if entry is None:
                continue
            kind, field, known, turn = entry
            if kind == VALUE:
                taken = known.get(value, known)
                if taken is known:
                    taken = turn(value)  # type: ignore[misc]
                if taken is None:
                    continue
                if taken is NotImplemented:
                    return None
            elif kind == MANY:
                many = {} if many is None else many
                many.setdefault(field, (entry, []))[1].append(value)
                continue
            elif value in known:
                continue
            else:
                taken = value if turn is None or "\\" not in value else turn(value)
        if values[field] is not None:
            return None
        values[field] = taken
        give(field)
    if many is not None:
        for field, (entry, texts) in many.items():
            values[field] = entry[3](texts)  # type: ignore[misc]
            give(field)
            if values[field] is NotImplemented:
                return None
    values["_frame"] = frame
    made = _new(model)
    _set(made, "__dict__", values)
    _set(made, "__pydantic_fields_set__", given)
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made


cut, make = pure_cut, pure_make
COMPILED = False
"""Whether the ones in C are used."""
if not os.environ.get("AMISDK_PURE"):
    try:
        from ._making import cut, make
    except ImportError:
        pass
    else:
        COMPILED = True
