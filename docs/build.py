"""Builds the documentation site below build/docs/: the pages of docs/ and the generated reference.

Three pages live elsewhere, where people look for them in a repository; links to them are turned
towards their place in the site. An example for asyncio gets its blocking form beside it; where
there is none, the comment ``asyncio only`` stands before the example. The site generator runs
strictly: what it warns of is an error.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from posixpath import normpath, relpath
from textwrap import indent
from typing import Any

from amisdk_codegen.cli import main as codegen
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
ELSEWHERE = {
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "spec/README.md": "spec.md",
}
"""Pages of the site that are not below docs/."""
EXAMPLE = re.compile(
    r"^(?:<!-- (asyncio|blocking) only -->\n)?```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL
)
"""An example in Python, and the only client it is for."""
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")


def build(out: Path) -> Path:
    """Build the site below `out`, and return its directory."""
    pages = out / "docs"
    if out.exists():
        if any(out.iterdir()) and not (out / "mkdocs.yml").is_file():
            raise SystemExit(f"{out} has something else in it; nothing was built")
        shutil.rmtree(out)
    for file in sorted((ROOT / "docs").rglob("*")):
        if file.suffix in (".md", ".css", ".svg"):
            _place(file, pages / file.relative_to(ROOT / "docs"))
    for source, target in ELSEWHERE.items():
        _place(ROOT / source, pages / target)
    arguments = ["--spec", str(ROOT / "spec"), "--out", str(pages / "reference")]
    if codegen(["reference", *arguments, "--nav", str(out / "nav.json")]):
        raise SystemExit("the reference was not written")
    config = YAML(typ="safe").load(ROOT / "docs" / "mkdocs.yml")
    config["nav"][-1] = {
        "Reference": _below("reference", json.loads((out / "nav.json").read_text("utf-8")))
    }
    # JSON is YAML too.
    (out / "mkdocs.yml").write_text(json.dumps(config, indent=1), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run([*command, "-f", "mkdocs.yml"], cwd=out, check=False)
    if done.returncode:
        raise SystemExit(f"the site has faults (status {done.returncode})")
    return out / "site"


def blocking(code: str) -> str:
    """Return an example for asyncio as it reads for the blocking client."""
    code = re.sub(r"\b(?:async|await) ", "", code).replace("AsyncClient", "Client")
    code = re.sub(r"\basyncio\.run\((.*)\)$", r"\1", code, flags=re.MULTILINE)
    if "asyncio." not in code:
        code = re.sub(r"^import asyncio\n+", "", code, flags=re.MULTILINE)
    return code


def _in_tabs(example: re.Match[str]) -> str:
    """Put the blocking form of an example beside it, if it has another one."""
    only, code = example.groups()
    if only is not None or blocking(code) == code:
        return example[0]
    forms = {"asyncio": code, "blocking": blocking(code)}
    return "\n".join(
        f'=== "{name}"\n\n' + indent(f"```python\n{text}```\n", "    ")
        for name, text in forms.items()
    )


def _place(source: Path, target: Path) -> None:
    """Copy a file; the links of a page are those of its new place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix != ".md":
        shutil.copyfile(source, target)
        return
    here = source.relative_to(ROOT).parent.as_posix()
    there = _in_site(source.relative_to(ROOT).as_posix())

    def turned(link: re.Match[str]) -> str:
        aim = _in_site(normpath(f"{here}/{link[1]}"))
        return relpath(aim, f"{there}/..")

    text = LINK.sub(turned, source.read_text(encoding="utf-8"))
    target.write_text(EXAMPLE.sub(_in_tabs, text), encoding="utf-8")


def _in_site(path: str) -> str:
    """Return where a file of the repository is in the site."""
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    if not path.startswith("docs/"):
        raise SystemExit(f"a page links to {path}, which is not in the site")
    return path.removeprefix("docs/")


def _below(directory: str, pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put a directory before the paths of a navigation."""
    return [
        {title: _below(directory, page) if isinstance(page, list) else f"{directory}/{page}"}
        for one in pages
        for title, page in one.items()
    ]


def main() -> None:
    """Build where the command says."""
    parser = argparse.ArgumentParser(description="Builds the documentation site.")
    usual = ROOT / "build" / "docs"
    parser.add_argument("--out", type=Path, default=usual, help="it is emptied first")
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
