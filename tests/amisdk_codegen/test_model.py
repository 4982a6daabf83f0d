"""What a single value of a spec may be, and the JSON Schema that says so to editors."""

import json
from pathlib import Path
from typing import Any

import pytest
from amisdk_codegen.cli import schema_text
from amisdk_codegen.model import parse_versions
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from ruamel.yaml import YAML

from .support import Workspace, action, event

SPEC = Path(__file__).parents[2] / "spec"


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("11-23", ((11, 23),)),
        ("16", ((16, 16),)),
        (16, ((16, 16),)),
        ("18, 20-23", ((18, 18), (20, 23))),
        ("11-13,15,17-18", ((11, 13), (15, 15), (17, 18))),
    ],
)
def test_a_version_span_reads_as_majors(text: object, spans: tuple[tuple[int, int], ...]) -> None:
    assert parse_versions(text) == spans


BAD_SPANS = {
    "23-11": "runs backwards",
    "10-12": "outside Asterisk 11-23",
    "20-24": "outside Asterisk 11-23",
    "24": "outside Asterisk 11-23",
    "11-15, 14-20": '"14-20" does not come after the span before it',
    "11-15, 16-20": '"16-20" does not come after the span before it',
    "20, 11": '"11" does not come after the span before it',
    "new": '"new" is no version span; write "12-23" or "18, 20-23"',
    "'11,'": '"" is no version span',
    "11 - 13": '"11 - 13" is no version span',
    "11-12-13": '"11-12-13" is no version span',
    "''": '"" is no version span',
    "true": "a version span is a text",
    "11.5": "a version span is a text",
    "[11, 12]": "a version span is a text",
    "null": "a version span is a text",
}


@pytest.mark.parametrize(("span", "message"), BAD_SPANS.items(), ids=BAD_SPANS)
def test_a_bad_version_span_is_refused(workspace: Workspace, span: str, message: str) -> None:
    text = event().replace("versions: 11-23", f"versions: {span}  # <-")
    workspace.refuses({"events/more.yaml": text}, message)


def test_a_bad_version_span_of_a_field_is_refused(workspace: Workspace) -> None:
    text = action("fields:\n  Door:\n    doc: Which door.\n    versions: 9  # <-")
    workspace.refuses({"actions/more.yaml": text}, "fields.Door.versions: ")


ACTION_FIELDS = {
    "enum: [Up], type: int": "an enum cannot be of type int",
    "open: true": "open needs an enum",
    "min: 1": "min and max do not fit type text",
    "max: 1, type: bool": "min and max do not fit type bool",
    "words: [Up, Down]": "words are two texts, for a field of type bool",
    "words: [Up], type: bool": "words are two texts, for a field of type bool",
    "type: records": "a field of type records has columns, and no other has",
    "columns: {Name: Its name.}": "a field of type records has columns, and no other has",
    "repeat: true, type: int": "a field of type int cannot repeat",
    "blank: true": "blank is for a required field of type text",
    "blank: true, required: true, type: csv": "blank is for a required field of type text",
    "default: 1, required: true": "a required field has no default",
    "min: 3, max: 2, type: int": "min is above max",
    "default: none, type: int": "the default of type int is a number",
    "default: 1, min: 2, type: int": "the default is beyond min or max",
    "default: 3.5, max: 3, type: float": "the default is beyond min or max",
}


@pytest.mark.parametrize(("rest", "message"), ACTION_FIELDS.items(), ids=ACTION_FIELDS)
def test_an_action_field_that_contradicts_itself_is_refused(
    workspace: Workspace, rest: str, message: str
) -> None:
    text = action(f"fields:\n  Door: {{doc: Which door., {rest}}}  # <-")
    workspace.refuses({"actions/more.yaml": text}, f"actions.Do.fields.Door: {message}")


EVENT_FIELDS = {
    "enum: [Up], type: int": "an enum cannot be of type int",
    "repeat: true, type: csv": "a field of type csv cannot repeat",
    "repeat: true, type: variables": "a field of type variables cannot repeat",
    "escaped: true, type: int": "escaped does not fit type int",
    "absent: [x], type: verbatim": "absent does not fit type verbatim",
    "words: [Up, Down]": "words are two texts, for a field of type bool",
    "words: [Up, Down, Left], type: bool": "words are two texts, for a field of type bool",
}


@pytest.mark.parametrize(("rest", "message"), EVENT_FIELDS.items(), ids=EVENT_FIELDS)
def test_an_event_field_that_contradicts_itself_is_refused(
    workspace: Workspace, rest: str, message: str
) -> None:
    text = event(f"fields:\n  Door: {{doc: Which door., {rest}}}  # <-")
    workspace.refuses({"events/more.yaml": text}, f"events.Did.fields.Door: {message}")


