"""The wheel: what is in it, and that it works in an environment with nothing else."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"amisdk", "amisdk_codegen", "amisdk_models"}


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, from the sources alone."""
    out = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in a clean environment, with what it asks for and no extra."""
    directory = tmp_path_factory.mktemp("clean")
    venv.create(directory, with_pip=True)
    python = directory / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    return python


def test_the_wheel_holds_three_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES
    for package in PACKAGES:
        assert f"{package}/py.typed" in names
    assert "amisdk_codegen/spec/actions/queues.yaml" in names
    assert "amisdk_codegen/templates/module.py.j2" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]


def test_the_wheel_needs_only_pydantic(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith("METADATA"))
    lines = archive.read(metadata).decode().splitlines()
    required = [line for line in lines if line.startswith("Requires-Dist") and "extra" not in line]
    assert [line.split()[1].partition("<")[0].partition(">")[0] for line in required] == [
        "pydantic"
    ]


def test_it_works_in_a_clean_environment(python: Path, tmp_path: Path) -> None:
    program = (
        "import amisdk, amisdk_models, amisdk_codegen, asyncio\n"
        "from amisdk import AsyncClient, actions\n"
        "from amisdk.testing import FakeAsterisk\n"
        "async def main():\n"
        "    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:\n"
        "        print((await ami.send(actions.Ping())).ping)\n"
        "asyncio.run(main())\n"
    )
    assert _run(python, "-W", "error", "-c", program, cwd=tmp_path).strip() == "Pong"


def test_the_generator_says_which_extra_it_needs(python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [python.parent / "amisdk-codegen", "check"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "amisdk-codegen needs more than is installed: pip install 'amisdk[codegen]'"
    )
