"""What a spec refers to, and what it defines twice, is told at the line in question."""

import pytest

from .support import GOOD, Files, Workspace, action, enum, event, group, names

IN_ACTION: dict[str, tuple[str, str]] = {
    "a list's item": (
        "reply:\n  list:\n    items:\n      - Poked\n      - Gone  # <-\n    end: Poked",
        'there is no event "Gone"',
    ),
    "a list's item in another case": (
        "reply:\n  list:\n    items:\n      - poked  # <-\n    end: Poked",
        'there is no event "poked"',
    ),
    "a list's end": (
        "reply:\n  list:\n    items: [Poked]\n    end: Gone  # <-",
        'there is no event "Gone"',
    ),
    "the event of a reply": (
        "reply:\n  event: Gone  # <-",
        'there is no event "Gone"',
    ),
    "the event that comes later": (
        "reply:\n  later: Gone  # <-",
        'there is no event "Gone"',
    ),
    "the group of a reply": (
        "reply:\n  groups:\n    - gone  # <-",
        'there is no group "gone"',
    ),
    "the enum of a field": (
        "fields:\n  Door:\n    doc: Which door.\n    enum: Gone  # <-",
        'there is no enum "Gone"',
    ),
    "the enum of a list with commas": (
        "fields:\n  Door:\n    doc: Which door.\n    type: csv\n    enum: Gone  # <-",
        'there is no enum "Gone"',
    ),
    "the enum of a reply's field": (
        "reply:\n  fields:\n    Door:\n      doc: Which door.\n      enum: Gone  # <-",
        'there is no enum "Gone"',
    ),
    "the enum of a record's column": (
        (
            "fields:\n  Doors:\n    doc: Which doors.\n    type: records\n    columns:\n"
            "      Kind:\n        doc: Its kind.\n        enum: Gone  # <-"
        ),
        'there is no enum "Gone"',
    ),
    "a field of which one is needed": (
        "fields: {Door: Which door.}\nrules:\n  - any_of:\n      - Door\n      - Gone  # <-",
        'the rule speaks of "Gone"',
    ),
    "a field that excludes another": (
        "fields: {Door: Which door.}\nrules:\n  - exclusive:\n      - Gone  # <-\n      - Door",
        'the rule speaks of "Gone"',
    ),
    "a field of a set": (
        (
            "fields: {Door: Which door.}\nrules:\n"
            "  - one_of:\n      - [Door]\n      -\n        - Gone  # <-"
        ),
        'the rule speaks of "Gone"',
    ),
    "a field that needs another": (
        "fields: {Door: Which door.}\nrules:\n  - needs:\n      Gone: [Door]  # <-",
        'the rule speaks of "Gone"',
    ),
    "a field that another needs": (
        "fields: {Door: Which door.}\nrules:\n  - needs:\n      Door:\n        - Gone  # <-",
        'the rule speaks of "Gone"',
    ),
    "the field that tells how long an action blocks": (
        "fields: {Door: Which door.}\nblocks:\n  field: Gone  # <-",
        'blocks speaks of "Gone"',
    ),
    "the field that keeps an action from blocking": (
        "fields: {Door: Which door.}\nblocks:\n  field: Door\n  unless: Gone  # <-",
        'blocks speaks of "Gone"',
    ),
    "a field of the example": (
        "fields: {Door: Which door.}\nexample:\n  Door: red\n  Gone: green  # <-",
        'the example speaks of "Gone"',
    ),
    "a replacement": (
        "replaced_by:\n  - Poke\n  - Gone  # <-",
        '"Gone", named as a replacement, is no action of this spec',
    ),
}


@pytest.mark.parametrize(("rest", "message"), IN_ACTION.values(), ids=IN_ACTION)
def test_what_an_action_refers_to_must_be_there(
    workspace: Workspace, rest: str, message: str
) -> None:
    workspace.refuses({"actions/more.yaml": action(rest)}, message)


IN_EVENT: dict[str, tuple[str, str]] = {
    "a group": (
        "groups:\n  - shape\n  - gone  # <-",
        'there is no group "gone"',
    ),
    "a group with a prefix": (
        "groups:\n  - prefix: Old\n    group: gone  # <-",
        'there is no group "gone"',
    ),
    "a field to leave out": (
        "groups:\n  - group: shape\n    without:\n      - Size\n      - Gone  # <-",
        'group "shape" has no field "Gone" to leave out',
    ),
    "the enum of a field": (
        "fields:\n  Door:\n    doc: Which door.\n    enum: Gone  # <-",
        'there is no enum "Gone"',
    ),
}


