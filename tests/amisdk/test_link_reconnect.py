"""A connection that is lost: who is told what, when it is tried again, and what ends that."""

from collections.abc import Callable
from typing import Any

import pytest

from amisdk import actions
from amisdk.backoff import Reconnect
from amisdk.errors import (
    AmiError,
    ConnectionClosed,
    ConnectTimeout,
    LoginRefused,
    MessageTooLong,
    NotSent,
    OutcomeUnknown,
    ServerSilent,
)
from amisdk.lifecycle import Closed, Disconnected, Reconnected, Reconnecting
from amisdk.wire import Limits
from tests.amisdk.linked import Linked
from tests.amisdk.talk import GREETING

PING = actions.Ping()
Happens = Callable[[Linked], object]


def attempts(linked: Linked) -> list[int]:
    return [event.attempt for event in linked.told if isinstance(event, Reconnecting)]


def greeted(linked: Linked) -> Linked:
    linked.feed(GREETING)
    return linked


def test_what_is_told_and_in_which_order() -> None:
    linked = Linked()
    linked.wait(100)
    linked.told.clear()
    linked.lose(ConnectionResetError(104, "reset by peer"))
    [lost, waits] = linked.told
    assert isinstance(lost, Disconnected)
    assert type(lost.reason) is ConnectionClosed
    assert "reset by peer" in str(lost.reason)
    assert isinstance(waits, Reconnecting)
    assert waits.attempt == 1
    assert linked.link.next_deadline() == linked.now + waits.delay
    assert linked.phase == "WAITING"
    began = linked.now
    linked.try_again()
    linked.wait(2)
    linked.let_in()
    assert linked.told[2:] == [Reconnected(linked.now - began)]
    assert (linked.phase, linked.ended, linked.left()) == ("UP", [], [])
    assert linked.link.stats.connections == 2
    assert linked.opened == [None], "connect() was told long ago"


def test_who_waits_for_a_reply_is_told_before_anything_else() -> None:
    linked = Linked()
    order: list[object] = []
    sent = linked.send(PING, on_done=lambda _: order.extend(linked.told[1:]))
    waiting = linked.queue(PING)
    linked.lose()
    assert order == []
    assert linked.done == [waiting]
    assert type(sent.error) is OutcomeUnknown
    assert type(waiting.error) is NotSent
    [_, lost, _] = linked.told
    assert isinstance(lost, Disconnected)
    assert sent.error.__cause__ is waiting.error.__cause__ is lost.reason
    assert linked.link.stats.pending == 0


def test_nothing_is_sent_again_that_nobody_asked_for() -> None:
    linked = Linked()
    linked.send(actions.QueueStatus())
    linked.queue(PING)
    linked.come_back()
    assert linked.said() == []


def test_half_a_message_is_not_continued_on_the_next_connection() -> None:
    linked = Linked()
    taken = linked.subscribe()
    linked.feed(b"Event: Hangup\r\nCause: 1")
    linked.come_back()
    linked.feed(b"6\r\n\r\nEvent: Newchannel\r\n\r\n")
    assert [event.ami_name for event in taken] == ["Newchannel"]


def test_a_client_that_does_not_reconnect_is_closed_by_the_loss() -> None:
    linked = Linked(reconnect=False)
    linked.lose()
    [_, lost, closed] = linked.told
    assert isinstance(lost, Disconnected)
    assert closed == Closed(lost.reason)
    assert linked.ended == [lost.reason]
    assert (linked.phase, linked.opens, linked.left()) == ("CLOSED", 1, [])
    linked.wait(1000)
    assert linked.opens == 1


LOSSES: list[tuple[Happens, type[AmiError]]] = [
    (Linked.lose, ConnectionClosed),
    (lambda linked: linked.feed(b"x" * 200), MessageTooLong),
    (lambda linked: linked.wait(30), ServerSilent),
]


@pytest.mark.parametrize(("happens", "kind"), LOSSES, ids=[kind.__name__ for _, kind in LOSSES])
def test_whatever_ends_a_connection_it_is_made_again(
    happens: Happens, kind: type[AmiError]
) -> None:
    linked = Linked(limits=Limits(message=100), keepalive=15.0, reconnect=Reconnect(first_wait=30))
    linked.told.clear()
    happens(linked)
    [lost, *_] = linked.told
    assert isinstance(lost, Disconnected)
    assert type(lost.reason) is kind
    assert not linked.wanted
    linked.try_again()
    linked.let_in()


def test_each_attempt_may_fail_and_the_waits_grow() -> None:
    linked = Linked(reconnect=Reconnect(first_wait=1, factor=2, max_wait=8))
    linked.told.clear()
    linked.lose()
    fail: list[Happens] = [
        Linked.refuse,
        Linked.lose,
        lambda it: it.feed(b"SSH-2.0\r\n"),
        lambda it: greeted(it).lose(),
        lambda it: it.wait(10),
        lambda it: greeted(it).wait(10),
    ]
    for happens in fail:
        linked.try_again()
        happens(linked)
        assert not linked.wanted
    assert linked.names == ["Disconnected", *["Reconnecting"] * 7]
    for event, limit in zip(linked.told[1:], (1, 2, 4, 8, 8, 8, 8), strict=True):
        assert isinstance(event, Reconnecting)
        assert 0 <= event.delay <= limit
    assert attempts(linked) == [1, 2, 3, 4, 5, 6, 7]
    linked.try_again()
    linked.let_in()
    assert linked.names[8:] == ["Reconnected"]


def test_the_gap_is_from_the_loss_to_the_login_however_many_attempts_it_takes() -> None:
    linked = Linked()
    linked.lose()
    began = linked.now
    for _ in range(3):
        linked.try_again()
        linked.wait(1)
        linked.refuse()
    linked.try_again()
    linked.let_in()
    assert linked.told[-1] == Reconnected(linked.now - began)


