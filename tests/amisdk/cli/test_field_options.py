"""The options of actions, made of their fields."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import pytest
from amisdk_models.registry import ACTIONS
from pydantic import Field

from amisdk.cli.faults import Fault
from amisdk.cli.field_options import option_name, options_of, types_of
from amisdk.fields import CommaList, Priority, Secret, Text, TextGiven, Variables, Words
from amisdk.models import Action, Record, Reply
from tests.amisdk.cli.test_examples import called


class Row(Record):
    name: str


class Many(Action[Reply]):
    """An action with a field of every kind."""

    ami = ACTIONS["Ping"].ami

    text: TextGiven = Field(serialization_alias="Text")
    maybe_text: Text | None = None
    from_: Text | None = None
    count: int | None = Field(default=None, ge=0, le=9)
    ratio: float | None = Field(default=None, ge=0.5)
    flag: bool | None = None
    worded: Annotated[bool, Words("on", "off")] | None = None
    closed: Literal["load", "Unload"] | None = None
    open: Literal["plain", "MD5"] | Text | None = None
    priority: Priority | None = None
    variables: Variables | None = None
    codecs: CommaList | None = None
    secret: Secret | None = None
    rows: Sequence[Row] | None = None


def values(*arguments: str) -> dict[str, Any]:
    action = called(Many, ["--text", "x", *arguments])
    return {name: value for name, value in action if value is not None and name != "text"}


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--maybe-text", "a b"], {"maybe_text": "a b"}),
        (["--from", "me"], {"from_": "me"}),
        (["--count", "3"], {"count": 3}),
        (["--ratio", "0.5"], {"ratio": 0.5}),
        (["--flag"], {"flag": True}),
        (["--no-flag"], {"flag": False}),
        (["--no-worded"], {"worded": False}),
        (["--closed", "unload"], {"closed": "Unload"}),
        (["--open", "MD5"], {"open": "MD5"}),
        (["--open", "other"], {"open": "other"}),
        (["--priority", "1"], {"priority": 1}),
        (["--priority", "hint"], {"priority": "hint"}),
        (["--variables", "A=1", "--variable", "B=x=y"], {"variables": {"A": "1", "B": "x=y"}}),
        (["--codecs", "ulaw,alaw"], {"codecs": "ulaw,alaw"}),
        (["--codecs", "ulaw", "--codecs", "alaw"], {"codecs": ("ulaw", "alaw")}),
        ([], {}),
    ],
)
def test_values_are_what_the_fields_take(arguments: list[str], found: dict[str, Any]) -> None:
    assert values(*arguments) == found


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--count", "10"], "Invalid value for '--count'"),
        (["--count", "-1"], "Invalid value for '--count'"),
        (["--count", "x"], "Invalid value for '--count'"),
        (["--ratio", "0.1"], "Invalid value for '--ratio'"),
        (["--closed", "reload"], "is not one of 'load', 'unload'"),
        (["--maybe-txt", "x"], "--maybe-txt"),
        (["--variables", "A"], '--variables: "A" is not NAME=VALUE'),
        (["--variables", "A=1", "--variables", "A=2"], "--variables: A is given twice"),
        (["--variables", "=1"], "--variables: '' cannot be the name of a channel variable"),
        (["--maybe-text", "a\nb"], "--maybe-text: a header cannot hold LF"),
        (["--text", ""], "--text: String should have at least 1 character"),
        (["--priority", ""], "--priority: a priority is a number or a label"),
        (["--rows", "x"], "--rows"),
    ],
)
def test_what_the_fields_do_not_take_is_told(arguments: list[str], said: str) -> None:
    with pytest.raises(Exception) as told:  # noqa: PT011 - some are the parser's own
        values(*arguments)
    error = told.value
    text = str(error) if isinstance(error, Fault) else error.format_message()  # type: ignore[attr-defined]
    assert said in text


def test_what_is_required_comes_first() -> None:
    assert next(one.field for one in options_of(Many)) == "text"
    assert [one.field for one in options_of(Many) if one.required] == ["text"]


def test_every_field_of_every_action_has_an_option_or_takes_records() -> None:
    for name in ACTIONS:
        cls = ACTIONS[name]
        names = [one.field for one in options_of(cls)]
        missing = set(cls.model_fields) - set(names)
        assert missing == ({"changes"} if name == "UpdateConfig" else set())
        flags = [word for one in options_of(cls) for text in one.names for word in text.split("/")]
        assert len(flags) == len(set(flags)), name


@pytest.mark.parametrize(
    ("field", "option"), [("member_name", "member-name"), ("async_", "async"), ("from_", "from")]
)
def test_an_option_has_the_field_s_name(field: str, option: str) -> None:
    assert option_name(field) == option


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("text", "text"),
        ("count", "number"),
        ("ratio", "decimal number"),
        ("worded", "yes or no"),
        ("closed", "load|Unload"),
        ("open", "plain|MD5 or text"),
        ("variables", "NAME=value"),
        ("codecs", "text or list of text"),
        ("rows", "list of Row"),
    ],
)
def test_types_are_named_for_people(field: str, shown: str) -> None:
    assert types_of(Many.model_fields[field]) == shown


def test_a_type_of_a_program_s_own_has_its_name() -> None:
    class Own(Action[Reply]):
        data: Mapping[str, int] | Row | None = None

    assert types_of(Own.model_fields["data"]) == "NAME=value or Row"
