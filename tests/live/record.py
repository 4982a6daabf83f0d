"""Records conversations with the real servers, for tests that need no server.

``python -m tests.live.record`` writes ``tests/data/transcripts/<major>-<topic>.txt`` anew, from a
server of each version; `amisdk.transcripts` tells their form, and `tests.live.proxy` what is
hidden in them.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from amisdk import RawAction, actions, events
from amisdk.options import Auth
from amisdk.transcripts import Transcript
from tests.live.asterisk import MAJORS, Server
from tests.live.proxy import SECRET, Proxy
from tests.live.support import Desk, Pbx

__all__ = ["PLACE", "SECRET", "TOPICS"]

PLACE = Path(__file__).parent.parent / "data" / "transcripts"

Talk = Callable[[Desk, Desk], Awaitable[None]]
"""The client's side: with a desk that is recorded, and another one that sets the scene."""


@dataclass(frozen=True)
class Topic:
    """A conversation to record."""

    talk: Talk
    role: str
    auth: Auth
    events: str | None
    majors: tuple[int, ...]


TOPICS: dict[str, Topic] = {}


def topic(
    *,
    role: str = "admin",
    auth: Auth = "plain",
    events: str | None = "off",
    majors: tuple[int, ...] = MAJORS,
) -> Callable[[Talk], Talk]:
    """Make a function the client's side of a conversation, named like it."""

    def register(talk: Talk) -> Talk:
        TOPICS[talk.__name__.replace("_", "-")] = Topic(talk, role, auth, events, majors)
        return talk

    return register


async def only(desk: Desk, names: str) -> None:
    """Let only those events through whose names begin so, a regular expression."""
    await desk.send(actions.Filter(operation="Add", filter=f"Event: {names}"))


@topic(events=None)
async def login_plain(desk: Desk, scene: Desk) -> None:
    """Log in with the secret itself, and be told that the server is up."""
    await desk.first(events.FullyBooted)
    await desk.send(actions.Ping())


@topic(auth="md5")
async def login_md5(desk: Desk, scene: Desk) -> None:
    """Log in by a challenge, and change the mask of events."""
    await desk.send(actions.Events(event_mask=["call", "agent"]))
    await desk.send(actions.Login(username="admin", secret=SECRET))


@topic()
async def settings(desk: Desk, scene: Desk) -> None:
    """Ask what the server is."""
    await desk.send(actions.CoreSettings())
    await desk.send(actions.CoreStatus())
    await desk.send(actions.ModuleCheck(module="res_pjsip.so"))
    await desk.send(actions.ExtensionState(exten="6003", context="scenarios"))
    await desk.send(actions.Getvar(variable="COMPANY"))


@topic()
async def queues(desk: Desk, scene: Desk) -> None:
    """List queues, one of them with a caller."""
    call = await scene.call("202")
    await scene.first(events.QueueCallerJoin, channel=call.far)
    await desk.send(actions.QueueStatus(queue="empty-queue"))
    await desk.send(actions.QueueSummary())
    await desk.send(actions.QueueStatus(queue="nowhere"))
    await desk.send(actions.QueueRule(rule="patience"))


@topic(events="call")
async def call(desk: Desk, scene: Desk) -> None:
    """Make a call and follow it to its end."""
    await only(desk, "(New(channel|state)|DialEnd|OriginateResponse|Hangup\\b)")
    call = await desk.call("104", variables={"ORDER": '4,2 "x"'})
    await desk.first(events.Hangup, channel=call.far)
    await desk.first(events.Hangup, channel=call.near)


@topic(majors=(22,))
async def channels(desk: Desk, scene: Desk) -> None:
    """Show a channel with its variables, and hang up by a pattern."""
    call = await scene.call("120")
    await scene.first(events.VarSet, variable="QUOTED")
    await desk.send(actions.Status(channel=call.far, variables=["CUSTOMER", "NOTHING"]))
    await desk.send(actions.Hangup(channel="/^Local.120@/"))


@topic()
async def command(desk: Desk, scene: Desk) -> None:
    """Run commands of the console, good and bad."""
    await desk.send(actions.Command(command="dialplan show 105@scenarios"))
    await desk.ami.send(actions.Command(command="no such thing"), check=False)


@topic()
async def config(desk: Desk, scene: Desk) -> None:
    """Read configuration in all forms, and write some."""
    await desk.send(actions.GetConfig(filename="queuerules.conf"))
    await desk.send(actions.GetConfigJSON(filename="queues.conf", category="support"))
    await desk.send(actions.ListCategories(filename="queues.conf"))
    await desk.send(actions.CreateConfig(filename="recorded.conf"))
    changes = [
        actions.UpdateConfigChange(action="NewCat", cat="sales"),
        actions.UpdateConfigChange(action="Append", cat="sales", var="member", value=">PJSIP/1"),
    ]
    await desk.send(
        actions.UpdateConfig(
            src_filename="recorded.conf", dst_filename="recorded.conf", changes=changes
        )
    )
    await desk.send(actions.GetConfig(filename="recorded.conf"))


