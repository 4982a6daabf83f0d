"""How phones and extensions behave that a test described, or did not."""

from typing import Any

import pytest

from amisdk import actions, events
from amisdk.testing import FakeAsterisk, Manner
from tests.amisdk.testing.support import Watch


def test_an_extension_that_nobody_described_answers_and_waits(watch: Watch) -> None:
    channel = watch.server.incoming("PJSIP/trunk", "100", caller_id="Zoë <0301>")
    assert channel.up
    assert (channel.application, channel.exten, channel.context) == ("Wait", "100", "default")
    assert watch.the(events.Newchannel).caller_id_name == "Zoë"
    channel.hangup(18)
    assert watch.the(events.Hangup).cause == 18


def test_an_extension_that_nobody_described_dials_the_phone_of_its_number(watch: Watch) -> None:
    watch.server.phone("PJSIP/6002", answer=None)
    channel = watch.server.incoming("PJSIP/trunk", "6002")
    (call,) = watch.server.calls
    assert (call.caller, call.callee.device) == (channel, "PJSIP/6002")
    assert not channel.up
    call.answer()
    assert channel.up


@pytest.mark.parametrize(
    ("manner", "application", "up"),
    [
        ({"queue": "support"}, "Queue", True),
        ({"conference": "900"}, "ConfBridge", True),
        ({"park": "default"}, "Park", True),
        ({"dial": "PJSIP/9"}, "Dial", True),
        ({"answer": None}, "Ringing", False),
        ({"answer": True}, "Wait", True),
    ],
)
def test_an_extension_does_what_is_said(
    watch: Watch, manner: dict[str, Any], application: str, up: bool
) -> None:
    watch.server.phone("PJSIP/6001", answer=None)
    watch.server.extension("1", **manner)
    channel = watch.server.incoming("PJSIP/trunk", "1")
    assert (channel.application, channel.up) == (application, up)


@pytest.mark.parametrize(
    ("cause", "application"), [(17, "Busy"), (34, "Congestion"), (3, "Hangup")]
)
def test_an_extension_may_refuse(watch: Watch, cause: int, application: str) -> None:
    watch.server.extension("1", answer=False, cause=cause)
    watch.server.incoming("PJSIP/trunk", "1")
    assert watch.the(events.Hangup).cause == cause
    assert watch.every(events.Newexten)[-1].application == application


def test_a_conference_is_joined_as_is_said(watch: Watch) -> None:
    watch.server.extension("1", conference="900", admin=True, muted=True)
    watch.server.incoming("PJSIP/trunk", "1")
    joined = watch.the(events.ConfbridgeJoin)
    assert (joined.admin, joined.muted) == (True, True)


def test_dialling_has_its_time(watch: Watch) -> None:
    watch.server.phone("PJSIP/9", answer=None)
    watch.server.extension("1", dial="PJSIP/9,0.1,tT")
    watch.server.incoming("PJSIP/trunk", "1")
    assert watch.next(events.DialEnd).dial_status == "NOANSWER"
    assert watch.names[-1] == "FullyBooted" or watch.server.channels == {}


def test_ringing_and_talking_have_theirs(watch: Watch) -> None:
    watch.server.extension("1", ring=0.05, talk=0.05, cause=31)
    channel = watch.server.incoming("PJSIP/trunk", "1")
    assert not channel.up
    assert watch.next(events.Hangup).cause == 31
    assert "Up" in {event.channel_state_desc for event in watch.every(events.Newstate)}


def test_what_a_channel_was_to_do_it_does_not_when_it_was_sent_elsewhere(watch: Watch) -> None:
    watch.server.extension("1", talk=0.05)
    channel = watch.server.incoming("PJSIP/trunk", "1")
    goal = actions.Redirect(channel=channel.name, context="default", exten="2", priority=1)
    watch.send(goal)
    other = watch.server.incoming("PJSIP/trunk", "1")
    while not other.gone:
        watch.next(events.Hangup)
    assert channel.up


def test_a_phone_that_is_busy_by_its_name(watch: Watch) -> None:
    watch.server.extension("1", dial="PJSIP/busy")
    watch.server.incoming("PJSIP/trunk", "1")
    assert watch.the(events.DialEnd).dial_status == "BUSY"


def test_a_mistake_in_a_manner_is_told() -> None:
    with pytest.raises(TypeError, match="quene"):
        FakeAsterisk().extension("1", quene="support")
    assert Manner(queue="x").answer is True


def test_a_phone_that_is_not_there_cannot_be_dialled(watch: Watch) -> None:
    watch.server.device("PJSIP/6002", "UNAVAILABLE")
    watch.server.extension("100", dial="PJSIP/6002")
    caller = watch.server.incoming("PJSIP/trunk", "100")
    assert (caller.gone, caller.cause) == (True, 20)
    assert caller.variables["DIALSTATUS"] == "CHANUNAVAIL"
    assert watch.every(events.DialBegin) == []
