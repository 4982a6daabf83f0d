"""What all the live tests together have sent and seen; by its name it runs last."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from amisdk_models import registry

from tests.live.conformance import Reasons, is_whole, reason
from tests.live.support import Pbx
from tests.live.unseen import UNSEEN_ACTIONS, UNSEEN_EVENTS

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def whole_run(request: pytest.FixtureRequest, pbx: Pbx) -> None:
    """Skip where only some of the tests run."""
    if not is_whole(request.session):
        pytest.skip("only some of the live tests run")


def names_in(table: Reasons, pbx: Pbx) -> set[str]:
    """Return the names that a table excuses for a version of the server."""
    return {name for name in table if reason(table, name, pbx.major) is not None}


def of_version(table: Mapping[str, Any], pbx: Pbx) -> set[str]:
    """Return the names of what a version of the server has, as the spec says."""
    return {kind.ami.name for kind in table.values() if pbx.major in kind.ami.versions}


def none_of(names: Iterable[str]) -> None:
    """Fail with the names if there are any."""
    assert not (named := ", ".join(sorted(names))), named


def test_every_action_of_the_version_was_sent(pbx: Pbx) -> None:
    assert pbx.listed
    wanted = pbx.listed.keys() | of_version(registry.ACTIONS, pbx)
    none_of(wanted - pbx.tally.sent - names_in(UNSEEN_ACTIONS, pbx))


def test_no_action_that_was_answered_is_excused(pbx: Pbx) -> None:
    none_of(pbx.tally.replies.keys() & names_in(UNSEEN_ACTIONS, pbx))


def test_every_reply_was_typed_with_all_its_items(pbx: Pbx) -> None:
    found = pbx.tally.found
    assert (found["reply"], found["part"]) == (0, 0), "\n".join(pbx.tally.faults.values())


def test_every_event_of_the_version_was_seen(pbx: Pbx) -> None:
    wanted = of_version(registry.EVENTS, pbx)
    none_of(wanted - pbx.tally.events.keys() - names_in(UNSEEN_EVENTS, pbx))


def test_no_event_that_was_seen_is_excused(pbx: Pbx) -> None:
    none_of(pbx.tally.events.keys() & names_in(UNSEEN_EVENTS, pbx))


def test_what_is_excused_is_in_the_spec() -> None:
    none_of(name for name in UNSEEN_ACTIONS if name not in registry.ACTIONS)
    none_of(name for name in UNSEEN_EVENTS if name not in registry.EVENTS)


def test_no_event_that_was_seen_is_outside_the_versions_that_the_spec_states(pbx: Pbx) -> None:
    known = {event.ami.name for event in registry.EVENTS.values()}
    none_of((pbx.tally.events.keys() & known) - of_version(registry.EVENTS, pbx))


def test_all_that_came_was_typed_to_the_last_header(pbx: Pbx) -> None:
    assert not pbx.tally.faults, "\n".join(pbx.tally.faults.values())
