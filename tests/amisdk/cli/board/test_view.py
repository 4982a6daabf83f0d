"""What is shown of a board, at every size."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amisdk import events, lifecycle
from amisdk.cli.board.events import apply
from amisdk.cli.board.lines import Pen
from amisdk.cli.board.state import SECTIONS, Board, Bridge, Caller, Channel, Member, Party, Queue
from amisdk.cli.board.view import MIN_HEIGHT, MIN_WIDTH, Look, duration, lines
from amisdk.errors import ConnectionClosed

NOW = 1000.0


def board_of(*, channels: int = 2, members: int = 2) -> Board:
    """Return a board with something in every section."""
    board = Board()
    apply(board, lifecycle.Connected(), NOW - 65)
    for number in range(1, channels + 1):
        unique_id = f"1.{number}"
        board.channels[unique_id] = Channel(
            unique_id,
            name=f"PJSIP/60{number:02}-{number:08x}",
            state="Up" if number % 2 else "Ringing",
            caller=Party(f"60{number:02}", "Ann"),
            connected=Party("100", "Reception"),
            application="Dial",
            data="PJSIP/1",
            since=NOW - 100 + number,
            bridge="5eb4b1fe-aa" if number < 3 else "",
        )
    board.bridges["5eb4b1fe-aa"] = Bridge("5eb4b1fe-aa", technology="simple_bridge")
    board.bridges["c0ffee"] = Bridge("c0ffee", name="900", creator="ConfBridge", type="base")
    queue = board.queues["support"] = Queue(
        "support",
        strategy="ringall",
        completed=7,
        abandoned=1,
        service_level=20,
        service_level_perf=87.5,
        hold_time=12,
        talk_time=180,
    )
    queue.callers = [Caller("1.1", since=NOW - 32), Caller("gone", "Local/1;2", since=NOW - 5)]
    for number in range(members):
        interface = f"PJSIP/{number}"
        queue.members[interface] = Member(interface, name=f"Member {number}", status=1)
    board.taken = dict.fromkeys(SECTIONS, NOW)
    return board


def shown(board: Board, look: Look | None = None, **how: int | None) -> list[str]:
    """Return the lines of a board as text."""
    found = lines(board, NOW, look or Look("pbx:5038", "Asterisk 22.10.1"), **how)  # type: ignore[arg-type]
    return [text.plain.rstrip() for text in found]


def row(board: Board, start: str) -> list[str]:
    """Return the columns of the first line that begins so."""
    line = next(line for line in shown(board) if line.startswith(start))
    return [part.strip() for part in line.split("  ") if part.strip()]


# --- what is in it ------------------------------------------------------------------------


def test_the_whole_picture_as_text() -> None:
    head, counts, *rest = shown(board_of())
    assert head == "amisdk top   pbx:5038   Asterisk 22.10.1   connected 1:05"
    assert counts == "0.0 events/s   0 events   0 lost"
    told = "ringall, 2 of 2 free, 7 done, 1 gave up, 88% in 20 s, hold 0:12, talk 3:00"
    call = ["100 Reception", "Dial(PJSIP/1)", "5eb4b1fe"]
    assert [re.split("  +", line.strip()) for line in rest] == [
        ["Channels 2", "State", "Caller", "Connected", "Application", "Bridge", "Time"],
        ["PJSIP/6001-00000001", "Up", "6001 Ann", *call, "1:39"],
        ["PJSIP/6002-00000002", "Ringing", "6002 Ann", *call, "1:38"],
        ["Queues 1", "State", "Time"],
        ["support", "2 waiting", told, "0:32"],
        ["1. 6001 Ann", "waiting", "PJSIP/6001-00000001", "0:32"],
        ["2. Local/1;2", "waiting", "0:05"],
        ["Member 0", "free", "PJSIP/0"],
        ["Member 1", "free", "PJSIP/1"],
        ["Bridges 2", "Type", "Joins", "Channels"],
        ["5eb4b1fe", "simple", "PJSIP/6001-00000001, PJSIP/6002-00000002", "2"],
        ["900 ConfBridge", "base", "0"],
    ]
    assert all(line.index("1:3") == rest[0].index("Time") for line in rest[1:3])


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (Member("x", "Ann", status=1), ["Ann", "free", "x"]),
        (Member("x", "x", status=1), ["x", "free"]),
        (Member("x", "", status=6), ["x", "ringing"]),
        (Member("x", "Ann", status=2, in_call=True), ["Ann", "in a call", "x"]),
        (Member("x", "Ann", paused=True), ["Ann", "paused", "x"]),
        (
            Member("x", "Ann", paused=True, paused_reason="tea", penalty=3, calls_taken=4),
            ["Ann", "paused", "x, penalty 3, 4 taken, tea"],
        ),
        (Member("x", "Ann", status=99), ["Ann", "state 99", "x"]),
    ],
)
def test_what_is_said_of_a_member(member: Member, expected: list[str]) -> None:
    board = board_of(members=0)
    board.queues["support"].members["x"] = member
    assert row(board, f"  {expected[0]}") == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], "no members"),
        ([Member("a", status=1), Member("b", status=2)], "1 of 2 free"),
        ([Member("a", status=1, paused=True), Member("b", status=1, in_call=True)], "0 of 2 free"),
    ],
)
def test_who_is_free_in_a_queue(more: list[Member], expected: str) -> None:
    board = board_of(members=0)
    board.queues["support"].members = {one.interface: one for one in more}
    assert expected in row(board, "support")[2]


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        (Channel("x", application="Wait", data="600"), "Wait(600)"),
        (Channel("x", exten="100", context="default"), "100@default"),
        (Channel("x", dialling="PJSIP/2-2"), "> PJSIP/2-2"),
    ],
)
def test_what_is_said_of_a_channel(channel: Channel, expected: str) -> None:
    board = board_of()
    channel.name, channel.since = "PJSIP/x", NOW
    board.channels["x"] = channel
    assert expected in row(board, "PJSIP/x")


def test_channels_stand_in_the_order_of_their_age_and_queues_in_that_of_their_names() -> None:
    board = board_of(channels=12)
    board.channels = dict(sorted(board.channels.items(), reverse=True))
    board.queues["sales"] = Queue("sales")
    found = shown(board)
    names = [line.split()[0] for line in found]
    numbers = [int(name[8:10]) for name in names if name.startswith("PJSIP/60")]
    assert numbers == list(range(1, 13))
    assert names.index("sales") < names.index("support")


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_that_cannot_be_had_says_why(section: str) -> None:
    board = Board()
    assert shown(board).count("not known yet") == 3
    board.lacks(section, "Permission denied")  # type: ignore[arg-type]
    assert shown(board).count("not known: Permission denied") == 1
    board.taken = dict.fromkeys(SECTIONS, NOW)
    assert "not known yet" not in shown(board)


def test_the_head_tells_of_the_line() -> None:
    board = Board()
    assert shown(board)[0].endswith("connecting")
    apply(board, lifecycle.Connected(), NOW - 3700)
    assert shown(board)[0].endswith("connected 1:01:40")
    apply(board, lifecycle.Disconnected(ConnectionClosed("cable cut")), NOW - 9)
    assert shown(board)[0].endswith("connection lost 0:09 ago: cable cut")
    apply(board, lifecycle.Reconnecting(attempt=3, delay=5.5), NOW)
    assert shown(board)[0].endswith("cable cut; attempt 3 in 0:05")


def test_what_may_be_out_of_date_is_dim() -> None:
    board = board_of()
    assert {text.style for text in lines(board, NOW, Look())} == {""}
    apply(board, lifecycle.Disconnected(ConnectionClosed("cable cut")), NOW)
    assert "dim" in {text.style for text in lines(board, NOW, Look())}


def test_the_head_counts_events_and_losses() -> None:
    board = Board()
    for _ in range(10):
        apply(board, events.VarSet(), NOW - 1)
    apply(board, events.Hangup(), NOW - 1)
    apply(board, lifecycle.EventsLost("the board", 7), NOW)
    told, often = "2.2 events/s   11 events   7 lost", "mostly VarSet 10, Hangup 1"
    assert shown(board)[1] == f"{told}   {often}"
    line = shown(board, width=MIN_WIDTH)[1]
    assert line.startswith(told), "what counts stays, the rest gives way"
    assert "mostly" in line


# --- how it fits --------------------------------------------------------------------------


@given(
    width=st.integers(MIN_WIDTH, 200),
    height=st.integers(MIN_HEIGHT, 60),
    channels=st.integers(0, 40),
    members=st.integers(0, 30),
    section=st.sampled_from([None, *SECTIONS]),
    offset=st.integers(0, 60),
)
@settings(deadline=None)
def test_the_picture_fits_every_terminal(
    width: int, height: int, channels: int, members: int, section: str | None, offset: int
) -> None:
    board = board_of(channels=channels, members=members)
    look = Look("pbx:5038", "Asterisk 22.10.1", section, offset)  # type: ignore[arg-type]
    found = lines(board, NOW, look, width=width, height=height)
    assert len(found) == height
    assert max(text.cell_len for text in found) <= width
    heads = [name for name in ("Channels", "Queues", "Bridges") for text in found[2:]
             if text.plain.startswith(f"{name} ")]  # fmt: skip
    assert len(heads) == (3 if section is None else 1)
    assert found[-1].plain.startswith("q quit")


def test_every_section_shows_something_on_the_smallest_terminal() -> None:
    found = shown(board_of(channels=40, members=30), width=MIN_WIDTH, height=MIN_HEIGHT)
    assert [line.split("  ")[0] for line in found[2:]] == [
        "Channels 40",
        "PJSIP/6001-00000001",
        "",
        "Queues 1",
        "support",
        "",
        "Bridges 2",
        "5eb4b1fe",
        "900 ConfBridge",
        "q quit",
    ]
    assert found[4] == "  (39 more)"


def test_both_halves_of_a_local_channel_can_be_told_apart_on_a_narrow_terminal() -> None:
    board = board_of(channels=0)
    for half in "12":
        name = f"Local/6001@from-internal-0000002a;{half}"
        board.channels[half] = Channel(half, name=name, since=NOW)
    found = [line for line in shown(board, width=80, height=24) if line.startswith("Local/")]
    assert [line.split()[0][-6:] for line in found] == ["002a;1", "002a;2"]


def test_columns_stay_where_they_are_when_what_is_in_them_changes() -> None:
    few, many = board_of(), board_of(channels=9)
    many.channels["1.1"].name = "PJSIP/a-very-long-name-indeed-0000002a"
    titles = [shown(board, width=100, height=30)[2] for board in (few, many)]
    assert titles[0].replace("2 ", "9 ", 1) == titles[1]


def test_a_reason_that_is_too_long_for_the_terminal_is_cut() -> None:
    board = board_of()
    board.lacks("bridges", "for a reason that nobody would have thought of " * 3)
    found = lines(board, NOW, Look(), width=80, height=24)
    assert max(text.cell_len for text in found) == 80


def test_scrolling_moves_the_first_section_and_stops_at_its_end() -> None:
    board, look = board_of(channels=40), Look()
    look.scroll(5)
    found = shown(board, look, width=80, height=24)
    assert any(line.startswith("support ") for line in found), "the others stay"
    assert found[3].startswith("PJSIP/6006")
    assert any(line.startswith("  (5 above, ") for line in found)
    look.scroll(1000)
    assert any(line.startswith("PJSIP/6040") for line in shown(board, look, width=80, height=24))
    end = look.offset
    look.scroll(-1)
    assert look.offset == end - 1, "what was scrolled past the end need not be scrolled back"
    look.scroll(-1000)
    assert shown(board, look, width=80, height=24)[3].startswith("PJSIP/6001")


def test_turning_goes_through_the_sections_and_back_to_all() -> None:
    board, look = board_of(channels=40), Look()
    look.scroll(5)
    seen = []
    for _ in range(4):
        look.turn()
        firsts = [line.split(" ")[0] for line in shown(board, look, width=80, height=24)]
        seen.append([name for name in firsts if name in ("Channels", "Queues", "Bridges")])
    assert seen == [["Channels"], ["Queues"], ["Bridges"], ["Channels", "Queues", "Bridges"]]
    assert look.offset == 0


def test_what_a_server_sends_cannot_play_with_the_terminal() -> None:
    board = board_of(channels=0)
    evil = "\x1b[2J\r\n\x07\udcff"
    board.channels["1"] = Channel("1", evil, evil, Party(evil, evil), Party(evil), evil, evil, evil)
    board.queues[evil] = Queue(evil, strategy=evil, callers=[Caller("2", evil, Party(evil, ""))])
    board.queues[evil].members[evil] = Member(evil, evil, paused=True, paused_reason=evil)
    board.bridges["1"] = Bridge("1", evil, evil, evil, evil)
    board.names[evil] += 1
    board.lacks("queues", evil)
    apply(board, lifecycle.Disconnected(ConnectionClosed(evil)), NOW)
    for width, height in ((None, None), (80, 24)):
        for text in lines(board, NOW, Look(evil, evil), width=width, height=height):
            assert text.plain.isprintable()
            text.plain.encode("utf-8")


def test_a_terminal_without_unicode_gets_none() -> None:
    board = board_of()
    board.channels["1.1"].caller = Party("6001", "Zoë Ångström 日本 and so on")
    for text in lines(board, NOW, Look(), width=60, height=24, pen=Pen("ascii")):
        assert text.plain.isascii()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0:00"), (59.9, "0:59"), (60, "1:00"), (3599, "59:59"), (3600, "1:00:00"),
        (359_999, "99:59:59"), (360_000, "4d 4h"), (-3, "0:00"),
    ],
)  # fmt: skip
def test_a_duration_as_people_read_it(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected
