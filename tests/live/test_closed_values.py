"""An enumeration is closed, and a number bounded, only where the server itself refuses the rest.

Each closed enumeration of an action's field is tried with a value that it lacks: the server must
answer with an Error, which it does not give for a value of the enumeration. The open ones are
tried the other way round. What cannot be tried says where Asterisk's source shows it.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from amisdk_codegen.gather import gather
from amisdk_codegen.load import load
from amisdk_codegen.model import ActionField, RecordField

from amisdk import RawAction, actions, events
from amisdk.models import RawReply
from tests.live.support import Desk, Pbx
from tests.support import asynchronous

SPEC = gather(load(Path(__file__).parents[2] / "spec"))
live = pytest.mark.live

CHANNEL, OTHER = "<a channel>", "<another channel>"
"""In a header: the name of a channel, of a call made for the test."""


@dataclass(frozen=True)
class Try:
    """A value for a field of an action that is right in all else."""

    action: str
    wire: str
    """The field's header, or the column of a record."""
    value: str
    """A value that is not in the enumeration, or beyond the bound."""
    says: str
    """How the server's message begins."""
    headers: dict[str, str] = field(default_factory=dict)
    """The other headers."""
    good: str = ""
    """A value that the server does not answer so; none for a value that it takes."""

    @property
    def owner(self) -> tuple[str, str]:
        """The action and the field."""
        return self.action, self.wire

    @property
    def bound(self) -> tuple[str, str, str]:
        """The bound that the value is beyond."""
        spec = field_of(self.action, self.wire)
        assert isinstance(spec, ActionField)
        under = spec.min is not None and float(self.value) < spec.min
        return self.action, self.wire, "min" if under else "max"

    def __str__(self) -> str:
        return f"{self.action}.{self.wire}={self.value}"

    async def send(self, desk: Desk, value: str) -> RawReply:
        """Send the action with this value, whatever the answer."""
        headers = dict(self.headers)
        for header, given in self.headers.items():
            if given in (CHANNEL, OTHER):
                headers[header] = (await desk.call("100")).near
        column = field_of(self.action, self.wire)
        name = f"{self.wire}-000000" if isinstance(column, RecordField) else self.wire
        return await desk.ami.send(RawAction(self.action, {**headers, name: value}), check=False)

    def skip_where_it_is_not(self, pbx: Pbx) -> None:
        """Skip the test if the server's version lacks the action or the field."""
        action, spec = SPEC.actions[self.action][1], field_of(self.action, self.wire)
        versions = (isinstance(spec, ActionField) and spec.versions) or action.versions
        if not any(first <= pbx.major <= last for first, last in versions):
            pytest.skip(f"Asterisk {pbx.major} has no {self.action}.{self.wire}")


def field_of(action: str, name: str) -> ActionField | RecordField:
    """Return a field of the spec, or a column of the records in one."""
    fields = SPEC.actions[action][1].fields
    columns = {key: one for each in fields.values() for key, one in (each.columns or {}).items()}
    return fields[name] if name in fields else columns[name]


def values_of(one: ActionField | RecordField) -> list[str]:
    """Return the values of a field's enumeration."""
    values = SPEC.enums[one.enum][1].values if isinstance(one.enum, str) else one.enum
    return list(values or ())


D = {"Channel": CHANNEL, "MsgType": "D", "ChargeType": "NA"}
E = {**D, "MsgType": "E"}
MONEY = {"CurrencyAmount": "1", "CurrencyMultiplier": "One"}
PAID = {**D, **MONEY, "ChargeType": "Currency"}
S = {"Channel": CHANNEL, "MsgType": "S", "ChargedItem": "CallSetup", "RateType": "Free"}
TIMED = {**S, **MONEY, "RateType": "Duration", "Time": "1", "TimeScale": "Hour"}
GRANULAR = {**TIMED, "Granularity": "1", "GranularityTimeScale": "Second"}
BY_VOLUME = {**S, **MONEY, "RateType": "Volume", "VolumeUnit": "Octet"}

