"""amisdk watch: live, filtered, saved; how it ends, and how it lives through an outage."""

import json
import os
import re
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from amisdk import events
from amisdk.cli.faults import Code
from amisdk.testing import FakeAsterisk
from tests.amisdk.cli.conftest import PATIENCE, Call, Process, Terminal
from tests.amisdk.cli.support import after_login

HANGUP = events.Hangup(channel="PJSIP/6001-1", cause=16, cause_txt="Normal Clearing")
PAUSE = events.QueueMemberPause(queue="support", interface="PJSIP/6001", paused=True)
ODD = [("Event", "Odd"), ("Item", "lamp"), ("Item", "bulb"), ("Note", "Zo\udceb\x1b[31m")]


Emit = Callable[..., None]


@pytest.fixture
def emit(server: FakeAsterisk) -> Emit:
    """Emit events to each who logs in, behind FullyBooted."""
    return lambda *emitted: after_login(server, *emitted)


def test_events_are_lines_for_people(call: Call, emit: Emit) -> None:
    emit(HANGUP, PAUSE, ODD)
    done = call("watch", "--count", "4")
    assert done.code == Code.OK
    lines = done.out.splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "FullyBooted", "Hangup", "QueueMemberPause", "Odd",
    ]  # fmt: skip
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d\.\d\d\d  Hangup  channel=PJSIP/6001-1  cause=16  "
        r'cause_txt="Normal Clearing"',
        lines[1],
    )
    assert lines[3].endswith("  Odd  Item=lamp  Item=bulb  Note=Zo\\xeb\\x1b[31m")
    assert re.fullmatch(
        r"amisdk: 4 events in \d+\.\d s( \(\d+\.\d a second\))?\n"
        r"amisdk: FullyBooted 1, Hangup 1, QueueMemberPause 1, Odd 1\n",
        done.err,
    )


def test_where_a_value_ends_shows(call: Call, emit: Emit) -> None:
    emit(events.Newexten(application="Playback", app_data='a "b" c', exten=""))
    line = call("watch", "--count", "1", "--event", "Newexten", "--full").out
    assert 'application=Playback  app_data="a \\"b\\" c"' in line


def test_events_as_json_are_typed(call: Call, emit: Emit) -> None:
    emit(HANGUP, ODD)
    done = call("watch", "--count", "3", "--json")
    booted, hangup, odd = map(json.loads, done.out.splitlines())
    assert booted["event"] == "FullyBooted"
    assert datetime.fromisoformat(hangup.pop("received")).tzinfo is not None
    assert hangup == {
        "event": "Hangup",
        "channel": "PJSIP/6001-1",
        "cause": 16,
        "cause_txt": "Normal Clearing",
    }
    assert odd["headers"] == {"Item": ["lamp", "bulb"], "Note": "Zo\\xeb\x1b[31m"}


@pytest.mark.usefixtures("server")
def test_raw_events_are_the_bytes_of_the_wire(spawn: type[Process], emit: Emit) -> None:
    emit(HANGUP, ODD)
    process = spawn("watch", "--raw", "-n", "2", "-e", "Hangup", "-e", "Odd")
    assert process.popen.stdout is not None
    data = os.read(process.popen.stdout.fileno(), 65536)
    while not data.endswith(b"[31m\r\n\r\n"):
        more = os.read(process.popen.stdout.fileno(), 65536)
        assert more, data
        data += more
    assert data == (
        b"Event: Hangup\r\nChannel: PJSIP/6001-1\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n"
        b"Event: Odd\r\nItem: lamp\r\nItem: bulb\r\nNote: Zo\xeb\x1b[31m\r\n\r\n"
    )
    assert process.end().code == Code.OK


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["-e", "hangup"], ["Hangup"]),
        (["-e", "Queue*"], ["QueueMemberPause"]),
        (["-e", "queue*", "-e", "odd"], ["QueueMemberPause", "Odd"]),
        (["--where", "queue=support"], ["QueueMemberPause"]),
        (["--where", "cause=16"], ["Hangup"]),
        (["-w", "item=bulb"], ["Odd"]),
        (["-w", "interface~600", "-w", "paused=yes"], ["QueueMemberPause"]),
        (["-e", "Queue*", "-w", "event!=x"], ["QueueMemberPause"]),
    ],
)
def test_only_what_is_wanted_is_shown(
    call: Call, emit: Emit, options: list[str], shown: list[str]
) -> None:
    emit(HANGUP, PAUSE, ODD)
    done = call("watch", "--json", "-n", str(len(shown)), *options)
    assert [json.loads(line)["event"] for line in done.out.splitlines()] == shown


