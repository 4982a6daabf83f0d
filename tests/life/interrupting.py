"""Raises, or calls, at each moment at which Python would handle a signal: for programs to import.

Python looks for signals when a function begins, and after it has called one that is written in C.
A profile function is called at just these moments, and what it raises is raised there.
"""

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["moments", "strike"]

Act = Callable[[], object]


def moments(work: Act) -> int:
    """Do something; return at how many moments a signal could be handled meanwhile."""
    count = 0

    def look(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += _is_moment(frame, event)

    _watched(look, work)
    return count


def strike(work: Act, moment: int, act: Act) -> bool:
    """Do something, and at one of its moments something else; tell whether it came to that."""
    left = moment
    struck = False

    def look(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left, struck
        if _is_moment(frame, event):
            left -= 1
            if left < 0 and not struck:
                struck = True
                sys.setprofile(None)
                act()

    _watched(look, work)
    return struck


def _is_moment(frame: FrameType, event: str) -> bool:
    # What is raised in a generator that nobody holds any more would be lost.
    code = frame.f_code
    return (
        event in ("call", "c_return")
        and "amisdk" in code.co_filename
        and code.co_name != "<genexpr>"
    )


def _watched(look: Callable[[FrameType, str, Any], None], work: Act) -> None:
    assert threading.current_thread() is threading.main_thread()
    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
