"""The server's end of a connection, for a script to play: well, badly, or not at all."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from typing import NoReturn

from amisdk.headers import Headers, split_header

__all__ = ["GREETING", "Peer"]

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
_LINGER = 1.0
"""Seconds that a client may take to close its end."""


class Peer:
    """One client's connection, seen from the server.

    Its methods are for the script, in the server's thread; `ScriptedServer.call` and
    `ScriptedServer.run` reach them from elsewhere.

    Args:
        reader: What the client sends.
        writer: What goes to the client.
        number: Which connection of the server this is, from 0.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int = 0
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.number = number
        self.chunk: int | None = None
        """Bytes that leave in one segment at the most; None for no limit."""
        self.room: int | None = None
        """Bytes that may still be sent before the connection is cut; None for no limit."""

    # --- what the client says -------------------------------------------------------------

    async def action(self) -> Headers:
        """Read one action."""
        data = await self.reader.readuntil(b"\r\n\r\n")
        lines = data.decode("utf-8", "surrogateescape").strip("\r\n").split("\r\n")
        return Headers(split_header(line) for line in lines)

    async def actions(self, count: int) -> list[Headers]:
        """Read several actions."""
        return [await self.action() for _ in range(count)]

    async def gone(self) -> None:
        """Wait until the client has logged off, or closed its end; answer nothing else."""
        while True:
            action = await self.action()
            if action["Action"] == "Logoff":
                self.respond(action, response="Goodbye")
                return

    # --- what it is told ------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            ConnectionAbortedError: `room` is used up. It ends the script, and so the connection.
        """
        cut = self.room is not None and len(data) >= self.room
        if self.room is not None:
            data = data[: self.room]
            self.room -= len(data)
        size = self.chunk or len(data) or 1
        for start in range(0, len(data), size):
            self.writer.write(data[start : start + size])
        if cut:
            raise ConnectionAbortedError("the connection was cut, as the script wished")

    def write(self, *lines: str, end: bytes = b"\r\n\r\n") -> None:
        """Send one message."""
        self.send("\r\n".join(lines).encode("utf-8", "surrogateescape") + end)

    def respond(self, action: Headers, *lines: str, response: str = "Success") -> None:
        """Send the response to an action."""
        self.write(f"Response: {response}", f"ActionID: {action['ActionID']}", *lines)

    def event(self, name: str, *lines: str, of: Headers | None = None) -> None:
        """Send an event, which may belong to the reply of an action."""
        own = [] if of is None else [f"ActionID: {of['ActionID']}"]
        self.write(f"Event: {name}", *own, *lines)

    async def login(self) -> Headers:
        """Greet, and let anybody in; return the Login."""
        self.send(GREETING)
        action = await self.action()
        if action["Action"] == "Challenge":
            self.respond(action, "Challenge: 1234")
            action = await self.action()
        self.respond(action, "Message: Authentication accepted")
        return action

    async def answer(self) -> None:
        """Answer every action with Success, until the client has logged off or gone."""
        while True:
            action = await self.action()
            leaving = action["Action"] == "Logoff"
            self.respond(action, response="Goodbye" if leaving else "Success")
            if leaving:
                return

    async def serve(self) -> None:
        """Let anybody in, and answer every action."""
        await self.login()
        await self.answer()

    # --- faults ---------------------------------------------------------------------------

    def half_close(self) -> None:
        """Send FIN, and go on reading."""
        self.writer.write_eof()

    async def hang_up(self) -> None:
        """Send FIN, and close when the client has done so too, or does not in a moment.

        A close with bytes of the client's unread would be a reset, and what was sent last lost.
        """
        if self.writer.can_write_eof():
            self.writer.write_eof()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LINGER):
                    while await self.reader.read(65536):
                        pass
        self.writer.close()
        await self.writer.wait_closed()

    def reset(self) -> None:
        """Send RST: what was not sent yet, and what the client did not read yet, is lost."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def stop_reading(self) -> None:
        """Read nothing more, so that the client cannot write for ever."""
        self.writer.transport.pause_reading()  # type: ignore[attr-defined]
        # Else the kernel may take more and more, some time after it has been full.
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)

    async def silence(self) -> NoReturn:
        """Keep the connection and say nothing more, until the server ends."""
        await asyncio.get_running_loop().create_future()
        raise AssertionError  # nobody sets it
