"""What several tests need: bounded asyncio runs, and clients of servers that a test plays."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, ParamSpec

from amisdk import AsyncClient
from amisdk.testing import GREETING, Peer, ScriptedServer
from amisdk.testing.scripted import Script

__all__ = ["GREETING", "Peer", "asynchronous", "client", "serving"]

P = ParamSpec("P")


def asynchronous(
    test: Callable[P, Coroutine[Any, Any, None]],
) -> Callable[P, None]:
    """Run a coroutine test in a loop of its own, for 30 s at most."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(30):
                await test(*args, **kwargs)

        asyncio.run(bounded())

    return run


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[int]:
    """Play a script to each client, and give the port."""
    async with ScriptedServer(script) as server:
        yield server.port


def client(port: int, **options: Any) -> AsyncClient:
    """Make a client for a server of `serving`, which only answers what its test says."""
    options = {"check_version": False, "reconnect": False, **options}
    return AsyncClient("127.0.0.1", port, username="admin", secret="s3cr3t-word", **options)
