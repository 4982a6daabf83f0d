"""Idempotent actions whose connection went: sent again where that was asked for, and only then."""

from typing import Any

import pytest

from amisdk import actions
from amisdk.errors import ActionTimeout, NotSent, OutcomeUnknown
from amisdk.exchange import Exchange
from tests.amisdk.linked import Linked

PING = actions.Ping()
ADD = actions.QueueAdd(queue="a", interface="b")


def said(linked: Linked) -> list[str]:
    return [one["Action"] for one in linked.said()]


def test_an_idempotent_action_is_sent_again_where_it_was_asked_for() -> None:
    linked = Linked()
    again = linked.send(PING, retry=True, timeout=50.0)
    never = linked.send(PING)
    linked.lose()
    assert linked.done == [never]
    assert type(never.error) is OutcomeUnknown
    assert linked.link.stats.pending == 1
    linked.try_again()
    linked.let_in()
    [action] = linked.said()
    assert action["ActionID"] == again.action_id
    linked.answer(again)
    assert linked.done == [never, again]
    assert again.error is None
    assert linked.left() == []


def test_what_was_not_sent_waits_too_if_it_may_be_sent_twice() -> None:
    linked = Linked()
    again, never = linked.queue(PING, retry=True), linked.queue(PING)
    linked.lose()
    assert linked.done == [never]
    assert type(never.error) is NotSent
    linked.try_again()
    linked.let_in()
    assert said(linked) == ["Ping"]
    linked.answer(again)
    assert again.error is None


def test_what_is_sent_again_keeps_its_order_and_goes_before_what_came_later() -> None:
    linked = Linked()
    first = [linked.send(PING, retry=True) for _ in range(3)]
    linked.lose()
    later = linked.queue(PING)
    linked.try_again()
    linked.let_in()
    ids = [action["ActionID"] for action in linked.said()]
    assert ids == [exchange.action_id for exchange in (*first, later)]


def test_a_list_that_is_sent_again_has_each_item_once() -> None:
    linked = Linked()
    exchange = linked.send(actions.QueueStatus(), retry=True)
    for name in ("a", "b"):
        linked.answer(exchange, "EventList: start")
        linked.event("QueueParams", f"Queue: {name}", of=exchange)
        if name == "a":
            linked.come_back()
            assert said(linked) == ["QueueStatus"]
    linked.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert exchange.reply is not None
    assert [item.headers["Queue"] for item in exchange.reply.items] == ["b"]


def test_it_is_sent_as_often_as_it_takes_within_its_deadline() -> None:
    linked = Linked(connect_timeout=100.0)
    exchange = linked.send(PING, retry=True, timeout=40.0)
    until = linked.now + 40.0
    for _ in range(3):
        linked.come_back()
        assert said(linked) == ["Ping"]
    linked.wait_until(until)
    assert type(exchange.error) is ActionTimeout
    linked.answer(exchange)
    assert linked.left() == []


def test_without_a_further_connection_its_outcome_is_unknown_if_it_had_left() -> None:
    linked = Linked()
    sent, unsent = linked.send(PING, retry=True, timeout=5.0), linked.queue(PING, retry=True)
    linked.lose()
    while not sent.done:
        linked.wait(0.5)
        if linked.wanted:
            linked.refuse()
    assert type(sent.error) is OutcomeUnknown
    assert "there was no connection within 5 s" in str(sent.error)
    linked.link.close()
    assert type(unsent.error) is NotSent


@pytest.mark.parametrize("reconnect", [True, False])
def test_an_end_that_was_wished_for_is_the_end_of_it(reconnect: bool) -> None:
    linked = Linked(reconnect=reconnect)
    sent = linked.send(PING, retry=True)
    if reconnect:
        linked.link.close()
        linked.step("Logoff", response="Goodbye")
    else:
        linked.lose()
    assert type(sent.error) is OutcomeUnknown
    assert (linked.phase, linked.left()) == ("CLOSED", [])


@pytest.mark.parametrize("order", ["before", "after"])
def test_one_that_is_given_up_while_others_are_told_is_not_sent_again(order: str) -> None:
    linked = Linked()
    given_up: list[Exchange[Any]] = []

    def give_up(_: object) -> None:
        linked.link.abandon(given_up[0])

    if order == "before":
        linked.send(ADD, on_done=give_up)
    given_up.append(linked.send(PING, retry=True))
    if order == "after":
        linked.send(ADD, on_done=give_up)
    linked.come_back()
    assert said(linked) == []
    assert (linked.done, linked.left()) == ([], [])


@pytest.mark.parametrize("when", ["before the loss", "after it"])
def test_one_that_was_given_up_is_not_sent_again(when: str) -> None:
    linked = Linked()
    exchange = linked.send(PING, retry=True)
    if when == "before the loss":
        linked.link.abandon(exchange)
    linked.lose()
    if when == "after it":
        linked.link.abandon(exchange)
    linked.try_again()
    linked.let_in()
    assert said(linked) == []
    assert (linked.done, linked.left()) == ([], [])
