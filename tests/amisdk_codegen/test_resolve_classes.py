"""Names of classes, enumerations and modules: what Python cannot take is refused in time."""

import ast
from pathlib import Path

import pytest

from .support import GOOD, Files, Workspace, action, enum, event, names

MODELS = Path(__file__).parents[2] / "generated" / "amisdk_models"


def _imported() -> list[str]:
    found: set[str] = set()
    for kind in ("actions", "events"):
        for file in (MODELS / kind).glob("[!_]*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module != "enums":
                    found.update(alias.name for alias in node.names)
    return sorted(found)


def _named(text: str, name: str) -> str:
    return text.replace(f"  {name}:", f"  {name}:  # <-", 1)


@pytest.mark.parametrize(
    "name", [*_imported(), "UnknownEvent", "bool", "float", "int", "str", "tuple"]
)
def test_an_event_cannot_have_a_name_that_generated_code_uses(
    workspace: Workspace, name: str
) -> None:
    workspace.refuses({"events/more.yaml": _named(event(name=name), name)}, f'"{name}"')


@pytest.mark.parametrize("kind", ["List", "Event", "Output", "Config", "Pairs", "Text", "Raw"])
def test_an_action_cannot_have_a_reply_that_generated_code_uses(
    workspace: Workspace, kind: str
) -> None:
    workspace.write({"actions/more.yaml": action(name=kind)})
    outcome = workspace.generate()
    assert outcome.status == 2
    *_, last = outcome.err.splitlines()
    assert last.startswith("spec/actions/more.yaml:3: ")
    assert f'"{kind}Reply"' in last


def test_an_action_called_output_is_told_what_to_do(workspace: Workspace) -> None:
    text = _named(action(name="Output"), "Output")
    workspace.refuses({"actions/more.yaml": text}, "name it in names.classes")
    workspace.write({"names.yaml": names("classes: {Output: ShowOutput}")})
    assert workspace.generate().status == 0
    registry = (workspace.package / "registry.py").read_text(encoding="utf-8")
    assert '"Output": "more.ShowOutput"' in registry


SHORT = "summary: Do it., module: m, versions: 11, privilege: []"
RECORDS = "{type: records, doc: The bars., columns: {Name: Its name.}}"
CLASHES: dict[str, Files] = {
    "an action and another's reply": {
        "actions/more.yaml": "summary: More.\nactions:\n"
        f"  Foo: {{{SHORT}}}\n  FooReply: {{{SHORT}}}  # <-\n",
    },
    "an action and another's reply in two files": {
        "actions/a.yaml": f"summary: More.\nactions:\n  Foo: {{{SHORT}}}\n",
        "actions/b.yaml": f"summary: More.\nactions:\n\n  FooReply: {{{SHORT}}}  # <-\n",
    },
    "an action and another's record": {
        "actions/more.yaml": "summary: More.\nactions:\n"
        f"  Foo: {{{SHORT}, fields: {{Bars: {RECORDS}}}}}\n  FooBar: {{{SHORT}}}  # <-\n",
    },
    "two actions by their names in Python": {
        "actions/more.yaml": "summary: More.\nactions:\n"
        f"  Do-It: {{{SHORT}}}\n  DoIt: {{{SHORT}}}  # <-\n",
        "names.yaml": names("classes: {Do-It: DoIt}"),
    },
}


@pytest.mark.parametrize("files", CLASHES.values(), ids=CLASHES)
def test_two_definitions_cannot_make_one_class(workspace: Workspace, files: Files) -> None:
    workspace.write(files)
    outcome = workspace.generate()
    assert outcome.status == 2
    places = {line.partition(": ")[0] for line in outcome.err.splitlines()}
    [expected] = [
        f"spec/{name}:{number}"
        for name, text in files.items()
        for number, line in enumerate(str(text).splitlines(), 1)
        if line.endswith("# <-")
    ]
    assert places == {expected}


def test_two_events_cannot_make_one_class(workspace: Workspace) -> None:
    files: Files = {
        "events/zoo.yaml": _named(event(), "Did"),
        "names.yaml": names("classes: {Did: Poked}"),
    }
    workspace.refuses(files, '"Poked"')


def test_an_action_and_an_event_may_have_one_name(workspace: Workspace) -> None:
    workspace.write({"actions/more.yaml": action(name="Poked")})
    assert workspace.generate().status == 0


@pytest.mark.parametrize("name", ["Do-it", "None", "class", "True"])
def test_a_class_name_that_is_no_python_name_is_refused(workspace: Workspace, name: str) -> None:
    text = event(name=f'"{name}"').replace(f'"{name}":', f'"{name}":  # <-')
    workspace.refuses({"events/more.yaml": text}, "name it in names.classes")


@pytest.mark.parametrize("name", ["Do it", "class", "1st", "''"])
def test_a_class_name_of_ones_own_must_be_a_python_name(workspace: Workspace, name: str) -> None:
    files: Files = {
        "events/more.yaml": _named(event(), "Did"),
        "names.yaml": names(f"classes: {{Did: {name}}}"),
    }
    workspace.refuses(files)


def test_a_name_that_is_no_python_name_can_have_a_class(workspace: Workspace) -> None:
    files: Files = {
        "events/more.yaml": event(name="Re-Done"),
        "names.yaml": names("classes: {Re-Done: ReDone}"),
    }
    workspace.write(files)
    assert workspace.generate().status == 0
    module = (workspace.package / "events" / "more.py").read_text(encoding="utf-8")
    assert "class ReDone(Event):" in module
    assert 'EventInfo(\n        "Re-Done"' in module or 'EventInfo("Re-Done"' in module
    registry = (workspace.package / "registry.py").read_text(encoding="utf-8")
    assert '"Re-Done": "more.ReDone"' in registry


@pytest.mark.parametrize("name", ["Soft", "Event", "Literal", "TypeAlias", "Sad-mood", "None"])
def test_an_enum_cannot_have_a_name_that_generated_code_uses(
    workspace: Workspace, name: str
) -> None:
    files: Files = {
        "enums.yaml": enum(f'"{name}"').replace("]}", "]}  # <-"),
        "events/more.yaml": event(f'fields: {{Mood: {{doc: Its mood., enum: "{name}"}}}}'),
    }
    workspace.refuses(files, f'"{name}"')


def test_an_enum_cannot_be_called_as_a_class_is(workspace: Workspace) -> None:
    files: Files = {
        "enums.yaml": enum("Did"),
        "events/more.yaml": event("fields: {Mood: {doc: Its mood., enum: Did}}").replace(
            "  Did:", "  Did:  # <-"
        ),
    }
    workspace.refuses(files, '"Did"')


@pytest.mark.parametrize(
    "stem", ["my-things", "1things", "class", "None", "a b", "__init__", "Things", "thïngs"]
)
def test_a_file_whose_name_makes_no_module_is_refused(workspace: Workspace, stem: str) -> None:
    name = f"actions/{stem}.yaml"
    workspace.refuses({name: action()}, f'"{stem}"', places=[f"spec/{name}:1"])


def test_two_files_cannot_make_one_module(workspace: Workspace) -> None:
    workspace.refuses(
        {"actions/zoo/things.yaml": action()},
        "makes actions/things.py, as spec/actions/things.yaml does",
        places=["spec/actions/zoo/things.yaml:1"],
    )


def test_one_file_may_hold_actions_and_events(workspace: Workspace) -> None:
    for name in GOOD:
        (workspace.spec / name).unlink()
    text = str(GOOD["actions/things.yaml"]) + str(GOOD["events/things.yaml"]).partition("\n\n")[2]
    workspace.write({"things.yaml": text})
    assert workspace.generate().status == 0
    for kind, name in (("actions", "Poke"), ("events", "Poked")):
        module = (workspace.package / kind / "things.py").read_text(encoding="utf-8")
        assert f"\nclass {name}(" in module


def test_all_clashes_are_reported_together(workspace: Workspace) -> None:
    files: Files = {
        "actions/a-b.yaml": action(),
        "events/more.yaml": event(name="Soft"),
        "events/zoo.yaml": event(name="Did-it"),
    }
    workspace.refuses(
        files,
        places=["spec/actions/a-b.yaml:1", "spec/events/more.yaml:3", "spec/events/zoo.yaml:3"],
    )
