"""An action that came, and how its texts are read."""

import pytest

from amisdk.headers import Headers
from amisdk.testing.dialect import dialect_of
from amisdk.testing.request import Request, is_true, number_in, seconds_in


class _Session:
    dialect = dialect_of(22)

    def __init__(self) -> None:
        self.said: list[list[tuple[str, object]]] = []

    def write(self, pairs: object) -> None:
        self.said.append(list(pairs))  # type: ignore[call-overload]


def _request(*pairs: tuple[str, str]) -> Request:
    return Request(_Session(), Headers([("Action", "QueueStatus"), *pairs]), None)


def test_blanks_before_a_value_are_skipped_those_after_it_kept() -> None:
    assert _request(("Queue", "  a b "))["queue"] == "a b "
    assert _request()["Queue"] == ""


def test_a_list_counts_what_is_in_it() -> None:
    ask = _request(("ActionID", "7"))
    ask.list("Here", [("QueueParams", {"Queue": "a"})] * 3, "QueueStatusComplete")
    first, *_, last = ask.session.said
    assert first == [
        ("Response", "Success"), ("ActionID", "7"), ("EventList", "start"), ("Message", "Here"),
    ]  # fmt: skip
    assert dict(last) == {
        "Event": "QueueStatusComplete", "ActionID": "7", "EventList": "Complete", "ListItems": "3",
    }  # fmt: skip


def test_without_an_action_id_none_is_told() -> None:
    ask = _request()
    ask.list("Here", [], "QueueStatusComplete")
    assert all("ActionID" not in dict(said) for said in ask.session.said)


def test_an_event_that_nobody_recorded_is_told_as_it_is_given() -> None:
    pairs = _request(("ActionID", "7")).pairs_of("MyItem", {"A": 1})
    assert pairs == [("Event", "MyItem"), ("ActionID", "7"), ("A", "1")]


@pytest.mark.parametrize("text", ["yes", "True", "1", "on", "y", "T", " yes "])
def test_these_mean_yes(text: str) -> None:
    assert is_true(text)


@pytest.mark.parametrize("text", ["", "no", "0", "off", "false", "2"])
def test_these_do_not(text: str) -> None:
    assert not is_true(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5), ("0.5", 0.5), (" .5s", 0.5), ("", None), ("x", None)]
)
def test_seconds_may_be_fractions(text: str, seconds: float | None) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize(
    ("text", "number"), [("5", 5), (" 5x", 5), ("-1", -1), ("x", 7), ("", 7), ("1.5", 1)]
)
def test_a_number_is_what_a_text_begins_with(text: str, number: int) -> None:
    assert number_in(text, 7) == number
