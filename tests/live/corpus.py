"""Every shape of message that a real server has sent, one example of each, as a file.

``make conformance`` keeps what goes by on all connections of the live tests, and writes
``tests/data/conformance/<major>.txt`` in the form of `amisdk.transcripts`:

- The greeting, then events by themselves, by name.
- Then replies by their actions: ``C:`` has the action's name and ActionID and nothing else of it,
  ``S:`` the reply, and of the events that belong to it one of each shape.

The shape of an event is its name and the names of its headers, in order; of a reply too, with the
action's name and the word after ``Response:``. A header that is repeated counts as one or many,
and names that are data count as any. Of equal shapes the one is kept that has most values. The
ActionIDs of replies are made up from the action's name, so that they do not change with every run.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from amisdk_models import registry

from amisdk.codec import reader_of
from amisdk.headers import header, split_header
from amisdk.info import ActionInfo
from amisdk.making import NOTHING
from amisdk.models import ConfigReply, Message, RawReply, Reply, TextReply, UnknownEvent
from amisdk.transcripts import Side, Transcript
from tests.live.proxy import Said
from tests.live.support import FREE_HEADERS

__all__ = ["PLACE", "Example", "examples_in", "reduced", "reply_class", "transcript_of"]

PLACE = Path(__file__).parent.parent / "data" / "conformance"

Shape = tuple[str, ...]

BROADCAST = ("originateresponse", "userevent")
"""Events which carry the ActionID of an action and are no part of its reply."""
BLANK = b"\r\n\r\n"


@dataclass
class Example:
    """An event, or the reply to an action and the events that belong to it.

    The messages are the server's bytes, with the blank lines that end them.
    """

    action: str | None
    """The action's name; None for an event by itself."""
    action_id: str
    messages: list[bytes]
    whole: bool = True
    """Whether all has come that belongs to the reply."""

    @property
    def name(self) -> str:
        """What it is an example of, for people."""
        return self.action or f"event {_first(self.messages[0])[1]}"


def reply_class(action: str) -> type[Reply]:
    """Return the class of the replies to an action."""
    known = registry.ACTIONS.get(action)
    return known.ami.reply if known is not None else RawReply


def transcript_of(notes: Iterable[str], greeting: bytes, examples: Iterable[Example]) -> Transcript:
    """Put examples into the form of a transcript."""
    lines: list[tuple[Side, bytes]] = [("S", greeting)]
    for example in examples:
        if example.action is not None:
            said = (f"Action: {example.action}", f"ActionID: {example.action_id}", "")
            lines += [("C", line.encode("utf-8", "surrogateescape")) for line in said]
        for message in example.messages:
            lines += [("S", line) for line in message.split(b"\r\n")[:-1]]
    return Transcript(tuple(notes), tuple(lines))


def examples_in(transcript: Transcript) -> Iterator[Example]:
    """Yield the examples that are in the form of a transcript."""
    action: str | None = None
    action_id = ""
    for step in transcript.steps():
        if step.side == "C":
            frame = _text(step.data)
            action, action_id = header(f"\r\n{frame}", "Action"), header(frame, "ActionID") or ""
        elif action is None:
            for message in _messages(step.data.partition(b"\r\n")[2]):
                yield Example(None, "", [message])
        else:
            yield Example(action, action_id, list(_messages(step.data)))


def reduced(talks: Iterable[Said]) -> list[Example]:
    """Return one example of each shape that was said on any connection, sorted."""
    events: dict[Shape, bytes] = {}
    replies: dict[Shape, Example] = {}
    for talk in talks:
        for example in _Listener(talk).examples():
            for message in example.messages[1 if example.action is not None else 0 :]:
                _keep_richest(events, message)
            if example.action is not None:
                _keep_best(replies, example)
    kept = [replies[shape] for shape in sorted(replies)]
    for number, example in enumerate(kept):
        example.messages[1:] = _one_of_each(example.messages[1:])
        for message in example.messages[1:]:
            events.pop(_event_shape(message), None)
        same = sum(other.action == example.action for other in kept[:number])
        _rename(example, f"{example.action}-{same + 1}")
    return [*(Example(None, "", [events[shape]]) for shape in sorted(events)), *kept]


def _rename(example: Example, action_id: str) -> None:
    """Give an exchange an ActionID that is the same in every run."""
    old, new = (
        f"\r\nActionID: {text}\r\n".encode("utf-8", "surrogateescape")
        for text in (example.action_id, action_id)
    )
    example.messages = [message.replace(old, new) for message in example.messages]
    example.action_id = action_id


def _keep_richest(events: dict[Shape, bytes], message: bytes) -> None:
    shape = _event_shape(message)
    if shape not in events or _richness(message) > _richness(events[shape]):
        events[shape] = message


def _keep_best(replies: dict[Shape, Example], example: Example) -> None:
    assert example.action is not None
    name = example.action if example.action in registry.ACTIONS else "?"
    frame = _text(example.messages[0])
    kind = reply_class(name)
    word = "" if issubclass(kind, TextReply) else split_header(frame.partition("\r\n")[0])[1]
    shape = (name.lower(), word, *_names(frame, kind))
    if shape not in replies or _merit(example) > _merit(replies[shape]):
        replies[shape] = example


def _merit(example: Example) -> tuple[object, ...]:
    parts = {_event_shape(message) for message in example.messages[1:]}
    return example.whole, len(parts), _richness(example.messages[0])


