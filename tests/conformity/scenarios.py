"""What is asked of a real server and of `FakeAsterisk` alike.

A scenario is a function that uses a client; what the client sees is compared. It uses the dialplan
of ``tests/live/asterisk/etc``, which `tests.conformity.scenery` gives to the fake server. `core`
names the events that a scenario is about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from amisdk import RawAction, actions, errors, events
from amisdk.models import Action, Event
from tests.conformity.observation import Observer, observing

__all__ = ["SCENARIOS", "Scenario"]

Play = Callable[[Observer], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """What is played, and what it is about."""

    play: Play
    core: tuple[str, ...]
    versions: tuple[int, ...]
    examples: bool
    """Whether the fake server answers with examples of what there could be."""


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    *core: str, versions: tuple[int, ...] = (16, 22), examples: bool = False
) -> Callable[[Play], Play]:
    """Make a function a scenario."""

    def keep(play: Play) -> Play:
        SCENARIOS[play.__name__] = Scenario(play, core, versions, examples)
        return play

    return keep


def originate(channel: str, **options: Any) -> actions.Originate:
    """Call an extension of the scenarios, with an end that waits."""
    if "exten" in options:
        options = {"context": "scenarios", "priority": 1, **options}
    else:
        options = {"application": "Wait", "data": "600", **options}
    return actions.Originate(channel=f"Local/{channel}@scenarios/n", **options)


def order_of(desk: Observer, *kinds: type[Event]) -> list[str]:
    """Return the names of events of these classes, each where it first came."""
    return list(dict.fromkeys(event.ami_name for event in desk.seen if isinstance(event, kinds)))


# --- calls --------------------------------------------------------------------------------

DIALLED = ("Newchannel", "Newexten", "DialBegin", "Newstate", "DialEnd", "Hangup")
BRIDGED = ("BridgeCreate", "BridgeEnter", "BridgeLeave", "BridgeDestroy")


@scenario(*DIALLED, "OriginateResponse", "LocalBridge", "DeviceStateChange", "HangupRequest")
async def a_call_that_is_answered_and_hung_up(desk: Observer) -> None:
    answered = await desk.ami.originate(originate("100"))
    assert (answered.reason, answered.application) == (4, "Wait")
    await desk.first(events.DialEnd, dial_status="ANSWER")
    await desk.send(actions.Hangup(channel=answered.channel or ""))
    await desk.first(events.Hangup, channel=answered.channel)
    order = order_of(desk, events.Newchannel, events.DialBegin, events.DialEnd, events.Hangup)
    assert order == ["Newchannel", "DialBegin", "DialEnd", "Hangup"]


@scenario(*DIALLED, *BRIDGED, "NewConnectedLine")
async def a_call_of_two_parties(desk: Observer) -> None:
    answered = await desk.ami.originate(originate("100", exten="500"))
    begin = await desk.first(events.DialBegin, channel=answered.channel)
    await desk.first(events.BridgeEnter, unique_id=begin.dest_unique_id)
    entered = await desk.first(events.BridgeEnter, channel=answered.channel)
    created = desk.every(events.BridgeCreate)[-1]
    assert entered.bridge_unique_id == created.bridge_unique_id
    assert begin.dest_linked_id == begin.linked_id == answered.unique_id
    await desk.send(actions.Hangup(channel=answered.channel or "", cause=16))
    await desk.first(events.Hangup, unique_id=begin.dest_unique_id)
    await desk.first(events.BridgeDestroy, bridge_unique_id=created.bridge_unique_id)
    order = order_of(
        desk, events.DialBegin, events.DialEnd, events.BridgeCreate, events.BridgeEnter,
        events.BridgeLeave, events.BridgeDestroy,
    )  # fmt: skip
    assert order == [
        "DialBegin", "DialEnd", "BridgeCreate", "BridgeEnter", "BridgeLeave", "BridgeDestroy",
    ]  # fmt: skip


async def _refused(desk: Observer, exten: str, status: str) -> None:
    answered = await desk.ami.originate(originate("100", exten=exten))
    begin = await desk.first(events.DialBegin, channel=answered.channel)
    end = await desk.first(events.DialEnd, channel=answered.channel)
    assert end.dial_status == status
    await desk.first(events.Hangup, unique_id=begin.dest_unique_id)


@scenario(*DIALLED)
async def a_party_that_is_busy(desk: Observer) -> None:
    await _refused(desk, "501", "BUSY")


@scenario(*DIALLED)
async def a_party_that_is_congested(desk: Observer) -> None:
    await _refused(desk, "506", "CONGESTION")


@scenario(*DIALLED, "DialState")
async def a_party_that_does_not_answer(desk: Observer) -> None:
    await _refused(desk, "502", "NOANSWER")


async def _fails(desk: Observer, channel: str, reason: int) -> None:
    with pytest.raises(errors.OriginateFailed) as caught:
        await desk.ami.originate(originate(channel, timeout=700))
    told = caught.value.event
    assert isinstance(told, events.OriginateResponse)
    assert (told.reason, told.unique_id) == (reason, None)
    await desk.first(events.Hangup)


@scenario("Newchannel", "DialBegin", "DialEnd", "OriginateResponse", "Hangup")
async def an_originate_that_is_busy(desk: Observer) -> None:
    await _fails(desk, "105", 5)


@scenario("Newchannel", "DialBegin", "DialEnd", "OriginateResponse", "Hangup")
async def an_originate_that_is_congested(desk: Observer) -> None:
    await _fails(desk, "106", 8)


@scenario("Newchannel", "DialBegin", "DialState", "OriginateResponse", "Hangup")
async def an_originate_that_nobody_answers(desk: Observer) -> None:
    await _fails(desk, "102", 3)
    assert desk.every(events.DialEnd) == []


@scenario("Hangup")
async def an_originate_without_async(desk: Observer) -> None:
    await desk.send(originate("105", timeout=700))
    await desk.send(originate("100", timeout=700))
    await desk.send(actions.Originate(channel="nowhere", application="Wait"))
    assert desk.every(events.OriginateResponse) == []


@scenario("ChannelHungup", "ChannelsHungupListComplete")
async def hanging_up_by_a_pattern(desk: Observer) -> None:
    await desk.ami.originate(originate("100"))
    gone = await desk.send(actions.Hangup(channel="/^Local.100@/", cause=17))
    assert {item.ami_name for item in gone.items} == {"ChannelHungup"}
    await desk.first(events.Hangup, cause=17)
    await desk.send(actions.Hangup(channel="/^Nothing/"))
    await desk.send(actions.Hangup(channel="nobody"))


@scenario("CoreShowChannel", "Status", "CoreShowChannelsComplete", "StatusComplete")
async def channels_are_shown(desk: Observer) -> None:
    await desk.send(actions.CoreShowChannels())
    await desk.send(actions.Status())
    call = await desk.call("100")
    listed = await desk.send(actions.CoreShowChannels())
    assert {item.channel for item in listed.items} == {call.near, call.far}
    await desk.send(actions.Setvar(channel=call.near, variable="X", value="1, 2"))
    shown = await desk.send(actions.Status(channel=call.near, variables=["X", "NOTHING"]))
    variables = [text for key, text in shown.items[0].headers if key == "Variable"]
    assert variables == ["X=1, 2", "NOTHING=(null)"]
    assert len((await desk.send(actions.Status())).items) == 2
    await desk.send(actions.Status(channel="nobody"))


@scenario("Newexten")
async def a_channel_is_sent_elsewhere(desk: Observer) -> None:
    call = await desk.call("100")
    goal = {"context": "scenarios", "exten": "101", "priority": 1}
    await desk.send(actions.Redirect(channel=call.near, **goal))  # type: ignore[arg-type]
    await desk.send(actions.Redirect(channel="nobody", **goal))  # type: ignore[arg-type]
    await desk.first(events.Newexten, channel=call.near, exten="101")


@scenario(*BRIDGED, "BridgeListItem", "BridgeInfoChannel", "BridgeInfoComplete")
async def channels_are_bridged(desk: Observer) -> None:
    one, two = await desk.call("100"), await desk.call("101")
    await desk.send(actions.Bridge(channel1=one.near, channel2=two.near))
    entered = await desk.first(events.BridgeEnter, channel=two.near)
    bridge = entered.bridge_unique_id or ""
    assert len((await desk.send(actions.BridgeInfo(bridge_unique_id=bridge))).items) == 2
    await desk.send(actions.BridgeList(bridge_type="simple_bridge"))
    await desk.send(actions.BridgeKick(channel=one.near))
    await desk.first(events.BridgeLeave, channel=one.near)
    await desk.send(actions.BridgeInfo(bridge_unique_id="nowhere"))
    await desk.send(actions.BridgeKick(channel="nobody"))


@scenario("BridgeDestroy")
async def a_bridge_is_destroyed(desk: Observer) -> None:
    one, two = await desk.call("100"), await desk.call("101")
    await desk.send(actions.Bridge(channel1=one.near, channel2=two.near))
    entered = await desk.first(events.BridgeEnter, channel=two.near)
    bridge = entered.bridge_unique_id or ""
    await desk.send(actions.BridgeDestroy(bridge_unique_id=bridge))
    await desk.first(events.BridgeDestroy, bridge_unique_id=bridge)
    await desk.send(actions.BridgeDestroy(bridge_unique_id=bridge))


@scenario("CoreShowChannelMap", versions=(22,))
async def who_is_connected_with_whom(desk: Observer) -> None:
    one, two = await desk.call("100"), await desk.call("101")
    await desk.send(actions.Bridge(channel1=one.near, channel2=two.near))
    await desk.first(events.BridgeEnter, channel=two.near)
    await desk.send(actions.CoreShowChannelMap(channel=one.near))
    await desk.send(actions.CoreShowChannelMap(channel="nobody"))


@scenario("BlindTransfer")
async def a_call_is_transferred(desk: Observer) -> None:
    answered = await desk.ami.originate(originate("100", exten="500"))
    channel = answered.channel or ""
    await desk.first(events.BridgeEnter, channel=channel)
    begin = await desk.first(events.DialBegin, channel=channel)
    transfer = actions.BlindTransfer(
        channel=begin.dest_channel or "", context="scenarios", exten="101"
    )
    await desk.send(transfer)
    await desk.first(events.BlindTransfer)
    await desk.first(events.Newexten, channel=channel, exten="101")
    await desk.send(actions.BlindTransfer(channel="nobody", context="scenarios", exten="101"))


ON_A_CHANNEL: list[Callable[[str], Action[Any]]] = [
    lambda name: actions.AbsoluteTimeout(channel=name, timeout=60),
    lambda name: actions.MixMonitor(channel=name, file="conformity.wav"),
    lambda name: actions.MixMonitorMute(channel=name, direction="both", state=True),
    lambda name: actions.StopMixMonitor(channel=name),
    lambda name: actions.MuteAudio(channel=name, direction="in", state=True),
    lambda name: actions.PlayDTMF(channel=name, digit="1"),
    lambda name: actions.SendText(channel=name, message="hello"),
]


@scenario()
async def actions_on_a_channel(desk: Observer) -> None:
    call = await desk.call("101")
    for make in ON_A_CHANNEL:
        await desk.send(make(call.near))
        await desk.send(make("nobody"))


@scenario("VarSet")
async def variables_are_set_and_read(desk: Observer) -> None:
    call = await desk.call("100")
    for name in ("COMPANY", "NOT_SET"):
        await desk.send(actions.Getvar(variable=name))
    await desk.send(actions.Setvar(variable="LIVE", value="1"))
    assert (await desk.send(actions.Getvar(variable="LIVE"))).value == "1"
    await desk.send(actions.Setvar(channel=call.near, variable="ORDER", value="4,2"))
    found = await desk.send(actions.Getvar(channel=call.near, variable="ORDER"))
    assert found.value == "4,2"
    state = await desk.send(actions.Getvar(channel=call.near, variable="CHANNEL(state)"))
    assert state.value == "Up"
    await desk.send(actions.Getvar(channel="nobody", variable="X"))
    await desk.send(actions.Setvar(channel="nobody", variable="X", value="1"))


# --- queues -------------------------------------------------------------------------------

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


# --- what a server keeps ------------------------------------------------------------------


@scenario("DBGetResponse", "DBGetTreeResponse")
async def the_database(desk: Observer) -> None:
    own: dict[str, Any] = {"family": "conformity"}
    for action in (
        actions.DBPut(key="a", val="1", **own),
        actions.DBPut(key="b", val='Zoë \\ "x", y = z ', **own),
        actions.DBGet(key="b", **own),
        actions.DBGet(key="x", **own),
        actions.DBGetTree(**own),
        actions.DBGetTree(family="nowhere"),
        actions.DBDel(key="a", **own),
        actions.DBDel(key="a", **own),
        actions.DBDelTree(**own),
        actions.DBDelTree(**own),
    ):
        await desk.send(action)
    kept = [event.val for event in desk.every(events.DBGetTreeResponse)]
    assert kept == ["1", 'Zoë \\ "x", y = z ']


@scenario("DeviceStateChange", "ExtensionStatus")
async def states_of_devices_and_extensions(desk: Observer) -> None:
    ask = actions.ExtensionState(exten="6003", context="scenarios")
    states = []
    for state in ("INUSE", "RINGING", "ONHOLD", "NOT_INUSE"):
        await desk.send(actions.Setvar(variable="DEVICE_STATE(Custom:6003)", value=state))
        await desk.first(events.DeviceStateChange, device="Custom:6003", state=state)
        told = await desk.send(ask)
        states.append((told.status, told.status_text))
    assert states == [(1, "InUse"), (8, "Ringing"), (16, "Hold"), (0, "Idle")]
    await desk.send(actions.ExtensionState(exten="nowhere", context="scenarios"))
    await desk.send(actions.ExtensionStateList())
    await desk.send(actions.DeviceStateList())


# --- sessions -----------------------------------------------------------------------------


@scenario("UserEvent")
async def user_events_go_to_everybody(desk: Observer) -> None:
    async with observing(desk.pbx, "calls") as other:
        await desk.send(actions.UserEvent(user_event="Order", headers={"Number": 42}))
        told = await other.first(events.UserEvent, user_event="Order")
        assert dict(told.extra_headers) == {"Number": "42"}
        assert (await desk.first(events.UserEvent)).action_id == told.action_id


ROLES = {
    "calls": {"call", "agent", "user"},
    "dialplan": {"dialplan", "dtmf", "cdr"},
    "deaf": set(),
}


@scenario("Newchannel")
async def users_see_the_events_of_their_classes(desk: Observer) -> None:
    for role, classes in ROLES.items():
        async with observing(desk.pbx, role) as other:
            call = await desk.call("100")
            await desk.send(actions.Hangup(channel=call.near))
            await desk.first(events.Hangup, channel=call.near)
            await desk.quiet(actions.UserEvent(user_event=role))
            await desk.first(events.UserEvent, user_event=role)
            await other.quiet(actions.Ping())
            seen = {word for event in other.seen for word in event.privilege or ()} - {"all"}
            assert seen <= classes
            assert bool(seen) == bool(classes)


@scenario("Newchannel")
async def masks_and_filters_hold_events_back(desk: Observer) -> None:
    async with (
        observing(desk.pbx, events="user") as masked,
        observing(desk.pbx, "filtered") as filtered,
        observing(desk.pbx, events="off") as off,
    ):
        call = await desk.call("100")
        await desk.send(actions.Hangup(channel=call.near))
        await filtered.first(events.Hangup, channel=call.near)
        await desk.quiet(actions.UserEvent(user_event="x"))
        await masked.first(events.UserEvent, user_event="x")
        await off.quiet(actions.Ping())
        assert {event.ami_name for event in masked.seen} == {"UserEvent"}
        names = {event.ami_name for event in filtered.seen}
        assert names <= {"Hangup", "HangupRequest", "UserEvent", "FullyBooted"}
        assert off.seen == []


@scenario()
async def users_may_send_what_they_may(desk: Observer) -> None:
    for role in ("readonly", "calls", "dialplan"):
        async with observing(desk.pbx, role) as other:
            for action in (
                actions.Ping(),
                actions.CoreStatus(),
                actions.DBPut(family="x", key="y", val="z"),
                actions.Command(command="core show version"),
                actions.QueueStatus(queue="nowhere"),
                actions.Hangup(channel="nobody"),
            ):
                desk.observation.reply(action, await other.send(action))


@scenario()
async def the_mask_is_changed(desk: Observer) -> None:
    for mask in ("call", "call,agent", "off", "on", "nonsense"):
        await desk.send(actions.Events(event_mask=mask))
    await desk.send(actions.Events(event_mask="on"))


@scenario("Hangup")
async def waiting_for_events(desk: Observer) -> None:
    call = await desk.call("104")
    reply = await desk.quiet(actions.WaitEvent(timeout=20))
    assert reply.end is not None
    await desk.first(events.Hangup, channel=call.near)


@scenario()
async def a_filter_is_added(desk: Observer) -> None:
    await desk.send(actions.Filter(operation="Add", filter="Event: Hangup"))
    await desk.send(actions.Filter(operation="Add", filter="("))


# --- what is read -------------------------------------------------------------------------


@scenario()
async def settings_and_commands(desk: Observer) -> None:
    for action in (
        actions.Ping(),
        actions.CoreSettings(),
        actions.CoreStatus(),
        actions.ListCommands(),
        actions.Command(command="core show nonsense"),
        actions.Command(command="core show uptime"),
        RawAction("NoSuchAction"),
        actions.Reload(),
        actions.LoggerRotate(),
        actions.ModuleCheck(module="res_pjsip.so"),
    ):
        await desk.send(action)


@scenario(examples=True)
async def configuration_is_read(desk: Observer) -> None:
    for action in (
        actions.GetConfig(filename="queues.conf"),
        actions.GetConfigJSON(filename="queues.conf"),
        actions.ListCategories(filename="queues.conf"),
    ):
        await desk.send(action)


READ: list[Action[Any]] = [
    actions.Agents(),
    actions.BridgeTechnologyList(),
    actions.FAXSessions(),
    actions.FAXStats(),
    actions.IAXpeerlist(),
    actions.IAXpeers(),
    actions.IAXregistry(),
    actions.MailboxCount(mailbox="6001@default"),
    actions.MailboxStatus(mailbox="6001@default"),
    actions.PJSIPShowAors(),
    actions.PJSIPShowAuths(),
    actions.PJSIPShowEndpoint(endpoint="loop"),
    actions.PJSIPShowEndpoints(),
    actions.PJSIPShowRegistrationsInbound(),
    actions.PJSIPShowRegistrationsOutbound(),
    actions.PJSIPShowResourceLists(),
    actions.PresenceState(provider="CustomPresence:6003"),
    actions.QueueRule(),
    actions.ShowDialPlan(context="scenarios"),
    actions.VoicemailUsersList(),
    actions.VoicemailUserStatus(context="default", mailbox="6002"),
]


@scenario(examples=True)
async def lists_and_replies_are_read(desk: Observer) -> None:
    for action in READ:
        await desk.send(action)


@scenario(versions=(16,), examples=True)
async def what_only_16_has(desk: Observer) -> None:
    for action in (
        actions.SIPpeers(),
        actions.SIPshowregistry(),
        actions.SIPpeerstatus(peer="loop"),
        actions.SIPqualifypeer(peer="loop"),
        actions.SIPshowpeer(peer="7001"),
    ):
        await desk.send(action)


@scenario(versions=(22,), examples=True)
async def what_16_has_not_yet_and_22_no_longer(desk: Observer) -> None:
    await desk.send(actions.PJSIPShowMaintenance())
    await desk.send(actions.SIPpeers())
    await desk.send(actions.PJSIPHangup(channel="nobody", cause="16"))
    await asyncio.sleep(0)
