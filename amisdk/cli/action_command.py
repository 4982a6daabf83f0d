"""Makes a command of an action: its options, its help, and what it does when it is called."""

from __future__ import annotations

import dataclasses
import inspect
import shlex
from collections.abc import Callable, Iterable
from typing import Any

import typer
from amisdk_models.registry import ACTIONS
from pydantic import ValidationError
from typer.main import get_command

from amisdk.models import Action, RawAction

from .connection import Where
from .docstrings import Words, words_of
from .examples import command_line
from .faults import Fault, invalid
from .field_options import FieldOption, options_of
from .groups import suggestion
from .running import SETTINGS
from .sending import How

__all__ = ["actions_of_lines", "command_of", "with_headers"]

Parameter = inspect.Parameter


def command_of(
    cls: type[Action[Any]], perform: Callable[[Action[Any], How], None], *, explained: bool
) -> Any:
    """Make the command of an action.

    Args:
        cls: The action's class.
        perform: What sends an action.
        explained: Whether help may be asked for; it takes a moment to find.
    """
    words = words_of(cls) if explained else Words()
    options = list(options_of(cls))
    parameters = [_parameter(one, words) for one in options]
    taken = {name for one in options for names in one.names for name in names.split("/")}
    own = {one.name: one for one in _own_parameters() if f"--{_flag(one.name)}" not in taken}

    def run(ctx: typer.Context, **given: Any) -> None:
        how: How = ctx.obj["send"]
        how = how.with_options({name: given.pop(name) for name in own})
        values = {}
        for one in options:
            value = given[f"field_{one.field}"]
            if value is not None and value != []:
                values[one.field] = one.convert(value)
        try:
            action = cls(**values)
        except ValidationError as error:
            raise invalid(error, {one.field: one.flag for one in options}) from None
        perform(with_headers(action, how.headers), how)

    context = Parameter("ctx", Parameter.KEYWORD_ONLY, annotation=typer.Context)
    every = [context, *parameters, *own.values()]
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in every}
    app = typer.Typer(add_completion=False)
    name = cls.ami.name
    text = _help(words, command_line(name, cls, words)) if explained else ""
    app.command(name, help=text, context_settings=SETTINGS)(run)
    return get_command(app)


def actions_of_lines(lines: Iterable[str]) -> list[Action[Any]]:
    """Read actions from lines such as ``QueueStatus --queue support``.

    Raises:
        Fault: A line is no action of the spec's.
    """
    found: list[Action[Any]] = []
    for line in lines:
        try:
            name, *rest = shlex.split(line) or [""]
        except ValueError as error:
            raise Fault(f'"{line}": {error}') from None
        if name not in ACTIONS:
            raise Fault(f'no action "{name}"{suggestion(name, list(ACTIONS))}')
        command = command_of(ACTIONS[name], lambda action, _: found.append(action), explained=False)
        command.main(rest, prog_name=name, standalone_mode=False, obj={"send": How()})
    return found


def with_headers(action: Action[Any], headers: list[str] | None) -> Action[Any]:
    """Return an action with more headers; it becomes a raw one then.

    Raises:
        Fault: A header is not ``Key=Value``, or cannot be sent.
    """
    if not headers:
        return action
    pairs: list[tuple[str, str]] = []
    for text in headers:
        key, mark, value = text.partition("=")
        if not mark or not key or ":" in key or key != key.strip():
            raise Fault(f'--set: "{text}" is not Key=Value')
        if key.lower() in ("action", "actionid"):
            raise Fault(f"--set: {key} is the client's own header")
        pairs.append((key, value))
    # Its reply is typed all the same.
    facts = action.ami if action.ami.name else RawAction.ami
    kind: type[RawAction] = type(
        type(action).__name__, (RawAction,), {"ami": dataclasses.replace(facts, rules=())}
    )
    try:
        return kind(action.ami_name, [*action.to_headers(), *pairs])
    except ValidationError as error:
        raise invalid(error, {"headers": "--set", "name": "--raw-action"}) from None


def _parameter(option: FieldOption, words: Words) -> inspect.Parameter:
    text = _escaped(words.fields.get(option.field, ""))
    return Parameter(
        f"field_{option.field}",
        Parameter.KEYWORD_ONLY,
        annotation=option.declared(text, "Fields"),
        default=Parameter.empty if option.required else None,
    )


def _own_parameters() -> list[inspect.Parameter]:
    """Return the options of sending and connecting; they may come after the action too."""
    signature = inspect.signature(How, eval_str=True).parameters
    own = [signature[name] for name in How.AFTER]
    own += inspect.signature(Where, eval_str=True).parameters.values()
    return [one.replace(kind=Parameter.KEYWORD_ONLY) for one in own]


def _flag(name: str) -> str:
    return "set" if name == "headers" else name.replace("_", "-")


def _escaped(text: str) -> str:
    """Keep rich from reading brackets as markup."""
    return text.replace("[", "\\[")


def _help(words: Words, example: str) -> str:
    text = "\n\n".join((words.summary, *words.paragraphs))
    return _escaped(f"{text}\n\nExample: {example}" if example else text)
