"""Events without end: who keeps up loses nothing, who does not holds up nobody."""

import asyncio
import logging
import os
import time
from functools import partial
from pathlib import Path

import pytest

from amisdk import actions, events
from amisdk.testing import Peer, ScriptedServer
from tests.faults.scenario import Ami, Drive, Signal, scenario

PACED = 10_000


class Paced:
    """A script that sends 20 events a millisecond, and answers Pings meanwhile."""

    def __init__(self, count: int = PACED) -> None:
        self.count = count

    async def __call__(self, peer: Peer) -> None:
        await peer.login()
        sending = asyncio.ensure_future(self._send(peer))
        try:
            await peer.answer()
        finally:
            sending.cancel()

    async def _send(self, peer: Peer) -> None:
        begin = time.monotonic()
        for number in range(self.count):
            peer.event("Newexten", f"Priority: {number}", "Channel: PJSIP/6001-0000002a")
            if number % 20 == 0:
                await asyncio.sleep(max(0.0, begin + number / 20_000 - time.monotonic()))
                await peer.writer.drain()


@scenario
async def test_a_fast_stream_reaches_an_iterator_whole_and_in_order(drive: Drive) -> None:
    with ScriptedServer(Paced()) as server:
        ami = drive.client(server)
        stream = ami.events(events.Newexten)
        async with ami:
            for number in range(PACED):
                event = await stream.next()
                assert event.headers["Priority"] == str(number)
                if number % 2500 == 0:
                    assert (await ami.send(actions.Ping())).ok
            assert stream.lost == ami.stats.events_lost == 0


@pytest.mark.parametrize("kind", ["plain", "awaited"])
@scenario
async def test_a_fast_stream_reaches_a_handler_whole_and_in_order(drive: Drive, kind: str) -> None:
    seen: list[str] = []
    whole = Signal()

    def note(event: events.Newexten) -> None:
        seen.append(event.headers["Priority"])
        if len(seen) == PACED:
            whole.set()

    async def note_too(event: events.Newexten) -> None:
        note(event)

    with ScriptedServer(Paced()) as server:
        ami = drive.client(server)
        ami.on(events.Newexten)(note if kind == "plain" else note_too)
        async with ami:
            assert (await ami.send(actions.Ping())).ok
            await whole
            assert ami.stats.events_lost == 0
    assert seen == [str(number) for number in range(PACED)]


async def _flood(peer: Peer) -> None:
    """Send as fast as the client reads, and answer Pings in between."""
    await peer.login()
    answering = asyncio.ensure_future(peer.answer())
    chunk = b"Event: Hangup\r\nCause: 16\r\nChannel: PJSIP/6001-0000002a\r\n\r\n" * 100
    try:
        while not answering.done():
            peer.send(chunk)
            await peer.writer.drain()
            await asyncio.sleep(0)
    finally:
        answering.cancel()


def _resident() -> int:
    """The process's memory, in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@scenario
async def test_a_flood_with_a_slow_handler_leaves_pings_answered_and_memory_bounded(
    drive: Drive,
) -> None:
    go_on = Signal()
    with ScriptedServer(_flood) as server:
        async with drive.client(server, keepalive=0.2) as ami:

            @ami.on(events.Hangup, queue_size=1000)
            async def slow(_: events.Hangup) -> None:
                await go_on

            await drive.until(lambda: ami.stats.events_lost > 2_000)
            before = _resident()
            for _ in range(2):
                more = ami.stats.events_lost + 2_000
                assert (await ami.send(actions.Ping())).ok
                await drive.until(partial(_has_lost, ami, more))
            assert _resident() - before < 50_000_000
            assert ami.connected
            go_on.set()


def _has_lost(ami: Ami, count: int) -> bool:
    return ami.stats.events_lost >= count


@scenario
async def test_a_flood_with_a_handler_that_raises_is_no_different(
    drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = 0
    monkeypatch.setattr(logging.getLogger("amisdk.handlers"), "disabled", True)
    with ScriptedServer(_flood) as server:
        async with drive.client(server) as ami:

            @ami.on(events.Hangup, queue_size=1000)
            def raises(_: events.Hangup) -> None:
                nonlocal raised
                raised += 1
                raise ValueError

            await drive.until(lambda: raised > 1_000)
            assert (await ami.send(actions.Ping())).ok
            assert ami.connected


@scenario
async def test_events_that_nobody_wants_cost_next_to_nothing(drive: Drive) -> None:
    with ScriptedServer(_flood) as server:
        async with drive.client(server) as ami:
            await drive.until(lambda: ami.stats.messages > 20_000)
            assert (await ami.send(actions.Ping())).ok
            assert ami.stats.events_lost == 0
            assert ami.kept == 0


@scenario
async def test_calls_are_answered_in_the_middle_of_a_flood(drive: Drive) -> None:
    with ScriptedServer(_flood) as server:
        async with drive.client(server) as ami:
            stream = ami.events(events.Hangup, queue_size=100)
            calls = [ami.sending(actions.Getvar(variable=f"V{n}")) for n in range(20)]
            for call in calls:
                assert (await call.outcome()).ok
            assert len(await stream.take(10)) == 10
