"""The inside of a `FakeAsterisk`: all its parts, put together. It lives in the server's thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from amisdk_models import registry as amisdk_registry

from amisdk.headers import Headers
from amisdk.models import Action
from amisdk.registry import Registry

from .answers import Answers
from .channel_actions import Channels
from .conferences import Conferences
from .data import Data
from .dialect import dialect_of
from .dialplan import Dialplan
from .faults import Faults
from .originate import Originates
from .parking import Parking
from .peer import Peer
from .queue_actions import Queues
from .received import Received
from .request import Play, Request, Told
from .rules import Rules
from .session import Session
from .system import System
from .users import User, classes_in
from .world import World

__all__ = ["Engine"]


class Engine:
    """A server without its socket.

    Args:
        do: Carries something out in the server's thread.
        later: Has something done after some seconds.
        major: The version to be.
        registry: A generated package's, whose classes go before amisdk's.
        users: Who may log in.
        ring: Seconds that a phone rings.
        talk: Seconds after which a called phone hangs up; None for never.
        timestamps: Whether events have a Timestamp.
        channel_variables: The variables that every event of a channel shows.
    """

    def __init__(
        self,
        do: Callable[[Callable[[], Any]], Any],
        later: Callable[[float, Callable[[], None]], None],
        *,
        major: int,
        registry: Registry | None,
        users: Iterable[User],
        ring: float,
        talk: float | None,
        timestamps: bool,
        channel_variables: Iterable[str],
    ) -> None:
        self.dialect = dialect_of(major)
        self.users = {user.username: user for user in users}
        self.timestamps = timestamps
        self.began = time.monotonic()
        self.sessions: list[Session] = []
        self.received = Received()
        self.rules = Rules()
        self.faults = Faults()
        self._tables: list[Registry] = [amisdk_registry]
        if registry is not None:
            self._tables.insert(0, registry)
        self._classes = _Events(self._tables)
        self.world = World(do, later, self.tell, channel_variables)
        self.dialplan = Dialplan(self.world, ring, talk)
        self.data = Data(self.world, major)
        self.queues = Queues(self.world)
        self.conferences = Conferences(self.world)
        self.parking = Parking(self.world)
        self.answers = Answers(self.world, self._classes)
        self.system = System(self)
        parts = (
            self.data,
            self.queues,
            self.conferences,
            self.parking,
            self.system,
            Channels(self.world, self.data),
            Originates(self.world),
        )
        self._plays: dict[str, Play] = {
            name.lower(): play for part in parts for name, play in part.plays.items()
        }

    async def serve(self, peer: Peer) -> None:
        """Be there for one client."""
        session = Session(self, peer)
        self.sessions.append(session)
        try:
            await session.serve()
        finally:
            self.sessions.remove(session)

    # --- actions --------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Return the names of all actions of the spec, sorted."""
        return sorted({name for table in self._tables for name in table.ACTIONS}, key=str.lower)

    def class_of(self, name: str) -> type[Action[Any]] | None:
        """Return the class of an action; None if the spec has none of this name."""
        for table in self._tables:
            if name in table.ACTIONS:
                return table.ACTIONS[name]  # type: ignore[no-any-return]
        return None

    def note(self, headers: Headers, cls: type[Action[Any]] | None) -> None:
        """Keep what came."""
        self.received.note(headers, cls)

    def missing(self, request: Request, cls: type[Action[Any]]) -> str | None:
        """Return what the server says if a required header is not there."""
        is_played = request.name.lower() in self._plays
        return self.answers.missing(request, cls, is_played=is_played)

    def play_of(self, request: Request) -> Play:
        """Return what answers an action of itself."""
        return self._plays.get(request.name.lower(), self.answers.default)

    # --- events ---------------------------------------------------------------------------

    def event(self, name: str, values: Mapping[str, object]) -> Told:
        """Write an event as this server does."""
        pairs: Told | None = self.dialect.event(name, values)  # type: ignore[assignment]
        if pairs is None:
            head = [("Privilege", ",".join((*self._privilege(name), "all")))]
            pairs = [("Event", name), *head, *values.items()]
        if self.timestamps:
            pairs.insert(2, ("Timestamp", f"{time.time():.6f}"))
        return pairs

    def tell(self, name: str, values: Mapping[str, object]) -> None:
        """Send an event to every session that may see it and wants it."""
        self._send(self.event(name, values))

    def emit(self, told: Told) -> None:
        """Send an event that was made by hand, as it is."""
        self._send(told)

    def _send(self, pairs: Told) -> None:
        told = next((str(text) for key, text in pairs if key.lower() == "privilege"), None)
        name = str(pairs[0][1]) if pairs else ""
        privilege = self._privilege(name) if told is None else classes_in(told) - {"all"}
        for session in list(self.sessions):
            session.deliver(pairs, privilege)

    def _privilege(self, name: str) -> frozenset[str]:
        """Return what one must be allowed to read to see an event, as the spec says."""
        cls = self._classes.get(name)
        return frozenset(cls.ami.privilege if cls is not None else ())


class _Events(dict[str, Any]):
    """Finds the class of an event in several tables."""

    def __init__(self, tables: Iterable[Registry]) -> None:
        super().__init__()
        self._tables = tuple(tables)

    def get(self, name: str, default: Any = None) -> Any:
        for table in self._tables:
            if name in table.EVENTS:
                return table.EVENTS[name]
        return default
