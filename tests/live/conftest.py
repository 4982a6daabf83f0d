"""The servers under test: a real Asterisk of each version, or the one that the user names.

- AMISDK_TEST_ASTERISK=user:secret@host:port: test that server only. What needs our own dialplan,
  users or process is skipped.
- AMISDK_REQUIRE_ASTERISK=1: a server that cannot be had is a failure, not a reason to skip.
"""

import asyncio
import os
from collections.abc import Iterator

import pytest

from amisdk import AsyncClient, actions
from amisdk.options import url_arguments
from tests.live.asterisk import MAJORS, BuildError, Server, why_not
from tests.live.support import Pbx

GIVEN = os.environ.get("AMISDK_TEST_ASTERISK")
TESTED: list[Pbx] = []


@pytest.fixture(
    scope="session",
    params=["given"] if GIVEN else MAJORS,
    ids=["given"] if GIVEN else [f"asterisk{major}" for major in MAJORS],
)
def any_pbx(request: pytest.FixtureRequest) -> Iterator[Pbx]:
    """A server that may be someone else's: a test reads from it, and changes nothing."""
    if GIVEN:
        pbx = asyncio.run(_given(f"ami://{GIVEN}"))
        TESTED.append(pbx)
        yield pbx
        return
    server = Server(request.param)
    if reason := why_not():
        _unavailable(reason)
    try:
        server.start()
    except BuildError as error:
        _unavailable(str(error))
    try:
        pbx = Pbx(str(server.major), server.major, server.host, server.port, server=server)
        TESTED.append(pbx)
        yield pbx
    finally:
        server.stop()


@pytest.fixture
def pbx(any_pbx: Pbx) -> Pbx:
    """A server of our own, with the dialplan and the users of tests/live/asterisk/etc."""
    if any_pbx.server is None:
        pytest.skip("needs a server of our own, not the one in AMISDK_TEST_ASTERISK")
    return any_pbx


@pytest.fixture
def server(pbx: Pbx) -> Server:
    """The process of the server, to look at and to reach around the manager."""
    assert pbx.server is not None
    return pbx.server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how much was really sent and seen."""
    if TESTED:
        sent = ", ".join(f"{pbx.label}: {len(pbx.tally.sent)}" for pbx in TESTED)
        kinds = ", ".join(f"{pbx.label}: {len(pbx.tally.events)}" for pbx in TESTED)
        terminalreporter.write_line(f"actions sent live: {sent}")
        terminalreporter.write_line(f"kinds of events seen live: {kinds}")


def _unavailable(reason: str) -> None:
    if os.environ.get("AMISDK_REQUIRE_ASTERISK"):
        pytest.fail(f"AMISDK_REQUIRE_ASTERISK is set, but no Asterisk here: {reason}")
    pytest.skip(f"no Asterisk here: {reason}")


async def _given(url: str) -> Pbx:
    async with AsyncClient.from_url(url) as ami:
        version = (await ami.send(actions.CoreSettings())).asterisk_version or ""
    where = url_arguments(url)
    major = int(version.partition(".")[0])
    return Pbx("given", major, where["host"], where["port"] or 5038, url=url)
