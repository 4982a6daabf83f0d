"""The regression guard: what may cost how much, in steps of the interpreter or as a ratio.

No test looks at a clock alone, so a slow machine fails none. The bounds are a little above what is
so; whoever makes the client faster may lower them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import process_time

import pytest

from amisdk import actions
from amisdk.async_streams import AsyncHandler
from amisdk.exchange import Exchange
from amisdk.making import COMPILED, pure_cut, pure_make
from amisdk.models import OutputReply
from amisdk.restore import SessionSetup
from amisdk.session import State
from amisdk.subscriptions import Subscription
from amisdk.wire import Framer, Limits
from benchmarks.replay import RECORDING, messages_of
from tests.amisdk.talk import GREETING, Talk
from tests.steps import steps

TYPED = {"pure": 3.8, "compiled": 0.45}
"""Steps of the typed path, for each step of splitting the lines and nothing else."""
UNWANTED = {"pure": 15, "compiled": 2}
"""Steps of an event that nobody wants."""
HANDLED = 100
"""Steps from a mailbox to a handler."""
PING = {"pure": 1400, "compiled": 1050}
"""Steps of an action, from the object to its reply."""

DAY = [text for text in messages_of(RECORDING) if text.startswith("Event: ")][:500]
READ = 65_536
WIRE = "".join(f"{text}\r\n\r\n" for text in DAY).encode()


def split_all() -> None:
    """Split every line, and do nothing else."""
    for text in DAY:
        pairs = {}
        for line in text.split("\r\n"):
            key, _, value = line.partition(": ")
            pairs[key] = value


def booted() -> Talk:
    """Return a session as it is for nearly all of its life: logged in, and booted."""
    setup = SessionSetup()
    setup.boots = True
    talk = Talk(logged_in=False, setup=setup, max_message=4_000_000)
    talk.feed(GREETING)
    talk.step("Login")
    talk.event("FullyBooted")
    assert talk.session.state is State.READY
    return talk


def feed(talk: Talk) -> None:
    """Let the session receive the day, in reads as the clients make them."""
    for start in range(0, len(WIRE), READ):
        talk.feed(WIRE[start : start + READ])


def cost_of_day(talk: Talk) -> int:
    feed(talk)  # what only the first event of a name costs is not counted
    return steps(lambda: feed(talk))


@pytest.fixture(params=["pure", "compiled"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have sessions work in Python, or in C."""
    if request.param == "pure":
        monkeypatch.setattr("amisdk.session.make", pure_make)
        monkeypatch.setattr("amisdk.models.make", pure_make)
        monkeypatch.setattr("amisdk.wire.cut", pure_cut)
    elif not COMPILED:
        pytest.skip("nothing is built in C here, or AMISDK_PURE is set")
    return str(request.param)


def test_a_typed_event_costs_little_more_than_splitting_its_lines(loop: str) -> None:
    talk = booted()
    seen = talk.subscribe()
    typed = cost_of_day(talk)
    assert len(seen) == 2 * len(DAY)
    assert typed < TYPED[loop] * steps(split_all)


def test_an_event_that_nobody_wants_is_passed_over(loop: str) -> None:
    talk = booted()
    talk.subscribe("NeverHeardOf")
    assert cost_of_day(talk) < UNWANTED[loop] * len(DAY)


def test_an_event_that_nobody_wants_costs_the_same_however_many_headers_it_has() -> None:
    talk = booted()

    def cost(headers: int) -> int:
        lines = [f"Header{number}: value" for number in range(headers)]
        talk.event("Hangup", *lines)
        wire = "\r\n".join(["Event: Hangup", *lines, "", ""]).encode()
        return steps(lambda: talk.feed(wire))

    assert cost(100) == cost(1)


def test_an_event_costs_the_same_however_many_handlers_wait_for_others() -> None:
    few, many = booted(), booted()
    for talk in (few, many):
        talk.subscribe()
    for number in range(400):
        many.subscribe(f"Never{number}")
    assert cost_of_day(many) == cost_of_day(few)


def test_a_reply_costs_the_same_however_many_actions_are_in_flight() -> None:
    def cost(others: int) -> int:
        talk = booted()
        talk.send(actions.Ping(), timeout=5.0)
        ours = [talk.send(actions.Ping(), timeout=5.0) for _ in range(2)]
        for _ in range(others):
            talk.send(actions.Ping(), timeout=5.0)
        talk.answer(ours[0], "Ping: Pong")
        return steps(lambda: talk.answer(ours[1], "Ping: Pong"))

    assert cost(1000) == cost(1)


def test_an_action_costs_no_more_than_it_did(loop: str) -> None:
    talk = booted()
    talk.answer(talk.send(actions.Ping(), timeout=5.0), "Ping: Pong")

    def ping() -> None:
        exchange: Exchange[actions.PingReply] = Exchange(
            actions.Ping(), on_done=talk.done.append, timeout=5.0
        )
        talk.side.send(exchange)
        talk.side.data_to_send()
        talk.answer(exchange, "Ping: Pong", "Timestamp: 1795629913.1")

    ping()
    assert steps(ping) < PING[loop]


def test_an_item_costs_the_same_however_long_the_list_is() -> None:
    talk = booted()
    seen: list[object] = []
    exchange = talk.send(actions.CoreShowChannels(), on_item=seen.append)
    talk.answer(exchange, "EventList: start")

    def item() -> None:
        talk.event("CoreShowChannel", "Channel: PJSIP/1-1", of=exchange)

    item()
    early = steps(item)
    for _ in range(1000):
        item()
    assert steps(item) == early
    assert len(seen) == 1003


def test_a_handler_costs_little_beside_the_event() -> None:
    seen: list[object] = []
    talk = booted()
    handler = AsyncHandler(seen.append, talk.dispatcher)
    talk.dispatcher.add(Subscription.of(handler.mailbox.put, (), "unsolicited"))

    async def work() -> None:
        feed(talk)
        handler.finish()
        handler.start()
        assert handler.task is not None
        await handler.task

    bare = booted()
    bare.subscribe()
    without = cost_of_day(bare)
    assert steps(lambda: asyncio.run(work())) - without < HANDLED * len(DAY)
    assert len(seen) == len(DAY)


@pytest.mark.parametrize("what", ["a message", "an output"])
def test_a_message_four_times_as_large_does_not_cost_its_square(what: str) -> None:
    lines = b"Output: " + b"x" * 70 + b"\r\n"

    def read(size: int) -> Callable[[], object]:
        wire = b"Response: Success\r\n" + lines * (size // len(lines)) + b"\r\n"
        parts = [wire[start : start + 8192] for start in range(0, len(wire), 8192)]

        def work() -> object:
            framer = Framer(limits=Limits(message=2 * size, headers=size))
            framer.feed(GREETING)
            [frame] = [frame for part in parts for frame in framer.feed(part)]
            return OutputReply.from_frame(frame) if what == "an output" else frame

        return work

    # Smaller ones stay in the processor's cache, and cost too little to compare with.
    small, large = read(4_000_000), read(16_000_000)
    assert steps(large) < 5 * steps(small)
    # What C code does is not in the steps. Four times is right, and 16 times would be the square.
    assert fastest(large) < 12 * fastest(small)


def fastest(work: Callable[[], object]) -> float:
    """Return the CPU time of the quickest of some runs."""
    times = []
    for _ in range(3):
        before = process_time()
        work()
        times.append(process_time() - before)
    return min(times)
