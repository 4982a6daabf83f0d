"""What users may send and see."""

from typing import Any

import pytest

from amisdk.testing import User
from amisdk.testing.users import Filter, classes_in


@pytest.mark.parametrize(
    ("write", "privilege", "may"),
    [
        ("all", ["system"], True),
        ("call,agent", ["agent", "system"], True),
        ("call, Agent", ["agent"], True),
        (("call",), ["agent"], False),
        ("", ["agent"], False),
        ("", [], True),
    ],
)
def test_one_of_the_privileges_is_enough_to_send(
    write: str | tuple[str, ...], privilege: list[str], may: bool
) -> None:
    assert User("a", "b", write=write).may_send(privilege) == may


@pytest.mark.parametrize(
    ("read", "privilege", "may"),
    [
        ("all", ["system"], True),
        ("call,agent", ["agent"], True),
        ("agent", ["agent", "system"], False),
        ("", [], True),
    ],
)
def test_all_of_the_privileges_are_needed_to_see(
    read: str, privilege: list[str], may: bool
) -> None:
    assert User("a", "b", read=read).may_see(privilege) == may


def test_a_user_does_not_show_the_secret() -> None:
    assert "s3cr3t" not in repr(User("a", "s3cr3t"))


def test_classes_are_names_parted_by_commas() -> None:
    assert classes_in(" call,AGENT,, ") == classes_in(["Call", "agent"]) == {"call", "agent"}


@pytest.mark.parametrize(
    ("expressions", "passing"),
    [
        ((), {"Hangup", "Newchannel", "UserEvent"}),
        (("Event: (Hangup|UserEvent)",), {"Hangup", "UserEvent"}),
        (("!Event: Hangup",), {"Newchannel", "UserEvent"}),
        (("Event: Hangup", "Event: New", "!Channel: x"), {"Newchannel"}),
    ],
)
def test_filters_hold_events_back(expressions: tuple[str, ...], passing: set[str]) -> None:
    events = {
        "Hangup": "Event: Hangup\r\nChannel: x\r\n",
        "Newchannel": "Event: Newchannel\r\nChannel: y\r\n",
        "UserEvent": "Event: UserEvent\r\n",
    }
    held = Filter(expressions)
    assert {name for name, text in events.items() if held.passes(text)} == passing


@pytest.mark.parametrize("classes", [{"read": "cal"}, {"write": ("call", "Agents")}])
def test_a_class_that_is_none_is_refused(classes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no class of manager"):
        User("a", "b", **classes)
