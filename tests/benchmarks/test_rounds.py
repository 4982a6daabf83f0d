import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amisdk import making
from benchmarks.environments import OURS, ROOT, Client, Place
from benchmarks.replay import Replay, cached
from benchmarks.rounds import Failed, Results, Server, Task, in_rounds, serving, turned

SIZE = 200_000
Served = tuple[Server, Replay, Path]


def place(tmp_path: Path, code: str, name: str = "one") -> Place:
    """Return a place where what is run is a piece of code."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    python = tmp_path / "bin" / "python"
    if not python.exists():
        python.symlink_to(sys.executable)
    script = tmp_path / f"{name}.py"
    script.write_text(code)
    return Place(Client(name, str(script), "none==0"), tmp_path, sys.executable)


def task(tmp_path: Path, code: str, name: str = "one", **asked: object) -> Task:
    return Task("case", place(tmp_path, code, name), dict(asked))


def test_a_task_returns_what_the_last_line_of_its_script_tells(tmp_path: Path) -> None:
    code = "import sys; print('noise'); print(sys.argv[1])"
    assert task(tmp_path, code, cpu=1.5).measure() == {"cpu": 1.5}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise SystemExit('no such server')", "no such server"),
        ("pass", "status 0"),
        ("print('{\"seen\": 6}')", "it saw 6 events of 7"),
        ('print(\'{"seen": 7, "lost": 2}\')', "it lost 2 events"),
    ],
)
def test_a_task_that_measured_nothing_tells_why(tmp_path: Path, code: str, told: str) -> None:
    with pytest.raises(Failed, match=told):
        task(tmp_path, code, expected=7).measure()


def test_rounds_keep_what_each_client_measured_and_leave_out_who_failed(tmp_path: Path) -> None:
    count = tmp_path / "count"
    fails_later = (
        f"import pathlib; count = pathlib.Path({str(count)!r})\n"
        "done = len(count.read_text()) if count.exists() else 0\n"
        "count.write_text('x' * (done + 1))\n"
        "print('{\"cpu\": 1.0}' if done == 0 else 'broken')"
    )
    good = task(tmp_path, "print('{\"cpu\": 2.0}')", "good")
    results = in_rounds([good, task(tmp_path, fails_later, "bad")], 3, tell=lambda _: None)
    assert results.all("case", "good") == [2.0, 2.0, 2.0]
    assert results.all("case", "bad") == []
    assert results.clients("case") == ["good"]
    assert list(results.failures) == [("case", "bad")]
    assert count.read_text() == "xx"


def test_each_round_begins_with_another_task_and_has_them_all(tmp_path: Path) -> None:
    tasks = [task(tmp_path, "", f"t{number}") for number in range(5)]
    rounds = [turned(tasks, number) for number in range(4)]
    assert len({tuple(each.client for each in one) for one in rounds}) == 4
    assert all({each.client for each in one} == {f"t{n}" for n in range(5)} for one in rounds)


def test_what_does_not_vary_is_measured_once(tmp_path: Path) -> None:
    once = Task("case", place(tmp_path, ""), once=True)
    assert turned([once], 0) == [once]
    assert turned([once], 1) == []


def test_nothing_was_measured_at_first() -> None:
    assert Results().all("events", "amisdk") == []


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    file, replay = cached(tmp_path_factory.mktemp("replay"), size=SIZE)
    with serving(file) as server:
        yield server, replay, file


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Return an environment that has our client: that of the tests."""
    monkeypatch.setattr(Place, "variables", lambda _: {**os.environ, "PYTHONPATH": str(ROOT)})
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tmp_path / "bin" / "python").chmod(0o755)
    return Place(OURS, tmp_path, sys.executable)


@pytest.mark.parametrize("case", ["events", "iterator", "blocking"])
def test_our_client_sees_every_event_of_the_replay(served: Served, ours: Place, case: str) -> None:
    server, replay, _ = served
    asked = {**ports(server), "case": case, "expected": replay.total + 1}
    figures = Task(case, ours, asked).measure()
    assert figures["cpu"] > 0
    assert figures["peak"] >= figures["before"] > 0


@pytest.mark.parametrize("pure", [True, False])
def test_our_client_tells_whether_its_loop_is_compiled(
    served: Served, ours: Place, pure: bool
) -> None:
    server, replay, _ = served
    asked = {**ports(server), "case": "events", "expected": replay.total + 1}
    told = Task("events", ours, asked, pure=pure).measure()["compiled"]
    assert told is (making.COMPILED and not pure)


def test_our_client_sees_the_events_it_subscribed_to(served: Served, ours: Place) -> None:
    server, replay, _ = served
    names = ("Hangup", "DialEnd")
    some = {"case": "events", "names": names, "expected": replay.count(names), "handlers": 3}
    assert Task("names", ours, {**ports(server), **some}).measure()["seen"] == replay.count(names)


@pytest.mark.parametrize(
    ("case", "times"), [("nothing", 0), ("ping", 3), ("pings", 1), ("blocking ping", 3)]
)
def test_our_client_is_measured_where_it_sees_nothing(
    served: Served, ours: Place, case: str, times: int
) -> None:
    server, _, _ = served
    figures = Task(case, ours, {**ports(server), "case": case, "times": times}).measure()
    assert figures["cpu"] > 0
    assert figures["seen"] == 0


def test_our_client_streams_a_list(served: Served, ours: Place) -> None:
    server, _, _ = served
    asked = {**ports(server), "case": "list", "times": 40, "trace": True, "busy": 0.0001}
    figures = Task("list", ours, asked).measure()
    assert figures["seen"] == 40
    assert figures["traced"] > 0


def test_stages_and_start_are_measured(served: Served, ours: Place) -> None:
    server, _, file = served
    asked = {"replay": str(file)}
    stages = Task("stages", ours, asked, "stages.py").measure()
    assert {"frame", "name", "make", "deliver", "whole", "nobody", "floor"} < set(stages)
    for what in ("import", "first", "models"):
        told = Task(what, ours, {"what": what, **ports(server)}, "startup.py").measure()
        assert told["wall"] > 0
        assert told["loaded"] == []


def ports(server: Server) -> dict[str, int]:
    return {"port": server.port, "control": server.control}
