"""Secrets in actions: what is shown, copied, pickled, and told by errors."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from amisdk_models.registry import ACTIONS
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from amisdk import RawAction, actions
from amisdk.fields import Secret, Text, TextGiven
from amisdk.info import ActionInfo
from amisdk.models import Action, Record, Reply
from amisdk.secrecy import HIDDEN
from tests.leaks import SECRET, shown


class Key(Record):
    """A record with a secret."""

    door: Text = Field(serialization_alias="Door")
    code: Secret | None = Field(default=None, serialization_alias="Code")


class Unlock(Action[Reply]):
    """An action whose secrets are in its records."""

    ami = ActionInfo("Unlock", reply=Reply)

    name: TextGiven = Field(serialization_alias="Name")
    keys: tuple[Key, ...] = ()


class MyLogin(actions.Login):
    """A user's own class, with a field more."""

    note: Text | None = Field(default=None, serialization_alias="Note")


class MadeMyWay(actions.Login):
    """A user's own class, with an ``__init__`` of its own."""

    def __init__(self, word: str) -> None:
        super().__init__(username="me", secret=word)


class Holder(BaseModel):
    """A user's model, which shows the input of its errors."""

    login: actions.Login


LOGIN = actions.Login(username="admin", secret=SECRET)
HOLDERS: list[Any] = [
    LOGIN,
    MyLogin(username="admin", secret=SECRET, note="x"),
    MadeMyWay(SECRET),
    RawAction("Login", {"Username": "admin", "secret": SECRET}),
    Key(door="front", code=SECRET),
    Unlock(name="me", keys=(Key(door="front", code=SECRET),)),
]
each_holder = pytest.mark.parametrize("holder", HOLDERS, ids=lambda one: type(one).__name__)


def _assign(name: str) -> None:
    setattr(actions.Login(username="a", secret="b"), name, SECRET)


WRONG: dict[str, Callable[[], object]] = {
    "another type": lambda: actions.Login(username="a", secret=[SECRET]),  # type: ignore[arg-type]
    "bytes": lambda: actions.Login(username="a", secret=SECRET.encode()),  # type: ignore[arg-type]
    "a line's end": lambda: actions.Login(username="a", secret=SECRET + "\n"),
    "a line's end in a SecretStr": lambda: actions.Login(
        username="a", secret=SecretStr(SECRET + "\n")
    ),
    "a misspelt keyword": lambda: actions.Login(username="a", secrt=SECRET),  # type: ignore[call-arg]
    "another field missing": lambda: actions.Login(secret=SECRET),  # type: ignore[call-arg]
    "another field wrong": lambda: actions.Login(username=1, secret=SECRET),  # type: ignore[arg-type]
    "the secret as user": lambda: actions.Login(username=SECRET + "\n", secret="x"),
    "the secret among words": lambda: actions.Login(
        username="a",
        secret="x",
        events=[SECRET, 1],  # type: ignore[list-item]
    ),
    "a broken rule": lambda: actions.Login(username="a", secret=SECRET, key="x"),
    "an assignment": lambda: _assign("secret"),
    "an assignment to another field": lambda: _assign("username"),
    "an assignment to no field": lambda: _assign("secrt"),
    "JSON": lambda: actions.Login.model_validate_json(
        f'{{"username": "a", "secret": {{"x": "{SECRET}"}}}}'
    ),
    "no JSON": lambda: actions.Login.model_validate_json(f'"{SECRET}'),
    "a mapping": lambda: actions.Login.model_validate({"username": "a", "scrt": SECRET}),
    "strings": lambda: actions.Login.model_validate_strings({"username": "a", "scrt": SECRET}),
    "a class of one's own": lambda: MyLogin(username="a", note=[SECRET]),  # type: ignore[arg-type]
    "a record": lambda: Key(door=[SECRET]),  # type: ignore[arg-type]
    "an action with a record": lambda: Unlock(name="", keys=(Key(door=SECRET),)),
    "an action with a record as a mapping": lambda: Unlock(
        name="x",
        keys=({"door": "x", "cod": SECRET},),  # type: ignore[arg-type]
    ),
    "raw headers": lambda: RawAction("Login", {"Secret": SECRET + "\n"}),
    "raw headers of another type": lambda: RawAction(
        "Login",
        {"Secret": [SECRET]},  # type: ignore[arg-type]
    ),
    "a raw name": lambda: RawAction("", {"Secret": SECRET}),
}


FOREIGN: dict[str, Callable[[], object]] = {
    "no mapping": lambda: TypeAdapter(actions.Login).validate_python(SECRET),
    "a field of another model": lambda: Holder(login={"secret": SECRET}),  # type: ignore[arg-type]
    "a class made its own way": lambda: MadeMyWay(SECRET + "\r"),
}
"""Attempts through code that is not ours: its frames hold what they hold."""


