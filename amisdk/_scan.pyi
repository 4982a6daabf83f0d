from typing import Any

from .scan import Taker

__all__ = ["scan"]

def scan(
    frame: str,
    plain: dict[str, str],
    special: dict[str, Taker],
    other: Taker,
    data: dict[str, Any],
    seen: list[str],
) -> None: ...
