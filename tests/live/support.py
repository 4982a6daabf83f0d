"""What the live tests share: a server to test against, clients that audit what they read.

Every event and reply that a client of a `Desk` reads is checked against the spec: its class,
its `issues`, its `extra_headers`. Faults of replies fail the test that sent the action; faults
of events are gathered in a `Tally` and fail ``test_whole_run``, since they come when they like.
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from amisdk_models import registry

from amisdk import AsyncClient, actions, events
from amisdk.models import (
    Action,
    ConfigReply,
    Event,
    EventReply,
    ListReply,
    Message,
    PairsReply,
    Reply,
    UnknownEvent,
)
from tests.live.asterisk import Server

__all__ = ["Call", "Desk", "Pbx", "Tally", "faults_of", "reply_faults"]

R = TypeVar("R", bound=Reply)
E = TypeVar("E", bound=Event)

PATIENCE = 10.0
"""Seconds that a test waits for an event."""

FREE_HEADERS = (ConfigReply, PairsReply, events.UserEvent, events.TestEvent)
"""The messages whose headers are data, or chosen by whoever raises them, and so in no class."""
GLUED = (events.DeviceEntry, events.LineEntry)
"""What chan_skinny sends without a blank line between the items and the end of a list."""
EXTRA_HEADERS = {
    ("Cdr", "Order"): "cdr_manager.conf in etc/ adds it",
    ("ResourceListDetail", "Event"): "a second header of this name holds a value; the spec says so",
}
"""Headers that are in no class, and why that is right."""


def faults_of(message: Message) -> Iterator[str]:
    """Yield what the message has and the spec has not, one line for each header."""
    if isinstance(message, GLUED):
        return
    name = message.ami_name if isinstance(message, Event) else type(message).__name__
    if isinstance(message, UnknownEvent):
        yield f"{name}: unknown event"
        return
    for issue in message.issues:
        yield f"{name}: {issue.header}: {issue.text!r} does not fit {issue.field}"
    if not isinstance(message, FREE_HEADERS):
        for key, value in message.extra_headers:
            if (name, key) not in EXTRA_HEADERS:
                yield f"{name}: {key}: {value!r} has no field"


def reply_faults(action: Action[Any], reply: Reply) -> Iterator[str]:
    """Yield what is wrong with a reply: its class, its headers, its items, its end."""
    ami = action.ami
    if type(reply) is not ami.reply:
        yield f"{ami.name}: the reply is a {type(reply).__name__}"
    yield from faults_of(reply)
    if isinstance(reply, EventReply) and reply.ok:
        yield from _part_faults(reply.event, (ami.event or "",))
    if not isinstance(reply, ListReply) or ami.list is None:
        return
    for item in reply.items:
        yield from _part_faults(item, ami.list.items)
    if reply.end is not None:
        yield from _part_faults(reply.end, (ami.list.end,))
    elif reply.items:
        yield f"{ami.name}: the list has no end"


def _part_faults(event: Event | None, declared: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong with an event that belongs to a reply."""
    if event is None:
        yield f"no event came, not even {declared}"
        return
    classes = {registry.EVENTS[name] for name in declared if name != "any"}
    if classes and type(event) not in classes and not isinstance(event, GLUED):
        yield f"{event.ami_name}: it is none of {declared}"
    yield from faults_of(event)


@dataclass
class Tally:
    """What was sent to a server, and what came from it, in all tests of a run."""

    sent: set[str] = field(default_factory=set)
    """The names of the actions that were answered."""
    refused: set[str] = field(default_factory=set)
    """Of these, the ones that were only ever answered with an error."""
    events: Counter[str] = field(default_factory=Counter)
    """How many events of each name came."""
    faults: dict[str, str] = field(default_factory=dict)
    """What did not fit the spec: kind of fault to one example."""

    def action(self, action: Action[Any], reply: Reply) -> None:
        """Count an answered action."""
        name = action.ami_name
        if reply.ok:
            self.refused.discard(name)
        elif name not in self.sent:
            self.refused.add(name)
        self.sent.add(name)

    def event(self, event: Event) -> None:
        """Count an event and look it over."""
        self.events[event.ami_name] += 1
        for fault in faults_of(event):
            kind = ":".join(fault.split(":")[:2])
            self.faults.setdefault(kind, f"{fault}   in {list(event.headers)}")


