"""From wire names to Python names, and the names that a field cannot have."""

from itertools import chain

import pytest
from amisdk_codegen.model import NamesSpec
from amisdk_codegen.names import RESERVED, class_name, field_name, reserved
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from amisdk import models

from .support import Files, Workspace, action, event, group, names

WORDS = NamesSpec(
    acronyms=["AMA", "DNS", "DTMF", "ID", "IP"],
    words={"callerid": "caller_id", "uniqueid": "unique_id", "max": "maximum"},
    fields={"JSON": "content", "Async": "async_", "Cdr.Source": "caller", "Source": "origin"},
    classes={"Re-Done": "ReDone"},
)


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("Channel", "channel"),
        ("ChannelStateDesc", "channel_state_desc"),
        ("channel", "channel"),
        ("CHANNEL", "channel"),
        ("CallerIDNum", "caller_id_num"),
        ("CallerIDnum", "caller_id_num"),
        ("CallerID", "caller_id"),
        ("CallerId", "caller_id"),
        ("Callerid", "caller_id"),
        ("Uniqueid", "unique_id"),
        ("DestUniqueid", "dest_unique_id"),
        ("UniqueID", "unique_id"),
        ("IPAddress", "ip_address"),
        ("AMAflags", "ama_flags"),
        ("AMAFlags", "ama_flags"),
        ("RTCPSSRC", "rtcpssrc"),
        ("SSRC", "ssrc"),
        ("RTPTimeout", "rtp_timeout"),
        ("EventTV", "event_tv"),
        ("MaxContacts", "maximum_contacts"),
        ("Report0SourceSSRC", "report0_source_ssrc"),
        ("ServicelevelPerf2", "servicelevel_perf2"),
        ("T38FaxRateManagement", "t38_fax_rate_management"),
        ("MD5Secret", "md5_secret"),
        ("Src-Name", "src_name"),
        ("src_name", "src_name"),
        ("Call Limit", "call_limit"),
        ("SIP.Peer", "sip_peer"),
        ("JSON", "content"),
        ("Async", "async_"),
    ],
)
def test_a_header_becomes_a_field(wire: str, name: str) -> None:
    assert field_name(wire, "Owner", WORDS) == name


@pytest.mark.parametrize(
    ("wire", "name"), [("Variable", "variables"), ("ChanVariable", "chan_variables")]
)
def test_a_mapping_takes_the_plural(wire: str, name: str) -> None:
    assert field_name(wire, "Owner", WORDS, plural=True) == name


def test_an_override_is_taken_as_it_is() -> None:
    assert field_name("JSON", "Owner", WORDS, plural=True) == "content"
    assert field_name("json", "Owner", WORDS) == "json"


def test_an_override_for_one_owner_goes_before_that_for_all() -> None:
    assert field_name("Source", "Cdr", WORDS) == "caller"
    assert field_name("Source", "Cel", WORDS) == "origin"


def test_a_class_has_the_name_on_the_wire_unless_it_is_given_another() -> None:
    assert class_name("PJSIPShowEndpoint", WORDS) == "PJSIPShowEndpoint"
    assert class_name("Re-Done", WORDS) == "ReDone"


def test_an_acronym_that_begins_with_another_stays_whole() -> None:
    assert field_name("IDXName", "Owner", NamesSpec(acronyms=["ID", "IDX"])) == "idx_name"


@settings(deadline=None)
@given(st.lists(st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True), min_size=1, max_size=6))
def test_capitals_part_the_words(words: list[str]) -> None:
    assert field_name("".join(words), "Owner", NamesSpec()) == "_".join(words).lower()


@settings(deadline=None)
@given(st.from_regex(r"[a-z][a-z]{0,8}(_[a-z]{1,8}[0-9]{0,2}){0,4}", fullmatch=True))
def test_a_python_name_stays_what_it_is(name: str) -> None:
    assert field_name(name, "Owner", NamesSpec()) == name


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z][A-Za-z0-9_. -]*", fullmatch=True))
def test_a_header_that_begins_with_a_letter_becomes_a_python_name(wire: str) -> None:
    name = field_name(wire, "Owner", WORDS)
    assert name.isidentifier()
    assert name == name.lower()


REPLIES = (
    models.Reply,
    models.ListReply,
    models.EventReply,
    models.OutputReply,
    models.ConfigReply,
    models.PairsReply,
    models.TextReply,
)
BASES: dict[str, tuple[type[BaseModel], ...]] = {
    "action": (models.Action, models.ListAction),
    "event": (models.Event, models.NamedEvent),
    "reply": REPLIES,
    "record": (models.Record,),
}


@pytest.mark.parametrize("kind", BASES)
def test_reserved_names_are_those_of_the_bases(kind: str) -> None:
    used = {
        name
        for base in BASES[kind]
        for name in chain(dir(base), base.model_fields)
        if not name.startswith("_") and not hasattr(BaseModel, name)
    }
    assert RESERVED[kind] == used


def test_every_base_of_a_generated_class_is_looked_at() -> None:
    raw = {models.RawAction, models.RawReply, models.UnknownEvent}
    bases = {
        value
        for value in vars(models).values()
        if isinstance(value, type)
        and issubclass(value, (models.Action, models.Message, models.Record))
    }
    assert bases - raw - {models.Message} == set(chain.from_iterable(BASES.values()))


