"""The fuzzer's targets work, and would notice; the fuzzing itself is `make fuzz`."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amisdk import session, wire
from amisdk.errors import InvalidAction
from amisdk.session import Session
from amisdk.wire import Framer
from tests.fuzz import __main__ as fuzz
from tests.fuzz.targets import MARK, SHAPES, TARGETS, feed

SEEDS = fuzz.seeds()
PIECES = st.binary(max_size=40) | st.sampled_from(
    [MARK, b"\r\n", b"\r\n\r\n", *(word.encode() for word in fuzz.WORDS), b"0\r\n", b"1\r\n"]
)


def test_every_target_has_seeds() -> None:
    assert {seed[0] % len(TARGETS) for seed in SEEDS} == set(range(len(TARGETS)))
    assert max(map(len, SEEDS)) <= fuzz.LONGEST + 3
    assert len(SHAPES) <= 16, "two bytes choose among them"


@pytest.mark.parametrize("part", range(4))
def test_the_seeds_break_nothing(part: int) -> None:
    for seed in SEEDS[part::4]:
        feed(seed)


@settings(max_examples=200)
@given(st.integers(0, len(TARGETS) - 1), st.lists(PIECES, max_size=20).map(b"".join))
def test_what_is_tried_here_breaks_nothing(target: int, data: bytes) -> None:
    feed(bytes([target]) + data)
    feed(b"")


def lets_a_line_feed_through(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(wire, "_BREAKS", re.compile("[\r\0]"))
    return b"\3\0Ping" + MARK + b"7" + MARK + b"Key" + MARK + b"a\nb"


def raises_what_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> bytes:
    def fail(*_: object) -> None:
        raise KeyError("ActionID")

    monkeypatch.setattr(Session, "_receive_response", fail)
    return b"\1\0\1Response: Success\r\n\r\n"


def answers_whoever_comes_first(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(session, "header", lambda frame, name: "0")
    return b"\1\1\1Response: Success\r\nActionID: 8\r\n\r\n"


def depends_on_the_cuts(monkeypatch: pytest.MonkeyPatch) -> bytes:
    feed_all = Framer.feed

    def hasty(self: Framer, data: bytes) -> list[str]:
        return [*feed_all(self, data), *(["early"] if data.endswith(b"\r") else [])]

    monkeypatch.setattr(Framer, "feed", hasty)
    return b"\0\0\xff\x0f\x05\x03Event: A\r\n\r\n"


def writes_too_much(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(wire, "MAX_LINE", 5000)
    return b"\3\0Ping" + MARK + b"7" + MARK + b"Key" + MARK + b"x" * 1500


@pytest.mark.parametrize(
    "breaks",
    [
        lets_a_line_feed_through,
        raises_what_nobody_knows,
        answers_whoever_comes_first,
        depends_on_the_cuts,
        writes_too_much,
    ],
)
def test_what_is_broken_is_noticed(
    breaks: Callable[[pytest.MonkeyPatch], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = breaks(monkeypatch)
    with pytest.raises((AssertionError, KeyError, ValueError)) as caught:
        feed(data)
    assert not isinstance(caught.value, InvalidAction)


def test_the_fuzzer_begins_with_the_seeds_and_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "PLACE", tmp_path / "fuzz")
    fuzz.prepare()
    fuzz.prepare()
    written = {path.read_bytes() for path in (tmp_path / "fuzz" / "corpus").iterdir()}
    assert written == set(SEEDS)
    words = (tmp_path / "fuzz" / "words.txt").read_text("utf-8").splitlines()
    assert '"ActionID: "' in words
    assert all(word[0] == word[-1] == '"' for word in words)
