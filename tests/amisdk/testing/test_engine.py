"""The parts of a server, put together: which classes it knows, and what events are given."""

import types

import pytest
from amisdk_models import registry as amisdk_registry
from pydantic import Field

from amisdk import Client, actions, errors, events
from amisdk.info import ActionInfo, EventInfo, ListInfo, Versions
from amisdk.models import (
    Action,
    Event,
    EventReply,
    ListAction,
    ListReply,
    OutputReply,
    Reply,
    TextReply,
)
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Wire, watching


class OrderReply(Reply):
    """The reply to ShopOrder."""


class ShopOrder(Action[OrderReply]):
    """Attach an order to a call."""

    ami = ActionInfo(
        "ShopOrder", reply=OrderReply, versions=Versions(((16, 23),)), privilege=("call",)
    )
    order: int


class ShopItem(Event):
    """An item."""

    ami = EventInfo("ShopItem", versions=Versions(((16, 23),)), privilege=("user",))


class ShopListReply(ListReply[ShopItem, Event]):
    """The reply to ShopList."""


class ShopList(ListAction[ShopListReply, ShopItem]):
    """List the items."""

    ami = ActionInfo(
        "ShopList",
        reply=ShopListReply,
        versions=Versions(((20, 23),)),
        list=ListInfo(("ShopItem",), "ShopListComplete"),
    )


VERSIONS = Versions(((16, 23),))


class TextReplyOfOurs(TextReply):
    """The reply to ShopText, which has lines."""

    Open: str | None = Field(default=None, serialization_alias="Open")


class ShopText(Action[TextReplyOfOurs]):
    """Say something in lines."""

    ami = ActionInfo("ShopText", reply=TextReplyOfOurs, versions=VERSIONS)


class ShopOutput(Action[OutputReply]):
    """Print something."""

    ami = ActionInfo("ShopOutput", reply=OutputReply, versions=VERSIONS)


class ShopStateReply(EventReply[ShopItem]):
    """The reply to ShopState."""


class ShopState(Action[ShopStateReply]):
    """Tell one thing."""

    ami = ActionInfo("ShopState", reply=ShopStateReply, versions=VERSIONS, event="ShopItem")


class ShopSlow(Action[OrderReply]):
    """Do something, and tell later."""

    ami = ActionInfo("ShopSlow", reply=OrderReply, versions=VERSIONS, later="ShopItem")


KINDS = (ShopOrder, ShopList, ShopText, ShopOutput, ShopState, ShopSlow)
REGISTRY = types.SimpleNamespace(
    ACTIONS={cls.ami.name: cls for cls in KINDS},
    EVENTS={"ShopItem": ShopItem},
)


def test_a_registry_of_ones_own_is_known_too() -> None:
    server = FakeAsterisk(registry=REGISTRY)
    with watching(server, registry=REGISTRY) as watch:
        assert watch.send(ShopOrder(order=42)).message == "Success"
        assert [type(item) for item in watch.send(ShopList()).items] == [ShopItem]
        assert watch.send(actions.Ping()).ok
        assert server.received(ShopOrder) == [ShopOrder(order=42)]
        assert watch.send(actions.ListCommands()).pairs["ShopOrder"].endswith("(Priv: call,all)")


def test_every_kind_of_reply_is_made_up() -> None:
    with watching(FakeAsterisk(registry=REGISTRY), registry=REGISTRY) as watch:
        assert watch.send(ShopText()).text == "Open: text"
        assert watch.send(ShopOutput()).text == "text\ntext"
        event = watch.send(ShopState()).event
        assert isinstance(event, ShopItem)
        slow = watch.send(ShopSlow())
        assert watch.every(ShopItem)[-1].action_id == slow.action_id


def test_versions_and_required_fields_of_it_are_held() -> None:
    server = FakeAsterisk(version=16, registry=REGISTRY, write="agent")
    with watching(server) as watch:
        assert watch.refusal(ShopOrder(order=1)) == "Permission denied"
        assert watch.refusal(ShopList()).startswith("Invalid/unknown command: ShopList")


def test_an_event_by_hand_arrives_as_it_is_at_who_may_read_it_by_the_spec() -> None:
    with FakeAsterisk(registry=REGISTRY, timestamps=True) as server, Wire(server) as wire:
        wire.login(events="user,call")
        server.emit(
            events.Hangup(cause=16), ShopItem(), [("Event", "Unheard"), ("X", 1)],
            [("Event", "Hangup"), ("Privilege", "user,all")], events.QueueMemberAdded(queue="x"),
            [("Event", "ShopItem"), ("Privilege", "agent,all")],
        )  # fmt: skip
        seen = [list(one) for one in wire.ask("Action: Nope")[:-1]]
        assert seen == [
            [("Event", "Hangup"), ("Cause", "16")],
            [("Event", "ShopItem")],
            [("Event", "Unheard"), ("X", "1")],
            [("Event", "Hangup"), ("Privilege", "user,all")],
        ]


def test_an_event_of_the_servers_own_has_a_privilege_and_the_time_if_it_is_to() -> None:
    with FakeAsterisk(timestamps=True) as server, Wire(server) as wire:
        wire.login(events="call")
        server.device("Custom:x", "INUSE")
        told = list(wire.ask("Action: Nope")[0])
        assert [key for key, _ in told] == ["Event", "Privilege", "Timestamp", "Device", "State"]


def test_what_was_never_recorded_is_told_as_it_is_given() -> None:
    with watching() as watch:
        watch.server._engine.tell("MeetmeJoin", {"Meetme": "900"})
        joined = watch.the(events.MeetmeJoin)
        assert (joined.meetme, joined.privilege) == ("900", ("call", "all"))


def test_the_spec_knows_all_that_is_played() -> None:
    engine = FakeAsterisk()._engine
    known = {name.lower() for name in amisdk_registry.ACTIONS}
    assert engine._plays.keys() <= known


def test_events_before_anybody_listens_go_nowhere() -> None:
    server = FakeAsterisk()
    server.emit(events.Hangup(cause=1))
    with server, Client.from_url(server.url) as ami:
        stream = ami.events(events.Hangup)
        server.emit(events.Hangup(cause=2))
        assert stream.get(10).cause == 2


def test_an_action_of_another_version_is_unknown() -> None:
    with watching() as watch, pytest.raises(errors.UnknownAction):
        watch.send(actions.SIPpeers(), check_version=False)
