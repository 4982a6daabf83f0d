"""Channels and bridges, and what events tell about them.

All of it lives in the server's thread. Public methods may be called from any thread: `served` has
them carried out there, and waits until it is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from .world import World

__all__ = [
    "CAUSES",
    "DEVICE_STATES",
    "STATES",
    "Bridge",
    "Channel",
    "Doing",
    "Values",
    "caller_of",
    "named",
    "number_of",
    "served",
]

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound="HasWorld")

Values = dict[str, object]
"""What the headers of an event hold; a list for a header that comes several times."""

STATES = {0: "Down", 1: "Rsrvd", 2: "OffHook", 3: "Dialing", 4: "Ring", 5: "Ringing", 6: "Up"}
STATES |= {7: "Busy"}

DEVICE_STATES = (
    "UNKNOWN", "NOT_INUSE", "INUSE", "BUSY", "INVALID", "UNAVAILABLE", "RINGING", "RINGINUSE",
    "ONHOLD",
)  # fmt: skip
"""The states of devices, in the order of their numbers."""

CAUSES = {
    0: "Unknown",
    1: "Unallocated (unassigned) number",
    3: "No route to destination",
    16: "Normal Clearing",
    17: "User busy",
    18: "No user responding",
    19: "User alerting, no answer",
    20: "Subscriber absent",
    21: "Call Rejected",
    22: "Number changed",
    27: "Destination out of order",
    28: "Invalid number format",
    31: "Normal, unspecified",
    34: "Circuit/channel congestion",
    38: "Network out of order",
    41: "Temporary failure",
    42: "Switching equipment congestion",
    50: "Facility not subscribed",
    58: "Bearer capability not available",
    88: "Incompatible destination",
    102: "Recover on timer expiry",
    111: "Protocol error, unspecified",
    127: "Interworking, unspecified",
}
"""The causes of a hang-up, in Asterisk's words."""


class HasWorld(Protocol):
    """Something in a server's world."""

    @property
    def world(self) -> World:
        """The world that it is in."""
        ...


def served(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Have a method carried out in the server's thread, whoever calls it."""

    @wraps(method)
    def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.world.do(partial(method, self, *args, **kwargs))

    return run


class Doing(Protocol):
    """What a channel takes part in: a call, a queue, a conference, a parking lot."""

    def left(self, channel: Channel, cause: int) -> None:
        """Do without the channel: it is being hung up, or sent elsewhere."""


class Channel:
    """A channel, as the server sees it. `FakeAsterisk.channels` has those that are there."""

    def __init__(
        self,
        world: World,
        name: str,
        unique_id: str,
        *,
        device: str,
        linked_id: str | None = None,
        context: str = "default",
        exten: str = "",
        caller_id: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.world = world
        self.name = name
        """Its name, such as PJSIP/6001-00000001."""
        self.unique_id = unique_id
        self.linked_id = linked_id or unique_id
        self.device = device
        """The device that it belongs to, such as PJSIP/6001."""
        self.state = 0
        self.caller_id_name, self.caller_id_num = caller_of(caller_id, device)
        self.connected_num = ""
        self.connected_name = ""
        self.account_code = ""
        self.language = "en"
        self.context = context
        self.exten = exten
        self.priority = 1
        self.application = ""
        self.data = ""
        self.variables: dict[str, str] = dict(variables or {})
        self.bridge: Bridge | None = None
        self.doing: Doing | None = None
        self.gone = False
        self.held = False
        """Whether whom it talks to has put it on hold."""
        self.in_dialplan = False
        """Whether it executes the dialplan, as channels do that were not just dialled."""
        self.turn = 0
        """Counts what it has executed: what was to be done later is only done in its turn."""
        self.cause = 0
        """Why it was hung up."""
        self.other_half: Channel | None = None
        """Of a Local channel, the other end."""
        self.on_ring: Callable[[], None] | None = None
        self.on_answer: Callable[[], None] | None = None
        self._began = time.monotonic()

    @property
    def up(self) -> bool:
        """Whether it was answered, and is there."""
        return self.state == 6 and not self.gone

    @property
    def seconds(self) -> int:
        """How long it has been there."""
        return int(time.monotonic() - self._began)

    @served
    def hangup(self, cause: int = 16) -> None:
        """Hang up, as the phone does."""
        self.world.hang_up(self, cause, by_phone=True)

    def snapshot(self, prefix: str = "") -> Values:
        """Return what events tell about it."""
        told: Values = {
            "Channel": self.name,
            "ChannelState": self.state,
            "ChannelStateDesc": STATES[self.state],
            "CallerIDNum": self.caller_id_num or "<unknown>",
            "CallerIDName": self.caller_id_name or "<unknown>",
            "ConnectedLineNum": self.connected_num or "<unknown>",
            "ConnectedLineName": self.connected_name or "<unknown>",
            "Language": self.language,
            "AccountCode": self.account_code,
            "Context": self.context,
            "Exten": self.exten,
            "Priority": self.priority,
            "Uniqueid": self.unique_id,
            "Linkedid": self.linked_id,
            "ChanVariable": self.shown_variables(),
        }
        return {prefix + key: value for key, value in told.items()}

    def shown_variables(self) -> list[str]:
        """Return the variables that every event shows, as ``channelvars`` in manager.conf says."""
        shown = self.world.channel_variables
        return [f"{name}={self.variables.get(name, '')}" for name in shown]

    def __repr__(self) -> str:
        state = "gone" if self.gone else STATES[self.state]
        return f"<Channel {self.name} {state}>"


class Bridge:
    """Channels that hear each other."""

    def __init__(
        self,
        number: int,
        kind: str,
        technology: str,
        creator: str = "",
        name: str = "",
        stays: bool = False,
    ) -> None:
        self.unique_id = f"{number:08x}-0000-4000-8000-000000000000"
        self.kind = kind
        self.technology = technology
        self.creator = creator
        self.name = name
        self.stays = stays
        """Whether it is still there when nobody is in it."""
        self.channels: list[Channel] = []

    def snapshot(self, prefix: str = "") -> Values:
        """Return what events tell about it."""
        told: Values = {
            "BridgeUniqueid": self.unique_id,
            "BridgeType": self.kind,
            "BridgeTechnology": self.technology,
            "BridgeCreator": self.creator or "<unknown>",
            "BridgeName": self.name or "<unknown>",
            "BridgeNumChannels": len(self.channels),
            "BridgeVideoSourceMode": "none",
        }
        return {prefix + key: value for key, value in told.items()}

    def __repr__(self) -> str:
        names = ", ".join(channel.name for channel in self.channels)
        return f"<Bridge {self.unique_id} of {names or 'nobody'}>"


def caller_of(text: str | None, device: str = "") -> tuple[str, str]:
    """Return name and number of a caller id such as ``"Alice" <6001>``, or a device's number."""
    if text is None:
        number = number_of(device)
        return "", number if number.isdigit() else ""
    name, mark, number = text.rpartition("<")
    if not mark:
        return ("", text) if text.isdigit() else (text, "")
    return name.strip().strip('"'), number.rstrip("> ")


def named(device: str) -> str:
    """Return the name of a device, as it was given.

    Raises:
        ValueError: It is none, but perhaps its number.
    """
    if "/" not in device:
        raise ValueError(f"{device!r} names no device; one is PJSIP/{device or '6001'}")
    return device


def number_of(device: str) -> str:
    """Return the number in a device's name: 6001 of PJSIP/6001, 123 of PJSIP/123@trunk."""
    return device.partition("/")[2].partition("@")[0].partition("/")[0]
