"""Sends an action: asks first where it may do harm, and shows what comes back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import typer
from amisdk_models.registry import ACTIONS

from amisdk.errors import ActionFailed
from amisdk.info import ActionInfo
from amisdk.models import Action, ListAction, RawAction
from amisdk.registry import Registry

from .connection import Where, client_of
from .faults import Code, Fault
from .replies import Rows, show_event, show_reply

if TYPE_CHECKING:
    from amisdk import Client

__all__ = ["How", "confirm", "perform"]

PANEL = "Sending"


@dataclass(frozen=True)
class How:
    """How an action is sent."""

    AFTER: ClassVar = ("headers", "json", "yes", "wait", "timeout")
    """What may also be given after the action's name."""

    headers: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A header that the action's fields do not have. May be repeated.",
            rich_help_panel=PANEL,
        ),
    ] = None
    json: Annotated[
        bool,
        typer.Option(
            "--json", help="The reply as JSON; of a list, one item a line.", rich_help_panel=PANEL
        ),
    ] = False
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            "-y",
            help="Do not ask before what may do harm.",
            rich_help_panel=PANEL,
        ),
    ] = False
    wait: Annotated[
        bool,
        typer.Option(
            "--wait", help="Wait for what becomes of the call (Originate).", rich_help_panel=PANEL
        ),
    ] = False
    timeout: Annotated[
        float | None,
        typer.Option(
            min=0, help="Seconds for the reply, or between items of a list.", rich_help_panel=PANEL
        ),
    ] = None
    where: Where = field(default_factory=Where)
    registry: Registry | None = None

    def with_options(self, given: Mapping[str, Any]) -> Self:
        """Return a copy with those options of ours and of the connection that were given."""
        found = {name: value for name, value in given.items() if _is_given(value)}
        where = {one.name: found.pop(one.name) for one in fields(Where) if one.name in found}
        if "headers" in found:
            found["headers"] = [*(self.headers or ()), *found["headers"]]
        return replace(self, **found, where=replace(self.where, **where))


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value != []


def perform(action: Action[Any], how: How) -> None:
    """Send an action and show its reply.

    Raises:
        Fault: It was not sent.
        AmiError: What came instead of a reply.
    """
    info = _info(action, how.registry)
    if how.wait and info.later is None:
        raise Fault("--wait is for Originate; other actions tell their outcome in the reply")
    if how.wait and isinstance(action, RawAction):
        raise Fault("--wait does not go with --set")
    confirm(action, how.registry, yes=how.yes)
    arguments = how.where.arguments()
    if how.registry is not None:
        arguments["registry"] = how.registry
    if info.name and info.blocks is None and not how.wait:
        arguments["events"] = "off"  # the reply comes all the same
    with client_of(arguments) as ami:
        try:
            _send(ami, action, how)
        except ActionFailed as error:
            event = getattr(error, "event", None)
            if how.json and event is not None:
                show_event(event, json=True)
            elif how.json and error.reply is not None:
                show_reply(error.reply, json=True)
            raise


def _send(ami: Client, action: Any, how: How) -> None:
    more: dict[str, Any] = {} if how.timeout is None else {"timeout": how.timeout}
    if how.wait:
        show_event(ami.originate(action, **more), json=how.json)
        return
    if not isinstance(action, ListAction):
        show_reply(ami.send(action, **more), json=how.json)
        return
    rows = Rows(json=how.json)
    stream = ami.stream(action, **more)
    try:
        while True:
            rows.add(next(stream))
    except StopIteration as done:
        rows.end(done.value)
    finally:
        rows.close()


def _info(action: Action[Any], registry: Registry | None) -> ActionInfo:
    """Return what the spec says of an action; of a raw one by its name."""
    tables = [ACTIONS] if registry is None else [registry.ACTIONS, ACTIONS]
    name = action.ami_name
    return next((table[name].ami for table in tables if name in table), action.ami)


def confirm(action: Action[Any], registry: Registry | None, *, yes: bool) -> None:
    """Ask before an action is sent that may do harm.

    Raises:
        Fault: Nobody can be asked, or the answer was no.
    """
    info = _info(action, registry)
    if not info.danger or yes:
        return
    what = f"{info.name} {' and '.join(info.danger)} on the server"
    if not sys.stdin.isatty():
        raise Fault(f"not sent: {what}; --yes sends it", Code.REFUSED)
    if not typer.confirm(f"{what}. Send it?", err=True):
        raise Fault("not sent", Code.REFUSED)