@topic()
async def errors(desk: Desk, scene: Desk) -> None:
    """Ask for what is not there."""
    for action in (
        RawAction("NoSuchAction"),
        actions.Status(channel="nobody"),
        actions.DBGet(family="nowhere", key="x"),
        actions.PJSIPShowContacts(),
        actions.ShowDialPlan(context="nowhere"),
        actions.GetConfig(filename="nowhere.conf"),
    ):
        await desk.ami.send(action, check=False)


@topic(role="dialplan", majors=(22,))
async def permissions(desk: Desk, scene: Desk) -> None:
    """Be somebody who may do nearly nothing."""
    await desk.ami.send(actions.CoreStatus(), check=False)
    await desk.ami.send(actions.DBPut(family="x", key="y", val="z"), check=False)
    await desk.send(actions.ListCommands())


@topic(majors=(22,))
async def database(desk: Desk, scene: Desk) -> None:
    """Put, read and delete keys."""
    for key, value in {"a": "1", "b": 'Zoë \\ "x", y = z ', "c": ""}.items():
        await desk.send(actions.DBPut(family="recorded", key=key, val=value))
    await desk.send(actions.DBGet(family="recorded", key="b"))
    await desk.send(actions.DBGetTree(family="recorded"))
    await desk.send(actions.DBDelTree(family="recorded"))


@topic()
async def conference(desk: Desk, scene: Desk) -> None:
    """Look at a conference, and end it."""
    call = await scene.call("300")
    await scene.first(events.ConfbridgeJoin)
    await desk.send(actions.ConfbridgeListRooms())
    await desk.send(actions.ConfbridgeList(conference="900"))
    await only(desk, "Confbridge(Leave|End)")
    await desk.send(actions.Events(event_mask="call"))
    await desk.send(actions.ConfbridgeMute(conference="900", channel=call.far))
    await desk.send(actions.ConfbridgeKick(conference="900", channel="all"))
    await desk.first(events.ConfbridgeEnd)


@topic()
async def parking(desk: Desk, scene: Desk) -> None:
    """Park a call and list it."""
    call = await scene.call("100")
    await desk.send(actions.Park(channel=call.near, timeout=20_000))
    await scene.first(events.ParkedCall)
    await desk.send(actions.ParkedCalls())
    await desk.send(actions.Parkinglots())
    await only(desk, "ParkedCall")
    await desk.send(actions.Events(event_mask="call"))
    await desk.send(actions.Hangup(channel=call.near))
    await desk.first(events.ParkedCallGiveUp)


@topic(events="user")
async def user_events(desk: Desk, scene: Desk) -> None:
    """Raise events of one's own, and get those of others, in whatever encoding."""
    await desk.send(
        actions.UserEvent(user_event="Shipped", headers={"Order": "42", "Name": "Zoë 日本"})
    )
    await desk.first(events.UserEvent, user_event="Shipped")
    async with desk.pbx.client(encoding="latin-1") as other:
        items = [("Item", "lamp"), ("Item", "bulb"), ("Name", "Zoë\x85\x0b")]
        await other.send(RawAction("UserEvent", [("UserEvent", "Packed"), *items]))
    await desk.first(events.UserEvent, user_event="Packed")


async def hold(pbx: Pbx, topic: Topic, port: int) -> None:
    """Hold a conversation through a port that records it."""
    async with asyncio.timeout(30), pbx.desk() as scene:
        ami = pbx.client(
            topic.role, port=port, auth=topic.auth, events=topic.events, check_version=False
        )
        desk = Desk(pbx, ami)
        async with ami:
            await topic.talk(desk, scene)


def record(pbx: Pbx, server: Server, name: str, topic: Topic) -> Transcript:
    """Hold a conversation and return its transcript."""
    with Proxy() as proxy:
        asyncio.run(hold(pbx, topic, proxy.before(server)))
    what = (topic.talk.__doc__ or name).partition("\n")[0]
    notes = (f"Asterisk {server.version}. {what}", "Written by python -m tests.live.record.")
    [said] = proxy.talks
    return proxy.masked(Transcript.of(notes, said))


def record_all(server: Server) -> None:
    """Hold every conversation with a server and write the files."""
    pbx = Pbx(str(server.major), server.major, server.host, server.port, server=server)
    for name, topic in TOPICS.items():
        if server.major not in topic.majors:
            continue
        transcript = record(pbx, server, name, topic)
        path = PLACE / f"{server.major}-{name}.txt"
        transcript.save(path)
        print(f"{path.relative_to(PLACE)}: {path.stat().st_size} bytes")


def main() -> int:
    """Record every topic with every version."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for major in MAJORS:
        with Server(major) as server:
            record_all(server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
