"""What single events do to a board, those of the client's own included."""

import pytest

from amisdk import Event, events, lifecycle
from amisdk.cli.board.events import apply
from amisdk.cli.board.state import NAMES_KEPT, Board, Caller, Channel, Member, Party, Queue
from amisdk.errors import ConnectionClosed

NEW = events.Newchannel(
    channel="PJSIP/1-1", unique_id="1.1", channel_state_desc="Down", caller_id_num="6001"
)
HANGUP = events.Hangup(channel="PJSIP/1-1", unique_id="1.1", cause=16)


def told(*what: lifecycle.Occurrence, board: Board | None = None, now: float = 100.0) -> Board:
    """Return a board that was told something."""
    board = board or Board()
    for event in what:
        apply(board, event, now)
    return board


def with_queue(*callers: str) -> Board:
    """Return a board with a queue in which these wait."""
    board = Board()
    queue = board.queues["support"] = Queue("support")
    queue.callers = [Caller(one) for one in callers]
    return board


# --- channels -----------------------------------------------------------------------------


def test_a_channel_lives_from_newchannel_to_hangup() -> None:
    board = told(NEW)
    assert board.channels == {
        "1.1": Channel("1.1", name="PJSIP/1-1", state="Down", caller=Party("6001", ""), since=100.0)
    }
    assert told(HANGUP, board=board).channels == {}


