"""The headers of a message: splitting a line, and looking names up."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amisdk.headers import Headers, split_header


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        ("Key: value", ("Key", "value")),
        ("Key:value", ("Key", "value")),
        ("Key:", ("Key", "")),
        ("Key: ", ("Key", "")),
        ("Key:  indented", ("Key", " indented")),
        ("Key:\tvalue", ("Key", "\tvalue")),
        ("Key: a: b", ("Key", "a: b")),
        ("Key:a: b", ("Key", "a: b")),
        ("Key : value", ("Key ", "value")),
        (": value", ("", "value")),
        ("no colon here", ("", "no colon here")),
        ("", ("", "")),
        ("Key: trailing ", ("Key", "trailing ")),
        ("Key: a\nb", ("Key", "a\nb")),
        ("Key: a\u2028b\x0b\x0c\x85", ("Key", "a\u2028b\x0b\x0c\x85")),
    ],
)
def test_a_line_is_split_at_its_first_colon_and_one_space_goes(
    line: str, pair: tuple[str, str]
) -> None:
    assert split_header(line) == pair


HEADERS = Headers([("Event", "A"), ("Var", "1"), ("var", "2"), ("Empty", ""), ("VAR", "3")])


def test_names_are_found_without_regard_to_case_and_the_first_value_wins() -> None:
    assert HEADERS["VaR"] == "1"
    assert HEADERS.get("vAr") == "1"
    assert HEADERS.all("Var") == ("1", "2", "3")


def test_an_empty_value_is_a_value() -> None:
    assert HEADERS["empty"] == ""
    assert "empty" in HEADERS
    assert HEADERS.get("empty", "default") == ""


def test_a_missing_name() -> None:
    assert HEADERS.get("Nothing") is None
    assert HEADERS.get("Nothing", "default") == "default"
    assert HEADERS.all("Nothing") == ()
    assert "Nothing" not in HEADERS
    assert 1 not in HEADERS
    with pytest.raises(KeyError, match="Nothing"):
        HEADERS["Nothing"]


def test_order_and_repeats_are_kept() -> None:
    assert list(HEADERS) == [
        ("Event", "A"),
        ("Var", "1"),
        ("var", "2"),
        ("Empty", ""),
        ("VAR", "3"),
    ]
    assert len(HEADERS) == 5
    assert len(Headers()) == 0


def test_the_pairs_are_copied() -> None:
    pairs = [("A", "1")]
    headers = Headers(pairs)
    pairs.append(("B", "2"))
    assert list(headers) == [("A", "1")]


def test_equality_is_that_of_the_pairs() -> None:
    assert Headers([("A", "1")]) == Headers(iter([("A", "1")]))
    assert hash(Headers([("A", "1")])) == hash(Headers([("A", "1")]))
    assert Headers([("A", "1")]) != Headers([("a", "1")])
    assert Headers([("A", "1"), ("B", "2")]) != Headers([("B", "2"), ("A", "1")])
    assert Headers([("A", "1")]) != [("A", "1")]


def test_the_repr_reads_back() -> None:
    assert eval(repr(HEADERS), {"Headers": Headers}) == HEADERS


def test_they_survive_pickling_and_copying() -> None:
    assert pickle.loads(pickle.dumps(HEADERS)) == HEADERS
    assert copy.deepcopy(HEADERS) == HEADERS
    assert copy.copy(HEADERS) == HEADERS


@given(st.text().filter(lambda text: ":" not in text), st.text())
def test_what_is_joined_is_split_again(key: str, value: str) -> None:
    assert split_header(f"{key}: {value}") == (key, value)
