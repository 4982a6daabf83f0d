"""Originate plays a call like any other, and tells what became of it."""

import threading
from typing import Any

import pytest

from amisdk import actions, errors, events
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Watch, Wire, watching


def _call(channel: str = "PJSIP/6002", **options: Any) -> actions.Originate:
    options = {"application": "Echo", **options} if "exten" not in options else options
    return actions.Originate(channel=channel, **options)


def test_a_call_that_is_answered(watch: Watch) -> None:
    outcome = watch.ami.originate(_call(data="x", caller_id="Shop <0301>"))
    assert (outcome.reason, outcome.application, outcome.data) == (4, "Echo", "x")
    assert (outcome.caller_id_num, outcome.caller_id_name) == ("0301", "Shop")
    (channel,) = watch.server.channels.values()
    assert (outcome.channel, outcome.unique_id) == (channel.name, channel.unique_id)
    assert channel.application == "Echo"
    order = ["Newchannel", "DialBegin", "DialState", "DialEnd", "OriginateResponse"]
    assert [name for name in watch.names if name in order] == order


@pytest.mark.parametrize(("cause", "reason"), [(17, 5), (19, 3), (16, 3), (34, 8), (3, 0), (21, 0)])
def test_a_call_that_is_not_answered_tells_why(watch: Watch, cause: int, reason: int) -> None:
    watch.server.phone("PJSIP/6002", answer=False, cause=cause)
    with pytest.raises(errors.OriginateFailed) as caught:
        watch.ami.originate(_call())
    event = caught.value.event
    assert isinstance(event, events.OriginateResponse)
    assert (event.reason, event.channel, event.unique_id) == (reason, "PJSIP/6002", None)
    assert watch.names.index("OriginateResponse") < len(watch.names)


def test_a_call_that_nobody_answers_in_time(watch: Watch) -> None:
    watch.server.phone("PJSIP/6002", answer=None)
    with pytest.raises(errors.OriginateFailed, match="reason 3"):
        watch.ami.originate(_call(timeout=50))
    assert watch.every(events.DialEnd) == []
    assert watch.the(events.Hangup).cause == 19


def test_a_test_answers_when_it_wants_to(watch: Watch) -> None:
    watch.server.phone("PJSIP/6002", answer=None)
    watch.send(_call(async_=True))
    (call,) = watch.server.calls
    assert (call.status, call.caller) == ("ringing", None)
    call.answer()
    assert watch.the(events.OriginateResponse).response == "Success"


def test_without_async_the_session_waits_for_the_outcome(watch: Watch) -> None:
    watch.server.phone("PJSIP/6002", answer=None)
    replies: list[Any] = []
    sent = threading.Thread(target=lambda: replies.append(watch.send(_call(), check=False)))
    sent.start()
    watch.server.wait_for(actions.Originate)
    while not watch.server.calls:
        pass
    with Wire(watch.server) as other:
        other.login(events="call")
        watch.server.emit(events.Hangup(cause=1))
        assert len(other.ask("Action: Nope")) == 2, "others hear what goes on"
    with pytest.raises(TimeoutError):
        watch._stream.get(0)
        watch._stream.get(0)
    watch.server.calls[0].busy()
    sent.join()
    assert (replies[0].response, replies[0].message) == ("Error", "Originate failed")
    assert watch.every(events.OriginateResponse) == []
    watch.server.phone("PJSIP/6002")
    assert watch.send(_call()).message == "Originate successfully queued"


def test_an_application_ends_the_call_when_it_is_done(watch: Watch) -> None:
    watch.ami.originate(_call(application="Hangup", data="21"))
    assert watch.the(events.Hangup).cause == 21
    watch.ami.originate(_call(application="Playback", data="hello"))
    watch.ami.originate(_call(application="Wait", data="0"))
    assert watch.server.channels == {}


