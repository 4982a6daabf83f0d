"""The first connection: what may go wrong with it, what is tried again, and until when."""

from collections.abc import Callable
from typing import Any

import pytest

from amisdk import actions
from amisdk.backoff import Reconnect
from amisdk.errors import (
    AmiError,
    BadGreeting,
    ConnectFailed,
    ConnectTimeout,
    LoginRefused,
    MessageTooLong,
    NoGreeting,
)
from amisdk.lifecycle import Connected, Reconnecting
from amisdk.wire import Limits
from tests.amisdk.linked import Linked
from tests.amisdk.talk import GREETING

Happens = Callable[[Linked], object]


def connecting(**options: Any) -> Linked:
    linked = Linked(up=False, **options)
    linked.connect()
    return linked


def refuse_login(linked: Linked) -> None:
    linked.feed(GREETING)
    linked.step("Login", "Message: Authentication failed", response="Error")


def lose_at_login(linked: Linked) -> None:
    linked.feed(GREETING)
    linked.lose(ConnectionResetError(104, "reset by peer"))


def flood_at_login(linked: Linked) -> None:
    linked.feed(GREETING)
    linked.feed(b"x" * 200)


FAULTS: list[tuple[Happens, type[AmiError]]] = [
    (Linked.refuse, ConnectFailed),
    (Linked.lose, NoGreeting),
    (lambda linked: linked.feed(b"SSH-2.0\r\n"), BadGreeting),
    (refuse_login, LoginRefused),
    (lose_at_login, ConnectFailed),
    (flood_at_login, MessageTooLong),
    (lambda linked: linked.wait(10), ConnectTimeout),
]
IDS = [kind.__name__ for _, kind in FAULTS]
LIMITS = Limits(message=100)


def test_a_link_is_idle_while_no_action_is_on_its_way() -> None:
    linked = Linked(up=False)
    assert linked.link.idle
    linked.connect()
    linked.feed(GREETING)
    assert not linked.link.idle  # the login is
    linked = Linked()
    assert linked.link.idle
    exchange = linked.send(actions.Ping())
    assert not linked.link.idle
    linked.answer(exchange)
    assert linked.link.idle


def test_a_new_link_wants_nothing_and_nothing_is_due() -> None:
    linked = Linked(up=False)
    assert linked.phase == "NEW"
    assert (linked.opens, linked.told, linked.left()) == (0, [], [])
    assert linked.link.data_to_send() == b""
    linked.link.expire()


def test_the_way_up() -> None:
    linked = connecting()
    assert linked.phase == "CONNECTING"
    assert linked.link.next_deadline() == linked.now + 10
    linked.feed(GREETING)
    assert linked.opened == []
    linked.step("Login")
    assert linked.phase == "UP"
    assert (linked.opened, linked.told, linked.ended) == ([None], [Connected()], [])
    assert linked.link.greeting == "Asterisk Call Manager/11.0.0"
    assert linked.link.server.manager == "11.0.0"
    assert linked.link.stats.connections == 1
    assert (linked.opens, linked.left()) == (1, [])


def test_who_waits_is_told_after_who_listens() -> None:
    linked = Linked(up=False)
    order: list[object] = []
    linked.link.connect(lambda _: order.append(list(linked.told)))
    linked.let_in()
    assert order == [[Connected()]]


def test_the_version_is_learnt_on_the_way() -> None:
    linked = connecting(check_version=True)
    linked.feed(GREETING)
    linked.step("Login")
    assert linked.phase == "CONNECTING"
    linked.step("CoreSettings", "AsteriskVersion: 22.10.0")
    assert linked.phase == "UP"
    assert linked.link.server.major == 22


@pytest.mark.parametrize(("happens", "kind"), FAULTS, ids=IDS)
@pytest.mark.parametrize("reconnect", [False, True])
def test_what_cannot_be_made_is_told_at_once(
    happens: Happens, kind: type[AmiError], reconnect: bool
) -> None:
    linked = connecting(limits=LIMITS, reconnect=reconnect)
    happens(linked)
    if reconnect and kind is NoGreeting:
        assert linked.opened == [], "a server that starts is tried again"
        return
    [error] = linked.opened
    assert type(error) is kind
    assert linked.phase == "NEW"
    assert (linked.wanted, linked.told, linked.ended) == (False, [], [])
    assert linked.left() == []
    linked.wait(100)
    assert (linked.opens, len(linked.opened)) == (1, 1)


@pytest.mark.parametrize(("happens", "kind"), FAULTS, ids=IDS)
def test_after_a_failure_it_may_connect_anew(happens: Happens, kind: type[AmiError]) -> None:
    linked = connecting(limits=LIMITS, reconnect=False)
    happens(linked)
    linked.connect()
    assert linked.link.next_deadline() == linked.now + 10, "with all its time"
    linked.let_in()
    assert [type(error) for error in linked.opened] == [kind, type(None)]
    assert linked.names == ["Connected"]