@pytest.mark.parametrize("kind", BASES)
@pytest.mark.parametrize("name", ["channel", "async_", "class_", "a1", "caller_id"])
def test_other_names_are_free(kind: str, name: str) -> None:
    assert reserved(kind, name) is None


REASONS = {
    "From": "a Python keyword",
    "Class": "a Python keyword",
    "JSON": "an attribute of every pydantic model",
    "Copy": "an attribute of every pydantic model",
    "model_dump": "an attribute of every pydantic model",
    "Model-Config": "an attribute of every pydantic model",
    "Schema": "an attribute of every pydantic model",
    "ami": "an attribute of every",
    "3Way": "no Python name",
    "Int": "a name that annotations use",
    "Str": "a name that annotations use",
    "Float": "a name that annotations use",
    "Bool": "a name that annotations use",
    "Tuple": "a name that annotations use",
    "Datetime": "a name that annotations use",
}


@pytest.mark.parametrize(("wire", "why"), REASONS.items(), ids=REASONS)
@pytest.mark.parametrize("kind", ["action", "event"])
def test_a_field_cannot_have_a_name_that_is_taken(
    workspace: Workspace, kind: str, wire: str, why: str
) -> None:
    make = {"action": action, "event": event}[kind]
    text = make(f"fields:\n  Door: Which door.\n  {wire}: What it is.  # <-")
    workspace.refuses({f"{kind}s/more.yaml": text}, f'"{wire}" would be named')
    assert why in workspace.generate().err
    assert "name it in names.fields" in workspace.generate().err
    workspace.write({"names.yaml": names(f"fields: {{{wire}: other_name}}")})
    assert workspace.generate().status == 0


@pytest.mark.parametrize("wire", ["Headers", "Issues", "Timestamp", "ActionID", "ExtraHeaders"])
def test_an_event_cannot_have_a_field_of_its_base(workspace: Workspace, wire: str) -> None:
    text = event(f"fields:\n  {wire}: What it is.  # <-")
    workspace.refuses({"events/more.yaml": text}, "an attribute of every event")


@pytest.mark.parametrize("wire", ["Headers", "Message", "Items", "ok", "Privilege", "Text", "End"])
def test_a_reply_cannot_have_a_field_of_its_bases(workspace: Workspace, wire: str) -> None:
    text = action(f"reply:\n  fields:\n    {wire}: What it is.  # <-")
    workspace.refuses({"actions/more.yaml": text}, "an attribute of every reply")


def test_a_column_cannot_have_a_name_that_is_taken(workspace: Workspace) -> None:
    column = "columns:\n      From: Where from.  # <-"
    text = action(f"fields:\n  Doors:\n    doc: Which doors.\n    type: records\n    {column}")
    workspace.refuses({"actions/more.yaml": text}, "a Python keyword")


@pytest.mark.parametrize("name", ["class", "a-b", "''", "json", "_hidden", "Upper", "headers"])
def test_a_name_of_ones_own_must_be_free_too(workspace: Workspace, name: str) -> None:
    files: Files = {
        "events/more.yaml": event("fields:\n  Door: Which door.  # <-"),
        "names.yaml": names(f"fields: {{Door: {name}}}"),
    }
    workspace.refuses(files, '"Door" would be named')


BOTH = {
    "by case": ("CallerIDNum", "CallerId_num", "caller_id_num"),
    "by a hyphen": ("Caller-Num", "CallerNum", "caller_num"),
    "by the plural": ("Variables", "Variable", "variables"),
}


@pytest.mark.parametrize(("first", "second", "name"), BOTH.values(), ids=BOTH)
def test_two_fields_cannot_have_one_name(
    workspace: Workspace, first: str, second: str, name: str
) -> None:
    kind = ", type: variables" if first == "Variables" else ""
    fields = f"  {first}: Which one.\n  {second}: {{doc: Which one.{kind}}}  # <-"
    workspace.write({"names.yaml": names("acronyms: [ID]\nwords: {callerid: caller_id}")})
    message = f'Did: "{first}" and "{second}" would both be named "{name}"'
    workspace.refuses({"events/more.yaml": event(f"fields:\n{fields}")}, message)


def test_a_field_cannot_have_the_name_of_a_groups(workspace: Workspace) -> None:
    rest = "groups:\n  - group: shape\n    prefix: Old-\nfields:\n  OldSize: The size.  # <-"
    workspace.refuses(
        {"groups.yaml": group(), "events/more.yaml": event(rest)},
        'Did: "Old-Size" and "OldSize" would both be named "old_size"',
    )


def test_one_of_two_such_fields_can_be_named(workspace: Workspace) -> None:
    workspace.write(
        {
            "events/more.yaml": event("fields: {Caller-Num: Which one., CallerNum: Which one.}"),
            "names.yaml": names("fields: {Did.CallerNum: other_num}"),
        }
    )
    assert workspace.generate().status == 0
    module = (workspace.package / "events" / "more.py").read_text(encoding="utf-8")
    assert "    caller_num: Soft[str]" in module
    assert "    other_num: Soft[str]" in module
