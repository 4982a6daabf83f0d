"""Classes of a program's own for the names of user events."""

import asyncio
import logging
from typing import Annotated, Any, Self

import pytest
from amisdk_models import registry
from pydantic import Field, field_validator, model_validator

from amisdk import AsyncClient, actions, events
from amisdk.fields import Soft
from amisdk.models import NamedEvent
from amisdk.subscriptions import Subscription
from amisdk.testing import FakeAsterisk
from tests.support import asynchronous


class OrderPlaced(events.UserEvent, name="TestPlaced"):
    """An order was placed."""

    order_id: int
    items: tuple[str, ...] = ()
    note: str | None = None
    colour: Annotated[Soft[str], Field(serialization_alias="X-Colour")] = None


class OrderShipped(events.UserEvent, name="TestShipped"):
    """An order was shipped."""

    parcels: Soft[int] = None


class OrderChecked(events.UserEvent, name="TestChecked"):
    """An order with rules of its own."""

    order_id: int
    items: int = 0

    @field_validator("items")
    @classmethod
    def _are_known(cls, value: int) -> int:
        return {1: 1, 2: 2}[value]

    @model_validator(mode="after")
    def _has_items(self) -> Self:
        if self.order_id > 9:
            raise ValueError("an order has one digit")
        return self


def read(*lines: str) -> Any:
    head = ("Event: UserEvent", "Privilege: user,all")
    return registry.EVENTS["UserEvent"].from_frame("\r\n".join((*head, *lines)))


@pytest.mark.parametrize("name", ["TestPlaced", "testplaced", "TESTPLACED"])
@pytest.mark.parametrize("header", ["order_id", "OrderID", "ORDER-ID", "Order_Id", "orderid"])
def test_an_event_of_the_name_is_of_the_class(name: str, header: str) -> None:
    event = read(f"UserEvent: {name}", f"{header}: 42", "Channel: PJSIP/1")
    assert type(event) is OrderPlaced
    assert (event.order_id, event.channel, event.user_event) == (42, "PJSIP/1", name)
    assert (event.ami_name, event.issues, len(event.extra_headers)) == ("UserEvent", (), 0)


def test_repeats_aliases_and_what_is_in_no_field() -> None:
    event = read(
        "UserEvent: TestPlaced", "OrderID: 1", "Items: lamp", "items: bulb", "X-Colour: red",
        "Extra: yes",
    )  # fmt: skip
    assert (event.items, event.colour, event.note) == (("lamp", "bulb"), "red", None)
    assert list(event.extra_headers) == [("Extra", "yes")]
    assert event.headers.all("Items") == ("lamp", "bulb")


@pytest.mark.parametrize("line", ["OrderID: many", "OrderID: ", "Other: 1"])
def test_what_does_not_fit_comes_as_a_plain_event(
    line: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        event = read("UserEvent: TestPlaced", line)
    assert type(event) is events.UserEvent
    assert line.partition(": ")[0] in dict(event.extra_headers)
    assert caplog.messages == ["UserEvent TestPlaced does not fit OrderPlaced: order_id"]
    if line.endswith("many"):
        assert "many" not in caplog.text


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("OrderID: 1", "Items: 3"), "UserEvent TestChecked: OrderChecked raised"),
        (("OrderID: 10",), "UserEvent TestChecked does not fit OrderChecked: the whole"),
    ],
)
def test_whatever_a_class_of_its_own_does_the_event_comes(
    lines: tuple[str, ...], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):  # the second one has no spelling that is new
        good = read("UserEvent: TestChecked", "OrderID: 1", "Items: 2")
        assert type(good) is OrderChecked
        assert type(read("UserEvent: TestChecked", *lines)) is events.UserEvent
    assert caplog.messages == [told, told]


def test_a_soft_field_never_costs_the_class() -> None:
    event = read("UserEvent: TestShipped", "Parcels: many")
    assert type(event) is OrderShipped
    assert event.parcels is None
    assert [issue.field for issue in event.issues] == ["parcels"]


def test_other_names_are_plain_events() -> None:
    assert type(read("UserEvent: Else", "OrderID: 1")) is events.UserEvent
    assert type(read("OrderID: 1")) is events.UserEvent


