"""The servers under test: a real Asterisk of each version, or the one that the user names.

- AMISDK_TEST_ASTERISK=user:secret@host:port: test that server only. What needs our own dialplan,
  users or process is skipped.
- AMISDK_REQUIRE_ASTERISK=1: a server that cannot be had is a failure, not a reason to skip.
- ``--conformance``, where ``tests/live`` is given: keep what goes by, and write what it proves.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from amisdk import AsyncClient, actions, models
from amisdk.options import url_arguments
from tests.live import conformance
from tests.live.asterisk import MAJORS, BuildError, Server, why_not
from tests.live.drivers import AsyncDriver, BlockingDriver, Drivers
from tests.live.proxy import Proxy
from tests.live.support import Pbx, Tally

GIVEN = os.environ.get("AMISDK_TEST_ASTERISK")
TESTED: list[Pbx] = []
WRITTEN: list[str] = []
FIGURES: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the option of ``make conformance``."""
    text = "keep what real servers say, and write docs/conformance.md and tests/data/conformance"
    parser.addoption("--conformance", action="store_true", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what cannot be."""
    if GIVEN and config.getoption("--conformance", default=False):
        raise pytest.UsageError("--conformance needs our own servers, not AMISDK_TEST_ASTERISK")


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
    with ExitStack() as stack:
        stack.callback(server.stop)
        kept = request.config.getoption("--conformance", default=False)
        tally = Tally(stack.enter_context(Proxy()) if kept else None)
        pbx = Pbx(str(server.major), server.major, server.host, server.port, None, server, tally)
        pbx.listed.update(asyncio.run(_listed(pbx)))
        TESTED.append(pbx)
        yield pbx


@pytest.fixture
def pbx(any_pbx: Pbx) -> Pbx:
    """A server of our own, with the dialplan and the users of tests/live/asterisk/etc."""
    if any_pbx.server is None:
        pytest.skip("needs a server of our own, not the one in AMISDK_TEST_ASTERISK")
    return any_pbx


@pytest.fixture(autouse=True)
def _own_classes_last_for_their_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the class that a test makes for a user event be known in this test only."""
    monkeypatch.setattr(models, "_NAMED", dict(models._NAMED))


@pytest.fixture
def server(pbx: Pbx) -> Server:
    """The process of the server, to look at and to reach around the manager."""
    assert pbx.server is not None
    return pbx.server


@pytest.fixture(scope="session")
def spare_server(any_pbx: Pbx) -> Iterator[Server]:
    """A second server of the same version, with ports and a directory of its own."""
    if any_pbx.server is None:
        pytest.skip("needs servers of our own, not the one in AMISDK_TEST_ASTERISK")
    with Server(any_pbx.major) as server:
        yield server


@pytest.fixture
def spare(spare_server: Server) -> Server:
    """A server that a test may kill, restart and flood: it runs again for the next one."""
    spare_server.start()
    return spare_server


@pytest.fixture(params=[AsyncDriver, BlockingDriver], ids=["async", "blocking"])
def drivers(request: pytest.FixtureRequest) -> Iterator[Drivers]:
    """Makes clients of each kind, and closes them."""
    made = Drivers(request.param)
    yield made
    made.close()


@pytest.fixture
def tell(spare_server: Server) -> Callable[[str], None]:
    """Have a figure told at the end of the run."""
    return lambda figure: FIGURES.append(f"{spare_server.major}: {figure}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write what the run proves, if it was whole and good."""
    if not session.config.getoption("--conformance", default=False):
        return
    if exitstatus != pytest.ExitCode.OK or not conformance.is_whole(session):
        WRITTEN.append("nothing written: not all of the live tests ran and passed")
        return
    conformance.PAGE.write_text(conformance.page(TESTED), "utf-8", newline="\n")
    WRITTEN.extend(map(conformance.save_corpus, TESTED))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how much was really sent and seen."""
    if TESTED:
        sent = ", ".join(f"{pbx.label}: {len(pbx.tally.sent)}" for pbx in TESTED)
        kinds = ", ".join(f"{pbx.label}: {len(pbx.tally.events)}" for pbx in TESTED)
        terminalreporter.write_line(f"actions sent live: {sent}")
        terminalreporter.write_line(f"kinds of events seen live: {kinds}")
    for pbx in TESTED:
        terminalreporter.write_line(f"{pbx.label}: {', '.join(conformance.figures(pbx.tally))}")
    for line in (*FIGURES, *WRITTEN):
        terminalreporter.write_line(line)


def _unavailable(reason: str) -> None:
    if os.environ.get("AMISDK_REQUIRE_ASTERISK"):
        pytest.fail(f"AMISDK_REQUIRE_ASTERISK is set, but no Asterisk here: {reason}")
    pytest.skip(f"no Asterisk here: {reason}")


async def _listed(pbx: Pbx) -> dict[str, str]:
    """Return the actions that the server shows, before any test changes it."""
    async with pbx.client() as ami:
        return dict((await ami.send(actions.ListCommands())).pairs)


async def _given(url: str) -> Pbx:
    async with AsyncClient.from_url(url) as ami:
        version = (await ami.send(actions.CoreSettings())).asterisk_version or ""
    where = url_arguments(url)
    major = int(version.partition(".")[0])
    return Pbx("given", major, where["host"], where["port"] or 5038, url=url)
