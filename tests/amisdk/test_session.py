"""Replies find their action, and nothing else does; what an end of the session means."""

from typing import Any

import pytest

from amisdk import RawAction, actions
from amisdk.errors import (
    AmiError,
    ConnectionClosed,
    DuplicateActionID,
    InvalidAction,
    MessageTooLong,
    NotSent,
    OutcomeUnknown,
)
from amisdk.exchange import Exchange
from amisdk.models import Action, Reply
from amisdk.session import State
from tests.amisdk.talk import Talk

PING = actions.Ping()


def results(talk: Talk) -> list[tuple[str, str | None]]:
    return [
        (one.action_id, one.reply.message if one.reply is not None else None) for one in talk.done
    ]


def test_an_action_is_written_and_its_reply_has_its_class() -> None:
    talk = Talk()
    exchange = talk.queue(actions.QueueAdd(queue="support", interface="PJSIP/1", paused=True))
    [said] = talk.said()
    assert list(said) == [
        ("Action", "QueueAdd"),
        ("ActionID", exchange.action_id),
        ("Queue", "support"),
        ("Interface", "PJSIP/1"),
        ("Paused", "true"),
    ]
    assert talk.said() == []
    assert not exchange.done
    talk.answer(exchange, "Message: Added interface to queue")
    assert talk.done == [exchange]
    assert isinstance(exchange.reply, actions.QueueAddReply)
    assert exchange.reply.message == "Added interface to queue"
    assert (exchange.done, exchange.error) == (True, None)


def test_actions_are_written_in_order_at_once() -> None:
    talk = Talk()
    for number in range(3):
        talk.queue(PING, action_id=str(number))
    assert [said["ActionID"] for said in talk.said()] == ["0", "1", "2"]


def test_replies_in_any_order_go_to_their_own_action() -> None:
    talk = Talk()
    one, other = talk.send(PING), talk.send(PING)
    talk.answer(other, "Message: other")
    talk.answer(one, "Message: one")
    assert results(talk) == [(other.action_id, "other"), (one.action_id, "one")]


@pytest.mark.parametrize(
    "lines",
    [
        ("Response: Success",),
        ("Response: Error", "Message: x"),
        ("Response: Success", "ActionID: "),
        ("Response: Success", "ActionID: guess"),
        ("Response: Success", "ActionID: abcdef"),
        ("Response: Success", "ActionID: ABCDEFG"),
        ("Response: Success", "ActionID: abcdefgh"),
        ("Response: Success", "ActionID:  abcdefg"),
        ("Response: Success", "ActionID: abcdefg "),
        ("Response: Success", "Message: x\nActionID: abcdefg"),
        ("Response: Success", "Message: ActionID: abcdefg"),
        ("Response: Success", "XActionID: abcdefg"),
        ("Response: Success", "ActionID: guess", "ActionID: abcdefg"),
        ("Message: x", "ActionID: abcdefg", "Response: Success"),
        (" Response: Success", "ActionID: abcdefg"),
        ("Event: Foo", "Response: Success", "ActionID: abcdefg"),
    ],
)
def test_a_forged_response_matches_nothing(lines: tuple[str, ...]) -> None:
    talk = Talk()
    exchange = talk.send(PING, action_id="abcdefg")
    talk.hear(*lines)
    assert talk.done == []
    talk.answer(exchange, "Message: real")
    assert results(talk) == [("abcdefg", "real")]


@pytest.mark.parametrize(
    "lines",
    [
        ("Response: Success", "ActionID: 7"),
        ("response: success", "actionid: 7"),
        ("RESPONSE:Success", "ACTIONID:7"),
        ("Response: Success", "Message: x", "ActionID: 7"),
    ],
)
def test_headers_of_a_response_are_known_in_any_spelling(lines: tuple[str, ...]) -> None:
    talk = Talk()
    talk.send(PING, action_id="7")
    talk.hear(*lines)
    assert len(talk.done) == 1


def test_action_ids_cannot_be_guessed() -> None:
    talk = Talk()
    made = {talk.send(PING).action_id for _ in range(500)}
    assert len(made) == 500
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in made)
    positions = [{one[at] for one in made} for at in range(32)]
    assert all(len(characters) == 16 for characters in positions), "no part is constant"


def test_an_action_id_in_flight_is_refused_a_second_time() -> None:
    talk = Talk()
    first = talk.send(PING, action_id="7")
    with pytest.raises(DuplicateActionID, match="'7'") as caught:
        talk.queue(actions.CoreStatus(), action_id="7")
    assert caught.value.field == "ActionID"
    assert talk.said() == []
    talk.answer(first, "Message: one")
    assert results(talk) == [("7", "one")]
    talk.answer(talk.send(PING, action_id="7"), "Message: two")
    assert results(talk) == [("7", "one"), ("7", "two")]


