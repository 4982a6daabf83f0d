"""What a session counts, and what matches nothing however well it is forged."""

from collections.abc import Callable

import pytest

from amisdk import RawAction, actions
from amisdk.errors import (
    ActionTimeout,
    GreetingTooLong,
    MessageTooLong,
    OutcomeUnknown,
    TooManyHeaders,
)
from amisdk.exchange import Exchange
from amisdk.stats import Stats
from tests.amisdk.talk import GREETING, Talk

PING = actions.Ping()
LIST = actions.QueueStatus()


def test_bytes_messages_and_actions_are_counted() -> None:
    talk = Talk(logged_in=False)
    talk.session.receive_data(GREETING)
    login = talk.session.data_to_send()
    answer = b"Response: Success\r\nActionID: " + login.split()[3] + b"\r\n\r\n"
    talk.session.receive_data(answer)
    talk.queue(PING)
    talk.session.abandon(talk.queue(PING))
    sent = talk.session.data_to_send()
    talk.session.receive_data(b"Event: A\r\n\r\nEvent: B\r\n\r\n\r\nEv")
    assert talk.stats == Stats(
        bytes_received=len(GREETING) + len(answer) + 28,
        bytes_sent=len(login) + len(sent),
        messages=4,  # a stray blank line is one
        actions=2,
    )


@pytest.mark.parametrize(
    "lines",
    [
        ("Response: Success",),
        ("Response: Success", "ActionID: foreign"),
        ("Response: Error", "ActionID: ", "Message: x"),
    ],
)
def test_a_response_that_no_action_waits_for_is_counted(lines: tuple[str, ...]) -> None:
    talk = Talk()
    talk.send(PING)
    talk.hear(*lines)
    assert talk.stats.unmatched == 1
    assert talk.done == []


def test_a_reply_that_comes_twice_is_counted() -> None:
    talk = Talk()
    exchange = talk.send(PING)
    talk.answer(exchange)
    talk.answer(exchange)
    assert talk.stats.unmatched == 1
    assert talk.done == [exchange]


def test_a_late_reply_is_one_that_the_server_owed() -> None:
    talk = Talk()
    exchange = talk.send(PING, timeout=5.0)
    talk.wait(6)
    assert (talk.stats.timeouts, talk.session.pending) == (1, 0)
    talk.answer(exchange)
    assert talk.stats.unmatched == 0
    talk.answer(exchange)
    assert talk.stats.unmatched == 1
    assert talk.done == [exchange]


@pytest.mark.parametrize("again", [1, 3])
def test_responses_to_a_list_that_runs_already_are_dropped_and_counted(again: int) -> None:
    talk = Talk()
    exchange = talk.send(LIST)
    talk.answer(exchange, "EventList: start")
    for _ in range(again):
        talk.answer(exchange, "Message: forged")
    assert talk.stats.unmatched == again
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert exchange.reply is not None
    assert exchange.reply.message is None


def test_an_action_that_was_not_sent_yet_cannot_be_answered() -> None:
    talk = Talk()
    first = talk.send(PING, action_id="7")
    talk.answer(first)
    second = talk.queue(LIST, action_id="7")
    talk.answer(first, "Message: the first one's, again")
    talk.event("QueueParams", "Queue: forged", of=first)
    talk.event("QueueStatusComplete", "EventList: Complete", of=first)
    assert talk.done == [first]
    assert talk.stats.unmatched == 1
    assert [said["Action"] for said in talk.said()] == ["QueueStatus"]
    talk.answer(second, "EventList: start")
    talk.event("QueueParams", "Queue: own", of=second)
    talk.event("QueueStatusComplete", "EventList: Complete", of=second)
    assert second.reply is not None
    assert [item.headers["Queue"] for item in second.reply.items] == ["own"]


def test_pending_is_what_somebody_waits_for() -> None:
    talk = Talk()
    one, other = talk.send(PING), talk.send(LIST)
    assert talk.session.pending == 2
    talk.session.abandon(other)
    assert talk.session.pending == 1
    talk.answer(other, response="Error")
    assert talk.session.pending == 1
    talk.answer(one)
    assert talk.session.pending == 0


# --- limits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"x" * 200_000, MessageTooLong),
        (b"Event: A\r\n" + b"A: 1\r\n" * 100_001, MessageTooLong),
        (b":\r\n" * 40_000 + b"\r\n", MessageTooLong),
    ],
)
def test_a_message_beyond_the_limit_ends_the_session(data: bytes, kind: type[Exception]) -> None:
    talk = Talk(max_message=100_000)
    exchange = talk.send(PING)
    talk.session.receive_data(data)
    [error] = talk.closed
    assert type(error) is kind
    assert exchange.error is not None
    assert exchange.error.__cause__ is error


def test_too_many_headers_end_the_session() -> None:
    talk = Talk(max_message=10_000_000)
    talk.session.receive_data(b":\r\n" * 100_000 + b"\r\nEvent: A\r\n\r\n")
    assert talk.closed == []
    talk.session.receive_data(b":\r\n" * 100_001 + b"\r\n")
    [error] = talk.closed
    assert type(error) is TooManyHeaders


def test_a_greeting_beyond_the_limit_fails_the_connection() -> None:
    talk = Talk(logged_in=False)
    talk.session.receive_data(GREETING[:-2].ljust(300, b"x"))
    [error] = talk.opened
    assert type(error) is GreetingTooLong


# --- what there is of a list when it fails ------------------------------------------------


def begun(talk: Talk, **options: object) -> Exchange[actions.QueueStatusReply]:
    exchange = talk.send(LIST, timeout=5.0, **options)
    talk.answer(exchange, "EventList: start")
    for name in ("a", "b"):
        talk.event("QueueParams", f"Queue: {name}", of=exchange)
    return exchange


@pytest.mark.parametrize(
    ("ends", "kind"),
    [
        (lambda talk: talk.wait(20), ActionTimeout),
        (lambda talk: talk.session.receive_eof(), OutcomeUnknown),
        (lambda talk: talk.session.close(), OutcomeUnknown),
        (lambda talk: talk.session.leave(1.0), OutcomeUnknown),
        (lambda talk: talk.session.receive_data(b"x" * 200_000), OutcomeUnknown),
    ],
)
def test_an_error_has_the_items_that_had_come(
    ends: Callable[[Talk], object], kind: type[OutcomeUnknown | ActionTimeout]
) -> None:
    talk = Talk()
    exchange = begun(talk)
    ends(talk)
    assert talk.done == [exchange]
    error = exchange.error
    assert isinstance(error, kind)
    assert [item.headers["Queue"] for item in error.items] == ["a", "b"]
    assert error.action is LIST


def test_items_that_were_handed_over_are_not_on_the_error() -> None:
    talk = Talk()
    taken: list[object] = []
    exchange = begun(talk, on_item=taken.append)
    talk.wait(20)
    assert isinstance(exchange.error, ActionTimeout)
    assert exchange.error.items == ()
    assert len(taken) == 2


def test_a_raw_list_that_breaks_off_keeps_its_items_too() -> None:
    talk = Talk()
    exchange = talk.send(RawAction("OfMyOwn"))
    talk.answer(exchange, "EventList: start")
    talk.event("Own", of=exchange)
    talk.session.receive_eof()
    assert isinstance(exchange.error, OutcomeUnknown)
    assert [item.ami_name for item in exchange.error.items] == ["Own"]
