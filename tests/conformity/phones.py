"""Scenarios: two phones that call each other, hold, press keys, transfer and hang up."""

from __future__ import annotations

from amisdk import actions, events
from tests.conformity.observation import Observer
from tests.conformity.scenario import BRIDGED, DIALLED, scenario
from tests.conformity.stage import answering, ringing

__all__: list[str] = []

TOLD = (
    events.Newchannel, events.Newstate, events.DialBegin, events.DialState, events.DialEnd,
    events.BridgeEnter, events.BridgeLeave, events.Hold, events.Unhold, events.MusicOnHoldStart,
    events.MusicOnHoldStop, events.HangupRequest, events.SoftHangupRequest, events.Hangup,
)  # fmt: skip
HELD = ("Hold", "Unhold", "MusicOnHoldStart", "MusicOnHoldStop", "DeviceStateChange")
GOAL = {"context": "scenarios", "exten": "101", "priority": 1}


def story_of(desk: Observer, channel: str | None) -> list[str]:
    """Return what was told about a channel, in order."""
    return [
        event.ami_name
        for event in desk.seen
        if isinstance(event, TOLD) and getattr(event, "channel", None) == channel
    ]


async def both(desk: Observer, **fields: object) -> tuple[str, str]:
    """Return the channels of 6001 and 6002, once one was dialled."""
    begin = await desk.first(events.DialBegin, **fields)
    return begin.channel or "", begin.dest_channel or ""


async def connected(desk: Observer, **fields: object) -> tuple[str, str]:
    """Return the channels, once both are in a bridge."""
    caller, callee = await both(desk, **fields)
    for channel in (callee, caller):
        await desk.first(events.BridgeEnter, channel=channel)
    return caller, callee


async def gone_on(desk: Observer, channel: str) -> None:
    """Wait until a channel has left its bridge and is at 101."""
    await desk.first(events.BridgeLeave, channel=channel)
    await desk.first(events.Newexten, channel=channel, exten="101")


async def ended(desk: Observer, *channels: str) -> None:
    """Wait until channels are hung up."""
    for channel in channels:
        await desk.first(events.Hangup, channel=channel)


RUNG = ["Newchannel", "DialBegin", "DialState"]
UP = [*RUNG, "DialEnd", "Newstate", "BridgeEnter"]