@pytest.mark.parametrize(("rest", "message"), IN_EVENT.values(), ids=IN_EVENT)
def test_what_an_event_refers_to_must_be_there(
    workspace: Workspace, rest: str, message: str
) -> None:
    workspace.refuses({"events/more.yaml": event(rest), "groups.yaml": group()}, message)


@pytest.mark.parametrize(
    "uses", ["", "groups: [shape]", "groups: [shape, {group: shape, prefix: A}]"]
)
def test_the_enum_of_a_groups_field_is_told_where_the_group_is(
    workspace: Workspace, uses: str
) -> None:
    fields = "Mood:\n  doc: Mood of {of}.\n  enum: Gone  # <-"
    workspace.refuses(
        {"groups.yaml": group(fields), "events/more.yaml": event(uses)}, 'there is no enum "Gone"'
    )


HINTS: dict[str, tuple[str, str]] = {
    "an action": ("hints:\n  Prod: Gone  # <-", 'there is no action "Gone"'),
    "an action with fields": (
        "hints:\n  Prod:\n    fields: {Thing: door}\n    action: Gone  # <-",
        'there is no action "Gone"',
    ),
    "a field": (
        "hints:\n  Prod:\n    action: Poke\n    fields:\n      Thing: door\n      Gone: 1  # <-",
        'Poke has no field "Gone"',
    ),
}


@pytest.mark.parametrize(("rest", "message"), HINTS.values(), ids=HINTS)
def test_what_a_hint_refers_to_must_be_there(workspace: Workspace, rest: str, message: str) -> None:
    workspace.refuses({"names.yaml": names(rest)}, message)


DOORS = "fields:\n  Doors: {type: records, doc: Which doors., columns: {Name: Its name.}}\n"


def test_a_column_of_the_example_must_be_there(workspace: Workspace) -> None:
    rest = "example:\n  Doors:\n    - Name: red\n    - Gone: green  # <-"
    workspace.refuses({"actions/more.yaml": action(DOORS + rest)}, '"Gone"')


@pytest.mark.parametrize("rows", ["red", "{Name: red}", "[red]", "[[red]]", "[3]", "[null]"])
def test_records_of_the_example_are_mappings(workspace: Workspace, rows: str) -> None:
    rest = f"example:\n  Doors: {rows}  # <-"
    workspace.refuses(
        {"actions/more.yaml": action(DOORS + rest)}, 'the example of "Doors" is a list of mappings'
    )


def _renamed(text: str, old: str, new: str) -> str:
    return text.replace(f"  {old}:", f"  {new}:  # <-", 1)


TWICE: dict[str, tuple[Files, str]] = {
    "action": (
        {"actions/zoo.yaml": _renamed(action(name="Poke"), "Poke", "Poke")},
        'action "Poke" is already defined at spec/actions/things.yaml:4',
    ),
    "action in another case": (
        {"actions/zoo.yaml": _renamed(action(), "Do", "POKE")},
        'action "POKE" is already defined at spec/actions/things.yaml:4',
    ),
    "event": (
        {"events/zoo.yaml": _renamed(event(), "Did", "Poked")},
        'event "Poked" is already defined at spec/events/things.yaml:4',
    ),
    "event in another case": (
        {"events/zoo.yaml": _renamed(event(), "Did", "POKED")},
        'event "POKED" is already defined at spec/events/things.yaml:4',
    ),
    "event in another case in one file": (
        {"events/zoo.yaml": event() + _renamed(event(), "Did", "DID").partition("events:\n")[2]},
        'event "DID" is already defined at spec/events/zoo.yaml:3',
    ),
    "enum": (
        {"a.yaml": enum(), "b.yaml": enum().replace("values: [Glad, Sad]}", "values: [Up]}  # <-")},
        'enum "Mood" is already defined at spec/a.yaml:3',
    ),
    "enum in another case": (
        {"a.yaml": enum(), "b.yaml": enum("MOOD").replace("]}", "]}  # <-")},
        'enum "MOOD" is already defined at spec/a.yaml:3',
    ),
    "group": (
        {"a.yaml": group(), "b.yaml": _renamed(group(), "shape", "shape")},
        'group "shape" is already defined at spec/a.yaml:3',
    ),
    "group in another case": (
        {"a.yaml": group(), "b.yaml": _renamed(group(), "shape", "Shape")},
        'group "Shape" is already defined at spec/a.yaml:3',
    ),
    "name of a field": (
        {
            "a.yaml": names("fields:\n  Door: gate"),
            "b.yaml": names("fields:\n  Room: hall\n  Door: gate  # <-"),
        },
        '"Door" has a name already',
    ),
    "hint": (
        {"a.yaml": names("hints: {Prod: Poke}"), "b.yaml": names("hints:\n  Prod: Poke  # <-")},
        '"Prod" has a name already',
    ),
}