def test_the_server_is_asked_for_less_with_a_mask(
    call: Call, server: FakeAsterisk, emit: Emit
) -> None:
    emit(HANGUP)
    call("watch", "-n", "1", "-e", "Hangup", "--mask", "call,agent")
    assert [one["Action"] for one in server.received] == ["Challenge", "Login", "Logoff"]
    assert server.received[1]["Events"] == "call,agent"


def test_a_file_is_added_to(call: Call, emit: Emit, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    for number in (1, 2):
        emit(HANGUP)
        done = call("watch", "-n", "1", "-e", "Hangup", "--file", file)
        assert "Hangup  channel=" in done.out
        lines = file.read_text().splitlines()
        assert [json.loads(line)["cause"] for line in lines] == [16] * number
    call("watch", "-n", "1", "-e", "Hangup", "--raw", "-f", tmp_path / "raw")
    assert (tmp_path / "raw").read_bytes().startswith(b"Event: Hangup\r\nChannel: PJSIP/6001-1\r\n")


def test_a_file_that_cannot_be_written_is_told(call: Call, server: FakeAsterisk) -> None:
    done = call("watch", "-f", "/nowhere/events")
    assert done.code == Code.USAGE
    assert done.err == "amisdk: cannot write /nowhere/events: No such file or directory\n"
    assert not server.received


def test_the_form_of_ami_io_works(call: Call, fake: FakeAsterisk, tmp_path: Path) -> None:
    after_login(fake, HANGUP)
    file = tmp_path / "events"
    place = f"127.0.0.1:{fake.port}"
    done = call("watch", fake.username, fake.secret, place, "-f", file, "-n", "2")
    assert done.code == Code.OK
    assert "Hangup" in done.out
    assert "others can see this secret in the list of processes" in done.err
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ann"], "give USER SECRET HOST:PORT and no other way to connect"),
        (["a", "b", "c", "d"], "give USER SECRET HOST:PORT"),
        (["a", "b", "c:x"], '"c:x" is no host'),
        (["a", "b", "c", "--user", "x"], "give USER SECRET HOST:PORT"),
        (["--json", "--raw"], "give only one of --json and --raw"),
        (["--where", "queue"], '--where: "queue" is no condition'),
        (["--count", "0"], "invalid value for '--count'"),
        ([], "which server?"),
    ],
)
def test_a_wrong_call_is_told(call: Call, arguments: list[str], said: str) -> None:
    done = call("watch", *arguments)
    assert (done.code, done.out) == (Code.USAGE, "")
    assert done.err.startswith(f"amisdk: {said}")


def test_names_that_nothing_has_are_told_of_and_watched_for(call: Call, emit: Emit) -> None:
    emit(ODD)
    done = call("watch", "-n", "1", "-e", "Odd", "-e", "Hangupp", "-w", "item=lamp")
    assert 'no event is known as "Hangupp"; did you mean Hangup' in done.err
    assert 'no event is known as "Odd"; watching for it all the same' in done.err
    assert "Item=lamp" in done.out