def test_a_second_response_is_dropped() -> None:
    talk = Talk()
    exchange = talk.send(PING)
    talk.answer(exchange, "Message: first")
    talk.answer(exchange, "Message: second")
    assert results(talk) == [(exchange.action_id, "first")]


def test_a_late_reply_reaches_nobody() -> None:
    talk = Talk()
    gone = talk.send(PING)
    talk.session.abandon(gone)
    following = talk.send(PING)
    talk.answer(gone, "Message: late")
    assert talk.done == []
    talk.answer(following, "Message: own")
    assert results(talk) == [(following.action_id, "own")]


@pytest.mark.parametrize("action", [PING, actions.QueueStatus()], ids=["simple", "list"])
def test_the_action_id_of_an_abandoned_action_is_in_use_until_its_reply_came(
    action: Action[Reply],
) -> None:
    talk = Talk()
    gone = talk.send(action, action_id="7")
    talk.session.abandon(gone)
    with pytest.raises(DuplicateActionID):
        talk.queue(PING, action_id="7")
    talk.answer(gone, "Message: late", response="Error")
    talk.answer(talk.send(PING, action_id="7"), "Message: own")
    assert results(talk) == [("7", "own")]


@pytest.mark.parametrize(
    ("action", "options"),
    [
        (RawAction("Ping", [("Foo", "x" * 2000)]), {}),
        (RawAction("Ping", [("Foo", "x")] * 200), {}),
        (RawAction("Ping", [("ActionID", "x")]), {}),
        (PING, {"action_id": "7\n"}),
        (PING, {"action_id": "x" * 68}),
        (PING, {"action_id": ""}),
    ],
)
def test_an_action_that_cannot_be_written_leaves_nothing_behind(
    action: Action[Reply], options: dict[str, Any]
) -> None:
    talk = Talk()
    with pytest.raises(InvalidAction):
        talk.queue(action, timeout=5.0, **options)
    assert talk.said() == []
    assert talk.session.next_deadline() is None
    talk.session.close()
    assert talk.done == []


def test_an_action_abandoned_before_it_was_sent_is_not_sent() -> None:
    talk = Talk()
    gone = talk.queue(actions.QueueStatus(), timeout=5.0, action_id="7")
    stays = talk.queue(PING)
    talk.session.abandon(gone)
    assert [said["ActionID"] for said in talk.said()] == [stays.action_id]
    assert not gone.sent
    assert talk.session.next_deadline() is None
    talk.answer(talk.send(PING, action_id="7"))
    assert len(talk.done) == 1, "its ActionID is free at once"


def test_actions_given_up_before_they_were_sent_do_not_fill_the_memory() -> None:
    talk = Talk()
    stays = talk.queue(PING)
    for _ in range(1000):
        talk.session.abandon(talk.queue(PING))
    assert len(talk.session._out) < 200
    assert [said["ActionID"] for said in talk.said()] == [stays.action_id]


def test_abandoning_twice_or_after_the_end_is_harmless() -> None:
    talk = Talk()
    exchange = talk.send(PING)
    talk.answer(exchange)
    talk.session.abandon(exchange)
    talk.session.abandon(exchange)
    assert talk.done == [exchange]
    assert exchange.reply is not None


def test_at_the_end_every_action_learns_whether_it_was_sent() -> None:
    talk = Talk()
    sent, listing = talk.send(PING), talk.send(actions.QueueStatus())
    waiting = talk.queue(actions.CoreStatus())
    talk.session.receive_eof(ConnectionResetError(104, "reset by peer"))
    assert talk.done == [sent, listing, waiting]
    for exchange, kind in ((sent, OutcomeUnknown), (listing, OutcomeUnknown), (waiting, NotSent)):
        error = exchange.error
        assert isinstance(error, ConnectionClosed)
        assert type(error) is kind
        assert error.action is exchange.action
        assert exchange.action.ami_name in str(error)
        assert "reset by peer" in str(error)
        assert error.__cause__ is talk.closed[0]
    assert talk.session.data_to_send() == b"", "what was not sent never is"


def test_a_reply_that_came_in_time_is_not_taken_back() -> None:
    talk = Talk()
    exchange = talk.send(PING)
    talk.answer(exchange)
    talk.session.receive_eof()
    assert talk.done == [exchange]
    assert exchange.error is None


