"""A PBX in a few lines, to test boards with: it changes, says so in events, and can be listed.

What it says is on its way for a while, as with the real one: what was said before a list was
asked for may arrive after it.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from amisdk import Event, events
from amisdk.cli.board.events import apply
from amisdk.cli.board.state import SECTIONS, Board, Section
from amisdk.lifecycle import EventsLost

__all__ = ["SmallPbx", "Wire", "differences", "picture"]

UNTOLD = {"since", "seen", "dialling"}
"""What a list does not tell, or only in whole seconds."""


def picture(board: Board) -> dict[str, Any]:
    """Return what can be compared of a board."""
    found: dict[str, Any] = {
        "channels": {key: _plain(one) for key, one in board.channels.items()},
        "bridges": {key: _plain(one) for key, one in board.bridges.items()},
    }
    for name, queue in board.queues.items():
        members = {key: _plain(one) for key, one in queue.members.items()}
        callers = [(one.unique_id, *board.who(one)) for one in queue.callers]
        found[f"queue {name}"] = {**_plain(queue), "members": members, "callers": callers}
    return found


def _plain(one: Any) -> dict[str, Any]:
    return {each.name: getattr(one, each.name) for each in fields(one) if each.name not in UNTOLD}


@dataclass
class SmallPbx:
    """The PBX. Channels, bridges and members are kept as the values of their events' fields."""

    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    bridges: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Queue to interface to member."""
    callers: dict[str, list[str]] = field(default_factory=dict)
    """Queue to the channels that wait in it."""
    made: int = 0
    said: list[Event] = field(default_factory=list)

    def new(self) -> str:
        """Make a channel, and return its unique id."""
        self.made += 1
        number = self.made
        self.channels[f"1.{number}"] = {
            "channel": f"PJSIP/{number}-{number:08x}",
            "unique_id": f"1.{number}",
            "channel_state_desc": "Down",
            "caller_id_num": str(6000 + number),
            "context": "default",
            "exten": "100",
            "application": "",
            "data": "",
            "bridge": "",
        }
        self._say(events.Newchannel, f"1.{number}")
        return f"1.{number}"

    def change(self, channel: str, **values: str) -> None:
        """Change a channel, and say it the way that fits."""
        self.channels[channel].update(values)
        if "application" in values:
            now = self.channels[channel]
            more = {"application": now["application"], "app_data": now["data"]}
            self._say(events.Newexten, channel, **more)
        elif "caller_id_num" in values:
            self._say(events.NewCallerid, channel)
        elif "connected_line_num" in values:
            self._say(events.NewConnectedLine, channel)
        else:
            self._say(events.Newstate, channel)

    def rename(self, channel: str, name: str) -> None:
        """Give a channel another name, as a masquerade does."""
        self.said.append(events.Rename(channel="?", new_name=name, unique_id=channel))
        self.channels[channel]["channel"] = name

    def hang_up(self, channel: str) -> None:
        """End a channel."""
        self.leave_bridge(channel)
        for queue in self.callers:
            self.leave_queue(channel, queue)
        self._say(events.Hangup, channel, cause=16)
        del self.channels[channel]

    def bridge(self, name: str) -> str:
        """Make a bridge, and return its unique id."""
        self.made += 1
        unique_id = f"bridge-{self.made}"
        self.bridges[unique_id] = {
            "bridge_unique_id": unique_id,
            "bridge_type": "basic",
            "bridge_technology": "simple_bridge",
            "bridge_name": name,
        }
        self.said.append(events.BridgeCreate(**self.bridges[unique_id]))
        return unique_id

    def enter(self, channel: str, bridge: str) -> None:
        """Put a channel into a bridge."""
        self.leave_bridge(channel)
        self.channels[channel]["bridge"] = bridge
        self._say(events.BridgeEnter, channel, **self.bridges[bridge])

    def leave_bridge(self, channel: str) -> None:
        """Take a channel out of its bridge."""
        bridge = self.channels[channel]["bridge"]
        if bridge:
            self.channels[channel]["bridge"] = ""
            self._say(events.BridgeLeave, channel, **self.bridges[bridge])

    def destroy(self, bridge: str) -> None:
        """End a bridge."""
        for channel, values in self.channels.items():
            if values["bridge"] == bridge:
                self.leave_bridge(channel)
        self.said.append(events.BridgeDestroy(**self.bridges.pop(bridge)))

    def configure(self, queue: str, *, there: bool) -> None:
        """Add or remove a queue, as a reload does; no event tells more."""
        if there:
            self.callers.setdefault(queue, [])
            self.members.setdefault(queue, {})
        elif not self.callers.get(queue):
            self.callers.pop(queue, None)
            self.members.pop(queue, None)
        self.said.append(events.Reload(module="app_queue.so"))

    def join(self, channel: str, queue: str, place: int) -> None:
        """Have a channel wait in a queue."""
        waiting = self.callers[queue]
        if channel not in waiting:
            waiting.insert(place, channel)
            position = waiting.index(channel) + 1
            self._count(events.QueueCallerJoin, channel, queue, position=position)

    def leave_queue(self, channel: str, queue: str) -> None:
        """Have a channel wait no more."""
        if channel in self.callers[queue]:
            self.callers[queue].remove(channel)
            self._count(events.QueueCallerLeave, channel, queue)

    def _count(self, kind: type[Event], channel: str, queue: str, **more: int) -> None:
        self._say(kind, channel, queue=queue, count=len(self.callers[queue]), **more)

    def member(self, queue: str, interface: str, **values: Any) -> None:
        """Add a member to a queue, or change one."""
        known = self.members[queue].setdefault(interface, {"status": 1})
        known.update(values)
        kind = events.QueueMemberPause if "paused" in values else events.QueueMemberStatus
        self.said.append(kind(queue=queue, interface=interface, member_name=interface, **known))

    def remove_member(self, queue: str, interface: str) -> None:
        """Remove a member, if there."""
        if self.members[queue].pop(interface, None) is not None:
            self.said.append(
                events.QueueMemberRemoved(queue=queue, interface=interface, member_name=interface)
            )

    def _say(self, kind: type[Event], channel: str, **more: Any) -> None:
        known = self.channels[channel]
        told = {key: one for key, one in known.items() if key in kind.model_fields}
        self.said.append(kind(**{**told, **more}))

    def listed(self, section: Section, action_id: str, only: str | None = None) -> Iterator[Event]:
        """Yield what answers the question for a section, or for one queue."""
        if section == "channels":
            for known in self.channels.values():
                shown = {"application_data": known["data"], "bridge_id": known["bridge"]}
                told = {
                    key: one
                    for key, one in {**known, **shown}.items()
                    if key in events.CoreShowChannel.model_fields
                }
                yield events.CoreShowChannel(**told, duration=0)
            yield events.CoreShowChannelsComplete(action_id=action_id)
        elif section == "bridges":
            for bridge in self.bridges.values():
                yield events.BridgeListItem(**bridge)
            yield events.BridgeListComplete(action_id=action_id)
        else:
            for queue, members in self.members.items():
                if only in (None, queue):
                    yield from self._queue(queue, members)
            yield events.QueueStatusComplete(action_id=action_id)

    def _queue(self, queue: str, members: dict[str, dict[str, Any]]) -> Iterator[Event]:
        yield events.QueueParams(queue=queue)
        for interface, values in members.items():
            yield events.QueueMember(queue=queue, name=interface, location=interface, **values)
        for position, channel in enumerate(self.callers[queue], 1):
            known = self.channels[channel]
            yield events.QueueEntry(
                queue=queue,
                position=position,
                channel=known["channel"],
                unique_id=channel,
                caller_id_num=known["caller_id_num"],
            )


class Wire:
    """Between the PBX and a board: what is said arrives later, or never."""

    def __init__(self, pbx: SmallPbx, board: Board) -> None:
        self.pbx = pbx
        self.board = board
        self.way: deque[Event] = deque()
        self.lost = 0
        self.asked = 0
        self.now = 0.0

    def tell(self, event: Any) -> None:
        """Tell the board something now."""
        self.now += 0.001
        apply(self.board, event, self.now)

    def arrive(self, count: int | None = None) -> None:
        """Let so many events arrive, or all."""
        self.way.extend(self.pbx.said)
        self.pbx.said.clear()
        for _ in range(len(self.way) if count is None else min(count, len(self.way))):
            self.tell(self.way.popleft())

    def lose(self, count: int) -> None:
        """Lose so many events."""
        self.way.extend(self.pbx.said)
        self.pbx.said.clear()
        for _ in range(min(count, len(self.way))):
            self.way.popleft()
            self.lost += 1

    def ask(self, *sections: Section) -> None:
        """Ask for lists; what is on its way arrives after them."""
        for section in sections or SECTIONS:
            self.asked += 1
            self.board.expect(section, f"list-{self.asked}")
            for part in list(self.pbx.listed(section, f"list-{self.asked}")):
                self.tell(part)

    def ask_for_queues(self) -> None:
        """Ask for the queues that the board wants to know more about."""
        wanted = sorted(self.board.wanted_queues)
        self.board.wanted_queues.clear()
        for queue in wanted:
            self.asked += 1
            self.board.expect("queues", f"list-{self.asked}", queue)
            for part in list(self.pbx.listed("queues", f"list-{self.asked}", queue)):
                self.tell(part)

    def settle(self) -> None:
        """Ask as a feed does until nothing is to be asked; what is on its way arrives last."""
        if self.lost:
            self.tell(EventsLost("the board", self.lost))
            self.lost = 0
        while self.board.wanted or self.board.wanted_queues or self.way or self.pbx.said:
            if self.board.wanted:
                self.board.wanted = False
                self.ask()
            self.ask_for_queues()
            self.arrive()


def differences(kept: Board, fresh: Board) -> list[str]:
    """Return how a board that was kept differs from one that was just taken.

    What is exempt: the application of a channel that a fresh list shows without any. Asterisk
    tells of no change when a channel leaves its application for a bridge or a parking lot.
    """
    mine, its = picture(kept), picture(fresh)
    for unique_id, channel in its["channels"].items():
        known = mine["channels"].get(unique_id)
        if known is not None and not channel["application"]:
            known |= {"application": "", "data": ""}
    return list(_differences("", mine, its))


def _differences(place: str, mine: object, its: object) -> Iterator[str]:
    if isinstance(mine, dict) and isinstance(its, dict):
        for key in {**mine, **its}:
            if key not in mine or key not in its:
                where = "only kept" if key in mine else "only in the list"
                yield f"{place}/{key}: {where}: {mine.get(key, its.get(key))}"
            else:
                yield from _differences(f"{place}/{key}", mine[key], its[key])
    elif mine != its:
        yield f"{place}: kept {mine!r}, in the list {its!r}"
