"""The actions on channels and bridges: Hangup, Redirect, Status, Bridge and the others."""

from __future__ import annotations

import re
from collections.abc import Callable

from .calls import Call
from .channels import Bridge, Channel, Values
from .data import Data
from .request import Item, Play, Request, is_true, number_in
from .transfers import send_on
from .world import World

__all__ = ["Channels"]


class Channels:
    """The actions on channels and bridges.

    Args:
        world: What they are in.
        data: Where the values of variables are.
    """

    def __init__(self, world: World, data: Data) -> None:
        self.world = world
        self.data = data
        self.plays: dict[str, Play] = {
            "BlindTransfer": self._transfer,
            "Bridge": self._bridge,
            "BridgeDestroy": self._bridge_destroy,
            "BridgeInfo": self._bridge_info,
            "BridgeKick": self._bridge_kick,
            "BridgeList": self._bridge_list,
            "MixMonitor": self._mix,
            "PlayDTMF": self._press,
            "CoreShowChannelMap": self._map,
            "CoreShowChannels": self._show,
            "Hangup": self._hang_up,
            "PJSIPHangup": self._hang_up,
            "Redirect": self._redirect,
            "Status": self._status,
        }

    # --- hanging up -----------------------------------------------------------------------

    def _hang_up(self, ask: Request) -> None:
        name = ask["Channel"]
        cause = number_in(ask["Cause"], 16)
        pattern = re.fullmatch("/(.*)/", name)
        if pattern is not None:
            self._hang_up_all(ask, pattern[1], cause)
            return
        channel = self.world.find(name)
        if channel is None:
            ask.unknown(name)
        else:
            self.world.hang_up(channel, cause)
            ask.ok("Channel Hungup")

    def _hang_up_all(self, ask: Request, pattern: str, cause: int) -> None:
        found = [name for name in self.world.channels if re.search(pattern, name)]
        items: list[Item] = [("ChannelHungup", {"Channel": name}) for name in found]
        ask.list("Channels hung up will follow", items, "ChannelsHungupListComplete")
        for name in found:
            if name in self.world.channels:
                self.world.hang_up(self.world.channels[name], cause)

    # --- looking --------------------------------------------------------------------------

    def _show(self, ask: Request) -> None:
        items: list[Item] = [
            ("CoreShowChannel", self._shown(channel)) for channel in self.world.channels.values()
        ]
        ask.list("Channels will follow", items, "CoreShowChannelsComplete")

    def _shown(self, channel: Channel) -> Values:
        seconds = channel.seconds
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return {
            **channel.snapshot(),
            "Application": channel.application,
            "ApplicationData": channel.data,
            "Duration": clock,
            "BridgeId": _bridge_id(channel),
        }

    def _status(self, ask: Request) -> None:
        channels = list(self.world.channels.values())
        if ask["Channel"]:
            channel = self.world.find(ask["Channel"])
            if channel is None:
                ask.error("No such channel")
                return
            channels = [channel]
        names = [name for name in ask["Variables"].split(",") if name]
        items: list[Item] = []
        for channel in channels:
            variables = [f"{name}={self._variable(name, channel)}" for name in names]
            items.append(("Status", {**self._told(channel), "Variable": variables or None}))
        ask.list("Channel status will follow", items, "StatusComplete", {"Items": len(items)})

    def _variable(self, name: str, channel: Channel) -> str:
        return self.data.value_of(name, channel) or ("" if "(" in name else "(null)")

    def _told(self, channel: Channel) -> Values:
        told = channel.snapshot()
        return {
            **told,
            "Type": channel.device.partition("/")[0],
            "DNID": "",
            "EffectiveConnectedLineNum": told["ConnectedLineNum"],
            "EffectiveConnectedLineName": told["ConnectedLineName"],
            "TimeToHangup": 0,
            "BridgeID": _bridge_id(channel),
            "Application": channel.application,
            "Data": channel.data,
            "Seconds": channel.seconds,
        }

    def _map(self, ask: Request) -> None:
        channel = self.world.find(ask["Channel"])
        if channel is None:
            ask.unknown()
            return
        members = channel.bridge.channels if channel.bridge is not None else []
        items: list[Item] = [
            ("CoreShowChannelMap", {"Channel": channel.name, "ConnectedChannel": one.name})
            for one in members
            if one is not channel
        ]
        ask.list("Channel map will follow", items, "CoreShowChannelMapComplete")

    def _mix(self, ask: Request) -> None:
        if self.world.find(ask["Channel"]) is None:
            ask.unknown()
        else:
            asked = re.search(r"i\([^)]+\)", ask["Options"])
            ask.ok(None, *([("MixMonitorID", "0x7f0000000001")] if asked else []))

    def _press(self, ask: Request) -> None:
        channel = self.world.find(ask["Channel"])
        if channel is None:
            ask.unknown()
            return
        own = {"Digit": ask["Digit"], "DurationMs": number_in(ask["Duration"], 0)}
        if is_true(ask["Receive"]):
            self._told_digit("DTMFEnd", channel, "Received", own)
            for other in channel.bridge.channels if channel.bridge is not None else ():
                if other is not channel:
                    self._told_digit("DTMFBegin", other, "Sent", own)
                    self._told_digit("DTMFEnd", other, "Sent", own)
        elif channel.other_half is not None:  # where what is sent is received
            self._told_digit("DTMFBegin", channel.other_half, "Received", own)
            self._told_digit("DTMFEnd", channel.other_half, "Received", own)
        ask.ok("DTMF successfully queued")

    def _told_digit(self, event: str, channel: Channel, direction: str, own: Values) -> None:
        self.world.tell(event, {**channel.snapshot(), "Direction": direction, **own})

    # --- moving ---------------------------------------------------------------------------

    def _redirect(self, ask: Request) -> None:
        moves = [("Channel", "")]
        if ask["ExtraChannel"]:
            moves.append(("ExtraChannel", "Extra"))
        channels = [self.world.find(ask[header]) for header, _ in moves]
        for (header, _), channel in zip(moves, channels, strict=True):
            if channel is None:
                ask.unknown(ask[header])
                return
        if len(channels) > 1:
            for channel in channels:
                _part(channel)
        for (_, prefix), channel in zip(moves, channels, strict=True):
            if channel is not None and not channel.gone:
                self.world.release(channel)
                context = ask[f"{prefix}Context"] or ask["Context"]
                self._send(channel, context, ask[f"{prefix}Exten"] or ask["Exten"])
        ask.ok("Redirect successful" if len(moves) == 1 else "Dual Redirect successful")

    def _send(self, channel: Channel, context: str, exten: str) -> None:
        self.world.dialplan.run(channel, context or channel.context, exten)

    def _transfer(self, ask: Request) -> None:
        channel = self.world.find(ask["Channel"])
        call = channel.doing if channel is not None else None
        if channel is None:
            ask.unknown()
        elif not isinstance(call, Call) or call.bridge is None or call.caller is None:
            ask.error("No bridge")
        else:
            send_on(call, channel, ask["Context"] or channel.context, ask["Exten"])
            ask.ok("Transfer succeeded")

    # --- bridges --------------------------------------------------------------------------

    def _bridge(self, ask: Request) -> None:
        channels: list[Channel] = []
        for header in ("Channel1", "Channel2"):
            channel = self.world.find(ask[header])
            if channel is None:
                ask.error(f"{header} does not exist: {ask[header]}")
                return
            channels.append(channel)
        for channel in channels:
            _part(channel)
            self.world.release(channel)
        bridge = self.world.new_bridge()
        for channel in channels:
            self.world.enter(bridge, channel)
        ask.ok("Channels have been bridged")

    def _found(self, ask: Request, act: Callable[[Bridge], None]) -> None:
        bridge = self.world.bridges.get(ask["BridgeUniqueid"])
        if bridge is None:
            ask.unknown()
        else:
            act(bridge)

    def _bridge_list(self, ask: Request) -> None:
        kind = ask["BridgeType"]
        items: list[Item] = [
            ("BridgeListItem", bridge.snapshot())
            for bridge in self.world.bridges.values()
            if not kind or bridge.technology == kind  # so it is, whatever the name says
        ]
        ask.list("Bridge listing will follow", items, "BridgeListComplete")

    def _bridge_info(self, ask: Request) -> None:
        def tell(bridge: Bridge) -> None:
            items: list[Item] = [
                ("BridgeInfoChannel", channel.snapshot()) for channel in bridge.channels
            ]
            text = "Bridge channel listing will follow"
            ask.list(text, items, "BridgeInfoComplete", bridge.snapshot())

        self._found(ask, tell)

    def _bridge_destroy(self, ask: Request) -> None:
        def destroy(bridge: Bridge) -> None:
            for channel in list(bridge.channels):
                self.world.hang_up(channel)
            self.world.destroy(bridge)
            ask.ok("Bridge has been destroyed")

        self._found(ask, destroy)

    def _bridge_kick(self, ask: Request) -> None:
        channel = self.world.find(ask["Channel"])
        if channel is None:
            ask.unknown()
        elif channel.bridge is None:
            ask.error("Channel is not in a bridge.")
        else:
            self.world.release(channel)
            if not channel.gone:
                self._send(channel, channel.context, channel.exten)
            ask.ok("Channel has been kicked")


def _bridge_id(channel: Channel) -> str:
    return channel.bridge.unique_id if channel.bridge is not None else ""


def _part(channel: Channel | None) -> None:
    """Take a channel out of its call, without hanging up the other side."""
    call = channel.doing if channel is not None else None
    if isinstance(call, Call) and call.status == "up":
        call.part()
