"""A dialer that calls nobody twice, whatever happens to the connection or to itself.

``python -m examples.dialer.dialer numbers.txt`` with AMI_HOST, AMI_USERNAME and AMI_SECRET set.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Literal

from amisdk import AsyncClient, actions, errors, events

State = Literal["waiting", "dialling", "answered", "failed", "unknown"]


class Journal:
    """What became of each number, on disk before and after each call.

    A number is ``dialling`` before its call is sent. One that is found so at the start belongs to a
    call of which nobody knows what became, and is ``unknown``: a human decides, never the dialer.
    """

    def __init__(self, path: str | Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute(
            "create table if not exists numbers (number text primary key, state text, detail text)"
        )
        self._db.execute("update numbers set state = 'unknown' where state = 'dialling'")

    def add(self, numbers: Iterable[str]) -> None:
        """Add numbers to call; those that are known already stay as they are."""
        rows = [(number,) for number in numbers]
        self._db.executemany("insert or ignore into numbers values (?, 'waiting', '')", rows)

    def take(self) -> str | None:
        """Return a number to call now, and note that it is being called."""
        found = self._db.execute(
            "update numbers set state = 'dialling' where number ="
            " (select number from numbers where state = 'waiting' order by rowid limit 1)"
            " returning number"
        ).fetchone()
        return None if found is None else str(found[0])

    def note(self, number: str, state: State, detail: str = "") -> None:
        """Note what became of a number."""
        self._db.execute(
            "update numbers set state = ?, detail = ? where number = ?", (state, detail, number)
        )

    def states(self) -> dict[str, str]:
        """Return the state of each number."""
        return dict(self._db.execute("select number, state from numbers order by rowid"))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class Dialer:
    """Calls the numbers of a journal, as many at once as there are free agents.

    Args:
        ami: A connected client.
        journal: The numbers.
        queue: The queue that answered calls go to.
        dial: How a number becomes a channel, such as ``PJSIP/{}@trunk``.
        ratio: Calls for each free agent.
    """

    def __init__(
        self,
        ami: AsyncClient,
        journal: Journal,
        *,
        queue: str,
        dial: str = "PJSIP/{}@trunk",
        ratio: float = 1.0,
    ) -> None:
        self._ami = ami
        self._journal = journal
        self._queue = queue
        self._dial = dial
        self._ratio = ratio

    async def run(self) -> None:
        """Call until no number waits any more."""
        async with asyncio.TaskGroup() as calls:
            running: set[asyncio.Task[None]] = set()
            while True:
                if len(running) >= await self._room():
                    if running:
                        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    else:
                        await asyncio.sleep(1)
                    continue
                number = self._journal.take()
                if number is None:
                    return
                task = calls.create_task(self._call(number))
                running.add(task)
                task.add_done_callback(running.discard)

    async def _room(self) -> int:
        """Return how many calls there may be at once."""
        try:
            # Asking twice is as good as once: it may be sent again after a reconnect.
            status = await self._ami.send(
                actions.QueueStatus(queue=self._queue), retry="idempotent"
            )
        except errors.AmiError:
            return 0
        members = [item for item in status.items if isinstance(item, events.QueueMember)]
        free = [member for member in members if not member.paused and not member.in_call]
        return max(1, int(len(free) * self._ratio)) if free else 0

    async def _call(self, number: str) -> None:
        action = actions.Originate(
            channel=self._dial.format(number),
            application="Queue",
            data=self._queue,
            caller_id=number,
            timeout=30_000,
        )
        try:
            answered = await self._ami.originate(action, offline="fail")
        except errors.NotSent:
            self._journal.note(number, "waiting")  # nobody was called: it is safe to try again
            await asyncio.sleep(1)
        except errors.OriginateFailed as error:
            self._journal.note(number, "failed", str(error))
        except errors.AmiError as error:  # OutcomeUnknown, ActionTimeout: it may have rung
            self._journal.note(number, "unknown", str(error))
        else:
            self._journal.note(number, "answered", answered.channel or "")


async def main(journal: Journal) -> None:
    """Call the numbers of a journal."""
    allowed = [actions.Originate, actions.QueueStatus]
    async with AsyncClient.from_env(allow=allowed) as ami:
        await Dialer(ami, journal, queue="support").run()


if __name__ == "__main__":
    numbers = Path(sys.argv[1])
    with closing(Journal(numbers.with_suffix(".journal"))) as kept:
        kept.add(filter(None, map(str.strip, numbers.read_text("utf-8").splitlines())))
        asyncio.run(main(kept))
        for wanted, state in kept.states().items():
            print(wanted, state)
