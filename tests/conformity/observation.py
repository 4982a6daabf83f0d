"""What a client sees of a server in a scenario, so that two servers can be held side by side."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from amisdk_models import registry

from amisdk import actions, events
from amisdk.models import (
    Action,
    ConfigReply,
    Event,
    ListReply,
    Message,
    PairsReply,
    Reply,
    TextReply,
    UnknownEvent,
)
from amisdk.transcripts import Transcript
from amisdk.wire import first_header
from tests.conformity.shapes import BRIDGE, CHANNEL
from tests.live.asterisk import Server
from tests.live.corpus import PLACE as CORPUS
from tests.live.corpus import examples_in
from tests.live.support import Desk, Pbx

__all__ = ["PLACE", "Observation", "Observer", "observing"]

R = TypeVar("R", bound=Reply)

PLACE = Path(__file__).parents[1] / "data" / "conformity"
SETTLING = 0.3
"""Seconds in which a real server tells what was the end of the last channel."""
FREE = (ConfigReply, PairsReply, TextReply, events.UserEvent, events.TestEvent)
"""Messages whose headers are data."""

Shape = tuple[str, ...]
"""The names of a message's headers, in order; runs of one are one."""
Seen = tuple[str, str, str | None, str | None, Shape, tuple[str, ...]]
"""Of a reply: action, class, Response, Message, shape, and the classes of its parts."""


def shape_of(message: Message) -> Shape:
    """Return the shape of a message."""
    if isinstance(message, FREE):
        return ("*",)
    names = (key.partition("(")[0] for key, _ in message.headers)
    return tuple(name for name, _ in groupby(names))


def packed(shape: Shape) -> str:
    """Write a shape in short: ``@channel:Dest`` for all headers about a channel."""
    names = list(shape)
    for macro, members in (("@channel", CHANNEL), ("@bridge", BRIDGE)):
        at = 0
        while at + len(members) <= len(names):
            prefix = names[at].removesuffix(members[0])
            if names[at : at + len(members)] == [prefix + name for name in members]:
                names[at : at + len(members)] = [f"{macro}:{prefix}"]
            at += 1
    return " ".join(names)


def unpacked(text: str) -> Shape:
    """Read a shape that was written in short."""
    found: list[str] = []
    for name in text.split(" "):
        macro, mark, prefix = name.partition(":")
        members = {"@channel": CHANNEL, "@bridge": BRIDGE}.get(macro) if mark else None
        found += [name] if members is None else [prefix + member for member in members]
    return tuple(found)


def masked(text: str | None) -> str | None:
    """Return a message's text without the names that differ from run to run."""
    return None if text is None else re.sub(r"\b(Local|PJSIP)/\S+", "<channel>", text)


@dataclass
class Observation:
    """What was seen in a scenario."""

    major: int = 0
    replies: list[Seen] = field(default_factory=list)
    """The replies, in order."""
    events: dict[str, set[Shape]] = field(default_factory=dict)
    """The events by name, and their shapes; those of replies too."""

    def reply(self, action: Action[Any], reply: Reply) -> None:
        """Enter a reply."""
        parts: set[str] = set()
        if isinstance(reply, ListReply):
            parts = {type(item).__name__ for item in (*reply.items, reply.end) if item is not None}
        self.replies.append(
            (
                action.ami_name,
                type(reply).__name__,
                reply.response,
                masked(reply.message),
                shape_of(reply),
                tuple(sorted(parts)),
            )
        )

    def event(self, event: Event) -> None:
        """Enter an event."""
        self.events.setdefault(event.ami_name, set()).add(shape_of(event))

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "replies": [[*head, packed(shape), parts] for *head, shape, parts in self.replies],
            "events": {
                name: sorted(map(packed, self.events[name])) for name in sorted(self.events)
            },
        }

    @classmethod
    def of_json(cls, major: int, kept: dict[str, Any]) -> Observation:
        """Return what was kept."""
        replies = [
            (action, kind, word, text, unpacked(shape), tuple(parts))
            for action, kind, word, text, shape, parts in kept["replies"]
        ]
        shapes = {name: set(map(unpacked, found)) for name, found in kept["events"].items()}
        return cls(major, replies, shapes)

    def differences(self, real: Observation, core: Iterable[str], *, examples: bool) -> list[str]:
        """Tell where it is not what was seen of a real server.

        A real server tells more events: what of them matters is in `core`. But what is told here
        must be told there too, in a shape that a real server was seen to send.

        Args:
            real: What was seen of the real server.
            core: Events that must be here.
            examples: Whether replies may have parts, and headers, of which the real server just
                happens to have none.
        """
        found = self.other_replies(real, examples=examples)
        for name, shapes in sorted(self.events.items()):
            seen = real.events.get(name, set())
            if not seen and not examples:
                found.append(f"event {name}: the real server sends none")
            else:
                known = seen | corpus(real.major).get(name, set())
                found += [f"event {name}: {shape}\n   real: {known}" for shape in shapes - known]
        found += [f"event {name}: none" for name in core if name not in self.events]
        return found

    def other_replies(self, real: Observation, *, examples: bool) -> list[str]:
        """Tell which replies are not those that were seen of a real server."""
        found = [
            f"reply: {ours}\n   real: {theirs}"
            for ours, theirs in zip(self.replies, real.replies, strict=False)
            if ours != theirs and not (examples and _is_example_of(ours, theirs))
        ]
        if len(self.replies) != len(real.replies):
            found.append(f"{len(self.replies)} replies, really {len(real.replies)}")
        return found


