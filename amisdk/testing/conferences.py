"""Conferences: who is in them, muted or kicked, and the actions on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .channels import Bridge, Channel, named, served
from .request import Item, Play, Request
from .world import World

__all__ = ["Conference", "Conferences", "Participant"]

NO_CONFERENCE = "No Conference by that name found."
NO_CHANNEL = "No Channel by that name found in Conference."


@dataclass(eq=False, repr=False)
class Participant:
    """Who is in a conference."""

    conference: Conference
    channel: Channel
    admin: bool = False
    muted: bool = False
    talking: bool = False

    @property
    def world(self) -> World:
        """Where it is."""
        return self.conference.world

    @served
    def talk(self, talking: bool = True) -> None:
        """Begin or stop to talk."""
        self.talking = talking
        status = {"TalkingStatus": "on" if talking else "off", "Admin": _yes(self.admin)}
        self.conference.tell("ConfbridgeTalking", self.channel, status)

    @served
    def leave(self) -> None:
        """Hang up."""
        self.world.hang_up(self.channel, by_phone=True)

    def left(self, channel: Channel, cause: int) -> None:  # noqa: ARG002
        """Do without the channel."""
        self.conference.without(self)

    def __repr__(self) -> str:
        muted = ", muted" if self.muted else ""
        return f"<Participant {self.channel.name} of {self.conference.name}{muted}>"

    def item(self) -> Item:
        """Return the participant as ConfbridgeList shows it."""
        return "ConfbridgeList", {
            "Conference": self.conference.name, "Admin": _yes(self.admin),
            "MarkedUser": _yes(self.admin), "WaitMarked": "No", "EndMarked": "No",
            "EndMarkedAny": "No", "Waiting": "No", "Muted": _yes(self.muted),
            "Talking": _yes(self.talking), "AnsweredTime": self.channel.seconds,
            **self.channel.snapshot(),
        }  # fmt: skip


def _yes(truth: bool) -> str:
    return "Yes" if truth else "No"


class Conference:
    """A conference. `FakeAsterisk.conference` makes one, or returns it."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.participants: list[Participant] = []
        self.locked = False
        self.recording = False
        self._bridge: Bridge | None = None

    @served
    def join(
        self, device: str, *, admin: bool = False, muted: bool = False, caller_id: str | None = None
    ) -> Participant:
        """Have somebody call and join.

        Args:
            device: What the caller calls with, such as PJSIP/6001.
            admin: Whether it is an admin of the conference.
            muted: Whether it is muted.
            caller_id: Name and number, as in ``"Zoë" <0301234>``.
        """
        channel = self.world.new_channel(named(device), state=4, caller_id=caller_id)
        self.world.answer(channel)
        self.world.execute(channel, "ConfBridge", self.name)
        return self.enter(channel, admin=admin, muted=muted)

    @served
    def enter(self, channel: Channel, *, admin: bool = False, muted: bool = False) -> Participant:
        """Have a channel join."""
        participant = Participant(self, channel, admin, muted)
        self.participants.append(participant)
        channel.doing = participant
        if self._bridge is None:
            self._bridge = self.world.new_bridge(
                "base", "softmix", creator="ConfBridge", name=self.name
            )
            self.tell("ConfbridgeStart")
        self.world.enter(self._bridge, channel)
        told = {"Admin": _yes(admin), "Muted": _yes(muted)}
        self.tell("ConfbridgeJoin", channel, told)
        return participant

    def without(self, participant: Participant) -> None:
        """Do without somebody who leaves."""
        self.participants.remove(participant)
        admin = {"Admin": _yes(participant.admin)}
        self.tell("ConfbridgeLeave", participant.channel, admin)
        if self.participants:
            self.world.leave(participant.channel)
        else:
            self.tell("ConfbridgeEnd")
            self.world.leave(participant.channel)
            self._bridge, self.locked, self.recording = None, False, False

    @served
    def mute(self, participant: Participant, muted: bool) -> None:
        """Mute somebody, or no longer."""
        participant.muted = muted
        event = "ConfbridgeMute" if muted else "ConfbridgeUnmute"
        self.tell(event, participant.channel, {"Admin": _yes(participant.admin)})

    def tell(
        self, event: str, channel: Channel | None = None, values: Mapping[str, object] = {}
    ) -> None:
        """Tell what happens in it."""
        bridge = self._bridge.snapshot() if self._bridge is not None else {}
        own = channel.snapshot() if channel is not None else {}
        self.world.tell(event, {"Conference": self.name, **bridge, **own, **values})

    def room(self) -> Item:
        """Return the conference as ConfbridgeListRooms shows it."""
        return "ConfbridgeListRooms", {
            "Conference": self.name, "Parties": len(self.participants),
            "Marked": sum(one.admin for one in self.participants),
            "Locked": _yes(self.locked), "Muted": "No",
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"<Conference {self.name}: {len(self.participants)} participants>"


class Conferences:
    """The conferences of a server, and the actions on them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.conferences: dict[str, Conference] = {}
        self.plays: dict[str, Play] = {
            "ConfbridgeKick": self._kick,
            "ConfbridgeList": self._list,
            "ConfbridgeListRooms": self._list_rooms,
            "ConfbridgeLock": lambda ask: self._lock(ask, True),
            "ConfbridgeMute": lambda ask: self._mute(ask, True),
            "ConfbridgeSetSingleVideoSrc": self._video,
            "ConfbridgeStartRecord": lambda ask: self._record(ask, True),
            "ConfbridgeStopRecord": lambda ask: self._record(ask, False),
            "ConfbridgeUnlock": lambda ask: self._lock(ask, False),
            "ConfbridgeUnmute": lambda ask: self._mute(ask, False),
        }
        world.dialplan.applications["confbridge"] = self._enter
        world.on_clear.append(self.conferences.clear)

    def get(self, name: str) -> Conference:
        """Return a conference, made if there is none of this name."""
        return self.conferences.setdefault(name, Conference(self.world, name))

    def _enter(self, channel: Channel, arguments: list[str]) -> None:
        self.world.answer(channel)
        name, *flags = arguments
        if not channel.gone:
            words = "".join(flags)
            self.get(name).enter(channel, admin="admin" in words, muted="muted" in words)

    def _active(self) -> list[Conference]:
        return [one for one in self.conferences.values() if one.participants]

    def _find(self, ask: Request) -> Conference | None:
        """Return the conference that an action is about; answer if it is not there."""
        active = self._active()
        found = next((one for one in active if one.name == ask["Conference"]), None)
        if not active:
            ask.unknown()
        elif found is None:
            ask.error(NO_CONFERENCE)
        return found

    def _who(self, ask: Request, conference: Conference) -> list[Participant]:
        """Return who is meant; answer if nobody is."""
        name = ask["Channel"]
        found = [
            one
            for one in conference.participants
            if name.lower() == "all"
            or (name.lower() == "participants" and not one.admin)
            or one.channel.name.lower().startswith(name.lower())
        ]
        if not found:
            ask.error(NO_CHANNEL)
        return found

    def _list(self, ask: Request) -> None:
        if (conference := self._find(ask)) is not None:
            items = (one.item() for one in conference.participants)
            ask.list("Confbridge user list will follow", items, "ConfbridgeListComplete")

    def _list_rooms(self, ask: Request) -> None:
        rooms = [one.room() for one in self._active()]
        if rooms:
            ask.list("Confbridge conferences will follow", rooms, "ConfbridgeListRoomsComplete")
        else:
            ask.unknown()

    def _mute(self, ask: Request, muted: bool) -> None:
        if (conference := self._find(ask)) is None:
            return
        found = self._who(ask, conference)
        for participant in found:
            conference.mute(participant, muted)
        if found:
            ask.ok("User muted" if muted else "User unmuted")

    def _kick(self, ask: Request) -> None:
        if (conference := self._find(ask)) is None:
            return
        found = self._who(ask, conference)
        for participant in found:
            self.world.hang_up(participant.channel)
        if found:
            everybody = ask["Channel"].lower() in ("all", "participants")
            ask.ok("All participants kicked" if everybody else "User kicked")

    def _lock(self, ask: Request, locked: bool) -> None:
        if (conference := self._find(ask)) is not None:
            conference.locked = locked
            ask.ok("Conference locked" if locked else "Conference unlocked")

    def _record(self, ask: Request, recording: bool) -> None:
        if (conference := self._find(ask)) is None:
            return
        if conference.recording == recording:
            ask.error(_SAME[recording])
            return
        conference.recording = recording
        conference.tell("ConfbridgeRecord" if recording else "ConfbridgeStopRecord")
        ask.ok(f"Conference Recording {'Started' if recording else 'Stopped'}.")

    def _video(self, ask: Request) -> None:
        if (conference := self._find(ask)) is not None and self._who(ask, conference):
            ask.ok("Conference single video source set.")


_SAME = {
    True: "Conference is already being recorded.",
    False: "Internal error while stopping recording.",
}
