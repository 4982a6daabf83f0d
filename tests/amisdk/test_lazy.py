"""Nothing is loaded before it is used, and a wrong name gets a hint."""

import subprocess
import sys
from pathlib import Path

import pytest

import amisdk

HEAVY = {"pydantic", "pydantic_core", "asyncio", "typing", "logging", "importlib.metadata", "ssl"}


def loaded_by(code: str) -> set[str]:
    """Return the modules that a new interpreter has after running `code`, beside its own."""
    program = f"import sys; old = set(sys.modules)\n{code}\nprint(*(set(sys.modules) - old))"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing() -> None:
    assert loaded_by("import amisdk") == {"amisdk", "amisdk.lazy"}


def test_the_facades_load_no_area_and_nothing_heavy() -> None:
    modules = loaded_by("from amisdk import actions, events, errors\ndir(actions), dir(events)")
    assert {one for one in modules if one.startswith("amisdk")} == {
        "amisdk",
        "amisdk.actions",
        "amisdk.errors",
        "amisdk.events",
        "amisdk.lazy",
        "amisdk_models",
        "amisdk_models.actions",
        "amisdk_models.events",
    }
    assert modules.isdisjoint(HEAVY)


def test_a_class_loads_its_area_and_no_other() -> None:
    modules = loaded_by("from amisdk import actions\nactions.QueueAdd")
    areas = {one for one in modules if one.startswith("amisdk_models.actions.")}
    assert areas == {"amisdk_models.actions.queues"}
    assert not [one for one in modules if one.startswith("amisdk_models.events")]
    assert "asyncio" not in modules


def test_the_session_loads_no_model_and_no_asyncio() -> None:
    modules = loaded_by("import amisdk.session")
    assert not [one for one in modules if one.startswith("amisdk_models")]
    assert modules.isdisjoint({"asyncio", "socket", "ssl", "time"})


@pytest.mark.parametrize("module", ["amisdk.actions.queues", "amisdk.events.sessions"])
def test_a_facade_is_no_package_that_makes_a_second_copy_of_the_classes(module: str) -> None:
    modules = loaded_by(f"try:\n    import {module}\nexcept ModuleNotFoundError:\n    pass")
    assert module.rpartition(".")[0] in modules
    assert module not in modules


def test_a_name_is_kept_once_it_was_asked_for() -> None:
    modules = loaded_by(
        "import amisdk\n"
        "first = amisdk.Headers\n"
        "assert vars(amisdk)['Headers'] is first\n"
        "assert amisdk.Headers is first"
    )
    assert "amisdk.headers" in modules


def test_the_package_lists_its_names_without_loading_them() -> None:
    assert {"AsyncClient", "actions", "events", "errors"} <= set(dir(amisdk))
    assert loaded_by("import amisdk\ndir(amisdk)") == {"amisdk", "amisdk.lazy"}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a lazy package of one's own, and return its name."""
    root = tmp_path / "lazy_sample"
    root.mkdir()
    (root / "__init__.py").write_text(
        "from amisdk.lazy import attach\n"
        "__getattr__, __dir__ = attach(__name__, {'QueueAdd': 'queues', 'broken': '',\n"
        "    'queues': '', 'Missing': 'queues', 'Pushed': 'nowhere'},\n"
        "    hints={'SetVar': 'Setvar?', 'QueueUnpause': 'QueuePause(paused=False)?'})\n"
    )
    (root / "queues.py").write_text("class QueueAdd: ...\n")
    (root / "broken.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("lazy_sample")]:
        monkeypatch.delitem(sys.modules, name)
    return "lazy_sample"


def test_names_and_modules_are_resolved(package: str) -> None:
    module = __import__(package)
    assert module.QueueAdd is sys.modules["lazy_sample.queues"].QueueAdd
    assert module.queues is sys.modules["lazy_sample.queues"]
    assert dir(module) == ["Missing", "Pushed", "QueueAdd", "broken", "queues"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("queueadd", "; did you mean QueueAdd?"),
        ("QUEUEADD", "; did you mean QueueAdd?"),
        ("QueueAd", "; did you mean QueueAdd?"),
        ("SetVar", "; did you mean Setvar?"),
        ("setvar", "; did you mean Setvar?"),
        ("QueueUnpause", "; did you mean QueuePause(paused=False)?"),
        ("Zzz", ""),
        ("__path_x__", ""),
        ("__queueadd__", ""),
    ],
)
def test_a_wrong_name_gets_a_hint(package: str, name: str, told: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(__import__(package), name)
    assert str(caught.value) == f"module 'lazy_sample' has no attribute {name!r}{told}"


@pytest.mark.parametrize(
    ("name", "error"),
    [("broken", ZeroDivisionError), ("Missing", AttributeError), ("Pushed", ModuleNotFoundError)],
)
def test_what_fails_to_load_shows_its_own_error(
    package: str, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(__import__(package), name)
