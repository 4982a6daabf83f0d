"""Tasks that are cancelled after any number of turns of the loop leave the session sound."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from amisdk import AsyncClient, actions, errors, events, lifecycle
from amisdk.testing import ScriptedServer
from tests.faults.drives import AsyncDrive
from tests.faults.scenario import SECRET, echo


async def _send(ami: AsyncClient) -> None:
    assert (await ami.send(actions.Getvar(variable="victim"))).value == "victim"


async def _gather(ami: AsyncClient) -> None:
    assert len((await ami.send(actions.QueueStatus(queue="victim"))).items) == 3


async def _stream(ami: AsyncClient) -> None:
    items = ami.stream(actions.QueueStatus(queue="victim"))
    try:
        assert len([item async for item in items]) == 3
    finally:
        await items.aclose()


async def _originate(ami: AsyncClient) -> None:
    await ami.originate(actions.Originate(channel="Local/victim", application="Wait"))


async def _event(ami: AsyncClient) -> None:
    with ami.events(events.Hangup) as stream:
        await ami.send(actions.Ping())
        await anext(stream)


STEPS = [*range(40), *range(40, 200, 7), 10**6]


async def _cancel_after(work: Awaitable[None], steps: int) -> bool:
    """Cancel something after so many turns of the loop; tell whether it was done before."""
    task = asyncio.ensure_future(work)
    for _ in range(steps):
        if task.done():
            break
        await asyncio.sleep(0)
    if task.done():
        await task
        return True
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return False


@pytest.mark.parametrize("victim", [_send, _gather, _stream, _originate, _event])
def test_a_task_cancelled_at_any_turn_leaves_the_next_its_own_reply(
    victim: Callable[[AsyncClient], Awaitable[None]],
) -> None:
    async def run() -> None:
        with ScriptedServer(echo) as server:
            ami = AsyncDrive().client(server)
            async with ami:
                done = []
                for number, steps in enumerate(STEPS):
                    done.append(await _cancel_after(victim(ami.raw), steps))
                    own = f"own-{number}"
                    assert (await ami.send(actions.Getvar(variable=own))).value == own
                    reply = await ami.send(actions.QueueStatus(queue=own))
                    assert [item.headers["Queue"] for item in reply.items] == [own] * 3
                    assert ami.kept == ami.stats.pending == 0
                assert ami.stats.unmatched == 0
                assert (done[0], done[-1]) == (False, True)

    AsyncDrive().run(run())


def test_connecting_cancelled_at_any_turn_leaves_nothing() -> None:
    async def connect(server: ScriptedServer) -> None:
        ami = AsyncClient(port=server.port, username="a", secret=SECRET, check_version=False)
        await ami.connect()
        await ami.close()

    async def run() -> None:
        with ScriptedServer(echo) as server:
            done = [await _cancel_after(connect(server), steps) for steps in [*range(40), *STEPS]]
            assert (done[0], done[-1]) == (False, True)
            await asyncio.sleep(0)

    AsyncDrive().run(run())


def test_connecting_cancelled_in_the_very_turn_it_comes_about_is_undone() -> None:
    async def run() -> None:
        with ScriptedServer(echo) as server:
            ami = AsyncDrive().client(server)
            stream = ami.events(lifecycle.LifecycleEvent)
            connecting = asyncio.ensure_future(ami.connect())
            assert isinstance(await stream.next(), lifecycle.Connected)
            assert not connecting.done()
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            assert isinstance(await stream.next(), lifecycle.Disconnected)
            assert not ami.connected
            async with ami:
                assert (await ami.send(actions.Getvar(variable="X"))).value == "X"

    AsyncDrive().run(run())


def test_a_close_cancelled_at_any_turn_closes_all_the_same() -> None:
    async def run() -> None:
        with ScriptedServer(echo) as server:
            done = []
            for steps in STEPS:
                ami = AsyncDrive().client(server)
                await ami.connect()
                done.append(await _cancel_after(ami.close(), steps))
                await ami.close()
                await ami.wait_closed()
                with pytest.raises(errors.NotSent):
                    await ami.send(actions.Ping())
            assert (done[0], done[-1]) == (False, True)

    AsyncDrive().run(run())


def test_many_tasks_cancelled_while_others_wait() -> None:
    """Every second of 200 is cancelled; every other one gets its own reply."""

    async def run() -> None:
        with ScriptedServer(echo) as server:
            async with AsyncDrive().client(server) as ami:
                for turns in range(10):
                    tasks = [
                        asyncio.ensure_future(ami.send(actions.Getvar(variable=f"V{n}")))
                        for n in range(200)
                    ]
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    for task in tasks[::2]:
                        task.cancel()
                    results = await asyncio.gather(*tasks, return_exceptions=True)
                    for number, result in enumerate(results):
                        if number % 2:
                            assert isinstance(result, actions.GetvarReply)
                            assert result.value == f"V{number}"
                await ami.send(actions.Ping())
                assert ami.kept == 0

    AsyncDrive().run(run())
