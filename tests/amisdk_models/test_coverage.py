"""The spec has what Asterisk's documentation has, name by name.

`tests/data/ami-structure.json` holds the structure of the XML documentation of Asterisk 11 to 23
(its "about" tells more). Names are compared as the server does, without regard to case. Where the
spec differs on purpose, an exception says why. It names the place and what the spec has there, a
star standing for anything; one that is needed no more fails as well.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from amisdk_codegen.gather import expand, gather
from amisdk_codegen.load import load
from amisdk_codegen.model import ActionField, Enum, EventField, Spans, parse_versions

ROOT = Path(__file__).parents[2]
SPEC = gather(load(ROOT / "spec"))
Facts: TypeAlias = dict[str, dict[str, Any]]
FACTS: Facts = json.loads((ROOT / "tests" / "data" / "ami-structure.json").read_text("utf-8"))
KINDS = ("actions", "events")
Majors: TypeAlias = frozenset[int]

# --- differences on purpose ---------------------------------------------------------------

OTHER_NAMES = {
    "AOCMessage.UnitAmount(0)": "Units",  # a mapping of such headers, (0) to (31)
    "AOCMessage.UnitType(0)": "Units",
    "InvalidPassword.RecievedHash": "ReceivedHash",  # a misspelling; the server never sent it
    "JabberSend.JID": "ScreenName",  # what the server really reads
    "TransportDetail.AsycOperations": "AsyncOperations",  # a misspelling
    "UserEvent.Header1": "Headers",  # a mapping of headers of one's own
    "UserEvent.HeaderN": "Headers",
}
"""Headers that have another name in the spec than in the documentation."""

NUMBERS = {"-XXXXXX": "-000000", "ReportX": "Report0"}
"""How the documentation writes numbers in names, and what the server writes there."""

FILES = {
    "confbridge_manager": "app_confbridge",
    "dialplan_functions": "chan_pjsip",
    "parking_manager": "res_parking",
    "pjsip_manager": "res_pjsip",
}
"""Source files that the documentation takes for modules, and the modules that they are part of."""

MISSING = {
    "AOC-S.RateType: missing": "part of the header's name, as in (null)(0)/Flat/Currency/Name",
    "AOC-S.StepFunction: missing": "a value of ChargingType",
    "ResourceListDetail.Event: missing": "the second header of this name in the message",
}

READ = "the server reads it"
SENT = "the server sends it"
UNDOCUMENTED = {
    "ListCategories.Match: 12-23": READ,
    "MixMonitorMute.MixMonitorID: 18, 20-23": READ,
    "QueueAdd.Wrapuptime: 16-23": READ,
    "*ChanVariable: *": "channels have it where manager.conf names channelvars",
    "*Tenantid: 18, 20-23": "channels have it where a tenant is set",
    "*.EventList: *": "the ends of lists have it",
    "*.ListItems: *": "the ends of lists have it",
    **dict.fromkeys(
        (
            "AttendedTransfer.IsExternal: 12-23",
            "CEL.Channel: 12-23",
            "CEL.TenantID: 18, 20-23",
            "CEL.UserDefType: 12-23",
            "ConfbridgeList.EndMarkedAny: 16, 18-23",
            "EndpointDetail.ContactUser: 13-23",
            "EndpointDetail.FollowRedirectMethods: 20, 22-23",
            "EndpointDetail.SecurityMechanisms: 18, 20-23",
            "HangupRequest.TechCause: 20, 22-23",
            "LogChannel.Enabled: 12-23",
            "LogChannel.Reason: 12-23",
            "MeetmeJoin.Duration: 12-23",
            "OutboundRegistrationDetail.SecurityMechanisms: 18, 20-23",
            "QueueParams.Queue: 11-23",
            "QueueParams.ServiceLevel: 11-23",
            "QueueParams.Weight: 11-23",
            "RTCPReceived.MES: 18, 20-23",
            "RTCPReceived.To: 12-23",
            "RTCPSent.From: 12-23",
            "RTCPSent.MES: 18, 20-23",
            "Rename.Channel: 12-23",
            "Rename.Newname: 12-23",
            "Rename.Uniqueid: 12-23",
            "SoftHangupRequest.TechCause: 20, 22-23",
            "Status.Variable: 12-23",
        ),
        SENT,
    ),
}

SOONER = "sent before it was documented"
OWNER_SPANS = {
    **dict.fromkeys(
        (
            "AorDetail: 12-23",
            "AuthDetail: 12-23",
            "BridgeInfoChannel: 12-23",
            "BridgeInfoComplete: 12-23",
            "BridgeMerge: 12-23",
            "CEL: 12-23",
            "Cdr: 12-23",
            "ConfbridgeList: 11-23",
            "ConfbridgeListRooms: 11-23",
            "CoreShowChannelsComplete: 11-23",
            "DTMFBegin: 12-23",
            "DTMFEnd: 12-23",
            "EndpointDetail: 12-23",
            "EndpointDetailComplete: 12-23",
            "EndpointList: 12-23",
            "EndpointListComplete: 12-23",
            "IdentifyDetail: 12-23",
            "InboundRegistrationDetail: 12-23",
            "InboundSubscriptionDetail: 12-23",
            "LogChannel: 12-23",
            "MeetmeList: 11-23",
            "MeetmeListRooms: 11-23",
            "OutboundRegistrationDetail: 12-23",
            "OutboundSubscriptionDetail: 12-23",
            "QueueEntry: 11-23",
            "QueueParams: 11-23",
            "Rename: 12-23",
            "ResourceListDetail: 13-23",
            "StatusComplete: 11-23",
            "TransportDetail: 12-23",
        ),
        SOONER,
    ),
    "AgentsComplete: 11-23": "chan_agent sent it in 11, when no event was documented",
    "HangupHandler*: 13, 16-23": "a wrong comparison in the source keeps the others from sending",
}

SENT_SOONER = {
    "AgentLogoff": {"12-23": "*"},
    "AorDetail": {"12-23": "Contacts", "13-23": "QualifyTimeout VoicemailExtension"},
    "AorList": {"13-23": "QualifyTimeout VoicemailExtension", "16-23": "Contacts"},
    "AttendedTransfer": {"12-23": "TransferTarget*"},
    "AuthDetail": {"17-23": "OauthClientid OauthSecret RefreshToken"},
    "AuthList": {"17-23": "OauthClientid OauthSecret RefreshToken"},
    "EndpointDetail": {
        "12-23": "DtlsFingerprint",
        "13-23": """Acl AsymmetricRtpCodec BindRtpToMediaAddress ContactAcl FaxDetectTimeout
            G726NonStandard IncomingMwiMailbox MwiSubscribeReplacesUnsolicited
            NotifyEarlyInuseRinging ReferBlindProgress RpidImmediate RtcpMux RtpKeepalive
            RtpTimeout RtpTimeoutHold VoicemailExtension""",
        "13, 15-23": "AcceptMultipleSdpAnswers FollowEarlyMediaFork SuppressQ850ReasonHeaders",
        "13, 16-23": "Ignore183WithoutSdp SendHistoryInfo",
        "15-23": "Bundle DtlsAutoGenerateCert MaxAudioStreams MaxVideoStreams Webrtc",
        "16, 18-23": """AllowUnauthenticatedOptions GeolocIncomingCallProfile
            GeolocOutgoingCallProfile StirShaken StirShakenProfile""",
        "18-23": "CodecPrefs* IncomingCallOfferPref OutgoingCallOfferPref",
        "18, 20-23": "SecurityNegotiation SendAoc Tenantid",
    },
    "EndpointList": {"12-23": "Contacts"},
    "IdentifyDetail": {"13-23": "MatchHeader SrvLookups", "18, 20-23": "MatchRequestUri"},
    "Status": {"12-23": "EffectiveConnectedLineNum EffectiveConnectedLineName"},
    "TransportDetail": {
        "13-23": "AllowReload SymmetricTransport",
        "16, 18-23": "AllowWildcardCerts",
        "18, 20-23": "TcpKeepalive*",
    },
}
"""Event, what the spec says of a header's versions, and the headers."""

