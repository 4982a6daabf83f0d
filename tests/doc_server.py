"""What the examples of the documentation need of a server."""

from amisdk import actions
from amisdk.testing import FakeAsterisk

__all__ = ["act", "prepare"]

QUEUES = [
    ("Category-000000", "general"),
    ("Line-000000-000000", "persistentmembers=yes"),
    ("Category-000001", "support"),
    ("Line-000001-000000", "strategy=ringall"),
    ("Line-000001-000001", "member=PJSIP/6001"),
    ("Line-000001-000002", "member=PJSIP/6002"),
]


def prepare(server: FakeAsterisk) -> None:
    """Have what examples speak of: a conference, and the configuration of the queues."""
    server.conference("team").join("PJSIP/6001")
    server.conference("team").join("PJSIP/6002")
    server.on(actions.GetConfig).error("Config file not found")
    server.on(actions.GetConfig, filename="queues.conf").reply(headers=QUEUES)


def act(server: FakeAsterisk) -> None:
    """Have things happen once an example is through, for its handlers."""
    support, team = server.queue("support"), server.conference("team")
    for member in support.members:
        member.pause("lunch")
    support.join("PJSIP/trunk", caller_id="100").abandon()
    guest = team.join("PJSIP/6001")
    guest.talk()
    guest.leave()
    server.call("PJSIP/6001", "PJSIP/6002", answer=True).hangup()
