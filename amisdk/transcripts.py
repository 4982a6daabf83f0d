r"""Transcripts of conversations with a server, as files that people can read and tests can replay.

The form, one line of the wire to a line of the file:

- ``# `` begins a note.
- ``C: `` begins a line that the client sent, ``S: `` one of the server; what follows stands for
  these bytes and CRLF. ``C:`` or ``S:`` alone is a blank line. The order is that of the wire.
- ``@ 1.250`` says when the lines after it came: so many seconds after the connection was made.
- ``\\`` is a backslash, and ``\x0a`` a byte that is no printable character of UTF-8. A space at
  the end of a line is written ``\x20``.

``amisdk record`` writes such files and ``amisdk replay`` serves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, Self, cast

__all__ = ["Message", "Side", "Step", "Transcript", "escaped", "unescaped"]

Side = Literal["C", "S"]
"""Who said something: the client, or the server."""


@dataclass(frozen=True)
class Step:
    """What one side said before the other side did."""

    side: Side
    data: bytes


@dataclass(frozen=True)
class Message:
    """One message, or the server's greeting, without the blank line at its end."""

    side: Side
    text: str
    at: float
    """Seconds after the connection was made; 0 where the transcript has no times."""


@dataclass(frozen=True)
class Transcript:
    """A conversation: notes about it, and the lines of both sides without their CRLF."""

    notes: tuple[str, ...]
    lines: tuple[tuple[Side, bytes], ...]
    times: tuple[tuple[int, float], ...] = ()
    """Number of a line, and when it and those after it came; in order."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a transcript from its file.

        Raises:
            ValueError: A line of the file is of another form; the message names it.
            OSError: The file cannot be read.
        """
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            number = error.object[: error.start].count(b"\n") + 1
            raise ValueError(f"{path}:{number}: no text in UTF-8") from None
        notes: list[str] = []
        lines: list[tuple[Side, bytes]] = []
        times: list[tuple[int, float]] = []
        for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
            mark, _, rest = line.partition(" ")
            try:
                if mark == "#":
                    notes.append(rest)
                elif mark in ("C:", "S:"):
                    lines.append((cast("Side", mark[0]), unescaped(rest)))
                elif mark == "@":
                    times.append((len(lines), _time(rest, times[-1][1] if times else 0.0)))
                else:
                    raise ValueError(f"no line of a transcript: {line[:60]!r}")
            except ValueError as error:
                raise ValueError(f"{path}:{number}: {error}") from None
        return cls(tuple(notes), tuple(lines), tuple(times))

    @classmethod
    def of(
        cls,
        notes: Iterable[str],
        chunks: Iterable[tuple[Side, bytes] | tuple[Side, bytes, float]],
    ) -> Self:
        """Make a transcript of what was read from both sides, in order.

        A line that was not ended is left out.

        Args:
            notes: About the conversation.
            chunks: Who said it, the bytes, and when, if that is to be kept.
        """
        rest: dict[Side, bytes] = {"C": b"", "S": b""}
        lines: list[tuple[Side, bytes]] = []
        times: list[tuple[int, float]] = []
        for side, data, *when in chunks:
            *whole, rest[side] = (rest[side] + data).split(b"\r\n")
            if whole and when and (not times or when[0] > times[-1][1]):
                times.append((len(lines), round(when[0], 3)))
            lines.extend((side, line) for line in whole)
        return cls(tuple(notes), tuple(lines), tuple(times))

    def save(self, path: Path) -> None:
        """Write the transcript to a file."""
        path.write_text(self.text(), "utf-8", newline="\n")

    def text(self) -> str:
        """Return what a file of it holds."""
        times = dict(self.times)
        said = [f"# {note}".rstrip(" ") for note in self.notes]
        for number, (side, line) in enumerate(self.lines):
            if number in times:
                said.append(f"@ {times[number]:.3f}")
            said.append(f"{side}: {escaped(line)}".rstrip(" "))
        return "".join(f"{line}\n" for line in said)

    def steps(self) -> Iterator[Step]:
        """Yield what the sides said in turn."""
        for side, lines in groupby(self.lines, key=_side):
            yield Step(side, b"".join(data + b"\r\n" for _, data in lines))

    def said(self, side: Side) -> bytes:
        """Return all that one side said."""
        return b"".join(step.data for step in self.steps() if step.side == side)

    def messages(self) -> Iterator[Message]:
        """Yield the greeting and the messages, in the order in which they ended.

        Text is read as the clients do: bytes that are no UTF-8 become surrogates. What was not
        ended is left out.
        """
        open_: dict[Side, list[str]] = {"C": [], "S": []}
        times, now, greeted = dict(self.times), 0.0, False
        for number, (side, data) in enumerate(self.lines):
            now = times.get(number, now)
            line = data.decode("utf-8", "surrogateescape")
            if side == "S" and not greeted:
                greeted = True
                yield Message(side, line, now)
            elif line:
                open_[side].append(line)
            elif open_[side]:
                yield Message(side, "\r\n".join(open_[side]), now)
                open_[side] = []


def _side(line: tuple[Side, bytes]) -> Side:
    return line[0]


def _time(text: str, before: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError(f"no number of seconds: {text[:60]!r}")
    if value < before:
        raise ValueError(f"{text} s comes after {before:g} s")
    return value


def escaped(line: bytes) -> str:
    """Write a line as it stands in a file."""
    text = line.decode("utf-8", "surrogateescape").replace("\\", "\\\\")
    text = "".join(c if c.isprintable() else _hexed(c) for c in text)
    return text[:-1] + "\\x20" if text.endswith(" ") else text


def _hexed(character: str) -> str:
    data = character.encode("utf-8", "surrogateescape")
    return "".join(f"\\x{byte:02x}" for byte in data)


_ESCAPE = re.compile(rb"\\(\\|x([0-9a-f]{2})|)")


def unescaped(text: str) -> bytes:
    """Read a line as it stands in a file."""

    def byte(found: re.Match[bytes]) -> bytes:
        if not found[1]:
            raise ValueError(r"a backslash is written \\, and a byte \x and two digits, as \x0a")
        return bytes.fromhex(found[2].decode()) if found[2] else b"\\"

    return _ESCAPE.sub(byte, text.encode())
