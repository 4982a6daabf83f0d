"""``amisdk watch``: events as they come."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import IO, Annotated, Any

import typer
from amisdk_models.registry import EVENTS
from pydantic import SecretStr

from amisdk import EventStream, lifecycle
from amisdk.models import Event, frame_of

from .connection import Where, client_of, connects, import_registry, split_host, warn_of_secret
from .event_lines import EventLines
from .faults import Fault
from .filters import Condition, Names, bare
from .groups import suggestion
from .running import app_of, ended_by_signals, tell
from .show import event_data, json_line, plain
from .terminal import is_terminal, readers_left, write

__all__ = ["app"]

QUEUE = 100_000
"""Events that may wait to be printed."""
TICK = 0.5
"""Seconds after which a quiet watch looks whether anybody still reads it."""


def _complete_event(ctx: typer.Context) -> list[str]:
    registry = import_registry(ctx.params.get("registry"))
    return sorted({*EVENTS, *(registry.EVENTS if registry else ())})


@connects
def watch(
    where: Where,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[USER SECRET [HOST[:PORT]]]", help="The server, as ami-io has it."),
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event",
            "-e",
            help="Only events of this name, or pattern such as 'Queue*'. May be repeated.",
            autocompletion=_complete_event,
        ),
    ] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            "-w",
            metavar="NAME=VALUE",
            help="Only events with this field or header: =, !=, or ~ and !~ for a regular "
            "expression. If repeated, all must hold.",
        ),
    ] = None,
    mask: Annotated[
        str | None,
        typer.Option(help="What the server is asked for, such as call,agent. Less to send."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show every field.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Messages as on the wire.")] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", "-f", help="Append what is shown to a file too: as JSON, or raw with --raw."
        ),
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", "-n", min=1, help="End after so many events.")
    ] = None,
    registry: Annotated[
        str | None,
        typer.Option(help="The registry of a package of your own, as shop_ami.registry."),
    ] = None,
) -> None:
    """Show events as they come, until Ctrl-C.

    It connects again by itself when the connection is lost, and says so on standard error; what
    happened meanwhile was not seen. At the end it tells how much came.
    """
    if json and raw:
        raise Fault("give only one of --json and --raw")
    names = Names(event or ())
    classes = import_registry(registry)
    _hint(names, condition or (), classes)
    conditions = [Condition.parse(text) for text in condition or ()]
    arguments = {**_server(where, words), "events": mask, "check_version": False}
    if classes is not None:
        arguments["registry"] = classes
    with ExitStack() as stack:
        saved = None if file is None else stack.enter_context(_opened(file))
        show = _shower(full=full, json=json, raw=raw, saved=saved)
        watching = Watch(names, conditions, show, count)
        ami = client_of(arguments, reconnect=True)
        stream = ami.events(*watching.wanted(), queue_size=QUEUE)  # before the first event
        with ami, ended_by_signals():
            watching.run(stream)
    watching.sum_up()


class Watch:
    """Takes events until somebody has enough."""

    def __init__(
        self, names: Names, conditions: list[Condition], show: Any, count: int | None
    ) -> None:
        self._names = names
        self._conditions = conditions
        self._show = show
        self._count = count
        self._began = monotonic()
        self.came: Counter[str] = Counter()
        self.shown = 0
        self.lost = 0
        self.reconnects = 0

    def wanted(self) -> tuple[Any, ...]:
        """Return what to ask the client for."""
        return (*(self._names.exact or (Event,)), lifecycle.LifecycleEvent)

    def run(self, stream: EventStream[Any]) -> None:
        """Show events until the last one."""
        self._began = monotonic()
        while True:
            try:
                event = stream.get(TICK)
            except TimeoutError:
                if not readers_left():
                    raise BrokenPipeError from None
            except StopIteration:
                return
            else:
                if isinstance(event, lifecycle.LifecycleEvent):
                    self._tell(event)
                elif self._take(event):
                    return

    def _take(self, event: Event) -> bool:
        """Show an event if it is wanted, and tell whether it was the last one."""
        name = event.ami_name
        self.came[name] += 1
        if not self._names.take(name) or not all(one.holds(event) for one in self._conditions):
            return False
        self._show(event)
        self.shown += 1
        return self.shown == self._count

    def _tell(self, event: lifecycle.LifecycleEvent) -> None:
        match event:
            case lifecycle.Disconnected(reason=reason):
                tell(f"connection lost: {reason}")
            case lifecycle.Reconnecting(attempt=attempt, delay=delay):
                tell(f"connecting again in {delay:.1f} s (attempt {attempt})")
            case lifecycle.Reconnected(gap=gap):
                self.reconnects += 1
                tell(f"connected again; what happened in {gap:.1f} s was not seen")
            case lifecycle.EventsLost(count=count):
                self.lost += count
                tell(f"{count} events were lost: they came faster than they could be shown")

    def sum_up(self) -> None:
        """Tell how much came."""
        seconds = monotonic() - self._began
        total = self.came.total()
        parts = [f"{total} event{'' if total == 1 else 's'} in {seconds:.1f} s"]
        if seconds >= 1:  # less is no time to measure a rate in
            parts[0] += f" ({total / seconds:.1f} a second)"
        if self.shown != total:
            parts.append(f"{self.shown} shown")
        if self.lost:
            parts.append(f"{self.lost} lost")
        if self.reconnects:
            times = "once" if self.reconnects == 1 else f"{self.reconnects} times"
            parts.append(f"connected again {times}")
        tell(", ".join(parts))
        if len(self.came) > 1:
            tell(", ".join(f"{plain(name)} {n}" for name, n in self.came.most_common(10)))


def _server(where: Where, words: list[str] | None) -> dict[str, Any]:
    if not words:
        return where.arguments()
    if not 2 <= len(words) <= 3 or where != Where():
        raise Fault("give USER SECRET HOST:PORT and no other way to connect, or options only")
    user, secret, *rest = words
    host, port = split_host(rest[0] if rest else "127.0.0.1")
    warn_of_secret()
    return {"host": host, "port": port, "username": user, "secret": SecretStr(secret)}


def _shower(*, full: bool, json: bool, raw: bool, saved: IO[str] | None) -> Any:
    """Return the function that shows an event, and saves it."""
    lines = None if json or raw else EventLines(full=full)

    def show(event: Event) -> None:
        text = _raw(event) if raw else ""
        if saved is not None or json:
            text = text or json_line(event_data(event, datetime.now().astimezone()))
        if lines is not None:
            lines.show(event)
        elif raw and is_terminal():
            write("\n".join(plain(line) for line in text.split("\r\n")))
        elif raw:
            _write_raw(text)
        else:
            write(text)
        if saved is not None:
            saved.write(f"{text}\n" if not raw else text)

    return show


def _raw(event: Event) -> str:
    return f"{frame_of(event)}\r\n\r\n"


def _write_raw(text: str) -> None:
    """Write a message's bytes as they came."""
    out = getattr(sys.stdout, "buffer", None)
    if out is None:
        write(plain(text))
        return
    sys.stdout.flush()
    out.write(text.encode("utf-8", "surrogateescape"))
    out.flush()


def _opened(file: Path) -> IO[str]:
    try:
        return file.open("a", encoding="utf-8", errors="surrogateescape", newline="", buffering=1)
    except OSError as error:
        raise Fault(f"cannot write {file}: {error.strerror}") from None


def _hint(names: Names, conditions: Any, registry: Any) -> None:
    """Tell of names that nothing known has; a server may still send them."""
    tables = [EVENTS] if registry is None else [registry.EVENTS, EVENTS]
    known = [name for table in tables for name in table]
    fields: set[str] | None = set()
    for name in names.exact or ("",):
        table = next((table for table in tables if name in table), None)
        if table is None:
            fields = None
            if name:
                hint = suggestion(name, known)
                tell(f'no event is known as "{name}"{hint or "; watching for it all the same"}')
        elif fields is not None:
            fields.update(table[name].model_fields)
    for text in conditions if fields else ():
        name = Condition.parse(text).name
        if name != "event" and name not in map(bare, fields or ()):
            hint = suggestion(name, sorted(fields or ()))
            tell(f'no field of {", ".join(names.exact)} is known as "{name}"{hint}')


app = app_of(watch)
