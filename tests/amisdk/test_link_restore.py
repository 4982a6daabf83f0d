"""What the next connection has again: the event mask, the filters, and a server that is ready."""

import logging

import pytest

from amisdk import RawAction, actions
from amisdk.errors import ConnectTimeout, NotSent
from amisdk.lifecycle import Reconnected
from amisdk.models import Action, Reply
from tests.amisdk.linked import Linked
from tests.amisdk.talk import GREETING

PING = actions.Ping()
HANGUPS = RawAction("Filter", {"Operation": "Add", "Filter": "Event: Hangup"})
NO_CALLS = actions.Filter(operation="Add", filter="!Channel: Local")


def carried_out(linked: Linked, action: Action[Reply], response: str = "Success") -> None:
    linked.answer(linked.send(action), response=response)


def back(linked: Linked) -> list[tuple[str, str]]:
    """Let the link log in again; return the login's headers."""
    linked.lose()
    linked.try_again()
    linked.feed(GREETING)
    return list(linked.step("Login"))


def masks(login: list[tuple[str, str]]) -> list[str]:
    return [value for key, value in login if key == "Events"]


# --- the event mask -----------------------------------------------------------------------


@pytest.mark.parametrize("mask", [None, "off", "call,agent"])
def test_the_mask_that_the_client_was_made_with_is_sent_each_time(mask: str | None) -> None:
    linked = Linked(events=mask)
    assert linked.link.event_mask == mask
    assert masks(back(linked)) == ([] if mask is None else [mask])
    assert linked.phase == "UP"


def test_a_mask_that_was_set_since_is_set_again() -> None:
    linked = Linked(events="on")
    carried_out(linked, actions.Events(event_mask="off"))
    carried_out(linked, RawAction("events", {"eventmask": "call"}))
    assert linked.link.event_mask == "call"
    for _ in range(2):
        assert masks(back(linked)) == ["call"]


def test_a_mask_that_the_server_refused_or_did_not_answer_is_not() -> None:
    linked = Linked(events="on")
    carried_out(linked, actions.Events(event_mask="off"), response="Error")
    linked.send(actions.Events(event_mask="agent"))
    assert masks(back(linked)) == ["on"]


def test_a_mask_counts_even_if_its_caller_did_not_wait_for_the_answer() -> None:
    linked = Linked(events="on")
    exchange = linked.send(actions.Events(event_mask="off"))
    linked.link.abandon(exchange)
    linked.answer(exchange)
    assert linked.link.event_mask == "off"


# --- the filters --------------------------------------------------------------------------


def test_filters_are_set_again_before_anything_is_sent_or_told() -> None:
    linked = Linked()
    taken = linked.subscribe()
    carried_out(linked, HANGUPS)
    carried_out(linked, actions.Filter(operation="Add", filter="x"), response="Error")
    carried_out(linked, NO_CALLS)
    for _ in range(2):
        linked.lose()
        waiting = linked.queue(PING)
        linked.try_again()
        linked.feed(GREETING)
        linked.step("Login")
        for action in (HANGUPS, NO_CALLS):
            assert linked.phase == "CONNECTING"
            linked.event("Newchannel")
            filtered = linked.step("Filter")
            assert list(filtered)[2:] == action.to_headers()
        assert linked.phase == "UP"
        assert taken == [], "they came before the filters were in place"
        linked.step("Ping")
        assert waiting.error is None
    linked.event("Hangup")
    assert [event.ami_name for event in taken] == ["Hangup"]
    assert linked.left() == []


def test_a_filter_that_is_refused_does_not_keep_the_client_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    linked = Linked()
    carried_out(linked, HANGUPS)
    carried_out(linked, NO_CALLS)
    back(linked)
    caplog.clear()
    linked.step("Filter", "Message: no room", response="Error")
    linked.step("Filter")
    assert linked.phase == "UP"
    [record] = caplog.records
    assert (record.name, record.levelno) == ("amisdk.session", logging.WARNING)
    assert record.getMessage() == "a filter could not be restored: no room"


