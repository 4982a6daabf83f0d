"""Who wants which events: names, routes, and delivery."""

from typing import Any

import pytest

from amisdk import events
from amisdk.models import Event, UnknownEvent
from amisdk.subscriptions import Dispatcher, Include, Subscription, names_of


@pytest.mark.parametrize(
    ("wanted", "names", "unknown_only"),
    [
        ((), None, False),
        ((Event,), None, False),
        ((Event, events.Hangup), None, False),
        ((Event, UnknownEvent), None, False),
        ((events.Hangup,), "hangup", False),
        ((events.Hangup, "NewChannel", events.Hangup), "hangup newchannel", False),
        (("Own",), "own", False),
        ((UnknownEvent,), None, True),
        ((UnknownEvent, UnknownEvent), None, True),
    ],
)
def test_classes_and_names_become_the_names_of_a_subscription(
    wanted: tuple[Any, ...], names: str | None, unknown_only: bool
) -> None:
    expected = None if names is None else frozenset(names.split())
    assert names_of(wanted) == (expected, unknown_only)


def test_an_iterator_is_read_once() -> None:
    assert names_of(iter([events.Hangup])) == (frozenset(["hangup"]), False)
    assert names_of(iter(())) == (None, False)


@pytest.mark.parametrize(
    "wanted", [(5,), (None,), (events.Hangup(),), (dict,), ((events.Hangup,),)], ids=str
)
def test_what_is_no_event_is_refused(wanted: Any) -> None:
    with pytest.raises(TypeError, match="an event class or an event's name"):
        names_of(wanted)


@pytest.mark.parametrize("other", [events.Hangup, "Hangup"])
def test_unknown_events_are_subscribed_to_by_themselves(other: Any) -> None:
    with pytest.raises(TypeError, match="UnknownEvent"):
        names_of((UnknownEvent, other))


def subscription(
    taken: list[Any], *names: str, include: Include = "unsolicited", unknown_only: bool = False
) -> Subscription:
    return Subscription(taken.append, frozenset(names) or None, include, unknown_only)


def test_a_route_has_who_wants_the_name_by_what_the_event_is_to_them() -> None:
    dispatcher = Dispatcher()
    every, hangup = subscription([]), subscription([], "hangup", include="all")
    replies, other = subscription([], include="replies"), subscription([], "newchannel")
    for one in (every, hangup, replies, other):
        dispatcher.add(one)
    assert dispatcher.route("Hangup") == ((every, hangup), (hangup, replies))
    assert dispatcher.route("HANGUP") == dispatcher.route("Hangup")
    assert dispatcher.route("Newchannel") == ((every, other), (replies,))
    assert dispatcher.route("Own") == ((every,), (replies,))


def test_a_route_is_worked_out_once_until_somebody_comes_or_leaves() -> None:
    dispatcher = Dispatcher()
    one, other = subscription([]), subscription([])
    dispatcher.add(one)
    route = dispatcher.route("Hangup")
    assert dispatcher.route("Hangup") is route
    dispatcher.add(other)
    assert dispatcher.route("Hangup") == ((one, other), ())
    dispatcher.remove(one)
    assert dispatcher.route("Hangup") == ((other,), ())
    dispatcher.remove(one)
    assert dispatcher.route("Hangup") == ((other,), ())


def test_equal_subscriptions_are_two() -> None:
    dispatcher = Dispatcher()
    taken: list[Event] = []
    one, other = subscription(taken), subscription(taken)
    dispatcher.add(one)
    dispatcher.add(other)
    dispatcher.remove(other)
    assert dispatcher.route("Hangup").unsolicited == (one,)


def test_names_invented_by_a_server_do_not_fill_the_memory() -> None:
    dispatcher = Dispatcher()
    dispatcher.add(subscription([]))
    for number in range(10_000):
        assert len(dispatcher.route(f"Invented{number}").unsolicited) == 1
    assert len(dispatcher.routes) < 3000


def test_an_event_is_delivered_in_order_of_subscription() -> None:
    order: list[str] = []

    def named(name: str) -> Subscription:
        return Subscription(lambda _: order.append(name), None, "all")

    Dispatcher().deliver([named("a"), named("b"), named("c")], events.Hangup())
    assert order == ["a", "b", "c"]


def test_who_wants_unknown_events_gets_no_other() -> None:
    taken: list[Event] = []
    own = UnknownEvent.from_frame("Event: Own")
    for event in (events.Hangup(), own):
        Dispatcher().deliver([subscription(taken, unknown_only=True)], event)
    assert taken == [own]
