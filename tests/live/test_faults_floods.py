"""More than usual: a flood of events, a consumer that stops, a thousand clients."""

import asyncio
import resource
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from time import monotonic

import pytest

from amisdk import AsyncClient, Client, Event, actions, errors, events, lifecycle
from tests.live.asterisk import Server
from tests.live.drivers import PATIENCE, Drivers

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


@pytest.fixture
def flood(spare: Server) -> Iterator[Callable[[Sequence[str], int], None]]:
    """Lets the dialplan raise user events on some lines at once, each numbered from 1."""
    with Client(
        spare.host,
        spare.port,
        username="admin",
        secret=spare.users["admin"].secret,
        events="off",
    ) as caller:

        def begin(lines: Sequence[str], times: int) -> None:
            for line in lines:
                caller.send(
                    actions.Originate(
                        channel="Local/550@scenarios/n",
                        application="Wait",
                        data="600",
                        async_=True,
                        variables={"LINE": line, "TIMES": times},
                    )
                )

        yield begin
        until = monotonic() + PATIENCE
        while caller.send(actions.CoreShowChannels()).items:
            assert monotonic() < until
            caller.send(actions.Hangup(channel="/.*/"))


def test_no_event_of_a_flood_is_lost_to_a_consumer_that_keeps_up(
    spare: Server,
    drivers: Drivers,
    flood: Callable[[Sequence[str], int], None],
    tell: Callable[[str], None],
) -> None:
    lines = [f"{drivers.name} {number}" for number in range(LINES)]
    times = TIMES.get(spare.major, FEW_TIMES)
    count = Count(lines, times)
    ami = drivers.make(spare, "patient", wanted=[lifecycle.LifecycleEvent])
    ami.listen(count.take, events.UserEvent)
    ami.connect()
    began = monotonic()
    flood(lines, times)
    assert count.whole.wait(BOUND), f"{count.taken} came"
    took = monotonic() - began
    assert not count.faults
    assert not ami.every(lifecycle.Disconnected)
    assert ami.client.stats.events_lost == 0
    rate = count.taken / took
    tell(f"{drivers.name} client: {count.taken} events in {took:.1f} s, {rate:.0f}/s, 0 lost")


def test_a_consumer_that_stops_is_hung_up_on_and_comes_back(
    spare: Server, drivers: Drivers, flood: Callable[[Sequence[str], int], None]
) -> None:
    line, gate = f"stopped {drivers.name}", threading.Event()
    count = Count([line], 0)
    ami = drivers.make(spare, "calls", wanted=[lifecycle.LifecycleEvent], events="user")
    ami.listen(count.take, events.UserEvent, gate=gate, queue_size=100, overflow="block")
    ami.connect()
    flood([line], 1_000_000)
    until = monotonic() + BOUND
    while "calls" in spare.cli("manager show connected"):
        assert monotonic() < until
    # Nothing is read, so this client does not know it yet; but who waits for a reply is told.
    late = ami.begin(actions.Ping(), timeout=0.5)
    assert isinstance(late.exception(PATIENCE), (errors.ActionTimeout, errors.OutcomeUnknown))
    gate.set()
    ami.first(lifecycle.Disconnected)
    ami.first(lifecycle.Reconnected)
    assert ami.send(actions.Ping(), timeout=PATIENCE).ping == "Pong"
    # What came before is not lost; what is missing is between two connections, and was told.
    assert count.taken > 100
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
        try:
            await client.connect()
        except errors.ConnectTimeout:
            continue
        return


@pytest.mark.usefixtures("many_files")
def test_a_thousand_clients_come_at_once(spare: Server, tell: Callable[[str], None]) -> None:
    account = spare.users["admin"]

    async def run() -> None:
        async with AsyncExitStack() as stack:
            clients = [
                AsyncClient(
                    spare.host,
                    spare.port,
                    username=account.username,
                    secret=account.secret,
                    connect_timeout=5,
                    timeout=BOUND,
                    events="user",
                )
                for _ in range(SESSIONS)
            ]
            for client in clients:
                stack.push_async_callback(client.close)
            heard = [client.events(events.UserEvent) for client in clients]
            began = monotonic()
            await asyncio.gather(*map(come, clients))
            came = monotonic() - began
            pongs = await asyncio.gather(*(client.send(actions.Ping()) for client in clients))
            assert {pong.ping for pong in pongs} == {"Pong"}
            assert len({pong.action_id for pong in pongs}) == SESSIONS
            pinged = monotonic() - began
            await clients[0].send(actions.UserEvent(user_event="Shared"))
            told = await asyncio.gather(*(anext(stream) for stream in heard))
            assert {event.user_event for event in told} == {"Shared"}
            took = monotonic() - began
            assert {client.stats.connections for client in clients} == {1}
        tell(
            f"{SESSIONS} clients: all logged in after {came:.1f} s, answered after {pinged:.1f} s, "
            f"told of an event after {took:.1f} s, closed after {monotonic() - began:.1f} s"
        )

    asyncio.run(asyncio.wait_for(run(), BOUND))
