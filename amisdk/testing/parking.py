"""The parking lot: who is parked where, and the actions on it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .channels import Bridge, Channel, Values
from .request import Play, Request, number_in
from .world import World

__all__ = ["Parked", "Parking"]

LOT, FIRST, LAST, TIMEOUT = "default", 701, 720, 45


@dataclass(eq=False)
class Parked:
    """A channel that is parked."""

    lot: Parking
    channel: Channel
    space: int
    timeout: int
    began: float

    def left(self, channel: Channel, cause: int) -> None:  # noqa: ARG002
        """Do without the channel, which was hung up."""
        self.lot.without(self, "ParkedCallGiveUp")

    def values(self) -> Values:
        """Return what events tell about it."""
        gone = int(time.monotonic() - self.began)
        return {
            **self.channel.snapshot("Parkee"),
            "ParkerDialString": self.channel.device,
            "Parkinglot": LOT,
            "ParkingSpace": self.space,
            "ParkingTimeout": max(self.timeout - gone, 0),
            "ParkingDuration": gone,
        }


class Parking:
    """The one parking lot of a server, and the actions on it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parked: list[Parked] = []
        self.plays: dict[str, Play] = {
            "Park": self._park,
            "ParkedCalls": self._parked_calls,
            "Parkinglots": self._lots,
        }
        self._bridge: Bridge | None = None
        world.dialplan.applications["park"] = lambda channel, _: self.park(channel)
        world.on_clear.append(self._clear)

    def _clear(self) -> None:
        self.parked.clear()
        self._bridge = None

    def park(self, channel: Channel, timeout: int = TIMEOUT) -> None:
        """Park a channel."""
        self.world.answer(channel)
        self.world.release(channel)
        taken = {parked.space for parked in self.parked}
        space = next(number for number in range(FIRST, LAST + 1) if number not in taken)
        parked = Parked(self, channel, space, timeout, time.monotonic())
        self.parked.append(parked)
        if self._bridge is None:
            self._bridge = self.world.new_bridge(
                "parking", "holding_bridge", creator="Parking", name=LOT, stays=True
            )
        self.world.tell("ParkedCall", parked.values())
        channel.doing = parked
        self.world.enter(self._bridge, channel)
        self.world.after(channel, timeout, lambda: self._time_is_up(parked))

    def without(self, parked: Parked, event: str) -> None:
        """Do without a channel, for this reason."""
        self.parked.remove(parked)
        self.world.tell(event, parked.values())

    def _time_is_up(self, parked: Parked) -> None:
        self.without(parked, "ParkedCallTimeOut")
        parked.channel.doing = None
        self.world.hang_up(parked.channel)

    def _park(self, ask: Request) -> None:
        channel = self.world.find(ask["Channel"])
        if channel is None:
            ask.unknown(ask["Channel"])
        elif len(self.parked) > LAST - FIRST:
            ask.error("Failed to park call")
        else:
            milliseconds = number_in(ask["Timeout"], 1000 * TIMEOUT)
            self.park(channel, max(milliseconds // 1000, 1))
            ask.ok("Park successful\n")

    def _parked_calls(self, ask: Request) -> None:
        items = [("ParkedCall", one.values()) for one in self.parked]
        total = {"Total": len(items)}
        ask.list("Parked calls will follow", items, "ParkedCallsComplete", total)

    def _lots(self, ask: Request) -> None:
        lot = {"Name": LOT, "StartSpace": FIRST, "StopSpace": LAST, "Timeout": TIMEOUT}
        ask.list("Parking lots will follow", [("Parkinglot", lot)], "ParkinglotsComplete")
