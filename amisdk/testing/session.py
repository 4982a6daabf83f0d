"""One client of a `FakeAsterisk`: what it sends is read and judged as the real server does."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from amisdk.headers import Headers, split_header
from amisdk.models import Action

from .peer import Peer
from .request import Request
from .users import Filter, User

if TYPE_CHECKING:
    from .engine import Engine

__all__ = ["Session"]

Headed = Iterable[tuple[str, object]]

LINE = 1022
"""Bytes of a line that are read."""
LINES = 128
"""Lines of an action that are read."""
TOO_LONG = "Failed to parse message: line too long"
TOO_MANY = "Too many lines in message or allocation failure"
MISSING = "Missing action in request"
UNKNOWN = "Invalid/unknown command: {}. Use Action: ListCommands to show available commands."
BEFORE_LOGIN = ("login", "logoff", "challenge")
SECRETS = ("secret", "key")


class Session:
    """One client.

    Args:
        engine: The server.
        peer: The connection.
    """

    def __init__(self, engine: Engine, peer: Peer) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self.user: User | None = None
        self.mask: frozenset[str] | None = frozenset()
        """The classes of events that the client wants; None for all."""
        self.filter = Filter()
        self.challenge = ""
        self.leaving = False
        self.on_event: asyncio.Event | None = None
        """Set when an event comes, if WaitEvent waits for one."""
        self.peer = peer
        self._held: list[Headed] | None = None

    # --- what it is told ------------------------------------------------------------------

    def write(self, pairs: Headed) -> None:
        """Write one message."""
        self.peer.write(*(f"{key}: {value}" for key, value in pairs))

    def write_raw(self, data: bytes) -> None:
        """Write bytes."""
        self.peer.send(data)

    def deliver(self, pairs: list[tuple[str, object]], privilege: frozenset[str]) -> None:
        """Send an event if the client may see it and wants it; when what is answered now is done.

        A real session is serial: the events that an action causes come after its reply, and while
        it waits for a call nothing comes.
        """
        if not self._wants(pairs, privilege):
            return
        if self.on_event is not None:
            self.on_event.set()
        if self._held is not None:
            self._held.append(pairs)
        else:
            self.write(pairs)

    def _wants(self, pairs: list[tuple[str, object]], privilege: frozenset[str]) -> bool:
        if self.user is None or self.mask == frozenset():
            return False
        if not self.user.may_see(privilege) or not (self.mask is None or self.mask >= privilege):
            return False
        return self.filter.passes("".join(f"{key}: {value}\r\n" for key, value in pairs))

    def release(self) -> None:
        """Send the events that were held back."""
        held, self._held = self._held, None
        for pairs in held or ():
            self.write(pairs)

    # --- what it says ---------------------------------------------------------------------

    async def serve(self) -> None:
        """Answer actions until the client leaves."""
        await self.engine.faults.greet(self)
        self.peer.send(self.dialect.greeting)
        while not self.leaving:
            headers, fault = await self._read()
            self._held = []
            try:
                await self._answer(headers, fault)
            finally:
                self.release()
            await self.peer.writer.drain()

    async def _read(self) -> tuple[Headers, str | None]:
        """Read an action, line by line; return what is wrong with its form, too."""
        lines: list[str] = []
        fault: str | None = None
        while data := await self._line():
            if len(data) > LINE:
                fault = fault or TOO_LONG
            elif len(lines) >= LINES:
                fault = fault or TOO_MANY
            elif fault is None:
                lines.append(data.decode("utf-8", "surrogateescape"))
        return Headers(split_header(line) for line in lines), fault

    async def _line(self) -> bytes:
        reader, begun = self.peer.reader, b""
        while True:
            try:
                data = begun + await reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                begun = (await reader.readexactly(error.consumed))[: LINE + 1]
            else:
                return data.removesuffix(b"\n").removesuffix(b"\r").partition(b"\0")[0]

    async def _answer(self, headers: Headers, fault: str | None) -> None:
        name = (headers.get("Action") or "").strip()
        cls = self.engine.class_of(name)
        request = Request(self, headers, cls)
        if fault is None and name:
            self.engine.note(masked(headers), cls)
        if await self.engine.faults.swallow(self):
            return
        if fault is not None:
            request.error(fault)
        elif not name:
            request.error(MISSING)
        elif self.user is None and name.lower() not in BEFORE_LOGIN:
            request.error("Permission denied")
        else:
            await self._judge(request, name, cls)

    async def _judge(self, request: Request, name: str, cls: type[Action[Any]] | None) -> None:
        rule = self.engine.rules.find(name, request)
        is_known = cls is not None and self.dialect.major in cls.ami.versions
        if not is_known and (rule is None or cls is not None):
            request.error(UNKNOWN.format(name))
        elif cls is not None and not (self.user or NOBODY).may_send(cls.ami.privilege):
            request.error("Permission denied")
        elif cls is not None and (words := self.engine.missing(request, cls)) is not None:
            request.error(words)
        elif rule is not None:
            await rule.play(request)
        else:
            await self.play(request)

    async def play(self, request: Request) -> None:
        """Answer as the server does of itself."""
        play = self.engine.play_of(request)
        result = play(request)
        if inspect.isawaitable(result):
            await result

    async def pause(self, seconds: float) -> None:
        """Wait with an answer; events go on meanwhile."""
        self.release()
        await asyncio.sleep(seconds)
        self._held = []

    def boot(self) -> None:
        """Tell a client that has logged in that the server is up, if it may know."""
        uptime = int(time.monotonic() - self.engine.began)
        told = [("Uptime", uptime), ("LastReload", uptime), ("Status", "Fully Booted")]
        head = [("Event", "FullyBooted"), ("Privilege", "system,all")]
        self.deliver([*head, *told], frozenset({"system"}))


NOBODY = User("", "", read="", write="")


def masked(headers: Headers) -> Headers:
    """Return headers without the secrets in them."""
    return Headers((key, "***" if key.lower() in SECRETS else value) for key, value in headers)
