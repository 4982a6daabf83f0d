"""What each event does to a board. Pure: nothing is read but the event, and nothing waits.

The rules that keep the picture right, whatever raced what:

- Everything is set, not added up: an event that comes too late does no harm, as the events after
  it say how things are now.
- Only Newchannel and the list make a channel; what else names one that is not there is too late.
- What no event tells (a queue's averages, say) is asked for: `Board.wanted_queues`.
"""

from __future__ import annotations

from functools import singledispatch

from amisdk import events, lifecycle
from amisdk.models import Event

from .state import NAMES_KEPT, Board, Bridge, Caller, Channel, Line, Member, Party, Queue

__all__ = ["apply"]

JUMP = 2.0
"""Seconds by which a moment, as the server rounds it, may differ from the one that is known."""

ORIGINATED = "AppDial2"
"""What an originated channel runs until it is answered; OriginateResponse may overtake the news."""

ChannelChange = (
    events.Newstate | events.NewCallerid | events.NewConnectedLine | events.NewAccountCode
)
ChannelItem = events.CoreShowChannel | events.Status
MemberChange = (
    events.QueueMemberAdded
    | events.QueueMemberPause
    | events.QueueMemberPenalty
    | events.QueueMemberRinginuse
    | events.QueueMemberStatus
)
QueueItem = events.QueueParams | events.QueueMember | events.QueueEntry
ListEnd = (
    events.CoreShowChannelsComplete
    | events.StatusComplete
    | events.QueueStatusComplete
    | events.BridgeListComplete
)
PARTS = ChannelItem | QueueItem | events.BridgeListItem | ListEnd
"""What only comes because it was asked for, and does not count as an event."""


def apply(board: Board, event: lifecycle.Occurrence, now: float) -> None:
    """Change the board as an event says, the server's or the client's own.

    Args:
        board: The board.
        event: Any event at all; most change nothing but the counters.
        now: The reading of a clock that only goes forward, in seconds.
    """
    board.now = now
    if isinstance(event, Event) and not isinstance(event, PARTS):
        board.events += 1
        board.rate.add(now)
        name = event.ami_name
        if name in board.names or len(board.names) < NAMES_KEPT:
            board.names[name] += 1
    _take(event, board)


@singledispatch
def _take(event: object, board: Board) -> None:
    """Leave the board as it is: most events are about something else."""


@_take.register
def _(_event: lifecycle.Connected | lifecycle.Reconnected, board: Board) -> None:
    board.line = Line(up=True, since=board.now)
    board.wanted = True


@_take.register
def _(event: lifecycle.Disconnected | lifecycle.Closed, board: Board) -> None:
    board.line = Line(since=board.now, trouble=str(event.reason or ""))
    board.expected.clear()


@_take.register
def _(event: lifecycle.Reconnecting, board: Board) -> None:
    board.line.attempt = event.attempt
    board.line.retry_at = board.now + event.delay


@_take.register
def _(event: lifecycle.EventsLost, board: Board) -> None:
    board.lost += event.count
    board.wanted = True


@_take.register(events.FullyBooted)
@_take.register(events.Reload)
def _(_event: Event, board: Board) -> None:
    board.wanted = True


@_take.register
def _(event: ListEnd, board: Board) -> None:
    board.finish(event.action_id or "")


# --- channels -----------------------------------------------------------------------------


@_take.register
def _(event: events.Newchannel, board: Board) -> None:
    channel = _channel(event, board)
    if channel is not None:
        _describe(channel, event)


@_take.register
def _(event: events.CoreShowChannel, board: Board) -> None:
    _show(event, board, event.duration, event.application_data)


@_take.register
def _(event: events.Status, board: Board) -> None:
    _show(event, board, event.seconds, event.data)


@_take.register
def _(event: ChannelChange, board: Board) -> None:
    channel = board.channels.get(event.unique_id or "")
    if channel is not None:
        _describe(channel, event)


@_take.register
def _(event: events.Newexten, board: Board) -> None:
    channel = board.channels.get(event.unique_id or "")
    if channel is None:
        return
    _describe(channel, event)
    if not (event.application == ORIGINATED and channel.application):
        channel.application = event.application or ""
        channel.data = event.app_data or ""


