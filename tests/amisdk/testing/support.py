"""What the tests of the fake server share: a raw connection, and a client that keeps all events."""

import itertools
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

from amisdk import Client
from amisdk.headers import Headers, split_header
from amisdk.models import Action, Event, Reply
from amisdk.testing import FakeAsterisk

__all__ = ["Watch", "Wire", "watching"]

R = TypeVar("R", bound=Reply)
E = TypeVar("E", bound=Event)


class Wire:
    """A connection on which a test writes and reads the bytes itself."""

    def __init__(self, server: FakeAsterisk) -> None:
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        self._file = self.socket.makefile("rb")
        self._numbers = itertools.count(1)
        self.greeting = self._file.readline()

    def say(self, *lines: str) -> None:
        """Send an action."""
        text = "".join(f"{line}\r\n" for line in (*lines, ""))
        self.socket.sendall(text.encode("utf-8", "surrogateescape"))

    def read(self) -> Headers:
        """Read one message; no headers at the end."""
        lines = []
        while (line := self._file.readline()) not in (b"\r\n", b""):
            lines.append(line.removesuffix(b"\r\n").decode("utf-8", "surrogateescape"))
        return Headers(split_header(line) for line in lines)

    def ask(self, *lines: str) -> list[Headers]:
        """Send an action, and return all that comes until the reply to a Ping after it."""
        self.say(*lines)
        mark = f"mark-{next(self._numbers)}"
        self.say("Action: Ping", f"ActionID: {mark}")
        found: list[Headers] = []
        while (message := self.read()).get("ActionID") != mark:
            if not len(message):
                break
            found.append(message)
        return found

    def login(self, username: str = "admin", secret: str = "amisdk", events: str = "off") -> Self:
        """Log in."""
        lines = (f"Username: {username}", f"Secret: {secret}", f"Events: {events}")
        assert self.ask("Action: Login", *lines)[0]["Response"] == "Success"
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        self.socket.close()


class Watch:
    """A client, and all events that it has read."""

    def __init__(self, server: FakeAsterisk, ami: Client) -> None:
        self.server = server
        self.ami = ami
        self._stream = ami.events(include="all")
        self._seen: list[Event] = []

    def send(self, action: Action[R], **options: Any) -> R:
        """Send an action."""
        return self.ami.send(action, **options)

    def refusal(self, action: Action[Any]) -> str:
        """Send an action that is refused, and return the server's words."""
        reply: Reply = self.ami.send(action, check=False, check_version=False)
        assert not reply.ok
        return reply.message or ""

    @property
    def seen(self) -> list[Event]:
        """All events that have been sent so far."""
        from amisdk import actions

        self.ami.send(actions.Ping())
        try:
            while True:
                self._seen.append(self._stream.get(0))
        except TimeoutError:
            return self._seen

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [event.ami_name for event in self.seen]

    def every(self, kind: type[E]) -> list[E]:
        """Return those of a class."""
        return [event for event in self.seen if isinstance(event, kind)]

    def the(self, kind: type[E]) -> E:
        """Return the one of a class."""
        (found,) = self.every(kind)
        return found

    def next(self, kind: type[E], *, timeout: float = 10.0) -> E:
        """Wait for an event of a class that was not seen yet."""
        while True:
            event = self._stream.get(timeout)
            self._seen.append(event)
            if isinstance(event, kind):
                return event

    def forget(self) -> None:
        """Take no more notice of what was seen so far."""
        self.seen.clear()


@contextmanager
def watching(server: FakeAsterisk | None = None, **options: Any) -> Iterator[Watch]:
    """Run a server, and give a client of it."""
    server = server or FakeAsterisk()
    with server, Client.from_url(server.url, reconnect=False, **options) as ami:
        yield Watch(server, ami)
