"""The examples of the documentation are run, on both clients, against the embedded server."""

from __future__ import annotations

import ast
import asyncio
import inspect
import logging
import re
import shlex
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from amisdk_codegen.cli import main

from amisdk import AsyncClient, Client, actions, errors, events, lifecycle
from amisdk.testing import FakeAsterisk
from docs.build import EXAMPLE, blocking
from tests import doc_server

ROOT = Path(__file__).parent.parent
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "spec" / "README.md",
    *sorted(ROOT.glob("docs/**/*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
Mode = Literal["asyncio", "blocking"]


def _blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [code for kind, code in BLOCK.findall(text) if kind == language]


def _examples() -> Iterator[Any]:
    """Give every example in Python, for each client that it is for."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert len(_blocks(page, "python")) == len(EXAMPLE.findall(text)), page
        for number, (only, code) in enumerate(EXAMPLE.findall(text), 1):
            name = f"{page.relative_to(ROOT).with_suffix('').as_posix()}-{number}"
            if only != "blocking" and not re.search(r"\bClient\b", code):
                yield pytest.param("asyncio", code, id=f"{name}-asyncio")
            if only != "asyncio":
                yield pytest.param("blocking", blocking(code), id=f"{name}-blocking")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAsterisk]:
    """A server with what examples speak of, which programs find in the environment."""
    with FakeAsterisk() as server:
        doc_server.prepare(server)
        monkeypatch.setenv("AMI_PORT", str(server.port))
        monkeypatch.setenv("AMI_USERNAME", server.username)
        monkeypatch.setenv("AMI_SECRET", server.secret)
        yield server


@pytest.mark.parametrize(("mode", "code"), list(_examples()))
def test_a_python_example_runs(
    mode: Mode, code: str, server: FakeAsterisk, caplog: pytest.LogCaptureFixture
) -> None:
    if mode == "asyncio" and "asyncio.run(" not in code:
        asyncio.run(_run_waiting(code, server))
    elif "_env()" in code:  # a whole program, with a client of its own
        _function(code, {})()
    else:
        _run_blocking(code, server)
    # A handler that raises is only logged.
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not told, told[0].getMessage()


def _function(code: str, scope: dict[str, Any]) -> types.FunctionType:
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    known = {"actions": actions, "asyncio": asyncio, "errors": errors, "events": events}
    scope = {"__name__": "__main__", **known, **scope}
    return types.FunctionType(compile(code, "example", "exec", flags), scope)


def _tests_in(example: types.FunctionType, stack: ExitStack) -> Iterator[Callable[[], Any]]:
    """Yield the tests that an example shows, with the fixtures of amisdk's plugin."""
    shown = [value for name, value in example.__globals__.items() if name.startswith("test_")]
    for test in shown:
        wanted = inspect.signature(test).parameters.keys()
        fake = stack.enter_context(FakeAsterisk())
        fixtures: dict[str, Any] = {"fake_asterisk": fake}
        if "ami_client" in wanted:
            fixtures["ami_client"] = AsyncClient.from_url(fake.url)
        if "ami_blocking_client" in wanted:
            client = stack.enter_context(Client.from_url(fake.url))
            fixtures["ami_blocking_client"] = client
        yield partial(test, **{name: fixtures[name] for name in wanted})


async def _run_waiting(code: str, server: FakeAsterisk) -> None:
    async with asyncio.timeout(30), AsyncClient.from_url(server.url) as ami:
        example = _function(code, {"AsyncClient": AsyncClient, "ami": ami})
        result = example()
        if inspect.iscoroutine(result):
            await result
        with ExitStack() as stack:
            for test in _tests_in(example, stack):
                await test()
        doc_server.act(server)
        await ami.send(actions.Ping())  # its reply comes after the events


def _run_blocking(code: str, server: FakeAsterisk) -> None:
    with Client.from_url(server.url) as ami:
        example = _function(code, {"Client": Client, "ami": ami})
        assert not inspect.iscoroutine(example())
        with ExitStack() as stack:
            for test in _tests_in(example, stack):
                test()
        doc_server.act(server)
        ami.send(actions.Ping())


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("await ami.send(x)\n", "ami.send(x)\n"),
        ("async for item in ami.stream(x):\n", "for item in ami.stream(x):\n"),
        ("async with AsyncClient() as ami:\n", "with Client() as ami:\n"),
        ("import asyncio\n\nimport json\n\n\nasyncio.run(main(1))\n", "import json\n\n\nmain(1)\n"),
        ("import asyncio\n\nasyncio.sleep(1)\n", "import asyncio\n\nasyncio.sleep(1)\n"),
        ("actions.Originate(async_=True)\n", "actions.Originate(async_=True)\n"),
    ],
)
def test_the_blocking_form_of_an_example(code: str, form: str) -> None:
    assert blocking(code) == form


