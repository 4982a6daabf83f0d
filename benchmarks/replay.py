"""Makes a long day of a recording: the same messages again and again, each time with other ids.

The bytes are a function of the recording and the size alone. They are kept in the cache directory.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from amisdk.transcripts import Transcript

__all__ = ["RECORDING", "SIZE", "Replay", "build", "cached", "copy_of", "messages_of"]

RECORDING = Path(__file__).parent / "data" / "office.txt"
SIZE = 65_000_000
"""Bytes, about; a replay is made of whole copies."""

_IDS = re.compile(
    r"""
    \b([0-9a-f]{8})(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b  # of a bridge
    | \b([0-9a-f]{8})([0-9a-f]{24})\b                                     # of an action
    | -([0-9a-f]{8})(?=[;\s])                                             # in a channel's name
    | \b(1[0-9]{9})\.([0-9]+)\b                                           # of a channel
    """,
    re.VERBOSE,
)
_LOGIN = 3
"""Messages that belong to the login: greeting, challenge and its acceptance."""


@dataclass(frozen=True)
class Replay:
    """What the server streams, and what a client is to see of it."""

    data: bytes
    events: Counter[str]
    """How many events of each name it has."""

    @property
    def total(self) -> int:
        """How many events it has."""
        return self.events.total()

    def count(self, names: tuple[str, ...]) -> int:
        """Tell how many events have one of these names."""
        return sum(self.events[name] for name in names)


def messages_of(recording: Path) -> list[str]:
    """Return the server's messages between login and goodbye, at which clients would go."""
    said = [m.text for m in Transcript.load(recording).messages() if m.side == "S"]
    return [text for text in said[_LOGIN:] if not text.startswith("Response: Goodbye")]


def copy_of(text: str, number: int) -> str:
    """Return a copy of a text with other ids, that are of the same length and as related."""

    def other(found: re.Match[str]) -> str:
        bridge, rest, action, more, suffix, second, serial = found.groups()
        if bridge:
            return f"{_shifted(bridge, number)}{rest}"
        if action:
            return f"{_shifted(action, number)}{more}"
        if suffix:
            return f"-{_shifted(suffix, number)}"
        return f"{int(second) + number}.{serial}"

    return _IDS.sub(other, text)


def _shifted(digits: str, number: int) -> str:
    return f"{(int(digits, 16) + 0x1000 * number) & 0xFFFFFFFF:08x}"


def _day(recording: Path, size: int) -> tuple[str, int, Counter[str]]:
    """Return one copy, how many make the size, and the events of these."""
    messages = messages_of(recording)
    text = "".join(f"{message}\r\n\r\n" for message in messages)
    copies = max(1, -(-size // len(text.encode())))
    names = Counter(
        message[7:].partition("\r\n")[0] for message in messages if message.startswith("Event: ")
    )
    return text, copies, Counter({name: count * copies for name, count in names.items()})


def build(recording: Path = RECORDING, size: int = SIZE) -> Replay:
    """Make a replay of at least `size` bytes."""
    text, copies, events = _day(recording, size)
    return Replay("".join(copy_of(text, number) for number in range(copies)).encode(), events)


def cached(place: Path, recording: Path = RECORDING, size: int = SIZE) -> tuple[Path, Replay]:
    """Return a replay and the file that holds its bytes; it is built only once."""
    mark = sha256(recording.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:16]
    file = place / f"replay-{mark}-{size}.bin"
    if file.exists():
        return file, Replay(file.read_bytes(), _day(recording, size)[2])
    replay = build(recording, size)
    place.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_bytes(replay.data)
    part.replace(file)
    return file, replay
