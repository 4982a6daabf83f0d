"""Bytes to frames: the greeting, framing at every split, odd bytes, and the limits."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from amisdk.errors import AmiError, BadGreeting, MessageTooLong
from amisdk.headers import header
from amisdk.wire import Framer, Limits, first_header

LONGEST = Limits().greeting
GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def framer(max_message: int = 4096, encoding: str = "utf-8") -> Framer:
    """Return a framer that has read its greeting."""
    made = Framer(encoding, Limits(message=max_message))
    assert made.feed(GREETING) == []
    assert made.greeting == "Asterisk Call Manager/11.0.0"
    return made


def frames_of(data: bytes, encoding: str = "utf-8") -> list[str]:
    made = framer(encoding=encoding)
    frames = made.feed(data)
    assert made.error is None
    return frames


def outcome(made: Framer, chunks: list[bytes]) -> tuple[list[str], str | None, type | None]:
    frames = [frame for chunk in chunks for frame in made.feed(chunk)]
    return frames, made.greeting, type(made.error) if made.error else None


@pytest.mark.parametrize("at", range(len(GREETING) + 1))
def test_the_greeting_may_come_in_two_reads(at: int) -> None:
    made = Framer()
    assert made.feed(GREETING[:at]) == []
    assert made.greeting is None or at == len(GREETING)
    assert made.feed(GREETING[at:] + b"Event: A\r\n\r\n") == ["Event: A"]
    assert made.greeting == "Asterisk Call Manager/11.0.0"
    assert made.error is None


def test_no_read_yet_is_no_bad_greeting() -> None:
    made = Framer()
    assert made.feed(b"") == []
    assert (made.greeting, made.error) == (None, None)


@pytest.mark.parametrize(
    "banner",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x50",
        b"asterisk call manager/1.0\r\n",
        b" Asterisk Call Manager/1.0\r\n",
        b"\r\nAsterisk Call Manager/1.0\r\n",
        b"Asterisk Call Banager/1.0\r\n",
        b"\n",
        b"\x00",
    ],
)
def test_a_wrong_banner_fails_as_soon_as_it_differs(banner: bytes) -> None:
    right = b"Asterisk Call Manager"
    differs = next(at for at in range(len(banner)) if banner[at : at + 1] != right[at : at + 1])
    made = Framer()
    for at in range(differs):
        made.feed(banner[at : at + 1])
        assert made.error is None
    made.feed(banner[differs : differs + 1])
    assert isinstance(made.error, BadGreeting)
    assert made.greeting is None
    assert made.feed(GREETING + b"Event: A\r\n\r\n") == []


def test_the_error_shows_what_answered_but_not_all_of_it() -> None:
    made = Framer()
    made.feed(b"HTTP/1.1 400 Bad Request\r\n" + b"x" * 10_000)
    assert "HTTP/1.1 400" in str(made.error)
    assert len(str(made.error)) < 200


BANNER = b"Asterisk Call Manager/"


@pytest.mark.parametrize(
    ("data", "greeting"),
    [
        (b"Asterisk\r\n", None),
        (BANNER + b"1.0\n", None),
        (BANNER + b"1.0\nResponse: Success\r\n\r\n", None),
        (
            BANNER.ljust(LONGEST, b"x") + b"\r\n",
            BANNER.ljust(LONGEST, b"x").decode(),
        ),
        (BANNER.ljust(LONGEST + 1, b"x") + b"\r\n", None),
        (BANNER.ljust(10_000, b"x"), None),
        (b"Asterisk Call Manager\r\n", "Asterisk Call Manager"),
        (BANNER + b"1.0\r2\r\n", BANNER.decode() + "1.0\r2"),
        (BANNER + b"\xe9\r\n", BANNER.decode() + "\\xe9"),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("step", [1, 2, 7, 20_000])
def test_what_is_a_greeting_does_not_depend_on_the_reads(
    data: bytes, greeting: str | None, step: int
) -> None:
    made = Framer()
    for at in range(0, len(data), step):
        made.feed(data[at : at + step])
    assert made.greeting == greeting
    assert isinstance(made.error, BadGreeting if greeting is None else type(None))


@pytest.mark.parametrize(
    ("data", "frames"),
    [
        (b"Event: A\r\n\r\n", ["Event: A"]),
        (b"Event: A\r\nFoo: \r\n\r\nEvent: B\r\n\r\n", ["Event: A\r\nFoo: ", "Event: B"]),
        (b"Event: A\r\n\r\n\r\nEvent: B\r\n\r\n", ["Event: A", "", "Event: B"]),
        (b"Event: A\r\n\r\n\r\n", ["Event: A", ""]),
        (b"Event: A\r\n\r\n\r\n\r\n", ["Event: A", "", ""]),
        (b"\r\nEvent: A\r\n\r\n", ["", "Event: A"]),
        (b"\r\n", [""]),
        (b"\r\n\r\n", ["", ""]),
        (b"\r\n\r\n\r\n", ["", "", ""]),
        (b"Event: A\r\n\r\n\r\n\r\n\r\n\r\nEvent: B\r\n\r\n", ["Event: A", *[""] * 4, "Event: B"]),
        (b"Message: none\n\r\n\r\n", ["Message: none\n"]),
        (b"A: 1\n\nB: 2\r\n\r\n", ["A: 1\n\nB: 2"]),
        (b"A: 1\n\r\n\nB: 2\r\n\r\n", ["A: 1\n\r\n\nB: 2"]),
        (b"A: 1\r\r\n\r\n", ["A: 1\r"]),
        (b"A: 1\r\r\n\rB\r\n\r\n", ["A: 1\r\r\n\rB"]),
        ("A: \u2028\x0b\x0c\x85\x1c\r\n\r\n".encode(), ["A: \u2028\x0b\x0c\x85\x1c"]),
        (b"A: \x00\r\n\r\n", ["A: \x00"]),
        (b"A: caf\xe9\r\n\r\n", ["A: caf\udce9"]),
        ("A: café ☎\r\n\r\n".encode(), ["A: café ☎"]),
    ],
)
@pytest.mark.parametrize("step", [1, 2, 3, 5, 1000])
def test_only_an_empty_line_ends_a_message(data: bytes, frames: list[str], step: int) -> None:
    made = framer()
    chunks = [data[at : at + step] for at in range(0, len(data), step)]
    assert outcome(made, chunks)[0] == frames
    assert made.error is None


def test_an_unfinished_message_is_no_frame_yet() -> None:
    made = framer()
    assert made.feed(b"Event: A\r\nFoo: bar") == []
    assert made.feed(b"\r\n") == []
    assert made.feed(b"\r\n") == ["Event: A\r\nFoo: bar"]


BYTES = st.lists(
    st.sampled_from(
        [
            b"\r\n",
            b"\r\n\r\n",
            b"\r",
            b"\n",
            b"A: 1",
            b"x" * 30,
            b"\xe9",
            b"\xe2\x98",
            b"\x8e",
            b":",
        ]
    )
    | st.binary(max_size=5)
).map(b"".join)
CUTS = st.lists(st.integers(0, 400), max_size=12)


def chunked(data: bytes, cuts: list[int]) -> list[bytes]:
    marks = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(marks)]


@given(
    BYTES,
    CUTS,
    st.integers(1, 40),
    st.integers(1, 8),
    st.sampled_from(["utf-8", "latin-1", "cp1252"]),
)
@example(b"A: 1\r\n\r\n\r\n\r\n\r\nB", [10, 12, 14], 40, 8, "utf-8")
@example(b"x" * 40 + b"\r\n\r\n\r\n", [], 40, 8, "utf-8")
@example(b"\r\n" + b"x" * 41 + b"\r\n\r\n", [2, 43], 40, 8, "utf-8")
@example(b"\r\na\r\nb\r\n\r\n\r\n", [5, 9], 40, 1, "utf-8")
def test_any_split_gives_the_same_frames_and_the_same_error(
    data: bytes, cuts: list[int], limit: int, headers: int, encoding: str
) -> None:
    limits = Limits(message=limit, headers=headers)
    whole = outcome(Framer(encoding, limits), [GREETING + data])
    assert outcome(Framer(encoding, limits), [GREETING, *chunked(data, cuts)]) == whole
    bytewise = [(GREETING + data)[at : at + 1] for at in range(len(GREETING + data))]
    assert outcome(Framer(encoding, limits), bytewise) == whole


@given(st.binary() | st.binary().map(BANNER.__add__), CUTS)
def test_any_split_of_any_bytes_gives_the_same_from_the_first_one_on(
    data: bytes, cuts: list[int]
) -> None:
    whole = outcome(Framer(), [data])
    assert outcome(Framer(), chunked(data, cuts)) == whole


@given(BYTES)
def test_no_byte_is_lost(data: bytes) -> None:
    made = framer(max_message=1_000_000)
    frames = made.feed(data + b"\r\n\r\n\r\n\r\n")
    text = "".join(f"{frame}\r\n\r\n" if frame else "\r\n" for frame in frames)
    assert text.encode("utf-8", "surrogateescape") == data + b"\r\n\r\n\r\n\r\n"


@given(st.binary(min_size=1).filter(lambda raw: b"\r" not in raw))
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii", "cp1252", "koi8-r"])
def test_bytes_that_are_no_text_survive_the_round_trip(encoding: str, raw: bytes) -> None:
    [frame] = frames_of(b"Foo: " + raw + b"\r\n\r\n", encoding)
    assert frame.encode(encoding, "surrogateescape") == b"Foo: " + raw


def test_other_encodings_give_their_characters() -> None:
    assert frames_of(b"A: caf\xe9\r\n\r\n", "latin-1") == ["A: café"]
    assert frames_of("A: Привет\r\n\r\n".encode("koi8-r"), "koi8-r") == ["A: Привет"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037"])
def test_an_encoding_that_does_not_write_ascii_as_ascii_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match=encoding):
        Framer(encoding)


@pytest.mark.parametrize(
    ("encoding", "forged"),
    [("utf-7", b"+AA0ACg-"), ("raw_unicode_escape", rb"\u000d\u000a"), ("hz", b"~\n")],
)
def test_an_encoding_in_which_ascii_may_mean_other_characters_is_refused(
    encoding: str, forged: bytes
) -> None:
    assert forged.decode(encoding) != forged.decode("ascii")
    with pytest.raises(ValueError, match=encoding):
        Framer(encoding)


@pytest.mark.parametrize("encoding", ["nonsense", "rot13"])
def test_an_unknown_encoding_is_a_wrong_value(encoding: str) -> None:
    with pytest.raises(ValueError, match=encoding):
        Framer(encoding)


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize(("length", "fits"), [(99, True), (100, True), (101, False)])
def test_the_limit_of_a_message_is_exact(length: int, fits: bool, step: int) -> None:
    made = framer(max_message=100)
    data = b"Event: A\r\n\r\n" + b"x" * length + b"\r\n\r\n" + b"Event: B\r\n\r\n"
    chunks = [data[at : at + step] for at in range(0, len(data), step)]
    frames, _, error = outcome(made, chunks)
    if fits:
        assert frames == ["Event: A", "x" * length, "Event: B"]
        assert error is None
    else:
        assert frames == ["Event: A"], "what came before is good, what comes after is not read"
        assert error is MessageTooLong


@pytest.mark.parametrize("step", [1, 1000])
def test_a_message_that_does_not_end_is_not_waited_for(step: int) -> None:
    made = framer(max_message=100)
    for _ in range(0, 104, step):
        assert made.feed(b"x" * step) == []
    assert isinstance(made.error, MessageTooLong)
    assert "100 bytes" in str(made.error)
    assert made.feed(b"\r\n\r\nEvent: A\r\n\r\n") == []


def test_many_small_messages_in_one_read_may_be_longer_than_the_limit() -> None:
    made = framer(max_message=20)
    assert made.feed(b"Event: A\r\n\r\n" * 100) == ["Event: A"] * 100
    assert made.error is None


def test_blank_lines_do_not_count_towards_the_limit() -> None:
    made = framer(max_message=10)
    assert made.feed(b"\r\n" * 51) == [""] * 51
    assert made.feed(b"x" * 10 + b"\r\n\r\n") == ["x" * 10]
    assert made.error is None


@pytest.mark.parametrize("frame", ["", "x", "Event", "Event: A", "Event:A\r\nFoo: b"])
def test_the_first_header_tells_the_kind(frame: str) -> None:
    kind, value = first_header(frame)
    assert (kind, value) == (("Event", "A") if ":" in frame else ("", frame))


@pytest.mark.parametrize(
    ("frame", "value"),
    [
        ("Response: Success\r\nActionID: 7\r\nFoo: x", "7"),
        ("Response: Success\r\nActionID: 7", "7"),
        ("Response: Success\r\nactionid: 7", "7"),
        ("Response: Success\r\nActionID:7", "7"),
        ("Response: Success\r\nACTIONID:", ""),
        ("Response: Success\r\nActionID: ", ""),
        ("Response: Success\r\nActionID:  7", " 7"),
        ("Response: Success\r\nActionID: 7\r\nActionID: 8", "7"),
        ("Response: Success\r\nActionID: 7\r\nActionid: 8", "7"),
        ("Response: Success\r\nActionid: 8\r\nActionID: 7", "8"),
        ("Response: Success\r\nActionID:8\r\nActionID: 7", "8"),
        ("Response: Success", None),
        ("Response: Success\r\nXActionID: 7", None),
        ("Response: Success\r\nActionIDs: 7", None),
        ("Response: Success\r\nMessage: ActionID: 7", None),
        ("Response: Success\r\nMessage: x\nActionID: 7", None),
        ("Response: Success\r\nMessage: x\u2028ActionID: 7", None),
    ],
)
def test_a_header_is_found_without_parsing_the_others(frame: str, value: str | None) -> None:
    assert header(frame, "ActionID") == value


@pytest.mark.parametrize("error", [BadGreeting, MessageTooLong])
def test_what_the_framer_finds_is_an_error_of_ours(error: type[Exception]) -> None:
    assert issubclass(error, AmiError)
