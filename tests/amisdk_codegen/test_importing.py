"""What a documentation has beyond the spec, and the overlay that is written of it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from amisdk_codegen.asterisk_xml import (
    SNAPSHOTS,
    Documented,
    DocumentedAction,
    DocumentedEvent,
    DocumentedField,
    Snapshot,
    read,
)
from amisdk_codegen.cli import own_spec
from amisdk_codegen.gather import Spec, expand, gather
from amisdk_codegen.importing import _MISTAKES, Lacks, compare, overlay, report
from amisdk_codegen.load import Source, load
from amisdk_codegen.model import parse_versions
from amisdk_codegen.names import field_name
from amisdk_codegen.plan import Plan
from amisdk_codegen.resolve import resolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.amisdk_codegen.support import Workspace, python

DATA = Path(__file__).parents[1] / "data" / "asterisk-xml"
XML = DATA / "door.xml"


@cache
def own() -> list[Source]:
    """Read amisdk's own spec."""
    return load(own_spec())


@cache
def spec() -> Spec:
    return gather(own())


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a directory to write overlays into."""
    return tmp_path_factory.mktemp("overlay")


def documented(
    *what: DocumentedAction | DocumentedEvent,
) -> Documented:
    return Documented(
        "core.xml",
        tuple(one for one in what if isinstance(one, DocumentedAction)),
        tuple(one for one in what if isinstance(one, DocumentedEvent)),
    )


def both(whole: Documented) -> list[DocumentedAction | DocumentedEvent]:
    return [*whole.actions, *whole.events]


def action(name: str, *fields: str | DocumentedField) -> DocumentedAction:
    """Make an action of the name, with these fields."""
    return DocumentedAction(name, 1, fields=tuple(map(field, fields)))


def event(name: str, *fields: str | DocumentedField) -> DocumentedEvent:
    """Make an event of the name, with these fields."""
    return DocumentedEvent(name, 1, fields=tuple(map(field, fields)))


def field(one: str | DocumentedField) -> DocumentedField:
    return DocumentedField(one, 1) if isinstance(one, str) else one


def values(header: str, *values: str) -> DocumentedField:
    return DocumentedField(header, 1, values=values)


def loaded(lacks: Lacks, room: Path, major: int | None = None) -> Source:
    """Return the overlay, as the generator reads it."""
    ((name, text),) = overlay(lacks, major).items()
    (room / name).write_text(text, encoding="utf-8")
    (source,) = load(room)
    return source


def resolved(lacks: Lacks, room: Path) -> Plan:
    """Return the plan of the overlay's package, over amisdk's own spec."""
    return resolve([loaded(lacks, room)], "mine", own())


def all_of() -> Documented:
    """Document all that the spec has, as it has it."""
    actions = [action(name, *one.fields) for name, (_, one) in spec().actions.items()]
    events = [
        event(
            name,
            *(use.wire for use in expand(spec(), source, (), one.groups, one.fields)),
        )
        for name, (source, one) in spec().events.items()
    ]
    return documented(*actions, *events)


# --- what lacks ---------------------------------------------------------------------------


def test_what_a_door_has_beyond_the_spec() -> None:
    told = "\n".join(report(compare(read(XML), spec()))).replace(f"{DATA}/", "")
    assert told + "\n" == (DATA / "door.txt").read_text(encoding="utf-8")


def test_what_the_spec_has_is_no_lack_in_whatever_case() -> None:
    whole = all_of()
    number = f"{len(spec().actions)} actions and {len(spec().events)} events"
    fine = [f"nothing lacks: the spec has what is told of {number}"]
    assert report(compare(whole, spec())) == fine

    def shouted(one: DocumentedAction | DocumentedEvent) -> DocumentedAction | DocumentedEvent:
        fields = tuple(replace(two, name=two.name.upper()) for two in one.fields)
        return replace(one, name=one.name.upper(), fields=fields)

    loud = documented(*map(shouted, both(whole)))
    lacks = compare(loud, spec())
    assert report(lacks) == fine
    assert overlay(lacks, 22) == {}


def test_each_thing_beyond_the_spec_is_told() -> None:
    """The spec is not so lax that it covers what it does not have."""

    def more(one: DocumentedAction | DocumentedEvent) -> DocumentedAction | DocumentedEvent:
        return replace(one, fields=(*one.fields, field("Zebra")))

    whole = all_of()
    lacks = compare(documented(*map(more, both(whole))), spec())
    assert {(lack.kind, lack.name) for lack in lacks.lacks} == {
        *(("action", name) for name in spec().actions),
        *(("event", name) for name in spec().events),
    }
    for lack in lacks.lacks:
        assert lack.new is None
        assert [one.name for one in lack.fields] == ["Zebra"]


def test_extending_all_there_is_makes_a_package(room: Path) -> None:
    def more(one: DocumentedAction | DocumentedEvent) -> DocumentedAction | DocumentedEvent:
        return replace(one, fields=(*one.fields, field("Zebra")))

    whole = all_of()
    plan = resolved(compare(documented(*map(more, both(whole))), spec()), room)
    assert len(plan.actions) == len(spec().actions)
    assert len(plan.events) == len(spec().events)


def test_what_all_have_is_no_field() -> None:
    everywhere = ["ActionID", "Privilege", "Timestamp", "SystemName", "Event"]
    lacks = compare(
        documented(action("Ping", "ActionID", "Action"), event("Hangup", *everywhere)), spec()
    )
    assert (lacks.lacks, lacks.unwritable) == ((), ())


def test_what_the_documentation_gets_wrong_is_no_lack() -> None:
    for mistake, meant in _MISTAKES.items():
        owner, _, header = mistake.partition(".")
        make = action if owner in spec().actions else event
        told = report(compare(documented(make(owner, values(header, "x", "y"))), spec()))
        assert told[-1].startswith("nothing lacks"), mistake
        assert report(compare(documented(make(owner, meant)), spec())) == told
        told = report(compare(documented(make(owner, f"{header}Two")), spec()))
        assert not told[-1].startswith("nothing lacks"), mistake


@pytest.mark.parametrize(
    ("owner", "header"),
    [
        ("RTCPSent", "ReportXSourceSSRC"),
        ("RTCPReceived", "ReportXDLSR"),
        ("AOC-D", "NumberOf"),
        ("AOC-E", "ChargingAssociation"),
        ("AOC-S", "Granularity"),
    ],
)
def test_other_ways_to_name_the_headers_of_an_event(owner: str, header: str) -> None:
    assert compare(documented(event(owner, header)), spec()).lacks == ()
    assert compare(documented(event("Hangup", header)), spec()).lacks != ()


def test_numbered_headers_are_columns() -> None:
    changes = ["Action-000000", "Cat-XXXXXX", "Value-000001"]
    assert compare(documented(action("UpdateConfig", *changes)), spec()).lacks == ()
    (lack,) = compare(documented(action("UpdateConfig", "Door-000000", "Cat-X-1")), spec()).lacks
    assert [one.name for one in lack.fields] == ["Door-000000", "Cat-X-1"]
    (lack,) = compare(
        documented(action("UpdateConfig", values("Action-000000", "delcat", "Paint"))), spec()
    ).lacks
    assert [(one.header, one.values, one.enum) for one in lack.values] == [
        ("Action", ("Paint",), "ConfigChange")
    ]


SHARED = "the spec has the field elsewhere, for others too"
TYPED = "in the spec this is of type int"


@pytest.mark.parametrize(
    ("owner", "header", "told"),
    [
        (action("QueueReload"), values("Members", "Yes", "no", "TRUE", "0"), []),
        (action("ModuleLoad"), values("LoadType", "load", "RELOAD"), []),
        (action("Getvar"), values("Variable", "anything", "goes"), []),
        (action("Events"), values("EventMask", "a,b,...", "<class>", "one|two"), []),
        (action("QueueAdd"), values("Penalty", "-1", "2.5", "+3"), []),
        (event("Hangup"), values("Cause-txt", "anything"), []),
        (event("DNDState"), values("Status", "Enabled", "disabled"), []),
        (event("AOC-D"), values("Charge/BillingID", "notavailable", "Normal"), []),
        (
            event("Hangup"),
            values("ChannelStateDesc", "Up", "Asleep"),
            ["event Hangup: value Asleep of ChannelStateDesc, line 1"],
        ),
        (
            event("AOC-D"),
            values("Charge/Type", "Free", "Barter"),
            [
                "core.xml:1: value `Barter` of Charge/Type of event AOC-D cannot be written: "
                + SHARED
            ],
        ),
        (
            action("QueueAdd"),
            values("Penalty", "1", "none"),
            ["core.xml:1: value `none` of Penalty of action QueueAdd cannot be written: " + TYPED],
        ),
    ],
)
def test_values(
    owner: DocumentedAction | DocumentedEvent, header: DocumentedField, told: list[str]
) -> None:
    lines = report(compare(documented(replace(owner, fields=(header,))), spec()))
    assert lines[:-1] == told


def test_a_snapshot_that_is_there_is_no_lack() -> None:
    begun = replace(event("DialBegin"), snapshots=(Snapshot("channel", "Dest", 1),))
    assert compare(documented(begun), spec()).lacks == ()
    as_fields = event("DialBegin", *(f"Dest{wire}" for wire in SNAPSHOTS["channel"]))
    assert compare(documented(as_fields), spec()).lacks == ()


def test_of_a_snapshot_only_what_lacks_is_added(room: Path) -> None:
    new = replace(
        event("DoorOpened", "Exten", "bridgename", "Door"),
        snapshots=(
            Snapshot("channel", "", 1),
            Snapshot("channel", "", 2),
            Snapshot("bridge", "", 3),
        ),
    )
    (lack,) = compare(documented(new), spec()).lacks
    assert [(use.group, use.prefix, use.without) for use in lack.groups] == [
        ("channel", "", []),
        ("bridge", "", []),
    ]
    assert [one.name for one in lack.fields] == ["Door"]
    old = replace(event("VarSet"), snapshots=(Snapshot("bridge", "", 1),))
    lacks = compare(documented(old), spec())
    (lack,) = lacks.lacks
    assert [use.group for use in lack.groups] == ["bridge"]
    (module,) = resolved(lacks, room).modules
    (cls,) = module.classes
    assert len(cls.fields) == len(spec().groups["bridge"].fields)


def test_what_is_partly_there_is_left_out_of_the_group(room: Path) -> None:
    """Some events have a header or two of a snapshot, and no more."""
    owners = [
        name
        for name, (source, one) in spec().events.items()
        if {"Channel", "Uniqueid"}
        & {use.wire for use in expand(spec(), source, (), one.groups, one.fields)}
        and not any(use.group == "channel" and not use.prefix for use in one.groups)
    ]
    assert len(owners) > 5
    new = [replace(event(name), snapshots=(Snapshot("channel", "", 1),)) for name in owners]
    lacks = compare(documented(*new), spec())
    for lack in lacks.lacks:
        assert {"Channel", "Uniqueid"} & set(lack.groups[0].without)
    assert len(resolved(lacks, room).events) == len(lacks.lacks) > 5


# --- the overlay --------------------------------------------------------------------------


def test_the_overlay_of_a_door() -> None:
    files = overlay(compare(read(XML), spec()), 22)
    assert files == {"imported.yaml": (DATA / "door.yaml").read_text(encoding="utf-8")}


PROGRAM = """\
import amisdk_models.actions, amisdk_models.events
from door_ami import actions, events, registry

