"""A thread that is interrupted, as by Ctrl-C, leaves the blocking client sound."""

import asyncio
import linecache
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import amisdk
from amisdk import Client, Reconnect, actions, errors, events
from amisdk.headers import Headers
from amisdk.testing import Peer, ScriptedServer
from tests.faults.drives import BlockingDrive
from tests.faults.scenario import echo

HOME = str(Path(amisdk.__file__).parent)
QUICK = Reconnect(first_wait=0.001, max_wait=0.01)


class Interrupted(BaseException):
    """Stands for KeyboardInterrupt, which would end the test run if it went astray."""


def _is_step(frame: FrameType) -> bool:
    """Whether a signal may strike at a line: not between the steps that enter or leave a with.

    Where the interpreter forgets an object, it would only be noted.
    """
    caller: FrameType | None = frame
    while caller is not None:
        if caller.f_code.co_name == "__del__":
            return False
        caller = caller.f_back
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return not line.lstrip().startswith("with ")


def _interrupted(work: Callable[[], object], at: int) -> bool:
    """Do something, and interrupt it at a line of amisdk; tell whether it came to that."""
    left = at

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(HOME):
            return None
        if event == "line" and _is_step(frame):
            if not left:
                raise Interrupted
            left -= 1
        return trace

    sys.settrace(trace)
    try:
        work()
    except Interrupted:
        return True
    finally:
        sys.settrace(None)
    return False


def _send(ami: Client) -> None:
    assert ami.send(actions.Getvar(variable="victim")).value == "victim"


def _gather(ami: Client) -> None:
    assert len(ami.send(actions.QueueStatus(queue="victim")).items) == 3


def _stream(ami: Client) -> None:
    assert len(list(ami.stream(actions.QueueStatus(queue="victim")))) == 3


def _originate(ami: Client) -> None:
    ami.originate(actions.Originate(channel="Local/victim", application="Wait"))


def _event(ami: Client) -> None:
    with ami.events(events.Hangup) as stream:
        ami.send(actions.Ping())
        stream.get(10)


@pytest.mark.parametrize("victim", [_send, _gather, _stream, _originate, _event])
def test_interrupted_at_any_line_it_leaves_the_next_its_own_reply(
    victim: Callable[[Client], None],
) -> None:
    """It may cost the connection, where it is not known how much of an action has left.

    No byte is sent twice: that might be a second call.
    """
    heard: list[str] = []

    class Noting(Peer):
        async def action(self) -> Headers:
            action = await super().action()
            heard.append(action["ActionID"])
            return action

    async def script(peer: Peer) -> None:
        await echo(Noting(peer.reader, peer.writer, peer.number))

    with ScriptedServer(script) as server:
        drive = BlockingDrive().client(server, reconnect=QUICK)
        ami: Client = drive.raw
        with ami:
            victim(ami)
            at = 0
            while _interrupted(lambda: victim(ami), at):
                own = f"own-{at}"
                assert ami.send(actions.Getvar(variable=own)).value == own
                if at % 10 == 0:
                    items = ami.send(actions.QueueStatus(queue=own)).items
                    assert [item.headers["Queue"] for item in items] == [own] * 3
                at += 1
            assert at > 100
            ami.send(actions.Ping())
            assert drive.kept == ami.stats.pending == 0
        assert 10 < len(server.arrivals) < at
    assert len(set(heard)) == len(heard)


@pytest.fixture
def _may_strike() -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield
    signal.signal(signal.SIGUSR1, before)


def _strike() -> None:
    """Interrupt the main thread, as the kernel does."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGUSR1)


@pytest.mark.usefixtures("_may_strike")
@pytest.mark.parametrize("victim", [_send, _stream, _originate])
def test_interrupted_while_it_waits_it_costs_nothing(victim: Callable[[Client], None]) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        held = await peer.action()
        await asyncio.sleep(0.1)  # now it waits
        _strike()
        action = await peer.action()
        peer.respond(held, "Value: late")
        peer.respond(action, "Value: own")
        await peer.answer()

    with ScriptedServer(script) as server:
        ami: Client = BlockingDrive().client(server).raw
        with ami:
            with pytest.raises(Interrupted):
                victim(ami)
            assert ami.stats.pending == 0
            assert ami.send(actions.Getvar(variable="X")).value == "own"
            assert len(server.arrivals) == 1


@pytest.mark.usefixtures("_may_strike")
def test_interrupted_while_it_connects_it_is_not_connected() -> None:
    async def script(peer: Peer) -> None:
        if peer.number:
            await echo(peer)
        else:
            _strike()
            await peer.gone()

    with ScriptedServer(script) as server:
        ami: Client = BlockingDrive().client(server).raw
        with pytest.raises(Interrupted):
            ami.connect()
        assert not ami.connected
        with pytest.raises(errors.NotSent):
            ami.send(actions.Ping())
        with ami:  # and may try again
            assert ami.send(actions.Getvar(variable="X")).value == "X"
