"""Moves bytes between sockets and a link, in a thread, and events to the client's consumers.

One thread connects and reads. Who sends writes from its own thread, under the lock; what the
socket does not take at once, the thread writes. No code of the user's runs in it. In a flood of
events the handlers' thread reads too, between its calls: `amisdk.streams.HandOver` has the rules.
"""

from __future__ import annotations

import os
import selectors
import socket
import ssl
import threading
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from time import monotonic
from typing import Any, cast

from . import logs
from .dial import Connection, reach, secure
from .errors import AmiError, ConnectionClosed
from .exchange import Exchange
from .link import Link, Phase
from .mailbox import Policy
from .options import FORKED, Options, unreachable
from .stats import Stats
from .streams import EventStream, Handler, HandlerThread, HandOver
from .subscriptions import Dispatcher, Include, Wanted

__all__ = ["Pump"]

_READ = 262_144
"""Bytes of one read: what comes is soon too much for a consumer that is too slow, so that its
policy acts, and replies do not wait behind events that wait for it."""
_READ_HOT = 65_536
"""The same while consumers keep up: they handle what is still in the processor's cache."""
_MUCH = 8_192
"""Bytes of a read that make a flood, in which consumers are given a moment after each."""
_DRAIN = 1.0
"""Seconds that `close` gives handlers to work on what is queued."""
_PATIENCE = 2.0
"""Seconds that `close` waits for threads to end."""
_CATCH_UP = 32
"""Reads that go before a deadline which has passed."""
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class _Whole:
    """Sees to it that what is done to a link is done whole, or costs the connection.

    Ctrl-C may strike between any two steps: what was sent might be sent again, or not be waited
    for. To be used inside the lock, which is a plain one so that it is itself never half held.
    """

    def __init__(self, repair: Callable[[], object]) -> None:
        self._repair = repair

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and not issubclass(kind, Exception):
            self._repair()


