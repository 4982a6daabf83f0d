"""Keeps a board over a client: listens first, then asks for the lists, and again when it must.

All goes through one stream, the items of the lists among the events, so that the board is told
everything in the order in which the server said it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Self

from amisdk import AsyncClient, Event, actions
from amisdk.errors import ActionTimeout, AmiError, ConnectionClosed
from amisdk.lifecycle import LifecycleEvent
from amisdk.models import ListAction

from .events import apply
from .state import SECTIONS, Board, Section

__all__ = ["ALLOWED", "RESYNC", "Feed"]

ALLOWED = (actions.CoreShowChannels, actions.Status, actions.QueueStatus, actions.BridgeList)
"""All that the client needs to send for this."""

RESYNC = 30.0
"""Seconds after which the lists are asked for again, for what no event tells."""
SPARE = 50.0
"""So many times as long as the lists took the server is left in peace, if that is more."""
PAUSE = 1.0
"""Seconds from one asking to the next at the least."""
QUEUES_AT_ONCE = 10
"""So many queues are asked for by themselves; for more, all are."""

LISTS: Mapping[Section, tuple[type[ListAction[Any, Any]], ...]] = {
    "channels": (actions.CoreShowChannels, actions.Status),
    "queues": (actions.QueueStatus,),
    "bridges": (actions.BridgeList,),
}
"""What each section is made of: the first of these that the server lets us have.

Which channels a bridge has is said by the channels; so no bridge need be asked for them.
"""


class Feed:
    """A board, and what keeps it. It is made before the client connects.

    ::

        feed = Feed(client)
        async with client, feed:
            await feed.whole()
            print(feed.board)

    Args:
        client: A client that is not connected yet, and may send what is in `ALLOWED`.
        resync: Seconds after which all is asked for again; infinity for never.
    """

    def __init__(self, client: AsyncClient, *, resync: float = RESYNC) -> None:
        self.client = client
        self.board = Board()
        self._resync = resync
        self._stream = client.events(Event, LifecycleEvent, include="all")
        self._told = asyncio.Event()
        self._due = 0.0
        self._refused: dict[type[ListAction[Any, Any]], str] = {}
        self._line_since: float | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(self._listen(), name="board listens"),
            asyncio.create_task(self._ask_when_due(), name="board asks"),
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def whole(self) -> None:
        """Wait until every section is there, or known not to come.

        Raises:
            ConnectionClosed: The connection was lost for good before that.
        """
        while not self.board.is_whole():
            await self.changed()

    async def changed(self, timeout: float | None = None) -> None:
        """Wait until the board was told something, or for so many seconds.

        Raises:
            ConnectionClosed: The connection was lost for good.
        """
        self.check()
        self._told.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._told.wait()
        self.check()

    def check(self) -> None:
        """Raise what has ended the feed, if anything has.

        Raises:
            ConnectionClosed: The connection was lost for good.
        """
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error
        if self._tasks and self._tasks[0].done():
            raise ConnectionClosed("the client is closed")

    def ask(self) -> None:
        """Have all asked for again."""
        self.board.wanted = True
        self._told.set()

    # --- listening ------------------------------------------------------------------------

    async def _listen(self) -> None:
        try:
            async for event in self._stream:
                apply(self.board, event, monotonic())
                self._told.set()
        finally:
            self._told.set()

    # --- asking ---------------------------------------------------------------------------

    async def _ask_when_due(self) -> None:
        while True:
            await self._until_due()
            begun = monotonic()
            if self.board.wanted or begun >= self._due:
                await self._ask_for_all()
                took = monotonic() - begun
                self._due = begun + max(self._resync, SPARE * took)
            else:
                await self._ask_for_queues()
            await asyncio.sleep(PAUSE)

    async def _until_due(self) -> None:
        board = self.board
        while not (board.line.up and (board.wanted or board.wanted_queues)):
            left = self._due - monotonic()
            if board.line.up and left <= 0:
                return
            await self.changed(left if board.line.up and left != float("inf") else None)

    async def _ask_for_all(self) -> None:
        if self._line_since != self.board.line.since:
            self._line_since = self.board.line.since
            self._refused.clear()  # the user may have got other rights
        self.board.wanted = False
        for section in SECTIONS:
            await self._ask_for(section)

    async def _ask_for(self, section: Section) -> None:
        reason = ""
        for kind in LISTS[section]:
            if kind not in self._refused:
                error = await self._list(section, kind())
                if error is None or isinstance(error, ConnectionClosed):
                    return
                if isinstance(error, ActionTimeout):
                    reason = str(error)
                    break
                self._refused[kind] = str(error)
            reason = reason or self._refused[kind]
        self.board.lacks(section, reason)
        self._told.set()

    async def _ask_for_queues(self) -> None:
        names = sorted(self.board.wanted_queues)
        self.board.wanted_queues.clear()
        if len(names) > QUEUES_AT_ONCE:
            await self._ask_for("queues")
            return
        for name in names:
            with suppress(ValueError):  # a name that fits no action
                await self._list("queues", actions.QueueStatus(queue=name), name)

    async def _list(
        self, section: Section, action: ListAction[Any, Any], queue: str | None = None
    ) -> AmiError | None:
        """Ask for a list, and return what came instead."""
        action_id = secrets.token_hex(16)
        self.board.expect(section, action_id, queue)
        try:
            # What the list has, the board is told by the stream.
            await self.client.send(action, action_id=action_id, offline="fail")
        except AmiError as error:
            self.board.forget(action_id)
            return error
        return None
