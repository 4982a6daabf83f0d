r"""Transcripts of conversations with a server, as files that people can read and tests can replay.

The form, one line of the wire to a line of the file:

- ``# `` begins a note.
- ``C: `` begins a line that the client sent, ``S: `` one of the server; what follows stands for
  these bytes and CRLF. ``C:`` or ``S:`` alone is a blank line. The order is that of the wire.
- ``\\`` is a backslash, and ``\x0a`` a byte that is no printable character of UTF-8. A space at
  the end of a line is written ``\x20``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

__all__ = ["PLACE", "Step", "Transcript"]

PLACE = Path(__file__).parent.parent / "data" / "transcripts"

Side = Literal["C", "S"]


@dataclass(frozen=True)
class Step:
    """What one side said before the other side did."""

    side: Side
    data: bytes


@dataclass(frozen=True)
class Transcript:
    """A conversation: notes about it, and the lines of both sides without their CRLF."""

    notes: tuple[str, ...]
    lines: tuple[tuple[Side, bytes], ...]

    @classmethod
    def load(cls, path: Path) -> "Transcript":
        """Read a transcript from its file.

        Raises:
            ValueError: A line of the file is of another form.
        """
        notes: list[str] = []
        lines: list[tuple[Side, bytes]] = []
        for number, line in enumerate(path.read_text("utf-8").split("\n")[:-1], 1):
            mark, _, text = line.partition(" ")
            if mark == "#":
                notes.append(text)
            elif mark == "C:":
                lines.append(("C", _unescaped(text)))
            elif mark == "S:":
                lines.append(("S", _unescaped(text)))
            else:
                raise ValueError(f"{path}:{number}: no line of a transcript: {line!r}")
        return cls(tuple(notes), tuple(lines))

    @classmethod
    def of(cls, notes: Iterable[str], chunks: Iterable[tuple[Side, bytes]]) -> "Transcript":
        """Make a transcript of what was read from both sides, in order."""
        rest: dict[Side, bytes] = {"C": b"", "S": b""}
        lines: list[tuple[Side, bytes]] = []
        for side, data in chunks:
            *whole, rest[side] = (rest[side] + data).split(b"\r\n")
            lines += [(side, line) for line in whole]
        return cls(tuple(notes), tuple(lines))

    def save(self, path: Path) -> None:
        """Write the transcript to a file."""
        said = (f"{side}: {_escaped(line)}".rstrip(" ") for side, line in self.lines)
        text = "".join(f"{line}\n" for line in (*(f"# {note}" for note in self.notes), *said))
        path.write_text(text, "utf-8", newline="\n")

    def steps(self) -> Iterator[Step]:
        """Yield what the sides said in turn."""
        for side, lines in groupby(self.lines, key=lambda line: line[0]):
            yield Step(side, b"".join(data + b"\r\n" for _, data in lines))

    def said(self, side: Side) -> bytes:
        """Return all that one side said."""
        return b"".join(step.data for step in self.steps() if step.side == side)


def _escaped(line: bytes) -> str:
    text = line.decode("utf-8", "surrogateescape").replace("\\", "\\\\")
    text = "".join(c if c.isprintable() else _hexed(c) for c in text)
    return text[:-1] + "\\x20" if text.endswith(" ") else text


def _hexed(character: str) -> str:
    data = character.encode("utf-8", "surrogateescape")
    return "".join(f"\\x{byte:02x}" for byte in data)


_ESCAPE = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")


def _unescaped(text: str) -> bytes:
    return _ESCAPE.sub(
        lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"\\", text.encode()
    )
