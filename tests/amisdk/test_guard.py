"""What a client may send, by its own limits."""

from typing import Any

import pytest

from amisdk import RawAction, actions
from amisdk.doctor import infos_of
from amisdk.errors import ActionNotAllowed, InvalidAction
from amisdk.exchange import Exchange
from amisdk.guard import Guard
from amisdk.models import Action

CALL = actions.Originate(channel="PJSIP/1", application="Echo")
ADD = actions.QueueAdd(queue="a", interface="b")


def check(guard: Guard, action: Action[Any]) -> None:
    guard.check(action, infos_of([action], None)[0])


def test_without_limits_everything_goes() -> None:
    assert Guard().open
    for action in (CALL, ADD, RawAction("OfMyOwn")):
        check(Guard(), action)


@pytest.mark.parametrize(
    "limits", [{"allow": []}, {"deny": ["x"]}, {"read_only": True}, {"allow": ["*"]}], ids=str
)
def test_a_guard_with_limits_is_not_open(limits: Any) -> None:
    assert not Guard(**limits).open


MEANS_IT: list[list[Any]] = [
    [actions.QueueAdd],
    ["QueueAdd"],
    ["queueadd"],
    ["QUEUEADD"],
    ["Queue*"],
    ["queue?dd"],
    ["*"],
    [actions.Ping, "Que[uv]e*"],
]
MEANS_ANOTHER: list[list[Any]] = [
    [],
    [actions.Ping],
    ["Queue"],
    ["QueueAdds"],
    ["ueueAdd"],
    ["queue?add"],
    [""],
]


@pytest.mark.parametrize("names", MEANS_IT, ids=str)
@pytest.mark.parametrize("action", [ADD, RawAction("QueueAdd"), RawAction("qUEUEaDD")])
def test_an_action_that_is_named_is_denied_or_allowed(
    names: list[Any], action: Action[Any]
) -> None:
    with pytest.raises(ActionNotAllowed, match="this client denies it") as caught:
        check(Guard(deny=names), action)
    assert caught.value.action is action
    assert str(caught.value).startswith(f"{action.ami_name}: ")
    assert isinstance(caught.value, InvalidAction), "nothing of it was sent"
    check(Guard(allow=names), action)


@pytest.mark.parametrize("names", MEANS_ANOTHER, ids=str)
@pytest.mark.parametrize("action", [ADD, RawAction("QueueAdd")])
def test_an_action_that_is_not_named_is_not(names: list[Any], action: Action[Any]) -> None:
    check(Guard(deny=names), action)
    with pytest.raises(ActionNotAllowed, match="this client does not allow it") as caught:
        check(Guard(allow=names), action)
    assert caught.value.action is action


def test_what_is_denied_is_denied_even_if_it_is_allowed() -> None:
    guard = Guard(allow=["Queue*"], deny=["QueueAdd"])
    with pytest.raises(ActionNotAllowed, match="denies"):
        check(guard, ADD)
    check(guard, actions.QueueStatus())


def test_names_may_come_from_an_iterator() -> None:
    guard = Guard(allow=iter([actions.QueueAdd]), deny=iter(["Ping"]))
    for _ in range(2):
        check(guard, ADD)
        with pytest.raises(ActionNotAllowed, match="denies"):
            check(guard, actions.Ping())


READING = [actions.Ping(), actions.QueueStatus(), actions.CoreSettings(), RawAction("QueueStatus")]
CHANGING = [ADD, actions.Hangup(channel="x"), RawAction("QueueAdd"), RawAction("OfMyOwn")]
DANGEROUS = [CALL, actions.Command(command="x"), RawAction("Command", {"Command": "x"})]


@pytest.mark.parametrize("action", READING, ids=str)
def test_a_read_only_client_sends_what_only_reads(action: Action[Any]) -> None:
    check(Guard(read_only=True), action)


@pytest.mark.parametrize("action", CHANGING, ids=str)
def test_a_read_only_client_refuses_what_may_change_something(action: Action[Any]) -> None:
    text = r"this client is read-only \(may change something\)"
    with pytest.raises(ActionNotAllowed, match=text) as caught:
        check(Guard(read_only=True), action)
    assert caught.value.action is action


@pytest.mark.parametrize("action", DANGEROUS, ids=str)
def test_a_read_only_client_says_what_harm_an_action_could_do(action: Action[Any]) -> None:
    with pytest.raises(ActionNotAllowed, match=r"read-only \(.*(code|configuration)\)"):
        check(Guard(read_only=True), action)


def test_to_reveal_configuration_is_more_than_to_read() -> None:
    with pytest.raises(ActionNotAllowed, match="configuration"):
        check(Guard(read_only=True), actions.GetConfig(filename="manager.conf"))


def test_allowing_an_action_does_not_make_it_read_only() -> None:
    with pytest.raises(ActionNotAllowed, match="read-only"):
        check(Guard(allow=["QueueAdd"], read_only=True), ADD)


@pytest.mark.parametrize("names", ["QueueAdd", ""])
@pytest.mark.parametrize("what", ["allow", "deny"])
def test_one_text_is_no_list_of_names(what: str, names: str) -> None:
    with pytest.raises(TypeError, match=f'"{what}" is a list'):
        Guard(**{what: names})  # type: ignore[arg-type]


@pytest.mark.parametrize("item", [5, None, ADD, dict, Action, RawAction, b"Ping"])
@pytest.mark.parametrize("what", ["allow", "deny"])
def test_what_names_no_action_is_refused(what: str, item: Any) -> None:
    with pytest.raises(TypeError, match=f'"{what}" takes classes of actions and AMI names'):
        Guard(**{what: [item]})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [" QueueAdd", "\tQueueAdd", "\x01QueueAdd", "QueueAdd "])
def test_a_name_that_only_a_server_takes_for_a_denied_one_cannot_be_sent(name: str) -> None:
    with pytest.raises(InvalidAction):
        Exchange(RawAction(name), on_done=lambda _: None)