def test_closing_tells_who_waits_and_closes_without_a_cause() -> None:
    talk = Talk()
    sent, waiting = talk.send(PING), talk.queue(PING)
    talk.session.close()
    assert isinstance(sent.error, OutcomeUnknown)
    assert isinstance(waiting.error, NotSent)
    assert talk.closed == [None]
    assert talk.session.state is State.CLOSED
    talk.session.close()
    talk.session.receive_eof()
    assert talk.closed == [None]


def test_a_closed_session_reads_and_writes_nothing() -> None:
    talk = Talk()
    taken = talk.subscribe()
    exchange = talk.send(PING, timeout=5.0)
    talk.session.close()
    talk.answer(exchange)
    talk.event("Hangup")
    assert len(talk.done) == 1
    assert taken == []
    with pytest.raises(NotSent, match="closed"):
        talk.queue(PING)
    assert talk.session.next_deadline() is None
    talk.wait(100)
    assert len(talk.done) == 1


def test_what_follows_a_close_in_the_same_read_is_not_read() -> None:
    talk = Talk()
    one, other = talk.send(PING, on_done=lambda _: talk.session.close()), talk.send(PING)
    data = "".join(
        f"Response: Success\r\nActionID: {exchange.action_id}\r\n\r\n" for exchange in (one, other)
    )
    talk.session.receive_data(data.encode())
    assert one.error is None
    assert isinstance(other.error, OutcomeUnknown)


def test_an_action_can_be_sent_when_another_is_done() -> None:
    talk = Talk()

    def again(exchange: Exchange[Any]) -> None:
        talk.done.append(exchange)
        talk.queue(PING)

    first = talk.send(PING, on_done=again)
    talk.answer(first)
    [said] = talk.said()
    talk.hear("Response: Success", f"ActionID: {said['ActionID']}")
    assert len(talk.done) == 2


def test_at_the_end_an_action_that_another_one_abandons_is_not_told() -> None:
    talk = Talk()
    told: list[Exchange[Any]] = []

    def give_up(exchange: Exchange[Any]) -> None:
        told.append(exchange)
        talk.session.abandon(other)

    one = talk.send(PING, on_done=give_up)
    other = talk.send(PING, on_done=told.append)
    talk.session.close()
    assert told == [one]


def test_a_message_too_long_ends_the_session_but_not_what_came_before() -> None:
    talk = Talk(max_message=1000)
    one, other = talk.send(PING), talk.send(PING)
    answer = f"Response: Success\r\nActionID: {one.action_id}\r\n\r\n"
    talk.session.receive_data(answer.encode() + b"x" * 2000)
    assert one.error is None
    assert isinstance(other.error, OutcomeUnknown)
    assert isinstance(other.error.__cause__, MessageTooLong)
    [closed] = talk.closed
    assert isinstance(closed, MessageTooLong)


@pytest.mark.parametrize(
    "frame", ["", "\r\n", "garbage", "Foo: bar", ": x", "\x00", "Response", "Event"]
)
def test_what_is_neither_response_nor_event_is_dropped(frame: str) -> None:
    talk = Talk()
    exchange = talk.send(PING)
    talk.hear(frame)
    assert talk.session.state is State.READY
    talk.answer(exchange)
    assert talk.done == [exchange]


def test_text_is_read_and_written_in_the_sessions_encoding() -> None:
    talk = Talk(encoding="latin-1")
    exchange = talk.queue(actions.Getvar(variable="é"))
    assert b"\r\nVariable: \xe9\r\n" in talk.session.data_to_send()
    answer = f"Response: Success\r\nActionID: {exchange.action_id}\r\n".encode()
    talk.session.receive_data(answer + b"Value: caf\xe9\r\n\r\n")
    assert exchange.reply is not None
    assert exchange.reply.value == "café"


def test_the_repr_of_an_exchange_names_action_and_id() -> None:
    exchange = Talk().send(actions.Login(username="u", secret="s3cret"), action_id="7")
    assert repr(exchange) == "<Exchange Login 7>"


def test_an_error_of_ours_is_what_the_session_ends_with() -> None:
    talk = Talk()
    talk.session.receive_eof(OSError())
    [closed] = talk.closed
    assert isinstance(closed, AmiError)
    assert str(closed) == "the connection to the server is lost"


def test_what_is_sent_is_logged_by_name_and_action_id_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    talk = Talk()
    with caplog.at_level("DEBUG", "amisdk.session"):
        talk.send(actions.Getvar(variable="PASSWORD"), action_id="7")
    assert caplog.messages == ["sending Getvar 7"]
