"""Programs that are stopped, fork, or end with the client open."""

import os
import signal
import subprocess
import sys
from asyncio import sleep

import pytest

from amisdk.testing import Peer, ScriptedServer
from tests.faults.scenario import Signal, echo

_START = """
import asyncio, os, sys
from amisdk import AsyncClient, Client, actions, errors

port = int(sys.argv[1])
options = dict(username="admin", secret="x", check_version=False, reconnect=False)
"""


def _run(program: str, server: ScriptedServer) -> subprocess.Popen[str]:
    # Everything is an error there but what Python says of a fork with threads.
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning",
         "-c", _START + program, str(server.port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _end(process: subprocess.Popen[str]) -> str:
    """Return what a program has printed."""
    try:
        out, err = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"it does not end: {process.communicate()}")
    assert process.returncode == 0, err
    assert not err
    return out


STOPPED = {
    "asyncio": """
async def main():
    async with AsyncClient(port=port, keepalive=0.4, **options) as ami:
        for _ in range(2):
            print((await ami.send(actions.Getvar(variable="X"), timeout=0.8)).value)
asyncio.run(main())
""",
    "blocking": """
with Client(port=port, keepalive=0.4, **options) as ami:
    for _ in range(2):
        print(ami.send(actions.Getvar(variable="X"), timeout=0.8).value)
""",
}


@pytest.mark.parametrize("kind", STOPPED)
def test_replies_that_are_there_when_a_stopped_process_goes_on_count(kind: str) -> None:
    """Their deadlines have passed meanwhile, and so has the keepalive's."""
    started = Signal()
    process: list[subprocess.Popen[str]] = []

    async def script(peer: Peer) -> None:
        await peer.login()
        await started
        while True:
            action = await peer.action()
            if action["Action"] == "Getvar":
                process[0].send_signal(signal.SIGSTOP)
                peer.respond(action, "Value: in time")
                await sleep(1.0)
                process[0].send_signal(signal.SIGCONT)
            else:
                leaving = action["Action"] == "Logoff"
                peer.respond(action, response="Goodbye" if leaving else "Success")
                if leaving:
                    return

    with ScriptedServer(script) as server:
        process.append(_run(STOPPED[kind], server))
        started.set()
        assert _end(process[0]).split("\n") == ["in time"] * 2 + [""]


def test_after_a_fork_the_child_is_refused_and_the_parent_goes_on() -> None:
    program = """
with Client(port=port, **options) as ami:
    ami.on()(lambda event: None)
    child = os.fork()
    if not child:
        try:
            ami.send(actions.Ping())
        except RuntimeError as error:
            print(error, flush=True)
        ami.close()
        os._exit(0)
    os.waitpid(child, 0)
    print(ami.send(actions.Getvar(variable="parent")).value)
"""
    with ScriptedServer(echo) as server:
        said = _end(_run(program, server))
    assert "made before a fork" in said
    assert said.splitlines()[-1] == "parent"


def test_after_a_fork_the_asyncio_client_of_the_parent_goes_on() -> None:
    program = """
async def main():
    async with AsyncClient(port=port, **options) as ami:
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        print((await ami.send(actions.Getvar(variable="parent"))).value)
asyncio.run(main())
"""
    with ScriptedServer(echo) as server:
        assert _end(_run(program, server)) == "parent\n"


LEFT_OPEN = {
    "blocking": """
ami = Client(port=port, **{**options, "reconnect": True})
ami.on()(lambda event: None)
ami.connect()
print(ami.send(actions.Getvar(variable="X")).value)
""",
    "blocking, in a call": """
import threading
ami = Client(port=port, **options)
ami.connect()
threading.Thread(target=ami.send, args=(actions.WaitEvent(),), daemon=True).start()
print("X")
""",
    "blocking, and an error": """
import contextlib
with contextlib.suppress(ZeroDivisionError), Client(port=port, **options) as ami:
    print(ami.send(actions.Getvar(variable="X")).value)
    1 / 0
""",
}


@pytest.mark.parametrize("how", LEFT_OPEN)
def test_a_client_does_not_keep_its_program_alive(how: str) -> None:
    with ScriptedServer(echo) as server:
        assert _end(_run(LEFT_OPEN[how], server)) == "X\n"


def test_a_program_that_is_killed_leaves_no_other_one_waiting() -> None:
    """Its connection ends; the server has room for the next."""
    with ScriptedServer(echo) as server:
        process = _run(LEFT_OPEN["blocking"] + "\nimport time; time.sleep(60)\n", server)
        assert process.stdout is not None
        assert process.stdout.readline() == "X\n"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
        assert _end(_run(LEFT_OPEN["blocking"], server)) == "X\n"
