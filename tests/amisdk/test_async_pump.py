"""What a round trip costs beside the protocol: turns of the loop, writes, what is left behind."""

import asyncio
import gc
import selectors
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest

from amisdk import AsyncClient, RawAction, actions, errors
from amisdk.exchange import Exchange
from amisdk.models import Action
from amisdk.testing import FakeAsterisk
from tests.support import Peer, asynchronous, client, serving


class CountingSelector(selectors.DefaultSelector):
    """Counts the turns of the loop that it serves: each asks it once."""

    turns = 0

    def select(self, timeout: float | None = None) -> Any:
        self.turns += 1
        return super().select(timeout)


class Recording:
    """Keeps what is written to a transport."""

    def __init__(self, ami: AsyncClient) -> None:
        connection: Any = ami._pump.connection
        self.transport, connection.transport = connection.transport, self
        self.writes: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def write(self, data: bytes) -> None:
        self.writes.append(data)
        self.transport.write(data)

    def pings(self) -> list[int]:
        return [data.count(b"Action: Ping\r\n") for data in self.writes]


def test_one_action_after_the_other_costs_two_turns_each() -> None:
    selector = CountingSelector()

    async def main() -> int:
        async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
            await ami.send(actions.Ping())
            before = selector.turns
            for _ in range(100):
                await ami.send(actions.Ping())
            return selector.turns - before

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        turns = runner.run(main())
    # One in which the reply is read, and one in which who waited goes on.
    assert 200 <= turns <= 220


@asynchronous
async def test_an_action_that_is_alone_is_written_at_once() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        written = Recording(ami)
        task = asyncio.create_task(ami.send(actions.Ping()))
        asyncio.get_running_loop().call_soon(lambda: seen.append(written.pings()))
        seen: list[list[int]] = []
        await task
        for _ in range(9):
            await ami.send(actions.Ping())
    assert seen == [[1]]
    assert written.pings()[:10] == [1] * 10


@asynchronous
async def test_actions_of_one_turn_leave_together() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        written = Recording(ami)
        await asyncio.gather(*(ami.send(actions.Ping()) for _ in range(1000)))
        assert written.pings() == [1, 999]


@asynchronous
async def test_while_an_action_is_on_its_way_those_of_one_turn_leave_in_one_write() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        first = await peer.action()
        for ping in await peer.actions(50):
            peer.respond(ping)
        peer.respond(first)
        await peer.gone()

    async with serving(serve) as port, client(port) as ami:
        first = asyncio.create_task(ami.send(RawAction("Slow")))
        await asyncio.sleep(0)
        written = Recording(ami)
        await asyncio.gather(*(ami.send(actions.Ping()) for _ in range(50)))
        assert written.pings() == [50]
        await first


def living() -> int:
    return sum(type(one) is Exchange for one in gc.get_objects())


@pytest.mark.parametrize(
    ("action", "together"),
    [
        (actions.Ping(), False),
        (actions.Ping(), True),
        (actions.Command(command="no such"), False),
    ],
    ids=["one after the other", "together", "refused"],
)
@asynchronous
async def test_an_action_leaves_nothing_for_the_collector(
    action: Action[Any], together: bool
) -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        await ami.send(actions.Ping())
        gc.collect()
        gc.disable()
        try:
            before = living()
            waiting: Iterable[Any] = (ami.send(action) for _ in range(20))
            if together:
                await asyncio.gather(*waiting)
            else:
                for one in waiting:
                    with suppress(errors.ActionFailed):
                        await one
            assert living() <= before
        finally:
            gc.enable()


@asynchronous
async def test_the_deadline_of_a_lone_action_is_watched() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        await peer.gone()

    async with serving(serve) as port, client(port, keepalive=None) as ami:
        with pytest.raises(errors.ActionTimeout):
            await ami.send(actions.Ping(), timeout=0.02)


@asynchronous
async def test_nothing_is_taken_for_sent_once_the_transport_closes() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        pump: Any = ami._pump
        pump.connection.transport.abort()
        exchange = Exchange(actions.Ping(), on_done=lambda _: None)
        pump.send(exchange, wait=False)
        assert not exchange.sent