opened = actions.DoorOpen(
    door="front", chime=False, log=True, guest=["Ann", "Ben"], mode="file:bell", json_="j",
    class_="c", guest_list="1", guest_list_="2",
)
assert opened.to_headers() == [
    ("Door", "front"), ("Mode", "file:bell"), ("Chime", "no"), ("Log", "true"),
    ("Guest", "Ann"), ("Guest", "Ben"), ("Class", "c"), ("Json", "j"),
    ("Guest-List", "1"), ("GuestList", "2"),
], opened.to_headers()
try:
    actions.DoorOpen(door="front")
except ValueError as error:
    assert "chime" in str(error)
else:
    raise AssertionError
assert actions.DoorList.ami.list.items == ("DoorEntry", "DoorOpened")
assert str(actions.DoorOpen.ami.versions) == "16, 18-23"
assert actions.Door_Bell.ami.name == "Door-Bell" and actions.Door_Bell.ami.list is None
assert actions.QueueAdd(queue="q", interface="i", skill="chess").to_headers()[-1][0] == "Skill"
assert actions.ModuleLoad(load_type="restart").load_type == "restart"
assert actions.AOCMessage(channel="c", msg_type="D", charge_type="Tokens").to_headers()

event = registry.EVENTS["dooropened"].from_frame("\\r\\n".join([
    "Event: DoorOpened", "Channel: a", "VisitorChannel: b", "InnerBridgeType: basic",
    "Locked: Yes", "Key: 1", "Key: 2", "Headers: 3", "Uniqueid: 4.5",
]))
assert isinstance(event, events.DoorOpened) and not event.extra_headers and not event.issues
assert (event.channel, event.visitor_channel, event.inner_bridge_type) == ("a", "b", "basic")
assert (event.locked, event.key, event.headers_) == (True, ("1", "2"), "3")
assert events.DoorOpened.ami.privilege == ("call", "user")
assert events.DoorEntry.ami.privilege == ()

