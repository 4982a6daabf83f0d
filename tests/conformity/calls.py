"""Scenarios: calls that are answered, refused, shown, moved and bridged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amisdk import actions, errors, events
from amisdk.models import Action
from tests.conformity.observation import Observer, observing
from tests.conformity.scenario import BRIDGED, DIALLED, order_of, originate, scenario

__all__: list[str] = []


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


@scenario("OriginateResponse")
async def an_originate_to_a_phone_that_is_not_there(desk: Observer) -> None:
    call = actions.Originate(channel="PJSIP/6004", application="Echo")
    with pytest.raises(errors.OriginateFailed) as caught:
        await desk.ami.originate(call)
    told = caught.value.event
    assert isinstance(told, events.OriginateResponse)
    assert (told.reason, told.channel, told.unique_id) == (0, "PJSIP/6004", None)
    assert (told.application, told.data) == ("Echo", "")
    await desk.send(call)
    assert desk.every(events.DialBegin) == []


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


@scenario("DTMFBegin", "DTMFEnd")
async def keys_are_pressed(desk: Observer) -> None:
    call = await desk.call("100")
    await desk.send(actions.PlayDTMF(channel=call.near, digit="5", duration=120, receive=True))
    heard = await desk.first(events.DTMFEnd, channel=call.near)
    assert (heard.digit, heard.direction, heard.duration_ms) == ("5", "Received", 120)
    await desk.send(actions.PlayDTMF(channel=call.near, digit="#", duration=120))
    begun = await desk.first(events.DTMFBegin, channel=call.far)
    assert (begun.digit, begun.direction) == ("#", "Received")
    await desk.send(actions.PlayDTMF(channel="nobody", digit="1"))


@scenario("NewCallerid")
async def a_channel_is_given_another_name(desk: Observer) -> None:
    call = await desk.call("100")
    for variable, value in (("CALLERID(name)", "Zoë"), ("CALLERID(num)", "5000")):
        await desk.send(actions.Setvar(channel=call.near, variable=variable, value=value))
        found = await desk.send(actions.Getvar(channel=call.near, variable=variable))
        assert found.value == value
    told = await desk.first(events.NewCallerid, channel=call.near, caller_id_num="5000")
    assert told.caller_id_name == "Zoë"


APPLICATIONS = (
    "System", "TrySystem", "AGI", "EAGI", "Exec", "ExecIf", "MixMonitor", "ExternalIVR", "QueueLog",
    "DBdel", "Wait",
)  # fmt: skip


@scenario()
async def users_may_not_have_any_application_executed(desk: Observer) -> None:
    async with observing(desk.pbx, "calls") as other:
        for name in APPLICATIONS:
            action = originate("105", application=name, data="x")
            desk.observation.reply(action, await other.send(action))
