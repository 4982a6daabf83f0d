"""Events and other messages: their headers, issues, copies and comparisons."""

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from amisdk import events
from amisdk.headers import Headers
from amisdk.models import (
    Event,
    EventReply,
    Issue,
    ListReply,
    Message,
    PairsReply,
    Reply,
    TextReply,
    UnknownEvent,
)

LINES = (
    "Event: Hangup",
    "Privilege: call,all",
    "Timestamp: 1795379457.082368",
    "Channel: PJSIP/6001-0000002a",
    "ChannelState: 6",
    r"CallerIDName: Al \"Bo\"",
    "AccountCode: ",
    "Exten: <unknown>",
    "Uniqueid: 1795379457.7",
    "ChanVariable: A=1",
    "ChanVariable: B=2",
    "Cause: sixteen",
    "Cause-txt: Normal Clearing",
    "X-Unknown: 1",
    "x-unknown: 2",
    "no colon",
    "X-Empty:",
)
FRAME = "\r\n".join(LINES)
HANGUP = events.Hangup.from_frame(FRAME)


def test_an_event_has_its_values() -> None:
    assert HANGUP.ami_name == "Hangup"
    assert HANGUP.privilege == ("call", "all")
    assert HANGUP.timestamp is not None
    assert HANGUP.timestamp.microsecond == 82368
    assert HANGUP.channel_state == 6
    assert HANGUP.caller_id_name == 'Al "Bo"'
    assert HANGUP.account_code is None
    assert HANGUP.exten is None
    assert HANGUP.chan_variables == {"A": "1", "B": "2"}
    assert HANGUP.cause is None


def test_what_did_not_fit_is_told() -> None:
    assert HANGUP.issues == (Issue("cause", "Cause", "sixteen"),)
    assert HANGUP.issues[0].header == "Cause"


def test_headers_without_a_field_are_kept() -> None:
    assert HANGUP.extra_headers.all("X-Unknown") == ("1", "2")
    assert list(HANGUP.extra_headers)[-2:] == [("", "no colon"), ("X-Empty", "")]
    assert "Event" not in HANGUP.extra_headers
    assert "Channel" not in HANGUP.extra_headers


def test_the_headers_are_those_of_the_wire() -> None:
    assert HANGUP.headers["CHANNEL"] == "PJSIP/6001-0000002a"
    assert HANGUP.headers.all("ChanVariable") == ("A=1", "B=2")
    assert [name for name, _ in HANGUP.headers][:3] == ["Event", "Privilege", "Timestamp"]


KEYS = st.text(st.characters(exclude_characters=":\r\n"), min_size=1)
VALUES = st.text(st.characters(exclude_characters="\r") | st.sampled_from("\n:\u2028\x0b\x85 "))
PAIRS = st.lists(st.tuples(KEYS, VALUES), min_size=1)


@given(PAIRS)
def test_the_headers_hold_the_frame_exactly(pairs: list[tuple[str, str]]) -> None:
    frame = "\r\n".join(f"{key}: {value}" for key, value in pairs)
    event = UnknownEvent.from_frame(frame)
    assert list(event.headers) == pairs
    assert "\r\n".join(f"{key}: {value}" for key, value in event.headers) == frame
    assert event.ami_name == pairs[0][1]


def test_an_unknown_event_shows_its_headers() -> None:
    event = UnknownEvent.from_frame("Event: Own\r\nFoo: 1\r\nActionID: x")
    assert event.ami_name == "Own"
    assert event.action_id == "x"
    assert (
        repr(event) == "UnknownEvent(ami_name='Own', "
        "headers=[('Event', 'Own'), ('Foo', '1'), ('ActionID', 'x')])"
    )


def test_the_repr_shows_what_has_a_value_and_str_is_the_same() -> None:
    event = events.Hangup(channel="PJSIP/1", cause=16)
    assert repr(event) == "Hangup(channel='PJSIP/1', cause=16)"
    assert str(event) == repr(event)


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(HANGUP, "channel", "x")  # noqa: B010 - a checker would refuse it
    assert HANGUP.channel == "PJSIP/6001-0000002a"


def test_an_event_made_by_hand_takes_no_unknown_field() -> None:
    wrong: dict[str, Any] = {"chanel": "PJSIP/1"}
    with pytest.raises(ValidationError, match="chanel"):
        events.Hangup(**wrong)


def test_the_headers_of_an_event_made_by_hand() -> None:
    event = events.Hangup(channel="PJSIP/1", cause=16, action_id="7")
    assert event.ami_name == "Hangup"
    assert dict(event.headers) == {
        "Event": "Hangup",
        "ActionID": "7",
        "Channel": "PJSIP/1",
        "Cause": "16",
    }
    assert next(iter(event.headers)) == ("Event", "Hangup")
    assert event.issues == ()
    assert list(event.extra_headers) == []


def copied(message: Message) -> list[Message]:
    return [
        pickle.loads(pickle.dumps(message)),
        copy.copy(message),
        copy.deepcopy(message),
        message.model_copy(),
        message.model_copy(deep=True),
    ]


class Listing(ListReply[Event, Event]):
    """A reply with a list."""


