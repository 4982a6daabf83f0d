"""The page that a run writes: docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .goals import Row, beyond
from .plan import BUSY, SUBSCRIBED, Scale
from .ratios import ratio, spread
from .replay import Replay
from .rounds import Results

__all__ = ["Run", "page", "rates", "table"]

NOTHING = "-"
MARKS = {True: "yes", False: "**no**", None: "not measured"}
STAGES = {
    "frame": "cut into messages, decode",
    "name": "find the name, the class and who wants it",
    "make": "split the lines, find the fields, validate, make the instance",
    "deliver": "hand to the subscriber's queue",
    "whole": "the whole session in process",
    "nobody": "the whole session, nothing subscribed",
    "floor": "split every line into key and value, nothing else",
}


ABOUT = """# Benchmarks

`make bench` writes this page. All clients are measured in one run, in turns, each in a process of
its own, with the same bytes from the same server and a callback that only counts. Time is CPU time,
with that in the kernel, from behind the login to the last event. Our client does all that it does
by default: limits, issues, headers kept, back-pressure, counters. The others parse texts; ours has
typed and validated events, whose classes were built before (`amisdk.preload()`).
"""
REPLAY = """The replay is {size}, made of a recording of a real Asterisk 22: calls, queues,
conferences, with lists and the output of commands. Ratios are made round by round.
"""


@dataclass
class Run:
    """What a page tells of."""

    results: Results
    scale: Scale
    replay: Replay
    short: Replay
    facts: Mapping[str, str]
    """Machine, versions, date."""
    labels: Mapping[str, str]
    """Client to name and version."""
    missing: Mapping[str, str]
    """What was not measured, and why."""
    beside: Mapping[str, Results] = field(default_factory=dict)
    """What other Pythons made of it."""
    note: str = ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; all but the first column stand to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def rates(results: Results, key: str, events: int) -> dict[str, float]:
    """Return the events of a case in a CPU second, by client, the middle of the rounds."""
    return {
        client: events / spread(results.all(key, client)).middle for client in results.clients(key)
    }


def _goals(rows: Iterable[Row]) -> str:
    lines = []
    for row in rows:
        shown = [NOTHING] * 3
        if row.figures is not None:
            all_three = (row.figures.least, row.figures.middle, row.figures.greatest)
            shown = [row.show(figure) for figure in all_three]
        lines.append((row.goal.what, row.goal.text, *shown, MARKS[row.met]))
    return table(("what", "goal", "min", "median", "max", "reached"), lines)


def _clients(run: Run, key: str, events: int) -> str:
    results = run.results
    ours = results.all(key, "amisdk")
    rows = []
    for client in results.clients(key):
        used = results.all(key, client)
        versus = ratio(used, ours)
        rows.append(
            (
                run.labels.get(client, client),
                f"{spread(used).middle:.2f}",
                f"{events / spread(used).middle:,.0f}",
                f"{spread(results.all(key, client, 'peak')).middle / 1024:.0f}",
                f"{versus.least:.2f} / {versus.middle:.2f} / {versus.greatest:.2f}",
            )
        )
    head = (
        "client",
        "CPU s",
        "events a CPU s",
        "peak RSS, MB",
        "CPU against ours: min / median / max",
    )
    return table(head, rows)


def _stages(run: Run) -> str:
    events = run.short.total
    rows = []
    for stage, what in STAGES.items():
        each = spread(run.results.all("stages", "amisdk", stage))
        rows.append((f"{stage}: {what}", f"{1e6 * each.middle / events:.2f}"))
    return table(("stage", "µs an event"), rows)


def _growth(run: Run) -> str:
    results = run.results
    rows = []
    for client in results.clients("1 handlers"):
        few, many = (results.all(f"{n} handlers", client) for n in (1, 400))
        if many:
            label = run.labels.get(client, client)
            rows.append((f"1 → 400 handlers, {label}", f"{ratio(many, few).middle:.2f}x the time"))
    for client in results.clients("long list"):
        peaks = [
            f"{spread(beyond(results, key, client)).middle:.1f}"
            for key in ("short list", "long list")
            if results.all(key, client)
        ]
        what = f"list of {run.scale.items // 10:,} → {run.scale.items:,} items"
        label = run.labels.get(client, client)
        rows.append((f"{what}, {label}", f"{' → '.join(peaks)} MB more than before"))
    traced = [
        f"{1e-6 * results.all(f'{key}, traced', 'amisdk', 'traced')[0]:.1f}"
        for key in ("short list", "long list")
        if results.all(f"{key}, traced", "amisdk")
    ]
    rows.append(("the same by tracemalloc, which slows the client", f"{' → '.join(traced)} MB"))
    slow = [
        f"{beyond(results, f'{key}, slowly', 'amisdk')[0]:.1f}"
        for key in ("short list", "long list")
        if results.all(f"{key}, slowly", "amisdk")
    ]
    fewer = f"{run.scale.items // 50:,} → {run.scale.items // 5:,} items"
    what = f"list of {fewer}, {1000 * BUSY:.1f} ms of work for each, amisdk"
    rows.append((what, f"{' → '.join(slow)} MB more than before"))
    return table(("growth", "median"), rows)


def _trips(run: Run) -> str:
    results = run.results
    pings = {"ping": run.scale.pings, "pings": 1000 * max(1, run.scale.pings // 500)}
    rows = []
    for key, what in (("ping", "one after the other"), ("pings", "1000 at once")):
        for client in results.clients(key):
            each = 1e6 * spread(results.all(key, client)).middle / pings[key]
            rows.append((f"{what}, {run.labels.get(client, client)}", f"{each:.0f}"))
    if used := results.all("blocking ping", "amisdk"):
        each = 1e6 * spread(used).middle / pings["ping"]
        rows.append(("one after the other, amisdk's blocking client", f"{each:.0f}"))
    return table(("Pings", "CPU µs each"), rows)


def _beside(run: Run) -> str:
    rows = []
    for python, results in run.beside.items():
        cells = []
        for key, other in (
            ("events", "panoramisk"),
            ("events", "asterisk-ami"),
            ("names", "panoramisk"),
            ("nothing", "panoramisk"),
        ):
            theirs, ours = results.all(key, other), results.all(key, "amisdk")
            whole = theirs and len(theirs) == len(ours)
            cells.append(f"{ratio(theirs, ours).middle:.2f}x" if whole else NOTHING)
        used = results.all("events", "amisdk")
        each = f"{1e6 * spread(used).middle / run.replay.total:.1f}" if used else NOTHING
        compiled = all(results.all("events", "amisdk", "compiled"))
        rows.append((python, "in C" if compiled else "in Python", each, *cells))
    head = (
        "Python",
        "made",
        "µs an event, typed",
        "all events, panoramisk",
        "all events, asterisk-ami",
        "five names, panoramisk",
        "nothing, panoramisk",
    )
    return table(head, rows)


def _missing(run: Run) -> Iterator[tuple[str, str]]:
    """Yield what was not measured, and why."""
    yield from run.missing.items()
    for python, results in {"": run.results, **run.beside}.items():
        if python and results is run.results:
            continue
        for (key, client), why in results.failures.items():
            yield f"{client}, {key}{python and f', Python {python}'}", why


def page(run: Run, rows: Iterable[Row]) -> str:
    """Return the page."""
    replay = run.replay
    share = replay.count(SUBSCRIBED) / replay.total
    told = [f"- {what}: {why}" for what, why in _missing(run)] or ["- Nothing is missing."]
    size = f"{len(replay.data) / 1e6:.0f} MB, {replay.total:,} events"
    parts = [ABOUT, f"**{run.note}**\n"] if run.note else [ABOUT]
    parts += [
        "![Events in a CPU second, by client](assets/benchmarks.svg)\n",
        REPLAY.format(size=size),
        table(("run", ""), run.facts.items()),
        "## Goals\n",
        "A ratio against another client says how many times ours its CPU time is.\n",
        _goals(rows),
        "## Every event\n",
        "The iterator, the blocking client and ours in pure Python are in the table of goals.\n",
        _clients(run, "events", replay.total),
        "## Events of a few names\n",
        f"{', '.join(SUBSCRIBED)}: {share:.1%} of the events.\n",
        _clients(run, "names", replay.total),
        "## Nothing subscribed\n",
        "The end is known by the reply to a Ping.\n",
        _clients(run, "nothing", replay.total),
        "## Round trips\n",
        _trips(run),
        "## Stages\n",
        "Without sockets and loops, in reads of 64 KiB.\n",
        _stages(run),
        "## Growth\n",
        _growth(run),
    ]
    if run.beside:
        parts += ["## Other versions of Python\n", _beside(run)]
    parts += ["## Not measured\n", "\n".join(told) + "\n"]
    return "\n".join(parts)
