"""Calls: from Originate to Hangup as typed events, and every outcome that originate can have."""

import asyncio

import pytest

from amisdk import Event, actions, errors, events
from tests.live.support import Desk, Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


def ringing(exten: str, timeout: int = 20_000) -> actions.Originate:
    """Call an extension of the scenarios with an end that waits."""
    return actions.Originate(
        channel=f"Local/{exten}@scenarios/n", application="Wait", data="600", timeout=timeout
    )


LIFE = (
    events.Newchannel,
    events.DialBegin,
    events.Newstate,
    events.DialEnd,
    events.BridgeEnter,
    events.BridgeLeave,
    events.Hangup,
)


def life_of(desk: Desk, unique_id: str | None) -> list[Event]:
    """Return what happened to a channel itself, or as the called party, in order."""
    return [
        event
        for event in desk.seen
        if isinstance(event, LIFE)
        and (
            event.dest_unique_id
            if isinstance(event, events.DialBegin | events.DialEnd)
            else event.unique_id
        )
        == unique_id
    ]


@asynchronous
async def test_the_life_of_a_dialled_channel_is_told_in_order(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("500")
        dialled = await desk.first(events.DialBegin, channel=call.far)
        await desk.first(events.BridgeEnter, unique_id=dialled.dest_unique_id)
        await desk.first(events.BridgeEnter, channel=call.far)
        await desk.send(actions.Hangup(channel=call.near, cause=16))
        await desk.first(events.Hangup, unique_id=dialled.dest_unique_id)

        life = life_of(desk, dialled.dest_unique_id)
        assert [type(event) for event in life] == list(LIFE)
        new, begin, state, end, enter, leave, hangup = life
        assert isinstance(new, events.Newchannel)
        assert (new.channel_state, new.channel_state_desc) == (0, "Down")
        assert isinstance(begin, events.DialBegin)
        assert (begin.channel, begin.dest_channel) == (call.far, new.channel)
        assert begin.dial_string == "100@scenarios"
        assert isinstance(state, events.Newstate)
        assert (state.channel_state, state.channel_state_desc) == (6, "Up")
        assert isinstance(end, events.DialEnd)
        assert (end.dial_status, end.dest_channel) == ("ANSWER", new.channel)
        assert isinstance(enter, events.BridgeEnter)
        assert isinstance(leave, events.BridgeLeave)
        assert enter.bridge_unique_id == leave.bridge_unique_id is not None
        assert isinstance(hangup, events.Hangup)
        assert (hangup.cause, hangup.cause_txt) == (16, "Normal Clearing")
        linked = {getattr(event, "linked_id", call.unique_id) for event in (new, state, hangup)}
        assert linked == {call.unique_id}


@asynchronous
async def test_every_channel_of_a_call_is_made_once_and_hung_up_once(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("500")
        await desk.first(events.BridgeEnter, channel=call.far)
        await desk.clear()
        made = [event.unique_id for event in desk.every(events.Newchannel)]
        for unique_id in made:
            await desk.first(events.Hangup, unique_id=unique_id)
        assert len(made) == len(set(made)) == 4
        gone = [event.unique_id for event in desk.every(events.Hangup)]
        assert sorted(map(str, gone)) == sorted(map(str, made))
        assert {event.linked_id for event in desk.every(events.Newchannel)} == {call.unique_id}


@pytest.mark.parametrize(
    ("exten", "status"), [("500", "ANSWER"), ("501", "BUSY"), ("502", "NOANSWER")]
)
@asynchronous
async def test_the_end_of_a_dial_tells_how_it_ended(pbx: Pbx, exten: str, status: str) -> None:
    async with pbx.desk() as desk:
        outcome = asyncio.create_task(desk.ami.originate(ringing(exten)))
        dialled = await desk.first(events.DialBegin, context="scenarios")
        end = await desk.first(events.DialEnd, dest_unique_id=dialled.dest_unique_id)
        assert (end.dial_status, end.unique_id) == (status, dialled.unique_id)
        outcome.cancel()


@pytest.mark.parametrize(
    ("exten", "cause", "text"),
    [
        ("9017", 17, "User busy"),
        ("9034", 34, "Circuit/channel congestion"),
        ("9001", 1, "Unallocated (unassigned) number"),
    ],
)
@asynchronous
async def test_a_hangup_has_the_cause_as_number_and_words(
    pbx: Pbx, exten: str, cause: int, text: str
) -> None:
    async with pbx.desk() as desk:
        with pytest.raises(errors.OriginateFailed):
            await desk.ami.originate(ringing(exten))
        hangup = await desk.first(events.Hangup, exten=exten, cause=cause)
        assert hangup.cause_txt == text


@asynchronous
async def test_originate_returns_the_event_of_the_answered_call(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        answered = await desk.ami.originate(
            actions.Originate(
                channel="Local/100@scenarios/n",
                context="scenarios",
                exten="101",
                priority=1,
                caller_id="Ann <0015>",
                channel_id="live-call-1",
            ),
            action_id="the-call-of-ann",
        )
        assert (answered.response, answered.reason) == ("Success", 4)
        assert (answered.context, answered.exten) == ("scenarios", "101")
        assert answered.action_id == "the-call-of-ann"
        assert answered.unique_id == "live-call-1"
        assert (answered.caller_id_num, answered.caller_id_name) == ("0015", "Ann")
        echo = await desk.first(events.Newexten, application="Echo")
        assert echo.channel == answered.channel


@asynchronous
async def test_originate_waits_while_the_channel_rings(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        outcome = asyncio.create_task(desk.ami.originate(ringing("103")))
        await desk.first(events.Newstate, channel_state_desc="Ringing")
        assert (await desk.send(actions.Ping())).ping == "Pong"
        assert not outcome.done()
        assert (await outcome).response == "Success"


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("Local/105@scenarios", 5),
        ("Local/106@scenarios", 8),
        ("Local/102@scenarios", 3),
        ("Local/107@scenarios", 3),
        ("Local/9034@scenarios", 0),
        ("Local/999@scenarios", 0),
        ("NoSuchTechnology/1", 0),
    ],
    ids=["busy", "congested", "rings", "silent", "hung-up", "no-extension", "no-technology"],
)
@asynchronous
async def test_a_call_that_fails_raises_with_the_event_and_its_reason(
    pbx: Pbx, channel: str, reason: int
) -> None:
    async with pbx.desk() as desk:
        action = actions.Originate(channel=channel, application="Wait", data="1", timeout=400)
        with pytest.raises(errors.OriginateFailed, match=f"reason {reason}") as caught:
            await desk.ami.originate(action)
        event = caught.value.event
        assert isinstance(event, events.OriginateResponse)
        assert (event.response, event.reason) == ("Failure", reason)
        assert (event.channel, event.application) == (channel, "Wait")
        assert caught.value.reply is not None
        assert caught.value.reply.action_id == event.action_id


@asynchronous
async def test_an_unknown_extension_to_connect_to_is_refused_at_once(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        action = actions.Originate(
            channel="Local/100@scenarios", context="scenarios", exten="nowhere", priority=1
        )
        with pytest.raises(errors.OriginateFailed, match="Extension does not exist") as caught:
            await desk.ami.originate(action)
        assert caught.value.event is None
        assert desk.every(events.Newchannel) == []


@asynchronous
async def test_two_clients_get_their_own_outcome_only(pbx: Pbx) -> None:
    async with pbx.desk() as one, pbx.desk() as two:
        failing = asyncio.create_task(one.ami.originate(ringing("105"), action_id="call-of-one"))
        answered = asyncio.create_task(two.ami.originate(ringing("103"), action_id="call-of-two"))
        with pytest.raises(errors.OriginateFailed, match="busy"):
            await failing
        assert not answered.done()
        assert (await answered).action_id == "call-of-two"
        for desk, foreign in ((one, "call-of-two"), (two, "call-of-one")):
            await desk.first(events.OriginateResponse, action_id=foreign)


@asynchronous
async def test_many_calls_at_once_are_not_mixed_up(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        extens = ["100", "105", "106", "101", "999"] * 4
        outcomes = await asyncio.gather(
            *(desk.ami.originate(ringing(exten)) for exten in extens), return_exceptions=True
        )
        told = [
            str(outcome.event.reason)
            if isinstance(outcome, errors.OriginateFailed)
            and isinstance(outcome.event, events.OriginateResponse)
            else getattr(outcome, "channel", "")[6:9]
            for outcome in outcomes
        ]
        assert told == ["100", "5", "8", "101", "0"] * 4


@asynchronous
async def test_a_synchronous_originate_holds_up_its_own_session_only(pbx: Pbx) -> None:
    async with pbx.desk() as desk, pbx.desk() as other:
        blocked = asyncio.create_task(desk.send(ringing("103")))
        await other.first(events.Newstate, channel_state_desc="Ringing")
        ping = asyncio.create_task(desk.send(actions.Ping()))
        for _ in range(5):
            await other.send(actions.Ping())
        assert not blocked.done()
        assert not ping.done()
        assert (await blocked).message == "Originate successfully queued"
        assert (await ping).ping == "Pong"
        assert desk.every(events.OriginateResponse) == []


@asynchronous
async def test_a_synchronous_originate_that_fails_is_an_originate_failed(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        with pytest.raises(errors.OriginateFailed, match="Originate failed") as caught:
            await desk.ami.send(ringing("105"))
        assert caught.value.event is None


@asynchronous
async def test_a_cancelled_originate_leaves_a_working_client(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        outcome = asyncio.create_task(desk.ami.originate(ringing("102"), action_id="given-up"))
        ringing_now = await desk.first(events.Newstate, channel_state_desc="Ringing")
        outcome.cancel()
        with pytest.raises(asyncio.CancelledError):
            await outcome
        assert ringing_now.channel is not None
        await desk.send(actions.Hangup(channel=ringing_now.channel))
        late = await desk.first(events.OriginateResponse, action_id="given-up")
        assert late.response == "Failure"
        again = await desk.ami.originate(ringing("100"))
        assert again.response == "Success"


@asynchronous
async def test_an_originate_that_takes_too_long_times_out_here(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        with pytest.raises(errors.ActionTimeout, match="outcome"):
            await desk.ami.originate(ringing("102"), timeout=0.3)
        assert (await desk.send(actions.Ping())).ping == "Pong"
