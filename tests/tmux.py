"""A real terminal for tests: a program in tmux, its screen read as a user sees it.

As root on Debian tmux is installed when it is first wanted; elsewhere the tests that want it are
skipped, or fail where AMISDK_REQUIRE_ASTERISK is set, as with the real servers.
"""

import os
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

import pytest

__all__ = ["PATIENCE", "Tmux", "tmux_or_skip"]

PATIENCE = 60.0
"""Seconds that a screen may take to show something."""
GLANCE = 0.05
"""Seconds from one look at the screen to the next: tmux tells nobody that it has changed."""

UNSET = ("TMUX", "COLUMNS", "LINES")
CONFIGURATION = """
set -g default-terminal tmux-256color
set -g escape-time 0
set -g status off
set -g remain-on-exit on
set -g remain-on-exit-format ''
"""


def tmux_or_skip() -> None:
    """Skip the test where there is no tmux and none can be had; fail if it is required."""
    reason = _why_not()
    if reason is not None and os.environ.get("AMISDK_REQUIRE_ASTERISK"):
        pytest.fail(f"AMISDK_REQUIRE_ASTERISK is set, but there is no tmux here: {reason}")
    if reason is not None:
        pytest.skip(f"no tmux here: {reason}")


def _why_not() -> str | None:
    if shutil.which("tmux"):
        return None
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return "it is not installed, and only root on Debian can install it"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update", "install --yes --no-install-recommends tmux"):
        line = ["apt-get", *command.split()]
        done = subprocess.run(line, check=False, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            return f"apt-get {command} ended with {done.returncode}: {done.stderr[-500:]}"
    return None


class Tmux:
    """A program in a terminal of its own.

    Args:
        command: The program and its arguments; it is run by a shell, which says how it ended.
        directory: Where tmux may keep its socket and configuration.
        width: The terminal's columns.
        height: The terminal's lines.
        environment: What is set for the program, beside what this process has.
    """

    def __init__(
        self,
        *command: str,
        directory: Path,
        width: int = 100,
        height: int = 30,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._name = f"amisdk-{secrets.token_hex(6)}"
        self._environment = {
            **{
                name: value for name, value in os.environ.items() if name not in ("TMUX", "COLUMNS")
            },
            "TMUX_TMPDIR": str(directory),
            **(environment or {}),
        }
        configuration = directory / "tmux.conf"
        configuration.write_text(CONFIGURATION, "utf-8")
        # Ctrl-C goes to the shell too, which must survive it. Afterwards it shows in which state it
        # got the terminal back.
        line = (
            f"trap : INT; {shlex.join(command)}; echo ended with $?; stty -a; echo over; exec cat"
        )
        size = ("-x", str(width), "-y", str(height))
        self._run("-f", str(configuration), "new-session", "-d", *size, "sh", "-c", line)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-L", self._name, *arguments],
            check=False,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
        if done.returncode != 0:
            raise AssertionError(f"tmux {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    @property
    def screen(self) -> str:
        """What the terminal shows."""
        return self._run("capture-pane", "-p")

    @property
    def styled(self) -> str:
        """What it shows, with the sequences that give it its colours."""
        return self._run("capture-pane", "-p", "-e")

    @property
    def state(self) -> dict[str, bool]:
        """Whether the program has a screen of its own, and whether the cursor shows."""
        told = self._run("display-message", "-p", "#{alternate_on} #{cursor_flag}").split()
        return {"alternate": told[0] == "1", "cursor": told[1] == "1"}

    @property
    def settings(self) -> str:
        """What ``stty`` tells of the terminal."""
        tty = self._run("display-message", "-p", "#{pane_tty}").strip()
        line = ["stty", "-F", tty, "-a"]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout

    @property
    def pid(self) -> int:
        """The process id of the program."""
        shell = int(self._run("display-message", "-p", "#{pane_pid}"))
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text("utf-8").split()
        return int(children[0])

    def wait(self, *wanted: str, gone: str = "") -> str:
        """Wait until all of these show, and that one does not; return the screen."""

        def shows(screen: str) -> bool:
            return all(text in screen for text in wanted) and not (gone and gone in screen)

        return self.wait_until(shows, f"{wanted}" + (f" without {gone!r}" if gone else ""))

    def wait_until(self, condition: Callable[[str], bool], what: str) -> str:
        """Wait until a condition holds of the screen; return the screen."""
        deadline = monotonic() + PATIENCE
        while not condition(screen := self.screen):
            if monotonic() > deadline:
                raise AssertionError(f"the terminal does not show {what}, but:\n{screen}")
            sleep(GLANCE)
        return screen

    def press(self, *keys: str) -> None:
        """Press keys, named as in tmux: q, C-c, Tab, PageDown."""
        self._run("send-keys", *keys)

    def resize(self, width: int, height: int) -> None:
        """Change the terminal's size."""
        self._run("resize-window", "-x", str(width), "-y", str(height))

    def ended(self) -> str:
        """Wait for the program's end; return the screen as it left it."""
        return self.wait("ended with ", "\nover\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        subprocess.run(
            ["tmux", "-L", self._name, "kill-server"],
            check=False,
            env=self._environment,
            capture_output=True,
            timeout=PATIENCE,
        )
