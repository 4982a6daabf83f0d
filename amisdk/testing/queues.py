"""Queues: members who are added, paused and removed, callers who wait, give up or are answered.

A caller is offered to the first member who is free, lowest penalty first, whatever the strategy;
who does not answer is passed over until the others were asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from .calls import Call, dial
from .channels import DEVICE_STATES, Channel, Values, named, served
from .request import Item
from .world import World

__all__ = ["Caller", "Member", "Queue"]

RETRY = 5.0
"""Seconds after which members who did not answer are asked again."""


@dataclass(eq=False, repr=False)
class Member:
    """Who answers the callers of a queue."""

    queue: Queue
    interface: str
    name: str
    state_interface: str
    membership: str = "dynamic"
    penalty: int = 0
    paused: bool = False
    reason: str = ""
    calls_taken: int = 0
    last_call: int = 0
    last_pause: int = 0
    login_time: int = field(default_factory=lambda: int(time.time()))
    in_call: bool = False
    ring_in_use: bool = True

    @property
    def status(self) -> int:
        """The state of the member's device, as a number."""
        state = self.queue.world.devices.get(self.state_interface, "NOT_INUSE")
        return DEVICE_STATES.index(state) if state in DEVICE_STATES else 0

    @property
    def world(self) -> World:
        """Where it is."""
        return self.queue.world

    @served
    def pause(self, reason: str = "") -> None:
        """Pause the member, and tell about it."""
        self.queue.pause(self, True, reason)

    @served
    def unpause(self) -> None:
        """Have the member go on, and tell about it."""
        self.queue.pause(self, False, "")

    def __repr__(self) -> str:
        return f"<Member {self.interface} of {self.queue.name}{', paused' if self.paused else ''}>"

    def values(self) -> Values:
        """Return what events tell about the member."""
        return {
            "Queue": self.queue.name,
            "MemberName": self.name,
            "Interface": self.interface,
            "StateInterface": self.state_interface,
            "Membership": self.membership,
            "Penalty": self.penalty,
            "CallsTaken": self.calls_taken,
            "LastCall": self.last_call,
            "LastPause": self.last_pause,
            "LoginTime": self.login_time,
            "InCall": int(self.in_call),
            "Status": self.status,
            "Paused": int(self.paused),
            "PausedReason": self.reason,
            "Ringinuse": int(self.ring_in_use),
            "Wrapuptime": 0,
        }

    def item(self) -> Item:
        """Return the member as QueueStatus shows it."""
        values = self.values()
        values["Name"], values["Location"] = values.pop("MemberName"), values.pop("Interface")
        del values["Ringinuse"]
        return "QueueMember", values


class Caller:
    """Who waits in a queue."""

    def __init__(self, queue: Queue, channel: Channel, timeout: float | None) -> None:
        self.queue = queue
        self.channel = channel
        self.original_position = len(queue.callers) + 1
        self.priority = 0
        self.call: Call | None = None
        """The call to a member, from when one rings."""
        self.tried: set[Member] = set()
        self._began = time.monotonic()
        if timeout is not None:
            queue.world.after(channel, timeout, partial(queue.dismiss, self))

    @property
    def world(self) -> World:
        """Where it is."""
        return self.queue.world

    @property
    def waiting(self) -> bool:
        """Whether nobody has answered yet."""
        return self in self.queue.callers

    @property
    def position(self) -> int:
        """The place in the queue, from 1; 0 when no longer in it."""
        return self.queue.callers.index(self) + 1 if self.waiting else 0

    @property
    def waited(self) -> int:
        """How many seconds."""
        return int(time.monotonic() - self._began)

    @served
    def abandon(self) -> None:
        """Hang up."""
        self.world.hang_up(self.channel, 16, by_phone=True)

    def left(self, channel: Channel, cause: int) -> None:  # noqa: ARG002
        """Leave the queue without having been answered."""
        if self.waiting:
            self.queue.abandon(self)

    def __repr__(self) -> str:
        return f"<Caller {self.channel.name} in {self.queue.name}>"


