"""What standard output can show, and whether anybody still reads it."""

from __future__ import annotations

import os
import select
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["coloured", "columns", "console", "is_terminal", "readers_left", "write"]


def is_terminal() -> bool:
    """Tell whether standard output is a terminal that can do more than print."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


@cache
def _console(number: int) -> Console:  # noqa: ARG001 - one for each standard output
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def console() -> Console:
    """Return what prints colours, where the terminal has them and NO_COLOR does not forbid."""
    return _console(id(sys.stdout))


def coloured(*parts: tuple[str, str]) -> None:
    """Print a line of texts with their styles."""
    from rich.text import Text

    console().print(Text.assemble(*parts))


def columns() -> int | None:
    """Return the width of the terminal; None where standard output is none."""
    return console().width if sys.stdout.isatty() else None


def write(text: str) -> None:
    """Write a line to standard output at once, whatever its encoding cannot write escaped."""
    try:
        sys.stdout.write(f"{text}\n")
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


def readers_left() -> bool:
    """Tell whether somebody may still read standard output: False for a pipe without reader."""
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
    except (AttributeError, OSError, ValueError):  # no poll here, or no file
        return True
    return not any(state & (select.POLLERR | select.POLLHUP) for _, state in poll.poll(0))
