"""How a function becomes a sub-command, and how a command that runs on is ended."""

from __future__ import annotations

import inspect
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FrameType
from typing import Any

import typer

__all__ = ["SETTINGS", "ClosedPipe", "app_of", "ended_by_signals", "flowing", "tell", "unpiped"]

SETTINGS = {"help_option_names": ["-h", "--help"]}


class ClosedPipe(Exception):
    """Whoever read the output has gone, as of "| head"."""


def app_of(function: Callable[..., None], **how: Any) -> typer.Typer:
    """Make a sub-command of a function: its docstring is the help, its arguments are options.

    Args:
        function: What it does.
        how: Further arguments for typer's ``command``.
    """
    app = typer.Typer(add_completion=False)
    text = flowing(function.__doc__ or "")
    app.command(context_settings=SETTINGS, help=text, **how)(unpiped(function))
    return app


def flowing(text: str) -> str:
    """Return a docstring with one line for each paragraph, so that help breaks it as it fits."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)


def unpiped(function: Callable[..., None]) -> Callable[..., None]:
    """Return the function; it raises ClosedPipe where the output goes nowhere."""

    @wraps(function)
    def run(*args: Any, **values: Any) -> None:
        try:
            function(*args, **values)
        except BrokenPipeError as error:
            # By its own name: the parser would end the program on a BrokenPipeError.
            raise ClosedPipe from error

    return run


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


def tell(text: str) -> None:
    """Say something to people, on standard error."""
    typer.echo(f"amisdk: {text}", err=True)
