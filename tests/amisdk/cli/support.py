"""Servers that answer, and emit events, as a test says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from amisdk import actions
from amisdk.headers import Headers
from amisdk.testing import FakeAsterisk, Peer, ScriptedServer

__all__ = ["Reply", "after_login", "answering", "queues"]

Reply = Callable[[Peer, Headers], None]


@contextmanager
def answering(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Headers]]:
    """Run a server that answers as a test says, and give what it was sent."""
    sent: list[Headers] = []

    async def serve(peer: Peer) -> None:
        await peer.login()
        while True:
            action = await peer.action()
            name = action["Action"]
            if name == "Logoff":
                peer.respond(action, response="Goodbye")
                return
            if name == "CoreSettings":
                peer.respond(action, "AsteriskVersion: 22.10.0")
                continue
            sent.append(action)
            reply(peer, action)

    with ScriptedServer(serve) as server:
        monkeypatch.setenv("AMI_PORT", str(server.port))
        monkeypatch.setenv("AMI_USERNAME", "admin")
        monkeypatch.setenv("AMI_SECRET", "s3cr3t-word")
        yield sent


def queues(count: int, *, end: tuple[str, ...] = ()) -> Reply:
    """Answer with a list of queues."""

    def reply(peer: Peer, action: Headers) -> None:
        peer.respond(action, "EventList: start", "Message: Queue status will follow")
        for number in range(count):
            peer.event("QueueParams", f"Queue: q{number}", f"Calls: {number % 7}", of=action)
        ended = ("EventList: Complete", f"ListItems: {count}")
        peer.event("QueueStatusComplete", *ended, *end, of=action)

    return reply


def after_login(server: FakeAsterisk, *emitted: Any) -> None:
    """Emit events to whoever logs in, behind FullyBooted."""

    server.on(actions.Login).emit(*emitted)
