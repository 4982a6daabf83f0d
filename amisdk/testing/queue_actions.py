"""The actions on queues: what QueueAdd, QueuePause, QueueStatus and the others do."""

from __future__ import annotations

from .channels import Channel
from .queues import Caller, Member, Queue
from .request import Play, Request, is_true, number_in, seconds_in
from .world import World

__all__ = ["Queues"]


class Queues:
    """The queues of a server, and the actions on them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.queues: dict[str, Queue] = {}
        self.plays: dict[str, Play] = {
            "QueueAdd": self._add,
            "QueueChangePriorityCaller": self._priority,
            "QueueMemberRingInUse": self._ring_in_use,
            "QueuePause": self._pause,
            "QueuePenalty": self._penalty,
            "QueueRemove": self._remove,
            "QueueReset": self._reset,
            "QueueStatus": self._status,
            "QueueSummary": self._summary,
            "QueueWithdrawCaller": self._withdraw,
        }
        world.dialplan.applications["queue"] = self._enter
        world.on_device.append(self._device)
        world.on_clear.append(self._clear)

    def _clear(self) -> None:
        for queue in self.queues.values():
            queue.callers.clear()
            for member in queue.members:
                member.in_call = False

    def get(self, name: str) -> Queue:
        """Return a queue, made if there is none of this name."""
        return self.queues.setdefault(name, Queue(self.world, name))

    def _enter(self, channel: Channel, arguments: list[str]) -> None:
        self.world.answer(channel)
        timeout = seconds_in(arguments[4]) if len(arguments) > 4 else None
        if not channel.gone:
            self.get(arguments[0]).enter(channel, timeout)

    def _device(self, device: str, state: str) -> None:  # noqa: ARG002
        for queue in self.queues.values():
            for member in queue.members:
                if member.state_interface == device:
                    self.world.tell("QueueMemberStatus", member.values())
            queue.distribute()

    def _wanted(self, ask: Request) -> list[Queue]:
        name = ask["Queue"]
        return [one for one in self.queues.values() if not name or one.name == name]

    def _members(self, ask: Request) -> list[Member]:
        found = (queue.member(ask["Interface"]) for queue in self._wanted(ask))
        return [member for member in found if member is not None]

    def _add(self, ask: Request) -> None:
        queue, interface = self.queues.get(ask["Queue"]), ask["Interface"]
        if queue is None:
            ask.unknown()
        elif queue.member(interface) is not None:
            ask.error("Unable to add interface: Already there")
        else:
            queue.add(
                interface,
                ask["MemberName"] or None,
                penalty=number_in(ask["Penalty"]),
                paused=is_true(ask["Paused"]),
                state_interface=ask["StateInterface"] or None,
            )
            ask.ok("Added interface to queue")

    def _remove(self, ask: Request) -> None:
        queue, interface = self.queues.get(ask["Queue"]), ask["Interface"]
        member = queue.member(interface) if queue is not None else None
        if queue is None:
            ask.unknown()
        elif member is None:
            ask.error("Unable to remove interface: Not there")
        elif member.membership != "dynamic":
            ask.error("Member not dynamic")
        else:
            queue.remove(interface)
            ask.ok("Removed interface from queue")

    def _pause(self, ask: Request) -> None:
        paused = is_true(ask["Paused"])
        members = self._members(ask)
        for member in members:
            member.queue.pause(member, paused, ask["Reason"])
        if members:
            ask.ok(f"Interface {'paused' if paused else 'unpaused'} successfully")
        else:
            ask.unknown()

    def _penalty(self, ask: Request) -> None:
        members = self._members(ask)
        for member in members:
            member.penalty = number_in(ask["Penalty"])
            self.world.tell("QueueMemberPenalty", member.values())
        if members:
            ask.ok("Interface penalty set successfully")
        else:
            ask.unknown()

    def _ring_in_use(self, ask: Request) -> None:
        members = self._members(ask)
        for member in members:
            member.ring_in_use = is_true(ask["RingInUse"])
            self.world.tell("QueueMemberRinginuse", member.values())
        if members:
            ask.ok("Interface ringinuse set successfully")
        else:
            ask.unknown()

    def _reset(self, ask: Request) -> None:
        for queue in self._wanted(ask):
            queue.completed = queue.abandoned = queue.hold_time = queue.talk_time = 0
        ask.ok("Queue stats reset successfully")

    def _status(self, ask: Request) -> None:
        items = (item for queue in self._wanted(ask) for item in queue.items(ask["Member"]))
        ask.list("Queue status will follow", items, "QueueStatusComplete")

    def _summary(self, ask: Request) -> None:
        items = (queue.summary() for queue in self._wanted(ask))
        ask.list("Queue summary will follow", items, "QueueSummaryComplete")

    def _caller(self, ask: Request, failed: str) -> Caller | None:
        """Return the caller that is named; answer if there is none."""
        queue = self.queues.get(ask["Queue"])
        waiting = queue.callers if queue is not None else []
        found = next((one for one in waiting if one.channel.name == ask["Caller"]), None)
        if queue is None:
            ask.unknown()
        elif found is None:
            ask.error(f"{failed}: No such caller")
        return found

    def _priority(self, ask: Request) -> None:
        caller = self._caller(ask, "Unable to change priority caller on queue")
        if caller is not None:
            priority = number_in(ask["Priority"])
            at_once = is_true(ask["Immediate"]) and ask.dialect.recorded != 16  # which knows it not
            caller.queue.prefer(caller, priority, at_once=at_once)
            ask.ok("Priority change for caller on queue")

    def _withdraw(self, ask: Request) -> None:
        caller = self._caller(ask, "Unable to request withdraw from queue")
        if caller is not None:
            caller.queue.dismiss(caller)
            ask.ok("Withdraw requested successfully")