HEADER_SPANS = {
    "*Linkedid: 13-23": "12 does not send it",
    "*Bridge*VideoSource*: 13-23": "12 does not send it",
    "ChanSpyStop.Spyee*: 16, 18-23": "the others only send the channel that listens",
    "EndpointDetail.RedirectMethod: 20-23": "before 20 the server had no text for it",
    "Login.*: 11-23": "read before it was documented",
    "UpdateConfig.Options-000000: 11-23": "columns have no versions; its doc says, from 12 on",
    "Meetme*.User: 12-23": "12 and 14 send this, though they document Usernum",
    **{
        f"{owner}.{name}: {span}": SOONER
        for owner, spans in SENT_SOONER.items()
        for span, names in spans.items()
        for name in names.split()
    },
}

REQUIRED = {
    "BlindTransfer.Exten: required": "an Error without it",
    "CoreShowChannelMap.Channel: required": "an Error without it",
    "ExtensionState.Context: optional": "the server takes the context default",
    "Filter.Operation: required": "an Error without it",
    "MixMonitorMute.Direction: required": "an Error without it",
    "MixMonitorMute.State: required": "an Error without it",
    "Setvar.Value: optional": "the server sets an empty value",
    "UpdateConfig.Action-000000: required": "a change begins with it",
    "UpdateConfig.Cat-000000: required": "an Error without it",
    "WaitEvent.Timeout: optional": "the server waits without an end",
}

