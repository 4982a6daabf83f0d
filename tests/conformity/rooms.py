"""Scenarios: queues, conferences and the parking lot."""

from __future__ import annotations

from typing import Any

from amisdk import actions, events
from tests.conformity.observation import Observer
from tests.conformity.scenario import order_of, scenario

__all__: list[str] = []

MEMBER = "Local/211@scenarios"


@scenario(
    "QueueMemberAdded", "QueueMemberPause", "QueueMemberPenalty", "QueueMemberRinginuse",
    "QueueMemberRemoved", "QueueParams", "QueueMember", "QueueSummary",
)  # fmt: skip
async def members_come_and_go(desk: Observer) -> None:
    add = actions.QueueAdd(queue="empty-queue", interface=MEMBER, member_name="Bob", penalty=2)
    own: dict[str, Any] = {"queue": "empty-queue", "interface": MEMBER}
    for action in (
        add,
        add,
        actions.QueuePause(interface=MEMBER, paused=True, reason="lunch"),
        actions.QueueStatus(queue="empty-queue"),
        actions.QueuePause(paused=False, **own),
        actions.QueuePenalty(penalty=5, **own),
        actions.QueueMemberRingInUse(ring_in_use=True, **own),
        actions.QueueStatus(queue="empty-queue", member="nobody"),
        actions.QueueSummary(queue="empty-queue"),
        actions.QueueRemove(**own),
        actions.QueueRemove(**own),
        actions.QueueRemove(queue="support", interface="Local/210@scenarios"),
        actions.QueueAdd(queue="support", interface="Local/210@scenarios"),
        actions.QueueAdd(queue="nowhere", interface="x"),
        actions.QueuePause(interface="nobody", paused=True),
        actions.QueueStatus(),
        actions.QueueStatus(queue="nowhere"),
        actions.QueueReset(queue="empty-queue"),
    ):
        await desk.send(action)
    removed = await desk.first(events.QueueMemberRemoved)
    assert (removed.member_name, removed.penalty) == ("Bob", 5)


@scenario("QueueCallerJoin", "QueueCallerAbandon", "QueueCallerLeave", "QueueEntry")
async def a_caller_gives_up(desk: Observer) -> None:
    call = await desk.call("202")
    join = await desk.first(events.QueueCallerJoin, queue="empty-queue")
    assert (join.position, join.count, join.channel) == (1, 1, call.far)
    status = await desk.send(actions.QueueStatus(queue="empty-queue"))
    assert [type(item) for item in status.items] == [events.QueueParams, events.QueueEntry]
    await desk.send(actions.QueueSummary(queue="empty-queue"))
    await desk.send(actions.Hangup(channel=call.near))
    left = await desk.first(events.QueueCallerLeave)
    abandoned = await desk.first(events.QueueCallerAbandon)
    assert (abandoned.position, abandoned.original_position, left.count) == (1, 1, 0)
    order = order_of(desk, events.QueueCallerAbandon, events.QueueCallerLeave)
    assert order == ["QueueCallerAbandon", "QueueCallerLeave"]


@scenario(
    "QueueCallerJoin", "AgentCalled", "QueueCallerLeave", "AgentConnect", "AgentComplete",
    "QueueMemberStatus", "DialBegin", "DialEnd", "BridgeEnter", "MusicOnHoldStart",
)  # fmt: skip
async def a_caller_is_answered(desk: Observer) -> None:
    own: dict[str, Any] = {"queue": "empty-queue", "interface": "Local/212@scenarios"}
    await desk.send(actions.QueueAdd(member_name="Bob", **own))
    await desk.call("202")
    done = await desk.first(events.AgentComplete)
    assert (done.member_name, done.reason) == ("Bob", "agent")
    await desk.send(actions.QueueRemove(**own))
    await desk.first(events.QueueMemberRemoved)
    order = order_of(desk, events.AgentCalled, events.AgentConnect, events.AgentComplete)
    assert order == ["AgentCalled", "AgentConnect", "AgentComplete"]


@scenario("AgentCalled", "AgentRingNoAnswer")
async def a_member_does_not_answer(desk: Observer) -> None:
    own: dict[str, Any] = {"queue": "empty-queue", "interface": MEMBER}
    await desk.send(actions.QueueAdd(**own))
    await desk.call("202")
    await desk.first(events.AgentRingNoAnswer, interface=MEMBER)
    await desk.send(actions.QueueRemove(**own))
    await desk.first(events.QueueMemberRemoved)


