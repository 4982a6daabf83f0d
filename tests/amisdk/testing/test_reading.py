"""Actions are read back from the headers that they write."""

from typing import Any

import pytest
from amisdk_models import registry
from amisdk_models.actions.configs import UpdateConfigChange

from amisdk import RawAction, actions
from amisdk.headers import Headers
from amisdk.models import Action
from amisdk.testing.reading import read_action, same, variables_in
from tests.amisdk.samples import minimal, whole


def _sent(action: Action[Any]) -> Headers:
    head = [("Action", action.ami_name), ("ActionID", "1")]
    return Headers([*head, *action.to_headers()])


@pytest.mark.parametrize("name", sorted(registry.ACTIONS))
def test_an_action_is_read_as_it_was_sent(name: str) -> None:
    cls = registry.ACTIONS[name]
    for action in (minimal(cls), *(one for _, one in whole(cls))):
        assert read_action(cls, _sent(action)) == action


@pytest.mark.parametrize(
    "action",
    [
        actions.Originate(
            channel="PJSIP/1", context="c", exten="1", priority="label", async_=True,
            variables={"A": "1,2", "B": 'say "x"', "C": "a\\b", "D": "", "E": 5},
        ),
        actions.UserEvent(user_event="Order", headers={"Number": 42, "Note": "a: b"}),
        actions.Events(event_mask=["call", "agent"]),
        actions.UpdateConfig(
            src_filename="a", dst_filename="b",
            changes=[
                UpdateConfigChange(action="NewCat", cat="x"),
                UpdateConfigChange(action="Append", cat="x", var="y", value="z"),
            ],
        ),
        actions.QueueReload(members=True, rules=False),
        actions.PJSIPSetMaintenance(endpoint="x", state=False),
    ],
    ids=lambda action: action.ami_name,
)  # fmt: skip
def test_what_is_written_in_a_form_of_its_own_is_read_from_it(action: Action[Any]) -> None:
    again = read_action(type(action), _sent(action))
    assert again.to_headers() == action.to_headers()
    assert type(again) is type(action)


def test_names_are_read_without_regard_to_case() -> None:
    headers = Headers([("action", "queueadd"), ("QUEUE", "a"), ("interface", "b"), ("paused", "1")])
    action = read_action(actions.QueueAdd, headers)
    assert action == actions.QueueAdd(queue="a", interface="b", paused=True)


def test_what_does_not_fit_its_class_is_raw() -> None:
    headers = Headers([("Action", "QueueAdd"), ("ActionID", "1"), ("Penalty", "many")])
    action = read_action(actions.QueueAdd, headers)
    assert isinstance(action, RawAction)
    assert action.headers == (("Penalty", "many"),)
    assert read_action(None, headers).ami_name == "QueueAdd"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("A=1", [("A", "1")]),
        ("A=1,B=2", [("A", "1"), ("B", "2")]),
        ('A="1,2",B=3', [("A", "1,2"), ("B", "3")]),
        (r"A=1\,2", [("A", "1,2")]),
        ("NAME", []),
        ("A=x=y", [("A", "x=y")]),
    ],
)
def test_variables_are_parted_as_the_server_does(text: str, pairs: list[tuple[str, str]]) -> None:
    assert variables_in(text) == pairs


def test_values_are_compared_as_they_are_given() -> None:
    call = actions.Originate(
        channel="PJSIP/1", application="Wait", variables={"A": 1}, timeout=1000, codecs=["a", "b"]
    )
    assert same(call, {"channel": "PJSIP/1", "variables": {"A": "1"}, "codecs": ["a", "b"]})
    assert same(call, {"timeout": lambda value: value > 500})
    assert same(call, {"timeout": "1000", "async_": None})
    assert not same(call, {"channel": "PJSIP/2"})
    assert not same(call, {"timeout": True})
    with pytest.raises(TypeError, match="Originate has no field 'chanel'"):
        same(call, {"chanel": "x"})
