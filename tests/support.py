"""What several tests need: bounded asyncio runs, and servers that do as a test says."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, ParamSpec

from amisdk import AsyncClient

P = ParamSpec("P")

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
Serve = Callable[["Peer"], Awaitable[None]]


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


class Peer:
    """The server's end of a connection, for a test to play."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def action(self) -> dict[str, str]:
        """Read one action; header names in lower case."""
        data = await self.reader.readuntil(b"\r\n\r\n")
        pairs = (line.split(": ", 1) for line in data.decode().strip().split("\r\n"))
        return {key.lower(): value for key, value in pairs}

    def write(self, *lines: str, end: bytes = b"\r\n\r\n") -> None:
        """Write one message."""
        self.writer.write("\r\n".join(lines).encode() + end)

    def respond(self, action: dict[str, str], *lines: str, response: str = "Success") -> None:
        """Write the response to an action."""
        self.write(f"Response: {response}", f"ActionID: {action['actionid']}", *lines)

    async def login(self) -> None:
        """Greet, and let anybody in."""
        self.writer.write(GREETING)
        action = await self.action()
        if action["action"] == "Challenge":
            self.respond(action, "Challenge: 1234")
            action = await self.action()
        self.respond(action, "Message: Authentication accepted")

    async def gone(self) -> None:
        """Wait until the client has logged off, or closed its end."""
        while True:
            action = await self.action()
            if action["action"] == "Logoff":
                self.respond(action, response="Goodbye")
                return


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[int]:
    """Listen on 127.0.0.1, play `serve` to each client, and give the port."""
    playing: set[asyncio.Task[None]] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        playing.add(task)
        try:
            await serve(Peer(reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            playing.discard(task)
            writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(playing):
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


def client(port: int, **options: Any) -> AsyncClient:
    """Make a client for a server of `serving`, which only answers what its test says."""
    options = {"check_version": False, "reconnect": False, **options}
    return AsyncClient("127.0.0.1", port, username="admin", secret="s3cr3t-word", **options)
