"""The demonstration, as "make demo" runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

from amisdk.testing import FakeAsterisk
from tests.support import asynchronous

DEMO = Path(__file__).parent.parent / "examples" / "demo.py"


def _demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", DEMO, *arguments],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip


def test_it_shows_the_main_job_on_the_embedded_server() -> None:
    done = _demo("", "")
    assert done.returncode == 0, done.stderr
    for shown in ("Pong at", "queue support", "event Hangup", "answered:", "penalty"):
        assert shown in done.stdout
    assert not done.stderr


@asynchronous
async def test_it_takes_the_address_of_a_pbx_and_a_channel() -> None:
    import asyncio

    async with FakeAsterisk() as server:
        address = server.url.removeprefix("ami://")
        done = await asyncio.to_thread(_demo, address, "PJSIP/busy")
    assert done.returncode == 0, done.stderr
    assert "not answered: Originate: the call failed with reason 5 (busy)" in done.stdout


@pytest.mark.parametrize("address", ["nonsense", "admin:s3cr3t-word@127.0.0.1:1"])
def test_a_wrong_address_is_one_line_without_the_secret(address: str) -> None:
    done = _demo(address)
    assert done.returncode == 1
    assert done.stderr.startswith("demo: ")
    assert done.stderr.count("\n") == 1
    assert "s3cr3t-word" not in done.stderr
