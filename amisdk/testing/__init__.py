"""Tools to test programs that talk to Asterisk, without an Asterisk.

`FakeAsterisk` is a small manager on 127.0.0.1: it logs clients in, plays the commonest actions
and a call's life, and sends whatever events it is told to. `ScriptedServer` does what you write:
a server that answers late, in pieces, wrongly, or hangs up.
"""

from .fake import FakeAsterisk
from .peer import GREETING, Peer
from .scripted import ScriptedServer

__all__ = ["GREETING", "FakeAsterisk", "Peer", "ScriptedServer"]
