"""Who gets which events, what happens in handlers, and the outcome that comes later."""

from typing import Any

import pytest

from amisdk import RawAction, actions, events
from amisdk.errors import NotSent
from amisdk.exchange import Exchange
from amisdk.models import Event, UnknownEvent
from amisdk.subscriptions import Subscription
from tests.amisdk.talk import Talk

CALL = actions.Originate(channel="PJSIP/1", application="Echo", async_=True)


def names(taken: list[Event]) -> list[str]:
    return [event.ami_name for event in taken]


def test_each_gets_the_events_it_asked_for() -> None:
    talk = Talk()
    some, named = talk.subscribe(events.Hangup, events.Newchannel), talk.subscribe("hANGUP")
    every, unknown = talk.subscribe(), talk.subscribe(UnknownEvent)
    for name in ("Hangup", "Newstate", "Own", "Newchannel", "HANGUP"):
        talk.event(name)
    assert names(some) == ["Hangup", "Newchannel", "HANGUP"]
    assert names(named) == ["Hangup", "HANGUP"]
    assert names(every) == ["Hangup", "Newstate", "Own", "Newchannel", "HANGUP"]
    assert names(unknown) == ["Own"]
    assert [type(event) for event in some] == [events.Hangup, events.Newchannel, events.Hangup]


def test_all_get_the_same_object() -> None:
    talk = Talk()
    one, other = talk.subscribe(), talk.subscribe(events.Hangup)
    talk.event("Hangup")
    assert one[0] is other[0]


@pytest.mark.parametrize("line", ["Event: Hangup", "Event:Hangup", "event: Hangup", "EVENT:Hangup"])
def test_an_event_is_known_in_any_spelling_of_its_first_header(line: str) -> None:
    talk = Talk()
    taken = talk.subscribe(events.Hangup)
    talk.hear(line, "Cause: 16")
    assert [event.headers["Cause"] for event in taken] == ["16"]


def test_replies_are_for_who_asked_for_replies() -> None:
    talk = Talk()
    unsolicited, replies = talk.subscribe(), talk.subscribe(include="replies")
    both = talk.subscribe(include="all")
    exchange = talk.send(actions.QueueStatus())
    talk.answer(exchange, "EventList: start")
    talk.event("QueueParams", of=exchange)
    talk.event("Hangup")
    talk.event("QueueParams", "ActionID: foreign")
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert names(unsolicited) == ["Hangup", "QueueParams"]
    assert names(replies) == ["QueueParams", "QueueStatusComplete"]
    assert names(both) == ["QueueParams", "Hangup", "QueueParams", "QueueStatusComplete"]


@pytest.mark.parametrize("include", ["unsolicited", "all"])
@pytest.mark.parametrize(
    ("action", "event"),
    [
        (actions.UserEvent(user_event="Own"), "UserEvent"),
        (RawAction("UserEvent", {"UserEvent": "Own"}), "UserEvent"),
        (CALL, "OriginateResponse"),
        (RawAction("Originate", {"Channel": "PJSIP/1"}), "OriginateResponse"),
    ],
)
def test_an_event_for_every_session_is_unsolicited_even_with_our_own_action_id(
    action: Any, event: str, include: Any
) -> None:
    talk = Talk()
    taken = talk.subscribe(include=include)
    exchange = talk.send(action)
    talk.event(event, "X: early", of=exchange)
    talk.answer(exchange)
    talk.event(event, "X: late", of=exchange)
    assert talk.done == [exchange]
    assert [one.headers["X"] for one in taken] == ["early", "late"]


def test_a_user_event_of_ours_stays_unsolicited_after_the_action_was_given_up() -> None:
    talk = Talk()
    taken = talk.subscribe()
    exchange = talk.send(RawAction("UserEvent", {"UserEvent": "Own"}))
    talk.session.abandon(exchange)
    talk.event("UserEvent", of=exchange)
    assert names(taken) == ["UserEvent"]


