"""Clients used from other threads and loops, forgotten, or left open by their loop."""

import asyncio
import gc
import threading
import warnings
import weakref

import pytest

from amisdk import AsyncClient, actions, events
from amisdk.testing import Peer, ScriptedServer
from tests.faults.drives import AsyncDrive, BlockingDrive
from tests.faults.scenario import BOUND, SECRET, Ami, Drive, Signal, echo, scenario


def _client(server: ScriptedServer) -> AsyncClient:
    client: AsyncClient = AsyncDrive().client(server).raw
    return client


def test_many_threads_use_one_client_and_each_gets_its_own_replies() -> None:
    faults: list[BaseException] = []

    async def run() -> None:
        with ScriptedServer(echo) as server:
            async with BlockingDrive().client(server) as ami:

                def work(name: str) -> None:
                    try:
                        for number in range(100):
                            own = f"{name}-{number}"
                            assert ami.raw.send(actions.Getvar(variable=own)).value == own
                            with ami.raw.events(events.Hangup):
                                reply = ami.raw.send(actions.QueueStatus(queue=own))
                            assert {item.headers["Queue"] for item in reply.items} == {own}
                    except BaseException as fault:  # noqa: BLE001
                        faults.append(fault)

                threads = [threading.Thread(target=work, args=(f"T{n}",)) for n in range(8)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(BOUND)
                assert ami.kept == 0
                assert ami.stats.unmatched == 0

    BlockingDrive().run(run())
    assert not faults


def test_threads_may_share_one_stream_of_events() -> None:
    seen: list[int] = []

    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        for number in range(1000):
            peer.event("Hangup", f"Cause: {number}")
        peer.respond(action)
        await peer.gone()

    with ScriptedServer(script) as server:
        client = BlockingDrive().client(server).raw
        with client:
            stream = client.events(events.Hangup)

            def work() -> None:
                seen.extend(event.cause for event in stream)

            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            client.send(actions.Ping(), timeout=None)
        for thread in threads:
            thread.join(BOUND)
            assert not thread.is_alive()
    assert sorted(seen) == list(range(1000))


def test_another_thread_is_refused_by_the_asyncio_client() -> None:
    refused: list[BaseException] = []

    async def run() -> None:
        with ScriptedServer(echo) as server:
            async with _client(server) as ami:

                def use() -> None:
                    for misuse in (
                        lambda: asyncio.run(ami.send(actions.Ping())),
                        lambda: asyncio.run(ami.close()),
                        lambda: ami.events(events.Hangup),
                        lambda: ami.on(events.Hangup),
                    ):
                        with pytest.raises(RuntimeError, match="another thread") as caught:
                            misuse()
                        refused.append(caught.value)

                await asyncio.to_thread(use)
                assert (await ami.send(actions.Getvar(variable="X"))).value == "X"

    asyncio.run(run())
    assert len(refused) == 4


def test_another_thread_reaches_it_through_its_loop() -> None:
    async def run() -> None:
        with ScriptedServer(echo) as server:
            async with _client(server) as ami:
                loop = asyncio.get_running_loop()

                def use() -> str | None:
                    sending = ami.send(actions.Getvar(variable="X"))
                    return asyncio.run_coroutine_threadsafe(sending, loop).result(10).value

                assert await asyncio.to_thread(use) == "X"

    asyncio.run(run())


# --- forgotten ----------------------------------------------------------------------------


def _forget(ami: Ami) -> None:
    del ami.raw
    gc.collect()


@scenario
async def test_a_client_that_is_forgotten_hangs_up_with_a_warning(drive: Drive) -> None:
    gone = Signal()

    async def script(peer: Peer) -> None:
        try:
            await peer.serve()
        finally:
            gone.set()

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        seen: list[object] = []
        ami.on(events.Hangup)(seen.append)
        await ami.connect()
        stream = ami.events(events.Hangup)
        assert (await ami.send(actions.Ping())).ok
        forgotten = weakref.ref(ami.raw)
        with pytest.warns(ResourceWarning, match=r"Client of 127\.0\.0\.1:\d+ was not closed"):
            _forget(ami)
        assert forgotten() is None
        await gone
        assert await stream.all() == []


@scenario
async def test_a_client_that_never_connected_may_be_forgotten(drive: Drive) -> None:
    with ScriptedServer(echo) as server:
        ami = drive.client(server)
        ami.on(events.Hangup)(print)
        ami.events(events.Hangup)
        del ami
        gc.collect()
        assert not server.arrivals


def test_a_loop_that_is_closed_with_the_client_open() -> None:
    gone = Signal()

    async def script(peer: Peer) -> None:
        try:
            await peer.serve()
        finally:
            gone.set()

    async def leave(ami: AsyncClient) -> None:
        ami.on(events.Hangup)(print)
        await ami.connect()
        assert (await ami.send(actions.Ping())).ok

    async def use(ami: AsyncClient) -> None:
        with pytest.raises(RuntimeError, match="another event loop"):
            await ami.send(actions.Ping())
        await ami.close()
        await ami.close()

    with ScriptedServer(script) as server:
        ami = _client(server)
        asyncio.run(leave(ami))
        asyncio.run(use(ami))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the transport's, and ours
            del ami
            gc.collect()
        asyncio.run(_wait(gone))


async def _wait(signal: Signal) -> None:
    async with asyncio.timeout(BOUND):
        await signal


@pytest.mark.parametrize("loops", [1, 3])
def test_each_loop_has_a_client_of_its_own(loops: int) -> None:
    async def use(server: ScriptedServer) -> None:
        async with _client(server) as ami:
            assert (await ami.send(actions.Getvar(variable=SECRET))).value == SECRET

    with ScriptedServer(echo) as server:
        threads = [threading.Thread(target=lambda: asyncio.run(use(server))) for _ in range(loops)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(BOUND)
        assert len(server.arrivals) == loops
