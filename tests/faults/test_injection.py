"""Text of the user's in every place where it may go becomes no second action."""

from collections.abc import Callable
from typing import Any

import pytest
from amisdk_models.registry import ACTIONS
from pydantic import ValidationError

from amisdk import RawAction, actions, errors
from amisdk.models import Action
from amisdk.testing import FakeAsterisk
from tests.faults.scenario import SECRET, Drive, scenario

ATTACKS = [
    "x\r\n\r\nAction: Command\r\nCommand: core stop now\r\n\r\n",
    "x\n\nAction: Command\nCommand: core stop now\n\n",
    "x\r\nPriority: 1",
    "x\nVariable: A=1",
    "x\n",
    "\nx",
    "x\r",
    "x\0",
    "\0",
]
Make = Callable[[str], Action[Any]]

FREE: dict[str, Make] = {
    "value": lambda text: actions.Setvar(variable="A", value=text),
    "variable's name": lambda text: actions.Setvar(variable=text, value="1"),
    "variable of a call, name": lambda text: _call(variable={text: "1"}),
    "variable of a call, value": lambda text: _call(variable={"A": text}),
    "command": lambda text: actions.Command(command=text),
    "channel": lambda text: actions.Hangup(channel=text),
    "user event": lambda text: actions.UserEvent(user_event=text),
    "user event's header": lambda text: actions.UserEvent(user_event="A", headers={text: "1"}),
    "user event's value": lambda text: actions.UserEvent(user_event="A", headers={"B": text}),
    "event mask": lambda text: actions.Events(event_mask=text),
    "name of a raw action": RawAction,
    "key of a raw action": lambda text: RawAction("A", {text: "1"}),
    "value of a raw action": lambda text: RawAction("A", {"B": text}),
    "secret of an action": lambda text: actions.Login(username="a", secret=text),
    "a list": lambda text: actions.MailboxStatus(mailbox=text),
}


def _call(**fields: Any) -> actions.Originate:
    return actions.Originate(channel="Local/1", application="Wait", **fields)


@pytest.mark.parametrize("place", FREE)
@scenario
async def test_what_would_end_a_line_is_refused_before_a_byte_is_sent(
    drive: Drive, place: str
) -> None:
    with FakeAsterisk(secret=SECRET) as server:
        async with drive.client(server) as ami:
            sent = ami.stats.bytes_sent
            for attack in ATTACKS:
                with pytest.raises((ValidationError, errors.InvalidAction)):
                    await ami.send(FREE[place](attack))
                with pytest.raises((ValidationError, errors.InvalidAction)):
                    # Who makes a class of his own, or goes round validation, meets the encoder.
                    await ami.send(_unchecked(FREE[place]("x"), "x", attack))
            assert ami.stats.bytes_sent == sent
            assert ami.kept == 0
            assert (await ami.send(actions.Ping())).ok
        assert [action["Action"] for action in server.received][-2:] == ["Ping", "Logoff"]


class _Unchecked(Action[Any]):
    """An action of one's own that writes what it likes."""

    ami = RawAction.ami
    own_name: str
    own_headers: tuple[tuple[str, str], ...]

    @property
    def ami_name(self) -> str:
        return self.own_name

    def to_headers(self) -> list[tuple[str, str]]:
        return list(self.own_headers)


def _unchecked(action: Action[Any], old: str, new: str) -> Action[Any]:
    """Return an action that writes what another one would, with a text put in its place."""

    def swap(text: str) -> str:
        return (
            new if text == old else text.replace(f"={old}", f"={new}").replace(f"{old}=", f"{new}=")
        )

    pairs = tuple((swap(key), swap(value)) for key, value in action.to_headers())
    return _Unchecked.model_construct(own_name=swap(action.ami_name), own_headers=pairs)


@pytest.mark.parametrize("attack", [*ATTACKS, "", " ", " x", "x" * 68])
@scenario
async def test_an_action_id_is_one_line_and_short(drive: Drive, attack: str) -> None:
    with FakeAsterisk(secret=SECRET) as server:
        async with drive.client(server) as ami:
            with pytest.raises(errors.InvalidAction):
                await ami.send(actions.Ping(), action_id=attack)
            assert ami.kept == 0
        assert "Ping" not in [action["Action"] for action in server.received]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("auth", ["plain", "md5"])
@pytest.mark.parametrize("place", ["username", "secret", "events"])
@scenario
async def test_a_login_is_one_action(drive: Drive, place: str, auth: str, attack: str) -> None:
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server, auth=auth, **{place: attack})
        if (place, auth) == ("secret", "md5"):  # it is not written, only digested
            expected: type[errors.ConnectFailed] = errors.LoginRefused
        else:
            expected = errors.ConnectFailed
        with pytest.raises(expected) as caught:
            await ami.connect()
        if place == "secret":
            assert "core stop" not in f"{caught.value} {caught.value!r}"
        await ami.close()
        names = [action["Action"] for action in server.received]
        assert names in ([], ["Challenge"], ["Challenge", "Login"])
        assert all(len(action) < 6 for action in server.received)


BAD: list[tuple[list[tuple[str, str]], str]] = [
    ([("A", "y" * 1020)], "1022"),
    ([("A", "ü" * 510)], "1022"),
    ([("A", "b")] * 127, "128"),
    ([("", "b")], "at least 1 character"),
    ([("A:", "b")], "no name"),
    ([(" A", "b")], "no name"),
    ([("Action", "b")], "client itself"),
    ([("ACTIONID", "b")], "client itself"),
]


@scenario
async def test_the_servers_own_limits_are_known_before_it_is_asked(drive: Drive) -> None:
    with FakeAsterisk(secret=SECRET) as server:
        async with drive.client(server) as ami:
            sent = ami.stats.bytes_sent
            for headers, said in BAD:
                with pytest.raises((errors.InvalidAction, ValidationError), match=said):
                    await ami.send(RawAction("X", headers))
            assert ami.stats.bytes_sent == sent
            for action in (
                RawAction("UserEvent", {"UserEvent": "y" * 1000}),
                RawAction("UserEvent", [("UserEvent", "x"), *[("A", "b")] * 125]),
            ):
                assert (await ami.send(action)).ok
            assert ami.kept == 0


def _faults(kind: type[Action[Any]], name: str, value: object) -> int:
    """How many errors a value of a field causes, whatever other fields are missing."""
    try:
        kind.model_validate({name: value})
    except ValidationError as error:
        return sum(one["loc"][:1] == (name,) for one in error.errors())
    return 0


def test_no_field_of_any_action_takes_a_line_end() -> None:
    """The generated actions, field by field, whatever their types."""
    texts = 0
    for kind in set(ACTIONS.values()):
        for name in kind.model_fields:
            texts += not _faults(kind, name, "x")
            for attack in ATTACKS:
                for value in (attack, [attack], {attack: "1"}, {"A": attack}):
                    assert _faults(kind, name, value), f"{kind.__name__}.{name} takes {value!r}"
    assert texts > 200
