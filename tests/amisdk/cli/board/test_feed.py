"""What a feed asks a server for, and when."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import pytest

from amisdk import Event as AmiEvent
from amisdk import Reconnect
from amisdk.cli.board.feed import ALLOWED, QUEUES_AT_ONCE, Feed
from amisdk.cli.board.state import SECTIONS, Board, Section
from amisdk.errors import ConnectionClosed
from amisdk.headers import Headers
from amisdk.testing import Peer, ScriptedServer
from tests.amisdk.cli.board.small_pbx import SmallPbx, Wire, picture
from tests.support import asynchronous, client

LISTS: dict[str, Section] = {
    "CoreShowChannels": "channels",
    "Status": "channels",
    "QueueStatus": "queues",
    "BridgeList": "bridges",
}


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a feed ask again at once."""
    monkeypatch.setattr("amisdk.cli.board.feed.PAUSE", 0.01)
    monkeypatch.setattr("amisdk.cli.board.feed.SPARE", 0.0)


class Server(ScriptedServer):
    """A manager that tells of a small PBX."""

    def __init__(self) -> None:
        super().__init__(self.play)
        self.pbx = SmallPbx()
        self.asked: list[str] = []
        """The lists that were asked for, with the queue if it was for one."""
        self.was_asked = Event()
        self.errors: dict[str, str] = {}
        self.silent: set[str] = set()
        self.pbx.configure("support", there=True)
        self.pbx.said.clear()

    async def play(self, peer: Peer) -> None:
        """Answer a client."""
        await peer.login()
        while True:
            action = await peer.action()
            name = action["Action"]
            if name == "Logoff":
                peer.respond(action, response="Goodbye")
                return
            self.asked.append(" ".join(filter(None, [name, action.get("Queue")])))
            self.was_asked.set()
            if name in self.errors:
                peer.respond(action, f"Message: {self.errors[name]}", response="Error")
            elif name not in self.silent:
                self.list(peer, action)

    def list(self, peer: Peer, action: Headers) -> None:
        """Answer with a list."""
        name, action_id = action["Action"], action["ActionID"]
        peer.respond(action, "EventList: start", "Message: will follow")
        for part in self.pbx.listed(LISTS[name], action_id, action.get("Queue")):
            told = part.ami_name.replace("CoreShowChannel", "Status") if name == "Status" else None
            told = (told or part.ami_name).replace("StatussComplete", "StatusComplete")
            ends = ["EventList: Complete"] if told.endswith("Complete") else []
            lines = [line for line in lines_of(part) if not line.startswith("ActionID:")]
            peer.event(told, *lines, *ends, of=action)

    async def happen(self, function: Callable[[SmallPbx], object], *, told: bool = True) -> None:
        """Let something happen in the server's thread, and tell of it or not."""

        async def work() -> None:
            function(self.pbx)
            if told:
                for event in self.pbx.said:
                    for peer in self.peers:
                        peer.event(event.ami_name, *lines_of(event))
            self.pbx.said.clear()

        await asyncio.wrap_future(self.run(work()))

    def say(self, name: str, *lines: str) -> None:
        """Send an event."""
        for peer in self.peers:
            self.call(peer.event, name, *lines)

    def drop(self) -> None:
        """End all connections."""
        for peer in self.peers:
            self.call(peer.writer.close)

    def fresh(self) -> dict[str, Any]:
        """Return what a board should show."""
        wire = Wire(self.pbx, Board())
        wire.ask()
        return picture(wire.board)


def lines_of(event: AmiEvent) -> list[str]:
    """Return an event's headers as on the wire, without its name."""
    return [f"{name}: {value}" for name, value in event.headers if name != "Event"]


def everybody_goes(pbx: SmallPbx) -> None:
    """Hang up every channel of a PBX."""
    for channel in list(pbx.channels):
        pbx.hang_up(channel)


