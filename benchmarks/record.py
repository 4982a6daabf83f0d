"""Records what an office's day sounds like on the manager of a real Asterisk 22.

``python -m benchmarks.record`` plays calls on a server of the live tests, several at a time, and
writes all that one connection heard to ``benchmarks/data/office.txt``, lists and the output of
commands included. `benchmarks.replay` makes a long day of it.

The server is set as Asterisk's own samples have it, which is what most PBXs have: no time stamps
and no channel variables on events. What it says only because it is a test's server (CEL, CDR and
test events) is filtered out.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from amisdk import AsyncClient, actions, events
from amisdk.errors import OriginateFailed
from amisdk.transcripts import Transcript
from tests.live.asterisk import Server
from tests.live.proxy import Proxy
from tests.live.support import Desk, Pbx

__all__ = ["PLACE"]

PLACE = Path(__file__).parent / "data" / "office.txt"
MAJOR = 22
AT_ONCE = 4
USUAL = {
    "timestampevents = yes": "timestampevents = no",
    "channelvars = ORDER,CUSTOMER": "channelvars =",
}
UNUSUAL = "!Event: (CEL|Cdr|TestEvent)"
COMMANDS = ("core show channels", "queue show", "dialplan show 500@scenarios", "core show uptime")


async def put_through(desk: Desk) -> None:
    """Call somebody who is dialled and answers, and hang up."""
    call = await desk.call("500")
    await desk.first(events.BridgeEnter, channel=call.far)
    await hang_up(desk, call.near)


async def over_trunk(desk: Desk) -> None:
    """Call over PJSIP, with media and its reports."""
    call = await desk.call("510")
    await asyncio.sleep(6)  # the first RTCP reports come after 5 s
    await hang_up(desk, call.near)


async def busy(desk: Desk) -> None:
    """Call somebody who is busy."""
    await unanswered(desk, "501")


async def nobody_answers(desk: Desk) -> None:
    """Call somebody who does not answer."""
    await unanswered(desk, "502")


async def queued(desk: Desk) -> None:
    """Call a queue, and talk to who takes the call."""
    call = await desk.call("200")
    await desk.first(events.AgentConnect, channel=call.far)
    await hang_up(desk, call.near)


async def gives_up(desk: Desk) -> None:
    """Wait in a queue and hang up."""
    call = await desk.call("202")
    await desk.first(events.QueueCallerJoin, channel=call.far)
    await hang_up(desk, call.near)


async def conference(desk: Desk) -> None:
    """Have two in a conference."""
    one = await desk.call("300")
    await desk.first(events.ConfbridgeJoin, channel=one.far)
    other = await desk.call("302")
    await desk.first(events.ConfbridgeJoin, channel=other.far)
    for call in (one, other):
        await hang_up(desk, call.near)


async def transferred(desk: Desk) -> None:
    """Transfer a call blindly."""
    call = await desk.call("503")
    await desk.first(events.BridgeEnter, channel=call.far)
    await desk.send(actions.BlindTransfer(channel=call.far, context="scenarios", exten="100"))
    await desk.first(events.BlindTransfer)
    await hang_up(desk, call.near)


async def parked(desk: Desk) -> None:
    """Park a call and take it back."""
    call = await desk.call("100")
    await desk.send(actions.Park(channel=call.near, timeout=40_000))
    space = (await desk.first(events.ParkedCall, parkee_channel=call.near)).parking_space
    await desk.call(str(space))
    await desk.first(events.UnParkedCall, parkee_channel=call.near)
    await hang_up(desk, call.near)


async def variables(desk: Desk) -> None:
    """Call what sets variables and raises an event of its own."""
    for exten in ("120", "121"):
        call = await desk.call(exten)
        await hang_up(desk, call.near)


async def digits(desk: Desk) -> None:
    """Call what plays digits."""
    call = await desk.call("122")
    await desk.first(events.DTMFEnd)
    await hang_up(desk, call.near)


async def a_member_pauses(desk: Desk) -> None:
    """Have a member of a queue pause, and come back."""
    for paused in (True, False):
        await desk.send(
            actions.QueuePause(queue="support", interface="Local/210@scenarios", paused=paused)
        )


Play = Callable[[Desk], Awaitable[None]]
DAY: tuple[Play, ...] = (
    *(put_through, over_trunk, queued, busy, put_through, nobody_answers, over_trunk, variables),
    *(put_through, conference, over_trunk, queued, transferred, put_through, parked, gives_up),
    *(put_through, queued, busy, over_trunk, digits, put_through, a_member_pauses, over_trunk),
)
"""Mostly plain calls, as everywhere."""


async def hang_up(desk: Desk, channel: str) -> None:
    """Hang a channel up and wait until it is gone."""
    await desk.ami.send(actions.Hangup(channel=channel), check=False)  # it may be gone already
    await desk.first(events.Hangup, channel=channel)


async def unanswered(desk: Desk, exten: str) -> None:
    """Make a call that nobody takes."""
    try:
        call = await desk.call(exten, timeout=5_000)
    except OriginateFailed:
        return
    await hang_up(desk, call.near)


async def look(ami: AsyncClient) -> None:
    """Ask for lists and the output of commands, as boards and scripts do."""
    await ami.send(actions.CoreShowChannels())
    await ami.send(actions.QueueStatus())
    await ami.send(actions.Status())
    for command in COMMANDS:
        await ami.send(actions.Command(command=command))


async def play_all(pbx: Pbx, port: int) -> None:
    """Play the day, a few calls at a time, before a connection that hears all."""
    over = asyncio.Event()
    room = asyncio.Semaphore(AT_ONCE)
    async with pbx.client(port=port, events="on", check_version=False) as ami:
        await ami.send(actions.Filter(operation="Add", filter=UNUSUAL))
        async with asyncio.TaskGroup() as watching:
            watching.create_task(look_now_and_then(ami, over))
            async with asyncio.TaskGroup() as calls:
                for play in DAY:
                    calls.create_task(play_one(pbx, play, room))
            over.set()
        async with pbx.desk() as desk:
            await desk.clear()


async def play_one(pbx: Pbx, play: Play, room: asyncio.Semaphore) -> None:
    """Play one call, when there is room for it."""
    async with room, asyncio.timeout(60):
        ami = pbx.client()
        async with ami:
            await play(Desk(pbx, ami))


async def look_now_and_then(ami: AsyncClient, over: asyncio.Event) -> None:
    """Look every few seconds, until the calls are over."""
    while not over.is_set():
        await look(ami)
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), 4)


async def set_as_usual(pbx: Pbx, home: Path) -> None:
    """Take back what the live tests want of a manager, and others do not have."""
    conf = home / "etc" / "manager.conf"
    text = conf.read_text("utf-8")
    for ours, usual in USUAL.items():
        assert ours in text
        text = text.replace(ours, usual)
    conf.write_text(text, "utf-8")
    async with pbx.client() as ami:
        await ami.send(actions.Command(command="manager reload"))


def main() -> int:
    """Record."""
    with Server(MAJOR) as server:
        pbx = Pbx(str(MAJOR), MAJOR, server.host, server.port, server=server)
        asyncio.run(set_as_usual(pbx, server.home))
        with Proxy() as proxy:
            asyncio.run(play_all(pbx, proxy.before(server)))
        [said] = proxy.talks
        notes = (
            f"Asterisk {server.version}. All that one connection hears of an office's calls.",
            "Written by python -m benchmarks.record.",
        )
        PLACE.parent.mkdir(parents=True, exist_ok=True)
        proxy.masked(Transcript.of(notes, said)).save(PLACE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
