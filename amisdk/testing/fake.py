"""An AMI server in the process. It speaks as Asterisk 22 does, for the actions listed here.

What it knows: Login (plain and MD5), Challenge, Logoff, Ping, Events, CoreSettings, ListCommands,
QueueStatus, Originate (synchronous and not), CoreShowChannels, Command and UserEvent. Any other
action that Asterisk 22 has is answered with an Error that says so; one that it has not, as the
server would.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import md5
from urllib.parse import quote

from amisdk_models.registry import ACTIONS

from amisdk.headers import Headers
from amisdk.models import Event

from .peer import GREETING, Peer
from .scripted import ScriptedServer

__all__ = ["FakeAsterisk"]

Pairs = Iterable[tuple[str, object]]
MAJOR = 22


class FakeAsterisk(ScriptedServer):
    """An AMI server on 127.0.0.1, for tests and demonstrations.

    ::

        async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
            await ami.send(actions.Ping())

        with FakeAsterisk() as server, Client.from_url(server.url) as ami:
            ami.send(actions.Ping())

    It runs in a thread of its own; `emit` and `received` may be used from any.

    Args:
        username: The one user that may log in.
        secret: The user's secret.
        port: The port to listen on; 0 for any free one.
        ring: Seconds that a call rings before it is answered, and that it lasts afterwards.
    """

    def __init__(
        self,
        *,
        username: str = "admin",
        secret: str = "amisdk",  # noqa: S107 - it guards nothing
        port: int = 0,
        ring: float = 0.0,
    ) -> None:
        super().__init__(self._serve, port=port)
        self.username = username
        self.secret = secret
        self.ring = ring
        self.received: list[Headers] = []
        """Every action that came, with its headers; secrets are masked."""
        self._sessions: list[_Session] = []
        self._calls = itertools.count(1)
        self.channels: dict[str, str] = {}
        """The channels that are up: name to unique id."""

    @property
    def url(self) -> str:
        """What `AsyncClient.from_url` and `Client.from_url` take; it holds the secret."""
        return f"ami://{quote(self.username)}:{quote(self.secret, safe='')}@127.0.0.1:{self.port}"

    def emit(self, event: Event | Pairs) -> None:
        """Send an event to every session that wants events.

        Args:
            event: An event made by hand, or its headers, the first of which is Event.
        """
        self.call(self._emit, list(event.headers if isinstance(event, Event) else event))

    def _emit(self, pairs: Pairs) -> None:
        for session in self._sessions:
            if session.wants_events:
                session.write(pairs)

    def new_channel(self, name: str) -> tuple[str, str]:
        """Make the name and the unique id of a channel."""
        number = next(self._calls)
        return f"{name}-{number:08x}", f"1795379457.{number}"

    async def _serve(self, peer: Peer) -> None:
        session = _Session(self, peer)
        self._sessions.append(session)
        try:
            await session.serve()
        finally:
            self._sessions.remove(session)


Play = Callable[["_Session", Headers], Awaitable[None]]


class _Session:
    """One client."""

    def __init__(self, server: FakeAsterisk, peer: Peer) -> None:
        self.server = server
        self._peer = peer
        self._challenge = ""
        self.logged_in = False
        self.wants_events = False
        self.leaving = False

    def write(self, pairs: Pairs) -> None:
        """Write one message."""
        self._peer.write(*(f"{key}: {value}" for key, value in pairs))

    def respond(self, action: Headers, response: str, *pairs: tuple[str, object]) -> None:
        """Write the response to an action."""
        action_id = action.get("ActionID")
        head = [("ActionID", action_id)] if action_id else []
        self.write([("Response", response), *head, *pairs])

    async def serve(self) -> None:
        """Answer actions until the client leaves."""
        self._peer.send(GREETING)
        while not self.leaving:
            await self._answer(await self._peer.action())
            await self._peer.writer.drain()

    async def _answer(self, action: Headers) -> None:
        hidden = ("secret", "key")
        self.server.received.append(
            Headers((key, "***" if key.lower() in hidden else value) for key, value in action)
        )
        name = action.get("Action") or ""
        play = _PLAYS.get(name.lower())
        if not name:
            self.respond(action, "Error", ("Message", "Missing action in request"))
        elif not self.logged_in and name.lower() not in ("login", "challenge", "logoff"):
            self.respond(action, "Error", ("Message", "Permission denied"))
        elif name not in ACTIONS or MAJOR not in ACTIONS[name].ami.versions:
            text = f"Invalid/unknown command: {name}."
            advice = "Use Action: ListCommands to show available commands."
            self.respond(action, "Error", ("Message", f"{text} {advice}"))
        elif (missing := _missing(name, action)) is not None:
            self.respond(action, "Error", ("Message", f"{missing} not specified"))
        elif play is None:
            self.respond(action, "Error", ("Message", f"FakeAsterisk does not play {name}"))
        else:
            await play(self, action)

    async def challenge(self, action: Headers) -> None:
        """Give a number to answer with."""
        self._challenge = str(secrets.randbelow(10**9))
        self.respond(action, "Success", ("Challenge", self._challenge))

    async def login(self, action: Headers) -> None:
        """Check user and secret, or the answer to the challenge."""
        secret = self.server.secret
        if (action.get("AuthType") or "").lower() == "md5":
            text = (self._challenge + secret).encode()
            proved = action.get("Key") == md5(text, usedforsecurity=False).hexdigest()
        else:
            proved = action.get("Secret") == secret
        if action.get("Username") != self.server.username or not proved:
            self.respond(action, "Error", ("Message", "Authentication failed"))
            self.leaving = True
            return
        self.logged_in = True
        self.wants_events = (action.get("Events") or "on").lower() != "off"
        self.respond(action, "Success", ("Message", "Authentication accepted"))
        if self.wants_events:
            booted = [("Event", "FullyBooted"), ("Privilege", "system,all")]
            self.write([*booted, ("Status", "Fully Booted"), ("Uptime", 60), ("LastReload", 60)])

    async def logoff(self, action: Headers) -> None:
        """Say goodbye."""
        self.respond(action, "Goodbye", ("Message", "Thanks for all the fish."))
        self.leaving = True

    async def ping(self, action: Headers) -> None:
        """Answer."""
        self.respond(action, "Success", ("Ping", "Pong"), ("Timestamp", "1795379457.082368"))

    async def events(self, action: Headers) -> None:
        """Turn events on or off."""
        self.wants_events = (action.get("EventMask") or "").lower() != "off"
        self.respond(action, "Success", ("Events", "On" if self.wants_events else "Off"))

    async def core_settings(self, action: Headers) -> None:
        """Tell the settings of a server that was just installed."""
        self.respond(
            action,
            "Success",
            ("AMIversion", "11.0.0"),
            ("AsteriskVersion", "22.10.0"),
            ("SystemName", ""),
            ("CoreMaxCalls", 0),
            ("CoreMaxLoadAvg", "0.000000"),
            ("CoreRunUser", ""),
            ("CoreRunGroup", ""),
            ("CoreMaxFilehandles", 0),
            ("CoreRealTimeEnabled", "No"),
            ("CoreCDRenabled", "Yes"),
            ("CoreHTTPenabled", "No"),
            ("SoundsSearchCustomDir", "No"),
        )

    async def list_commands(self, action: Headers) -> None:
        """List what it plays."""
        known = (ACTIONS[name].ami for name in _PLAYS)
        lines = [
            (
                ami.name,
                f"(Priv: {','.join((*ami.privilege, 'all')) if ami.privilege else '<none>'})",
            )
            for ami in known
        ]
        self.respond(action, "Success", *lines)

    async def queue_status(self, action: Headers) -> None:
        """List the one queue that there is."""
        member = [("Queue", "support"), ("Name", "Alice"), ("Location", "PJSIP/6001")]
        member += [("StateInterface", "PJSIP/6001"), ("Membership", "static"), ("Penalty", "0")]
        member += [("CallsTaken", "4"), ("LastCall", "1795379000"), ("LastPause", "0")]
        member += [("LoginTime", "1795370000"), ("InCall", "0"), ("Status", "1"), ("Paused", "0")]
        queue = [("Queue", "support"), ("Max", "0"), ("Strategy", "ringall"), ("Calls", "0")]
        queue += [("Holdtime", "12"), ("TalkTime", "180"), ("Completed", "7"), ("Abandoned", "1")]
        queue += [("ServiceLevel", "20"), ("ServicelevelPerf", "87.5"), ("Weight", "0")]
        items = [("QueueParams", queue), ("QueueMember", member)]
        if action.get("Queue") not in (None, "", "support"):
            items = []
        self._list(action, "Queue status will follow", items, "QueueStatusComplete")

    async def core_show_channels(self, action: Headers) -> None:
        """List the channels that are up."""
        items = [
            ("CoreShowChannel", [*_snapshot(name, uid, 6, "Up"), ("Duration", "00:00:01")])
            for name, uid in self.server.channels.items()
        ]
        self._list(action, "Channels will follow", items, "CoreShowChannelsComplete")

    def _list(
        self,
        action: Headers,
        message: str,
        items: list[tuple[str, list[tuple[str, str]]]],
        end: str,
    ) -> None:
        self.respond(action, "Success", ("EventList", "start"), ("Message", message))
        own = [("ActionID", action.get("ActionID") or "")]
        for name, pairs in items:
            self.write([("Event", name), *own, *pairs])
        self.write([("Event", end), *own, ("EventList", "Complete"), ("ListItems", len(items))])

    async def command(self, action: Headers) -> None:
        """Know one command."""
        command = action.get("Command") or ""
        follows = ("Message", "Command output follows")
        if command == "core show uptime":
            self.respond(action, "Success", follows, ("Output", "System uptime: 1 minute"))
        else:
            text = (
                f"No such command '{command}' (type 'core show help' for other possible commands)"
            )
            self.respond(action, "Error", follows, ("Output", text))

    async def user_event(self, action: Headers) -> None:
        """Send the event to everybody, headers and ActionID included."""
        self.respond(action, "Success", ("Message", "Event Sent"))
        name = action.get("UserEvent")
        rest = [pair for pair in action if pair[0].lower() not in ("action", "userevent")]
        self.server.emit(
            [("Event", "UserEvent"), ("Privilege", "user,all"), ("UserEvent", name), *rest]
        )

    async def originate(self, action: Headers) -> None:
        """Play a call: to a channel whose name has "busy" in it, busy; to others, answered."""
        if (action.get("Async") or "").lower() in ("true", "yes", "1", "on", "y", "t"):
            self.respond(action, "Success", ("Message", "Originate successfully queued"))
            self.server.run(self._call(action))
            return
        await self._call(action)
        if "busy" in (action.get("Channel") or ""):
            self.respond(action, "Error", ("Message", "Originate failed"))
        else:
            self.respond(action, "Success", ("Message", "Originate successfully queued"))

    async def _call(self, action: Headers) -> None:
        server = self.server
        wanted = action.get("Channel") or ""
        busy = "busy" in wanted
        name, uid = server.new_channel(wanted)
        call = ("Privilege", "call,all")
        server.emit([("Event", "Newchannel"), call, *_snapshot(name, uid, 0, "Down")])
        server.emit([("Event", "Newstate"), call, *_snapshot(name, uid, 5, "Ringing")])
        await asyncio.sleep(server.ring)
        if not busy:
            server.channels[name] = uid
            server.emit([("Event", "Newstate"), call, *_snapshot(name, uid, 6, "Up")])
        outcome: Mapping[str, object] = {
            "Response": "Failure" if busy else "Success",
            "Channel": wanted if busy else name,
            "Context": action.get("Context") or "",
            "Exten": action.get("Exten") or "",
            "Application": action.get("Application") or "",
            "Reason": 5 if busy else 4,
            "Uniqueid": "<unknown>" if busy else uid,
            "CallerIDNum": "<unknown>",
            "CallerIDName": "<unknown>",
        }
        if action.get("Async"):
            head = [("Event", "OriginateResponse"), call, ("ActionID", action.get("ActionID"))]
            server.emit([*head, *outcome.items()])
        await asyncio.sleep(server.ring)
        server.channels.pop(name, None)
        cause, text = (17, "User busy") if busy else (16, "Normal Clearing")
        snapshot = _snapshot(name, uid, 6, "Up")
        server.emit([("Event", "Hangup"), call, *snapshot, ("Cause", cause), ("Cause-txt", text)])


def _snapshot(name: str, uid: str, state: int, desc: str) -> list[tuple[str, str]]:
    unknown = ("CallerIDNum", "CallerIDName", "ConnectedLineNum", "ConnectedLineName")
    return [
        ("Channel", name),
        ("ChannelState", str(state)),
        ("ChannelStateDesc", desc),
        *((header, "<unknown>") for header in unknown),
        ("Language", "en"),
        ("AccountCode", ""),
        ("Context", "default"),
        ("Exten", ""),
        ("Priority", "1"),
        ("Uniqueid", uid),
        ("Linkedid", uid),
    ]


def _missing(name: str, action: Headers) -> str | None:
    """Return the first required header that is not there."""
    for field in ACTIONS[name].model_fields.values():
        wire = field.serialization_alias
        if field.is_required() and wire and not action.get(wire):
            return wire
    return None


_PLAYS: Mapping[str, Play] = {
    "challenge": _Session.challenge,
    "login": _Session.login,
    "logoff": _Session.logoff,
    "ping": _Session.ping,
    "events": _Session.events,
    "coresettings": _Session.core_settings,
    "queuestatus": _Session.queue_status,
    "coreshowchannels": _Session.core_show_channels,
    "command": _Session.command,
    "listcommands": _Session.list_commands,
    "userevent": _Session.user_event,
    "originate": _Session.originate,
}
