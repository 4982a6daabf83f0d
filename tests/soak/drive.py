"""Both clients against the server that misbehaves: what they were told, counted."""

import asyncio
import resource
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amisdk import AsyncClient, Client, Reconnect, actions, errors, events

WORKERS = 64
TIMEOUT = 1.0
BOUND = 30.0
"""Seconds after which a caller counts as not told."""
OPTIONS: dict[str, Any] = {
    "username": "soak",
    "secret": "soak",
    "auth": "plain",
    "check_version": False,
    "timeout": TIMEOUT,
    "keepalive": 0.5,
    "reconnect": Reconnect(first_wait=0.02, max_wait=0.2),
}


@dataclass
class Tally:
    """What came of the actions of one client."""

    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    misdelivered: int = 0
    not_told: int = 0
    left: int = 0
    """Entries in the client's tables at the end."""
    growth: float = 0.0
    """Megabytes, from a tenth of the actions to the end."""
    reconnects: int = 0
    unmatched: int = 0
    events: int = 0
    events_lost: int = 0

    @property
    def actions(self) -> int:
        """How many actions there were."""
        return sum(self.outcomes.values())

    @property
    def promises_broken(self) -> list[str]:
        """What must not be."""
        broken = []
        if self.misdelivered:
            broken.append(f"{self.misdelivered} replies of others")
        if self.not_told:
            broken.append(f"{self.not_told} callers were not told")
        if self.left:
            broken.append(f"{self.left} entries left in tables")
        if self.growth > 20:
            broken.append(f"memory grew by {self.growth:.1f} MB")
        return broken

    def judge(self, number: int, reply: Any) -> None:
        """Look whether a reply is the caller's own."""
        own = f"own-{number}"
        if isinstance(reply, actions.QueueStatusReply):
            right = len(reply.items) == 20 and all(
                item.headers["Queue"] == own for item in reply.items
            )
        else:
            right = reply.headers.get("Value") == own
        self.outcomes["answered"] += 1
        self.misdelivered += not right

    def note(self, error: Exception) -> None:
        """Count an action that was not answered."""
        self.outcomes[type(error).__name__] += 1

    def finish(self, client: Any, begin: float, memory: float) -> None:
        """Take down what there is to tell when all have been told."""
        self.seconds = time.monotonic() - begin
        self.growth = resident() - memory
        stats = client.stats
        self.reconnects = stats.connections - 1
        self.unmatched = stats.unmatched
        self.events_lost = stats.events_lost
        self.left = left_in(client)


def left_in(client: Any) -> int:
    """Return how many entries are in a client's tables that should be in none.

    An action that nobody waits for any more is remembered until its answer has come, or its
    connection ends: until then its ActionID must not be used again.
    """
    link = client._link
    left = len(link._held)
    if (session := link._session) is not None:
        known = session._abandoned.keys()
        for table in (session._pending, session._claiming, session._texts, session._blocking):
            left += len(table.keys() - known)
        left += len(known - session._pending.keys()) + len(session._out)
    return left


def resident() -> float:
    """Return the memory that this process holds, in MB."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize() / 1e6


def action_of(number: int) -> Any:
    """Return the action with a number, whose reply tells whose it is."""
    if number % 50 == 0:
        return actions.QueueStatus(queue=f"own-{number}")
    return actions.Getvar(variable=f"own-{number}")


class Plan:
    """Gives out numbers until there are enough, or time is up."""

    def __init__(self, most: int, seconds: float) -> None:
        self._numbers = iter(range(1, most + 1))
        self._until = time.monotonic() + seconds
        self._warm = most // 10
        self._lock = threading.Lock()
        self._patience = 100
        self.memory = resident()

    @property
    def patient(self) -> bool:
        """Whether what is still on its way may be waited for; not for ever."""
        self._patience -= 1
        return self._patience > 0

    def next(self) -> int | None:
        """Return the next number; None at the end."""
        with self._lock:
            number = next(self._numbers, None)
        if number == self._warm:
            self.memory = resident()
        return None if time.monotonic() > self._until else number


async def drive_async(port: int, most: int, seconds: float) -> Tally:
    """Drive the asyncio client."""
    tally, plan, begin = Tally(), Plan(most, seconds), time.monotonic()
    async with AsyncClient("127.0.0.1", port, **OPTIONS) as ami:

        @ami.on(events.Hangup, queue_size=100)
        async def slow(_: events.Hangup) -> None:
            tally.events += 1
            await asyncio.sleep(0.001)

        async def work() -> None:
            while (number := plan.next()) is not None:
                try:
                    reply = await ami.send(action_of(number))
                except errors.AmiError as error:
                    tally.note(error)
                else:
                    tally.judge(number, reply)

        workers = [asyncio.create_task(work()) for _ in range(WORKERS)]
        ended, waiting = await asyncio.wait(workers, timeout=seconds + BOUND)
        tally.not_told = len(waiting)
        for worker in waiting:
            worker.cancel()
        await asyncio.gather(*ended)
        while left_in(ami) and plan.patient:  # noqa: ASYNC110 - a Ping may be on its way
            await asyncio.sleep(0.05)
        tally.finish(ami, begin, plan.memory)
    return tally


def drive_threads(port: int, most: int, seconds: float) -> Tally:
    """Drive the blocking client."""
    tally, plan, begin = Tally(), Plan(most, seconds), time.monotonic()
    lock = threading.Lock()
    with Client("127.0.0.1", port, **OPTIONS) as ami:

        @ami.on(events.Hangup, queue_size=100)
        def slow(_: events.Hangup) -> None:
            tally.events += 1
            time.sleep(0.001)

        def work() -> None:
            while (number := plan.next()) is not None:
                begun = time.monotonic()
                try:
                    reply = ami.send(action_of(number))
                except errors.AmiError as error:
                    with lock:
                        tally.note(error)
                else:
                    with lock:
                        tally.judge(number, reply)
                tally.not_told += time.monotonic() - begun > BOUND

        threads = [threading.Thread(target=work) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + BOUND)
        tally.not_told += sum(thread.is_alive() for thread in threads)
        while left_in(ami) and plan.patient:  # a Ping may be on its way
            time.sleep(0.05)
        tally.finish(ami, begin, plan.memory)
    return tally
