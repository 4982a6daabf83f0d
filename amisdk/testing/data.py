"""What a server keeps: its database, its variables, the states of devices and extensions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .channels import STATES, Channel
from .request import Item, Play, Request
from .world import World

__all__ = ["PRESENCES", "Data"]

EXTENSION_STATES = {
    "NOT_INUSE": (0, "Idle"),
    "INUSE": (1, "InUse"),
    "BUSY": (2, "Busy"),
    "UNAVAILABLE": (4, "Unavailable"),
    "RINGING": (8, "Ringing"),
    "RINGINUSE": (9, "InUse&Ringing"),
    "ONHOLD": (16, "Hold"),
}
"""Device states, as an extension that hints at them shows them."""
UNKNOWN = (-1, "Unknown")
PRESENCES = ("not_set", "unavailable", "available", "away", "xa", "chat", "dnd")
"""The presence states that there are."""
WIDEST = 255
"""What 16 keeps of a value in the database."""


class Data:
    """The database, variables and states of a server, and the actions on them."""

    def __init__(self, world: World, major: int) -> None:
        self.world = world
        self.major = major
        self.database: dict[str, str] = {}
        """Keys such as /family/key, and their values."""
        self.presences: dict[str, tuple[str, str, str]] = {}
        """The state, subtype and message of each presence that was set."""
        self.plays: dict[str, Play] = {
            "DBDel": self._delete,
            "DBDelTree": self._delete_tree,
            "DBGet": self._get,
            "DBGetTree": self._get_tree,
            "DBPut": self._put,
            "DeviceStateList": self._devices,
            "ExtensionState": self._extension,
            "ExtensionStateList": self._extensions,
            "Getvar": self._getvar,
            "PresenceState": self._presence,
            "PresenceStateList": self._presences,
            "Setvar": self._setvar,
        }
        world.on_device.append(self._device)

    # --- the database ---------------------------------------------------------------------

    def _path(self, ask: Request) -> str:
        return f"/{ask['Family']}/{ask['Key']}"

    def _below(self, ask: Request) -> list[str]:
        parts = [part for part in (ask["Family"], ask["Key"]) if part]
        start = "".join(f"/{part}" for part in parts)
        keys = sorted(self.database)
        return [key for key in keys if key == start or key.startswith(f"{start}/")]

    def _put(self, ask: Request) -> None:
        value = ask["Val"]
        if self.major < 17:
            value = value.encode("utf-8", "surrogateescape")[:WIDEST].decode(
                "utf-8", "surrogateescape"
            )
        self.database[self._path(ask)] = value
        ask.ok("Updated database successfully")

    def _get(self, ask: Request) -> None:
        value = self.database.get(self._path(ask))
        if value is None:
            ask.unknown()
            return
        found = {"Family": ask["Family"], "Key": ask["Key"], "Val": value}
        ask.list("Result will follow", [("DBGetResponse", found)], "DBGetComplete")

    def _get_tree(self, ask: Request) -> None:
        items: list[Item] = [
            ("DBGetTreeResponse", {"Key": key, "Val": self.database[key]})
            for key in self._below(ask)
        ]
        # 16 always counts one.
        count = {"ListItems": 1} if self.major < 17 else {}
        ask.list("Result will follow", items, "DBGetTreeComplete", count)

    def _delete(self, ask: Request) -> None:
        if self.database.pop(self._path(ask), None) is None:
            ask.unknown()
        else:
            ask.ok("Key deleted successfully")

    def _delete_tree(self, ask: Request) -> None:
        keys = self._below(ask)
        for key in keys:
            del self.database[key]
        if keys:
            ask.ok("Key tree deleted successfully")
        else:
            ask.unknown()

    # --- variables ------------------------------------------------------------------------

    def _channel(self, ask: Request) -> tuple[bool, Channel | None]:
        """Return the channel that is named, if one is; answer if it is not there."""
        if not ask["Channel"]:
            return True, None
        channel = self.world.find(ask["Channel"])
        if channel is None:
            ask.error("No such channel")
        return channel is not None, channel

    def _setvar(self, ask: Request) -> None:
        there, channel = self._channel(ask)
        if not there:
            return
        name, value = ask["Variable"], ask["Value"]
        function = re.fullmatch(r"(\w+)\((.*)\)", name)
        if function and function[1] in ("DEVICE_STATE", "DEVSTATE"):
            self.world.set_device(function[2], value)
        elif function and function[1] == "PRESENCE_STATE":
            state, subtype, message = [*value.split(",", 2), "", ""][:3]
            self.set_presence(function[2], state, subtype, message)
        elif function and function[1] == "DB":
            self.database[f"/{function[2]}"] = value
        elif function and function[1] == "CALLERID" and channel is not None:
            self._identify(channel, function[2].lower(), value)
        else:
            variables = self.world.variables if channel is None else channel.variables
            variables[name] = value
            if channel is not None:
                told = {**channel.snapshot(), "Variable": name, "Value": value}
                self.world.tell("VarSet", told)
        ask.ok("Variable Set")

    def _identify(self, channel: Channel, part: str, value: str) -> None:
        """Give a channel another caller id, and tell about it."""
        if part == "num":
            channel.caller_id_num = value
        elif part == "name":
            channel.caller_id_name = value
        told = {**channel.snapshot(), "CID-CallingPres": "0 (Presentation Allowed, Not Screened)"}
        self.world.tell("NewCallerid", told)

    def _getvar(self, ask: Request) -> None:
        there, channel = self._channel(ask)
        if there:
            name = ask["Variable"]
            ask.ok(None, ("Variable", name), ("Value", self.value_of(name, channel)))

    def value_of(self, name: str, channel: Channel | None) -> str:
        """Return what a variable or function has; empty where it is not set."""
        function = re.fullmatch(r"(\w+)\((.*)\)", name)
        if function is None:
            own = channel.variables if channel is not None else {}
            return own.get(name, self.world.variables.get(name, ""))
        kind, argument = function[1].upper(), function[2]
        if kind == "DEVICE_STATE":
            return self.world.devices.get(argument, "UNKNOWN")
        if kind == "DB":
            return self.database.get(f"/{argument}", "")
        if channel is not None and kind == "CHANNEL" and argument.lower() == "state":
            return STATES[channel.state]
        if channel is not None and kind == "CALLERID":
            wanted = {"num": channel.caller_id_num, "name": channel.caller_id_name}
            return wanted.get(argument.lower(), "")
        return ""

    # --- states ---------------------------------------------------------------------------

    def _devices(self, ask: Request) -> None:
        items: list[Item] = [
            ("DeviceStateChange", {"Device": device, "State": state})
            for device, state in self.world.devices.items()
        ]
        ask.list("Device State Changes will follow", items, "DeviceStateListComplete")

    def _hints(self) -> Iterator[tuple[str, str, str]]:
        for (context, exten), manner in self.world.dialplan.extensions.items():
            if manner.hint is not None:
                yield context, exten, manner.hint

    def _state(self, context: str, exten: str, hint: str) -> dict[str, object]:
        states = [self.world.devices.get(device, "NOT_INUSE") for device in devices_in(hint)]
        busiest = next((state for state in states if state != "NOT_INUSE"), "NOT_INUSE")
        status, text = EXTENSION_STATES.get(busiest, UNKNOWN)
        told = {"Exten": exten, "Context": context, "Hint": hint}
        return {**told, "Status": status, "StatusText": text}

    def _device(self, device: str, state: str) -> None:  # noqa: ARG002
        for context, exten, hint in self._hints():
            if device in devices_in(hint):
                self.world.tell("ExtensionStatus", self._state(context, exten, hint))

    def set_presence(self, provider: str, state: str, subtype: str, message: str) -> None:
        """Give a presence a state, and tell about it."""
        self.presences[provider] = (state, subtype, message)
        told = {"Status": state, "Subtype": subtype, "Message": message}
        self.world.tell("PresenceStateChange", {"Presentity": provider, **told})
        for context, exten, hint in self._hints():
            if provider in hint.split(",")[1:]:
                where = {"Exten": exten, "Context": context, "Hint": hint}
                self.world.tell("PresenceStatus", {**where, **told})

    def _presence(self, ask: Request) -> None:
        provider = ask["Provider"]
        if provider not in self.presences and not provider.startswith("CustomPresence:"):
            ask.unknown(provider)
            return
        state, subtype, message = self.presences.get(provider, ("not_set", "", ""))
        told = [("Subtype", subtype), ("Message", message), ("PresenceMessage", message)]
        ask.ok("Presence State", ("State", state), *(pair for pair in told if pair[1]))

    def _presences(self, ask: Request) -> None:
        items: list[Item] = [
            ("PresenceStateChange", {
                "Presentity": provider, "Status": state, "Subtype": subtype, "Message": message,
            })
            for provider, (state, subtype, message) in self.presences.items()
        ]  # fmt: skip
        ask.list("Presence State Changes will follow", items, "PresenceStateListComplete")

    def _extensions(self, ask: Request) -> None:
        items: list[Item] = [("ExtensionStatus", self._state(*hint)) for hint in self._hints()]
        ask.list("Extension Statuses will follow", items, "ExtensionStateListComplete")

    def _extension(self, ask: Request) -> None:
        context = ask["Context"] or "default"
        for hint in self._hints():
            if hint[:2] == (context, ask["Exten"]):
                found = self._state(*hint)
                break
        else:
            found = {"Exten": ask["Exten"], "Context": context, "Hint": ""}
            found |= {"Status": UNKNOWN[0], "StatusText": UNKNOWN[1]}
        ask.ok("Extension Status", *found.items())


def devices_in(hint: str) -> list[str]:
    """Return the devices of a hint; what is behind a comma is of presence."""
    return hint.partition(",")[0].split("&")