@pytest.mark.parametrize("attempt", WRONG.values(), ids=WRONG)
def test_an_error_shows_nothing_of_what_a_class_with_secrets_was_given(
    attempt: Callable[[], object],
) -> None:
    with pytest.raises(ValidationError) as caught:
        attempt()
    assert SECRET not in shown(caught.value)
    assert {fault["input"] for fault in caught.value.errors()} == {HIDDEN}


@pytest.mark.parametrize("attempt", FOREIGN.values(), ids=FOREIGN)
def test_an_error_through_other_code_shows_nothing_either(attempt: Callable[[], object]) -> None:
    with pytest.raises(ValidationError) as caught:
        attempt()
    assert SECRET not in shown(caught.value, frames=False)
    assert {fault["input"] for fault in caught.value.errors()} == {HIDDEN}


def test_such_an_error_still_tells_where_and_what() -> None:
    with pytest.raises(ValidationError) as caught:
        actions.Login(username=SECRET + "\n", secret="x", key="y", evnts=5)  # type: ignore[call-arg]
    error = caught.value
    assert error.title == "Login"
    assert [(fault["type"], fault["loc"]) for fault in error.errors()] == [
        ("value_error", ("username",)),
        ("extra_forbidden", ("evnts",)),
    ]
    assert "a header cannot hold LF" in str(error)
    with pytest.raises(ValidationError, match="give only one of: secret, or key"):
        actions.Login(username="a", secret="x", key="y")
    with pytest.raises(ValidationError, match="Instance is frozen"):
        _assign("secret")


def test_other_actions_show_what_they_were_given() -> None:
    with pytest.raises(ValidationError) as caught:
        actions.QueueAdd(queue="q", interface="i", penalty=-5)
    assert [fault["input"] for fault in caught.value.errors()] == [-5]
    with pytest.raises(ValidationError) as caught:
        actions.Ping().ami_name = "x"  # type: ignore[misc]
    assert [fault["input"] for fault in caught.value.errors()] == ["x"]


def test_which_actions_have_secrets() -> None:
    """A secret that the spec names is found, wherever it stands."""
    with_secrets = {name for name, kind in ACTIONS.items() if "SecretStr" in str(kind.model_fields)}
    assert {name for name, kind in ACTIONS.items() if kind._hides_input} == with_secrets
    assert with_secrets == {"Login"}
    assert Unlock._hides_input
    assert not actions.Ping._hides_input


@each_holder
def test_a_secret_is_not_shown(holder: Any) -> None:
    assert SECRET not in f"{holder!r} {holder}"


@each_holder
def test_what_holds_a_secret_is_not_pickled(holder: Any) -> None:
    name = type(holder).__name__
    expected = f"^({name}|Key) cannot be pickled: it holds a secret$"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match=expected):
            pickle.dumps(holder, protocol)


@each_holder
def test_what_holds_a_secret_is_copied(holder: Any) -> None:
    for same in (copy.copy(holder), copy.deepcopy(holder), holder.model_copy()):
        assert same == holder
        assert same is not holder
        assert SECRET not in repr(same)
    [deep] = copy.deepcopy([holder])
    assert deep == holder


def test_without_its_secret_it_is_pickled() -> None:
    for action in (
        actions.Login(username="admin", auth_type="MD5", key="0" * 32),
        RawAction("Ping", {"Note": "no secret"}),
        Key(door="front"),
    ):
        assert pickle.loads(pickle.dumps(action)) == action


def test_a_secret_that_was_not_validated_is_not_shown_either() -> None:
    changed = LOGIN.model_copy(update={"secret": SECRET + "2", "username": "x"})
    assert ("Secret", SECRET + "2") in changed.to_headers()
    assert changed.username == "x"
    made = actions.Login.model_construct(username="x", secret=SECRET)
    for action in (changed, made):
        assert SECRET not in f"{action!r} {action}"
        with pytest.raises(TypeError, match="holds a secret"):
            pickle.dumps(action)
    assert SECRET not in f"{changed.model_dump()} {changed.model_dump_json()}"


def test_a_class_with_an_init_of_its_own_keeps_it() -> None:
    assert MadeMyWay(SECRET).secret == SecretStr(SECRET)
    assert MadeMyWay(SECRET).username == "me"


def test_a_subclass_may_say_more_of_its_configuration() -> None:
    class Loud(actions.Login):
        model_config = ConfigDict(hide_input_in_errors=False)

    with pytest.raises(ValidationError) as caught:
        Loud(username="x", secrt=SECRET)  # type: ignore[call-arg]
    assert SECRET not in shown(caught.value)


CLASSES = [kind for one in ACTIONS.values() for kind in (one, one.ami.reply)]


@pytest.mark.parametrize(
    "kind", [RawAction, Key, Unlock, MyLogin, *CLASSES], ids=lambda kind: kind.__name__
)
def test_an_object_can_be_shown_while_it_is_made(kind: Any) -> None:
    """A traceback with locals does so, when its ``__init__`` raises."""
    assert repr(kind.__new__(kind)).startswith(kind.__name__)
    assert str(kind.__new__(kind)).startswith(kind.__name__)