@_take.register
def _(event: events.OriginateResponse, board: Board) -> None:
    channel = board.channels.get(event.unique_id or "")
    if channel is not None and event.application:  # no other event tells of it
        channel.application = event.application
        channel.data = event.data or ""


@_take.register
def _(event: events.Rename, board: Board) -> None:
    channel = board.channels.get(event.unique_id or "")
    if channel is not None and event.new_name:
        channel.name = event.new_name


@_take.register
def _(event: events.Hangup, board: Board) -> None:
    unique_id = event.unique_id or ""
    board.channels.pop(unique_id, None)
    for queue in board.queues.values():
        queue.drop_caller(unique_id)


@_take.register
def _(event: events.DialBegin, board: Board) -> None:
    channel = board.channels.get(event.unique_id or "")
    if channel is not None:
        channel.dialling = event.dest_channel or ""


@_take.register
def _(event: events.DialEnd, board: Board) -> None:
    channel = board.channels.get(event.unique_id or "")
    if channel is not None and channel.dialling == event.dest_channel:
        channel.dialling = ""


def _show(event: ChannelItem, board: Board, seconds: int | None, data: str | None) -> None:
    """Show a channel as the list of channels has it."""
    channel = _channel(event, board, seconds)
    if channel is not None:
        _describe(channel, event)
        channel.application = event.application or ""
        channel.data = data or ""
        channel.bridge = event.bridge_id or ""


def _channel(
    event: events.Newchannel | ChannelItem, board: Board, seconds: int | None = 0
) -> Channel | None:
    """Return the channel that an event makes or shows; `seconds` is how long there is one."""
    if not event.unique_id:
        return None
    since = board.now - (seconds or 0)
    channel = board.channels.get(event.unique_id)
    if channel is None:
        channel = board.channels[event.unique_id] = Channel(event.unique_id, since=since)
    channel.since = _moment(channel.since, since)
    channel.seen = board.generation
    return channel


def _describe(
    channel: Channel, event: events.Newchannel | events.Newexten | ChannelChange | ChannelItem
) -> None:
    channel.name = event.channel or channel.name
    channel.state = event.channel_state_desc or ""
    channel.caller = Party(event.caller_id_num or "", event.caller_id_name or "")
    channel.connected = Party(event.connected_line_num or "", event.connected_line_name or "")
    channel.context = event.context or ""
    channel.exten = event.exten or ""


def _moment(known: float, told: float) -> float:
    """Return the moment that is known, unless the server's word differs by more than rounding."""
    return known if abs(known - told) < JUMP else told


# --- bridges ------------------------------------------------------------------------------


@_take.register
def _(event: events.BridgeCreate | events.BridgeListItem, board: Board) -> None:
    _bridge(event, board)


@_take.register
def _(event: events.BridgeEnter, board: Board) -> None:
    _bridge(event, board)
    channel = board.channels.get(event.unique_id or "")
    if channel is not None:
        channel.bridge = event.bridge_unique_id or ""
        channel.dialling = ""


@_take.register
def _(event: events.BridgeLeave, board: Board) -> None:
    if event.bridge_unique_id in board.bridges:
        _bridge(event, board)
    channel = board.channels.get(event.unique_id or "")
    if channel is not None and channel.bridge == event.bridge_unique_id:
        channel.bridge = ""


@_take.register
def _(event: events.BridgeDestroy, board: Board) -> None:
    board.bridges.pop(event.bridge_unique_id or "", None)


def _bridge(
    event: events.BridgeCreate | events.BridgeEnter | events.BridgeLeave | events.BridgeListItem,
    board: Board,
) -> None:
    if not event.bridge_unique_id:
        return
    bridge = board.bridges.setdefault(event.bridge_unique_id, Bridge(event.bridge_unique_id))
    bridge.name = event.bridge_name or ""
    bridge.type = event.bridge_type or ""
    bridge.technology = event.bridge_technology or ""
    bridge.creator = event.bridge_creator or ""
    bridge.seen = board.generation


# --- queues -------------------------------------------------------------------------------


