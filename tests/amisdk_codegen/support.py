"""What the tests of the generator share: small specs, and a place to run the command in."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

import pytest
from amisdk_codegen.cli import main

MARK = "# <-"
"""Ends a line of a bad spec about which a problem is expected."""

Files = dict[str, str | bytes]
Snapshot = dict[str, tuple[bytes, int]]

GOOD: Files = {
    "actions/things.yaml": """\
summary: Actions on things.

actions:
  Poke:
    summary: Poke a thing.
    module: res_thing
    versions: 11-23
    privilege: [system]
    fields:
      Thing: {required: true, doc: "Name of the thing."}
    example: {Thing: door}
""",
    "events/things.yaml": """\
summary: Events of things.

events:
  Poked:
    summary: A thing was poked.
    module: res_thing
    class: system
    versions: 11-23
    fields:
      Thing: Name of the thing.
""",
}
"""A spec that is right, small, and has an action and an event."""


def block(text: str, depth: int) -> str:
    """Indent a block of YAML to where it belongs."""
    return indent(dedent(text).strip("\n"), " " * depth) + "\n" if text.strip() else ""


def action(rest: str = "", *, name: str = "Do") -> str:
    """Write a spec file with one action that has these further keys."""
    return (
        f"summary: More actions.\nactions:\n  {name}:\n    summary: Do something.\n"
        f"    module: res_more\n    versions: 11-23\n    privilege: []\n{block(rest, 4)}"
    )


def event(rest: str = "", *, name: str = "Did") -> str:
    """Write a spec file with one event that has these further keys."""
    return (
        f"summary: More events.\nevents:\n  {name}:\n    summary: Something was done.\n"
        f"    module: res_more\n    versions: 11-23\n{block(rest, 4)}"
    )


def group(fields: str = "", *, name: str = "shape") -> str:
    """Write a spec file with one group, of a Colour, a Size and these fields."""
    return (
        f"summary: Groups of fields.\ngroups:\n  {name}:\n    summary: How a thing looks.\n"
        "    of: the thing\n    fields:\n      Colour: Colour of {of}.\n"
        f"      Size: {{type: int, doc: 'Size of {{of}}.'}}\n{block(fields, 6)}"
    )


def enum(name: str = "Mood") -> str:
    """Write a spec file with one enumeration."""
    return f"summary: More enums.\nenums:\n  {name}: {{summary: A mood., values: [Glad, Sad]}}\n"


def names(rest: str) -> str:
    """Write a spec file with names."""
    return f"summary: Names of things.\nnames:\n{block(rest, 2)}"


def marked(files: Files) -> list[str]:
    """List the places of the lines that carry the mark, as a message begins."""
    return [
        f"spec/{name}:{number}"
        for name, text in sorted(files.items())
        if isinstance(text, str)
        for number, line in enumerate(text.split("\n"), 1)
        if line.endswith(MARK)
    ]


def snapshot(directory: Path) -> Snapshot:
    """Return every file below a directory with its bytes and its time."""
    return {
        path.relative_to(directory).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def contents(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory with its bytes."""
    return {name: data for name, (data, _) in snapshot(directory).items()}


@dataclass(frozen=True)
class Outcome:
    """How a run of the command ended."""

    status: int
    out: str
    err: str


class Workspace:
    """A directory with a spec, which is the current directory while the test runs."""

    def __init__(self, root: Path, output: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.spec = root / "spec"
        self.package = root / "out" / "things"
        self._output = output

    def write(self, files: Files, directory: str = "spec") -> None:
        """Write files of the spec, over those of the same name."""
        for name, text in files.items():
            path = self.root / directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))

    def run(self, command: str, *arguments: str) -> Outcome:
        """Run the command in this process."""
        self._output.readouterr()
        status = main([command, *arguments])
        captured = self._output.readouterr()
        return Outcome(status, captured.out, captured.err)

    def generate(self, *arguments: str) -> Outcome:
        """Generate the package ``things`` below ``out``."""
        return self.run("generate", "--alone", "--out", "out", "--package", "things", *arguments)

    def check(self, *arguments: str) -> Outcome:
        """Check the package ``things`` below ``out``."""
        return self.run("check", "--alone", "--out", "out", "--package", "things", *arguments)

    def refuses(self, files: Files, *fragments: str, places: list[str] | None = None) -> None:
        """Hold the command to refuse a spec: a problem at each marked line, nothing written.

        Each fragment belongs to the problem at the same position.
        """
        self.write(files)
        before = snapshot(self.package)
        outcome = self.generate()
        found = outcome.err.splitlines()
        assert [line.partition(": ")[0] for line in found] == (places or marked(files)), outcome.err
        assert len(fragments) in (0, len(found))
        for fragment, line in zip(fragments, found, strict=False):
            assert fragment in line.partition(": ")[2]
        assert (outcome.status, outcome.out) == (2, "")
        assert snapshot(self.package) == before
        assert self.run("generate", "--alone", "--out", "fresh", "--package", "things").status == 2
        assert not (self.root / "fresh").exists()


def python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in another process."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
