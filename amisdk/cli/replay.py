"""``amisdk replay``: the server of a session that was written down."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from amisdk.headers import Headers
from amisdk.testing import Peer, ScriptedServer
from amisdk.transcripts import Transcript

from .faults import Fault
from .recording.masking import CHALLENGE
from .recording.script import Answer, Script, comparable
from .running import app_of, ended_by_signals, tell, wait_for
from .serve import listen
from .terminal import write

__all__ = ["Replay", "app"]


def replay(
    file: Annotated[Path, typer.Argument(help="The transcript, as amisdk record writes it.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of 127.0.0.1; 0 for a free one.")
    ] = 5038,
    fast: Annotated[bool, typer.Option("--fast", help="Play events without their pauses.")] = False,
    patience: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds that what came after an action waits for the client to send it."
        ),
    ] = 2.0,
    once: Annotated[
        bool, typer.Option("--once", help="End when the first client has gone.")
    ] = False,
) -> None:
    """Be the server of a session that was written down, until Ctrl-C.

    Any user and any secret is let in. An action is answered as it was then: the one with the same
    headers if there is one, else the next of that name. Each client gets the events from the
    beginning, at their times.
    """
    try:
        script = Script(Transcript.load(file), file)
    except OSError as error:
        raise Fault(f"cannot read {file}: {error.strerror}") from None
    except ValueError as error:
        raise Fault(str(error)) from None
    ended = threading.Event()
    server = Replay(script, port, fast=fast, patience=patience, on_gone=ended.set if once else None)
    listen(server)
    with ended_by_signals():
        tell("any secret is let in; Ctrl-C ends it")
        write(server.url)
        wait_for(ended.wait)
    server.shut()


class Replay(ScriptedServer):
    """A server that does as a script says.

    Args:
        script: What it answers, and its events.
        port: Where to listen.
        fast: Whether everything comes at once.
        patience: Seconds that what came after an action waits for the client to send it.
        on_gone: Called when a client has gone.
    """

    def __init__(
        self,
        script: Script,
        port: int = 0,
        *,
        fast: bool = False,
        patience: float = 2.0,
        on_gone: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(self._serve, port=port)
        self.script = script
        self.fast = fast
        self.patience = patience
        self._on_gone = on_gone

    @property
    def url(self) -> str:
        """What a client connects with."""
        return f"ami://replay:any@127.0.0.1:{self.port}"

    async def _serve(self, peer: Peer) -> None:
        session = _Session(self, peer)
        try:
            await session.serve()
        finally:
            await session.end()
            if self._on_gone is not None:
                self._on_gone()


EPSILON = 0.001
"""What a transcript's times are rounded to."""


class _Session:
    """One client's session."""

    def __init__(self, server: Replay, peer: Peer) -> None:
        self._server = server
        self._script = server.script
        self._peer = peer
        self._left = list(self._script.answers)
        self._reached = 0
        """The number of the last action of the script that the client has sent."""
        self._moved = asyncio.Event()
        self._follows = True
        """Whether the client still does what the script says."""
        self._shift = 0.0
        """Difference between the loop's clock and the script's times."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Answer until the client leaves."""
        self._peer.write(self._script.greeting, end=b"\r\n")
        logged_in = False
        while True:
            action = await self._peer.action()
            name = (action.get("Action") or "").lower()
            if name == "challenge":
                self._respond(action, "Success", f"Challenge: {CHALLENGE.decode()}")
            elif name == "logoff":
                self._respond(action, "Goodbye", "Message: Thanks for all the fish.")
                return
            elif name == "login":
                self._let_in(action, first=not logged_in)
                logged_in = True
            elif not logged_in:
                self._respond(action, "Error", "Message: Permission denied")
            else:
                self._answer(name, action)
            await self._peer.writer.drain()

    async def end(self) -> None:
        """Stop playing."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _respond(self, action: Headers, response: str, *lines: str) -> None:
        own = action.get("ActionID")
        self._peer.write(f"Response: {response}", *([f"ActionID: {own}"] if own else []), *lines)

    def _let_in(self, action: Headers, *, first: bool) -> None:
        for _, text in self._script.login:
            self._write(text, self._script.login_id, action)
        if first:
            self._shift = asyncio.get_running_loop().time() - self._script.began
            if (action.get("Events") or "on").lower() != "off":
                self._run(self._happen())

    def _answer(self, name: str, action: Headers) -> None:
        answer = self._find(name, comparable(action))
        if answer is not None:
            self._run(self._reply(answer, action))
        elif name == "ping":
            self._respond(action, "Success", "Ping: Pong")
        else:
            if name != "coresettings":  # which clients ask of themselves
                tell(f"the transcript has no {action.get('Action') or 'such action'}")
            self._respond(action, "Error", "Message: The transcript has no such action")

    def _find(self, name: str, headers: frozenset[tuple[str, str]]) -> Answer | None:
        """Return the best answer: not given yet before given, of the same headers before others."""
        for answers in (self._left, self._script.answers):
            named = [one for one in answers if one.name == name]
            for one in named:
                if one.headers == headers:
                    return self._take(one)
            if named and answers is self._left:
                return self._take(named[0])
        named = [one for one in self._script.answers if one.name == name]
        return named[-1] if named else None

    def _take(self, answer: Answer) -> Answer:
        if answer in self._left:
            self._left.remove(answer)
        if answer.number > self._reached:
            self._reached = answer.number
            self._shift = asyncio.get_running_loop().time() - answer.at
            self._moved.set()
        return answer

    async def _reply(self, answer: Answer, action: Headers) -> None:
        waited = 0.0
        for delay, text in answer.replies:
            if not self._server.fast and delay > waited:
                await asyncio.sleep(delay - waited)
                waited = delay
            self._write(text, answer.action_id, action)

    async def _happen(self) -> None:
        loop = asyncio.get_running_loop()
        for event in self._script.happenings:
            if event.at < self._script.began - EPSILON:
                continue  # before the login; a client has not seen it
            while self._follows and event.after > self._reached:
                self._moved.clear()
                try:
                    async with asyncio.timeout(self._server.patience):
                        await self._moved.wait()
                except TimeoutError:
                    self._follows = False
                    self._shift = loop.time() - event.at
            if not self._server.fast:
                await asyncio.sleep(self._shift + event.at - loop.time())
            self._peer.write(event.text)
            await self._peer.writer.drain()

    def _write(self, text: str, then: str, action: Headers) -> None:
        """Write a message with the ActionID of today."""
        own = action.get("ActionID") or ""
        lines = [
            f"ActionID: {own}" if then and line.lower() == f"actionid: {then.lower()}" else line
            for line in text.split("\r\n")
        ]
        self._peer.write(*lines)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


app = app_of(replay)
