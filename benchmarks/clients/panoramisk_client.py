"""panoramisk, as its documentation uses it."""

import asyncio
import logging

from panoramisk import Manager

from benchmarks.clients.measure import PATIENCE, SECRET, USERNAME, Run

logging.disable()
run = Run()


def on_event(_: Manager, __: object) -> None:
    """Count."""
    run.event()


async def connected() -> Manager:
    """Log in."""
    loop = asyncio.get_running_loop()
    there = loop.create_future()
    manager = Manager(
        loop=loop,
        port=run.port,
        username=USERNAME,
        secret=SECRET,
        on_login=lambda _: there.set_result(None),
    )
    if run.case == "events":
        for name in run.names or ["*"]:
            manager.register_event(name, on_event)
        for number in range(1, run.handlers):
            manager.register_event(f"Never{number}", on_event)
    await manager.connect()
    await there
    return manager


async def main() -> None:
    """Do what is asked."""
    done = asyncio.Event()
    run.finished = done.set
    manager = await connected()
    await manager.send_action({"Action": "Ping"})
    run.begin("" if "ping" in run.case else f"list {run.times}" if run.case == "list" else "go")
    if run.case == "events":
        await done.wait()
    elif run.case == "nothing":
        await manager.send_action({"Action": "Ping"})
    elif run.case == "ping":
        for _ in range(run.times):
            await manager.send_action({"Action": "Ping"})
    elif run.case == "pings":
        for _ in range(run.times):
            await asyncio.gather(*(manager.send_action({"Action": "Ping"}) for _ in range(1000)))
    elif run.case == "list":
        got = await manager.send_action({"Action": "CoreShowChannels"}, as_list=True)
        run.seen = len(got) - 2
    if run.case != "events":
        run.end()
    run.report()
    manager.close()


asyncio.run(asyncio.wait_for(main(), PATIENCE))
