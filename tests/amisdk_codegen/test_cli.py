"""The command: check, schema, its arguments, its exit status."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from amisdk_codegen.cli import main, schema_text

from .support import Workspace, action, event, python, snapshot

ROOT = Path(__file__).parents[2]


def test_a_package_that_agrees_passes(workspace: Workspace) -> None:
    before = snapshot(workspace.package)
    outcome = workspace.check()
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    assert snapshot(workspace.package) == before


def test_a_hand_edit_is_shown_as_a_diff(workspace: Workspace) -> None:
    path = workspace.package / "events" / "things.py"
    text = path.read_text()
    path.write_text(text.replace("A thing was poked.", "Poked, by hand."))
    before = snapshot(workspace.package)
    outcome = workspace.check()
    assert outcome.status == 1
    old, new, position, *rest = outcome.out.splitlines()
    assert old == "--- out/things/events/things.py"
    assert new == "+++ out/things/events/things.py (from the spec)"
    assert position.startswith("@@ ")
    assert [line for line in rest if line[0] in "+-"] == [
        '-    """Poked, by hand.',
        '+    """A thing was poked.',
    ]
    assert outcome.err == "out/things is not what spec says\n"
    assert snapshot(workspace.package) == before


def test_a_change_of_the_spec_is_shown_as_a_diff(workspace: Workspace) -> None:
    path = workspace.spec / "events" / "things.yaml"
    path.write_text(path.read_text().replace("A thing was poked.", "Poked, it was."))
    outcome = workspace.check()
    assert outcome.status == 1
    assert '-    """A thing was poked.\n+    """Poked, it was.\n' in outcome.out


@pytest.mark.parametrize("name", ["events/things.py", "registry.py", "__init__.py"])
def test_a_missing_file_is_shown(workspace: Workspace, name: str) -> None:
    text = (workspace.package / name).read_text()
    (workspace.package / name).unlink()
    outcome = workspace.check()
    assert outcome.status == 1
    old, new, _, *rest = outcome.out.splitlines()
    assert (old, new) == ("--- /dev/null", f"+++ out/things/{name} (from the spec)")
    assert rest == [f"+{line}" for line in text.splitlines()]


def test_a_missing_file_without_content_is_named(workspace: Workspace) -> None:
    (workspace.package / "py.typed").unlink()
    outcome = workspace.check()
    assert (outcome.status, outcome.out) == (1, "out/things/py.typed: is missing\n")


def test_an_extra_file_is_shown(workspace: Workspace) -> None:
    (workspace.package / "actions" / "mine.py").write_text("mine = 1\n")
    outcome = workspace.check()
    assert outcome.status == 1
    assert outcome.out.splitlines() == [
        "--- out/things/actions/mine.py",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-mine = 1",
    ]
    assert (workspace.package / "actions" / "mine.py").exists()


def test_an_extra_file_without_content_is_named(workspace: Workspace) -> None:
    (workspace.package / "mine.py").touch()
    outcome = workspace.check()
    assert (outcome.status, outcome.out) == (1, "out/things/mine.py: is stale\n")


def test_an_extra_file_that_is_no_text_is_named(workspace: Workspace) -> None:
    (workspace.package / "mine.bin").write_bytes(b"\x00\xff\xfe")
    outcome = workspace.check()
    assert outcome.status == 1
    assert "out/things/mine.bin" in outcome.out


EDITS = {
    "no end of line": lambda data: data.rstrip(b"\n"),
    "other ends of lines": lambda data: data.replace(b"\n", b"\r\n"),
    "an empty line more": lambda data: data + b"\n",
    "bytes that are no text": lambda data: data + b"# \xff\n",
}


@pytest.mark.parametrize("edit", EDITS)
def test_check_finds_whatever_generate_would_change(workspace: Workspace, edit: str) -> None:
    path = workspace.package / "events" / "things.py"
    path.write_bytes(EDITS[edit](path.read_bytes()))
    outcome = workspace.check()
    assert outcome.status == 1
    assert "out/things/events/things.py" in outcome.out
    assert "is missing" not in outcome.out
    assert workspace.generate().out == "out/things: 1 file changed\n  events/things.py\n"
    assert workspace.check().status == 0


