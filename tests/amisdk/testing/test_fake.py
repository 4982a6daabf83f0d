"""The embedded server, as a program sees it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from amisdk import AsyncClient, Client, actions, events, lifecycle
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import watching
from tests.support import asynchronous


@pytest.mark.parametrize("version", [16, 18, 20, 22, 23])
@asynchronous
async def test_every_message_it_sends_fits_its_model(version: int) -> None:
    server = FakeAsterisk(version=version, timestamps=True, channel_variables=["ORDER"])
    async with server, AsyncClient.from_url(server.url) as ami:
        stream = ami.events(include="all")
        call = server.call("PJSIP/6001", "PJSIP/6002", answer=True)
        replies = [
            await ami.send(actions.Ping()),
            await ami.send(actions.CoreSettings()),
            await ami.send(actions.QueueStatus()),
            await ami.send(actions.Command(command="core show uptime")),
            await ami.send(actions.Events(event_mask="on")),
            await ami.send(actions.UserEvent(user_event="Order", headers={"Number": 42})),
            await ami.send(actions.CoreShowChannels()),
            await ami.send(actions.Status()),
        ]
        call.digits("1")
        call.hangup()
        caller = server.queue("support").join("PJSIP/trunk")
        caller.channel.hangup()
        server.conference("900").join("PJSIP/6001").leave()
        originate = actions.Originate(channel="Local/1@x", application="Park", data="")
        await ami.originate(originate)
        await ami.send(actions.Hangup(channel="/.*/"))
        await ami.send(actions.Ping())
        stream.close()
        seen = [event async for event in stream]
    for message in (*replies, *seen):
        assert message.issues == ()
        if not isinstance(message, events.UserEvent):
            assert not message.extra_headers, message.headers
    names = {event.ami_name for event in seen}
    assert {"Newchannel", "Newstate", "OriginateResponse", "Hangup", "UserEvent"} <= names
    assert not [event for event in seen if isinstance(event, events.UnknownEvent)]


def test_it_serves_the_blocking_client_and_may_be_used_from_any_thread() -> None:
    with FakeAsterisk() as server, Client.from_url(server.url) as ami:
        stream = ami.events(events.Hangup)
        for cause in range(100):
            server.emit(events.Hangup(cause=cause))
        assert ami.send(actions.Ping()).ping == "Pong"
        assert [stream.get(10).cause for _ in range(100)] == list(range(100))
        assert server.received()[-1] == actions.Ping()


@asynchronous
async def test_a_coroutine_may_drive_calls_while_its_client_listens() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        stream = ami.events(events.Newstate)
        call = server.call("PJSIP/6001", "PJSIP/6002")
        assert (await anext(stream)).channel_state_desc == "Ringing"
        call.answer()
        assert (await anext(stream)).channel_state_desc == "Up"
        await asyncio.to_thread(call.hangup)
        assert server.channels == {}


def test_a_channel_may_be_there_of_which_nobody_was_told() -> None:
    with watching() as watch:
        channel = watch.server.add_channel("PJSIP/6001-0000002a", "1.1", state=5)
        assert watch.names == []
        (shown,) = watch.send(actions.CoreShowChannels()).items
        assert (shown.channel, shown.unique_id) == (channel.name, "1.1")
        assert shown.channel_state_desc == "Ringing"
        channel.hangup()
        assert watch.the(events.Hangup).unique_id == "1.1"
        assert watch.server.add_channel("PJSIP/1-1").unique_id.startswith("1795379457.")


def test_after_a_restart_nothing_goes_on_any_more() -> None:
    with FakeAsterisk() as server, Client.from_url(server.url) as ami:
        back = ami.events(lifecycle.Reconnected)
        told = ami.events(events.Hangup)
        call = server.call("PJSIP/1", "PJSIP/2", answer=True)
        caller = server.queue("sales").join("PJSIP/trunk")
        guest = server.conference("900").join("PJSIP/3")
        server.incoming("PJSIP/4", "1")
        ami.send(actions.Park(channel=list(server.channels)[-1]))
        server.restart()
        back.get(10)
        assert ami.send(actions.CoreShowChannels()).items == ()
        assert ami.send(actions.BridgeList()).items == ()
        assert ami.send(actions.ParkedCalls()).items == ()
        assert ami.send(actions.ConfbridgeListRooms()).items == ()
        assert len(ami.send(actions.QueueStatus(queue="sales")).items) == 1
        assert (call.status, caller.waiting, guest.channel.gone) == ("ended", False, True)
        server.call("PJSIP/1", "PJSIP/2", answer=True).hangup()
        assert told.get(10).cause == 16
        server.conference("900").join("PJSIP/3").leave()


@pytest.mark.parametrize("version", [15, 24])
def test_versions_that_it_does_not_speak_are_refused(version: int) -> None:
    with pytest.raises(ValueError, match="speaks as Asterisk 16 to 23"):
        FakeAsterisk(version=version)


@pytest.mark.parametrize(
    "nothing", [events.Hangup, "Hangup", 5, [], {}, {"Channel": "x"}, [("Channel", "x")], ["Event"]]
)
def test_what_is_no_event_is_not_sent(nothing: Any) -> None:
    with FakeAsterisk() as server, pytest.raises(TypeError, match="no event"):
        server.emit(nothing)


def test_the_headers_of_an_event_may_be_a_mapping() -> None:
    with watching() as watch:
        watch.server.emit({"Event": "MyOwn", "Number": 3})
        assert "MyOwn" in watch.names


MISTAKES: dict[str, tuple[Callable[[FakeAsterisk], object], str]] = {
    "a number calls": (lambda one: one.call("6001", "PJSIP/6002"), "PJSIP/6001"),
    "a number is called": (lambda one: one.call("PJSIP/6001", "6002"), "PJSIP/6002"),
    "a number comes in": (lambda one: one.incoming("", "100"), "'' names no device"),
    "a number is a phone": (lambda one: one.phone("6001"), "PJSIP/6001"),
    "a number joins a queue": (lambda one: one.queue("a").join("6001"), "PJSIP/6001"),
    "a number joins a conference": (lambda one: one.conference("a").join("6001"), "PJSIP/6001"),
    "a member twice": (lambda one: one.queue("support").add("PJSIP/6001"), "is a member"),
    "a state": (lambda one: one.device("Custom:door", "OPEN"), "'OPEN' is none of UNKNOWN, "),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_test_is_told_and_nothing_happens(name: str) -> None:
    mistake, words = MISTAKES[name]
    with watching() as watch:
        watch.forget()
        with pytest.raises(ValueError, match=words):
            mistake(watch.server)
        assert watch.seen == []


def test_it_tells_where_it_is_and_no_secret() -> None:
    with FakeAsterisk(secret="hidden") as server:
        assert repr(server) == f"<FakeAsterisk at ami://127.0.0.1:{server.port}>"