def test_the_action_of_ones_own_in_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (spec,) = _blocks(ROOT / "README.md", "yaml")
    (command,) = (
        line
        for block in _blocks(ROOT / "README.md", "sh")
        for line in block.splitlines()
        if line.startswith("amisdk-codegen")
    )
    (tmp_path / "my_spec").mkdir()
    (tmp_path / "my_spec" / "shop.yaml").write_text(spec, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)[1:]) == 0
    program = (
        "from shop_ami import actions\n"
        "action = actions.ShopOrder(channel='PJSIP/6001-0000002a', order=42, priority='high')\n"
        "print(action.to_headers())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path / "src", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ast.literal_eval(done.stdout) == [
        ("Channel", "PJSIP/6001-0000002a"),
        ("Order", "42"),
        ("Priority", "high"),
    ]


def test_the_spec_of_ones_own_in_the_docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ROOT / "docs" / "howto" / "own-actions.md"
    (spec,) = _blocks(page, "yaml")
    (tmp_path / "my_spec").mkdir()
    (tmp_path / "my_spec" / "shop.yaml").write_text(spec, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for line in _blocks(page, "sh")[0].splitlines():
        if line.startswith("amisdk-codegen"):
            assert main(shlex.split(line)[1:]) == 0
    assert (tmp_path / "src" / "shop_ami" / "registry.py").is_file()
    assert (tmp_path / "docs" / "reference" / "events" / "ShopOrderDone.md").is_file()


def test_the_examples_of_the_spec_readme_are_valid(tmp_path: Path) -> None:
    action, reply, event, extension = _blocks(ROOT / "spec" / "README.md", "yaml")
    assert "reply:\n" in reply  # a part of an action
    listing = (
        "\n  DoorList:\n    summary: List the doors.\n    module: app_door\n"
        "    versions: 16, 18-23\n    privilege: []\n" + reply
    )
    end = (
        "  DoorListComplete:\n    summary: The end of the list of doors.\n"
        "    module: app_door\n    versions: 16\n"
    )
    spec = tmp_path / "spec"
    spec.mkdir()
    (spec / "doors.yaml").write_text(action + listing, encoding="utf-8")
    (spec / "doors_events.yaml").write_text(event + end, encoding="utf-8")
    (spec / "patched.yaml").write_text(extension, encoding="utf-8")
    assert main(["generate", "--spec", str(spec), "--out", str(tmp_path), "--package", "own"]) == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_in_the_text_are_there(page: Path) -> None:
    """What tables and sentences name, beside the examples."""
    places = {"actions": actions, "events": events, "errors": errors, "lifecycle": lifecycle}
    for place, name in re.findall(
        r"\b(actions|events|errors|lifecycle)\.([A-Z]\w+)", page.read_text(encoding="utf-8")
    ):
        assert hasattr(places[place], name) or name in ("X", "Qu", "ShopOrder", "DbGet"), name
    for name in re.findall(r"`(?:await )?ami\.(\w+)", page.read_text(encoding="utf-8")):
        assert hasattr(AsyncClient, name), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_project_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve()
        # The reference is made when the site is built, and held by tests/test_site.py.
        if "://" not in target and not path.is_relative_to(ROOT / "docs" / "reference"):
            assert path.exists(), f"{page.name} links to {target}"


def test_every_name_of_ami_io_is_explained() -> None:
    """The names that its README lists, and QueueReset."""
    text = (ROOT / "docs" / "coming-from-ami-io.md").read_text(encoding="utf-8")
    actions_part = text.partition("These names are the same:")[2]
    names = set(re.findall(r"\b[A-Za-z]+\b", actions_part))
    for name in (ROOT / "tests" / "data" / "ami-io-names.txt").read_text("ascii").split():
        assert name in names, name
        if not hasattr(actions, name):
            with pytest.raises(AttributeError, match="did you mean"):
                getattr(actions, name)
