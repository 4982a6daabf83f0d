"""Queues between the reader's thread and consumers that block."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from amisdk import errors, events
from amisdk.lifecycle import EventsLost
from amisdk.mailbox import Policy
from amisdk.models import Event
from amisdk.streams import EventStream, Handler, HandlerThread, HandOver
from amisdk.subscriptions import Dispatcher, Include, Subscription, Wanted

SOON = 20.0
"""A bound against hanging."""


class Reader:
    """What a pump has: a dispatcher and its lock; `push` is a read."""

    def __init__(self) -> None:
        self.dispatcher = Dispatcher()
        self.lock = threading.RLock()
        self.hand_over = HandOver()
        self.calling = HandlerThread(self.lock, self.hand_over, lambda: False)

    def stream(
        self, *wanted: Wanted, include: Include = "unsolicited", **options: Any
    ) -> EventStream[Any]:
        options = {"lock": self.lock, "hand_over": self.hand_over, **options}
        return EventStream(self.dispatcher, wanted, include, **options)

    def handler(
        self, function: Callable[[Any], Any], size: int = 100, policy: Policy = "drop_oldest"
    ) -> Handler:
        """Make a handler of all events of the server."""
        made = Handler(function, self.calling, self.dispatcher, size=size, policy=policy)
        with self.lock:
            self.dispatcher.add(Subscription.of(made.mailbox.put, (), "all"))
        return made

    def push(self, *causes: int) -> None:
        with self.lock:
            for cause in causes:
                wanting = self.dispatcher.route("Hangup").unsolicited
                self.dispatcher.deliver(wanting, events.Hangup(cause=cause))

    @contextmanager
    def handling(self) -> Iterator[None]:
        """Call handlers until the block is left and all that is queued is handled."""
        self.calling.start()
        try:
            yield
        finally:
            self.calling.end()
            assert self.calling.join(SOON)


class Running(threading.Thread):
    """A function in a thread of its own, and what came of it."""

    def __init__(self, function: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.function = function
        self.result: Any = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.function()
        except BaseException as error:  # noqa: BLE001 - the test sees to it
            self.error = error

    def end(self) -> Any:
        """Wait for the end; return the result, or raise the error."""
        self.join(SOON)
        assert not self.is_alive()
        if self.error is not None:
            raise self.error
        return self.result


def sleeps(stream: EventStream[Any]) -> None:
    """Wait until a consumer of the stream sleeps."""
    until = threading.Event()
    for _ in range(4000):
        if stream._mailbox.waiting:
            return
        until.wait(0.005)
    raise AssertionError("nobody waits")


@pytest.fixture
def reader() -> Reader:
    return Reader()


# --- streams ------------------------------------------------------------------------------


def test_a_stream_gathers_from_the_moment_it_is_made(reader: Reader) -> None:
    stream = reader.stream(events.Hangup)
    other = reader.stream(events.Newchannel)
    reader.push(1, 2)
    for one in (stream, other):
        one.close()
    assert [event.cause for event in stream] == [1, 2]
    assert list(other) == []


def test_a_consumer_that_sleeps_is_woken_by_an_event(reader: Reader) -> None:
    stream = reader.stream()
    running = Running(stream.get)
    sleeps(stream)
    reader.push(1)
    assert running.end().cause == 1
    assert not stream._mailbox.waiting


@pytest.mark.parametrize("timeout", [None, SOON, float("inf")])
def test_and_by_the_end(reader: Reader, timeout: float | None) -> None:
    stream = reader.stream()
    running = Running(lambda: stream.get(timeout))
    sleeps(stream)
    stream.close()
    with pytest.raises(StopIteration):
        running.end()


@pytest.mark.parametrize("timeout", [0, 0.01, -1])
def test_an_event_that_does_not_come_in_time(reader: Reader, timeout: float) -> None:
    stream = reader.stream()
    with pytest.raises(TimeoutError, match=f"no event came within {timeout:g} s"):
        stream.get(timeout)
    reader.push(1)
    assert stream.get(timeout).cause == 1, "what is there is given, however short the time"


def test_a_lost_connection_shows_after_the_last_event(reader: Reader) -> None:
    stream = reader.stream()
    reader.push(1)
    stream.close(errors.ConnectionClosed("lost"))
    stream.close(errors.ConnectionClosed("later"))
    assert next(stream).cause == 1
    for _ in range(2):
        with pytest.raises(errors.ConnectionClosed, match="lost"):
            stream.get(0.01)


def test_a_stream_ends_with_its_block(reader: Reader) -> None:
    with reader.stream(include="all") as stream:
        assert len(reader.dispatcher.route("Hangup").replies) == 1
        reader.push(1)
    assert reader.dispatcher.route("Hangup").replies == ()
    reader.push(2)
    assert [event.cause for event in stream] == [1]


def test_a_stream_that_nobody_holds_unsubscribes(reader: Reader) -> None:
    for number in range(3):
        reader.stream()
        stream = reader.stream()
        stream.cycle = stream  # type: ignore[attr-defined]
        del stream
        gc.collect()
        reader.push(number)
        assert reader.dispatcher.route("Hangup").unsolicited == ()


def test_one_that_nobody_holds_does_not_stay_full(reader: Reader) -> None:
    reliefs: list[int] = []
    reader.dispatcher.pressure.on_relief = lambda: reliefs.append(1)
    stream = reader.stream(size=1, policy="block")
    reader.push(1, 2)
    assert len(reader.dispatcher.pressure.full) == 1
    del stream
    gc.collect()
    assert not reader.dispatcher.pressure.full
    assert reliefs


def test_what_a_stream_loses_is_counted_and_told(reader: Reader) -> None:
    stream = reader.stream(size=4)
    losses = reader.stream(EventsLost)
    reader.push(*range(6))
    reader.dispatcher.pressure.settle()
    reader.push(6)
    assert stream.lost == 3
    assert [stream.get().cause for _ in range(4)] == [3, 4, 5, 6]
    assert losses.get(0) == EventsLost("a consumer of events()", 3)
    with pytest.raises(TimeoutError):
        losses.get(0)


@pytest.mark.parametrize("policy", ["drop_oldest", "drop_newest", "disconnect", "block"])
def test_taking_relieves_a_full_queue(reader: Reader, policy: Policy) -> None:
    reliefs: list[int] = []
    reader.dispatcher.pressure.on_relief = lambda: reliefs.append(1)
    stream = reader.stream(size=2, policy=policy)
    reader.push(1, 2, 3)
    assert len(reader.dispatcher.pressure.full) == 1
    assert (stream.get().cause, reliefs) == (1, [])
    assert (stream.get().cause, reliefs) == (2, [1])
    assert stream.lost == 0


# --- several threads and one stream -------------------------------------------------------


def test_each_event_goes_to_one_of_the_threads_that_share_a_stream(reader: Reader) -> None:
    stream = reader.stream(size=100_000)
    threads = [Running(lambda: [event.cause for event in stream]) for _ in range(4)]
    for start in range(0, 5000, 10):
        reader.push(*range(start, start + 10))
    stream.close()
    shares = [thread.end() for thread in threads]
    assert sorted(cause for share in shares for cause in share) == list(range(5000))
    for share in shares:
        assert share == sorted(share), "each sees its own in the server's order"


def test_with_all_of_them_asleep_one_event_wakes_one(reader: Reader) -> None:
    stream = reader.stream()
    threads = [Running(stream.get) for _ in range(3)]
    sleeps(stream)
    reader.push(1, 2, 3)
    assert sorted(thread.end().cause for thread in threads) == [1, 2, 3]


def test_the_end_wakes_all_of_them(reader: Reader) -> None:
    stream = reader.stream()
    threads = [Running(lambda: list(stream)) for _ in range(3)]
    sleeps(stream)
    stream.close()
    assert [thread.end() for thread in threads] == [[], [], []]


@pytest.mark.parametrize("timeout", [0, 0.02])
def test_a_timeout_counts_even_while_another_thread_waits(reader: Reader, timeout: float) -> None:
    stream = reader.stream()
    patient = Running(stream.get)
    sleeps(stream)
    with pytest.raises(TimeoutError, match="other threads"):
        stream.get(timeout)
    reader.push(1)
    assert patient.end().cause == 1


def test_reading_goes_on_beside_a_consumer(reader: Reader) -> None:
    """Nothing is lost or doubled, and nobody sleeps through an event, whoever is quicker."""
    stream = reader.stream(size=50, policy="block")
    room = threading.Event()
    reader.dispatcher.pressure.on_relief = room.set
    running = Running(lambda: [event.cause for event in stream])
    for cause in range(20_000):
        reader.push(cause)
        if reader.dispatcher.pressure.full:
            assert room.wait(SOON), "whoever is full says when there is room again"
        room.clear()
    stream.close()
    assert running.end() == list(range(20_000))


# --- handlers -----------------------------------------------------------------------------


def test_a_handler_is_called_with_one_event_after_the_other(reader: Reader) -> None:
    seen: list[tuple[int, str]] = []

    def work(event: events.Hangup) -> None:
        seen.append((event.cause or 0, threading.current_thread().name))

    reader.handler(work)
    reader.push(0, 1)
    with reader.handling():
        reader.push(*range(2, 50))
    assert [cause for cause, _ in seen] == list(range(50))
    assert {name for _, name in seen} == {"amisdk calls handlers"}


def test_all_handlers_share_one_thread_and_have_their_turns(reader: Reader) -> None:
    order: list[str] = []
    reader.handler(lambda _: order.append("a"), size=10_000)
    reader.handler(lambda _: order.append("b"), size=10_000)
    reader.push(*range(1000))
    with reader.handling():
        reader.calling.start()  # once more is harmless
    assert (order.count("a"), order.count("b")) == (1000, 1000)
    assert order[:500] != ["a"] * 500, "none has to wait for all that another one has queued"


def test_one_that_raises_does_not_stop_the_next(
    reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int | None] = []

    def work(event: events.Hangup) -> None:
        seen.append(event.cause)
        raise ValueError("no")

    reader.handler(work)
    with reader.handling():
        reader.push(1, 2)
    assert seen == [1, 2]
    assert [record.getMessage() for record in caplog.records] == ["a handler for Hangup raised"] * 2


async def coroutine(_: Event) -> None:
    """Do nothing."""


class Awaited:
    """What is to be awaited when it is called."""

    async def __call__(self, _: Event) -> None:
        """Do nothing."""


@pytest.mark.parametrize("function", [coroutine, Awaited()])
def test_what_is_to_be_awaited_is_refused(reader: Reader, function: Any) -> None:
    with pytest.raises(TypeError, match="AsyncClient takes async def too"):
        reader.handler(function)


def test_events_that_come_while_it_works_wake_it_again(reader: Reader) -> None:
    seen: list[int | None] = []
    came = threading.Event()
    go_on = threading.Event()

    def work(event: events.Hangup) -> None:
        seen.append(event.cause)
        came.set()
        assert go_on.wait(SOON)

    reader.handler(work)
    with reader.handling():
        reader.push(1)
        assert came.wait(SOON)
        reader.push(2)
        go_on.set()
    assert seen == [1, 2]


def test_a_handler_may_end_the_thread_it_runs_in(reader: Reader) -> None:
    ended: list[bool] = []

    def work(_: Event) -> None:
        reader.calling.end()
        ended.append(reader.calling.join(SOON))

    reader.handler(work)
    with reader.handling():
        reader.push(1)
    assert ended == [True], "it does not wait for itself"


def test_a_thread_that_never_began_has_ended(reader: Reader) -> None:
    assert reader.calling.join(0)
    reader.calling.end()
    assert reader.calling.join(0)


def test_a_handler_that_hangs_shows_in_time(reader: Reader) -> None:
    go_on = threading.Event()
    reader.handler(lambda _: go_on.wait(SOON))
    reader.calling.start()
    reader.push(1)
    reader.calling.end()
    assert not reader.calling.join(0.01)
    go_on.set()
    assert reader.calling.join(SOON)


def test_nothing_is_lost_between_the_reader_and_a_handler_that_keeps_up(reader: Reader) -> None:
    seen: list[int | None] = []
    done = threading.Event()

    def work(event: events.Hangup) -> None:
        seen.append(event.cause)
        if event.cause == 9999:
            done.set()

    handler = reader.handler(work, size=100_000)
    with reader.handling():
        for start in range(0, 10_000, 7):
            reader.push(*range(start, min(start + 7, 10_000)))
        assert done.wait(SOON)
    assert seen == list(range(10_000))
    assert handler.mailbox.lost == 0
