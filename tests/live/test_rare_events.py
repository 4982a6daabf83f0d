"""Events that few calls raise: transfers, busy lines that call back, a log that is full."""

import pytest

from amisdk import actions, errors, events
from tests.live.asterisk import Server
from tests.live.support import Call, Desk, Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live

SPEECH = {"application": "Playback", "data": "demo-congrats"}
"""For an end that can be heard."""


# --- channels -----------------------------------------------------------------------------------


@asynchronous
async def test_a_wink_and_a_flash_arrive(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100", application="SendMF", data="Wf")
        assert (await desk.first(events.Wink)).channel == call.far
        assert (await desk.first(events.Flash)).channel == call.far


@asynchronous
async def test_a_new_account_is_told_with_the_one_before(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        for account in ("sales", "support"):
            await desk.send(
                actions.Setvar(channel=call.far, variable="CHANNEL(accountcode)", value=account)
            )
        second = await desk.first(events.NewAccountCode, account_code="support")
        assert (second.channel, second.old_account_code) == (call.far, "sales")
        first = await desk.first(events.NewAccountCode, account_code="sales")
        assert not first.old_account_code


@asynchronous
async def test_silence_after_speech_is_told_with_the_length_of_the_speech(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("125", application="Playback", data="digits/1&silence/5")
        start = await desk.first(events.ChannelTalkingStart, channel=call.far)
        stop = await desk.first(events.ChannelTalkingStop, channel=call.far)
        assert start.unique_id == stop.unique_id
        assert stop.duration is not None
        assert stop.duration > 0


@asynchronous
async def test_hangup_handlers_are_pushed_popped_and_run(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("133")
        popped = await desk.first(events.HangupHandlerPop, channel=call.far)
        pushed = [event.handler for event in desk.every(events.HangupHandlerPush)]
        assert pushed == ["farewell,1,1", "farewell,2,1"]
        assert popped.handler == pushed[1]
        await desk.send(actions.Hangup(channel=call.near))
        run = await desk.first(events.HangupHandlerRun, channel=call.far)
        assert run.handler == pushed[0]


@pytest.mark.parametrize(("exten", "status"), [("506", "CONGESTION"), ("507", "CANCEL")])
@asynchronous
async def test_a_dial_that_nobody_answers_has_its_status(pbx: Pbx, exten: str, status: str) -> None:
    async with pbx.desk() as desk:
        await desk.send(
            actions.Originate(
                channel=f"Local/{exten}@scenarios/n", application="Wait", data="600", async_=True
            )
        )
        dialled = await desk.first(events.DialBegin, exten=exten)
        if status == "CANCEL":
            assert dialled.channel is not None
            await desk.send(actions.Hangup(channel=dialled.channel))
        end = await desk.first(events.DialEnd, dest_unique_id=dialled.dest_unique_id)
        assert (end.channel, end.dial_status) == (dialled.channel, status)


@asynchronous
async def test_the_channel_events_of_a_dialled_channel_come_in_order(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("500")
        dialled = (await desk.first(events.DialBegin, channel=call.far)).dest_unique_id
        await desk.first(events.CEL, event_name="BRIDGE_ENTER", unique_id=dialled)
        await desk.send(actions.Hangup(channel=call.near))
        await desk.first(events.CEL, event_name="LINKEDID_END", linked_id=call.unique_id)
        names = [event.event_name for event in desk.every(events.CEL, unique_id=dialled)]
        assert names[:6] == [
            "CHAN_START",
            "ANSWER",
            "BRIDGE_ENTER",
            "BRIDGE_EXIT",
            "HANGUP",
            "CHAN_END",
        ]


# --- Local channels, transfers ------------------------------------------------------------------


@asynchronous
async def test_a_local_channel_between_two_bridges_is_optimized_away(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("504", **SPEECH)
        begin = await desk.first(events.LocalOptimizationBegin)
        end = await desk.first(events.LocalOptimizationEnd)
        assert (begin.id, begin.source_channel) == (end.id, call.far)
        assert (begin.dest_unique_id, end.local_two_unique_id) == (begin.local_two_unique_id,) * 2
        assert end.success is False, "which is wrong, as the spec says"
        for half in (begin.local_one_channel, begin.local_two_channel):
            assert str(half).startswith("Local/500@scenarios-")
            await desk.first(events.Hangup, channel=half)
        listed = await desk.send(actions.CoreShowChannels())
        assert call.far in {item.channel for item in listed.items}


@asynchronous
async def test_a_channel_takes_the_place_of_a_parked_one(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("505", **SPEECH)
        parked = await desk.first(events.ParkedCall)
        swap = await desk.first(events.ParkedCallSwap)
        assert str(parked.parkee_channel).startswith("Local/400@scenarios-")
        assert (swap.parkee_channel, swap.parking_space) == (call.far, parked.parking_space)


async def consultation(desk: Desk) -> tuple[Call, str]:
    """Let the caller of 503 call 101 too, and return the call and the other channel with 101."""
    call = await desk.call("503")
    await desk.first(events.BridgeEnter, channel=call.far)
    await desk.send(actions.Atxfer(channel=call.far, exten="101", context="scenarios"))
    echo = await desk.first(events.Newexten, application="Echo")
    assert echo.channel is not None
    target = echo.channel.removesuffix("2") + "1"
    bridge = (await desk.first(events.BridgeEnter, channel=target)).bridge_unique_id
    await desk.first(events.BridgeEnter, channel=call.far, bridge_unique_id=bridge)
    await desk.first(events.Newstate, channel=target, channel_state_desc="Up")
    return call, target


async def dial(desk: Desk, channel: str, digits: str) -> None:
    """Let a channel send digits to its other half."""
    for digit in digits:
        await desk.send(actions.PlayDTMF(channel=channel, digit=digit, duration=100))


@asynchronous
async def test_an_attended_transfer_is_completed_by_digits(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call, target = await consultation(desk)
        await dial(desk, call.near, "*2")
        told = await desk.first(events.AttendedTransfer)
        assert (told.orig_transferer_channel, told.transfer_target_channel) == (call.far, target)
        assert str(told.transferee_channel).startswith("Local/100@scenarios-")
        assert (told.result, told.dest_type) == ("Success", "Bridge")
        assert told.dest_bridge_unique_id in (
            told.orig_bridge_unique_id,
            told.second_bridge_unique_id,
        )


@asynchronous
async def test_a_consultation_becomes_a_conference_of_three(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call, _ = await consultation(desk)
        await dial(desk, call.near, "*3")
        merge = await desk.first(events.BridgeMerge)
        assert merge.to_bridge_unique_id != merge.from_bridge_unique_id
        told = await desk.first(events.AttendedTransfer)
        assert (told.result, told.dest_type) == ("Success", "Threeway")
        assert told.dest_bridge_unique_id == merge.to_bridge_unique_id


@asynchronous
async def test_a_cancelled_transfer_brings_the_two_together_again(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call, target = await consultation(desk)
        (bridge, *_) = [
            event.bridge_unique_id for event in desk.every(events.BridgeEnter, channel=call.far)
        ]
        desk.seen.clear()
        await desk.send(actions.CancelAtxfer(channel=call.far))
        await desk.first(events.Hangup, channel=target)
        await desk.first(events.BridgeEnter, channel=call.far, bridge_unique_id=bridge)
        assert desk.every(events.AttendedTransfer) == []


# --- queues -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exten", "member", "kind"),
    [
        ("202", "Local/211@scenarios", events.AgentRingNoAnswer),
        ("203", "Local/212@scenarios", events.AgentDump),
    ],
)
@asynchronous
async def test_a_member_who_does_not_take_the_call_is_told(
    pbx: Pbx,
    exten: str,
    member: str,
    kind: type[events.AgentRingNoAnswer] | type[events.AgentDump],
) -> None:
    async with pbx.desk() as desk:
        await desk.send(actions.QueueAdd(queue="empty-queue", interface=member))
        call = await desk.call(exten)
        told = await desk.first(kind)
        await desk.send(actions.QueueRemove(queue="empty-queue", interface=member))
        assert (told.channel, told.queue, told.interface) == (call.far, "empty-queue", member)
        if isinstance(told, events.AgentRingNoAnswer):
            assert told.ring_time is not None
            assert told.ring_time > 0


# --- call completion ----------------------------------------------------------------------------

CALLER, CALLEE = "Local/530@scenarios", "Local/100@scenarios"


async def phone(desk: Desk, exten: str) -> None:
    """Let the phone 530 call an extension."""
    await desk.send(
        actions.Originate(
            channel=f"{CALLER}/n",
            application="Wait",
            data="600",
            variables={"__GOES": exten},
            async_=True,
        )
    )


async def requested(desk: Desk, exten: str = "531") -> int:
    """Let the phone meet the busy line and ask to be called back; return the number of that."""
    await phone(desk, exten)
    available = await desk.first(events.CCAvailable)
    assert (available.callee, available.service) == (CALLEE, "CCBS")
    offer = await desk.first(events.CCOfferTimerStart, core_id=available.core_id)
    assert (offer.caller, offer.expires) == (CALLER, 20)
    await phone(desk, "532")
    asked = await desk.first(events.CCRequested, core_id=available.core_id)
    assert (asked.caller, asked.callee) == (CALLER, CALLEE)
    await desk.first(events.CCRequestAcknowledged, core_id=available.core_id, caller=CALLER)
    assert available.core_id is not None
    return available.core_id


async def use(desk: Desk) -> None:
    """Use the line that was busy, and set it free."""
    call = await desk.call("100")
    await desk.first(events.DeviceStateChange, device=CALLEE, state="INUSE")
    await desk.send(actions.Hangup(channel=call.near))


@asynchronous
async def test_a_caller_is_called_back_when_the_line_is_free(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        core = await requested(desk)
        await use(desk)
        recalling = await desk.first(events.CCCallerRecalling, core_id=core)
        complete = await desk.first(events.CCRecallComplete, core_id=core)
        assert (recalling.caller, complete.caller) == (CALLER, CALLER)


@asynchronous
async def test_a_busy_caller_is_waited_for(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        core = await requested(desk)
        busy = await desk.call("530")
        await use(desk)
        await desk.first(events.CCCallerStartMonitoring, core_id=core, caller=CALLER)
        await desk.send(actions.Hangup(channel=busy.near))
        await desk.first(events.CCCallerStopMonitoring, core_id=core, caller=CALLER)
        desk.seen.clear()
        await use(desk)
        await desk.first(events.CCRecallComplete, core_id=core, caller=CALLER)


@asynchronous
async def test_a_caller_does_without(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        core = await requested(desk)
        await phone(desk, "533")
        failure = await desk.first(events.CCFailure, core_id=core, caller=CALLER)
        assert "Cancelled" in str(failure.reason)


@asynchronous
async def test_a_line_that_stays_busy_is_given_up(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        core = await requested(desk, "534")
        await desk.first(events.CCMonitorFailed, core_id=core, callee=CALLEE)
        failure = await desk.first(events.CCFailure, core_id=core, caller=CALLER)
        assert str(failure.reason).strip() == "All monitors have failed"


# --- the server itself --------------------------------------------------------------------------


@asynchronous
async def test_a_log_that_cannot_be_written_is_disabled_until_it_is_rotated(
    pbx: Pbx, server: Server
) -> None:
    log = server.home / "log" / "full.log"
    log.symlink_to("/dev/full")
    inside = f"/{log.relative_to(server.tree)}"
    async with pbx.desk() as desk:
        await desk.send(actions.Command(command="logger add channel full.log notice"))
        await desk.call("134")
        disabled = await desk.first(events.LogChannel, enabled=False)
        assert (disabled.channel, disabled.reason) == (inside, "28 - No space left on device")
        await desk.send(actions.LoggerRotate())
        enabled = await desk.first(events.LogChannel, enabled=True)
        assert (enabled.channel, enabled.reason) == (inside, None)


@asynchronous
async def test_a_user_who_may_log_in_once_is_refused_the_second_time(pbx: Pbx) -> None:
    alone = {"username": "alone", "secret": "alone"}
    async with pbx.desk() as desk, pbx.client(**alone, auth="plain"):
        with pytest.raises(errors.LoginRefused, match="Login Already In Use"):
            await pbx.client(**alone, auth="plain").connect()
        limit = await desk.first(events.SessionLimit)
        assert (limit.service, limit.severity) == ("AMI", "Error")


@asynchronous
async def test_a_phone_of_iax_leaves_and_registers_again(pbx: Pbx, server: Server) -> None:
    peer = {"channel_type": "IAX2", "peer": "IAX2/8001"}
    async with pbx.desk() as desk:
        await desk.send(actions.Command(command="iax2 unregister 8001"))
        await desk.first(events.PeerStatus, **peer, peer_status="Unregistered")
        desk.seen.clear()
        await desk.send(actions.ModuleLoad(module="chan_iax2.so", load_type="reload"))
        await desk.first(events.PeerStatus, **peer, peer_status="Registered")
        registry = await desk.first(events.Registry, username="8001", status="Registered")
        assert (registry.channel_type, registry.domain) == (
            "IAX2",
            f"{server.host}:{server.ports['iax']}",
        )
        listed = await desk.send(actions.IAXregistry())
        assert {item.username: item.state for item in listed.items}["8001"] == "Registered"


@asynchronous
async def test_a_notice_of_minivm_is_told(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("142")
        notice = await desk.first(events.MiniVoiceMail)
        assert (notice.channel, notice.mailbox) == (call.far, "6001@default")
        assert (notice.action, notice.counter) == ("SentNotification", "7")
