"""Lists that a board asked for: what they sweep away, and what not; and how much of it comes."""

from collections.abc import Iterable

from amisdk import Event, events
from amisdk.cli.board.state import WINDOW, Board, Caller, Queue, Rate, Section
from tests.amisdk.cli.board.test_events import NEW, order, told, with_queue


def listed(
    board: Board, section: Section, parts: Iterable[Event], queue: str | None = None
) -> Board:
    """Tell a board a list that it asked for."""
    board.expect(section, "the-list", queue)
    ends = {
        "channels": events.CoreShowChannelsComplete,
        "queues": events.QueueStatusComplete,
        "bridges": events.BridgeListComplete,
    }
    return told(*parts, ends[section](action_id="the-list"), board=board)


def test_a_list_that_nobody_asked_for_sweeps_nothing() -> None:
    # Such as that of one channel, which a program with the same client asks about.
    board = told(NEW, events.StatusComplete(action_id="foreign"), events.StatusComplete())
    assert list(board.channels) == ["1.1"]
    assert board.taken == {}


def test_a_list_that_did_not_come_sweeps_nothing() -> None:
    board = told(NEW)
    board.expect("channels", "slow")
    board.forget("slow")
    told(events.CoreShowChannelsComplete(action_id="slow"), board=board)
    assert list(board.channels) == ["1.1"]


def test_a_list_whose_end_was_lost_is_forgotten_when_it_is_asked_for_again() -> None:
    board = Board()
    for number in range(100):
        board.expect("channels", f"list-{number}")
        board.expect("queues", f"queue-{number}", "support")
    assert len(board.expected) == 2


def test_the_list_of_one_queue_leaves_the_others_alone() -> None:
    board = with_queue("a", "b")
    board.queues["sales"] = Queue("sales", callers=[Caller("c")])
    params = events.QueueParams(queue="support", completed=7)
    entry = events.QueueEntry(queue="support", unique_id="b", position=1)
    listed(board, "queues", [params, entry], "support")
    assert order(board) == ["b"]
    assert board.queues["support"].completed == 7
    assert board.queues["sales"].callers == [Caller("c")]
    assert "queues" not in board.taken


def test_a_queue_that_is_asked_about_and_not_there_is_gone() -> None:
    board = with_queue("a")
    board.queues["sales"] = Queue("sales")
    listed(board, "queues", [], "support")
    assert list(board.queues) == ["sales"]


def test_a_section_that_comes_after_all_is_no_longer_absent() -> None:
    board = Board()
    board.lacks("channels", "Permission denied")
    listed(board, "channels", [])
    assert board.absent == {}
    assert board.taken == {"channels": 100.0}


def test_a_board_is_whole_when_every_section_came_or_will_not() -> None:
    board = listed(listed(Board(), "channels", []), "bridges", [])
    assert not board.is_whole()
    board.lacks("queues", "no such action")
    assert board.is_whole()


def test_a_rate_is_the_mean_of_the_last_whole_seconds() -> None:
    rate = Rate()
    for tenth in range(10 * WINDOW):
        rate.add(100.0 + tenth / 10)
    assert rate.per_second(100.0 + WINDOW) == 10.0
    assert rate.per_second(101.0 + WINDOW) == 10.0 * (WINDOW - 1) / WINDOW
    assert rate.per_second(200.0) == 0.0
    rate.add(300.0)
    assert rate.per_second(300.9) == 0.0
    assert rate.per_second(301.0) == 1 / WINDOW
