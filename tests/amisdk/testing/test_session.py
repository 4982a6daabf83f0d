"""What a client sends is read and judged as the real servers do, in their words."""

from collections.abc import Iterator

import pytest

from amisdk import actions, events
from amisdk.testing import FakeAsterisk, User
from tests.amisdk.testing.support import Wire, watching

UNKNOWN = "Invalid/unknown command: {}. Use Action: ListCommands to show available commands."


def _messages(wire: Wire, *lines: str) -> list[tuple[str, str | None, str | None]]:
    said = wire.ask(*lines)
    return [(one["Response"], one.get("ActionID"), one.get("Message")) for one in said]


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A connection that has logged in."""
    with FakeAsterisk() as server, Wire(server) as wire:
        yield wire.login()


@pytest.mark.parametrize(
    ("lines", "answers"),
    [
        (("Foo: 1", "ActionID: 7"), [("Error", "7", "Missing action in request")]),
        (("Action:", "ActionID: 8"), [("Error", "8", "Missing action in request")]),
        ((), [("Error", None, "Missing action in request")]),
        (("Action: Nope", "ActionID: 1"), [("Error", "1", UNKNOWN.format("Nope"))]),
        (("Action: SIPpeers", "ActionID: 1"), [("Error", "1", UNKNOWN.format("SIPpeers"))]),
        (("action: ping", "ACTIONID: 9"), [("Success", "9", None)]),
        (("Action: Ping", "ActionID: a", "ActionID: b"), [("Success", "a", None)]),
        (("Action: Ping", "ActionID:"), [("Success", None, None)]),
        (
            ("Action: QueueAdd", "ActionID: 1", "Interface: x"),
            [("Error", "1", "'Queue' not specified.")],
        ),
        (
            ("Action: Login", "ActionID: 2", "Username: x", "Secret: y"),
            [("Success", "2", "Already authenticated")],
        ),
    ],
)
def test_an_action_is_answered_as_by_the_real_server(
    wire: Wire, lines: tuple[str, ...], answers: list[tuple[str, str | None, str | None]]
) -> None:
    assert _messages(wire, *lines) == answers


@pytest.mark.parametrize(
    ("length", "words"),
    [(1022, None), (1023, "line too long"), (1024, "line too long"), (3000, "line too long")],
)
def test_a_line_may_be_so_long(wire: Wire, length: int, words: str | None) -> None:
    line = "X: " + "a" * (length - 3)
    (answer,) = _messages(wire, "Action: Ping", "ActionID: p", line)
    if words is None:
        assert answer[0] == "Success"
    else:
        assert answer == ("Error", "p", f"Failed to parse message: {words}")
    assert _messages(wire, "Action: Ping", "ActionID: q") == [("Success", "q", None)]


@pytest.mark.parametrize("count", [128, 129, 200])
def test_an_action_may_have_so_many_headers(wire: Wire, count: int) -> None:
    lines = [f"H{number}: 1" for number in range(count - 2)]
    (answer,) = _messages(wire, "Action: Ping", "ActionID: p", *lines)
    words = "Too many lines in message or allocation failure"
    assert answer == (("Success", "p", None) if count == 128 else ("Error", "p", words))


def test_lines_may_end_with_lf_alone_and_a_leading_blank_line_is_an_action(wire: Wire) -> None:
    wire.socket.sendall(b"\r\nAction: Ping\nActionID: 1\n\n")
    assert wire.read()["Message"] == "Missing action in request"
    assert wire.read()["Ping"] == "Pong"


def test_nul_ends_a_line(wire: Wire) -> None:
    assert _messages(wire, "Action: Ping\0 x", "ActionID: 1\0") == [("Success", "1", None)]


@pytest.mark.parametrize(
    ("lines", "words", "stays"),
    [
        (("Action: Ping",), "Permission denied", True),
        (("Action: Nope",), "Permission denied", True),
        (("Action: Challenge",), "Must specify AuthType", True),
        (("Action: Challenge", "AuthType: MD6"), "Must specify AuthType", True),
        (("Action: Login",), "Authentication failed", False),
        (("Action: Login", "Username: admin"), "Authentication failed", False),
        (
            ("Action: Login", "Username: admin", "AuthType: MD5", "Key: 1"),
            "Authentication failed",
            False,
        ),
        (("Action: Login", "Username: nobody", "Secret: amisdk"), "Authentication failed", False),
        (("Action: Logoff",), "Thanks for all the fish.", False),
    ],
)
def test_before_login(lines: tuple[str, ...], words: str, stays: bool) -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        wire.say(*lines)
        assert wire.read()["Message"] == words
        if stays:
            wire.login()
        else:
            assert not len(wire.read())


def test_the_challenge_is_answered_with_a_key() -> None:
    from hashlib import md5

    with FakeAsterisk(secret="s") as server, Wire(server) as wire:
        wire.say("Action: Challenge", "AuthType: md5")
        key = md5((wire.read()["Challenge"] + "s").encode()).hexdigest()
        wire.say("Action: Login", "Username: admin", "AuthType: MD5", f"Key: {key}", "Events: off")
        assert wire.read()["Message"] == "Authentication accepted"


def test_an_action_is_permitted_by_one_of_its_classes() -> None:
    with watching(FakeAsterisk(write="agent,call")) as watch:
        assert watch.send(actions.QueueAdd(queue="support", interface="x")).ok
        assert watch.refusal(actions.Command(command="x")) == "Permission denied"
        assert watch.refusal(actions.DBPut(family="a", key="b", val="c")) == "Permission denied"
        assert watch.send(actions.QueueStatus()).ok
        listed = watch.send(actions.ListCommands()).pairs
        assert "QueueAdd" in listed
        assert "Command" not in listed


def test_events_are_seen_by_who_may_read_their_classes() -> None:
    users = [User("agent", "a", read="agent"), User("deaf", "d", read="")]
    with FakeAsterisk(users=users) as server:
        seen = {}
        for name, secret in (("admin", "amisdk"), ("agent", "a"), ("deaf", "d")):
            with Wire(server) as wire:
                wire.login(name, secret, events="on")
                server.emit(events.Hangup(cause=16), events.QueueMemberAdded(queue="x"))
                seen[name] = [one["Event"] for one in wire.ask("Action: Nope") if "Event" in one]
        assert seen == {
            "admin": ["Hangup", "QueueMemberAdded"],
            "agent": ["QueueMemberAdded"],
            "deaf": [],
        }


def test_who_may_read_system_is_told_that_the_server_has_booted() -> None:
    users = [User("calls", "c", read="call")]
    with FakeAsterisk(users=users) as server:
        for name, secret, told in (("admin", "amisdk", True), ("calls", "c", False)):
            with Wire(server) as wire:
                answers = wire.ask(
                    "Action: Login", f"Username: {name}", f"Secret: {secret}", "Events: on"
                )
                booted = [one for one in answers if one.get("Event") == "FullyBooted"]
                assert bool(booted) == told


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        ("on", {"Hangup", "UserEvent"}),
        ("all", {"Hangup", "UserEvent"}),
        ("user", {"UserEvent"}),
        ("off", set()),
        ("nonsense", set()),
    ],
)
def test_a_mask_holds_events_back(mask: str, names: set[str]) -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        wire.login(events=mask)
        server.emit(events.Hangup(cause=16), events.UserEvent(user_event="x"))
        seen = {one["Event"] for one in wire.ask("Action: Nope") if "Event" in one}
        assert seen - {"FullyBooted"} == names


def test_the_filter_of_a_user_and_of_a_session_hold_events_back() -> None:
    users = [User("few", "f", event_filter=("Event: (Hangup|UserEvent)",))]
    with FakeAsterisk(users=users) as server, Wire(server) as wire:
        wire.login("few", "f", events="on")
        wire.ask("Action: Filter", "Operation: Add", "Filter: !Cause: 17")
        server.emit(events.Hangup(cause=16), events.Hangup(cause=17), events.Newchannel())
        seen = [one["Event"] for one in wire.ask("Action: Nope") if "Event" in one]
        assert seen == ["Hangup"]


def test_the_events_that_an_action_causes_come_after_its_reply() -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        wire.login(events="agent")
        came = wire.ask("Action: QueueAdd", "Queue: support", "Interface: x")
        kinds = [one.get("Response") or one["Event"] for one in came]
        assert kinds == ["Success", "QueueMemberAdded"]


def test_bytes_that_are_no_text_go_there_and_back() -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        wire.login()
        name = b"Zo\xeb".decode("utf-8", "surrogateescape")
        wire.ask("Action: Setvar", "Variable: X", f"Value: {name}")
        assert wire.ask("Action: Getvar", "Variable: X")[0]["Value"] == name


def test_a_header_that_is_no_number_is_none_to_the_server() -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        wire.login()
        wire.ask("Action: QueueAdd", "Queue: support", "Interface: x", "Penalty: many")
        assert server.queue("support").member("x").penalty == 0  # type: ignore[union-attr]


def test_a_line_without_an_end_is_too_long_and_no_fault_of_the_server(wire: Wire) -> None:
    """The stream's own limit is 16 MiB."""
    wire.socket.sendall(b"X: " + 17 * 2**20 * b"a" + b"\r\n")
    (answer,) = _messages(wire, "Action: Ping", "ActionID: p")
    assert answer == ("Error", None, "Failed to parse message: line too long")
