"""What mypy and pyright make of the public interface."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "typing" / "cases.py"
Line = int


def _expected() -> tuple[dict[Line, str], set[Line]]:
    revealed: dict[Line, str] = {}
    wrong: set[Line] = set()
    for number, line in enumerate(CASES.read_text(encoding="utf-8").splitlines(), 1):
        if number > 5 and (found := re.search(r"# revealed: (.*)$", line)):
            revealed[number] = found[1]
        elif line.rstrip().endswith("# wrong"):
            wrong.add(number)
    return revealed, wrong


def _plain(text: str) -> str:
    """Drop module names, and order the members of unions."""
    text = re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text)
    return re.sub(
        r"\w+(?:\[[^\[\]]*\])?(?: \| \w+(?:\[[^\[\]]*\])?)+",
        lambda union: " | ".join(sorted(union[0].split(" | "))),
        text,
    )


def _mypy(cases: Path) -> tuple[dict[Line, str], set[Line]]:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--output", "json",
         "--cache-dir", str(cases.parent / "cache"), cases.name],
        cwd=cases.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    revealed: dict[Line, str] = {}
    wrong: set[Line] = set()
    for message in map(json.loads, done.stdout.splitlines()):
        if found := re.match(r'Revealed type is "(.*)"', message["message"]):
            revealed[message["line"]] = found[1]
        elif message["severity"] == "error":
            wrong.add(message["line"])
    return revealed, wrong


def _pyright(cases: Path) -> tuple[dict[Line, str], set[Line]]:
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable,
         cases.name],
        cwd=cases.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    revealed: dict[Line, str] = {}
    wrong: set[Line] = set()
    for message in json.loads(done.stdout)["generalDiagnostics"]:
        line = message["range"]["start"]["line"] + 1
        if found := re.match(r'Type of ".*" is "(.*)"', message["message"], re.DOTALL):
            revealed[line] = found[1]
        elif message["severity"] == "error":
            wrong.add(line)
    return revealed, wrong


@pytest.mark.parametrize("checker", [_mypy, _pyright], ids=["mypy", "pyright"])
def test_the_checker_infers_and_refuses_as_the_cases_say(
    checker: Callable[[Path], tuple[dict[Line, str], set[Line]]], tmp_path: Path
) -> None:
    cases = Path(shutil.copy(CASES, tmp_path))
    expected, wrong = _expected()
    found, errors = checker(cases)
    assert {line: _plain(text) for line, text in found.items()} == {
        line: _plain(text) for line, text in expected.items()
    }
    assert errors == wrong
