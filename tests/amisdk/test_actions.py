"""The facade of the actions, and what holds for every action of the spec."""

import ast
import copy
import doctest
import inspect
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import amisdk_models.actions
import pytest
from amisdk_models.registry import ACTIONS
from pydantic import BaseModel, SecretStr, ValidationError

from amisdk import RawAction, actions
from amisdk.info import ActionInfo
from amisdk.models import Action, ListAction, ListReply, RawReply, Record, Reply
from amisdk.rules import Needs, OneOf
from amisdk.wire import encode
from tests.amisdk.samples import candidates, minimal, whole

CLASSES: dict[str, type[Action[Any]]] = {name: ACTIONS[name] for name in ACTIONS}
ALL: list[str] = vars(actions)["__all__"]
RECORDS = [
    value
    for name in ALL
    if inspect.isclass(value := getattr(actions, name)) and issubclass(value, Record)
]
MODELS: dict[str, type[BaseModel]] = CLASSES | {cls.__name__: cls for cls in RECORDS}


def test_the_facade_has_every_generated_name_and_the_raw_action() -> None:
    assert set(ALL) == {*amisdk_models.actions.__all__, "Action", "RawAction"}
    assert dir(actions) == sorted(ALL)
    assert actions.RawAction is RawAction
    assert actions.Action is Action


@pytest.mark.parametrize("name", CLASSES)
def test_every_action_is_in_the_facade(name: str) -> None:
    cls = CLASSES[name]
    assert getattr(actions, cls.__name__) is cls
    assert cls.ami.name == name
    assert issubclass(cls.ami.reply, Reply)
    assert (cls.ami.list is not None) == issubclass(cls, ListAction)
    assert (cls.ami.list is not None) == issubclass(cls.ami.reply, ListReply)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("GetVar", "did you mean Getvar?"),
        ("QueueUnpause", "did you mean QueuePause(paused=False)?"),
        ("AttendedTransfer", "did you mean Atxfer?"),
        ("queuestatus", "did you mean QueueStatus?"),
        ("QueueStats", "did you mean QueueStatus?"),
    ],
)
def test_a_wrong_name_gets_a_hint(name: str, told: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(actions, name)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", MODELS)
def test_the_smallest_instance_can_be_written_copied_and_shown(name: str) -> None:
    made = minimal(MODELS[name])
    for same in (
        pickle.loads(pickle.dumps(made)) if name != "Login" else made,  # it holds a secret
        copy.copy(made),
        copy.deepcopy(made),
        made.model_copy(),
    ):
        assert same == made
        assert repr(same) == repr(made)
    assert repr(made).startswith(f"{MODELS[name].__name__}(")


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_can_be_sent(name: str) -> None:
    cls = CLASSES[name]
    sent = dict(whole(cls))
    exclusive = {
        field
        for rule in cls.ami.rules
        if isinstance(rule, OneOf)
        for group in rule.groups
        for field in group
    }
    assert set(cls.model_fields) - set(sent) <= exclusive | needing(cls)
    for field, action in sent.items():
        assert getattr(action, field) is not None
        headers = action.to_headers()
        assert headers
        assert encode(action.ami_name, "7", headers).startswith(f"Action: {name}\r\n".encode())


def needing(cls: type[Action[Any]]) -> set[str]:
    """Return the fields that are only valid beside others."""
    return {rule.name for rule in cls.ami.rules if isinstance(rule, Needs)}


BREAKING: list[Callable[[str], Any]] = [
    lambda text: text,
    lambda text: [text],
    lambda text: {"X": text},
    lambda text: {text: "x"},
    SecretStr,
]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("character", ["\r", "\n", "\0"], ids=["CR", "LF", "NUL"])
def test_no_field_of_any_action_takes_what_ends_a_line(name: str, character: str) -> None:
    for field in MODELS[name].model_fields:
        for breaking in BREAKING:
            with pytest.raises(ValidationError) as caught:
                minimal(MODELS[name], **{field: breaking(f"a{character}b")})
            assert field in {str(error["loc"][0]) for error in caught.value.errors()}


@pytest.mark.parametrize("name", MODELS)
def test_no_field_takes_true_for_a_number_or_a_number_for_true(name: str) -> None:
    for field in MODELS[name].model_fields:
        taken = []
        for value in (1, True):
            try:
                minimal(MODELS[name], **{field: value})
            except ValidationError as error:
                wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
            else:
                wrong = set()
            if field not in wrong:
                taken.append(value)
        assert len(taken) < 2, field


@pytest.mark.parametrize("name", MODELS)
def test_a_required_field_is_not_empty(name: str) -> None:
    cls = MODELS[name]
    required = [field for field, info in cls.model_fields.items() if info.is_required()]
    for field in required:
        for nothing in ("", None):
            with pytest.raises(ValidationError) as caught:
                minimal(cls, **{field: nothing})
            assert field in {str(error["loc"][0]) for error in caught.value.errors()}


@pytest.mark.parametrize("name", MODELS)
def test_an_unknown_field_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="no_such_field"):
        minimal(MODELS[name], no_such_field="x")


def test_an_action_cannot_be_changed() -> None:
    action = actions.QueueAdd(queue="support", interface="PJSIP/1")
    with pytest.raises(ValidationError, match="frozen"):
        setattr(action, "queue", "x")  # noqa: B010 - a checker would refuse it


def test_actions_are_equal_by_their_values_and_can_be_hashed() -> None:
    one = actions.QueueAdd(queue="support", interface="PJSIP/1")
    assert one == actions.QueueAdd(queue="support", interface="PJSIP/1")
    assert hash(one) == hash(actions.QueueAdd(queue="support", interface="PJSIP/1"))
    assert one != actions.QueueAdd(queue="support", interface="PJSIP/2")
    removed: object = actions.QueueRemove(queue="support", interface="PJSIP/1")
    assert one != removed


