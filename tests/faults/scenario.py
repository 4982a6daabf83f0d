"""What makes a test of a scenario: one for each client, bounded, and nothing may be left of it."""

from __future__ import annotations

import functools
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from amisdk.testing import FakeAsterisk, Peer, ScriptedServer
from tests.faults.drive import BOUND, SECRET, Ami, Call, Drive, Events, Signal
from tests.faults.drives import AsyncDrive, BlockingDrive

__all__ = [
    "BOUND",
    "SECRET",
    "Ami",
    "Call",
    "Drive",
    "Events",
    "Signal",
    "drop_all",
    "echo",
    "scenario",
]


def drop_all(server: ScriptedServer | FakeAsterisk) -> None:
    """Reset every connection of a server; from any thread."""
    if isinstance(server, FakeAsterisk):
        server.disconnect(reset=True)
        return

    def reset() -> None:
        for peer in server.peers:
            peer.reset()

    server.call(reset)


async def echo(peer: Peer) -> None:
    """Answer each action with what it asked for, lists with three items, calls with an outcome."""
    await peer.login()
    while True:
        action = await peer.action()
        name = action["Action"]
        peer.event("Hangup", "Cause: 16")
        if name == "Logoff":
            peer.respond(action, response="Goodbye")
            return
        if name == "QueueStatus":
            peer.respond(action, "EventList: start")
            for number in range(3):
                lines = (f"Queue: {action['Queue']}", f"Name: {number}")
                peer.event("QueueMember", *lines, of=action)
            peer.event("QueueStatusComplete", "EventList: Complete", of=action)
        else:
            peer.respond(action, f"Value: {action.get('Variable')}")
            if name == "Originate":
                lines = ("Response: Success", "Reason: 4")
                peer.event("OriginateResponse", *lines, of=action)


_both = pytest.mark.parametrize(
    "drive", [AsyncDrive(), BlockingDrive()], ids=["asyncio", "blocking"]
)


def scenario(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a test of a coroutine that takes `drive`: one for each client, bounded, no leaks."""

    @functools.wraps(test)
    def run(*args: Any, drive: Drive, **kwargs: Any) -> None:
        before = _resources()
        handler = signal.signal(signal.SIGALRM, _hangs)
        signal.setitimer(signal.ITIMER_REAL, 2 * BOUND)
        try:
            drive.run(test(*args, drive=drive, **kwargs))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)
        check_nothing_left(before)

    both: Callable[..., None] = _both(run)
    return both


def _hangs(*_: object) -> None:
    raise TimeoutError("the scenario hangs")


def _resources() -> tuple[set[threading.Thread], set[str]]:
    return set(threading.enumerate()), _descriptors()


def _descriptors() -> set[str]:
    found = set()
    for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with suppress(OSError):
            found.add(f"{entry} {Path(f'/proc/self/fd/{entry}').readlink()}")
    return found


def check_nothing_left(before: tuple[set[threading.Thread], set[str]]) -> None:
    """Wait a moment for threads to end, and see that no more is there than before."""
    threads, descriptors = before
    end = time.monotonic() + 5
    while extra := set(threading.enumerate()) - threads:
        assert time.monotonic() < end, extra
        time.sleep(0.001)
    gc.collect()
    assert not _descriptors() - descriptors
