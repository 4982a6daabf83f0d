import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import environments
from benchmarks.environments import (
    CLIENTS,
    OURS,
    Client,
    NotThere,
    Place,
    compile_for,
    prepare,
    pythons,
)

NODE = next(client for client in CLIENTS if client.node)
PYTHON = Client("some", "some_client.py", "some==1.0")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "CACHE", tmp_path)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the commands that would have been run."""
    run: list[list[str]] = []
    monkeypatch.setattr(environments, "_run", lambda command, home: run.append(command))
    return run


def test_an_environment_is_made_once_with_what_the_client_needs(commands: list[list[str]]) -> None:
    first = prepare(PYTHON)
    assert [command[-1] for command in commands] == [str(first.home), "some==1.0"]
    assert prepare(PYTHON) == first
    assert len(commands) == 2


def test_an_environment_that_was_left_half_made_is_made_again(
    monkeypatch: pytest.MonkeyPatch, commands: list[list[str]]
) -> None:
    def fail(command: list[str], home: Path) -> None:
        raise NotThere("no network")

    with monkeypatch.context() as broken:
        broken.setattr(environments, "_run", fail)
        with pytest.raises(NotThere, match="no network"):
            prepare(PYTHON)
    prepare(PYTHON)
    assert len(commands) == 2


def test_what_is_in_c_is_built_by_the_python_that_runs_it(commands: list[list[str]]) -> None:
    compile_for(prepare(OURS))
    python, *rest = commands[-1]
    assert python == commands[1][0]
    assert rest[-1] == str(Path(environments.__file__).parent.parent)


def test_why_an_installation_failed_is_told_by_its_last_line() -> None:
    code = "import sys; sys.exit('first\\nthe last line')"
    with pytest.raises(NotThere, match="it cannot be installed: the last line"):
        environments._run([sys.executable, "-c", code], Path.cwd())


def test_without_npm_clients_for_node_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(NotThere, match="no npm"):
        prepare(NODE)


def test_a_client_for_node_finds_its_modules(tmp_path: Path) -> None:
    place = Place(NODE, tmp_path, "node")
    assert place.command()[0] == "node"
    assert place.variables()["NODE_PATH"] == str(tmp_path / "node_modules")


@pytest.mark.parametrize("client", [OURS, *CLIENTS])
def test_every_client_has_a_script_and_a_version(client: Client, tmp_path: Path) -> None:
    assert Path(Place(client, tmp_path, "").command()[1]).is_file()
    assert client.label.rpartition(" ")[2][0].isdigit()


def test_the_interpreter_of_the_tests_is_found() -> None:
    name = f"3.{sys.version_info.minor}"
    assert pythons((sys.version_info.minor,)) == {name: sys.executable}


def test_an_interpreter_that_is_not_there_is_none() -> None:
    assert pythons((99,)) == {"3.99": None}


def test_a_shim_of_a_version_that_is_off_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(python: str) -> str:
        raise subprocess.CalledProcessError(127, python)

    monkeypatch.setattr(environments, "number_of", off)
    assert pythons((sys.version_info.minor,)) == {f"3.{sys.version_info.minor}": None}
