"""The wheel: what is in it, and that it works in an environment with nothing else."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"amisdk", "amisdk_codegen", "amisdk_models", "pytest_amisdk"}


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


@pytest.mark.parametrize("given", [{"CC": "false"}, {"AMISDK_PURE": "1"}], ids=["no cc", "pure"])
def test_without_a_compiler_the_wheel_is_pure_python(given: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "dist"
    sources = tmp_path / "sources"
    # What an installation here has compiled already is not to be in it.
    shutil.copytree(ROOT, sources, ignore=shutil.ignore_patterns(".*", "_making.*.so", "build"))
    command = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, sources)
    environ = {**os.environ, **given}
    subprocess.run(list(map(str, command)), env=environ, capture_output=True, check=True)
    (built,) = out.glob("*.whl")
    assert built.name.endswith("-py3-none-any.whl")
    assert not [name for name in zipfile.ZipFile(built).namelist() if "_making.c" in name]


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES
    for package in PACKAGES:
        assert f"{package}/py.typed" in names
    assert "amisdk_codegen/spec/actions/queues.yaml" in names
    assert "amisdk_codegen/templates/module.py.j2" in names
    assert {f"amisdk/testing/dialects/{name}.txt" for name in ("16", "22", "words")} <= set(names)
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


OVERLAY = """\
summary: What the PBX of a shop has more.
actions:
  ShopOrder:
    summary: Attach an order to a call.
    module: app_shop
    versions: 16-23
    privilege: [call]
    fields:
      Channel: {required: true, doc: "Channel of the call."}
      Mode: {enum: LoadType, doc: "How it is attached."}
    reply:
      list: {items: [ShopItem], end: ShopOrderComplete}
events:
  ShopItem:
    summary: An item.
    module: app_shop
    versions: 16-23
    groups: [channel]
  ShopOrderComplete:
    summary: The end of the items.
    module: app_shop
    versions: 16-23
    groups: [list_end]
extend:
  events:
    Hangup: {fields: {BillTo: Who pays.}}
  enums:
    LoadType: {values: [restart]}
"""
PROGRAM = """\
import asyncio
from typing import assert_type

from amisdk import AsyncClient
from amisdk import events as amisdk_events
from amisdk.testing import FakeAsterisk
from shop_ami import actions, events, registry


def bill(event: amisdk_events.Hangup) -> str | None:
    return event.bill_to if isinstance(event, events.Hangup) else None


async def order(ami: AsyncClient) -> None:
    reply = await ami.send(actions.ShopOrder(channel="PJSIP/1", mode="restart"))
    assert_type(reply.items, tuple[events.ShopItem, ...])
    actions.ShopOrder(channel="PJSIP/1", mode="never")  # type: ignore[arg-type]


async def main() -> None:
    async with FakeAsterisk() as server:
        async with AsyncClient.from_url(server.url, registry=registry) as ami:
            stream = ami.events(events.Hangup)
            server.emit([("Event", "Hangup"), ("Cause", "16"), ("BillTo", "Ann")])
            event = await anext(stream)
            assert_type(event, events.Hangup)
            print(type(event).__module__, event.cause, bill(event))
            print((await ami.send(actions.Ping())).ping)


asyncio.run(main())
"""


def test_a_spec_builds_on_the_one_in_the_wheel(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    mypy = f"mypy=={importlib.metadata.version('mypy')}"
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*install, f"{wheel}[codegen]", mypy)
    (tmp_path / "my_spec").mkdir()
    (tmp_path / "my_spec" / "shop.yaml").write_text(OVERLAY, encoding="utf-8")
    generate = ("generate", "--spec", "my_spec", "--package", "shop_ami", "--out", "src")
    _run(python.parent / "amisdk-codegen", *generate, cwd=tmp_path)
    _run(python.parent / "amisdk-codegen", "check", *generate[1:], cwd=tmp_path)
    reference = ("reference", *generate[1:5], "--own", "--out", "pages")
    _run(python.parent / "amisdk-codegen", *reference, cwd=tmp_path)
    assert (tmp_path / "pages" / "index.md").is_file()
    program = tmp_path / "src" / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    said = _run(python, "-W", "error", program, cwd=tmp_path / "src")
    assert said.split("\n") == ["shop_ami.events.shop 16 Ann", "Pong", ""]
    said = _run(python, "-m", "mypy", "--strict", "program.py", "shop_ami", cwd=tmp_path / "src")
    assert said.startswith("Success: no issues found")


def test_the_command_says_which_extra_it_needs(python: Path, tmp_path: Path) -> None:
    for command in ([str(python.parent / "amisdk"), "send", "Ping"], [str(python), "-m", "amisdk"]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.strip() == (
            "amisdk: the command needs more than is installed: pip install 'amisdk[cli]'"
        )


TESTS = {
    "pytest.ini": "[pytest]\nasyncio_default_fixture_loop_scope = function\n",
    "test_blocking.py": """\
