"""Replies with lists: every shape that servers use, and what a list that was given up leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from amisdk_models.registry import ACTIONS

from amisdk import RawAction, actions, events
from amisdk.errors import InvalidAction, OutcomeUnknown
from amisdk.exchange import Exchange
from amisdk.info import ActionInfo, ListInfo
from amisdk.models import Action, Event, ListAction, ListReply, UnknownEvent
from tests.amisdk.samples import minimal
from tests.amisdk.talk import Talk

LISTS = {name: shape for name in ACTIONS if (shape := ACTIONS[name].ami.list) is not None}
MARKED = [(name, True) for name in LISTS]
UNMARKED = [(name, False) for name, shape in LISTS.items() if not shape.announced]


def play(talk: Talk, exchange: Exchange[Any], *, marked: bool, items: int = 2) -> list[str]:
    """Let the server send a whole list, marked by EventList or not; return the items' names."""
    shape = exchange.action.ami.list
    assert shape is not None
    talk.answer(exchange, *(["EventList: start"] if marked else []), "Message: will follow")
    names = ["Hangup" if name == "any" else name for name in shape.items]
    sent = [name for name in names for _ in range(items)]
    for number, name in enumerate(sent):
        talk.event(name, f"X-Number: {number}", of=exchange if shape.correlated else None)
    assert talk.done == []
    talk.event(shape.end, *(["EventList: Complete"] if marked else []), of=exchange)
    return sent


@pytest.mark.parametrize(("name", "marked"), [*MARKED, *UNMARKED])
def test_every_list_of_the_spec_is_gathered(name: str, marked: bool) -> None:
    talk = Talk()
    unsolicited, replies = talk.subscribe(), talk.subscribe(include="replies")
    exchange = talk.send(minimal(ACTIONS[name]))
    sent = play(talk, exchange, marked=marked)
    assert talk.done == [exchange]
    reply = exchange.reply
    assert isinstance(reply, ListReply)
    assert type(reply) is ACTIONS[name].ami.reply
    assert [item.ami_name for item in reply.items] == sent
    assert [item.headers["X-Number"] for item in reply.items] == list(map(str, range(len(sent))))
    assert reply.end is not None
    assert reply.end.ami_name == LISTS[name].end
    assert not [one for one in (*reply.items, reply.end) if isinstance(one, UnknownEvent)]
    assert unsolicited == []
    assert replies == [*reply.items, reply.end]


@pytest.mark.parametrize("start", ["start", "Start", "START"])
@pytest.mark.parametrize("end", ["Complete", "complete", "Cancelled", "cancelled"])
def test_the_marks_are_known_in_any_spelling(start: str, end: str) -> None:
    talk = Talk()
    exchange = talk.send(actions.CoreShowChannels())
    talk.answer(exchange, f"eventlist: {start}")
    talk.event("CoreShowChannel", of=exchange)
    talk.event("SomethingElse", f"EVENTLIST: {end}", of=exchange)
    assert exchange.reply is not None
    assert len(exchange.reply.items) == 1
    assert exchange.reply.end is not None
    assert exchange.reply.end.ami_name == "SomethingElse"


@pytest.mark.parametrize("name", ["StatusComplete", "STATUSCOMPLETE"])
def test_an_end_event_is_known_by_its_name_alone(name: str) -> None:
    talk = Talk()
    exchange = talk.send(actions.Status())
    talk.answer(exchange)
    talk.event("Status", of=exchange)
    talk.event(name, "Items: 1", of=exchange)
    assert exchange.reply is not None
    assert exchange.reply.end is not None
    assert exchange.reply.end.items == 1


def test_a_list_with_no_items() -> None:
    talk = Talk()
    exchange = talk.send(actions.QueueStatus(queue="nothing"))
    play(talk, exchange, marked=True, items=0)
    assert exchange.reply is not None
    assert exchange.reply.items == ()
    assert exchange.reply.end is not None