def _one_of_each(messages: list[bytes]) -> list[bytes]:
    """Return the richest message of each shape, in the order in which these came."""
    events: dict[Shape, bytes] = {}
    for message in messages:
        _keep_richest(events, message)
    return list(events.values())


def _richness(message: bytes) -> tuple[int, int]:
    """Rate a message by its headers that have a value, and then by its brevity."""
    pairs = [split_header(line) for line in _text(message).split("\r\n")]
    return len({key for key, value in pairs if value not in NOTHING}), -len(message)


def _event_shape(message: bytes) -> Shape:
    frame = _text(message)
    name = _first(message)[1]
    return (name, *_names(frame, registry.EVENTS.get(name, UnknownEvent)))


def _names(frame: str, kind: type[Message]) -> Iterator[str]:
    """Yield the names of headers, those that are data as ``*``, runs as one with ``+``."""
    if issubclass(kind, TextReply):
        return
    keys = (split_header(line)[0] for line in frame.split("\r\n"))
    if issubclass(kind, ConfigReply):
        yield from sorted({re.sub(r"-[\d-]+$", "", key) for key in keys})
        return
    names = (key.partition("(")[0] for key in keys)
    if issubclass(kind, FREE_HEADERS):
        field_of = reader_of(kind).field_of
        names = (name if field_of(name) else "*" for name in names)
    for name, run in groupby(names):
        yield name if len(list(run)) == 1 else f"{name}+"


def _text(message: bytes) -> str:
    return message.decode("utf-8", "surrogateescape").rstrip("\r\n")


def _first(message: bytes) -> tuple[str, str]:
    return split_header(_text(message).partition("\r\n")[0])


def _messages(data: bytes) -> Iterator[bytes]:
    """Cut bytes into messages, each with the blank lines after it."""
    for found in re.finditer(rb"(?:\r\n)*(?s:.+?)\r\n\r\n(?:\r\n)*", data):
        yield found[0]


@dataclass
class _Listener:
    """Tells which reply and which events belong to which action, by rules of its own."""

    said: Said
    actions: dict[str, deque[str]] = field(default_factory=dict)
    """The names of the actions that were sent with an ActionID."""
    listing: dict[str, Example] = field(default_factory=dict)
    """Replies to which events may still belong."""
    texts: deque[tuple[str, str]] = field(default_factory=deque)
    """The actions that are answered with raw text."""

    def examples(self) -> Iterator[Example]:
        """Yield what the server said, in order of completion."""
        for message in _messages(b"".join(data for side, data in self.said if side == "C")):
            self._hear_action(_text(message))
        data = b"".join(data for side, data in self.said if side == "S")
        for message in _messages(data.partition(b"\r\n")[2]):
            yield from self._hear(message)
        for example in self.listing.values():
            yield Example(example.action, example.action_id, example.messages[:1], whole=False)
            yield from (Example(None, "", [message]) for message in example.messages[1:])

    def _hear_action(self, frame: str) -> None:
        name = header(f"\r\n{frame}", "Action") or ""
        action_id = header(frame, "ActionID") or ""
        self.actions.setdefault(action_id, deque()).append(name)
        if issubclass(reply_class(name), TextReply):
            self.texts.append((name, action_id))

    def _hear(self, message: bytes) -> Iterator[Example]:
        frame = _text(message)
        kind, word = _first(message)
        action_id = header(frame, "ActionID") or ""
        if kind == "Event":
            yield from self._hear_event(message, frame, word.lower(), action_id)
        elif kind == "Response":
            names = self.actions.get(action_id) or deque(["?"])
            name = names.popleft() if len(names) > 1 else names[0]
            example = Example(name, action_id, [message])
            if _goes_on(name, frame):
                self.listing[action_id] = example
            else:
                yield example
        elif self.texts:
            yield Example(*self.texts.popleft(), [message])

    def _hear_event(
        self, message: bytes, frame: str, name: str, action_id: str
    ) -> Iterator[Example]:
        example = self.listing.get(action_id) if action_id else self._uncorrelated(name)
        if example is None or (name in BROADCAST and action_id):
            yield Example(None, "", [message])
            return
        example.messages.append(message)
        if _ends(_info(example.action), frame, name):
            yield self.listing.pop(example.action_id)

    def _uncorrelated(self, name: str) -> Example | None:
        """Return the list that an event without ActionID is an item of."""
        for example in self.listing.values():
            shape = (info := _info(example.action)) and info.list
            if shape and not shape.correlated:
                items = [item.lower() for item in shape.items]
                if name in items or items == ["any"]:
                    return example
        return None


def _info(action: str | None) -> ActionInfo | None:
    known: type[Any] | None = registry.ACTIONS.get(action or "")
    return known.ami if known is not None else None


def _goes_on(action: str, frame: str) -> bool:
    """Tell whether events belong to a reply."""
    info = _info(action)
    if frame.lower().startswith("response: error") or info is None:
        return False
    announced = (header(frame, "EventList") or "").lower() == "start"
    return announced or bool(info.event) or (info.list is not None and not info.list.announced)


def _ends(info: ActionInfo | None, frame: str, name: str) -> bool:
    if (header(frame, "EventList") or "").lower() in ("complete", "cancelled"):
        return True
    if info is None:
        return False
    end = info.list.end if info.list is not None else info.event or ""
    return name == end.lower()
