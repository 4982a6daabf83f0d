"""The parking lot."""

from amisdk import actions, events
from tests.amisdk.testing.support import Watch


def test_a_channel_is_parked_listed_and_gives_up(watch: Watch) -> None:
    first, second = (watch.server.incoming("PJSIP/trunk", "1") for _ in range(2))
    for channel in (first, second):
        assert watch.send(actions.Park(channel=channel.name)).message == "Park successful\n"
    reply = watch.send(actions.ParkedCalls())
    assert [item.parking_space for item in reply.items] == ["701", "702"]
    assert reply.items[0].parkee_channel == first.name
    assert reply.end is not None
    assert reply.end.total == 2
    assert [event.parking_space for event in watch.every(events.ParkedCall)[:2]] == ["701", "702"]
    first.hangup()
    assert watch.the(events.ParkedCallGiveUp).parkee_channel == first.name
    third = watch.server.incoming("PJSIP/trunk", "1")
    watch.send(actions.Park(channel=third.name))
    spaces = {item.parking_space for item in watch.send(actions.ParkedCalls()).items}
    assert spaces == {"701", "702"}


def test_who_is_parked_from_a_call_leaves_it(watch: Watch) -> None:
    call = watch.server.call("PJSIP/1", "PJSIP/2", answer=True)
    watch.send(actions.Park(channel=call.callee.name))
    assert list(watch.server.channels) == [call.callee.name]


def test_parking_has_an_end(watch: Watch) -> None:
    channel = watch.server.incoming("PJSIP/trunk", "1")
    watch.send(actions.Park(channel=channel.name, timeout=1000))
    assert watch.next(events.ParkedCallTimeOut).parkee_channel == channel.name
    assert watch.next(events.Hangup).channel == channel.name


def test_an_extension_parks(watch: Watch) -> None:
    watch.server.extension("700", park="default")
    watch.server.incoming("PJSIP/trunk", "700")
    assert len(watch.send(actions.ParkedCalls()).items) == 1


def test_the_lot(watch: Watch) -> None:
    (lot,) = watch.send(actions.Parkinglots()).items
    assert (lot.name, lot.start_space, lot.stop_space, lot.timeout) == ("default", 701, 720, 45)
    assert watch.refusal(actions.Park(channel="nobody")) == "Channel does not exist: nobody"
    assert watch.send(actions.ParkedCalls()).items == ()


def test_a_lot_that_is_full_takes_nobody(watch: Watch) -> None:
    for _ in range(20):
        channel = watch.server.incoming("PJSIP/trunk", "1")
        watch.send(actions.Park(channel=channel.name))
    late = watch.server.incoming("PJSIP/trunk", "1")
    assert watch.refusal(actions.Park(channel=late.name)) == "Failed to park call"
    assert late.up