def test_a_server_that_does_not_answer_a_filter_does_not_let_us_in() -> None:
    linked = Linked()
    carried_out(linked, HANGUPS)
    back(linked)
    linked.wait_until(linked.link._due)
    assert type(linked.link._why) is ConnectTimeout
    assert not linked.wanted
    linked.try_again()
    linked.feed(GREETING)
    linked.step("Login")
    linked.step("Filter")
    assert linked.phase == "UP"


# --- a server that starts -----------------------------------------------------------------


def booting() -> Linked:
    """Return a link whose server said once that it has booted, and which logs in again."""
    linked = Linked()
    linked.event("FullyBooted", "Status: Fully Booted")
    back(linked)
    return linked


def test_a_server_that_said_so_before_is_waited_for_until_it_has_booted() -> None:
    linked = booting()
    assert linked.phase == "CONNECTING"
    taken = linked.subscribe()
    waiting = linked.queue(PING)
    linked.wait(3)
    assert linked.said() == []
    linked.event("FullyBooted")
    assert linked.phase == "UP"
    assert isinstance(linked.told[-1], Reconnected)
    assert [event.ami_name for event in taken] == ["FullyBooted"], "it is the user's as well"
    linked.step("Ping")
    assert linked.done == [waiting]


@pytest.mark.parametrize("name", ["FullyBooted", "fullybooted", "FULLYBOOTED"])
def test_it_may_say_so_before_it_answers_the_login(name: str) -> None:
    linked = Linked()
    linked.event(name)
    linked.lose()
    linked.try_again()
    linked.feed(GREETING)
    [login] = linked.said()
    linked.event(name)
    linked.hear("Response: Success", f"ActionID: {login['ActionID']}")
    assert linked.phase == "UP"


def test_events_of_a_server_that_boots_are_told() -> None:
    linked = booting()
    taken = linked.subscribe()
    linked.event("Reload")
    assert [event.ami_name for event in taken] == ["Reload"]


def test_a_server_that_says_nothing_is_believed_when_the_deadline_is_over() -> None:
    linked = booting()
    until = linked.link._due
    linked.wait_until(until - 0.1)
    assert linked.phase == "CONNECTING"
    linked.wait_until(until)
    assert linked.phase == "UP", "it let us in, after all"
    assert linked.wanted
    assert linked.left() == []


def test_filters_come_after_the_boot_for_they_might_hold_it_back() -> None:
    linked = Linked()
    linked.event("FullyBooted")
    carried_out(linked, HANGUPS)
    back(linked)
    assert linked.said() == []
    linked.event("FullyBooted")
    linked.step("Filter")
    assert linked.phase == "UP"


def test_a_boot_that_is_waited_for_in_vain_leaves_time_for_the_filters() -> None:
    linked = Linked()
    linked.event("FullyBooted")
    carried_out(linked, HANGUPS)
    back(linked)
    linked.wait_until(linked.link._due)
    assert linked.phase == "CONNECTING"
    linked.wait(5)
    linked.step("Filter")
    assert linked.phase == "UP"
    assert linked.left() == []


def test_with_another_mask_it_is_not_waited_for() -> None:
    linked = Linked()
    linked.event("FullyBooted")
    carried_out(linked, actions.Events(event_mask="call"))
    back(linked)
    assert linked.phase == "UP"


def test_a_server_that_never_said_so_is_not_waited_for() -> None:
    linked = Linked()
    back(linked)
    assert linked.phase == "UP"


def test_a_connection_that_is_lost_while_the_server_boots_is_made_again() -> None:
    linked = booting()
    waiting = linked.queue(PING)
    linked.lose()
    assert linked.names[-1] == "Reconnecting"
    linked.try_again()
    linked.feed(GREETING)
    linked.step("Login")
    linked.event("FullyBooted")
    assert linked.phase == "UP"
    linked.step("Ping")
    assert linked.done == [waiting]


def test_a_client_can_be_closed_while_the_server_boots() -> None:
    linked = booting()
    waiting = linked.queue(PING)
    linked.link.close()
    assert type(waiting.error) is NotSent
    assert (linked.phase, linked.wanted, linked.left()) == ("CLOSED", False, [])
