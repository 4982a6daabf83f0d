"""The soft types of fields: what they read from a header's text."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from amisdk.fields import (
    Absent,
    Clock,
    Escaped,
    JsonValue,
    Names,
    Repeated,
    Soft,
    VariablePairs,
    Verbatim,
    Words,
    unescape,
)
from amisdk.info import EventInfo
from amisdk.models import Event

Known = Literal["Up", "Down"]


class Sample(Event):
    """An event with a field of every kind."""

    ami = EventInfo("Sample")

    text: Soft[str] = Field(default=None, serialization_alias="Text")
    number: Soft[int] = Field(default=None, serialization_alias="Number")
    ratio: Soft[float] = Field(default=None, serialization_alias="Ratio")
    flag: Annotated[Soft[bool], Words("Yes", "No")] = Field(
        default=None, serialization_alias="Flag"
    )
    dnd: Annotated[Soft[bool], Words("Enabled", "Disabled")] = Field(
        default=None, serialization_alias="DND"
    )
    moment: Soft[datetime] = Field(default=None, serialization_alias="Moment")
    last: Annotated[Soft[datetime], Absent("0")] = Field(default=None, serialization_alias="Last")
    known: Soft[Known | str] = Field(default=None, serialization_alias="Known")
    other: Annotated[Soft[str], Absent("Unknown", "-")] = Field(
        default=None, serialization_alias="Other"
    )
    raw: Annotated[Soft[str], Verbatim()] = Field(default=None, serialization_alias="Raw")
    escaped: Annotated[Soft[str], Escaped()] = Field(default=None, serialization_alias="Escaped")
    clock: Soft[Clock] = Field(default=None, serialization_alias="Clock")
    names: Soft[Names] = Field(default=None, serialization_alias="Names")
    rows: Annotated[Soft[tuple[str, ...]], Repeated()] = Field(
        default=None, serialization_alias="Row"
    )
    variables: Soft[VariablePairs] = Field(default=None, serialization_alias="ChanVariable")
    escaped_variables: Annotated[Soft[VariablePairs], Escaped()] = Field(
        default=None, serialization_alias="Variable"
    )
    content: Soft[JsonValue] = Field(default=None, serialization_alias="JSON")


def read(*lines: str) -> Sample:
    return Sample.from_frame("\r\n".join(("Event: Sample", *lines)))


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Text: abc", "text", "abc"),
        ("Text: 0015", "text", "0015"),
        ("Text:  x ", "text", " x "),
        ("Text: none", "text", "none"),
        ("Text: a\udce9b", "text", "a\udce9b"),
        ("Number: 12", "number", 12),
        ("Number: -12", "number", -12),
        ("Number: 0012", "number", 12),
        ("Number: 99999999999999999999", "number", 99999999999999999999),
        ("Ratio: 3.000000", "ratio", 3.0),
        ("Ratio: -0.5", "ratio", -0.5),
        ("Ratio: 7", "ratio", 7.0),
        *((f"Flag: {word}", "flag", True) for word in ("Yes", "yes", "Y", "true", "1", "on", "T")),
        *((f"Flag: {word}", "flag", False) for word in ("No", "no", "N", "false", "0", "off")),
        ("DND: Enabled", "dnd", True),
        ("DND: Disabled", "dnd", False),
        ("Known: Up", "known", "Up"),
        ("Known: Sideways", "known", "Sideways"),
        ("Known: \udce9", "known", "\udce9"),
        ("Raw: ", "raw", ""),
        ("Raw:", "raw", ""),
        ("Raw: <unknown>", "raw", "<unknown>"),
        ("Clock: 00:00:03", "clock", 3),
        ("Clock: 01:02:03", "clock", 3723),
        ("Clock: 100:00:00", "clock", 360000),
        ("Clock: 07:30", "clock", 450),
        ("Clock: 9", "clock", 9),
        ("Names: call,all", "names", ("call", "all")),
        ("Names: a, b ,, c", "names", ("a", "b", "c")),
        ("Names: one", "names", ("one",)),
        ("ChanVariable: A=1=2", "variables", {"A": "1=2"}),
        ("ChanVariable: A", "variables", {"A": ""}),
        ("ChanVariable: A=", "variables", {"A": ""}),
        ("ChanVariable(PJSIP/1): A=1", "variables", {"A": "1"}),
        ("Row: ", "rows", ("",)),
        ('JSON: {"a": [1, null]}', "content", {"a": [1, None]}),
    ],
)
def test_a_text_becomes_the_value_of_its_type(line: str, field: str, value: object) -> None:
    sample = read(line)
    assert getattr(sample, field) == value
    assert type(getattr(sample, field)) is type(value)
    assert sample.issues == ()


@pytest.mark.parametrize(
    "line",
    [
        "Number: twelve",
        "Number: 12.5",
        "Number: \udce9",
        "Ratio: much",
        "Flag: perhaps",
        "Moment: yesterday",
        "Moment: 2026-13-45 99:99:99",
        "Clock: 1:x",
        "Clock: -1:00",
        "Clock: ",
        "JSON: {'a': 1}",
        "JSON: " + "[" * 100_000,
    ],
)
def test_what_does_not_fit_is_none_and_costs_no_other_field(line: str) -> None:
    header, _, text = line.partition(": ")
    sample = read("Text: before", line, "Known: after")
    field = {"JSON": "content"}.get(header, header.lower())
    assert getattr(sample, field) is None
    assert (sample.text, sample.known) == ("before", "after")
    assert sample.headers[header] == text
    assert sample.issues == (((field, header, text),) if text else ())


def test_json_is_read_whatever_it_holds() -> None:
    assert read("JSON: null").content is None
    assert read('JSON: "text"').content == "text"
    assert read("JSON: 5").content == 5
    assert read("JSON: " + "[" * 50 + "]" * 50).issues == ()


@pytest.mark.parametrize("nothing", ["", "<unknown>", "<none>", "(null)"])
@pytest.mark.parametrize(
    ("header", "field"),
    [("Text", "text"), ("Number", "number"), ("Flag", "flag"), ("Moment", "moment")],
)
def test_a_word_for_nothing_is_none_without_an_issue(nothing: str, header: str, field: str) -> None:
    sample = read(f"{header}: {nothing}")
    assert getattr(sample, field) is None
    assert sample.headers[header] == nothing
    assert sample.issues == ()


@pytest.mark.parametrize("nothing", ["none", "Unknown", "N/A", "-none-", "nan", "Never"])
@pytest.mark.parametrize("header", ["Number", "Flag", "Moment"])
def test_a_word_where_a_number_is_due_is_nothing(nothing: str, header: str) -> None:
    sample = read(f"{header}: {nothing}")
    assert getattr(sample, header.lower()) is None
    assert sample.issues == ()


@pytest.mark.parametrize(
    ("line", "field"), [("Last: 0", "last"), ("Other: Unknown", "other"), ("Other: -", "other")]
)
def test_a_field_may_have_words_of_its_own_for_nothing(line: str, field: str) -> None:
    sample = read(line)
    assert getattr(sample, field) is None
    assert sample.issues == ()


def test_a_word_for_nothing_of_one_field_is_a_value_of_another() -> None:
    assert read("Text: Unknown").text == "Unknown"
    assert read("Moment: 0").moment == datetime(1970, 1, 1, tzinfo=UTC)
    assert read("Other: none").other == "none"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1795379457.082368", datetime(2026, 11, 22, 20, 30, 57, 82368, tzinfo=UTC)),
        ("1795379457", datetime(2026, 11, 22, 20, 30, 57, tzinfo=UTC)),
        (
            "2026-11-22T20:30:57.082+0000",
            datetime(2026, 11, 22, 20, 30, 57, 82000, tzinfo=UTC),
        ),
        (
            "2026-11-22T20:30:57.082-0330",
            datetime(
                2026, 11, 22, 20, 30, 57, 82000, tzinfo=timezone(-timedelta(hours=3, minutes=30))
            ),
        ),
        ("2026-11-22 20:52:45", datetime(2026, 11, 22, 20, 52, 45)),  # noqa: DTZ001 - the server's local time
    ],
)
def test_the_ways_in_which_servers_write_a_time(text: str, moment: datetime) -> None:
    read_moment = read(f"Moment: {text}").moment
    assert read_moment is not None
    assert read_moment == moment
    assert read_moment.utcoffset() == moment.utcoffset()


def test_repeated_headers_are_all_kept_in_order() -> None:
    sample = read("Row: b", "Text: x", "row: ", "ROW: <unknown>", "Row: a")
    assert sample.rows == ("b", "", "<unknown>", "a")
    assert sample.issues == ()


def test_variables_are_gathered_from_all_forms_of_the_header() -> None:
    sample = read("ChanVariable: A=1", "ChanVariable(PJSIP/1-0a): B=2", "chanvariable: C=3")
    assert sample.variables == {"A": "1", "B": "2", "C": "3"}
    assert sample.issues == ()


def test_the_first_of_a_repeated_scalar_counts_and_the_others_are_issues() -> None:
    sample = read("Text: first", "Number: 1", "text: second", "Number: x")
    assert (sample.text, sample.number) == ("first", 1)
    assert sample.issues == (("text", "text", "second"), ("number", "Number", "x"))


def test_a_value_after_a_word_for_nothing_is_no_issue_when_it_is_the_value() -> None:
    sample = read("Text: ", "Text: 100")
    assert sample.text == "100"
    assert sample.issues == ()


ESCAPES = {
    "\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v",
    "\\": r"\\", "'": r"\'", '"': r"\"", "?": r"\?",
}  # fmt: skip


def escape(text: str) -> str:
    """Write a text as the server does (ast_escape_c)."""
    return "".join(ESCAPES.get(character, character) for character in text)


@pytest.mark.parametrize(("plain", "written"), ESCAPES.items())
def test_every_escape_of_c_is_undone(plain: str, written: str) -> None:
    assert unescape(f"x{written}y") == f"x{plain}y"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("", ""),
        ("no escape", "no escape"),
        ("\\", "\\"),
        ("end\\", "end\\"),
        (r"\\n", r"\n"),
        (r"\\\n", "\\\n"),
        (r"\\\\n", r"\\n"),
        (r"\z", r"\z"),
        (r"\101", r"\101"),
        (r"\"a\"\"b\"", '"a""b"'),
    ],
)
def test_what_is_no_escape_stays(written: str, plain: str) -> None:
    assert unescape(written) == plain


@given(st.text(st.sampled_from("ab\a\b\f\n\r\t\v\\'\"?") | st.characters()))
def test_unescaping_undoes_escaping(text: str) -> None:
    assert unescape(escape(text)) == text


def test_only_escaped_fields_are_unescaped() -> None:
    sample = read(
        r"Escaped: \"Al\" \\ Bo",
        r"Text: \"Al\"",
        r"Variable: A=\"1\"",
        r"Variable: B=2\n",
        r"ChanVariable: A=\"1\"",
    )
    assert sample.escaped == r'"Al" \ Bo'
    assert sample.text == r"\"Al\""
    assert sample.escaped_variables == {"A": '"1"', "B": "2\n"}
    assert sample.variables == {"A": r"\"1\""}
    assert sample.headers["Escaped"] == r"\"Al\" \\ Bo"
