"""docs/command-line.md: what it shows is what comes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from amisdk import events
from amisdk.cli.app import COMMANDS
from amisdk.cli.faults import Code
from amisdk.testing import FakeAsterisk
from tests.amisdk.cli.support import after_login

PAGE = Path(__file__).parents[3] / "docs" / "command-line.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
CALL = [
    events.Hangup(channel="PJSIP/6001-0000002a", cause=16, cause_txt="Normal Clearing"),
    events.QueueMemberPause(
        queue="support", interface="PJSIP/6001", member_name="Alice", paused=True
    ),
]


LIMITED = {"read": "call,system", "write": "call,command,originate,system,user"}


@pytest.fixture
def fake(block: str) -> Iterator[FakeAsterisk]:
    """Run a server; one whose user may not do everything, to look at its rights."""
    with FakeAsterisk(**(LIMITED if "doctor" in block else {})) as server:  # type: ignore[arg-type]
        yield server


def commands(block: str) -> list[tuple[str, str]]:
    """Return the commands of a block, and what it shows of each."""
    found = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    assert "".join(f"$ {command}\n{shown}" for command, shown in found) == block
    return found


def pattern(shown: str) -> str:
    """Return the expression for an output; ``...`` stands for anything, on a line or more."""
    parts = shown.split("...")
    return ".*".join(map(re.escape, parts))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("\n")[0][9:40])
def test_what_the_page_shows_comes(server: FakeAsterisk, tmp_path: Path, block: str) -> None:
    after_login(server, *CALL)
    environ = {**os.environ, "TZ": "UTC", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    code = 0
    for command, shown in commands(block):
        done = subprocess.run(
            ["bash", "-c", f"(exit {code}); {command}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environ, cwd=tmp_path, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert re.fullmatch(pattern(shown), done.stdout, re.DOTALL), f"{command}:\n{done.stdout}"
        code = done.returncode


def test_every_command_and_exit_code_is_on_the_page() -> None:
    for name in COMMANDS:
        assert f"`amisdk {name}" in TEXT, name
    for code in Code:
        assert f"\n| {code.value} | " in TEXT
