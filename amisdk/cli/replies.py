"""Shows replies: a few lines for people, rows for the items of a list, or JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from time import monotonic
from typing import Any

from amisdk.models import (
    ConfigReply,
    Event,
    EventReply,
    ListReply,
    Message,
    OutputReply,
    Reply,
    TextReply,
)

from .show import as_json, event_data, json_line, message_data, pairs_of, plain
from .terminal import coloured, console, is_terminal, write

__all__ = ["Rows", "reply_data", "show_event", "show_reply"]

HELD, PATIENCE = 50, 0.5
"""Items, and seconds, that rows are held back for, to find out which columns there are."""
WIDEST = 40
"""What a column takes at the most, as long as others follow."""
COUNTED = {"list_items", "event_list"}
"""What is of no interest in the event at the end of a list."""


def show_reply(reply: Reply, *, json: bool = False) -> None:
    """Show a reply that is no list."""
    if json:
        write(json_line(reply_data(reply)))
        return
    match reply:
        case OutputReply():
            _write_lines(reply.output or ())
        case TextReply(text=text):
            _write_lines(text.split("\n"))
        case ConfigReply():
            for category in reply.categories:
                write(plain(f"[{category.name}]{_template(category)}"))
                _write_lines(f"{key}={value}" for key, value in category.lines)
        case EventReply(event=Event() as event):
            show_event(event)
        case _:
            _show_pairs(reply)


def show_event(event: Event, *, json: bool = False) -> None:
    """Show one event, such as the outcome of a call."""
    if json:
        write(json_line(event_data(event)))
        return
    write(plain(event.ami_name))
    _show_pairs(event, "  ")


def reply_data(reply: Reply) -> dict[str, Any]:
    """Return a reply as JSON has it."""
    data = message_data(reply)
    match reply:
        case TextReply(text=text):
            data["text"] = as_json(text)
        case ConfigReply():
            data.pop("headers", None)
            data["categories"] = [as_json(one._asdict()) for one in reply.categories]
        case EventReply(event=Event() as event):
            data["event"] = event_data(event)
        case _:
            pass
    return data


def _template(category: Any) -> str:
    marks = ["!"] * category.is_template + list(category.templates)
    return f"({','.join(marks)})" if marks else ""


def _write_lines(lines: Iterable[str]) -> None:
    for line in lines:
        write("".join(one if one == "\t" else plain(one) for one in line))


def _show_pairs(message: Message, margin: str = "") -> None:
    pairs = [(name, value) for name, value in pairs_of(message, full=True) if name != "action_id"]
    if isinstance(message, Reply):
        pairs = [pair for pair in pairs if pair != ("response", "Success")]
        if not pairs or [name for name, _ in pairs] == ["message"]:
            write(pairs[0][1] if pairs else "Success")
            return
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        if is_terminal():
            coloured((f"{margin}{name:{width}}  ", "cyan"), (value, ""))
        else:
            write(f"{margin}{name:{width}}  {value}")


class Rows:
    """Shows the items of a list as they come.

    Args:
        json: Whether as JSON, one object a line.
    """

    def __init__(self, *, json: bool = False) -> None:
        self._json = json
        self._held: list[Event] = []
        self._since = 0.0
        self._head: tuple[str, tuple[str, ...]] = ("", ())
        self._widths: list[int] = []
        self._hidden = False
        self._count = 0
        self._counter = sys.stderr.isatty() and not sys.stdout.isatty()
        self._counted = 0.0

    def add(self, item: Event) -> None:
        """Show an item, soon."""
        self._count += 1
        self._progress()
        if self._json:
            write(json_line(event_data(item)))
            return
        now = monotonic()
        if self._held and (
            type(item) is not type(self._held[0])
            or len(self._held) >= HELD
            or now - self._since > PATIENCE
        ):
            self._flush()
        if not self._held:
            self._since = now
        self._held.append(item)

    def end(self, reply: Reply) -> None:
        """Show what came with the items, or in place of them."""
        self._flush()
        last = reply.end if isinstance(reply, ListReply) else None
        if self._json:
            write(json_line(reply_data(reply) if last is None else event_data(last)))
        elif last is None and not self._count:
            show_reply(reply)
        elif last is not None:
            pairs = {name for name, _ in pairs_of(last)} - COUNTED - {"EventList", "ListItems"}
            if pairs:
                show_event(last)

    def close(self) -> None:
        """Show what is held back, and the number of items if somebody looks."""
        self._flush()
        if sys.stderr.isatty():
            start = "\r\x1b[K" if self._counter else ""
            sys.stderr.write(f"{start}{self._count} item{'' if self._count == 1 else 's'}\n")
            if self._hidden:
                sys.stderr.write("more columns than fit; --json has all\n")

    def _progress(self) -> None:
        now = monotonic()
        if self._counter and now - self._counted > 0.1:
            self._counted = now
            sys.stderr.write(f"\r{self._count} items")
            sys.stderr.flush()

    def _flush(self) -> None:
        if not self._held:
            return
        rows = [dict(pairs_of(item)) for item in self._held]
        name = self._held[0].ami_name
        self._held.clear()
        columns = tuple(dict.fromkeys(column for row in rows for column in row))
        if name != self._head[0] or not set(columns) <= set(self._head[1]):
            self._begin(name, columns, rows)
        for row in rows:
            self._write([row.get(column, "") for column in self._head[1]])

    def _begin(self, name: str, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
        """Write the line above the columns."""
        self._head = name, columns
        self._widths = [
            min(max(len(column), *(len(row.get(column, "")) for row in rows)), WIDEST)
            for column in columns
        ]
        self._write(list(columns), "bold")

    def _write(self, cells: list[str], style: str = "") -> None:
        padded = [f"{cell:{width}}" for cell, width in zip(cells, self._widths, strict=True)]
        line = "  ".join(padded).rstrip()
        if not is_terminal():
            write(line)
            return
        width = console().width
        self._hidden = self._hidden or len(line) > width
        coloured((line[:width], style))
