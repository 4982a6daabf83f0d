"""What the examples of the documentation need of a server."""

from amisdk import actions, events
from amisdk.testing import FakeAsterisk

__all__ = ["EVENTS", "prepare"]

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
