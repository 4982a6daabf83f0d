"""A headless Chromium for tests, driven over pipes: no driver and no library of its own.

The DevTools protocol is JSON, one object to a NUL-ended text, over the descriptors 3 and 4.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Browser", "browser_path"]

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing from elsewhere
)
LIMIT = 60.0
"""Seconds for one answer: a bound against hanging, not a measurement."""


def browser_path() -> str:
    """Return where Chromium is.

    Without it the test is skipped; with AMISDK_REQUIRE_CHROMIUM it fails.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    reason = "no Chromium here; on Debian: apt-get install chromium"
    if os.environ.get("AMISDK_REQUIRE_CHROMIUM"):
        pytest.fail(reason)
    pytest.skip(reason)


class Browser:
    """One Chromium with one page."""

    def __init__(self, program: str, profile: Path) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        # The program wants the pipes as 3 and 4; bash can move them there.
        script = f'exec "$@" 3<&{to_read} 4>&{to_write}'
        command = ["bash", "-c", script, "bash", program, *FLAGS, f"--user-data-dir={profile}"]
        with (profile.parent / "chromium.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, pass_fds=(to_read, to_write), stdout=log, stderr=log
            )
        os.close(to_read)
        os.close(to_write)
        self._buffer = b""
        self._number = 0
        self._events: deque[dict[str, Any]] = deque()
        self.asked: list[str] = []
        """The address of all that pages asked for."""
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.complaints: list[str] = []
        """What pages wrote to the console as errors, and what could not be loaded."""

    def close(self) -> None:
        """End the browser."""
        self._session = None
        with contextlib.suppress(OSError, EOFError):
            self.call("Browser.close")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def call(self, method: str, **params: object) -> Any:
        """Call a method of the protocol, and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        for answer in self._messages():
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)
        raise AssertionError("unreachable")

    def open(self, url: str, width: int, height: int = 900) -> None:
        """Open a page in a window of this width, and wait until it is loaded."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        self._events.clear()
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def wait_for(self, method: str) -> None:
        """Wait until an event comes, if it has not come already."""
        if any(event["method"] == method for event in self._events):
            return
        for event in self._messages():
            self._note(event)
            if event.get("method") == method:
                return

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression; a promise's is waited for."""
        done = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in done:
            raise RuntimeError(str(done["exceptionDetails"]))
        return done["result"].get("value")

    def until(self, expression: str) -> Any:
        """Wait until an expression is true, and return its value."""
        end = time.monotonic() + LIMIT
        while not (value := self.evaluate(expression)):
            if time.monotonic() > end:
                pytest.fail(f"never true: {expression}")
            time.sleep(0.05)
        return value

    def screenshot(self, file: Path, *, whole: bool = False) -> None:
        """Take a picture of the window, or of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(params["request"]["url"])
            case "Network.loadingFailed":
                self.complaints.append(f"{params['errorText']} ({params['type']})")
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"]))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.complaints.append(params["entry"]["text"])
        self._events.append(event)

    def _messages(self) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + LIMIT
        while True:
            while b"\0" not in self._buffer:
                ready, _, _ = select.select([self._read], [], [], max(0, end - time.monotonic()))
                if not ready:
                    raise TimeoutError("Chromium does not answer")
                data = os.read(self._read, 1 << 16)
                if not data:
                    raise EOFError("Chromium has ended")
                self._buffer += data
            text, _, self._buffer = self._buffer.partition(b"\0")
            yield json.loads(text)
