"""Those who send actions in the test of a link's whole life, and what may come in it."""

import re
from typing import Any, NamedTuple

from hypothesis import strategies as st

from amisdk import RawAction, actions
from amisdk.errors import ActionTimeout, AmiError, NotSent, OutcomeUnknown
from amisdk.exchange import Exchange

KINDS: dict[str, Any] = {
    "ping": actions.Ping(),
    "add": actions.QueueAdd(queue="a", interface="b"),
    "list": actions.QueueStatus(),
    "call": actions.Originate(channel="PJSIP/1", application="Echo", async_=True),
    "raw": RawAction("OfMyOwn"),
    "wait": actions.WaitEvent(timeout=3),
    "text": actions.Queues(),
    "mask": actions.Events(event_mask="on"),
    "filter": actions.Filter(operation="Add", filter="Event: Hangup"),
}
ENDS = {
    "list": "QueueStatusComplete",
    "wait": "WaitEventComplete",
    "raw": "OwnComplete",
    "call": "OriginateResponse",
}
"""The events that end what does not end with its response."""
ODD = [
    b"\r\n",
    b"\r\n\r\n\r\n",
    b"garbage\r\n\r\n",
    b"Response: Success\r\n\r\n",
    b"Response: Success\r\nActionID: foreign\r\nMessage: 0\r\n\r\n",
    b"Response: Follows\r\nActionID: foreign\r\n\r\n",
    b"Event: QueueParams\r\nActionID: foreign\r\nQueue: 0\r\n\r\n",
    b"Event: QueueStatusComplete\r\nActionID: foreign\r\nEventList: Complete\r\n\r\n",
    b"Event: Hangup\r\nMessage: Response: Success\n\r\x00\xe9\r\n\r\n",
    b"Event: FullyBooted\r\n\r\n",
    b"Event: Shutdown\r\n\r\n",
]
LIFE = re.compile(
    r"(Reconnecting )*"
    r"(Connected (Disconnected (Reconnecting )+Reconnected )*(Disconnected (Reconnecting )*)?)?"
    r"Closed "
)
"""What may be told, in which order; what was lost is told at any time."""


class Order(NamedTuple):
    """What a caller wants."""

    kind: str
    retry: bool
    wait: bool
    timeout: float | None
    action_id: str | None


ORDERS = st.builds(
    Order,
    kind=st.sampled_from(sorted(KINDS)),
    retry=st.booleans(),
    wait=st.booleans(),
    timeout=st.sampled_from([None, 2.0, 20.0]),
    action_id=st.sampled_from([None, None, "7", "8"]),
)


class Caller:
    """One who sends an action, and counts how often he is told."""

    def __init__(self, kind: str, may_retry: bool) -> None:
        self.kind = kind
        self.may_retry = may_retry
        self.exchange: Exchange[Any]
        self.told = 0
        self.gave_up = False
        self.sent = 0
        """On how many connections."""
        self.begun = False
        """Whether the server has begun to answer, on this connection."""
        self.tokens: set[str] = set()
        """What the server wrote for this caller on this connection."""

    def done(self, exchange: Exchange[Any]) -> None:
        assert exchange is self.exchange
        assert exchange.done
        assert not self.gave_up
        self.told += 1
        error, reply = exchange.error, exchange.reply
        if error is not None:
            assert isinstance(error, (NotSent, OutcomeUnknown, ActionTimeout, AmiError))
            if isinstance(error, NotSent):
                assert self.sent == 0
            if isinstance(error, OutcomeUnknown):
                assert self.sent > 0
            return
        assert reply is not None
        assert self.sent > 0
        if self.kind != "text":  # which nothing marks
            assert reply.headers["Message"] in self.tokens
            for item in reply.items if self.kind in ("list", "raw") else ():
                assert item.headers["Queue"] in self.tokens
