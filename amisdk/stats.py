"""What a client has counted since it was made."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Stats"]


@dataclass(slots=True)
class Stats:
    """Counters of a client; `AsyncClient.stats` is a copy of the moment.

    Attributes:
        connections: How often it logged in.
        bytes_received: Bytes that came.
        bytes_sent: Bytes that were handed to the connection.
        messages: Messages that came.
        actions: Actions that were handed to the connection, the client's own included.
        timeouts: Actions without a whole reply in time.
        unmatched: Responses that no action waited for: late, repeated, forged or foreign.
        events_lost: Events that slow consumers did not get.
        pending: Actions without a whole reply now.
    """

    connections: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0
    messages: int = 0
    actions: int = 0
    timeouts: int = 0
    unmatched: int = 0
    events_lost: int = 0
    pending: int = 0
