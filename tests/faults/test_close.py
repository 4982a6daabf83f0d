"""close() in every state, by several at once, and what is left afterwards: nothing."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from amisdk import RawAction, Reconnect, actions, errors, events, lifecycle
from amisdk.models import Event
from amisdk.testing import GREETING, FakeAsterisk, Peer, ScriptedServer
from tests.faults.scenario import SECRET, Ami, Drive, Signal, drop_all, echo, scenario

SOON = 10.0
"""Seconds that close() may take; it is not a measurement."""


async def _used_up(ami: Ami) -> None:
    """See that a client is closed for good, and says so at once."""
    begin = time.monotonic()
    assert not ami.connected
    for _ in range(2):
        await ami.close()
    for offline in ("wait", "fail"):
        with pytest.raises(errors.NotSent, match=r"closed|not connected"):
            await ami.send(actions.Ping(), offline=offline)
    with pytest.raises(errors.NotSent):
        await ami.originate(actions.Originate(channel="Local/1", application="Wait"))
    with pytest.raises(errors.NotSent):
        await ami.stream(actions.QueueStatus(), into=[])
    assert ami.kept == ami.stats.pending == 0
    assert time.monotonic() - begin < SOON


@scenario
async def test_before_it_was_connected(drive: Drive) -> None:
    with ScriptedServer(Peer.serve) as server:
        ami = drive.client(server)
        await ami.close()
        await _used_up(ami)
        assert len(server.arrivals) == 0


async def _silent(peer: Peer) -> None:
    await peer.gone()


async def _greets(peer: Peer) -> None:
    peer.send(GREETING)
    await peer.gone()


async def _challenges(peer: Peer) -> None:
    peer.send(GREETING)
    peer.respond(await peer.action(), "Challenge: 1")
    await peer.gone()


async def _tells_no_version(peer: Peer) -> None:
    await peer.login()
    await peer.gone()


@pytest.mark.parametrize("script", [_silent, _greets, _challenges, _tells_no_version])
@scenario
async def test_while_it_connects(drive: Drive, script: object) -> None:
    reached = Signal()

    async def noted(peer: Peer) -> None:
        reached.set()
        await script(peer)  # type: ignore[operator]

    with ScriptedServer(noted) as server:
        ami = drive.client(server, check_version=True, reconnect=True)
        connecting = ami.start(ami.connect)
        await reached
        await drive.sleep(0.02)
        await ami.close()
        error = await connecting.error()
        assert isinstance(error, errors.ConnectFailed)
        assert "closed" in str(error)
        await _used_up(ami)
        assert len(server.arrivals) == 1


@scenario
async def test_while_it_waits_for_the_first_connection(drive: Drive) -> None:
    async def script(_: Peer) -> None:
        return

    with ScriptedServer(script) as server:
        ami = drive.client(server, reconnect=Reconnect(first_wait=5, max_wait=5))
        told = ami.events(lifecycle.Reconnecting)
        connecting = ami.start(ami.connect)
        await told.next()
        await ami.close()
        assert isinstance(await connecting.error(), errors.ConnectFailed)
        await _used_up(ami)


@scenario
async def test_when_it_is_idle_the_server_is_told_goodbye(drive: Drive) -> None:
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server, check_version=True)
        await ami.connect()
        stream = ami.events(lifecycle.LifecycleEvent)
        await ami.close()
        assert [type(event) for event in await stream.all()] == [lifecycle.Closed]
        await ami.wait_closed()
        await _used_up(ami)
        assert server.received[-1]["Action"] == "Logoff"


@scenario
async def test_a_logoff_by_hand_is_the_same(drive: Drive) -> None:
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server, reconnect=True)
        await ami.connect()
        stream = ami.events(lifecycle.LifecycleEvent)
        assert (await ami.send(actions.Logoff())).response == "Goodbye"
        await ami.wait_closed()
        assert [type(event) for event in await stream.all()] == [lifecycle.Closed]
        await _used_up(ami)


@scenario
async def test_when_the_server_does_not_say_goodbye(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.silence()

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        begin = time.monotonic()
        await ami.close()
        assert time.monotonic() - begin < SOON
        await _used_up(ami)


@scenario
async def test_when_the_server_reads_nothing(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        peer.stop_reading()
        await peer.silence()

    filler = {f"K{number}": "x" * 1000 for number in range(100)}
    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        calls = [ami.sending(RawAction("X", filler), timeout=None) for _ in range(100)]
        await drive.until(lambda: ami.stats.pending == 100)
        begin = time.monotonic()
        await ami.close()
        assert time.monotonic() - begin < SOON
        for call in calls:
            assert isinstance(await call.error(), (errors.OutcomeUnknown, errors.NotSent))
        await _used_up(ami)


@scenario
async def test_with_actions_in_flight_their_callers_are_told(drive: Drive) -> None:
    held = Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.actions(102)
        held.set()
        await peer.gone()

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        calls = [ami.sending(actions.Ping(), timeout=None) for _ in range(100)]
        items: list[Event] = []
        listing = ami.start(lambda: ami.stream(actions.QueueStatus(), into=items))
        dialling = ami.start(
            lambda: ami.originate(actions.Originate(channel="Local/1", application="Wait"))
        )
        await held
        await ami.close()
        for error in [
            *[await call.error() for call in calls],
            await listing.error(),
            await dialling.error(),
        ]:
            assert isinstance(error, errors.OutcomeUnknown)
            assert "the client was closed" in str(error)
        await _used_up(ami)


@scenario
async def test_while_it_waits_to_connect_again(drive: Drive) -> None:
    with ScriptedServer(Peer.serve) as server:
        ami = drive.client(server, reconnect=Reconnect(first_wait=3600, max_wait=3600))
        await ami.connect()
        stream = ami.events(lifecycle.LifecycleEvent)
        drop_all(server)
        assert isinstance(await stream.next(), lifecycle.Disconnected)
        assert isinstance(await stream.next(), lifecycle.Reconnecting)
        calls = [ami.sending(actions.Ping(), timeout=None) for _ in range(10)]
        await drive.until(lambda: ami.stats.pending == 10)
        await ami.close()
        for call in calls:
            assert isinstance(await call.error(), errors.NotSent)
        assert [type(event) for event in await stream.all()] == [lifecycle.Closed]
        await _used_up(ami)
        assert len(server.arrivals) == 1


@scenario
async def test_while_it_connects_again(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        if peer.number:
            await peer.gone()
        else:
            await peer.serve()

    with ScriptedServer(script) as server:
        ami = drive.client(server, reconnect=Reconnect(first_wait=0.001))
        await ami.connect()
        drop_all(server)
        await drive.until(lambda: len(server.arrivals) == 2)
        waiting = ami.sending(actions.Ping(), timeout=None)
        await drive.until(lambda: ami.stats.pending)
        await ami.close()
        assert isinstance(await waiting.error(), errors.NotSent)
        await _used_up(ami)


@scenario
async def test_when_the_link_was_lost_for_good(drive: Drive) -> None:
    with ScriptedServer(Peer.serve) as server:
        ami = drive.client(server)
        await ami.connect()
        drop_all(server)
        for _ in range(2):
            with pytest.raises(errors.ConnectionClosed):
                await ami.wait_closed()
        await _used_up(ami)


@pytest.mark.parametrize("count", [2, 10])
@scenario
async def test_by_several_at_once(drive: Drive, count: int) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.actions(1)
        await peer.gone()

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        call = ami.sending(actions.Ping())
        await drive.until(lambda: ami.stats.pending)
        closing = [ami.start(ami.close) for _ in range(count)]
        for one in closing:
            await one.outcome()
        assert isinstance(await call.error(), errors.OutcomeUnknown)
        await _used_up(ami)


def _raises(ami: Ami) -> None:
    @ami.on(events.Hangup)
    def handler(_: events.Hangup) -> None:
        raise ValueError


@pytest.mark.parametrize("cycles", [20])
@scenario
async def test_many_lives_leave_nothing(drive: Drive, cycles: int) -> None:
    """Threads, sockets, tasks and timers are counted after this, as after each scenario."""
    prepare: list[Callable[[Ami], object]] = [
        lambda ami: None,
        lambda ami: ami.events(),
        lambda ami: ami.events(lifecycle.LifecycleEvent),
        _raises,
    ]
    with ScriptedServer(echo) as server:
        for number in range(cycles):
            ami = drive.client(server, reconnect=True, keepalive=0.01)
            prepare[number % len(prepare)](ami)
            async with ami:
                await ami.send(actions.Getvar(variable="X"))
                with suppress(errors.ActionTimeout):
                    await ami.send(RawAction("Getvar", {"Variable": "X"}), timeout=0)
                if number % 3 == 0:
                    drop_all(server)
            assert ami.kept == 0
