"""What a version says: the shapes of messages, and words for errors, as they were recorded."""

import pytest
from amisdk_models import registry

from amisdk.models import Message
from amisdk.testing.dialect import BRIDGE, CHANNEL, Dialect, Pairs, dialect_of
from tests.conformity.shapes import DIALECTS, written

VERSIONS = (16, 22)
FREE = ("UserEvent", "TestEvent", "ResourceListDetail")
"""Events with headers that are free."""
GLUED = ("DeviceEntry", "LineEntry")
"""Events that another one is glued to."""


def _frame(pairs: Pairs) -> str:
    return "\r\n".join(f"{key}: {value}" for key, value in pairs)


def _assert_fits(message: Message, pairs: Pairs) -> None:
    assert message.issues == (), pairs
    if type(message).__name__ not in FREE:
        assert not message.extra_headers, pairs


@pytest.mark.parametrize("name", ["16.txt", "22.txt"])
def test_the_files_are_what_the_recorded_servers_said(name: str) -> None:
    assert (DIALECTS / name).read_text("utf-8") == written()[name]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_event_that_can_be_said_fits_its_model(version: int) -> None:
    dialect = dialect_of(version)
    assert len(dialect._events) > 200
    for name in dialect._events.keys() - set(GLUED):
        for own in ({}, {"ActionID": "1"}):
            pairs = dialect.event(name, own)
            assert pairs is not None
            assert pairs[0] == ("Event", name)
            _assert_fits(registry.EVENTS[name].from_frame(_frame(pairs)), pairs)


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_said_that_the_version_has_not(version: int) -> None:
    dialect = dialect_of(version)
    for name in dialect._events:
        assert version in registry.EVENTS[name].ami.versions, name
    for name in dialect._replies:
        assert version in registry.ACTIONS[name].ami.versions, name


def test_values_take_their_places() -> None:
    told = {"Channel": "A", "Cause": 17, "ChanVariable": ["X=1", "Y="]}
    pairs = dialect_of(22).event("Hangup", told)
    assert pairs is not None
    names = [key for key, _ in pairs]
    assert names[:2] == ["Event", "Privilege"]
    assert names[-5:] == ["Linkedid", "ChanVariable", "ChanVariable", "Cause", "Cause-txt"]
    assert dict(pairs)["Channel"] == "A"
    assert dict(pairs)["ChannelStateDesc"] == CHANNEL["ChannelStateDesc"]


def test_what_a_version_does_not_tell_is_left_out_and_so_is_none() -> None:
    told = {"Paused": 1, "PausedReason": "lunch", "Reason": "lunch"}
    older, newer = (dict(dialect_of(v).event("QueueMemberPause", told) or []) for v in VERSIONS)
    assert older["Reason"] == "lunch"
    assert "Reason" not in newer
    told["Reason"] = None
    assert "Reason" not in dict(dialect_of(16).event("QueueMemberPause", told) or [])


def test_the_shape_is_the_one_for_the_values() -> None:
    def names(**told: object) -> list[str]:
        return [key for key, _ in dialect_of(22).event("DialBegin", told) or []]

    assert "Channel" not in names(DestChannel="B", DialString="x")
    assert "Channel" in names(Channel="A", DestChannel="B", DialString="x")
    as_part = dict(dialect_of(22).event("DeviceStateChange", {"ActionID": "7"}) or [])
    by_itself = dict(dialect_of(22).event("DeviceStateChange", {}) or [])
    assert as_part["ActionID"] == "7"
    assert "Privilege" not in as_part
    assert "Privilege" in by_itself


def test_a_header_that_comes_several_times_comes_as_often_as_is_said() -> None:
    told = {"ActionID": "1", "Variable": ["A=1", "B=2", "C=3", "D=4"]}
    pairs = dialect_of(22).event("Status", told) or []
    assert [text for key, text in pairs if key == "Variable"] == ["A=1", "B=2", "C=3", "D=4"]


def test_what_was_never_recorded_is_not_known() -> None:
    assert dialect_of(22).event("MeetmeJoin", {}) is None
    assert dialect_of(22).reply("MeetmeList") is None
    assert dialect_of(22).missing("MeetmeMute") is None
    assert dialect_of(22).unknown("MeetmeMute") is None
    assert dialect_of(16).reply("PJSIPHangup") is None


def test_words_are_the_servers() -> None:
    dialect = dialect_of(22)
    assert dialect.unknown("Park", "nobody") == "Channel does not exist: nobody"
    assert list(dialect.missing("MixMonitorMute") or ()) == ["Direction", "Channel", "State"]
    assert dialect.unknown("PJSIPShowEndpoint", "x") == "Unable to retrieve endpoint x\n"
    assert (dialect_of(16).missing("CreateConfig") or {})["Filename"] == "Is a directory"
    assert (dialect.missing("CreateConfig") or {})["Filename"] == "Filename not specified"
    assert dialect.missing("UserEvent") == {}


def test_macros_stand_for_all_headers_about_channels_and_bridges() -> None:
    pairs = dict(dialect_of(22).event("BridgeEnter", {}) or [])
    assert pairs.keys() >= CHANNEL.keys() | BRIDGE.keys()


def test_a_reply_of_text_is_kept_as_it_was() -> None:
    recorded = dialect_of(22).reply("IAXnetstats")
    assert recorded is not None
    assert recorded.text is not None
    assert recorded.text.endswith("\n\r\n")
    skinny = dialect_of(16).reply("SKINNYshowline")
    assert skinny is not None
    assert (skinny.text or "").startswith("Channeltype: SKINNY\r\nObjectName: 6501\r\n")


@pytest.mark.parametrize(
    ("version", "greeting", "release"),
    [
        (16, b"Asterisk Call Manager/5.0.4\r\n", "16.28.0"),
        (18, b"Asterisk Call Manager/7.0.3\r\n", "18."),
        (22, b"Asterisk Call Manager/11.0.0\r\n", "22.10.0"),
        (23, b"Asterisk Call Manager/12.0.0\r\n", "23."),
    ],
)
def test_a_version_says_which_it_is(version: int, greeting: bytes, release: str) -> None:
    dialect = dialect_of(version)
    assert dialect.greeting == greeting
    assert dialect.release.startswith(release)


@pytest.mark.parametrize("version", [1, 15, 24])
def test_other_versions_are_not_spoken(version: int) -> None:
    with pytest.raises(ValueError, match=f"16 to 23, not {version}"):
        Dialect(version)
