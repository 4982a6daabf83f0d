"""Texts as servers write them become values of the right type, in each event by itself.

What the rows hold was compared with the format strings in Asterisk's source, 11 to 23.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from amisdk_codegen.gather import expand, gather
from amisdk_codegen.load import load
from amisdk_codegen.model import EventField
from amisdk_models.registry import EVENTS

from amisdk.codec import reader_of
from amisdk.models import Event

SPEC = gather(load(Path(__file__).parents[2] / "spec"))

EPOCH = "1795379457"
MOMENT = datetime(2026, 11, 22, 20, 30, 57, tzinfo=UTC)
"""The same moment as `EPOCH`."""
LOCAL = datetime.fromisoformat("2026-11-22T20:52:45")


def _read(event: str, header: str, *texts: str) -> tuple[Event, Any]:
    """Read an event with one header, or with several of one name; return it and the value."""
    cls = EVENTS[event]
    lines = [f"Event: {event}", *(f"{header}: {text}" for text in texts)]
    told = cls.from_frame("\r\n".join(lines))
    return told, getattr(told, reader_of(cls).field_of(header))


# --- one header ---------------------------------------------------------------------------

Row = tuple[str, str, str, Any]
"""Event, header, text on the wire, value."""

ROWS: list[Row] = [
    # agents
    ("AgentCalled", "DestChannelState", "5", 5),
    ("AgentCalled", "DestUniqueid", "1795379457.12", "1795379457.12"),
    ("AgentComplete", "Reason", "transfer", "transfer"),
    ("AgentComplete", "Reason", "", None),
    ("AgentComplete", "TalkTime", "61", 61),
    ("AgentConnect", "RingTime", "4", 4),
    ("AgentRingNoAnswer", "RingTime", "15000", 15000),
    ("AgentLogin", "Agent", "0042", "0042"),
    ("AgentLogoff", "Logintime", "3600", 3600),
    ("Agents", "LoggedInTime", EPOCH, MOMENT),
    ("Agents", "LoggedInTime", "0", None),
    ("Agents", "Status", "AGENT_IDLE", "AGENT_IDLE"),
    ("AgentsComplete", "ListItems", "2", 2),
    # agi
    ("AGIExecEnd", "CommandId", "1804289383", 1804289383),
    ("AGIExecEnd", "ResultCode", "-1", -1),
    ("AGIExecEnd", "ResultCode", "200", 200),
    ("AsyncAGIExec", "CommandId", "0815", "0815"),
    ("AsyncAGIExec", "Result", "", ""),
    # aoc
    ("AOC-D", "Charge/Currency/Cost", "120", 120),
    ("AOC-D", "Charge/Currency/Multiplier", "1/100", "1/100"),
    ("AOC-D", "Charge/BillingID", "NotAvailable", None),
    ("AOC-D", "Charge/Units(0)/NumberOf", "7", 7),
    ("AOC-E", "ChargingAssociation/Number", "0301234", "0301234"),
    ("AOC-S", "(null)(0)/Chargeable", "CallSetup", "CallSetup"),
    ("AOC-S", "(null)(0)/Chargeable", "NotAvailable", None),
    ("AOC-S", "(null)(0)/Duration/Time/Scale", "2", 2),
    ("AOC-S", "(null)(0)/Flat/Currency/Multiplier", "1", "1"),
    # billing
    ("CEL", "EventTime", "2026-11-22 20:52:45", LOCAL),
    ("CEL", "EventName", "MY_OWN_KIND", "MY_OWN_KIND"),
    ("CEL", "AMAFlags", "Unknown", None),
    ("CEL", "CallerIDname", "a\\b", "a\\b"),
    ("CEL", "Peer", "PJSIP/a-1,PJSIP/b-2", ("PJSIP/a-1", "PJSIP/b-2")),
    ("CEL", "Extra", '{"hangupcause":16}', {"hangupcause": 16}),
    ("Cdr", "StartTime", "2026-11-22 20:52:45", LOCAL),
    ("Cdr", "AnswerTime", "", None),
    ("Cdr", "Duration", "3", 3),
    ("Cdr", "BillableSeconds", "0", 0),
    ("Cdr", "Disposition", "NO ANSWER", "NO ANSWER"),
    ("Cdr", "Source", "0015", "0015"),
    # bridges
    ("BridgeInfoComplete", "BridgeNumChannels", "2", 2),
    ("BridgeListItem", "BridgeName", "<unknown>", None),
    ("BridgeListItem", "BridgeVideoSourceMode", "none", "none"),
    ("BridgeTechnologyListItem", "BridgePriority", "90", 90),
    ("BridgeTechnologyListItem", "BridgeSuspended", "No", False),
    ("BridgeTechnologyListItem", "BridgeType", "<Unknown>", None),
    # call_completions
    ("CCAvailable", "CoreID", "3", 3),
    ("CCAvailable", "Service", "CCBS", "CCBS"),
    ("CCFailure", "Reason", "Timed out", "Timed out"),
    ("CCOfferTimerStart", "Expires", "20", 20),
    # calls
    ("ChanSpyStart", "SpyeePriority", "1", "1"),
    ("ChannelTalkingStop", "Duration", "2340", 2340),
    ("DTMFBegin", "Digit", "#", "#"),
    ("DTMFEnd", "Digit", "5", "5"),
    ("DTMFEnd", "DurationMs", "120", 120),
    ("DialBegin", "DialString", "unknown", None),
    ("DialEnd", "DialStatus", "CHANUNAVAIL", "CHANUNAVAIL"),
    ("Hangup", "Cause", "0", 0),
    ("Hangup", "Cause-txt", "Unknown", None),
    ("Hangup", "TechCause", "486", 486),
    ("HangupRequest", "Cause", "-1", None),
    ("HangupRequest", "Cause", "16", 16),
    ("LocalBridge", "LocalOptimization", "Yes", True),
    ("LocalOptimizationEnd", "Success", "No", False),
    ("LocalOptimizationEnd", "Id", "7", 7),
    ("MCID", "MCallerIDNumValid", "1", True),
    ("MCID", "MCallerIDton", "33", 33),
    ("MCID", "MConnectedIDSubaddrOdd", "0", False),
    ("NewCallerid", "CID-CallingPres", "0 (Allowed)", "0 (Allowed)"),
    ("NewCallerid", "CallerIDNum", "<unknown>", None),
    ("NewCallerid", "CallerIDName", 'Say \\"hi\\"', 'Say "hi"'),
    ("NewConnectedLine", "ConnectedLineName", "a\\\\b", "a\\b"),
    ("Newchannel", "ChannelState", "0", 0),
    ("Newchannel", "ChannelStateDesc", "Dialing Offhook", "Dialing Offhook"),
    ("Newchannel", "AccountCode", "007", "007"),
    ("Newchannel", "Linkedid", "bridge-hold-729483", "bridge-hold-729483"),
    ("Newexten", "AppData", "", ""),
    ("Newexten", "Extension", "0015", "0015"),
    ("OriginateResponse", "Reason", "5", 5),
    ("OriginateResponse", "Response", "Failure", "Failure"),
    ("OriginateResponse", "Uniqueid", "<null>", None),
    ("OriginateResponse", "CallerIDName", "a\\nb", "a\\nb"),
    ("OriginateResponse", "ChanVariable(PJSIP/a-1)", "A=1\\n", {"A": "1\\n"}),
    ("SoftHangupRequest", "Cause", "32", 32),
    ("VarSet", "Channel", "none", None),
    ("VarSet", "Uniqueid", "none", None),
    ("VarSet", "Value", "", ""),
    ("VarSet", "Value", "one\\ntwo", "one\ntwo"),
    ("VarSet", "Variable", "DIALSTATUS", "DIALSTATUS"),
    # channels
    ("CoreShowChannel", "Duration", "00:00:03", 3),
    ("CoreShowChannel", "Duration", "100:00:01", 360001),
    ("CoreShowChannel", "Duration", "", None),
    ("CoreShowChannel", "Priority", "1", "1"),
    ("Status", "Seconds", "12", 12),
    ("Status", "TimeToHangup", "0", None),
    ("Status", "TimeToHangup", EPOCH, MOMENT),
    ("Status", "Callgroup", "9223372036854775808", 2**63),
    ("Status", "Nativeformats", "(ulaw|alaw)", "(ulaw|alaw)"),
    ("Status", "Nativeformats", "(nothing)", None),
    ("Status", "Application", "(null)", None),
    ("Status", "Variable", "A=(null)", {"A": ""}),
    ("StatusComplete", "Items", "0", 0),
    # conferences
    ("ConfbridgeJoin", "Muted", "Yes", True),
    ("ConfbridgeList", "Waiting", "No", False),
    ("ConfbridgeList", "AnsweredTime", "77", 77),
    ("ConfbridgeList", "CallerIDName", "<no name>", None),
    ("ConfbridgeList", "CallerIDName", "Zo\\'", "Zo'"),
    ("ConfbridgeListRooms", "Marked", "0", 0),
    ("ConfbridgeListRooms", "Conference", "0100", "0100"),
    ("ConfbridgeTalking", "TalkingStatus", "on", True),
    ("ConfbridgeTalking", "TalkingStatus", "off", False),
    # dahdi
    ("Alarm", "DAHDIChannel", "1", 1),
    ("Alarm", "Alarm", "Red Alarm", "Red Alarm"),
    ("DAHDIChannel", "DAHDIChannel", "pseudo", "pseudo"),
    ("DAHDIChannel", "DAHDIGroup", "9223372036854775808", 2**63),
    ("DAHDIShowChannels", "DND", "Disabled", False),
    ("DAHDIShowChannels", "SignallingCode", "-1", -1),
    ("DNDState", "Status", "enabled", True),
    # databases
    ("DBGetResponse", "Val", "", ""),
    ("DBGetTreeResponse", "Val", "<unknown>", "<unknown>"),
    # dialplans
    ("ExtensionStatus", "Status", "-1", -1),
    ("ExtensionStatus", "StatusText", "InUse&Ringing", "InUse&Ringing"),
    ("ExtensionStatus", "Hint", "None", None),
    ("ListDialplan", "Priority", "hint", "hint"),
    ("ListDialplan", "Priority", "1", "1"),
    ("ListDialplan", "AppData", "(null)", None),
    ("ShowDialPlanComplete", "ListPriorities", "12", 12),
    # faxes
    ("FAXSession", "ErrorCorrectionMode", "no", False),
    ("FAXSession", "ErrorCorrectionMode", "Yes", True),
    ("FAXSession", "ImageResolution", "8031x3850", "8031x3850"),
    ("FAXSession", "DataRate", "14400", 14400),
    ("FAXSessionsEntry", "SessionType", "none", None),
    ("FAXSessionsEntry", "Files", "/a.tif,/b.tif", ("/a.tif", "/b.tif")),
    ("FAXStats", "FailedFAXes", "0", 0),
    # iax
    ("PeerEntry", "Dynamic", "yes", True),
    ("PeerEntry", "ACL", "no", False),
    ("PeerEntry", "IPaddress", "-none-", None),
    ("PeerEntry", "IPaddress", "(null)", None),
    ("PeerEntry", "IPport", "0", None),
    ("PeerEntry", "IPport", "4569", 4569),
    ("PeerEntry", "Encryption", "No", None),
    ("PeerEntry", "Status", "OK (12 ms)", "OK (12 ms)"),
    ("RegistryEntry", "DNSmanager", "N", False),
    ("RegistryEntry", "Perceived", "<Unregistered>", None),
    ("RegistryEntry", "RegistrationTime", "0", None),
    ("RegistryEntry", "RegistrationTime", EPOCH, MOMENT),
    ("RegistryEntry", "State", "Auth. Sent", "Auth. Sent"),
    # jabber
    ("JabberStatus", "Priority", "-1", -1),
    ("JabberStatus", "Status", "3", 3),
    # mailboxes
    ("MessageWaiting", "Waiting", "1", True),
    ("MessageWaiting", "Waiting", "0", False),
    ("MessageWaiting", "Old", "11", 11),
    ("VoicemailUserEntry", "SayCID", "Yes", True),
    ("VoicemailUserEntry", "VolumeGain", "0.00", 0.0),
    ("VoicemailUserEntry", "VoiceMailbox", "0100", "0100"),
    ("VoicemailUserEntry", "IMAPPort", "143", "143"),
    # media
    ("FAXStatus", "Status", "T.38 Negotiated", "T.38 Negotiated"),
    ("RTCPReceived", "RTT", "0.0125", 0.0125),
    ("RTCPReceived", "PT", "200(SR)", "200(SR)"),
    ("RTCPReceived", "SSRC", "0x00000010", "0x00000010"),
    ("RTCPReceived", "SentNTP", f"{EPOCH}.500000", MOMENT.replace(microsecond=500000)),
    ("RTCPReceived", "Report0LSR", "0", None),
    ("RTCPSent", "Report0DLSR", "0.0000", 0.0),
    ("RTCPSent", "Report0CumulativeLost", "16777215", 16777215),
    ("RTCPSent", "MES", " 9.5", 9.5),
    ("SendFAX", "PagesTransferred", "", None),
    ("SendFAX", "TransferRate", "9600", 9600),
    # meetme
    ("MeetmeJoin", "Duration", "4", 4),
    ("MeetmeLeave", "Duration", "61", 61),
    ("MeetmeList", "Muted", "By self", "By self"),
    ("MeetmeList", "Talking", "Not monitored", "Not monitored"),
    ("MeetmeList", "CallerIDName", "<no name>", None),
    ("MeetmeListRooms", "Activity", "01:02:03", 3723),
    ("MeetmeListRooms", "Marked", "0003", 3),
    ("MeetmeListRooms", "Marked", "N/A", None),
    ("MeetmeMute", "Status", "off", False),
    ("MeetmeMute", "Meetme", "0100", "0100"),
    # mixing
    ("BridgeEnter", "BridgeType", "stasis", "stasis"),
    ("BridgeMerge", "ToBridgeNumChannels", "3", 3),
    # mobiles
    ("MobileStatus", "Status", "Disconnect", "Disconnect"),
    # mwi
    ("MWIGet", "NewMessages", "2", 2),
    # parking
    ("ParkedCall", "ParkingSpace", "701", "701"),
    ("ParkedCall", "ParkingTimeout", "18446744073709551615", 2**64 - 1),
    ("ParkedCall", "ParkingDuration", "9", 9),
    ("ParkedCall", "ParkeeConnectedLineNum", "<unknown>", None),
    ("ParkedCallTimeOut", "CallerIDName", "a\\b", "a\\b"),
    ("ParkedCallsComplete", "Total", "1", 1),
    ("Parkinglot", "StartSpace", "701", 701),
    # pjsip
    ("AorDetail", "QualifyTimeout", "3.000000", 3.0),
    ("AorDetail", "RemoveExisting", "true", True),
    ("AorDetail", "Contacts", "a/sip:a@x,a/sip:b@x", ("a/sip:a@x", "a/sip:b@x")),
    ("AuthDetail", "Password", "0815", "0815"),
    ("ContactList", "ExpirationTime", EPOCH, MOMENT),
    ("ContactList", "ExpirationTime", "0", None),
    ("ContactList", "PruneOnBoot", "yes", True),
    ("ContactList", "Qualify2xxOnly", "false", False),
    ("ContactList", "RoundtripUsec", "N/A", None),
    ("ContactList", "ViaPort", "0", None),
    ("ContactStatus", "RoundtripUsec", "0", None),
    ("ContactStatus", "RoundtripUsec", "1834", 1834),
    ("ContactStatus", "ContactStatus", "NonQualified", "NonQualified"),
    ("ContactStatusDetail", "QualifyTimeout", "3.000", 3.0),
    ("ContactStatusDetail", "AuthenticateQualify", "0", False),
    ("ContactStatusDetail", "RegExpire", "0", None),
    ("EndpointDetail", "100rel", "yes", "yes"),
    ("EndpointDetail", "Acl", "deny/permit", "deny/permit"),
    ("EndpointDetail", "ActiveChannels", "", None),
    ("EndpointDetail", "Allow", "(nothing)", None),
    ("EndpointDetail", "CallGroup", "1, 2-4", ("1", "2-4")),
    ("EndpointDetail", "DeviceState", "Not in use", "Not in use"),
    ("EndpointDetail", "DtlsVerify", "Yes", "Yes"),
    ("EndpointDetail", "MediaEncryption", "no", "no"),
    ("EndpointDetail", "OutgoingCallOfferPref", "unknown", None),
    ("EndpointDetail", "StirShaken", "off", "off"),
    ("EndpointDetail", "TosAudio", "184", 184),
    ("EndpointDetail", "Webrtc", "no", False),
    ("InboundSubscriptionDetail", "Callerid", "Unknown", None),
    ("InboundSubscriptionDetail", "State", "NULL", "NULL"),
    ("OutboundRegistrationDetail", "Line", "true", True),
    ("OutboundRegistrationDetail", "NextReg", "0", None),
    ("OutboundRegistrationDetailComplete", "NotRegistered", "1", 1),
    ("PJSIPMaintenanceStatus", "Status", "disabled", False),
    ("TransportDetail", "Cipher", "AES256-SHA, AES128-SHA", ("AES256-SHA", "AES128-SHA")),
    ("TransportDetail", "Method", "tlsv1_2", "tlsv1_2"),
    ("TransportDetail", "VerifyServer", "No", False),
    # queues
    ("QueueCallerAbandon", "HoldTime", "30", 30),
    ("QueueEntry", "CallerIDName", "unknown", None),
    ("QueueEntry", "Priority", "0", 0),
    ("QueueEntry", "Wait", "12", 12),
    ("QueueMember", "LastCall", "0", None),
    ("QueueMember", "LastCall", EPOCH, MOMENT),
    ("QueueMember", "LoginTime", EPOCH, MOMENT),
    ("QueueMember", "Paused", "1", True),
    ("QueueMember", "IsInCall", "0", False),
    ("QueueMember", "Status", "5", 5),
    ("QueueMemberPause", "PausedReason", "", None),
    ("QueueMemberPause", "Reason", "lunch", "lunch"),
    ("QueueMemberRinginuse", "Ringinuse", "0", False),
    ("QueueMemberStatus", "Membership", "realtime", "realtime"),
    ("QueueParams", "ServicelevelPerf", "0.0", 0.0),
    ("QueueParams", "ServicelevelPerf2", "87.5", 87.5),
    ("QueueParams", "Strategy", "rrmemory", "rrmemory"),
    ("QueueSummary", "LongestHoldTime", "0", 0),
    # recordings
    ("MixMonitorMute", "State", "1", True),
    ("MixMonitorMute", "Direction", "both", "both"),
    # security
    ("ChallengeResponseFailed", "Response", "000000", "000000"),
    ("ChallengeSent", "Challenge", "0284901021", "0284901021"),
    ("ChallengeSent", "EventTV", "2026-11-22T20:30:57.000+0000", MOMENT),
    ("ChallengeSent", "EventTV", "2026-11-22T21:30:57.000+0100", MOMENT),
    ("ChallengeSent", "EventVersion", "1", 1),
    ("FailedACL", "SessionTV", "1970-01-01T00:00:00.000+0000", None),
    ("FailedACL", "SessionID", "0x7f2e8c0", "0x7f2e8c0"),
    ("SuccessfulAuth", "UsingPassword", "1", True),
    # sip
    ("PeerStatus", "Time", "-1", None),
    ("PeerStatus", "Time", "34", 34),
    ("PeerStatus", "Cause", "Expired", "Expired"),
    ("PeerStatus", "PeerStatus", "Lagged", "Lagged"),
    ("Registry", "Status", "No Authentication", "No Authentication"),
    ("SessionTimeout", "Source", "RTPTimeout", "RTPTimeout"),
    # skinny
    ("DeviceEntry", "NumberOfLines", "2", (2,)),
    ("LineEntry", "Device", "None", ("None",)),
    # spans
    ("DAHDIShowStatus", "CRC", "-1", -1),
    ("DAHDIShowStatus", "Coding", "Unk", None),
    ("PRIShowSpans", "Alarm", "No", False),
    ("PRIShowSpans", "Order", "<Unknown>", None),
    # states
    ("DeviceStateChange", "State", "NOT_INUSE", "NOT_INUSE"),
    ("PresenceStateChange", "Status", "not_set", "not_set"),
    ("PresenceStateChange", "Message", "At \\'lunch\\'", "At 'lunch'"),
    ("PresenceStatus", "Message", "C:\\new", "C:\\new"),
    # systems
    ("FullyBooted", "Status", "Fully Booted", "Fully Booted"),
    ("FullyBooted", "Uptime", "0", 0),
    ("Load", "Status", "Decline", "Decline"),
    ("LogChannel", "Enabled", "No", False),
    ("LogChannel", "Reason", "28 - No space left on device", "28 - No space left on device"),
    ("Reload", "Status", "0", 0),
    ("Shutdown", "Restart", "False", False),
    # testing
    ("TestEvent", "AppLine", "815", 815),
    # transfers
    ("AttendedTransfer", "IsExternal", "Yes", True),
    ("AttendedTransfer", "OrigBridgeNumChannels", "2", 2),
    ("BlindTransfer", "Result", "Not Permitted", "Not Permitted"),
    ("BlindTransfer", "Extension", "0100", "0100"),
    # userevents
    ("UserEvent", "UserEvent", "0815", "0815"),
    ("UserEvent", "Uniqueid", "", None),
    # voicemails
    ("MiniVoiceMail", "Mailbox", "Unknown", None),
    ("MiniVoiceMail", "Counter", "007", "007"),
    ("VoicemailBoxDetail", "Duration", "9", 9),
    ("VoicemailBoxDetail", "Duration", "", None),
    ("VoicemailPasswordChange", "NewPassword", "0000", "0000"),
    ("VoicemailUserDetail", "MaxMessageLength", "180", 180),
    ("VoicemailUserDetail", "VolumeGain", "-1.50", -1.5),
]


@pytest.mark.parametrize(("event", "header", "text", "value"), ROWS)
def test_a_text_becomes_a_value(event: str, header: str, text: str, value: Any) -> None:
    told, got = _read(event, header, text)
    assert (type(got), got) == (type(value), value)
    assert told.issues == ()


def test_no_row_is_there_twice() -> None:
    assert len({row[:3] for row in ROWS}) == len(ROWS)


def test_every_area_has_a_row() -> None:
    def area(event: str) -> str:
        return EVENTS[event].__module__.rpartition(".")[2]

    fieldless = {"sessions"}
    assert {area(row[0]) for row in ROWS} == {area(event) for event in EVENTS} - fieldless


# --- several headers, and texts that do not fit -------------------------------------------


@pytest.mark.parametrize(
    ("event", "header", "texts", "value"),
    [
        ("SendFAX", "FileName", ("/a.tif", "/b.tif"), ("/a.tif", "/b.tif")),
        ("TestEvent", "State", ("CONF_START", "on"), ("CONF_START", "on")),
        ("EndpointList", "Contacts", ("a/sip:1,", "b/sip:2,"), ("a/sip:1,", "b/sip:2,")),
        ("DeviceEntry", "NumberOfLines", ("1", "2"), (1, 2)),
        ("Newchannel", "ChanVariable", ("A=1", 'B=\\"2\\"'), {"A": "1", "B": '"2"'}),
        ("DialBegin", "DestChanVariable", ("A=", "B=x=y"), {"A": "", "B": "x=y"}),
        ("Rename", "ChanVariable(a-1)", ("A=\\n", "B=2"), {"A": "\\n", "B": "2"}),
        ("Status", "Variable", ("A=(null)", "B=0"), {"A": "", "B": "0"}),
    ],
)
def test_headers_of_one_name_become_one_value(
    event: str, header: str, texts: tuple[str, ...], value: Any
) -> None:
    told, got = _read(event, header, *texts)
    assert got == value
    assert told.issues == ()


@pytest.mark.parametrize(
    ("event", "header", "text"),
    [
        ("Agents", "CallStarted", f"{EPOCH}\nLoggedInTime: {EPOCH}"),
        ("ChannelTalkingStop", "Duration", "00:00:03"),
        ("CoreShowChannel", "Duration", "2.5 s"),
        ("ConfbridgeList", "Waiting", "2"),
        ("DNDState", "Status", "Connect"),
        ("ExtensionStatus", "Status", "Idle"),
        ("OriginateResponse", "Reason", "caller"),
        ("QueueEntry", "Priority", "hint"),
        ("QueueMember", "LastCall", "yesterday"),
    ],
)
def test_what_does_not_fit_is_none_and_told(event: str, header: str, text: str) -> None:
    told, got = _read(event, header, text)
    assert got is None
    assert [(issue.header, issue.text) for issue in told.issues] == [(header, text)]


# --- one name, several types --------------------------------------------------------------


@dataclass(frozen=True)
class Differing:
    """A header whose type is not the same in all events that have it."""

    usual: str
    """The type of all events which are not named."""
    why: str
    others: dict[str, str] = field(default_factory=dict)
    """Any other type, to the events that have it."""


_SKINNY = "chan_skinny runs all its items together into one event"
_RAW = "these writers do not escape, the snapshot of a channel does"

DIFFERING = {
    "acl": Differing(
        "text",
        "the list's name for PJSIP, only whether there is one for SIP",
        {"bool": "PeerEntry"},
    ),
    "alarm": Differing("enum", "a PRI span only has one or not", {"bool": "PRIShowSpans"}),
    "aor": Differing("text", "an endpoint may have several", {"csv": "EndpointList"}),
    "appdata": Differing(
        "verbatim", "a priority without arguments may show (null)", {"text": "ListDialplan"}
    ),
    "calleridname": Differing(
        "text escaped",
        _RAW,
        {"text": "CEL MeetmeList OriginateResponse ParkedCallGiveUp ParkedCallTimeOut QueueEntry"},
    ),
    "callgroup": Differing(
        "int", "bits in Status, numbers and ranges in PJSIP", {"csv": "EndpointDetail"}
    ),
    "cause": Differing(
        "int", "a Q.850 code of a channel, words about a peer", {"text": "PeerStatus Registry"}
    ),
    "channeltype": Differing("text", _SKINNY, {"text repeated": "DeviceEntry LineEntry"}),
    "chanvariable": Differing("variables escaped", _RAW, {"variables": "OriginateResponse Rename"}),
    "commandid": Differing(
        "int", "the server's number, or what the client chose", {"text": "AsyncAGIExec"}
    ),
    "connectedlinename": Differing(
        "text escaped", _RAW, {"text": "MeetmeList ParkedCallGiveUp ParkedCallTimeOut QueueEntry"}
    ),
    "contacts": Differing(
        "csv", "one header for each address of record", {"text repeated": "EndpointList"}
    ),
    "dahdichannel": Differing(
        "int", "a call may be on pseudo or no-media", {"text": "DAHDIChannel"}
    ),
    "data": Differing(
        "verbatim", "a channel that runs no application shows (null)", {"text": "Status"}
    ),
    "device": Differing("text", _SKINNY, {"text repeated": "LineEntry"}),
    "duration": Differing(
        "int seconds",
        "a clock, milliseconds of speech, or seconds",
        {"clock seconds": "CoreShowChannel", "int milliseconds": "ChannelTalkingStop"},
    ),
    "filename": Differing(
        "text repeated", "a fax may be made of several, a session has one", {"text": "FAXSession"}
    ),
    "id": Differing(
        "text",
        "a message or contact has a name of letters, a local channel a number",
        {"int": "LocalOptimizationBegin LocalOptimizationEnd"},
    ),
    "ipaddress": Differing("text", _SKINNY, {"text repeated": "DeviceEntry"}),
    "logintime": Differing(
        "epoch", "when a member came, or how long an agent stayed", {"int seconds": "AgentLogoff"}
    ),
    "message": Differing(
        "text", "only this writer escapes", {"text escaped": "PresenceStateChange"}
    ),
    "muted": Differing("bool", "MeetMe says by whom", {"enum": "MeetmeList"}),
    "objectname": Differing("text", _SKINNY, {"text repeated": "DeviceEntry LineEntry"}),
    "peer": Differing("text", "all others in the bridge", {"csv": "CEL"}),
    "pickupgroup": Differing(
        "int", "bits in Status, numbers and ranges in PJSIP", {"csv": "EndpointDetail"}
    ),
    "priority": Differing(
        "text",
        "a place in the dialplan (or hint), a caller's rank in a queue, a rank in XMPP",
        {"int": "JabberStatus QueueEntry"},
    ),
    "reason": Differing(
        "text",
        "who ended a call, a code of Originate, or words",
        {"enum": "AgentComplete", "int": "OriginateResponse"},
    ),
    "response": Differing(
        "text", "a hash, or the outcome of Originate", {"enum": "OriginateResponse"}
    ),
    "result": Differing(
        "text",
        "words, AGI's answer as it is, or the outcome of a transfer",
        {"verbatim": "AsyncAGIExec", "enum": "AttendedTransfer BlindTransfer"},
    ),
    "ringtime": Differing(
        "int seconds", "the server divides in one only", {"int milliseconds": "AgentRingNoAnswer"}
    ),
    "service": Differing(
        "text", "a part of Asterisk, or a kind of call completion", {"enum": "CCAvailable"}
    ),
    "source": Differing(
        "text", "a caller's number, or which timer ran out", {"enum": "SessionTimeout"}
    ),
    "state": Differing(
        "enum",
        "whether sound is left out; points of a test",
        {"bool": "MixMonitorMute", "text repeated": "TestEvent"},
    ),
    "status": Differing(
        "enum",
        "a code, on or off, words with a measurement, or one of some words",
        {
            "bool": "DNDState MeetmeMute MeetmeTalkRequest MeetmeTalking PJSIPMaintenanceStatus",
            "int": (
                "ExtensionStatus JabberStatus QueueMember QueueMemberAdded QueueMemberPause "
                "QueueMemberPenalty QueueMemberRemoved QueueMemberRinginuse QueueMemberStatus "
                "Reload"
            ),
            "text": "FAXStatus FullyBooted PeerEntry",
        },
    ),
    "subtype": Differing(
        "text", "only this writer escapes", {"text escaped": "PresenceStateChange"}
    ),
    "talking": Differing("bool", "MeetMe may not listen for it", {"enum": "MeetmeList"}),
    "type": Differing(
        "text",
        "a channel's technology, models of phones, or always one word",
        {"text repeated": "DeviceEntry", "enum": "TestEvent"},
    ),
    "variable": Differing("text", "a name, or names with values", {"variables": "Status"}),
}
"""The header in small letters, and why its types differ."""


def _kind(one: EventField) -> str:
    words = ["enum" if one.enum is not None else one.type, one.unit or ""]
    words += ["escaped"] * one.escaped + ["repeated"] * one.repeat
    return " ".join(word for word in words if word)


def _kinds() -> Iterator[tuple[str, str, str]]:
    """Yield header, type and event, of each field of each event."""
    for name, (source, event) in SPEC.events.items():
        for use in expand(SPEC, source, ("events", name), event.groups, event.fields):
            yield use.wire.lower(), _kind(use.spec), name


def test_types_of_one_name_differ_only_where_that_is_meant() -> None:
    found: defaultdict[str, defaultdict[str, set[str]]]
    found = defaultdict(lambda: defaultdict(set))
    for header, kind, event in _kinds():
        found[header][kind].add(event)
    differing = {header: kinds for header, kinds in found.items() if len(kinds) > 1}
    assert differing.keys() == DIFFERING.keys()
    for header, meant in DIFFERING.items():
        others = {kind: set(events.split()) for kind, events in meant.others.items()}
        assert meant.usual in differing[header], header
        del differing[header][meant.usual]
        assert differing[header] == others, header
