"""amisdk send: how replies are shown, and what goes wrong."""

import json
import signal
from threading import Event

import pytest

from amisdk.cli.faults import Code
from amisdk.headers import Headers
from amisdk.testing import FakeAsterisk, Peer
from tests.amisdk.cli.conftest import PATIENCE, Call, Process, Terminal
from tests.amisdk.cli.support import answering, queues

ORIGINATE = ("send", "Originate", "--channel", "PJSIP/1", "--application", "Wait", "--data", "1")


# --- what comes back ---------------------------------------------------------------------


@pytest.mark.usefixtures("server")
def test_a_reply_is_names_and_values(call: Call) -> None:
    done = call("send", "Ping")
    assert [line.split()[0] for line in done.out.splitlines()] == ["ping", "timestamp"]
    reply = json.loads(call("send", "Ping", "--json").out)
    assert (reply["response"], reply["ping"]) == ("Success", "Pong")


@pytest.mark.parametrize(
    ("arguments", "lines", "out"),
    [
        (
            ["Command", "--command", "x", "-y"],
            ["Output: a", "Output:  b\x1b[31m"],
            "a\n b\\x1b[31m\n",
        ),
        (
            ["GetConfig", "--filename", "x.conf", "-y"],
            ["Category-000000: one", "Line-000000-000000: a=b", "Category-000001: two",
             'Templates-000001: "one"'],
            "[one]\na=b\n[two](one)\n",
        ),
        (["QueuePause", "--interface", "x", "--paused"], [], "Success\n"),
        (["QueuePause", "--interface", "x", "--paused"], ["Message: Done"], "Done\n"),
        (
            ["Getvar", "--variable", "A", "-y"],
            ["Variable: A", "Value: 1"],
            "variable  A\nvalue     1\n",
        ),
        (["Ping"], ["Own: 1", "Own: 2"], "Own  1\nOwn  2\n"),
    ],
    ids=["output", "config", "bare", "message", "fields", "unknown headers"],
)  # fmt: skip
def test_each_shape_of_reply_is_shown(
    call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str], lines: list[str], out: str
) -> None:
    with answering(lambda peer, action: peer.respond(action, *lines), monkeypatch):
        done = call("send", *arguments)
    assert (done.code, done.err, done.out) == (Code.OK, "", out)