def test_an_event_that_nobody_wants_is_not_made() -> None:
    talk = Talk()
    taken = talk.subscribe(events.Newchannel)
    talk.event("Hangup")
    talk.event("Newchannel")
    assert names(taken) == ["Newchannel"]
    assert list(talk.session._kinds) == ["Newchannel"]


def test_what_nobody_wants_is_left_out_where_it_is_cut_and_counted_all_the_same() -> None:
    talk = Talk()
    talk.event("FullyBooted")
    talk.event("Hangup")
    before, left = talk.stats.messages, talk.dispatcher.unwanted
    assert left == {"Event: FullyBooted", "Event: Hangup"}
    with_some = talk.subscribe("Newchannel")
    assert left == set()
    for _ in range(2):
        talk.feed(b"Event: Hangup\r\n\r\nEvent: Newchannel\r\n\r\n" * 3)
    assert names(with_some) == ["Newchannel"] * 6
    assert talk.stats.messages == before + 12
    assert left == {"Event: Hangup"}
    assert talk.session._framer.skipped == 3


def test_what_nobody_wants_is_looked_at_while_a_list_may_have_it() -> None:
    talk = Talk()
    talk.event("FullyBooted")
    talk.event("CoreShowChannel")
    listing = talk.send(actions.CoreShowChannels())
    talk.answer(listing, "EventList: start")
    talk.event("CoreShowChannel", "Channel: a", of=listing)
    talk.event("CoreShowChannelsComplete", "EventList: Complete", of=listing)
    assert listing.reply is not None
    assert [item.channel for item in listing.reply.items] == ["a"]


def test_what_nobody_wants_is_passed_over_until_somebody_does() -> None:
    talk = Talk()
    talk.event("FullyBooted")  # from here on no event is looked at for the session's own sake
    for _ in range(3):
        talk.event("Hangup", "Channel: unseen")
    assert talk.session._kinds == {}
    taken = talk.subscribe(events.Hangup)
    talk.event("Hangup", "Channel: seen")
    assert [event.channel for event in taken if isinstance(event, events.Hangup)] == ["seen"]


def test_a_value_that_does_not_fit_costs_nothing() -> None:
    talk = Talk()
    taken = talk.subscribe()
    talk.event("Hangup", "Cause: \udce9", "ChannelState: x", "Channel: PJSIP/1")
    talk.event("Newchannel")
    assert names(taken) == ["Hangup", "Newchannel"]
    assert isinstance(taken[0], events.Hangup)
    assert taken[0].channel == "PJSIP/1"


def test_invented_names_do_not_fill_the_memory() -> None:
    talk = Talk()
    taken = talk.subscribe()
    for number in range(5000):
        talk.event(f"Invented{number}")
    assert len(taken) == 5000
    assert len(talk.session._kinds) < 3000
    assert len(talk.dispatcher.routes) < 3000


def test_a_handler_may_close_the_session() -> None:
    talk = Talk()
    talk.dispatcher.add(Subscription(lambda _: talk.session.close(), None, "all"))
    taken = talk.subscribe(include="all")
    exchange = talk.send(actions.Ping())
    data = f"Event: A\r\n\r\nEvent: B\r\n\r\nResponse: Success\r\nActionID: {exchange.action_id}"
    talk.session.receive_data(f"{data}\r\n\r\n".encode())
    assert names(taken) == ["A"]
    assert talk.closed == [None]
    assert exchange.error is not None


def test_a_handler_that_closes_at_the_end_of_a_list_does_not_lose_it() -> None:
    talk = Talk()
    talk.dispatcher.add(
        Subscription(lambda _: talk.session.close(), frozenset(["queuestatuscomplete"]), "all")
    )
    exchange = talk.send(actions.QueueStatus())
    talk.answer(exchange, "EventList: start")
    talk.event("QueueStatusComplete", "EventList: Complete", of=exchange)
    assert exchange.error is None
    assert exchange.reply is not None
    assert exchange.reply.end is not None