@pytest.mark.parametrize(
    ("event", "field", "value"),
    [
        (events.Newstate(unique_id="1.1", channel_state_desc="Up"), "state", "Up"),
        (events.NewCallerid(unique_id="1.1", caller_id_name="Ann"), "caller", Party("", "Ann")),
        (
            events.NewConnectedLine(unique_id="1.1", connected_line_num="100"),
            "connected",
            Party("100", ""),
        ),
        (events.Newexten(unique_id="1.1", exten="7", context="x"), "exten", "7"),
        (events.Newexten(unique_id="1.1", application="Dial"), "application", "Dial"),
        (events.Newexten(unique_id="1.1", app_data="PJSIP/2"), "data", "PJSIP/2"),
        (events.Rename(unique_id="1.1", new_name="PJSIP/2-2"), "name", "PJSIP/2-2"),
        (
            events.OriginateResponse(unique_id="1.1", application="Wait", data="600"),
            "application",
            "Wait",
        ),
        (events.BridgeEnter(unique_id="1.1", bridge_unique_id="b"), "bridge", "b"),
        (events.DialBegin(unique_id="1.1", dest_channel="PJSIP/2-2"), "dialling", "PJSIP/2-2"),
        (
            events.CoreShowChannel(unique_id="1.1", application="Wait", application_data="1"),
            "data",
            "1",
        ),
        (events.Status(unique_id="1.1", application="Wait", data="1"), "data", "1"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Event) else None,
)
def test_a_channel_is_what_the_last_event_says(event: Event, field: str, value: object) -> None:
    board = told(NEW, event)
    assert getattr(board.channels["1.1"], field) == value
    assert told(event).channels.keys() <= {"1.1"}


@pytest.mark.parametrize(
    "event",
    [
        events.Newstate(unique_id="1.1", channel_state_desc="Up"),
        events.Newexten(unique_id="1.1", application="Dial"),
        events.BridgeEnter(unique_id="1.1", bridge_unique_id="b"),
        events.BridgeLeave(unique_id="1.1", bridge_unique_id="b"),
        events.DialBegin(unique_id="1.1", dest_channel="PJSIP/2-2"),
        events.Rename(unique_id="1.1", new_name="PJSIP/2-2"),
        HANGUP,
        events.Newchannel(channel="without an id"),
        events.CoreShowChannel(channel="without an id"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_about_a_channel_that_is_gone_makes_none(event: Event) -> None:
    assert told(NEW, HANGUP, event).channels == {}


def test_the_pair_of_name_and_id_stays_with_its_channel_in_a_masquerade() -> None:
    # As Asterisk does it: the ids change places too, and the one that is left over hangs up.
    other = events.Newchannel(channel="PJSIP/2-2", unique_id="1.2", caller_id_num="6002")
    board = told(
        NEW,
        other,
        events.Newstate(channel="PJSIP/2-2", unique_id="1.2", channel_state_desc="Up"),
        events.Hangup(channel="PJSIP/1-1<ZOMBIE>", unique_id="1.1"),
    )
    assert {key: one.name for key, one in board.channels.items()} == {"1.2": "PJSIP/2-2"}


def test_the_application_of_an_originated_call_stands_though_older_news_comes_after_it() -> None:
    # Seen with Asterisk 16: the response overtakes what the channel ran before it was answered.
    dialled = events.Newexten(unique_id="1.1", application="AppDial2", app_data="(Outgoing Line)")
    response = events.OriginateResponse(unique_id="1.1", application="Wait", data="600")
    for order in ((dialled, response), (response, dialled)):
        channel = told(NEW, *order).channels["1.1"]
        assert (channel.application, channel.data) == ("Wait", "600")
    assert told(NEW, dialled).channels["1.1"].application == "AppDial2"


def test_dialling_ends_with_the_dial_that_began_it() -> None:
    begin = events.DialBegin(unique_id="1.1", dest_channel="PJSIP/2-2")
    board = told(NEW, begin, events.DialEnd(unique_id="1.1", dest_channel="PJSIP/3-3"))
    assert board.channels["1.1"].dialling == "PJSIP/2-2"
    told(events.DialEnd(unique_id="1.1", dest_channel="PJSIP/2-2"), board=board)
    assert board.channels["1.1"].dialling == ""


def test_who_is_bridged_no_longer_dials() -> None:
    begin = events.DialBegin(unique_id="1.1", dest_channel="PJSIP/2-2")
    board = told(NEW, begin, events.BridgeEnter(unique_id="1.1", bridge_unique_id="b"))
    assert board.channels["1.1"].dialling == ""


@pytest.mark.parametrize(
    "item",
    [
        events.CoreShowChannel(unique_id="1.1", duration=40),
        events.Status(unique_id="1.1", seconds=40),
    ],
    ids=lambda item: type(item).__name__,
)
def test_the_age_of_a_listed_channel_is_what_the_server_says(item: Event) -> None:
    board = told(item, now=100.0)
    assert board.channels["1.1"].since == 60.0


def test_an_age_that_differs_by_rounding_only_does_not_jump() -> None:
    board = told(NEW, now=100.5)
    told(events.CoreShowChannel(unique_id="1.1", duration=9), now=110.4, board=board)
    assert board.channels["1.1"].since == 100.5
    told(events.CoreShowChannel(unique_id="1.1", duration=30), now=110.4, board=board)
    assert board.channels["1.1"].since == 80.4


# --- bridges ------------------------------------------------------------------------------


def test_a_bridge_that_is_destroyed_is_not_brought_back_by_who_leaves_it() -> None:
    board = told(events.BridgeCreate(bridge_unique_id="b", bridge_name="900"))
    assert board.bridges["b"].name == "900"
    destroyed, left = (
        events.BridgeDestroy(bridge_unique_id="b"),
        events.BridgeLeave(bridge_unique_id="b"),
    )
    assert told(destroyed, left, board=board).bridges == {}


def test_leaving_a_bridge_after_entering_another_one_changes_nothing() -> None:
    board = told(
        NEW,
        events.BridgeEnter(unique_id="1.1", bridge_unique_id="a"),
        events.BridgeEnter(unique_id="1.1", bridge_unique_id="b"),
        events.BridgeLeave(unique_id="1.1", bridge_unique_id="a"),
    )
    assert board.channels["1.1"].bridge == "b"


# --- queues -------------------------------------------------------------------------------


def order(board: Board) -> list[str]:
    """Return who waits, in their order."""
    return [caller.unique_id for caller in board.queues["support"].callers]


@pytest.mark.parametrize(
    ("position", "expected"),
    [(1, ["c", "a", "b"]), (2, ["a", "c", "b"]), (3, ["a", "b", "c"]), (9, ["a", "b", "c"])],
)
def test_a_caller_joins_in_the_servers_place(position: int, expected: list[str]) -> None:
    join = events.QueueCallerJoin(queue="support", unique_id="c", position=position, count=3)
    board = told(join, board=with_queue("a", "b"))
    assert order(board) == expected
    assert board.wanted_queues == set()


def test_a_caller_leaves() -> None:
    leave = events.QueueCallerLeave(queue="support", unique_id="a", count=1)
    board = told(leave, leave, board=with_queue("a", "b"))
    assert order(board) == ["b"]
    assert board.wanted_queues == set()


def test_who_hangs_up_waits_no_more_even_if_no_event_of_the_queue_says_so() -> None:
    assert order(told(HANGUP, board=with_queue("1.1", "1.2"))) == ["1.2"]


@pytest.mark.parametrize(
    "event",
    [
        events.QueueCallerJoin(queue="support", unique_id="c", position=1, count=7),
        events.QueueCallerLeave(queue="support", unique_id="a", count=7),
        events.QueueCallerAbandon(queue="support", unique_id="a"),
        events.AgentConnect(queue="support", unique_id="a"),
        events.AgentComplete(queue="support", unique_id="a"),
        events.QueueMemberAdded(queue="new", interface="PJSIP/1"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_queue_is_asked_about_when_events_do_not_tell_all(event: Event) -> None:
    board = told(event, board=with_queue("a", "b"))
    assert board.wanted_queues == {event.queue}  # type: ignore[attr-defined]
    assert not board.wanted


def test_a_member_is_what_the_last_event_says() -> None:
    board = told(
        events.QueueMemberAdded(
            queue="support", interface="PJSIP/1", member_name="Ann", membership="dynamic"
        ),
        events.QueueMemberPause(
            queue="support",
            interface="PJSIP/1",
            member_name="Ann",
            paused=True,
            paused_reason="tea",
        ),
        board=with_queue(),
    )
    expected = Member("PJSIP/1", name="Ann", paused=True, paused_reason="tea")
    assert board.queues["support"].members == {"PJSIP/1": expected}
    told(events.QueueMemberRemoved(queue="support", interface="PJSIP/1"), board=board)
    assert board.queues["support"].members == {}


def test_a_member_is_in_a_call_from_connect_to_complete() -> None:
    board = told(events.QueueMember(queue="support", location="PJSIP/1"), board=with_queue("a"))
    member = board.queues["support"].members["PJSIP/1"]
    told(events.AgentConnect(queue="support", interface="PJSIP/1"), board=board)
    assert member.in_call
    told(events.AgentComplete(queue="support", interface="PJSIP/1"), board=board)
    assert not member.in_call


def test_a_member_of_asterisk_11_is_in_a_call_under_another_header() -> None:
    item = events.QueueMember(queue="support", location="PJSIP/1", is_in_call=True)
    assert told(item).queues["support"].members["PJSIP/1"].in_call


# --- the line, and the counters -----------------------------------------------------------


def test_the_line_tells_how_the_server_is_reached() -> None:
    board = told(lifecycle.Connected(), now=1.0)
    assert (board.line.up, board.line.since, board.wanted) == (True, 1.0, True)
    board.wanted = False
    board.expect("channels", "in flight")
    told(lifecycle.Disconnected(ConnectionClosed("cable cut")), board=board, now=2.0)
    told(lifecycle.Reconnecting(attempt=2, delay=3.0), board=board, now=2.5)
    line = board.line
    assert (line.up, line.since, line.trouble) == (False, 2.0, "cable cut")
    assert (line.attempt, line.retry_at) == (2, 5.5)
    assert board.expected == {}
    assert not board.wanted
    told(lifecycle.Reconnected(gap=4.0), board=board, now=6.0)
    assert (board.line.up, board.line.since, board.wanted) == (True, 6.0, True)
    told(lifecycle.Closed(ConnectionClosed("refused")), board=board, now=7.0)
    assert (board.line.up, board.line.trouble) == (False, "refused")


@pytest.mark.parametrize(
    "event",
    [
        events.FullyBooted(),
        events.Reload(module="app_queue.so"),
        lifecycle.EventsLost("the board", 7),
    ],
    ids=lambda event: type(event).__name__,
)
def test_all_is_asked_for_again_when_more_changed_than_was_told(
    event: lifecycle.Occurrence,
) -> None:
    assert told(event).wanted


def test_events_are_counted_and_what_was_asked_for_is_not() -> None:
    item = events.CoreShowChannel(unique_id="1.1")
    end = events.CoreShowChannelsComplete()
    board = told(NEW, NEW, HANGUP, item, end, lifecycle.Connected())
    assert board.events == 3
    assert board.names == {"Newchannel": 2, "Hangup": 1}
    assert told(lifecycle.EventsLost("the board", 7), board=board).lost == 7


def test_a_server_that_invents_names_does_not_fill_the_memory() -> None:
    board = Board()
    for number in range(NAMES_KEPT + 50):
        apply(board, Event.from_frame(f"Event: Made{number}Up"), 1.0)
    told(NEW, board=board)
    assert board.events == NAMES_KEPT + 51
    assert len(board.names) == NAMES_KEPT


def test_a_subclass_of_an_event_does_what_the_event_does() -> None:
    class ShopNewchannel(events.Newchannel):
        """As a package of one's own extends it."""

    event = ShopNewchannel(channel="PJSIP/1-1", unique_id="1.1")
    assert list(told(event).channels) == ["1.1"]
