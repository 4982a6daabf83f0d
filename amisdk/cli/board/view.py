"""What is shown of a board: it follows from the arguments alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from .lines import Cell, Column, Pen, Row, line, share, spread, widths, window
from .state import NOBODY, SECTIONS, Board, Channel, Member, Queue, Section

__all__ = ["MIN_HEIGHT", "MIN_WIDTH", "Look", "duration", "lines"]

MIN_WIDTH, MIN_HEIGHT = 60, 12
"""The smallest terminal that has room for all three sections."""

KEYS = "q quit   r ask again   Tab section   arrows scroll"
STATES = {"Up": "green", "Ring": "yellow", "Ringing": "yellow", "Busy": "red", "Down": "dim"}
DEVICES = {
    0: ("unknown", "dim"),
    1: ("free", "green"),
    2: ("in use", "yellow"),
    3: ("busy", "yellow"),
    4: ("invalid", "red"),
    5: ("unavailable", "dim"),
    6: ("ringing", "yellow"),
    7: ("ringing, in use", "yellow"),
    8: ("on hold", "yellow"),
}
"""What the state of a member's device is called, and its style."""
FREE = 1


@dataclass
class Look:
    """What is looked at."""

    where: str = ""
    """Who is asked: host and port."""
    server: str = ""
    section: Section | None = None
    """The one section that is shown; None for all."""
    offset: int = 0
    """How many rows of the first section that is shown are scrolled away."""

    def turn(self) -> None:
        """Look at the next section, or after the last one at all."""
        order = (None, *SECTIONS)
        self.section = order[(order.index(self.section) + 1) % len(order)]
        self.offset = 0

    def scroll(self, rows: int) -> None:
        """Scroll down, or up for a negative number."""
        self.offset = max(0, self.offset + rows)


COLUMNS: dict[Section, tuple[Column, ...]] = {
    "channels": (
        Column("Channels", 20, share=3, keep=6),  # half of a Local channel: 002a;1
        Column("State", 8),
        Column("Caller", 12, share=2),
        Column("Connected", 12, share=2, goes=1),
        Column("Application", 14, share=3, goes=2),
        Column("Bridge", 8, goes=3),
        Column("Time", 8, right=True),
    ),
    "queues": (
        Column("Queues", 20, share=1),
        Column("State", 15),
        Column("", 14, share=3, goes=1),
        Column("Time", 8, right=True),
    ),
    "bridges": (
        Column("Bridges", 20, share=1),
        Column("Type", 15),
        Column("Joins", 14, share=3, goes=1),
        Column("Channels", 8, right=True),
    ),
}


def lines(
    board: Board,
    now: float,
    look: Look,
    *,
    width: int | None = None,
    height: int | None = None,
    pen: Pen | None = None,
) -> list[Text]:
    """Return the picture, a text for each line.

    Args:
        board: The board.
        now: The reading of the clock that its moments are of.
        look: What to show of it; its offset is brought back to where there are rows.
        width: The cells that a line may have; None for as many as there is text.
        height: How many lines there may be; None for as many as there are rows.
        pen: What writes.
    """
    pen = pen or Pen()
    shown = SECTIONS if look.section is None else (look.section,)
    rows = {section: _clean(_rows(section, board, now), pen) for section in shown}
    found = _heads(board, now, look, width, pen)
    room = [len(rows[section]) for section in shown]
    if height is not None:
        # A line of titles for each section, and the one of the keys.
        room = share(height - len(found) - len(shown) - 1, room)
    look.offset = max(0, min(look.offset, len(rows[shown[0]]) - room[0] + 1))
    for place, section in enumerate(shown):
        columns = COLUMNS[section]
        titles = _titles(section, board)
        cells = widths(columns, rows[section], titles, width)
        title = line([Cell(text) for text in titles], columns, cells, pen)
        title.stylize("bold reverse")
        found.append(title)
        style = "" if board.line.up else "dim"
        for row in window(rows[section], room[place], 0 if place else look.offset):
            found.append(line(row, columns, cells, pen, style))
    if height is not None:
        found += [Text() for _ in range(height - 1 - len(found))]
        found.append(Text(KEYS, "dim", no_wrap=True))
    if width is not None:
        for text in found:
            text.truncate(width, overflow="crop")
    return found


def _clean(rows: Iterator[Row], pen: Pen) -> list[Row]:
    return [[Cell(pen.clean(text), style) for text, style in row] for row in rows]


def _titles(section: Section, board: Board) -> list[str]:
    """Return what stands above the columns; the first has the number of what is below."""
    first, *rest = (column.title for column in COLUMNS[section])
    return [f"{first} {len(getattr(board, section))}", *rest]


