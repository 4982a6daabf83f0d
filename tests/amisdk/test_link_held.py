"""Actions while there is no connection: they wait, within limits, or are refused at once."""

from collections.abc import Callable
from typing import Any

import pytest

from amisdk import actions
from amisdk.errors import (
    ActionTimeout,
    ConnectFailed,
    DuplicateActionID,
    NotSent,
    TooManyPending,
    UnsupportedAction,
)
from amisdk.wire import Limits
from tests.amisdk.linked import Linked
from tests.amisdk.talk import GREETING

PING = actions.Ping()
ADD = actions.QueueAdd(queue="a", interface="b")


def down(**options: Any) -> Linked:
    """Return a link that has lost its connection."""
    linked = Linked(**options)
    linked.lose()
    return linked


def said(linked: Linked) -> list[str]:
    return [one["Action"] for one in linked.said()]


# --- waiting ------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["waiting", "connecting", "login"])
def test_an_action_waits_for_the_connection_and_is_sent_then(stage: str) -> None:
    linked = down()
    waiting = linked.queue(PING)
    if stage != "waiting":
        linked.try_again()
    if stage == "login":
        linked.feed(GREETING)
        login = linked.said()[0]
    exchange = linked.queue(ADD, timeout=20.0)
    assert linked.said() == []
    if stage == "waiting":
        linked.try_again()
    if stage == "login":
        linked.hear("Response: Success", f"ActionID: {login['ActionID']}")
    else:
        linked.let_in()
    assert said(linked) == ["Ping", "QueueAdd"]
    assert linked.link.stats.pending == 2
    linked.answer(exchange)
    linked.answer(waiting)
    assert linked.done == [exchange, waiting]


def test_what_waited_is_sent_in_order_once_and_answered() -> None:
    linked = down()
    one, other = linked.queue(PING, timeout=20.0), linked.queue(ADD)
    linked.try_again()
    linked.let_in()
    following = linked.queue(PING)
    ids = [action["ActionID"] for action in linked.said()]
    assert ids == [exchange.action_id for exchange in (one, other, following)]
    for exchange in (other, one, following):
        linked.answer(exchange)
    assert linked.done == [other, one, following]
    assert all(exchange.error is None for exchange in linked.done)
    assert linked.left() == []


def test_the_first_connection_is_waited_for_too() -> None:
    linked = Linked(up=False)
    linked.connect()
    exchange = linked.queue(PING)
    linked.feed(GREETING)
    assert said(linked) == ["Login"]
    linked.link.cancel()
    assert type(exchange.error) is NotSent
    assert "connecting was cancelled" in str(exchange.error)


@pytest.mark.parametrize("ends", ["refused", "closed"])
def test_when_no_connection_will_come_who_waits_is_told_why(ends: str) -> None:
    linked = Linked(up=False, reconnect=False)
    linked.connect()
    exchange = linked.queue(PING)
    if ends == "refused":
        error = linked.refuse()
        assert isinstance(error, ConnectFailed)
        assert str(exchange.error) == f"Ping: it was not sent; {error}"
        assert exchange.error is not None
        assert exchange.error.__cause__ is error
    else:
        linked.link.close()
        assert str(exchange.error) == "Ping: it was not sent; the client was closed"
    assert type(exchange.error) is NotSent
    assert linked.done == [exchange]
    assert linked.left() == []


def test_an_action_waits_until_its_own_deadline() -> None:
    linked = down()
    linked.try_again()
    why = linked.refuse()
    until = linked.now + 5.0
    short, long = linked.queue(PING, timeout=5.0), linked.queue(PING, timeout=500.0)
    endless = linked.queue(PING, timeout=None)
    while linked.now < until - 0.1:
        linked.wait(0.05)
        if linked.wanted:
            why = linked.refuse()
    assert linked.done == []
    linked.wait_until(until)
    assert linked.done == [short]
    error = short.error
    assert type(error) is NotSent
    assert str(error) == "Ping: it was not sent; there was no connection within 5 s"
    assert error.__cause__ is not None
    assert type(error.__cause__) is type(why)
    linked.link.abort()
    assert linked.done == [short, long, endless]


def test_the_deadline_goes_on_when_it_is_sent() -> None:
    linked = down()
    exchange = linked.queue(PING, timeout=12.0)
    until = linked.now + 12.0
    linked.try_again()
    linked.wait(5)
    linked.let_in()
    assert said(linked) == ["Ping"]
    assert linked.link.next_deadline() == until
    linked.wait_until(until - 0.01)
    assert linked.done == []
    linked.wait_until(until)
    assert type(exchange.error) is ActionTimeout, "it was sent, and not answered"
    linked.answer(exchange)
    assert linked.left() == []


