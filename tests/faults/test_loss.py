"""The link goes while actions are in flight: who waits is told, and told what is known."""

import asyncio
import time
from contextlib import suppress

import pytest

from amisdk import RawAction, actions, errors
from amisdk.models import Action
from amisdk.testing import Peer, ScriptedServer
from amisdk.wire import Limits
from tests.faults.scenario import Drive, Signal, scenario

MANY = 100
SOON = 10.0
"""Seconds that nobody may be left waiting; it is not a measurement."""


async def _fin(peer: Peer) -> None:
    pass


async def _rst(peer: Peer) -> None:
    peer.reset()


async def _half_closed(peer: Peer) -> None:
    peer.half_close()
    await peer.gone()


async def _half_a_message(peer: Peer) -> None:
    peer.send(b"Response: Success\r\nActionID: ")


async def _half_a_character(peer: Peer) -> None:
    peer.send(b"Event: Hangup\r\nChannel: J\xc3")


async def _shutdown(peer: Peer) -> None:
    peer.event("Shutdown", "Shutdown: Cleanly", "Restart: True")


@pytest.mark.parametrize(
    "end", [_fin, _rst, _half_closed, _half_a_message, _half_a_character, _shutdown]
)
@scenario
async def test_everybody_in_flight_is_told_at_once(drive: Drive, end: object) -> None:
    ended: list[float] = []

    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.actions(MANY)
        ended.append(time.monotonic())
        await end(peer)  # type: ignore[operator]

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        stream = ami.events()
        wanted: list[Action[actions.GetvarReply]] = [
            actions.Getvar(variable=f"V{n}") for n in range(MANY)
        ]
        calls = [ami.sending(action, timeout=None) for action in wanted]
        for call, action in zip(calls, wanted, strict=True):
            error = await call.error()
            assert isinstance(error, errors.OutcomeUnknown)
            assert error.action is action
            assert isinstance(error.__cause__, errors.ConnectionClosed)
        assert time.monotonic() - ended[0] < SOON
        assert ami.kept == ami.stats.pending == 0
        assert not ami.connected
        with pytest.raises(errors.NotSent):
            await ami.send(actions.Ping())
        with pytest.raises(errors.ConnectionClosed):
            await stream.all()
        with pytest.raises(errors.ConnectionClosed, match="lost"):
            await ami.wait_closed()
        await ami.close()


@scenario
async def test_what_the_server_never_took_is_told_as_not_sent(drive: Drive) -> None:
    """What waits behind a full socket has not left."""
    filler = {f"K{number}": "x" * 1000 for number in range(100)}
    deaf, cut = Signal(), Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        peer.stop_reading()
        deaf.set()
        await cut
        peer.reset()

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        await deaf
        calls = [ami.sending(RawAction("First", filler))]
        stuck = taken = 0
        while stuck < 20:  # on a busy machine, whoever writes may take a while
            calls.extend(ami.sending(RawAction("X", filler)) for _ in range(5))
            await drive.until(lambda: ami.stats.pending == len(calls))
            await drive.sleep(0.02)
            before, taken = taken, ami.stats.bytes_sent
            stuck = stuck + 1 if taken == before else 0
        last = ami.sending(RawAction("Last", filler))
        await drive.until(lambda: ami.stats.pending > len(calls))
        cut.set()
        assert isinstance(await calls[0].error(), errors.OutcomeUnknown)
        assert isinstance(await last.error(), errors.NotSent)
        for call in calls:
            assert isinstance(await call.error(), (errors.OutcomeUnknown, errors.NotSent))
        assert ami.kept == 0
        await ami.close()


@scenario
async def test_a_server_that_does_not_read_does_not_hold_up_time_outs(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        peer.stop_reading()
        await peer.silence()

    filler = {f"K{number}": "x" * 1000 for number in range(100)}
    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        calls = [ami.sending(RawAction("X", filler), timeout=0.2) for _ in range(100)]
        for call in calls:
            assert isinstance(await call.error(), errors.ActionTimeout)
        assert ami.stats.pending == 0
        await ami.close()


@scenario
async def test_bytes_that_break_the_protocol_end_it_as_a_loss_does(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.actions(MANY)
        peer.send(b"x" * 20_000)
        await peer.silence()

    with ScriptedServer(script) as server:
        ami = drive.client(server, limits=Limits(message=10_000))
        await ami.connect()
        calls = [ami.sending(actions.Ping(), timeout=None) for _ in range(MANY)]
        for call in calls:
            error = await call.error()
            assert isinstance(error, errors.OutcomeUnknown)
            assert isinstance(error.__cause__, errors.MessageTooLong)
        assert ami.kept == 0
        await ami.close()


@scenario
async def test_an_originate_that_was_accepted_is_told_of_the_loss(drive: Drive) -> None:
    """The call may well be made; nobody will tell."""

    async def script(peer: Peer) -> None:
        await peer.login()
        peer.respond(await peer.action(), "Message: Originate successfully queued")
        await asyncio.sleep(0)

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        with pytest.raises(errors.OutcomeUnknown) as caught:
            await ami.originate(actions.Originate(channel="Local/1", application="Wait"))
        assert isinstance(caught.value.action, actions.Originate)
        assert ami.kept == 0
        await ami.close()


@scenario
async def test_replies_that_came_before_the_end_count(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        held = await peer.actions(MANY)
        for action in held[: MANY // 2]:
            peer.respond(action)

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        calls = [ami.sending(actions.Ping(), check=False) for _ in range(MANY)]
        answered = 0
        for call in calls:
            with suppress(errors.OutcomeUnknown):
                answered += (await call.outcome()).ok
        assert answered == MANY // 2
        assert ami.kept == 0
        await ami.close()
