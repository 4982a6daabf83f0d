"""Reading YAML: what is no spec file is refused, with the line where it goes wrong."""

from pathlib import Path

import pytest

from .support import GOOD, Files, Workspace, action, enum, event, group

FORMAT: dict[str, tuple[str, str]] = {
    "an unknown key of a file": (
        "summary: More things.\nthings: {}  # <-\n",
        "things: unknown key",
    ),
    "an unknown key of an action": (
        action("colour: red  # <-"),
        "actions.Do.colour: unknown key",
    ),
    "an unknown key of a field": (
        action("""
            fields:
              Door:
                doc: Which door.
                colour: red  # <-
            """),
        "actions.Do.fields.Door.colour: unknown key",
    ),
    "an unknown key of a group's use": (
        event("""
            groups:
              - group: shape
                prefiks: Old  # <-
            """),
        "events.Did.groups.0.prefiks: unknown key",
    ),
    "a missing summary": (
        "# Nothing to say.\nactions: {}  # <-\n",
        "summary: is missing",
    ),
    "a missing module": (
        "summary: More.\nevents:\n  Did:  # <-\n    summary: It was done.\n    versions: 11\n",
        "events.Did.module: is missing",
    ),
    "an action that is a null": (
        "summary: More.\nactions:\n  Do:  # <-\n",
        "actions.Do: is not a mapping",
    ),
    "a word where true or false is due": (
        action("fields:\n  Door: {required: yes, doc: Which door.}  # <-"),
        "actions.Do.fields.Door.required: is neither true nor false",
    ),
    "a number where a list is due": (
        action("rules: 3  # <-"),
        "actions.Do.rules: is not a list",
    ),
    "a number where a text is due": (
        event("fields:\n  Door: {doc: 12}  # <-"),
        "events.Did.fields.Door.doc: is not a text (put quotes around it)",
    ),
    "a number as a whole field": (
        event("fields:\n  Door: 12  # <-"),
        "events.Did.fields.Door: is not a mapping",
    ),
    "a number among texts": (
        event("fields:\n  Door:\n    doc: Which door.\n    absent:\n      - None\n      - 0  # <-"),
        "events.Did.fields.Door.absent.1: is not a text (put quotes around it)",
    ),
    "a text as a number": (
        action("fields:\n  Door: {type: int, min: low, doc: Which door.}  # <-"),
        "actions.Do.fields.Door.min: is not a number",
    ),
    "a type that there is not": (
        action("fields:\n  Door:\n    doc: Which door.\n    type: integer  # <-"),
        "actions.Do.fields.Door.type: ",
    ),
    "an enum that is a number": (
        action("fields:\n  Door:\n    doc: Which door.\n    enum: 3  # <-"),
        "actions.Do.fields.Door.enum: is neither a text nor a list",
    ),
    "a truth value among an enum's": (
        (
            "summary: More.\nenums:\n  Mood:\n    summary: A mood.\n    values:\n"
            "      - glad\n      - true  # <-\n"
        ),
        "enums.Mood.values.1: is not a text (put quotes around it)",
    ),
    "a number as the meaning of a value": (
        (
            "summary: More.\nenums:\n  Mood:\n    summary: A mood.\n    values:\n"
            "      glad: Not sad.\n      sad: 3  # <-\n"
        ),
        "enums.Mood.values.sad: is not a text (put quotes around it)",
    ),
    "an enum without values": (
        "summary: More.\nenums:\n  Mood: {summary: A mood., values: []}  # <-\n",
        "enums.Mood.values: is empty",
    ),
    "a list as a default": (
        action("fields:\n  Door: {doc: Which door., default: [1]}  # <-"),
        "actions.Do.fields.Door.default: is neither a text nor a",
    ),
    "a header's name with a colon": (
        event("fields:\n  'Do:or': Which door.  # <-"),
        "events.Did.fields.Do:or: is no valid name",
    ),
    "a summary that is empty": (
        "summary: ''  # <-\n",
        "summary: is too short",
    ),
    "a summary with a space at its end": (
        "summary: 'More things. '  # <-\n",
        "summary: is not one line of text without spaces around it",
    ),
}


@pytest.mark.parametrize(("text", "message"), FORMAT.values(), ids=FORMAT)
def test_what_the_format_does_not_know_is_refused(
    workspace: Workspace, text: str, message: str
) -> None:
    workspace.refuses({"more.yaml": text}, message)


