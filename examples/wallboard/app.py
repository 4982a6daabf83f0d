"""A wallboard of the queues, fed live over a WebSocket.

``uvicorn examples.wallboard.app:app`` with AMI_HOST, AMI_USERNAME and AMI_SECRET set.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

from amisdk import AsyncClient, lifecycle

from .board import CHANGES, Board

PAGE = Path(__file__).parent / "page.html"


class Wallboard:
    """The board, and the pages that show it."""

    def __init__(self) -> None:
        self.board = Board()
        self._changed = asyncio.Condition()
        self._version = 0

    async def follow(self, ami: AsyncClient) -> None:
        """Keep the board for as long as the client is connected."""
        # Subscribed before the snapshot: no event falls between the two.
        changes = ami.events(*CHANGES, lifecycle.Reconnected, lifecycle.EventsLost)
        await self.board.load(ami)
        await self._tell()
        async for event in changes:
            if isinstance(event, lifecycle.LifecycleEvent):
                await self.board.load(ami)  # something was missed
            else:
                self.board.apply(event)
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._version += 1
            self._changed.notify_all()

    async def show(self, page: WebSocket) -> None:
        """Send the board to a page, now and whenever it changes."""
        await page.accept()
        while True:
            shown = self._version
            await page.send_json(self.board.as_json())
            # A slow page misses states in between, never the newest.
            async with self._changed:
                while self._version == shown:
                    await self._changed.wait()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Follow the queues for as long as the service runs."""
    app.state.wallboard = wallboard = Wallboard()
    async with AsyncClient.from_env(read_only=True) as ami:
        following = asyncio.create_task(wallboard.follow(ami))
        yield
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


app = FastAPI(title="Wallboard", lifespan=lifespan)


@app.get("/")
async def page() -> FileResponse:
    """The page."""
    return FileResponse(PAGE)


@app.websocket("/live")
async def live(page: WebSocket) -> None:
    """The board, as it changes."""
    wallboard: Wallboard = page.app.state.wallboard
    with suppress(WebSocketDisconnect):
        await wallboard.show(page)
