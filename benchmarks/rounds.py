"""Runs what is to be measured: every task once in a round, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .environments import ROOT, Place

__all__ = ["Failed", "Figures", "Results", "Server", "Task", "in_rounds", "serving", "turned"]

PATIENCE = 600
"""Seconds that a task may take."""


class Failed(Exception):
    """A task has not measured anything; the message says why."""


@dataclass(frozen=True)
class Server:
    """A server that runs: see `benchmarks.server`."""

    port: int
    control: int


@contextmanager
def serving(replay: Path) -> Iterator[Server]:
    """Run a server with a replay."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", str(replay)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        port, control = map(int, process.stdout.readline().split())
        try:
            yield Server(port, control)
        finally:
            process.stdin.close()
            process.wait(10)


Figures = dict[str, Any]
"""What a task has measured, as its script reports it."""


@dataclass(frozen=True)
class Task:
    """Something to measure, and how it is called in the results."""

    key: str
    place: Place
    asked: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)
    script: str | None = None
    """Another script than the client's own."""
    once: bool = False
    """Whether one round is enough: what it tells does not vary."""
    pure: bool = False
    """Whether ours is to run without what is compiled."""

    @property
    def client(self) -> str:
        """The name of the client."""
        return self.place.client.name

    def measure(self) -> Figures:
        """Run it once.

        Raises:
            Failed: It told nothing.
        """
        command = [*self.place.command(self.script), json.dumps(self.asked)]
        try:
            done = subprocess.run(
                command,
                env=self.place.variables() | ({"AMISDK_PURE": "1"} if self.pure else {}),
                check=False,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"it did not end within {PATIENCE} s") from None
        try:
            figures: Figures = json.loads(done.stdout.splitlines()[-1])
        except (ValueError, IndexError):
            told = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
            raise Failed(told[-1]) from None
        expected = self.asked.get("expected")
        if expected is not None and figures["seen"] != expected:
            raise Failed(f"it saw {figures['seen']} events of {expected}")
        if figures.get("lost"):
            raise Failed(f"it lost {figures['lost']} events")
        return figures


class Results:
    """What was measured, by key and client, a list with one entry for each round."""

    def __init__(self) -> None:
        self._figures: dict[tuple[str, str], list[Figures]] = {}
        self.failures: dict[tuple[str, str], str] = {}

    def add(self, task: Task, figures: Figures) -> None:
        """Keep what a task measured in a round."""
        self._figures.setdefault((task.key, task.client), []).append(figures)

    def fail(self, task: Task, why: str) -> None:
        """Note that a task does not work; what it has measured before does not count."""
        self.failures[task.key, task.client] = why
        self._figures.pop((task.key, task.client), None)

    def all(self, key: str, client: str, figure: str = "cpu") -> list[float]:
        """Return a figure, round by round; nothing if it was not measured."""
        return [one[figure] for one in self._figures.get((key, client), ())]

    def clients(self, key: str) -> list[str]:
        """Return who was measured, in the order of the tasks."""
        return [client for measured, client in self._figures if measured == key]


def turned(tasks: Sequence[Task], number: int) -> list[Task]:
    """Return the tasks of a round: the same, but each time another one begins."""
    now = [task for task in tasks if number == 0 or not task.once]
    start = number * 3 % len(now) if now else 0
    return now[start:] + now[:start]


def in_rounds(tasks: Sequence[Task], rounds: int, tell: Callable[[str], object] = print) -> Results:
    """Measure all tasks, round by round. One that fails once is left out from then on."""
    results = Results()
    for number in range(rounds):
        for task in turned(tasks, number):
            if (task.key, task.client) in results.failures:
                continue
            try:
                figures = task.measure()
            except Failed as error:
                results.fail(task, str(error))
                tell(f"{number + 1}/{rounds} {task.key} {task.client}: {error}")
            else:
                results.add(task, figures)
                if "cpu" in figures:
                    tell(f"{number + 1}/{rounds} {task.key} {task.client}: {figures['cpu']:.2f} s")
    return results
