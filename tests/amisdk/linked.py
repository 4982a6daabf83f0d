"""A link whose transport, server and clock are played by the test."""

from typing import Any, TypeVar

from amisdk.errors import AmiError, ConnectFailed
from amisdk.exchange import Exchange
from amisdk.lifecycle import LifecycleEvent
from amisdk.link import Link
from amisdk.models import Action, Reply
from amisdk.options import Options
from amisdk.subscriptions import Subscription
from tests.amisdk.talk import GREETING, Conversation

R = TypeVar("R", bound=Reply)


class Linked(Conversation):
    """A link, what it was told, and what it told.

    It is the link's transport too, and as strict as one: it feeds only a connection that the
    link wants.
    """

    def __init__(self, *, up: bool = True, **options: Any) -> None:
        super().__init__()
        self.opened: list[AmiError | None] = []
        self.ended: list[AmiError | None] = []
        self.told: list[LifecycleEvent] = []
        self.opens = 0
        self.wanted = False
        """Whether the link wants a connection."""
        self.reading = True
        self.dispatcher.add(Subscription.of(self.told.append, [LifecycleEvent], "all"))
        defaults = {"auth": "plain", "check_version": False, "keepalive": None}
        options = {"secret": "s3cret", **defaults, **options}
        self.link = self.side = Link(
            Options(username="admin", **options),
            self.dispatcher,
            self,
            clock=lambda: self.now,
            on_end=self.ended.append,
        )
        if up:
            self.connect()
            self.let_in()

    # --- the transport --------------------------------------------------------------------

    def open(self) -> None:
        """Begin to connect."""
        assert not self.wanted, "one connection at a time"
        self.opens += 1
        self.wanted = self.reading = True

    def drop(self) -> None:
        """End the connection."""
        self.wanted = False

    def read(self, going_on: bool) -> None:
        """Read, or pause."""
        assert self.wanted
        self.reading = going_on

    # --- what a test does -----------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Let the link receive bytes."""
        assert self.wanted
        self.link.receive_data(data)

    def connect(self) -> None:
        """Have the link connect for the first time."""
        self.link.connect(self.opened.append)

    def let_in(self) -> None:
        """Greet, and let the client in."""
        self.feed(GREETING)
        self.step("Login")
        assert self.phase == "UP"

    def lose(self, cause: BaseException | None = None) -> None:
        """End the connection, as the server or the network does."""
        assert self.wanted
        self.wanted = False
        self.link.receive_eof(cause)

    def refuse(self) -> AmiError:
        """Let the connection not be made; return why."""
        assert self.wanted
        self.wanted = False
        error = ConnectFailed("cannot reach it")
        self.link.transport_failed(error)
        return error

    def try_again(self) -> None:
        """Let time pass until the link connects again."""
        assert self.phase == "WAITING"
        self.wait_until(self.link._due)
        assert self.wanted

    def come_back(self) -> None:
        """Lose the connection, and let the client in again."""
        self.lose()
        self.try_again()
        self.let_in()

    def queue(self, action: Action[R], *, wait: bool = True, **options: Any) -> Exchange[R]:
        """Hand an action over, without writing it."""
        options.setdefault("on_done", self.done.append)
        exchange = Exchange(action, **options)
        self.link.send(exchange, wait=wait)
        return exchange

    # --- what a test looks at -------------------------------------------------------------

    @property
    def phase(self) -> str:
        """The name of the link's phase."""
        return self.link.phase.name

    @property
    def names(self) -> list[str]:
        """The names of the lifecycle events that were told."""
        return [event.ami_name for event in self.told]

    def left(self) -> list[object]:
        """Return what is in the link's tables; there is nothing when nobody waits."""
        link, session = self.link, self.link._session
        tables: list[Any] = [link._held]
        if session is not None:
            tables += session._pending, session._claiming, session._abandoned
            tables += session._texts, session._blocking, session._out
        due = link.next_deadline()
        return [*(one for table in tables for one in table), *([] if due is None else [due])]
