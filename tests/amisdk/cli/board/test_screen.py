"""A board shown once, and what the live view needs. The live view itself: test_top_live."""

import asyncio
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from amisdk import actions, errors
from amisdk.cli.board.screen import client_for, place_of, run, unfit
from amisdk.options import url_arguments
from amisdk.testing import FakeAsterisk, Peer, ScriptedServer


@pytest.fixture
def server() -> Iterator[FakeAsterisk]:
    """A server with a channel."""
    with FakeAsterisk() as fake:
        fake.add_channel("PJSIP/6001-0000002a", "1.1")
        yield fake


def shown(server: FakeAsterisk, **how: Any) -> str:
    """Return what is printed of a server's board."""
    file = io.StringIO()
    arguments = url_arguments(server.url)
    client = client_for(arguments, still=True)
    run(client, Console(file=file), place_of(arguments), **{"once": True, **how})
    return file.getvalue()


def test_a_board_as_text_is_whole_and_has_no_colours(
    server: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    server.add_channel("PJSIP/" + "long" * 40, "1.2")
    text = shown(server)
    head, _, titles, first, *rest = text.splitlines()
    assert re.fullmatch(
        rf"amisdk top   127\.0\.0\.1:{server.port}   Asterisk 22\.10\.0   connected 0:0\d", head
    )
    assert titles.startswith("Channels 2  ")
    assert first.startswith("PJSIP/6001-0000002a  ")
    assert rest[0].startswith("PJSIP/" + "long" * 40)
    assert any(line.startswith("support  ") for line in rest)
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_board_in_a_pipe_has_colours_for_who_wants_them(
    server: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[32m" in shown(server)


def test_a_picture_is_an_image_that_loads_nothing(server: FakeAsterisk, tmp_path: Path) -> None:
    path = tmp_path / "top.svg"
    assert shown(server, once=False, svg=path) == ""
    text = path.read_text("utf-8")
    ET.fromstring(text)
    assert "PJSIP/6001-0000002a" in text.replace("&#160;", " ")
    assert "@font-face" not in text
    assert re.findall(r"url\(\"?http", text) == []


def test_a_board_may_be_printed_and_drawn_at_once(server: FakeAsterisk, tmp_path: Path) -> None:
    assert "PJSIP/6001" in shown(server, svg=tmp_path / "top.svg")
    assert (tmp_path / "top.svg").exists()


def test_a_picture_that_cannot_be_written_is_told(server: FakeAsterisk, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        shown(server, svg=tmp_path / "nowhere" / "top.svg")


def test_a_board_is_asked_for_and_nothing_else(server: FakeAsterisk) -> None:
    shown(server)
    asked = {str(action["Action"]) for action in server.received}
    own = {"Challenge", "Login", "CoreSettings", "Logoff"}
    assert asked - own <= {"CoreShowChannels", "Status", "QueueStatus", "BridgeList"}


@pytest.mark.parametrize(
    ("more", "action"),
    [
        ({}, actions.Hangup(channel="PJSIP/6001-0000002a")),
        ({"allow": ["QueueStatus"]}, actions.Status()),
        ({"deny": ["Queue*"]}, actions.QueueStatus()),
    ],
    ids=["nothing but lists", "what a profile allows", "what a profile denies"],
)
def test_a_client_for_a_board_can_do_no_harm(
    server: FakeAsterisk, more: dict[str, Any], action: actions.Action[Any]
) -> None:
    async def send() -> None:
        client = client_for({**url_arguments(server.url), **more}, still=False)
        async with client:
            await client.send(action)

    with pytest.raises(errors.ActionNotAllowed):
        asyncio.run(send())


def test_a_server_that_does_not_let_in_is_told(server: FakeAsterisk) -> None:
    server.secret = "another one"
    client = client_for({**url_arguments(server.url), "secret": "wrong"}, still=True)
    with pytest.raises(errors.LoginRefused):
        run(client, Console(file=io.StringIO()), "", once=True)


def test_a_server_that_hangs_up_before_the_board_is_whole_is_told() -> None:
    async def hang_up(peer: Peer) -> None:
        await peer.login()
        await peer.action()

    with ScriptedServer(hang_up) as server:
        arguments = {"port": server.port, "username": "a", "secret": "b", "check_version": False}
        with pytest.raises(errors.ConnectionClosed):
            run(client_for(arguments, still=True), Console(file=io.StringIO()), "", once=True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"host": "pbx.example", "port": 5040}, "pbx.example:5040"),
        ({"host": "pbx.example"}, "pbx.example:5038"),
        ({"host": "pbx.example", "port": None, "ssl": True}, "pbx.example:5039"),
        ({"host": "::1"}, "[::1]:5038"),
        ({}, "127.0.0.1:5038"),
    ],
)
def test_the_place_of_a_server(arguments: dict[str, Any], expected: str) -> None:
    assert place_of(arguments) == expected


# --- what will do for the live view -------------------------------------------------------


def test_a_pipe_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Path(os.devnull).open("w", encoding="utf-8") as file:
        for console in (Console(file=file), Console(file=io.StringIO())):
            assert unfit(console) == (
                "the output is no terminal; --once prints the picture as text"
            )


@contextmanager
def terminal(rows: int, columns: int) -> Iterator[Console]:
    """Give a console on a terminal of this size."""
    import fcntl
    import struct
    import termios

    beginning, end = os.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with os.fdopen(end, "w", encoding="utf-8") as file:
        yield Console(file=file)
    os.close(beginning)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
@pytest.mark.parametrize(
    ("term", "rows", "columns", "expected"),
    [
        ("xterm", 24, 80, None),
        ("xterm", 12, 60, None),
        ("xterm", 11, 60, "the terminal has 60 x 11 characters; 60 x 12 are needed"),
        ("xterm", 24, 59, "the terminal has 59 x 24 characters; 60 x 12 are needed"),
        (
            "dumb",
            24,
            80,
            "this terminal cannot be drawn on; --once prints the picture as text",
        ),
    ],
)
def test_a_terminal_must_have_room_and_be_drawable(
    monkeypatch: pytest.MonkeyPatch, term: str, rows: int, columns: int, expected: str | None
) -> None:
    monkeypatch.setenv("TERM", term)
    with terminal(rows, columns) as console:
        assert unfit(console) == expected


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
def test_the_terminals_size_counts_and_not_what_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("TERM", "xterm")
    with terminal(24, 80) as console:
        assert unfit(console) is None
