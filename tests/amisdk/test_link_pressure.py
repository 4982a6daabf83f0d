"""Consumers that do not keep up: reading pauses, and then their policies act."""

from typing import Any

import pytest

from amisdk import actions
from amisdk.errors import OutcomeUnknown, SlowConsumer
from amisdk.lifecycle import Disconnected, EventsLost
from amisdk.mailbox import PATIENCE, Mailbox, Policy
from amisdk.subscriptions import Subscription
from tests.amisdk.linked import Linked
from tests.amisdk.talk import GREETING

PING = actions.Ping()
POLICIES: list[Policy] = ["drop_oldest", "drop_newest", "disconnect", "block"]


def consumer(linked: Linked, policy: Policy, size: int = 4, what: str = "slow") -> Mailbox:
    """Subscribe a consumer to all events of the server."""
    mailbox = Mailbox(what, linked.dispatcher.pressure, size=size, policy=policy)
    linked.dispatcher.add(Subscription.of(mailbox.put, (), "all"))
    return mailbox


def flood(linked: Linked, count: int) -> None:
    """Let the server send so many events in one read."""
    linked.feed(b"Event: Hangup\r\n\r\n" * count)


def take(mailbox: Mailbox, count: int) -> None:
    for _ in range(count):
        mailbox.take()


@pytest.mark.parametrize("policy", POLICIES)
def test_a_full_queue_pauses_reading_and_room_resumes_it(policy: Policy) -> None:
    linked = Linked()
    mailbox = consumer(linked, policy)
    flood(linked, 4)
    assert linked.reading
    flood(linked, 2)
    assert not linked.reading
    take(mailbox, 3)
    assert not linked.reading
    take(mailbox, 1)
    assert linked.reading
    assert (mailbox.lost, linked.left()) == (0, [])
    assert linked.link.stats.events_lost == 0


@pytest.mark.parametrize("policy", ["drop_oldest", "drop_newest", "disconnect"])
def test_the_pause_is_bounded(policy: Policy) -> None:
    linked = Linked()
    consumer(linked, policy)
    flood(linked, 5)
    assert linked.link.next_deadline() == linked.now + PATIENCE
    linked.wait_until(linked.now + PATIENCE / 2)
    assert not linked.reading
    linked.wait(PATIENCE)
    assert linked.reading or policy == "disconnect"


@pytest.mark.parametrize("policy", ["drop_oldest", "drop_newest"])
def test_then_events_are_dropped_and_counted_and_told_once(policy: Policy) -> None:
    linked = Linked()
    mailbox = consumer(linked, policy)
    flood(linked, 6)
    linked.wait(PATIENCE)
    flood(linked, 10)
    assert linked.reading, "it pauses no second time in one burst"
    assert linked.link.stats.events_lost == 12
    assert linked.names == ["Connected"]
    take(mailbox, 2)
    assert linked.told[1:] == [EventsLost("slow", 12)]
    take(mailbox, 2)
    flood(linked, 5)
    assert not linked.reading, "another burst begins with patience"
    take(mailbox, 5)
    assert linked.names == ["Connected", "EventsLost"]
    assert linked.left() == []


def test_who_disconnects_gets_a_new_connection_and_keeps_what_came() -> None:
    linked = Linked()
    mailbox = consumer(linked, "disconnect", what="recorder")
    sent = linked.send(PING)
    flood(linked, 6)
    linked.wait(PATIENCE)
    lost = linked.told[1]
    assert isinstance(lost, Disconnected)
    assert type(lost.reason) is SlowConsumer
    assert str(lost.reason) == "recorder did not keep up with its events"
    assert type(sent.error) is OutcomeUnknown
    assert (linked.wanted, linked.phase) == (False, "WAITING")
    assert (len(mailbox.events), mailbox.lost) == (6, 0)
    linked.try_again()
    linked.let_in()
    assert linked.reading
    take(mailbox, 6)
    flood(linked, 4)
    assert linked.reading


def test_who_disconnects_ends_a_client_that_does_not_reconnect() -> None:
    linked = Linked(reconnect=False)
    consumer(linked, "disconnect")
    flood(linked, 6)
    linked.wait(PATIENCE)
    assert [type(error) for error in linked.ended] == [SlowConsumer]
    assert linked.left() == []


def test_who_blocks_is_waited_for_as_long_as_it_takes() -> None:
    linked = Linked(keepalive=15.0)
    mailbox = consumer(linked, "block")
    flood(linked, 6)
    assert linked.link.next_deadline() is None, "no alarm, and silence means nothing"
    linked.wait(10_000)
    assert (linked.reading, linked.phase) == (False, "UP")
    take(mailbox, 4)
    assert linked.reading
    assert linked.link.next_deadline() == linked.now + 15
    assert mailbox.lost == 0


