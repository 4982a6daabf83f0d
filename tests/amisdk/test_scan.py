"""The loop over the headers: in Python and in C, word for word the same."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amisdk import scan as module
from amisdk.scan import NOTHING, Taker, pure_scan

Scan = Callable[..., None]


def take(data: dict[str, Any], text: str) -> None:
    data.setdefault("items", []).append(text)


def keep(data: dict[str, Any], line: str) -> None:
    data.setdefault("others", []).append(line)


def ignore(_: dict[str, Any], __: str) -> None:
    pass


PLAIN = {"Channel": "channel", "Cause-txt": "cause_txt", "Zoë": "zoe", "名": "name"}
SPECIAL: dict[str, Taker] = {"Item": take, "Event": ignore}


def compiled() -> Scan:
    """Return the one in C."""
    if not module.COMPILED:
        pytest.skip("the loop in C is not built here, or AMISDK_PURE is set")
    return module.scan


@pytest.fixture(params=["pure", "compiled"])
def scan(request: pytest.FixtureRequest) -> Scan:
    return pure_scan if request.param == "pure" else compiled()


def read(scan: Scan, frame: str, seen: list[str] | None = None, **data: object) -> dict[str, Any]:
    """Scan a frame into data."""
    scan(frame, PLAIN, SPECIAL, keep, data, [] if seen is None else seen)
    return data


CASES = [
    ("Event: Hangup\r\nChannel: a\r\nCause-txt: b c", {"channel": "a", "cause_txt": "b c"}),
    ("Channel: a\r\nChannel: b", {"channel": "a"}),
    ("Channel: \r\nChannel: b", {"channel": "b"}),
    ("Channel: : : ", {"channel": ": : "}),
    ("Channel:  a ", {"channel": " a "}),
    ("Channel:a: b", {"others": ["Channel:a: b"]}),
    ("Channel:", {"others": ["Channel:"]}),
    ("Channel", {}),
    ("channel: a\r\nOther: b", {"others": ["channel: a", "Other: b"]}),
    ("Channel: a\nb\rc\r\r\nZoë: é", {"channel": "a\nb\rc\r", "zoe": "é"}),
    ("名: 值\r\nZoë: \udceb", {"name": "值", "zoe": "\udceb"}),
    ("Channel: a\x00b\u2028c\x85", {"channel": "a\x00b\u2028c\x85"}),
    ("", {"others": [""]}),
    ("\r\n\r\n", {"others": ["", "", ""]}),
    ("\r\nChannel: a\r\n", {"others": ["", ""], "channel": "a"}),
    (": a", {"others": [": a"]}),
    ("Item: a\r\nItem: \r\nChannel: b", {"items": ["a", ""], "channel": "b"}),
    ("Item:\r\nItem", {"others": ["Item:", "Item"]}),
    ("Channel: <none>\r\nCause-txt: (null)\r\nZoë: <unknown>", {}),
    ("Channel: <Unknown>\r\nCause-txt: (null", {"channel": "<Unknown>", "cause_txt": "(null"}),
]


@pytest.mark.parametrize(("frame", "data"), CASES)
def test_headers_are_taken_and_the_others_told(scan: Scan, frame: str, data: object) -> None:
    assert read(scan, frame) == data


def test_what_is_there_already_stays(scan: Scan) -> None:
    assert read(scan, "Channel: second", channel="first") == {"channel": "first"}


def test_every_text_for_nothing_is_left_out(scan: Scan) -> None:
    for text in NOTHING:
        assert read(scan, f"Channel: {text}") == {}


def test_all_are_taken_in_the_order_of_the_message(scan: Scan) -> None:
    told: list[str] = []

    def tell(_: dict[str, Any], text: str) -> None:
        told.append(text)

    scan("Item: a\r\nitem: b\r\nItem: c", {}, {"Item": tell}, tell, {}, [])
    assert told == ["a", "item: b", "c"]


def test_what_a_taker_raises_goes_on(scan: Scan) -> None:
    def refuse(_: dict[str, Any], text: str) -> None:
        raise ValueError(text)

    for frame in ("Item: a\r\nItem: b", "a\r\nb"):
        with pytest.raises(ValueError, match=r"^a$"):
            scan(frame, PLAIN, {"Item": refuse}, refuse, {}, [])


WORDS = ["\r\n", "\r", "\n", ": ", ":", " ", "a", "é", "值", "\udceb", "Other"]
PIECES = st.sampled_from([*WORDS, *PLAIN, *SPECIAL, *NOTHING])
FRAMES = st.lists(PIECES, max_size=30).map("".join)


@settings(max_examples=500, deadline=None)
@given(st.lists(FRAMES, max_size=6))
def test_both_are_the_same_whatever_comes(frames: list[str]) -> None:
    seen: list[str] = []
    for frame in frames:
        pure, fast = read(pure_scan, frame), read(compiled(), frame, seen)
        assert list(fast.items()) == list(pure.items())


def test_the_one_in_c_keeps_few_names() -> None:
    seen: list[str] = []
    for _ in range(3):
        read(compiled(), "\r\n".join("Channel: a" for _ in range(1000)), seen)
    assert 0 < len(seen) <= 64


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a",),
        (b"a", {}, {}, keep, {}, []),
        ("a", [], {}, keep, {}, []),
        ("a", {}, [], keep, {}, []),
        ("a", {}, {}, keep, [], []),
        ("a", {}, {}, keep, {}, ()),
        ("a", {}, {}, None, {}, []),
    ],
)
def test_the_one_in_c_refuses_what_it_is_not_made_for(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        compiled()(*arguments)


def test_the_one_in_c_leaks_nothing() -> None:
    name = f"Channel{id(PLAIN)}"
    plain, seen = {name: "field"}, list[str]()
    frame = f"{name}: {'v' * 50}\r\nOther: x\r\n{name}: second\r\nItem: <unknown>"

    def once() -> None:
        compiled()(frame, plain, SPECIAL, ignore, {}, seen)

    once()
    held = (name, plain[name], ignore, SPECIAL["Item"], frame)
    before = [sys.getrefcount(one) for one in held]
    for _ in range(100):
        once()
    assert [sys.getrefcount(one) for one in held] == before


def test_the_environment_switches_it_off() -> None:
    program = "from amisdk import scan; print(scan.COMPILED, scan.scan is scan.pure_scan)"
    environ = {**os.environ, "AMISDK_PURE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no compiler, cc")
@pytest.mark.skipif("AMISDK_PURE" in os.environ, reason="AMISDK_PURE is set")
def test_the_one_in_c_is_there_where_there_is_a_compiler() -> None:
    assert module.COMPILED
