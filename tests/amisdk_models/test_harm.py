"""What the spec says of an action's harm: whether it only reads, and what else it can do.

The server says nothing of the kind, so the tests hold the spec to what hints at it: the privileges
that the server asks for, the shape of the reply, the fields of the action and of its reply.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from amisdk_models.registry import ACTIONS, EVENTS

from amisdk.info import ActionInfo
from amisdk.models import Action

FACTS: dict[str, ActionInfo] = {name: cls.ami for name, cls in ACTIONS.items()}
READ_ONLY = {name for name, info in FACTS.items() if info.read_only}


# --- only reading -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Ping", "Challenge", "Login", "Logoff", "Events", "Filter", "WaitEvent", "ListCommands",
        "CoreStatus", "CoreShowChannels", "ModuleCheck", "QueueStatus", "DBGet", "MailboxCount",
        "ExtensionState", "GetConfig", "ListCategories", "PJSIPShowEndpoint", "SIPshowpeer",
    ],
)  # fmt: skip
def test_what_only_reads_is_read_only(name: str) -> None:
    assert FACTS[name].read_only


@pytest.mark.parametrize(
    "name",
    [
        "Setvar", "DBPut", "DBDel", "QueueAdd", "QueuePause", "QueueReset", "ConfbridgeLock",
        "BridgeDestroy", "Reload", "CreateConfig", "DialplanExtensionRemove", "MWIUpdate",
        "PRIDebugFileSet", "SorceryMemoryCacheExpire", "StopMonitor", "VoicemailRefresh",
        "VoicemailBoxSummary", "PJSIPQualify", "PJSIPUnregister", "SIPqualifypeer",
    ],
)  # fmt: skip
def test_what_is_as_good_once_as_twice_is_not_read_only_for_that(name: str) -> None:
    assert FACTS[name].idempotent
    assert not FACTS[name].read_only


def test_reading_is_as_good_once_as_twice() -> None:
    of_the_session = {"Filter", "Login", "Logoff", "WaitEvent"}
    assert {name for name in READ_ONLY if not FACTS[name].idempotent} == of_the_session


WRITES = {
    "Getvar": "reading a function can do anything",
    "Status": "its variables may be functions",
    "LoggerRotate": "moves files",
    "PJSIPQualify": "sends requests",
    "PJSIPRegister": "sends requests",
    "PJSIPUnregister": "sends requests",
    "SIPqualifypeer": "sends requests",
    "VoicemailBoxSummary": "renames files to close gaps",
}
"""What Asterisk lets a user send who may only look (reporting), though it does more."""
READS = {
    "Agents": "agent",
    "FAXSession": "call",
    "FAXSessions": "call",
    "ParkedCalls": "call",
    "Parkinglots": "call",
}
"""What only reads, though Asterisk asks for a privilege to act on calls or agents."""


def test_what_the_server_lets_an_onlooker_send_only_reads() -> None:
    looked_at = {name for name, info in FACTS.items() if "reporting" in info.privilege}
    assert looked_at - READ_ONLY == WRITES.keys()


def test_what_needs_the_privilege_to_act_does_not_only_read() -> None:
    to_look = {"reporting", "system", "config"}
    acting = {
        name
        for name, info in FACTS.items()
        if info.privilege and not to_look.intersection(info.privilege)
    }
    assert acting & READ_ONLY == READS.keys()


def test_what_answers_with_events_only_reads() -> None:
    answers = {name for name, info in FACTS.items() if info.list or info.event}
    hang_up = {"Hangup", "PJSIPHangup"}
    assert answers - READ_ONLY - hang_up == {"Status", "VoicemailBoxSummary"}


# --- danger -------------------------------------------------------------------------------


def test_what_is_read_only_does_no_harm_but_by_what_it_reads() -> None:
    harms = {harm for name in READ_ONLY for harm in FACTS[name].danger}
    assert harms == {"reads configuration"}


def test_every_kind_of_harm_is_told() -> None:
    told = {harm for info in FACTS.values() for harm in info.danger}
    assert told == {"runs code", "reads configuration", "writes configuration"}
    for name, info in FACTS.items():
        assert len(set(info.danger)) == len(info.danger), name


def _with_field(*wires: str) -> set[str]:
    return {
        name
        for name, cls in ACTIONS.items()
        if any(field.serialization_alias in wires for field in cls.model_fields.values())
    }


def _dangerous(harm: str) -> set[str]:
    return {name for name, info in FACTS.items() if harm in info.danger}


def test_what_takes_an_application_a_command_or_a_function_runs_code() -> None:
    named = _with_field("Application", "Command")
    assert named == {"AGI", "Command", "DialplanExtensionAdd", "MixMonitor", "Originate"}
    functions = {"Getvar", "Setvar", "Status"}
    recordings = {"ChangeMonitor", "ConfbridgeStartRecord", "Monitor"}
    others = {"ModuleLoad", "UpdateConfig"}
    assert _dangerous("runs code") == named | functions | recordings | others


def test_what_takes_the_name_of_a_configuration_file_reads_or_writes_it() -> None:
    writes = {"CreateConfig", "UpdateConfig"}
    assert _dangerous("writes configuration") == writes
    of_files = _with_field("Filename", "SrcFilename")
    assert of_files == {"GetConfig", "GetConfigJSON", "ListCategories", *writes}
    assert of_files - writes <= _dangerous("reads configuration")


def _told(cls: type[Action[Any]]) -> Iterator[str]:
    """Yield the fields of all that an action's reply is made of."""
    info = cls.ami
    yield from info.reply.model_fields
    items = info.list.items if info.list else ()
    for name in {*items, *filter(None, [info.event])} - {"any"}:
        yield from EVENTS[name].model_fields if name in EVENTS else ()


def test_what_tells_a_password_reads_configuration() -> None:
    telling = {
        name
        for name, cls in ACTIONS.items()
        for field in _told(cls)
        if field.endswith(("password", "secret", "md5_cred"))
    }
    assert telling == {"PJSIPShowAuths", "PJSIPShowEndpoint", "PJSIPShowRegistrationsOutbound"}
    assert telling < _dangerous("reads configuration")
