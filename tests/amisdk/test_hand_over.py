"""How the blocking client's reader lets consumers work, and the handlers' thread read."""

import select
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from amisdk import Client, actions, errors, events, lifecycle, pump, streams
from amisdk.streams import HandlerThread, HandOver
from amisdk.testing import FakeAsterisk
from tests.amisdk.test_streams import SOON, Reader, Running
from tests.life.support import eventually

READS, CALLS = "amisdk reads", "amisdk calls handlers"


class Recorded:
    """A lock that nobody ever releases, and what is asked of it."""

    def __init__(self, asked: Callable[[], object] = lambda: None) -> None:
        self.waits: list[float] = []
        self.asked = asked

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if blocking:
            self.waits.append(timeout)
            self.asked()
        return False

    def locked(self) -> bool:
        return False


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the reader wait until it is told to go on, after every read."""
    monkeypatch.setattr(streams, "_MOMENT", 3600.0)
    monkeypatch.setattr(pump, "_MUCH", 0)


def read(hand_over: HandOver, push: Callable[[], object]) -> None:
    """Do what the reader's thread does."""
    hand_over.begin()
    push()
    hand_over.wait()


def idle(hand_over: HandOver, begin: Callable[[], object]) -> None:
    """Begin something, and wait until a consumer has nothing to do."""
    hand_over.begin()
    begin()
    assert eventually(lambda: not hand_over._going_on.locked())


# --- the moment ---------------------------------------------------------------------------


def test_a_read_that_wakes_nobody_is_not_followed_by_a_wait() -> None:
    hand_over = HandOver()
    hand_over._going_on = lock = Recorded()  # type: ignore[assignment]
    read(hand_over, hand_over.woken)
    read(hand_over, lambda: None)
    assert lock.waits == [streams._MOMENT]


def test_the_reader_waits_for_a_moment_and_for_another_while_the_handlers_thread_reads() -> None:
    lent: list[bool] = []

    def asked() -> None:
        lent.append(hand_over.lent)
        if len(lent) < 4:
            hand_over.read(lambda: True)

    hand_over = HandOver()
    hand_over._going_on = lock = Recorded(asked)  # type: ignore[assignment]
    read(hand_over, hand_over.woken)
    assert lock.waits == [streams._MOMENT] * 4
    assert lent == [True] * 4
    assert not hand_over.lent


@pytest.mark.usefixtures("endless")
def test_whoever_ends_it_once_or_often_ends_this_one_and_not_the_next() -> None:
    hand_over = HandOver()
    hand_over.end()
    for _ in range(3):
        running = Running(lambda: read(hand_over, hand_over.woken))
        assert eventually(lambda: hand_over.lent)
        for _ in range(2):
            hand_over.end()
        running.end()
        assert not hand_over.lent


# --- those who are waited for -------------------------------------------------------------


@pytest.mark.usefixtures("endless")
def test_the_reader_goes_on_when_handlers_have_done_all_that_a_read_brought() -> None:
    reader = Reader()
    pushed = threading.Event()
    seen: list[int | None] = []

    def work(event: events.Hangup) -> None:
        assert pushed.wait(SOON)
        seen.append(event.cause)

    def push(start: int) -> None:
        pushed.clear()
        reader.push(*range(start, start + 250))
        pushed.set()

    for _ in range(2):
        reader.handler(work, size=1000)
    idle(reader.hand_over, reader.calling.start)
    with reader.handling():
        for start in range(0, 1000, 250):
            Running(partial(read, reader.hand_over, partial(push, start))).end()
            assert len(seen) == 2 * (start + 250)


@pytest.mark.usefixtures("endless")
def test_and_when_an_iterator_has() -> None:
    reader = Reader()
    stream = reader.stream()
    seen: list[int | None] = []

    def consume() -> None:
        for event in stream:
            seen.append(event.cause)

    reader.hand_over.begin()
    consumer = Running(consume)
    assert eventually(lambda: not reader.hand_over._going_on.locked())
    for cause in range(3):
        Running(partial(read, reader.hand_over, partial(reader.push, cause))).end()
        assert seen[-1:] == [cause]
    stream.close()
    consumer.end()
    assert seen == [0, 1, 2]


