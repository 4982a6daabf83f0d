"""The blocking client, in the good case; faults are in tests/faults, its threads in tests/life."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from amisdk import Client, RawAction, actions, errors, events, lifecycle
from amisdk.exchange import Exchange
from amisdk.testing import FakeAsterisk

BOUND = 30.0
"""Seconds after which something hangs."""
CALL = actions.Originate(channel="PJSIP/6001", application="Wait", data="1")


@pytest.fixture
def server() -> Iterator[FakeAsterisk]:
    """The embedded server."""
    with FakeAsterisk() as fake:
        yield fake


@pytest.fixture
def ami(server: FakeAsterisk) -> Iterator[Client]:
    """A client of it."""
    with Client.from_url(server.url) as client:
        yield client


def test_a_session_from_login_to_goodbye(server: FakeAsterisk) -> None:
    ami = Client.from_url(server.url)
    ami.connect()
    assert ami.connected
    assert ami.greeting == "Asterisk Call Manager/11.0.0"
    assert ami.server.major == 22
    assert ami.send(actions.Ping()).ping == "Pong"
    with pytest.raises(RuntimeError, match="connects once"):
        ami.connect()
    assert not ami.wait_closed(0)
    ami.close()
    ami.close()
    assert not ami.connected
    assert ami.wait_closed()
    with pytest.raises(errors.NotSent):
        ami.send(actions.Ping())
    assert server.received[-1]["Action"] == "Logoff"


def test_a_failed_connect_can_be_tried_again(server: FakeAsterisk) -> None:
    secrets = iter(["wrong", server.secret])
    ami = Client("127.0.0.1", server.port, username=server.username, secret=lambda: next(secrets))
    with pytest.raises(errors.LoginRefused):
        ami.connect()
    with ami:
        assert ami.connected


def test_errors_are_raised_and_can_be_looked_at(ami: Client) -> None:
    with pytest.raises(errors.ActionFailed, match="No such command") as caught:
        ami.send(actions.Command(command="core show nonsense"))
    assert isinstance(caught.value.reply, actions.CommandReply)
    assert not ami.send(actions.Command(command="core show nonsense"), check=False).ok
    with pytest.raises(errors.UnsupportedAction):
        ami.send(actions.SIPpeers())


def test_a_list_is_gathered_or_streamed(ami: Client) -> None:
    action = actions.QueueStatus(queue="support")
    gathered, streamed = (
        [(type(item), item.model_dump(exclude={"action_id"})) for item in items]
        for items in (ami.send(action).items, ami.stream(action))
    )
    assert [kind for kind, _ in gathered] == [events.QueueParams, events.QueueMember]
    assert streamed == gathered


def test_a_list_that_is_left_early_leaves_the_session_sound(ami: Client) -> None:
    for item in ami.stream(actions.QueueStatus()):
        assert isinstance(item, events.QueueParams)
        break
    assert ami.send(actions.Ping()).ping == "Pong"
    with pytest.raises(errors.UnknownAction):
        list(ami.stream(RawAction("NoSuchAction")))


def test_a_call_is_made_and_its_outcome_returned_or_raised(ami: Client) -> None:
    assert (ami.originate(CALL).channel or "").startswith("PJSIP/6001-")
    with pytest.raises(errors.OriginateFailed) as caught:
        ami.originate(CALL.model_copy(update={"channel": "PJSIP/busy"}))
    assert isinstance(caught.value.event, events.OriginateResponse)


def test_handlers_are_called_in_one_thread_of_the_clients(
    server: FakeAsterisk, ami: Client
) -> None:
    seen: list[tuple[int | None, str]] = []
    done = threading.Event()

    @ami.on(events.Hangup)
    def one(event: events.Hangup) -> None:
        seen.append((event.cause, threading.current_thread().name))
        if event.cause == 3:
            done.set()

    for cause in (1, 2, 3):
        server.emit(events.Hangup(cause=cause))
    assert done.wait(BOUND)
    assert [cause for cause, _ in seen] == [1, 2, 3]
    assert {name for _, name in seen} == {"amisdk calls handlers"}
    ami.off(one)
    stream = ami.events(events.Hangup)
    server.emit(events.Hangup(cause=4))
    assert stream.get(BOUND).cause == 4
    assert len(seen) == 3


def test_events_as_an_iterator(server: FakeAsterisk, ami: Client) -> None:
    with ami.events(events.Hangup, lifecycle.Closed) as stream:
        server.emit(events.Newchannel())
        server.emit(events.Hangup(cause=16))
        first = next(stream)
        assert isinstance(first, events.Hangup)
        with pytest.raises(TimeoutError, match="no event came"):
            stream.get(0.01)
        ami.close()
        assert list(stream) == [lifecycle.Closed()]


def test_the_doctor_asks_the_server(ami: Client) -> None:
    assert ami.doctor(actions.Ping, actions.Originate).healthy
    assert [finding.problem for finding in ami.doctor("SIPpeers")] == ["version"]


class Broken:
    """A socket that takes nothing any more."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def send(self, _: bytes) -> int:
        raise BrokenPipeError


def test_nothing_is_taken_for_sent_once_the_socket_is_broken(ami: Client) -> None:
    pump: Any = ami._pump
    first, second = (Exchange(actions.Ping(), on_done=lambda _: None) for _ in range(2))
    with pump.lock:  # nobody else looks at it meanwhile
        real, pump._socket = pump._socket, Broken(pump._socket)
        for exchange in (first, second):
            pump.send(exchange, wait=False)
        pump._socket = real
    assert (first.sent, second.sent) == (True, False)
