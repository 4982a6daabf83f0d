"""A session whose server and clock are played by the test."""

from typing import Any, Literal, TypeVar

from amisdk_models.registry import EVENTS
from pydantic import SecretStr

from amisdk.errors import AmiError
from amisdk.exchange import Exchange
from amisdk.headers import Headers, split_header
from amisdk.link import Link
from amisdk.login import Credentials
from amisdk.models import Action, Event, Reply
from amisdk.restore import SessionSetup
from amisdk.session import Session, State
from amisdk.stats import Stats
from amisdk.subscriptions import Dispatcher, Include, Subscription, names_of
from amisdk.wire import Limits

R = TypeVar("R", bound=Reply)

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


class Conversation:
    """What is said and heard, on a clock that the test moves."""

    side: Session | Link
    """Our side of it."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.now = 1000.0
        self.done: list[Exchange[Any]] = []
        self.dispatcher = Dispatcher()
        self._encoding = encoding

    def feed(self, data: bytes) -> None:
        """Let our side receive bytes."""
        self.side.receive_data(data)

    def hear(self, *lines: str) -> None:
        """Let our side receive one message."""
        text = "\r\n".join(lines) + "\r\n\r\n"
        self.feed(text.encode("utf-8", "surrogateescape"))

    def said(self) -> list[Headers]:
        """Take the actions that our side wants to write."""
        data = self.side.data_to_send().decode("utf-8", "surrogateescape")
        return [
            Headers(split_header(line) for line in message.split("\r\n"))
            for message in data.split("\r\n\r\n")[:-1]
        ]

    def queue(self, action: Action[R], **options: Any) -> Exchange[R]:
        """Hand an action over, without writing it."""
        options.setdefault("on_done", self.done.append)
        exchange = Exchange(action, encoding=self._encoding, **options)
        self.side.send(exchange)
        return exchange

    def send(self, action: Action[R], **options: Any) -> Exchange[R]:
        """Hand an action over, and write it."""
        exchange = self.queue(action, **options)
        self.said()
        return exchange

    def answer(self, exchange: Exchange[Any], *lines: str, response: str = "Success") -> None:
        """Let our side receive the response to an action."""
        self.hear(f"Response: {response}", f"ActionID: {exchange.action_id}", *lines)

    def step(self, name: str, *lines: str, response: str = "Success") -> Headers:
        """Take the one action that our side wants to write, and answer it."""
        [action] = self.said()
        assert action["Action"] == name
        self.hear(f"Response: {response}", f"ActionID: {action['ActionID']}", *lines)
        return action

    def event(self, name: str, *lines: str, of: Exchange[Any] | None = None) -> None:
        """Let our side receive an event, which may belong to an action."""
        own = [] if of is None else [f"ActionID: {of.action_id}"]
        self.hear(f"Event: {name}", *own, *lines)

    def subscribe(
        self, *wanted: type[Event] | str, include: Include = "unsolicited"
    ) -> list[Event]:
        """Subscribe, and return the list that the events are put into."""
        taken: list[Event] = []
        names, unknown_only = names_of(wanted)
        self.dispatcher.add(Subscription(taken.append, names, include, unknown_only))
        return taken

    def wait(self, seconds: float) -> None:
        """Let time pass, and call `expire` as a pump does."""
        self.wait_until(self.now + seconds)

    def wait_until(self, until: float) -> None:
        """Let time pass until a moment."""
        while (due := self.side.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.side.expire()
        self.now = until
        self.side.expire()


class Talk(Conversation):
    """A session, what it was told, and what it told."""

    def __init__(
        self,
        *,
        logged_in: bool = True,
        username: str = "admin",
        secret: str = "s3cret",
        auth: Literal["plain", "md5"] = "plain",
        mask: str | None = None,
        encoding: str = "utf-8",
        max_message: int = 100_000,
        keepalive: float | None = None,
        setup: SessionSetup | None = None,
        read_version: bool = False,
    ) -> None:
        super().__init__(encoding)
        self.opened: list[AmiError | None] = []
        self.closed: list[AmiError | None] = []
        self.stats = Stats()
        self.session = self.side = Session(
            Credentials(username, SecretStr(secret), auth),
            EVENTS,
            self.dispatcher,
            on_open=self.opened.append,
            on_close=self.closed.append,
            clock=lambda: self.now,
            setup=setup or SessionSetup(mask),
            encoding=encoding,
            limits=Limits(message=max_message),
            read_version=read_version,
            keepalive=keepalive,
            stats=self.stats,
        )
        if logged_in:
            self.session.receive_data(GREETING)
            self.step("Login")
            assert self.session.state is State.READY
