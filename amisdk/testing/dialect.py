"""What a version of Asterisk says: the shapes of its messages, and its words for errors.

The files in ``dialects/`` were recorded from real servers, 16 and 22; ``tests/conformity`` tells
how, and what their lines mean. A version between them, or beside, speaks as the nearest of the two.
What was never recorded is made up from the spec, by `amisdk.testing.samples`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from amisdk.transcripts import unescaped

__all__ = ["BRIDGE", "CHANNEL", "FIRST", "LAST", "Dialect", "Pairs", "Recorded", "dialect_of"]

Pairs = list[tuple[str, str]]
"""The headers of a message."""
Shape = tuple[tuple[str, str], ...]
"""Headers in the server's order, with what they hold where nobody says otherwise."""

FIRST, LAST = 16, 23
"""The versions that can be spoken."""

CHANNEL = {
    "Channel": "PJSIP/6001-00000001",
    "ChannelState": "6",
    "ChannelStateDesc": "Up",
    "CallerIDNum": "6001",
    "CallerIDName": "Alice",
    "ConnectedLineNum": "<unknown>",
    "ConnectedLineName": "<unknown>",
    "Language": "en",
    "AccountCode": "",
    "Context": "default",
    "Exten": "6001",
    "Priority": "1",
    "Uniqueid": "1795379457.1",
    "Linkedid": "1795379457.1",
}
"""The headers about a channel, and an example."""
BRIDGE = {
    "BridgeUniqueid": "6f7dfb3b-3a4f-4e4b-9d4e-2f6b2c1d0e5a",
    "BridgeType": "basic",
    "BridgeTechnology": "simple_bridge",
    "BridgeCreator": "<unknown>",
    "BridgeName": "<unknown>",
    "BridgeNumChannels": "2",
    "BridgeVideoSourceMode": "none",
}
"""The headers about a bridge, and an example."""

_MANAGERS = {16: "5.0.4", 17: "6.0.0", 18: "7.0.3", 19: "8.0.2", 20: "9.0.0", 21: "10.0.0"}
_MANAGERS |= {22: "11.0.0", 23: "12.0.0"}
_RELEASES = {16: "16.28.0", 18: "18.26.4", 20: "20.15.2", 22: "22.10.0"}


@dataclass
class Recorded:
    """The reply to an action, as a real server gave it."""

    headers: Pairs = field(default_factory=list)
    parts: list[tuple[str, Pairs]] = field(default_factory=list)
    """The events that belong to it: their names and headers."""
    text: str | None = None
    """The reply where it is no headers but text, with what ends it."""


class Dialect:
    """What one version says.

    Args:
        major: The version.
    """

    def __init__(self, major: int) -> None:
        if not FIRST <= major <= LAST:
            raise ValueError(f"FakeAsterisk speaks as Asterisk {FIRST} to {LAST}, not {major}")
        self.major = major
        self.manager = _MANAGERS[major]
        """The version of the manager, which the greeting tells."""
        self.release = _RELEASES.get(major, f"{major}.0.0")
        """The version of Asterisk."""
        self.greeting = f"Asterisk Call Manager/{self.manager}\r\n".encode()
        self.recorded = 16 if major < (16 + 22) / 2 else 22
        """The version that was recorded, and is nearest."""
        self._events, self._replies = _read(self.recorded)
        self._words = _read_words(self.recorded)

    def event(self, name: str, values: Mapping[str, object]) -> Pairs | None:
        """Write an event as this version does, the header Event first.

        Args:
            name: Its name.
            values: What its headers hold; a list for a header that comes several times, None for
                one that does not come. What is not given holds what was recorded, or an example;
                what this version does not tell is left out.

        Returns:
            Its headers; None if no such event was recorded.
        """
        shapes = self._events.get(name)
        if shapes is None:
            return None
        given = {key for key in values if values[key] is not None} - {"ActionID"}

        def misfit(shape: Shape) -> tuple[bool, int, int]:
            # As a part of a reply, an event may be of another shape.
            names = {key for key, _ in shape}
            alike = ("ActionID" in names) == ("ActionID" in values)
            names.discard("ActionID")
            return not alike, len(given - names), len(names - given)

        return [("Event", name), *_filled(min(shapes, key=misfit), values)]

    def reply(self, action: str) -> Recorded | None:
        """Return the recorded reply to an action, if there is one."""
        return self._replies.get(action)

    def missing(self, action: str) -> Mapping[str, str] | None:
        """Return the required headers of an action, in the order in which the server looks.

        Returns:
            What it says when one is missing; None if it was never asked.
        """
        words = self._words.get(action)
        return None if words is None else {key: text for key, text in words.items() if key != "*"}

    def unknown(self, action: str, name: str = "") -> str | None:
        """Return what the server says of an action on something that is not there."""
        words = self._words.get(action, {}).get("*")
        return None if words is None else words.replace("{}", name)