def test_an_answer_ends_it_before_the_deadline_of_the_wait() -> None:
    linked = down()
    exchange = linked.queue(PING, timeout=12.0)
    linked.try_again()
    linked.let_in()
    linked.said()
    linked.answer(exchange)
    linked.wait(100)
    assert linked.done == [exchange]
    assert exchange.error is None
    assert linked.link.stats.timeouts == 0


# --- not waiting --------------------------------------------------------------------------

CLOSED: list[tuple[Callable[[Linked], object], str]] = [
    (lambda linked: None, "not connected"),
    (lambda linked: linked.link.close(), "closed"),
]


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize(("ends", "said"), CLOSED)
def test_without_a_connection_in_sight_it_fails_at_once(
    ends: Callable[[Linked], object], said: str, wait: bool
) -> None:
    linked = Linked(up=False)
    ends(linked)
    with pytest.raises(NotSent, match=f"Ping: the client is {said}") as caught:
        linked.queue(PING, wait=wait)
    assert caught.value.action is PING
    assert (linked.done, linked.left()) == ([], [])


def test_who_does_not_want_to_wait_is_told_at_once() -> None:
    linked = down()
    with pytest.raises(NotSent, match="the client is waiting to connect again"):
        linked.queue(PING, wait=False)
    linked.try_again()
    with pytest.raises(NotSent, match="the client is connecting"):
        linked.queue(PING, wait=False)
    linked.let_in()
    linked.queue(PING, wait=False)
    assert said(linked) == ["Ping"]


# --- ActionIDs and limits -----------------------------------------------------------------


def test_an_action_id_that_waits_is_in_use() -> None:
    linked = down()
    first = linked.queue(PING, action_id="7")
    with pytest.raises(DuplicateActionID, match="'7' is already in flight") as caught:
        linked.queue(ADD, action_id="7")
    assert caught.value.field == "ActionID"
    linked.try_again()
    linked.let_in()
    assert said(linked) == ["Ping"]
    with pytest.raises(DuplicateActionID):
        linked.queue(ADD, action_id="7")
    linked.answer(first)
    linked.answer(linked.send(ADD, action_id="7"))
    assert len(linked.done) == 2


def test_giving_up_a_wait_frees_its_place_and_its_action_id() -> None:
    linked = down(limits=Limits(pending=1))
    first = linked.queue(PING, action_id="7", timeout=5.0)
    linked.link.abandon(first)
    assert first.done
    second = linked.queue(ADD, action_id="7")
    linked.try_again()
    linked.let_in()
    assert said(linked) == ["QueueAdd"]
    linked.answer(second)
    linked.wait(10)
    assert linked.done == [second]
    assert linked.left() == []


def test_giving_up_an_action_that_was_lost_does_not_touch_the_next_with_its_action_id() -> None:
    linked = Linked()
    lost = linked.send(PING, action_id="7")
    linked.lose()
    waiting = linked.queue(ADD, action_id="7")
    linked.link.abandon(lost)
    assert not waiting.done
    linked.try_again()
    linked.let_in()
    linked.link.abandon(lost)
    assert said(linked) == ["QueueAdd"]
    linked.answer(waiting)
    assert linked.done == [lost, waiting]


def test_giving_up_when_there_is_no_connection_and_it_does_not_wait_is_harmless() -> None:
    linked = Linked()
    lost = linked.send(PING)
    linked.lose()
    linked.link.abandon(lost)
    assert linked.done == [lost]


@pytest.mark.parametrize("up", [True, False])
def test_only_so_many_actions_may_be_without_a_reply(up: bool) -> None:
    linked = Linked(limits=Limits(pending=3)) if up else down(limits=Limits(pending=3))
    waiting = [linked.queue(PING) for _ in range(3)]
    with pytest.raises(TooManyPending, match="Ping: 3 actions are without a reply") as caught:
        linked.queue(PING)
    assert caught.value.action is PING
    assert linked.link.stats.pending == 3
    linked.link.abandon(waiting[0])
    linked.queue(PING)
    with pytest.raises(TooManyPending):
        linked.queue(PING)


def test_an_action_that_this_server_has_not_is_refused_when_it_tells_its_version() -> None:
    linked = Linked(up=False, check_version=True)
    linked.connect()
    for version in ("20.1.0", "22.10.0"):
        linked.feed(GREETING)
        linked.step("Login")
        peers, ping = linked.queue(actions.SIPpeers()), linked.queue(PING)
        forced = linked.queue(actions.SIPpeers(), check_version=False)
        linked.step("CoreSettings", f"AsteriskVersion: {version}")
        if version == "20.1.0":
            assert said(linked) == ["SIPpeers", "Ping", "SIPpeers"]
            linked.lose()
            linked.try_again()
    assert said(linked) == ["Ping", "SIPpeers"]
    assert isinstance(peers.error, UnsupportedAction)
    assert "removed after 20" in str(peers.error)
    assert not ping.done
    assert not forced.done
