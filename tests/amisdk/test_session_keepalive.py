"""Is the server still there? What is asked when, and what suspends the judgement."""

from typing import Any

import pytest

from amisdk import RawAction, actions
from amisdk.errors import OutcomeUnknown, ServerSilent
from amisdk.models import Action
from amisdk.session import State
from tests.amisdk.talk import GREETING, Talk

PING = actions.Ping()


def names(talk: Talk) -> list[str]:
    return [said["Action"] for said in talk.said()]


def alive(talk: Talk) -> bool:
    return talk.session.state is State.READY


@pytest.fixture
def talk() -> Talk:
    return Talk(keepalive=15.0)


def test_after_silence_the_server_is_asked_once(talk: Talk) -> None:
    assert talk.session.next_deadline() == talk.now + 15
    talk.wait(14.9)
    assert names(talk) == []
    talk.wait(0.1)
    assert names(talk) == ["Ping"]
    talk.wait(14.9)
    assert names(talk) == []
    assert alive(talk)


def test_after_two_silent_intervals_the_session_ends(talk: Talk) -> None:
    sent = talk.send(PING)
    talk.wait(29.9)
    assert alive(talk)
    talk.wait(0.1)
    [error] = talk.closed
    assert type(error) is ServerSilent
    assert str(error) == "nothing came from the server for 30 s, not even the answer to a Ping"
    assert type(sent.error) is OutcomeUnknown
    assert sent.error.__cause__ is error
    assert talk.session.next_deadline() is None


def test_an_answer_is_enough(talk: Talk) -> None:
    for _ in range(5):
        talk.wait(15)
        talk.step("Ping")
    assert alive(talk)
    assert talk.done == []
    assert talk.session.pending == 0, "nothing of it is left"
    assert talk.stats.unmatched == 0


@pytest.mark.parametrize("data", [b"Event: A\r\n\r\n", b"E", b"\r\n", b"Response: Success\r\n\r\n"])
def test_whatever_comes_shows_that_the_server_is_there(talk: Talk, data: bytes) -> None:
    talk.wait(10)
    talk.session.receive_data(data)
    talk.wait(10)
    assert names(talk) == []
    talk.wait(5)
    assert names(talk) == ["Ping"]
    talk.wait(14)
    talk.session.receive_data(data)
    talk.wait(14)
    assert alive(talk)
    talk.wait(1)
    assert names(talk) == ["Ping"], "a new silence, a new question"


def test_what_we_send_shows_nothing(talk: Talk) -> None:
    for _ in range(5):
        talk.send(PING)
        talk.wait(6)
    assert not alive(talk)


@pytest.mark.parametrize("options", [{"keepalive": None}, {"keepalive": 15.0, "logged_in": False}])
def test_nobody_asks_without_a_keepalive_or_before_the_login(options: dict[str, Any]) -> None:
    talk = Talk(**options)
    assert talk.session.next_deadline() is None
    talk.wait(1000)
    assert talk.said() == []
    assert talk.closed == talk.opened[1:] == []


def test_nobody_asks_while_saying_goodbye(talk: Talk) -> None:
    talk.session.leave(100.0)
    talk.wait(99)
    assert names(talk) == ["Logoff"]
    assert talk.closed == []


def test_while_nothing_is_read_silence_means_nothing(talk: Talk) -> None:
    talk.session.reading(False)
    assert talk.session.next_deadline() is None
    talk.wait(1000)
    assert names(talk) == []
    talk.session.reading(True)
    talk.wait(14.9)
    assert names(talk) == []
    talk.wait(0.1)
    assert names(talk) == ["Ping"]
    talk.wait(15)
    assert not alive(talk)


def test_a_pause_between_question_and_answer_is_no_silence(talk: Talk) -> None:
    talk.wait(15)
    talk.session.reading(False)
    talk.wait(100)
    talk.session.reading(True)
    talk.wait(14)
    assert alive(talk)
    talk.step("Ping")
    assert talk.session.pending == 0


# --- actions that block the server --------------------------------------------------------


CALL: dict[str, Any] = {"channel": "PJSIP/1", "application": "Echo"}
BLOCKING: list[tuple[Action[Any], float]] = [
    (actions.Originate(**CALL), 30),
    (actions.Originate(**CALL, timeout=50_000), 50),
    (actions.Originate(**CALL, timeout=50_000, async_=False), 50),
    (actions.WaitEvent(timeout=40), 40),
]


@pytest.mark.parametrize(("action", "seconds"), BLOCKING, ids=str)
def test_an_action_that_blocks_the_server_has_its_time(
    talk: Talk, action: Action[Any], seconds: float
) -> None:
    talk.send(action)
    talk.wait(seconds + 14.9)
    assert names(talk) == []
    talk.wait(0.1)
    assert names(talk) == ["Ping"]
    talk.wait(14.9)
    assert alive(talk)
    talk.wait(0.1)
    assert not alive(talk)


def test_one_that_blocks_suspends_a_judgement_that_is_under_way(talk: Talk) -> None:
    talk.wait(15)
    talk.send(actions.WaitEvent(timeout=40))
    talk.wait(54.9)
    assert alive(talk)
    talk.wait(0.1)
    assert not alive(talk)