@pytest.mark.parametrize(
    "rest",
    [
        "shape: output, event: Poked",
        "shape: config, list: {items: [Poked], end: Poked}",
        "event: Poked, list: {items: [Poked], end: Poked}",
    ],
)
def test_a_reply_of_two_shapes_is_refused(workspace: Workspace, rest: str) -> None:
    text = action(f"reply: {{{rest}}}  # <-")
    workspace.refuses({"actions/more.yaml": text}, "a reply has one of shape, list and event")


@pytest.mark.parametrize("rest", ["{}", "{any_of: [Door, Room], exclusive: [Door, Room]}"])
def test_a_rule_of_no_kind_or_of_two_is_refused(workspace: Workspace, rest: str) -> None:
    text = action(f"fields: {{Door: Which door., Room: Which room.}}\nrules:\n  - {rest}  # <-")
    workspace.refuses({"actions/more.yaml": text}, "a rule is one of one_of, any_of, exclusive")


@pytest.mark.parametrize("rest", ["any_of: []", "exclusive: []", "one_of: []", "needs: {}"])
def test_a_rule_about_nothing_is_refused(workspace: Workspace, rest: str) -> None:
    text = action(f"fields: {{Door: Which door.}}\nrules:\n  - {rest}  # <-")
    workspace.refuses({"actions/more.yaml": text}, "is empty")


def test_a_danger_that_there_is_not_is_refused(workspace: Workspace) -> None:
    text = action("danger:\n  - runs code\n  - explodes  # <-")
    workspace.refuses({"actions/more.yaml": text}, "actions.Do.danger.1: ")


@pytest.mark.parametrize("harm", ["runs code", "writes configuration"])
@pytest.mark.parametrize("before", [True, False])
def test_a_read_only_action_does_no_harm(workspace: Workspace, harm: str, before: bool) -> None:
    lines = ["read_only: true", f"danger: [reads configuration, {harm}]  # <-"]
    text = action("\n".join(lines if before else reversed(lines)))
    message = f'actions.Do.danger: "{harm}" contradicts read_only'
    workspace.refuses({"actions/more.yaml": text}, message)


@pytest.mark.parametrize(
    "rest",
    [
        "read_only: true\ndanger: [reads configuration]",
        "read_only: false\ndanger: [runs code]",
        "danger: [writes configuration]",
    ],
)
def test_what_does_not_contradict_itself_is_taken(workspace: Workspace, rest: str) -> None:
    workspace.write({"actions/more.yaml": action(rest)})
    assert workspace.generate().status == 0


def test_read_only_is_true_or_false(workspace: Workspace) -> None:
    text = action("danger: [runs code]\nread_only: mostly  # <-")
    message = "actions.Do.read_only: is neither true nor false"
    workspace.refuses({"actions/more.yaml": text}, message)


SCHEMA: dict[str, Any] = json.loads(schema_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_a_valid_json_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@pytest.mark.parametrize("file", sorted(SPEC.rglob("*.yaml")), ids=lambda file: file.stem)
def test_the_schema_accepts_each_file_of_the_real_spec(file: Path) -> None:
    VALIDATOR.validate(YAML(typ="safe").load(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "text",
    [
        "summary: More.\nthings: {}\n",
        "actions: {}\n",
        action("colour: red"),
        action("fields: {Door: {doc: Which door., colour: red}}"),
        action("fields: {Door: {doc: Which door., type: integer}}"),
        action("fields: {Door: 3}"),
        action("reply: {fields: {Door: {doc: Which door., required: true}}}"),
        event("groups: [{group: shape, prefiks: Old}]"),
        event("groups: [3]"),
        event("class: {}"),
        event().replace("11-23", "11.5"),
        "summary: More.\nenums: {Mood: {summary: A mood., values: []}}\n",
        "summary: More.\nnames: {hints: {Prod: {action: Poke, colour: red}}}\n",
    ],
)
def test_the_schema_rejects_what_the_generator_does(workspace: Workspace, text: str) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(YAML(typ="safe").load(text))
    workspace.write({"more.yaml": text})
    assert workspace.generate().status == 2


@pytest.mark.parametrize(
    "text",
    [
        action("fields: {Door: Which door.}"),
        action("fields: {Door: {doc: Which door., type: records, columns: {Name: Its name.}}}"),
        action("idempotent: true"),
        action("read_only: true"),
        event("class: call"),
        event("class: [call, agent]"),
        event("groups: [shape]"),
        event("groups: [{group: shape, prefix: Old}]"),
        "summary: More.\nnames: {hints: {Prod: Poke}}\n",
        "summary: More.\nnames: {hints: {Prod: {action: Poke}}}\n",
        "summary: More.\nenums: {Mood: {summary: A mood., values: {Glad: Not sad.}}}\n",
    ],
)
def test_the_schema_accepts_every_short_form(text: str) -> None:
    VALIDATOR.validate(YAML(typ="safe").load(text))


def test_the_schema_describes_keys_for_editors() -> None:
    definitions = SCHEMA["$defs"]
    assert definitions["ActionSpec"]["properties"]["versions"]["description"]
    assert "class" in definitions["EventSpec"]["properties"]
    assert "class_" not in definitions["EventSpec"]["properties"]
