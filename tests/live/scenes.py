"""What happens on a PBX, scene by scene, for boards to keep up with; and a recording of it.

``python -m tests.live.scenes`` writes ``tests/data/boards/<major>.txt``: what one connection said
and heard while all scenes were played. After each, when events had brought its board to what a
fresh list tells, all lists were asked for on it; `tests.amisdk.cli.board.test_recorded` replays it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amisdk import actions, events
from amisdk.cli.board.feed import Feed
from amisdk.cli.board.state import Board
from amisdk.transcripts import Transcript
from tests.amisdk.cli.board.small_pbx import differences
from tests.live.asterisk import MAJORS, Server
from tests.live.proxy import Proxy
from tests.live.support import Desk, Pbx

__all__ = ["PLACE", "SCENES", "Audience", "watched"]

PLACE = Path(__file__).parent.parent / "data" / "boards"
PATIENCE = 20.0
"""Seconds that events may take to bring a board to what a list tells."""

Scene = Callable[[Desk], Awaitable[None]]
SCENES: dict[str, Scene] = {}
NEVER = float("inf")
DULL = "CEL|DeviceState|DialState|HangupRequest|LocalBridge|MusicOnHold|SoftHangup|VarSet"
"""The beginnings of events that are not recorded: they change nothing that a board shows."""


def scene(play: Scene) -> Scene:
    """Make a function a scene, named like it."""
    SCENES[play.__name__.replace("_", " ")] = play
    return play


@scene
async def nothing_happens(desk: Desk) -> None:
    """Leave everything as it is when the server has started."""


@scene
async def a_call_waits(desk: Desk) -> None:
    """Call an extension that answers."""
    await desk.call("100")


@scene
async def a_call_rings(desk: Desk) -> None:
    """Call an extension that dials another one, which rings."""
    ringing = actions.Originate(
        channel="Local/502@scenarios/n", application="Wait", data="600", async_=True
    )
    await desk.send(ringing)
    await desk.first(events.DialBegin)


@scene
async def a_call_is_put_through(desk: Desk) -> None:
    """Call an extension that dials another one, which answers."""
    await desk.call("500")


@scene
async def local_channels_are_optimized_away(desk: Desk) -> None:
    """Call an extension behind one more Local channel."""
    await desk.call("504")


@scene
async def a_call_over_pjsip(desk: Desk) -> None:
    """Call an extension over a trunk to the server itself."""
    await desk.call("510")


@scene
async def callers_wait_and_one_gives_up(desk: Desk) -> None:
    """Have two callers in a queue without members, and one hang up."""
    first = await desk.call("202")
    for call in (first, await desk.call("202")):
        await desk.first(events.QueueCallerJoin, channel=call.far)
    await desk.send(actions.Hangup(channel=first.near))
    await desk.first(events.QueueCallerAbandon)


@scene
async def a_member_comes_pauses_and_goes(desk: Desk) -> None:
    """Add members to a queue, change one and remove the other."""
    for number in ("211", "212"):
        await desk.send(
            actions.QueueAdd(
                queue="empty-queue",
                interface=f"Local/{number}@scenarios",
                member_name=f"Member {number}",
            )
        )
    await desk.send(
        actions.QueuePause(
            queue="empty-queue", interface="Local/211@scenarios", paused=True, reason="lunch"
        )
    )
    await desk.send(
        actions.QueuePenalty(queue="empty-queue", interface="Local/211@scenarios", penalty=3)
    )
    await desk.send(actions.QueueRemove(queue="empty-queue", interface="Local/212@scenarios"))


@scene
async def a_caller_is_answered(desk: Desk) -> None:
    """Have a member of a queue take a call."""
    await desk.call("200")
    await desk.first(events.AgentConnect)


@scene
async def a_call_of_a_queue_ends(desk: Desk) -> None:
    """Have a member of a queue take a call, and the caller hang up."""
    call = await desk.call("200")
    await desk.first(events.AgentConnect, channel=call.far)
    await desk.send(actions.Hangup(channel=call.near))
    await desk.first(events.AgentComplete)


@scene
async def a_conference_loses_one(desk: Desk) -> None:
    """Have three in a conference, and one leave."""
    await desk.call("300")
    admin = await desk.call("301")
    for call in (admin, await desk.call("302")):
        await desk.first(events.ConfbridgeJoin, channel=call.far)
    await desk.send(actions.Hangup(channel=admin.near))
    await desk.first(events.ConfbridgeLeave, channel=admin.far)


@scene
async def two_calls_are_bridged(desk: Desk) -> None:
    """Bridge the near ends of two calls."""
    one, other = await desk.call("100"), await desk.call("101")
    await desk.send(actions.Bridge(channel1=one.near, channel2=other.near))


@scene
async def a_call_is_parked_and_another_taken_back(desk: Desk) -> None:
    """Park two calls, and take one back."""
    one, other = await desk.call("100"), await desk.call("101")
    for call in (one, other):
        await desk.send(actions.Park(channel=call.near, timeout=40_000))
    parked = await desk.first(events.ParkedCall, parkee_channel=one.near)
    await desk.call(str(parked.parking_space))


@scene
async def a_call_is_sent_elsewhere(desk: Desk) -> None:
    """Redirect a caller, and so leave who was called alone."""
    call = await desk.call("500")
    await desk.send(
        actions.Redirect(channel=call.far, context="scenarios", exten="101", priority="1")
    )


@scene
async def a_call_is_transferred(desk: Desk) -> None:
    """Transfer a call blindly."""
    call = await desk.call("503")
    await desk.first(events.BridgeEnter, channel=call.far)
    await desk.send(actions.BlindTransfer(channel=call.far, context="scenarios", exten="100"))
    await desk.first(events.BlindTransfer)


@scene
async def a_transfer_is_asked_about(desk: Desk) -> None:
    """Begin to transfer a call, and talk to who is to take it."""
    call = await desk.call("503")
    await desk.first(events.BridgeEnter, channel=call.far)
    await desk.send(actions.Atxfer(channel=call.far, context="scenarios", exten="101"))
    await desk.first(events.Newexten, application="Echo")


@dataclass
class Audience:
    """A board that is kept from events, and what there is to compare it with."""

    pbx: Pbx
    feed: Feed

    async def settle(self) -> None:
        """Wait until the board is as a fresh one.

        Raises:
            AssertionError: It does not come to that.
        """
        told: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while told := differences(self.feed.board, await self._fresh()):
                    await self.feed.changed(timeout=0.2)
        except TimeoutError:
            raise AssertionError("events do not lead to this:\n" + "\n".join(told)) from None

    async def _fresh(self) -> Board:
        feed = Feed(self.pbx.client(events="off"), resync=NEVER)
        async with feed.client, feed:
            await feed.whole()
            return feed.board

    async def ask(self) -> None:
        """Ask for all lists, and wait until they came."""
        self.feed.board.taken.clear()
        self.feed.ask()
        await self.feed.whole()


@asynccontextmanager
async def watched(pbx: Pbx, **arguments: Any) -> AsyncIterator[Audience]:
    """Keep a board of a server; the lists are only asked for where events demand it."""
    feed = Feed(pbx.client(**arguments), resync=NEVER)
    async with feed.client, feed:
        await feed.whole()
        yield Audience(pbx, feed)


async def play_all(pbx: Pbx, port: int) -> None:
    """Play every scene before a board that is connected through a port."""
    async with watched(pbx, port=port, events="call,agent,dialplan", check_version=False) as seen:
        await seen.feed.client.send(actions.Filter(operation="Add", filter=f"!Event: ({DULL})"))
        for name, play in SCENES.items():
            async with asyncio.timeout(60), pbx.desk() as desk:
                await play(desk)
                await seen.settle()
                await seen.ask()
            await seen.settle()
            print(f"Asterisk {pbx.label}: {name}")
    remove = actions.QueueRemove(queue="empty-queue", interface="Local/211@scenarios")
    async with pbx.desk() as desk:
        await desk.send(remove)


def record(server: Server) -> Transcript:
    """Play every scene and return what was said."""
    pbx = Pbx(str(server.major), server.major, server.host, server.port, server=server)
    with Proxy() as proxy:
        asyncio.run(play_all(pbx, proxy.before(server)))
    [said] = proxy.talks
    notes = (
        f"Asterisk {server.version}. Everything that a board can show, and all lists after each.",
        "Written by python -m tests.live.scenes.",
    )
    return proxy.masked(Transcript.of(notes, said))


def main() -> int:
    """Record a board's connection with every version."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for major in MAJORS:
        with Server(major) as server:
            record(server).save(PLACE / f"{major}.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