YAML: dict[str, tuple[str, int, str]] = {
    "a tab before a key": (
        "summary: More.\nenums:\n\tMood: 3\n",
        3,
        "a tab indents this line; YAML takes spaces",
    ),
    "a tab after spaces": (
        "summary: More.\nenums:\n  \tMood: 3\n",
        3,
        "a tab indents this line; YAML takes spaces",
    ),
    "a tab between key and value": (
        "summary: More.\nenums:\n  Mood:\t{summary: A mood.}\n",
        3,
        "broken YAML: found character '\\t'",
    ),
    "a quote that never ends": (
        'summary: More.\nenums:\n  Mood:\n    summary: "A mood.\n    values: [glad]\n',
        4,
        "broken YAML: ",
    ),
    "a bracket that never closes": (
        "summary: More.\nenums:\n  Mood:\n    values: [glad\n\n",
        4,
        "broken YAML: ",
    ),
    "a key between two depths": (
        "summary: More.\nenums:\n  Mood:\n    summary: A mood.\n   values: [glad]\n",
        5,
        "broken YAML: ",
    ),
    "a colon in plain text": (
        "summary: More: of them.\n",
        1,
        "broken YAML: mapping values are not allowed here",
    ),
    "a key that comes twice": (
        "summary: More.\nenums: {}\n\nsummary: Most.\n",
        4,
        '"summary" is here twice (first in line 1)',
    ),
    "a field that comes twice": (
        event("fields:\n  Door: Which door.\n  Room: Which room.\n  Door: Which door."),
        10,
        '"Door" is here twice (first in line 8)',
    ),
    "a key that is a list": (
        "summary: More.\nenums:\n  ? [glad]\n  : sad\n",
        3,
        "a key is a plain word",
    ),
    "a date": (
        "summary: 2026-01-31\n",
        1,
        'put quotes around "2026-01-31"; it reads as a timestamp',
    ),
    "a tag": (
        "summary: !mine More.\n",
        1,
        'put quotes around "More."',
    ),
    "a number that is none": (
        event("fields:\n  Door: {doc: .nan}"),
        8,
        'put quotes around ".nan"; it reads as a float',
    ),
    "an alias that is unknown": (
        "summary: More.\nenums: *moods\n",
        2,
        "broken YAML: found undefined alias",
    ),
    "an alias": (
        "summary: &text More.\nenums:\n  Mood:\n    summary: *text\n    values: [glad]\n",
        4,
        "alias",
    ),
    "an alias of what it stands in": (
        "summary: More.\nenums: &moods\n  Mood: *moods\n",
        3,
        "alias",
    ),
    "two documents": (
        "summary: More.\n---\nsummary: Most.\n",
        2,
        "broken YAML: ",
    ),
    "a control character": (
        "summary: More.\nenums:\n  Mood: \x01\n",
        3,
        "broken YAML: unacceptable character #x0001",
    ),
    "an empty file": ("", 1, "the file is empty"),
    "a file of comments": ("# Nothing.\n\n# Nothing.\n", 1, "the file is empty"),
    "a file that is a list": ("# A list.\n- glad\n- sad\n", 2, "a spec file is a mapping"),
    "a file that is a word": ("glad\n", 1, "a spec file is a mapping"),
}


@pytest.mark.parametrize(("text", "line", "message"), YAML.values(), ids=YAML)
def test_what_is_no_plain_yaml_is_refused(
    workspace: Workspace, text: str, line: int, message: str
) -> None:
    workspace.refuses({"more.yaml": text}, message, places=[f"spec/more.yaml:{line}"])


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"summary: More.\nenums:\n  Mood: \xff\n", 3),
        ("summary: Größe.\n".encode("latin-1"), 1),
        ("summary: More.\n".encode("utf-16"), 1),
    ],
)
def test_a_file_that_is_not_utf8_is_refused(workspace: Workspace, data: bytes, line: int) -> None:
    workspace.refuses(
        {"more.yaml": data}, "the file is not UTF-8", places=[f"spec/more.yaml:{line}"]
    )


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_lines_count_alike_whatever_ends_them(workspace: Workspace, end: str) -> None:
    text = "summary: More.\n\nenums:\n  Mood: 3\n".replace("\n", end)
    workspace.refuses(
        {"more.yaml": text}, "enums.Mood: is not a mapping", places=["spec/more.yaml:4"]
    )


def test_a_byte_order_mark_is_no_part_of_the_text(workspace: Workspace) -> None:
    text = str(GOOD["events/things.yaml"])
    workspace.write({"events/things.yaml": "\N{ZERO WIDTH NO-BREAK SPACE}" + text})
    assert workspace.generate().out == "out/things: 0 files changed\n"


def test_words_of_older_yaml_are_texts(workspace: Workspace) -> None:
    values = "summary: A mood., values: [yes, no, on, off, Y, N]"
    workspace.write({"more.yaml": f"summary: More.\nenums:\n  Mood: {{{values}}}\n"})
    assert workspace.generate().status == 0
    text = (workspace.package / "enums.py").read_text(encoding="utf-8")
    assert 'Mood: TypeAlias = Literal["yes", "no", "on", "off", "Y", "N"]' in text


def test_a_missing_directory_is_refused(bare: Workspace) -> None:
    bare.refuses({}, "there is no such spec directory", places=["spec:1"])


def test_a_file_instead_of_a_directory_is_refused(bare: Workspace) -> None:
    bare.write({"spec": "summary: More.\n"}, ".")
    bare.refuses({}, "there is no such spec directory", places=["spec:1"])


@pytest.mark.parametrize("name", ["more.txt", "more.yml", "schema.json"])
def test_a_directory_without_yaml_is_refused(bare: Workspace, name: str) -> None:
    bare.refuses(
        {name: "summary: More.\n"},
        "the spec directory holds no .yaml file",
        places=["spec:1"],
    )


def test_every_problem_of_every_file_is_reported(workspace: Workspace) -> None:
    files: Files = {
        "actions/more.yaml": action("colour: red  # <-\nrules: 3  # <-"),
        "events/more.yaml": event("fields:\n  Door: 3  # <-\n  Room: 4  # <-"),
        "groups.yaml": "- shape  # <-\n",
        "moods.yaml": enum().replace("[Glad, Sad]}", "3}  # <-"),
    }
    workspace.refuses(files)


def test_broken_files_do_not_hide_each_other(workspace: Workspace) -> None:
    files: Files = {"a.yaml": "", "b.yaml": "summary: 'More.\n", "c.yaml": b"\xff", "d.yaml": "[]"}
    workspace.refuses(files, places=[f"spec/{name}:1" for name in files])


def test_a_problem_is_told_with_the_path_that_the_user_gave(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.write({"more.yaml": group().replace("summary: Groups of fields.", "things: 3")})
    outcome = workspace.generate("--spec", str(tmp_path / "spec"))
    assert outcome.status == 2
    for line in outcome.err.splitlines():
        assert line.startswith(f"{tmp_path / 'spec' / 'more.yaml'}:1: ")