@_take.register
def _(event: events.QueueParams, board: Board) -> None:
    if event.queue is None:
        return
    queue = board.queues.setdefault(event.queue, Queue(event.queue))
    queue.strategy = event.strategy or ""
    queue.max = event.max or 0
    queue.hold_time = event.hold_time or 0
    queue.talk_time = event.talk_time or 0
    queue.completed = event.completed or 0
    queue.abandoned = event.abandoned or 0
    queue.service_level = event.service_level or 0
    queue.service_level_perf = event.service_level_perf or 0.0
    queue.weight = event.weight or 0
    queue.seen = board.generation


@_take.register
def _(event: events.QueueEntry, board: Board) -> None:
    queue = _queue(event.queue, board)
    if queue is not None and event.unique_id:
        since = board.now - (event.wait or 0)
        known = queue.drop_caller(event.unique_id)
        since = _moment(known.since, since) if known is not None else since
        _line_up(event, Caller(event.unique_id, since=since), queue, board)


@_take.register
def _(event: events.QueueCallerJoin, board: Board) -> None:
    queue = _queue(event.queue, board)
    if queue is None or not event.unique_id:
        return
    # Who is there already was in a list that overtook this event, and has the right place.
    if all(caller.unique_id != event.unique_id for caller in queue.callers):
        _line_up(event, Caller(event.unique_id, since=board.now), queue, board)
    _check_count(queue, event.count, board)


@_take.register
def _(event: events.QueueCallerLeave, board: Board) -> None:
    queue = board.queues.get(event.queue or "")
    if queue is not None:
        queue.drop_caller(event.unique_id or "")
        _check_count(queue, event.count, board)


def _line_up(
    event: events.QueueEntry | events.QueueCallerJoin, caller: Caller, queue: Queue, board: Board
) -> None:
    """Put somebody in the place that the server names."""
    caller.channel = event.channel or ""
    caller.party = Party(event.caller_id_num or "", event.caller_id_name or "")
    caller.seen = board.generation
    place = len(queue.callers) if event.position is None else max(0, event.position - 1)
    queue.callers.insert(place, caller)


def _check_count(queue: Queue, count: int | None, board: Board) -> None:
    """Ask about a queue in which the server counts others than we do."""
    if count is not None and count != len(queue.callers):
        board.wanted_queues.add(queue.name)


@_take.register
def _(event: events.QueueCallerAbandon, board: Board) -> None:
    if event.queue in board.queues:
        board.wanted_queues.add(event.queue)


@_take.register
def _(event: events.AgentConnect | events.AgentComplete, board: Board) -> None:
    queue = board.queues.get(event.queue or "")
    if queue is None:
        return
    board.wanted_queues.add(queue.name)
    member = queue.members.get(event.interface or "")
    if member is not None:
        member.in_call = isinstance(event, events.AgentConnect)


@_take.register
def _(event: MemberChange, board: Board) -> None:
    _member(event, event.interface, event.member_name, board)


@_take.register
def _(event: events.QueueMember, board: Board) -> None:
    member = _member(event, event.location, event.name, board)
    if member is not None and event.in_call is None:
        member.in_call = bool(event.is_in_call)


@_take.register
def _(event: events.QueueMemberRemoved, board: Board) -> None:
    queue = board.queues.get(event.queue or "")
    if queue is not None:
        queue.members.pop(event.interface or "", None)


def _member(
    event: MemberChange | events.QueueMember, interface: str | None, name: str | None, board: Board
) -> Member | None:
    queue = _queue(event.queue, board)
    if queue is None or not interface:
        return None
    member = queue.members.setdefault(interface, Member(interface))
    member.name = name or ""
    member.membership = event.membership or ""
    member.penalty = event.penalty or 0
    member.calls_taken = event.calls_taken or 0
    member.last_call = event.last_call
    member.status = event.status or 0
    member.in_call = bool(event.in_call)
    member.paused = bool(event.paused)
    member.paused_reason = event.paused_reason or ""
    member.seen = board.generation
    return member


def _queue(name: str | None, board: Board) -> Queue | None:
    """Return a queue; one that is not known yet is made, and asked about."""
    if name is None:
        return None
    if name not in board.queues:
        board.queues[name] = Queue(name, seen=board.generation)
        board.wanted_queues.add(name)
    return board.queues[name]
