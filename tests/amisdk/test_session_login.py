"""From the greeting to the login: what is sent when, and what ends it."""

from hashlib import md5
from typing import Any

import pytest

from amisdk import actions
from amisdk.errors import (
    BadGreeting,
    ConnectFailed,
    ConnectionClosed,
    LoginRefused,
    MessageTooLong,
    NoGreeting,
    NotSent,
)
from amisdk.login import Credentials
from amisdk.session import State
from tests.amisdk.talk import GREETING, Talk


def greeted(**options: Any) -> Talk:
    talk = Talk(logged_in=False, **options)
    talk.session.receive_data(GREETING)
    return talk


def test_nothing_is_sent_before_the_whole_greeting_is_there() -> None:
    talk = Talk(logged_in=False)
    for at in range(len(GREETING)):
        assert talk.session.data_to_send() == b""
        assert talk.session.state is State.GREETING
        talk.session.receive_data(GREETING[at : at + 1])
    assert talk.session.greeting == "Asterisk Call Manager/11.0.0"
    assert talk.session.state is State.LOGIN
    assert talk.said()[0]["Action"] == "Login"


def test_a_plain_login_sends_the_secret() -> None:
    talk = greeted(mask="call,agent")
    [login] = talk.said()
    assert [pair for pair in login if pair[0] != "ActionID"] == [
        ("Action", "Login"),
        ("Username", "admin"),
        ("Secret", "s3cret"),
        ("Events", "call,agent"),
    ]
    assert talk.opened == []
    talk.hear("Response: Success", f"ActionID: {login['ActionID']}", "Message: accepted")
    assert talk.opened == [None]
    assert talk.session.state is State.READY


@pytest.mark.parametrize("mask", [None, ""])
def test_the_event_mask_is_left_to_the_server_only_if_none_is_given(mask: str | None) -> None:
    [login] = greeted(mask=mask).said()
    assert login.get("Events") == mask


@pytest.mark.parametrize(
    ("secret", "encoding", "raw"),
    [
        ("s3cret", "utf-8", b"s3cret"),
        ("gehéim", "utf-8", "gehéim".encode()),
        ("gehéim", "latin-1", b"geh\xe9im"),
    ],
)
def test_a_challenge_is_answered_without_the_secret(secret: str, encoding: str, raw: bytes) -> None:
    talk = greeted(auth="md5", secret=secret, encoding=encoding, mask="off")
    [challenge] = talk.said()
    assert [pair for pair in challenge if pair[0] != "ActionID"] == [
        ("Action", "Challenge"),
        ("AuthType", "MD5"),
    ]
    talk.hear("Response: Success", f"ActionID: {challenge['ActionID']}", "Challenge: 284901021")
    written = talk.session.data_to_send()
    assert raw not in written
    key = md5(b"284901021" + raw, usedforsecurity=False).hexdigest().encode()
    assert (
        b"\r\nUsername: admin\r\nAuthType: MD5\r\nKey: %s\r\nEvents: off\r\n\r\n" % key in written
    )
    assert written.startswith(b"Action: Login\r\nActionID: ")
    assert talk.opened == []


def test_the_two_steps_have_action_ids_of_their_own() -> None:
    talk = greeted(auth="md5")
    [challenge] = talk.said()
    talk.hear("Response: Success", f"ActionID: {challenge['ActionID']}", "Challenge: 1")
    [login] = talk.said()
    assert login["ActionID"] != challenge["ActionID"]
    talk.hear("Response: Success", f"ActionID: {challenge['ActionID']}")
    assert talk.opened == [], "the challenge's response again"
    talk.hear("Response: Success", f"ActionID: {login['ActionID']}")
    assert talk.opened == [None]


@pytest.mark.parametrize("auth", ["plain", "md5"])
@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("Message: Authentication failed",), "Authentication failed"),
        (("Message: no\n",), "no"),
        ((), "no reason given"),
    ],
)
def test_a_refused_login_is_final(auth: str, lines: tuple[str, ...], reason: str) -> None:
    talk = greeted(auth=auth)
    [first] = talk.said()
    talk.hear("Response: Error", f"ActionID: {first['ActionID']}", *lines)
    [error] = talk.opened
    assert type(error) is LoginRefused
    assert str(error) == f"the server refused the login: {reason}"
    assert talk.session.state is State.CLOSED
    talk.session.receive_eof()
    assert talk.opened == [error]
    assert talk.closed == []
    assert talk.session.data_to_send() == b""


@pytest.mark.parametrize("action_id", [None, "guess", ""])
def test_a_response_that_is_not_ours_logs_nobody_in(action_id: str | None) -> None:
    talk = greeted()
    talk.said()
    own = [] if action_id is None else [f"ActionID: {action_id}"]
    talk.hear("Response: Success", *own, "Message: Authentication accepted")
    talk.hear("Response: Error", *own, "Message: Authentication failed")
    assert talk.session.state is State.LOGIN
    assert talk.opened == []