def test_nothing_of_a_failed_connection_is_left_for_the_next() -> None:
    linked = connecting(reconnect=False)
    linked.feed(GREETING[:20])
    linked.lose()
    linked.connect()
    linked.feed(GREETING[:20])
    linked.feed(GREETING[20:])
    linked.step("Login")
    assert linked.opened[1:] == [None]


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ([], "waiting for the greeting; does the port speak TLS?"),
        ([GREETING[:5]], "waiting for the greeting; does the port speak TLS?"),
        ([GREETING], "logging in"),
    ],
)
def test_one_deadline_is_for_all_of_it(reads: list[bytes], said: str) -> None:
    linked = connecting(connect_timeout=4.0, host="pbx", port=5999)
    for data in reads:
        linked.wait(1.5)
        linked.feed(data)
    linked.wait(3.9 - 1.5 * len(reads))
    assert linked.opened == []
    linked.wait(0.1)
    [error] = linked.opened
    assert type(error) is ConnectTimeout
    assert str(error) == f"pbx:5999 did not let us in within 4 s ({said})"


# --- trying again -------------------------------------------------------------------------

ALWAYS = Reconnect(from_start=True)


def test_a_server_that_hangs_up_before_its_greeting_is_tried_again() -> None:
    linked = connecting(connect_timeout=60.0)
    for attempt in range(1, 4):
        linked.lose()
        assert linked.phase == "WAITING"
        [*_, told] = linked.told
        assert isinstance(told, Reconnecting)
        assert told.attempt == attempt
        assert 0 <= told.delay <= 2 ** (attempt - 1)
        assert linked.link.next_deadline() == linked.now + told.delay
        linked.try_again()
    linked.let_in()
    assert linked.opened == [None]
    assert linked.names == [*["Reconnecting"] * 3, "Connected"], "it was never there before"
    assert linked.opens == 4


@pytest.mark.parametrize(("happens", "kind"), FAULTS, ids=IDS)
def test_from_start_all_is_tried_again_but_what_is_final(
    happens: Happens, kind: type[AmiError]
) -> None:
    linked = connecting(limits=LIMITS, reconnect=ALWAYS, connect_timeout=10.0)
    happens(linked)
    if kind in (LoginRefused, ConnectTimeout):
        assert [type(error) for error in linked.opened] == [kind]
        assert linked.phase == "NEW"
        return
    assert linked.opened == []
    linked.try_again()
    linked.let_in()
    assert linked.opened == [None]


def test_the_deadline_counts_from_the_first_attempt() -> None:
    linked = connecting(reconnect=ALWAYS)
    began = linked.now
    linked.wait(6)
    linked.refuse()
    linked.try_again()
    assert linked.link.next_deadline() == began + 10
    linked.wait_until(began + 10)
    assert [type(error) for error in linked.opened] == [ConnectTimeout]


def test_nobody_waits_for_an_attempt_that_would_come_too_late() -> None:
    linked = connecting(connect_timeout=5.0)
    linked.wait(4.999999)
    linked.lose()
    assert [type(error) for error in linked.opened] == [NoGreeting]
    assert linked.phase == "NEW"
    assert (linked.told, linked.left()) == ([], [])


def test_after_so_many_attempts_it_gives_up() -> None:
    linked = connecting(reconnect=Reconnect(from_start=True, max_attempts=2), connect_timeout=60.0)
    for _ in range(2):
        linked.refuse()
        linked.try_again()
    last = linked.refuse()
    assert linked.opened == [last]
    assert linked.phase == "NEW"
    assert linked.opens == 3


def test_who_connects_anew_has_all_the_attempts_again() -> None:
    linked = connecting(reconnect=Reconnect(from_start=True, max_attempts=1), connect_timeout=60.0)
    for _ in range(2):
        linked.refuse()
        linked.try_again()
        linked.refuse()
        linked.connect()
    assert len(linked.opened) == 2
    assert [event.attempt for event in linked.told if isinstance(event, Reconnecting)] == [1, 1]


# --- giving up ----------------------------------------------------------------------------

STAGES: list[Happens] = [
    lambda linked: None,
    lambda linked: linked.feed(GREETING),
    lambda linked: linked.lose(),
]


@pytest.mark.parametrize("stage", STAGES, ids=["connecting", "login", "waiting"])
def test_connecting_can_be_cancelled(stage: Happens) -> None:
    linked = connecting()
    stage(linked)
    linked.link.cancel()
    assert linked.phase == "NEW"
    assert (linked.wanted, linked.opened, linked.ended) == (False, [], [])
    assert "Disconnected" not in linked.names, "it was never there"
    assert linked.left() == []
    linked.wait(100)
    assert linked.opens == 1
    linked.connect()
    linked.let_in()
    assert linked.opened == [None]


def test_there_is_nothing_to_cancel_before_and_after() -> None:
    linked = Linked(up=False)
    linked.link.cancel()
    assert linked.phase == "NEW"
    linked.connect()
    linked.let_in()
    linked.link.close()
    linked.link.abort()
    linked.link.cancel()
    assert linked.phase == "CLOSED"
    assert linked.opened == [None]


@pytest.mark.parametrize("lost", [False, True])
def test_a_connection_that_nobody_waited_for_to_the_end_is_undone(lost: bool) -> None:
    linked = Linked(up=False)
    linked.connect()
    linked.let_in()
    if lost:
        linked.lose()
    linked.link.cancel()
    assert linked.phase == "NEW"
    assert linked.link.next_deadline() is None
    linked.connect()
    linked.let_in()
    assert linked.phase == "UP"