ANY = "the documentation lists examples or describes a form"
VALUES = {
    "AOC-S.Unit: *": "Octect was a misspelling",
    "Events.EventMask: *": ANY,
    "Filter.MatchCriteria: text": ANY,
    "Login.Events: *": ANY,
    "ModuleLoad.Module: text": ANY,
    "PJSIPHangup.Cause: text": ANY,
    "UpdateConfig.Options-000000: text": "documented with the values of Action, by mistake",
}

CLASSES = {
    "CEL: call": "the server sends it in class call",
    "ChannelTalkingSt*: call": "documented in class class",
    "VoicemailPasswordChange: system, user": "the server wants both",
}

MODULES = {
    "AgentsComplete: app_agent_pool, chan_agent": "chan_agent sent it in 11",
    "ContactStatusDetail: res_pjsip, res_pjsip_registrar": "the registrar lists contacts, too",
    "IdentifyDetail: res_pjsip_endpoint_identifier_ip": "what formats it is no part of res_pjsip",
}

SEEN_ON_THE_WIRE = """
BridgeListComplete BridgeListItem BridgeTechnologyListComplete BridgeTechnologyListItem
ChannelHungup ChannelsHungupListComplete ConfbridgeListComplete ConfbridgeListRoomsComplete
ContactStatusDetailComplete CoreShowChannelMap DBGetComplete DBGetResponse DBGetTreeComplete
DBGetTreeResponse InboundRegistrationDetailComplete InboundSubscriptionDetailComplete ListDialplan
OutboundRegistrationDetailComplete OutboundSubscriptionDetailComplete PJSIPMaintenanceStatusComplete
ParkedCallsComplete Parkinglot ParkinglotsComplete PeerEntry PeerlistComplete QueueMember
QueueStatusComplete QueueSummary QueueSummaryComplete RegistrationsComplete RegistryEntry
ShowDialPlanComplete TestEvent VoicemailBoxDetailComplete VoicemailUserDetail
VoicemailUserDetailComplete VoicemailUserEntry VoicemailUserEntryComplete WaitEventComplete
""".split()  # noqa: SIM905
"""Undocumented events that real servers were seen to send."""

IN_THE_SOURCE = """
CCAvailable CCCallerRecalling CCCallerStartMonitoring CCCallerStopMonitoring CCFailure
CCMonitorFailed CCOfferTimerStart CCRecallComplete CCRequestAcknowledged CCRequested
DAHDIShowChannels DAHDIShowChannelsComplete DAHDIShowStatus DAHDIShowStatusComplete DeviceEntry
DevicelistComplete JabberStatus LineEntry LinelistComplete MeetmeListComplete
MeetmeListRoomsComplete MobileStatus PRIShowSpans PRIShowSpansComplete ResourceListDetailComplete
SIPpeerstatusComplete VoicemailBoxDetail
""".split()  # noqa: SIM905
"""Undocumented events that the servers' source sends."""

