"""Calls the user's event handlers: whatever one does, the next event still comes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from . import logs

__all__ = ["call", "is_coroutine_function", "name_of"]


def name_of(function: object) -> str:
    """Return what to call a handler in messages."""
    return getattr(function, "__qualname__", None) or repr(function)


def is_coroutine_function(function: Any) -> bool:
    """Tell whether calling it gives something to await."""
    call = getattr(function, "__call__", None)  # noqa: B004 - an object with "async def __call__"
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def call(function: Callable[[Any], object], event: Any) -> None:
    """Call a plain function with an event; what it raises is logged."""
    try:
        result = function(event)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - the user's code may raise anything
        logs.handlers.exception("a handler for %s raised", event.ami_name)
        return
    if result is not None and inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        logs.handlers.error(
            "a handler for %s returned an awaitable, which nobody awaits; write it with async def",
            event.ami_name,
        )
