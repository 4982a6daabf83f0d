"""A link that was interrupted, by Ctrl-C for example, in the middle of anything."""

from typing import Any

import pytest

from amisdk import actions
from amisdk.errors import ConnectionClosed, ConnectTimeout, NotSent
from tests.amisdk.linked import Linked

WHY = ConnectionClosed("it was cut")


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("reconnect", [True, False])
def test_an_end_that_was_interrupted_is_brought_to_its_end(reconnect: bool) -> None:
    """The session has told everybody, but the link does not know of it yet."""
    linked = Linked(reconnect=reconnect)
    session: Any = linked.link._session
    session._on_close = interrupt
    with pytest.raises(KeyboardInterrupt):
        session.close(WHY)
    assert linked.phase == "UP"
    linked.link.interrupted()
    assert linked.phase == ("WAITING" if reconnect else "CLOSED")
    assert len(linked.ended) == (not reconnect)
    assert linked.names[1] == "Disconnected"
    if reconnect:
        linked.try_again()
        linked.let_in()


def test_a_connection_that_is_gone_already_is_lost_for_the_link_too() -> None:
    linked = Linked()
    linked.link._session = None  # as while it is let go of
    linked.link.interrupted()
    assert linked.phase == "WAITING"


def test_a_link_that_never_connected_stays_as_it_is() -> None:
    linked = Linked(up=False)
    linked.link.interrupted()
    assert (linked.phase, linked.told, linked.ended) == ("NEW", [], [])


def test_an_end_that_was_told_to_some_is_told_to_all() -> None:
    linked = Linked()
    linked.lose()
    held = linked.queue(actions.Ping())
    linked.link._tell_held = interrupt  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        linked.link.abort(WHY)
    del linked.link._tell_held
    assert (linked.phase, held.done, linked.ended) == ("CLOSED", False, [])
    linked.link.interrupted()
    assert isinstance(held.error, NotSent)
    assert linked.ended == [WHY]


def test_an_attempt_to_connect_fails() -> None:
    linked = Linked()
    linked.lose()
    linked.try_again()
    linked.link.interrupted()
    assert linked.phase == "WAITING"
    linked.try_again()
    linked.wait(10)
    assert isinstance(linked.link._why, ConnectTimeout)


def test_who_still_will_be_told_is_known() -> None:
    linked = Linked()
    sent, queued = linked.send(actions.Ping()), linked.queue(actions.Ping())
    assert linked.link.knows(sent)
    assert linked.link.knows(queued)
    linked.answer(sent)
    assert not linked.link.knows(sent)
    linked.link.abandon(queued)
    assert not linked.link.knows(queued)
    linked.lose()
    held = linked.queue(actions.Ping())
    assert linked.link.knows(held)
    linked.link.abandon(held)
    assert not linked.link.knows(held)
    held = linked.queue(actions.Ping())
    linked.link._held.clear()  # as while all are told
    assert not linked.link.knows(held)
    linked.try_again()
    linked.let_in()
    exchange = linked.send(actions.Ping())
    linked.link._end(None)
    assert not linked.link.knows(exchange)