class Told(EventReply[Event]):
    """A reply with an event."""


MESSAGES: list[Message] = [
    HANGUP,
    UnknownEvent.from_frame("Event: Own\r\nFoo: 1"),
    Reply.from_frame("Response: Success\r\nMessage: x\r\nFoo: 1"),
    Listing.from_frame("Response: Success").with_list([HANGUP], HANGUP),
    Told.from_frame("Response: Success").with_event(HANGUP),
    TextReply.from_text(["a", "b"]),
]
SHOWN = ("headers", "items", "end", "event", "text", "issues", "extra_headers")


@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_copies_and_pickles_hold_the_same(message: Message, looked_at: bool) -> None:
    fresh = copied(message)[2]
    if looked_at:
        assert fresh.headers is fresh.headers
        assert fresh.issues is fresh.issues
    for one in copied(fresh):
        assert type(one) is type(message)
        assert one == message
        assert repr(one) == repr(message)
        for name in SHOWN:
            assert getattr(one, name, None) == getattr(message, name, None)


def test_looking_at_headers_does_not_change_what_a_message_equals_or_dumps() -> None:
    one, other = events.Hangup.from_frame(FRAME), events.Hangup.from_frame(FRAME)
    dumped = one.model_dump()
    assert one.headers
    assert one.issues
    assert one.extra_headers
    assert one == other
    assert one.model_dump() == dumped
    assert dict(one) == dumped
    assert set(dumped) == set(events.Hangup.model_fields)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (events.Hangup(cause=16), events.Hangup(cause=17)),
        (events.Hangup(exten="1"), events.Newexten(exten="1")),
        (events.Hangup(), Reply()),
        (events.Hangup(), "Hangup"),
        (
            UnknownEvent.from_frame("Event: Own\r\nFoo: 1"),
            UnknownEvent.from_frame("Event: Own\r\nFoo: 2"),
        ),
        (UnknownEvent.from_frame("Event: Own"), UnknownEvent.from_frame("Event: Other")),
        (
            events.UserEvent.from_frame("Event: UserEvent\r\nOrder: 1"),
            events.UserEvent.from_frame("Event: UserEvent\r\nOrder: 2"),
        ),
        (
            PairsReply.from_frame("Response: Success\r\nPing: Check"),
            PairsReply.from_frame("Response: Success\r\nPong: Check"),
        ),
        (TextReply.from_text(["a"]), TextReply.from_text(["b"])),
        (
            Listing().with_list([events.Hangup(cause=1)], None),
            Listing().with_list([events.Hangup(cause=2)], None),
        ),
        (
            Listing().with_list([], events.Hangup(cause=1)),
            Listing().with_list([], events.Hangup(cause=2)),
        ),
        (Listing().with_list([], None), Reply()),
        (
            Told().with_event(events.Hangup(cause=1)),
            Told().with_event(events.Hangup(cause=2)),
        ),
    ],
    ids=lambda message: type(message).__name__,
)
def test_messages_that_hold_something_else_are_not_equal(one: object, other: object) -> None:
    assert one != other
    assert other != one


def test_a_message_equals_another_that_holds_the_same() -> None:
    made = events.Hangup(channel="PJSIP/1", cause=16)
    came = events.Hangup.from_frame("Event: Hangup\r\nChannel: PJSIP/1\r\nCause: 16")
    assert made == came
    assert hash(made) == hash(came)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_every_message_can_be_hashed(message: Message) -> None:
    same = copy.deepcopy(message)
    assert same == message
    assert hash(same) == hash(message)


def test_a_changed_copy_has_headers_that_tell_the_change() -> None:
    changed = HANGUP.model_copy(update={"channel": "PJSIP/2"})
    assert changed.channel == "PJSIP/2"
    assert changed.headers["Channel"] == "PJSIP/2"
    assert changed.headers["X-Unknown"] == "1"
    assert HANGUP.headers["Channel"] == "PJSIP/6001-0000002a"


def test_a_changed_copy_of_an_unknown_event_keeps_its_name_and_headers() -> None:
    event = UnknownEvent.from_frame("Event: Own\r\nFoo: 1\r\nActionID: 7")
    changed = event.model_copy(update={"action_id": "8"})
    assert changed.ami_name == "Own"
    assert dict(changed.headers) == {"Event": "Own", "Foo": "1", "ActionID": "8"}
    assert changed != event
    again = pickle.loads(pickle.dumps(changed)).model_copy(update={"action_id": "7"})
    assert again.ami_name == "Own"
    assert dict(again.headers) == dict(event.headers)


@pytest.mark.parametrize("name", ["File", "Line", "Func"])
def test_a_users_own_headers_are_kept_whatever_their_names(name: str) -> None:
    event = events.UserEvent.from_frame(f"Event: UserEvent\r\nUserEvent: Recorded\r\n{name}: x")
    assert event.extra_headers.get(name) == "x"


@given(st.text())
def test_no_frame_raises(frame: str) -> None:
    for cls in (events.Hangup, UnknownEvent, Reply, Listing, PairsReply):
        message = cls.from_frame(frame)
        assert isinstance(message.issues, tuple)
        assert isinstance(message.extra_headers, Headers)
        assert repr(message)