class Pump:
    """The blocking side of a client. It does not hold the client, which may be forgotten."""

    def __init__(self, options: Options, dispatcher: Dispatcher) -> None:
        self._lock = threading.RLock()
        self.link = Link(options, dispatcher, self, clock=monotonic, on_end=self._end)
        self._whole = _Whole(self._interrupted)
        self._options = options
        self._dispatcher = dispatcher
        self._context: ssl.SSLContext | None = None
        self._handlers: list[Handler] = []
        self._hand_over = HandOver()
        self._calling = HandlerThread(self._lock, self._hand_over, self._read_on)
        self._streams: weakref.WeakSet[EventStream[Any]] = weakref.WeakSet()
        self._process = os.getpid()
        self._running = False
        self._serving: tuple[socket.socket, socket.socket] | None = None
        """The bell of the thread that looks at what there is to do; None where there is none."""
        self._waiting: set[threading.Event] = set()
        """What rings for those who wait for an action."""
        self._mended = False
        """Whether anything was ever interrupted in the middle of the link's work."""
        self._forgotten = self._leaving = False
        """What the thread is asked to do by who must not wait for the lock."""
        self._released: deque[Callable[[], object]] = deque()
        """What ends subscriptions of streams that nobody holds any more."""
        self._ended = threading.Event()
        self._error: AmiError | None = None
        self._thread: threading.Thread | None = None
        self._attempt: object | None = None
        """Stands for the connection that the link wants; None when it wants none."""
        self._connected: object | None = None
        """The attempt that `_socket` came of."""
        self._socket: Connection | None = None
        self._rest = memoryview(b"")
        """What the socket did not take yet."""
        self._broken: Connection | None = None
        """A socket that takes nothing any more; what it has brought is still to be read."""
        self._reading = True
        self._selector: selectors.BaseSelector | None = None
        self._bell: tuple[socket.socket, socket.socket] | None = None

    # --- what the link wants --------------------------------------------------------------

    def open(self) -> None:
        """Begin to connect."""
        self._attempt = object()
        self._reading = True
        self._ring()

    def drop(self) -> None:
        """End the connection, or the attempt."""
        self._attempt = None
        self._rest = memoryview(b"")
        self._ring()

    def read(self, going_on: bool) -> None:
        """Read, or pause."""
        self._reading = going_on
        self._ring()

    # --- the client's side ----------------------------------------------------------------

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """What guards the link, the dispatcher and the socket.

        Nothing does after a fork: a lock that a thread held then is never released here.
        """
        return nullcontext() if self._forked else self._lock

    @property
    def _forked(self) -> bool:
        return self._process != os.getpid()

    @property
    def _inside(self) -> bool:
        """Whether this thread is in the middle of the link's work."""
        return bool(cast("Any", self._lock)._is_owned())  # noqa: SLF001 - as Condition asks it

    def check_thread(self) -> None:
        """Refuse to be used where it would wait for what cannot come.

        Raises:
            RuntimeError: This is another process, whose threads are not here; or the user's code
                is called while the link works, by a signal for example.
        """
        if self._forked:
            raise RuntimeError(FORKED)
        if self._inside:
            raise RuntimeError(
                "this Client cannot be used from within itself: by a signal handler that has "
                "interrupted it, a logging handler, or the function that gives the secret"
            )

    def send(self, exchange: Exchange[Any], *, wait: bool) -> None:
        """Hand an action to the link, and write as much as the socket takes.

        Raises:
            AmiError: As `Link.send`.
        """
        try:
            with self._lock, self._whole:
                self.link.send(exchange, wait=wait)
                self._write()
        except Exception:
            raise
        except BaseException:  # Ctrl-C: nobody will wait for it
            self.abandon(exchange)
            raise

    def abandon(self, exchange: Exchange[Any]) -> None:
        """Take note that nobody waits for an exchange any more."""
        with self.lock, self._whole:
            self.link.abandon(exchange)

    def stats(self) -> Stats:
        """Return what was counted so far."""
        with self.lock:
            return self.link.stats

    def connect(self) -> None:
        """Connect and log in.

        Raises:
            ConnectFailed: It could not be done.
        """
        opened = threading.Event()
        result: list[AmiError | None] = []

        def on_open(error: AmiError | None) -> None:
            result.append(error)
            opened.set()

        try:
            with self._lock:
                self.link.connect(on_open)
                self._start_thread()
            self._wait(opened)
            [error] = result
            if error is None:
                with self._lock:
                    self._running = True
                    if self._handlers:
                        self._calling.start()
        except BaseException:
            with self._lock:
                self.link.cancel()
            raise
        if error is not None:
            self._join(_PATIENCE)
            raise error

    def _interrupted(self) -> None:
        """Repair what was left half done. Of what was due, somebody might never be told."""
        self._mended = True
        self.link.interrupted()
        for bell in tuple(self._waiting):
            bell.set()

    def wait_for(self, exchange: Exchange[Any], bell: threading.Event) -> None:
        """Wait until there is something new about an action."""
        self._waiting.add(bell)
        try:
            self._hand_over.end()
            self._wait(bell)
        finally:
            self._waiting.discard(bell)
        bell.clear()
        if self._mended and not exchange.done:
            with self._lock:
                if not self.link.knows(exchange):
                    exchange.finish(exchange.lost("a thread was interrupted while it was told"))

    def _wait(self, bell: threading.Event) -> None:
        """Wait for what the link will ring, whatever the pump's own thread is held up by.

        The deadlines of actions are watched here, by who waits for them.
        """
        while True:
            with self._lock:
                due = self.link.next_deadline()
            if bell.wait(None if due is None else max(0.0, due - monotonic()) + 0.05):
                return
            with self._lock, self._whole:
                self._expire()

    def _end(self, error: AmiError | None) -> None:
        self._error = error
        for stream in list(self._streams):
            stream.close(error)
        for handler in self._handlers:
            handler.mailbox.close()
        self._calling.end()
        self._ended.set()

    def wait_closed(self, timeout: float | None) -> bool:
        """Wait until the link has ended; tell whether it has.

        Raises:
            ConnectionClosed: It was lost; `close` is no error.
        """
        if self.link.phase is Phase.NEW:
            return True
        if not self._ended.is_set():
            self.check_thread()
        if not self._ended.wait(timeout):
            return False
        if self._error is not None:
            raise ConnectionClosed(str(self._error)) from self._error
        return True

    def close(self) -> None:
        """End the link, and the threads."""
        if self._forked:
            self._forsake()
            return
        if self._inside:
            # A signal handler has interrupted the link's work, which has to go on first.
            self._leaving = True
            self._ring()
            return
        try:
            with self._lock, self._whole:
                self.link.close()
                self._write()
                self._ring()
            self._wait(self._ended)
        finally:
            with self._lock, self._whole:
                self.link.abort()
        if not self._calling.join(_DRAIN):
            for handler in self._handlers:
                handler.mailbox.close(drop=True)
        self._calling.join(_PATIENCE)
        self._join(_PATIENCE)

    def _join(self, timeout: float) -> None:
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def forgotten(self) -> None:
        """Clean up after a client that nobody holds any more.

        The garbage collector calls it, in any thread and in the middle of anything: it must not
        wait for the lock.
        """
        if self.link.phase in (Phase.NEW, Phase.CLOSED):
            return
        if self._forked:
            self._forsake()
            return
        self._forgotten = True
        self._wake()
        text = "a Client of {}:{} was not closed".format(*self._options.address)
        warnings.warn(text, ResourceWarning, stacklevel=3, source=self)

    def _release(self, unsubscribe: Callable[[], object], may_wait: bool) -> None:
        """End the subscription of a stream; one that is forgotten is as a client that is."""
        if self._forked:
            return
        if may_wait:
            with self._lock:
                unsubscribe()
        else:
            self._released.append(unsubscribe)
            self._wake()

    def _forsake(self) -> None:
        """Close this process's hold on a connection that belongs to another one."""
        if self._socket is not None:
            self._socket.close()

    # --- events ---------------------------------------------------------------------------

    def handler(self, function: Callable[[Any], Any], size: int, policy: Policy) -> Handler:
        """Make the handler of a function; its events begin when it is subscribed."""
        handler = Handler(function, self._calling, self._dispatcher, size=size, policy=policy)
        self._handlers.append(handler)
        if self._running:
            self._calling.start()
        return handler

    def dismiss(self, handler: Handler) -> None:
        """End a handler."""
        handler.mailbox.close(drop=True)
        self._handlers.remove(handler)

    def stream(
        self, wanted: Sequence[Wanted], include: Include, size: int, policy: Policy
    ) -> EventStream[Any]:
        """Make a stream of events."""
        with self._lock:
            stream: EventStream[Any] = EventStream(
                self._dispatcher,
                wanted,
                include,
                lock=self._lock,
                hand_over=self._hand_over,
                size=size,
                policy=policy,
                check=self.check_thread,
                release=self._release,
            )
            self._streams.add(stream)
            if self._ended.is_set():
                stream.close(self._error)
        return stream

    # --- the thread -----------------------------------------------------------------------

    def _start_thread(self) -> None:
        if self._serving is not None:
            return
        self._bell = bell = socket.socketpair()
        try:
            for end in bell:
                end.setblocking(False)
            self._serving = bell
            thread = threading.Thread(
                target=self._run, args=(bell,), name="amisdk reads", daemon=True
            )
            thread.start()
        except BaseException:
            self._serving = None  # should it have begun all the same, it ends at once
            for end in bell:
                end.close()
            raise
        self._thread = thread

    def _ring(self) -> None:
        """Have the thread look again at what there is to do, before it sleeps again."""
        if self._thread is not threading.current_thread():
            self._wake()

    def _wake(self) -> None:
        """End the thread's sleep, or its next one."""
        self._hand_over.end()
        if self._bell is not None and not self._forked:
            with suppress(OSError):  # it is full, or the thread has just ended
                self._bell[1].send(b"\0")

    def _run(self, bell: tuple[socket.socket, socket.socket]) -> None:
        with selectors.DefaultSelector() as selector, bell[0], bell[1]:
            with self._lock:
                if self._serving is not bell:
                    return
                self._selector = selector
                selector.register(bell[0], selectors.EVENT_READ)
            try:
                while self._step():
                    pass
            except BaseException as error:
                with self._lock:
                    self._leave()
                    self._fail(error)
                raise

    def _fail(self, error: BaseException) -> None:
        """End the client, since one of its threads ends by what should not have happened."""
        kind = type(error).__name__
        self.link.abort(ConnectionClosed(f"the client's thread ended by {kind}"))

    def _leave(self) -> None:
        """Take note that the thread ends; from here on another one may begin."""
        self._hang_up()
        self._selector = self._serving = None

    def _step(self) -> bool:
        """Do one thing; tell whether there is more to do."""
        with self._lock:
            self._do_what_was_asked()
            attempt = self._attempt
            if self.link.phase in (Phase.NEW, Phase.CLOSED) and attempt is None:
                self._leave()
                return False
            if self._socket is not None and self._connected is not attempt:
                self._hang_up()
        if attempt is not None and self._connected is not attempt:
            self._connect(attempt)
        else:
            self._turn()
        return True

    def _do_what_was_asked(self) -> None:
        """Do what others could not, who must not wait for the lock."""
        while self._released:
            self._released.popleft()()
        if self._forgotten:
            self.link.abort()
        elif self._leaving:
            self._leaving = False
            self.link.close()
            self._write()

    def _hang_up(self) -> None:
        if self._socket is not None:
            if self._selector is not None:
                with suppress(KeyError, ValueError):
                    self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = self._connected = self._broken = None

    def _turn(self) -> None:
        """Wait for something to happen, and see to it."""
        connection = self._socket
        with self._lock:
            if connection is not None:
                self._watch(connection)
        ready = self._sleep()
        size = 0
        if ready.get(connection, 0) & selectors.EVENT_READ:
            size = _READ_HOT if self._hand_over.begin() else _READ
        if self._serve(connection, size) and not self._waiting:
            self._hand_over.wait()

    def _serve(self, connection: Connection | None, size: int) -> bool:
        """Read so many bytes, write, and see to deadlines; tell whether much came."""
        much = False
        with self._lock:
            self._do_what_was_asked()  # for as long as there is a flood, nobody else may look
            if connection is not None and self._connected is self._attempt is not None:
                if size and self._reading:
                    much = self._read(connection, size) > _MUCH
                self._write()
            self._expire()
            self._write()
        return much

    def _read_on(self) -> bool:
        """Read in the handlers' thread, while it has nothing else to do; tell whether much came."""
        if self._forked:
            return False
        with self._lock:
            try:
                return self._serve(self._socket, _READ_HOT)
            except Exception as error:  # noqa: BLE001 - handlers still have what came before
                logs.session.exception("reading failed")
                self._fail(error)
                return False

    def _expire(self) -> None:
        """Let deadlines count, but not before what is there already.

        This thread may be late, as all are in a process that was stopped for a while.
        """
        due = self.link.next_deadline()
        if due is not None and due <= monotonic():
            for _ in range(_CATCH_UP):
                connection = self._socket
                if connection is None or self._attempt is None or not self._reading:
                    break
                if self._connected is not self._attempt or not self._read(connection):
                    break
        self.link.expire()

    def _watch(self, connection: Connection) -> None:
        assert self._selector is not None
        events = (selectors.EVENT_READ if self._reading else 0) | (
            selectors.EVENT_WRITE if self._rest else 0
        )
        known = connection in self._selector.get_map()
        if not events:
            if known:
                self._selector.unregister(connection)
        elif known:
            self._selector.modify(connection, events)
        else:
            self._selector.register(connection, events)

    def _sleep(self) -> dict[Any, int]:
        """Wait until a socket is ready, the bell rings or time is up; return what is ready."""
        assert self._selector is not None
        assert self._bell is not None
        with self._lock:
            due = self.link.next_deadline()
        ready = self._selector.select(None if due is None else max(0.0, due - monotonic()))
        found = {key.fileobj: events for key, events in ready}
        if self._bell[0] in found:
            with suppress(BlockingIOError):
                self._bell[0].recv(4096)
        return found

    def _read(self, connection: Connection, size: int = _READ) -> int:
        """Read what is there, up to a size; return how many bytes."""
        try:
            data = connection.recv(size)
            if data and isinstance(connection, ssl.SSLSocket):
                # What TLS has decrypted already does not make the socket readable.
                while more := connection.pending():
                    data += connection.recv(more)
        except _NOT_NOW:
            return 0
        except OSError as error:
            self._lose(error)
            return 0
        if data:
            self.link.receive_data(data)
        else:
            self._lose(None)
        return len(data)

    def _lose(self, error: OSError | None) -> None:
        self._attempt = None
        self.link.receive_eof(error)

    def _write(self) -> None:
        """Write what the socket takes. What it does not take stays in the link, not sent."""
        connection = self._socket
        if connection is None or self._connected is not self._attempt or self._attempt is None:
            return
        if connection is self._broken:
            return  # nothing more is taken for sent
        try:
            while True:
                self._rest = self._rest or memoryview(self.link.data_to_send())
                if not self._rest:
                    return
                self._rest = self._rest[connection.send(self._rest) :]
        except _NOT_NOW:
            self._ring()
        except OSError:
            self._rest = memoryview(b"")
            self._broken = connection  # reading tells what has become of it

    # --- connecting -----------------------------------------------------------------------

    def _connect(self, attempt: object) -> None:
        """Make the connection for an attempt, while it is wanted."""
        host, port = self._options.address
        try:
            if self._options.ssl and self._context is None:
                self._context = self._options.ssl_context()
            wait = partial(self._await, attempt)
            connection: Connection | None = reach(host, port, wait)
            if connection is not None and self._context is not None:
                name = self._options.server_hostname or host
                connection = secure(connection, self._context, name, wait)
        except (OSError, UnicodeError) as error:
            with self._lock:
                if self._attempt is attempt:
                    self._attempt = None
                    tls = self._context is not None
                    self.link.transport_failed(unreachable(host, port, error, tls=tls))
            return
        if connection is None:
            return
        with self._lock:
            self._socket, self._connected = connection, attempt
            self._rest = memoryview(b"")

    def _await(self, attempt: object, connection: Connection, wanted: int) -> bool:
        """Wait until a socket is ready; False when its connection is not wanted any more."""
        assert self._selector is not None
        self._selector.register(connection, wanted)
        try:
            while True:
                ready = self._sleep()
                with self._lock:
                    self.link.expire()
                    if self._attempt is not attempt:
                        return False
                if connection in ready:
                    return True
        finally:
            self._selector.unregister(connection)
