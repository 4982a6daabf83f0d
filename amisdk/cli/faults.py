"""What ends the command before its time: exit codes, and errors as one readable line."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from amisdk import errors

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["Code", "Fault", "explain", "invalid"]


class Code(IntEnum):
    """The exit codes. docs/command-line.md lists them."""

    OK = 0
    FAILED = 1
    """The server refused what was asked, a call failed, or nothing was found."""
    USAGE = 2
    """The command was called wrongly, a file or a profile is wrong, or the extra is missing."""
    UNREACHABLE = 3
    """The server cannot be reached, does not let the user in, or the connection was lost."""
    REFUSED = 4
    """The command itself refused: a dangerous action was not confirmed, or is not allowed."""
    UNKNOWN = 5
    """No reply came in time: the action may have been carried out, or not."""
    INTERRUPTED = 130
    """Ctrl-C."""


class Fault(Exception):
    """What went wrong, as one line for people, and the exit code."""

    def __init__(self, message: str, code: Code = Code.USAGE) -> None:
        super().__init__(message)
        self.code = code


def explain(error: Exception) -> Fault | None:
    """Return what an error means to who called the command; None for a bug."""
    match error:
        case Fault():
            return error
        case errors.ActionFailed():
            code = Code.FAILED
        case errors.ActionNotAllowed() | errors.UnsupportedAction():
            code = Code.REFUSED
        case errors.ActionTimeout() | errors.OutcomeUnknown():
            code = Code.UNKNOWN
        case errors.InvalidAction():
            code = Code.USAGE
        case errors.AmiError():
            code = Code.UNREACHABLE
        case OSError(strerror=str(why), filename=file):
            return Fault(f"{file}: {why}" if file else why)
        case OSError():
            code = Code.USAGE
        case _:
            return None
    return Fault(str(error) or type(error).__name__, code)


def invalid(error: ValidationError, names: dict[str, str]) -> Fault:
    """Return a fault that tells what is wrong with the values of a model.

    Args:
        error: What pydantic says.
        names: Field to the option that gives its value.
    """
    told = []
    for detail in error.errors(include_url=False):
        place: tuple[Any, ...] = detail["loc"]
        text = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "rule":  # it speaks of fields
            text = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), text)
        if place:
            text = f"{names.get(str(place[0]), str(place[0]))}: {text}"
        if text not in told:
            told.append(text)
    return Fault("; ".join(told))
