"""Faults of the whole server: it is slow, silent, or lets nobody in."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from .session import Session

__all__ = ["Fault", "Faults"]


class Fault:
    """A fault that lasts until `end`, or until the end of its ``with``."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end

    def end(self) -> None:
        """Have the server be well again."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()


class Faults:
    """What is wrong with a server now."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.silent = False
        self.refusing = False

    async def greet(self, session: Session) -> None:
        """Let a client in, or not.

        Raises:
            ConnectionAbortedError: It is not let in.
        """
        if self.refusing:
            session.peer.reset()
            raise ConnectionAbortedError("the server refuses connections")

    async def swallow(self, session: Session) -> bool:
        """Wait with an answer, and tell whether there is to be none."""
        if self.delay:
            await session.pause(self.delay)
        if self.silent:
            session.release()
        return self.silent