@pytest.mark.parametrize("server_is_there", [True, False])
def test_an_attempt_has_the_connect_deadline_each_time(server_is_there: bool) -> None:
    linked = Linked(connect_timeout=3.0)
    linked.lose()
    for _ in range(3):
        linked.try_again()
        until = linked.now + 3.0
        linked.wait(2.9)
        if server_is_there:
            linked.feed(GREETING)
        assert (linked.phase, linked.link.next_deadline()) == ("CONNECTING", until)
        linked.wait_until(until)
        assert linked.phase == "WAITING"
    assert type(linked.link._why) is ConnectTimeout


@pytest.mark.parametrize("auth", ["plain", "md5"])
def test_a_refused_login_ends_it(auth: str) -> None:
    linked = Linked(up=False, auth=auth)
    linked.connect()
    linked.feed(GREETING)
    if auth == "md5":
        linked.step("Challenge", "Challenge: 1")
    linked.step("Login")
    held_back = linked.told[:]
    linked.lose()
    waiting = linked.queue(PING)
    linked.try_again()
    linked.feed(GREETING)
    if auth == "md5":
        linked.step("Challenge", "Challenge: 1")
    linked.step("Login", "Message: Authentication failed", response="Error")
    assert held_back == linked.told[:1]
    [closed] = linked.told[3:]
    assert isinstance(closed, Closed)
    assert type(closed.reason) is LoginRefused
    assert linked.ended == [closed.reason]
    assert type(waiting.error) is NotSent
    assert "Authentication failed" in str(waiting.error)
    assert (linked.phase, linked.opens, linked.left()) == ("CLOSED", 2, [])
    linked.wait(1000)
    assert linked.opens == 2


@pytest.mark.parametrize("most", [1, 3])
def test_after_so_many_attempts_in_a_row_it_gives_up(most: int) -> None:
    linked = Linked(reconnect=Reconnect(max_attempts=most))
    linked.lose()
    for _ in range(most):
        assert linked.ended == []
        linked.try_again()
        last = linked.refuse()
    assert linked.ended == [last]
    assert linked.told[-1] == Closed(last)
    assert attempts(linked) == list(range(1, most + 1))
    assert (linked.phase, linked.left()) == ("CLOSED", [])


POLICY = Reconnect(max_wait=30)


@pytest.mark.parametrize(("lasted", "attempt"), [(0.0, 3), (29.0, 3), (31.0, 1), (1e6, 1)])
def test_the_waits_begin_anew_only_after_a_connection_that_lasted(
    lasted: float, attempt: int
) -> None:
    linked = Linked(reconnect=POLICY)
    linked.wait(1000)
    linked.lose()
    linked.try_again()
    linked.refuse()
    linked.try_again()
    linked.let_in()
    linked.wait(lasted)
    linked.lose()
    assert attempts(linked) == [1, 2, attempt]


def test_a_server_that_lets_in_and_hangs_up_is_not_stormed() -> None:
    linked = Linked(reconnect=Reconnect(max_attempts=5))
    for _ in range(5):
        linked.come_back()
    linked.lose()
    assert linked.phase == "CLOSED", "each was an attempt, though each came up"
    assert attempts(linked) == [1, 2, 3, 4, 5]


def test_attempts_of_the_first_connection_count_as_well() -> None:
    linked = Linked(up=False, connect_timeout=60.0)
    linked.connect()
    linked.lose()
    linked.try_again()
    linked.let_in()
    linked.lose()
    assert attempts(linked) == [1, 2]


def test_what_is_known_of_the_server_is_kept_until_another_one_answers() -> None:
    linked = Linked()
    linked.lose()
    assert linked.link.greeting == "Asterisk Call Manager/11.0.0"
    linked.try_again()
    linked.feed(b"Asterisk Call Manager/5.0.4\r\n")
    assert linked.link.server.manager == "11.0.0"
    linked.step("Login")
    assert linked.link.server.manager == "5.0.4"
    assert linked.link.greeting == "Asterisk Call Manager/5.0.4"


def test_a_secret_is_asked_for_each_time() -> None:
    secrets = iter(["first", "second"])
    linked = Linked(up=False, secret=lambda: next(secrets))
    linked.connect()
    for expected in ("first", "second"):
        linked.feed(GREETING)
        assert linked.step("Login")["Secret"] == expected
        linked.lose()
        linked.try_again()


def test_a_secret_that_cannot_be_had_now_may_be_had_later() -> None:
    given: list[Any] = ["first", None, "second"]
    linked = Linked(up=False, secret=lambda: given.pop(0))
    linked.connect()
    linked.let_in()
    linked.lose()
    linked.try_again()
    linked.feed(GREETING)
    assert linked.phase == "WAITING"
    linked.try_again()
    linked.let_in()


def test_what_was_interrupted_is_lost_and_made_again() -> None:
    """Ctrl-C struck in the middle of using it: nobody knows how much of an action has left."""
    linked = Linked()
    sent = linked.queue(PING)
    assert linked.link.data_to_send()
    queued = linked.queue(PING)
    linked.link.interrupted()
    assert isinstance(sent.error, OutcomeUnknown)
    assert isinstance(queued.error, NotSent)
    assert "interrupted" in str(sent.error)
    assert (linked.phase, len(linked.left())) == ("WAITING", 1)  # the next attempt is due
    linked.link.interrupted()  # there is nothing to lose
    assert linked.phase == "WAITING"
    linked.try_again()
    linked.let_in()
    assert (linked.phase, linked.left()) == ("UP", [])
