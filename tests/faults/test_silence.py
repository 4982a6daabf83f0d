"""Links that are half dead, idle or blocked; clocks that jump, and a process that was stopped."""

import asyncio
import time

import pytest

from amisdk import Reconnect, actions, errors, events, lifecycle
from amisdk.testing import Peer, ScriptedServer
from tests.faults.scenario import BOUND, Drive, Signal, scenario

KEEPALIVE = 0.1


class _Heard:
    """A script that logs in, answers Pings for a while, and counts them."""

    def __init__(self, answered: float = float("inf"), *, talks: bool = True) -> None:
        self.answered = answered
        self.talks = talks
        self.pings = 0
        self.others = 0

    async def __call__(self, peer: Peer) -> None:
        await peer.login()
        while True:
            action = await peer.action()
            if action["Action"] == "Logoff":
                peer.respond(action, response="Goodbye")
                return
            if action["Action"] != "Ping":
                self.others += 1
                if self.talks:
                    peer.respond(action)
            else:
                self.pings += 1
                if self.pings <= self.answered:
                    peer.respond(action)


@scenario
async def test_a_half_open_link_is_found_within_two_intervals(drive: Drive) -> None:
    """The peer is stopped: the kernel still takes our bytes, and nothing ever comes."""

    async def script(peer: Peer) -> None:
        if peer.number:
            await peer.serve()
        await peer.login()
        await peer.action()
        await peer.silence()

    reconnect = Reconnect(first_wait=0.01)
    with ScriptedServer(script) as server:
        async with drive.client(server, keepalive=KEEPALIVE, reconnect=reconnect) as ami:
            lost = ami.events(lifecycle.Disconnected)
            begin = time.monotonic()
            error = await ami.sending(actions.Getvar(variable="X"), timeout=None).error()
            took = time.monotonic() - begin
            assert isinstance(error, errors.OutcomeUnknown)
            assert isinstance(error.__cause__, errors.ServerSilent)
            assert 2 * KEEPALIVE - 0.02 < took < BOUND / 2
            assert isinstance((await lost.next()).reason, errors.ServerSilent)
            assert (await ami.send(actions.Ping())).ok


@scenario
async def test_a_server_that_answers_once_more_gets_the_whole_time_again(drive: Drive) -> None:
    heard = _Heard(answered=3)
    with ScriptedServer(heard) as server:
        ami = drive.client(server, keepalive=0.05)
        await ami.connect()
        with pytest.raises(errors.ConnectionClosed, match="not even the answer to a Ping"):
            await ami.wait_closed()
        assert heard.pings == 4
        await ami.close()


@scenario
async def test_an_idle_link_stays_up(drive: Drive) -> None:
    heard = _Heard()
    with ScriptedServer(heard) as server:
        async with drive.client(server, keepalive=0.25) as ami:
            await drive.until(lambda: heard.pings >= 5)
            assert ami.connected
            await drive.until(lambda: ami.kept == 0)
            assert (await ami.send(actions.Getvar(variable="X"))).ok
        assert len(server.arrivals) == 1
    assert heard.others == 1


@scenario
async def test_without_a_keepalive_nothing_is_sent(drive: Drive) -> None:
    heard = _Heard()
    with ScriptedServer(heard) as server:
        async with drive.client(server, keepalive=None) as ami:
            await drive.sleep(0.1)
            assert ami.connected
    assert heard.pings == 0


@scenario
async def test_who_is_heard_is_not_asked(drive: Drive) -> None:
    heard = _Heard()
    with ScriptedServer(heard) as server:
        async with drive.client(server, keepalive=0.5) as ami:
            stream = ami.events(events.Hangup)
            for _ in range(30):
                server.call(lambda: server.peers[0].event("Hangup"))
                await stream.next()
                await drive.sleep(0.03)
    assert heard.pings == 0


@pytest.mark.parametrize(
    "action",
    [
        actions.WaitEvent(timeout=5),
        actions.Originate(channel="Local/1", application="Wait", timeout=5000),
    ],
    ids=lambda action: action.ami_name,
)
@scenario
async def test_an_action_that_blocks_the_server_is_no_silence(drive: Drive, action: object) -> None:
    """Neither a Ping nor an event is answered until it is over."""
    pings: list[object] = []

    async def script(peer: Peer) -> None:
        await peer.login()
        blocking = await peer.action()
        await asyncio.sleep(5 * KEEPALIVE)
        if blocking["Action"] == "WaitEvent":
            peer.respond(blocking)
            peer.event("WaitEventComplete", of=blocking)
        else:
            peer.respond(blocking)
        while True:
            pings.append(ping := await peer.action())
            peer.respond(ping, response="Goodbye" if ping["Action"] == "Logoff" else "Success")

    with ScriptedServer(script) as server:
        async with drive.client(server, keepalive=KEEPALIVE) as ami:
            assert (await ami.send(action)).ok  # type: ignore[arg-type]
            await drive.until(lambda: pings)  # and then it is watched as before
            assert ami.connected
            assert ami.stats.timeouts == 0


@scenario
async def test_an_action_that_blocks_for_longer_than_it_may_is_silence(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.silence()

    call = actions.Originate(channel="Local/1", application="Wait", timeout=200)
    with ScriptedServer(script) as server:
        ami = drive.client(server, keepalive=KEEPALIVE, timeout=None)
        await ami.connect()
        begin = time.monotonic()
        with pytest.raises(errors.OutcomeUnknown) as caught:
            await ami.send(call)
        assert isinstance(caught.value.__cause__, errors.ServerSilent)
        assert time.monotonic() - begin > 0.3
        await ami.close()


# --- clocks -------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0, 1e9])
@scenario
async def test_a_wall_clock_that_jumps_changes_nothing(
    drive: Drive, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    heard = _Heard(talks=False)
    with ScriptedServer(heard) as server:
        async with drive.client(server, keepalive=0.25) as ami:
            call = ami.sending(actions.Getvar(variable="X"), timeout=0.3)
            real = time.time
            monkeypatch.setattr(time, "time", lambda: real() + jump)
            before = heard.pings
            assert isinstance(await call.error(), errors.ActionTimeout)
            await drive.until(lambda: heard.pings > before + 2)
            assert ami.connected


@scenario
async def test_a_reply_that_is_there_when_a_stopped_process_goes_on_counts(drive: Drive) -> None:
    """Its deadline has passed meanwhile, and so has the keepalive's."""
    stopped, answered = Signal(), Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        await stopped
        peer.respond(action, "Value: in time")
        await peer.writer.drain()
        answered.set()
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server, keepalive=0.4) as ami:
            call = ami.sending(actions.Getvar(variable="X"), timeout=0.8)
            await drive.until(lambda: ami.raw._link._session and ami.stats.actions == 3)
            # All threads of a stopped process stop; the lock stops those of the blocking
            # client, and this very call stops the asyncio client's loop.
            with ami.raw._pump.lock:
                stopped.set()
                while not answered.happened:
                    time.sleep(0.01)  # noqa: ASYNC251
                time.sleep(1)  # noqa: ASYNC251
            assert (await call.outcome()).value == "in time"
            assert ami.connected
            assert ami.stats.timeouts == 0


@scenario
async def test_a_time_out_fires_though_all_is_quiet(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.gone()

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        begin = time.monotonic()
        calls = [ami.sending(actions.Ping(), timeout=0.05 + n / 100) for n in range(10)]
        for call in calls:
            assert isinstance(await call.error(), errors.ActionTimeout)
        assert 0.05 < time.monotonic() - begin < BOUND / 2
        assert ami.stats.timeouts == 10
        assert ami.stats.pending == 0
        await ami.close()
