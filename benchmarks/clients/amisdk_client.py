"""amisdk: every case, with all that its clients do by default."""

from __future__ import annotations

import asyncio
import threading
import tracemalloc
from typing import Any

from amisdk import AsyncClient, Client, actions, making, preload
from benchmarks.clients.measure import PATIENCE, SECRET, USERNAME, Run

run = Run()
# Streams are measured as they go on for days; what building the models takes has its own row.
preload()
ARGUMENTS: Any = {"port": run.port, "username": USERNAME, "secret": SECRET}


def listen(ami: AsyncClient | Client) -> None:
    """Subscribe as asked, and add the handlers that are never called."""
    ami.on(*run.names)(run.event)
    for number in range(1, run.handlers):
        ami.on(f"Never{number}")(run.event)


async def with_callback() -> None:
    """Count in a callback."""
    done = asyncio.Event()
    run.finished = done.set
    ami = AsyncClient(**ARGUMENTS)
    listen(ami)
    async with ami, asyncio.timeout(PATIENCE):
        run.begin()
        await done.wait()
        run.report(lost=ami.stats.events_lost, compiled=making.COMPILED)


async def with_iterator() -> None:
    """Count what an iterator gives."""
    run.finished = lambda: None
    ami = AsyncClient(**ARGUMENTS)
    stream = ami.events(*run.names)
    async with ami, asyncio.timeout(PATIENCE):
        run.begin()
        async for _ in stream:
            run.event()
            if run.seen == run.expected:
                break
        run.report(lost=stream.lost)


def blocking() -> None:
    """Count in a callback of the blocking client."""
    done = threading.Event()
    run.finished = done.set
    ami = Client(**ARGUMENTS)
    listen(ami)
    with ami:
        run.begin()
        if not done.wait(PATIENCE):
            raise TimeoutError
        run.report(lost=ami.stats.events_lost)


async def nothing() -> None:
    """Let everything pass by."""
    async with AsyncClient(**ARGUMENTS) as ami:
        run.begin()
        await ami.send(actions.Ping(), timeout=PATIENCE)
        run.end()
        run.report()


async def ping() -> None:
    """Ask again and again."""
    async with AsyncClient(**ARGUMENTS) as ami, asyncio.timeout(PATIENCE):
        await ami.send(actions.Ping())
        run.begin("")
        for _ in range(run.times):
            await ami.send(actions.Ping())
        run.end()
        run.report()


async def pings() -> None:
    """Ask 1000 times at once, again and again."""
    async with AsyncClient(**ARGUMENTS) as ami, asyncio.timeout(PATIENCE):
        await ami.send(actions.Ping())
        run.begin("")
        for _ in range(run.times):
            await asyncio.gather(*(ami.send(actions.Ping()) for _ in range(1000)))
        run.end()
        run.report()


def blocking_ping() -> None:
    """Ask again and again with the blocking client."""
    with Client(**ARGUMENTS) as ami:
        ami.send(actions.Ping())
        run.begin("")
        for _ in range(run.times):
            ami.send(actions.Ping())
        run.end()
        run.report()


async def items() -> None:
    """Stream a list, twice: what only the first one needs is not the list's."""
    async with AsyncClient(**ARGUMENTS) as ami, asyncio.timeout(PATIENCE):
        run.begin("list 1000")
        async for _ in ami.stream(actions.CoreShowChannels()):
            pass
        if run.trace:
            tracemalloc.start()
        run.begin(f"list {run.times}")
        async for _ in ami.stream(actions.CoreShowChannels()):
            run.seen += 1
            run.work()
        run.end()
        run.report(traced=tracemalloc.get_traced_memory()[1] if run.trace else None)


CASES: dict[str, Any] = {
    "events": with_callback,
    "iterator": with_iterator,
    "blocking": blocking,
    "nothing": nothing,
    "ping": ping,
    "pings": pings,
    "blocking ping": blocking_ping,
    "list": items,
}
work = CASES[run.case]
if asyncio.iscoroutinefunction(work):
    asyncio.run(work())
else:
    work()