@scenario(*DIALLED, *BRIDGED, "DialState", "HangupRequest", "SoftHangupRequest", "ExtensionStatus")
async def a_phone_calls_and_the_called_one_hangs_up(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        begin = await desk.first(events.DialBegin)
        new = [(one.unique_id, one.linked_id) for one in desk.every(events.Newchannel)]
        assert new == [
            (begin.unique_id, begin.unique_id), (begin.dest_unique_id, begin.unique_id),
        ]  # fmt: skip
        await desk.send(actions.CoreShowChannels())
        listed = await desk.send(actions.Status(channel=callee))
        assert [one.exten for one in listed.items] == [None]
        await talk.hang_up("callee")
        await ended(desk, caller, callee)
    assert story_of(desk, caller) == [*UP, "BridgeLeave", "SoftHangupRequest", "Hangup"]
    assert story_of(desk, callee) == [
        "Newchannel", "Newstate", "Newstate", "BridgeEnter",
        "HangupRequest", "BridgeLeave", "Hangup",
    ]  # fmt: skip
    states = [(one.channel, one.channel_state_desc) for one in desk.every(events.Newstate)]
    assert states == [(callee, "Ringing"), (callee, "Up"), (caller, "Up")]


@scenario(*DIALLED, *BRIDGED, "HangupRequest", "SoftHangupRequest")
async def a_phone_calls_and_hangs_up(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        await talk.hang_up("caller")
        await ended(desk, caller, callee)
    assert story_of(desk, caller) == [
        *UP, "HangupRequest", "BridgeLeave", "SoftHangupRequest", "Hangup",
    ]  # fmt: skip
    assert story_of(desk, callee)[-3:] == ["BridgeEnter", "BridgeLeave", "Hangup"]


@scenario(*DIALLED, *BRIDGED, "SoftHangupRequest")
async def a_phones_call_is_ended_by_an_action(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        await desk.send(actions.Hangup(channel=callee))
        await ended(desk, caller, callee)
    assert story_of(desk, caller) == [*UP, "BridgeLeave", "SoftHangupRequest", "Hangup"]
    assert story_of(desk, callee)[-3:] == ["BridgeEnter", "BridgeLeave", "Hangup"]


@scenario(*DIALLED, "DialState", "HangupRequest", "SoftHangupRequest")
async def a_phone_is_busy(desk: Observer) -> None:
    async with ringing(desk) as talk:
        caller, callee = await both(desk)
        await talk.decline()
        await ended(desk, caller, callee)
    end = await desk.first(events.DialEnd)
    assert (end.dial_status, end.dest_channel) == ("BUSY", callee)
    assert story_of(desk, callee) == ["Newchannel", "Newstate", "HangupRequest", "Hangup"]
    causes = {one.channel: one.cause for one in desk.every(events.Hangup)}
    assert causes == {caller: 17, callee: 17}
    # That the device 6001 is BUSY, too, a server tells only if it looks at it in that moment.
    await desk.first(events.Newstate, channel=caller, channel_state_desc="Busy")


@scenario(*(name for name in DIALLED if name != "Newstate"), "DialState", "SoftHangupRequest")
async def a_call_is_given_up_while_it_rings(desk: Observer) -> None:
    async with ringing(desk):
        caller, callee = await both(desk)
        await desk.send(actions.Hangup(channel=caller))
        await ended(desk, caller, callee)
    assert (await desk.first(events.DialEnd)).dial_status == "CANCEL"
    assert story_of(desk, caller) == [*RUNG, "DialEnd", "SoftHangupRequest", "Hangup"]
    assert story_of(desk, callee) == ["Newchannel", "Newstate", "Hangup"]


@scenario(*HELD, "ExtensionStatus")
async def a_phone_puts_another_on_hold(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        await talk.hold("callee")
        music = await desk.first(events.MusicOnHoldStart)
        hold = await desk.first(events.Hold)
        assert (hold.channel, hold.music_class) == (callee, "default")
        assert (music.channel, music.class_) == (caller, "default")
        await desk.first(events.DeviceStateChange, device="PJSIP/6001", state="ONHOLD")
        await desk.first(events.ExtensionStatus, exten="6001", status=16)
        desk.seen.clear()
        await talk.hold("callee", on=False)
        assert (await desk.first(events.Unhold)).channel == callee
        assert (await desk.first(events.MusicOnHoldStop)).channel == caller
        await desk.first(events.DeviceStateChange, device="PJSIP/6001", state="INUSE")
        await talk.hold("caller")
        await desk.first(events.MusicOnHoldStart, channel=callee)


@scenario("DTMFBegin", "DTMFEnd")
async def a_key_is_pressed_in_a_call(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        await desk.send(actions.PlayDTMF(channel=caller, digit="5", receive=True))
        await desk.first(events.DTMFEnd, channel=callee)
        told = desk.every(events.DTMFEnd)
        assert [(one.channel, one.digit, one.direction) for one in told] == [
            (caller, "5", "Received"), (callee, "5", "Sent"),
        ]  # fmt: skip
        assert [one.channel for one in desk.every(events.DTMFBegin)] == [callee]


@scenario("Newexten", "BridgeLeave", "BridgeDestroy", "Hangup")
async def a_caller_is_sent_elsewhere(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        await desk.send(actions.Redirect(channel=caller, **GOAL))  # type: ignore[arg-type]
        await ended(desk, callee)
        await gone_on(desk, caller)
        assert story_of(desk, caller) == [*UP, "BridgeLeave"]
        assert story_of(desk, callee)[-2:] == ["BridgeLeave", "Hangup"]


@scenario("Newexten", "BridgeLeave", "BridgeDestroy", "Hangup", "SoftHangupRequest")
async def who_was_called_is_sent_elsewhere(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        await desk.send(actions.Redirect(channel=callee, **GOAL))  # type: ignore[arg-type]
        await ended(desk, caller)
        await gone_on(desk, callee)
        assert story_of(desk, caller)[-3:] == ["BridgeLeave", "SoftHangupRequest", "Hangup"]
        assert story_of(desk, callee)[-1] == "BridgeLeave"


@scenario("BlindTransfer", "BridgeLeave", "BridgeDestroy", "Hangup")
async def a_phone_transfers_without_asking(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        await talk.transfer("callee", ask=False)
        await ended(desk, callee)
        await gone_on(desk, caller)
        told = await desk.first(events.BlindTransfer)
        assert (told.transferer_channel, told.transferee_channel) == (callee, caller)
        assert (told.result, told.extension) == ("Success", "101")
        assert story_of(desk, caller)[-1] == "BridgeLeave"


@scenario("BlindTransfer", "BridgeLeave", "BridgeDestroy", "Hangup", "SoftHangupRequest")
async def a_caller_is_made_to_transfer(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        goal = {"context": "scenarios", "exten": "101"}
        await desk.send(actions.BlindTransfer(channel=caller, **goal))
        await ended(desk, caller)
        await gone_on(desk, callee)
        told = await desk.first(events.BlindTransfer)
        assert (told.transferer_channel, told.transferee_channel) == (caller, callee)


@scenario("AttendedTransfer", "BridgeEnter", "BridgeLeave", "BridgeDestroy", "Hangup")
async def a_phone_transfers_after_asking(desk: Observer) -> None:
    async with ringing(desk) as talk:
        await talk.answer()
        caller, callee = await connected(desk)
        await talk.transfer("caller", ask=True)
        told = await desk.first(events.AttendedTransfer)
        await ended(desk, caller, told.second_transferer_channel or "")
        assert (told.result, told.dest_type) == ("Success", "Bridge")
        assert (told.orig_transferer_channel, told.transferee_channel) == (caller, callee)
        assert told.dest_bridge_unique_id == told.second_bridge_unique_id
        entered = desk.every(events.BridgeEnter, channel=callee)[-1]
        assert entered.bridge_unique_id == told.dest_bridge_unique_id
        gone = {one.channel for one in desk.every(events.Hangup)}
        assert gone == {caller, told.second_transferer_channel}
        bridge = actions.BridgeInfo(bridge_unique_id=told.dest_bridge_unique_id or "")
        inside = {one.channel for one in (await desk.send(bridge)).items}
        assert inside == {callee, told.transfer_target_channel}


@scenario(*DIALLED, *BRIDGED, "OriginateResponse")
async def a_click_to_call(desk: Observer) -> None:
    async with answering(desk):
        call = actions.Originate(
            channel="PJSIP/6001",
            context="scenarios",
            exten="6002",
            priority=1,
            caller_id='"Shop" <5000>',
            account="shop",
            variables={"ORDER": "42"},
        )
        answered = await desk.ami.originate(call)
        assert (answered.reason, answered.exten, answered.caller_id_num) == (4, "6002", "5000")
        caller, callee = await connected(desk, channel=answered.channel)
        found = await desk.send(actions.Getvar(channel=caller, variable="ORDER"))
        assert found.value == "42"
        new = await desk.first(events.Newexten, channel=caller, application="Dial")
        assert (new.account_code, new.caller_id_name) == ("shop", "Shop")
        await desk.send(actions.Hangup(channel=caller))
        await ended(desk, caller, callee)
    # OriginateResponse takes another way: it may be before the DialEnd or after the next DialBegin.
    order = [
        one.ami_name for one in desk.seen if isinstance(one, (events.DialBegin, events.DialEnd))
    ]
    assert order == ["DialBegin", "DialEnd", "DialBegin", "DialEnd"]
