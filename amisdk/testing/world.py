"""What is going on in a `FakeAsterisk`: its channels and bridges, and the states of devices."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from .channels import CAUSES, Bridge, Channel

if TYPE_CHECKING:
    from .dialplan import Dialplan

__all__ = ["World"]

T = TypeVar("T")

EPOCH = 1795379457
"""The seconds in unique ids: they are the same in every run."""

OUTGOING = ("AppDial", "AppDial2", "AppQueue")
"""What channels that are dialled seem to execute."""


class World:
    """The channels, bridges and devices of a server.

    Args:
        do: Carries something out in the server's thread.
        later: Has something done after some seconds.
        tell: Sends an event, given its name and values.
        channel_variables: The variables that every event of a channel shows.
    """

    def __init__(
        self,
        do: Callable[[Callable[[], Any]], Any],
        later: Callable[[float, Callable[[], None]], None],
        tell: Callable[[str, Mapping[str, object]], None],
        channel_variables: Iterable[str] = (),
    ) -> None:
        self._do = do
        self.later = later
        self.tell = tell
        self.channel_variables = tuple(channel_variables)
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.variables: dict[str, str] = {}
        self.devices: dict[str, str] = {}
        self.on_device: list[Callable[[str, str], None]] = []
        """Who is to know when a device has another state."""
        self.on_clear: list[Callable[[], None]] = []
        """Who is to know when nothing goes on any more."""
        self.calls_processed = 0
        self._channel_numbers = itertools.count(1)
        self._local_numbers = itertools.count()
        self._unique_numbers = itertools.count(1)
        self._bridge_numbers = itertools.count(1)
        self.dialplan: Dialplan

    def do(self, work: Callable[[], T]) -> T:
        """Carry something out in the server's thread."""
        return self._do(work)  # type: ignore[no-any-return]

    # --- channels -------------------------------------------------------------------------

    def new_channel(self, device: str, *, state: int = 0, **details: Any) -> Channel:
        """Make a channel, and tell about it."""
        name = f"{device}-{next(self._channel_numbers):08x}"
        return self._add(name, device, state, details)

    def new_local(self, device: str, **details: Any) -> tuple[Channel, Channel]:
        """Make both halves of a Local channel: the one that is dialled, the one that goes on."""
        device = device.partition("/n")[0] if device.endswith("/n") else device
        exten, _, context = device.removeprefix("Local/").partition("@")
        name = f"{device}-{next(self._local_numbers):08x}"
        details |= {"exten": exten, "context": context or "default"}
        one = self._add(f"{name};1", device, 0, details)
        two = self._add(f"{name};2", device, 4, {**details, "linked_id": one.linked_id})
        one.other_half, two.other_half = two, one
        return one, two

    def put(
        self, name: str, unique_id: str | None, state: int, *, device: str = "", **details: Any
    ) -> Channel:
        """Have a channel be there, and tell nobody."""
        unique_id = unique_id or f"{EPOCH}.{next(self._unique_numbers)}"
        device = device or name.rpartition("-")[0]
        channel = Channel(self, name, unique_id, device=device, **details)
        channel.state = state
        self.channels[name] = channel
        self.calls_processed += 1
        return channel

    def clear(self) -> None:
        """Have nothing go on any more, and tell nobody."""
        for channel in self.channels.values():
            channel.gone = True
            channel.doing = channel.bridge = None
        self.channels.clear()
        self.bridges.clear()
        self.devices.clear()
        for end in self.on_clear:
            end()

    def _add(self, name: str, device: str, state: int, details: dict[str, Any]) -> Channel:
        channel = self.put(name, None, state, device=device, **details)
        self.tell("Newchannel", channel.snapshot())
        if state:
            self.refresh(device)
        return channel

    def find(self, name: str) -> Channel | None:
        """Return the channel of this name or unique id, if it is there."""
        lowered = name.lower()
        for channel in self.channels.values():
            if channel.name.lower() == lowered or channel.unique_id == name:
                return channel
        return None

    def set_state(self, channel: Channel, state: int) -> None:
        """Give a channel another state, and tell about it."""
        if channel.state == state or channel.gone:
            return
        channel.state = state
        self.tell("Newstate", channel.snapshot())
        self.refresh(channel.device)

    def ring(self, channel: Channel) -> None:
        """Have whoever dialled the channel hear that it rings."""
        if channel.on_ring is not None:
            channel.on_ring()

    def answer(self, channel: Channel) -> None:
        """Answer a channel, and tell whoever dialled it."""
        self.set_state(channel, 6)
        answered, channel.on_answer = channel.on_answer, None
        if answered is not None:
            answered()

    def execute(self, channel: Channel, application: str, data: str = "") -> None:
        """Tell that a channel executes an application."""
        channel.application, channel.data = application, data
        channel.in_dialplan |= application not in OUTGOING
        channel.turn += 1
        told = {"Extension": channel.exten, "Application": application, "AppData": data}
        self.tell("Newexten", {**channel.snapshot(), **told})

    def after(self, channel: Channel, seconds: float, act: Callable[[], None]) -> None:
        """Do something after some seconds, if the channel then still does what it does now."""
        turn = channel.turn

        def unless_it_went_on() -> None:
            if channel.turn == turn and not channel.gone:
                act()

        self.later(seconds, unless_it_went_on)

    def hang_up(self, channel: Channel, cause: int = 16, *, by_phone: bool = False) -> None:
        """Hang up a channel, and what hangs on it."""
        if channel.gone:
            return
        channel.gone = True
        channel.cause = cause
        if by_phone:
            self.tell("HangupRequest", {**channel.snapshot(), "Cause": cause})
        self.release(channel, cause)
        if channel.in_dialplan:
            self.tell("SoftHangupRequest", {**channel.snapshot(), "Cause": cause})
        del self.channels[channel.name]
        text = CAUSES.get(cause, "Unknown")
        self.tell("Hangup", {**channel.snapshot(), "Cause": cause, "Cause-txt": text})
        self.refresh(channel.device)
        if channel.other_half is not None:
            self.hang_up(channel.other_half, cause, by_phone=True)

    def release(self, channel: Channel, cause: int = 16) -> None:
        """Take a channel out of all that it takes part in."""
        channel.turn += 1
        doing, channel.doing = channel.doing, None
        if doing is not None:
            doing.left(channel, cause)
        self.leave(channel)

    # --- bridges --------------------------------------------------------------------------

    def new_bridge(
        self, kind: str = "basic", technology: str = "simple_bridge", **details: Any
    ) -> Bridge:
        """Make a bridge, and tell about it."""
        bridge = Bridge(next(self._bridge_numbers), kind, technology, **details)
        self.bridges[bridge.unique_id] = bridge
        self.tell("BridgeCreate", bridge.snapshot())
        return bridge

    def enter(self, bridge: Bridge, channel: Channel) -> None:
        """Have a channel enter a bridge."""
        bridge.channels.append(channel)
        channel.bridge = bridge
        self.tell("BridgeEnter", {**bridge.snapshot(), **channel.snapshot()})

    def leave(self, channel: Channel) -> None:
        """Have a channel leave its bridge, if it is in one; an empty bridge is destroyed."""
        bridge, channel.bridge = channel.bridge, None
        channel.held = False
        if bridge is None:
            return
        bridge.channels.remove(channel)
        self.tell("BridgeLeave", {**bridge.snapshot(), **channel.snapshot()})
        if not bridge.channels and not bridge.stays:
            self.destroy(bridge)

    def destroy(self, bridge: Bridge) -> None:
        """End a bridge that nobody is in any more."""
        if self.bridges.pop(bridge.unique_id, None) is not None:
            self.tell("BridgeDestroy", bridge.snapshot())

    # --- devices --------------------------------------------------------------------------

    def refresh(self, device: str) -> None:
        """Work out the state of a device from its channels."""
        own = [channel for channel in self.channels.values() if channel.device == device]
        ringing = any(channel.state == 5 for channel in own)
        busy = [channel for channel in own if channel.state in (1, 2, 3, 4, 6, 7)]
        if busy and all(channel.held for channel in busy):
            state = "ONHOLD"
        elif busy and all(channel.state == 7 for channel in busy):
            state = "BUSY"
        elif busy:
            state = "RINGINUSE" if ringing else "INUSE"
        else:
            state = "RINGING" if ringing else "NOT_INUSE"
        self.set_device(device, state)

    def set_device(self, device: str, state: str) -> None:
        """Give a device a state, and tell about it if it is another one."""
        before = self.devices.get(device, "NOT_INUSE")
        self.devices[device] = state
        if before == state:
            return
        self.tell("DeviceStateChange", {"Device": device, "State": state})
        for told in self.on_device:
            told(device, state)
