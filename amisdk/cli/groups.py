"""Groups of commands that are made when they are called, not before.

A list of commands, for help or completion, shows hollow ones: a name and a line of help.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["LazyGroup", "suggestion"]


class LazyGroup(TyperGroup, ABC):
    """A group whose commands are made when they are called."""

    noun = "command"
    """What its commands are called in messages."""

    @abstractmethod
    def names(self, ctx: Any, /) -> list[str]:
        """Return the names of all commands."""

    @abstractmethod
    def summary(self, ctx: Any, name: str, /) -> str:
        """Return a line of help for a command."""

    @abstractmethod
    def load(self, ctx: Any, name: str, rest: list[str], /) -> Any:
        """Make a command that is called with these arguments; None if there is none."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names for lists of commands."""
        return self.names(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a hollow command, for lists of commands."""
        return TyperCommand(cmd_name, help=self.summary(ctx, cmd_name))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Make the command that is called."""
        name, *rest = args
        command = self.load(ctx, name, rest)
        if command is None and not ctx.resilient_parsing:
            if name.startswith("-"):
                self.parse_args(ctx, args)
            ctx.fail(f'no {self.noun} "{name}"{suggestion(name, self.names(ctx))}')
        return (command.name if command else None), command, rest


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return "; did you mean ...?", or nothing if nothing is like the name."""
    spelling = {one.lower(): one for one in known}
    close = get_close_matches(name.lower(), list(spelling), n=3, cutoff=0.6)
    if not close:
        return ""
    return f"; did you mean {' or '.join(spelling[one] for one in close)}?"
