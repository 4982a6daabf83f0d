"""What is measured: the tasks of a run, from the environments that are there."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .environments import CLIENTS, OURS, Client, NotThere, Place, compile_for, prepare
from .replay import Replay
from .rounds import Server, Task

__all__ = ["BUSY", "FULL", "QUICK", "SUBSCRIBED", "Plan", "Scale", "Stage", "plan"]

SUBSCRIBED = ("Newchannel", "Hangup", "DialEnd", "QueueCallerJoin", "AgentConnect")
"""The names of the case that wants a few: about 14 % of the events."""
BUSY = 0.0002
"""Seconds that a slow consumer works on an item of a list, of which it gets a fifth as many."""
_PINGERS = ("panoramisk", "asterisk-ami")
"""The others whose replies do not wait for a timer of their own."""


@dataclass(frozen=True)
class Scale:
    """How much is done."""

    size: int
    """Bytes of the long replay."""
    short: int
    """Bytes of the replay for what grows."""
    rounds: int
    pings: int
    items: int
    """Items of the long list; the short one has a tenth."""
    beside: int
    """Rounds with each of the other Pythons."""


FULL = Scale(65_000_000, 6_500_000, rounds=7, pings=5_000, items=100_000, beside=3)
QUICK = Scale(6_500_000, 1_300_000, rounds=3, pings=1_000, items=20_000, beside=0)


@dataclass(frozen=True)
class Stage:
    """A replay, its file and the server that has it."""

    server: Server
    replay: Replay
    file: Path

    def ports(self) -> dict[str, Any]:
        """Return what a client is told of the server."""
        return {"port": self.server.port, "control": self.server.control}


@dataclass
class Plan:
    """The tasks, and why others are missing."""

    tasks: list[Task]
    missing: dict[str, str]


def plan(long: Stage, short: Stage, scale: Scale, python: str = sys.executable) -> Plan:
    """Return all that is measured with an interpreter that rules."""
    places, missing = _places((*CLIENTS,), python)
    ours = prepare(OURS, python)
    try:
        compile_for(ours)
    except NotThere as error:
        missing["what is in C"] = str(error)
    tasks = streams(long, [ours, *places])
    tasks += [_stream("iterator", ours, long), _stream("blocking", ours, long)]
    tasks.append(replace(_stream("events", ours, long), key="pure events", pure=True))
    for place in (ours, *_named(places, "panoramisk")):
        for handlers in (1, 400):
            asked = {**_events(short), "case": "events", "handlers": handlers}
            tasks.append(Task(f"{handlers} handlers", place, asked))
    tasks += _round_trips(ours, [ours, *_named(places, *_PINGERS)], short, scale.pings)
    tasks += _lists(ours, _named(places, "panoramisk"), short, scale.items)
    tasks.append(Task("stages", ours, {"replay": str(short.file)}, "stages.py"))
    for what in ("import", "first", "models"):
        tasks.append(Task(what, ours, {"what": what, **short.ports()}, "startup.py"))
    return Plan(tasks, missing)


def beside(long: Stage, python: str) -> Plan:
    """Return what is measured with another interpreter."""
    rivals = [client for client in CLIENTS if client.name in _PINGERS]
    places, missing = _places(tuple(rivals), python)
    try:
        ours = prepare(OURS, python)
    except NotThere as error:
        return Plan([], {**missing, OURS.name: str(error)})
    try:
        compile_for(ours)
    except NotThere as error:
        missing["what is in C"] = str(error)
    tasks = streams(long, [ours, *places])
    tasks += [_stream("iterator", ours, long), _stream("blocking", ours, long)]
    return Plan(tasks, missing)


def streams(stage: Stage, places: list[Place]) -> list[Task]:
    """Return the cases that every client has: all events, those of a few names, none."""
    replay = stage.replay
    tasks = []
    for place in places:
        tasks.append(_stream("events", place, stage))
        some = {"names": SUBSCRIBED, "expected": replay.count(SUBSCRIBED)}
        tasks.append(Task("names", place, {**stage.ports(), **some, "case": "events"}))
        tasks.append(Task("nothing", place, {**stage.ports(), "case": "nothing"}))
    return tasks


def _places(clients: tuple[Client, ...], python: str) -> tuple[list[Place], dict[str, str]]:
    places, missing = [], {}
    for client in clients:
        try:
            places.append(prepare(client, python))
        except NotThere as error:
            missing[client.name] = str(error)
    return places, missing


def _named(places: list[Place], *names: str) -> list[Place]:
    return [place for place in places if place.client.name in names]


def _events(stage: Stage) -> dict[str, Any]:
    # FullyBooted comes behind the login, and is an event like the others.
    return {**stage.ports(), "expected": stage.replay.total + 1}


def _stream(case: str, place: Place, stage: Stage) -> Task:
    return Task(case, place, {**_events(stage), "case": case})


def _round_trips(ours: Place, places: list[Place], stage: Stage, pings: int) -> list[Task]:
    tasks = []
    for place in places:
        tasks.append(Task("ping", place, {**stage.ports(), "case": "ping", "times": pings}))
        many = {"case": "pings", "times": max(1, pings // 500)}
        tasks.append(Task("pings", place, {**stage.ports(), **many}))
    one_thread = {"case": "blocking ping", "times": pings}
    return [*tasks, Task("blocking ping", ours, {**stage.ports(), **one_thread})]


def _lists(ours: Place, others: list[Place], stage: Stage, items: int) -> list[Task]:
    tasks = []
    for key, number in (("short list", items // 10), ("long list", items)):
        asked = {**stage.ports(), "case": "list", "times": number}
        tasks += [Task(key, place, asked) for place in (ours, *others)]
        traced = {**asked, "trace": True}
        tasks.append(Task(f"{key}, traced", ours, traced, once=True))
        slow = {**asked, "times": number // 5, "busy": BUSY}
        tasks.append(Task(f"{key}, slowly", ours, slow, once=True))
    return tasks
