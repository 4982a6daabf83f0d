"""``amisdk-codegen import``: from the documentation of an Asterisk to a package of what is new."""

from pathlib import Path

import pytest

from tests.amisdk_codegen.support import Workspace, contents, python, snapshot

DATA = Path(__file__).parent.parent / "data" / "asterisk-xml"
DOOR = str(DATA / "door.xml")


def test_it_tells_what_the_spec_lacks(bare: Workspace) -> None:
    outcome = bare.run("import", DOOR)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines()[-1].startswith("of 8 actions and 4 events the spec lacks 3")
    assert not list(bare.root.iterdir())


def test_what_it_writes_becomes_a_package(bare: Workspace) -> None:
    outcome = bare.run("import", DOOR, "--write", "my_spec", "--asterisk", "22")
    assert outcome.status == 0
    written = [f"wrote my_spec/{name}" for name in contents(bare.root / "my_spec")]
    assert outcome.out.splitlines()[-len(written) :] == written
    made = bare.run("generate", "--spec", "my_spec", "--package", "door_ami", "--out", "src")
    assert (made.status, made.err) == (0, "")
    program = bare.root / "src" / "use.py"
    program.write_text(
        "from door_ami import actions, events, registry\n\n"
        "assert len(registry.ACTIONS) >= 3 and len(registry.EVENTS) >= 3\n"
        "assert actions.Ping().ami_name == 'Ping'\n"
        "assert events.Hangup(cause=16).cause == 16\n"
        "for table in (registry.ACTIONS, registry.EVENTS):\n"
        "    for name, cls in table.items():\n"
        "        assert cls.ami.name == name\n",
        encoding="utf-8",
    )
    done = python("-W", "error", "use.py", cwd=bare.root / "src")
    assert (done.returncode, done.stderr) == (0, "")
    done = python("-m", "mypy", "--strict", "use.py", "door_ami", cwd=bare.root / "src")
    assert done.stdout.startswith("Success"), done.stdout


def test_a_spec_that_is_there_is_not_written_over(bare: Workspace) -> None:
    bare.run("import", DOOR, "--write", "my_spec")
    before = snapshot(bare.root / "my_spec")
    outcome = bare.run("import", DOOR, "--write", "my_spec")
    assert outcome.status == 2
    assert outcome.err.endswith(": is there already\n")
    assert snapshot(bare.root / "my_spec") == before


@pytest.mark.parametrize(
    ("name", "place", "text"),
    [
        ("foreign.xml", 3, "this is no documentation of Asterisk"),
        ("broken.xml", 4, "broken XML: mismatched tag"),
        ("applications.xml", 3, "this documents no action and no event"),
        ("door.yaml", 1, "broken XML"),
    ],
)
def test_what_is_no_documentation_is_refused(
    bare: Workspace, name: str, place: int, text: str
) -> None:
    file = DATA / name
    outcome = bare.run("import", str(file), "--write", "my_spec")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(f"{file}:{place}: {text}")
    assert not list(bare.root.iterdir())


def test_a_file_that_is_not_there(bare: Workspace) -> None:
    outcome = bare.run("import", "nowhere.xml", "--write", "my_spec")
    assert (outcome.status, outcome.out) == (2, "")
    assert "nowhere.xml" in outcome.err
