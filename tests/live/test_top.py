"""A board before real servers: events bring it to what a fresh list tells; and amisdk top."""

import asyncio
import sys
from pathlib import Path

import pytest

from amisdk import actions
from amisdk.cli.board.state import SECTIONS
from tests.live.asterisk import Server
from tests.live.scenes import SCENES, watched
from tests.live.support import Pbx
from tests.support import asynchronous
from tests.tmux import PATIENCE, Tmux, tmux_or_skip

pytestmark = pytest.mark.live


@pytest.mark.parametrize("name", SCENES)
@asynchronous
async def test_events_bring_a_board_to_what_a_fresh_list_tells(pbx: Pbx, name: str) -> None:
    async with watched(pbx) as seen:
        async with pbx.desk() as desk:
            await SCENES[name](desk)
            await seen.settle()
        assert seen.feed.board.absent == {}
        await seen.settle()
        assert seen.feed.board.channels == {}
    async with pbx.desk() as desk:
        await desk.ami.send(
            actions.QueueRemove(queue="empty-queue", interface="Local/211@scenarios"), check=False
        )
        await desk.send(actions.QueueReset())


@asynchronous
async def test_a_user_who_may_only_handle_calls_has_channels_all_the_same(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        async with watched(pbx, role="calls") as seen:
            names = {channel.name for channel in seen.feed.board.channels.values()}
            assert {call.near, call.far} <= names
            assert "channels" not in seen.feed.board.absent


@asynchronous
async def test_the_picture_is_taken_again_after_the_server_restarted(
    pbx: Pbx, server: Server
) -> None:
    async with watched(pbx) as seen, pbx.desk() as desk:
        await desk.call("500")
        await seen.settle()
        assert seen.feed.board.channels
        server.kill()
        await asyncio.to_thread(server.start)
        while not seen.feed.board.line.up or seen.feed.board.channels:
            await seen.feed.changed()
        await seen.settle()
        assert seen.feed.board.taken.keys() == set(SECTIONS)


def test_a_real_call_in_a_real_terminal(pbx: Pbx, server: Server, tmp_path: Path) -> None:
    tmux_or_skip()
    user = server.users["admin"]
    environment = {
        "AMI_HOST": server.host,
        "AMI_PORT": str(server.port),
        "AMI_USERNAME": user.username,
        "AMI_SECRET": user.secret,
    }
    command = (sys.executable, "-m", "amisdk", "top")
    size = {"width": 130, "height": 40}

    async def play(terminal: Tmux) -> None:
        async def shows(*wanted: str, gone: str = "") -> str:
            return await asyncio.to_thread(terminal.wait, *wanted, gone=gone)

        async with asyncio.timeout(10 * PATIENCE), pbx.desk() as desk:
            screen = await shows("connected", "Channels 0", "support", "Alice Archer")
            assert f"Asterisk {server.version}" in screen
            call = await desk.call("500")
            await shows("Channels 4", call.near, call.far, "100 Reception", "Dial(Local/100")
            await desk.send(actions.Hangup(channel=call.near))
            await shows("Channels 0", gone="Local/500@scenarios")
            waiting = await desk.call("202")
            await shows("empty-queue", "1 waiting", f"1. {waiting.far}")
            await desk.send(actions.Hangup(channel=waiting.near))
            await shows("1 gave up", gone="1 waiting")

    with Tmux(*command, directory=tmp_path, environment=environment, **size) as terminal:
        asyncio.run(play(terminal))
        terminal.press("q")
        assert "ended with 0" in terminal.ended()