def _is_example_of(ours: Seen, theirs: Seen) -> bool:
    """Tell whether replies differ in no more than how much there is to tell."""
    return ours[:4] == theirs[:4] and set(theirs[5]) <= set(ours[5])


@cache
def corpus(major: int) -> dict[str, set[Shape]]:
    """Return the shapes of events that ``make conformance`` has met.

    A run need not have met every shape: one of the other version counts too, if this version was
    seen to send each of its headers beside those of channels and bridges.
    """
    own, other = _met(major), _met({16: 22, 22: 16}[major])
    for name, shapes in own.items():
        known = {word for shape in shapes for word in packed(shape).split(" ")}
        shapes |= {
            shape
            for shape in other.get(name, ())
            if known.issuperset(word for word in packed(shape).split(" ") if _is_own(word))
        }
    return own


def _is_own(word: str) -> bool:
    return not word.startswith("@") and not word.endswith("ChanVariable")


def _met(major: int) -> dict[str, set[Shape]]:
    found: dict[str, set[Shape]] = {}
    for example in examples_in(Transcript.load(CORPUS / f"{major}.txt")):
        for data in example.messages[0 if example.action is None else 1 :]:
            frame = data.decode("utf-8", "surrogateescape").rstrip("\r\n")
            name = first_header(frame)[1]
            event = registry.EVENTS.get(name, UnknownEvent).from_frame(frame)
            found.setdefault(name, set()).add(shape_of(event))
    return found


class Observer(Desk):
    """A client that enters all that it sees."""

    def __init__(self, pbx: Pbx, ami: Any) -> None:
        super().__init__(pbx, ami)
        self.observation = Observation()

    async def send(self, action: Action[R], *, error: str | None = None, **options: Any) -> R:
        """Send an action, and enter its reply, whatever it is."""
        reply = await self.ami.send(action, check=False, check_version=False, **options)
        self.observation.reply(action, reply)
        return reply

    async def quiet(self, action: Action[R]) -> R:
        """Send an action whose reply is nothing to compare."""
        return await self.ami.send(action, check=False)


@asynccontextmanager
async def observing(pbx: Pbx, role: str = "admin", **options: Any) -> AsyncIterator[Observer]:
    """Log in, and hang up whatever was called when it is over."""
    ami = pbx.client(role, **options)
    desk = Observer(pbx, ami)
    async with ami:
        try:
            yield desk
        finally:
            if role == "admin" and ami.connected:
                await desk.clear()
                if isinstance(pbx.server, Server):
                    await asyncio.sleep(SETTLING)
                await desk.quiet(actions.Ping())
                for event in desk.seen:
                    desk.observation.event(event)


def kept(major: int) -> dict[str, Observation]:
    """Return what was seen of a real server in each scenario."""
    found = json.loads((PLACE / f"{major}.json").read_text("utf-8"))
    return {name: Observation.of_json(major, one) for name, one in found.items()}


def keep(major: int, seen: dict[str, Observation]) -> None:
    """Write down what was seen of a real server."""
    PLACE.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{json.dumps(name)}: {json.dumps(seen[name].as_json(), ensure_ascii=False)}"
        for name in sorted(seen)
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (PLACE / f"{major}.json").write_text(text, "utf-8", newline="\n")