def test_items_of_two_lists_that_run_together_are_kept_apart() -> None:
    talk = Talk()
    one, other = talk.send(actions.QueueStatus()), talk.send(actions.QueueStatus())
    for exchange in (one, other):
        talk.answer(exchange, "EventList: start")
    for exchange, queue in ((one, "a"), (other, "b"), (one, "c"), (other, "d")):
        talk.event("QueueParams", f"Queue: {queue}", of=exchange)
    for exchange in (other, one):
        talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert talk.done == [other, one]
    assert one.reply is not None
    assert other.reply is not None
    assert [item.headers["Queue"] for item in one.reply.items] == ["a", "c"]
    assert [item.headers["Queue"] for item in other.reply.items] == ["b", "d"]


def test_items_that_come_before_the_response_are_kept() -> None:
    talk = Talk()
    exchange = talk.send(actions.QueueStatus())
    talk.event("QueueParams", "Queue: a", of=exchange)
    talk.answer(exchange, "EventList: start")
    talk.event("QueueParams", "Queue: b", of=exchange)
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert exchange.reply is not None
    assert [item.headers["Queue"] for item in exchange.reply.items] == ["a", "b"]


def test_an_end_that_comes_before_the_response_ends_the_list_with_it() -> None:
    talk = Talk()
    exchange = talk.send(actions.QueueStatus())
    talk.event("QueueParams", of=exchange)
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert talk.done == []
    talk.answer(exchange, "EventList: start")
    assert talk.done == [exchange]
    assert exchange.reply is not None
    assert len(exchange.reply.items) == 1
    assert exchange.reply.end is not None


def test_a_second_response_in_the_middle_of_a_list_is_dropped() -> None:
    talk = Talk()
    exchange = talk.send(actions.QueueStatus())
    talk.answer(exchange, "EventList: start", "Message: first")
    talk.event("QueueParams", of=exchange)
    talk.answer(exchange, "Message: second")
    assert talk.done == []
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert exchange.reply is not None
    assert exchange.reply.message == "first"
    assert len(exchange.reply.items) == 1


def test_the_server_tells_whether_a_reply_is_a_list() -> None:
    talk = Talk()
    simple = talk.send(actions.Hangup(channel="PJSIP/1-0a"))
    talk.answer(simple, "Message: Channel Hungup")
    assert talk.done == [simple]
    assert simple.reply is not None
    assert (simple.reply.items, simple.reply.end) == ((), None)
    several = talk.send(actions.Hangup(channel="/^PJSIP/"))
    talk.answer(several, "EventList: start")
    talk.event("ChannelHungup", "Channel: PJSIP/1-0a", of=several)
    talk.event("ChannelsHungupListComplete", "EventList: Complete", of=several)
    assert several.reply is not None
    assert [item.channel for item in several.reply.items] == ["PJSIP/1-0a"]


@pytest.mark.parametrize("message", ["No active conferences.", "anything"])
def test_an_error_ends_a_list_action_at_once(message: str) -> None:
    talk = Talk()
    exchange = talk.send(actions.ConfbridgeList(conference="1"))
    talk.answer(exchange, f"Message: {message}", response="Error")
    assert talk.done == [exchange]
    assert exchange.reply is not None
    assert not exchange.reply.ok
    assert exchange.reply.items == ()


def test_an_error_in_the_middle_of_a_list_ends_it() -> None:
    talk = Talk()
    taken = talk.subscribe(include="all")
    exchange = talk.send(actions.ShowDialPlan())
    talk.answer(exchange, "EventList: start")
    talk.event("ListDialplan", of=exchange)
    talk.answer(exchange, "Message: Did not find context x", response="Error")
    assert talk.done == [exchange]
    assert exchange.reply is not None
    assert not exchange.reply.ok
    assert len(exchange.reply.items) == 1
    assert exchange.reply.end is None
    assert len(taken) == 1