@pytest.mark.parametrize(
    "action", [actions.Originate(**CALL, async_=True), actions.QueueStatus()], ids=str
)
def test_one_that_does_not_block_has_no_more_time_than_any(talk: Talk, action: Action[Any]) -> None:
    talk.send(action)
    talk.wait(30)
    assert not alive(talk)


def test_one_that_may_block_for_ever_is_believed(talk: Talk) -> None:
    waiting = talk.send(actions.WaitEvent(timeout=-1))
    assert talk.session.next_deadline() in (None, float("inf"))
    talk.now += 1e6
    talk.session.expire()
    assert alive(talk)
    talk.answer(waiting)
    talk.event("WaitEventComplete", of=waiting)
    talk.wait(30)
    assert not alive(talk)


def test_when_the_action_is_done_the_usual_time_counts_again(talk: Talk) -> None:
    call = talk.send(actions.Originate(**CALL, timeout=500_000))
    talk.wait(100)
    talk.answer(call)
    talk.wait(14.9)
    assert names(talk) == []
    talk.wait(0.1)
    assert names(talk) == ["Ping"]
    talk.wait(15)
    assert not alive(talk)


def test_a_server_does_one_thing_after_the_other(talk: Talk) -> None:
    calls = [talk.send(actions.Originate(**CALL, timeout=60_000)) for _ in range(3)]
    for call in calls:
        talk.wait(60)
        assert alive(talk), "it is busy with the next one"
        talk.answer(call)
    talk.wait(30)
    assert not alive(talk)


def test_one_that_waits_behind_another_has_its_time_from_there(talk: Talk) -> None:
    talk.send(actions.WaitEvent(timeout=20))
    talk.wait(10)
    talk.send(actions.WaitEvent(timeout=20))
    talk.wait(30 + 29.9)
    assert alive(talk)
    talk.wait(0.1)
    assert not alive(talk)


@pytest.mark.parametrize("timeout", [20.0, 50.0])
def test_an_action_that_nobody_knows_may_block_while_its_caller_waits(
    talk: Talk, timeout: float
) -> None:
    talk.send(RawAction("OfMyOwn"), timeout=timeout)
    talk.wait(timeout + 29.9)
    assert alive(talk)
    talk.wait(0.1)
    assert not alive(talk)


def test_many_actions_that_nobody_knows_do_not_add_up(talk: Talk) -> None:
    for _ in range(100):
        talk.send(RawAction("OfMyOwn"), timeout=20.0)
    talk.wait(50)
    assert not alive(talk)


@pytest.mark.parametrize("timeout", [None, 1000.0])
def test_when_its_caller_gave_up_an_action_that_nobody_knows_is_no_excuse(
    talk: Talk, timeout: float | None
) -> None:
    exchange = talk.send(RawAction("OfMyOwn"), timeout=timeout)
    talk.wait(100)
    talk.session.abandon(exchange)
    talk.wait(14.9)
    assert names(talk) == []
    talk.wait(0.1)
    assert names(talk) == ["Ping"]
    talk.wait(15)
    assert not alive(talk)


def test_a_call_blocks_the_server_even_if_its_caller_gave_up(talk: Talk) -> None:
    call = talk.send(actions.Originate(**CALL, timeout=60_000))
    talk.session.abandon(call)
    talk.wait(60 + 29.9)
    assert alive(talk)
    talk.wait(0.1)
    assert not alive(talk)


def test_one_that_was_given_up_before_it_was_sent_blocks_nothing(talk: Talk) -> None:
    talk.session.abandon(talk.queue(actions.WaitEvent(timeout=1000)))
    talk.wait(30)
    assert not alive(talk)


# --- how it meets the rest ----------------------------------------------------------------


def test_deadlines_and_silence_share_the_alarm(talk: Talk) -> None:
    late = talk.send(PING, timeout=40.0)
    assert talk.session.next_deadline() == talk.now + 15
    soon = talk.send(PING, timeout=5.0)
    assert talk.session.next_deadline() == talk.now + 5
    talk.wait(5)
    assert talk.done == [soon]
    talk.wait(20)
    assert names(talk) == ["Ping"]
    talk.wait(5)
    assert talk.done == [soon, late]
    assert isinstance(late.error, OutcomeUnknown)


def test_the_ping_of_ours_is_nobodys_business(talk: Talk) -> None:
    taken = talk.subscribe(include="all")
    talk.wait(15)
    talk.step("Ping", "Ping: Pong")
    assert (talk.done, taken) == ([], [])


def test_a_server_that_booted_long_ago_says_so_no_more() -> None:
    talk = Talk(keepalive=15.0)
    assert talk.session._attentive
    talk.wait(15)
    assert not talk.session._attentive, "events need no second look from now on"


def test_the_first_thing_that_counts_is_the_login() -> None:
    talk = Talk(keepalive=15.0, logged_in=False)
    talk.wait(9)
    talk.session.receive_data(GREETING)
    talk.wait(9)
    talk.step("Login")
    assert talk.session.next_deadline() == talk.now + 15