# --- what the spec has, and what is documented --------------------------------------------

TRUTH = ("yes", "no", "true", "false", "on", "off", "1", "0")


@dataclass
class Header:
    """A header of the spec, or all that are documented under one name."""

    wire: str
    majors: Majors
    kinds: set[str]
    values: set[str]
    """Of its enumeration, and those that mean "no value"."""
    words: set[str]
    """For true and false, in lower case."""
    required: bool = False
    default: str | None = None

    def takes(self, value: str) -> bool:
        """Tell whether a value is a known one, or fits the type."""
        number = "int" in self.kinds and value.lstrip("-").isdigit()
        truth = "bool" in self.kinds and value.lower() in self.words
        return value in self.values or number or truth

    def __str__(self) -> str:
        return " ".join(sorted(self.values)) or " ".join(sorted(self.kinds))


@dataclass
class Fact:
    """A header of the documentation, under all its spellings."""

    names: list[str]
    majors: Majors
    required: Majors
    """The majors whose documentation requires it."""
    default: str | None
    values: set[str]


def owners(kind: str) -> dict[str, str]:
    """Return the actions or events of the spec by their names in lower case."""
    return {name.lower(): name for name in getattr(SPEC, kind)}


def majors_of(kind: str, owner: str) -> Majors:
    return _flat(getattr(SPEC, kind)[owner][1].versions)


def headers(kind: str, owner: str) -> list[Header]:
    """Return the headers of an action or event; those of a record as its first ones."""
    source, one = getattr(SPEC, kind)[owner]
    majors = majors_of(kind, owner)
    if kind == "events":
        uses = expand(SPEC, source, (kind, owner), one.groups, one.fields)
        found = [_event_header(use.wire, use.spec, _flat(use.versions) or majors) for use in uses]
        return [*found, Header("ActionID", majors, {"text"}, set(), set())]
    return [
        header
        for wire, field in one.fields.items()
        for header in _action_headers(wire, field, _flat(field.versions) or majors)
    ]


def _event_header(wire: str, field: EventField, majors: Majors) -> Header:
    values = _values(field.enum) | set(field.absent)
    return Header(wire, majors, {field.type}, values, _words(field.words))


def _action_headers(wire: str, field: ActionField, majors: Majors) -> Iterator[Header]:
    for column, cell in (field.columns or {}).items():
        values = _values(cell.enum)
        yield Header(f"{column}-000000", majors, {"text"}, values, set(), cell.required)
    if not field.columns:
        default = None if field.default is None else str(field.default)
        values, words = _values(field.enum), _words(field.words)
        yield Header(wire, majors, {field.type}, values, words, field.required, default)


def _values(enum: Enum) -> set[str]:
    return set(SPEC.enums[enum][1].values if isinstance(enum, str) else enum or ())


def _words(words: list[str] | None) -> set[str]:
    return {word.lower() for word in words or TRUTH}


def documented_as(wire: str) -> set[str]:
    """Return the names, in lower case, under which a header of the spec is documented.

    The documentation names the parts of Charge/Currency/Name, each by itself.
    """
    return {re.sub(r"\(\d+\)$", "", part).lower() for part in wire.split("/")} | {wire.lower()}


def by_documented_name(kind: str, owner: str) -> dict[str, Header]:
    """Return the headers of an action or event by the names that documentation has for them."""
    found: dict[str, Header] = {}
    for header in headers(kind, owner):
        for name in documented_as(header.wire):
            if (old := found.get(name)) is None:
                found[name] = header
            else:
                found[name] = replace(
                    old,
                    kinds=old.kinds | header.kinds,
                    values=old.values | header.values,
                    words=old.words | header.words,
                )
    return found


def facts_of(owner: str, fact: dict[str, Any]) -> dict[str, Fact]:
    """Return the documented headers of an action or event, by their names in the spec."""
    found: dict[str, Fact] = {}
    for name, told in fact["fields"].items():
        key = OTHER_NAMES.get(f"{owner}.{name}", name)
        for placeholder, number in NUMBERS.items():
            key = key.replace(placeholder, number)
        majors = _majors(told.get("versions", fact["versions"]))
        required = told.get("required", False)
        one = found.setdefault(key.lower(), Fact([], frozenset(), frozenset(), None, set()))
        one.names.append(name)
        one.majors |= majors
        one.required |= majors if required is True else _majors(required) if required else set()
        one.default = told.get("default", one.default)
        one.values |= set(told.get("enum", ()))
    return found


