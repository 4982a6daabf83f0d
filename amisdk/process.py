"""Which process this is, without a call to the kernel each time."""

from __future__ import annotations

import os
from collections.abc import Callable

__all__ = ["after_fork", "current"]

current = object()
"""Stands for this process; in a forked one it is another object."""


def after_fork(function: Callable[[], object]) -> None:
    """Have a function called in each process that is forked, where processes are forked."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)


def _renew() -> None:
    global current  # noqa: PLW0603 - it is read as the module's attribute
    current = object()


after_fork(_renew)
