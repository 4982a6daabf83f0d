"""The board on a terminal, until a key or a signal ends it; or once, as text or as a picture."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console, ConsoleDimensions, Group
from rich.live import Live
from rich.text import Text

from amisdk import AsyncClient

from .feed import ALLOWED, RESYNC, Feed
from .lines import Pen
from .state import Board
from .view import MIN_HEIGHT, MIN_WIDTH, Look, lines

__all__ = ["client_for", "picture", "place_of", "run", "unfit"]

REFRESH = 0.25
"""Seconds from one drawing to the next."""
PAGE = 10
"""Rows that a page is scrolled by."""
PICTURE_WIDTH = 110
"""Cells of a picture that is not made on a terminal."""

SEQUENCES = {
    b"\x1b[A": "k",
    b"\x1bOA": "k",
    b"\x1b[B": "j",
    b"\x1bOB": "j",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
}
"""What keys without a character send, and how they are called here."""
KEY = re.compile(rb"\x1b\[[0-9;]*[A-Za-z~]|\x1bO.|.", re.DOTALL)

FONT = re.compile(r"@font-face \{[^}]*\}")
"""What would have a picture load fonts from elsewhere."""


def unfit(console: Console) -> str | None:
    """Return why a console is no terminal for the live view; None if it is one."""
    advice = "--once prints the picture as text"
    if not _is_terminal(console):
        return f"the output is no terminal; {advice}"
    if console.is_dumb_terminal:
        return f"this terminal cannot be drawn on; {advice}"
    return _too_small(*_size(console))


def client_for(arguments: Mapping[str, Any], *, still: bool) -> AsyncClient:
    """Return the client for a board; it can only send what a board needs.

    Args:
        arguments: Those of `AsyncClient`. What they allow is not widened.
        still: Whether the board is shown once only, so that a lost connection ends it.

    Raises:
        ValueError: The arguments are wrong.
    """
    how = {"reconnect": False} if still else {}
    return AsyncClient(**{"allow": ALLOWED, **arguments, **how, "offline": "fail"})


def place_of(arguments: Mapping[str, Any]) -> str:
    """Return the server that a client's arguments name, for people."""
    host = arguments.get("host") or "127.0.0.1"
    port = arguments.get("port") or (5039 if arguments.get("ssl") else 5038)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def run(
    client: AsyncClient,
    console: Console,
    place: str,
    *,
    once: bool = False,
    svg: Path | None = None,
    resync: float = RESYNC,
) -> None:
    """Show a server's board, until the user ends it.

    Args:
        client: What `client_for` has made; it is connected and closed here.
        console: Where to; `unfit` tells whether it will do.
        place: The server's name, for people.
        once: Print the board once instead, as it is.
        svg: Write it to this file once instead, as a picture.
        resync: Seconds after which all is asked for again; infinity for never.

    Raises:
        AmiError: The server cannot be reached, or the connection was lost for good.
        OSError: The picture cannot be written.
    """
    look = Look(place)

    async def main() -> str | None:
        still = once or svg is not None
        feed = Feed(client, resync=float("inf") if still else resync)
        async with client, feed:
            if not still:
                await _Screen(feed, console, look).show()
                return None
            await feed.whole()
            look.server = str(client.server)
            if once:
                _print(feed, console, look)
            width = max(MIN_WIDTH, _size(console)[0]) if _is_terminal(console) else PICTURE_WIDTH
            return picture(feed.board, monotonic(), look, width) if svg is not None else None

    drawn = asyncio.run(main())
    if svg is not None and drawn is not None:
        svg.write_text(drawn, "utf-8")


# --- once ---------------------------------------------------------------------------------


def _print(feed: Feed, console: Console, look: Look) -> None:
    """Print the board: as wide as the terminal, or in full where there is none."""
    width = _size(console)[0] if _is_terminal(console) else None
    for text in lines(feed.board, monotonic(), look, width=width, pen=Pen(console.encoding)):
        text.rstrip()
        console.print(text, crop=False, soft_wrap=True)


def picture(board: Board, now: float, look: Look, width: int = PICTURE_WIDTH) -> str:
    """Return a board as SVG.

    Args:
        board: The board.
        now: The reading of the clock that its moments are of.
        look: What to show of it.
        width: The cells of a line.
    """
    paper = Console(
        record=True,
        file=io.StringIO(),
        width=width,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )
    for text in lines(board, now, look, width=width):
        paper.print(text, crop=False)
    return FONT.sub("", paper.export_svg(title="amisdk top"))


