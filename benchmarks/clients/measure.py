"""What every measured client shares: its orders, the clock, and the report.

A client is a script that is run by the Python of its own environment, with one argument: a JSON
object of what is asked of it. It prints one of what was measured. Only the standard library is
used here; scripts find this module by PYTHONPATH. All count events in the same way, and do nothing
else with them.
"""

from __future__ import annotations

import json
import resource
import socket
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

USERNAME, SECRET = "bench", "secret"
PATIENCE = 300.0
"""Seconds after which a client is given up."""


def peak() -> int:
    """Return the most memory that this process ever held, in KiB."""
    # What getrusage tells may be what the parent held when it forked.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def cpu() -> float:
    """Return the CPU seconds of this process, with those in the kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Run:
    """One measurement."""

    def __init__(self) -> None:
        asked: dict[str, Any] = json.loads(sys.argv[1])
        self.port: int = asked["port"]
        self.case: str = asked["case"]
        self.names: list[str] = asked.get("names", [])
        """The events to subscribe to; none for every event."""
        self.expected: int = asked.get("expected", 0)
        """How many of them will come."""
        self.times: int = asked.get("times", 0)
        """How often to do it."""
        self.handlers: int = asked.get("handlers", 1)
        self.trace: bool = asked.get("trace", False)
        self.busy: float = asked.get("busy", 0.0)
        """Seconds that a consumer works on each item."""
        self.seen = 0
        self.finished: Any = None
        """Called when the last event has come."""
        self._control: int = asked["control"]
        self._measured: dict[str, Any] = {}

    def begin(self, order: str = "go") -> None:
        """Start the clock, and have the server begin."""
        with socket.create_connection(("127.0.0.1", self._control)) as control:
            self._measured["before"] = peak()
            self._wall, self._cpu = perf_counter(), cpu()
            if order:
                control.sendall(order.encode() + b"\n")
                control.recv(16)

    def event(self, *_: object, **__: object) -> None:
        """Count an event: what every client calls back."""
        self.seen += 1
        if self.seen == self.expected:
            self.end()
            self.finished()

    def work(self) -> None:
        """Be busy, as a consumer that never waits."""
        until = perf_counter() + self.busy
        while self.busy and perf_counter() < until:
            pass

    def end(self) -> None:
        """Stop the clock."""
        self._measured["cpu"] = cpu() - self._cpu
        self._measured["wall"] = perf_counter() - self._wall
        self._measured["peak"] = peak()

    def report(self, **more: Any) -> None:
        """Print what was measured."""
        python = ".".join(map(str, sys.version_info[:3]))
        print(json.dumps({**self._measured, "seen": self.seen, "python": python, **more}))