@pytest.mark.parametrize(("files", "message"), TWICE.values(), ids=TWICE)
def test_what_is_defined_twice_is_told_where_it_is_the_second_time(
    workspace: Workspace, files: Files, message: str
) -> None:
    workspace.refuses(files, message)


FIELDS_TWICE: dict[str, str] = {
    "its own and its group's": "groups: [shape]\nfields:\n  Colour: Colour it had.  # <-",
    "in another case": "groups: [shape]\nfields:\n  COLOUR: Colour it had.  # <-",
    "its own, in another case": "fields:\n  Door: Which door.\n  DOOR: Which door.  # <-",
    "two of its groups'": "groups:\n  - group: shape\n    without: [Size]\n"
    "  - group: shape  # <-\n    without: [Size]",
}


@pytest.mark.parametrize("rest", FIELDS_TWICE.values(), ids=FIELDS_TWICE)
def test_a_field_that_an_event_has_twice_is_refused(workspace: Workspace, rest: str) -> None:
    workspace.refuses(
        {"groups.yaml": group(), "events/more.yaml": event(rest)}, "Did has the field"
    )


def test_a_group_may_come_twice_with_different_prefixes(workspace: Workspace) -> None:
    uses = "groups:\n  - shape\n  - {group: shape, prefix: Old, of: the old thing}"
    workspace.write({"groups.yaml": group(), "events/more.yaml": event(uses)})
    assert workspace.generate().status == 0
    text = (workspace.package / "events" / "more.py").read_text(encoding="utf-8")
    for line in (
        (
            '    colour: Soft[str] = Field(default=None, serialization_alias="Colour")\n'
            '    """Colour of the thing."""\n'
        ),
        (
            '    old_colour: Soft[str] = Field(default=None, serialization_alias="OldColour")\n'
            '    """Colour of the old thing."""\n'
        ),
    ):
        assert line in text


def test_fields_that_a_group_leaves_out_are_not_there(workspace: Workspace) -> None:
    uses = "groups: [{group: shape, without: [Size]}]\nfields:\n  Size: Size as a word."
    workspace.write({"groups.yaml": group(), "events/more.yaml": event(uses)})
    assert workspace.generate().status == 0
    text = (workspace.package / "events" / "more.py").read_text(encoding="utf-8")
    assert 'size: Soft[str] = Field(default=None, serialization_alias="Size")' in text


@pytest.mark.parametrize("field", ["Wait", "wait", "WAIT"])
def test_the_unit_of_a_blocking_time_counts_in_whatever_case(
    workspace: Workspace, field: str
) -> None:
    fields = "Wait: {type: int, unit: milliseconds, default: 1500, doc: How long.}"
    text = action(f"fields:\n  {fields}\nblocks:\n  field: {field}")
    workspace.write({"actions/more.yaml": text})
    assert workspace.generate().status == 0
    text = (workspace.package / "actions" / "more.py").read_text(encoding="utf-8")
    assert 'blocks=BlockInfo("wait", per_second=1000, default=1.5)' in text


def test_problems_of_all_kinds_are_reported_together(workspace: Workspace) -> None:
    files: Files = {
        "actions/more.yaml": action("""
            fields:
              Door:
                doc: Which door.
                enum: Gone  # <-
              From: Where from.  # <-
            reply:
              event: Gone  # <-
            example:
              Gone: 1  # <-
            """),
        "events/more.yaml": event("groups:\n  - gone  # <-\nfields:\n  Headers: All.  # <-"),
        "names.yaml": names("hints:\n  Prod: Gone  # <-"),
    }
    workspace.refuses(files)


def test_one_reference_that_is_wrong_twice_is_told_at_both_places(workspace: Workspace) -> None:
    rest = "reply:\n  list:\n    items:\n      - Gone  # <-\n    end: Gone  # <-"
    workspace.refuses({"actions/more.yaml": action(rest)}, 'event "Gone"', 'event "Gone"')


def test_references_cross_files_whatever_their_order(workspace: Workspace) -> None:
    workspace.write(
        {
            "actions/a.yaml": action("reply:\n  list: {items: [Did], end: Poked}"),
            "events/z.yaml": event("groups: [zone]\nfields: {Mood: {doc: Its mood., enum: Zeal}}"),
            "zeal.yaml": enum("Zeal"),
            "zone.yaml": group(name="zone"),
            "a.yaml": names("hints: {Prod: Poke}"),
        }
    )
    assert workspace.generate().status == 0


def test_the_good_spec_is_good(workspace: Workspace) -> None:
    workspace.write(GOOD)
    assert workspace.check().status == 0
