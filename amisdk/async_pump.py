"""Moves bytes between asyncio transports and a link, and events to the client's consumers."""

from __future__ import annotations

import asyncio
import ssl
import threading
import warnings
import weakref
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from time import monotonic
from typing import Any

from . import process
from .async_streams import AsyncEventStream, AsyncHandler, current_task
from .errors import AmiError, ConnectionClosed
from .exchange import Exchange
from .link import Link, Phase
from .mailbox import Policy
from .options import FORKED, Options, unreachable
from .stats import Stats
from .subscriptions import Dispatcher, Include, Wanted

__all__ = ["AsyncPump", "settle", "wake"]

_DRAIN = 1.0
"""Seconds that `close` gives handlers to work on what is queued."""
_PATIENCE = 2.0
"""Seconds that `close` waits for handlers to end after they were cancelled."""
_CATCH_UP = 8
"""Reads that go before a deadline which has passed."""
_READ = 65_536
"""Bytes that are read at once: the events in them are still in the processor's cache when they
are delivered. asyncio's own 256 KiB cost a fifth more."""
_STALL = 0.1
"""Seconds that two turns of a loop take only if it, or the process, stood still."""


def wake(waiter: asyncio.Future[None], _: Exchange[Any]) -> None:
    """Tell who waits for an exchange. The future does not hold it, as it holds the future."""
    if not waiter.done() and not waiter.get_loop().is_closed():
        waiter.set_result(None)


def settle(future: asyncio.Future[Any], result: object) -> None:
    """Give a future its result, unless it has one, was cancelled, or its loop is closed."""
    if not future.done() and not future.get_loop().is_closed():
        future.set_result(result)