@scenario("AgentConnect", "AgentComplete", "QueueCallerLeave", "QueueMemberStatus")
async def a_caller_is_answered_and_hangs_up(desk: Observer) -> None:
    own: dict[str, Any] = {"queue": "empty-queue", "interface": "Local/100@scenarios"}
    await desk.send(actions.QueueAdd(member_name="Bob", **own))
    call = await desk.call("202")
    connect = await desk.first(events.AgentConnect)
    assert (connect.channel, connect.member_name) == (call.far, "Bob")
    await desk.first(events.BridgeEnter, channel=call.far)
    status = await desk.send(actions.QueueStatus(queue="empty-queue"))
    member = next(item for item in status.items if isinstance(item, events.QueueMember))
    assert (member.in_call, member.paused) == (True, False)
    await desk.send(actions.Hangup(channel=call.near))
    done = await desk.first(events.AgentComplete)
    # The reason is that of whoever is gone first, by chance; a channel that is gone may be missing.
    assert (done.queue, done.member_name) == ("empty-queue", "Bob")
    await desk.send(actions.QueueRemove(**own))
    names = ("QueueCallerJoin", "AgentCalled", "QueueCallerLeave", "AgentConnect", "AgentComplete")
    told = [event.ami_name for event in desk.seen if event.ami_name in names]
    assert told == list(names)


@scenario("QueueMemberPause", "QueueCallerJoin", "AgentConnect")
async def a_member_who_pauses_is_not_called(desk: Observer) -> None:
    own: dict[str, Any] = {"queue": "empty-queue", "interface": "Local/100@scenarios"}
    await desk.send(actions.QueueAdd(paused=True, **own))
    await desk.call("202")
    await desk.first(events.QueueCallerJoin)
    summary = await desk.send(actions.QueueSummary(queue="empty-queue"))
    assert [(one.logged_in, one.available, one.callers) for one in summary.items] == [(1, 0, 1)]
    assert desk.every(events.AgentCalled) == []
    await desk.send(actions.QueuePause(paused=False, **own))
    await desk.first(events.AgentConnect)
    await desk.send(actions.QueueRemove(**own))


@scenario("QueueCallerJoin", "QueueEntry")
async def a_caller_is_preferred(desk: Observer) -> None:
    calls = []
    for number in (1, 2):
        calls.append(await desk.call("202"))
        await desk.first(events.QueueCallerJoin, position=number)
    own: dict[str, Any] = {"queue": "empty-queue", "caller": calls[1].far}
    order = []
    for immediate in (None, True):
        change = actions.QueueChangePriorityCaller(priority=5, immediate=immediate, **own)
        await desk.send(change)
        status = await desk.send(actions.QueueStatus(queue="empty-queue"))
        entries = [item for item in status.items if isinstance(item, events.QueueEntry)]
        order.append([(one.position, one.priority, one.channel) for one in entries])
    first, second = calls[0].far, calls[1].far
    assert order[0] == [(1, 0, first), (2, 5, second)]
    # 16 knows no Immediate.
    assert order[1] == (order[0] if desk.pbx.major == 16 else [(1, 5, second), (2, 0, first)])
    nobody = {**own, "caller": "nobody"}
    await desk.send(actions.QueueChangePriorityCaller(priority=5, **nobody))


@scenario("QueueCallerJoin", "QueueCallerAbandon", "QueueCallerLeave")
async def a_caller_waits_too_long(desk: Observer) -> None:
    own: dict[str, Any] = {"queue": "support", "interface": "Local/210@scenarios"}
    await desk.send(actions.QueuePause(paused=True, **own))
    call = await desk.call("201")
    await desk.first(events.Hangup, channel=call.far)
    await desk.send(actions.QueuePause(paused=False, **own))
    names = ("QueueCallerJoin", "QueueCallerAbandon", "QueueCallerLeave")
    assert [event.ami_name for event in desk.seen if event.ami_name in names] == list(names)


@scenario("QueueCallerAbandon", "QueueCallerLeave", versions=(22,))
async def a_caller_is_withdrawn(desk: Observer) -> None:
    call = await desk.call("202")
    await desk.first(events.QueueCallerJoin)
    own: dict[str, Any] = {"queue": "empty-queue", "caller": call.far}
    await desk.send(actions.QueueWithdrawCaller(**own))
    await desk.first(events.QueueCallerLeave)
    await desk.first(events.Hangup, channel=call.far)
    await desk.send(actions.QueueWithdrawCaller(**own))


