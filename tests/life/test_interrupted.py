"""Ctrl-C at every moment at which it can strike the blocking client, in the main thread."""

from collections import Counter

import pytest

from tests.life.support import EVERYWHERE, Program, faking, playing, serve


def test_an_action_that_is_interrupted_anywhere_is_not_sent_twice_and_holds_nobody_up() -> None:
    """Another thread's action meanwhile is answered, or its fate is told."""
    text = f"""{EVERYWHERE}
told = set()

def elsewhere():
    try:
        told.add(ami.send(actions.Ping()).ping)
    except errors.OutcomeUnknown:
        told.add("unknown")

with blocking_client() as ami:
    number = "counted"
    work = lambda: ami.send(RawAction("UserEvent", {{"UserEvent": "N", "N": str(number)}}))
    for number in all_moments(work):
        other = threading.Thread(target=elsewhere)
        other.start()
        attempt(work, number)
        other.join(30)
        assert not other.is_alive(), number
        assert ami.send(actions.Ping(), retry="idempotent").ping == "Pong"
        assert ami.stats.pending == 0, number
    assert "Pong" in told
    print(number)
"""
    with faking() as fake, Program(text, fake.port, "-Werror") as program:
        out = program.end_well()
        sent = Counter(action.get("N") for action in fake.server.received if action.get("N"))
    assert int(out) > 50
    assert sent.pop("counted") == 2
    assert set(sent.values()) == {1}


def test_a_wait_for_a_deadline_that_is_interrupted_anywhere_lets_nobody_wait_for_ever() -> None:
    """Who waits sees to the deadlines of all, so another thread's may be what is interrupted."""
    text = f"""{EVERYWHERE}
told = set()

def elsewhere():
    try:
        ami.send(RawAction("Stay"), timeout=0.01)
    except (errors.ActionTimeout, errors.OutcomeUnknown, errors.NotSent) as error:
        told.add(type(error).__name__)

with blocking_client(check_version=False) as ami:
    def work():
        try:
            ami.send(RawAction("Stay"), timeout=0.01)
        except errors.ActionTimeout:
            pass
        except (errors.OutcomeUnknown, errors.NotSent):
            pass

    link = ami._pump.link
    expire = link.expire

    def only_here():
        if threading.current_thread() is threading.main_thread():
            expire()

    for number in all_moments(work):
        other = threading.Thread(target=elsewhere)
        other.start()
        link.expire = only_here  # as where the client's own thread is held up
        attempt(work, number)
        link.expire = expire
        other.join(30)
        assert not other.is_alive(), number
        assert ami.send(actions.Ping(), retry="idempotent").ping == "Pong"
        assert ami.stats.pending == 0, number
    assert told >= {{"ActionTimeout", "OutcomeUnknown"}}
    print(number)
"""
    with playing(serve) as port, Program(text, port, "-Werror") as program:
        out = program.end_well()
    assert int(out) > 50


def test_a_client_whose_connecting_or_closing_is_interrupted_anywhere_leaves_nothing() -> None:
    text = f"""{EVERYWHERE}
ami = None

def make():
    global ami
    ami = blocking_client()
    ami.on(events.Hangup)(print)

def session():
    with ami:
        ami.send(actions.Ping())

for number in all_moments(session, make):
    make()
    attempt(session, number)
    ami.close()
    assert "closed>" in repr(ami), (number, ami)
    ami = None
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(30)
            assert not thread.is_alive(), (number, thread)
print(number)
"""
    with faking() as fake, Program(text, fake.port, "-Werror") as program:
        out = program.end_well()
    assert int(out) > 100


@pytest.mark.parametrize("there_is", ["a connection", "none"])
def test_a_close_that_is_interrupted_anywhere_tells_all_who_wait(there_is: str) -> None:
    text = f"""{EVERYWHERE}
ended, others = [], []

def wait(work):
    try:
        work()
    except errors.ConnectionClosed:
        pass
    ended.append(work)

def begin():
    global ami, others
    for other in others:
        other.join(30)
    ended.clear()
    gc.collect()  # else what is left of the last one may go in the middle of this one's close
    ami = blocking_client(
        check_version=False, reconnect=Reconnect(first_wait=10_000.0, max_wait=10_000.0)
    )
    ami.connect()
    stream = ami.events()
    if "{there_is}" == "none":
        try:
            ami.send(RawAction("Drop"))
        except errors.OutcomeUnknown:
            pass
    others = [
        threading.Thread(target=wait, args=(work,))
        for work in (
            lambda: ami.send(RawAction("Stay"), timeout=None),
            lambda: list(ami.stream(RawAction("Stay"), timeout=None)),
            lambda: list(stream),
            lambda: ami.wait_closed(),
        )
    ]
    for other in others:
        other.start()
    while ami.stats.pending < 2:
        time.sleep(0.001)

for number in all_moments(lambda: ami.close(), begin):
    begin()
    attempt(lambda: ami.close(), number)
    ami.close()
    for other in others:
        other.join(30)
    assert len(ended) == len(others), number
print(number)
"""
    with playing(serve) as port, Program(text, port, "-Werror") as program:
        assert int(program.end_well()) > 20
