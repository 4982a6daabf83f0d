"""pyami-asterisk, as its documentation uses it."""

import asyncio
import os
import sys

from loguru import logger
from pyami_asterisk import AMIClient

from benchmarks.clients.measure import PATIENCE, SECRET, USERNAME, Run

logger.remove()
run = Run()


async def begin() -> None:
    """Begin: it is called behind the login."""
    run.begin()
    if run.case == "nothing":
        await client._send_action({"Action": "Ping"}, callback=end)


def end(_: object) -> None:
    """End behind everything that came before the reply."""
    run.end()
    leave()


def leave() -> None:
    """End the process: the client would go on."""
    run.report()
    sys.stdout.flush()
    os._exit(0)


run.finished = leave
client = AMIClient(host="127.0.0.1", port=run.port, username=USERNAME, secret=SECRET)
if run.case == "events":
    client.register_event(run.names or ["*"], run.event)
client.create_asyncio_task([begin()])
asyncio.run(asyncio.wait_for(client.connect_ami(), PATIENCE))
