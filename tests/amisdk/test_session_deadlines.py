"""Deadlines on a clock that the test moves."""

import pytest

from amisdk import actions
from amisdk.errors import ActionTimeout
from tests.amisdk.talk import Talk

PING = actions.Ping()
LIST = actions.QueueStatus()


def test_an_action_fails_at_its_deadline_and_not_before() -> None:
    talk = Talk()
    exchange = talk.send(PING, timeout=5.0)
    assert talk.session.next_deadline() == talk.now + 5.0
    talk.wait(4.999)
    assert talk.done == []
    talk.wait(0.001)
    assert talk.done == [exchange]
    error = exchange.error
    assert isinstance(error, ActionTimeout)
    assert error.action is PING
    assert str(error) == "Ping: a whole reply did not come within 5 s"
    assert exchange.reply is None
    assert talk.session.next_deadline() is None


def test_a_deadline_counts_from_when_the_action_was_handed_over() -> None:
    talk = Talk()
    exchange = talk.queue(PING, timeout=5.0)
    talk.wait(6)
    assert isinstance(exchange.error, ActionTimeout)
    assert talk.said() == [], "what nobody waits for is not sent"


def test_without_a_deadline_an_action_waits_for_ever() -> None:
    talk = Talk()
    exchange = talk.send(PING, timeout=None)
    assert talk.session.next_deadline() is None
    talk.wait(1e9)
    talk.answer(exchange)
    assert exchange.error is None


def test_the_earliest_deadline_is_next() -> None:
    talk = Talk()
    long, short = talk.send(PING, timeout=9.0), talk.send(PING, timeout=3.0)
    assert talk.session.next_deadline() == talk.now + 3.0
    talk.answer(short)
    assert talk.session.next_deadline() == talk.now + 9.0
    talk.answer(long)
    assert talk.session.next_deadline() is None


def test_all_that_are_due_fail_and_the_others_stay() -> None:
    talk = Talk()
    due = [talk.send(PING, timeout=5.0) for _ in range(3)]
    later = talk.send(PING, timeout=7.0)
    talk.now += 6
    talk.session.expire()
    assert set(talk.done) == set(due)
    talk.answer(later)
    assert later.error is None


def test_a_reply_after_the_deadline_reaches_nobody() -> None:
    talk = Talk()
    taken = talk.subscribe(include="all")
    late = talk.send(LIST, timeout=5.0)
    talk.wait(6)
    talk.answer(late, "EventList: start")
    talk.event("QueueParams", of=late)
    talk.event("QueueStatusComplete", "EventList: Complete", of=late)
    assert talk.done == [late]
    assert taken == []


def test_a_list_lasts_as_long_as_its_items_keep_coming() -> None:
    talk = Talk()
    exchange = talk.send(LIST, timeout=5.0)
    talk.answer(exchange, "EventList: start")
    for _ in range(10):
        talk.wait(4)
        talk.event("QueueParams", of=exchange)
    assert talk.done == []
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert exchange.error is None
    assert exchange.reply is not None
    assert len(exchange.reply.items) == 10


def test_a_list_that_stops_fails_with_what_had_come() -> None:
    talk = Talk()
    exchange = talk.send(LIST, timeout=5.0)
    talk.answer(exchange, "EventList: start")
    talk.wait(4)
    talk.event("QueueParams", "Queue: a", of=exchange)
    talk.wait(5)
    assert talk.done == [], "five seconds after the last item at the earliest"
    talk.wait(5.001)
    error = exchange.error
    assert isinstance(error, ActionTimeout)
    assert [item.headers["Queue"] for item in error.items] == ["a"]
    assert str(error) == "QueueStatus: its outcome did not come within 5 s"


def test_a_list_that_begins_just_before_the_deadline_has_time_for_its_items() -> None:
    talk = Talk()
    exchange = talk.send(LIST, timeout=5.0)
    talk.wait(4.9)
    talk.answer(exchange, "EventList: start")
    talk.wait(1)
    assert talk.done == []
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert exchange.error is None


def test_items_that_others_get_do_not_keep_a_list_alive() -> None:
    talk = Talk()
    one, other = talk.send(LIST, timeout=5.0), talk.send(LIST, timeout=5.0)
    for exchange in (one, other):
        talk.answer(exchange, "EventList: start")
    talk.wait(4)
    talk.event("QueueParams", of=one)
    talk.event("Hangup")
    talk.wait(4)
    talk.event("QueueParams", of=one)
    talk.wait(4)
    assert talk.done == [other]


@pytest.mark.parametrize("timeout", [10.0, None])
def test_a_deadline_of_an_action_that_is_done_does_not_hit_the_next_with_its_action_id(
    timeout: float | None,
) -> None:
    talk = Talk()
    first = talk.send(PING, action_id="7", timeout=10.0)
    earlier = talk.send(PING, timeout=9.5)
    talk.answer(first)
    talk.wait(9)
    second = talk.send(PING, action_id="7", timeout=timeout)
    talk.wait(5)
    assert talk.done == [first, earlier]
    talk.answer(second)
    assert second.error is None


def test_the_deadlines_of_actions_that_are_done_are_forgotten() -> None:
    talk = Talk()
    waiting = [talk.send(PING, timeout=1e6) for _ in range(5)]
    for _ in range(5000):
        talk.answer(talk.send(PING, timeout=1e6))
    assert len(talk.session._deadlines) < 200
    assert talk.session.next_deadline() == talk.now + 1e6
    for exchange in waiting:
        talk.answer(exchange)
    assert talk.session.next_deadline() is None
    assert talk.session._pending == {}
    assert talk.session._claiming == {}


def test_an_action_may_be_sent_when_another_expires() -> None:
    talk = Talk()
    talk.send(PING, timeout=5.0, on_done=lambda _: talk.queue(PING, timeout=5.0))
    talk.wait(6)
    assert talk.session.next_deadline() == 1000.0 + 10.0
    assert len(talk.said()) == 1
