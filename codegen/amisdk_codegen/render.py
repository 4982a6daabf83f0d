"""From a plan to files: templates, then ruff's formatter. Nothing is written here."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from .plan import Plan, quoted

__all__ = ["render"]


def render(plan: Plan) -> dict[str, str]:
    """Return the files of the package, by their path below it.

    Raises:
        RuntimeError: ruff could not format what came out; the templates are at fault.
    """
    environment = Environment(
        loader=PackageLoader("amisdk_codegen"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - this is Python, not HTML
    )
    environment.filters["quoted"] = quoted
    environment.filters["docstring"] = _docstring
    files = {
        "__init__.py": environment.get_template("root.py.j2").render(plan=plan),
        "enums.py": environment.get_template("enums.py.j2").render(plan=plan),
        "registry.py": environment.get_template("registry.py.j2").render(plan=plan),
    }
    template = environment.get_template("module.py.j2")
    for module in plan.modules:
        files[f"{module.kind}/{module.area}.py"] = template.render(module=module)
    template = environment.get_template("package.py.j2")
    for package in plan.packages:
        files[f"{package.kind}/__init__.py"] = template.render(package=package, plan=plan)
    return {**_formatted(files), "py.typed": ""}


def _docstring(line: str) -> str:
    """Write a line of a docstring so that Python reads the same line."""
    return line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _formatted(files: dict[str, str]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            path = Path(directory, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "ruff"]
        settings = ["--isolated", "--line-length", "100", "--target-version", "py311", "--quiet"]
        for step in (["check", "--select", "I", "--fix"], ["format"]):
            done = subprocess.run(
                [*command, *step, *settings, "--no-cache", "."],
                cwd=directory,  # what lies around here must not matter
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(f"ruff {step[0]} failed: {done.stdout}{done.stderr}")
        return {name: Path(directory, name).read_text(encoding="utf-8") for name in files}
