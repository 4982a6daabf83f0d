"""The facts of actions and events, as the plan has them."""

import pytest
from amisdk_codegen.facts import ActionFacts, BlockFacts, EventFacts, ReplyFacts, RuleFacts
from amisdk_codegen.load import load
from amisdk_codegen.resolve import resolve

from .hotel import HOTEL
from .support import Workspace

Facts = dict[str, ActionFacts | EventFacts]


@pytest.fixture
def facts(bare: Workspace) -> Facts:
    """Return the facts of the hotel, by action or event."""
    bare.write(HOTEL)
    plan = resolve(load(bare.spec), "hotel")
    return {
        cls.facts.name: cls.facts
        for module in plan.modules
        for cls in module.classes
        if cls.facts is not None
    }


def _action(facts: Facts, name: str) -> ActionFacts:
    found = facts[name]
    assert isinstance(found, ActionFacts)
    return found


def test_an_action(facts: Facts) -> None:
    told = _action(facts, "HotelCheckIn")
    assert told.summary == "Check a guest in."
    assert told.module == ("app_hotel", "app_rooms")
    assert told.versions == ((18, 18), (20, 23))
    assert told.privilege == ("system", "call")
    assert told.danger == ("runs code",)
    assert (told.idempotent, told.read_only) == (True, False)
    assert told.replaced_by == ("Hotel-Rooms",)
    assert told.blocks == BlockFacts("wait", "async_")
    assert told.reply_class == "HotelCheckInReply"
    assert told.records == ("HotelCheckInWakeup",)


def test_rules_speak_of_python_names(facts: Facts) -> None:
    assert _action(facts, "HotelCheckIn").rules == (
        RuleFacts("one_of", (("kind", "board"), ("tags",))),
        RuleFacts("any_of", (("nights", "tags", "kind"),)),
        RuleFacts("exclusive", (("smoker", "priority"),)),
        RuleFacts("needs", (("secret",), ("guest",))),
        RuleFacts("needs", (("priority",), ("tags",))),
    )


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("HotelCheckIn", ReplyFacts("single", later="HotelArrived")),
        ("Hotel-Rooms", ReplyFacts("list", ("HotelRoom", "HotelArrived"), "HotelRoomsComplete",
                                   empty=("No rooms",))),
        ("HotelAny", ReplyFacts("list", ("any",), "HotelRoomsComplete")),
        ("HotelOne", ReplyFacts("event", event="HotelRoom")),
        ("HotelText", ReplyFacts("text")),
        ("HotelPairs", ReplyFacts("pairs")),
        ("HotelConfig", ReplyFacts("config")),
        ("HotelCommand", ReplyFacts("output")),
    ],
)  # fmt: skip
def test_a_reply(facts: Facts, name: str, reply: ReplyFacts) -> None:
    assert _action(facts, name).reply == reply


def test_an_event(facts: Facts) -> None:
    told = facts["HotelRoom"]
    assert isinstance(told, EventFacts)
    assert told.summary == "What a room is like."
    assert told.privilege == ("call", "system")
    assert told.named_by is None


def test_fields_of_a_class_below_are_told_but_not_written_again(bare: Workspace) -> None:
    own = "extend: {events: {Hangup: {fields: {Score: {type: int, doc: How good it was.}}}}}"
    bare.write({"calls.yaml": f"summary: More.\n{own}\n"})
    from amisdk_codegen.cli import own_spec

    plan = resolve(load(bare.spec), "more", load(own_spec()))
    (module,) = plan.modules
    (cls,) = module.classes
    assert [field.name for field in cls.fields] == ["score"]
    assert {"channel", "cause", "score"} <= {field.name for field in cls.all_fields}
