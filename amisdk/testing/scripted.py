"""A server on 127.0.0.1 that does to its clients what a script says.

It runs in a thread with an event loop of its own, so that it serves blocking and asyncio clients
alike, and a client that holds up its own loop does not hold up the server.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic
from typing import Any, TypeVar

from .lifetime import Lifetime
from .peer import Peer

__all__ = ["Script", "ScriptedServer"]

T = TypeVar("T")

Script = Callable[[Peer], Awaitable[object]]
"""What is played to each client; its connection ends when the script does."""

_LONGEST_ACTION = 16_777_216
_ARRIVAL = 5
"""Turns of a loop in which a connection that was accepted reaches its protocol, and more."""
_PATIENCE = 10.0
"""Seconds that the thread may take to begin and to end."""


class ScriptedServer(Lifetime):
    """Plays a script to each client that connects.

    ::

        async def refuse(peer: Peer) -> None:
            peer.send(GREETING)
            peer.respond(await peer.action(), "Message: Too bad", response="Error")

        with ScriptedServer(refuse) as server:
            client = Client("127.0.0.1", server.port, username="a", secret="b")

    It is a context manager of both kinds. What a script raises is raised when it ends, beside
    the errors of a connection that is gone.

    Args:
        script: What to play.
        port: The port to listen on; 0 for any free one.
        ssl: The context to speak TLS with; None for plain TCP.
    """

    def __init__(self, script: Script, *, port: int = 0, ssl: ssl.SSLContext | None = None) -> None:
        self.port = port
        """Where it listens; it keeps the number when it listens again."""
        self.arrivals: list[float] = []
        """When each client connected, by the monotonic clock."""
        self.peers: list[Peer] = []
        """The connections that are open, in their order."""
        self.faults: list[BaseException] = []
        """What scripts have raised."""
        self._script = script
        self._ssl = ssl
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ended: asyncio.Future[None] | None = None
        self._playing: set[asyncio.Task[None]] = set()

    # --- its life -------------------------------------------------------------------------

    def listen(self) -> None:
        """Begin to listen. It may be called again after `shut`.

        Raises:
            OSError: The port is taken.
            RuntimeError: It listens already.
        """
        if self._thread is not None:
            raise RuntimeError(f"the server listens already, at port {self.port}")
        ready: Future[None] = Future()
        thread = threading.Thread(
            target=asyncio.run, args=(self._main(ready),), name="amisdk tests serve", daemon=True
        )
        thread.start()
        ready.result(_PATIENCE)
        self._thread = thread

    def shut(self) -> None:
        """Drop all connections and stop listening. Harmless when it does not listen."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        loop, self._loop = self._loop, None
        if loop is not None and self._ended is not None:
            loop.call_soon_threadsafe(self._ended.set_result, None)
        thread.join(_PATIENCE)
        if thread.is_alive():
            raise RuntimeError("a script does not end, though it was cancelled")

    def tell_faults(self, error: BaseException | None) -> None:
        """Raise what a script has raised, or note it on an error that is raised already."""
        for fault in self.faults:
            if error is None:
                raise fault
            error.add_note(f"a script raised {fault!r}")

    # --- from other threads ---------------------------------------------------------------

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function in the server's thread; without effect when it does not listen.

        What one thread has called so is carried out in that order, and before the server reads
        what a client sends afterwards.
        """
        loop = self._loop
        if loop is None:
            return
        if asyncio._get_running_loop() is loop:  # noqa: SLF001 - it may be called anywhere
            function(*arguments)
        else:
            loop.call_soon_threadsafe(function, *arguments)

    def do(self, function: Callable[[], T]) -> T:
        """Carry a function out in the server's thread, and return its result.

        When the server does not listen there is nobody to meet, and it is carried out here.
        """
        loop = self._loop
        if loop is None or asyncio._get_running_loop() is loop:  # noqa: SLF001 - as above
            return function()
        done: Future[T] = Future()

        def carry_out() -> None:
            try:
                done.set_result(function())
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                done.set_exception(error)

        loop.call_soon_threadsafe(carry_out)
        return done.result(_PATIENCE)

    def later(self, seconds: float, function: Callable[[], object]) -> None:
        """Carry a function out after some seconds; at once if there are none to wait.

        It is for the server's thread. What the function raises is raised when the server ends.
        """
        if seconds <= 0:
            function()
            return

        def carry_out() -> None:
            try:
                function()
            except BaseException as fault:  # noqa: BLE001 - as a script's
                self.faults.append(fault)

        if self._loop is None:
            raise RuntimeError("the server does not listen, so nothing can happen in it later")
        self._loop.call_later(seconds, carry_out)

    def run(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run something beside the scripts, until the server ends; return what to wait for."""
        loop = self._loop
        if loop is None:
            work.close()
            raise RuntimeError("the server does not listen")
        return asyncio.run_coroutine_threadsafe(work, loop)

    # --- in the thread --------------------------------------------------------------------

    async def _main(self, ready: Future[None]) -> None:
        loop = asyncio.get_running_loop()
        self._ended = ended = loop.create_future()
        try:
            server = await asyncio.start_server(
                self._arrive, "127.0.0.1", self.port, ssl=self._ssl, limit=_LONGEST_ACTION
            )
        except OSError as error:
            ready.set_exception(error)
            return
        self.port = server.sockets[0].getsockname()[1]
        self._loop = loop
        ready.set_result(None)
        await ended
        server.close()
        for _ in range(_ARRIVAL):
            await asyncio.sleep(0)  # what was accepted this moment arrives, so that it can be ended
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for peer in self.peers:  # those whose scripts had no time to begin
            peer.writer.transport.abort()
        self.peers.clear()
        await asyncio.sleep(0)  # their sockets are closed

    def _arrive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer, len(self.arrivals))
        self.arrivals.append(monotonic())
        self.peers.append(peer)
        task = asyncio.get_running_loop().create_task(self._play(peer))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def _play(self, peer: Peer) -> None:
        try:
            with suppress(OSError, EOFError):  # the connection is gone
                await self._script(peer)
            with suppress(OSError, EOFError):
                await peer.hang_up()
        except asyncio.CancelledError:
            pass  # the server ends
        except BaseException as fault:  # noqa: BLE001 - it is raised when the server ends
            self.faults.append(fault)
        finally:
            peer.writer.close()
            await asyncio.sleep(0)
            peer.writer.transport.abort()  # of what is not flushed by now
            self.peers.remove(peer)