def test_an_event_made_by_hand_has_its_name() -> None:
    event = OrderPlaced(order_id=42, items=("lamp", "bulb"))
    assert list(event.headers) == [
        ("Event", "UserEvent"), ("UserEvent", "TestPlaced"), ("order_id", "42"),
        ("items", "lamp"), ("items", "bulb"),
    ]  # fmt: skip
    named = OrderPlaced(order_id=1, user_event="testPLACED")
    assert named.headers.all("UserEvent") == ("testPLACED",)


def test_a_name_belongs_to_the_class_that_was_made_last(caplog: pytest.LogCaptureFixture) -> None:
    class First(events.UserEvent, name="Twice"):
        pass

    class Second(events.UserEvent, name="twice"):
        pass

    assert type(read("UserEvent: Twice")) is Second
    assert First.own_name == "Twice"
    assert len(caplog.messages) == 1
    assert "UserEvent twice is tests.amisdk.test_named_events." in caplog.messages[0]


def test_a_class_without_a_name_is_only_a_base() -> None:
    class Order(events.UserEvent):
        order_id: int

    class OrderLost(Order, name="OrderLost"):
        pass

    event = read("UserEvent: OrderLost", "OrderID: 7")
    assert type(event) is OrderLost
    assert event.order_id == 7


def test_only_events_that_have_names_can_be_derived_from() -> None:
    with pytest.raises(TypeError):

        class Ring(events.Hangup, name="Ring"):
            pass

    with pytest.raises(TypeError, match="such as UserEvent"):

        class Bare(NamedEvent, name="Bare"):
            pass


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((OrderPlaced,), ["OrderPlaced"]),
        ((OrderPlaced, OrderShipped), ["OrderPlaced", "OrderShipped"]),
        ((OrderPlaced, events.Hangup), ["OrderPlaced", "Hangup"]),
        ((OrderPlaced, events.UserEvent), ["OrderPlaced", "OrderShipped", "UserEvent"]),
        ((OrderPlaced, "UserEvent"), ["OrderPlaced", "OrderShipped", "UserEvent"]),
        ((events.Event, OrderPlaced), ["OrderPlaced", "OrderShipped", "UserEvent", "Hangup"]),
        ((), ["OrderPlaced", "OrderShipped", "UserEvent", "Hangup"]),
    ],
)
def test_a_subscription_takes_the_classes_it_asked_for(
    wanted: tuple[Any, ...], expected: list[str]
) -> None:
    subscription = Subscription.of(lambda _: None, wanted, "all")
    came = [
        read("UserEvent: TestPlaced", "OrderID: 1"),
        read("UserEvent: TestShipped"),
        read("UserEvent: Else"),
        events.Hangup(),
    ]
    taken = [
        type(event).__name__
        for event in came
        if (subscription.names is None or event.ami.name.lower() in subscription.names)
        and subscription.takes(event)
    ]
    assert taken == expected


@asynchronous
async def test_a_client_delivers_them() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        placed: list[OrderPlaced] = []
        told = asyncio.Event()
        others: list[events.UserEvent] = []
        ami.on(OrderPlaced)(placed.append)
        ami.on(events.UserEvent)(others.append)
        ami.on(OrderShipped)(lambda _: told.set())
        stream = ami.events(OrderPlaced, OrderShipped)
        for name, headers in (
            ("TestPlaced", {"OrderID": "1"}), ("Else", {}), ("TestPlaced", {"OrderID": "x"}),
            ("TestShipped", {"Parcels": "2"}),
        ):  # fmt: skip
            await ami.send(actions.UserEvent(user_event=name, headers=headers))
        await told.wait()
        assert [event.order_id for event in placed] == [1]
        assert [type(event).__name__ for event in others] == [
            "OrderPlaced", "UserEvent", "UserEvent", "OrderShipped",
        ]  # fmt: skip
        first, second = await anext(stream), await anext(stream)
        assert isinstance(first, OrderPlaced)
        assert isinstance(second, OrderShipped)
        assert second.parcels == 2
        server.emit(OrderPlaced(order_id=5))
        last = await anext(stream)
        assert isinstance(last, OrderPlaced)
        assert last.order_id == 5