class Queue:
    """A queue. `FakeAsterisk.queue` makes one, or returns it."""

    def __init__(self, world: World, name: str, strategy: str = "ringall") -> None:
        self.world = world
        self.name = name
        self.strategy = strategy
        self.members: list[Member] = []
        self.callers: list[Caller] = []
        self.completed = self.abandoned = self.hold_time = self.talk_time = 0
        self.service_level = 0
        self.service_level_perf = 0.0
        self.timeout = 15.0
        """Seconds that a member may ring."""

    # --- for tests ------------------------------------------------------------------------

    @served
    def add(
        self,
        interface: str,
        name: str | None = None,
        *,
        penalty: int = 0,
        paused: bool = False,
        membership: str = "dynamic",
        state_interface: str | None = None,
    ) -> Member:
        """Add a member, and tell about it.

        Raises:
            ValueError: It is one.
        """
        if self.member(interface) is not None:
            raise ValueError(f"{interface} is a member of {self.name} already")
        device = state_interface or interface
        member = Member(self, interface, name or interface, device, membership, penalty, paused)
        self.members.append(member)
        self.world.tell("QueueMemberAdded", member.values())
        self.world.later(0, self.distribute)
        return member

    @served
    def remove(self, interface: str) -> None:
        """Remove a member, and tell about it."""
        member = self.member(interface)
        if member is None:
            raise LookupError(f"{interface} is no member of {self.name}")
        self.members.remove(member)
        self.world.tell("QueueMemberRemoved", member.values())

    @served
    def join(self, device: str, *, caller_id: str | None = None) -> Caller:
        """Have somebody call and come into the queue.

        Args:
            device: What the caller calls with, such as PJSIP/trunk.
            caller_id: Name and number, as in ``"Zoë" <0301234>``.
        """
        channel = self.world.new_channel(named(device), state=4, caller_id=caller_id)
        self.world.answer(channel)
        self.world.execute(channel, "Queue", self.name)
        return self.enter(channel)

    def member(self, interface: str) -> Member | None:
        """Return the member with this interface."""
        return next((one for one in self.members if one.interface == interface), None)

    # --- callers --------------------------------------------------------------------------

    @served
    def enter(self, channel: Channel, timeout: float | None = None) -> Caller:
        """Have a channel wait."""
        caller = Caller(self, channel, timeout)
        self.callers.append(caller)
        channel.doing = caller
        self._tell(caller, "QueueCallerJoin", Position=caller.position, Count=len(self.callers))
        self.world.tell("MusicOnHoldStart", {**channel.snapshot(), "Class": "default"})
        self.distribute()
        return caller

    def abandon(self, caller: Caller) -> None:
        """Do without a caller who was not answered."""
        self.abandoned += 1
        self._tell(
            caller,
            "QueueCallerAbandon",
            Position=caller.position,
            OriginalPosition=caller.original_position,
            HoldTime=caller.waited,
        )
        self._leave(caller)

    @served
    def prefer(self, caller: Caller, priority: int, *, at_once: bool = True) -> None:
        """Give a caller another priority: those of a higher one are before the others.

        Args:
            caller: Who waits.
            priority: The new priority.
            at_once: Whether the caller's place is another one now; else only who comes in later
                is put behind.
        """
        caller.priority = priority
        if at_once:
            self.callers.sort(key=lambda one: -one.priority)

    @served
    def dismiss(self, caller: Caller) -> None:
        """Send a caller away whose time is up; to the server, one more who has given up."""
        if caller.waiting and caller.call is None:
            self.abandon(caller)
            caller.channel.doing = None
            self.world.hang_up(caller.channel)

    def _leave(self, caller: Caller) -> None:
        position = caller.position
        self.callers.remove(caller)
        self.world.tell("MusicOnHoldStop", caller.channel.snapshot())
        self._tell(caller, "QueueCallerLeave", Position=position, Count=len(self.callers))

    def _tell(self, caller: Caller, event: str, **values: object) -> None:
        self.world.tell(event, {**caller.channel.snapshot(), "Queue": self.name, **values})

    # --- members --------------------------------------------------------------------------

    def distribute(self) -> None:
        """Offer callers to members who are free."""
        for caller in list(self.callers):
            if caller.call is None and caller.waiting:
                free = [one for one in self.members if self._is_free(one)]
                untried = [one for one in free if one not in caller.tried]
                if untried:
                    self._offer(caller, min(untried, key=lambda one: one.penalty))
                elif free:
                    caller.tried.clear()
                    self.world.later(RETRY, self.distribute)

    def _is_free(self, member: Member) -> bool:
        busy = any(
            caller.call is not None
            and caller.call.status in ("dialing", "ringing")
            and caller.call.callee.device == member.interface
            for caller in self.callers
        )
        return not member.paused and not member.in_call and not busy and member.status in (0, 1)

    def _offer(self, caller: Caller, member: Member) -> None:
        caller.tried.add(member)
        rung = time.monotonic()

        def begun(call: Call) -> None:
            caller.call = call
            self._tell_agent("AgentCalled", call, member)

        def answered(call: Call) -> None:
            hold, ring = caller.waited, int(time.monotonic() - rung)
            self._leave(caller)
            member.in_call = True
            self._tell_agent("AgentConnect", call, member, HoldTime=hold, RingTime=ring)
            call.join()

        def failed(call: Call) -> None:
            caller.call = None
            if caller.channel.gone:
                self.abandon(caller)
                return
            caller.channel.doing = caller
            ring = int(1000 * (time.monotonic() - rung))
            self._tell_agent("AgentRingNoAnswer", call, member, RingTime=ring)
            self.world.later(0, self.distribute)

        def ended(call: Call, by: str) -> None:
            member.in_call = False
            member.calls_taken += 1
            member.last_call = int(time.time())
            self.completed += 1
            reason = "agent" if by == "callee" else "caller"
            told = {"HoldTime": caller.waited, "TalkTime": call.callee.seconds, "Reason": reason}
            self._tell_agent("AgentComplete", call, member, **told)

        dial(
            self.world,
            caller.channel,
            member.interface,
            application="AppQueue",
            timeout=self.timeout,
            begun=begun,
            answered=answered,
            failed=failed,
            ended=ended,
        )

    def _tell_agent(self, event: str, call: Call, member: Member, **values: object) -> None:
        caller = call.caller.snapshot() if call.caller is not None else {}
        told = {"Queue": self.name, "Interface": member.interface, "MemberName": member.name}
        self.world.tell(event, {**caller, **call.callee.snapshot("Dest"), **told, **values})

    @served
    def pause(self, member: Member, paused: bool, reason: str) -> None:
        """Pause a member or have it go on, and tell about it."""
        member.paused, member.reason = paused, reason if paused else ""
        if paused:
            member.last_pause = int(time.time())
        told = {**member.values(), "Reason": member.reason or None}
        self.world.tell("QueueMemberPause", told)
        self.world.later(0, self.distribute)

    def items(self, member: str) -> Iterator[Item]:
        """Yield what QueueStatus shows."""
        yield "QueueParams", {
            "Queue": self.name, "Max": 0, "Strategy": self.strategy, "Calls": len(self.callers),
            "Holdtime": self.hold_time, "TalkTime": self.talk_time, "Completed": self.completed,
            "Abandoned": self.abandoned, "ServiceLevel": self.service_level,
            "ServicelevelPerf": self.service_level_perf,
            "ServicelevelPerf2": self.service_level_perf, "Weight": 0,
        }  # fmt: skip
        yield from (one.item() for one in self.members if not member or one.interface == member)
        for caller in self.callers if not member else ():
            told = caller.channel.snapshot()
            named = ("CallerIDNum", "CallerIDName", "ConnectedLineNum", "ConnectedLineName")
            yield "QueueEntry", {
                "Queue": self.name, "Position": caller.position, "Channel": caller.channel.name,
                "Uniqueid": caller.channel.unique_id,
                **{name: str(told[name]).strip("<>") for name in named},
                "Wait": caller.waited, "Priority": caller.priority,
            }  # fmt: skip

    def summary(self) -> Item:
        """Return what QueueSummary shows."""
        available = sum(not one.paused and one.status == 1 for one in self.members)
        longest = max((caller.waited for caller in self.callers), default=0)
        return "QueueSummary", {
            "Queue": self.name, "LoggedIn": len(self.members), "Available": available,
            "Callers": len(self.callers), "HoldTime": self.hold_time, "TalkTime": self.talk_time,
            "LongestHoldTime": longest,
        }  # fmt: skip

    def __repr__(self) -> str:
        counts = f"{len(self.members)} members, {len(self.callers)} waiting"
        return f"<Queue {self.name}: {counts}>"
