"""Actions to bytes: what is refused, and that what is written reads back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amisdk.errors import InvalidAction
from amisdk.headers import Headers, split_header
from amisdk.wire import (
    MAX_ACTION_ID,
    MAX_HEADERS,
    MAX_LINE,
    Framer,
    _encode_carefully,
    encode,
)


def refused(
    action: str = "Ping",
    action_id: str = "7",
    *headers: tuple[str, str],
    encoding: str = "utf-8",
) -> InvalidAction:
    with pytest.raises(InvalidAction) as caught:
        encode(action, action_id, headers, encoding)
    return caught.value


def test_an_action_is_its_lines_and_a_blank_one() -> None:
    assert encode("Ping", "7", [("Foo", "a b "), ("Foo", ""), ("Bar", "é")]) == (
        "Action: Ping\r\nActionID: 7\r\nFoo: a b \r\nFoo: \r\nBar: é\r\n\r\n".encode()
    )


def test_the_headers_may_come_from_an_iterator() -> None:
    assert encode("Ping", "7", iter([("Foo", "1")])).endswith(b"\r\nFoo: 1\r\n\r\n")
    with pytest.raises(InvalidAction):
        encode("Ping", "7", iter([("Foo", "1"), ("Bar", "1\n")]))


TEXTS = st.text(st.sampled_from("Aa1: -\r\n\0\té\xa0"), max_size=12)


@given(
    TEXTS | st.just("Ping"),
    TEXTS | st.just("7") | st.integers(1, 70).map("x".__mul__),
    st.lists(st.tuples(TEXTS | st.just("Foo"), TEXTS | st.just("x" * 300)), max_size=4)
    | st.integers(100, 140).map([("a", "")].__mul__),
)
def test_what_is_written_at_once_is_what_a_closer_look_would_write(
    action: str, action_id: str, headers: list[tuple[str, str]]
) -> None:
    try:
        careful = _encode_carefully(action, action_id, headers, "utf-8")
    except InvalidAction:
        with pytest.raises(InvalidAction):
            encode(action, action_id, headers)
    else:
        assert encode(action, action_id, headers) == careful


@pytest.mark.parametrize(("character", "name"), [("\r", "CR"), ("\n", "LF"), ("\0", "NUL")])
@pytest.mark.parametrize("where", ["action", "action_id", "key", "value"])
def test_what_would_end_a_line_is_refused_everywhere(character: str, name: str, where: str) -> None:
    parts = {"action": "Ping", "action_id": "7", "key": "Foo", "value": "x"}
    parts[where] += f"{character}y"
    error = refused(parts["action"], parts["action_id"], (parts["key"], parts["value"]))
    fields = {"action": "Action", "action_id": "ActionID", "key": parts["key"], "value": "Foo"}
    assert error.field == fields[where]
    assert f"holds {name}" in str(error)


def test_the_value_is_not_in_the_error() -> None:
    assert "s3cret" not in str(refused("Login", "7", ("Secret", "s3cret\n")))
    assert "s3cret" not in str(refused("Login", "7", ("Secret", "s3cret" * 1000)))
    assert "s3cret" not in str(refused("Login", "7", ("Secret", "s3cret€"), encoding="latin-1"))


@pytest.mark.parametrize("key", ["", ":", "Foo:", "Foo:Bar", " Foo", "Foo ", "\tFoo", " "])
def test_a_bad_key_is_refused(key: str) -> None:
    assert refused("Ping", "7", (key, "x")).field == key


@pytest.mark.parametrize("key", ["Action", "ActionID", "action", "ACTIONID"])
def test_a_header_of_the_clients_own_is_refused(key: str) -> None:
    assert refused("Ping", "7", ("Foo", "x"), (key, "x")).field == key


@pytest.mark.parametrize("key", ["Actions", "ActionIDs", "Action-000000"])
def test_a_header_whose_name_only_begins_so_is_not(key: str) -> None:
    assert encode("Ping", "7", [(key, "x")]).endswith(f"\r\n{key}: x\r\n\r\n".encode())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("€", "latin-1"), ("é", "ascii"), ("\ud800", "utf-8"), (chr(0xDC0A), "utf-8")],
)
def test_a_character_that_the_encoding_has_not_is_refused(text: str, encoding: str) -> None:
    assert refused("Ping", "7", ("Foo", text), encoding=encoding).field == "Foo"
    assert refused("Ping", text, encoding=encoding).field == "ActionID"
    assert refused(text, "7", encoding=encoding).field == "Action"


def test_bytes_that_came_from_the_server_can_be_sent_back() -> None:
    assert encode("Ping", "7", [("Foo", "caf\udce9")]).endswith(b"Foo: caf\xe9\r\n\r\n")
    assert encode("Ping", "7", [("Foo", "café")], "latin-1").endswith(b"Foo: caf\xe9\r\n\r\n")


@pytest.mark.parametrize("filler", ["x", "é"])
def test_a_line_has_1022_bytes_and_no_more(filler: str) -> None:
    room = MAX_LINE - len("Foo: ")
    value = filler * (room // len(filler.encode()))
    value += "x" * (room - len(value.encode()))
    line = encode("Ping", "7", [("Foo", value)]).split(b"\r\n")[2]
    assert len(line) == 1022
    error = refused("Ping", "7", ("Foo", value + "x"))
    assert error.field == "Foo"
    assert "1023" in str(error)


def test_the_length_counts_bytes_of_the_encoding() -> None:
    value = "é" * (MAX_LINE - len("Foo: "))
    assert encode("Ping", "7", [("Foo", value)], "latin-1")
    assert refused("Ping", "7", ("Foo", value)).field == "Foo"


def test_the_limit_counts_for_the_actions_name_too() -> None:
    assert encode("x" * (MAX_LINE - len("Action: ")), "7")
    assert refused("x" * (MAX_LINE - len("Action: ") + 1)).field == "Action"


def test_an_action_has_128_headers_and_no_more() -> None:
    headers = [("Foo", str(number)) for number in range(MAX_HEADERS - 2)]
    assert encode("Ping", "7", headers).count(b"\r\n") == 128 + 1
    assert "129 headers" in str(refused("Ping", "7", *headers, ("Foo", "x")))


@pytest.mark.parametrize("filler", ["x", "é"])
def test_an_action_id_has_67_bytes_and_no_more(filler: str) -> None:
    size = len(filler.encode())
    action_id = filler * (MAX_ACTION_ID // size) + "x" * (MAX_ACTION_ID % size)
    assert len(action_id.encode()) == 67
    assert encode("Ping", action_id)
    assert refused("Ping", action_id + "x").field == "ActionID"


BLANKED = ["", " ", " x", "\tx", "\x01x", "\x1fx", "\x0b", "x ", "x\t"]
"""The server skips blanks and control characters before a value, and who looks does not see it."""


@pytest.mark.parametrize("action_id", BLANKED)
def test_an_action_id_that_the_server_would_not_echo_as_sent_is_refused(action_id: str) -> None:
    assert refused("Ping", action_id).field == "ActionID"


@pytest.mark.parametrize("action", BLANKED)
def test_an_action_needs_a_name_that_the_server_reads_as_it_is(action: str) -> None:
    assert refused(action).field == "Action"


@pytest.mark.parametrize("name", ["!", "\x7f", "é", "x y", "x\x01y"])
def test_what_the_server_keeps_is_not_refused(name: str) -> None:
    assert encode(name, name) == f"Action: {name}\r\nActionID: {name}\r\n\r\n".encode()


TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=80)
KEY = st.text(
    st.characters(exclude_characters="\r\n\0:", exclude_categories=["Cs"]), min_size=1, max_size=80
).filter(lambda key: key == key.strip() and key.lower() not in ("action", "actionid"))


@given(st.lists(st.tuples(KEY, TEXT), max_size=30), st.integers(0, 4000))
def test_what_is_written_reads_back(pairs: list[tuple[str, str]], cut: int) -> None:
    data = encode("Ping", "7", pairs)
    framer = Framer()
    framer.feed(b"Asterisk Call Manager/1\r\n")
    [frame] = framer.feed(data[:cut]) + framer.feed(data[cut:])
    assert Headers(map(split_header, frame.split("\r\n"))) == Headers(
        [("Action", "Ping"), ("ActionID", "7"), *pairs]
    )


@given(st.lists(st.tuples(st.text(), st.text())), st.text(), st.text())
def test_what_is_not_refused_is_one_message_of_those_headers(
    pairs: list[tuple[str, str]], action: str, action_id: str
) -> None:
    try:
        data = encode(action, action_id, pairs)
    except InvalidAction as error:
        data, field = b"", error.field
    if not data:
        assert field is not None
        return
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n") == len(pairs) + 3
    assert data.endswith(b"\r\n\r\n")
    assert b"\0" not in data
