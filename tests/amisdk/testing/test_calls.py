"""Calls are played from Newchannel to Hangup, with ids that fit together."""

import pytest

from amisdk import actions, events
from amisdk.testing import Call, FakeAsterisk
from amisdk.testing.calls import device_of, status_of
from tests.amisdk.testing.support import Watch


def test_a_call_is_told_from_its_beginning_to_its_end(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002")
    statuses = [call.status]
    call.answer()
    statuses.append(call.status)
    call.hangup(16)
    assert [*statuses, call.status] == ["ringing", "up", "ended"]
    assert (call.cause, call.dial_status) == (16, "ANSWER")
    told = [name for name in watch.names if name not in ("DeviceStateChange", "QueueMemberStatus")]
    assert told == [
        "Newchannel", "Newexten", "Newchannel", "Newexten", "NewConnectedLine", "DialBegin",
        "Newstate", "DialState", "Newstate", "DialEnd", "Newstate", "NewConnectedLine",
        "BridgeCreate", "Newexten", "BridgeEnter", "BridgeEnter", "HangupRequest", "BridgeLeave",
        "BridgeLeave", "BridgeDestroy", "SoftHangupRequest", "Hangup", "Hangup",
    ]  # fmt: skip
    assert all(event.issues == () for event in watch.seen)
    assert watch.server.channels == {}
    assert watch.server.bridges == []


def test_ids_fit_together(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True)
    caller, callee = watch.every(events.Newchannel)
    assert caller.linked_id == caller.unique_id == callee.linked_id == call.linked_id
    assert callee.unique_id != caller.unique_id
    begin, end = watch.the(events.DialBegin), watch.the(events.DialEnd)
    assert begin.channel == end.channel == caller.channel == call.caller.name  # type: ignore[union-attr]
    assert begin.dest_unique_id == end.dest_unique_id == callee.unique_id
    bridges = {event.bridge_unique_id for event in watch.every(events.BridgeEnter)}
    assert bridges == {watch.the(events.BridgeCreate).bridge_unique_id}
    listed = watch.send(actions.CoreShowChannels()).items
    assert {item.bridge_id for item in listed} == bridges
    assert [event.bridge_num_channels for event in watch.every(events.BridgeEnter)] == [1, 2]


def test_the_parties_know_each_other(watch: Watch) -> None:
    watch.server.call("PJSIP/6001", "PJSIP/6002", caller_id='"Zoë" <0301>', answer=True)
    caller, callee = watch.send(actions.Status()).items
    assert (caller.caller_id_name, caller.caller_id_num) == ("Zoë", "0301")
    assert (callee.connected_line_name, callee.connected_line_num) == ("Zoë", "0301")
    assert (callee.caller_id_num, caller.connected_line_num) == ("6002", "6002")


@pytest.mark.parametrize(
    ("cause", "status"),
    [(17, "BUSY"), (34, "CONGESTION"), (19, "NOANSWER"), (16, "NOANSWER"), (3, "CHANUNAVAIL")],
)
def test_a_call_that_is_not_answered(watch: Watch, cause: int, status: str) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", answer=False, cause=cause)
    assert (call.status, call.dial_status) == ("ended", status)
    assert watch.the(events.DialEnd).dial_status == status
    assert watch.every(events.BridgeCreate) == []
    causes = {event.cause for event in watch.every(events.Hangup)}
    assert causes == {19 if cause == 16 else cause}
    assert status_of(cause) == status


def test_a_caller_gives_up(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002")
    call.hangup(by="caller")
    assert call.dial_status == "CANCEL"
    assert watch.the(events.DialEnd).dial_status == "CANCEL"
    assert [event.channel for event in watch.every(events.Hangup)] == [
        call.callee.name, call.caller.name,  # type: ignore[union-attr]
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["caller", "callee"])
def test_who_hangs_up_first_leaves_the_bridge_first(watch: Watch, by: str) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True)
    call.hangup(by=by)  # type: ignore[arg-type]
    first = watch.every(events.BridgeLeave)[0]
    assert first.channel == getattr(call, by).name


def test_time_passes_where_the_test_says_so(watch: Watch) -> None:
    call = watch.server.call(
        "PJSIP/6001", "PJSIP/6002", answer=True, ring=0.05, talk=0.05, cause=31
    )
    assert call.status == "ringing"
    assert watch.next(events.DialEnd).dial_status == "ANSWER"
    assert watch.next(events.Hangup).cause == 31


def test_what_was_to_come_does_not_when_the_call_has_ended(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True, ring=0.05)
    call.busy()
    other = watch.server.call("PJSIP/6003", "PJSIP/6004", answer=True, ring=0.1)
    while other.status == "ringing":
        watch.next(events.DialEnd)
    assert (call.status, call.dial_status) == ("ended", "BUSY")


def test_a_caller_whose_call_is_busy_is_a_busy_device_until_it_hangs_up(watch: Watch) -> None:
    watch.server.call("PJSIP/6001", "PJSIP/6002").busy()
    states = [
        one.state for one in watch.every(events.DeviceStateChange) if one.device == "PJSIP/6001"
    ]
    assert states[-2:] == ["BUSY", "NOT_INUSE"]


def test_a_call_does_only_what_it_can(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002")
    with pytest.raises(RuntimeError, match="cannot be held: it is ringing"):
        call.hold()
    call.hangup()
    with pytest.raises(RuntimeError, match=r"PJSIP/6002-00000002, ended> cannot answer"):
        call.answer()


def test_who_is_on_hold_hears_music(watch: Watch) -> None:
    call = watch.server.call("PJSIP/7001", "PJSIP/7002", answer=True)
    assert call.caller is not None
    call.hold()
    assert (watch.the(events.Hold).channel, call.caller.held) == (call.callee.name, True)
    assert watch.the(events.MusicOnHoldStart).channel == call.caller.name
    call.unhold()
    assert (watch.the(events.Unhold).channel, call.caller.held) == (call.callee.name, False)
    assert watch.the(events.MusicOnHoldStop).channel == call.caller.name
    states = [
        one.state for one in watch.every(events.DeviceStateChange) if one.device == "PJSIP/7001"
    ]
    assert states == ["INUSE", "ONHOLD", "INUSE"]


def test_the_other_side_hears_keys(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True)
    assert call.caller is not None
    call.digits("1#", by="caller")
    begun, done = watch.every(events.DTMFBegin), watch.every(events.DTMFEnd)
    assert [(one.digit, one.channel, one.direction) for one in done] == [
        (digit, channel.name, direction)
        for digit in "1#"
        for channel, direction in ((call.caller, "Received"), (call.callee, "Sent"))
    ]
    assert [one.channel for one in begun] == [one.channel for one in done]


def test_a_phone_may_ring_late_or_when_the_test_says(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", ring=30)
    assert call.status == "dialing"
    call.ring()
    assert watch.the(events.DialState).dial_status == "RINGING"
    with pytest.raises(RuntimeError, match="cannot ring: it is ringing"):
        call.ring()
    watch.server.call("PJSIP/6003", "PJSIP/6004", ring=0.01)
    watch.next(events.DialState)


def test_an_action_hangs_it_up(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True)
    watch.send(actions.Hangup(channel=call.callee.name, cause=21))
    assert call.status == "ended"
    assert {event.cause for event in watch.every(events.Hangup)} == {21}


def test_devices_have_the_state_of_their_channels(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002")
    call.answer()
    call.hangup()
    states = [(one.device, one.state) for one in watch.every(events.DeviceStateChange)]
    assert states == [
        ("PJSIP/6001", "INUSE"), ("PJSIP/6002", "RINGING"), ("PJSIP/6002", "INUSE"),
        ("PJSIP/6001", "NOT_INUSE"), ("PJSIP/6002", "NOT_INUSE"),
    ]  # fmt: skip


def test_a_call_waits_for_a_server() -> None:
    server = FakeAsterisk()
    with pytest.raises(RuntimeError, match="does not listen"):
        server.call("PJSIP/1", "PJSIP/2", answer=True, ring=1)


def test_calls_are_told_apart(watch: Watch) -> None:
    calls = [watch.server.call("PJSIP/1", "PJSIP/2", answer=True) for _ in range(3)]
    assert len({call.linked_id for call in calls}) == 3
    assert len(watch.server.channels) == 6
    assert watch.server.calls == calls
    assert all(isinstance(call, Call) for call in calls)


@pytest.mark.parametrize(
    ("destination", "device"),
    [
        ("PJSIP/6001", "PJSIP/6001"),
        ("PJSIP/123@trunk", "PJSIP/trunk"),
        ("PJSIP/trunk/sip:1@x", "PJSIP/trunk"),
        ("SIP/trunk/123", "SIP/trunk"),
        ("Local/100@default/n", "Local/100@default/n"),
    ],
)
def test_a_destination_is_of_a_device(destination: str, device: str) -> None:
    assert device_of(destination) == device