hangup = events.Hangup.from_frame("Event: Hangup\\r\\nPorterChannel: b\\r\\nFloor: 3")
assert isinstance(hangup, amisdk_models.events.Hangup)
assert (hangup.porter_channel, hangup.floor) == ("b", "3")
print("fine")
"""


def test_the_package_of_a_door_works(bare: Workspace) -> None:
    """The whole way, by the command: import, generate, use; the second import writes nothing."""
    arguments = ("import", str(XML), "--write", "door", "--asterisk", "22")
    made = bare.run(*arguments)
    assert (made.status, made.err) == (0, "")
    assert made.out.endswith("cannot be written\nwrote door/imported.yaml\n")
    again = bare.run(*arguments)
    assert (again.status, again.err) == (2, "door/imported.yaml:1: is there already\n")
    made = bare.run("generate", "--spec", "door", "--out", "out", "--package", "door_ami")
    assert (made.status, made.err) == (0, "")
    done = python("-W", "error", "-c", PROGRAM, cwd=bare.root / "out")
    assert (done.returncode, done.stdout, done.stderr) == (0, "fine\n", "")
    done = python("-m", "mypy", "--strict", "out/door_ami", cwd=bare.root, MYPYPATH="out")
    assert done.stdout.startswith("Success"), done.stdout


@pytest.mark.parametrize(
    ("since", "major", "versions"),
    [
        ([], None, "11-23"),
        ([], 18, "18-23"),
        ([], 23, "23"),
        ([], 24, "23"),
        ([], 10**9, "23"),
        ([], 10, "11-23"),
        ([], -1, "11-23"),
        (["16.5.0"], None, "16-23"),
        (["0.2.0"], None, "11-23"),
        (["1.6.2.0"], 18, "11-23"),
        (["23.4.0"], None, "23"),
        (["24.0.0"], None, "23"),
        (["18.24.0", "20.9.0", "21.4.0"], None, "18, 20-23"),
        (["21.4.0", "18.24.0", "20.9.0"], None, "18, 20-23"),
        (["20.5.0", "18.20.0"], None, "18, 20-23"),
        (["16.29.0", "18.15.0", "19.7.0"], None, "16, 18-23"),
        (["13.13.0", "14.2.0"], 22, "13-23"),
        (["18.20.0", "20.5.0"], 16, "16, 18, 20-23"),
        (["22.1.0"], 11, "11, 22-23"),
        (["9999"], 11, "11, 23"),
    ],
)
def test_versions(room: Path, since: list[str], major: int | None, versions: str) -> None:
    new = replace(action("DoorOpen", replace(field("Door"), since=("20.1",))), since=tuple(since))
    content = loaded(compare(documented(new), spec()), room, major).content
    assert content.actions["DoorOpen"].versions == parse_versions(versions)
    assert content.actions["DoorOpen"].fields["Door"].versions is not None


def test_names_that_no_rule_would_give(room: Path) -> None:
    odd = ["2nd", "(x", "Ami", "Ami-Name", "ami name", "To Headers", "Import", "Int", "JSON",
           "a.b", "A/B", "(A/B", "Model_Fields", "Header-Ami"]  # fmt: skip
    lacks = compare(
        documented(action("DoorOpen", *odd), event("DoorOpen", *odd), event("Hangup", *odd)), spec()
    )
    assert lacks.unwritable == ()
    plan = resolved(lacks, room)
    for module in plan.modules:
        for cls in module.classes:
            if not cls.name.endswith("Reply"):
                assert len(cls.fields) == len(odd)


def test_a_name_that_is_chosen_for_the_action_is_the_events_too(room: Path) -> None:
    """Names belong to Owner.Header, and an action and an event may be called the same."""
    lacks = compare(
        documented(action("DoorOpen", "Json"), event("DoorOpen", "(Json", "Json")),
        spec(),
    )
    assert lacks.fields == {"DoorOpen.Json": "json_", "DoorOpen.(Json": "json_"}
    (problem,) = lacks.unwritable
    assert problem.message.startswith("field `Json` of event DoorOpen cannot be written: its field")
    resolved(lacks, room)


def test_classes_that_cannot_be_named_by_the_rule(room: Path) -> None:
    names = ["QueueAddReply", "Door-Bell", "Door_Bell", "Field", "None", "ChannelState",
             "UpdateConfigChange", "DoorBell", "DoorBellReply", "Event"]  # fmt: skip
    lacks = compare(documented(*map(action, names), *map(event, names)), spec())
    assert lacks.unwritable == ()
    assert lacks.classes["QueueAddReply"] == "QueueAddReply_2"
    assert lacks.classes["UpdateConfigChange"] == "UpdateConfigChange_2"
    assert lacks.classes["Door-Bell"] == "Door_Bell"
    assert lacks.classes["Door_Bell"] == "Door_Bell_2"
    plan = resolved(lacks, room)
    assert [name for name, _ in plan.actions] == [name for name, _ in plan.events] == sorted(names)


@pytest.mark.parametrize(
    ("documents", "reply"),
    [
        ([event("One"), event("End")], (["One", "Hangup"], "End")),
        ([event("ONE"), event("end")], (["ONE", "Hangup"], "end")),
        ([event("One")], None),
        ([event("End")], None),
    ],
)
def test_a_list_is_written_if_all_its_events_are_there(
    room: Path,
    documents: list[DocumentedEvent],
    reply: tuple[list[str], str] | None,
) -> None:
    new = replace(action("DoorList"), items=("One", "hangup"), end="End")
    content = loaded(compare(documented(new, *documents), spec()), room).content
    listed = content.actions["DoorList"].reply.list
    assert (listed and (listed.items, listed.end)) == reply


ODD = ["yes", "no", "On", "null", "~", "1", "1.5", "0x1f", "1_000", "2026-01-01", "- a", "a: b",
       "a #b", "#", "{a}", "*a", "&a", "!a", "%a", "@a", "`a", "'a'", "a\\", "?a", "? a", "---",
       "...", "=", "<<", "word " * 60, "x" * 300, "a\\'b c\\d? " * 30, "'", "yes: no", "\u2014",
       "\\N{BULLET}", "{of}"]  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters().filter(str.isprintable), min_size=1),
    st.text(st.sampled_from("aB1 ?:-#,[]{}&*!|>'\"%@`\\/.~=+()<0_x"), min_size=1),
    st.sampled_from(ODD),
)
LINES = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)


@settings(deadline=None)
@given(docs=st.lists(LINES, min_size=4, max_size=4), given_values=st.lists(LINES, min_size=1))
@example(docs=["yes", "no", "1", "~"], given_values=[text.strip() for text in ODD])
def test_any_text_comes_back_from_the_yaml(
    room: Path, docs: list[str], given_values: list[str]
) -> None:
    summary, module, doc, default = (text if len(text) > 2 else f"{text}..." for text in docs)
    one = replace(values("Door", *given_values), doc=doc, default=default)
    lacks = compare(
        documented(
            replace(action("DoorOpen", one), summary=summary, modules=(module,)),
            event("DoorOpened", one),
            action("AOCMessage", values("ChargeType", *given_values)),
        ),
        spec(),
    )
    content = loaded(lacks, room).content
    opened = content.actions["DoorOpen"]
    assert (opened.summary, opened.module) == (summary, [module])
    kept = [value for value in given_values if not re.search(r'[<>|\[\]",]|\.\.\.', value)]
    for field in (opened.fields["Door"], content.events["DoorOpened"].fields["Door"]):
        assert field.doc == doc
        assert field.type == "bool" or field.enum == (kept or None)
    assert opened.fields["Door"].default == default
    known = {"na", "free", "currency", "unit"}
    if new := [value for value in kept if value.lower() not in known]:
        enum = content.extend.actions["AOCMessage"].fields["ChargeType"].enum
        assert enum == ["NA", "FREE", "Currency", "Unit", *new]


@pytest.mark.parametrize(
    ("one", "facts"),
    [
        (field("Door"), {}),
        (replace(field("Door"), required=True, default="5"), {"required": True}),
        (replace(field("Door"), default="5"), {"default": "5"}),
        (replace(values("Door", "a", "b"), repeats=True), {"repeat": True}),
        (replace(values("Door", "no", "yes"), repeats=True), {"type": "bool",
                                                              "words": ["yes", "no"]}),
        (values("Door", "True", "False"), {"type": "bool", "words": ["True", "False"]}),
        (values("Door", "false", "true"), {"type": "bool"}),
        (values("Door", "yes", "no", "maybe"), {"enum": ["yes", "no", "maybe"], "open": True}),
        (values("Door", "yes"), {"enum": ["yes"], "open": True}),
        (values("Door", "on", "off"), {"enum": ["on", "off"], "open": True}),
        (values("Door", "<door>", "a,b"), {}),
    ],
)  # fmt: skip
def test_the_fields_of_an_action(room: Path, one: DocumentedField, facts: dict[str, Any]) -> None:
    for owner in ("DoorOpen", "QueueAdd"):
        content = loaded(compare(documented(action(owner, one)), spec()), room).content
        table = content.actions if owner == "DoorOpen" else content.extend.actions
        written = table[owner].fields["Door"]
        assert written.model_dump(exclude_unset=True) == {**facts, "doc": "Not documented."}


@pytest.mark.parametrize(
    ("one", "facts"),
    [
        (replace(field("Door"), required=True, default="5"), {}),
        (replace(values("Door", "a", "b"), repeats=True), {"enum": ["a", "b"], "repeat": True}),
        (replace(values("Door", "no", "Yes"), repeats=True), {"type": "bool", "repeat": True}),
        (values("Door", "True", "False"), {"type": "bool"}),
        (values("Door", "on", "off"), {"enum": ["on", "off"]}),
    ],
)
def test_the_fields_of_an_event(room: Path, one: DocumentedField, facts: dict[str, Any]) -> None:
    for owner in ("DoorOpened", "Hangup"):
        content = loaded(compare(documented(event(owner, one)), spec()), room).content
        table = content.events if owner == "DoorOpened" else content.extend.events
        written = table[owner].fields["Door"]
        assert written.model_dump(exclude_unset=True) == {**facts, "doc": "Not documented."}


@settings(deadline=None, max_examples=30)
@given(
    headers=st.lists(
        st.text(st.sampled_from("aAbBXx019_-. ()/[é"), min_size=1).map(str.strip).filter(bool),
        max_size=8,
        unique_by=str.lower,
    ),
    prefixes=st.lists(st.sampled_from(["", "A", "Dest", "-", "é"]), max_size=2, unique=True),
    owner=st.sampled_from(["Hangup", "DoorOpened", "Status", "Door-Bell", "QueueSummary", "!"]),
)
def test_whatever_is_documented_the_overlay_is_good(
    room: Path,
    headers: list[str],
    prefixes: list[str],
    owner: str,
) -> None:
    """Each documented header is in the spec, in the overlay, or told to be in neither."""
    snapshots = tuple(Snapshot("channel", prefix, 1) for prefix in prefixes)
    lacks = compare(
        documented(action(owner, *headers), replace(event(owner, *headers), snapshots=snapshots)),
        spec(),
    )
    if lacks.lacks:
        resolved(lacks, room)
    told = "\n".join(map(str, lacks.unwritable))
    written = {(lack.kind, one.name) for lack in lacks.lacks for one in lack.fields}
    for kind in ("action", "event"):
        for header in headers:
            refused = f"field `{header}` of {kind} {owner} cannot" in told or "!" in owner
            assert (kind, header) in written or refused or _has(kind, owner, header)


def _has(kind: str, owner: str, header: str) -> bool:
    if kind == "action":
        known = set(spec().actions[owner][1].fields) if owner in spec().actions else set()
    else:
        known = {"Channel"}
    return header.lower() in {wire.lower() for wire in known} or "X" in header


def test_long_names(room: Path) -> None:
    owner, header = "Door" * 30, "Very long header " * 12 + "x"
    lacks = compare(documented(action(owner, header, "Json"), event(owner, header)), spec())
    content = loaded(lacks, room).content
    assert list(content.actions[owner].fields) == [header, "Json"]
    assert list(content.events[owner].fields) == [header]
    assert content.names.fields == {f"{owner}.Json": "json_"}
    resolved(lacks, room)


def test_python_names_are_those_of_the_rule_where_they_can_be() -> None:
    lacks = compare(documented(action("DoorOpen", "CallerIDNum", "Door", "From")), spec())
    assert lacks.fields == {}
    assert field_name("From", "DoorOpen", spec().names) == "from_"