def test_a_field_that_no_wanted_event_has_is_told_of(call: Call, emit: Emit) -> None:
    emit(HANGUP)
    done = call("watch", "-n", "1", "-e", "Hangup", "-w", "chanel!=x", "-w", "cause=16")
    assert 'no field of Hangup is known as "chanel"; did you mean channel' in done.err
    assert 'known as "cause"' not in done.err


def test_who_is_refused_is_told_so(
    call: Call, server: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMI_SECRET", "wrong-word")
    done = call("watch")
    assert done.code == Code.UNREACHABLE
    assert done.err == "amisdk: the server refused the login: Authentication failed\n"
    assert server.received


# --- how it ends --------------------------------------------------------------------------


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(
    spawn: type[Process], server: FakeAsterisk, by: signal.Signals
) -> None:
    process = spawn("watch", "--json")
    assert json.loads(process.line())["event"] == "FullyBooted"
    server.emit(HANGUP)
    assert json.loads(process.line())["event"] == "Hangup"
    done = process.end(by)
    assert (done.code, done.out) == (Code.OK, "")
    assert done.err.startswith("amisdk: 2 events in ")
    assert server.received[-1]["Action"] == "Logoff"


def test_a_pipe_that_is_closed_ends_it_quietly(spawn: type[Process], server: FakeAsterisk) -> None:
    process = spawn("watch")
    process.line()
    assert process.popen.stdout is not None
    process.popen.stdout.close()
    process.popen.stdout = None
    _, err = process.popen.communicate(timeout=PATIENCE)  # without a further event
    assert (process.popen.returncode, err) == (Code.OK, "")
    assert server.received[-1]["Action"] == "Logoff"


def test_a_pipe_that_is_closed_while_events_come_ends_it_quietly(
    spawn: type[Process], server: FakeAsterisk
) -> None:
    process = spawn("watch")
    process.line()
    assert process.popen.stdout is not None
    process.popen.stdout.close()
    process.popen.stdout = None
    for _ in range(100):
        server.emit(HANGUP)
    _, err = process.popen.communicate(timeout=PATIENCE)
    assert (process.popen.returncode, err) == (Code.OK, "")


def test_it_connects_again_and_says_so(spawn: type[Process], server: FakeAsterisk) -> None:
    process = spawn("watch", "--json")
    assert json.loads(process.line())["event"] == "FullyBooted"
    server.shut()
    assert process.told().startswith("amisdk: connection lost: ")
    assert re.match(r"amisdk: connecting again in \d+\.\d s \(attempt 1\)", process.told())
    server.listen()
    line = process.told()
    while "connecting again" in line:
        line = process.told()
    assert line.startswith("amisdk: connected again; what happened in ")
    assert json.loads(process.line())["event"] == "FullyBooted"
    done = process.end(signal.SIGINT)
    assert done.code == Code.OK
    assert "connected again once" in done.err


# --- what a terminal is shown -------------------------------------------------------------


def colours(text: str) -> bool:
    return "\x1b[3" in text or "\x1b[1;3" in text


def test_a_terminal_has_colours(terminal: type[Terminal], emit: Emit) -> None:
    emit(HANGUP, ODD)
    talk = terminal("watch", "-n", "3")
    assert talk.end() == Code.OK
    assert colours(talk.seen)
    assert "\\x1b[31m" in talk.seen  # what the caller wrote does nothing


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_without_colours_has_none(
    terminal: type[Terminal], emit: Emit, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    emit(HANGUP)
    talk = terminal("watch", "-n", "2")
    assert talk.end() == Code.OK
    assert "Hangup  " in re.sub(r"\x1b\[[\d;]*m", "", talk.seen)
    assert not colours(talk.seen)


def test_an_encoding_without_the_letters_is_no_end_of_it(
    spawn: type[Process], emit: Emit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    emit(events.Hangup(caller_id_name="Zoë"))
    done = spawn("watch", "-n", "1", "-e", "Hangup").end()
    assert done.code == Code.OK
    assert "caller_id_name=Zo\\xeb" in done.out