def test_a_handler_may_send() -> None:
    talk = Talk()
    talk.dispatcher.add(Subscription(lambda _: talk.queue(actions.Ping()), None, "unsolicited"))
    talk.event("Hangup")
    [said] = talk.said()
    assert said["Action"] == "Ping"
    talk.hear("Response: Success", f"ActionID: {said['ActionID']}")
    assert len(talk.done) == 1


def test_a_handler_may_subscribe_and_leave() -> None:
    talk = Talk()
    late: list[Event] = []

    def once(event: Event) -> None:
        talk.dispatcher.remove(own)
        talk.dispatcher.add(Subscription(late.append, None, "unsolicited"))

    own = Subscription(once, None, "unsolicited")
    talk.dispatcher.add(own)
    talk.event("A")
    talk.event("B")
    assert names(late) == ["B"]


def test_a_handler_that_sends_after_the_end_learns_that_it_was_not_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    talk = Talk()
    raised: list[Exception] = []

    def close_and_send(event: Event) -> None:
        talk.session.close()
        with pytest.raises(NotSent) as caught:
            talk.queue(actions.Ping())
        raised.append(caught.value)

    talk.dispatcher.add(Subscription(close_and_send, None, "all"))
    talk.event("Hangup")
    assert len(raised) == 1
    assert caplog.records == []


def outcome(talk: Talk, exchange: Exchange[Any], response: str, *lines: str) -> None:
    talk.event("OriginateResponse", f"Response: {response}", *lines, of=exchange)


@pytest.mark.parametrize("first", ["response", "event"])
@pytest.mark.parametrize("told", ["Success", "Failure"])
def test_the_outcome_of_a_call_comes_with_its_event(first: str, told: str) -> None:
    talk = Talk()
    taken = talk.subscribe()
    call = talk.send(CALL, until_later=True)
    if first == "event":
        outcome(talk, call, told, "Reason: 4")
    assert talk.done == []
    talk.answer(call, "Message: Originate successfully queued")
    if first == "response":
        assert talk.done == []
        outcome(talk, call, told, "Reason: 4")
    assert talk.done == [call]
    assert isinstance(call.event, events.OriginateResponse)
    assert call.event.headers["Response"] == told
    assert call.reply is not None
    assert call.reply.message == "Originate successfully queued"
    assert taken == [call.event], "others see it too"


def test_the_outcome_of_another_call_is_not_ours() -> None:
    talk = Talk()
    taken = talk.subscribe()
    call = talk.send(CALL, until_later=True)
    talk.answer(call)
    talk.event("OriginateResponse", "ActionID: foreign", "Response: Failure")
    talk.event("OriginateResponse", "Response: Failure")
    talk.event("Hangup", of=call)
    assert talk.done == []
    assert len(taken) == 3
    outcome(talk, call, "Success")
    assert talk.done == [call]


def test_a_call_that_is_refused_at_once_waits_for_no_event() -> None:
    talk = Talk()
    call = talk.send(CALL, until_later=True)
    talk.answer(call, "Message: Extension does not exist.", response="Error")
    assert talk.done == [call]
    assert call.event is None


def test_without_the_wish_for_its_outcome_a_call_is_done_with_its_response() -> None:
    talk = Talk()
    call = talk.send(CALL)
    talk.answer(call)
    assert talk.done == [call]


def test_an_action_without_a_later_event_is_done_with_its_response() -> None:
    talk = Talk()
    ping = talk.send(actions.Ping(), until_later=True)
    talk.answer(ping)
    assert talk.done == [ping]


def test_after_the_deadline_the_outcome_is_an_event_like_others() -> None:
    talk = Talk()
    taken = talk.subscribe()
    call = talk.send(CALL, until_later=True, timeout=5.0)
    talk.answer(call)
    talk.wait(6)
    assert talk.done == [call]
    outcome(talk, call, "Success")
    assert talk.done == [call]
    assert names(taken) == ["OriginateResponse"]