def test_a_configuration_as_json(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["Category-000000: one", "Line-000000-000000: a=b"]
    with answering(lambda peer, action: peer.respond(action, *lines), monkeypatch):
        done = call("send", "GetConfig", "--filename", "x.conf", "-y", "--json")
    assert json.loads(done.out)["categories"] == [
        {"name": "one", "lines": [["a", "b"]], "templates": [], "is_template": False}
    ]


def test_a_list_is_rows_below_the_names_of_columns(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(queues(3), monkeypatch):
        done = call("send", "QueueStatus")
    assert done.out == "queue  calls\nq0     0\nq1     1\nq2     2\n"
    assert done.err == ""


def test_a_list_as_json_is_one_item_a_line_and_its_end(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(queues(2), monkeypatch):
        done = call("send", "--json", "QueueStatus")
    items = [json.loads(line) for line in done.out.splitlines()]
    assert [one["event"] for one in items] == ["QueueParams", "QueueParams", "QueueStatusComplete"]
    assert [one.get("calls") for one in items] == [0, 1, None]
    assert items[-1]["list_items"] == 2


def test_rows_of_another_kind_have_their_own_names(call: Call, server: FakeAsterisk) -> None:
    done = call("send", "QueueStatus", "--queue", "support")
    heads = [line.split()[:2] for line in done.out.splitlines()]
    assert heads == [["queue", "max"], ["support", "0"], ["queue", "name"], ["support", "Alice"]]
    assert server.received


def test_an_empty_list_is_nothing(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(queues(0), monkeypatch):
        done = call("send", "QueueStatus")
    assert (done.code, done.out, done.err) == (Code.OK, "", "")


def test_what_the_end_of_a_list_tells_is_shown(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(peer: Peer, action: Headers) -> None:
        peer.respond(action, "EventList: start")
        peer.event(
            "BridgeInfoComplete", "EventList: Complete", "ListItems: 0", "BridgeType: x", of=action
        )

    with answering(reply, monkeypatch):
        done = call("send", "BridgeInfo", "--bridge-unique-id", "x")
    assert "BridgeInfoComplete\n" in done.out
    assert "bridge_type" in done.out


def test_a_long_list_streams(spawn: type[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(queues(20_000), monkeypatch):
        process = spawn("send", "QueueStatus", "--json")
        assert json.loads(process.line())["queue"] == "q0"
        done = process.end()
    assert done.code == Code.OK
    assert len(done.out.splitlines()) == 20_000


def test_a_terminal_is_told_how_many_items_came(
    terminal: type[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(queues(3), monkeypatch):
        talk = terminal("send", "QueueStatus")
        assert talk.end() == Code.OK
    assert "\x1b[1mqueue  calls" in talk.seen
    assert talk.seen.endswith("3 items\r\n")


def test_rows_that_do_not_fit_a_terminal_are_cut(
    terminal: type[Terminal], server: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    talk = terminal("send", "QueueStatus")
    assert talk.end() == Code.OK
    assert "more columns than fit; --json has all" in talk.seen
    assert "wrap" not in talk.seen
    assert server.received


def test_head_ends_it_quietly(spawn: type[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(queues(5000), monkeypatch):
        process = spawn("send", "QueueStatus", "--json")
        process.line()
        assert process.popen.stdout is not None
        process.popen.stdout.close()
        process.popen.stdout = None
        _, err = process.popen.communicate(timeout=30)
    assert (process.popen.returncode, err) == (Code.OK, "")


# --- what goes wrong ---------------------------------------------------------------------


def test_an_error_of_the_server_s_is_its_words(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(peer: Peer, action: Headers) -> None:
        peer.respond(action, "Message: No such channel", response="Error")

    with answering(reply, monkeypatch):
        done = call("send", "Hangup", "--channel", "x")
        assert (done.code, done.out) == (Code.FAILED, "")
        assert done.err == "amisdk: Hangup: No such channel\n"
        done = call("send", "Hangup", "--channel", "x", "--json")
    assert done.code == Code.FAILED
    assert json.loads(done.out)["message"] == "No such channel"
    assert done.err == "amisdk: Hangup: No such channel\n"


def test_a_reply_that_does_not_come_is_an_outcome_unknown(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(lambda *_: None, monkeypatch):
        done = call("send", "Ping", "--timeout", "0.2")
        assert done.code == Code.UNKNOWN
        assert done.err == "amisdk: Ping: a whole reply did not come within 0.2 s\n"
        done = call(
            "send", "--timeout", "0.1", "AbsoluteTimeout", "--channel", "x", "--timeout", "5"
        )
        assert done.err == "amisdk: AbsoluteTimeout: a whole reply did not come within 0.1 s\n"


def test_a_connection_that_goes_is_an_outcome_unknown(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(lambda peer, _: peer.reset(), monkeypatch):
        done = call("send", "Ping")
    assert done.code == Code.UNKNOWN
    assert "its outcome is unknown" in done.err


def test_ctrl_c_ends_a_wait(spawn: type[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Event()
    with answering(lambda *_: sent.set(), monkeypatch):
        process = spawn("send", "Ping", "--timeout", "60")
        assert sent.wait(PATIENCE)
        done = process.end(signal.SIGINT)
    assert done.code == Code.INTERRUPTED
    assert done.err.strip() == ""


# --- calls -------------------------------------------------------------------------------


def test_the_outcome_of_a_call_is_waited_for(call: Call, server: FakeAsterisk) -> None:
    done = call(*ORIGINATE, "-y", "--wait")
    assert done.code == Code.OK
    assert done.out.startswith("OriginateResponse\n")
    assert "channel      PJSIP/1-00000001" in done.out
    assert server.received[-2]["Async"] == "true"


def test_a_call_that_fails_is_told(call: Call, server: FakeAsterisk) -> None:
    arguments = ("send", "Originate", "--channel", "PJSIP/busy", "--application", "Wait")
    done = call(*arguments, "-y", "--wait", "--json")
    assert done.code == Code.FAILED
    assert done.err == "amisdk: Originate: the call failed with reason 5 (busy)\n"
    assert json.loads(done.out)["reason"] == 5
    assert call(*arguments, "-y", "--wait", "--set", "A=1").code == Code.USAGE
    assert server.received
