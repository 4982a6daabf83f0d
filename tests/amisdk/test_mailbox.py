"""The bounded queue of one consumer: its states, its policies, and what a burst costs."""

import logging
from collections.abc import Iterable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amisdk.mailbox import PATIENCE, QUEUE_SIZE, Mailbox, Policy, Pressure

DROPPING: list[Policy] = ["drop_oldest", "drop_newest"]
POLICIES = pytest.mark.parametrize("policy", get_args(Policy))


class Post:
    """A pressure, what it told, and mailboxes under it."""

    def __init__(self) -> None:
        self.pressure = Pressure()
        self.reliefs = 0
        self.losses: list[tuple[str, int]] = []
        self.pressure.on_relief = self._relieved
        self.pressure.on_lost = lambda mailbox, count: self.losses.append((mailbox.what, count))

    def _relieved(self) -> None:
        assert not self.pressure.full
        self.reliefs += 1

    def box(self, size: int = 4, policy: Policy = "drop_oldest", what: str = "watch") -> Mailbox:
        """Make a mailbox."""
        return Mailbox(what, self.pressure, size=size, policy=policy)

    def losing(self, policy: Policy, size: int = 4) -> Mailbox:
        """Make a mailbox of which one event, the first or the fifth, was dropped already."""
        mailbox = self.box(size, policy)
        put(mailbox, range(size + 1))
        assert self.pressure.settle() is None
        assert mailbox.lost == 1
        return mailbox


def put(mailbox: Mailbox, events: Iterable[object]) -> None:
    for event in events:
        mailbox.put(event)


def take(mailbox: Mailbox, count: int) -> list[Any]:
    return [mailbox.take() for _ in range(count)]


@pytest.mark.parametrize("policy", ["", "drop", "DROP_OLDEST", None])
def test_an_unknown_policy_is_refused(policy: Any) -> None:
    with pytest.raises(ValueError, match=r"overflow is one of .*drop_oldest"):
        Mailbox("watch", Pressure(), policy=policy)


@pytest.mark.parametrize("size", [0, -1, float("nan")])
def test_a_size_is_above_zero(size: Any) -> None:
    with pytest.raises(ValueError, match="queue_size"):
        Mailbox("watch", Pressure(), size=size)


def test_what_nobody_says_is_as_promised() -> None:
    mailbox = Mailbox("watch", Pressure())
    assert (mailbox.size, mailbox.policy) == (QUEUE_SIZE, "drop_oldest")
    assert QUEUE_SIZE == 10_000
    assert PATIENCE <= 0.05, "the reader stalls for no longer"


@POLICIES
def test_who_keeps_up_loses_nothing_and_keeps_the_order(policy: Policy) -> None:
    post = Post()
    mailbox = post.box(policy=policy)
    for start in range(0, 400, 4):
        put(mailbox, range(start, start + 4))
        assert not post.pressure.full
        assert take(mailbox, 4) == list(range(start, start + 4))
    assert (mailbox.lost, post.losses, post.reliefs) == (0, [], 0)


def test_there_may_be_nothing_to_take() -> None:
    with pytest.raises(IndexError):
        Post().box().take()


@POLICIES
def test_one_event_too_many_makes_it_full_and_loses_nothing_yet(policy: Policy) -> None:
    post = Post()
    mailbox = post.box(policy=policy)
    put(mailbox, range(4))
    assert not post.pressure.full
    put(mailbox, range(4, 20))
    assert post.pressure.full == {mailbox}
    assert list(mailbox.events) == list(range(20)), "what was read is put, whatever the size"
    assert (mailbox.lost, post.losses) == (0, [])


@POLICIES
@pytest.mark.parametrize(("size", "left"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (10, 5)])
def test_it_has_room_again_when_half_of_it_is_free(policy: Policy, size: int, left: int) -> None:
    post = Post()
    mailbox = post.box(size, policy)
    put(mailbox, range(size + 3))
    take(mailbox, size + 2 - left)
    assert post.pressure.full == {mailbox}, "one less would be enough to flutter"
    assert post.reliefs == 0
    take(mailbox, 1)
    assert not post.pressure.full
    assert post.reliefs == 1
    assert (mailbox.lost, mailbox.strained) == (0, False)


@POLICIES
def test_it_can_be_full_again_and_again(policy: Policy) -> None:
    post = Post()
    mailbox = post.box(policy=policy)
    for times in range(1, 4):
        put(mailbox, range(5))
        assert post.pressure.full == {mailbox}
        take(mailbox, 5)
        assert post.reliefs == times
    assert mailbox.lost == 0


def test_relief_comes_with_the_last_that_was_full() -> None:
    post = Post()
    one, other = post.box(), post.box()
    for mailbox in (one, other):
        put(mailbox, range(5))
    take(one, 5)
    assert (post.pressure.full, post.reliefs) == ({other}, 0)
    take(other, 5)
    assert (post.pressure.full, post.reliefs) == (set(), 1)


