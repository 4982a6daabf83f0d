"""The steps of a login that restores what an earlier session had."""

import pytest

from amisdk.models import RawAction
from amisdk.restore import SessionSetup
from amisdk.session import State
from tests.amisdk.talk import GREETING, Talk


def returning(*, boots: bool, filters: int = 0) -> Talk:
    """Return a session that is logged in, by the server's word, after an earlier one."""
    setup = SessionSetup()
    setup.boots = boots
    setup.filters = [RawAction("Filter", {"Filter": f"Event: E{n}"}) for n in range(filters)]
    talk = Talk(logged_in=False, setup=setup)
    talk.session.receive_data(GREETING)
    accept(talk, "Login")
    return talk


def accept(talk: Talk, name: str) -> None:
    """Answer the one action that the session has sent, which has this name."""
    [said] = talk.said()
    assert said["Action"] == name
    talk.hear("Response: Success", f"ActionID: {said['ActionID']}")


def test_full_boot_is_waited_for_where_it_came_before() -> None:
    talk = returning(boots=True)
    assert not talk.opened
    talk.event("FullyBooted")
    assert talk.opened == [None]


def test_full_boot_is_not_waited_for_where_it_never_came() -> None:
    assert returning(boots=False).session.state is State.READY


def test_filters_come_after_full_boot_since_they_may_hold_it_back() -> None:
    talk = returning(boots=True, filters=2)
    assert talk.said() == []
    talk.event("FullyBooted")
    for _ in range(2):
        assert talk.session.state is State.LOGIN
        accept(talk, "Filter")
    assert talk.session.state is State.READY


def test_no_event_is_told_before_the_filters_are_there_but_full_boot() -> None:
    talk = returning(boots=True, filters=1)
    seen = talk.subscribe()
    talk.event("Hangup")
    talk.event("FullyBooted")
    talk.event("Hangup")
    accept(talk, "Filter")
    talk.event("Newchannel")
    assert [event.ami_name for event in seen] == ["FullyBooted", "Newchannel"]


@pytest.mark.parametrize("filters", [0, 1])
def test_who_waited_in_vain_restores_the_filters_all_the_same(filters: int) -> None:
    talk = returning(boots=True, filters=filters)
    assert talk.session.stop_waiting_for_boot()
    assert not talk.session.stop_waiting_for_boot()
    for _ in range(filters):
        accept(talk, "Filter")
    assert talk.session.state is State.READY


def test_who_waited_in_vain_does_not_wait_the_next_time() -> None:
    setup = SessionSetup()
    setup.boots = True
    for waits in (True, False):
        talk = Talk(logged_in=False, setup=setup)
        talk.session.receive_data(GREETING)
        accept(talk, "Login")
        assert talk.session.stop_waiting_for_boot() is waits
        assert talk.session.state is State.READY


def test_a_boot_that_came_late_is_waited_for_the_next_time() -> None:
    setup = SessionSetup()
    talk = Talk(logged_in=False, setup=setup)
    talk.session.receive_data(GREETING)
    accept(talk, "Login")
    assert talk.session.state is State.READY
    talk.event("FullyBooted")
    assert setup.boots
