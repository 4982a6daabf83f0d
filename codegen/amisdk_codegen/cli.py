"""The command ``amisdk-codegen``: generate | check | reference | import | schema.

Exit status: 0 when all is well, 1 when `check` finds a difference, 2 when the spec or the call
is wrong; nothing is written then.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from keyword import iskeyword
from pathlib import Path

from .errors import Problem, SpecError
from .model import SpecFile
from .plan import Plan
from .write import differences, replace, write

__all__ = ["main", "own_spec", "schema_text"]

SCHEMA = "schema.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "generate":
                return _generate(options)
            case "check":
                return _check(options)
            case "reference":
                return _reference(options)
            case "import":
                return _import(options)
            case _:
                return _schema(options)
    except SpecError as error:
        print(error, file=sys.stderr)
    except ModuleNotFoundError as error:
        if error.name not in ("jinja2", "ruamel", "ruamel.yaml", "ruff"):
            raise
        needs = "amisdk-codegen needs more than is installed: pip install 'amisdk[codegen]'"
        print(needs, file=sys.stderr)
    except BrokenPipeError:  # as of "| head"
        sys.stdout = None
        return int(options.command == "check")  # which only prints differences
    except OSError as error:
        print(f"amisdk-codegen: {error}", file=sys.stderr)
    return 2


def schema_text() -> str:
    """Return the JSON Schema of a spec file, from the format's own models."""
    schema = SpecFile.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _files(options: argparse.Namespace) -> dict[str, str]:
    from .render import render

    return render(_plan(options))


def _plan(options: argparse.Namespace) -> Plan:
    # These need the extra "codegen"; without it, the command can still say so.
    from .load import load
    from .resolve import resolve

    package: str = options.package
    if not package.isidentifier() or iskeyword(package):
        raise SpecError([Problem("--package", 1, f'"{package}" is no name for a package')])
    below = own_spec()
    alone = options.alone or (options.spec.is_dir() and options.spec.samefile(below))
    if not alone and package in ("amisdk", "amisdk_codegen", "amisdk_models"):
        raise SpecError([Problem("--package", 1, f'"{package}" is a package of amisdk itself')])
    return resolve(load(options.spec), package, None if alone else load(below))


def own_spec() -> Path:
    """Return the directory of amisdk's own spec: in the package, or in its repository."""
    here = Path(__file__).parent
    packaged = here / "spec"
    return packaged if packaged.is_dir() else here.parent.parent / "spec"


def _generate(options: argparse.Namespace) -> int:
    changed = write(options.out / options.package, _files(options))
    what = f"{len(changed)} file{'' if len(changed) == 1 else 's'} changed"
    print(f"{options.out / options.package}: {what}")
    for name in changed:
        print(f"  {name}")
    return 0


def _check(options: argparse.Namespace) -> int:
    lines = list(differences(options.out / options.package, _files(options)))
    if lines:
        print(f"{options.out / options.package} is not what {options.spec} says", file=sys.stderr)
    schema = options.spec / SCHEMA
    if schema.is_file() and schema.read_text(encoding="utf-8") != schema_text():
        what = "is not what the format says; run amisdk-codegen schema"
        lines.append(f"{schema}: {what} {schema}")
    for line in lines:
        print(line)
    return 1 if lines else 0


def _reference(options: argparse.Namespace) -> int:
    plan = _plan(options)
    from .reference import MARK, navigation, reference

    files = reference(plan, own=options.own)
    changed = write(options.out, files, "index.md", MARK)
    if options.nav is not None:
        pages = navigation(plan, own=options.own)
        replace(options.nav, json.dumps(pages, indent=2, ensure_ascii=False) + "\n")
    count = f"{len(files)} page{'' if len(files) == 1 else 's'}, {len(changed)} changed"
    print(f"{options.out}: {count}")
    return 0


def _import(options: argparse.Namespace) -> int:
    from .asterisk_xml import read
    from .gather import gather
    from .importing import compare, overlay, report
    from .load import load

    lacks = compare(read(options.file), gather(load(own_spec())))
    for line in report(lacks):
        print(line)
    if options.write is None:
        return 0
    files = {options.write / name: text for name, text in overlay(lacks, options.asterisk).items()}
    if there := [path for path in files if path.exists()]:
        raise SpecError([Problem(str(path), 1, "is there already") for path in there])
    for path, text in files.items():
        replace(path, text)
        print(f"wrote {path}")
    return 0


def _schema(options: argparse.Namespace) -> int:
    if options.file is None:
        print(schema_text(), end="")
    else:
        replace(options.file, schema_text())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="amisdk-codegen", description="Makes pydantic models from a YAML spec of the AMI."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    out = "where the package is"
    for name, text in (
        ("generate", "write the package, and delete what the spec no longer has"),
        ("check", "tell with a diff whether the package is what the spec says"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        _add_spec(command)
        command.add_argument("--out", type=Path, default=Path("generated"), help=out)
    text = "write a page for each action and event, in Markdown, and indexes over them"
    command = commands.add_parser("reference", help=text, description=text)
    _add_spec(command)
    command.add_argument(
        "--out", type=Path, required=True, help="the directory of the pages; all of it is theirs"
    )
    command.add_argument(
        "--own", action="store_true", help="only what the spec has beyond the one it builds on"
    )
    command.add_argument(
        "--nav", type=Path, metavar="FILE", help="write the order of the pages too, as JSON"
    )
    text = "tell what Asterisk's XML documentation has and the spec has not"
    command = commands.add_parser("import", help=text, description=text)
    command.add_argument("file", type=Path, help="core-en_US.xml of an Asterisk")
    command.add_argument(
        "--write", type=Path, metavar="DIR", help="write a spec of it, to build on amisdk's own"
    )
    command.add_argument(
        "--asterisk", type=int, metavar="MAJOR", help="the Asterisk that the file belongs to"
    )
    text = "write the JSON Schema of a spec file, for editors"
    command = commands.add_parser("schema", help=text, description=text)
    command.add_argument("file", type=Path, nargs="?", help="a file; standard output if not given")
    return parser


def _add_spec(command: argparse.ArgumentParser) -> None:
    command.add_argument("--spec", type=Path, default=Path("spec"), help="the spec directory")
    command.add_argument("--package", default="amisdk_models", help="the package's name")
    command.add_argument("--alone", action="store_true", help="do not build on amisdk's own spec")
