"""The fixtures of the pytest plugin; `test_packaging` uses them in a project of its own."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from amisdk import AsyncClient, Client, actions
from amisdk.testing import FakeAsterisk


def test_a_server_and_a_client_that_is_connected(
    fake_asterisk: FakeAsterisk, ami_blocking_client: Client
) -> None:
    assert ami_blocking_client.send(actions.Ping()).ping == "Pong"
    fake_asterisk.assert_received(actions.Ping)


def test_a_client_for_the_loop_of_the_test(
    fake_asterisk: FakeAsterisk, ami_client: AsyncClient
) -> None:
    async def main() -> str | None:
        async with ami_client as ami:
            return (await ami.send(actions.Ping())).ping

    assert asyncio.run(main()) == "Pong"
    assert fake_asterisk.received(actions.Ping)


@pytest.mark.fake_asterisk(version=16, username="marked")
class TestMarker:
    """A marker of a class, and of its tests."""

    def test_it_says_how_the_server_is_made(self, fake_asterisk: FakeAsterisk) -> None:
        assert (fake_asterisk.version, fake_asterisk.username) == (16, "marked")

    @pytest.mark.fake_asterisk(version=18)
    def test_the_nearest_counts(self, fake_asterisk: FakeAsterisk) -> None:
        assert (fake_asterisk.version, fake_asterisk.username) == (18, "marked")


class TestOptions:
    """A fixture of the project's own."""

    @pytest.fixture
    def fake_asterisk_options(self) -> dict[str, Any]:
        """Make another server."""
        return {"version": 20, "secret": "s"}

    @pytest.mark.fake_asterisk(version=23)
    def test_it_is_taken_and_the_marker_counts_more(self, fake_asterisk: FakeAsterisk) -> None:
        assert (fake_asterisk.version, fake_asterisk.secret) == (23, "s")


pytest_plugins = ["pytester"]

WRONG = """
import pytest
from amisdk import actions

@pytest.mark.fake_asterisk(16)
def test_without_a_name(fake_asterisk):
    pass

@pytest.mark.fake_asterisk(versoin=16)
def test_misspelt(fake_asterisk):
    pass

def test_a_rule_that_raises(fake_asterisk, ami_blocking_client):
    fake_asterisk.on(actions.QueuePause, queue=lambda name: 1 / 0)
    with pytest.raises(Exception):
        ami_blocking_client.send(actions.QueuePause(interface="PJSIP/6001", paused=True))

def test_leftovers(fake_asterisk, ami_blocking_client):
    fake_asterisk.call("PJSIP/6001", "PJSIP/6002")
    fake_asterisk.on(actions.Ping).error("never")
    fake_asterisk.silence()
"""


def test_what_is_wrong_with_a_server_is_an_error_of_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(WRONG)
    done = pytester.runpytest_subprocess("-W", "error", "--strict-markers")
    done.assert_outcomes(passed=2, errors=3)
    done.stdout.fnmatch_lines(
        [
            "*TypeError: say it by name, such as version=16, not fake_asterisk(16,)",
            "*TypeError: *unexpected keyword argument 'versoin'*",
            "*ZeroDivisionError: division by zero",
        ]
    )


def test_servers_do_not_disturb_each_other(fake_asterisk: FakeAsterisk) -> None:
    with FakeAsterisk(version=16) as other:
        assert other.port != fake_asterisk.port
        with Client.from_url(other.url) as ami:
            ami.send(actions.DBPut(family="a", key="b", val="c"))
        assert (other.database, fake_asterisk.database) == ({"/a/b": "c"}, {})


def test_each_test_has_a_server_of_its_own(fake_asterisk: FakeAsterisk) -> None:
    assert list(fake_asterisk.received) == []


def test_the_plugin_imports_nothing_of_amisdk() -> None:
    program = (
        "import sys, pytest_amisdk\n"
        "print([name for name in sys.modules if name.split('.')[0].startswith('amisdk')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
