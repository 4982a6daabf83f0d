"""The client's own events: what they are, and what they are not."""

import dataclasses
from typing import Any

import pytest

from amisdk import errors, events, lifecycle
from amisdk.lifecycle import LifecycleEvent, Occurrence
from amisdk.models import Event

REASON = errors.ConnectionClosed("gone")
EACH: list[tuple[LifecycleEvent, str]] = [
    (lifecycle.Connected(), "Connected()"),
    (lifecycle.Disconnected(REASON), "Disconnected(reason=ConnectionClosed('gone'))"),
    (lifecycle.Reconnecting(2, 1.5), "Reconnecting(attempt=2, delay=1.5)"),
    (lifecycle.Reconnected(3.0), "Reconnected(gap=3.0)"),
    (lifecycle.Closed(), "Closed(reason=None)"),
    (lifecycle.EventsLost("watch", 7), "EventsLost(consumer='watch', count=7)"),
]


def test_each_of_them_is_tried_here_and_exported() -> None:
    names = {type(event).__name__ for event, _ in EACH}
    assert names == {cls.__name__ for cls in LifecycleEvent.__subclasses__()}
    assert names | {"LifecycleEvent", "Occurrence"} == set(lifecycle.__all__)


@pytest.mark.parametrize(("event", "shown"), EACH, ids=str)
def test_an_event_shows_its_name_and_what_it_tells(event: LifecycleEvent, shown: str) -> None:
    assert event.ami_name == type(event).__name__
    assert repr(event) == shown


@pytest.mark.parametrize(("event", "_shown"), EACH, ids=str)
def test_an_event_cannot_be_changed(event: LifecycleEvent, _shown: str) -> None:
    names = [field.name for field in dataclasses.fields(event)]
    for name in (*names, "other"):
        with pytest.raises((dataclasses.FrozenInstanceError, TypeError, AttributeError)):
            setattr(event, name, None)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (lifecycle.Reconnected(1.0), lifecycle.Reconnected(1.0), True),
        (lifecycle.Reconnected(1.0), lifecycle.Reconnected(2.0), False),
        (lifecycle.Connected(), lifecycle.Connected(), True),
        (lifecycle.Connected(), lifecycle.Closed(), False),
    ],
)
def test_events_that_tell_the_same_are_equal(one: Any, other: Any, equal: bool) -> None:
    assert (one == other) is equal


def test_they_are_no_events_of_a_server() -> None:
    assert not issubclass(LifecycleEvent, Event)
    assert issubclass(LifecycleEvent, Occurrence)
    assert issubclass(events.Hangup, Occurrence)