def test_items_without_action_id_belong_to_the_list_that_has_such_items() -> None:
    talk = Talk()
    taken = talk.subscribe()
    exchange = talk.send(actions.IAXpeers())
    talk.event("PeerEntry", "ObjectName: before")
    talk.answer(exchange, "EventList: start")
    talk.event("PeerEntry", "ObjectName: a")
    talk.event("Hangup")
    talk.event("peerentry", "ObjectName: b")
    talk.event("PeerlistComplete", "EventList: Complete", of=exchange)
    talk.event("PeerEntry", "ObjectName: after")
    assert exchange.reply is not None
    assert [item.headers["ObjectName"] for item in exchange.reply.items] == ["a", "b"]
    assert [event.ami_name for event in taken] == ["PeerEntry", "Hangup", "PeerEntry"]


def test_wait_event_takes_any_event_until_its_end() -> None:
    talk = Talk()
    taken = talk.subscribe()
    exchange = talk.send(actions.WaitEvent(timeout=5))
    talk.event("Hangup", "X: before")
    talk.answer(exchange, "Message: Waiting for Event completed.")
    talk.event("Newchannel")
    talk.event("MadeUpByAModule")
    talk.event("UserEvent", "ActionID: foreign")
    talk.event("WaitEventComplete", of=exchange)
    talk.event("Hangup", "X: after")
    assert exchange.reply is not None
    assert [item.ami_name for item in exchange.reply.items] == ["Newchannel", "MadeUpByAModule"]
    assert isinstance(exchange.reply.items[1], UnknownEvent)
    assert isinstance(exchange.reply.end, events.WaitEventComplete)
    assert [event.ami_name for event in taken] == ["Hangup", "UserEvent", "Hangup"]


@pytest.mark.parametrize("answered", [False, True])
def test_events_that_a_wait_for_events_would_have_taken_are_not_lost_with_it(
    answered: bool,
) -> None:
    talk = Talk()
    taken = talk.subscribe()
    exchange = talk.send(actions.WaitEvent())
    if answered:
        talk.answer(exchange)
    talk.session.abandon(exchange)
    if not answered:
        talk.answer(exchange)
    talk.event("Hangup")
    talk.event("WaitEventComplete", of=exchange)
    talk.event("Newchannel")
    assert [event.ami_name for event in taken] == ["Hangup", "Newchannel"]


def test_items_are_handed_over_as_they_come_if_that_is_wanted() -> None:
    talk = Talk()
    items: list[Event] = []
    exchange = talk.send(actions.QueueStatus(), on_item=items.append)
    talk.answer(exchange, "EventList: start")
    talk.event("QueueParams", "Queue: a", of=exchange)
    assert len(items) == 1
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert len(items) == 1
    assert exchange.items == []
    assert exchange.reply is not None
    assert exchange.reply.items == ()
    assert exchange.reply.end is not None


def test_a_raw_action_gathers_a_list_that_the_server_announces() -> None:
    talk = Talk()
    exchange = talk.send(RawAction("MyList", {"Foo": 1}))
    talk.answer(exchange, "EventList: start")
    talk.event("MyItem", "Foo: 1", of=exchange)
    talk.event("Hangup", of=exchange)
    talk.event("MyEnd", "EventList: Complete", of=exchange)
    assert exchange.reply is not None
    assert [type(item) for item in exchange.reply.items] == [UnknownEvent, events.Hangup]
    assert exchange.reply.end is not None
    assert exchange.reply.end.headers["EventList"] == "Complete"


def test_a_raw_action_without_a_list_is_done_with_its_response() -> None:
    talk = Talk()
    exchange = talk.send(RawAction("MyDo"))
    talk.answer(exchange, "Foo: 1")
    assert exchange.reply is not None
    assert exchange.reply.headers["Foo"] == "1"
    assert exchange.reply.items == ()


@pytest.mark.parametrize("first", ["event", "response"])
@pytest.mark.parametrize("include", ["unsolicited", "replies"])
def test_an_event_completes_a_reply_that_has_one(first: str, include: Any) -> None:
    talk = Talk()
    taken = talk.subscribe(include=include)
    exchange = talk.send(actions.FAXStats())
    for step in ("event", "response") if first == "event" else ("response", "event"):
        assert talk.done == []
        if step == "event":
            talk.event("FAXStats", "CurrentSessions: 3", of=exchange)
        else:
            talk.answer(exchange)
    assert talk.done == [exchange]
    assert exchange.reply is not None
    assert isinstance(exchange.reply.event, events.FAXStats)
    assert exchange.reply.event.current_sessions == 3
    assert len(taken) == (include == "replies")


