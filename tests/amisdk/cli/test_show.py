"""How messages are shown."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from amisdk import actions, events
from amisdk.cli.show import as_json, event_data, json_line, message_data, pairs_of, plain, text_of
from amisdk.models import Event, UnknownEvent, frame_of

NASTY = "Zo\u00eb\x1b[31m\x07\r\n\x00\x9b2J\u202e\u2028\udceb"


def test_nothing_reaches_a_terminal_that_could_play_with_it() -> None:
    assert plain("Zoë 日本") == "Zoë 日本"
    assert plain(NASTY) == (
        "Zoë\\x1b[31m\\x07\\x0d\\x0a\\x00\\xc2\\x9b2J\\xe2\\x80\\xae\\xe2\\x80\\xa8\\xeb"
    )
    line = json_line(event_data(events.Hangup(channel=NASTY)))
    assert line.isprintable()
    assert json.loads(line)["channel"] == NASTY[:-1] + "\\xeb"


@pytest.mark.parametrize(
    ("value", "text", "data"),
    [
        (None, "", None),
        (True, "yes", True),
        (False, "no", False),
        (16, "16", 16),
        (0.5, "0.5", 0.5),
        (float("inf"), "inf", "inf"),
        ("a\tb", "a\\x09b", "a\tb"),
        (("a", "b"), "a,b", ["a", "b"]),
        ({"A": "1", "B": True}, "A=1 B=yes", {"A": "1", "B": True}),
        (SecretStr("word"), "***", "***"),
        (datetime(2026, 11, 22, 20, 30, 57), "2026-11-22 20:30:57", "2026-11-22T20:30:57"),  # noqa: DTZ001
    ],
)
def test_values_for_people_and_for_programs(value: object, text: str, data: Any) -> None:
    assert text_of(value) == text
    assert as_json(value) == data


def test_times_are_local_for_people_and_exact_for_programs() -> None:
    when = datetime(2026, 11, 22, 20, 30, 57, 82368, tzinfo=UTC)
    assert datetime.fromisoformat(text_of(when)) == when.replace(microsecond=0)
    assert as_json(when) == "2026-11-22T20:30:57.082368+00:00"


def test_an_event_becomes_typed_json() -> None:
    frame = (
        "Event: QueueMemberStatus\r\nQueue: support\r\nPaused: 0\r\nPenalty: many\r\n"
        "LastCall: 1\r\nOdd: 1\r\nOdd: 2\r\nShape: round"
    )
    event = events.QueueMemberStatus.from_frame(frame)
    when = datetime(2026, 11, 22, 20, 30, 57, tzinfo=UTC)
    assert event_data(event, when) == {
        "event": "QueueMemberStatus",
        "received": "2026-11-22T20:30:57.000+00:00",
        "queue": "support",
        "paused": False,
        "last_call": "1970-01-01T00:00:01+00:00",
        "headers": {"Odd": ["1", "2"], "Shape": "round", "Penalty": "many"},
    }
    assert event_data(event)["event"] == "QueueMemberStatus"


def test_an_event_that_nothing_knows_becomes_its_headers() -> None:
    event = UnknownEvent.from_frame("Event: Odd\r\nActionID: 5\r\nItem: lamp")
    assert event_data(event) == {"event": "Odd", "action_id": "5", "headers": {"Item": "lamp"}}


def test_what_was_looked_at_before_does_not_show() -> None:
    event = events.Hangup.from_frame("Event: Hangup\r\nCause: 16")
    assert event.headers
    assert not event.issues
    assert event_data(event) == {"event": "Hangup", "cause": 16}
    assert list(pairs_of(event, full=True)) == [("cause", "16")]


def test_a_line_for_people_leaves_out_what_tells_little() -> None:
    event = events.Newchannel.from_frame(
        "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/6001-1\r\nChannelState: 4\r\n"
        "ChannelStateDesc: Ring\r\nLanguage: en\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\nExten: 100\r\n"
        "AccountCode: \r\nOwn: x"
    )
    assert dict(pairs_of(event)) == {
        "channel": "PJSIP/6001-1",
        "channel_state_desc": "Ring",
        "exten": "100",
        "Own": "x",
    }
    assert dict(pairs_of(event, full=True)).keys() >= {"privilege", "language", "unique_id"}
    bare = events.Newchannel(channel_state=4)
    assert dict(pairs_of(bare)) == {"channel_state": "4"}


def test_a_reply_becomes_json_without_secrets() -> None:
    reply = actions.PingReply.from_frame("Response: Success\r\nPing: Pong\r\nTimestamp: 1.5")
    assert message_data(reply) == {
        "response": "Success",
        "ping": "Pong",
        "timestamp": "1970-01-01T00:00:01.500000+00:00",
    }


@pytest.mark.parametrize(
    "event",
    [
        UnknownEvent.from_frame("Event: Odd\r\nA:b\r\nno header\r\nA: \udceb"),
        events.Hangup.from_frame("Event: Hangup\r\nCause: 16"),
    ],
    ids=["odd", "known"],
)
def test_the_text_on_the_wire_is_kept(event: Event) -> None:
    again = type(event).from_frame(frame_of(event))
    assert again == event
    assert frame_of(again) == frame_of(event)


def test_the_text_of_an_event_made_by_hand_is_as_a_server_writes_it() -> None:
    assert frame_of(events.Hangup(cause=16)) == "Event: Hangup\r\nCause: 16"
