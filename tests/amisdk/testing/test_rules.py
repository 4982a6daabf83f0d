"""What a test scripts with `FakeAsterisk.on`."""

import threading
import time
from typing import Any

import pytest

from amisdk import RawAction, actions, errors, events
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Watch, Wire, watching

ADD = actions.QueueAdd(queue="support", interface="PJSIP/7")


def test_an_error_of_the_tests_own(watch: Watch) -> None:
    watch.server.on(actions.QueueAdd).error("No room")
    assert watch.refusal(ADD) == "No room"
    assert watch.send(actions.Ping()).ping == "Pong"


def test_a_reply_has_fields_by_their_names_and_headers_by_theirs(watch: Watch) -> None:
    rule = watch.server.on(actions.MailboxCount)
    rule.reply("Counted", new_messages=3, mailbox="1", headers={"X-Own": "y"})
    reply = watch.send(actions.MailboxCount(mailbox="1"))
    assert (reply.message, reply.new_messages, reply.mailbox) == ("Counted", 3, "1")
    assert dict(reply.extra_headers) == {"X-Own": "y"}
    watch.server.on(actions.Ping).reply(response="Maybe", ping="Peng")
    pong = watch.send(actions.Ping())
    assert (pong.response, pong.ping) == ("Maybe", "Peng")


def test_the_output_of_a_command(watch: Watch) -> None:
    watch.server.on(actions.Command, command="queue show").reply(output=("one", " two"))
    assert watch.send(actions.Command(command="queue show")).text == "one\n two"
    with pytest.raises(errors.ActionFailed):
        watch.send(actions.Command(command="other"))


def test_a_list_has_the_items_that_are_given(watch: Watch) -> None:
    members = [
        events.QueueMember(queue="a", name=name, paused=name == "Bob") for name in ("Al", "Bob")
    ]
    watch.server.on(actions.QueueStatus).list(members)
    reply = watch.send(actions.QueueStatus())
    assert [type(item) for item in reply.items] == [events.QueueMember] * 2
    assert [(one.name, one.paused) for one in watch.every(events.QueueMember)] == [
        ("Al", False), ("Bob", True),
    ]  # fmt: skip
    assert reply.end is not None
    assert reply.end.list_items == 2
    watch.server.on(actions.QueueStatus).list()
    assert watch.send(actions.QueueStatus()).items == ()
    watch.server.on(actions.QueueStatus).list(members, cancelled=True)
    assert watch.send(actions.QueueStatus()).end.event_list == "Cancelled"  # type: ignore[union-attr]


def test_a_list_that_is_not_announced_is_not(watch: Watch) -> None:
    watch.server.on(actions.WaitEvent).list([events.Hangup(cause=16)])
    assert len(watch.send(actions.WaitEvent(timeout=1)).items) == 1


def test_a_reply_that_one_event_completes(watch: Watch) -> None:
    event = events.FAXSession(session_number=1, state="Active")
    watch.server.on(actions.FAXSession).event(event)
    reply = watch.send(actions.FAXSession(session_number=1))
    assert reply.event is not None
    assert reply.event.state == "Active"


def test_events_come_after_the_answer(watch: Watch) -> None:
    watch.server.on(ADD.__class__).emit(
        events.Hangup(cause=17), [("Event", "MyOwn"), ("Privilege", "user,all")]
    )
    assert watch.send(ADD).message == "Added interface to queue"
    assert watch.names[-3:] == ["QueueMemberAdded", "Hangup", "MyOwn"]


def test_a_rule_is_for_actions_with_its_values_and_the_newest_first(watch: Watch) -> None:
    server = watch.server
    server.on(actions.QueueAdd).error("any")
    server.on(actions.QueueAdd, queue="support").error("support")
    server.on(actions.QueueAdd, queue="support", penalty=lambda value: value and value > 3).error(
        "support, late"
    )
    assert watch.refusal(actions.QueueAdd(queue="x", interface="y")) == "any"
    assert watch.refusal(ADD) == "support"
    assert watch.refusal(ADD.model_copy(update={"penalty": 5})) == "support, late"


def test_a_rule_may_be_for_some_times_only(watch: Watch) -> None:
    rule = watch.server.on(actions.QueueAdd).error("busy").times(2)
    assert [watch.refusal(ADD) for _ in range(2)] == ["busy", "busy"]
    assert watch.send(ADD).ok
    assert rule.count == 2
    assert "played 2 times" in repr(rule)


def test_what_is_not_scripted_of_an_answer_is_as_usual(watch: Watch) -> None:
    rule = watch.server.on(actions.QueueAdd)
    assert watch.send(ADD).message == "Added interface to queue"
    assert rule.count == 1


def test_a_delay_leaves_events_their_way(watch: Watch) -> None:
    watch.server.on(actions.Ping).delay(0.3).times(1)
    began = time.monotonic()
    pings = threading.Thread(target=watch.send, args=(actions.Ping(),))
    pings.start()
    watch.server.wait_for(actions.Ping)
    watch.server.emit(events.Hangup(cause=16))
    watch.next(events.Hangup)
    assert pings.is_alive() or time.monotonic() - began > 0.3
    pings.join()
    assert time.monotonic() - began >= 0.3


