"""When to connect again after the connection was lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Reconnect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconnect:
    """How a client connects again.

    Each wait is random between 0 and a limit, so that clients of one server do not come back
    together; the limit grows until a connection has lasted for `max_wait`.

    Attributes:
        first_wait: Limit of the first wait, in seconds.
        factor: What the limit grows by each time.
        max_wait: The highest limit, in seconds.
        max_attempts: Attempts in a row before the client gives up; None for no end.
        from_start: Whether ``connect()`` itself tries again, until its deadline, when the server
            cannot be reached. It always does when the server hangs up without a greeting.
    """

    first_wait: float = 1.0
    factor: float = 2.0
    max_wait: float = 30.0
    max_attempts: int | None = None
    from_start: bool = False

    def __post_init__(self) -> None:
        if not (self.first_wait > 0 and self.max_wait >= self.first_wait and self.factor >= 1):
            raise ValueError("a Reconnect has 0 < first_wait <= max_wait and factor >= 1")
        if self.max_attempts is not None and not self.max_attempts > 0:
            raise ValueError("max_attempts is a number above 0, or None")

    def delay(self, attempt: int, rand: Callable[[], float] = random.random) -> float:
        """Return the seconds to wait before an attempt; the first is 1."""
        grown = self.first_wait
        for _ in range(attempt - 1):
            grown = min(grown * self.factor, self.max_wait)
            if grown >= self.max_wait:
                break
        return rand() * grown