def _majors(text: str) -> Majors:
    return _flat(parse_versions(text))


def _flat(spans: Spans | None) -> Majors:
    return frozenset(major for first, last in spans or () for major in range(first, last + 1))


def _shown(majors: Majors) -> str:
    """Write majors as the spec does."""
    firsts = sorted(major for major in majors if major - 1 not in majors)
    lasts = sorted(major for major in majors if major + 1 not in majors)
    spans = zip(firsts, lasts, strict=True)
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


# --- the comparison -----------------------------------------------------------------------


class Difference(NamedTuple):
    """Something that the spec and the documentation tell differently."""

    place: str
    here: str
    documented: str

    @property
    def found(self) -> str:
        """The place and what the spec has there, as an exception names them."""
        return f"{self.place}: {self.here}"

    def __str__(self) -> str:
        return f"{self.found}; documented: {self.documented}"


Differences: TypeAlias = Iterator[Difference]


class Pair(NamedTuple):
    """An action or event of the documentation, and its name in the spec."""

    kind: str
    name: str
    fact: dict[str, Any]
    here: str


class HeaderPair(NamedTuple):
    """A header of the documentation, and the spec's."""

    of: Pair
    place: str
    fact: Fact
    header: Header | None


def pairs(facts: Facts) -> Iterator[Pair]:
    """Yield what both have."""
    for kind in KINDS:
        known = owners(kind)
        for name, fact in facts[kind].items():
            if name.lower() in known:
                yield Pair(kind, name, fact, known[name.lower()])


def header_pairs(facts: Facts) -> Iterator[HeaderPair]:
    """Yield each documented header, with the spec's if it has one."""
    for pair in pairs(facts):
        known = by_documented_name(pair.kind, pair.here)
        for name, fact in facts_of(pair.name, pair.fact).items():
            header = known.get(name)
            shown = header.wire if header and "/" not in header.wire else fact.names[-1]
            yield HeaderPair(pair, f"{pair.name}.{shown}", fact, header)


def missing(facts: Facts) -> Differences:
    """Find what is documented and not in the spec."""
    for kind in KINDS:
        for name in facts[kind]:
            if name.lower() not in owners(kind):
                yield Difference(name, "missing", kind)
    for pair in header_pairs(facts):
        if pair.header is None:
            yield Difference(pair.place, "missing", _shown(pair.fact.majors))


def undocumented(facts: Facts) -> Differences:
    """Find headers of documented actions and events which are not documented themselves."""
    for pair in pairs(facts):
        known = facts_of(pair.name, pair.fact).keys()
        for header in headers(pair.kind, pair.here):
            if not known & documented_as(header.wire) and header.wire != "ActionID":
                yield Difference(f"{pair.here}.{header.wire}", _shown(header.majors), "nowhere")


def spans_of_owners(facts: Facts) -> Differences:
    """Find actions and events that are there in other versions than documented."""
    for pair in pairs(facts):
        here = majors_of(pair.kind, pair.here)
        if here != _majors(pair.fact["versions"]):
            yield Difference(pair.here, _shown(here), pair.fact["versions"])


def spans_of_headers(facts: Facts) -> Differences:
    """Find headers that are there in other versions, of those that both give to the owner."""
    for pair in header_pairs(facts):
        if pair.header is not None:
            here, there = pair.header.majors, pair.fact.majors
            both = majors_of(pair.of.kind, pair.of.here) & _majors(pair.of.fact["versions"])
            if here & both != there & both:
                yield Difference(pair.place, _shown(here), _shown(there))


def required(facts: Facts) -> Differences:
    """Find headers that are required here, or in the documentation of every version."""
    for pair in header_pairs(facts):
        if pair.header is not None:
            always = pair.fact.required == _majors(pair.of.fact["versions"])
            if pair.header.required != always:
                words = {True: "required", False: "optional"}
                yield Difference(pair.place, words[pair.header.required], words[always])


