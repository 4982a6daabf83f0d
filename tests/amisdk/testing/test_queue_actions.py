"""The actions on queues change them, and tell so."""

from typing import Any

import pytest

from amisdk import actions, events
from amisdk.models import Action
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Watch, watching

ADD = actions.QueueAdd(
    queue="support", interface="PJSIP/7", member_name="Bob", penalty=2,
    state_interface="hint:7@default",
)  # fmt: skip


def _member(watch: Watch) -> events.QueueMember:
    items = watch.send(actions.QueueStatus(queue="support", member="PJSIP/7")).items
    (found,) = (item for item in items if isinstance(item, events.QueueMember))
    return found


def test_a_queue_is_there_from_the_beginning(watch: Watch) -> None:
    params, member = watch.send(actions.QueueStatus()).items
    assert isinstance(params, events.QueueParams)
    assert isinstance(member, events.QueueMember)
    assert (params.queue, params.completed, params.service_level_perf) == ("support", 7, 87.5)
    assert (member.name, member.location, member.membership) == ("Alice", "PJSIP/6001", "static")
    assert watch.send(actions.QueueStatus(queue="nowhere")).items == ()


def test_a_member_is_added_and_removed(watch: Watch) -> None:
    assert watch.send(ADD).message == "Added interface to queue"
    added = watch.the(events.QueueMemberAdded)
    assert (added.member_name, added.penalty, added.membership) == ("Bob", 2, "dynamic")
    assert added.state_interface == "hint:7@default"
    assert _member(watch).name == "Bob"
    remove = actions.QueueRemove(queue="support", interface="PJSIP/7")
    assert watch.send(remove).message == "Removed interface from queue"
    assert watch.the(events.QueueMemberRemoved).interface == "PJSIP/7"
    assert watch.refusal(remove) == "Unable to remove interface: Not there"


def test_a_member_is_paused_with_a_reason_and_goes_on(watch: Watch) -> None:
    watch.send(ADD)
    pause = actions.QueuePause(interface="PJSIP/7", paused=True, reason="lunch")
    assert watch.send(pause).message == "Interface paused successfully"
    member = _member(watch)
    assert (member.paused, member.paused_reason) == (True, "lunch")
    assert member.last_pause is not None
    goes_on = actions.QueuePause(interface="PJSIP/7", paused=False, queue="support")
    assert watch.send(goes_on).message == "Interface unpaused successfully"
    assert [one.paused for one in watch.every(events.QueueMemberPause)] == [True, False]
    assert not _member(watch).paused


def test_all_queues_of_a_member_are_paused_if_none_is_named(watch: Watch) -> None:
    watch.server.queue("sales").add("PJSIP/7")
    watch.send(ADD)
    watch.send(actions.QueuePause(interface="PJSIP/7", paused=True))
    assert {one.queue for one in watch.every(events.QueueMemberPause)} == {"sales", "support"}


def test_penalty_and_ringing_in_use(watch: Watch) -> None:
    watch.send(ADD)
    watch.send(actions.QueuePenalty(interface="PJSIP/7", penalty=9))
    assert watch.the(events.QueueMemberPenalty).penalty == 9
    watch.send(actions.QueueMemberRingInUse(interface="PJSIP/7", ring_in_use=False))
    assert watch.the(events.QueueMemberRinginuse).ring_in_use is False


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (ADD.model_copy(update={"queue": "x"}), "Unable to add interface to queue: No such queue"),
        (
            actions.QueueAdd(queue="support", interface="PJSIP/6001"),
            "Unable to add interface: Already there",
        ),
        (
            actions.QueueRemove(queue="x", interface="x"),
            "Unable to remove interface from queue: No such queue",
        ),
        (actions.QueueRemove(queue="support", interface="PJSIP/6001"), "Member not dynamic"),
        (actions.QueuePause(interface="x", paused=True), "Interface not found"),
        (
            actions.QueuePenalty(interface="x", penalty=1),
            "Invalid interface, queuename or penalty",
        ),
        (
            actions.QueueMemberRingInUse(interface="x", ring_in_use=True),
            "Invalid interface, queuename, or ringinuse value\n",
        ),
        (
            actions.QueueWithdrawCaller(queue="x", caller="x"),
            "Unable to request withdraw from queue: No such queue",
        ),
        (
            actions.QueueWithdrawCaller(queue="support", caller="x"),
            "Unable to request withdraw from queue: No such caller",
        ),
    ],
    ids=lambda case: case.ami_name if isinstance(case, Action) else "",
)
def test_what_cannot_be_done_is_refused(watch: Watch, action: Action[Any], words: str) -> None:
    assert watch.refusal(action) == words


def test_statistics_begin_anew(watch: Watch) -> None:
    watch.send(actions.QueueReset(queue="support"))
    params = watch.send(actions.QueueStatus(queue="support")).items[0]
    assert isinstance(params, events.QueueParams)
    assert (params.completed, params.abandoned) == (0, 0)


def test_a_caller_may_be_preferred(watch: Watch) -> None:
    queue = watch.server.queue("sales")
    first, second = queue.join("PJSIP/trunk"), queue.join("PJSIP/trunk")
    own: dict[str, Any] = {"queue": "sales", "caller": second.channel.name, "priority": 3}
    change = actions.QueueChangePriorityCaller(**own)
    assert watch.send(change).message == "Priority change for caller on queue"
    assert (second.position, second.priority) == (2, 3)
    watch.send(actions.QueueChangePriorityCaller(immediate=True, **own))
    assert (second.position, first.position) == (1, 2)
    entries = watch.send(actions.QueueStatus(queue="sales")).items[1:]
    assert [entry.priority for entry in entries] == [3, 0]  # type: ignore[union-attr]


def test_a_caller_may_be_withdrawn(watch: Watch) -> None:
    caller = watch.server.queue("sales").join("PJSIP/trunk")
    watch.send(actions.QueueWithdrawCaller(queue="sales", caller=caller.channel.name))
    assert caller.channel.gone
    assert watch.the(events.QueueCallerAbandon).queue == "sales"
    assert watch.the(events.QueueCallerLeave).queue == "sales"


@pytest.mark.parametrize(("version", "reason"), [(16, "lunch"), (22, None)])
def test_the_reason_of_a_pause_is_told_in_the_way_of_the_version(
    version: int, reason: str | None
) -> None:
    with watching(FakeAsterisk(version=version)) as watch:
        watch.send(actions.QueuePause(interface="PJSIP/6001", paused=True, reason="lunch"))
        pause = watch.the(events.QueueMemberPause)
        assert (pause.paused_reason, pause.headers.get("Reason")) == ("lunch", reason)


def test_the_application_enters_the_queue_and_leaves_in_time(watch: Watch) -> None:
    call = actions.Originate(channel="PJSIP/1", application="Queue", data="sales,,,,0.1")
    watch.ami.originate(call)
    assert len(watch.server.queue("sales").callers) == 1
    assert watch.next(events.QueueCallerLeave, timeout=10).queue == "sales"