def test_the_answered_channel_goes_to_an_extension(watch: Watch) -> None:
    watch.server.extension("200", dial="PJSIP/6003")
    watch.ami.originate(_call(context="default", exten="200", priority=1))
    first, second = watch.server.calls
    assert second.caller is first.callee
    assert second.status == "up"
    assert first.linked_id == second.linked_id
    second.hangup()
    assert watch.server.channels == {}


def test_variables_are_on_the_channel_and_shown_if_the_server_is_to() -> None:
    server = FakeAsterisk(channel_variables=["ORDER", "NOTE"], timestamps=True)
    with watching(server) as watch:
        outcome = watch.ami.originate(_call(variables={"ORDER": 42, "NOTE": 'a,b "c" \\'}))
        assert outcome.chan_variables == {"ORDER": "42", "NOTE": 'a,b "c" \\'}
        channel = next(iter(server.channels))
        value = watch.send(actions.Getvar(channel=channel, variable="NOTE")).value
        assert value == 'a,b "c" \\'
        assert watch.the(events.Newchannel).timestamp is not None


def test_both_halves_of_a_local_channel(watch: Watch) -> None:
    watch.server.extension("100", context="shop", answer=True)
    outcome = watch.ami.originate(_call("Local/100@shop/n"))
    one, two = watch.server.channels.values()
    assert (one.name, two.name) == ("Local/100@shop-00000000;1", "Local/100@shop-00000000;2")
    assert outcome.channel == one.name
    assert one.linked_id == two.linked_id
    assert watch.the(events.LocalBridge).local_two_channel == two.name
    watch.send(actions.Hangup(channel=one.name))
    assert watch.server.channels == {}
    assert len(watch.every(events.Hangup)) == 2


@pytest.mark.parametrize(("cause", "reason"), [(17, 5), (34, 8)])
def test_a_local_extension_may_refuse(watch: Watch, cause: int, reason: int) -> None:
    watch.server.extension("100", context="shop", answer=False, cause=cause)
    with pytest.raises(errors.OriginateFailed, match=f"reason {reason}"):
        watch.ami.originate(_call("Local/100@shop"))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("Channel: nowhere", "Application: Wait"), "Invalid channel"),
        (("Application: Wait",), "Channel not specified"),
        (("Channel: PJSIP/1",), "Originate with 'Exten' requires 'Context' and 'Priority'"),
    ],
)
def test_what_cannot_be_called_is_refused(lines: tuple[str, ...], words: str) -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        wire.login()
        assert wire.ask("Action: Originate", *lines)[0]["Message"] == words


def test_the_outcome_goes_to_every_session(watch: Watch) -> None:
    with Wire(watch.server) as other:
        other.login(events="call")
        watch.ami.originate(_call())
        told = [one for one in other.ask("Action: Nope") if one.get("Event") == "OriginateResponse"]
        assert told[0]["ActionID"] == watch.the(events.OriginateResponse).action_id


def test_ringing_takes_its_time() -> None:
    with watching(FakeAsterisk(ring=0.05, talk=0.05)) as watch:
        watch.ami.originate(_call())
        assert watch.next(events.Hangup).cause == 16


@pytest.mark.parametrize(
    ("version", "words"), [(16, "Application"), (22, "app or data blacklisted")]
)
def test_some_applications_take_the_right_to_the_system(version: int, words: str) -> None:
    for write, may in (("originate", False), ("originate,system", True)):
        with watching(FakeAsterisk(version=version, write=write)) as watch:
            action = actions.Originate(channel="PJSIP/6001", application="TrySystem", data="ls")
            if may:
                watch.send(action)
            else:
                assert watch.refusal(action) == f"Originate Access Forbidden: {words}"


def test_a_phone_that_is_not_there_has_no_channel(watch: Watch) -> None:
    watch.server.device("PJSIP/6002", "UNAVAILABLE")
    watch.forget()
    with pytest.raises(errors.OriginateFailed):
        watch.ami.originate(actions.Originate(channel="PJSIP/6002", application="Echo"))
    told = watch.the(events.OriginateResponse)
    assert (told.reason, told.channel, told.data) == (0, "PJSIP/6002", "")
    assert watch.names == ["OriginateResponse"]
