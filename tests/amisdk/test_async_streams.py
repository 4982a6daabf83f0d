"""Queues between the reader and its consumers."""

import asyncio
import gc

import pytest

from amisdk import errors, events
from amisdk.async_streams import AsyncEventStream, AsyncHandler
from amisdk.models import Event
from amisdk.subscriptions import Dispatcher
from tests.support import asynchronous


def _push(dispatcher: Dispatcher, event: Event) -> None:
    dispatcher.deliver(dispatcher.route(event.ami_name).unsolicited, event)


@asynchronous
async def test_a_stream_gathers_from_the_moment_it_is_made() -> None:
    dispatcher = Dispatcher()
    stream: AsyncEventStream[Event] = AsyncEventStream(dispatcher, (events.Hangup,), "unsolicited")
    _push(dispatcher, events.Hangup(cause=16))
    _push(dispatcher, events.Newchannel())
    stream.close()
    assert [event async for event in stream] == [events.Hangup(cause=16)]


@asynchronous
async def test_a_waiting_consumer_is_woken() -> None:
    dispatcher = Dispatcher()
    stream: AsyncEventStream[Event] = AsyncEventStream(dispatcher, (), "unsolicited")
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    _push(dispatcher, events.Hangup(cause=1))
    assert await waiting == events.Hangup(cause=1)


@asynchronous
async def test_two_tasks_cannot_wait_for_one_stream() -> None:
    stream: AsyncEventStream[Event] = AsyncEventStream(Dispatcher(), (), "unsolicited")
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="another task"):
        await anext(stream)
    stream.close()
    with pytest.raises(StopAsyncIteration):
        await waiting


@asynchronous
async def test_a_consumer_that_never_waits_lets_others_run() -> None:
    dispatcher = Dispatcher()
    stream: AsyncEventStream[Event] = AsyncEventStream(dispatcher, (), "unsolicited")
    for number in range(1000):
        _push(dispatcher, events.Hangup(cause=number))
    stream.close()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.ensure_future(count())
    async for _ in stream:
        sum(range(2000))
    counting.cancel()
    assert turns > 0


@asynchronous
async def test_a_lost_connection_shows_after_the_last_event() -> None:
    dispatcher = Dispatcher()
    stream: AsyncEventStream[Event] = AsyncEventStream(dispatcher, (), "unsolicited")
    _push(dispatcher, events.Hangup(cause=1))
    stream.close(errors.ConnectionClosed("lost"))
    assert await anext(stream) == events.Hangup(cause=1)
    for _ in range(2):
        with pytest.raises(errors.ConnectionClosed, match="lost"):
            await anext(stream)


@asynchronous
async def test_a_stream_that_nobody_holds_unsubscribes() -> None:
    dispatcher = Dispatcher()
    AsyncEventStream(dispatcher, (), "unsolicited")
    gc.collect()
    assert dispatcher.route("Hangup").unsolicited == ()


@asynchronous
async def test_leaving_the_with_block_unsubscribes() -> None:
    dispatcher = Dispatcher()
    stream: AsyncEventStream[Event] = AsyncEventStream(dispatcher, (), "all")
    with stream:
        assert len(dispatcher.route("Hangup").replies) == 1
    assert dispatcher.route("Hangup").replies == ()
    assert [event async for event in stream] == []


@asynchronous
async def test_a_handler_takes_one_event_after_the_other() -> None:
    running = most = 0
    done = asyncio.Event()
    seen: list[int | None] = []

    async def work(event: events.Hangup) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        seen.append(event.cause)
        running -= 1
        if len(seen) == 5:
            done.set()

    handler = AsyncHandler(work, Dispatcher())
    for cause in range(5):
        handler.mailbox.put(events.Hangup(cause=cause))
    handler.start()
    handler.start()
    handler.finish()
    await done.wait()
    handler.cancel()
    assert (seen, most) == ([0, 1, 2, 3, 4], 1)


@asynchronous
async def test_a_stopped_handler_is_cancelled_where_it_stands() -> None:
    reached: list[str] = []

    async def work(_: Event) -> None:
        reached.append("begun")
        await asyncio.sleep(60)
        reached.append("ended")

    handler = AsyncHandler(work, Dispatcher())
    handler.mailbox.put(events.Hangup())
    handler.start()
    await asyncio.sleep(0)
    handler.cancel()
    task = handler.task
    assert task is not None
    await asyncio.wait([task])
    assert reached == ["begun"]
