"""What a shell is offered: by the protocol of bash, zsh and fish, and in real ones."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from amisdk.cli.config import store_profile
from tests.amisdk.cli.conftest import Call
from tests.tmux import Tmux, tmux_or_skip

BIN = Path(sys.executable).parent
Offers = Callable[[str], list[str]]


@pytest.fixture(params=["bash", "zsh", "fish"])
def offers(request: pytest.FixtureRequest, call: Call, monkeypatch: pytest.MonkeyPatch) -> Offers:
    """Return the function that asks as a shell does what could come next."""
    shell = request.param

    def ask(line: str) -> list[str]:
        words = f"amisdk {line}"
        monkeypatch.setenv("_AMISDK_COMPLETE", f"complete_{shell}")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", words)
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        done = call()
        assert done.err == ""
        if shell == "zsh":  # "name":"help" each in a line, inside of _arguments '*: :((...))'
            return re.findall(r'^(?:_arg.*?\(\()?"(.*?)"(?::|\)|$)', done.out, re.MULTILINE)
        return [one.split("\t")[0] for one in done.out.splitlines() if one]

    return ask


def test_commands_are_offered(offers: Offers) -> None:
    assert {"watch", "send", "describe", "doctor"} <= set(offers(""))
    assert offers("de") == ["describe"]


def test_actions_are_offered_whatever_their_case(offers: Offers) -> None:
    assert len(offers("send ")) == 172
    assert {"QueueAdd", "Queues", "QueueStatus"} <= set(offers("send Queue"))
    assert offers("send queuead") == ["QueueAdd"]
    assert offers("send PIN") == ["Ping"]


def test_options_of_an_action_are_offered(offers: Offers) -> None:
    found = offers("send QueueAdd --")
    assert {"--queue", "--member-name", "--paused", "--no-paused", "--json", "--set"} <= set(found)
    assert offers("send QueueAdd --queue support --pen") == ["--penalty"]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("send ControlPlayback --control ", ["stop", "forward", "reverse", "pause", "restart"]),
        ("send ControlPlayback --control re", ["reverse", "restart"]),
        ("send MixMonitorMute --direction b", ["both"]),
        ("send Bridge --tone C", ["Channel1", "Channel2"]),
        ("send Bridge --tone B", ["Both"]),
        ("send --timeout 5 ModuleLoad --load-type un", ["unload"]),
    ],
)
def test_values_of_enumerations_are_offered(offers: Offers, line: str, values: list[str]) -> None:
    assert offers(line) == values


def test_events_and_names_are_offered(offers: Offers) -> None:
    assert offers("watch --event HangupR") == ["HangupRequest"]
    assert offers("describe QueueAd") == ["QueueAdd"]
    assert {"--event", "--where", "--json"} <= set(offers("watch --"))


def test_a_broken_profile_is_nothing_to_a_shell(offers: Offers, home: Path) -> None:
    path = store_profile("x", {"username": "a", "secret": "b", "registry": "nowhere"})
    assert offers("send QueueAd") == ["QueueAdd"]
    path.write_text("[broken")
    assert offers("send QueueAd") == ["QueueAdd"]
    assert home


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_shells_that_show_help_beside_a_name_get_it(
    call: Call, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setenv("_AMISDK_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "amisdk send QueueAd")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    assert "Add a member to a queue." in call().out


def test_a_real_bash_completes(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    environ = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    script = subprocess.run(
        [BIN / "amisdk", "--show-completion", "bash"],
        env={**environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    ask = (
        "COMP_WORDS=(amisdk send ControlPlayback --control re); COMP_CWORD=4; "
        "_amisdk_completion amisdk; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(
        [bash, "--norc", "-c", f"{script}\n{ask}"],
        env=environ, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == ["reverse", "restart"]


@pytest.mark.parametrize(
    ("shell", "file", "prompt"),
    [
        ("bash", ".bashrc", 'PS1="ready> "'),
        ("zsh", ".zshrc", 'PS1="ready> "'),
        ("fish", ".config/fish/config.fish", "function fish_prompt; echo 'ready> '; end"),
    ],
)
def test_the_tab_key_completes_once_completion_is_installed(
    home: Path, shell: str, file: str, prompt: str
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    tmux_or_skip()
    install(home, shell)
    with (home / file).open("a") as settings:
        settings.write(f"\n{prompt}\n")
    environ = {"PATH": f"{BIN}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(home / ".config")}
    with Tmux(shell, "-i", directory=home, environment=environ) as terminal:
        terminal.wait("ready>")
        # In zsh the first Tab of all only reads what was installed.
        terminal.press("amisdk send moduleload --load-t", *["Tab"] * (1 + (shell == "zsh")))
        terminal.wait("amisdk send moduleload --load-type")
        terminal.press("unl", "Tab")
        terminal.wait("amisdk send moduleload --load-type unload")


def install(home: Path, shell: str) -> str:
    """Install the completion of a shell, and return what is told."""
    return subprocess.run(
        [BIN / "amisdk", "--install-completion", shell],
        env={
            **os.environ,
            "HOME": str(home),
            "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
        },
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip


@pytest.mark.parametrize(
    ("shell", "file"),
    [
        ("bash", ".bash_completions/amisdk.sh"),
        ("zsh", ".zfunc/_amisdk"),
        ("fish", ".config/fish/completions/amisdk.fish"),
    ],
)
def test_completion_is_installed(tmp_path: Path, shell: str, file: str) -> None:
    assert f"{shell} completion installed in " in install(tmp_path, shell)
    assert "amisdk" in (tmp_path / file).read_text()