def defaults(facts: Facts) -> Differences:
    """Find documented defaults that the spec does not have."""
    for pair in header_pairs(facts):
        if pair.header is not None and pair.fact.default not in (None, pair.header.default):
            yield Difference(pair.place, str(pair.header.default), str(pair.fact.default))


def values(facts: Facts) -> Differences:
    """Find documented values that a header neither lists nor takes by its type."""
    for pair in header_pairs(facts):
        if pair.header is not None:
            lacking = sorted(one for one in pair.fact.values if not pair.header.takes(one))
            if lacking:
                yield Difference(pair.place, str(pair.header), " ".join(lacking))


def classes(facts: Facts) -> Differences:
    """Find events of other classes; those that come only in replies have none."""
    in_replies = set(_events_of_replies())
    for pair in pairs(facts):
        if pair.kind == "events":
            here = SPEC.events[pair.here][1].class_
            only_in_replies = not here and pair.here in in_replies
            if sorted(here) != sorted(pair.fact["class"]) and not only_in_replies:
                yield _lists(pair.here, here, pair.fact["class"])


def _events_of_replies() -> Iterator[str]:
    for _, action in SPEC.actions.values():
        if action.reply.list is not None:
            yield from (*action.reply.list.items, action.reply.list.end)
        if action.reply.event is not None:
            yield action.reply.event


def modules(facts: Facts) -> Differences:
    """Find actions and events of other modules. Some are documented without any."""
    for pair in pairs(facts):
        here = getattr(SPEC, pair.kind)[pair.here][1].module
        there = {FILES.get(module, module) for module in pair.fact["modules"]}
        if there and set(here) != there:
            yield _lists(pair.here, here, sorted(there))


def replies(facts: Facts) -> Differences:
    """Find lists of other items, or with another end."""
    for pair in pairs(facts):
        items, end = pair.fact.get("list_events"), pair.fact.get("complete_event")
        if items or end:
            here = SPEC.actions[pair.here][1].reply.list
            found = [*sorted(here.items), here.end] if here is not None else []
            if found != [*sorted(items or ()), end]:
                yield _lists(pair.here, found, [*(items or ()), str(end)])


def _lists(place: str, here: list[str], there: list[str]) -> Difference:
    return Difference(place, ", ".join(sorted(here)) or "none", ", ".join(there))


Check: TypeAlias = Callable[[Facts], Differences]
CHECKS: list[tuple[Check, Mapping[str, str]]] = [
    (missing, MISSING),
    (undocumented, UNDOCUMENTED),
    (spans_of_owners, OWNER_SPANS),
    (spans_of_headers, HEADER_SPANS),
    (required, REQUIRED),
    (defaults, {}),
    (values, VALUES),
    (classes, CLASSES),
    (modules, MODULES),
    (replies, {}),
]


def report(found: Iterable[Difference], exceptions: Mapping[str, str]) -> list[str]:
    """List the differences without an exception, and the exceptions without a difference."""
    differences = list(found)
    unexplained = [
        str(one)
        for one in differences
        if not any(fnmatchcase(one.found, place) for place in exceptions)
    ]
    unneeded = [
        f"{place}: this exception is needed no more ({why})"
        for place, why in exceptions.items()
        if not any(fnmatchcase(one.found, place) for one in differences)
    ]
    return unexplained + unneeded


@pytest.mark.parametrize(
    ("check", "exceptions"), CHECKS, ids=lambda one: getattr(one, "__name__", "")
)
def test_the_spec_tells_what_is_documented(check: Check, exceptions: Mapping[str, str]) -> None:
    told = report(check(FACTS), exceptions)
    assert not told, "\n".join(told)


def test_every_name_is_compared() -> None:
    compared = [pair.name for pair in pairs(FACTS)]
    assert compared == [name for kind in KINDS for name in FACTS[kind]]
    names = [f"{pair.of.name}.{name}" for pair in header_pairs(FACTS) for name in pair.fact.names]
    assert sorted(names) == sorted(
        f"{owner}.{name}"
        for kind in KINDS
        for owner, fact in FACTS[kind].items()
        for name in fact["fields"]
    )


