"""Long lists, and lists that do not go on."""

import asyncio

import pytest

from amisdk import RawAction, actions, errors, events
from amisdk.headers import Headers
from amisdk.models import Event
from amisdk.testing import Peer, ScriptedServer
from tests.faults.scenario import Drive, Signal, scenario

LONG = 200_000
OWN = b"@" * 32
"""Stands for the ActionID, which is as long."""
ITEMS = b"".join(
    b"Event: QueueMember\r\nActionID: %s\r\nPenalty: %d\r\n\r\n" % (OWN, number)
    for number in range(LONG)
)


async def _long(peer: Peer) -> None:
    await peer.login()
    while True:
        action = await peer.action()
        if action["Action"] != "QueueStatus":
            peer.respond(action, response="Goodbye")
            return
        peer.respond(action, "EventList: start")
        items = ITEMS.replace(OWN, action["ActionID"].encode())
        for start in range(0, len(items), 65536):
            peer.send(items[start : start + 65536])
            await peer.writer.drain()
        peer.event("QueueStatusComplete", "EventList: Complete", of=action)


@scenario
async def test_a_list_of_200_000_items_is_gathered_whole(drive: Drive) -> None:
    with ScriptedServer(_long) as server:
        async with drive.client(server) as ami:
            reply = await ami.send(actions.QueueStatus())
            assert ami.kept == 0
    assert [item.penalty for item in reply.items if isinstance(item, events.QueueMember)] == list(
        range(LONG)
    )


@scenario
async def test_a_list_of_200_000_items_is_streamed_in_order(drive: Drive) -> None:
    items: list[Event] = []
    with ScriptedServer(_long) as server:
        async with drive.client(server) as ami:
            await ami.stream(actions.QueueStatus(), into=items)
            assert ami.kept == 0
    assert [item.headers["Penalty"] for item in items] == [str(n) for n in range(LONG)]


def _begin(peer: Peer, action: Headers, count: int = 2) -> None:
    peer.respond(action, "EventList: start")
    for number in range(count):
        peer.event("QueueMember", f"Name: {number}", of=action)


@scenario
async def test_a_list_may_take_long_while_its_items_come(drive: Drive) -> None:
    """The time-out is one for the response, and then between items."""
    wait, count = 0.1, 8

    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.respond(action, "EventList: start")
        for _ in range(count):
            await asyncio.sleep(wait)
            peer.event("QueueMember", of=action)
        peer.event("QueueStatusComplete", "EventList: Complete", of=action)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            reply = await ami.send(actions.QueueStatus(), timeout=wait * (count - 2))
            assert len(reply.items) == count


@pytest.mark.parametrize("how", ["gathered", "streamed"])
@scenario
async def test_a_list_that_stops_runs_into_its_deadline_with_what_came(
    drive: Drive, how: str
) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        _begin(peer, await peer.action())
        await peer.answer()

    items: list[Event] = []
    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            with pytest.raises(errors.ActionTimeout) as caught:
                if how == "gathered":
                    await ami.send(actions.QueueStatus(), timeout=0.05)
                else:
                    await ami.stream(actions.QueueStatus(), into=items, timeout=0.05)
            told = items or caught.value.items
            assert [item.headers["Name"] for item in told] == ["0", "1"]
            assert isinstance(caught.value.action, actions.QueueStatus)
            assert (await ami.send(actions.Ping())).ok
            assert ami.stats.pending == 0


@pytest.mark.parametrize("how", ["gathered", "streamed"])
@scenario
async def test_a_link_that_goes_in_the_middle_of_a_list_tells_what_came(
    drive: Drive, how: str
) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        _begin(peer, action)
        peer.send(
            b"Event: QueueMember\r\nActionID: " + action["ActionID"].encode() + b"\r\nName: 2"
        )

    items: list[Event] = []
    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            with pytest.raises(errors.OutcomeUnknown) as caught:
                if how == "gathered":
                    await ami.send(actions.QueueStatus())
                else:
                    await ami.stream(actions.QueueStatus(), into=items)
            told = items or caught.value.items
            assert [item.headers["Name"] for item in told] == ["0", "1"]
            assert isinstance(caught.value.action, actions.QueueStatus)
            assert ami.kept == 0


@pytest.mark.parametrize("mark", ["Complete", "complete", "Cancelled"])
@scenario
async def test_a_list_ends_at_its_end_event_whatever_it_counts(drive: Drive, mark: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        _begin(peer, action)
        peer.event("SomethingOver", f"EventList: {mark}", "ListItems: 77", of=action)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            assert len((await ami.send(RawAction("MyList"))).items) == 2
            assert ami.kept == 0


@scenario
async def test_a_list_that_nobody_reads_to_its_end_leaves_the_session_sound(drive: Drive) -> None:
    """Who takes one item and goes is followed by one who wants all."""
    left = Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        first = await peer.action()
        _begin(peer, first)
        await left
        peer.event("QueueMember", "Name: late", of=first)
        second = await peer.action()
        peer.event("QueueStatusComplete", "EventList: Complete", of=first)
        _begin(peer, second, 3)
        peer.event("QueueStatusComplete", "EventList: Complete", of=second)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            await ami.first_of(actions.QueueStatus())
            left.set()
            reply = await ami.send(actions.QueueStatus())
            assert [item.headers["Name"] for item in reply.items] == ["0", "1", "2"]
            assert ami.kept == 0
