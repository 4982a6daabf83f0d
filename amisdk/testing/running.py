"""A server's life: when it listens, and where."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from .engine import Engine
from .lifetime import Lifetime
from .peer import Peer
from .scripted import ScriptedServer

__all__ = ["Running"]

T = TypeVar("T")


class Running(Lifetime):
    """What a `FakeAsterisk` is as a server in a thread of its own."""

    username: str
    """The user who may log in."""
    _engine: Engine

    def __init__(self, port: int, context: ssl.SSLContext | None) -> None:
        self._scripted = ScriptedServer(self._serve, port=port, ssl=context)
        self._scheme = "ami" if context is None else "amis"

    async def _serve(self, peer: Peer) -> None:
        await self._engine.serve(peer)

    def _do(self, work: Callable[[], T]) -> T:
        """Carry something out in the server's thread."""
        return self._scripted.do(work)

    @property
    def port(self) -> int:
        """Where it listens; it keeps the number when it listens again."""
        return self._scripted.port

    @property
    def secret(self) -> str:
        """The user's secret; it may be changed."""
        return self._engine.users[self.username].secret

    @secret.setter
    def secret(self, secret: str) -> None:
        users = self._engine.users
        users[self.username] = replace(users[self.username], secret=secret)

    @property
    def arrivals(self) -> list[float]:
        """When each client connected, by the monotonic clock."""
        return self._scripted.arrivals

    @property
    def url(self) -> str:
        """What `AsyncClient.from_url` and `Client.from_url` take; it holds the secret."""
        user = f"{quote(self.username, safe='')}:{quote(self.secret, safe='')}"
        return f"{self._scheme}://{user}@127.0.0.1:{self.port}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._scheme}://127.0.0.1:{self.port}>"

    def listen(self) -> None:
        """Begin to listen. It may be called again after `shut`.

        Raises:
            OSError: The port is taken.
            RuntimeError: It listens already.
        """
        self._scripted.listen()

    def shut(self) -> None:
        """Drop all connections and stop listening. Harmless when it does not listen."""
        self._scripted.shut()

    def tell_faults(self, error: BaseException | None) -> None:
        """Raise what went wrong in the server, or note it on an error that is raised already."""
        self._scripted.tell_faults(error)

    @property
    def sessions(self) -> int:
        """How many clients are connected."""
        return self._do(lambda: len(self._engine.sessions))
