"""Calls: one party is dialled, rings, answers or does not, and somebody hangs up.

A `Call` is one dialled leg. `FakeAsterisk.call` has a phone call another one; an Originate is a
call without a caller, and what the answered channel dials then is a call of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .channels import Bridge, Channel, Values, served
from .transfers import join_calls, send_on
from .world import World

__all__ = ["Call", "Manner", "device_of", "dial", "status_of"]

Status = Literal["dialing", "ringing", "up", "ended"]

_STATUSES = {16: "NOANSWER", 17: "BUSY", 18: "NOANSWER", 19: "NOANSWER", 34: "CONGESTION"}


@dataclass(frozen=True)
class Manner:
    """How a phone or an extension behaves when it is called.

    Attributes:
        answer: Whether it answers; None to ring until the test says what it does.
        ring: Seconds that it rings for; None for the server's own.
        talk: Seconds after which it hangs up; None for the server's own.
        cause: Why it does not answer, such as 17 (busy), or hangs up.
        dial: An extension dials this when it is called,
        queue: enters this queue,
        conference: joins this conference,
        admin: as an admin of it,
        muted: muted,
        park: or is parked in this lot.
        hint: The device whose state is that of the extension.
    """

    answer: bool | None = True
    ring: float | None = None
    talk: float | None = None
    cause: int = 16
    dial: str | None = None
    queue: str | None = None
    conference: str | None = None
    admin: bool = False
    muted: bool = False
    park: str | None = None
    hint: str | None = None


class Call:
    """A call: somebody, or the server itself, has dialled a channel.

    ::

        call = server.call("PJSIP/6001", "PJSIP/6002")  # it rings
        call.answer()
        call.hangup(16)
    """

    def __init__(
        self,
        world: World,
        caller: Channel | None,
        callee: Channel,
        *,
        answered: Callable[[Call], None] | None = None,
        failed: Callable[[Call], None] | None = None,
        ended: Callable[[Call, str], None] | None = None,
    ) -> None:
        self.world = world
        self.caller = caller
        """Who calls; None where the server does."""
        self.callee = callee
        """Who is called."""
        self.status: Status = "dialing"
        self.dial_status: str | None = None
        """How dialling ended: ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL."""
        self.cause = 0
        """Why the call ended."""
        self.bridge: Bridge | None = None
        """Where the two hear each other."""
        self._answered = answered
        self._failed = failed
        self._ended = ended
        self._gave_up = False

    @property
    def linked_id(self) -> str:
        """What all channels of the call have in common."""
        return self.callee.linked_id

    # --- for tests ------------------------------------------------------------------------

    @served
    def ring(self) -> None:
        """The called phone rings."""
        self._check("ring", "dialing")
        self.world.ring(self._phone)

    @served
    def answer(self) -> None:
        """The called phone is answered."""
        self._check("answer", "dialing", "ringing")
        self.world.answer(self._phone)

    @served
    def busy(self) -> None:
        """The called phone is busy."""
        self._check("be busy", "dialing", "ringing")
        self.world.hang_up(self._phone, 17, by_phone=True)

    @served
    def hangup(self, cause: int = 16, *, by: Literal["callee", "caller"] = "callee") -> None:
        """One side hangs up: the called one declines so, a caller gives up.

        Args:
            cause: Why, such as 16 (normal), 17 (busy), 21 (rejected).
            by: Who does.
        """
        self._check("be hung up", "dialing", "ringing", "up")
        channel = self._phone if by == "callee" or self.caller is None else self.caller
        self.world.hang_up(channel, cause, by_phone=True)

    @served
    def hold(self, *, by: Literal["callee", "caller"] = "callee") -> None:
        """One side puts the other on hold, which hears music."""
        self._check("be held", "up")
        self.world.tell("Hold", {**self._of(by).snapshot(), "MusicClass": "default"})
        if (other := self._other(by)) is not None:
            other.held = True
            self.world.refresh(other.device)
            self.world.tell("MusicOnHoldStart", {**other.snapshot(), "Class": "default"})

    @served
    def unhold(self, *, by: Literal["callee", "caller"] = "callee") -> None:
        """One side takes the other from hold."""
        self._check("be taken from hold", "up")
        self.world.tell("Unhold", self._of(by).snapshot())
        if (other := self._other(by)) is not None and other.held:
            other.held = False
            self.world.refresh(other.device)
            self.world.tell("MusicOnHoldStop", other.snapshot())

    @served
    def digits(self, digits: str, *, by: Literal["callee", "caller"] = "callee") -> None:
        """One side presses keys, and the other hears them."""
        self._check("send digits", "up")
        for digit in digits:
            heard = [(self._of(by), "Received")]
            if (other := self._other(by)) is not None:
                heard.append((other, "Sent"))
            for event, length in (("DTMFBegin", {}), ("DTMFEnd", {"DurationMs": 100})):
                for channel, direction in heard:
                    own = {"Digit": digit, "Direction": direction}
                    self.world.tell(event, {**channel.snapshot(), **own, **length})

    @served
    def transfer(
        self,
        to: str | Call,
        *,
        by: Literal["callee", "caller"] = "callee",
        context: str = "default",
    ) -> None:
        """One side transfers the other, and is out of it.

        Args:
            to: The extension to go to, without asking (blind); or the call that the same side
                has with who is to have it (attended).
            by: Who does.
            context: The extension's context.

        Raises:
            RuntimeError: One of the calls is not up.
        """
        self._check("be transferred", "up")
        if isinstance(to, str):
            send_on(self, self._of(by), context, to)
        else:
            join_calls(self, self._of(by), to)

    def _check(self, what: str, *statuses: Status) -> None:
        if self.status not in statuses:
            raise RuntimeError(f"{self} cannot {what}: it is {self.status}")

    def _of(self, by: str) -> Channel:
        return self.caller if by == "caller" and self.caller is not None else self.callee

    def _other(self, by: str) -> Channel | None:
        """Return who is talked to, if both hear each other."""
        return self.other_than(self._of(by)) if self.bridge is not None else None

    @property
    def _phone(self) -> Channel:
        """The channel that decides: of a Local one, the half that goes on."""
        return self.callee.other_half or self.callee

    # --- its life -------------------------------------------------------------------------

    def begin(self, dial_string: str) -> None:
        """Tell that the callee is dialled."""
        self.callee.doing = self
        if self.caller is not None:
            self.caller.doing = self
        self.world.tell("DialBegin", {**self._both(), "DialString": dial_string})

    def rings(self) -> None:
        """The callee rings."""
        if self.status == "dialing":
            self.status = "ringing"
            self.world.set_state(self.callee, 5)
            self.world.tell("DialState", {**self._both(), "DialStatus": "RINGING"})

    def answers(self) -> None:
        """The callee answers."""
        if self.status not in ("dialing", "ringing"):
            return
        self.status = "up"
        self.dial_status = "ANSWER"
        self.world.set_state(self.callee, 6)
        self.world.tell("DialEnd", {**self._both(), "DialStatus": "ANSWER"})
        if self._answered is not None:
            self._answered(self)
        elif self.caller is not None:
            self.join()

    def join(self) -> None:
        """Have the two hear each other."""
        assert self.caller is not None
        self.world.answer(self.caller)
        if self.status != "up":
            return  # who waited for that answer has hung up at once
        self.caller.connected_num = self.callee.caller_id_num
        self.caller.connected_name = self.callee.caller_id_name
        self.world.tell("NewConnectedLine", self.caller.snapshot())
        self.bridge = self.world.new_bridge()
        self.callee.exten = ""
        self.world.execute(self.callee, self.callee.application, self.callee.data)
        self.world.enter(self.bridge, self.callee)
        self.world.enter(self.bridge, self.caller)

    def give_up(self, status: str, cause: int) -> None:
        """Dial no longer, for this reason."""
        if self.status in ("dialing", "ringing"):
            self.dial_status = status
            self._gave_up = True
            self.world.hang_up(self.callee, cause)

    def part(self, first: Channel | None = None) -> None:
        """Let both go their ways, neither hung up; one may go before the other."""
        self.status = "ended"
        for channel in sorted(self.parties, key=lambda one: one is not first):
            channel.doing = None
            self.world.leave(channel)

    @property
    def parties(self) -> list[Channel]:
        """The channels that take part."""
        return [one for one in (self.callee, self.caller) if one is not None]

    def other_than(self, channel: Channel) -> Channel | None:
        """Return the other side, if there is one."""
        return next((one for one in self.parties if one is not channel), None)

    def replace(self, channel: Channel, by: Channel) -> None:
        """Have another channel take the place of one."""
        if channel is self.caller:
            self.caller = by
        else:
            self.callee = by
        channel.doing, by.doing = None, self

    def left(self, channel: Channel, cause: int) -> None:
        """One side is no longer there."""
        before, self.status = self.status, "ended"
        self.cause = cause
        by = "callee" if channel is self.callee else "caller"
        other = self.caller if channel is self.callee else self.callee
        if before == "ended":
            return
        if other is not None:
            other.doing = None
        if before == "up":
            self.world.leave(channel)
            if self._ended is not None:
                self._ended(self, by)
            if other is not None and other.doing is None:
                self.world.hang_up(other, cause)
            return
        if self.dial_status is None:
            self.dial_status = "CANCEL" if by == "caller" else status_of(cause)
        if self.caller is not None or not self._gave_up:
            # When an Originate's time is up, a server says nothing of the end of dialling.
            self.world.tell("DialEnd", {**self._both(), "DialStatus": self.dial_status})
        if by == "caller":
            self.world.hang_up(self.callee, cause)
        if self._failed is not None:
            self._failed(self)
        elif by == "callee" and self.caller is not None:
            self.caller.variables["DIALSTATUS"] = self.dial_status
            if self.dial_status == "BUSY" and not self.caller.up:
                self.world.set_state(self.caller, 7)
            self.world.hang_up(self.caller, cause)

    def _both(self) -> Values:
        caller = self.caller.snapshot() if self.caller is not None else {}
        return {**caller, **self.callee.snapshot("Dest")}

    def __repr__(self) -> str:
        caller = self.caller.name if self.caller is not None else "the server"
        return f"<Call of {caller} to {self.callee.name}, {self.status}>"


def status_of(cause: int) -> str:
    """Return what DialStatus is where a call was not answered for this reason."""
    return _STATUSES.get(cause, "CHANUNAVAIL")


def device_of(destination: str) -> str:
    """Return the device that is dialled: PJSIP/trunk of PJSIP/123@trunk or PJSIP/trunk/sip:123."""
    technology, _, rest = destination.partition("/")
    if technology.lower() == "local":
        return f"Local/{rest}"
    rest = rest.rpartition("@")[2] if "@" in rest.partition("/")[0] else rest.partition("/")[0]
    return f"{technology}/{rest}"


def dial(
    world: World,
    caller: Channel | None,
    destination: str,
    *,
    manner: Manner | None = None,
    application: str = "AppDial",
    timeout: float | None = None,
    caller_id: str | None = None,
    variables: Mapping[str, str] | None = None,
    begun: Callable[[Call], None] | None = None,
    answered: Callable[[Call], None] | None = None,
    failed: Callable[[Call], None] | None = None,
    ended: Callable[[Call, str], None] | None = None,
) -> Call:
    """Dial, and play what comes of it.

    Args:
        world: Where.
        caller: Who dials; None for the server.
        destination: What is dialled, such as PJSIP/6002.
        manner: How it behaves; without it, as the dialplan says.
        application: What events say that the dialled channel executes.
        timeout: Seconds after which it is no answer.
        caller_id: The caller id that the dialled channel has.
        variables: Its variables.
        begun: Called when the channel is there.
        answered: Called when it answers; without it the two are bridged.
        failed: Called when it does not; without it the caller is hung up.
        ended: Called when an answered call ends, with who hung up.
    """
    device = device_of(destination)
    linked_id = caller.linked_id if caller is not None else None
    details: dict[str, Any] = {
        "linked_id": linked_id, "caller_id": caller_id, "variables": variables,
    }  # fmt: skip
    if device.startswith("Local/"):
        details["caller_id"] = caller_id or ""
        callee, goes_on = world.new_local(device, **details)
    else:
        callee = goes_on = world.new_channel(device, exten="s", **details)
    if caller is not None:
        callee.context, callee.exten = caller.context, caller.exten
        callee.account_code = caller.account_code
        callee.connected_num, callee.connected_name = caller.caller_id_num, caller.caller_id_name
    world.execute(callee, application, "(Outgoing Line)")
    if caller is not None:
        world.tell("NewConnectedLine", callee.snapshot())
    if callee is not goes_on:
        told = {**callee.snapshot("LocalOne"), **goes_on.snapshot("LocalTwo")}
        told |= {"Context": goes_on.context, "Exten": goes_on.exten}
        optimized = "No" if destination.endswith("/n") else "Yes"
        world.tell("LocalBridge", told | {"LocalOptimization": optimized})
    call = Call(world, caller, callee, answered=answered, failed=failed, ended=ended)
    goes_on.on_ring, goes_on.on_answer = call.rings, call.answers
    world.dialplan.calls.append(call)
    if begun is not None:
        begun(call)
    call.begin(destination.partition("/")[2])
    if timeout is not None:
        world.later(timeout, lambda: call.give_up("NOANSWER", 19))
    if callee is not goes_on and manner is None:
        world.dialplan.run(goes_on, goes_on.context, goes_on.exten)
    else:
        world.dialplan.play(call, manner or world.dialplan.manner_of(destination))
    return call
