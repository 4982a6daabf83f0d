"""A workspace with a good spec and the package made of it, copied for each test."""

import shutil
from contextlib import chdir
from pathlib import Path

import pytest
from amisdk_codegen.cli import main

from .support import GOOD, Workspace


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate the package of the good spec once."""
    root = tmp_path_factory.mktemp("made")
    for name, text in GOOD.items():
        path = root / "spec" / name
        path.parent.mkdir(parents=True)
        path.write_text(str(text), encoding="utf-8")
    with chdir(root):
        assert main(["generate", "--alone", "--out", "out", "--package", "things"]) == 0
    return root


@pytest.fixture
def bare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Workspace:
    """Enter a directory in which there is nothing yet."""
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path, capsys)


@pytest.fixture
def workspace(bare: Workspace, made: Path) -> Workspace:
    """Enter a directory with the good spec and its package."""
    shutil.copytree(made, bare.root, dirs_exist_ok=True)
    return bare
