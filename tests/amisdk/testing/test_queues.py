"""Callers wait, give up, are offered to members and answered."""

import pytest

from amisdk import actions, events
from amisdk.testing import Queue
from tests.amisdk.testing.support import Watch


@pytest.fixture
def queue(watch: Watch) -> Queue:
    """A queue without members."""
    return watch.server.queue("sales")


def test_a_caller_who_gives_up_is_told_of(watch: Watch, queue: Queue) -> None:
    first, second = queue.join("PJSIP/trunk", caller_id="Zoë <0301>"), queue.join("PJSIP/trunk")
    assert [first.position, second.position] == [1, 2]
    first.abandon()
    assert (first.waiting, second.position) == (False, 1)
    joins = [(one.position, one.count) for one in watch.every(events.QueueCallerJoin)]
    assert joins == [(1, 1), (2, 2)]
    abandon, leave = watch.the(events.QueueCallerAbandon), watch.the(events.QueueCallerLeave)
    assert (abandon.queue, abandon.position, abandon.original_position) == ("sales", 1, 1)
    assert (leave.position, leave.count) == (1, 1)
    assert abandon.caller_id_name == "Zoë"
    (params, entry) = watch.send(actions.QueueStatus(queue="sales")).items
    assert isinstance(params, events.QueueParams)
    assert isinstance(entry, events.QueueEntry)
    assert (params.calls, params.abandoned) == (1, 1)
    assert entry.channel == second.channel.name
    assert "sales" in repr(first)


def test_a_free_member_is_called_and_answers(watch: Watch, queue: Queue) -> None:
    member = queue.add("PJSIP/7001", "Bob")
    caller = queue.join("PJSIP/trunk")
    assert not caller.waiting
    assert member.in_call
    order = [
        "QueueCallerJoin", "AgentCalled", "QueueCallerLeave", "AgentConnect", "BridgeCreate",
    ]  # fmt: skip
    assert [name for name in watch.names if name in order] == order
    connect = watch.the(events.AgentConnect)
    assert (connect.queue, connect.interface, connect.member_name) == ("sales", "PJSIP/7001", "Bob")
    assert connect.dest_channel == caller.call.callee.name  # type: ignore[union-attr]
    assert watch.server.calls[0].status == "up"


@pytest.mark.parametrize(("by", "reason"), [("callee", "agent"), ("caller", "caller")])
def test_a_call_that_was_answered_is_counted_when_it_ends(
    watch: Watch, queue: Queue, by: str, reason: str
) -> None:
    member = queue.add("PJSIP/7001")
    caller = queue.join("PJSIP/trunk")
    assert caller.call is not None
    caller.call.hangup(by=by)  # type: ignore[arg-type]
    assert watch.the(events.AgentComplete).reason == reason
    assert (queue.completed, queue.abandoned, member.calls_taken) == (1, 0, 1)
    assert not member.in_call
    assert member.last_call > 0
    assert watch.server.channels == {}


def test_members_are_asked_by_their_penalty_and_when_they_are_free(
    watch: Watch, queue: Queue
) -> None:
    queue.add("PJSIP/late", penalty=5)
    queue.add("PJSIP/paused", paused=True)
    queue.add("PJSIP/7001", penalty=1)
    queue.add("PJSIP/talks", penalty=0)
    watch.server.incoming("PJSIP/talks", "1")
    for _ in range(3):
        queue.join("PJSIP/trunk")
    called = [event.interface for event in watch.every(events.AgentCalled)]
    assert called == ["PJSIP/7001", "PJSIP/late"]
    assert len(queue.callers) == 1


def test_who_does_not_answer_is_passed_over(watch: Watch, queue: Queue) -> None:
    watch.server.phone("PJSIP/7001", answer=False, cause=19)
    queue.add("PJSIP/7001", penalty=0)
    queue.add("PJSIP/7002", penalty=1)
    queue.join("PJSIP/trunk")
    assert watch.the(events.AgentRingNoAnswer).interface == "PJSIP/7001"
    assert watch.the(events.AgentConnect).interface == "PJSIP/7002"


def test_a_caller_gives_up_while_a_member_rings(watch: Watch, queue: Queue) -> None:
    watch.server.phone("PJSIP/7001", answer=None)
    queue.add("PJSIP/7001")
    caller = queue.join("PJSIP/trunk")
    caller.abandon()
    assert watch.the(events.DialEnd).dial_status == "CANCEL"
    assert watch.the(events.QueueCallerAbandon).channel == caller.channel.name
    assert queue.callers == []
    assert watch.server.channels == {}


def test_a_member_who_becomes_free_takes_the_next(watch: Watch, queue: Queue) -> None:
    queue.add("PJSIP/7001")
    first, second = queue.join("PJSIP/trunk"), queue.join("PJSIP/trunk")
    assert second.waiting
    assert first.call is not None
    first.call.hangup()
    assert not second.waiting


def test_a_member_who_comes_takes_who_waits(watch: Watch, queue: Queue) -> None:
    caller = queue.join("PJSIP/trunk")
    queue.add("PJSIP/7001")
    assert not caller.waiting
    queue.remove("PJSIP/7001")
    assert watch.the(events.QueueMemberRemoved).interface == "PJSIP/7001"
    with pytest.raises(LookupError, match="PJSIP/7001 is no member of sales"):
        queue.remove("PJSIP/7001")


def test_members_tell_the_state_of_their_device(watch: Watch, queue: Queue) -> None:
    queue.add("PJSIP/7001", paused=True)
    watch.server.device("PJSIP/7001", "UNAVAILABLE")
    assert watch.the(events.QueueMemberStatus).status == 5
    summary = watch.send(actions.QueueSummary(queue="sales")).items[0]
    assert (summary.logged_in, summary.available) == (1, 0)


def test_waiting_may_have_an_end(watch: Watch, queue: Queue) -> None:
    watch.server.incoming("PJSIP/trunk", "1")
    channel = next(iter(watch.server.channels.values()))
    watch.server.world.do(lambda: queue.enter(channel, 0.05))
    watch.next(events.QueueCallerLeave)
    assert watch.next(events.Hangup).channel == channel.name
    assert queue.abandoned == 1


def test_a_member_is_paused_and_goes_on(watch: Watch, queue: Queue) -> None:
    member = queue.add("PJSIP/7001", "Bob")
    member.pause("lunch")
    caller = queue.join("PJSIP/trunk")
    assert (caller.waiting, member.paused, member.reason) == (True, True, "lunch")
    assert repr(queue) == "<Queue sales: 1 members, 1 waiting>"
    assert repr(member) == "<Member PJSIP/7001 of sales, paused>"
    member.unpause()
    assert (caller.waiting, member.paused, member.reason) == (False, False, "")
    told = [(one.paused, one.paused_reason) for one in watch.every(events.QueueMemberPause)]
    assert told == [(True, "lunch"), (False, None)]


def test_a_test_may_do_what_actions_do(queue: Queue) -> None:
    first, second = queue.join("PJSIP/trunk"), queue.join("PJSIP/trunk")
    queue.prefer(second, 5)
    assert (first.position, second.position) == (2, 1)
    queue.dismiss(first)
    assert first.channel.gone