def test_a_reply_with_an_event_may_be_an_error() -> None:
    talk = Talk()
    exchange = talk.send(actions.FAXStats())
    talk.answer(exchange, "Message: no", response="Error")
    assert talk.done == [exchange]
    assert exchange.reply is not None
    assert exchange.reply.event is None


SHAPES: list[tuple[Action[Any], bool]] = [
    (actions.CoreShowChannels(), True),
    (actions.BridgeList(), False),
    (actions.BridgeList(), True),
    (RawAction("CoreShowChannels"), True),
]


@pytest.mark.parametrize(("action", "marked"), SHAPES)
@pytest.mark.parametrize("received", [0, 1, 2])
def test_what_comes_of_an_abandoned_list_reaches_nobody(
    action: Action[Any], marked: bool, received: int
) -> None:
    talk = Talk()
    taken = talk.subscribe(include="all")
    exchange = talk.send(action)
    item = "CoreShowChannel" if action.ami.list is None else action.ami.list.items[0]
    end = "CoreShowChannelsComplete" if action.ami.list is None else action.ami.list.end
    steps: list[Callable[[], None]] = [
        lambda: talk.answer(exchange, *(["EventList: start"] if marked else [])),
        lambda: talk.event(item, of=exchange),
        lambda: talk.event(item, of=exchange),
        lambda: talk.event(end, *(["EventList: Complete"] if marked else []), of=exchange),
    ]
    for step in steps[:received]:
        step()
    before = len(taken)
    talk.session.abandon(exchange)
    for step in steps[received:]:
        step()
    assert talk.done == []
    assert len(taken) == before
    talk.send(actions.Ping(), action_id=exchange.action_id)  # its end was seen: the id is free


def test_what_comes_of_an_abandoned_reply_with_an_event_reaches_nobody() -> None:
    talk = Talk()
    taken = talk.subscribe(include="all")
    exchange = talk.send(actions.FAXStats())
    talk.session.abandon(exchange)
    talk.answer(exchange)
    talk.event("FAXStats", of=exchange)
    assert taken == []


def test_an_abandoned_list_without_items_yet_keeps_its_action_id_until_the_end() -> None:
    talk = Talk()
    exchange = talk.send(actions.CoreShowChannels(), action_id="7")
    talk.session.abandon(exchange)
    talk.answer(exchange, "EventList: start")
    with pytest.raises(InvalidAction):
        talk.queue(actions.Ping(), action_id="7")
    talk.event("CoreShowChannelsComplete", "EventList: Complete", of=exchange)
    talk.queue(actions.Ping(), action_id="7")


def test_only_so_many_abandoned_lists_are_remembered() -> None:
    talk = Talk()
    for _ in range(3000):
        talk.session.abandon(talk.send(actions.CoreShowChannels()))
    assert 1000 < len(talk.session._abandoned) < 2000


def test_a_session_that_ends_within_a_list_tells_who_waits_and_keeps_the_items() -> None:
    talk = Talk()
    exchange = talk.send(actions.QueueStatus())
    talk.answer(exchange, "EventList: start")
    talk.event("QueueParams", of=exchange)
    talk.session.receive_eof()
    assert isinstance(exchange.error, OutcomeUnknown)
    assert len(exchange.items) == 1


class Own(ListReply[Event, Event]):
    """The reply of a package of one's own."""


class OwnList(ListAction[Own, Event]):
    """An action of a package of one's own."""

    ami = ActionInfo("OwnList", reply=Own, list=ListInfo(("OwnItem",), "OwnEnd"))


def test_an_action_of_ones_own_gathers_its_list() -> None:
    talk = Talk()
    exchange = talk.send(OwnList())
    play(talk, exchange, marked=True)
    assert exchange.reply is not None
    assert [item.ami_name for item in exchange.reply.items] == ["OwnItem", "OwnItem"]
    assert isinstance(exchange.reply, Own)
