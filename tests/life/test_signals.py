"""Ctrl-C and signal handlers, while a client is at work in the main thread."""

import signal
from collections import Counter

import pytest

from tests.life.support import EVERYWHERE, Program, faking, playing, serve
from tests.support import Peer

WAITS = {
    "send": "ami.send(RawAction('Stay'), timeout=None)",
    "a stream of events": "for event in ami.events(): raise AssertionError(event)",
    "a list": "list(ami.stream(RawAction('Stay'), timeout=None))",
    "wait_closed": "ami.wait_closed()",
    "sleep": "time.sleep(60)",
}
each_wait = pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)

READY = "threading.Timer(0.1, ready).start()"
"""Tells the test so when the program waits, as good as surely; if not, it is as right."""


@each_wait
def test_ctrl_c_ends_a_blocking_program(wait: str) -> None:
    text = f"with blocking_client(check_version=False) as ami:\n    {READY}\n    {wait}"
    with playing(serve) as port, Program(text, port) as program:
        program.until_ready()
        program.interrupt()
        code, out, err = program.end()
    assert code == -signal.SIGINT
    assert out == ""
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert "Exception ignored" not in err
    assert "Warning" not in err


@each_wait
def test_a_blocking_client_is_sound_after_a_ctrl_c_that_is_caught(wait: str) -> None:
    text = f"""
with blocking_client(check_version=False) as ami:
    for number in range(2):
        {READY}
        try:
            {wait}
        except KeyboardInterrupt:
            print(ami.send(actions.Ping()).ping, ami.stats.pending, flush=True)
    print(ami.stats.connections)
print([thread.name for thread in threading.enumerate()])
"""
    with playing(serve) as port, Program(text, port, "-Werror") as program:
        for _ in range(2):
            program.until_ready()
            program.interrupt()
            assert program.line().startswith("Pong")
        out = program.end_well()
    assert out == "1\n['MainThread']\n"


def test_a_blocking_client_connects_again_after_a_ctrl_c() -> None:
    async def late(peer: Peer) -> None:
        if peer.number < 3:
            await peer.silence()
        await serve(peer)

    text = f"""
ami = blocking_client(check_version=False)
for number in range(3):
    {READY}
    try:
        ami.connect()
    except KeyboardInterrupt:
        print(ami, flush=True)
with ami:
    print(ami.send(actions.Ping()).ping)
print([thread.name for thread in threading.enumerate()])
"""
    with playing(late) as port, Program(text, port, "-Werror") as program:
        for _ in range(3):
            program.until_ready()
            program.interrupt()
            assert program.line().endswith("not connected>\n")
        assert program.end_well() == "Pong\n['MainThread']\n"


@pytest.mark.parametrize(
    "wait",
    [
        "await ami.send(RawAction('Stay'), timeout=None)",
        "async for event in ami.events(): raise AssertionError(event)",
        "await ami.wait_closed()",
        "await asyncio.sleep(60)",
    ],
)
def test_ctrl_c_ends_an_async_program_as_it_should(wait: str) -> None:
    text = f"""
async def main():
    async with async_client(check_version=False) as ami:
        @ami.on(events.Hangup)
        async def handle(event):
            await asyncio.sleep(60)

        asyncio.get_running_loop().call_later(0.1, ready)
        try:
            {wait}
        except asyncio.CancelledError:
            print((await ami.send(actions.Ping())).ping)
            raise
    raise AssertionError("not reached")

asyncio.run(main())
"""
    with playing(serve) as port, Program(text, port) as program:
        program.until_ready()
        program.interrupt()
        code, out, err = program.end()
    assert code == -signal.SIGINT
    assert out == "Pong\n"
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert not [
        word for word in ("Exception ignored", "Warning", "never", "pending") if word in err
    ]


# --- signal handlers ----------------------------------------------------------------------


@each_wait
def test_a_signal_handler_may_use_a_client_that_the_program_waits_for(wait: str) -> None:
    text = f"""
class Enough(Exception): pass

with blocking_client(check_version=False) as ami:
    def handle(number, frame):
        print(ami.send(actions.Ping()).ping)
        raise Enough

    signal.signal(signal.SIGUSR1, handle)
    {READY}
    try:
        {wait}
    except Enough:
        print(ami.send(actions.Ping()).ping)
"""
    with playing(serve) as port, Program(text, port, "-Werror") as program:
        program.until_ready()
        program.interrupt(signal.SIGUSR1)
        assert program.end_well() == "Pong\nPong\n"


@pytest.mark.parametrize("act", ["send", "close"])
def test_a_signal_handler_that_interrupts_the_client_itself_holds_up_nobody(act: str) -> None:
    """It is refused in the middle of the client's work; closing waits until that is done."""
    text = f"""{EVERYWHERE}
told = []

def send():
    try:
        told.append(ami.send(actions.Ping()).ping)
    except RuntimeError as error:
        assert "from within itself" in str(error)
        told.append("refused")

def close():
    ami.close()
    told.append("closed" if "closed" in repr(ami) else "later")

def work():
    try:
        told.append(ami.send(actions.Ping()).ping)
    except (errors.OutcomeUnknown, errors.NotSent):
        told.append("told")

ami = blocking_client()
ami.connect()
for number in all_moments(work):
    told.clear()
    struck = strike(work, number, {act})
    assert len(told) == 1 + struck, (number, told)
    if "{act}" == "close":
        ami.close()
        assert "closed>" in repr(ami)
        ami = blocking_client()
        ami.connect()
    else:
        assert ami.stats.connections == 1
        assert "Pong" in told
    print(*sorted(told))
ami.close()
"""
    with faking() as fake, Program(text, fake.port, "-Werror") as program:
        out = program.end_well()
    kinds = Counter(out.splitlines())
    if act == "send":
        assert set(kinds) == {"Pong", "Pong Pong", "Pong refused"}
    else:
        assert {"Pong closed", "closed told", "later told"} <= set(kinds)


def test_a_program_that_is_told_to_end_closes_its_client_in_the_signal_handler() -> None:
    text = f"""
def end(number, frame):
    ami.close()
    sys.exit(0)

signal.signal(signal.SIGTERM, end)
ami = blocking_client(check_version=False)
ami.connect()
{READY}
for event in ami.events():
    pass
"""
    with playing(serve) as port, Program(text, port, "-Werror") as program:
        program.until_ready()
        program.interrupt(signal.SIGTERM)
        assert program.end_well() == ""
