"""Faults of the whole server."""

import time

import pytest

from amisdk import Client, actions, errors, lifecycle
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Watch


def test_a_slow_server_is_slow_until_the_end_of_it(watch: Watch) -> None:
    with watch.server.delay(0.1):
        began = time.monotonic()
        watch.send(actions.Ping())
        assert time.monotonic() - began >= 0.1
    with pytest.raises(errors.ActionTimeout):
        watch.server.delay(0.2)
        watch.send(actions.Ping(), timeout=0.05)


def test_a_silent_server_hears_and_says_nothing(watch: Watch) -> None:
    fault = watch.server.silence()
    with pytest.raises(errors.ActionTimeout):
        watch.send(actions.Ping(), timeout=0.05)
    watch.server.assert_received(actions.Ping)
    fault.end()
    assert watch.send(actions.Ping()).ok


@pytest.mark.parametrize("reset", [False, True])
def test_connections_may_be_ended_and_made_anew(reset: bool) -> None:
    with FakeAsterisk() as server, Client.from_url(server.url) as ami:
        back = ami.events(lifecycle.Reconnected)
        assert server.sessions == 1
        server.disconnect(reset=reset)
        back.get(10)
        assert ami.send(actions.Ping()).ok


def test_a_server_may_let_nobody_in(watch: Watch) -> None:
    with watch.server.refuse():
        with pytest.raises(errors.ConnectFailed):
            Client.from_url(watch.server.url, connect_timeout=0.2).connect()
        assert watch.send(actions.Ping()).ok, "who is in stays in"
    with Client.from_url(watch.server.url) as ami:
        assert ami.connected


def test_a_server_may_be_away() -> None:
    with FakeAsterisk() as server, Client.from_url(server.url) as ami:
        back = ami.events(lifecycle.Reconnected)
        with server.away(), pytest.raises(errors.ConnectFailed):
            Client.from_url(server.url).connect()
        back.get(10)
        assert ami.send(actions.Ping()).ok
