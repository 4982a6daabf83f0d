"""Replies in any order, without or with foreign ActionIDs, late or twice."""

import random

import pytest

from amisdk import RawAction, actions, errors, events
from amisdk.testing import Peer, ScriptedServer
from tests.faults.scenario import Drive, Signal, scenario


@scenario
async def test_a_hundred_replies_in_any_order(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        held = await peer.actions(100)
        random.Random(1).shuffle(held)
        for action in held:
            peer.respond(action, f"Value: {action['Variable']}")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            calls = [ami.sending(actions.Getvar(variable=f"V{n}")) for n in range(100)]
            replies = [await call.outcome() for call in calls]
            assert ami.kept == 0
    assert [reply.value for reply in replies] == [f"V{n}" for n in range(100)]


@scenario
async def test_interleaved_lists_keep_their_items(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        held = await peer.actions(3)
        for action in held:
            peer.respond(action, "EventList: start")
        for number in range(50):
            for action in reversed(held):
                peer.event("QueueMember", f"Queue: {action['Queue']}", f"Name: {number}", of=action)
            peer.event("QueueMember", "Queue: nobody's", "Name: x")
        for action in held:
            peer.event("QueueStatusComplete", "EventList: Complete", of=action)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            calls = [ami.sending(actions.QueueStatus(queue=f"q{n}")) for n in range(3)]
            for number, call in enumerate(calls):
                reply = await call.outcome()
                told = [(item.queue, item.headers["Name"]) for item in reply.items]
                assert told == [(f"q{number}", f"{n}") for n in range(50)]
            assert ami.kept == 0


@scenario
async def test_items_and_end_may_come_before_the_response(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.event("QueueMember", "Queue: a", of=action)
        peer.event("QueueStatusComplete", "EventList: Complete", of=action)
        peer.respond(action, "EventList: start")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            reply = await ami.send(actions.QueueStatus())
            assert [type(item) for item in reply.items] == [events.QueueMember]
            assert reply.end is not None
            assert ami.kept == 0


FOREIGN = {
    "none": (),
    "empty": ("ActionID: ",),
    "of nobody": ("ActionID: 0123456789abcdef",),
    "a part of ours": ("ActionID: {part}",),
    "ours and more": ("ActionID: {own}0",),
    "ours in upper case": ("ActionID: {upper}",),
    "ours in a value": ("Message: x ActionID: {own}",),
    "ours in the second place": ("ActionID: other", "ActionID: {own}"),
}


@pytest.mark.parametrize("kind", FOREIGN)
@scenario
async def test_a_response_of_another_action_id_is_nobodys(drive: Drive, kind: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        own = action["ActionID"]
        lines = [line.format(own=own, part=own[:-1], upper=own.upper()) for line in FOREIGN[kind]]
        peer.write("Response: Error", *lines, "Message: wrong one")
        peer.respond(action, "Value: right one")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            reply = await ami.send(actions.Getvar(variable="X"))
            assert reply.value == "right one"
            assert ami.stats.unmatched == 1
            assert ami.kept == 0


@scenario
async def test_a_whole_message_that_a_caller_forged_matches_nothing(drive: Drive) -> None:
    """Asterisk does not escape an AccountCode: CR LF CR LF in it begins a message."""

    async def script(peer: Peer) -> None:
        await peer.login()
        for guess in ("1", "2", "amisdk-1", "0" * 32):
            forged = f"\r\n\r\nResponse: Success\r\nActionID: {guess}\r\nValue: forged"
            peer.event("Newchannel", f"AccountCode: x{forged}")
        peer.respond(await peer.action(), "Value: real")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            assert (await ami.send(actions.Getvar(variable="X"))).value == "real"
            assert ami.stats.unmatched == 4


@scenario
async def test_the_first_of_two_responses_counts(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        first = await peer.action()
        peer.respond(first, "Value: one")
        peer.respond(first, "Value: two")
        second = await peer.action()
        peer.respond(first, "Value: three")
        peer.respond(second, "Value: own")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            assert (await ami.send(actions.Getvar(variable="X"))).value == "one"
            assert (await ami.send(actions.Getvar(variable="X"))).value == "own"
            assert ami.stats.unmatched == 2
            assert ami.kept == 0


@scenario
async def test_a_second_response_in_a_list_does_not_end_it(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.respond(action, "EventList: start")
        peer.respond(action)
        peer.event("QueueMember", "Queue: a", of=action)
        peer.event("QueueStatusComplete", "EventList: Complete", of=action)
        peer.event("QueueStatusComplete", "EventList: Complete", of=action)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            assert len((await ami.send(actions.QueueStatus())).items) == 1
            await ami.send(actions.Ping())
            assert ami.stats.unmatched == 1
            assert ami.kept == 0


@scenario
async def test_a_late_reply_goes_to_nobody(drive: Drive) -> None:
    over = Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        late = await peer.action()
        await over
        action = await peer.action()
        peer.respond(late, "Value: late")
        peer.respond(action, "Value: own")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            with pytest.raises(errors.ActionTimeout) as caught:
                await ami.send(actions.Getvar(variable="A"), timeout=0.02)
            assert isinstance(caught.value.action, actions.Getvar)
            assert ami.stats.pending == 0
            over.set()
            assert (await ami.send(actions.Getvar(variable="B"))).value == "own"
            assert ami.stats.timeouts == 1
            assert ami.kept == 0


@scenario
async def test_late_items_of_a_list_go_to_nobody(drive: Drive) -> None:
    over = Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        late = await peer.action()
        peer.respond(late, "EventList: start")
        peer.event("QueueMember", "Queue: early", of=late)
        await over
        action = await peer.action()
        peer.respond(action, "EventList: start")
        for one, name in ((late, "late"), (action, "own")):
            peer.event("QueueMember", f"Queue: {name}", of=one)
            peer.event("QueueStatusComplete", "EventList: Complete", of=one)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            with pytest.raises(errors.ActionTimeout) as caught:
                await ami.send(actions.QueueStatus(), timeout=0.05)
            assert [item.headers["Queue"] for item in caught.value.items] == ["early"]
            over.set()
            reply = await ami.send(actions.QueueStatus())
            assert [item.headers["Queue"] for item in reply.items] == ["own"]
            assert ami.kept == 0


@scenario
async def test_an_action_id_in_flight_is_not_used_twice(drive: Drive) -> None:
    more = Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        await more
        peer.respond(action)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            call = ami.sending(actions.Ping(), action_id="mine")
            await drive.until(lambda: ami.stats.pending)
            with pytest.raises(errors.DuplicateActionID):
                await ami.send(RawAction("Other"), action_id="mine")
            more.set()
            assert (await call.outcome()).action_id == "mine"
            assert (await ami.send(actions.Ping(), action_id="mine")).ok


@scenario
async def test_the_same_action_id_of_an_abandoned_action_is_not_used_either(drive: Drive) -> None:
    """Its reply is still to come, and would be taken for the other's."""

    async def script(peer: Peer) -> None:
        await peer.login()
        first, second = await peer.actions(2)
        peer.respond(first, "Value: first")
        peer.respond(second, "Value: second")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            with pytest.raises(errors.ActionTimeout):
                await ami.send(actions.Getvar(variable="A"), action_id="mine", timeout=0.02)
            with pytest.raises(errors.DuplicateActionID):
                await ami.send(actions.Getvar(variable="A"), action_id="mine")
            assert (await ami.send(actions.Getvar(variable="B"))).value == "second"
            assert (await ami.send(actions.Ping(), action_id="mine")).ok


@scenario
async def test_another_clients_outcome_of_a_call_is_not_ours(drive: Drive) -> None:
    """OriginateResponse and UserEvent carry the ActionID of whoever caused them, to everybody."""

    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.respond(action)
        peer.event("OriginateResponse", "ActionID: other", "Response: Failure", "Reason: 5")
        peer.event("UserEvent", "UserEvent: x", "Response: Failure", of=action)
        peer.event("OriginateResponse", "Response: Success", "Reason: 4", of=action)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            stream = ami.events("UserEvent", "OriginateResponse")
            outcome = await ami.originate(actions.Originate(channel="Local/1", application="Wait"))
            assert outcome.reason == 4
            assert len(await stream.take(3)) == 3
            assert ami.kept == 0
