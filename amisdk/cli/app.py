"""The command itself: its sub-commands, and how it ends.

A sub-command is a module of this package with the same name. It is imported when it is called,
and has `app`, what `running.app_of` made of a function. A module that is not there is not shown.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from typer.main import get_command

from .faults import Code, Fault, explain
from .groups import LazyGroup
from .running import SETTINGS, tell

__all__ = ["run"]

COMMANDS = {
    "watch": "Show events as they come.",
    "top": "Show channels, queues and bridges, live.",
    "send": "Send an action and show the reply.",
    "describe": "Tell all about an action or an event, or search for one.",
    "doctor": "Find out what works with a server, and what would mend the rest.",
    "login": "Store how to reach a server, as a profile.",
    "record": "Write down a session with a server.",
    "replay": "Be the server of a session that was written down.",
    "serve": "Be a small Asterisk, to try things with.",
}
CODES = (
    "Exit codes: 0 well done; 1 the server refused, or nothing was found; 2 wrong call, file or "
    "profile; 3 no connection; 4 refused by this command; 5 no reply in time; 130 interrupted."
)


class Commands(LazyGroup):
    """The sub-commands."""

    def names(self, _: Any, /) -> list[str]:
        """Return those whose module is there."""
        return [name for name in COMMANDS if find_spec(f"{__package__}.{name}")]

    def summary(self, _: Any, name: str, /) -> str:
        """Return a line of help."""
        return COMMANDS[name]

    def load(self, ctx: Any, name: str, _: list[str], /) -> Any:
        """Import a sub-command."""
        if name not in self.names(ctx):
            return None
        command = get_command(import_module(f".{name}", __package__).app)
        command.name = name
        return command


def _version(wanted: bool) -> None:
    if wanted:
        from amisdk import __version__

        typer.echo(f"amisdk {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    name="amisdk",
    help="Talk to the Asterisk Manager Interface from a shell.",
    epilog=CODES,
    no_args_is_help=True,
    context_settings=SETTINGS,
)


@app.callback()
def _root(
    ctx: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks, and what the client does.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    ctx.obj["debug"] = debug
    if debug:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("amisdk: %(message)s"))
        logger = logging.getLogger("amisdk")
        ctx.call_on_close(partial(logger.setLevel, logger.level))
        ctx.call_on_close(partial(logger.removeHandler, handler))
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)


def run(arguments: Sequence[str]) -> int:
    """Run the command, and return its exit code."""
    state: dict[str, Any] = {"debug": False}
    try:
        result = _run(list(arguments), state)
        sys.stdout.flush()
    except BrokenPipeError:  # as of "| head"
        _quieten()
        return Code.OK
    return result


def _run(arguments: list[str], state: dict[str, Any]) -> int:
    try:
        result = get_command(app).main(
            arguments, prog_name="amisdk", standalone_mode=False, obj=state
        )
    except BrokenPipeError:
        raise
    except (KeyboardInterrupt, typer.Abort):
        typer.echo(err=True)
        return Code.INTERRUPTED
    except SystemExit as end:
        # So the parser and rich end the program on a closed pipe.
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        raise end.__context__ from None
    except Exception as error:  # noqa: BLE001 - everything becomes one line
        if state["debug"]:
            traceback.print_exc()
        fault = explain(error) or _called_wrongly(error) or _bug(error)
        if str(fault):
            tell(" ".join(str(fault).split()))
        return fault.code
    return result if isinstance(result, int) else Code.OK


def _called_wrongly(error: Exception) -> Fault | None:
    """Return what the parser says about a wrong call; None if it is no error of the parser's."""
    format_message = getattr(error, "format_message", None)
    if format_message is None:
        return None
    if type(error).__name__ == "NoArgsIsHelpError":  # help was shown, or is the message
        return Fault("")
    text = str(format_message()).strip().removesuffix(".").replace("Value error, ", "")
    option = getattr(error, "option_name", None)
    if hasattr(error, "possibilities"):
        near = " or ".join(getattr(error, "possibilities", None) or ())
        text = f"no option {option}" + (f"; did you mean {near}?" if near else "")
    context = getattr(error, "ctx", None)
    if context is not None and not text.endswith("?"):
        text += f" (see {context.command_path} --help)"
    return Fault(f"{text[:1].lower()}{text[1:]}")


def _bug(error: Exception) -> Fault:
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Fault(f"unexpected {what}; --debug shows where", Code.FAILED)


def _quieten() -> None:
    """Let the interpreter's last flush go nowhere."""
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no path is made of it
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except (OSError, ValueError):  # standard output is no file
        pass
