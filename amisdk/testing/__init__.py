"""Tools to test programs that talk to Asterisk, without an Asterisk.

`FakeAsterisk` is a manager on 127.0.0.1 that knows every action of the spec: it judges what it is
sent as the real server does, plays calls, queues and conferences, answers as you script it, and
fails as you wish. `ScriptedServer` does what you write: a server that answers late, in pieces,
wrongly, or hangs up.
"""

from .calls import Call, Manner
from .channels import Bridge, Channel
from .conferences import Conference, Participant
from .fake import FakeAsterisk
from .faults import Fault
from .peer import GREETING, Peer
from .queues import Caller, Member, Queue
from .rules import Rule
from .scripted import ScriptedServer
from .users import User

__all__ = [
    "GREETING",
    "Bridge",
    "Call",
    "Caller",
    "Channel",
    "Conference",
    "FakeAsterisk",
    "Fault",
    "Manner",
    "Member",
    "Participant",
    "Peer",
    "Queue",
    "Rule",
    "ScriptedServer",
    "User",
]