@pytest.mark.parametrize(
    ("policy", "kept", "later"),
    [("drop_oldest", [3, 4, 5, 6], [5, 6, 7, 8]), ("drop_newest", [0, 1, 2, 3], [0, 1, 2, 3])],
)
def test_when_patience_is_over_the_policy_says_what_is_lost(
    policy: Policy, kept: list[int], later: list[int]
) -> None:
    post = Post()
    mailbox = post.box(policy=policy)
    put(mailbox, range(7))
    assert post.pressure.settle() is None
    assert list(mailbox.events) == kept
    assert not post.pressure.full, "the reader goes on"
    put(mailbox, [7, 8])
    assert list(mailbox.events) == later
    assert not post.pressure.full
    assert (mailbox.lost, post.pressure.lost) == (5, 5)
    assert post.losses == [], "it is told when the consumer has caught up"


@pytest.mark.parametrize("policy", DROPPING)
def test_a_burst_is_told_once_when_half_of_the_queue_is_free(policy: Policy) -> None:
    post = Post()
    mailbox = post.losing(policy)
    put(mailbox, range(10))
    take(mailbox, 1)
    put(mailbox, range(2))
    assert mailbox.lost == 12
    take(mailbox, 1)
    assert post.losses == [], "three of four wait"
    take(mailbox, 1)
    assert post.losses == [("watch", 12)]
    assert mailbox.strained is False
    take(mailbox, 2)
    assert post.losses == [("watch", 12)]
    assert post.reliefs == 0, "the reader did not wait any more"


@pytest.mark.parametrize("policy", DROPPING)
def test_after_a_burst_it_is_patient_again(policy: Policy) -> None:
    post = Post()
    mailbox = post.losing(policy)
    take(mailbox, 2)
    put(mailbox, range(3))
    assert post.pressure.full == {mailbox}
    assert len(mailbox.events) == 5
    assert mailbox.lost == 1
    post.pressure.settle()
    take(mailbox, 4)
    assert post.losses == [("watch", 1), ("watch", 1)]
    assert (mailbox.lost, post.pressure.lost) == (2, 2)


@pytest.mark.parametrize("policy", DROPPING)
def test_a_consumer_that_is_a_little_late_loses_nothing(policy: Policy) -> None:
    post = Post()
    mailbox = post.box(policy=policy)
    put(mailbox, range(6))
    take(mailbox, 2)
    assert post.pressure.full == {mailbox}
    assert post.pressure.settle() is None
    assert (mailbox.lost, post.losses, post.pressure.full) == (0, [], set())
    put(mailbox, [6])
    assert post.pressure.full == {mailbox}, "a new strain, and new patience"
    assert list(mailbox.events) == [2, 3, 4, 5, 6]


def test_a_loss_is_logged_when_it_begins(caplog: pytest.LogCaptureFixture) -> None:
    post = Post()
    mailbox = post.losing("drop_newest")
    put(mailbox, range(100))
    [record] = caplog.records
    assert (record.name, record.levelno) == ("amisdk.handlers", logging.WARNING)
    assert record.getMessage() == "watch is too slow; events are dropped (drop_newest)"


def test_one_that_disconnects_does_so_when_patience_is_over() -> None:
    post = Post()
    mailbox = post.box(policy="disconnect")
    put(mailbox, range(6))
    assert post.pressure.settle() is mailbox
    assert list(mailbox.events) == list(range(6)), "what came may still be taken"
    assert (mailbox.lost, post.losses, post.pressure.full) == (0, [], set())
    mailbox.put(6)
    assert post.pressure.full == {mailbox}, "on the next connection it is so again"
    assert post.pressure.settle() is mailbox


def test_one_that_disconnects_does_not_if_it_has_caught_up() -> None:
    post = Post()
    mailbox = post.box(policy="disconnect")
    put(mailbox, range(6))
    take(mailbox, 2)
    assert post.pressure.settle() is None
    assert not post.pressure.full


def test_one_that_blocks_stays_full_until_there_is_room() -> None:
    post = Post()
    mailbox = post.box(policy="block")
    put(mailbox, range(9))
    for _ in range(3):
        assert post.pressure.settle() is None
        assert post.pressure.full == {mailbox}
    assert take(mailbox, 7) == list(range(7))
    assert (post.pressure.full, post.reliefs, mailbox.lost) == (set(), 1, 0)


def test_settling_acts_on_every_policy_at_once() -> None:
    post = Post()
    boxes = [post.box(policy=policy, what=policy) for policy in get_args(Policy)]
    for mailbox in boxes:
        put(mailbox, range(5))
    found = post.pressure.settle()
    assert found is not None
    assert found.what == "disconnect"
    assert {mailbox.what for mailbox in post.pressure.full} == {"block"}
    assert [mailbox.lost for mailbox in boxes] == [1, 1, 0, 0]
    assert post.pressure.lost == 2


