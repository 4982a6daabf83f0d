"""``amisdk doctor``: what works with a server, and what would mend the rest."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from amisdk_models.registry import ACTIONS, EVENTS

from amisdk.doctor import diagnose, infos_of
from amisdk.errors import AmiError, LoginRefused
from amisdk.models import RawAction
from amisdk.options import Options

from .connection import Where, client_of, connects, import_registry
from .faults import Code, Fault
from .groups import suggestion
from .probe import Step, probe
from .rights import event_steps, missing_rights, read_rights, usable_steps, write_rights
from .running import app_of
from .show import json_line
from .terminal import coloured, columns, is_terminal, write

if TYPE_CHECKING:
    from amisdk import Client

__all__ = ["app"]

MARKS = {"ok": ("ok    ", "green"), "note": ("note  ", "yellow"), "failed": ("FAILED", "bold red")}
EVENT_RIGHTS = (
    "system",
    "call",
    "agent",
    "user",
    "reporting",
    "dialplan",
    "cdr",
    "dtmf",
    "security",
)


@connects
def doctor(
    where: Where,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Actions and events that you mean to use."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One step a line, as JSON.")] = False,
    registry: Annotated[
        str | None, typer.Option(help="A registry of your own, such as shop_ami.registry.")
    ] = None,
) -> None:
    """Find out what works with a server, and which line of manager.conf would mend the rest.

    It connects, logs in, and asks what the user may do; no action is tried. Exit code 0 if all is
    well, 1 if something that you named does not work, 3 if there is no connection.
    """
    own = import_registry(registry)
    wanted = _sorted_out(names or (), own)
    arguments = where.arguments()
    if own is not None:
        arguments["registry"] = own
    failed: list[Step] = []
    for step in _steps(arguments, wanted):
        _show(step, json=json)
        failed += [step] if step.state == "failed" else []
    if failed:
        connected = all(step.named for step in failed)
        told = f"not well: {', '.join(step.name for step in failed)}"
        raise Fault(told, Code.FAILED if connected else Code.UNREACHABLE)


def _sorted_out(names: Iterable[str], registry: Any) -> tuple[list[str], list[str]]:
    """Return which names are actions, and which events."""
    tables = ([registry.ACTIONS, ACTIONS], [registry.EVENTS, EVENTS]) if registry else None
    actions, events = tables or ([ACTIONS], [EVENTS])
    found: tuple[list[str], list[str]] = ([], [])
    for name in names:
        for place, known in zip(found, (actions, events), strict=True):
            table = next((one for one in known if name in one), None)
            if table is not None:
                place.append(table[name].ami.name)
        if name.lower() not in (one.lower() for place in found for one in place):
            every = [one for table in (*actions, *events) for one in table]
            raise Fault(f'no action and no event is known as "{name}"{suggestion(name, every)}')
    return found


def _steps(arguments: dict[str, Any], wanted: tuple[list[str], list[str]]) -> Iterator[Step]:
    options = Options(**arguments)
    host, port = options.address
    step = None
    for step in probe(
        host, port, options.ssl_context(), options.server_hostname, options.connect_timeout
    ):
        yield step
    if step is None or step.state == "failed":
        return
    try:
        with client_of(arguments, reconnect=False) as ami:
            yield Step("login", "ok", f"{options.username} is let in")
            yield from _logged_in(ami, options, wanted)
    except LoginRefused as error:
        advice = ("In manager.conf:", f"[{options.username}]", "secret = the same as here")
        more = ("and permit = your address, if it has deny =; then: manager reload",)
        yield Step("login", "failed", str(error), advice + more)
    except AmiError as error:
        yield Step("login", "failed", str(error))


def _logged_in(
    ami: Client, options: Options, wanted: tuple[list[str], list[str]]
) -> Iterator[Step]:
    user, server = options.username, ami.server
    if server.version:
        yield Step("version", "ok", str(server))
    else:
        yield Step("version", "note", "not told", (f"[{user}]", "write = reporting"))
    listed = ami.send(RawAction("ListCommands")).headers
    has, lacks = write_rights(listed)
    words = ", ".join(sorted(has)) or "none that shows"
    lacking = f"; without {', '.join(sorted(lacks))}" if lacks else ""
    yield Step("write", "note" if lacks else "ok", f"{words}{lacking}")
    rights = read_rights(ami, user)
    yield _read_step(rights, user)
    actions, events = wanted
    if actions or events:
        if actions:
            diagnosis = diagnose(infos_of(actions, options.registry), server, listed)
            yield from usable_steps(diagnosis, user)
        yield from event_steps(events, rights, user)
        return
    diagnosis = diagnose(infos_of((), options.registry), server, listed)
    yield from _overview(diagnosis, user, has)


def _read_step(rights: set[str] | None, user: str) -> Step:
    if rights is None:
        told = "not told; only a user with write = command can see its own"
        return Step("read", "note", told)
    if "all" in rights:
        return Step("read", "ok", "all")
    lacking = [word for word in EVENT_RIGHTS if word not in rights]
    told = ", ".join(sorted(rights)) or "none: no event comes"
    if not lacking:
        return Step("read", "ok", told)
    counts = (f"{word} ({_count(word)})" for word in lacking)
    advice = ("In manager.conf, for all events:", f"[{user}]", "read = all")
    return Step("read", "note", f"{told}; without {', '.join(counts)}", advice)


def _count(word: str) -> str:
    """Return how many events need a privilege."""
    count = sum(word in EVENTS[name].ami.privilege for name in EVENTS)
    return f"{count} event{'' if count == 1 else 's'}"


def _overview(diagnosis: Any, user: str, has: set[str]) -> Iterator[Step]:
    findings = list(diagnosis)
    usable = sum(finding.usable for finding in findings)
    missing = missing_rights(diagnosis)
    state = f"{usable} of {len(findings)} can be sent"
    advice = [f"without {word}: {', '.join(names)}" for word, names in missing.items()]
    if missing:
        more: list[str] = []
        for words in sorted(missing, key=len):  # what is needed by itself first
            if not set(more).intersection(words.split(" or ")):
                more.append(words.partition(" or ")[0])
        line = f"write = {','.join(sorted({*has, *more}))}"
        advice += ["In manager.conf, for all of these:", f"[{user}]", line]
    others = {
        "module": "not loaded",
        "module or privilege": f"not loaded, or {user} lacks the privilege",
        "version": "not in this version",
    }
    for problem, text in others.items():
        names = [one.action for one in findings if one.problem == problem]
        if names:
            advice.append(f"{text}: {', '.join(names)}")
    yield Step("actions", "note" if missing else "ok", state, tuple(advice))


def _show(step: Step, *, json: bool) -> None:
    if json:
        data = {"step": step.name, "state": step.state, "told": step.told}
        write(json_line({**data, "advice": list(step.advice)}))
        return
    mark, style = MARKS[step.state]
    if is_terminal():
        coloured((mark, style), (f"  {step.name:10}  ", "bold"), (step.told, ""))
    else:
        write(f"{mark}  {step.name:10}  {step.told}")
    margin = " " * 20
    width = columns()
    for line in step.advice:
        for part in textwrap.wrap(line, width - len(margin)) if width else [line]:
            write(f"{margin}{part}")


app = app_of(doctor)
