"""What the live tests share: a server to test against, clients that audit what they read.

Every event and reply that a client of a `Pbx` reads is checked against the spec: its class, its
`issues`, its `extra_headers`. What is wrong is gathered in a `Tally` and fails ``test_whole_run``;
faults of replies to a `Desk` fail the test that sent the action, too.
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import pytest
from amisdk_models import registry

from amisdk import AsyncClient, actions, events
from amisdk.exchange import Exchange
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
from tests.live.proxy import Proxy

__all__ = ["Call", "Desk", "Fault", "Pbx", "Tally", "faults_of", "reply_faults"]

R = TypeVar("R", bound=Reply)
E = TypeVar("E", bound=Event)

PATIENCE = 10.0
"""Seconds that a test waits for an event."""

FREE_HEADERS = (ConfigReply, PairsReply, events.UserEvent, events.TestEvent)
"""The messages whose headers are data, or chosen by whoever raises them, and so in no class."""
GLUED = (events.DeviceEntry, events.LineEntry)
"""What chan_skinny sends without a blank line between the item and the end of a list,"""
GLUED_HEADERS = ("Event", "ActionID", "EventList", "ListItems")
"""and what is of that end."""
EXTRA_HEADERS = {
    ("Cdr", "Order"): "cdr_manager.conf in etc/ adds it",
    ("ResourceListDetail", "Event"): "a second header of this name holds a value; the spec says so",
}
"""Headers that are in no class, and why that is right."""

Sort = Literal["reply", "part", "event", "issue", "header"]
"""Of what a fault is found: a reply or an event of a reply is of another class, an event of none,
a value does not fit its field, a header has none."""


@dataclass(frozen=True)
class Fault:
    """Something that a message has and the spec has not."""

    sort: Sort
    where: str
    """The message, and the header if it is about one."""
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def faults_of(message: Message) -> Iterator[Fault]:
    """Yield what the message has and the spec has not, one fault for each header."""
    name = message.ami_name if isinstance(message, Event) else type(message).__name__
    if isinstance(message, UnknownEvent):
        yield Fault("event", name, "unknown event")
        return
    glued = GLUED_HEADERS if isinstance(message, GLUED) else ()
    for issue in message.issues:
        if issue.header not in glued:
            what = f"{issue.text!r} does not fit {issue.field}"
            yield Fault("issue", f"{name}: {issue.header}", what)
    if not isinstance(message, FREE_HEADERS):
        for key, value in message.extra_headers:
            if key not in glued and (name, key) not in EXTRA_HEADERS:
                yield Fault("header", f"{name}: {key}", f"{value!r} has no field")


def reply_faults(action: Action[Any], reply: Reply) -> Iterator[Fault]:
    """Yield what is wrong with a reply: its class, its headers, its items, its end."""
    ami = action.ami
    if type(reply) is not ami.reply:
        yield Fault("reply", ami.name, f"the reply is a {type(reply).__name__}")
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
        yield Fault("part", ami.name, "the list has no end")


def _part_faults(event: Event | None, declared: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what is wrong with an event that belongs to a reply."""
    if event is None:
        yield Fault("part", str(declared), "no event came")
        return
    classes = {registry.EVENTS[name] for name in declared if name != "any"}
    if classes and type(event) not in classes and not isinstance(event, GLUED):
        yield Fault("part", event.ami_name, f"it is none of {declared}")
    yield from faults_of(event)


@dataclass
class Tally:
    """What was sent to a server, and what came from it, in all tests of a run."""

    proxy: Proxy | None = field(default=None, repr=False)
    """Where the bytes are kept, if they are."""
    sent: set[str] = field(default_factory=set)
    """The names of the actions of the spec that were sent."""
    carried_out: set[str] = field(default_factory=set)
    """Of these, the ones that were answered with anything but an error at least once."""
    refusals: dict[str, set[str]] = field(default_factory=dict)
    """The errors that actions were answered with."""
    replies: Counter[str] = field(default_factory=Counter)
    """How many replies to each action came."""
    parts: Counter[str] = field(default_factory=Counter)
    """How many items, ends and other events belonged to these."""
    events: Counter[str] = field(default_factory=Counter)
    """How many events of each name came, those that belong to replies included."""
    found: Counter[Sort] = field(default_factory=Counter)
    """How many faults of each sort were found."""
    faults: dict[tuple[Sort, str], str] = field(default_factory=dict)
    """What did not fit the spec, with one example each."""

    def reply(self, action: Action[Any], reply: Reply) -> None:
        """Count the reply to an action of the spec, and look it over."""
        name = action.ami.name
        if not name:
            return  # a RawAction
        self.replies[name] += 1
        self.parts[name] += sum(1 for _ in _parts(reply))
        if reply.ok:
            self.carried_out.add(name)
        else:
            self.refusals.setdefault(name, set()).add((reply.message or "").strip())
        self._note(reply_faults(action, reply), reply)

    def event(self, event: Event) -> None:
        """Count an event and look it over."""
        self.events[event.ami.name or event.ami_name] += 1
        self._note(faults_of(event), event)

    def _note(self, faults: Iterator[Fault], message: Message) -> None:
        for fault in faults:
            self.found[fault.sort] += 1
            key = (fault.sort, fault.where)
            self.faults.setdefault(key, f"{fault}   in {list(message.headers)}")


def _parts(reply: Reply) -> Iterator[Event]:
    """Yield the events that belong to a reply."""
    if isinstance(reply, ListReply):
        yield from reply.items
    event = getattr(reply, "event" if isinstance(reply, EventReply) else "end", None)
    if event is not None:
        yield event


class Watched(AsyncClient):
    """A client whose replies and events are all entered in a tally."""

    def __init__(self, tally: Tally, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._tally = tally
        self.on(include="all")(tally.event)

    def _start(
        self,
        action: Action[R],
        on_done: Callable[[Exchange[R]], object],
        *arguments: Any,
        **options: Any,
    ) -> Exchange[R]:
        def done(exchange: Exchange[R]) -> None:
            if exchange.reply is not None and exchange.error is None:
                self._tally.reply(action, exchange.reply)
            on_done(exchange)

        exchange = super()._start(action, done, *arguments, **options)
        if action.ami.name:
            self._tally.sent.add(action.ami.name)
        return exchange


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
    listed: dict[str, str] = field(default_factory=dict, repr=False)
    """The actions that ListCommands shows, and what it says about each."""

    def client(self, role: str = "admin", **arguments: Any) -> AsyncClient:
        """Return a client that logs in as one of the users in manager.conf."""
        if self.server is None:
            return Watched.from_url(self.url or "", tally=self.tally, **arguments)
        account = self.server.users[role]
        port = self.port
        if self.tally.proxy is not None and not {"port", "tls"} & arguments.keys():
            port = self.tally.proxy.before(self.server)
        return Watched(
            self.tally,
            **{
                "host": self.host,
                "port": port,
                "username": account.username,
                "secret": account.secret,
                **arguments,
            },
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
        assert not desk.faults, "\n".join(map(str, desk.faults))


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
        self.faults: list[Fault] = []
        self._changed = asyncio.Event()
        ami.on(include="all")(self._take)

    def _take(self, event: Event) -> None:
        self.seen.append(event)
        self._changed.set()

    async def send(self, action: Action[R], *, error: str | None = None, **options: Any) -> R:
        """Send an action and check its reply against the spec.

        With `error`, the server must refuse it with this message.
        """
        reply = await self.ami.send(action, check=False, **options)
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