@POLICIES
def test_what_comes_after_the_end_is_not_taken(policy: Policy) -> None:
    mailbox = Post().box(policy=policy)
    put(mailbox, range(2))
    mailbox.close()
    mailbox.put(2)
    assert take(mailbox, 2) == [0, 1], "what was there before is"
    assert not mailbox.events
    assert (mailbox.closed, mailbox.lost) == (True, 0)


def test_what_waits_can_be_dropped_even_after_the_end() -> None:
    mailbox = Post().box()
    put(mailbox, range(2))
    mailbox.close()
    mailbox.close(drop=True)
    assert not mailbox.events


@POLICIES
def test_an_end_while_it_is_full_lets_the_reader_go_on(policy: Policy) -> None:
    post = Post()
    mailbox, other = post.box(policy=policy), post.box(policy=policy)
    for one in (mailbox, other):
        put(one, range(5))
    mailbox.close()
    assert (post.pressure.full, post.reliefs) == ({other}, 0)
    other.close()
    assert (post.pressure.full, post.reliefs) == (set(), 1)
    assert post.losses == []
    take(other, 5)
    assert post.reliefs == 1


@pytest.mark.parametrize("policy", DROPPING)
@pytest.mark.parametrize("drop", [False, True])
def test_an_end_in_the_middle_of_a_burst_tells_it_once(policy: Policy, drop: bool) -> None:
    post = Post()
    mailbox = post.losing(policy)
    put(mailbox, range(2))
    mailbox.close(drop=drop)
    mailbox.close(drop=drop)
    take(mailbox, len(mailbox.events))
    assert post.losses == [("watch", 3)]


def test_who_waits_is_woken_by_an_event_and_by_the_end() -> None:
    woken: list[int] = []
    mailbox = Mailbox("watch", Pressure(), wake=lambda: woken.append(len(mailbox.events)))
    mailbox.put(0)
    assert woken == [], "nobody sleeps"
    mailbox.waiting = True
    mailbox.put(1)
    mailbox.close()
    assert woken == [2, 2]
    mailbox.waiting = False
    mailbox.close()
    assert woken == [2, 2]


class Quicker(Mailbox):
    """A mailbox whose consumer, in another thread, is always quicker than the reader."""

    def _drop(self) -> None:
        self.events.clear()
        super()._drop()


@pytest.mark.parametrize("policy", DROPPING)
def test_what_a_consumer_took_meanwhile_is_not_lost(policy: Policy) -> None:
    pressure = Pressure()
    mailbox = Quicker("watch", pressure, size=2, policy=policy)
    put(mailbox, range(3))
    assert pressure.settle() is None
    assert (mailbox.lost, pressure.lost, len(mailbox.events)) == (0, 0, 0)
    mailbox.close()


def test_relief_that_is_called_for_too_late_does_nothing() -> None:
    post = Post()
    mailbox = post.box()
    mailbox.relax()  # a thread saw the strain, and had to wait for the lock until it was over
    assert (post.reliefs, post.losses) == (0, [])


def test_without_anybody_who_listens_pressure_only_counts() -> None:
    pressure = Pressure()
    mailbox = Mailbox("watch", pressure, size=1)
    put(mailbox, range(5))
    pressure.settle()
    take(mailbox, 1)
    assert pressure.lost == 4
    put(mailbox, range(2))
    take(mailbox, 2)
    assert not pressure.full


STEPS = st.lists(
    st.tuples(st.just("put"), st.integers(1, 12))
    | st.tuples(st.just("take"), st.integers(1, 12))
    | st.tuples(st.just("settle"), st.just(1)),
    max_size=60,
)


@POLICIES
@given(steps=STEPS, size=st.integers(1, 6))
def test_every_event_is_taken_in_order_or_counted_as_lost_and_told(
    policy: Policy, steps: list[tuple[str, int]], size: int
) -> None:
    post = Post()
    mailbox = post.box(size, policy)
    sent, taken = 0, []
    for step, count in steps:
        for _ in range(count):
            match step:
                case "put" if policy != "block" or mailbox not in post.pressure.full:
                    mailbox.put(sent)
                    sent += 1
                case "take" if mailbox.events:
                    taken.append(mailbox.take())
                case "settle":
                    post.pressure.settle()
        assert (mailbox in post.pressure.full) <= (len(mailbox.events) > size // 2)
        assert mailbox.strained or len(mailbox.events) <= size or policy == "disconnect"
    mailbox.close()
    taken += take(mailbox, len(mailbox.events))
    assert taken == sorted(set(taken))
    assert len(taken) + mailbox.lost == sent
    assert sum(count for _, count in post.losses) == mailbox.lost == post.pressure.lost
    assert all(count for _, count in post.losses)
    assert not post.pressure.full
    if policy not in DROPPING:
        assert mailbox.lost == 0
