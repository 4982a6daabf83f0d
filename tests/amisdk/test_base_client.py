"""What both clients share."""

import asyncio
import pickle
from typing import Any

import pytest

from amisdk import AsyncClient, Client, actions, errors, lifecycle

KINDS = pytest.mark.parametrize("kind", [AsyncClient, Client])


@KINDS
def test_a_client_tells_where_it_is_and_hides_its_secret(kind: Any) -> None:
    ami = kind("pbx.example", username="dialer", secret="sesame")
    assert repr(ami) == f"<{kind.__name__} dialer@pbx.example:5038 not connected>"
    assert not ami.connected
    assert ami.greeting is None
    assert ami.server.version is None
    assert "sesame" not in repr(vars(ami))


@KINDS
def test_a_client_cannot_be_pickled(kind: Any) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(kind(username="a", secret="b"))


@KINDS
def test_an_action_is_supported_until_it_is_known_not_to_be(kind: Any) -> None:
    ami = kind(username="a", secret="b")
    for action in (actions.Ping, actions.Ping(), "Ping", "SIPpeers", "OfMyOwn"):
        assert ami.supports(action)
    with pytest.raises(TypeError):
        ami.supports(5)


@KINDS
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"overflow": "burst"}, "overflow"),
        ({"queue_size": 0}, "queue_size"),
        ({"include": "some"}, "include"),
    ],
)
def test_a_wrong_way_of_listening_is_refused(kind: Any, wrong: dict[str, Any], said: str) -> None:
    ami = kind(username="a", secret="b")
    with pytest.raises(ValueError, match=said):
        ami.on(lifecycle.Closed, **wrong)(print)
    with pytest.raises(ValueError, match=said):
        ami.events(lifecycle.Closed, **wrong)


class _Broken:
    """A registry that cannot be read."""

    ACTIONS: Any = None

    @property
    def EVENTS(self) -> Any:  # noqa: N802 - the name that a registry has
        raise ImportError("no module")


@KINDS
def test_a_client_that_cannot_begin_to_connect_is_as_it_was(kind: Any) -> None:
    ami = kind(username="a", secret="b", registry=_Broken())
    for _ in range(2):
        with pytest.raises(ImportError, match="no module"):
            asyncio.run(ami.connect()) if kind is AsyncClient else ami.connect()
        assert "not connected" in repr(ami)
        assert not ami.connected


@KINDS
def test_what_cannot_be_listened_to_is_refused_at_once(kind: Any) -> None:
    ami = kind(username="a", secret="b")
    for wanted in (actions.Ping, 5, lifecycle.Closed()):
        with pytest.raises(TypeError):
            ami.on(wanted)


def test_the_blocking_client_calls_plain_functions_only() -> None:
    async def late(_: object) -> None: ...

    with pytest.raises(TypeError, match="plain functions"):
        Client(username="a", secret="b").on("Hangup")(late)


@KINDS
@pytest.mark.parametrize(
    "options", [{"allow": "Ping"}, {"deny": "Ping"}, {"allow": [5]}, {"deny": [errors.AmiError]}]
)
def test_what_may_be_sent_is_named_by_classes_and_names(kind: Any, options: Any) -> None:
    with pytest.raises(TypeError, match=next(iter(options))):
        kind(username="a", secret="b", **options)
