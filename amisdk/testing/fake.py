"""`FakeAsterisk`, an AMI server in the process: what a test sees of it."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from amisdk.registry import Registry

from .calls import Call, Manner, dial
from .channels import DEVICE_STATES, Bridge, Channel, named, number_of
from .conferences import Conference
from .data import PRESENCES
from .engine import Engine
from .faults import Fault
from .queues import Queue
from .received import check
from .request import HandMade, told_by
from .rules import Rule
from .running import Running
from .users import User
from .witness import Kind, Witness
from .world import World

__all__ = ["FakeAsterisk"]

T = TypeVar("T")


class FakeAsterisk(Running, Witness):
    """An AMI server on 127.0.0.1, for tests and demonstrations.

    ::

        async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
            await ami.send(actions.Ping())

        with FakeAsterisk() as server, Client.from_url(server.url) as ami:
            ami.send(actions.Ping())

    It knows every action of the spec, judges what it is sent as the real server of its version
    does, and answers in that server's shape. It has a queue ``support`` with a member, and no calls
    until somebody makes one. It runs in a thread of its own; all its methods may be used from any.

    Args:
        version: The Asterisk to be, from 16 to 23.
        username: The user who may log in.
        secret: The user's secret.
        read: The classes of events that the user sees, such as ``call,agent``.
        write: The classes of actions that the user may send.
        users: Further users.
        port: The port to listen on; 0 for any free one.
        ssl: The context to speak TLS with; None for plain TCP.
        registry: The registry of a package that amisdk-codegen made, whose actions and events
            it is to know too.
        ring: Seconds that a called phone rings before it is answered.
        talk: Seconds after which who was called hangs up; None for never.
        timestamps: Whether events have a Timestamp, as with ``timestampevents`` in manager.conf.
        channel_variables: Variables that every event of a channel shows, as with ``channelvars``.
    """

    def __init__(
        self,
        *,
        version: int = 22,
        username: str = "admin",
        secret: str = "amisdk",  # noqa: S107 - it guards nothing
        read: str | Sequence[str] = "all",
        write: str | Sequence[str] = "all",
        users: Iterable[User] = (),
        port: int = 0,
        ssl: ssl.SSLContext | None = None,
        registry: Registry | None = None,
        ring: float = 0.0,
        talk: float | None = None,
        timestamps: bool = False,
        channel_variables: Iterable[str] = (),
    ) -> None:
        super().__init__(port, ssl)
        self.version = version
        self.username = username
        self._engine = Engine(
            self._scripted.do,
            self._scripted.later,
            major=version,
            registry=registry,
            users=[User(username, secret, _classes(read), _classes(write)), *users],
            ring=ring,
            talk=talk,
            timestamps=timestamps,
            channel_variables=channel_variables,
        )
        support = self.queue("support")
        support.completed, support.abandoned, support.service_level = 7, 1, 20
        support.service_level_perf, support.hold_time, support.talk_time = 87.5, 12, 180
        support.add("PJSIP/6001", "Alice", membership="static").calls_taken = 4

    @property
    def world(self) -> World:
        """Its channels, bridges and devices."""
        return self._engine.world

    # --- scripting ------------------------------------------------------------------------

    def emit(self, *events: HandMade) -> None:
        """Send events to every session that may see them and wants them.

        Args:
            *events: Events made by hand, such as ``events.Hangup(cause=16)``, or their headers,
                the first of which is Event.

        Raises:
            TypeError: Something is no event.
        """
        for told in [told_by(event) for event in events]:
            self._scripted.call(self._engine.emit, told)

    def on(self, kind: Kind, /, **fields: object) -> Rule:
        """Say how an action is answered; what is said of the rule says how.

        ::

            server.on(actions.QueueAdd, queue="support").error("No such queue")

        Args:
            kind: The action's class; its name if the spec does not know it.
            **fields: Values that it must have; of a name, headers.
        """
        check(kind, {})
        name = kind if isinstance(kind, str) else kind.ami.name
        cls = None if isinstance(kind, str) else kind
        rule = Rule(self._engine, name, cls, fields)
        return self._do(lambda: self._engine.rules.add(rule))

    # --- calls ----------------------------------------------------------------------------

    def call(
        self,
        caller: str,
        callee: str,
        *,
        answer: bool | None = None,
        ring: float | None = None,
        talk: float | None = None,
        cause: int = 16,
        caller_id: str | None = None,
        context: str = "default",
        variables: Mapping[str, str] = {},
    ) -> Call:
        """Have a phone call another one, and return the call.

        Args:
            caller: The phone that calls, such as PJSIP/6001.
            callee: What it dials, such as PJSIP/6002.
            answer: True to answer, False not to; without it the call rings until the test says.
            ring: Seconds until it is answered or not.
            talk: Seconds after which the called phone hangs up.
            cause: Why it does not answer, such as 17 (busy), or hangs up.
            caller_id: Name and number of the caller, as in ``"Zoë" <0301234>``.
            context: The context that the caller is in.
            variables: Variables of the caller's channel.
        """

        def begin() -> Call:
            channel = self._arrive(caller, number_of(callee), context, caller_id, variables)
            self.world.execute(channel, "Dial", callee)
            manner = Manner(answer=answer, ring=ring, talk=talk, cause=cause)
            return dial(self.world, channel, callee, manner=manner)

        for device in (caller, callee):
            named(device)
        return self._do(begin)

    def incoming(
        self,
        caller: str,
        exten: str,
        *,
        caller_id: str | None = None,
        context: str = "default",
        variables: Mapping[str, str] = {},
    ) -> Channel:
        """Have a call come in and go to an extension, and return its channel.

        Args:
            caller: What it comes from, such as PJSIP/trunk.
            exten: The extension; `extension` says what it does.
            caller_id: Name and number of the caller, as in ``"Zoë" <0301234>``.
            context: The extension's context.
            variables: Variables of the channel.
        """

        def begin() -> Channel:
            channel = self._arrive(caller, exten, context, caller_id, variables)
            self.world.dialplan.run(channel, context, exten)
            return channel

        named(caller)
        return self._do(begin)

    def _arrive(
        self,
        caller: str,
        exten: str,
        context: str,
        caller_id: str | None,
        variables: Mapping[str, str],
    ) -> Channel:
        return self.world.new_channel(
            caller,
            state=4,
            exten=exten,
            context=context,
            caller_id=caller_id,
            variables=variables,
        )

    def add_channel(self, name: str, unique_id: str | None = None, *, state: int = 6) -> Channel:
        """Have a channel be there of which no event tells; return it.

        So a program is tested that asks what there is, as after a connection was lost.

        Args:
            name: Its name, such as PJSIP/6001-0000002a.
            unique_id: Its unique id; without it, the next one.
            state: Its state, such as 6 (up) or 5 (ringing).
        """
        return self._do(lambda: self.world.put(name, unique_id, state))

    @property
    def calls(self) -> list[Call]:
        """All calls that there were, those of Originate too, in the order of their beginning."""
        return self._do(lambda: list(self._engine.dialplan.calls))

    @property
    def channels(self) -> dict[str, Channel]:
        """The channels that there are, by name."""
        return self._do(lambda: dict(self.world.channels))

    @property
    def bridges(self) -> list[Bridge]:
        """The bridges that there are."""
        return self._do(lambda: list(self.world.bridges.values()))

    def phone(
        self,
        device: str,
        *,
        answer: bool | None = True,
        ring: float | None = None,
        talk: float | None = None,
        cause: int = 16,
    ) -> None:
        """Say how a phone behaves when it is called, by Originate, a queue or an extension.

        Args:
            device: The phone, such as PJSIP/6002.
            answer: Whether it answers; None to ring until the test says what it does.
            ring: Seconds that it rings for.
            talk: Seconds after which it hangs up.
            cause: Why it does not answer, such as 17 (busy), or hangs up.
        """
        manner = Manner(answer=answer, ring=ring, talk=talk, cause=cause)
        self._do(lambda: self._engine.dialplan.phones.__setitem__(named(device), manner))

    def extension(self, exten: str, *, context: str = "default", **manner: Any) -> None:
        """Say what an extension does.

        Args:
            exten: Its number.
            context: Its context.
            **manner: Fields of `amisdk.testing.Manner`: ``queue="support"``, ``dial="PJSIP/6002"``,
                ``conference="900"``, ``answer=False, cause=17``, ``hint="PJSIP/6001"``.
        """
        plan = Manner(**manner)
        self._do(lambda: self._engine.dialplan.extensions.__setitem__((context, exten), plan))

    # --- what else there is ---------------------------------------------------------------

    def queue(self, name: str) -> Queue:
        """Return a queue; it is made if there is none of this name."""
        return self._do(lambda: self._engine.queues.get(name))

    def conference(self, name: str) -> Conference:
        """Return a conference; it is made if there is none of this name."""
        return self._do(lambda: self._engine.conferences.get(name))

    @property
    def database(self) -> dict[str, str]:
        """Its database: keys such as /family/key, and their values."""
        return self._engine.data.database

    @property
    def variables(self) -> dict[str, str]:
        """Its global variables."""
        return self.world.variables

    def device(self, name: str, state: str) -> None:
        """Give a device a state, such as INUSE or UNAVAILABLE, and tell about it.

        Raises:
            ValueError: There is no such state.
        """
        if state not in DEVICE_STATES:
            raise ValueError(f"{state!r} is none of {', '.join(DEVICE_STATES)}")
        self._do(lambda: self.world.set_device(name, state))

    def presence(self, provider: str, state: str, subtype: str = "", message: str = "") -> None:
        """Give a presence, such as CustomPresence:6003, a state, and tell about it.

        Args:
            provider: Whose.
            state: Such as available, away or dnd.
            subtype: What there is to it, such as lunch.
            message: A text for people.

        Raises:
            ValueError: There is no such state.
        """
        if state not in PRESENCES:
            raise ValueError(f"{state!r} is none of {', '.join(PRESENCES)}")
        self._do(lambda: self._engine.data.set_presence(provider, state, subtype, message))

    # --- faults ---------------------------------------------------------------------------

    def delay(self, seconds: float) -> Fault:
        """Answer everything late, until the fault's end."""
        return self._fault("delay", seconds, 0.0)

    def silence(self) -> Fault:
        """Answer nothing, until the fault's end."""
        return self._fault("silent", True, False)

    def refuse(self) -> Fault:
        """Let nobody in, until the fault's end: connections are reset before the greeting."""
        return self._fault("refusing", True, False)

    def _fault(self, name: str, value: object, well: object) -> Fault:
        faults = self._engine.faults
        self._do(lambda: setattr(faults, name, value))
        return Fault(lambda: self._do(lambda: setattr(faults, name, well)))

    def disconnect(self, *, reset: bool = False) -> None:
        """End all connections that there are; clients may connect again.

        Args:
            reset: With RST instead of FIN: what is on its way is lost.
        """

        def drop() -> None:
            for session in list(self._engine.sessions):
                if reset:
                    session.peer.reset()
                else:
                    session.peer.writer.close()

        self._do(drop)

    def restart(self) -> None:
        """Be as after a crash: connections and calls are gone, without a word, and it is back."""
        self.shut()
        self._do(self.world.clear)
        self.listen()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be switched off, for the time of a ``with``: nothing listens at the port."""
        self.shut()
        yield
        self.listen()


def _classes(given: str | Sequence[str]) -> str | tuple[str, ...]:
    return given if isinstance(given, str) else tuple(given)
