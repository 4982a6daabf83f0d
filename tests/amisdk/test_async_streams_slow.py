"""Consumers in tasks: slow ones, ones that are cancelled, ones that raise."""

import asyncio
import gc
from typing import Any

import pytest

from amisdk import events
from amisdk.async_streams import AsyncEventStream, AsyncHandler
from amisdk.lifecycle import EventsLost
from amisdk.mailbox import Policy
from amisdk.models import Event
from amisdk.subscriptions import Dispatcher, Subscription, Wanted
from tests.support import asynchronous

POLICIES: list[Policy] = ["drop_oldest", "drop_newest", "disconnect", "block"]


def push(dispatcher: Dispatcher, *causes: int) -> None:
    for cause in causes:
        wanting = dispatcher.route("Hangup").unsolicited
        dispatcher.deliver(wanting, events.Hangup(cause=cause))


def stream(dispatcher: Dispatcher, *wanted: Wanted, **options: Any) -> AsyncEventStream[Any]:
    return AsyncEventStream(dispatcher, wanted, "unsolicited", **options)


async def rest(one: AsyncEventStream[Any]) -> list[int]:
    """Close a stream and return what was left in it."""
    one.close()
    return [event.cause async for event in one]


# --- streams ------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
@asynchronous
async def test_taking_relieves_a_full_queue(policy: Policy) -> None:
    dispatcher = Dispatcher()
    reliefs: list[int] = []
    dispatcher.pressure.on_relief = lambda: reliefs.append(1)
    slow = stream(dispatcher, size=2, policy=policy)
    push(dispatcher, 1, 2, 3)
    assert len(dispatcher.pressure.full) == 1
    assert ((await anext(slow)).cause, reliefs) == (1, [])
    assert ((await anext(slow)).cause, reliefs) == (2, [1])
    assert (slow.lost, await rest(slow)) == (0, [3])


@pytest.mark.parametrize(
    ("policy", "kept"), [("drop_oldest", [2, 3, 4]), ("drop_newest", [0, 1, 2])]
)
@asynchronous
async def test_what_a_stream_loses_is_counted_and_told(policy: Policy, kept: list[int]) -> None:
    dispatcher = Dispatcher()
    losses = stream(dispatcher, EventsLost)
    slow = stream(dispatcher, size=3, policy=policy)
    push(dispatcher, 0, 1, 2, 3)
    dispatcher.pressure.settle()
    push(dispatcher, 4)
    assert slow.lost == 2
    assert [(await anext(slow)).cause for _ in range(3)] == kept
    losses.close()
    assert [event async for event in losses] == [EventsLost("a consumer of events()", 2)]


@asynchronous
async def test_a_stream_that_is_closed_in_the_middle_of_a_burst_tells_it() -> None:
    dispatcher = Dispatcher()
    losses = stream(dispatcher, EventsLost)
    slow = stream(dispatcher, size=3)
    push(dispatcher, 0, 1, 2, 3)
    dispatcher.pressure.settle()
    assert await rest(slow) == [1, 2, 3]
    losses.close()
    assert [event.count async for event in losses] == [1]


@asynchronous
async def test_one_that_nobody_holds_unsubscribes_and_does_not_stay_full() -> None:
    dispatcher = Dispatcher()
    for cycle in (False, True):
        slow: Any = stream(dispatcher, size=1, policy="block")
        if cycle:
            slow.cycle = slow
        push(dispatcher, 1, 2)
        assert len(dispatcher.pressure.full) == 1
        del slow
        gc.collect()
        assert not dispatcher.pressure.full
        assert dispatcher.route("Hangup").unsolicited == ()


@asynchronous
async def test_a_consumer_that_is_cancelled_while_it_waits_leaves_the_stream_sound() -> None:
    dispatcher = Dispatcher()
    one = stream(dispatcher)
    for number in range(3):
        waiting = asyncio.ensure_future(anext(one))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        push(dispatcher, number)
        assert (await anext(one)).cause == number


@asynchronous
async def test_an_event_that_wakes_a_consumer_which_is_cancelled_is_not_lost() -> None:
    dispatcher = Dispatcher()
    one = stream(dispatcher)
    waiting = asyncio.ensure_future(anext(one))
    await asyncio.sleep(0)
    push(dispatcher, 7)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await rest(one) == [7]


@asynchronous
async def test_many_events_wake_a_consumer_once() -> None:
    dispatcher = Dispatcher()
    one = stream(dispatcher)
    waiting = asyncio.ensure_future(anext(one))
    await asyncio.sleep(0)
    push(dispatcher, *range(5))
    assert (await waiting).cause == 0
    assert await rest(one) == [1, 2, 3, 4]


