"""Actions on channels, bridges, conferences and recordings, each in a call where it succeeds."""

import pytest

from amisdk import actions, events
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@asynchronous
async def test_a_channel_is_looked_at(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        status = await desk.send(actions.Status(channel=call.near, variables=["CHANNEL(language)"]))
        assert [item.unique_id for item in status.items] == [call.unique_id]
        assert status.items[0].variables == {"CHANNEL(language)": "en"}
        everything = await desk.send(actions.Status(channel=call.far, all_variables=True))
        assert everything.items[0].channel == call.far
        listed = await desk.send(actions.CoreShowChannels())
        assert {item.channel for item in listed.items} == {call.near, call.far}
        number = await desk.send(actions.Getvar(channel=call.near, variable="CALLERID(num)"))
        assert number.value == "100"


@asynchronous
async def test_a_channel_is_changed(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        await desk.send(actions.Setvar(channel=call.near, variable="ORDER", value="42"))
        await desk.send(actions.AbsoluteTimeout(channel=call.near, timeout=60.0))
        left = await desk.send(actions.Getvar(channel=call.near, variable="CHANNEL(state)"))
        assert left.value == "Up"
        await desk.send(actions.MuteAudio(channel=call.near, direction="all", state=True))
        await desk.send(actions.MuteAudio(channel=call.near, direction="all", state=False))
        await desk.send(actions.SendText(channel=call.near, message="Your table is ready"))
        await desk.send(actions.PlayMF(channel=call.near, digit="5", duration=50))
        flash = actions.SendFlash(channel=call.near)
        if pbx.major in flash.ami.versions:
            await desk.send(flash)
        await desk.send(
            actions.AOCMessage(
                channel=call.near,
                msg_type="D",
                charge_type="Currency",
                currency_name="EUR",
                currency_amount=16,
                currency_multiplier="OneHundredth",
                total_type="SubTotal",
                aoc_billing_id="Normal",
            )
        )
        await desk.send(actions.ControlPlayback(channel=call.near, control="stop"))
        await desk.send(actions.LocalOptimizeAway(channel=call.near))
        await desk.send(
            actions.Redirect(channel=call.far, context="scenarios", exten="101", priority=1)
        )
        echo = await desk.first(events.Newexten, channel=call.far, application="Echo")
        assert echo.chan_variables == {"ORDER": "", "CUSTOMER": ""}
        await desk.send(actions.Hangup(channel=call.near, cause=17))
        gone = await desk.first(events.Hangup, channel=call.near)
        assert gone.chan_variables == {"ORDER": "42", "CUSTOMER": ""}


@asynchronous
async def test_two_channels_are_bridged_and_parted(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        one, two = await desk.call("100"), await desk.call("101")
        await desk.send(actions.Bridge(channel1=one.near, channel2=two.near, tone="no"))
        bridge = (await desk.first(events.BridgeEnter, channel=one.near)).bridge_unique_id
        await desk.first(events.BridgeEnter, channel=two.near)
        assert bridge is not None
        listed = await desk.send(actions.BridgeList())
        assert bridge in {item.bridge_unique_id for item in listed.items}
        info = await desk.send(actions.BridgeInfo(bridge_unique_id=bridge))
        assert {item.channel for item in info.items} == {one.near, two.near}
        assert info.end is not None
        assert info.end.bridge_num_channels == 2
        mapping = actions.CoreShowChannelMap(channel=one.near)
        if pbx.major in mapping.ami.versions:
            connected = await desk.send(mapping)
            assert {item.connected_channel for item in connected.items} >= {two.near}
        await desk.send(actions.Atxfer(channel=one.near, exten="100", context="scenarios"))
        await desk.send(actions.CancelAtxfer(channel=one.near))
        await desk.send(actions.BridgeKick(bridge_unique_id=bridge, channel=one.near))
        await desk.first(events.BridgeLeave, channel=one.near)


@asynchronous
async def test_a_bridge_is_destroyed(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.call("500")
        bridge = (await desk.first(events.BridgeEnter)).bridge_unique_id
        assert bridge is not None
        await desk.send(actions.BridgeDestroy(bridge_unique_id=bridge))
        await desk.first(events.BridgeDestroy, bridge_unique_id=bridge)


@asynchronous
async def test_a_call_is_transferred_blindly(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("503")
        await desk.first(events.BridgeEnter, channel=call.far)
        other = next(e.channel for e in desk.every(events.BridgeEnter) if e.channel != call.far)
        assert other is not None
        await desk.first(events.BridgeEnter, channel=other)
        await desk.send(actions.BlindTransfer(channel=other, exten="101", context="scenarios"))
        transfer = await desk.first(events.BlindTransfer)
        assert (transfer.transferer_channel, transfer.transferee_channel) == (other, call.far)
        assert (transfer.result, transfer.extension) == ("Success", "101")
        await desk.first(events.Newexten, channel=call.far, application="Echo")


@asynchronous
async def test_a_channel_is_recorded_by_mixmonitor(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        started = await desk.send(
            actions.MixMonitor(channel=call.near, file="live.wav", options="i(RECORDING)")
        )
        held = await desk.send(actions.Getvar(channel=call.near, variable="RECORDING"))
        assert started.mix_monitor_id == held.value
        await desk.send(actions.MixMonitorMute(channel=call.near, direction="both", state=True))
        await desk.send(
            actions.StopMixMonitor(channel=call.near, mix_monitor_id=started.mix_monitor_id)
        )


@asynchronous
async def test_a_channel_is_recorded_by_monitor(pbx: Pbx) -> None:
    pbx.skip_unless_it_has(actions.StopMonitor(channel="any"))
    async with pbx.desk() as desk:
        call = await desk.call("100")
        await desk.send(actions.Monitor(channel=call.near, file="live", format="wav", mix=False))
        await desk.first(events.MonitorStart, channel=call.near)
        await desk.send(actions.ChangeMonitor(channel=call.near, file="live-changed"))
        await desk.send(actions.PauseMonitor(channel=call.near))
        await desk.send(actions.UnpauseMonitor(channel=call.near))
        await desk.send(actions.StopMonitor(channel=call.near))
        await desk.first(events.MonitorStop, channel=call.near)


@asynchronous
async def test_a_conference_is_ruled(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        member, admin = await desk.call("300"), await desk.call("301")
        await desk.first(events.ConfbridgeJoin, channel=member.far)
        await desk.first(events.ConfbridgeJoin, channel=admin.far)
        rooms = await desk.send(actions.ConfbridgeListRooms())
        assert [(room.conference, room.parties) for room in rooms.items] == [("900", 2)]
        members = await desk.send(actions.ConfbridgeList(conference="900"))
        assert {(item.channel, item.admin) for item in members.items} == {
            (member.far, False),
            (admin.far, True),
        }
        await desk.send(actions.ConfbridgeLock(conference="900"))
        rooms = await desk.send(actions.ConfbridgeListRooms())
        assert rooms.items[0].locked is True
        await desk.send(actions.ConfbridgeUnlock(conference="900"))
        await desk.send(actions.ConfbridgeMute(conference="900", channel=member.far))
        await desk.send(actions.ConfbridgeUnmute(conference="900", channel=member.far))
        await desk.send(actions.ConfbridgeSetSingleVideoSrc(conference="900", channel=member.far))
        await desk.send(actions.ConfbridgeStartRecord(conference="900", record_file="live.wav"))
        await desk.send(actions.ConfbridgeStopRecord(conference="900"))
        await desk.send(actions.ConfbridgeKick(conference="900", channel=member.far))
        await desk.send(actions.ConfbridgeKick(conference="900", channel="all"))
        await desk.first(events.ConfbridgeEnd, conference="900")


@asynchronous
async def test_hangup_by_pattern_lists_the_channels(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        calls = [await desk.call("100"), await desk.call("101")]
        hung_up = await desk.send(actions.Hangup(channel="/^Local.100@/"))
        # Its other half may be gone before the server gets there.
        assert {calls[0].near, calls[0].far} >= {item.channel for item in hung_up.items} != set()
        assert hung_up.end is not None
        assert hung_up.end.event_list == "Complete"
        await desk.first(events.Hangup, channel=calls[0].near)
        plain = await desk.send(actions.Hangup(channel=calls[1].near))
        assert (plain.items, plain.end, plain.message) == ((), None, "Channel Hungup")
