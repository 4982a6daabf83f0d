"""Draws docs/assets/top.svg: what ``amisdk top --svg`` draws of a small office.

The office is a `FakeAsterisk`, and what happens there is watched as it happens. Only the times are
put in afterwards: nobody waits an hour for a picture.
"""

import asyncio
from pathlib import Path

from amisdk import events
from amisdk.cli.board.feed import Feed
from amisdk.cli.board.screen import client_for, picture
from amisdk.cli.board.state import Board
from amisdk.cli.board.view import Look
from amisdk.options import url_arguments
from amisdk.testing import FakeAsterisk

PLACE = Path(__file__).parent / "assets" / "top.svg"
LOOK = Look("pbx.example:5038", "Asterisk 22.10.0")
CONNECTED = 8047
"""Seconds that the server has been connected for."""
AGES = (1284, 1271, 911, 437, 431, 214, 208, 131, 4, 74, 11, 9, 323, 320)
"""Seconds, of the channel that came first and of those after it."""


def draw() -> str:
    """Return the picture."""
    board = asyncio.run(_watch())
    now = board.now + 1  # by when all that came is in the rate of events
    board.line.since = now - CONNECTED
    for channel, age in zip(board.by_age(), AGES, strict=True):
        channel.since = now - age
    for caller in board.queues["support"].callers:
        caller.since = board.channels[caller.unique_id].since
    return picture(board, now, LOOK)


async def _watch() -> Board:
    with FakeAsterisk() as office:
        feed = Feed(client_for(url_arguments(office.url), still=True), resync=float("inf"))
        async with feed.client, feed:
            await feed.whole()
            await asyncio.to_thread(_play, office)
            while "UserEvent" not in feed.board.names:
                await feed.changed()
            return feed.board


def _play(office: FakeAsterisk) -> None:
    """Have happen what the picture shows; a user event is the end of it."""
    support = office.queue("support")
    support.add("PJSIP/6002", "Bob")
    support.add("PJSIP/6003", "Carol", penalty=1, paused=True)
    support.add("PJSIP/6004", "Dan", penalty=2)
    office.phone("PJSIP/6001", answer=True)
    office.phone("PJSIP/6002", answer=True)
    office.phone("PJSIP/6004", answer=None)
    conference = office.conference("900")
    conference.join("PJSIP/6011", caller_id="Erin <6011>", admin=True)
    conference.join("PJSIP/6012", caller_id="Frank <6012>")
    conference.join("PJSIP/trunk", caller_id="Grace <+15550100>")
    for caller in ("Zoë <+15550101>", "Yusuf <+15550102>", "Xenia <+15550103>", "Wim <+15550104>"):
        support.join("PJSIP/trunk", caller_id=caller)
    office.call("PJSIP/6021", "PJSIP/6022", caller_id="Heidi <6021>")
    office.call("PJSIP/6023", "PJSIP/trunk", caller_id="Ivan <6023>", answer=True)
    office.emit(events.UserEvent(user_event="Drawn"))


if __name__ == "__main__":
    PLACE.write_text(draw(), "utf-8")