@asynchronous
async def test_closing_from_the_loop_over_it_ends_the_loop_after_what_waits() -> None:
    dispatcher = Dispatcher()
    seen = []
    async with stream(dispatcher) as one:
        push(dispatcher, 1, 2, 3)
        async for event in one:
            seen.append(event.cause)
            one.close()
            push(dispatcher, 4)
    assert seen == [1, 2, 3]


# --- handlers -----------------------------------------------------------------------------


def handler(dispatcher: Dispatcher, function: Any, **options: Any) -> AsyncHandler:
    """Make a handler of all events of the server."""
    made = AsyncHandler(function, dispatcher, **options)
    dispatcher.add(Subscription.of(made.mailbox.put, (), "all"))
    return made


async def ended(one: AsyncHandler) -> None:
    """Let a handler work on what is queued, and end."""
    one.start()
    one.finish()
    assert one.task is not None
    await asyncio.wait_for(one.task, 20)


@asynchronous
async def test_a_plain_function_is_called_with_one_event_after_the_other() -> None:
    dispatcher = Dispatcher()
    seen: list[int | None] = []

    def work(event: events.Hangup) -> None:
        seen.append(event.cause)

    one = handler(dispatcher, work)
    push(dispatcher, *range(100))
    one.start()
    await asyncio.sleep(0)
    push(dispatcher, *range(100, 150))
    await ended(one)
    assert seen == list(range(150))


@asynchronous
async def test_a_plain_function_that_is_slow_lets_others_run() -> None:
    dispatcher = Dispatcher()
    turns = 0
    at: list[int] = []

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def work(event: Event) -> None:
        at.append(turns)
        until = asyncio.get_running_loop().time() + 0.002
        while asyncio.get_running_loop().time() < until:
            pass

    one = handler(dispatcher, work)
    push(dispatcher, *range(30))
    counting = asyncio.ensure_future(count())
    await ended(one)
    counting.cancel()
    assert len(set(at)) > 3, "it did not have the loop for itself until all was done"


@pytest.mark.parametrize("kind", ["plain", "async"])
@asynchronous
async def test_one_that_raises_is_logged_and_the_next_event_comes(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    dispatcher = Dispatcher()
    seen: list[int | None] = []

    def plain(event: events.Hangup) -> None:
        seen.append(event.cause)
        raise ValueError("no")

    async def awaited(event: events.Hangup) -> None:
        plain(event)

    one = handler(dispatcher, plain if kind == "plain" else awaited)
    push(dispatcher, 1, 2)
    await ended(one)
    assert seen == [1, 2]
    said = [record.getMessage() for record in caplog.records]
    assert said == ["a handler for Hangup raised"] * 2
    assert all(record.exc_info is not None for record in caplog.records)


@asynchronous
async def test_what_a_handler_waits_for_may_be_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    dispatcher = Dispatcher()
    seen: list[int | None] = []

    async def work(event: events.Hangup) -> None:
        seen.append(event.cause)
        other = asyncio.ensure_future(asyncio.sleep(20))
        asyncio.get_running_loop().call_soon(other.cancel)
        await other

    one = handler(dispatcher, work)
    push(dispatcher, 1, 2)
    await ended(one)
    assert seen == [1, 2]
    said = [record.getMessage() for record in caplog.records]
    assert said == ["a handler for Hangup was cancelled"] * 2


@asynchronous
async def test_a_handler_that_ends_itself_is_not_cancelled_where_it_stands() -> None:
    dispatcher = Dispatcher()
    seen: list[str] = []

    async def work(_: Event) -> None:
        one.cancel()
        await asyncio.sleep(0)
        seen.append("went on")

    one = handler(dispatcher, work)
    push(dispatcher, 1, 2)
    await ended(one)
    assert seen == ["went on"], "and what was queued behind it is dropped"


@asynchronous
async def test_one_that_never_began_can_be_ended() -> None:
    one = handler(Dispatcher(), lambda _: None)
    assert one.task is None
    one.finish()
    one.cancel()
    assert one.task is None


@asynchronous
async def test_a_slow_handler_loses_and_says_so() -> None:
    dispatcher = Dispatcher()
    losses = stream(dispatcher, EventsLost)
    go_on = asyncio.Event()
    seen: list[int | None] = []

    async def slow(event: events.Hangup) -> None:
        await go_on.wait()
        seen.append(event.cause)

    one = handler(dispatcher, slow, size=4)
    one.start()
    push(dispatcher, 0)
    await asyncio.sleep(0)
    push(dispatcher, *range(1, 11))
    dispatcher.pressure.settle()
    go_on.set()
    await ended(one)
    assert one.mailbox.lost == 6
    assert seen == [0, 7, 8, 9, 10]
    losses.close()
    [loss] = [event async for event in losses]
    assert loss.count == 6
    assert loss.consumer.endswith("slow")
