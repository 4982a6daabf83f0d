"""Which events are shown."""

import pytest

from amisdk import events
from amisdk.cli.faults import Fault
from amisdk.cli.filters import Condition, Names
from amisdk.models import Event, UnknownEvent

PAUSE = events.QueueMemberPause(
    queue="Support", interface="PJSIP/6001", paused=True, member_name="Zoë"
)
ODD = UnknownEvent.from_frame("Event: Odd\r\nItem: lamp\r\nItem: bulb\r\nOrder-ID: 42\r\nNote: a=b")


@pytest.mark.parametrize(
    ("patterns", "name", "taken"),
    [
        ([], "Hangup", True),
        (["hangup"], "Hangup", True),
        (["Hangup"], "HangupRequest", False),
        (["Queue*"], "QueueMemberPause", True),
        (["queue*", "Hangup"], "HANGUP", True),
        (["queue*"], "Hangup", False),
        (["*pause"], "QueueMemberPause", True),
        (["New[cs]*"], "Newstate", True),
        (["Newstat?"], "Newexten", False),
    ],
)
def test_names_are_patterns_without_regard_to_case(
    patterns: list[str], name: str, taken: bool
) -> None:
    assert Names(patterns).take(name) is taken


def test_plain_names_can_be_asked_for_by_name() -> None:
    assert Names(["Hangup", "Newchannel"]).exact == ("Hangup", "Newchannel")
    assert Names(["Hangup", "New*"]).exact == ()
    assert Names([]).exact == ()


@pytest.mark.parametrize(
    ("text", "event", "holds"),
    [
        ("queue=support", PAUSE, True),
        ("Queue=SUPPORT", PAUSE, True),
        ("queue=sales", PAUSE, False),
        ("queue!=sales", PAUSE, True),
        ("queue!=support", PAUSE, False),
        ("member_name=zoë", PAUSE, True),
        ("MemberName=Zoë", PAUSE, True),
        ("member-name=Zoë", PAUSE, True),
        ("paused=1", PAUSE, True),
        ("paused=true", PAUSE, True),
        ("paused=yes", PAUSE, True),
        ("paused=no", PAUSE, False),
        ("interface~^PJSIP/", PAUSE, True),
        ("interface~6002", PAUSE, False),
        ("interface!~6002", PAUSE, True),
        ("reason=", PAUSE, True),
        ("reason!=", PAUSE, False),
        ("reason~.", PAUSE, False),
        ("event=queuememberpause", PAUSE, True),
        ("event~^Queue", ODD, False),
        ("item=lamp", ODD, True),
        ("item=bulb", ODD, True),
        ("order_id=42", ODD, True),
        ("orderid=42", ODD, True),
        ("note=a=b", ODD, True),
        ("note~=", ODD, True),
        (" queue =support", PAUSE, True),
    ],
)
def test_a_condition_holds_or_not(text: str, event: Event, holds: bool) -> None:
    assert Condition.parse(text).holds(event) is holds


@pytest.mark.parametrize("text", ["", "queue", "=support", "a b=c"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(Fault, match="is no condition such as queue=support"):
        Condition.parse(text)


def test_a_broken_expression_is_refused() -> None:
    with pytest.raises(Fault, match=r'"\(" is no regular expression: missing \)'):
        Condition.parse("queue~(")
