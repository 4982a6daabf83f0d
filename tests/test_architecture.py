"""The arrows of ARCHITECTURE.md, held to the imports that are really there."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS = [
    {
        "lazy",
        "errors",
        "headers",
        "logs",
        "stats",
        "backoff",
        "process",
        "transcripts",
        "making",
        "_making",
    },
    {"fields", "info", "rules", "lifecycle", "mailbox", "handlers"},
    {"plans", "secrecy"},
    {"codec"},
    {"models"},
    {"registry"},
    {"amisdk_models"},
    {"server", "guard", "restore"},
    {"wire", "subscriptions", "doctor"},
    {"exchange"},
    {"login"},
    {"session", "options"},
    {"link"},
    {"streams", "async_streams", "dial"},
    {"pump", "async_pump"},
    {"actions", "events", "preloading"},
    {"base_client"},
    {"client", "async_client"},
    {"testing"},
    {"__init__"},
    {"cli", "__main__"},
]
"""Lowest first; a module imports from its own floor or from below."""
SANS_IO = [
    "backoff",
    "codec",
    "doctor",
    "exchange",
    "guard",
    "handlers",
    "headers",
    "lifecycle",
    "link",
    "login",
    "mailbox",
    "models",
    "restore",
    "secrecy",
    "server",
    "session",
    "stats",
    "subscriptions",
    "wire",
]
IO = {"asyncio", "socket", "ssl", "select", "selectors", "time", "threading", "os"}


def _imports(file: Path, *, checking: bool = False) -> set[str]:
    """Modules that a file imports; those only for type checkers too if `checking`."""
    parts = file.relative_to(ROOT).parent.parts
    package = parts[1:] if parts[0] in ("generated", "codegen") else parts
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            hidden = node.body if "not" not in ast.unparse(node.test) else node.orelse
            for statement in (*node.body, *node.orelse):
                if checking or statement not in hidden:
                    visit(statement)
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            found.add(module)
            if node.level and node.module is None:
                found.update(f"{module}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(file.read_text(encoding="utf-8")))
    return found


def _floor(module: str) -> int | None:
    """The floor of a module, by its dotted name; None for what is not ours."""
    parts = module.split(".")
    if parts[0] == "amisdk_models":
        name = "amisdk_models"
    elif parts[0] == "amisdk":
        name = parts[1] if len(parts) > 1 else "__init__"
    else:
        return None
    return next(number for number, floor in enumerate(FLOORS) if name in floor)


RUNTIME = sorted((ROOT / "amisdk").rglob("*.py"))


@pytest.mark.parametrize("file", RUNTIME, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_runtime_imports_only_downward(file: Path) -> None:
    own = _floor(".".join(file.relative_to(ROOT).with_suffix("").parts))
    assert own is not None
    for module in _imports(file):
        floor = _floor(module)
        assert floor is None or floor <= own or module == "amisdk", f"{file.name} -> {module}"


@pytest.mark.parametrize("name", SANS_IO)
def test_the_core_does_no_input_or_output(name: str) -> None:
    imports = _imports(ROOT / "amisdk" / f"{name}.py")
    assert not {module.partition(".")[0] for module in imports} & IO


def test_the_session_knows_no_generated_model() -> None:
    for name in ("wire", "session", "link", "login", "subscriptions", "models", "registry"):
        imports = _imports(ROOT / "amisdk" / f"{name}.py", checking=True)
        assert not [module for module in imports if module.startswith("amisdk_models")], name


def test_generated_code_imports_only_bases_pydantic_and_itself() -> None:
    allowed = {"lazy", "fields", "info", "rules", "models", "registry"}
    for file in (ROOT / "generated" / "amisdk_models").rglob("*.py"):
        for module in _imports(file):
            first, _, rest = module.partition(".")
            assert first in {"pydantic", "amisdk", "amisdk_models", *sys.stdlib_module_names}
            assert first != "amisdk" or rest in allowed, f"{file.name} -> {module}"


def test_the_generator_stands_apart() -> None:
    for file in (ROOT / "codegen").rglob("*.py"):
        names = {module.partition(".")[0] for module in _imports(file, checking=True)}
        assert not names & {"amisdk", "amisdk_models"}, file.name
    for file in (*RUNTIME, *(ROOT / "generated").rglob("*.py")):
        names = {module.partition(".")[0] for module in _imports(file, checking=True)}
        assert "amisdk_codegen" not in names, file.name


def test_the_runtime_needs_only_pydantic_and_the_command_its_extra() -> None:
    needed = {"amisdk", "amisdk_models", "pydantic", "pydantic_core", *sys.stdlib_module_names}
    for file in RUNTIME:
        extra = {"rich", "typer"} if "cli" in file.parts else set()
        for module in _imports(file):
            assert module.partition(".")[0] in needed | extra, f"{file.name} -> {module}"


def test_nothing_imports_the_command() -> None:
    for file in RUNTIME:
        if "cli" not in file.parts and file.name != "__main__.py":
            assert not [one for one in _imports(file, checking=True) if "cli" in one.split(".")]


COMMAND_PARTS = {
    "action_command", "descriptions", "event_lines", "faults", "groups", "probe", "proxy",
    "replies", "rights", "running", "script", "sending", "terminal",
}  # fmt: skip
"""What the command is made of, and what is tested through its sub-commands."""


def test_every_source_module_has_its_test_module() -> None:
    # A pump is tested through its client; what a plan is made of, through resolve and render.
    exempt = {
        "amisdk": {"__init__", "__main__", "logs", "pump", "async_pump", "stats", *COMMAND_PARTS},
        "codegen/amisdk_codegen": {
            "__init__", "__main__", "errors", "facts", "fields", "gather", "plan", "text",
        },
    }  # fmt: skip
    for source, spared in exempt.items():
        tests = Path(source).name
        for file in (ROOT / source).rglob("*.py"):
            if file.stem not in spared:
                place = ROOT / "tests" / tests / file.relative_to(ROOT / source).parent
                assert list(place.glob(f"test_{file.stem}*.py")), f"no test for {file}"
