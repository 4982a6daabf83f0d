"""``make bench``: measure everything, and write docs/benchmarks.md and its chart.

With ``--quick`` less of it is done, in about two minutes, and the page goes to the cache directory,
so that rough figures never stand in the documentation.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import amisdk
from amisdk import making

from . import plan as planning
from .chart import chart
from .environments import CACHE, CLIENTS, ROOT, number_of, pythons
from .goals import judge
from .page import Run, page, rates
from .plan import FULL, QUICK, Plan, Stage
from .replay import cached
from .rounds import Results, in_rounds, serving


def facts() -> dict[str, str]:
    """Return where and when this is run."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{_processor()}, {os.cpu_count()} CPUs",
        "system": f"{platform.system()} {platform.release()}",
        "Python": number_of(sys.executable),
        "amisdk": amisdk.__version__,
        "its two small functions": "in C" if making.COMPILED else "in Python",
        "pydantic": version("pydantic"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def measure(stages: ExitStack, *, quick: bool, note: str) -> Run:
    """Measure, and return what came of it."""
    scale = QUICK if quick else FULL
    long, short = (_stage(stages, size) for size in (scale.size, scale.short))
    ruling = planning.plan(long, short, scale)
    results = in_rounds(ruling.tasks, scale.rounds)
    missing = dict(ruling.missing)
    others: dict[str, Results] = {}
    for name, python in pythons().items():
        if python is None:
            missing[f"Python {name}"] = "not installed"
        elif number_of(python) == number_of(sys.executable):
            others[number_of(python)] = results
        elif scale.beside:
            work = planning.beside(long, python)
            _note(missing, work, name)
            others[number_of(python)] = in_rounds(work.tasks, scale.beside)
        else:
            missing[f"Python {name}"] = "this was a quick run"
    return Run(
        results=results,
        scale=scale,
        replay=long.replay,
        short=short.replay,
        facts={**facts(), "rounds": str(scale.rounds)},
        labels={
            "amisdk": f"amisdk {amisdk.__version__}",
            **{client.name: client.label for client in CLIENTS},
        },
        missing=missing,
        beside=others,
        note=note,
    )


def _stage(stages: ExitStack, size: int) -> Stage:
    file, replay = cached(CACHE, size=size)
    return Stage(stages.enter_context(serving(file)), replay, file)


def _note(missing: dict[str, str], work: Plan, name: str) -> None:
    for client, why in work.missing.items():
        missing[f"{client}, Python {name}"] = why


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description="Measures amisdk beside other clients.")
    parser.add_argument("--quick", action="store_true", help="less of it, to the cache directory")
    parser.add_argument("--note", default="", help="a sentence about the run, for its page")
    asked = parser.parse_args()
    out = CACHE / "quick" if asked.quick else ROOT / "docs"
    with ExitStack() as stages:
        run = measure(stages, quick=asked.quick, note=asked.note)
    rows = list(judge(run.results))
    bars = {
        run.labels[name]: rate
        for name, rate in rates(run.results, "events", run.replay.total).items()
    }
    (out / "assets").mkdir(parents=True, exist_ok=True)
    drawn = chart("Events in a CPU second, every event to a callback", bars)
    (out / "assets" / "benchmarks.svg").write_text(drawn, "utf-8")
    (out / "benchmarks.md").write_text(page(run, rows), "utf-8")
    for row in rows:
        figure = "not measured" if row.figures is None else row.show(row.figures.middle)
        print(f"{'+' if row.met else '-'} {row.goal.what}: {figure} ({row.goal.text})")
    print(out / "benchmarks.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
