"""The client's own events and the server's, wanted together, and never taken for each other."""

from typing import Any

import pytest

from amisdk import events, lifecycle
from amisdk.errors import ConnectionClosed
from amisdk.lifecycle import (
    Closed,
    Connected,
    Disconnected,
    EventsLost,
    LifecycleEvent,
    Occurrence,
    Reconnected,
)
from amisdk.mailbox import Mailbox
from amisdk.models import Event, UnknownEvent
from amisdk.subscriptions import Dispatcher, Subscription
from tests.amisdk.linked import Linked

OWN: list[LifecycleEvent] = [
    Connected(),
    Disconnected(ConnectionClosed("x")),
    lifecycle.Reconnecting(1, 0.5),
    Reconnected(1.0),
    Closed(),
    EventsLost("x", 1),
]
NAMES = [event.ami_name for event in OWN]


def subscribe(dispatcher: Dispatcher, *wanted: Any, include: Any = "unsolicited") -> list[Any]:
    taken: list[Any] = []
    dispatcher.add(Subscription.of(taken.append, wanted, include))
    return taken


def served(dispatcher: Dispatcher, name: str, kind: type[Event] = UnknownEvent) -> None:
    """Deliver an event of the server's."""
    event = kind.from_frame(f"Event: {name}")
    dispatcher.deliver(dispatcher.route(name).unsolicited, event)


def names(taken: list[Any]) -> list[str]:
    return [event.ami_name for event in taken]


@pytest.mark.parametrize("wanted", [type(event) for event in OWN], ids=NAMES)
def test_a_class_of_the_clients_own_events_gets_its_events_only(wanted: Any) -> None:
    dispatcher = Dispatcher()
    taken = subscribe(dispatcher, wanted)
    for event in OWN:
        dispatcher.tell(event)
    served(dispatcher, "Hangup", events.Hangup)
    assert [type(event) for event in taken] == [wanted]


@pytest.mark.parametrize("include", ["unsolicited", "replies", "all"])
def test_the_base_class_gets_all_of_them_and_none_of_the_servers(include: Any) -> None:
    dispatcher = Dispatcher()
    taken = subscribe(dispatcher, LifecycleEvent, include=include)
    for event in OWN:
        dispatcher.tell(event)
    served(dispatcher, "Hangup", events.Hangup)
    assert taken == OWN


def test_both_kinds_keep_their_order() -> None:
    dispatcher = Dispatcher()
    taken = subscribe(dispatcher, Reconnected, events.Hangup, "Own", Disconnected)
    dispatcher.tell(OWN[1])
    served(dispatcher, "Hangup", events.Hangup)
    served(dispatcher, "Newchannel", events.Newchannel)
    dispatcher.tell(OWN[0])
    dispatcher.tell(OWN[3])
    served(dispatcher, "own")
    assert names(taken) == ["Disconnected", "Hangup", "Reconnected", "own"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((), ["Hangup", "Own"]),
        ((Event,), ["Hangup", "Own"]),
        ((UnknownEvent,), ["Own"]),
        ((Event, Closed), ["Hangup", "Own", "Closed"]),
        ((UnknownEvent, Closed), ["Own", "Closed"]),
        ((events.Hangup, LifecycleEvent), ["Hangup", "Connected", "Closed"]),
        ((Closed, Closed), ["Closed"]),
        ((Closed, LifecycleEvent), ["Connected", "Closed"]),
    ],
)
def test_what_is_asked_for_together(wanted: tuple[Any, ...], expected: list[str]) -> None:
    dispatcher = Dispatcher()
    taken = subscribe(dispatcher, *wanted)
    served(dispatcher, "Hangup", events.Hangup)
    served(dispatcher, "Own")
    for event in (Connected(), Closed()):
        dispatcher.tell(event)
    assert names(taken) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_server_cannot_forge_one(name: str) -> None:
    linked = Linked()
    own = subscribe(linked.dispatcher, LifecycleEvent)
    mixed = subscribe(linked.dispatcher, LifecycleEvent, "Hangup")
    named = subscribe(linked.dispatcher, name)
    for spelt in (name, name.lower(), name.upper()):
        linked.event(spelt, "Reason: forged", "Attempt: 1", "Gap: 0", "Count: 5")
        linked.event("UserEvent", f"UserEvent: {spelt}")
    assert own == mixed == []
    assert [type(event) for event in named] == [UnknownEvent] * 3
    assert linked.names == ["Connected"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_always_the_servers(name: str) -> None:
    dispatcher = Dispatcher()
    taken = subscribe(dispatcher, name)
    for event in OWN:
        dispatcher.tell(event)
    assert taken == []


@pytest.mark.parametrize(
    "item", [Occurrence, Closed(), object, lifecycle, (Closed,), None], ids=str
)
def test_what_can_neither_be_served_nor_told_is_refused(item: Any) -> None:
    for wanted in ((item,), (item, Closed), (Closed, item)):
        with pytest.raises(TypeError, match="an event class or an event's name"):
            Subscription.of(print, wanted, "all")


@pytest.mark.parametrize("include", ["", "none", None, "ALL"])
@pytest.mark.parametrize("wanted", [(), (Closed,), (events.Hangup,)])
def test_what_to_include_is_one_of_three(wanted: tuple[Any, ...], include: Any) -> None:
    with pytest.raises(ValueError, match="include is one of"):
        Subscription.of(print, wanted, include)


def test_who_has_left_is_told_nothing() -> None:
    dispatcher = Dispatcher()
    taken: list[Any] = []
    subscription = Subscription.of(taken.append, [LifecycleEvent], "all")
    dispatcher.add(subscription)
    dispatcher.remove(subscription)
    dispatcher.tell(Closed())
    assert taken == []


def test_who_is_told_may_subscribe_and_leave() -> None:
    dispatcher = Dispatcher()
    late: list[Any] = []

    def once(_: object) -> None:
        dispatcher.remove(own)
        dispatcher.add(Subscription.of(late.append, [Closed], "all"))

    own = Subscription.of(once, [Closed], "all")
    dispatcher.add(own)
    dispatcher.tell(Closed())
    dispatcher.tell(Closed())
    assert late == [Closed()]


def test_a_loss_is_told_by_the_name_of_the_consumer(caplog: pytest.LogCaptureFixture) -> None:
    dispatcher = Dispatcher()
    taken = subscribe(dispatcher, EventsLost)
    mailbox = Mailbox("watch", dispatcher.pressure, size=1)
    for number in range(4):
        mailbox.put(number)
    dispatcher.pressure.settle()
    mailbox.take()
    assert taken == [EventsLost("watch", 3)]
    assert caplog.records[-1].getMessage() == "watch missed 3 events"


def test_a_consumer_is_told_of_its_own_loss_after_it_has_caught_up() -> None:
    dispatcher = Dispatcher()
    mailbox = Mailbox("watch", dispatcher.pressure, size=2)
    dispatcher.add(Subscription.of(mailbox.put, [EventsLost, "Own"], "all"))
    for _ in range(4):
        served(dispatcher, "Own")
    dispatcher.pressure.settle()
    assert mailbox.take().ami_name == "Own"
    assert [event.ami_name for event in mailbox.events] == ["Own", "EventsLost"]
