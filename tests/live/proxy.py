"""Stands between clients and real servers, keeps what goes by, and hides what is nobody's business.

What is hidden in a transcript, so that a replayed client still says the same:

- The secret of a login, the number of a challenge and its answer are those of ``amisdk record``.
  What else that masks is left, as tests want to see it: it is of our own phones.
- The name of a server's directory is replaced by ``instance``.
"""

import asyncio
import re
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Any, Self, TypeVar

from amisdk.cli.recording import masking
from amisdk.transcripts import Side, Transcript
from tests.live.asterisk import Server

__all__ = ["CHALLENGE", "SECRET", "Proxy", "Said"]

SECRET = masking.SECRET.decode()
CHALLENGE = masking.CHALLENGE.decode()

Said = list[tuple[Side, bytes]]
"""What the two sides of a connection said, as it was read, in order."""

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds that connections may last on when the proxy ends."""


class Proxy:
    """Listens on 127.0.0.1 in a thread of its own, and connects each client to a server.

    What was said is complete when the proxy has ended.
    """

    def __init__(self) -> None:
        self.talks: list[Said] = []
        """What was said on each connection."""
        self._hidden: dict[bytes, bytes] = {}
        self._listeners: dict[tuple[str, int], asyncio.Server] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until all connections have ended, and end."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def before(self, server: Server) -> int:
        """Stand before a server, and return the port for its clients."""
        secrets = [account.secret for account in server.users.values()]
        self._hidden |= dict.fromkeys((secret.encode() for secret in secrets), masking.SECRET)
        self._hidden[server.home.name.encode()] = b"instance"
        return self._run(self._listen(server.host, server.port))

    def masked(self, transcript: Transcript) -> Transcript:
        """Return a transcript of what was said, without what is nobody's business."""
        lines = []
        for side, line in transcript.lines:
            clean = line
            for hidden, shown in self._hidden.items():
                clean = clean.replace(hidden, shown)
            clean = re.sub(rb"^Challenge: .*", b"Challenge: " + masking.CHALLENGE, clean)
            clean = re.sub(rb"^Key: [0-9a-f]{32}$", b"Key: " + masking.KEY, clean)
            lines.append((side, clean))
        return Transcript(transcript.notes, tuple(lines))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self, host: str, port: int) -> int:
        if (host, port) not in self._listeners:
            connect = partial(self._connect, host, port)
            self._listeners[host, port] = await asyncio.start_server(connect, host, 0)
        found: int = self._listeners[host, port].sockets[0].getsockname()[1]
        return found

    async def _connect(
        self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            there = await asyncio.open_connection(host, port)
        except OSError:
            await _close(writer)
        else:
            said: Said = []
            self.talks.append(said)
            with suppress(asyncio.CancelledError):
                await asyncio.gather(
                    _carry("C", reader, there[1], said), _carry("S", there[0], writer, said)
                )
        finally:
            self._tasks.discard(task)

    async def _end(self) -> None:
        for listener in self._listeners.values():
            listener.close()
        if self._tasks:
            _, lasting = await asyncio.wait(self._tasks, timeout=PATIENCE)
            for task in lasting:
                task.cancel()
            await asyncio.gather(*lasting, return_exceptions=True)


async def _carry(
    side: Side, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: Said
) -> None:
    """Hand on what one side says until it has said all."""
    try:
        while data := await reader.read(65536):
            said.append((side, data))
            writer.write(data)
    except ConnectionError:
        pass
    finally:
        await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