class _Connection(asyncio.BufferedProtocol):
    """One connection; it is the pump's until the link has it dropped."""

    def __init__(self, pump: AsyncPump) -> None:
        self._pump = pump
        self._buffer = memoryview(bytearray(_READ))
        self.transport: asyncio.Transport | None = None
        self.paused = False
        """Whether the server does not read: actions stay in the session, not sent yet."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        if self._pump.connection is not self:
            transport.abort()  # type: ignore[attr-defined]

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._pump.connection is self:
            self._pump.receive_data(bytes(self._buffer[:nbytes]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._pump.connection is self:
            self._pump.connection = None
            self._pump.link.receive_eof(exc)
            self._pump.flush_soon()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self._pump.flush_soon()


class AsyncPump:
    """The asyncio side of a client. It does not hold the client, which may be forgotten."""

    lock = nullcontext()
    """What guards the link: nothing, as all runs in one thread."""

    def __init__(self, options: Options, dispatcher: Dispatcher) -> None:
        self.link = Link(options, dispatcher, self, clock=monotonic, on_end=self._end)
        self.connection: _Connection | None = None
        self._options = options
        self._dispatcher = dispatcher
        self._context: ssl.SSLContext | None = None
        self._handlers: list[AsyncHandler] = []
        self._streams: weakref.WeakSet[AsyncEventStream[Any]] = weakref.WeakSet()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._process = process.current
        self._running = False
        self._opening: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[AmiError | None] | None = None
        self._error: AmiError | None = None
        """Why the link has ended, if not by `close`."""
        self._flushing = False
        self._reads = 0
        self._timer: asyncio.Handle | None = None
        self._timer_due = 0.0

    # --- what the link wants --------------------------------------------------------------

    def open(self) -> None:
        """Begin to connect."""
        assert self._loop is not None
        self.connection = _Connection(self)
        opening = self._open(self._loop, self.connection)
        self._opening = self._loop.create_task(opening, name="amisdk connects")

    async def _open(self, loop: asyncio.AbstractEventLoop, connection: _Connection) -> None:
        host, port = self._options.address
        try:
            if self._options.ssl and self._context is None:
                self._context = self._options.ssl_context()
            await loop.create_connection(
                lambda: connection,
                host,
                port,
                ssl=self._context,
                server_hostname=self._options.server_hostname if self._context else None,
            )
        except (OSError, UnicodeError) as error:  # UnicodeError: a host that is no name
            if self.connection is connection:
                self.connection = None
                tls = self._context is not None
                self.link.transport_failed(unreachable(host, port, error, tls=tls))
                self.flush_soon()

    def drop(self) -> None:
        """End the connection, or the attempt."""
        connection, self.connection = self.connection, None
        with suppress(RuntimeError):  # the loop is closed, and its transports with it
            if connection is not None and connection.transport is not None:
                connection.transport.abort()
            opening = self._opening
            if opening is not None and not opening.done() and opening is not current_task():
                opening.cancel()

    def read(self, going_on: bool) -> None:
        """Read, or pause."""
        transport = self.connection.transport if self.connection is not None else None
        if transport is not None and not transport.is_closing():
            if going_on:
                transport.resume_reading()
            else:
                transport.pause_reading()
        self.flush_soon()

    # --- bytes and time -------------------------------------------------------------------

    def receive_data(self, data: bytes) -> None:
        """Take bytes that were read."""
        self._reads += 1
        self.link.receive_data(data)
        if self.link.idle:
            self._watch_clock()
        else:  # who was answered may go on with the next action, and others with theirs
            self.flush_soon()

    def flush_soon(self) -> None:
        """Write in the next turn of the loop: actions sent together leave together."""
        if not self._flushing and self._loop is not None and not self._loop.is_closed():
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        self._write()
        self._watch_clock()

    def _write(self) -> None:
        connection = self.connection
        transport = (
            connection.transport if connection is not None and not connection.paused else None
        )
        if transport is not None and not transport.is_closing():  # else nothing is taken for sent
            data = self.link.data_to_send()
            if data:
                transport.write(data)

    def _watch_clock(self) -> None:
        due = self.link.next_deadline()
        if self._timer is not None:
            if due is not None and self._timer_due <= due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None and self._loop is not None:
            self._timer_due = due
            self._timer = self._loop.call_later(max(0.0, due - monotonic()), self._ring)

    def _ring(self) -> None:
        self._look_soon(_CATCH_UP)

    def _look_soon(self, turns: int) -> None:
        """Let deadlines count when the loop has read what is there already.

        In a process that was stopped for a while, the loop comes to its clock first.
        """
        assert self._loop is not None
        now = monotonic()
        self._timer = self._loop.call_soon(self._look_next, self._reads, now, turns)
        self._timer_due = 0.0  # nothing is due before it

    def _look_next(self, reads: int, began: float, turns: int) -> None:
        # What the loop has found to read for this turn, it reads after this call.
        assert self._loop is not None
        self._timer = self._loop.call_soon(self._look, reads, began, turns)

    def _look(self, reads: int, began: float, turns: int) -> None:
        self._timer = None
        if turns and (reads != self._reads or monotonic() - began > _STALL):
            self._look_soon(turns - 1)
        else:
            self.link.expire()
            self._flush()

    # --- the client's side ----------------------------------------------------------------

    def send(self, exchange: Exchange[Any], *, wait: bool) -> None:
        """Hand an action to the link.

        Raises:
            AmiError: As `Link.send`.
        """
        alone = self.link.idle and not self._flushing
        self.link.send(exchange, wait=wait)
        if not alone:
            self.flush_soon()
            return
        # To wait for others would cost a turn of the loop, and nearly always in vain.
        self._write()
        if self._timer is None or (exchange.due is not None and exchange.due < self._timer_due):
            self._watch_clock()

    def abandon(self, exchange: Exchange[Any]) -> None:
        """Take note that nobody waits for an exchange any more."""
        self.link.abandon(exchange)

    def stats(self) -> Stats:
        """Return what was counted so far."""
        return self.link.stats

    @property
    def _forked(self) -> bool:
        return self._process is not process.current

    def check_thread(self) -> None:
        """Refuse to be used from another thread than the one that connected.

        Raises:
            RuntimeError: It is another thread, or another process.
        """
        if self._forked:
            raise RuntimeError(FORKED)
        if self._thread and self._thread != threading.get_ident():
            raise RuntimeError(
                "this AsyncClient belongs to another thread; use "
                "asyncio.run_coroutine_threadsafe, or the blocking Client"
            )

    def check_loop(self) -> asyncio.AbstractEventLoop:
        """Refuse to be used from another event loop than the one that connected; return it.

        Raises:
            RuntimeError: It is another loop, another thread or another process.
        """
        if self._thread != threading.get_ident() or self._process is not process.current:
            self.check_thread()
        running = asyncio.get_running_loop()
        if self._loop is not running and self._loop is not None:
            raise RuntimeError("this AsyncClient belongs to another event loop; make one for each")
        return running

    async def connect(self) -> None:
        """Connect and log in.

        Raises:
            ConnectFailed: It could not be done.
        """
        self._loop = loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        opened: asyncio.Future[AmiError | None] = loop.create_future()
        self._ended = loop.create_future()
        self.link.connect(partial(settle, opened))
        self.flush_soon()
        try:
            error = await opened
        except BaseException:
            self.link.cancel()
            raise
        finally:
            self._flush()
        if error is not None:
            raise error
        self._running = True
        for handler in self._handlers:
            handler.start()

    def _end(self, error: AmiError | None) -> None:
        self._error = error
        for stream in list(self._streams):
            stream.close(error)
        for handler in self._handlers:
            handler.finish()
        if self._ended is not None:
            settle(self._ended, error)

    async def wait_closed(self) -> None:
        """Wait until the link has ended.

        Raises:
            ConnectionClosed: It was lost; `close` is no error.
        """
        if self._ended is None:
            return
        if self.link.phase is not Phase.CLOSED:
            self.check_loop()
            await asyncio.shield(self._ended)
        if self._error is not None:
            raise ConnectionClosed(str(self._error)) from self._error

    async def close(self) -> None:
        """End the link, and the handlers."""
        if self._forked:
            return  # the connection is the other process's
        self.check_thread()
        if self._loop is None or self._ended is None:
            self.link.abort()
            return
        if self._loop is not asyncio.get_running_loop():
            self._abort()  # its loop is over, or stands still: nobody can be waited for
            return
        try:
            self.link.close()
            self._flush()
            await asyncio.shield(self._ended)
        finally:
            self.link.abort()
            self._flush()
            for handler in self._handlers:
                handler.finish()  # those that were added since
        tasks = [handler.task for handler in self._handlers if handler.task is not None]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=_DRAIN)
        finally:
            for handler in self._handlers:
                handler.cancel()
        if self._opening is not None and self._opening is not asyncio.current_task():
            tasks.append(self._opening)
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE)

    def _abort(self) -> None:
        self.link.abort()
        self._watch_clock()

    def forgotten(self) -> None:
        """Clean up after a client that nobody holds any more; any thread may find that out."""
        loop = self._loop
        if loop is None or self._forked or self.link.phase in (Phase.NEW, Phase.CLOSED):
            return
        with suppress(RuntimeError):  # it is closed, and its transports with it
            loop.call_soon_threadsafe(self._abort)
        text = "an AsyncClient of {}:{} was not closed".format(*self._options.address)
        warnings.warn(text, ResourceWarning, stacklevel=3, source=self)

    # --- events ---------------------------------------------------------------------------

    def handler(self, function: Callable[[Any], Any], size: int, policy: Policy) -> AsyncHandler:
        """Make the handler of a function; its events begin when it is subscribed."""
        handler = AsyncHandler(function, self._dispatcher, size=size, policy=policy)
        self._handlers.append(handler)
        if self._running:
            handler.start()
        return handler

    def dismiss(self, handler: AsyncHandler) -> None:
        """End a handler."""
        handler.cancel()
        self._handlers.remove(handler)

    def stream(
        self, wanted: Sequence[Wanted], include: Include, size: int, policy: Policy
    ) -> AsyncEventStream[Any]:
        """Make a stream of events."""
        stream: AsyncEventStream[Any] = AsyncEventStream(
            self._dispatcher,
            wanted,
            include,
            size=size,
            policy=policy,
            check=self.check_loop,
            release=self._release,
        )
        self._streams.add(stream)
        if self.link.phase is Phase.CLOSED:
            stream.close(self._error)
        return stream

    def _release(self, unsubscribe: Callable[[], object]) -> None:
        """Call what ends a subscription, in the loop's thread: any may find a stream forgotten."""
        loop = self._loop
        if loop is None or loop.is_closed() or self._thread == threading.get_ident():
            unsubscribe()
        else:
            with suppress(RuntimeError):  # it was closed just now
                loop.call_soon_threadsafe(unsubscribe)
