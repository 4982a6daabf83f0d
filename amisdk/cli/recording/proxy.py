"""Stands between clients and a server, and keeps what both say, with its times."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from time import monotonic

from amisdk.testing import Peer, ScriptedServer
from amisdk.transcripts import Side

__all__ = ["Proxy", "Said"]

Said = list[tuple[Side, bytes, float]]
"""What the two sides of a connection said, as it was read, and when."""


class Proxy(ScriptedServer):
    """Listens on 127.0.0.1 and connects each client to a server.

    Args:
        host: The server.
        port: The server's port.
        port_here: Where to listen; 0 for any free port.
        context: How to speak TLS with the server; None for plain TCP. Clients speak plainly.
        hostname: The name that the certificate must have, if it is not the host.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        port_here: int = 0,
        context: ssl.SSLContext | None = None,
        hostname: str | None = None,
    ) -> None:
        super().__init__(self._connect, port=port_here)
        self._there = host, port
        self._context = context
        self._hostname = hostname
        self.talks: list[Said] = []
        """What was said on each connection."""
        self.unreached: OSError | None = None
        """Why the server could not be reached, if it could not."""

    async def _connect(self, peer: Peer) -> None:
        host, port = self._there
        name = (self._hostname or host) if self._context else None
        try:
            reader, writer = await asyncio.open_connection(
                host, port, ssl=self._context, server_hostname=name
            )
        except OSError as error:
            self.unreached = error
            return
        said: Said = []
        self.talks.append(said)
        began = monotonic()
        try:
            await asyncio.gather(
                _carry("C", peer.reader, writer, said, began),
                _carry("S", reader, peer.writer, said, began),
            )
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _carry(
    side: Side,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    said: Said,
    began: float,
) -> None:
    """Hand on what one side says until it has said all."""
    with suppress(OSError):
        while data := await reader.read(65536):
            said.append((side, data, monotonic() - began))
            writer.write(data)
            await writer.drain()
    if writer.can_write_eof():
        with suppress(OSError):
            writer.write_eof()
    else:
        writer.close()
