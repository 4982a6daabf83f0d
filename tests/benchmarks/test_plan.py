from collections import Counter
from pathlib import Path

import pytest

from benchmarks import plan as planning
from benchmarks.environments import CLIENTS, Client, NotThere, Place
from benchmarks.goals import judge
from benchmarks.plan import QUICK, Stage, beside, plan
from benchmarks.replay import Replay
from benchmarks.rounds import Results, Server

STAGE = Stage(Server(1, 2), Replay(b"", Counter({"Hangup": 3, "VarSet": 5})), Path("replay"))


@pytest.fixture(autouse=True)
def _no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(client: Client, python: str = "") -> Place:
        if client.node:
            raise NotThere("no npm")
        return Place(client, Path(), python)

    monkeypatch.setattr(planning, "prepare", prepare)
    monkeypatch.setattr(planning, "compile_for", lambda place: None)


def test_every_client_that_is_there_has_the_same_streams_and_the_others_are_named() -> None:
    made = plan(STAGE, STAGE, QUICK)
    there = {client.name for client in CLIENTS if not client.node}
    for key in ("events", "names", "nothing"):
        assert {task.client for task in made.tasks if task.key == key} == {"amisdk", *there}
    assert made.missing == {client.name: "no npm" for client in CLIENTS if client.node}


def test_a_client_is_told_what_it_will_see() -> None:
    tasks = {(task.key, task.client): task.asked for task in plan(STAGE, STAGE, QUICK).tasks}
    assert tasks["events", "panoramisk"]["expected"] == 9  # FullyBooted is one of them
    assert tasks["names", "panoramisk"]["expected"] == 3
    assert tasks["400 handlers", "amisdk"]["handlers"] == 400
    assert "expected" not in tasks["nothing", "amisdk"]


def test_each_goal_is_of_something_that_is_measured() -> None:
    results = Results()
    named = ("cpu", "wall", "peak", "before", "4 MB", "16 MB", "compiled", "whole", "floor")
    figures = dict.fromkeys(named, 1.0)
    for task in plan(STAGE, STAGE, QUICK).tasks:
        results.add(task, {**figures, "loaded": []})
    assert all(row.figures is not None for row in judge(results))


def test_another_python_has_fewer_clients_and_the_same_streams() -> None:
    keys = {(task.key, task.client) for task in beside(STAGE, "python3.13").tasks}
    assert {client for key, client in keys if key == "events"} == {
        "amisdk", "panoramisk", "asterisk-ami",
    }  # fmt: skip
    assert ("blocking", "amisdk") in keys


def test_another_python_without_a_compiler_is_measured_with_what_is_in_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compile_for(place: Place) -> None:
        raise NotThere("no compiler")

    monkeypatch.setattr(planning, "compile_for", compile_for)
    made = beside(STAGE, "python3.13")
    assert ("events", "amisdk") in {(task.key, task.client) for task in made.tasks}
    assert made.missing["what is in C"] == "no compiler"


def test_another_python_for_which_ours_cannot_be_installed_is_not_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def prepare(client: Client, python: str = "") -> Place:
        raise NotThere("it cannot be installed: no wheel")

    monkeypatch.setattr(planning, "prepare", prepare)
    made = beside(STAGE, "python3.14")
    assert made.tasks == []
    assert made.missing["amisdk"] == "it cannot be installed: no wheel"
