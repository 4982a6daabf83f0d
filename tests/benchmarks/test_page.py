from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks.chart import chart
from benchmarks.environments import CLIENTS, OURS, Client, Place
from benchmarks.goals import GOALS, Goal, Row, judge
from benchmarks.page import Run, page, rates, table
from benchmarks.plan import QUICK
from benchmarks.ratios import Spread, spread
from benchmarks.replay import Replay
from benchmarks.rounds import Results, Task

REPLAY = Replay(b"x" * 1_000_000, Counter({"Hangup": 130, "VarSet": 870}))
PANORAMISK = CLIENTS[0]
STAGES = dict.fromkeys(("frame", "name", "make", "deliver", "nobody"), 0.004)


def put(results: Results, key: str, client: Client, *rounds: dict[str, Any]) -> None:
    for figures in rounds:
        results.add(Task(key, Place(client, Path(), "")), figures)


def measured() -> Results:
    """Return the results of two rounds in which ours took half of panoramisk's time."""
    results = Results()
    for client, factor in ((OURS, 1.0), (PANORAMISK, 2.0)):
        for key in ("events", "names", "nothing", "ping", "pings", "1 handlers", "400 handlers"):
            one = {"cpu": factor, "wall": factor, "peak": 30_720, "before": 20_480}
            one["compiled"] = False
            put(results, key, client, one, {**one, "cpu": 2 * factor})
        for key in ("short list", "long list"):
            put(results, key, client, {"cpu": 1.0, "peak": 30_720, "before": 29_696})
    for key in ("iterator", "blocking", "blocking ping", "pure events"):
        put(results, key, OURS, {"cpu": 1.0}, {"cpu": 1.0})
    for key in ("short list, traced", "long list, traced"):
        put(results, key, OURS, {"cpu": 1.0, "traced": 500_000})
    for key in ("short list, slowly", "long list, slowly"):
        put(results, key, OURS, {"cpu": 1.0, "peak": 30_720, "before": 20_480})
    put(
        results,
        "stages",
        OURS,
        {**STAGES, "whole": 0.009, "floor": 0.003, "4 MB": 0.1, "16 MB": 0.4},
    )
    for key in ("import", "first", "models"):
        put(results, key, OURS, {"wall": 0.1, "loaded": []})
    return results


def row_of(results: Results, what: str) -> Row:
    return next(row for row in judge(results) if what in row.goal.what)


@pytest.mark.parametrize(
    ("what", "figures", "met"),
    [
        ("every event typed", Spread(2.0, 2.0, 2.0), False),
        ("async iterator", Spread(2.0, 3.0, 4.0), True),
        ("typed path in process", Spread(3.0, 3.0, 3.0), False),
        ("1 → 400 handlers", Spread(1.0, 1.0, 1.0), True),
        ("memory beyond", Spread(1.0, 1.0, 1.0), True),
        ("16 MB against", Spread(4.0, 4.0, 4.0), True),
        ("`import amisdk`", Spread(100.0, 100.0, 100.0), False),
        ("blocking client", Spread(1.0, 1.5, 2.0), True),
    ],
)
def test_a_goal_is_judged_by_the_middle_of_its_rounds(
    what: str, figures: Spread, met: bool
) -> None:
    row = row_of(measured(), what)
    assert row.figures is not None
    assert (row.figures.least, row.figures.middle, row.figures.greatest) == pytest.approx(
        (figures.least, figures.middle, figures.greatest)
    )
    assert row.met is met


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    row = row_of(measured(), "against pystrix")
    assert row.figures is None
    assert row.met is None


def test_what_is_not_compiled_is_not_measured_as_compiled() -> None:
    assert row_of(measured(), "what is in C").figures is None
    results = measured()
    for figures in results._figures["events", "amisdk"]:
        figures["compiled"] = True
    assert row_of(results, "what is in C").figures == Spread(2.0, 2.0, 2.0)


def test_an_import_that_loads_pydantic_has_missed_its_goal() -> None:
    results = Results()
    put(results, "import", OURS, {"wall": 0.001, "loaded": ["pydantic"]})
    assert row_of(results, "`import amisdk`").met is False


@pytest.mark.parametrize(
    ("goal", "text", "figure"),
    [
        (Goal("a", 2.3, lambda _: spread([1.0])), "≥ 2.3x", "1.00x"),
        (Goal("a", 40, lambda _: spread([1.0]), False, "ms"), "≤ 40 ms", "1.0 ms"),
    ],
)
def test_a_goal_is_written_with_its_unit(goal: Goal, text: str, figure: str) -> None:
    assert goal.text == text
    assert Row(goal, None).show(1.0) == figure


def test_the_page_has_a_row_for_each_goal_and_tells_what_is_missing() -> None:
    results = measured()
    results.fail(Task("names", Place(PANORAMISK, Path(), "")), "it saw 3 events of 5")
    other = measured()
    run = Run(
        results=results,
        scale=QUICK,
        replay=REPLAY,
        short=REPLAY,
        facts={"date": "2026-01-01", "machine": "a slow one"},
        labels={"amisdk": "amisdk 0.1.0", "panoramisk": "panoramisk 1.4"},
        missing={"ami-io": "no npm"},
        beside={"3.11.7": results, "3.12.1": other},
        note="It was hot.",
    )
    text = page(run, judge(results))
    for goal in GOALS:
        assert goal.what in text
    assert "| date | 2026-01-01 |" in text
    assert "**It was hot.**" in text
    assert "- ami-io: no npm" in text
    assert "- panoramisk, names: it saw 3 events of 5" in text
    assert "| amisdk 0.1.0 | 1.50 | 667 | 30 | 1.00 / 1.00 / 1.00 |" in text
    assert "| panoramisk 1.4 | 3.00 | 333 | 30 | 2.00 / 2.00 / 2.00 |" in text
    assert "| 3.12.1 | in Python | 1500.0 | 2.00x | - | 2.00x | 2.00x |" in text
    assert "| list of 400 → 4,000 items, 0.2 ms of work for each, amisdk | 10.0 → 10.0 MB" in text
    assert text.count("it saw 3 events of 5") == 1


def test_a_table_has_as_many_columns_in_every_row() -> None:
    lines = table(("a", "b", "c"), [("1", "2", "3")]).splitlines()
    assert lines == ["| a | b | c |", "|---|---:|---:|", "| 1 | 2 | 3 |"]


def test_a_rate_is_the_events_of_a_cpu_second() -> None:
    assert rates(measured(), "events", 3000) == {"amisdk": 2000.0, "panoramisk": 1000.0}


def test_a_chart_has_the_longest_bar_on_top_and_ours_stands_out() -> None:
    drawn = chart("a < b", {"other 1": 50.0, "amisdk 0": 100.0, "third": 25.0})
    root = ET.fromstring(drawn)
    place = "{http://www.w3.org/2000/svg}"
    bars = [bar for bar in root.iter(f"{place}rect") if "bar" in (bar.get("class") or "")]
    assert [bar.get("class") for bar in bars] == ["bar ours", "bar", "bar"]
    widths = [float(bar.get("width") or 0) for bar in bars]
    assert widths == pytest.approx([widths[0], widths[0] / 2, widths[0] / 4], abs=0.1)
    assert "prefers-color-scheme: dark" in drawn
    names = [text.text for text in root.iter(f"{place}text")]
    assert names == ["a < b", "amisdk 0", "100", "other 1", "50", "third", "25"]
