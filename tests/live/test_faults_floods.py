"""More than usual: a flood of events, a consumer that stops, a thousand clients."""

import asyncio
import resource
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import TypeVar

import pytest

from amisdk import AsyncClient, Client, Event, actions, errors, events, lifecycle
from tests.live.asterisk import Server
from tests.live.drivers import PATIENCE, Drivers

T = TypeVar("T")

pytestmark = pytest.mark.live

LINES = 10
TIMES = {22: 25_000}
FEW_TIMES = 5_000
"""Where the full number would only take longer."""
BOUND = 300.0
"""Seconds within which each test is over, on a busy machine."""
SESSIONS = 1000


class Count:
    """A consumer that looks for what is missing, there twice, or out of order."""

    def __init__(self, lines: Sequence[str], times: int) -> None:
        """Expect so many of each line."""
        self.whole = threading.Event()
        self.faults: Counter[str] = Counter()
        self.taken = 0
        self._numbers = dict.fromkeys(lines, 0)
        self._left = len(lines) * times

    def take(self, event: Event) -> None:
        """Take one of a flood's events; those of other floods are none of its business."""
        line, number = event.headers["Line"], int(event.headers["Number"])
        before = self._numbers.get(line)
        if before is None:
            return
        if number != before + 1:
            self.faults[f"{line}: {number} after {before}"] += 1
        self._numbers[line] = number
        self.taken += 1
        self._left -= 1
        if not self._left:
            self.whole.set()


class Flood:
    """Lets the dialplan raise user events on some lines at once, each numbered from 1."""

    def __init__(self, caller: Client) -> None:
        self._caller = caller

    def begin(self, lines: Sequence[str], times: int) -> None:
        """Call all lines."""
        for line in lines:
            self._caller.send(
                actions.Originate(
                    channel="Local/550@scenarios/n",
                    application="Wait",
                    data="600",
                    async_=True,
                    variables={"LINE": line, "TIMES": times},
                )
            )

    def end(self) -> None:
        """Hang up, and wait until nobody speaks any more."""
        until = monotonic() + PATIENCE
        while self._caller.send(actions.CoreShowChannels()).items:
            assert monotonic() < until
            self._caller.send(actions.Hangup(channel="/.*/"))


@pytest.fixture
def flood(spare: Server) -> Iterator[Flood]:
    """A flood that a test begins, and that ends with it."""
    account = spare.users["admin"]
    with Client(
        spare.host, spare.port, username="admin", secret=account.secret, events="off"
    ) as caller:
        begun = Flood(caller)
        yield begun
        begun.end()


def test_no_event_of_a_flood_is_lost_to_a_consumer_that_keeps_up(
    spare: Server,
    drivers: Drivers,
    flood: Flood,
    tell: Callable[[str], None],
) -> None:
    lines = [f"{drivers.name} {number}" for number in range(LINES)]
    times = TIMES.get(spare.major, FEW_TIMES)
    count = Count(lines, times)
    ami = drivers.make(spare, "patient", wanted=[lifecycle.LifecycleEvent])
    ami.listen(count.take, events.UserEvent)
    ami.connect()
    began = monotonic()
    flood.begin(lines, times)
    assert count.whole.wait(BOUND), f"{count.taken} came"
    took = monotonic() - began
    assert not count.faults
    assert not ami.every(lifecycle.Disconnected)
    assert ami.client.stats.events_lost == 0
    rate = count.taken / took
    tell(f"{drivers.name} client: {count.taken} events in {took:.1f} s, {rate:.0f}/s, 0 lost")


def test_a_consumer_that_stops_is_hung_up_on_and_comes_back(
    spare: Server, drivers: Drivers, flood: Flood
) -> None:
    line, gate = f"stopped {drivers.name}", threading.Event()
    count = Count([line], 1000)
    ami = drivers.make(spare, "calls", wanted=[lifecycle.LifecycleEvent], events="user")
    ami.listen(count.take, events.UserEvent, gate=gate, queue_size=100, overflow="block")
    ami.connect()
    flood.begin([line], 50_000)  # more than fits between the two
    until = monotonic() + BOUND
    while "calls" in spare.cli("manager show connected"):
        assert monotonic() < until
    # Nothing is read, so this client may not know it yet; but who waits for a reply is told.
    late = ami.begin(actions.Ping(), timeout=0.5)
    assert isinstance(late.exception(PATIENCE), (errors.ActionTimeout, errors.OutcomeUnknown))
    gate.set()
    ami.first(lifecycle.Disconnected)
    ami.first(lifecycle.Reconnected)
    # What came before is not lost; what is missing is between two connections, and was told.
    assert count.whole.wait(PATIENCE), f"{count.taken} came"
    flood.end()
    until = monotonic() + PATIENCE
    while isinstance(ami.begin(actions.Ping()).exception(PATIENCE), errors.ConnectionClosed):
        assert monotonic() < until  # it was hung up on once more
    assert len(count.faults) < ami.client.stats.connections
    assert ami.client.stats.events_lost == 0


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open as many files as sessions need; the server's limit is in etc/."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SESSIONS + 1000
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"a process may not open {wanted} files here")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def come(client: AsyncClient) -> None:
    """Connect. Not all find room at once.

    The server turns those away who exceed its authlimit, and these try again by themselves. Those
    who exceed what its kernel keeps for it are connected to nobody, and find out by their deadline.
    """
    while True:
        with suppress(errors.ConnectTimeout, errors.NoGreeting):
            await client.connect()
            return


@pytest.mark.usefixtures("many_files")
def test_a_thousand_clients_come_at_once(spare: Server, tell: Callable[[str], None]) -> None:
    account = spare.users["admin"]

    def client() -> AsyncClient:
        return AsyncClient(
            spare.host,
            spare.port,
            username=account.username,
            secret=account.secret,
            connect_timeout=5,
            timeout=BOUND,
            events="user",
        )

    class Shared(events.UserEvent, name="Shared"):
        number: int

    async def run() -> None:
        began = monotonic()
        took: list[str] = []

        async def step(what: str, work: Iterable[Awaitable[T]]) -> list[T]:
            results = await asyncio.gather(*work)
            took.append(f"{what} after {monotonic() - began:.1f} s")
            return results

        clients = [client() for _ in range(SESSIONS)]
        try:
            heard = [one.events(Shared) for one in clients]
            await step("logged in", map(come, clients))
            pongs = await step("answered", (one.send(actions.Ping()) for one in clients))
            assert len({pong.action_id for pong in pongs}) == SESSIONS
            await clients[0].send(actions.UserEvent(user_event="Shared", headers={"Number": "42"}))
            shared = await step("told of an event", map(anext, heard))
            assert {event.number for event in shared} == {42}
            assert {one.stats.connections for one in clients} == {1}
        finally:
            await step("closed", (one.close() for one in clients))
        tell(f"{SESSIONS} clients: {', '.join(took)}")

    asyncio.run(asyncio.wait_for(run(), BOUND))