def test_every_other_name_is_needed() -> None:
    found = {
        f"{pair.name}.{name}"
        for pair in pairs(FACTS)
        for name in pair.fact["fields"]
        if name.lower() not in by_documented_name(pair.kind, pair.here)
    }
    assert OTHER_NAMES.keys() <= found
    for placeholder in NUMBERS:
        assert any(placeholder in name for name in found)
    named = {module for pair in pairs(FACTS) for module in pair.fact["modules"]}
    assert FILES.keys() <= named


def test_events_that_are_not_documented_are_listed() -> None:
    documented = {name.lower() for name in FACTS["events"]}
    here = sorted(name for name in SPEC.events if name.lower() not in documented)
    assert here == sorted([*SEEN_ON_THE_WIRE, *IN_THE_SOURCE])


# --- the comparison finds what differs ----------------------------------------------------

NEW = {"versions": "11-23", "fields": {}}
OTHERWISE: list[tuple[Check, str, object, str]] = [
    (missing, "actions/Dance", NEW, "Dance: missing; documented: actions"),
    (missing, "events/Danced", NEW, "Danced: missing; documented: events"),
    (missing, "actions/Park/fields/Odd", {"versions": "12"}, "Park.Odd: missing; documented: 12"),
    (missing, "events/Hold/fields/Odd", {}, "Hold.Odd: missing; documented: 12-23"),
    (undocumented, "actions/Park/fields/Timeout", None, "Park.Timeout: 11-23; documented: nowhere"),
    (undocumented, "events/Hold/fields/Exten", None, "Hold.Exten: 12-23; documented: nowhere"),
    (spans_of_owners, "actions/Park/versions", "11, 13-23", "Park: 11-23; documented: 11, 13-23"),
    (spans_of_owners, "events/Hold/versions", "12-20", "Hold: 12-23; documented: 12-20"),
    (
        spans_of_headers,
        "actions/Park/fields/Channel/versions",
        "12-23",
        "Park.Channel: 11-23; documented: 12-23",
    ),
    (
        spans_of_headers,
        "events/Hold/fields/Exten/versions",
        "12",
        "Hold.Exten: 12-23; documented: 12",
    ),
    (
        required,
        "actions/Park/fields/Timeout/required",
        True,
        "Park.Timeout: optional; documented: required",
    ),
    (
        required,
        "actions/Park/fields/Channel/required",
        "11",
        "Park.Channel: required; documented: optional",
    ),
    (defaults, "actions/Park/fields/Timeout/default", "5", "Park.Timeout: None; documented: 5"),
    (
        values,
        "actions/Park/fields/Timeout/enum",
        ["odd", "5"],
        "Park.Timeout: int; documented: odd",
    ),
    (values, "events/Hold/fields/Exten/enum", ["odd"], "Hold.Exten: text; documented: odd"),
    (classes, "events/Hold/class", ["call", "odd"], "Hold: call; documented: call, odd"),
    (modules, "events/Hold/modules", ["odd"], "Hold: core; documented: odd"),
    (
        replies,
        "actions/Status/complete_event",
        "X",
        "Status: Status, StatusComplete; documented: S",
    ),
]


@pytest.mark.parametrize(
    ("check", "path", "value", "told"), OTHERWISE, ids=[told for *_, told in OTHERWISE]
)
def test_a_difference_is_found(check: Check, path: str, value: object, told: str) -> None:
    facts: Any = deepcopy(FACTS)
    *way, last = path.split("/")
    place = reduce(getitem, way, facts)
    if value is None:
        del place[last]
    else:
        place[last] = value
    [line] = report(check(facts), dict(CHECKS)[check])
    assert line.startswith(told)


def test_an_exception_that_is_needed_no_more_is_told() -> None:
    exceptions = {"Park.*: 11": "in 11", "Park.Odd: 12": "in 12"}
    found = [Difference("Park.Odd", "11", "13"), Difference("Hold", "12", "13")]
    assert report(found, exceptions) == [
        "Hold: 12; documented: 13",
        "Park.Odd: 12: this exception is needed no more (in 12)",
    ]
