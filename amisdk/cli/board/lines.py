"""Rows in columns, as lines of a terminal. Pure, and knows of no board.

What is shown is text and nothing else: it can neither move the cursor nor break a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from amisdk.cli.show import plain

__all__ = ["Cell", "Column", "Pen", "Row", "line", "share", "spread", "widths", "window"]


@dataclass(frozen=True)
class Pen:
    """Writes text so that the terminal takes it for text.

    Args:
        encoding: What the terminal takes.
    """

    encoding: str = "utf-8"
    ellipsis: str = field(init=False)

    def __post_init__(self) -> None:
        unicode = self.encoding.lower().replace("-", "") in ("utf8", "utf16")
        object.__setattr__(self, "ellipsis", "…" if unicode else "~")

    def clean(self, text: str) -> str:
        """Return the text without what is no printable character of the encoding."""
        text = plain(text)
        return (
            text if text.isascii() else text.encode(self.encoding, "replace").decode(self.encoding)
        )

    def fit(self, text: str, width: int | None, *, right: bool = False, keep: int = 0) -> str:
        """Return clean text in so many cells.

        Args:
            text: The text.
            width: The cells; None for as many as it takes.
            right: Whether it stands at the right of them.
            keep: How many characters of its end are kept where it is too long.
        """
        if width is None:
            return text
        length = cell_len(text)
        if length <= width:
            return " " * (width - length) + text if right else text + " " * (width - length)
        end = text[len(text) - keep :] if 2 * keep < width else ""
        head = set_cell_size(text, max(0, width - 1 - cell_len(end)))
        return head + self.ellipsis[:width] + end


class Column(NamedTuple):
    """A column: its least width, its share of the rest, and how soon it has to go."""

    title: str
    width: int
    share: int = 0
    goes: int = 0
    """The highest goes first where there is no room; 0 never."""
    right: bool = False
    keep: int = 0
    """How many characters of a text's end are kept where it is too long."""


class Cell(NamedTuple):
    """What stands in a column of one row."""

    text: str
    style: str = ""


Row = Sequence[Cell]


def share(room: int, wants: Sequence[int]) -> list[int]:
    """Divide lines among sections: each gets what it wants, or as much as the others.

    Args:
        room: The lines that there are.
        wants: The lines that each wants.
    """
    given = [0] * len(wants)
    left = max(0, room)
    while left and (hungry := [place for place, want in enumerate(wants) if given[place] < want]):
        for place in hungry[:left]:
            given[place] += 1
            left -= 1
    return given


def spread(left: str, right: str, width: int | None, pen: Pen, *, gives: str) -> tuple[str, str]:
    """Return the halves of a line with something at either end; one of them gives way.

    Args:
        left: Clean text.
        right: Clean text.
        width: The cells of the line; None for as many as there is text.
        pen: What writes.
        gives: ``left`` or ``right``.
    """
    if width is None:
        return f"{left}   " if right else left, right
    need = cell_len(left) + 2 + cell_len(right)
    over = max(0, need - width)
    if gives == "left":
        left = pen.fit(left, max(0, cell_len(left) - over))
    elif over:
        kept = max(0, cell_len(right) - over)
        right = pen.fit(right, kept) if kept > 1 else ""
    right = pen.fit(right, min(cell_len(right), width))
    return pen.fit(left, width - cell_len(right)), right


def widths(
    columns: Sequence[Column], rows: Sequence[Row], titles: Sequence[str], width: int | None
) -> list[int | None]:
    """Return the cells of each column, None for one that is not shown.

    They follow from the width alone, so that nothing jumps about; without one, from the rows.
    """
    if width is None:
        whole = [row for row in rows if len(row) == len(columns)]
        last = len(columns) - 1
        return [
            max(cell_len(text) for text in (titles[place], *(row[place].text for row in whole)))
            + (place < last)  # easier to read, and to cut
            for place in range(len(columns))
        ]
    kept = list(columns)
    while sum(column.width + 1 for column in kept) - 1 > width and any(one.goes for one in kept):
        kept.remove(max(kept, key=lambda column: column.goes))
    spare = max(0, width - sum(column.width + 1 for column in kept) + 1)
    shares = sum(column.share for column in kept)
    cells = {column: column.width + spare * column.share // shares for column in kept}
    rest = width - sum(cells.values()) - len(kept) + 1  # what the division leaves
    cells[kept[0]] = max(1, cells[kept[0]] + rest)
    return [cells.get(column) for column in columns]


def line(
    row: Row, columns: Sequence[Column], cells: Sequence[int | None], pen: Pen, style: str = ""
) -> Text:
    """Return a row as text; a row of one cell takes the line.

    Args:
        row: Its cells, with clean text.
        columns: What they are.
        cells: How wide each is, None if it is not shown.
        pen: What writes.
        style: Of the whole line.
    """
    if len(row) == 1:
        return Text(row[0].text, row[0].style, no_wrap=True)
    text = Text(style=style, no_wrap=True)
    for cell, column, width in zip(row, columns, cells, strict=True):
        if width is not None:
            text.append(" " if text else "")
            text.append(pen.fit(cell.text, width, right=column.right, keep=column.keep), cell.style)
    return text


def window(rows: Sequence[Row], room: int, offset: int) -> Iterator[Row]:
    """Yield the rows that there is room for, and how many there are beside.

    Args:
        rows: All of them.
        room: How many lines there are.
        offset: How many are scrolled away at the top.
    """
    if len(rows) <= room:
        yield from rows
        return
    if room <= 0:
        return
    start = min(offset, len(rows) - room + 1)
    yield from islice(rows, start, start + room - 1)
    after = len(rows) - start - room + 1
    told = [f"{start} above" if start else "", f"{after} more" if after else ""]
    yield (Cell(f"  ({', '.join(filter(None, told))})", "dim"),)
