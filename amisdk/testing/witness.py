"""What a test asks of a server about the actions that came."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from amisdk.models import Action

from .engine import Engine
from .received import Received

__all__ = ["Kind", "Witness"]

A = TypeVar("A", bound=Action[Any])
Kind = type[Action[Any]] | str

PATIENCE = 5.0
"""Seconds that `FakeAsterisk.wait_for` waits."""


class Witness:
    """What a `FakeAsterisk` tells about what it was sent."""

    _engine: Engine

    @property
    def received(self) -> Received:
        """The actions that came: as they were on the wire, or, called, as typed objects."""
        return self._engine.received

    def assert_received(self, kind: type[A], /, **fields: object) -> A:
        """Return the last action of a class with these values; fail if there is none."""
        found = self.received(kind, **fields)
        if not found:
            raise AssertionError(self._engine.received.account(kind, fields))
        return found[-1]

    def assert_not_received(self, kind: Kind, /, **fields: object) -> None:
        """Fail if there is an action of a class or name with these values."""
        found: list[Any] = self._engine.received.actions(kind, fields)
        if found:
            raise AssertionError(f"{len(found)} received: {', '.join(map(repr, found[:5]))}")

    def wait_for(
        self, kind: type[A], /, timeout: float = PATIENCE, count: int = 1, **fields: object
    ) -> A:
        """Wait until an action has come, and return it. It blocks: not for coroutines.

        Args:
            kind: Its class.
            timeout: Seconds after which the test fails; so a field of this name cannot be asked.
            count: How many must have come, since the server was made or `forget` was called.
            **fields: Values that it must have.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise RuntimeError(
                "wait_for would hold up the event loop that the client needs; "
                "say: await server.wait_for_async(...)"
            )
        if not self._engine.received.wait(kind, fields, count, timeout):
            raise AssertionError(self._engine.received.account(kind, fields))
        return self.received(kind, **fields)[count - 1]

    async def wait_for_async(
        self, kind: type[A], /, timeout: float = PATIENCE, count: int = 1, **fields: object
    ) -> A:
        """As `wait_for`, in a coroutine."""
        if not await self._engine.received.wait_async(kind, fields, count, timeout):
            raise AssertionError(self._engine.received.account(kind, fields))
        return self.received(kind, **fields)[count - 1]

    def forget(self) -> None:
        """Forget what was received."""
        self._engine.received.clear()
