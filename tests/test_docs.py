"""The examples of the documentation are run, against the embedded server."""

import ast
import asyncio
import inspect
import re
import shlex
import subprocess
import sys
import types
from pathlib import Path

import pytest
from amisdk_codegen.cli import main

from amisdk import AsyncClient, actions, errors, events
from amisdk.testing import FakeAsterisk

ROOT = Path(__file__).parent.parent
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "spec" / "README.md",
    *sorted(ROOT.glob("docs/**/*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [code for kind, code in BLOCK.findall(text) if kind == language]


EXAMPLES = [
    pytest.param(code, id=f"{page.name}-{number}")
    for page in PAGES
    for number, code in enumerate(_blocks(page, "python"), 1)
]


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_python_example_runs(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server = FakeAsterisk()

    if "from_env()" in code:  # a whole program: it needs a server outside its own loop
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _WITH_SERVER, code],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return

    async def run() -> None:
        async with asyncio.timeout(10), server, AsyncClient.from_url(server.url) as ami:
            scope = {
                "AsyncClient": AsyncClient,
                "actions": actions,
                "ami": ami,
                "asyncio": asyncio,
                "errors": errors,
                "events": events,
            }
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            function = types.FunctionType(compile(code, "example", "exec", flags), scope)
            result = function()
            if inspect.iscoroutine(result):
                await result

    asyncio.run(run())


_WITH_SERVER = """
import asyncio, os, sys, threading
from amisdk.testing import FakeAsterisk

ready = threading.Event()

async def serve():
    async with FakeAsterisk() as server:
        os.environ.update(AMI_PORT=str(server.port), AMI_USERNAME="admin", AMI_SECRET="amisdk")
        ready.set()
        await asyncio.sleep(30)

threading.Thread(target=asyncio.run, args=(serve(),), daemon=True).start()
ready.wait()
exec(compile(sys.argv[1], "example", "exec"), {"__name__": "__main__"})
os._exit(0)  # the server's loop is still running
"""


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
def test_links_inside_the_project_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


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
