"""Moves bytes between an asyncio transport and a session."""

from __future__ import annotations

import asyncio

from .session import Session, State

__all__ = ["Pump"]


class Pump(asyncio.Protocol):
    """Moves bytes between a transport and a session, and tells the session the time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.session: Session
        self._transport: asyncio.Transport | None = None
        self._flushing = False
        self._paused = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Give the session what was read."""
        self.session.receive_data(data)
        self.flush_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the session."""
        self.session.receive_eof(exc)
        if self._timer is not None:
            self._timer.cancel()

    def pause_writing(self) -> None:
        """Keep actions in the session while the server does not read: they are not sent yet."""
        self._paused = True

    def resume_writing(self) -> None:
        """Write again."""
        self._paused = False
        self.flush_soon()

    def flush_soon(self) -> None:
        """Write at the end of this turn of the loop: actions sent together leave together."""
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if self._transport is None:
            return
        if self.session.state is State.CLOSED:
            self._transport.close()
            return
        if not self._paused:
            data = self.session.data_to_send()
            if data:
                self._transport.write(data)
        self._watch_clock()

    def _watch_clock(self) -> None:
        due = self.session.next_deadline()
        if self._timer is not None:
            if due is not None and self._timer.when() <= due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.session.expire()
        self._watch_clock()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
