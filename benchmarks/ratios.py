"""How figures are compared: round by round, so that what slows a round down slows both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Spread", "ratio", "spread"]


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the greatest of some figures."""

    least: float
    middle: float
    greatest: float


def spread(figures: Sequence[float]) -> Spread:
    """Return how some figures are spread.

    Raises:
        ValueError: There are none.
    """
    if not figures:
        raise ValueError("there is nothing to compare")
    return Spread(min(figures), median(figures), max(figures))


def ratio(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Divide the figures of each round.

    Raises:
        ValueError: The rounds are not the same number.
    """
    return spread([one / other for one, other in zip(over, under, strict=True)])
