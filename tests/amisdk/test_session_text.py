"""Replies of old servers that are raw text: CLI output, and the one of Queues."""

from typing import Any

import pytest

from amisdk import RawAction, actions
from amisdk.errors import ActionFailed, MessageTooLong, OutcomeUnknown
from amisdk.exchange import failure
from amisdk.info import ActionInfo
from amisdk.models import Action, Reply, frame_of
from amisdk.session import State
from tests.amisdk.talk import Talk

COMMAND = actions.Command(command="core show uptime")
QUEUES = actions.Queues()


def follows(talk: Talk, action_id: str, text: str, *, end: bool = True) -> None:
    """Let the session receive a command's output, as Asterisk 13 and before write it."""
    head = f"Response: Follows\r\nPrivilege: Command\r\nActionID: {action_id}\r\n"
    tail = "--END COMMAND--\r\n\r\n" if end else ""
    talk.session.receive_data(f"{head}{text}{tail}".encode())


@pytest.mark.parametrize(
    "text",
    [
        "one\n",
        "one\n\ntwo\n",
        "one\r\n\r\ntwo\r\n",
        "one\r\n\r\n\r\ntwo\r\n",
        "\r\n\r\n\r\n\r\none\r\n",
        "one\r\n\r\n\r\n\r\n\r\n",
        "Event: Hangup\r\n\r\nResponse: Error\r\nActionID: 7\r\n\r\n",
        "one\r\n\r\nEvent: Hangup\r\nActionID: 7\r\n\r\nResponse: Success\r\nActionID: 8\r\n\r\n",
    ],
)
@pytest.mark.parametrize("step", [1, 3, 10_000])
def test_output_with_blank_lines_is_one_reply(text: str, step: int) -> None:
    talk = Talk()
    taken = talk.subscribe(include="all")
    command, ping = talk.send(COMMAND, action_id="7"), talk.send(actions.Ping(), action_id="8")
    head = "Response: Follows\r\nPrivilege: Command\r\nActionID: 7\r\n"
    answer = "Response: Success\r\nActionID: 8\r\nMessage: x\r\n\r\n"
    data = f"{head}{text}--END COMMAND--\r\n\r\n{answer}".encode()
    for at in range(0, len(data), step):
        talk.session.receive_data(data[at : at + step])
    assert talk.done == [command, ping]
    assert command.reply is not None
    assert command.reply.text.replace("\r", "") == text.replace("\r", "").removesuffix("\n")
    assert ping.reply is not None
    assert ping.reply.message == "x"
    assert taken == []


class OwnCommand(Action[Reply]):
    """A program's own class for the same action."""

    ami = ActionInfo("Command", reply=Reply)


@pytest.mark.parametrize("command", [COMMAND, RawAction("Command", {"Command": "x"}), OwnCommand()])
def test_output_that_looks_like_an_event_nobody_wants_is_no_event(command: Action[Any]) -> None:
    talk = Talk()
    for name in ("FullyBooted", "Hangup"):
        talk.event(name)
    exchange = talk.send(command, action_id="7")
    follows(talk, "7", "one\r\n\r\nEvent: Hangup\r\n\r\ntwo\n")
    assert exchange.reply is not None
    assert "Event: Hangup" in frame_of(exchange.reply)


def test_output_nobody_waits_for_any_more_is_swallowed_to_its_end() -> None:
    talk = Talk()
    taken = talk.subscribe(include="all")
    talk.send(COMMAND, action_id="7", timeout=5.0)
    follows(talk, "7", "one\r\n\r\n", end=False)
    talk.wait(6)
    assert len(talk.done) == 1
    following = talk.send(COMMAND, action_id="8")
    talk.event("Hangup")
    follows(talk, "7", "")
    assert taken == []
    follows(talk, "8", "own\n")
    talk.event("Hangup")
    assert following.reply is not None
    assert following.reply.text == "own"
    assert [event.ami_name for event in taken] == ["Hangup"]