def test_events_during_login_do_not_matter() -> None:
    talk = greeted()
    taken = talk.subscribe()
    [login] = talk.said()
    talk.event("FullyBooted", "Status: Fully Booted")
    talk.hear("Response: Success", f"ActionID: {login['ActionID']}")
    assert talk.opened == [None]
    assert [event.ami_name for event in taken] == ["FullyBooted"]


def test_the_login_and_what_follows_may_come_in_one_read() -> None:
    talk = greeted()
    taken = talk.subscribe()
    [login] = talk.said()
    data = f"Response: Success\r\nActionID: {login['ActionID']}\r\n\r\nEvent: Hangup\r\n\r\n"
    talk.session.receive_data(data.encode())
    assert talk.opened == [None]
    assert [event.ami_name for event in taken] == ["Hangup"]


@pytest.mark.parametrize("data", [b"SSH-2.0\r\n", b"HTTP/1.1 400\r\n", b"A" * 300])
def test_a_wrong_banner_gets_nothing(data: bytes) -> None:
    talk = Talk(logged_in=False)
    talk.session.receive_data(data + GREETING)
    [error] = talk.opened
    assert isinstance(error, BadGreeting)
    assert talk.session.data_to_send() == b""
    assert talk.session.state is State.CLOSED
    talk.session.receive_data(GREETING)
    assert talk.session.data_to_send() == b""


CAUSE = ConnectionResetError(104, "reset by peer")


@pytest.mark.parametrize("cause", [None, CAUSE])
def test_an_end_before_the_greeting(cause: OSError | None) -> None:
    talk = Talk(logged_in=False)
    talk.session.receive_data(GREETING[:10])
    talk.session.receive_eof(cause)
    [error] = talk.opened
    assert type(error) is NoGreeting
    assert "before a greeting" in str(error)
    assert ("reset by peer" in str(error)) is (cause is not None)
    assert error.__cause__ is cause


@pytest.mark.parametrize("auth", ["plain", "md5"])
def test_an_end_during_login(auth: str) -> None:
    talk = greeted(auth=auth)
    talk.said()
    talk.session.receive_eof(CAUSE)
    [error] = talk.opened
    assert type(error) is ConnectFailed
    assert "during login" in str(error)
    assert error.__cause__ is CAUSE
    assert talk.closed == []


def test_an_end_after_login() -> None:
    talk = Talk()
    talk.session.receive_eof(CAUSE)
    [error] = talk.closed
    assert type(error) is ConnectionClosed
    assert error.__cause__ is CAUSE
    assert talk.opened == [None]
    talk.session.receive_eof()
    assert talk.closed == [error]


@pytest.mark.parametrize("steps", [0, 1])
def test_a_close_before_the_login_is_done_is_told_to_who_opens(steps: int) -> None:
    talk = greeted() if steps else Talk(logged_in=False)
    talk.session.close()
    [error] = talk.opened
    assert type(error) is ConnectFailed
    assert talk.closed == []
    talk.session.close()
    assert talk.opened == [error]


def test_a_message_too_long_during_login_fails_the_login() -> None:
    talk = greeted(max_message=1000)
    talk.said()
    talk.session.receive_data(b"x" * 2000)
    assert isinstance(talk.opened[0], MessageTooLong)


def test_no_action_is_taken_before_the_login_is_done() -> None:
    for talk in (Talk(logged_in=False), greeted()):
        with pytest.raises(NotSent, match="Ping") as caught:
            talk.queue(actions.Ping())
        assert caught.value.action == actions.Ping()


UNSENDABLE: list[dict[str, str]] = [
    {"username": "ad\r\nmin"},
    {"username": "x" * 2000},
    {"username": "admin€", "encoding": "latin-1"},
    {"mask": "call\r\nAction: Logoff"},
    {"secret": "s3cret€", "encoding": "latin-1"},
]


@pytest.mark.parametrize(
    ("auth", "credentials"),
    [
        *(("md5", credentials) for credentials in UNSENDABLE),
        *(("plain", credentials) for credentials in UNSENDABLE),
        ("plain", {"secret": "s3cret\n"}),
        ("plain", {"secret": "s3cret" * 300}),
    ],
    ids=str,
)
def test_credentials_that_cannot_be_sent_fail_the_login_without_showing_the_secret(
    auth: str, credentials: dict[str, str]
) -> None:
    talk = greeted(auth=auth, **credentials)
    if auth == "md5":
        [challenge] = talk.said()
        talk.hear("Response: Success", f"ActionID: {challenge['ActionID']}", "Challenge: 1")
    [error] = talk.opened
    assert isinstance(error, ConnectFailed)
    assert "s3cret" not in f"{error!r} {error.__cause__!r} {error.__context__!r}"
    assert talk.session.data_to_send() == b""
    assert talk.session.state is State.CLOSED


def test_credentials_do_not_show_the_secret() -> None:
    talk = Talk()
    assert "s3cret" not in repr(talk.session._login._credentials)
    assert "s3cret" not in repr(Credentials("admin", talk.session._login._credentials.secret))