def test_silence_is_no_answer(watch: Watch) -> None:
    watch.server.on(actions.QueueAdd).silence()
    with pytest.raises(errors.ActionTimeout):
        watch.send(ADD, timeout=0.05)
    assert watch.send(actions.Ping()).ok


@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_ends_instead_of_an_answer(watch: Watch, reset: bool) -> None:
    watch.server.on(actions.QueueAdd).disconnect(reset=reset)
    with pytest.raises(errors.OutcomeUnknown):
        watch.send(ADD)


def test_garbage_is_what_the_test_says() -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        wire.login()
        server.on(actions.QueueStatus).garbage(b"\xff\0 no message\r\n\r\n")
        wire.say("Action: QueueStatus")
        assert list(wire.read()) == [("", "\udcff\0 no message")]


def test_the_server_judges_before_it_does_as_scripted() -> None:
    with watching(FakeAsterisk(version=22, write="call")) as watch:
        watch.server.on(actions.QueueAdd).reply()
        watch.server.on(actions.SIPpeers).list()
        watch.server.on(actions.Hangup).reply("Gone")
        assert watch.refusal(ADD) == "Permission denied"
        assert watch.refusal(actions.SIPpeers()).startswith("Invalid/unknown command: SIPpeers")
        assert watch.refusal(RawAction("Hangup")) == "No channel specified"
        assert watch.send(actions.Hangup(channel="x")).message == "Gone"


def test_an_action_that_no_spec_knows_is_known_by_its_name(watch: Watch) -> None:
    watch.server.on("ShopOrder", Order="42").reply(headers=[("Position", 3)])
    reply = watch.send(RawAction("shoporder", {"Order": 42}))
    assert dict(reply.headers)["Position"] == "3"
    assert watch.refusal(RawAction("ShopOrder", {"Order": 43})).startswith("Invalid/unknown")


def test_a_known_action_may_be_named_too(watch: Watch) -> None:
    watch.server.on("QueueAdd", Queue="support").error("No")
    assert watch.refusal(ADD) == "No"


def test_a_login_may_be_scripted() -> None:
    from amisdk import Client

    with FakeAsterisk() as server:
        server.on(actions.Login).error("Authentication failed").times(1)
        with pytest.raises(errors.LoginRefused):
            Client.from_url(server.url, auth="plain", reconnect=False).connect()
        with Client.from_url(server.url, auth="plain") as ami:
            assert ami.connected


def test_mistakes_are_told_when_they_are_made() -> None:
    server = FakeAsterisk()
    with pytest.raises(TypeError, match="QueueAdd has no field 'que'"):
        server.on(actions.QueueAdd, que="x")
    with pytest.raises(TypeError, match="PingReply has no field 'pong'; did you mean ping"):
        server.on(actions.Ping).reply(pong="x")
    with pytest.raises(TypeError, match="knows no list in the reply to Ping"):
        server.on(actions.Ping).list()
    with pytest.raises(
        TypeError, match=r"Hangup is no item in the reply to QueueStatus, but Queue"
    ):
        server.on(actions.QueueStatus).list([events.Hangup(cause=1)])


def test_a_list_is_announced_as_the_real_server_does() -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        server.on(actions.QueueStatus).list()
        wire.login()
        reply, end = wire.ask("Action: QueueStatus")
    assert list(reply) == [
        ("Response", "Success"), ("EventList", "start"), ("Message", "Queue status will follow"),
    ]  # fmt: skip
    assert list(end) == [
        ("Event", "QueueStatusComplete"), ("EventList", "Complete"), ("ListItems", "0"),
    ]  # fmt: skip


def test_a_list_without_its_end_is_no_answer(watch: Watch) -> None:
    with pytest.raises(TypeError, match=r"QueueStatus is answered with a list: say list\("):
        watch.server.on(actions.QueueStatus).reply()
    watch.server.on(actions.QueueStatus).reply("No", response="Error")
    assert watch.refusal(actions.QueueStatus()) == "No"


@pytest.mark.parametrize("kind", [events.Hangup, FakeAsterisk])
def test_a_rule_is_about_an_action(watch: Watch, kind: Any) -> None:
    with pytest.raises(TypeError, match="is no action"):
        watch.server.on(kind)


def test_a_reply_has_the_message_of_the_real_server_unless_the_test_has_one(watch: Watch) -> None:
    rule = watch.server.on(actions.MailboxCount).reply(new_messages=3)
    reply = watch.send(actions.MailboxCount(mailbox="6001"))
    assert (reply.message, reply.new_messages) == ("Mailbox Message Count", 3)
    rule.reply("Three", new_messages=3)
    assert watch.send(actions.MailboxCount(mailbox="6001")).message == "Three"
