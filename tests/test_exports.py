"""What the package's face shows is what its modules have."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import amisdk
from amisdk import actions, events

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(amisdk.__path__, "amisdk.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_all_names_exist(name: str) -> None:
    module = importlib.import_module(name)
    if hasattr(module, "__path__") and not hasattr(module, "__all__"):
        return  # a package that only holds modules
    assert module.__all__
    for export in module.__all__:
        assert getattr(module, export) is not None


def test_the_face_resolves_each_of_its_names() -> None:
    for name in amisdk.__all__:
        assert getattr(amisdk, name) is not None
    assert set(dir(amisdk)) >= set(amisdk.__all__)


def _checker_names(source: str) -> set[str]:
    """The names that a type checker sees in a lazy module."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for line in node.body:
                assert isinstance(line, ast.ImportFrom)
                names.update(alias.asname or alias.name for alias in line.names)
    return names


def test_type_checkers_see_the_same_face() -> None:
    source = Path(amisdk.__file__).read_text(encoding="utf-8")
    assert _checker_names(source) == set(amisdk.__all__)


@pytest.mark.parametrize("kind", ["actions", "events"])
def test_generated_packages_show_what_type_checkers_see(kind: str) -> None:
    package = importlib.import_module(f"amisdk_models.{kind}")
    assert package.__file__ is not None
    source = Path(package.__file__).read_text(encoding="utf-8")
    assert _checker_names(source) == set(package.__all__) == set(dir(package))
    for name in package.__all__:
        assert getattr(package, name).__name__ == name


def test_the_facades_hold_the_bases_too() -> None:
    assert actions.RawAction is amisdk.RawAction
    assert events.Event is amisdk.Event
    assert "QueueAdd" in dir(actions)
    assert "UnknownEvent" in dir(events)