def test_the_str_of_an_action_is_its_repr() -> None:
    action = actions.QueueAdd(queue="support", interface="PJSIP/1", paused=False)
    assert str(action) == "QueueAdd(queue='support', interface='PJSIP/1', paused=False)"
    assert str(action) == repr(action)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Originate: give exten, context and priority, or application"),
        ({"exten": "1"}, "Originate: context and priority must be given too"),
        ({"exten": "1", "application": "Echo"}, "Originate: give only one of"),
        (
            {"exten": "1", "context": "c", "priority": 1, "data": "x"},
            "Originate: data needs application",
        ),
    ],
)
def test_a_rule_that_is_broken_says_what_to_mend(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        actions.Originate(channel="PJSIP/1", **fields)
    assert said in str(caught.value)


SECRET_HOLDERS: list[Action[Any]] = [
    actions.Login(username="u", secret="sesame"),
    actions.Login(username="u", secret=SecretStr("sesame")),
    RawAction("Login", {"Secret": "sesame"}),
    RawAction("Login", [("Secret", "sesame")]),
]


@pytest.mark.parametrize("action", SECRET_HOLDERS, ids=lambda action: type(action).__name__)
def test_a_secret_is_not_shown_but_is_sent(action: Action[Any]) -> None:
    assert "sesame" not in f"{action!r} {action}"
    assert ("Secret", "sesame") in action.to_headers()


def test_a_secret_is_not_in_what_pydantic_dumps() -> None:
    action = actions.Login(username="u", secret="sesame")
    assert "sesame" not in repr(action.model_dump())
    assert "sesame" not in action.model_dump_json()


@pytest.mark.parametrize(
    "fields",
    [
        {"secret": "sesame\n"},
        {"secret": SecretStr("sesame\n")},
        {"secret": ["sesame"]},
        {"secret": "sesame", "key": "x"},
        {"secret": "sesame", "events": 5},
        {"secrets": "sesame"},
    ],
    ids=str,
)
@pytest.mark.parametrize("shown", [str, repr, lambda e: "".join(traceback.format_exception(e))])
def test_a_validation_error_does_not_show_a_secret(fields: dict[str, Any], shown: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        actions.Login(username="u", **fields)
    assert "sesame" not in shown(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"secret": "sesame\n"},
        {"secret": "sesame", "key": "x"},
        {"secret": "sesame", "events": 5},
    ],
    ids=str,
)
def test_the_details_of_a_validation_error_do_not_hold_a_secret(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        actions.Login(username="u", **fields)
    assert "sesame" not in repr(caught.value.errors())


@pytest.mark.parametrize(
    ("headers", "written"),
    [
        ((), []),
        ([("Foo", "1"), ("Bar", "2"), ("Foo", "")], [("Foo", "1"), ("Bar", "2"), ("Foo", "")]),
        ({"Foo": 1, "Bar": "x"}, [("Foo", "1"), ("Bar", "x")]),
        (iter([("Foo", "1")]), [("Foo", "1")]),
    ],
)
def test_a_raw_action_sends_its_headers_in_order(headers: Any, written: Any) -> None:
    action = RawAction("MyModuleDo", headers)
    assert action.ami_name == "MyModuleDo"
    assert action.to_headers() == written
    assert action.ami == ActionInfo("", reply=RawReply)


def test_the_repr_of_a_raw_action_has_the_names_of_its_headers_only() -> None:
    action = RawAction("MyModuleDo", [("Foo", "1"), ("Foo", "2")])
    assert repr(action) == str(action) == "RawAction('MyModuleDo', headers=['Foo', 'Foo'])"


def test_raw_actions_are_equal_by_their_values_and_can_be_copied() -> None:
    action = RawAction("Foo", {"A": "1"})
    assert action == RawAction("Foo", [("A", "1")])
    assert hash(action) == hash(RawAction("Foo", [("A", "1")]))
    assert action != RawAction("Foo", [("A", "2")])
    assert pickle.loads(pickle.dumps(action)) == action
    assert copy.deepcopy(action) == action


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("", ()),
        (5, ()),
        ("Foo\n", ()),
        ("Foo", {"": "x"}),
        ("Foo", {"A\r": "x"}),
        ("Foo", {"A": "x\r\ny"}),
        ("Foo", {"A": "x\0"}),
        ("Foo", {"A": True}),
        ("Foo", {"A": None}),
        ("Foo", {"A": ["x"]}),
        ("Foo", {"A": 1.5}),
    ],
)
def test_a_raw_action_refuses_what_cannot_be_sent(name: Any, headers: Any) -> None:
    with pytest.raises(ValidationError):
        RawAction(name, headers)


def examples() -> list[tuple[str, str]]:
    """Collect the examples in the documentation of the actions."""
    parser = doctest.DocTestParser()
    return [
        (name, example.source)
        for name, cls in CLASSES.items()
        for example in parser.get_examples(cls.__doc__ or "")
    ]


@pytest.mark.parametrize(("name", "source"), examples())
def test_an_example_in_the_documentation_can_be_made_and_sent(name: str, source: str) -> None:
    assert isinstance(ast.parse(source).body[0], ast.Expr)
    action = eval(source, {"actions": actions})
    assert isinstance(action, CLASSES[name])
    assert encode(action.ami_name, "7", action.to_headers())


def test_the_samples_are_of_every_kind() -> None:
    """Guards the tests above: the helper must find a value for every field."""
    for cls in MODELS.values():
        for field in cls.model_fields.values():
            assert candidates(field)
