"""The dialer: nobody is called twice, whatever happens."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from amisdk import AsyncClient
from amisdk.testing import FakeAsterisk, Peer, ScriptedServer
from examples.dialer.dialer import Dialer, Journal
from tests.support import asynchronous, client


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal with numbers in it."""
    made = Journal(tmp_path / "numbers.journal")
    made.add(["100", "busy", "300", "100"])
    yield made
    made.close()


def dialled(server: FakeAsterisk) -> list[str]:
    """The channels that were called."""
    return [a["Channel"] for a in server.received if a["Action"] == "Originate"]


@asynchronous
async def test_every_number_is_called_once(journal: Journal) -> None:
    async with FakeAsterisk(talk=0.01) as server, AsyncClient.from_url(server.url) as ami:
        dialer = Dialer(ami, journal, queue="support", dial="PJSIP/{}")
        await dialer.run()
        await dialer.run()
    assert sorted(dialled(server)) == ["PJSIP/100", "PJSIP/300", "PJSIP/busy"]
    assert journal.states() == {"100": "answered", "busy": "failed", "300": "answered"}


@asynchronous
async def test_a_call_whose_outcome_nobody_knows_is_not_made_again(journal: Journal) -> None:
    calls: list[str] = []

    async def hang_up_at_the_first_call(peer: Peer) -> None:
        await peer.login()
        while True:
            action = await peer.action()
            if action["Action"] == "Originate":
                calls.append(action["Channel"])
                if len(calls) == 1:
                    return
                peer.respond(action, "Message: Originate failed", response="Error")
            elif action["Action"] == "QueueStatus":
                peer.respond(action, "EventList: start")
                peer.event("QueueMember", "Queue: support", "Location: a", "Paused: 0", of=action)
                peer.event("QueueStatusComplete", "EventList: Complete", of=action)
            else:
                peer.respond(action, response="Goodbye")

    with ScriptedServer(hang_up_at_the_first_call) as server:
        async with client(server.port, reconnect=True) as ami:
            await Dialer(ami, journal, queue="support", dial="PJSIP/{}").run()
    assert len(calls) == len(set(calls)) == 3
    assert journal.states() == {"100": "unknown", "busy": "failed", "300": "failed"}


def test_a_number_that_was_being_called_when_the_dialer_died_is_left_to_a_human(
    tmp_path: Path,
) -> None:
    path = tmp_path / "numbers.journal"
    journal = Journal(path)
    journal.add(["100", "200"])
    assert journal.take() == "100"
    journal.close()
    again = Journal(path)
    assert again.states() == {"100": "unknown", "200": "waiting"}
    again.add(["100"])
    assert again.take() == "200"
    assert again.take() is None
    again.close()


@asynchronous
async def test_nobody_is_called_while_no_agent_is_free(journal: Journal) -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        dialer = Dialer(ami, journal, queue="empty")
        running = asyncio.ensure_future(dialer.run())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(running), 1.5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert dialled(server) == []
    assert set(journal.states().values()) == {"waiting"}
