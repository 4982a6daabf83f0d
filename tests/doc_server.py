"""What the examples of the documentation need of a server beyond what FakeAsterisk plays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from amisdk import events
from amisdk.headers import Headers

__all__ = ["EVENTS", "PLAYS"]

Pairs = list[tuple[str, str]]
Play = Callable[[Any, Headers], Awaitable[None]]

MEMBER: Pairs = [
    ("Conference", "team"),
    ("CallerIDNum", "6001"),
    ("Channel", "PJSIP/6001-00000001"),
    ("Admin", "No"),
    ("Muted", "No"),
]
ROOM: Pairs = [("Conference", "team"), ("Parties", "1"), ("Marked", "0"), ("Locked", "No")]
QUEUES: Pairs = [
    ("Category-000000", "general"),
    ("Line-000000-000000", "persistentmembers=yes"),
    ("Category-000001", "support"),
    ("Line-000001-000000", "strategy=ringall"),
    ("Line-000001-000001", "member=PJSIP/6001"),
    ("Line-000001-000002", "member=PJSIP/6002"),
]


def _says(message: str) -> Play:
    async def play(session: Any, action: Headers) -> None:
        session.respond(action, "Success", ("Message", message))

    return play


def _lists(name: str, items: list[Pairs]) -> Play:
    async def play(session: Any, action: Headers) -> None:
        session.respond(action, "Success", ("EventList", "start"), ("Message", "will follow"))
        own = ("ActionID", action.get("ActionID") or "")
        for item in items:
            session.write([("Event", name), own, *item])
        end = [("EventList", "Complete"), ("ListItems", str(len(items)))]
        session.write([("Event", f"{name}Complete"), own, *end])

    return play


async def _get_config(session: Any, action: Headers) -> None:
    if action.get("Filename") != "queues.conf":
        session.respond(action, "Error", ("Message", "Config file not found"))
    else:
        session.respond(action, "Success", *QUEUES)


PLAYS: dict[str, Play] = {
    "queueadd": _says("Added interface to queue"),
    "queueremove": _says("Removed interface from queue"),
    "queuepause": _says("Interface paused successfully"),
    "confbridgelistrooms": _lists("ConfbridgeListRooms", [ROOM]),
    "confbridgelist": _lists("ConfbridgeList", [MEMBER]),
    "confbridgemute": _says("User muted"),
    "confbridgeunmute": _says("User unmuted"),
    "confbridgelock": _says("Conference locked"),
    "confbridgekick": _says("User kicked"),
    "confbridgestartrecord": _says("Conference Recording Started."),
    "confbridgestoprecord": _says("Conference Recording Stopped."),
    "getconfig": _get_config,
    "updateconfig": _says("Success"),
}
"""Actions by name in lower case."""

EVENTS = (
    events.QueueCallerJoin(queue="support", position=1, count=1, caller_id_num="100"),
    events.QueueCallerLeave(queue="support", count=0),
    events.QueueMemberPause(queue="support", member_name="Alice", paused=True),
    events.ConfbridgeJoin(conference="team", channel="PJSIP/6001-00000001"),
    events.ConfbridgeTalking(conference="team", talking_status=True),
    events.ConfbridgeLeave(conference="team", channel="PJSIP/6001-00000001"),
    events.Newchannel(channel="PJSIP/6002-00000002", unique_id="2"),
    events.Hangup(channel="PJSIP/6002-00000002", unique_id="2", cause=16),
)
"""What happens once an example is through, so that its handlers have something to do."""