def test_a_consumer_that_is_busy_with_what_came_before_is_not_waited_for() -> None:
    reader = Reader()
    reader.hand_over._going_on = lock = Recorded()  # type: ignore[assignment]
    working, go_on = threading.Event(), threading.Event()

    def work(_: Any) -> None:
        working.set()
        assert go_on.wait(SOON)

    reader.handler(work, size=10_000)
    with reader.handling():
        read(reader.hand_over, lambda: reader.push(*range(1000)))
        assert working.wait(SOON)
        read(reader.hand_over, lambda: reader.push(1))
        go_on.set()  # in its next turns it goes on by itself
    reader.hand_over.wait()
    assert len(lock.waits) == 1


# --- reading in the handlers' thread ------------------------------------------------------


@pytest.mark.usefixtures("endless")
@pytest.mark.parametrize("much", [True, False])
def test_handlers_read_on_while_the_reader_lends_it_and_much_comes(much: bool) -> None:
    reader = Reader()
    order: list[Any] = []

    def read_on() -> bool:
        order.append(threading.current_thread().name)
        reader.push(len(order))
        return much and len(order) < 6

    def work(event: events.Hangup) -> None:
        assert eventually(lambda: reader.hand_over.lent or event.cause != 0)
        order.append(event.cause)

    reader.calling = HandlerThread(reader.lock, reader.hand_over, read_on)
    reader.handler(work)
    idle(reader.hand_over, reader.calling.start)
    with reader.handling():
        idle(reader.hand_over, lambda: reader.push(-1))
        assert order == [-1], "nothing is lent"
        order.clear()
        Running(lambda: read(reader.hand_over, lambda: reader.push(0))).end()
    assert order == [0, CALLS, 2, CALLS, 4, CALLS, 6] if much else [0, CALLS, 2]


class Bell(threading.Event):
    """Tells whether a thread sleeps."""

    asleep = False

    def wait(self, timeout: float | None = None) -> bool:
        self.asleep = True
        return super().wait(timeout)


class Flood:
    """A server, a client of it, and who has read."""

    def __init__(self, server: FakeAsterisk, ami: Client) -> None:
        self.server, self.ami = server, ami
        self.readers: list[str] = []
        self.hand_over = ami._pump._hand_over
        self.seen: list[int | None] = []
        link = ami._pump.link
        self._receive, link.receive_data = link.receive_data, self._note  # type: ignore[method-assign]

    def _note(self, data: bytes) -> None:
        self.readers.append(threading.current_thread().name)
        self._receive(data)

    def has_read(self, messages: int) -> bool:
        return self.ami.stats.messages >= messages

    def emit(self, *causes: int) -> None:
        for cause in causes:
            self.server.emit(events.Hangup(cause=cause))

    def hold(self, then: Callable[[], object]) -> None:
        """Hand the first event to a function, while the reader waits for it."""
        self.ami._pump._calling._bell = bell = Bell()

        @self.ami.on(events.Hangup)
        def work(event: events.Hangup) -> None:
            if not self.seen:
                assert eventually(lambda: self.hand_over.lent)
                self.readers.clear()
                then()
            self.seen.append(event.cause)

        assert eventually(lambda: bell.asleep)
        self.emit(0)

    def arrive(self, *causes: int) -> None:
        """Let more come, and be there."""
        self.emit(*causes)
        connection = self.ami._pump._socket
        assert connection is not None
        assert select.select([connection], [], [], SOON)[0]


@pytest.fixture
def flood() -> Iterator[Flood]:
    """What a flood needs."""
    with FakeAsterisk() as server:
        with Client.from_url(server.url) as ami:
            yield Flood(server, ami)
        thread = ami._pump._thread
        assert thread is not None
        assert not thread.is_alive(), "it waits for nobody when all is over"


@pytest.mark.usefixtures("endless")
def test_what_comes_while_a_handler_works_is_read_in_its_thread(flood: Flood) -> None:
    flood.hold(lambda: flood.arrive(1, 2, 3))
    assert eventually(lambda: len(flood.seen) == 4)
    assert flood.seen == [0, 1, 2, 3]
    assert flood.readers[0] == CALLS
    flood.emit(4)
    assert eventually(lambda: len(flood.seen) == 5)
    assert flood.readers[-1] == READS, "after that the reader reads again"


@pytest.mark.usefixtures("endless")
@pytest.mark.parametrize("who", ["a handler", "another thread"])
def test_who_sends_is_answered_though_a_handler_is_waited_for(flood: Flood, who: str) -> None:
    replies: list[actions.PingReply] = []
    answered = threading.Event()

    def send() -> None:
        replies.append(flood.ami.send(actions.Ping(), timeout=SOON))
        answered.set()

    def work() -> None:
        if who == "a handler":
            send()
        else:
            sending.start()
        assert answered.wait(SOON)

    sending = threading.Thread(target=send)
    flood.hold(work)
    assert eventually(lambda: len(flood.seen) == 1)
    if who != "a handler":
        sending.join(SOON)
    assert [reply.ping for reply in replies] == ["Pong"]
    assert CALLS not in flood.readers


