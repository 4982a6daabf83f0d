"""amisdk top in a real terminal, and where there is none."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from amisdk import events
from amisdk.cli.faults import Code
from amisdk.testing import FakeAsterisk
from tests.amisdk.cli.conftest import Call
from tests.tmux import Tmux, tmux_or_skip

PROGRAM = (sys.executable, "-W", "error", "-m", "amisdk")

NEW = events.Newchannel(
    channel="PJSIP/6001-0000002a",
    unique_id="1.1",
    channel_state_desc="Down",
    caller_id_num="6001",
    caller_id_name="Ann",
)
UP = events.Newstate(channel="PJSIP/6001-0000002a", unique_id="1.1", channel_state_desc="Up")
HANGUP = events.Hangup(channel="PJSIP/6001-0000002a", unique_id="1.1", cause=16)


class Top(Protocol):
    """Run amisdk top in a terminal."""

    def __call__(
        self, *arguments: str, width: int = 100, height: int = 30, **environment: str
    ) -> Tmux: ...


@pytest.fixture
def top(server: FakeAsterisk, tmp_path: Path) -> Iterator[Top]:
    """Give what runs amisdk top in a terminal."""
    tmux_or_skip()
    with ExitStack() as stack:

        def run(*arguments: str, width: int = 100, height: int = 30, **environment: str) -> Tmux:
            command = (*PROGRAM, "top", *arguments)
            size = {"width": width, "height": height}
            tmux = Tmux(*command, directory=tmp_path, environment=environment, **size)
            return stack.enter_context(tmux)

        yield run


def test_a_call_appears_changes_and_goes(server: FakeAsterisk, top: Top) -> None:
    terminal = top()
    screen = terminal.wait("connected", "support", "Channels 0")
    assert "Asterisk 22.10.0" in screen
    assert f"127.0.0.1:{server.port}" in screen
    assert "q quit" in screen.splitlines()[-1]
    server.emit(NEW)
    terminal.wait("Channels 1", "PJSIP/6001-0000002a", "Down", "6001 Ann")
    server.emit(UP)
    terminal.wait("PJSIP/6001-0000002a", "Up", gone="Down")
    server.emit(events.BridgeEnter(unique_id="1.1", bridge_unique_id="c0ffee", bridge_name="900"))
    terminal.wait("Bridges 1", "900")
    server.emit(HANGUP)
    terminal.wait("Channels 0", gone="PJSIP/6001-0000002a")


def test_a_queue_shows_who_waits_and_who_answers(server: FakeAsterisk, top: Top) -> None:
    terminal = top()
    terminal.wait("support", "0 waiting", "Alice", "free")
    join = events.QueueCallerJoin(
        queue="support", unique_id="1.1", caller_id_num="6001", position=1
    )
    server.emit(join)
    terminal.wait("1 waiting", "1. 6001")
    paused = events.QueueMemberPause(
        queue="support", interface="PJSIP/6001", member_name="Alice", paused=True
    )
    server.emit(paused)
    terminal.wait("paused")
    server.emit(events.QueueCallerLeave(queue="support", unique_id="1.1", count=0))
    terminal.wait("0 waiting", gone="1. 6001")


@pytest.mark.parametrize("how", ["q", "C-c", "SIGTERM"])
def test_it_ends_and_gives_the_terminal_back(top: Top, how: str) -> None:
    terminal = top()
    terminal.wait("connected")
    assert terminal.state == {"alternate": True, "cursor": False}
    if how.startswith("SIG"):
        os.kill(terminal.pid, getattr(signal, how))
    else:
        terminal.press(how)
    screen = terminal.ended()
    assert "ended with 0" in screen
    assert terminal.state == {"alternate": False, "cursor": True}
    words = screen.split("ended with 0")[1].replace(";", " ").split()
    assert {"icanon", "echo", "isig"} <= set(words)
    assert "susp = ^Z" in screen
    assert "amisdk top" not in screen.split("ended with 0")[0], "the picture is gone"


def test_ctrl_z_does_not_leave_a_shell_on_the_picture(server: FakeAsterisk, top: Top) -> None:
    terminal = top()
    terminal.wait("connected")
    assert "susp = <undef>" in terminal.settings
    terminal.press("C-z")
    server.emit(NEW)
    terminal.wait("PJSIP/6001-0000002a")


def test_the_picture_follows_the_terminals_size(server: FakeAsterisk, top: Top) -> None:
    terminal = top(width=100, height=30)
    terminal.wait("connected")
    server.emit(NEW)
    screen = terminal.wait("PJSIP/6001-0000002a")
    assert "Bridge " in screen
    assert len(screen.rstrip("\n").splitlines()) == 30
    terminal.resize(70, 16)
    screen = terminal.wait("PJSIP/6001-0000002a", gone="Bridge ")
    terminal.wait_until(lambda one: one.rstrip("\n").splitlines()[15].startswith("q quit"), "keys")
    terminal.resize(40, 10)
    screen = terminal.wait("the terminal has 40 x 10", gone="PJSIP")
    terminal.resize(120, 40)
    screen = terminal.wait("PJSIP/6001-0000002a", "Bridge ", gone="the terminal has")
    terminal.wait_until(lambda one: one.rstrip("\n").splitlines()[39].startswith("q quit"), "keys")
    terminal.press("q")
    terminal.ended()


def test_a_terminal_that_is_too_small_from_the_start_is_refused(top: Top) -> None:
    screen = top(width=50, height=30).ended()
    assert "amisdk: the terminal has 50 x 30 characters; 60 x 12 are needed" in (
        screen.replace("\n", " ").replace("  ", " ")
    )
    assert f"ended with {Code.USAGE}" in screen


def test_what_the_environment_says_of_the_size_does_not_matter(top: Top) -> None:
    top(width=100, height=30, COLUMNS="10", LINES="5").wait("connected", "support", "q quit")


def test_many_channels_are_scrolled_and_shown_alone(server: FakeAsterisk, top: Top) -> None:
    for number in range(100, 150):
        server.add_channel(f"PJSIP/{number}-00000001", f"1.{number}")
    terminal = top(height=24)
    terminal.wait("Channels 50", "PJSIP/100-00000001", "more)", "support")
    terminal.press("Down", "Down")
    terminal.wait("(2 above", gone="PJSIP/101-00000001")
    terminal.press("NPage")
    terminal.wait("(12 above")
    terminal.press("PPage", "Up", "Up", "Up")
    terminal.wait("PJSIP/100-00000001", gone="above")
    terminal.press("Tab")
    terminal.wait("PJSIP/115-00000001", gone="support")
    terminal.press("Tab")
    terminal.wait("support", gone="PJSIP/1")
    terminal.press("Tab", "Tab")
    terminal.wait("Channels 50", "support", "Bridges")


def test_all_is_asked_for_again_by_a_key(server: FakeAsterisk, top: Top) -> None:
    terminal = top("--resync", "0")
    terminal.wait("Channels 0", "support")
    server.add_channel("PJSIP/6001-0000002a", "1.1")  # no event tells of it
    terminal.press("r")
    terminal.wait("Channels 1", "PJSIP/6001-0000002a")


def test_a_lost_connection_shows_and_what_is_gone_goes_when_it_is_back(
    server: FakeAsterisk, top: Top
) -> None:
    server.add_channel("PJSIP/6001-0000002a", "1.1")
    terminal = top()
    terminal.wait("PJSIP/6001-0000002a", "connected")
    server.shut()
    terminal.wait("connection lost", "attempt", "PJSIP/6001-0000002a")
    server.channels["PJSIP/6001-0000002a"].hangup()
    server.add_channel("PJSIP/6002-0000002b", "1.2")
    server.listen()
    terminal.wait("connected", "PJSIP/6002-0000002b", gone="PJSIP/6001-")


def test_a_server_that_no_longer_lets_in_ends_it_with_the_reason(
    server: FakeAsterisk, top: Top
) -> None:
    terminal = top()
    terminal.wait("connected")
    server.secret = "another one"
    server.shut()
    server.listen()
    screen = terminal.ended()
    assert "Authentication failed" in screen
    assert f"ended with {Code.UNREACHABLE}" in screen
    assert terminal.state == {"alternate": False, "cursor": True}


def test_colours_are_used_unless_the_user_wants_none(server: FakeAsterisk, top: Top) -> None:
    coloured, plain = top(), top(NO_COLOR="1")
    for terminal in (coloured, plain):
        terminal.wait("connected")
    colours = [f"\x1b[{number}m" for number in range(31, 38)]
    assert any(colour in coloured.styled for colour in colours)
    assert not any(colour in plain.styled for colour in colours)


def test_a_terminal_without_unicode_gets_none(server: FakeAsterisk, top: Top) -> None:
    server.add_channel("PJSIP/6001-with-a-very-long-name-indeed-Zoë-0000002a", "1.1")
    terminal = top(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", width=80)
    screen = terminal.wait("connected", "02a", "~")
    assert "…" not in screen


# --- where there is no terminal -----------------------------------------------------------


def test_a_pipe_is_refused_with_advice(server: FakeAsterisk, call: Call) -> None:
    done = call("top")
    assert (done.code, done.out) == (Code.USAGE, "")
    assert done.err == ("amisdk: the output is no terminal; --once prints the picture as text\n")
    assert not server.received


def test_a_pipe_gets_the_picture_once(server: FakeAsterisk, call: Call) -> None:
    server.add_channel("PJSIP/6001-0000002a", "1.1")
    done = call("top", "--once")
    assert (done.code, done.err) == (Code.OK, "")
    assert "PJSIP/6001-0000002a" in done.out
    assert "support" in done.out


def test_a_picture_is_written(server: FakeAsterisk, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "top.svg"
    done = call("top", "--svg", path)
    assert (done.code, done.out, done.err) == (Code.OK, "", "")
    assert path.read_text("utf-8").startswith("<svg")


def test_a_picture_that_cannot_be_written_is_told(
    server: FakeAsterisk, call: Call, tmp_path: Path
) -> None:
    done = call("top", "--svg", tmp_path)
    assert done.code == Code.USAGE
    assert "Is a directory" in done.err


def test_a_server_that_is_not_there_is_told(call: Call) -> None:
    done = call("top", "--once", "--url", "ami://admin:x@127.0.0.1:1")
    assert done.code == Code.UNREACHABLE
    assert "Connection refused" in done.err or "cannot" in done.err