def test_a_package_that_was_never_generated_does_not_pass(workspace: Workspace) -> None:
    shutil.rmtree(workspace.package)
    outcome = workspace.check()
    assert outcome.status == 1
    assert outcome.out.count("--- /dev/null\n") == 7
    assert not workspace.package.exists()


def test_every_difference_is_shown(workspace: Workspace) -> None:
    workspace.write({"actions/more.yaml": action(), "events/more.yaml": event()})
    outcome = workspace.check()
    assert outcome.status == 1
    for name in ("actions/__init__.py", "actions/more.py", "events/more.py", "registry.py"):
        assert f"+++ out/things/{name} (from the spec)\n" in outcome.out
    assert "+++ out/things/events/things.py" not in outcome.out


def test_a_bad_spec_is_told_by_check_too(workspace: Workspace) -> None:
    workspace.write({"actions/more.yaml": action("colour: red")})
    outcome = workspace.check()
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == "spec/actions/more.yaml:8: actions.Do.colour: unknown key\n"


def test_a_schema_that_is_up_to_date_passes(workspace: Workspace) -> None:
    assert workspace.run("schema", "spec/schema.json").status == 0
    assert workspace.check().status == 0


def test_a_schema_that_is_out_of_date_does_not_pass(workspace: Workspace) -> None:
    workspace.run("schema", "spec/schema.json")
    path = workspace.spec / "schema.json"
    path.write_text(path.read_text().replace('"draft', '"old'))
    path.write_text(path.read_text() + "\n")
    outcome = workspace.check()
    assert outcome.status == 1
    assert outcome.out.startswith("spec/schema.json: is not what the format says")
    assert "amisdk-codegen schema spec/schema.json" in outcome.out
    assert "out/things is not" not in outcome.err


def test_the_schema_is_written_where_it_is_asked_for(bare: Workspace) -> None:
    outcome = bare.run("schema", "deep/schema.json")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    assert (bare.root / "deep" / "schema.json").read_text() == schema_text()


def test_the_schema_is_printed_if_no_file_is_given(bare: Workspace) -> None:
    outcome = bare.run("schema")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == schema_text()
    assert json.loads(outcome.out)["title"] == "SpecFile"


@pytest.mark.parametrize("name", ["my-things", "a.b", "1st", "", "a b", "../things", "class"])
@pytest.mark.parametrize("command", ["generate", "check"])
def test_a_package_must_have_a_python_name(workspace: Workspace, command: str, name: str) -> None:
    before = snapshot(workspace.root)
    outcome = workspace.run(command, "--out", "out", f"--package={name}")
    assert (outcome.status, outcome.out) == (2, "")
    assert f'"{name}" is no name for a package' in outcome.err
    assert snapshot(workspace.root) == before


@pytest.mark.parametrize(
    "arguments", [[], ["destroy"], ["generate", "--colour", "red"], ["check", "spec"]]
)
def test_a_wrong_call_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: amisdk-codegen")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert all(command in text for command in ("generate", "check", "schema"))


def test_the_module_runs_as_the_command(workspace: Workspace) -> None:
    arguments = ["-m", "amisdk_codegen", "check", "--alone", "--out", "out", "--package", "things"]
    done = python(*arguments, cwd=workspace.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (workspace.package / "py.typed").unlink()
    assert python(*arguments, cwd=workspace.root).returncode == 1


def test_a_difference_counts_even_if_nobody_reads_it_to_the_end(workspace: Workspace) -> None:
    (workspace.package / "mine.py").write_text("mine = 1\n" * 20_000)
    command = [
        sys.executable,
        "-m",
        "amisdk_codegen",
        "check",
        "--alone",
        "--out=out",
        "--package=things",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        assert run.stdout.readline() == b"--- out/things/mine.py\n"
        run.stdout.close()
        assert run.stderr.read() == b"out/things is not what spec says\n"
    assert run.returncode == 1


def test_the_package_in_this_repository_is_what_its_spec_says(
    bare: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    outcome = bare.run("check")
    assert outcome.status == 0, outcome.out[:2000] + outcome.err
