"""What the next connection is to have again."""

import pytest

from amisdk.models import RawAction
from amisdk.restore import SessionSetup


@pytest.mark.parametrize(
    ("action", "key"), [("Events", "EventMask"), ("events", "EVENTMASK"), ("EVENTS", "eventmask")]
)
def test_the_last_event_mask_is_kept(action: str, key: str) -> None:
    setup = SessionSetup("on")
    for mask in ("off", "call,agent"):
        setup.note(action, iter([("Other", "x"), (key, mask)]))
    assert setup.mask == "call,agent"


@pytest.mark.parametrize(
    ("mask", "boots"), [("on", True), ("off", False), ("", False), ("ON", False)]
)
def test_with_another_mask_nobody_knows_whether_fully_booted_comes(mask: str, boots: bool) -> None:
    setup = SessionSetup("on")
    setup.boots = True
    setup.note("Events", [("EventMask", mask)])
    assert (setup.mask, setup.boots) == (mask, boots)


def test_events_without_a_mask_changes_nothing() -> None:
    setup = SessionSetup("on")
    setup.boots = True
    setup.note("Events", [("Other", "off")])
    assert (setup.mask, setup.boots) == ("on", True)


def test_filters_are_kept_in_order_with_all_their_headers() -> None:
    setup = SessionSetup()
    first = [("Operation", "Add"), ("Filter", "Event: Hangup")]
    second = [("MatchCriteria", "name(Newchannel),action(exclude)"), ("Filter", ""), ("Filter", "")]
    setup.note("Filter", iter(first))
    setup.note("FILTER", second)
    assert setup.filters == [RawAction("Filter", first), RawAction("Filter", second)]
    assert [action.to_headers() for action in setup.filters] == [first, second]


@pytest.mark.parametrize("action", ["Ping", "Filters", "Event", ""])
def test_other_actions_set_nothing(action: str) -> None:
    setup = SessionSetup()
    setup.note(action, [("EventMask", "off"), ("Filter", "x")])
    assert (setup.mask, setup.filters, setup.boots) == (None, [], False)
