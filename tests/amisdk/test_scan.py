"""The loop over the headers: in Python and in C, word for word the same."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amisdk import scan as module
from amisdk.scan import NOTHING, pure_scan

Scan = Callable[[str, dict[str, str], dict[str, object], list[str]], list[str]]

PLAIN = {"Event": "", "Channel": "channel", "Cause-txt": "cause_txt", "Zoë": "zoe", "名": "name"}


def compiled() -> Scan:
    """Return the one in C."""
    if not module.COMPILED:
        pytest.skip("the loop in C is not built here, or AMISDK_PURE is set")
    return module.scan


@pytest.fixture(params=["pure", "compiled"])
def scan(request: pytest.FixtureRequest) -> Scan:
    """Both."""
    return pure_scan if request.param == "pure" else compiled()


@pytest.mark.parametrize(
    ("frame", "data", "others"),
    [
        ("Event: Hangup\r\nChannel: a\r\nCause-txt: b c", {"channel": "a", "cause_txt": "b c"}, []),
        ("Channel: a\r\nChannel: b", {"channel": "a"}, []),
        ("Channel: \r\nChannel: b", {"channel": "b"}, []),
        ("Channel: : : ", {"channel": ": : "}, []),
        ("Channel:  a ", {"channel": " a "}, []),
        ("Channel:a: b", {}, ["Channel:a: b"]),
        ("Channel:", {}, ["Channel:"]),
        ("Channel", {}, []),
        ("channel: a\r\nOther: b", {}, ["channel: a", "Other: b"]),
        ("Channel: a\nb\rc\r\r\nZoë: é", {"channel": "a\nb\rc\r", "zoe": "é"}, []),
        ("名: 值\r\nZoë: \udceb", {"name": "值", "zoe": "\udceb"}, []),
        ("Channel: a\x00b\u2028c\x85", {"channel": "a\x00b\u2028c\x85"}, []),
        ("", {}, [""]),
        ("\r\n\r\n", {}, ["", "", ""]),
        ("\r\nChannel: a\r\n", {"channel": "a"}, ["", ""]),
        (": a", {}, [": a"]),
        ("Channel: <unknown>", {}, []),
        ("Channel: <none>\r\nCause-txt: (null)", {}, []),
        ("Channel: <Un>\r\nCause-txt: (null", {"channel": "<Un>", "cause_txt": "(null"}, []),
    ],
)  # fmt: skip
def test_headers_are_taken_and_the_others_returned(
    scan: Scan, frame: str, data: dict[str, object], others: list[str]
) -> None:
    found: dict[str, object] = {}
    assert scan(frame, PLAIN, found, []) == others
    assert found == data


def test_what_is_there_already_stays(scan: Scan) -> None:
    data: dict[str, object] = {"channel": "first"}
    assert scan("Channel: second", PLAIN, data, []) == []
    assert data == {"channel": "first"}


def test_every_text_for_nothing_is_left_out(scan: Scan) -> None:
    for text in NOTHING:
        data: dict[str, object] = {}
        assert scan(f"Channel: {text}", PLAIN, data, []) == []
        assert data == {}


PIECES = st.sampled_from(
    ["\r\n", "\r", "\n", ": ", ":", " ", *PLAIN, *NOTHING, "a", "é", "值", "\udceb", "Other"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=30).map("".join), max_size=6))
def test_both_are_the_same_whatever_comes(frames: list[str]) -> None:
    other, seen = compiled(), list[str]()
    for frame in frames:
        pure: dict[str, object] = {}
        fast: dict[str, object] = {}
        assert other(frame, PLAIN, fast, seen) == pure_scan(frame, PLAIN, pure, [])
        assert list(fast.items()) == list(pure.items())


def test_the_one_in_c_keeps_no_more_names_than_a_message_has() -> None:
    seen: list[str] = []
    other = compiled()
    for _ in range(3):
        other("\r\n".join("Channel: a" for _ in range(1000)), PLAIN, {}, seen)
    assert 0 < len(seen) <= 64


@pytest.mark.parametrize(
    "arguments",
    [(), ("a",), (b"a", {}, {}, []), ("a", [], {}, []), ("a", {}, [], []), ("a", {}, {}, ())],
)
def test_the_one_in_c_refuses_what_it_is_not_made_for(arguments: tuple[object, ...]) -> None:
    other: Callable[..., object] = compiled()
    with pytest.raises(TypeError, match="a str, two dicts and a list"):
        other(*arguments)


def test_it_leaks_nothing() -> None:
    other = compiled()
    name, value = "Channel" + str(id(PLAIN)), "v" * 50
    plain, seen = {name: "field"}, list[str]()
    frame = f"{name}: {value}\r\nOther: x\r\n{name}: second\r\nEvent: <unknown>"
    other(frame, plain, {}, seen)
    before = sys.getrefcount(name), sys.getrefcount(plain[name])
    for _ in range(100):
        other(frame, plain, {}, seen)
    assert (sys.getrefcount(name), sys.getrefcount(plain[name])) == before


def test_the_environment_switches_it_off() -> None:
    program = "from amisdk import scan; print(scan.COMPILED, scan.scan is scan.pure_scan)"
    environ = {**os.environ, "AMISDK_PURE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
