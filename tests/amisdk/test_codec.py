"""How a class reads its fields from a frame, and writes them back as headers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from amisdk.codec import Reader, Writer, reader_of, writer_of
from amisdk.fields import (
    Escaped,
    JsonValue,
    Repeated,
    Soft,
    Text,
    VariablePairs,
    Verbatim,
    Words,
)
from amisdk.info import EventInfo
from amisdk.models import Action, Event, Record, Reply


class Sample(Event):
    """An event to read and write."""

    ami = EventInfo("Sample")

    channel: Soft[str] = Field(default=None, serialization_alias="Channel")
    unique_id: Soft[str] = Field(default=None, serialization_alias="Uniqueid")
    caller_name: Annotated[Soft[str], Escaped()] = Field(
        default=None, serialization_alias="CallerIDName"
    )
    value: Annotated[Soft[str], Verbatim()] = Field(default=None, serialization_alias="Value")
    rows: Annotated[Soft[tuple[str, ...]], Repeated()] = Field(
        default=None, serialization_alias="Row"
    )
    variables: Soft[VariablePairs] = Field(default=None, serialization_alias="ChanVariable")
    escaped_variables: Annotated[Soft[VariablePairs], Escaped()] = Field(
        default=None, serialization_alias="Variable"
    )
    flag: Annotated[Soft[bool], Words("On", "Off")] = Field(
        default=None, serialization_alias="Flag"
    )
    moment: Soft[datetime] = Field(default=None, serialization_alias="Moment")
    ratio: Soft[float] = Field(default=None, serialization_alias="Ratio")
    content: Soft[JsonValue] = Field(default=None, serialization_alias="JSON")
    spaced: Soft[str] = Field(default=None, serialization_alias="Bridge Id")


def read(*lines: str) -> dict[str, Any]:
    return Reader(Sample).read("\r\n".join(lines))


@pytest.mark.parametrize(
    "line", ["Uniqueid: 1.1", "UniqueID: 1.1", "uniqueid: 1.1", "UNIQUEID:1.1", "uNiQuEiD: 1.1"]
)
def test_header_names_match_without_regard_to_case(line: str) -> None:
    assert read(line) == {"unique_id": "1.1"}
    assert read("Channel: a", line, line.swapcase()) == {"channel": "a", "unique_id": "1.1"}


@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("Channel:PJSIP/1", {"channel": "PJSIP/1"}),
        ("Channel:PJSIP/1: x", {"channel": "PJSIP/1: x"}),
        ("Channel:: x", {"channel": ": x"}),
        ("Channel: a: b", {"channel": "a: b"}),
        ("Channel:  a", {"channel": " a"}),
        ("Channel: ", {}),
        ("Channel:", {}),
        ("Channel", {}),
        ("Channel ", {}),
        ("Channel : a", {}),
        (" Channel: a", {}),
        ("Bridge Id: a", {"spaced": "a"}),
        ("bridge id:a", {"spaced": "a"}),
        (": a", {}),
        ("", {}),
        ("Value:", {"value": ""}),
        ("Value: ", {"value": ""}),
        ("Value", {}),
        ("Row:", {"rows": [""]}),
        ("Row", {}),
        ("Nobody: knows", {}),
        ("ChanVariable: A=1", {"variables": ["A=1"]}),
        ("ChanVariable(PJSIP/1-0a): A=1", {"variables": ["A=1"]}),
        ("chanvariable(x):A=1", {"variables": ["A=1"]}),
        ("Channel(1): a", {}),
        ("(Channel): a", {}),
    ],
)
def test_which_field_a_line_belongs_to(line: str, data: dict[str, Any]) -> None:
    assert read(line) == data
    reader = Reader(Sample)
    reader.read(line)
    assert reader.read(line) == data, "the same line, learned"


def test_the_first_of_a_repeated_header_wins() -> None:
    assert read("Channel: a", "channel: b", "Value: ", "Value: x") == {"channel": "a", "value": ""}


def test_learned_spellings_are_bounded_and_names_match_beyond_the_bound() -> None:
    reader = Reader(Sample)
    own = len(reader.spellings)
    for number in range(5000):
        reader.read(f"Forged{number}: x")
    assert own < len(reader.spellings) < 1000
    assert reader.read("uNIQUEID: 1.1\r\nFORGED: x") == {"unique_id": "1.1"}
    assert reader.field_of("uniQUEid") == "unique_id"


def test_a_name_learned_from_a_caller_does_not_hide_a_field() -> None:
    reader = Reader(Sample)
    reader.read("Channel\x0b: x\r\nCHANNEL:\r\n: x\r\nno colon")
    assert reader.read("Channel: a\r\nCHANNEL: b") == {"channel": "a"}


@given(st.text())
def test_no_text_breaks_the_reader(frame: str) -> None:
    Reader(Sample).read(frame)


def test_readers_and_writers_are_made_once_a_class() -> None:
    class Other(Sample):
        extra: Soft[str] = Field(default=None, serialization_alias="Extra")

    assert reader_of(Sample) is reader_of(Sample)
    assert writer_of(Sample) is writer_of(Sample)
    assert reader_of(Other) is not reader_of(Sample)
    assert Other.from_frame("Event: Sample\r\nExtra: x\r\nChannel: a").extra == "x"


def test_a_field_without_a_wire_name_is_written_by_its_own() -> None:
    class Plain(Action[Reply]):
        Foo: Text

    assert Plain(Foo="x").to_headers() == [("Foo", "x")]


def test_records_are_written_as_numbered_headers() -> None:
    class Change(Record):
        action: Text = Field(serialization_alias="Action")
        cat: Text | None = Field(default=None, serialization_alias="Cat")

    class Update(Action[Reply]):
        before: Text = Field(serialization_alias="Before")
        changes: Sequence[Change] | None = Field(default=None, serialization_alias="Changes")

    changes = [Change(action="NewCat", cat="a"), Change(action="EmptyCat")]
    assert Update(before="x", changes=changes).to_headers() == [
        ("Before", "x"),
        ("Action-000000", "NewCat"),
        ("Cat-000000", "a"),
        ("Action-000001", "EmptyCat"),
    ]
    assert Update(before="x", changes=[]).to_headers() == [("Before", "x")]


def test_headers_are_written_in_order_of_declaration_and_none_is_left_out() -> None:
    sample = Sample(flag=False, channel="a", value="", unique_id=None)
    assert Writer(Sample).write(sample) == [("Channel", "a"), ("Value", ""), ("Flag", "Off")]


SAMPLES: list[dict[str, Any]] = [
    {"channel": "PJSIP/1"},
    {"channel": " a: b "},
    {"channel": "a\u2028b\x0b\x0c\x85c\udce9"},
    {"caller_name": "Al"},
    {"caller_name": '"Al" \\ Bo\\n'},
    {"caller_name": "a\nb\tc"},
    {"caller_name": "a\r\nb"},
    {"value": ""},
    {"value": "<unknown>"},
    {"rows": ("a", "", "a")},
    {"rows": ("<unknown>",)},
    {"variables": {"A": "1", "B": ""}},
    {"variables": {"A": '1,2"3\\4=5'}},
    {"escaped_variables": {"A": '1,2"3\\4=5\n6'}},
    {"flag": True},
    {"flag": False},
    {"moment": datetime(2026, 11, 22, 20, 30, 57, 82368, tzinfo=UTC)},
    {"moment": datetime(1970, 1, 1, tzinfo=UTC)},
    {"moment": datetime(2026, 11, 22, 20, 52, 45)},  # noqa: DTZ001 - the server's local time
    {"ratio": 1e-09},
    {"ratio": 0.1},
    {"content": {"a": [1, None, "x"]}},
    {"spaced": "a"},
]


@pytest.mark.parametrize("fields", SAMPLES, ids=ascii)
def test_what_is_written_by_hand_reads_back(fields: dict[str, Any]) -> None:
    made = Sample.model_construct(**fields)
    frame = "\r\n".join(f"{name}: {value}" for name, value in made.headers)
    back = Sample.from_frame(frame)
    assert {name: getattr(back, name) for name in fields} == fields
    assert back.issues == ()


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_microsecond_reads_back(moment: datetime) -> None:
    text = dict(Sample(moment=moment).headers)["Moment"]
    assert Sample.from_frame(f"Event: Sample\r\nMoment: {text}").moment == moment
