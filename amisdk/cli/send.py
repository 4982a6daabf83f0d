"""``amisdk send``: every action of the spec as a command with its own options."""

from __future__ import annotations

import inspect
import os
from typing import Annotated, Any

import typer
from amisdk_models.registry import ACTIONS
from pydantic import ValidationError

from amisdk.models import RawAction
from amisdk.registry import Registry

from .action_command import command_of, with_headers
from .config import Profile, load_profile
from .connection import VARIABLES, connects, import_registry
from .docstrings import words_in
from .faults import Fault, invalid
from .groups import LazyGroup
from .running import SETTINGS, flowing
from .sending import How, perform
from .terminal import write

__all__ = ["app"]

SHORT = "Send an action and show the reply."
BEGUN, REGISTRY = "amisdk.begun", "amisdk.registry"
"""Where a context has what is typed of a name, and the registry."""


class Actions(LazyGroup):
    """The actions, as commands that are made when they are called."""

    noun = "action"

    def names(self, ctx: Any, /) -> list[str]:
        """Return the names of all actions."""
        return sorted({name for table in _tables(ctx) for name in table}, key=str.lower)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names for completion, and none for help, which would be endless."""
        if not ctx.resilient_parsing:
            return []
        begun = ctx.meta.get(BEGUN, "")
        return [name for name in self.names(ctx) if name.lower().startswith(begun)]

    def summary(self, ctx: Any, name: str, /) -> str:
        """Return what an action does, for a shell that shows it beside the name."""
        if "bash" in os.environ.get("_AMISDK_COMPLETE", "bash"):
            return ""
        table = next(table for table in _tables(ctx) if name in table)
        module, _, cls = table.place(name).rpartition(".")
        found = words_in(module).get(cls)
        return found.summary if found else ""

    def load(self, ctx: Any, name: str, rest: list[str], /) -> Any:
        """Make the command of an action, whatever the case of its name."""
        for table in _tables(ctx):
            if name in table:
                explained = ctx.resilient_parsing or not {"-h", "--help"}.isdisjoint(rest)
                return command_of(table[name], perform, explained=explained)
        return None

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Complete names whatever their case."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        ctx.meta[BEGUN] = incomplete.lower()
        return super().shell_complete(ctx, "")


def _tables(ctx: Any) -> list[Any]:
    registry = _registry_of(ctx)
    return [ACTIONS] if registry is None else [registry.ACTIONS, ACTIONS]


def _registry_of(ctx: Any) -> Registry | None:
    """Return the registry for a context, found once."""
    if REGISTRY not in ctx.meta:
        ctx.meta[REGISTRY] = _registry(ctx)
    found: Registry | None = ctx.meta[REGISTRY]
    return found


def _registry(ctx: Any) -> Registry | None:
    """Return the registry that was asked for, or that of the profile."""
    given = ctx.params
    try:
        if given.get("registry"):
            return import_registry(given["registry"])
        if given.get("url") or given.get("host"):
            return None
        if given.get("profile") is None and any(os.environ.get(name) for name in VARIABLES):
            return None
        profile = _profile(given.get("profile"))
        return import_registry(profile.registry) if profile else None
    except Fault:
        if ctx.resilient_parsing:
            return None
        raise


def _profile(name: str | None) -> Profile | None:
    """Return a profile; None for a default one that cannot be had.

    The server may be named after the action, or not be wanted at all; if it is wanted, connecting
    tells what is wrong.
    """
    try:
        return load_profile(name)
    except Fault:
        if name is None:
            return None
        raise


@connects
def send(
    where: Any,
    ctx: typer.Context,
    registry: Annotated[  # noqa: ARG001 - _tables takes it from the context
        str | None, typer.Option(help="A registry of your own, such as shop_ami.registry.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the names of all actions.")] = False,
    raw_action: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="An action that nothing knows; --set gives its headers."),
    ] = None,
    **options: Any,
) -> None:
    """Send an action and show the reply.

    Every action is a command with options of its own: amisdk send QueueAdd --help. The options
    below go before the action's name or after it; where the action itself has an option of the
    same name, only before.

    amisdk send --list lists the actions, amisdk describe WORD searches them.
    """
    tables = _tables(ctx)
    if listed:
        for name in sorted({name for table in tables for name in table}, key=str.lower):
            write(name)
        raise typer.Exit
    how = How(where=where, registry=_registry_of(ctx), **options)
    ctx.obj["send"] = how
    if raw_action is None:
        if ctx.invoked_subcommand is None:
            raise Fault("which action? amisdk send --list lists them")
        return
    if ctx.invoked_subcommand is not None:
        raise Fault(f"--raw-action {raw_action} is an action already; give no other")
    try:
        action = RawAction(raw_action)
    except ValidationError as error:
        raise invalid(error, {"name": "--raw-action"}) from None
    perform(with_headers(action, how.headers), how)


def _with_how(function: Any) -> Any:
    """Put the options of `How` in place of ``**options``."""
    signature = inspect.signature(function)
    own = [one for one in signature.parameters.values() if one.name != "options"]
    known = inspect.signature(How, eval_str=True).parameters
    more = [known[name].replace(kind=inspect.Parameter.KEYWORD_ONLY) for name in How.AFTER]
    function.__signature__ = signature.replace(parameters=[*own, *more])
    function.__annotations__ = {one.name: one.annotation for one in (*own, *more)}
    return function


app = typer.Typer(
    cls=Actions,
    invoke_without_command=True,
    no_args_is_help=True,
    add_completion=False,
    short_help=SHORT,
    help=flowing(send.__doc__ or ""),
    context_settings=SETTINGS,
    subcommand_metavar="ACTION [FIELDS]...",
)
app.callback()(_with_how(send))