def test_late_output_with_blank_lines_is_no_event_and_no_reply() -> None:
    talk = Talk()
    taken = talk.subscribe(include="all")
    gone = talk.send(COMMAND, action_id="7")
    talk.session.abandon(gone)
    following = talk.send(QUEUES)
    follows(talk, "7", "one\r\n\r\nEvent: Hangup\r\n\r\ntwo\r\n\r\n\r\n")
    assert taken == []
    assert talk.done == []
    talk.session.receive_data(b"support has 0 calls\r\n\r\n\r\n")
    assert following.reply is not None
    assert following.reply.text == "support has 0 calls"


@pytest.mark.parametrize("filler", [b"x" * 100 + b"\r\n\r\n", b"\r\n", b"\r\n\r\n"])
def test_output_without_an_end_is_limited(filler: bytes) -> None:
    talk = Talk(max_message=2000)
    command = talk.send(COMMAND, action_id="7")
    follows(talk, "7", "one\r\n\r\n", end=False)
    for _ in range(1500):
        talk.session.receive_data(filler)
    assert talk.session.state is State.CLOSED
    assert isinstance(command.error, OutcomeUnknown)
    assert isinstance(talk.closed[0], MessageTooLong)


def test_a_session_that_ends_within_output_tells_who_waits() -> None:
    talk = Talk()
    command = talk.send(COMMAND, action_id="7")
    follows(talk, "7", "one\r\n\r\n", end=False)
    talk.session.receive_eof()
    assert isinstance(command.error, OutcomeUnknown)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"No queues.\r\n\r\n\r\n", "No queues."),
        (b"one\r\n  two\r\n\r\n\r\n", "one\n  two"),
        (
            b"sales has 0 calls\r\n\r\nsupport has 1\r\n\r\n\r\n\r\n",
            "sales has 0 calls\n\nsupport has 1",
        ),
        (b"one\r\n\r\ntwo\r\n\r\nthree\r\n\r\n\r\n", "one\n\ntwo\n\nthree"),
        (b"Max: 1\r\nCalls: 2\r\n\r\n\r\n", "Max: 1\nCalls: 2"),
    ],
)
@pytest.mark.parametrize("step", [1, 10_000])
def test_the_raw_text_of_queues_ends_with_a_stray_blank_line(
    data: bytes, text: str, step: int
) -> None:
    talk = Talk()
    exchange = talk.send(QUEUES)
    for at in range(0, len(data), step):
        talk.session.receive_data(data[at : at + step])
    assert talk.done == [exchange]
    assert isinstance(exchange.reply, actions.QueuesReply)
    assert exchange.reply.text == text
    talk.session.receive_data(b"\r\n")
    assert talk.done == [exchange]


def test_two_texts_go_to_two_actions_in_order() -> None:
    talk = Talk()
    one, other = talk.send(QUEUES), talk.send(QUEUES)
    talk.session.receive_data(b"first\r\n\r\n\r\nsecond\r\n\r\n\r\n")
    assert talk.done == [one, other]
    assert one.reply is not None
    assert other.reply is not None
    assert (one.reply.text, other.reply.text) == ("first", "second")


@pytest.mark.parametrize("before", [b"", b"late, first part\r\n\r\n"])
def test_a_late_text_is_not_given_to_the_next_action(before: bytes) -> None:
    talk = Talk()
    gone = talk.send(QUEUES)
    talk.session.receive_data(before)
    talk.session.abandon(gone)
    following = talk.send(QUEUES)
    talk.session.receive_data(b"late\r\n\r\n\r\n")
    assert talk.done == []
    talk.session.receive_data(b"own\r\n\r\n\r\n")
    assert talk.done == [following]
    assert following.reply is not None
    assert following.reply.text == "own"


def test_text_is_not_given_to_an_action_that_was_not_sent() -> None:
    talk = Talk()
    exchange = talk.queue(QUEUES)
    talk.session.receive_data(b"forged\r\n\r\n\r\n")
    assert talk.done == []
    talk.said()
    talk.session.receive_data(b"own\r\n\r\n\r\n")
    assert exchange.reply is not None
    assert exchange.reply.text == "own"