REFUSED = [
    Try("AOCMessage", "AOCBillingId", "CallTransfer", "Invalid AOC-D", D, good="Normal"),
    Try("AOCMessage", "AOCBillingId", "Cash", "Invalid AOC-E", E, good="CallTransfer"),
    Try("AOCMessage", "ChargeType", "Paid", "Invalid ChargeType", D, good="FREE"),
    Try("AOCMessage", "ChargedItem", "Pizza", "Invalid ChargedItem", S, good="CallAttempt"),
    Try("AOCMessage", "ChargingType", "Guess", "Invalid ChargingType", TIMED, good="StepFunction"),
    Try("AOCMessage", "CurrencyMultiplier", "Two", "Invalid ChargeMultiplier", PAID, good="Ten"),
    Try(
        "AOCMessage",
        "GranularityTimeScale",
        "Year",
        "Invalid GranularityTimeScale",
        GRANULAR,
        good="Day",
    ),
    Try("AOCMessage", "MsgType", "X", "Invalid MsgType", D, good="E"),
    Try("AOCMessage", "RateType", "Dear", "Invalid RateType", S, good="FreeFromBeginning"),
    Try("AOCMessage", "TimeScale", "Year", "Invalid TimeScale", TIMED, good="Minute"),
    Try("AOCMessage", "TimeScale", "Gallon", "Invalid VolumeUnit", BY_VOLUME, good="Segment"),
    Try("Challenge", "AuthType", "SHA1", "Must specify AuthType", good="MD5"),
    Try(
        "ControlPlayback",
        "Control",
        "rewind",
        "Unknown control type",
        {"Channel": CHANNEL},
        good="stop",
    ),
    Try("Filter", "Operation", "Remove", "Unknown operation", {"Filter": "Event: X"}, good="Add"),
    Try(
        "MixMonitorMute",
        "Direction",
        "up",
        "Invalid direction specified.",
        {"Channel": "nobody", "State": "false"},
        good="both",
    ),
    Try(
        "ModuleLoad",
        "LoadType",
        "restart",
        "Incomplete ModuleLoad action.",
        {"Module": "res_musiconhold.so"},
        good="load",
    ),
    Try(
        "MuteAudio",
        "Direction",
        "sideways",
        "Failed to mute/unmute stream",
        {"Channel": CHANNEL, "State": "false"},
        good="all",
    ),
    Try(
        "PJSIPSetMaintenance",
        "State",
        "true",
        "State must be 'on' or 'off'",
        {"Endpoint": "6001"},
        good="off",
    ),
    Try(
        "QueueMemberRingInUse",
        "RingInUse",
        "perhaps",
        "'RingInUse' parameter must be a truth value",
        {"Interface": "Local/210@scenarios"},
        good="false",
    ),
    Try(
        "UpdateConfig",
        "Action",
        "Copy",
        "Unknown action command",
        {"SrcFilename": "queues.conf", "DstFilename": "queues.conf", "Cat-000000": "nowhere"},
        good="EmptyCat",
    ),
]
"""Values beside those of closed enumerations, and other words for true and false."""

TAKEN = [
    Try("AOCMessage", "TotalType", "Quarter", "AOC Message successfully queued", D),
    Try(
        "AOCMessage",
        "VolumeUnit",
        "Bucket",
        "AOC Message successfully queued",
        {**BY_VOLUME, "TimeScale": "Octet"},
    ),
    Try(
        "Bridge",
        "Tone",
        "loud",
        "Channels have been bridged",
        {"Channel1": CHANNEL, "Channel2": OTHER},
    ),
    Try("Events", "EventMask", "weather", ""),
    Try("Events", "EventMask", "34", ""),
    # Not the level but the span is refused: no server here has a card.
    Try("PRIDebugSet", "Level", "4", "No PRI running on requested span", {"Span": "1"}),
]
"""Values beside those of open enumerations; the server answers as if they were known."""

BEYOND = [
    Try("AbsoluteTimeout", "Timeout", "0", "No timeout specified", {"Channel": CHANNEL}, good="60"),
    Try("AbsoluteTimeout", "Timeout", "-1", "No timeout specified", {"Channel": "x"}, good="60"),
    Try("PRIDebugSet", "Span", "0", "Invalid span '0'", {"Level": "off"}, good="1"),
    Try("Park", "Timeout", "-1", "Invalid Timeout value.", {"Channel": "nobody"}, good="0"),
]
"""Numbers beyond a bound, which the server refuses."""

