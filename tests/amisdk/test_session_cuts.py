"""A conversation gives the same result wherever its bytes are cut."""

from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amisdk import RawAction, actions
from tests.amisdk.talk import GREETING, Talk

CONVERSATION = [
    b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n",
    b"Response: Success\r\nActionID: ping\r\nPing: Pong\r\n\r\n",
    b"Event: Hangup\r\nCallerIDName: caf\xc3\xa9 \xe9\r\nCause: 16\r\nAccountCode: \r\n\r\n",
    b"Response: Success\r\nActionID: forged\r\n\r\n",
    b"\r\n",
    b"Response: Success\r\nActionID: queues\r\nEventList: start\r\n\r\n",
    b"Event: QueueParams\r\nActionID: queues\r\nQueue: a\r\n\r\n",
    b"Event: UserEvent\r\nActionID: queues2\r\nText: a\nb\xe2\x80\xa8c\x0b\r\n\r\n",
    b"Event: QueueMember\r\nActionID: queues\r\nName: b\r\n\r\n",
    b"Event: QueueStatusComplete\r\nActionID: queues\r\nEventList: Complete\r\n\r\n",
    b"Response: Follows\r\nPrivilege: Command\r\nActionID: command\r\n",
    b"one\r\n\r\nEvent: Fake\r\n\r\n\r\ntwo\n--END COMMAND--\r\n\r\n",
    b"Response: Error\r\nActionID: raw\r\nMessage: No such thing\n\r\n\r\n",
    b"support has 0 calls\r\n  No Members\r\n\r\n\r\n",
    b"Response: Success\r\nActionID: call\r\n\r\n",
    b"Event: OriginateResponse\r\nActionID: call\r\nResponse: Failure\r\nReason: 5\r\n\r\n",
    b"Event: Shutdown\r\nShutdown: Cleanly\r\n\r\n",
]
WHOLE = b"".join(CONVERSATION)


def play(chunks: list[bytes]) -> tuple[list[Any], list[Any], int]:
    """Return how the actions ended, which events came, and how many actions still wait."""
    talk = Talk()
    taken = talk.subscribe(include="all")
    talk.send(actions.Ping(), action_id="ping")
    talk.send(actions.QueueStatus(), action_id="queues")
    talk.send(actions.Command(command="x"), action_id="command")
    talk.send(RawAction("Raw"), action_id="raw")
    talk.send(actions.Queues(), action_id="text")
    call = actions.Originate(channel="PJSIP/1", application="Echo", async_=True)
    talk.send(call, action_id="call", until_later=True)
    talk.send(actions.Ping(), action_id="unanswered")
    for chunk in chunks:
        talk.session.receive_data(chunk)
    waiting = len(talk.session._pending)
    talk.session.receive_eof()
    ends = [
        (one.action_id, one.reply, list(one.reply.headers) if one.reply else None, str(one.error))
        for one in talk.done
    ]
    return ends, [list(event.headers) for event in taken], waiting


EXPECTED = play([WHOLE])


def test_the_conversation_is_understood() -> None:
    ends, taken, waiting = EXPECTED
    assert [end[0] for end in ends] == [
        "ping", "queues", "command", "raw", "text", "call", "unanswered",
    ]  # fmt: skip
    assert waiting == 1
    assert [headers[0][1] for headers in taken] == [
        "FullyBooted", "Hangup", "QueueParams", "UserEvent", "QueueMember",
        "QueueStatusComplete", "OriginateResponse", "Shutdown",
    ]  # fmt: skip


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 64])
def test_small_reads_give_the_same_result(step: int) -> None:
    assert play([WHOLE[at : at + step] for at in range(0, len(WHOLE), step)]) == EXPECTED


@pytest.mark.parametrize("at", range(0, len(WHOLE), 7))
def test_every_cut_in_two_gives_the_same_result(at: int) -> None:
    for cut in range(at, min(at + 7, len(WHOLE))):
        assert play([WHOLE[:cut], WHOLE[cut:]]) == EXPECTED


@given(st.lists(st.integers(0, len(WHOLE)), max_size=20))
def test_any_cuts_give_the_same_result(cuts: list[int]) -> None:
    marks = [0, *sorted(cuts), len(WHOLE)]
    chunks = [WHOLE[start:end] for start, end in pairwise(marks)]
    assert play(chunks) == EXPECTED


@given(st.binary(max_size=300) | st.lists(st.sampled_from(CONVERSATION)).map(b"".join))
def test_whatever_the_server_sends_the_session_survives_or_closes(data: bytes) -> None:
    talk = Talk()
    talk.subscribe(include="all")
    queue = partial(talk.send, timeout=5.0)
    for action in (actions.Ping(), actions.QueueStatus(), actions.Queues(), actions.WaitEvent()):
        queue(action)
    talk.session.receive_data(data)
    talk.wait(60)
    talk.session.receive_eof()
    assert len(talk.done) == 4
    assert talk.session._pending == {}


@given(st.binary(max_size=300).filter(lambda data: data[:21] != GREETING[:21]))
def test_whatever_is_sent_instead_of_a_greeting_nothing_is_answered(data: bytes) -> None:
    talk = Talk(logged_in=False)
    talk.session.receive_data(data)
    assert talk.session.data_to_send() == b""