@asynccontextmanager
async def feeding(
    server: Server, *, resync: float = float("inf"), **options: Any
) -> AsyncIterator[Feed]:
    """Feed a board from a server."""
    async with server:
        feed = Feed(client(server.port, allow=ALLOWED, offline="fail", **options), resync=resync)
        async with feed.client, feed:
            yield feed


async def until(feed: Feed, condition: Callable[[], bool]) -> None:
    """Wait for something to become true of the board."""
    while not condition():
        await feed.changed()


def scene(pbx: SmallPbx) -> None:
    """Have something on a PBX."""
    channel, other = pbx.new(), pbx.new()
    bridge = pbx.bridge("900")
    pbx.enter(channel, bridge)
    pbx.join(other, "support", 0)
    pbx.member("support", "PJSIP/1")
    pbx.change(channel, channel_state_desc="Up")


@asynchronous
async def test_a_board_is_whole_once_every_list_came() -> None:
    server = Server()
    scene(server.pbx)
    async with feeding(server) as feed:
        await feed.whole()
        assert picture(feed.board) == server.fresh()
        assert set(feed.board.taken) == set(SECTIONS)
        assert server.asked == ["CoreShowChannels", "QueueStatus", "BridgeList"]


@asynchronous
async def test_events_keep_the_board_without_asking_again() -> None:
    server = Server()
    async with feeding(server) as feed:
        await feed.whole()
        await server.happen(scene)
        await until(feed, lambda: picture(feed.board) == server.fresh())
        await server.happen(everybody_goes)
        await until(feed, lambda: not feed.board.channels)
        assert server.asked == ["CoreShowChannels", "QueueStatus", "BridgeList"]


@asynchronous
async def test_all_is_asked_for_again_after_a_while() -> None:
    server = Server()
    async with feeding(server, resync=0.05) as feed:
        await feed.whole()
        await server.happen(scene, told=False)
        await until(feed, lambda: picture(feed.board) == server.fresh())


@asynchronous
async def test_all_is_asked_for_again_when_the_user_wants_it() -> None:
    server = Server()
    async with feeding(server) as feed:
        await feed.whole()
        await server.happen(scene, told=False)
        feed.ask()
        await until(feed, lambda: picture(feed.board) == server.fresh())
        assert server.asked == ["CoreShowChannels", "QueueStatus", "BridgeList"] * 2


@asynchronous
async def test_after_a_reconnect_the_picture_is_taken_again() -> None:
    server = Server()
    reconnect = Reconnect(first_wait=0.01)
    async with feeding(server, reconnect=reconnect) as feed:
        await server.happen(scene)
        await feed.whole()
        server.shut()
        await until(feed, lambda: not feed.board.line.up)
        assert feed.board.channels, "the last picture stays"
        server.pbx = SmallPbx()
        server.pbx.new()
        server.listen()
        await until(feed, lambda: picture(feed.board) == server.fresh())
        assert feed.board.line.up


@asynchronous
async def test_a_user_who_may_not_list_channels_one_way_lists_them_another_way() -> None:
    server = Server()
    server.errors["CoreShowChannels"] = "Permission denied"
    scene(server.pbx)
    async with feeding(server) as feed:
        await feed.whole()
        assert feed.board.absent == {}
        assert feed.board.channels.keys() == server.pbx.channels.keys()
        feed.ask()
        await until(feed, lambda: len(server.asked) >= 7)
        assert server.asked.count("CoreShowChannels") == 1, "what was refused is not asked again"
        assert server.asked.count("Status") == 2


@asynchronous
async def test_what_was_refused_is_asked_for_on_the_next_connection() -> None:
    server = Server()
    server.errors["CoreShowChannels"] = "Permission denied"
    async with feeding(server, reconnect=Reconnect(first_wait=0.01)) as feed:
        await feed.whole()
        server.errors.clear()
        server.drop()
        await until(feed, lambda: server.asked.count("CoreShowChannels") == 2)


