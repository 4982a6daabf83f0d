"""One side of a call sends the other elsewhere, or joins two calls of its own."""

from typing import Literal

import pytest

from amisdk import actions, events
from tests.amisdk.testing.support import Watch


def test_a_party_is_transferred_without_asking(watch: Watch) -> None:
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True)
    caller, callee = call.caller, call.callee
    assert caller is not None
    watch.server.extension("300", conference="900")
    call.transfer("300")
    assert (call.status, callee.gone, caller.exten) == ("ended", True, "300")
    told = watch.the(events.BlindTransfer)
    assert (told.transferer_channel, told.transferee_channel) == (callee.name, caller.name)
    assert watch.the(events.ConfbridgeJoin).channel == caller.name


@pytest.mark.parametrize("asks", ["caller", "callee"])
def test_a_party_is_transferred_after_asking(
    watch: Watch, asks: Literal["caller", "callee"]
) -> None:
    """By a call that the transferer has made, or was called by."""
    call = watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True)
    second = (
        watch.server.call("PJSIP/6002", "PJSIP/6003", answer=True)
        if asks == "caller"
        else watch.server.call("PJSIP/6003", "PJSIP/6002", answer=True)
    )
    call.transfer(second)
    told = watch.the(events.AttendedTransfer)
    assert [one.device for one in watch.server.channels.values()] == ["PJSIP/6001", "PJSIP/6003"]
    assert told.transferee_channel in watch.server.channels
    assert told.transfer_target_channel in watch.server.channels
    (bridge,) = watch.server.bridges
    assert {one.name for one in bridge.channels} == set(watch.server.channels)
    assert (call.status, second.status) == ("ended", "up")
    second.hangup()
    assert (watch.server.channels, watch.server.bridges) == ({}, [])


def test_only_calls_of_two_are_transferred(watch: Watch) -> None:
    server = watch.server
    call = server.call("PJSIP/6001", "PJSIP/6002", answer=True)
    for other in (call, server.call("PJSIP/6003", "PJSIP/6004", answer=True)):
        with pytest.raises(RuntimeError, match="PJSIP/6002 has no second call in"):
            call.transfer(other)
    with pytest.raises(RuntimeError, match="has no second call in"):
        call.transfer(server.call("PJSIP/6002", "PJSIP/6005"))  # it rings
    watch.send(actions.Originate(channel="PJSIP/6009", application="Echo", async_=True))
    alone = server.calls[-1]
    with pytest.raises(RuntimeError, match="is no call of two"):
        alone.transfer("100")
    assert call.status == alone.status == "up"