# --- conferences and parking --------------------------------------------------------------


@scenario(
    "ConfbridgeStart", "ConfbridgeJoin", "ConfbridgeMute", "ConfbridgeUnmute", "ConfbridgeLeave",
    "ConfbridgeEnd", "ConfbridgeRecord", "ConfbridgeStopRecord", "ConfbridgeList",
    "ConfbridgeListRooms", "BridgeEnter", "BridgeLeave",
)  # fmt: skip
async def a_conference(desk: Observer) -> None:
    guest = await desk.call("300")
    await desk.first(events.ConfbridgeJoin, channel=guest.far)
    admin = await desk.call("301")
    joined = await desk.first(events.ConfbridgeJoin, channel=admin.far)
    assert joined.admin is True
    own: dict[str, Any] = {"conference": "900"}
    for action in (
        actions.ConfbridgeListRooms(),
        actions.ConfbridgeList(**own),
        actions.ConfbridgeList(conference="901"),
        actions.ConfbridgeMute(channel=guest.far, **own),
        actions.ConfbridgeMute(channel="nobody", **own),
        actions.ConfbridgeMute(channel="x", conference="901"),
        actions.ConfbridgeUnmute(channel=guest.far, **own),
        actions.ConfbridgeMute(channel="participants", **own),
        actions.ConfbridgeMute(channel="all", **own),
        actions.ConfbridgeLock(**own),
        actions.ConfbridgeUnlock(**own),
        actions.ConfbridgeStartRecord(**own),
        actions.ConfbridgeStopRecord(**own),
        actions.ConfbridgeSetSingleVideoSrc(channel=guest.far, **own),
        actions.ConfbridgeKick(channel="nobody", **own),
        actions.ConfbridgeKick(channel=guest.far, **own),
    ):
        await desk.send(action)
    await desk.first(events.ConfbridgeLeave, channel=guest.far)
    await desk.send(actions.ConfbridgeKick(channel="all", **own))
    await desk.first(events.ConfbridgeEnd)
    order = order_of(
        desk, events.ConfbridgeStart, events.ConfbridgeJoin, events.ConfbridgeLeave,
        events.ConfbridgeEnd,
    )  # fmt: skip
    assert order[1:] == ["ConfbridgeJoin", "ConfbridgeLeave", "ConfbridgeEnd"]


@scenario("ConfbridgeJoin", "ConfbridgeLeave", "ConfbridgeEnd")
async def who_is_muted_joins_a_conference_and_hangs_up(desk: Observer) -> None:
    guest = await desk.call("302")
    joined = await desk.first(events.ConfbridgeJoin, channel=guest.far)
    assert (joined.muted, joined.admin) == (True, False)
    listed = await desk.send(actions.ConfbridgeList(conference="900"))
    assert [(one.channel, one.muted) for one in listed.items] == [(guest.far, True)]
    await desk.send(actions.Hangup(channel=guest.near))
    await desk.first(events.ConfbridgeLeave, channel=guest.far)
    await desk.first(events.ConfbridgeEnd)
    await desk.send(actions.ConfbridgeListRooms())


@scenario()
async def no_conference(desk: Observer) -> None:
    await desk.send(actions.ConfbridgeListRooms())
    await desk.send(actions.ConfbridgeList(conference="900"))
    await desk.send(actions.ConfbridgeMute(conference="900", channel="x"))


@scenario("ParkedCall", "ParkedCallGiveUp", "Parkinglot", "ParkedCallsComplete")
async def a_call_is_parked(desk: Observer) -> None:
    await desk.send(actions.ParkedCalls())
    call = await desk.call("100")
    await desk.send(actions.Park(channel=call.near))
    await desk.first(events.ParkedCall, parkee_channel=call.near)
    listed = await desk.send(actions.ParkedCalls())
    assert [item.parking_space for item in listed.items] == ["701"]
    await desk.send(actions.Parkinglots())
    await desk.send(actions.Hangup(channel=call.near))
    await desk.first(events.ParkedCallGiveUp, parkee_channel=call.near)
    await desk.send(actions.Park(channel="nobody"))
