"""When exchanges have to be done, and what they are when they are not."""

import random
from typing import Any

import pytest

from amisdk import actions, events
from amisdk.errors import ActionTimeout, ConnectionClosed, NotSent, OutcomeUnknown
from amisdk.exchange import Deadlines, Exchange

PING = actions.Ping()
CALL = actions.Originate(channel="PJSIP/1", application="Echo", async_=True)


def exchange(due: float | None = None, **options: Any) -> Exchange[actions.PingReply]:
    made = Exchange(PING, on_done=options.pop("on_done", lambda _: None), **options)
    made.due = due
    return made


def added(*dues: float | None) -> tuple[Deadlines, list[Exchange[actions.PingReply]]]:
    deadlines, made = Deadlines(), [exchange(due) for due in dues]
    for one in made:
        deadlines.add(one, made)
    return deadlines, made


def test_the_earliest_is_next_and_due_ones_come_in_order() -> None:
    deadlines, (late, early, middle) = added(30.0, 10.0, 20.0)
    assert deadlines.next() == 10.0
    assert deadlines.pop(9.9) is None
    assert [deadlines.pop(25.0) for _ in range(3)] == [early, middle, None]
    assert deadlines.next() == 30.0
    assert deadlines.pop(30.0) is late
    assert deadlines.next() is None
    assert deadlines.pop(1e9) is None


def test_equal_deadlines_come_in_the_order_they_were_added() -> None:
    deadlines, made = added(*[5.0] * 20)
    assert [deadlines.pop(5.0) for _ in made] == made


def test_without_a_deadline_there_is_nothing_to_watch() -> None:
    deadlines, _ = added(None, None)
    assert len(deadlines) == 0
    assert deadlines.next() is None


def test_what_is_done_is_due_no_more() -> None:
    deadlines, (one, other, last) = added(1.0, 2.0, 3.0)
    one.finish()
    other.finish()
    assert deadlines.next() == 3.0
    last.finish()
    assert deadlines.pop(10.0) is None
    assert len(deadlines) == 0


def test_many_that_are_done_behind_one_that_is_not_do_not_fill_the_memory() -> None:
    deadlines = Deadlines()
    living = [exchange(0.0)]
    deadlines.add(living[0], living)
    for number in range(10_000):
        one = exchange(1.0 + number)
        deadlines.add(one, living)
        one.finish()
    assert len(deadlines) < 200
    assert deadlines.pop(0.0) is living[0]


def test_forgetting_loses_none_that_is_not_done() -> None:
    rand = random.Random(3)
    deadlines = Deadlines()
    living: list[Exchange[actions.PingReply]] = []
    for _ in range(2000):
        one = exchange(rand.random())
        deadlines.add(one, living)
        if rand.random() < 0.9:
            one.finish()
        else:
            living.append(one)
    found = [deadlines.pop(1.0) for _ in living]
    assert found == sorted(living, key=lambda one: one.due or 0)
    assert deadlines.pop(1.0) is None


def test_an_exchange_ends_once() -> None:
    ended: list[Exchange[Any]] = []
    one = exchange(on_done=ended.append)
    one.finish()
    one.finish(NotSent("too late"))
    assert ended == [one]
    assert (one.done, one.error) == (True, None)


def test_its_error_is_there_when_it_is_told() -> None:
    told: list[Any] = []
    one = exchange(on_done=lambda it: told.append((it.done, it.error)))
    error = NotSent("no")
    one.finish(error)
    assert told == [(True, error)]


@pytest.mark.parametrize(
    ("sent", "kind", "told"),
    [(False, NotSent, "it was not sent"), (True, OutcomeUnknown, "its outcome is unknown")],
)
@pytest.mark.parametrize("cause", [None, ConnectionClosed("reset")])
def test_what_is_lost_says_whether_it_had_left(
    sent: bool, kind: type[ConnectionClosed], told: str, cause: ConnectionClosed | None
) -> None:
    one = exchange()
    one.sent = sent
    one.items.append(events.Hangup())
    error = one.lost("the cable is cut", cause)
    assert type(error) is kind
    assert str(error) == f"Ping: {told}; the cable is cut"
    assert (error.action, error.items) == (PING, (events.Hangup(),))
    assert error.__cause__ is cause


@pytest.mark.parametrize("times", [1, 2])
def test_what_had_left_once_is_not_called_unsent_later(times: int) -> None:
    one = exchange()
    one.rewind()
    assert isinstance(one.lost("x"), NotSent), "it never left"
    one.sent = True
    for _ in range(times):
        one.rewind()
    assert not one.sent
    assert isinstance(one.lost("x"), OutcomeUnknown)


def test_rewinding_forgets_what_came_of_the_first_time() -> None:
    one = Exchange(actions.QueueStatus(), on_done=lambda _: None, timeout=5.0)
    one.due = 7.0
    one.sent = one.listing = one.alive = True
    one.items.append(events.Hangup())
    one.end = one.event = events.Hangup()
    one.reply = actions.QueueStatusReply()
    one.rewind()
    state: list[object] = [one.sent, one.listing, one.alive, *one.items]
    assert not any(state)
    what: list[object] = [one.end, one.event, one.reply]
    assert what == [None] * 3
    assert (one.due, one.timeout) == (7.0, 5.0), "its time goes on"


@pytest.mark.parametrize(("replied", "what"), [(False, "a whole reply"), (True, "its outcome")])
def test_what_is_late_says_what_is_missing(replied: bool, what: str) -> None:
    one = Exchange(CALL, on_done=lambda _: None, timeout=2.5, until_later=True)
    if replied:
        one.reply = actions.OriginateReply()
    one.items.append(events.Hangup())
    error = one.late()
    assert type(error) is ActionTimeout
    assert str(error) == f"Originate: {what} did not come within 2.5 s"
    assert (error.action, error.items) == (CALL, (events.Hangup(),))
