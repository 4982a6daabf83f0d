"""Which error a reply stands for."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from amisdk import RawAction, actions, events
from amisdk.errors import (
    ActionFailed,
    AmiError,
    OriginateFailed,
    PermissionDenied,
    UnknownAction,
)
from amisdk.exchange import Exchange, failure
from amisdk.models import Action, Event, ListReply
from tests.amisdk.talk import Talk

CALL = actions.Originate(channel="PJSIP/1", application="Echo", async_=True)


def answered(action: Action[Any], *lines: str, response: str = "Error") -> Exchange[Any]:
    talk = Talk()
    exchange = talk.send(action)
    talk.answer(exchange, *lines, response=response)
    assert talk.done == [exchange]
    return exchange


@pytest.mark.parametrize("response", ["Success", "Goodbye", "success"])
def test_what_is_no_error_stands_for_none(response: str) -> None:
    assert failure(answered(actions.Logoff(), response=response)) is None


@pytest.mark.parametrize(
    ("action", "message", "kind"),
    [
        (actions.Ping(), "Something else", ActionFailed),
        (actions.Ping(), "Permission denied", PermissionDenied),
        (
            RawAction("Foo"),
            "Invalid/unknown command: Foo. Use Action: ListCommands to show available commands.",
            UnknownAction,
        ),
        (CALL, "Extension does not exist.", OriginateFailed),
        (CALL, "Permission denied", PermissionDenied),
        (actions.QueueAdd(queue="a", interface="b"), "Unable to add interface", ActionFailed),
        (actions.PJSIPShowContacts(), "Permission denied", PermissionDenied),
        (actions.Command(command="x"), "Permission denied", PermissionDenied),
    ],
)
def test_an_error_tells_the_servers_reason(
    action: Action[Any], message: str, kind: type[AmiError]
) -> None:
    exchange = answered(action, f"Message: {message}")
    error = failure(exchange)
    assert type(error) is kind
    assert error.action is action
    assert error.reply is exchange.reply
    assert str(error) == f"{action.ami_name}: {message}"


def test_an_error_without_a_message_says_so() -> None:
    assert str(failure(answered(actions.Ping()))) == (
        "Ping: the server answered with an error and no message"
    )


def test_line_feeds_around_the_reason_are_not_told() -> None:
    assert str(failure(answered(actions.Ping(), "Message: none\n"))) == "Ping: none"


def test_the_reason_of_a_command_is_what_it_printed() -> None:
    exchange = answered(
        actions.Command(command="nonsense"),
        "Message: Command output follows",
        "Output: No such command 'nonsense'",
        "Output: (type 'core show help')",
    )
    assert str(failure(exchange)) == (
        "Command: No such command 'nonsense'\n(type 'core show help')"
    )


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (actions.ConfbridgeListRooms(), "No active conferences."),
        (actions.DBGet(family="a", key="b"), "Database entry not found"),
        (actions.PJSIPShowContacts(), "No Contacts found"),
        (actions.PJSIPShowResourceLists(), "No resource lists found\n"),
    ],
)
def test_nothing_to_list_is_an_empty_list(action: Action[Any], message: str) -> None:
    exchange = answered(action, f"Message: {message}")
    assert failure(exchange) is None
    assert isinstance(exchange.reply, ListReply)
    assert exchange.reply.items == ()


def told(*lines: str) -> Exchange[Any]:
    talk = Talk()
    exchange = talk.send(CALL, until_later=True)
    talk.answer(exchange)
    talk.event("OriginateResponse", *lines, of=exchange)
    assert talk.done == [exchange]
    return exchange


@pytest.mark.parametrize("lines", [("Response: Success", "Reason: 4"), ("Response: success",)])
def test_a_call_that_was_answered_stands_for_none(lines: tuple[str, ...]) -> None:
    assert failure(told(*lines)) is None


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("Reason: 5",), "5 (busy)"),
        (("Reason: 0",), "0 (failed; the Hangup event has the cause)"),
        (("Reason: 3",), "3 (nobody answered in time)"),
        (("Reason: 77",), "77"),
        ((), "unknown"),
    ],
)
def test_a_call_that_failed_tells_the_reason(lines: tuple[str, ...], reason: str) -> None:
    exchange = told("Response: Failure", *lines)
    error = failure(exchange)
    assert type(error) is OriginateFailed
    assert str(error) == f"Originate: the call failed with reason {reason}"
    assert isinstance(error.event, events.OriginateResponse)
    assert error.event is exchange.event
    assert error.reply is exchange.reply


def test_an_exchange_that_has_no_reply_stands_for_none() -> None:
    talk = Talk()
    exchange = talk.send(actions.Ping())
    assert failure(exchange) is None


def test_the_event_of_a_reply_that_has_no_response_of_its_own_is_good() -> None:
    talk = Talk()
    exchange = talk.send(actions.FAXStats())
    talk.answer(exchange)
    talk.event("FAXStats", of=exchange)
    assert failure(exchange) is None
    assert isinstance(exchange.event, Event)


FORKING = """
import os
from amisdk import actions
from amisdk.exchange import Exchange

def draw():
    return Exchange(actions.Ping(), on_done=print).action_id

draw()
ours, theirs = os.pipe()
if os.fork() == 0:
    os.write(theirs, draw().encode())
    os._exit(0)
os.wait()
print(draw(), os.read(ours, 99).decode())
"""


def test_action_ids_are_random_and_never_the_same() -> None:
    drawn = {Exchange(actions.Ping(), on_done=print).action_id for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in drawn)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_two_processes_do_not_draw_the_same_action_ids() -> None:
    command = [sys.executable, "-c", FORKING]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ours, theirs = said.split()
    assert len(ours) == len(theirs) == 32
    assert ours != theirs
