"""What is taken from a server at the most, each limit with an error of its own; and encodings."""

from encodings.aliases import aliases
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amisdk.errors import (
    BadGreeting,
    GreetingTooLong,
    InvalidAction,
    MessageTooLong,
    ProtocolError,
    TooManyHeaders,
)
from amisdk.wire import MAX_ACTION_ID, MAX_HEADERS, MAX_LINE, Framer, Limits, encode

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def greeted(limits: Limits) -> Framer:
    made = Framer(limits=limits)
    made.feed(GREETING)
    return made


def test_the_limits_are_as_promised() -> None:
    assert Limits() == Limits(message=4 * 1024**2, headers=100_000, greeting=256, pending=10_000)
    assert (MAX_LINE, MAX_HEADERS, MAX_ACTION_ID) == (1022, 128, 67)


@pytest.mark.parametrize("name", ["message", "headers", "greeting", "pending"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_limit_is_above_zero(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f'the limit "{name}" is a number above 0'):
        Limits(**{name: value})
    assert getattr(Limits(**{name: 1}), name) == 1


@pytest.mark.parametrize("step", [1, 7, 1000])
@pytest.mark.parametrize(("count", "fits"), [(1, True), (5, True), (6, False), (60, False)])
def test_the_limit_of_headers_is_exact(count: int, fits: bool, step: int) -> None:
    made = greeted(Limits(headers=5))
    one = b"\r\n".join([b"A: 1"] * count)
    data = b"Event: A\r\n\r\n" + one + b"\r\n\r\nEvent: B\r\n\r\n"
    frames = [
        frame for at in range(0, len(data), step) for frame in made.feed(data[at : at + step])
    ]
    if fits:
        assert frames == ["Event: A", one.decode(), "Event: B"]
        assert made.error is None
    else:
        assert frames == ["Event: A"], "what came before is good, what comes after is not read"
        assert type(made.error) is TooManyHeaders
        assert str(made.error) == "a message has more than 5 headers"
        assert made.feed(b"Event: C\r\n\r\n") == []


def test_the_shortest_headers_count_too() -> None:
    made = greeted(Limits(headers=5))
    assert made.feed(b":\r\n" * 4 + b":\r\n\r\n") == [":\r\n:\r\n:\r\n:\r\n:"]
    assert made.feed(b":\r\n" * 5 + b":\r\n\r\n") == []
    assert isinstance(made.error, TooManyHeaders)


def test_lines_that_crlf_does_not_end_are_no_headers() -> None:
    made = greeted(Limits(headers=2))
    assert made.feed(b"A: 1\nB: 2\nC: 3\r\nD: 4\rE: 5\r\n\r\n") == [
        "A: 1\nB: 2\nC: 3\r\nD: 4\rE: 5"
    ]
    assert made.error is None


@pytest.mark.parametrize("step", [1, 1000])
@pytest.mark.parametrize(("length", "fits"), [(29, False), (30, True), (31, True)])
def test_the_limit_of_the_greeting_is_exact(length: int, fits: bool, step: int) -> None:
    line = b"Asterisk Call Manager".ljust(30, b"x")
    made = Framer(limits=Limits(greeting=length))
    for at in range(0, len(line) + 2, step):
        made.feed((line + b"\r\n")[at : at + step])
    assert (made.greeting == line.decode()) is fits
    assert type(made.error) is (type(None) if fits else GreetingTooLong)


def test_each_limit_has_its_own_error() -> None:
    assert issubclass(GreetingTooLong, BadGreeting)
    assert issubclass(MessageTooLong, ProtocolError)
    assert issubclass(TooManyHeaders, ProtocolError)
    assert not issubclass(TooManyHeaders, MessageTooLong)


# --- encodings ----------------------------------------------------------------------------


def usable() -> list[str]:
    """Return all of Python's encodings that a framer takes."""
    found = []
    for name in sorted(set(aliases.values())):
        try:
            Framer(name)
        except ValueError:
            continue
        found.append(name)
    return found


USABLE = usable()


def test_the_usual_encodings_are_among_those_that_can_be_used() -> None:
    assert {"utf_8", "latin_1", "ascii", "cp1252", "koi8_r", "gb18030", "big5"} <= set(USABLE)
    assert not {"utf_16", "utf_32", "utf_7", "hz", "iso2022_jp", "cp037"} & set(USABLE)


TEXT = st.text(st.characters(exclude_characters="\r\n\0"), max_size=8)


@given(st.sampled_from(USABLE), TEXT, TEXT, TEXT)
def test_no_encoding_lets_a_text_out_of_its_line(
    encoding: str, name: str, key: str, value: str
) -> None:
    try:
        data = encode(name, "7", [(key, value)], encoding)
    except InvalidAction:
        return
    assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n") == 4
    assert data.endswith(b"\r\n\r\n")
    assert b"\0" not in data


PIECES = st.lists(
    st.sampled_from([b"\r\n", b"\r\n\r\n", b"\r", b"\n", b"A: 1", b"\x81", b"\xa1\xa2", b"\x8f"])
    | st.binary(max_size=4)
).map(b"".join)


@given(st.sampled_from(USABLE), PIECES, st.lists(st.integers(0, 100), max_size=6))
def test_in_no_encoding_does_a_byte_hide_the_end_of_a_message(
    encoding: str, data: bytes, cuts: list[int]
) -> None:
    plain = Framer("latin-1")  # every byte is a character
    expected = [frame.encode("latin-1") for frame in plain.feed(GREETING + data)]
    made = Framer(encoding)
    marks = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    made.feed(GREETING)
    frames = [one for start, end in pairwise(marks) for one in made.feed(data[start:end])]
    assert frames == [frame.decode(encoding, "surrogateescape") for frame in expected]
    assert made.error is None
