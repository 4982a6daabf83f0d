"""How a function becomes a sub-command, and how a command that runs on is ended."""

from __future__ import annotations

import inspect
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from types import FrameType
from typing import Any

import typer

__all__ = ["SETTINGS", "app_of", "ended_by_signals", "flowing", "tell", "wait_for"]

SLICE = 0.5
"""Seconds after which a wait looks whether it is to end."""
SETTINGS = {"help_option_names": ["-h", "--help"]}


def app_of(function: Callable[..., None], **how: Any) -> typer.Typer:
    """Make a sub-command of a function: its docstring is the help, its arguments are options.

    Args:
        function: What it does.
        how: Further arguments for typer's ``command``.
    """
    app = typer.Typer(add_completion=False)
    text = flowing(function.__doc__ or "")
    app.command(context_settings=SETTINGS, help=text, **how)(function)
    return app


def flowing(text: str) -> str:
    """Return a docstring with one line for each paragraph, so that help breaks it as it fits."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Take Ctrl-C, and the signal that ends a service, for the end of what is inside."""

    def interrupt(*_: int | FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def wait_for(happened: Callable[[float], bool], seconds: float | None = None) -> bool:
    """Wait until something has happened, in slices.

    A signal that comes right before a wait begins does not interrupt it; here it is noticed soon.

    Args:
        happened: Waits so many seconds, and tells whether it has happened.
        seconds: How long to wait at the most; None for ever.
    """
    until = inf if seconds is None else monotonic() + seconds
    while True:
        rest = until - monotonic()
        if happened(max(0.0, min(SLICE, rest))):
            return True
        if rest <= SLICE:
            return False


def tell(text: str) -> None:
    """Say something to people, on standard error."""
    typer.echo(f"amisdk: {text}", err=True)