# --- live ---------------------------------------------------------------------------------


class _Screen:
    """The live view."""

    def __init__(self, feed: Feed, console: Console, look: Look) -> None:
        self._feed = feed
        self._console = console
        self._look = look
        self._pen = Pen(console.encoding)
        self._wake = asyncio.Event()
        self._ended = False

    async def show(self) -> None:
        """Draw, until the user ends it."""
        with (
            _signals({"SIGINT": self._end, "SIGTERM": self._end, "SIGHUP": self._end}),
            _signals({"SIGWINCH": self._wake.set}),
            Live(console=self._console, screen=True, auto_refresh=False) as live,
            _keyboard(self._press),
        ):
            while not self._ended:
                self._feed.check()
                self._draw(live)
                self._wake.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(REFRESH):
                        await self._wake.wait()

    def _draw(self, live: Live) -> None:
        width, height = _size(self._console)
        self._console.size = ConsoleDimensions(width, height)
        if (trouble := _too_small(width, height)) is not None:
            live.update(Text(self._pen.clean(trouble)), refresh=True)
            return
        look = self._look
        look.server = str(self._feed.client.server)
        shown = lines(
            self._feed.board, monotonic(), look, width=width, height=height, pen=self._pen
        )
        live.update(Group(*shown), refresh=True)

    def _end(self) -> None:
        self._ended = True
        self._wake.set()

    def _press(self, key: str) -> None:
        """Do what a key is for."""
        look = self._look
        match key:
            case "q" | "Q" | "":
                self._ended = True
            case "r" | "R":
                self._feed.ask()
            case "\t":
                look.turn()
            case "k" | "j":
                look.scroll(1 if key == "j" else -1)
            case "page up" | "page down":
                look.scroll(PAGE if key == "page down" else -PAGE)
        self._wake.set()


@contextmanager
def _signals(wanted: Mapping[str, Callable[[], object]]) -> Iterator[None]:
    """Call functions for signals, of those that the system has."""
    loop = asyncio.get_running_loop()
    set_up: list[int] = []
    for name, function in wanted.items():
        number = getattr(signal, name, None)
        # Not on Windows, nor in another thread than the main one: there Ctrl-C interrupts.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            if number is not None:
                loop.add_signal_handler(number, function)
                set_up.append(number)
    try:
        yield
    finally:
        for number in set_up:
            loop.remove_signal_handler(number)


@contextmanager
def _keyboard(press: Callable[[str], object]) -> Iterator[None]:
    """Call a function with each key; with "" once the terminal is gone."""
    if sys.platform == "win32":  # only Ctrl-C ends it there
        yield
        return
    import termios
    import tty

    try:
        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
    except (AttributeError, OSError, ValueError, termios.error):  # it is no terminal
        yield
        return
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            data = os.read(number, 1024)
        except OSError:
            data = b""
        if not data:
            loop.remove_reader(number)
            press("")
        keys: list[bytes] = KEY.findall(data)
        for key in keys:
            press(SEQUENCES.get(key, key.decode("latin-1")))

    tty.setcbreak(number)
    mode = termios.tcgetattr(number)
    # Ctrl-Z would leave the shell on a screen that is not its own.
    mode[6][termios.VSUSP] = os.fpathconf(number, "PC_VDISABLE").to_bytes(1, "big")
    termios.tcsetattr(number, termios.TCSADRAIN, mode)
    loop.add_reader(number, read)
    try:
        yield
    finally:
        loop.remove_reader(number)
        termios.tcsetattr(number, termios.TCSAFLUSH, before)


def _is_terminal(console: Console) -> bool:
    """Tell whether the console writes to a terminal, whatever the environment claims."""
    try:
        return os.isatty(console.file.fileno())
    except (OSError, ValueError, AttributeError):
        return False


def _size(console: Console) -> tuple[int, int]:
    """Return the columns and lines of the terminal as it is now."""
    with suppress(OSError, ValueError, AttributeError):
        size = os.get_terminal_size(console.file.fileno())
        if size.columns and size.lines:
            return size.columns, size.lines
    return console.size.width, console.size.height


def _too_small(width: int, height: int) -> str | None:
    if width >= MIN_WIDTH and height >= MIN_HEIGHT:
        return None
    return f"the terminal has {width} x {height} characters; {MIN_WIDTH} x {MIN_HEIGHT} are needed"
