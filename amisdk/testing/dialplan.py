"""What happens to a channel: how phones behave, what extensions do, which applications there are.

Nothing need be described. A phone that nobody described rings for the server's `ring` seconds and
answers; one whose name has "busy" in it is busy. An extension that nobody described dials the phone
of that number if one was described, else it answers and waits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .calls import Call, Manner, device_of, dial
from .channels import Channel, number_of
from .request import number_in, seconds_in
from .world import World

__all__ = ["Application", "Dialplan"]

Application = Callable[[Channel, list[str]], None]
"""What an application does to a channel, given its arguments."""

BUSY = Manner(answer=False, cause=17)


class Dialplan:
    """The phones and extensions of a server.

    Args:
        world: What they are in.
        ring: Seconds that a phone rings.
        talk: Seconds after which a called phone or extension hangs up; None for never.
    """

    def __init__(self, world: World, ring: float, talk: float | None) -> None:
        self.world = world
        self.ring = ring
        self.talk = talk
        self.phones: dict[str, Manner] = {}
        self.extensions: dict[tuple[str, str], Manner] = {}
        self.calls: list[Call] = []
        self.applications: dict[str, Application] = {
            "answer": lambda channel, _: world.answer(channel),
            "busy": lambda channel, _: self._refuse(channel, 17),
            "congestion": lambda channel, _: self._refuse(channel, 34),
            "dial": self._dial,
            "hangup": self._hang_up,
            "playback": self._play,
            "wait": self._wait,
        }
        """The applications that do something; any other one only waits."""
        world.dialplan = self
        world.on_clear.append(self._clear)

    def _clear(self) -> None:
        for call in self.calls:
            call.status = "ended"

    # --- phones ---------------------------------------------------------------------------

    def manner_of(self, destination: str) -> Manner:
        """Return how what is dialled behaves."""
        for name in (destination, device_of(destination)):
            if name in self.phones:
                return self.phones[name]
        if "busy" in destination.lower():
            return BUSY
        return Manner()

    def play(self, call: Call, manner: Manner) -> None:
        """Have a dialled phone behave in its manner."""
        world, phone = self.world, call.callee.other_half or call.callee
        ring = self.ring if manner.ring is None else manner.ring
        if manner.answer is None:
            if manner.ring is not None:
                world.later(ring, partial(world.ring, phone))
            else:
                world.ring(phone)
        elif manner.answer:
            world.ring(phone)
            world.later(ring, partial(self._answer, call, phone, manner))
        else:
            if ring or manner.cause in (16, 19):
                world.ring(phone)
            cause = 19 if manner.cause == 16 else manner.cause
            world.later(ring, partial(world.hang_up, phone, cause, by_phone=True))

    def _answer(self, call: Call, phone: Channel, manner: Manner) -> None:
        if call.status not in ("dialing", "ringing"):
            return
        self.world.answer(phone)
        self._talk(phone, manner)

    def _talk(self, channel: Channel, manner: Manner) -> None:
        talk = self.talk if manner.talk is None else manner.talk
        if talk is not None:
            hang_up = partial(self.world.hang_up, channel, manner.cause, by_phone=True)
            self.world.after(channel, talk, hang_up)

    # --- extensions -----------------------------------------------------------------------

    def run(self, channel: Channel, context: str, exten: str) -> None:
        """Have a channel go on at an extension."""
        channel.context, channel.exten, channel.priority = context, exten, 1
        manner = self.extensions.get((context, exten))
        if manner is None:
            phone = next((name for name in self.phones if number_of(name) == exten), None)
            manner = BUSY if "busy" in exten.lower() else Manner(dial=phone)
        if manner.dial is not None:
            self.execute(channel, "Dial", manner.dial)
        elif manner.answer is None:
            self.world.execute(channel, "Ringing")
            self.world.ring(channel)
        else:
            ring = self.ring if manner.ring is None else manner.ring
            if ring:
                self.world.execute(channel, "Ringing")
                self.world.ring(channel)
            self.world.after(channel, ring, partial(self._go_on, channel, manner))

    def _go_on(self, channel: Channel, manner: Manner) -> None:
        if not manner.answer:
            application = {17: "Busy", 34: "Congestion"}.get(manner.cause, "Hangup")
            self.execute(channel, application, str(manner.cause))
            return
        self.execute(channel, "Answer")
        channel.priority += 1
        if manner.queue is not None:
            self.execute(channel, "Queue", manner.queue)
        elif manner.conference is not None:
            flags = ["admin"] * manner.admin + ["muted"] * manner.muted
            self.execute(channel, "ConfBridge", f"{manner.conference},{'+'.join(flags)}")
        elif manner.park is not None:
            self.execute(channel, "Park", manner.park)
        elif not channel.gone:
            self.world.execute(channel, "Wait", "600")
            self._talk(channel, manner)

    def execute(self, channel: Channel, application: str, data: str = "") -> None:
        """Have a channel execute an application."""
        self.world.execute(channel, application, data)
        act = self.applications.get(application.lower())
        if act is not None:
            act(channel, data.split(","))

    def _dial(self, channel: Channel, arguments: list[str]) -> None:
        destination, *rest = arguments
        timeout = seconds_in(rest[0]) if rest else None
        first = destination.partition("&")[0]
        if self.world.devices.get(device_of(first)) == "UNAVAILABLE":
            channel.variables["DIALSTATUS"] = "CHANUNAVAIL"
            self.world.hang_up(channel, 20)
        else:
            dial(self.world, channel, first, timeout=timeout)

    def _refuse(self, channel: Channel, cause: int) -> None:
        self.world.set_state(channel, 7)
        self.world.hang_up(channel, cause)

    def _hang_up(self, channel: Channel, arguments: list[str]) -> None:
        self.world.hang_up(channel, number_in(arguments[0], 16))

    def _play(self, channel: Channel, _: list[str]) -> None:
        self.world.hang_up(channel)

    def _wait(self, channel: Channel, arguments: list[str]) -> None:
        seconds = self.talk
        if seconds is None:
            seconds = seconds_in(arguments[0]) or 0.0
        self.world.after(channel, seconds, partial(self.world.hang_up, channel))