@asynchronous
async def test_a_section_that_the_server_does_not_give_is_absent_with_the_reason() -> None:
    server = Server()
    server.errors["CoreShowChannels"] = server.errors["Status"] = "Permission denied"
    server.errors["QueueStatus"] = "Invalid/unknown command: QueueStatus."
    async with feeding(server) as feed:
        await feed.whole()
        assert feed.board.absent.keys() == {"channels", "queues"}
        assert "CoreShowChannels: Permission denied" in feed.board.absent["channels"]
        assert "unknown" in feed.board.absent["queues"]
        assert feed.board.taken.keys() == {"bridges"}


@asynchronous
async def test_a_board_is_whole_too_if_the_last_section_cannot_be_had() -> None:
    server = Server()
    server.errors["BridgeList"] = "Permission denied"
    async with feeding(server) as feed:
        await feed.whole()
        assert feed.board.absent.keys() == {"bridges"}


@asynchronous
async def test_a_list_that_does_not_come_in_time_is_absent_and_asked_for_again() -> None:
    server = Server()
    server.silent.add("QueueStatus")
    async with feeding(server, resync=0.05, timeout=0.2) as feed:
        await feed.whole()
        assert "queues" in feed.board.absent
        server.silent.clear()
        await until(feed, lambda: "queues" in feed.board.taken)
        assert feed.board.absent == {}


@asynchronous
async def test_only_the_queue_is_asked_about_of_which_events_do_not_tell_all() -> None:
    server = Server()
    async with feeding(server) as feed:
        await feed.whole()
        server.say("AgentComplete", "Queue: support", "Interface: PJSIP/1")
        await until(feed, lambda: len(server.asked) > 3)
        assert server.asked[3:] == ["QueueStatus support"]
        assert feed.board.wanted_queues == set()


@asynchronous
async def test_many_queues_are_asked_about_at_once() -> None:
    server = Server()
    names = [f"queue-{number}" for number in range(QUEUES_AT_ONCE + 1)]
    for name in names:
        server.pbx.configure(name, there=True)
    async with feeding(server) as feed:
        await feed.whole()
        for name in names:
            server.say("AgentComplete", f"Queue: {name}")
        await until(feed, lambda: len(server.asked) > 3)
        assert server.asked[3:] == ["QueueStatus"]


@asynchronous
async def test_a_queue_whose_name_fits_no_action_ends_nothing() -> None:
    server = Server()
    async with feeding(server) as feed:
        await feed.whole()
        for name in ("x" * 2000, "a\0b"):
            server.say("QueueMemberAdded", f"Queue: {name}", "Interface: a")
        server.say("AgentComplete", "Queue: support")
        await until(feed, lambda: len(server.asked) > 3)
        assert server.asked[3:] == ["QueueStatus support"]


@pytest.mark.parametrize("moment", ["before", "between"])
@asynchronous
async def test_a_connection_that_is_lost_for_good_is_told(moment: str) -> None:
    server = Server()
    if moment == "before":
        server.silent.add("CoreShowChannels")
    async with feeding(server) as feed:
        if moment == "between":
            await feed.whole()
        else:
            await asyncio.to_thread(server.was_asked.wait, 10)
        server.drop()
        with pytest.raises(ConnectionClosed):
            while True:
                await feed.changed()


@asynchronous
async def test_a_client_that_was_closed_is_told() -> None:
    server = Server()
    async with feeding(server) as feed:
        await feed.whole()
        await feed.client.close()
        with pytest.raises(ConnectionClosed):
            while True:
                await feed.changed()


@asynchronous
async def test_nothing_stays_when_a_feed_ends() -> None:
    server = Server()
    async with server:
        feed = Feed(client(server.port))
        async with feed.client:
            async with feed:
                await feed.whole()
            names = {task.get_name() for task in asyncio.all_tasks()}
            assert not {name for name in names if name.startswith("board")}
            asked = len(server.asked)
            feed.ask()
            await feed.client.send(ALLOWED[0]())
            assert len(server.asked) == asked + 1


@asynchronous
async def test_a_change_need_not_be_waited_for_for_ever() -> None:
    async with feeding(Server()) as feed:
        await feed.whole()
        await feed.changed(timeout=0.0)
