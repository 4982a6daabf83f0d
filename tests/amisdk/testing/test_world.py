"""What is going on: names, numbers, bridges, devices."""

from amisdk import events
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import watching


def test_names_and_ids_are_the_same_in_every_run() -> None:
    def run() -> list[tuple[str, str]]:
        with FakeAsterisk() as server:
            server.call("PJSIP/1", "PJSIP/2", answer=True)
            bridge = server.bridges[0]
            return [(one.name, one.unique_id) for one in bridge.channels] + [("", bridge.unique_id)]

    first = run()
    assert first == run()
    assert first[0][0] == "PJSIP/2-00000002"


def test_an_empty_bridge_is_destroyed() -> None:
    with watching() as watch:
        call = watch.server.call("PJSIP/1", "PJSIP/2", answer=True)
        assert len(watch.server.bridges) == 1
        call.hangup()
        assert watch.server.bridges == []
        assert watch.the(events.BridgeDestroy).bridge_num_channels == 0


def test_a_device_rings_while_it_is_in_use() -> None:
    with watching() as watch:
        watch.server.call("PJSIP/1", "PJSIP/2", answer=True)
        watch.server.call("PJSIP/3", "PJSIP/2")
        states = [one.state for one in watch.every(events.DeviceStateChange)]
        assert states[-1] == "RINGINUSE"


def test_a_state_that_stays_is_told_once() -> None:
    with watching() as watch:
        for _ in range(2):
            watch.server.device("Custom:x", "BUSY")
        assert watch.the(events.DeviceStateChange).device == "Custom:x"


def test_a_channel_is_hung_up_once() -> None:
    with watching() as watch:
        channel = watch.server.incoming("PJSIP/trunk", "1")
        channel.hangup(21)
        channel.hangup(17)
        assert watch.the(events.Hangup).cause == 21
        assert watch.the(events.Hangup).cause_txt == "Call Rejected"
