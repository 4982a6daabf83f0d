"""The shapes of replies: lists, events, CLI output, configuration, pairs and raw text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amisdk import actions, events
from amisdk.models import (
    ConfigCategory,
    ConfigReply,
    Event,
    EventReply,
    ListReply,
    OutputReply,
    PairsReply,
    RawReply,
    Reply,
    TextReply,
)


def frame(*lines: str) -> str:
    return "\r\n".join(lines)


@pytest.mark.parametrize(
    ("response", "ok"),
    [
        ("Success", True),
        ("Goodbye", True),
        ("Follows", True),
        ("Error", False),
        ("error", False),
        ("", False),
    ],
)
def test_a_reply_is_good_unless_it_says_error(response: str, ok: bool) -> None:
    assert Reply.from_frame(f"Response: {response}\r\nMessage: x").ok is ok


PRESENCE = (
    "Response: Success",
    "ActionID: 7",
    "Message: Presence State",
    "State: away",
    "Message: lunch",
)


def test_a_header_that_comes_twice_may_have_two_fields() -> None:
    reply = actions.PresenceStateReply.from_frame(frame(*PRESENCE))
    assert (reply.response, reply.action_id, reply.message) == ("Success", "7", "Presence State")
    assert reply.state_text == "lunch"
    assert reply.headers.all("Message") == ("Presence State", "lunch")
    assert reply.issues == ()
    alone = actions.PresenceStateReply.from_frame(frame(*PRESENCE[:-1]))
    assert alone.state_text is None


def test_a_header_that_comes_too_often_is_an_issue() -> None:
    reply = actions.PresenceStateReply.from_frame(frame(*PRESENCE, "Message: again"))
    assert (reply.message, reply.state_text) == ("Presence State", "lunch")
    assert [(issue.header, issue.text) for issue in reply.issues] == [("Message", "again")]


def test_a_line_feed_within_a_value_stays() -> None:
    reply = Reply.from_frame("Response: Error\r\nMessage: No resource lists found\n")
    assert reply.message == "No resource lists found\n"


class Listing(ListReply[Event, Event]):
    """A reply with a list."""


class Told(EventReply[Event]):
    """A reply with an event."""


def test_a_list_is_empty_until_it_is_given_its_items() -> None:
    reply = Listing.from_frame("Response: Success\r\nFoo: 1")
    assert reply.items == ()
    assert reply.end is None
    items = [events.Hangup(cause=1), events.Hangup(cause=2)]
    whole = reply.with_list(items, events.StatusComplete(items=2))
    assert whole.items == tuple(items)
    assert whole.end == events.StatusComplete(items=2)
    assert whole.headers["Foo"] == "1"
    assert reply.items == ()


def test_the_repr_of_a_list_counts_its_items() -> None:
    reply = Listing(response="Success").with_list(
        [events.Hangup(exten="unseen")] * 3, events.Hangup(cause=1)
    )
    assert repr(reply).startswith("Listing(response='Success', items=")
    assert "items=<3 items>" in repr(reply)
    assert "unseen" not in repr(reply)
    assert repr(reply).endswith(", end=Hangup(cause=1))")


def test_a_reply_takes_its_event() -> None:
    reply = Told.from_frame("Response: Success")
    assert reply.event is None
    assert reply.with_event(events.Hangup(cause=1)).event == events.Hangup(cause=1)
    assert reply.event is None


def test_subscripting_a_reply_makes_no_class() -> None:
    assert ListReply[events.Hangup, events.StatusComplete] is ListReply
    assert EventReply[events.Hangup] is EventReply


def test_output_of_servers_from_14_on() -> None:
    reply = OutputReply.from_frame(
        frame(
            "Response: Success",
            "ActionID: 7",
            "Message: Command output follows",
            "Output: a: b",
            "Output:   indented",
            "Output: ",
            "Output: <unknown>",
        )
    )
    assert reply.output == ("a: b", "  indented", "", "<unknown>")
    assert reply.text == "a: b\n  indented\n\n<unknown>"
    assert reply.action_id == "7"
    assert reply.issues == ()


FOLLOWS = ("Response: Follows", "Privilege: Command", "ActionID: 7")


@pytest.mark.parametrize(
    ("raw", "output"),
    [
        ("one\n--END COMMAND--", ("one",)),
        ("one\ntwo\n--END COMMAND--", ("one", "two")),
        ("one\r\n--END COMMAND--", ("one",)),
        ("one\r\ntwo\r\n--END COMMAND--", ("one", "two")),
        ("  in\n\nafter a blank\n--END COMMAND--", ("  in", "", "after a blank")),
        ("one\n\n--END COMMAND--", ("one", "")),
        ("Key: value\nOutput: x\n--END COMMAND--", ("Key: value", "Output: x")),
        ("Message: x\r\ny\n--END COMMAND--", ("Message: x", "y")),
        ("no end\n", ("no end",)),
        ("<unknown>\n--END COMMAND--", ("<unknown>",)),
        ("a\u2028b\n--END COMMAND--", ("a\u2028b",)),
    ],
)
def test_output_of_servers_before_14(raw: str, output: tuple[str, ...]) -> None:
    reply = OutputReply.from_frame(frame(*FOLLOWS, raw))
    assert reply.output == output
    assert reply.text == "\n".join(output)
    assert (reply.response, reply.privilege, reply.action_id) == ("Follows", "Command", "7")
    assert reply.message is None
    assert reply.ok
    assert reply.issues == ()


@pytest.mark.parametrize(
    "whole",
    [
        frame("Response: Success", "ActionID: 7", "Message: Command output follows"),
        frame(*FOLLOWS, "--END COMMAND--"),
        frame(*FOLLOWS, "\n--END COMMAND--").replace("\n\n", "\n"),
    ],
)
def test_a_command_that_prints_nothing_has_no_output(whole: str) -> None:
    reply = OutputReply.from_frame(whole)
    assert not reply.output
    assert reply.text == ""


CONFIG = frame(
    "Response: Success",
    "ActionID: 7",
    "Category-000000: general",
    "Line-000000-000000: bindport=5060",
    "Line-000000-000001: allow=ulaw",
    "Line-000000-000002: allow=alaw",
    "Line-000000-000003: setvar=A=1=2",
    "Line-000000-000004: empty=",
    "Category-000001: phone",
    "IsTemplate-000001: 1",
    "Line-000001-000000: type=friend",
    "Category-000002: 6001",
    'Templates-000002: "phone,office"',
    "Category-000003: general",
    "Line-000003-000000: bindport=1",
)


def test_the_categories_of_a_configuration() -> None:
    reply = ConfigReply.from_frame(CONFIG)
    assert reply.categories == (
        ConfigCategory(
            "general",
            (
                ("bindport", "5060"),
                ("allow", "ulaw"),
                ("allow", "alaw"),
                ("setvar", "A=1=2"),
                ("empty", ""),
            ),
        ),
        ConfigCategory("phone", (("type", "friend"),), is_template=True),
        ConfigCategory("6001", (), templates=("phone", "office")),
        ConfigCategory("general", (("bindport", "1"),)),
    )


def test_looking_up_in_a_configuration() -> None:
    reply = ConfigReply.from_frame(CONFIG)
    general = reply.category("general")
    assert general is not None
    assert general.get("bindport") == "5060"
    assert general.get("allow") == "ulaw"
    assert general.get("nothing") is None
    assert general.get("nothing", "default") == "default"
    assert reply.category("nothing") is None
    assert ConfigReply.from_frame("Response: Success").categories == ()


def test_configurations_with_other_lines_are_not_equal() -> None:
    other = CONFIG.replace("5060", "5061")
    assert ConfigReply.from_frame(CONFIG) == ConfigReply.from_frame(CONFIG)
    assert ConfigReply.from_frame(CONFIG) != ConfigReply.from_frame(other)


def test_pairs_are_the_headers_which_not_every_reply_has() -> None:
    reply = PairsReply.from_frame(
        frame("Response: Success", "ActionID: 7", "Ping: Keepalive.", "Message: x", "Foo: 1")
    )
    assert reply.pairs == {"Ping": "Keepalive.", "Foo": "1"}


def test_of_a_repeated_pair_the_first_counts_as_everywhere() -> None:
    reply = PairsReply.from_frame(frame("Response: Success", "Foo: 1", "Foo: 2"))
    assert reply.pairs["Foo"] == reply.headers["Foo"] == "1"


@pytest.mark.parametrize(
    ("blocks", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a\r\nb", "c"], "a\nb\n\nc"),
        (["a\nb"], "a\nb"),
    ],
)
def test_raw_text_is_parted_by_line_feeds(blocks: list[str], text: str) -> None:
    reply = TextReply.from_text(blocks)
    assert reply.text == text
    assert reply.ok
    assert list(reply.headers) == [("Response", "Success")]


def test_text_whose_lines_are_headers_fills_fields() -> None:
    blocks = ["ObjectName: desk\r\nPort: many\r\nLine: 1 (a)", "Line: 2 (b)\r\nOdd: 1\r\n  x (y)"]
    reply = actions.SKINNYshowdeviceReply.from_text(blocks)
    assert reply.text == "\n\n".join(blocks).replace("\r\n", "\n")
    assert (reply.ok, reply.object_name, reply.line) == (True, "desk", ("1 (a)", "2 (b)"))
    assert [issue.field for issue in reply.issues] == ["port"]
    assert list(reply.extra_headers) == [("Odd", "1"), ("", "  x (y)")]
    assert reply != actions.SKINNYshowdeviceReply.from_text(blocks[:1])


def test_a_text_reply_may_come_as_an_error_with_headers() -> None:
    reply = TextReply.from_frame("Response: Error\r\nMessage: Invalid/unknown command: Queues")
    assert not reply.ok
    assert reply.text == ""


def test_the_reply_to_a_raw_action_shows_its_headers() -> None:
    reply = RawReply.from_frame("Response: Success\r\nFoo: 1")
    assert reply.extra_headers["Foo"] == "1"


@given(st.text())
def test_no_frame_raises(text: str) -> None:
    for whole in (text, f"Response: Follows\r\n{text}", f"Response: Success\r\n{text}"):
        assert isinstance(OutputReply.from_frame(whole).text, str)
        assert isinstance(ConfigReply.from_frame(whole).categories, tuple)
        pairs: Any = PairsReply.from_frame(whole).pairs
        assert isinstance(pairs, dict)
