"""Saying goodbye: who waits is told at once, and nothing that comes then is a failure."""

from collections.abc import Callable

import pytest

from amisdk import RawAction, actions
from amisdk.errors import NotSent, OutcomeUnknown
from amisdk.session import State
from tests.amisdk.talk import GREETING, Talk

PING = actions.Ping()


def leaving(**options: int) -> Talk:
    talk = Talk(**options)  # type: ignore[arg-type]
    talk.session.leave(1.0)
    assert talk.session.state is State.LEAVING
    return talk


def test_who_waits_is_told_at_once_and_the_goodbye_is_all_that_is_sent() -> None:
    talk = Talk()
    sent, waiting = talk.send(actions.QueueStatus()), talk.queue(PING)
    talk.session.leave(1.0)
    assert talk.done == [sent, waiting]
    assert type(sent.error) is OutcomeUnknown
    assert type(waiting.error) is NotSent
    assert str(sent.error) == "QueueStatus: its outcome is unknown; the client was closed"
    assert [said["Action"] for said in talk.said()] == ["Logoff"]
    assert talk.closed == []


def test_it_ends_when_the_server_has_answered() -> None:
    talk = leaving()
    talk.step("Logoff", "Message: Thanks for all the fish.", response="Goodbye")
    assert talk.closed == [None]
    assert talk.session.state is State.CLOSED
    assert talk.session.next_deadline() is None


def test_it_ends_when_the_server_hangs_up_instead() -> None:
    talk = leaving()
    talk.said()
    talk.session.receive_eof(ConnectionResetError(104, "reset by peer"))
    assert talk.closed == [None]


def test_it_ends_when_the_server_does_not_answer_in_time() -> None:
    talk = leaving()
    talk.said()
    talk.wait(0.999)
    assert talk.closed == []
    talk.wait(0.001)
    assert talk.closed == [None]
    assert talk.session.next_deadline() is None


ODD: list[Callable[[Talk], object]] = [
    lambda talk: talk.session.receive_data(b"x" * 200),
    lambda talk: talk.hear("Event: A", "x" * 200),
    lambda talk: talk.step("Logoff", "x" * 200),
    lambda talk: talk.session.close(),
    lambda talk: talk.session.close(NotSent("a queue is full")),
]


@pytest.mark.parametrize("happens", ODD)
def test_whatever_goes_wrong_after_the_goodbye_is_no_failure(
    happens: Callable[[Talk], object],
) -> None:
    talk = leaving(max_message=100)
    happens(talk)
    assert talk.closed == [None], "the end was wished for"
    assert talk.session.state is State.CLOSED


def test_a_goodbye_that_is_refused_ends_it_too() -> None:
    talk = leaving()
    talk.step("Logoff", "Message: Permission denied", response="Error")
    assert talk.closed == [None]


def test_events_are_told_until_the_end() -> None:
    talk = Talk()
    taken = talk.subscribe()
    talk.session.leave(1.0)
    talk.event("Hangup")
    talk.step("Logoff", response="Goodbye")
    talk.event("Newchannel")
    assert [event.ami_name for event in taken] == ["Hangup"]


def test_a_reply_that_comes_after_the_goodbye_reaches_nobody() -> None:
    talk = Talk()
    exchange = talk.send(PING)
    talk.session.leave(1.0)
    talk.answer(exchange)
    assert talk.done == [exchange]
    assert isinstance(exchange.error, OutcomeUnknown)
    assert talk.stats.unmatched == 1
    assert talk.closed == []


def test_nothing_can_be_sent_any_more() -> None:
    with pytest.raises(NotSent, match="the session is saying goodbye"):
        leaving().queue(PING)


def test_saying_it_twice_sends_it_once() -> None:
    talk = leaving()
    talk.session.leave(1.0)
    assert len(talk.said()) == 1
    talk.wait(1)
    talk.session.leave(1.0)
    assert talk.said() == []
    assert talk.closed == [None]


@pytest.mark.parametrize("greeting", [b"", GREETING])
def test_before_the_login_there_is_nobody_to_say_it_to(greeting: bytes) -> None:
    talk = Talk(logged_in=False)
    talk.session.receive_data(greeting)
    talk.session.leave(1.0)
    assert talk.session.state is State.CLOSED
    assert [str(error) for error in talk.opened] == ["the client was closed"]
    assert talk.session.data_to_send() == b""


def test_one_who_is_told_may_end_it_at_once() -> None:
    talk = Talk()
    talk.send(PING, on_done=lambda _: talk.session.close())
    talk.session.leave(1.0)
    assert talk.closed == [None]
    assert talk.session.data_to_send() == b""
    assert talk.session.next_deadline() is None


def test_a_list_and_a_text_that_were_under_way_do_not_get_in_the_way() -> None:
    talk = Talk()
    listing, text = talk.send(actions.QueueStatus()), talk.send(actions.Queues())
    talk.answer(listing, "EventList: start")
    talk.session.receive_data(b"support has 0 calls\r\n\r\n")
    talk.session.leave(1.0)
    assert talk.done == [listing, text]
    talk.event("QueueParams", of=listing)
    talk.session.receive_data(b"\r\n")
    talk.event("QueueStatusComplete", "EventList: Complete", of=listing)
    talk.step("Logoff", response="Goodbye")
    assert talk.closed == [None]
    assert len(talk.done) == 2


@pytest.mark.parametrize("logoff", [actions.Logoff(), RawAction("logoff")])
def test_who_logs_off_by_hand_has_wished_for_the_end(logoff: actions.Logoff | RawAction) -> None:
    talk = Talk()
    sent, other = talk.send(logoff), talk.send(PING)
    talk.answer(sent, response="Goodbye")
    assert talk.done == [sent, other]
    assert sent.reply is not None
    assert sent.reply.response == "Goodbye"
    assert type(other.error) is OutcomeUnknown
    assert talk.closed == [None]


def test_a_logoff_that_is_refused_ends_nothing() -> None:
    talk = Talk()
    talk.answer(talk.send(actions.Logoff()), response="Error")
    assert talk.session.state is State.READY
