"""Counts what the interpreter does: a measure of cost that is the same on every machine."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["steps"]


def steps(work: Callable[[], object]) -> int:
    """Return how many instructions of Python's bytecode a piece of work takes.

    What C code does by itself is not counted, so this guards against loops and calls in Python,
    not against a slower function of C.
    """
    gc.collect()
    gc.disable()  # what others have left behind may have a __del__ to be called meanwhile
    try:
        return _monitored(work) if sys.version_info >= (3, 12) else _traced(work)
    finally:
        gc.enable()


def _traced(work: Callable[[], object]) -> int:
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if event == "call":
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        elif event == "opcode":
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def _monitored(work: Callable[[], object]) -> int:
    # Tracing misses instructions in 3.13.0.
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    event, tool = monitoring.events.INSTRUCTION, monitoring.PROFILER_ID
    count = 0

    def instruction(*_: object) -> None:
        nonlocal count
        count += 1

    monitoring.use_tool_id(tool, "steps")
    monitoring.register_callback(tool, event, instruction)
    try:
        monitoring.set_events(tool, event)
        work()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return count
