"""What goes through a call: digits, voices, recordings, faxes, and the channels' variables."""

import asyncio

import pytest

from amisdk import Event, actions, events
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live

SPEECH = {"application": "Playback", "data": "demo-congrats"}
"""For an end that can be heard."""


@asynchronous
async def test_a_digit_is_told_with_direction_and_length(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        await desk.send(actions.PlayDTMF(channel=call.near, digit="5", duration=120, receive=True))
        end = await desk.first(events.DTMFEnd, channel=call.near)
        assert (end.digit, end.direction, end.duration_ms) == ("5", "Received", 120)
        await desk.send(actions.PlayDTMF(channel=call.near, digit="#", duration=120))
        begin = await desk.first(events.DTMFBegin, channel=call.far)
        assert (begin.digit, begin.direction) == ("#", "Received")


@asynchronous
async def test_the_digits_of_the_dialplan_come_one_after_the_other(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("122")
        await desk.first(events.DTMFEnd, channel=call.near, digit="#")
        told = desk.every(events.DTMFEnd, channel=call.near)
        assert [event.digit for event in told] == ["1", "2", "3", "4", "#"]


@pytest.mark.parametrize(
    ("exten", "kind"),
    [
        ("102", events.DialState),
        ("124", events.MusicOnHoldStart),
        ("125", events.ChannelTalkingStart),
        ("128", events.MixMonitorStart),
        ("300", events.ConfbridgeTalking),
        ("303", events.ConfbridgeRecord),
    ],
)
@asynchronous
async def test_a_call_raises_the_event_of_what_happens_in_it(
    pbx: Pbx, exten: str, kind: type[Event]
) -> None:
    async with pbx.desk() as desk:
        call = asyncio.create_task(desk.call(exten, **SPEECH))
        await desk.first(kind)
        call.cancel()


@asynchronous
async def test_a_spy_listens_to_another_channel(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        spied, spy = await desk.call("100"), await desk.call("131")
        start = await desk.first(events.ChanSpyStart, spyer_channel=spy.far)
        assert start.spyee_channel is not None
        assert start.spyee_channel in {spied.near, spied.far}
        await desk.send(actions.Hangup(channel=start.spyee_channel))
        stop = await desk.first(events.ChanSpyStop, spyer_channel=spy.far)
        assert stop.spyee_channel == start.spyee_channel


@asynchronous
async def test_a_ringing_call_is_picked_up_by_another(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        ringing = asyncio.create_task(desk.call("102"))
        target = await desk.first(events.Newstate, channel_state_desc="Ringing")
        call = await desk.call("132")
        pickup = await desk.first(events.Pickup)
        assert (pickup.channel, pickup.target_channel) == (call.far, target.channel)
        await ringing


@asynchronous
async def test_a_fax_that_never_comes_ends_with_no_page(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("130")
        await desk.first(events.FAXStatus, channel=call.far, status="FAX Transmission In Progress")
        await desk.send(actions.Hangup(channel=call.near))
        fax = await desk.first(events.ReceiveFAX, channel=call.far)
        assert fax.pages_transferred == 0
        assert fax.file_name is not None
        assert len(fax.file_name) == 1


@pytest.mark.parametrize(
    ("exten", "technology"), [("510", "PJSIP"), ("511", "IAX2"), ("512", "SIP")]
)
@asynchronous
async def test_a_call_over_a_real_technology_is_told(pbx: Pbx, exten: str, technology: str) -> None:
    if technology == "SIP":
        pbx.skip_unless_it_has(actions.SIPpeers())
    async with pbx.desk() as desk:
        call = await desk.call(exten, **SPEECH)
        end = await desk.first(events.DialEnd, channel=call.far)
        assert end.dial_status == "ANSWER"
        assert str(end.dest_channel).startswith(f"{technology}/loop-")
        await desk.first(events.BridgeEnter, channel=end.dest_channel)
        await desk.send(actions.Hangup(channel=call.near))
        await desk.first(events.Hangup, channel=end.dest_channel)


@asynchronous
async def test_the_quality_of_a_media_stream_is_reported(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.call("510", **SPEECH)
        sent = await desk.first(events.RTCPSent)
        assert str(sent.channel).startswith("PJSIP/loop-")
        assert sent.ssrc is not None
        received = await desk.first(events.RTCPReceived)
        assert received.report_count in {0, 1}


@asynchronous
async def test_channel_variables_come_unescaped_on_every_event(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("120")
        quoted = await desk.first(events.VarSet, channel=call.far, variable="QUOTED")
        held = await desk.send(actions.Getvar(channel=call.far, variable="QUOTED"))
        assert quoted.value == held.value == 'a=b,"c"\\\\d'
        customer = 'Zoë "Z" O\'Hara, Ltd'
        status = await desk.send(
            actions.Status(channel=call.far, variables=["ORDER", "CUSTOMER", "QUOTED"])
        )
        assert status.items[0].variables == {
            "ORDER": "42",
            "CUSTOMER": customer,
            "QUOTED": held.value,
        }
        await desk.send(actions.Hangup(channel=call.far))
        gone = await desk.first(events.Hangup, channel=call.far)
        assert gone.chan_variables == {"ORDER": "42", "CUSTOMER": customer}


@asynchronous
async def test_a_variable_that_is_not_set_is_empty_in_status_as_in_getvar(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        held = await desk.send(actions.Getvar(channel=call.far, variable="NOTHING"))
        status = await desk.send(actions.Status(channel=call.far, variables=["NOTHING"]))
        assert held.value == ""
        assert status.items[0].headers["Variable"] == "NOTHING=(null)"
        variables = status.items[0].variables
        assert variables is not None
        assert variables.get("NOTHING", "") == ""


@asynchronous
async def test_a_call_record_has_times_and_our_own_field(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("120")
        await desk.first(events.VarSet, channel=call.far, variable="QUOTED")
        await desk.clear()
        record = await desk.first(events.Cdr, channel=call.far)
        assert record.headers["Order"] == "42"
        assert (record.disposition, record.last_application) == ("ANSWERED", "Wait")
        assert record.start_time is not None
        assert record.end_time is not None
        assert record.start_time <= record.end_time


@asynchronous
async def test_an_event_of_the_call_log_that_the_dialplan_made_up_has_its_name(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("126")
        shipped = await desk.first(events.CEL, channel=call.far, application="CELGenUserEvent")
        assert "OrderShipped" in {shipped.event_name, shipped.user_def_type}
