import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.page import Run
from benchmarks.plan import QUICK
from benchmarks.replay import Replay
from tests.benchmarks.test_page import measured


@pytest.fixture(autouse=True)
def _measured_already(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replay = Replay(b"x", Counter({"Hangup": 13}))

    def measure(_: object, *, quick: bool, note: str) -> Run:
        return Run(
            results=measured(), scale=QUICK, replay=replay, short=replay, facts={},
            labels={"amisdk": "amisdk 0.1.0", "panoramisk": "panoramisk 1.4"},
            missing={}, note=note,
        )  # fmt: skip

    monkeypatch.setattr(command, "measure", measure)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "CACHE", tmp_path / "cache")


@pytest.mark.parametrize(("options", "place"), [([], "docs"), (["--quick"], "cache/quick")])
def test_page_and_chart_are_written_and_a_quick_run_does_not_touch_the_documentation(
    options: list[str], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", *options, "--note", "Rough."])
    assert command.main() == 0
    assert "**Rough.**" in (tmp_path / place / "benchmarks.md").read_text("utf-8")
    assert "panoramisk 1.4" in (tmp_path / place / "assets" / "benchmarks.svg").read_text("utf-8")
    assert (tmp_path / "docs").exists() == (place == "docs")


def test_what_was_reached_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench"])
    command.main()
    told = capsys.readouterr().out
    assert "- every event typed, to a callback, against panoramisk: 2.00x (≥ 2.3x)" in told
    assert "+ 1 → 400 handlers: 1.00x (≤ 1.1x)" in told
    assert "- every event typed, against pystrix: not measured (≥ 4.5x)" in told


def test_facts_name_machine_versions_and_date() -> None:
    assert {"date", "machine", "system", "Python", "amisdk", "pydantic"} <= set(command.facts())