UNSIGNED = "takes a negative number for a huge one"
NONE = "counts a negative number as none"
BY_THE_SOURCE = {
    ("AOCMessage", "ChargingAssociationPlan", "min"): f"main/manager.c: action_aoc_* {UNSIGNED}",
    ("AOCMessage", "Code", "min"): f"main/manager.c: action_aoc_s_submessage {UNSIGNED}",
    ("AOCMessage", "CurrencyAmount", "min"): f"main/manager.c: action_aoc_* {UNSIGNED}",
    ("AOCMessage", "Granularity", "min"): f"main/manager.c: action_aoc_s_submessage {UNSIGNED}",
    ("AOCMessage", "Time", "min"): f"main/manager.c: action_aoc_s_submessage {UNSIGNED}",
    ("AbsoluteTimeout", "Timeout", "max"): "main/manager.c: action_timeout; tried below",
    ("FAXSession", "SessionNumber", "min"): f"res/res_fax.c: manager_fax_session {UNSIGNED}",
    ("Hangup", "Cause", "max"): "main/manager.c: ast_manager_hangup_helper; tried below",
    ("Hangup", "Cause", "min"): "main/manager.c: ast_manager_hangup_helper; tried below",
    ("MWIUpdate", "NewMessages", "min"): f"res/res_mwi_external_ami.c: mwi_mailbox_* {UNSIGNED}",
    ("MWIUpdate", "OldMessages", "min"): f"res/res_mwi_external_ami.c: mwi_mailbox_* {UNSIGNED}",
    ("MeetmeMute", "Usernum", "min"): f"apps/app_meetme.c: meetmemute {UNSIGNED}",
    ("MeetmeUnmute", "Usernum", "min"): f"apps/app_meetme.c: meetmemute {UNSIGNED}",
    ("PlayDTMF", "Duration", "min"): f"apps/app_senddtmf.c: manager_play_dtmf {UNSIGNED}",
    ("PlayMF", "Duration", "min"): f"apps/app_mf.c: manager_play_mf {UNSIGNED}",
    ("QueueAdd", "Penalty", "min"): f"apps/app_queue.c: manager_add_queue_member {NONE}",
    ("QueueAdd", "Wrapuptime", "min"): f"apps/app_queue.c: manager_add_queue_member {NONE}",
    ("WaitEvent", "Timeout", "min"): "main/manager.c: action_waitevent takes less than -1 for -1",
}
"""Bounds beyond which a number is misread, or cannot be tried: where the source shows it."""

CLOSED_BY_THE_SOURCE: dict[tuple[str, str], str] = {}
"""Closed enumerations that cannot be tried: file and function of the source that refuses others."""

OPEN_BY_OTHER_TESTS = {
    ("Login", "AuthType"): "test_a_login_takes_other_words",
    ("Login", "Events"): "test_a_login_takes_other_words",
}


# --- on real servers ----------------------------------------------------------------------


@live
@pytest.mark.parametrize("case", [*REFUSED, *BEYOND], ids=str)
@asynchronous
async def test_the_server_refuses_another_value(pbx: Pbx, case: Try) -> None:
    case.skip_where_it_is_not(pbx)
    async with pbx.desk() as desk:
        refused = await case.send(desk, case.value)
        assert not refused.ok
        assert (refused.message or "").startswith(case.says)
        taken = await case.send(desk, case.good)
        assert taken.ok or not (taken.message or "").startswith(case.says)


@live
@pytest.mark.parametrize("case", TAKEN, ids=str)
@asynchronous
async def test_the_server_takes_another_value(pbx: Pbx, case: Try) -> None:
    case.skip_where_it_is_not(pbx)
    async with pbx.desk() as desk:
        reply = await case.send(desk, case.value)
        assert reply.ok or case.action == "PRIDebugSet"
        assert (reply.message or "").startswith(case.says)


