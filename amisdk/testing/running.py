"""A server's life: when it listens, and where."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

from .engine import Engine
from .peer import Peer
from .scripted import ScriptedServer

__all__ = ["Running"]

T = TypeVar("T")


class Running:
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

    async def start(self) -> None:
        """As `listen`; it takes a moment only."""
        self.listen()

    async def stop(self) -> None:
        """As `shut`; it takes a moment only."""
        self.shut()

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._scripted.__exit__(kind, error, traceback)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)

    @property
    def sessions(self) -> int:
        """How many clients are connected."""
        return self._do(lambda: len(self._engine.sessions))
