"""A `FakeAsterisk` with what ``tests/live/asterisk/etc`` gives the real servers, only quicker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from amisdk.testing import FakeAsterisk, User
from tests.live.asterisk.servers import Account
from tests.live.support import Pbx

__all__ = ["fake_pbx"]

USERS = {
    "admin": ("all", "all"),
    "readonly": ("all", "reporting"),
    "calls": ("call,agent,user", "call,agent,originate,reporting"),
    "dialplan": ("dialplan,dtmf,cdr", ""),
    "deaf": ("", "all"),
}
FILTERED = User(
    "filtered", "secret", read="all", write="all", event_filter=("Event: (Hangup|UserEvent)",)
)
EXTENSIONS: dict[str, dict[str, Any]] = {
    "100": {},
    "101": {},
    "102": {"answer": None},
    "104": {"talk": 0.1},
    "105": {"answer": False, "cause": 17},
    "106": {"answer": False, "cause": 34},
    "200": {"queue": "support"},
    "201": {"queue": "support,,,,0.2"},
    "202": {"queue": "empty-queue"},
    "210": {"ring": 1.0},
    "211": {"answer": None},
    "212": {"talk": 0.1},
    "300": {"conference": "900"},
    "301": {"conference": "900", "admin": True},
    "302": {"conference": "900", "muted": True},
    "400": {"park": "default"},
    "500": {"dial": "Local/100@scenarios"},
    "501": {"dial": "Local/105@scenarios"},
    "502": {"dial": "Local/102@scenarios,0.1"},
    "506": {"dial": "Local/106@scenarios"},
    "6001": {"dial": "PJSIP/6001,20", "hint": "PJSIP/6001"},
    "6002": {"dial": "PJSIP/6002,20", "hint": "PJSIP/6002"},
    "6003": {"hint": "Custom:6003,CustomPresence:6003"},
}


class _Process:
    """What the live tests ask of a server of ours."""

    def __init__(self, server: FakeAsterisk) -> None:
        self.users = {role: Account(role, "secret") for role in (*USERS, "filtered")}
        self.host = "127.0.0.1"
        self.port = server.port
        self.fake = server


@contextmanager
def fake_pbx(major: int) -> Iterator[Pbx]:
    """Run a fake server, and give it as one that the live tests know how to use."""
    users = [User(role, "secret", read, write) for role, (read, write) in USERS.items()]
    server = FakeAsterisk(
        version=major,
        username="admin",
        secret="secret",
        users=[*users, FILTERED],
        timestamps=True,
        channel_variables=["ORDER", "CUSTOMER"],
    )
    for exten, manner in EXTENSIONS.items():
        server.extension(exten, context="scenarios", **manner)
    server.device("PJSIP/6004", "UNAVAILABLE")
    server.variables["COMPANY"] = "Example Ltd"
    support = server.queue("support")
    support.members.clear()
    support.strategy = "rrmemory"
    support.add("Local/210@scenarios", "Alice Archer", membership="static")
    server.queue("empty-queue").timeout = 0.2
    with server:
        process: Any = _Process(server)
        yield Pbx(f"fake{major}", major, "127.0.0.1", server.port, None, process)
