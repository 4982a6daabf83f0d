"""Bytes to messages to instances: in Python and in C, word for word the same."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amisdk import making as module
from amisdk.making import MANY, NOTHING, TEXT, VALUE, Entry, Plan, pure_cut, pure_make

Make = Callable[..., Any]
Cut = Callable[..., Any]


class Thing:
    """A class as far as making one goes."""


def number(text: str) -> Any:
    """Return a number; a word is unusual, nothing else has no value."""
    if text.isdecimal():
        return int(text)
    return NotImplemented if text.isalpha() else None


def joined(texts: list[str]) -> Any:
    """Return all texts in one, unless one of them is unusual."""
    return NotImplemented if "bad" in texts else "+".join(texts)


def plan(order: list[Any] | None = None) -> Plan:
    """Return a plan with a header of each kind."""
    special: dict[str, Entry | None] = {
        "Event": None,
        "Count": (VALUE, "count", {"none": None, "7": "seven"}, number),
        "Text": (TEXT, "text", frozenset({"no"}), None),
        "Raw": (TEXT, "raw", frozenset(), str.upper),
        "Item": (MANY, "items", None, joined),
        "Item(a)": (MANY, "items", None, joined),
    }
    plain = {"Channel": "channel", "Zoë": "zoe", "名": "name"}
    fields = ("channel", "zoe", "name", "count", "text", "raw", "items", "_frame")
    return Plan(Thing, dict.fromkeys(fields), plain, special, [] if order is None else order)


def compiled() -> Any:
    """Return the module in C."""
    if not module.COMPILED:
        pytest.skip("nothing is built in C here, or AMISDK_PURE is set")
    return module


@pytest.fixture(params=["pure", "compiled"])
def make(request: pytest.FixtureRequest) -> Make:
    return pure_make if request.param == "pure" else compiled().make


@pytest.fixture(params=["pure", "compiled"])
def cut(request: pytest.FixtureRequest) -> Cut:
    return pure_cut if request.param == "pure" else compiled().cut


def held(made: Any) -> Any:
    """Return what an instance holds, in order; None for none."""
    if made is None:
        return None
    assert (made.__pydantic_extra__, made.__pydantic_private__) == (None, None)
    inner = ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
    values = [(name, value) for name, value in vars(made).items() if name not in inner]
    return values, made.__pydantic_fields_set__


def fields(made: Any) -> dict[str, Any]:
    """Return the fields of an instance that have a value."""
    values, given = held(made)
    found = {name: value for name, value in values if value is not None and name != "_frame"}
    assert found.keys() == given
    return found


MADE: list[tuple[str, dict[str, Any]]] = [
    ("Event: Hangup\r\nChannel: a\r\nZoë: b c", {"channel": "a", "zoe": "b c"}),
    ("Channel: \r\nChannel: b", {"channel": "b"}),
    ("Channel: <none>\r\nZoë: (null)\r\n名: <unknown>", {}),
    ("Channel: <Unknown>\r\nZoë: (null", {"channel": "<Unknown>", "zoe": "(null"}),
    ("Channel: : : ", {"channel": ": : "}),
    ("Channel:  a ", {"channel": " a "}),
    ("Channel", {}),
    ("Channel: a\nb\rc\r\r\nZoë: é", {"channel": "a\nb\rc\r", "zoe": "é"}),
    ("名: 值\r\nZoë: \udceb", {"name": "值", "zoe": "\udceb"}),
    ("Channel: a\x00b\u2028c\x85", {"channel": "a\x00b\u2028c\x85"}),
    ("Event: a\r\nEvent: b", {}),
    ("Count: 12", {"count": 12}),
    ("Count: 7", {"count": "seven"}),
    ("Count: none\r\nCount: \r\nCount: 0", {"count": 0}),
    ("Text: <none>\r\nRaw: a\\b", {"text": "<none>", "raw": "A\\B"}),
    ("Text: no\r\nText: \r\nRaw: ab", {"text": "", "raw": "ab"}),
    ("Item: a\r\nChannel: b\r\nItem(a): \r\nItem: c", {"items": "a++c", "channel": "b"}),
]
LEFT = [
    "",
    "\r\n",
    "Channel: a\r\n",
    "\r\nChannel: a",
    "Channel: a\r\nChannel: b",
    "Channel:a: b",
    ": a",
    "channel: a",
    "Event: a\r\nOther: b",
    "Count: word",
    "Count: 1\r\nCount: 2",
    "Count:1",
    "Text: a\r\nText: b",
    "Event",
    "Item: a\r\nItem: bad",
    "Item:",
    "Item",
]


@pytest.mark.parametrize(("frame", "values"), MADE)
def test_every_header_finds_its_field(make: Make, frame: str, values: object) -> None:
    made = make(frame, plan())
    assert type(made) is Thing
    assert fields(made) == values
    assert list(vars(made))[:8] == list(plan().blank)
    assert vars(made)["_frame"] is frame


@pytest.mark.parametrize("frame", LEFT)
def test_what_is_unusual_is_left_to_the_general_way(make: Make, frame: str) -> None:
    assert make(frame, plan()) is None


def test_without_a_plan_everything_is_left_to_the_general_way(make: Make) -> None:
    assert make("Channel: a", None) is None


def test_no_two_instances_share_anything(make: Make) -> None:
    one = plan()
    first, second = make("Channel: a", one), make("Channel: b", one)
    first.channel = "c"
    first.__pydantic_fields_set__.clear()
    assert fields(second) == {"channel": "b"}
    assert set(one.blank.values()) == {None}


def test_what_a_value_raises_goes_on(make: Make) -> None:
    def refuse(text: object) -> None:
        raise ValueError(text)

    for kind, known, text in ((VALUE, {}, "a"), (TEXT, frozenset(), "\\"), (MANY, None, ["a"])):
        special: dict[str, Entry | None] = {"Item": (kind, "item", known, refuse)}
        with pytest.raises(ValueError, match=r"^[a\\\[]"):
            make(f"Item: {text[0]}", Plan(Thing, {}, {}, special, []))


WORDS = ["\r\n", "\r", "\n", ": ", ":", " ", "\\", "a", "12", "é", "值", "\udceb", "Other", "bad"]
PIECES = st.sampled_from([*WORDS, *plan().plain, *plan().special, *NOTHING])
HEADERS = st.tuples(st.sampled_from([*plan().plain, *plan().special]), PIECES).map(": ".join)
FRAMES = st.lists(PIECES, max_size=30).map("".join) | st.lists(HEADERS, max_size=6).map("\r\n".join)


@settings(max_examples=500, deadline=None)
@given(st.lists(FRAMES, max_size=6))
def test_both_make_the_same_whatever_comes(frames: list[str]) -> None:
    one = plan()
    for frame in frames:
        assert held(compiled().make(frame, one)) == held(pure_make(frame, one))


def test_the_one_in_c_keeps_few_names() -> None:
    order: list[Any] = []
    for _ in range(3):
        compiled().make("\r\n".join(["Event: a"] * 1000), plan(order))
    assert 0 < len(order) <= 128


def test_the_one_in_c_finds_its_way_whatever_order_it_is_given() -> None:
    order: list[Any] = [1, "channel", "Zoë", ("wrong",), "Text"]
    made = compiled().make("Channel: a\r\nZoë: b\r\nText: c", plan(order))
    assert fields(made) == {"channel": "a", "text": "c"}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a",),
        ("a", ()),
        ("a", [*plan()]),
        (b"a", plan()),
        ("a", (Thing(), {}, {}, {}, [])),
        ("a", (Thing, [], {}, {}, [])),
        ("a", (Thing, {}, [], {}, [])),
        ("a", (Thing, {}, {}, [], [])),
        ("a", (Thing, {}, {}, {}, ())),
    ],
)
def test_the_one_in_c_refuses_what_it_is_not_made_for(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        compiled().make(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (bytearray(b"a"), 1),
        (b"a", 1, set()),
        (bytearray(b"a"), "1", set()),
        (bytearray(b"a"), 1, []),
    ],
)
def test_the_cut_in_c_refuses_what_it_is_not_made_for(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        compiled().cut(*arguments)


@pytest.mark.parametrize("length", [-1, 2, 1 << 80])
def test_the_cut_in_c_reads_nothing_that_is_not_there(length: int) -> None:
    with pytest.raises((ValueError, OverflowError)):
        compiled().cut(bytearray(b"a"), length, set())


def test_the_one_in_c_leaks_nothing() -> None:
    one = plan()
    frame = "Event: a\r\nChannel: b\r\nRaw: c\\\r\nItem: d\r\nItem: e\r\nCount: 7\r\nZoë: <none>"
    unusual = f"{frame}\r\nChannel: b"
    whole = bytearray(f"{frame}\r\n\r\n{unusual}".encode())

    def once() -> None:
        compiled().make(frame, one)
        compiled().make(unusual, one)
        compiled().cut(whole, len(whole), {"Event: a"})
        compiled().cut(whole, len(whole), set())

    once()
    holders = (one, one.blank, one.plain, one.special)
    kept = [
        *holders,
        *one.plain.values(),
        *one.special.values(),
        number,
        frame,
        whole,
        Thing,
        "_frame",
    ]
    before = [sys.getrefcount(item) for item in kept]
    for _ in range(100):
        once()
    assert [sys.getrefcount(item) for item in kept] == before


CUTS: list[tuple[bytes, object]] = [
    (b"Event: A\r\nB: c", (["Event: A\r\nB: c"], 1)),
    (b"Event: A\r\n\r\nEvent: No\r\nB: c\r\n\r\nC: d", (["Event: A", "C: d"], 3)),
    (b"Event: No\r\n\r\nEvent: No", ([], 2)),
    (b"Event: Non\r\n\r\nEvent: N\r\n\r\nevent: No", (["Event: Non", "Event: N", "event: No"], 3)),
    (b"A: \rb\nc\r\n\rd\n\r\n\r\ne", (["A: \rb\nc\r\n\rd\n", "e"], 2)),
    (b"Event: No\r\r\n\r\nEvent: No\n", (["Event: No\r", "Event: No\n"], 2)),
    ("é: \u2028".encode() + b"\xff\r\n\r\n\xc3", (["é: \u2028\udcff", "\udcc3"], 2)),
    (b"", None),
    (b"A: b\r\n", None),
    (b"\r\nA: b", None),
    (b"A: b\r\n\r\n\r\nC: d", None),
    (b"A: b\r\n\r\n\tC: d", None),
]


@pytest.mark.parametrize(("whole", "found"), CUTS)
def test_bytes_are_cut_into_messages(cut: Cut, whole: bytes, found: object) -> None:
    for behind in (b"", b"\r\n\r\nEvent: No\r\n"):
        assert cut(bytearray(whole + behind), len(whole), {"Event: No"}) == found


def test_everything_is_kept_where_nothing_is_unwanted(cut: Cut) -> None:
    whole = bytearray(b"Event: No\r\n\r\nA: b")
    assert cut(whole, len(whole), frozenset()) == (["Event: No", "A: b"], 2)


LINES = [b"Event: No", b"Event: Yes", b"A: b", b"\r\n", b"\r\n\r\n", b"\r", b"\n", b"\xff", b"\x01"]
WHOLES = st.lists(st.sampled_from([*LINES, "é".encode()]), max_size=20).map(b"".join)


@settings(max_examples=500, deadline=None)
@given(WHOLES, st.sampled_from([set[str](), {"Event: No"}, {"Event: No", "A: b", "\udcff"}]))
def test_both_cut_the_same_whatever_comes(whole: bytes, unwanted: set[str]) -> None:
    buffer = bytearray(whole)
    found = pure_cut(buffer, len(whole), unwanted)
    assert compiled().cut(buffer, len(whole), unwanted) == found
    buffer.clear()  # nobody holds it


def test_the_environment_switches_them_off() -> None:
    program = (
        "from amisdk import making as m\n"
        "print(m.COMPILED, m.make is m.pure_make, m.cut is m.pure_cut)"
    )
    environ = {**os.environ, "AMISDK_PURE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True", "True"]


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no compiler, cc")
@pytest.mark.skipif("AMISDK_PURE" in os.environ, reason="AMISDK_PURE is set")
def test_the_one_in_c_is_there_where_there_is_a_compiler() -> None:
    assert module.COMPILED