def _filled(shape: Shape, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the headers of a shape, with these values."""
    last = None
    for key, text in shape:
        if key == "ActionID" and not values.get(key):
            continue
        if key in values:
            # Of a header that a shape has several times, the values say how often it comes.
            if key != last:
                yield from _several(key, values[key])
        else:
            yield key, text
        last = key
        if key.endswith("Linkedid"):
            variables = key.removesuffix("Linkedid") + "ChanVariable"
            yield from _several(variables, values.get(variables))
    for key, value in values.items():
        if key.startswith("ChanVariable("):
            yield from _several(key, value)


def _several(key: str, value: object) -> Iterator[tuple[str, str]]:
    for one in value if isinstance(value, (list, tuple)) else (value,):
        if one is not None:
            yield key, str(one)


@cache
def dialect_of(major: int) -> Dialect:
    """Return what a version says."""
    return Dialect(major)


# --- the files ----------------------------------------------------------------------------

_Events = dict[str, list[Shape]]
_Replies = dict[str, Recorded]


@cache
def _read(major: int) -> tuple[_Events, _Replies]:
    """Read the shapes of a recorded version: its own, else those of the newest."""
    events: _Events = {}
    replies: _Replies = {}
    parts: _Events = {}
    sources = ("22.txt",) if major == 22 else ("22.txt", f"{major}.txt")
    for source in sources:
        own: _Events = {}
        for block in _blocks(source):
            kind, _, name = block[0].partition(" ")
            if kind == "without":
                events.pop(name.removeprefix("event "), None)
                replies.pop(name.removeprefix("reply "), None)
            elif kind == "event":
                own.setdefault(name, []).append(tuple(_headers(block[1:])))
            else:
                replies[name] = _recorded(block[1:])
        events |= own
    for recorded in replies.values():
        for name, pairs in recorded.parts:
            parts.setdefault(name, []).append(tuple(pairs))
    for name, shapes in parts.items():
        events[name] = [*events.get(name, ()), *shapes]
    return events, replies


def _blocks(source: str) -> Iterator[list[str]]:
    text = (files("amisdk.testing") / "dialects" / source).read_text("utf-8")
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if lines and lines[0].startswith("without "):
            yield from ([line] for line in lines)
        elif lines:
            yield lines


def _recorded(lines: list[str]) -> Recorded:
    if lines and lines[0].startswith("text"):
        texts = [_text(line.removeprefix("text").removeprefix(" ")) for line in lines]
        return Recorded(text="".join(f"{text}\r\n" for text in texts))
    starts = [at for at, line in enumerate(lines) if line.startswith("part ")]
    ends = [*starts, len(lines)]
    parts = [
        (lines[start].removeprefix("part "), list(_headers(lines[start + 1 : end])))
        for start, end in zip(starts, ends[1:], strict=True)
    ]
    return Recorded(list(_headers(lines[: ends[0]])), parts)


def _headers(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        word, _, prefix = line.strip().partition(" ")
        macro = {"@channel": CHANNEL, "@bridge": BRIDGE}.get(word)
        if macro is not None:
            yield from ((prefix + key, text) for key, text in macro.items())
        else:
            key, _, text = line.strip().partition(":")
            yield key, _text(text.removeprefix(" "))


@cache
def _read_words(major: int) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, *lines in _blocks("words.txt"):
        words = found[name] = {}
        for line in lines:
            mark = re.match(r"\[(\d+)\] ", line)
            if mark is None or int(mark[1]) == major:
                key, _, text = line[mark.end() if mark else 0 :].partition(": ")
                words[key] = _text(text)
    return found


def _text(line: str) -> str:
    return unescaped(line).decode("utf-8", "surrogateescape")