@dataclass(frozen=True)
class Pbx:
    """A server to test against."""

    label: str
    major: int
    host: str
    port: int
    url: str | None = field(default=None, repr=False)
    server: Server | None = field(default=None, repr=False)
    """The server itself, where it is ours."""
    tally: Tally = field(default_factory=Tally, repr=False)

    def client(self, role: str = "admin", **arguments: Any) -> AsyncClient:
        """Return a client that logs in as one of the users in manager.conf."""
        if self.server is None:
            return AsyncClient.from_url(self.url or "", **arguments)
        account = self.server.users[role]
        return AsyncClient(
            **{
                "host": self.host,
                "port": self.port,
                "username": account.username,
                "secret": account.secret,
                **arguments,
            }
        )

    def skip_unless_it_has(self, action: Action[Any]) -> None:
        """Skip the test if this version of the server has no such action."""
        if self.major not in action.ami.versions:
            pytest.skip(f"Asterisk {self.major} has no {action.ami_name}")

    def trusting(self) -> ssl.SSLContext:
        """Return a TLS context that trusts the server's certificate."""
        assert self.server is not None
        return ssl.create_default_context(cafile=str(self.server.ca_file))

    @asynccontextmanager
    async def desk(self, role: str = "admin", **arguments: Any) -> AsyncIterator["Desk"]:
        """Log in, and hang up whatever the test has called when it is over."""
        ami = self.client(role, **arguments)
        desk = Desk(self, ami)
        async with ami:
            try:
                yield desk
            finally:
                if self.server is not None and role == "admin" and ami.connected:
                    await desk.clear()
        assert not desk.faults, "\n".join(desk.faults)


@dataclass(frozen=True)
class Call:
    """Both halves of an answered Local channel: a test's own end, and the scenario's."""

    near: str
    far: str
    unique_id: str


class Desk:
    """A client, all events that it has read, and what a test does with both."""

    def __init__(self, pbx: Pbx, ami: AsyncClient) -> None:
        self.pbx = pbx
        self.ami = ami
        self.seen: list[Event] = []
        self.faults: list[str] = []
        self._changed = asyncio.Event()
        ami.on(include="all")(self._take)

    def _take(self, event: Event) -> None:
        self.seen.append(event)
        self.pbx.tally.event(event)
        self._changed.set()

    async def send(self, action: Action[R], *, error: str | None = None, **options: Any) -> R:
        """Send an action and check its reply against the spec.

        With `error`, the server must refuse it with this message.
        """
        reply = await self.ami.send(action, check=False, **options)
        self.pbx.tally.action(action, reply)
        self.faults += reply_faults(action, reply)
        said = (reply.message or "").strip()
        if error is None:
            nothing = action.ami.list.empty if action.ami.list is not None else ()
            assert reply.ok or said in nothing, f"{action.ami_name}: {said}"
        else:
            assert not reply.ok, f"{action.ami_name} was not refused: {said}"
            assert said == error, f"{action.ami_name}: {said}"
        return reply

    async def first(self, kind: type[E], **fields: object) -> E:
        """Return the first event of a class with these field values, once it has come."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := self.every(kind, **fields)):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            wanted = "".join(f" {name}={value!r}" for name, value in fields.items())
            came = "\n".join(map(repr, self.every(kind)))
            raise AssertionError(f"no {kind.ami.name}{wanted} came, but:\n{came}") from None
        return found[0]

    def every(self, kind: type[E], **fields: object) -> list[E]:
        """Return the events of a class with these field values that have come so far."""
        return [
            event
            for event in self.seen
            if isinstance(event, kind)
            and all(getattr(event, name) == value for name, value in fields.items())
        ]

    async def call(self, exten: str, **options: Any) -> Call:
        """Call an extension of the scenarios with an end that only waits; it must answer."""
        options = {"application": "Wait", "data": "600", **options}
        if "exten" in options:
            del options["application"], options["data"]
        answered = await self.ami.originate(
            actions.Originate(channel=f"Local/{exten}@scenarios/n", **options)
        )
        assert answered.channel is not None
        assert answered.unique_id is not None
        far = answered.channel.removesuffix("1") + "2"
        return Call(answered.channel, far, answered.unique_id)

    async def clear(self) -> None:
        """Hang up every channel and wait until they are gone."""
        await self.ami.send(actions.Hangup(channel="/.*/"))
        while (await self.ami.send(actions.CoreShowChannels())).items:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
