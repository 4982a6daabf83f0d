"""The command's frame: help, version, wrong calls, exit codes, and no extra installed."""

import logging
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from amisdk import __version__
from amisdk.cli.app import COMMANDS
from amisdk.cli.faults import Code
from amisdk.testing import FakeAsterisk
from tests.amisdk.cli.conftest import Call

BLOCKED = """
import sys
for name in {names!r}:
    sys.modules[name] = None
from amisdk.cli import main
sys.exit(main(["send", "Ping"]))
"""


@pytest.mark.parametrize(
    "names", [["typer"], ["rich"], ["shellingham", "typer"], ["typer", "rich"]]
)
def test_without_the_extra_it_says_what_to_install(names: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(names=names)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (Code.USAGE, "")
    assert done.stderr == (
        "amisdk: the command needs more than is installed: pip install 'amisdk[cli]'\n"
    )


def test_a_module_of_our_own_that_is_missing_is_no_missing_extra() -> None:
    program = (
        "import sys; sys.modules['amisdk.cli.groups'] = None\n"
        "from amisdk.cli import main; sys.exit(main(['--help']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert "ModuleNotFoundError" in done.stderr


def test_importing_amisdk_loads_nothing_of_the_command() -> None:
    program = (
        "import sys; from amisdk import Client, AsyncClient, actions, events; actions.Ping\n"
        "print(sorted({'typer', 'rich', 'amisdk.cli'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


def test_sending_loads_only_the_models_of_one_area() -> None:
    program = (
        "import sys; from amisdk.cli import main; main(['send', 'Ping', '--host', '127.0.0.1:1',"
        " '--user', 'x', '--secret-file', '/dev/null'])\n"
        "print(sorted(one for one in sys.modules if one.startswith('amisdk_models.')))\n"
        "print('rich.console' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        "['amisdk_models.actions', 'amisdk_models.actions.sessions', 'amisdk_models.registry']",
        "False",
    ]


def test_help_names_every_command_and_the_exit_codes(call: Call) -> None:
    done = call("--help")
    assert done.code == Code.OK
    for name in COMMANDS:
        there = find_spec(f"amisdk.cli.{name}") is not None
        assert (f" {name} " in done.out) == there, name
    for code in Code:
        assert f" {code.value} " in done.out.replace("\n", " ")


def test_every_command_has_help(call: Call) -> None:
    for name in COMMANDS:
        if find_spec(f"amisdk.cli.{name}"):
            done = call(name, "--help")
            assert done.code == Code.OK
            assert f"Usage: amisdk {name}" in done.out


def test_no_command_at_all_shows_the_help(call: Call) -> None:
    done = call()
    assert (done.code, done.err) == (Code.USAGE, "")
    assert "Usage: amisdk" in done.out


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["send", "QueueAdd", "--help"], ["send", "--list"], ["describe", "queue", "-s"]],
)
def test_whoever_stops_to_read_ends_it_quietly(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "amisdk", *arguments],
        stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
    )  # fmt: skip
    os.close(write)
    assert (done.returncode, done.stderr) == (Code.OK, "")


def test_it_tells_its_version(call: Call) -> None:
    assert call("--version").out == f"amisdk {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["wacth"], 'no command "wacth"; did you mean watch?'),
        (["xyzzy"], 'no command "xyzzy" (see amisdk --help)'),
        (["--verison"], "no option --verison; did you mean --version?"),
        (["serve", "--prot", "1"], "no option --prot; did you mean --port?"),
        (["serve", "--port", "x"], "invalid value for '--port'"),
        (["serve", "--port", "70000"], "invalid value for '--port'"),
        (["describe"], "missing argument"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(call: Call, arguments: list[str], said: str) -> None:
    done = call(*arguments)
    assert (done.code, done.out) == (Code.USAGE, "")
    assert done.err.startswith(f"amisdk: {said}")
    assert done.err.count("\n") == 1


def test_a_traceback_comes_only_with_debug(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("send", "Ping", "--host", "127.0.0.1:1", "--user", "x")
    monkeypatch.setenv("AMI_SECRET", "y")
    done = call(*arguments)
    assert done.code == Code.UNREACHABLE
    assert done.err.startswith("amisdk: cannot reach 127.0.0.1:1: ")
    assert done.err.count("\n") == 1
    done = call("--debug", *arguments)
    assert done.code == Code.UNREACHABLE
    assert "Traceback" in done.err
    assert "ConnectFailed: cannot reach" in done.err
    assert done.err.splitlines()[-1].startswith("amisdk: cannot reach 127.0.0.1:1: ")


@pytest.mark.parametrize("right", [True, False])
def test_debug_shows_no_secret(
    call: Call, fake: FakeAsterisk, monkeypatch: pytest.MonkeyPatch, right: bool
) -> None:
    monkeypatch.setenv("AMI_SECRET", "s3cr3t-word")
    if right:
        fake.secret = "s3cr3t-word"
    done = call("--debug", "send", "Ping", "--host", f"127.0.0.1:{fake.port}", "--user", "admin")
    assert (done.code == Code.OK) == right
    assert "s3cr3t" not in done.err + done.out
    assert "sending Login" in done.err


def test_debug_leaves_the_logger_as_it_was(call: Call, server: FakeAsterisk) -> None:
    logger = logging.getLogger("amisdk")
    before = logger.level, list(logger.handlers)
    assert "sending Ping" in call("--debug", "send", "Ping").err
    assert (logger.level, logger.handlers) == before
    assert "sending" not in call("send", "Ping").err
    assert server.received


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told_in_words() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "amisdk", "send", "--list"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (Code.USAGE, "amisdk: No space left on device\n")


def test_a_bug_is_one_line_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("amisdk.cli.describe._entries", broken)
    done = call("describe", "Ping")
    assert done.code == Code.FAILED
    assert done.err == "amisdk: unexpected ZeroDivisionError: by zero; --debug shows where\n"
