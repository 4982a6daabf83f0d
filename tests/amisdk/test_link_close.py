"""The end of a link that is wished for, in every phase of its life."""

from collections.abc import Callable

import pytest

from amisdk import actions
from amisdk.errors import ConnectFailed, ConnectionClosed, NotSent, OutcomeUnknown, SlowConsumer
from amisdk.lifecycle import Closed, Connected
from amisdk.mailbox import Mailbox
from amisdk.subscriptions import Subscription
from amisdk.wire import Limits
from tests.amisdk.linked import Linked
from tests.amisdk.talk import GREETING

PING = actions.Ping()
Happens = Callable[[Linked], object]


def new() -> Linked:
    return Linked(up=False)


def connecting() -> Linked:
    linked = new()
    linked.connect()
    return linked


def logging_in() -> Linked:
    linked = connecting()
    linked.feed(GREETING)
    return linked


def first_retry() -> Linked:
    linked = connecting()
    linked.lose()
    return linked


def waiting() -> Linked:
    linked = Linked()
    linked.lose()
    return linked


def reconnecting() -> Linked:
    linked = waiting()
    linked.try_again()
    return linked


def leaving() -> Linked:
    linked = Linked()
    linked.link.close()
    return linked


NOT_UP = [new, connecting, logging_in, first_retry, waiting, reconnecting]
PHASES = [*NOT_UP, Linked, leaving]


def gone(linked: Linked) -> bool:
    """Whether nothing of it is left, and it was told once."""
    assert linked.told[-1] == Closed()
    assert linked.names.count("Closed") == 1
    return (linked.phase, linked.wanted, linked.ended, linked.left()) == (
        "CLOSED", False, [None], [],
    )  # fmt: skip


@pytest.mark.parametrize("phase", NOT_UP)
@pytest.mark.parametrize("end", ["close", "abort"])
def test_without_a_connection_the_end_is_at_once(phase: Callable[[], Linked], end: str) -> None:
    linked = phase()
    getattr(linked.link, end)()
    assert gone(linked)
    if phase in (connecting, logging_in, first_retry):
        [error] = linked.opened
        assert type(error) is ConnectFailed
        assert str(error) == "the client was closed"
    linked.wait(1000)
    assert linked.link.data_to_send() == b""
    assert gone(linked)


@pytest.mark.parametrize("phase", PHASES)
def test_an_abort_is_at_once_in_every_phase(phase: Callable[[], Linked]) -> None:
    linked = phase()
    linked.link.abort()
    assert gone(linked)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("first", ["close", "abort"])
@pytest.mark.parametrize("second", ["close", "abort"])
def test_twice_is_harmless(phase: Callable[[], Linked], first: str, second: str) -> None:
    linked = phase()
    getattr(linked.link, first)()
    getattr(linked.link, second)()
    linked.wait(1)
    assert gone(linked)


@pytest.mark.parametrize("phase", PHASES)
def test_afterwards_nothing_can_be_sent(phase: Callable[[], Linked]) -> None:
    linked = phase()
    linked.link.close()
    for wait in (True, False):
        with pytest.raises(NotSent):
            linked.queue(PING, wait=wait)
    linked.wait(1)
    with pytest.raises(NotSent, match="the client is closed"):
        linked.queue(PING)


def test_with_a_connection_it_says_goodbye() -> None:
    linked = Linked()
    sent, queued = linked.send(PING), linked.queue(PING)
    linked.link.close()
    assert (type(sent.error), type(queued.error)) == (OutcomeUnknown, NotSent)
    assert linked.wanted
    linked.step("Logoff", response="Goodbye")
    assert gone(linked)
    assert linked.told == [Connected(), Closed()], "it was not lost"


ENDS: list[Happens] = [
    Linked.lose,
    lambda linked: linked.wait(1),
    lambda linked: linked.feed(b"x" * 200),
    lambda linked: linked.step("Logoff", response="Error"),
]


@pytest.mark.parametrize("happens", ENDS)
def test_however_the_goodbye_ends_it_is_no_loss_and_nothing_is_tried_again(
    happens: Happens,
) -> None:
    linked = Linked(limits=Limits(message=100))
    linked.link.close()
    happens(linked)
    assert gone(linked)
    assert linked.told == [Connected(), Closed()]
    linked.wait(1000)
    assert linked.opens == 1


def test_a_goodbye_is_waited_for_one_second() -> None:
    linked = leaving()
    assert linked.link.next_deadline() == linked.now + 1
    linked.wait(0.9)
    assert linked.phase == "UP"
    linked.wait(0.1)
    assert gone(linked)


def test_a_queue_that_is_full_meanwhile_does_not_make_it_connect_again() -> None:
    linked = Linked()
    mailbox = Mailbox("slow", linked.dispatcher.pressure, size=1, policy="disconnect")
    linked.dispatcher.add(Subscription.of(mailbox.put, (), "all"))
    for _ in range(3):
        linked.event("Hangup")
    assert not linked.reading
    linked.link.close()
    linked.wait(0.5)
    assert gone(linked)
    assert linked.told == [Connected(), Closed()]


def test_an_end_with_a_cause_tells_it() -> None:
    linked = Linked()
    sent = linked.send(PING)
    cause = SlowConsumer("gave up")
    linked.link.abort(cause)
    assert linked.ended == [cause]
    assert linked.told[-1] == Closed(cause)
    assert type(sent.error) is OutcomeUnknown
    assert isinstance(sent.error, ConnectionClosed)
    assert sent.error.__cause__ is cause
    assert linked.left() == []


def test_one_who_is_told_may_end_it_once_more() -> None:
    linked = Linked()
    linked.send(PING, on_done=lambda _: linked.link.abort())
    linked.link.close()
    assert gone(linked)


def test_one_who_is_told_of_the_loss_may_end_it() -> None:
    linked = Linked()
    linked.send(PING, on_done=lambda _: linked.link.abort())
    linked.lose()
    assert gone(linked)
    assert linked.told == [Connected(), Closed()]
    linked.wait(1000)
    assert linked.opens == 1


def test_an_alarm_that_rings_late_does_nothing() -> None:
    linked = waiting()
    linked.link.abort()
    linked.now += 1000
    linked.link.expire()
    assert gone(linked)