def duration(seconds: float) -> str:
    """Return a time as people read it: 0:07, 1:02:03, 3d 4h."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 100:
        return f"{hours // 24}d {hours % 24}h"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


# --- the head -----------------------------------------------------------------------------


def _heads(board: Board, now: float, look: Look, width: int | None, pen: Pen) -> list[Text]:
    """Return the two lines above everything."""
    line = board.line
    since = now - line.since if line.since is not None else 0.0
    if line.up:
        state, style = f"connected {duration(since)}", "green"
    elif line.since is None:
        state, style = "connecting", "yellow"
    else:
        state, style = f"connection lost {duration(since)} ago: {line.trouble}", "bold red"
        if line.retry_at is not None:
            left = duration(max(0.0, line.retry_at - now))
            state += f"; attempt {line.attempt} in {left}"
    title = pen.clean(f"amisdk top   {look.where}   {look.server}".rstrip())
    left, right = spread(title, pen.clean(state), width, pen, gives="left")
    first = Text.assemble(left, (right, style), no_wrap=True)
    told = f"{board.rate.per_second(now):.1f} events/s   {board.events} events   {board.lost} lost"
    often = ", ".join(f"{name} {count}" for name, count in board.names.most_common(3))
    often = pen.clean(f"mostly {often}" if often else "")
    left, right = spread(told, often, width, pen, gives="right")
    second = Text.assemble((left, "bold red" if board.lost else ""), right, no_wrap=True)
    return [first, second]


# --- the sections -------------------------------------------------------------------------


def _rows(section: Section, board: Board, now: float) -> Iterator[Row]:
    """Yield what there is to say about a section."""
    if section in board.absent:
        yield (Cell(f"not known: {board.absent[section]}", "dim"),)
    elif section not in board.taken and not getattr(board, section):
        yield (Cell("not known yet", "dim"),)
    if section == "channels":
        yield from _channel_rows(board, now)
    elif section == "queues":
        for name in sorted(board.queues):
            yield from _queue_rows(board, board.queues[name], now)
    else:
        yield from _bridge_rows(board)


def _channel_rows(board: Board, now: float) -> Iterator[Row]:
    for channel in board.by_age():
        connected = str(channel.connected)
        if not connected and channel.dialling:
            connected = f"> {channel.dialling}"
        yield (
            Cell(channel.name),
            Cell(channel.state, STATES.get(channel.state, "")),
            Cell(str(channel.caller)),
            Cell(connected),
            Cell(_place(channel)),
            Cell(_bridge_name(board, channel.bridge), "cyan"),
            Cell(duration(now - channel.since)),
        )


def _place(channel: Channel) -> str:
    """Return what a channel does, or where in the dialplan it is."""
    if channel.application:
        return f"{channel.application}({channel.data})"
    return f"{channel.exten}@{channel.context}" if channel.exten else ""


def _bridge_name(board: Board, unique_id: str) -> str:
    bridge = board.bridges.get(unique_id)
    return bridge.name if bridge is not None and bridge.name else unique_id[:8]


def _queue_rows(board: Board, queue: Queue, now: float) -> Iterator[Row]:
    waiting = len(queue.callers)
    free = sum(1 for member in queue.members.values() if _is_free(member))
    told = [
        queue.strategy,
        f"{free} of {len(queue.members)} free" if queue.members else "no members",
        f"{queue.completed} done",
        f"{queue.abandoned} gave up",
        f"{queue.service_level_perf:.0f}% in {queue.service_level} s"
        if queue.service_level
        else "",
        f"hold {duration(queue.hold_time)}",
        f"talk {duration(queue.talk_time)}",
    ]
    longest = max((now - caller.since for caller in queue.callers), default=None)
    yield (
        Cell(queue.name, "bold"),
        Cell(f"{waiting} waiting", "bold yellow" if waiting else ""),
        Cell(", ".join(filter(None, told))),
        Cell("" if longest is None else duration(longest)),
    )
    for place, caller in enumerate(queue.callers, 1):
        channel, party = board.who(caller)
        yield (
            Cell(f"  {place}. {channel if party == NOBODY else party}"),
            Cell("waiting", "yellow"),
            Cell("" if party == NOBODY else channel),
            Cell(duration(now - caller.since)),
        )
    for member in sorted(queue.members.values(), key=lambda one: (one.name, one.interface)):
        state, style = _state(member)
        details = [
            member.interface if member.name not in ("", member.interface) else "",
            f"penalty {member.penalty}" if member.penalty else "",
            f"{member.calls_taken} taken" if member.calls_taken else "",
            member.paused_reason if member.paused else "",
        ]
        yield (
            Cell(f"  {member.name or member.interface}"),
            Cell(state, style),
            Cell(", ".join(filter(None, details))),
            Cell(""),
        )


def _is_free(member: Member) -> bool:
    return member.status == FREE and not member.paused and not member.in_call


def _state(member: Member) -> tuple[str, str]:
    """Return what a member does, and a style for it."""
    if member.in_call:
        return "in a call", "yellow"
    if member.paused:
        return "paused", "magenta"
    return DEVICES.get(member.status, (f"state {member.status}", "dim"))


def _bridge_rows(board: Board) -> Iterator[Row]:
    joined: dict[str, list[Channel]] = {}
    for channel in board.by_age():
        joined.setdefault(channel.bridge, []).append(channel)
    for unique_id, bridge in board.bridges.items():
        channels = joined.get(unique_id, [])
        kind = bridge.technology.removesuffix("_bridge") or bridge.type
        yield (
            Cell(_bridge_name(board, unique_id) + (f" {bridge.creator}" if bridge.creator else "")),
            Cell(kind),
            Cell(", ".join(channel.name for channel in channels)),
            Cell(str(len(channels))),
        )