import pytest
from amisdk import actions, events


def test_a_program(fake_asterisk, ami_blocking_client):
    call = fake_asterisk.call("PJSIP/6001", "PJSIP/6002", answer=True)
    ami_blocking_client.send(actions.Hangup(channel=call.callee.name))
    assert call.status == "ended"
    fake_asterisk.assert_received(actions.Hangup)


@pytest.mark.fake_asterisk(version=16)
def test_another_version(ami_blocking_client):
    assert ami_blocking_client.server.major == 16


class TestOwnOptions:
    @pytest.fixture
    def fake_asterisk_options(self):
        return {"username": "own", "version": 20}

    def test_they_are_taken(self, fake_asterisk):
        assert (fake_asterisk.username, fake_asterisk.version) == ("own", 20)
""",
    "test_asyncio_run.py": """\
import asyncio

from amisdk import actions


def test_ping(fake_asterisk, ami_client):
    async def main():
        async with ami_client as ami:
            return await ami.send(actions.Ping())

    assert asyncio.run(main()).ping == "Pong"
    assert fake_asterisk.received(actions.Ping)
""",
    "test_pytest_asyncio.py": """\
import pytest
from amisdk import actions


@pytest.mark.asyncio
async def test_ping(ami_client):
    async with ami_client as ami:
        assert (await ami.send(actions.Ping())).ping == "Pong"
""",
    "test_pytest_asyncio_auto.py": """\
import pytest
from amisdk import actions


@pytest.fixture
async def ami(ami_client):
    async with ami_client as ami:
        yield ami


async def test_ping(fake_asterisk, ami):
    assert (await ami.send(actions.Ping())).ping == "Pong"
    fake_asterisk.assert_received(actions.Ping)
""",
    "test_anyio.py": """\
import pytest
from amisdk import actions

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def ami(ami_client):
    async with ami_client as ami:
        yield ami


async def test_ping(ami):
    assert (await ami.send(actions.Ping())).ping == "Pong"
""",
    "test_nothing.py": """\
import sys


def test_amisdk_is_not_imported_where_it_is_not_used():
    assert "pytest_amisdk" in sys.modules
    assert not [name for name in sys.modules if name.partition(".")[0] == "amisdk"]
""",
}
"""The tests of a program in a project of its own."""


def test_a_project_of_its_own_has_the_fixtures(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*install, wheel, "pytest", "pytest-asyncio", "anyio")
    for name, text in TESTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    pytest_command = (python, "-m", "pytest", "-q", "-W", "error", "--strict-markers")
    for name in TESTS.keys() - {"pytest.ini"}:
        # Each by itself, for what one has imported the others have, too.
        mode = ("-o", "asyncio_mode=auto") if name.endswith("_auto.py") else ()
        said = _run(*pytest_command, "-p", "no:cacheprovider", *mode, name, cwd=tmp_path)
        assert " passed" in said
        assert "failed" not in said
    fixtures = _run(*pytest_command, "--fixtures", cwd=tmp_path)
    for fixture in ("fake_asterisk", "ami_client", "ami_blocking_client"):
        assert f"\n{fixture} -- " in fixtures
    assert "@pytest.mark.fake_asterisk(**options)" in _run(
        *pytest_command, "--markers", cwd=tmp_path
    )


def test_the_generator_says_which_extra_it_needs(python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [python.parent / "amisdk-codegen", "check"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "amisdk-codegen needs more than is installed: pip install 'amisdk[codegen]'"
    )
