"""The strict types of fields: what they refuse, how they are written, and quoting."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr, ValidationError

from amisdk.fields import (
    CommaList,
    FreeHeaders,
    Priority,
    Repeated,
    Secret,
    Text,
    TextGiven,
    Variables,
    Words,
    quote_variable,
)
from amisdk.models import Action, Reply


class Sent(Action[Reply]):
    """An action with a field of every kind."""

    text: Text | None = Field(default=None, serialization_alias="Text")
    given: TextGiven | None = Field(default=None, serialization_alias="Given")
    number: int | None = Field(default=None, serialization_alias="Number")
    ratio: float | None = Field(default=None, serialization_alias="Ratio")
    flag: bool | None = Field(default=None, serialization_alias="Flag")
    word: Annotated[bool, Words("on", "off")] | None = Field(
        default=None, serialization_alias="Word"
    )
    known: Literal["plain", "md5"] | Text | None = Field(default=None, serialization_alias="Known")
    priority: Priority | None = Field(default=None, serialization_alias="Priority")
    secret: Secret | None = Field(default=None, serialization_alias="Secret")
    names: CommaList | None = Field(default=None, serialization_alias="Names")
    rows: Annotated[Sequence[Text] | Text | None, Repeated()] = Field(
        default=None, serialization_alias="Row"
    )
    variables: Variables | None = Field(default=None, serialization_alias="Variable")
    free: FreeHeaders | None = Field(default=None, serialization_alias="Headers")


def sent(**fields: Any) -> list[tuple[str, str]]:
    return Sent(**fields).to_headers()


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, []),
        ({"text": ""}, [("Text", "")]),
        ({"text": " a: b\t"}, [("Text", " a: b\t")]),
        ({"number": 0}, [("Number", "0")]),
        ({"number": -7}, [("Number", "-7")]),
        ({"ratio": 0.5}, [("Ratio", "0.5")]),
        ({"flag": True}, [("Flag", "true")]),
        ({"flag": False}, [("Flag", "false")]),
        ({"word": True}, [("Word", "on")]),
        ({"word": False}, [("Word", "off")]),
        ({"known": "md5"}, [("Known", "md5")]),
        ({"known": "other"}, [("Known", "other")]),
        ({"priority": 1}, [("Priority", "1")]),
        ({"priority": "hint"}, [("Priority", "hint")]),
        ({"secret": "s3cret"}, [("Secret", "s3cret")]),
        ({"secret": SecretStr("s3cret")}, [("Secret", "s3cret")]),
        ({"names": "a,b"}, [("Names", "a,b")]),
        ({"names": ["a", "b"]}, [("Names", "a,b")]),
        ({"names": ("a",)}, [("Names", "a")]),
        ({"rows": ["a", "b"]}, [("Row", "a"), ("Row", "b")]),
        ({"rows": "ab"}, [("Row", "ab")]),
        ({"rows": []}, []),
        (
            {"variables": {"A": "x", "B": 1, "C": 1.5}},
            [("Variable", "A=x"), ("Variable", "B=1"), ("Variable", "C=1.5")],
        ),
        ({"free": {"Foo": "x", "Bar": 1}}, [("Foo", "x"), ("Bar", "1")]),
        ({"free": {"Foo-Bar 1": ""}}, [("Foo-Bar 1", "")]),
    ],
)
def test_a_field_is_written_in_its_form(
    fields: dict[str, Any], headers: list[tuple[str, str]]
) -> None:
    assert sent(**fields) == headers


@pytest.mark.parametrize(
    "fields",
    [
        {"text": 5},
        {"text": None, "given": 5},
        {"text": b"x"},
        {"given": ""},
        {"number": True},
        {"number": "5"},
        {"number": 5.0},
        {"ratio": "0.5"},
        {"ratio": True},
        {"flag": 1},
        {"flag": "yes"},
        {"word": "on"},
        {"priority": True},
        {"priority": 1.0},
        {"priority": ""},
        {"secret": 5},
        {"secret": b"x"},
        {"names": 5},
        {"names": ["a", 5]},
        {"names": ["a,b"]},
        {"rows": 5},
        {"variables": {"A": True}},
        {"variables": {"A": None}},
        {"variables": {"": "x"}},
        {"variables": {"A=B": "x"}},
        {"variables": {" A": "x"}},
        {"variables": ["A=1"]},
        {"free": {"A": True}},
        {"free": {"": "x"}},
        {"free": {"A:": "x"}},
        {"free": {" A": "x"}},
        {"free": {"A ": "x"}},
        {"free": {"Action": "x"}},
        {"free": {"actionid": "x"}},
        {"nothing": "x"},
    ],
    ids=str,
)
def test_what_does_not_belong_in_a_field_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sent(**fields)


@pytest.mark.parametrize(("character", "name"), [("\r", "CR"), ("\n", "LF"), ("\0", "NUL")])
@pytest.mark.parametrize(
    "holding",
    [
        lambda text: {"text": text},
        lambda text: {"given": text},
        lambda text: {"known": text},
        lambda text: {"priority": text},
        lambda text: {"secret": text},
        lambda text: {"secret": SecretStr(text)},
        lambda text: {"names": text},
        lambda text: {"names": ["a", text]},
        lambda text: {"rows": text},
        lambda text: {"rows": [text]},
        lambda text: {"variables": {"A": text}},
        lambda text: {"variables": {text: "x"}},
        lambda text: {"free": {"A": text}},
        lambda text: {"free": {text: "x"}},
    ],
)
def test_no_field_takes_what_ends_a_line(character: str, name: str, holding: Any) -> None:
    with pytest.raises(ValidationError, match=f"cannot hold {name}"):
        Sent(**holding(f"a{character}b"))


def test_other_breaks_of_python_are_plain_characters() -> None:
    text = "a\u2028b\x0bc\x0cd\x85e"
    assert sent(text=text) == [("Text", text)]


def test_an_action_does_not_change_with_what_it_was_made_from() -> None:
    variables = {"A": "1"}
    free = {"Foo": "1"}
    names = ["a"]
    action = Sent(variables=variables, free=free, names=names)
    before = action.to_headers()
    variables["B"] = free["B"] = "x\r\ny"
    names.append("b")
    assert action.to_headers() == before


def argument_of(scan: str) -> list[str]:
    """Part a text as the server does (__ast_app_separate_args), quotes and escapes removed."""
    arguments = [""]
    quoted, parens, brackets = False, 0, 0
    characters = iter(scan)
    for character in characters:
        if character == "\\":
            arguments[-1] += next(characters, "")
            continue
        if character == '"':
            quoted = not quoted
            continue
        if character == "," and not (quoted or parens or brackets):
            arguments.append("")
            continue
        if character in "()":
            parens = max(0, parens + (1 if character == "(" else -1))
        elif character in "[]":
            brackets = max(0, brackets + (1 if character == "[" else -1))
        arguments[-1] += character
    return arguments


def set_by_server(header: str) -> list[tuple[str, str]]:
    """Return the variables that the server sets for a header (man_do_variable_value)."""
    start = next((at for at, one in enumerate(header) if one > " "), len(header))
    pairs = [argument.partition("=") for argument in argument_of(header[start:])]
    return [(name, value) for name, equals, value in pairs if name and equals]


@pytest.mark.parametrize(
    ("header", "variables"),
    [
        ('A="1,2",B=3', [("A", "1,2"), ("B", "3")]),
        (r"A=1\,2", [("A", "1,2")]),
        ("A=1,2", [("A", "1")]),
        ("NAME", []),
        ("A=f(1,2),B=3", [("A", "f(1,2)"), ("B", "3")]),
        ("A=[1,2],B=3", [("A", "[1,2]"), ("B", "3")]),
    ],
)
def test_the_model_of_the_server_does_what_the_server_does(
    header: str, variables: list[tuple[str, str]]
) -> None:
    assert set_by_server(header) == variables


SPECIAL = st.sampled_from('",\\()[]=; \t')
PLAIN = st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])
NAME = st.text(SPECIAL | PLAIN, min_size=1).filter(
    lambda text: "=" not in text and text[0] > " " and text == text.strip()
)


@given(NAME, st.text(SPECIAL | PLAIN))
def test_the_server_sets_exactly_what_was_given(name: str, value: str) -> None:
    [(header, text)] = sent(variables={name: value})
    assert header == "Variable"
    assert set_by_server(text) == [(name, value)]


@given(st.integers() | st.floats())
def test_the_server_sets_numbers_as_python_writes_them(value: float) -> None:
    assert set_by_server(quote_variable("A", value)) == [("A", str(value))]


def test_a_mapping_of_any_kind_is_taken() -> None:
    class Frozen(Mapping[str, str]):
        def __getitem__(self, key: str) -> str:
            return {"A": "1"}[key]

        def __iter__(self) -> Any:
            return iter(("A",))

        def __len__(self) -> int:
            return 1

    assert sent(variables=Frozen()) == [("Variable", "A=1")]


@pytest.mark.parametrize("field", ["text", "given"])
def test_bytes_of_the_servers_that_were_no_text_may_be_sent_back(field: str) -> None:
    """They came as surrogates, and may be what the server calls its channel."""
    sent = Sent.model_validate({field: "J\udcfcrgen"})
    assert sent.to_headers() == [(field.title(), "J\udcfcrgen")]
