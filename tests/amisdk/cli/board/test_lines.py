"""Rows in columns: they fit, whatever is in them, and nothing of it reaches the terminal as more
than text.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from amisdk.cli.board.lines import Cell, Column, Pen, line, share, spread, widths, window

COLUMNS = (
    Column("Who", 8, share=2),
    Column("State", 5),
    Column("What", 10, share=1, goes=1),
    Column("Time", 6, goes=2, right=True),
)
TITLES = [column.title for column in COLUMNS]
TEXTS = st.text(
    st.characters(codec="utf-8") | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF),
    max_size=40,
)
"""What a client makes of bytes, those that are no UTF-8 included."""


# --- text ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alice Archer", "Alice Archer"),
        ("Zoë 日本", "Zoë 日本"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("one\r\ntwo\ttabs", "one\\x0d\\x0atwo\\x09tabs"),
        ("caf\udce9", "caf\\xe9"),
        ("\u202eright to left", "\\xe2\\x80\\xaeright to left"),
        ("\x9b31m", "\\xc2\\x9b31m"),
    ],
)
def test_what_is_no_printable_character_is_written_out(text: str, expected: str) -> None:
    assert Pen().clean(text) == expected


def test_what_the_terminal_cannot_write_is_replaced() -> None:
    pen = Pen("ascii")
    assert pen.clean("Zoë 日本") == "Zo? ??"
    assert pen.fit("much too long", 6) == "much ~"
    assert Pen("latin-1").clean("Zoë 日") == "Zoë ?"


@given(text=TEXTS, encoding=st.sampled_from(["utf-8", "ascii", "latin-1", "cp437"]))
def test_clean_text_can_be_written(text: str, encoding: str) -> None:
    clean = Pen(encoding).clean(text)
    assert clean.isprintable()
    clean.encode(encoding)


@pytest.mark.parametrize(
    ("text", "width", "how", "expected"),
    [
        ("abc", 5, {}, "abc  "),
        ("abc", 5, {"right": True}, "  abc"),
        ("abcdef", 5, {}, "abcd…"),
        ("日本語", 5, {}, "日本…"),
        ("日本語", 4, {}, "日 …"),
        ("Local/100@x-0000002a;1", 16, {"keep": 6}, "Local/100…002a;1"),
        ("Local/100@x-0000002a;1", 10, {"keep": 6}, "Local/100…"),
        ("abc", 0, {}, ""),
        ("abc", None, {}, "abc"),
    ],
)
def test_text_is_cut_and_filled_to_cells(
    text: str, width: int | None, how: dict[str, int], expected: str
) -> None:
    assert Pen().fit(text, width, **how) == expected  # type: ignore[arg-type]


@given(text=TEXTS, width=st.integers(0, 30), keep=st.integers(0, 9), right=st.booleans())
def test_fitted_text_has_exactly_its_cells(text: str, width: int, keep: int, right: bool) -> None:
    pen = Pen()
    assert cell_len(pen.fit(pen.clean(text), width, right=right, keep=keep)) == width


# --- columns ------------------------------------------------------------------------------


def test_columns_share_what_is_left() -> None:
    assert widths(COLUMNS, [], TITLES, 32) == [8, 5, 10, 6]
    assert widths(COLUMNS, [], TITLES, 62) == [28, 5, 20, 6]


def test_columns_go_where_there_is_no_room() -> None:
    assert widths(COLUMNS, [], TITLES, 31) == [12, 5, 12, None]
    assert widths(COLUMNS, [], TITLES, 24) == [18, 5, None, None]


def test_columns_depend_on_the_width_and_not_on_what_is_in_them() -> None:
    rows = [[Cell("x" * 50)] * 4]
    assert widths(COLUMNS, rows, TITLES, 62) == widths(COLUMNS, [], TITLES, 62)


def test_without_a_width_columns_are_as_wide_as_what_is_in_them() -> None:
    rows = [[Cell("Alice Archer"), Cell("Up"), Cell("日本"), Cell("1:00")], [Cell("alone" * 9)]]
    assert widths(COLUMNS, rows, TITLES, None) == [13, 6, 5, 4]


@given(width=st.integers(24, 200))
def test_columns_fill_the_line_exactly(width: int) -> None:
    cells = widths(COLUMNS, [], TITLES, width)
    row = [Cell("some text that is long")] * 4
    assert line(row, COLUMNS, cells, Pen()).cell_len == width


def test_a_line_has_the_styles_of_its_cells() -> None:
    row = [Cell("Ann"), Cell("Up", "green"), Cell(""), Cell("")]
    text = line(row, COLUMNS, [3, 2, None, None], Pen(), "dim")
    assert text.plain == "Ann Up"
    assert text.style == "dim"
    assert [(span.start, span.end, span.style) for span in text.spans] == [(4, 6, "green")]


def test_a_row_of_one_cell_takes_the_line() -> None:
    assert line([Cell("not known: why", "dim")], COLUMNS, [8, 5, None, None], Pen()).plain == (
        "not known: why"
    )


# --- lines --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "wants", "expected"),
    [
        (10, [2, 3, 4], [2, 3, 4]),
        (9, [20, 2, 1], [6, 2, 1]),
        (9, [20, 20, 20], [3, 3, 3]),
        (2, [20, 20, 20], [1, 1, 0]),
        (9, [20, 0, 6], [5, 0, 4]),
        (0, [1, 1], [0, 0]),
        (-5, [1, 1], [0, 0]),
    ],
)
def test_lines_are_shared_fairly(room: int, wants: list[int], expected: list[int]) -> None:
    assert share(room, wants) == expected


@given(room=st.integers(0, 60), wants=st.lists(st.integers(0, 40), max_size=4))
def test_no_line_is_given_that_is_not_wanted_or_not_there(room: int, wants: list[int]) -> None:
    given_lines = share(room, wants)
    assert all(0 <= got <= want for got, want in zip(given_lines, wants, strict=True))
    assert sum(given_lines) == min(room, sum(wants))


def shown(count: int, room: int, offset: int) -> list[str]:
    """Return what a window onto so many rows shows."""
    rows = [[Cell(str(number))] for number in range(count)]
    return [row[0].text for row in window(rows, room, offset)]


@pytest.mark.parametrize(
    ("count", "room", "offset", "expected"),
    [
        (3, 3, 0, ["0", "1", "2"]),
        (3, 9, 2, ["0", "1", "2"]),
        (5, 3, 0, ["0", "1", "  (3 more)"]),
        (5, 3, 1, ["1", "2", "  (1 above, 2 more)"]),
        (5, 3, 3, ["3", "4", "  (3 above)"]),
        (5, 3, 99, ["3", "4", "  (3 above)"]),
        (5, 1, 0, ["  (5 more)"]),
        (5, 0, 0, []),
    ],
)
def test_a_window_tells_what_it_does_not_show(
    count: int, room: int, offset: int, expected: list[str]
) -> None:
    assert shown(count, room, offset) == expected


@pytest.mark.parametrize(
    ("width", "gives", "expected"),
    [
        (None, "left", "left left   right right"),
        (30, "left", "left left          right right"),
        (18, "left", "left…  right right"),
        (18, "right", "left left  right …"),
        (11, "right", "left left  "),
        (5, "left", "righ…"),
        (5, "right", "left…"),
    ],
)
def test_two_ends_of_a_line(width: int | None, gives: str, expected: str) -> None:
    assert "".join(spread("left left", "right right", width, Pen(), gives=gives)) == expected
