"""What a test asks of a server has types; `test_received` asks all of it."""

from typing import Any, assert_type

from amisdk import actions
from tests.amisdk.testing.support import watching


def test_types_are_those_of_the_actions() -> None:
    with watching() as watch:
        server = watch.server
        assert_type(server.received(actions.Ping), list[actions.Ping])
        assert_type(server.received(), list[actions.Action[Any]])
        watch.send(actions.Ping())
        assert_type(server.wait_for(actions.Ping), actions.Ping)
        assert_type(server.assert_received(actions.Ping), actions.Ping)
