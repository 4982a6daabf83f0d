"""Queues, conferences, parking, events of one's own and AGI, as they happen on real servers."""

from urllib.parse import unquote

import pytest

from amisdk import RawAction, actions, events
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@asynchronous
async def test_a_caller_goes_through_a_queue(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(
            actions.QueueAdd(
                queue="empty-queue", interface="Local/212@scenarios", member_name="Bob"
            )
        )
        call = await desk.call("202")
        joined = await desk.first(events.QueueCallerJoin, channel=call.far)
        assert (joined.queue, joined.position, joined.count) == ("empty-queue", 1, 1)
        called = await desk.first(events.AgentCalled)
        assert (called.channel, called.member_name) == (call.far, "Bob")
        connected = await desk.first(events.AgentConnect)
        assert (connected.unique_id, connected.dest_channel) == (
            joined.unique_id,
            called.dest_channel,
        )
        assert connected.hold_time is not None
        left = await desk.first(events.QueueCallerLeave)
        assert (left.channel, left.count) == (call.far, 0)
        complete = await desk.first(events.AgentComplete)
        assert (complete.interface, complete.reason) == ("Local/212@scenarios", "agent")
        status = await desk.send(actions.QueueStatus(queue="empty-queue"))
        params = next(item for item in status.items if isinstance(item, events.QueueParams))
        member = next(item for item in status.items if isinstance(item, events.QueueMember))
        assert params.completed == 1
        assert (member.name, member.calls_taken) == ("Bob", 1)
        assert member.last_call is not None
        await desk.send(actions.QueueRemove(queue="empty-queue", interface="Local/212@scenarios"))
        await desk.send(actions.QueueReset(queue="empty-queue"))


@asynchronous
async def test_a_caller_gives_up_in_a_queue(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("202")
        await desk.first(events.QueueCallerJoin, channel=call.far)
        await desk.send(actions.Hangup(channel=call.near))
        gone = await desk.first(events.QueueCallerAbandon)
        assert (gone.channel, gone.position, gone.original_position) == (call.far, 1, 1)


@asynchronous
async def test_a_conference_from_its_first_member_to_its_end(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("300")
        start = await desk.first(events.ConfbridgeStart, conference="900")
        join = await desk.first(events.ConfbridgeJoin, channel=call.far)
        assert (join.admin, join.muted) == (False, False)
        assert join.bridge_unique_id == start.bridge_unique_id
        muted = await desk.call("302")
        assert (await desk.first(events.ConfbridgeJoin, channel=muted.far)).muted is True
        await desk.send(actions.ConfbridgeMute(conference="900", channel=call.far))
        mute = await desk.first(events.ConfbridgeMute, channel=call.far)
        assert (mute.admin, mute.conference) == (False, "900")
        await desk.send(actions.ConfbridgeUnmute(conference="900", channel=call.far))
        await desk.first(events.ConfbridgeUnmute, channel=call.far)
        await desk.send(actions.ConfbridgeKick(conference="900", channel=muted.far))
        await desk.first(events.ConfbridgeLeave, channel=muted.far)
        await desk.send(actions.Hangup(channel=call.near))
        await desk.first(events.ConfbridgeLeave, channel=call.far)
        await desk.first(events.ConfbridgeEnd, conference="900")


@asynchronous
async def test_a_parked_call_is_taken_back(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        await desk.send(actions.Park(channel=call.near, timeout=20_000, parking_lot="default"))
        parked = await desk.first(events.ParkedCall)
        assert (parked.parkee_channel, parked.parking_lot) == (call.near, "default")
        assert parked.parking_timeout == 20
        listed = await desk.send(actions.ParkedCalls(parking_lot="default"))
        assert [item.parking_space for item in listed.items] == [parked.parking_space]
        assert listed.end is not None
        assert listed.end.total == 1
        retriever = await desk.call(str(parked.parking_space))
        taken = await desk.first(events.UnParkedCall)
        assert (taken.parkee_channel, taken.retriever_channel) == (call.near, retriever.far)


@asynchronous
async def test_a_parked_caller_gives_up(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("400")
        parked = await desk.first(events.ParkedCall)
        await desk.send(actions.Hangup(channel=call.near))
        gone = await desk.first(events.ParkedCallGiveUp)
        assert gone.parkee_unique_id == parked.parkee_unique_id


@asynchronous
async def test_a_parked_call_is_given_back_when_its_time_is_over(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.call("401")
        over = await desk.first(events.ParkedCallTimeOut)
        assert (over.parking_lot, over.parking_timeout) == ("short", 0)


@asynchronous
async def test_an_event_of_the_dialplan_has_its_channel_and_its_headers(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("121")
        placed = await desk.first(events.UserEvent, user_event="OrderPlaced")
        assert (placed.channel, placed.action_id) == (call.far, None)
        # Of a header that the dialplan gives twice, the server only keeps the last.
        assert list(placed.extra_headers) == [("Order", "42"), ("Item", "bulb")]


@asynchronous
async def test_an_event_of_ones_own_keeps_repeated_headers(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        headers = [("UserEvent", "Packed"), ("Item", "lamp"), ("Order", "42"), ("item", "bulb")]
        await desk.send(RawAction("UserEvent", headers))
        packed = await desk.first(events.UserEvent, user_event="Packed")
        assert packed.headers.all("ITEM") == ("lamp", "bulb")
        assert list(packed.extra_headers) == headers[1:]


@asynchronous
async def test_an_event_of_ones_own_reaches_every_session_with_its_headers(pbx: Pbx) -> None:
    async with pbx.desk() as sender, pbx.desk("calls") as reader:
        await sender.send(
            actions.UserEvent(
                user_event="OrderShipped", headers={"Order": "42", "Note": "a: b, c = d "}
            ),
            action_id="shipping-42",
        )
        for desk in (sender, reader):
            shipped = await desk.first(events.UserEvent, user_event="OrderShipped")
            assert shipped.action_id == "shipping-42"
            assert list(shipped.extra_headers) == [("Order", "42"), ("Note", "a: b, c = d ")]


@asynchronous
async def test_a_channel_is_driven_by_agi_commands(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("127")
        start = await desk.first(events.AsyncAGIStart, channel=call.far)
        assert start.env is not None
        assert f"agi_channel: {call.far}" in unquote(start.env).splitlines()
        await desk.send(
            actions.AGI(channel=call.far, command="GET VARIABLE EXTEN", command_id="get-1")
        )
        done = await desk.first(events.AsyncAGIExec, command_id="get-1")
        assert done.result is not None
        assert unquote(done.result) == "200 result=1 (127)\n"
        await desk.send(actions.AGI(channel=call.far, command="NO SUCH", command_id="bad-2"))
        bad = await desk.first(events.AGIExecEnd, result_code=510)
        assert bad.command == "NO SUCH"
        await desk.send(actions.AGI(channel=call.far, command="ASYNCAGI BREAK"))
        await desk.first(events.AsyncAGIEnd, channel=call.far)