def test_one_that_blocks_does_not_keep_the_others_from_their_policy() -> None:
    linked = Linked()
    blocking, dropping = consumer(linked, "block"), consumer(linked, "drop_oldest")
    flood(linked, 6)
    linked.wait(PATIENCE)
    assert (dropping.lost, blocking.lost) == (2, 0)
    assert not linked.reading
    assert linked.link.next_deadline() is None
    take(blocking, 4)
    assert linked.reading
    assert (dropping.lost, blocking.lost) == (2, 0)


def test_a_consumer_that_keeps_up_is_not_hurt_by_one_that_does_not() -> None:
    linked = Linked()
    consumer(linked, "drop_oldest")
    quick = consumer(linked, "drop_oldest")
    taken = 0
    for _ in range(50):
        flood(linked, 3)
        taken += len(quick.events)
        take(quick, len(quick.events))
        linked.wait(PATIENCE)
    assert (taken, quick.lost) == (150, 0)


def test_a_consumer_that_leaves_is_waited_for_no_more() -> None:
    linked = Linked()
    for policy in ("block", "drop_oldest"):
        mailbox = consumer(linked, policy)
        flood(linked, 6)
        assert not linked.reading
        mailbox.close()
        assert linked.reading
    assert linked.left() == []


@pytest.mark.parametrize("policy", POLICIES)
def test_deadlines_count_while_nothing_is_read(policy: Policy) -> None:
    linked = Linked()
    exchange = linked.send(PING, timeout=PATIENCE / 2)
    consumer(linked, policy)
    flood(linked, 6)
    linked.wait(PATIENCE * 0.6)
    assert linked.done == [exchange]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_pause_ends_with_its_connection(policy: Policy) -> None:
    linked = Linked()
    mailbox = consumer(linked, policy)
    flood(linked, 6)
    linked.lose()
    assert linked.link._patience is None
    linked.try_again()
    linked.let_in()
    assert not linked.reading, "who is late still has another moment"
    take(mailbox, 6)
    assert linked.reading
    assert linked.left() == []


def test_room_that_comes_while_there_is_no_connection_is_no_matter() -> None:
    linked = Linked()
    mailbox = consumer(linked, "block")
    flood(linked, 6)
    linked.lose()
    take(mailbox, 6)
    linked.try_again()
    linked.let_in()
    flood(linked, 4)
    assert linked.reading


@pytest.mark.parametrize("policy", POLICIES)
def test_an_end_in_the_middle_of_a_pause_leaves_no_alarm(policy: Policy) -> None:
    linked = Linked()
    mailbox = consumer(linked, policy)
    flood(linked, 6)
    linked.link.abort()
    assert linked.left() == []
    take(mailbox, 6)
    mailbox.close()
    linked.wait(100)
    assert linked.phase == "CLOSED"


def test_before_the_login_nothing_is_paused() -> None:
    linked = Linked(up=False)
    mailbox = consumer(linked, "drop_oldest", size=1)
    linked.connect()
    linked.feed(GREETING)
    [login] = linked.said()
    flood(linked, 5)
    assert linked.reading, "the login is read for"
    linked.hear("Response: Success", f"ActionID: {login['ActionID']}")
    assert not linked.reading, "who is late is given his moment now"
    take(mailbox, 5)
    assert linked.reading


@pytest.mark.parametrize("end", [b"x" * 5_000_000, b""])
def test_a_read_that_ends_the_connection_does_not_pause_it(end: bytes) -> None:
    linked = Linked()
    consumer(linked, "drop_oldest")
    linked.feed(b"Event: Hangup\r\n\r\n" * 6 + end)
    assert linked.wanted is not bool(end)
    assert (linked.link._patience is None) is bool(end)


def test_a_loss_is_told_to_who_asked_for_it_only() -> None:
    linked = Linked()
    mailbox = consumer(linked, "drop_oldest")
    taken: list[Any] = []
    linked.dispatcher.add(Subscription.of(taken.append, [EventsLost, "Newchannel"], "unsolicited"))
    flood(linked, 6)
    linked.wait(PATIENCE)
    linked.event("Newchannel")
    take(mailbox, 4)
    assert [one.ami_name for one in taken] == ["Newchannel", "EventsLost"]
    assert [one.ami_name for one in mailbox.events] == []


def test_what_was_lost_by_then_is_told_when_a_consumer_ends_with_the_client() -> None:
    linked = Linked()
    mailbox = consumer(linked, "drop_oldest")
    flood(linked, 6)
    linked.wait(PATIENCE)
    linked.link.abort()
    mailbox.close()  # as the pump does
    assert linked.names == ["Connected", "Closed", "EventsLost"]
