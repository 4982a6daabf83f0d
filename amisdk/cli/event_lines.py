"""An event as one line for people, with colours where there are any."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatchcase

from amisdk.models import Event

from .show import pairs_of, plain
from .terminal import coloured, console, is_terminal, write

__all__ = ["EventLines", "style_of"]

STYLES = (
    ("*fail*", "bold red"),
    ("invalid*", "bold red"),
    ("*denied*", "bold red"),
    ("*alarm*", "bold red"),
    ("hangup*", "red"),
    ("*softhangup*", "red"),
    ("varset", "dim"),
    ("newexten", "dim"),
    ("rtcp*", "dim"),
    ("*leave", "magenta"),
    ("*abandon", "magenta"),
    ("*destroy", "magenta"),
    ("*removed", "magenta"),
    ("*end", "magenta"),
    ("*stop", "magenta"),
    ("new*", "green"),
    ("*begin", "green"),
    ("*start", "green"),
    ("*join", "green"),
    ("*enter", "green"),
    ("*create", "green"),
    ("*added", "green"),
    ("queue*", "cyan"),
    ("agent*", "cyan"),
    ("confbridge*", "yellow"),
    ("*", "bold blue"),
)
"""Pattern for an event's name, to the colour of its name; the first that fits."""


def style_of(name: str) -> str:
    """Return the style of an event's name."""
    lowered = name.lower()
    return next(style for pattern, style in STYLES if fnmatchcase(lowered, pattern))


class EventLines:
    """Prints events: the time, the name, and the fields that tell something.

    Args:
        full: Whether to show every field.
    """

    def __init__(self, *, full: bool = False) -> None:
        self._full = full
        self._coloured = is_terminal() and console().color_system is not None
        self._styles: dict[str, str] = {}

    def show(self, event: Event, when: datetime | None = None) -> None:
        """Print an event."""
        when = event.timestamp or when or datetime.now().astimezone()
        time = f"{when.astimezone():%H:%M:%S.%f}"[:-3]
        name = plain(event.ami_name)
        pairs = pairs_of(event, full=self._full)
        if not self._coloured:
            write("  ".join((time, name, *(f"{key}={_value(value)}" for key, value in pairs))))
            return
        parts = [(time, "dim"), (f"  {name}", self._style(name))]
        for key, value in pairs:
            parts += [(f"  {key}=", "dim"), (_value(value), "")]
        coloured(*parts)

    def _style(self, name: str) -> str:
        if len(self._styles) > 1000:  # a server can invent names without end
            self._styles.clear()
        return self._styles.setdefault(name, style_of(name))


def _value(text: str) -> str:
    """Return a value, in quotes where its end would not show."""
    if text and " " not in text and '"' not in text:
        return text
    return '"' + text.replace('"', r"\"") + '"'