@pytest.mark.usefixtures("endless")
def test_while_somebody_waits_for_a_reply_no_handler_is_waited_for(flood: Flood) -> None:
    working, go_on = threading.Event(), threading.Event()

    @flood.ami.on(events.Hangup)
    def work(_: events.Hangup) -> None:
        working.set()
        assert go_on.wait(SOON)

    flood.server.on(actions.Ping).silence()
    waiting = Running(lambda: flood.ami.send(actions.Ping(), timeout=SOON))
    assert eventually(lambda: bool(flood.ami._pump._waiting))
    before = flood.ami.stats.messages
    for number in (1, 2):
        flood.emit(number)
        assert working.wait(SOON)
        assert eventually(partial(flood.has_read, before + number))
    go_on.set()
    flood.ami.close()
    with pytest.raises(errors.OutcomeUnknown):
        waiting.end()


def test_events_that_come_one_by_one_are_not_waited_for(flood: Flood) -> None:
    flood.hand_over._going_on = lock = Recorded()  # type: ignore[assignment]
    done = threading.Event()
    flood.ami.on(events.Hangup)(lambda _: done.set())
    flood.emit(1)
    assert done.wait(SOON)
    assert flood.ami.send(actions.Ping()).ok
    assert lock.waits == []


def test_reads_are_small_only_while_consumers_keep_up(
    flood: Flood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in the kernel is soon too much for a queue that is full; its policy acts."""
    sizes: list[int] = []
    read = flood.ami._pump._read

    def note(connection: Any, size: int = 0) -> int:
        sizes.append(size)
        return read(connection, size)

    def emit(cause: int) -> int:
        before = flood.ami.stats.messages
        flood.emit(cause)
        assert eventually(partial(flood.has_read, before + 1))
        return sizes[-1]

    monkeypatch.setattr(flood.ami._pump, "_read", note)
    go_on = threading.Event()

    @flood.ami.on(events.Hangup)
    def work(event: events.Hangup) -> None:
        assert event.cause or go_on.wait(SOON)

    mailbox = flood.ami._pump._handlers[0].mailbox
    assert flood.ami.send(actions.Ping()).ok  # which wakes no consumer
    assert emit(1) == pump._READ
    assert eventually(lambda: mailbox.waiting)
    assert [emit(0) for _ in range(3)] == [pump._READ_HOT, pump._READ_HOT, pump._READ]
    go_on.set()


@pytest.mark.usefixtures("endless")
def test_an_end_of_the_connection_that_handlers_read_is_told(flood: Flood) -> None:
    def work() -> None:
        flood.emit(1)
        flood.server.disconnect()

    flood.hold(work)
    assert eventually(lambda: flood.seen == [0, 1])
    assert eventually(lambda: flood.ami.stats.connections == 2)
    assert flood.ami.send(actions.Ping()).ok


@pytest.mark.usefixtures("endless")
def test_reading_that_fails_in_the_handlers_thread_ends_the_client_and_loses_no_event(
    flood: Flood, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[object] = []

    def fail(_: bytes) -> None:
        raise ZeroDivisionError

    def work() -> None:
        flood.ami.on(lifecycle.Closed)(told.append)
        monkeypatch.setattr(flood.ami._pump.link, "receive_data", fail)
        flood.arrive(1)

    flood.hold(work)
    with pytest.raises(errors.ConnectionClosed, match="thread ended by ZeroDivisionError"):
        flood.ami.wait_closed(SOON)
    assert eventually(lambda: len(told) == 1)
    assert "reading failed" in caplog.text


@pytest.mark.usefixtures("endless")
def test_what_the_reader_was_asked_for_is_done_while_handlers_read(flood: Flood) -> None:
    def work() -> None:
        flood.ami._pump._leaving = True  # as a signal handler that closes the client
        flood.arrive(1)

    flood.hold(work)
    assert flood.ami.wait_closed(SOON)


def test_after_a_fork_handlers_do_not_read_from_the_parents_connection(
    flood: Flood, monkeypatch: pytest.MonkeyPatch
) -> None:
    with flood.ami._pump.lock:  # the reader does not
        flood.arrive(1)
        with monkeypatch.context() as forked:
            forked.setattr(flood.ami._pump, "_process", -1)
            assert not flood.ami._pump._read_on()
        assert flood.readers == []