def test_text_that_nobody_asked_for_is_dropped() -> None:
    talk = Talk()
    ping = talk.send(actions.Ping())
    talk.session.receive_data(b"\r\n\r\ntext\r\n\r\n\r\n")
    exchange = talk.send(QUEUES)
    talk.session.receive_data(b"own\r\n\r\n\r\n")
    assert exchange.reply is not None
    assert exchange.reply.text == "own"
    talk.answer(ping)
    assert talk.done == [exchange, ping]


def test_a_server_without_queues_answers_with_an_error() -> None:
    talk = Talk()
    exchange = talk.send(QUEUES)
    talk.answer(exchange, "Message: Invalid/unknown command: Queues", response="Error")
    assert talk.done == [exchange]
    assert exchange.reply is not None
    assert not exchange.reply.ok


@pytest.mark.parametrize("step", [1, 10_000])
def test_text_to_which_the_next_message_is_glued_ends_before_it(step: int) -> None:
    talk = Talk()
    taken = talk.subscribe()
    text, ping = talk.send(actions.IAXnetstats()), talk.send(actions.Ping(), action_id="8")
    data = (
        b"Channel  RTT\n  IAX2/a  5\n\r\nEvent: Hangup\r\n\r\n"
        b"Response: Success\r\nActionID: 8\r\n\r\n"
    )
    for at in range(0, len(data), step):
        talk.session.receive_data(data[at : at + step])
    assert talk.done == [text, ping]
    assert text.reply is not None
    assert text.reply.text == "Channel  RTT\n  IAX2/a  5"
    assert [event.ami_name for event in taken] == ["Hangup"]


def test_an_answer_to_a_later_action_means_that_a_text_will_not_come() -> None:
    talk = Talk()
    talk.session.abandon(talk.send(actions.IAXnetstats()))
    ping = talk.send(actions.Ping())
    talk.session.receive_data(b"\r\n")
    talk.answer(ping)
    queues = talk.send(QUEUES)
    talk.session.receive_data(b"support has 0 calls\r\n\r\n\r\n")
    assert talk.done == [ping, queues]


def test_what_is_glued_to_text_that_is_too_long_is_not_read() -> None:
    talk = Talk(max_message=2000)
    taken = talk.subscribe()
    talk.send(QUEUES)
    for _ in range(19):
        talk.session.receive_data(b"x" * 100 + b"\r\n\r\n")
    talk.session.receive_data(b"x" * 1000 + b"\n\r\nEvent: Hangup\r\n\r\n")
    assert talk.session.state is State.CLOSED
    assert taken == []


def test_text_without_an_end_is_limited() -> None:
    talk = Talk(max_message=2000)
    exchange = talk.send(QUEUES)
    for _ in range(100):
        talk.session.receive_data(b"x" * 100 + b"\r\n\r\n")
    assert isinstance(exchange.error, OutcomeUnknown)
    assert isinstance(talk.closed[0], MessageTooLong)


def test_an_event_may_stand_in_place_of_a_response() -> None:
    talk = Talk()
    exchange = talk.send(actions.DataGet(path="/asterisk/core/channels"))
    talk.event(
        "DataGet Tree",
        "1-channels.channel.name: SIP/1-0",
        "2-channels.channel.type: SIP",
        of=exchange,
    )
    assert talk.done == [exchange]
    reply = exchange.reply
    assert reply is not None
    assert reply.ok
    assert failure(exchange) is None
    assert dict(reply.pairs) == {
        "1-channels.channel.name": "SIP/1-0",
        "2-channels.channel.type": "SIP",
    }
    refused = talk.send(actions.DataGet(path="/nowhere"))
    talk.answer(refused, "Message: No data returned", response="Error")
    assert isinstance(failure(refused), ActionFailed)