@live
@asynchronous
async def test_a_login_takes_other_words(pbx: Pbx) -> None:
    assert pbx.server is not None
    admin = pbx.server.users["admin"]
    reader, writer = await asyncio.open_connection(pbx.host, pbx.port)
    said = ("Action: Login", f"Username: {admin.username}", f"Secret: {admin.secret}")
    writer.write("\r\n".join((*said, "AuthType: trust", "Events: weather", "", "")).encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert b"Message: Authentication accepted\r\n" in answer


@live
@asynchronous
async def test_a_time_that_is_too_short_lifts_the_limit_of_a_channel(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        await desk.send(actions.AbsoluteTimeout(channel=call.near, timeout=0.5))
        case = Try("AbsoluteTimeout", "Timeout", "", "", {"Channel": call.near})
        assert (await case.send(desk, "0.0000001")).ok
        await asyncio.sleep(1)
        assert not desk.every(events.Hangup, channel=call.near)


@live
@pytest.mark.parametrize("seconds", ["inf", "9e18"])
@asynchronous
async def test_a_time_that_is_too_long_hangs_a_channel_up(pbx: Pbx, seconds: str) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        longest = field_of("AbsoluteTimeout", "Timeout")
        assert isinstance(longest, ActionField)
        assert longest.max is not None
        await desk.send(actions.AbsoluteTimeout(channel=call.near, timeout=longest.max))
        case = Try("AbsoluteTimeout", "Timeout", "", "", {"Channel": call.near})
        assert (await case.send(desk, seconds)).ok
        await desk.first(events.Hangup, channel=call.near)


@live
@pytest.mark.parametrize("cause", ["-1", "128"])
@asynchronous
async def test_a_cause_beyond_the_bounds_is_left_out(pbx: Pbx, cause: str) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        assert (await Try("Hangup", "Cause", "", "", {"Channel": call.near}).send(desk, cause)).ok
        assert (await desk.first(events.Hangup, channel=call.near)).cause in (0, 16)


@live
@asynchronous
async def test_a_negative_penalty_or_rest_of_a_new_member_counts_as_none(pbx: Pbx) -> None:
    member = {"Queue": "empty-queue", "Interface": "Local/213@scenarios", "Wrapuptime": "-5"}
    async with pbx.desk() as desk:
        assert (await Try("QueueAdd", "Penalty", "", "", member).send(desk, "-5")).ok
        added = await desk.first(events.QueueMemberAdded, interface=member["Interface"])
        await desk.send(actions.QueueRemove(queue="empty-queue", interface=member["Interface"]))
        assert (added.penalty, added.wrapup_time) == (0, 0)


# --- the tables and the spec --------------------------------------------------------------


def enumerations() -> Iterator[tuple[tuple[str, str], bool]]:
    """Yield every field with an enumeration, and whether it is open."""
    for action, (_, spec) in SPEC.actions.items():
        for wire, one in spec.fields.items():
            if one.enum is not None:
                yield (action, wire), one.open
            for column, cell in (one.columns or {}).items():
                if cell.enum is not None:
                    yield (action, column), False


def bounds() -> Iterator[tuple[str, str, str]]:
    """Yield every bound of a number."""
    for action, (_, spec) in SPEC.actions.items():
        for wire, one in spec.fields.items():
            for name, bound in (("min", one.min), ("max", one.max)):
                if bound is not None:
                    yield action, wire, name


def test_every_closed_enumeration_is_tried_or_shown_in_the_source() -> None:
    closed = {owner for owner, is_open in enumerations() if not is_open}
    tried = {case.owner for case in REFUSED}
    assert sorted(closed - tried - CLOSED_BY_THE_SOURCE.keys()) == []
    assert sorted(CLOSED_BY_THE_SOURCE.keys() - (closed - tried)) == []


def test_every_open_enumeration_is_tried() -> None:
    is_open = {owner for owner, is_open in enumerations() if is_open}
    assert is_open == {case.owner for case in TAKEN} | OPEN_BY_OTHER_TESTS.keys()


def test_every_bound_is_tried_or_shown_in_the_source() -> None:
    tried = {case.bound for case in BEYOND}
    assert sorted({*bounds()} - tried - BY_THE_SOURCE.keys()) == []
    assert sorted(BY_THE_SOURCE.keys() - ({*bounds()} - tried)) == []


@pytest.mark.parametrize("case", [*REFUSED, *TAKEN], ids=str)
def test_what_is_tried_is_no_value_of_the_enumeration(case: Try) -> None:
    values = values_of(field_of(case.action, case.wire))
    if "AOC-D" in case.says:
        values = values[:3]  # what this message takes
    assert case.value not in values
    if values and case.good:
        assert case.good in values
