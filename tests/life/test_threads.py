"""Threads and loops: many that share a client, and those that must not use it."""

import asyncio
import gc
import importlib
import importlib.util
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from amisdk import AsyncClient, Client, RawAction, Reconnect, actions, errors, events
from tests.life.support import BOUND, Fake, eventually, faking, playing, run, serve
from tests.support import Peer

QUICK = Reconnect(first_wait=0.01, max_wait=0.05)
WORDS: dict[str, Any] = {"username": "admin", "secret": "amisdk", "reconnect": QUICK}


@pytest.fixture
def fake() -> Iterator[Fake]:
    """Run a server."""
    with faking() as server:
        yield server


def blocking(port: int, **options: Any) -> Client:
    return Client("127.0.0.1", port, **{**WORDS, "timeout": BOUND, **options})


def asyncio_client(port: int, **options: Any) -> AsyncClient:
    return AsyncClient("127.0.0.1", port, **{**WORDS, "timeout": BOUND, **options})


def bounded(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, BOUND))


@contextmanager
def threads(count: int, work: Callable[[int], None]) -> Iterator[None]:
    """Do something in many threads at once; raise what one of them raises."""
    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(work, number) for number in range(count)]
        yield
        for future in futures:
            future.result(BOUND)


# --- one client, many threads -------------------------------------------------------------


def test_twenty_threads_do_everything_at_once_and_all_is_right(fake: Fake) -> None:
    rounds = 15
    heard: list[str] = []

    def work(number: int) -> None:
        for turn in range(rounds):
            own = f"{number}-{turn}"
            with ami.events(events.UserEvent) as stream:

                def handle(event: events.UserEvent, own: str = own) -> None:
                    if event.user_event == own:
                        heard.append(own)

                ami.on(events.UserEvent)(handle)
                reply = ami.send(RawAction("UserEvent", {"UserEvent": own}), action_id=own)
                assert reply.action_id == own
                while stream.get(BOUND).user_event != own:
                    pass
                assert eventually(lambda own=own: own in heard)  # type: ignore[misc]
                ami.off(handle)
            assert len(list(ami.stream(actions.QueueStatus()))) == 2
            with pytest.raises(errors.ActionFailed, match=f"No such command '{own}'"):
                ami.send(actions.Command(command=own))
            ami.originate(actions.Originate(channel=f"Local/{own}", application="Wait"))
            assert ami.connected
            assert ami.stats.connections == 1

    with blocking(fake.port) as ami:
        with threads(20, work):
            pass
        assert ami.stats.pending == 0
        assert ami.stats.unmatched == 0
        assert not ami._dispatcher._subscriptions
    assert sorted(heard) == sorted(f"{n}-{turn}" for n in range(20) for turn in range(rounds))


def test_a_close_amid_twenty_threads_tells_each_of_them() -> None:
    begun = threading.Barrier(21)

    def work(number: int) -> None:
        assert ami.send(actions.Ping()).ping == "Pong"
        begun.wait(BOUND)
        with pytest.raises(errors.ConnectionClosed):
            if number % 4 == 0:
                list(ami.stream(RawAction("Stay"), timeout=None))
            while True:
                ami.send(actions.Ping() if number % 2 else RawAction("Stay"), timeout=None)

    with playing(serve) as port:
        ami = blocking(port, check_version=False)
        ami.connect()
        with threads(20, work):
            begun.wait(BOUND)
            assert eventually(lambda: ami.stats.pending >= 10)
            ami.close()
    assert ami.stats.pending == 0


def test_several_clients_at_once_do_not_disturb_each_other(fake: Fake) -> None:
    def work(number: int) -> None:
        with blocking(fake.port) as ami:
            for turn in range(20):
                own = f"{number}-{turn}"
                reply = ami.send(RawAction("UserEvent", {"UserEvent": own}), action_id=own)
                assert reply.action_id == own

    async def loop_work() -> None:
        clients = [asyncio_client(fake.port) for _ in range(5)]
        await asyncio.gather(*(ami.connect() for ami in clients))
        replies = await asyncio.gather(*(ami.send(actions.Ping()) for ami in clients * 20))
        assert len(replies) == 100
        await asyncio.gather(*(ami.close() for ami in clients))

    with threads(8, work):
        bounded(loop_work())
    assert eventually(lambda: fake.sessions == 0)


def test_a_blocking_client_in_an_asyncio_program(fake: Fake) -> None:
    async def main() -> None:
        ami = blocking(fake.port)
        await asyncio.to_thread(ami.connect)
        async with asyncio_client(fake.port) as other:
            items, *replies = await asyncio.gather(
                asyncio.to_thread(lambda: list(ami.stream(actions.QueueStatus()))),
                *(asyncio.to_thread(ami.send, actions.Ping()) for _ in range(20)),
                *(other.send(actions.Ping()) for _ in range(20)),
            )
        assert isinstance(items, list)
        assert (len(items), len(replies)) == (2, 40)
        await asyncio.to_thread(ami.close)

    bounded(main())


# --- an async client of another loop ------------------------------------------------------


@pytest.mark.parametrize("same_thread", [True, False])
def test_an_async_client_of_another_loop_is_refused_and_not_disturbed(
    fake: Fake, same_thread: bool
) -> None:
    """Each use is refused with what to do; meanwhile and afterwards all goes on in its own."""

    async def refused(ami: AsyncClient, stream: Any) -> None:
        uses: list[Callable[[], Any]] = [
            lambda: ami.send(actions.Ping()),
            lambda: ami.originate(actions.Originate(channel="x", application="Wait")),
            lambda: anext(ami.stream(actions.CoreShowChannels())),
            ami.doctor,
            ami.wait_closed,
            lambda: anext(stream),
        ]
        if not same_thread:
            uses += [lambda: ami.on("Hangup"), lambda: ami.off(print), ami.events, ami.close]
        for use in uses:
            with pytest.raises(RuntimeError, match="belongs to another"):
                result = use()
                await result
        assert ami.connected
        assert ami.stats.connections == 1

    async def main(ami: AsyncClient) -> None:
        await ami.connect()
        stream = ami.events(events.UserEvent)
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        if same_thread:
            loop = asyncio.new_event_loop()
            running = asyncio.get_running_loop()
            asyncio._set_running_loop(None)  # one loop inside another, as some programs have it
            try:
                loop.run_until_complete(refused(ami, stream))
            finally:
                asyncio._set_running_loop(running)
                loop.close()
        else:
            await asyncio.to_thread(asyncio.run, refused(ami, stream))
        await ami.send(RawAction("UserEvent", {"UserEvent": "Mine"}))
        assert (await waiting).user_event == "Mine"
        await ami.close()

    bounded(main(asyncio_client(fake.port)))
    assert fake.names().count("Logoff") == 1


@pytest.mark.skipif(
    importlib.util.find_spec("uvloop") is None, reason="uvloop is not installed; pip install uvloop"
)
def test_an_async_client_works_in_uvloop(fake: Fake) -> None:
    uvloop = importlib.import_module("uvloop")

    async def lose(peer: Peer) -> None:
        await peer.login()
        await peer.action()

    async def main(lossy: int) -> None:
        ami = asyncio_client(fake.port)
        seen: list[str | None] = []
        ami.on(events.UserEvent, queue_size=1, overflow="block")(
            lambda event: seen.append(event.user_event)
        )
        async with ami:
            assert (await ami.send(actions.Ping())).ping == "Pong"
            assert len(await _gather(ami)) == 2
            for number in range(50):
                await ami.send(RawAction("UserEvent", {"UserEvent": str(number)}))
            fake.drop()
            assert (await ami.send(actions.Ping(), retry="idempotent")).ping == "Pong"
        assert seen == [str(number) for number in range(50)]
        assert ami.stats.connections == 2
        ami = asyncio_client(lossy, reconnect=False, check_version=False)
        await ami.connect()
        with pytest.raises(errors.OutcomeUnknown):
            await ami.send(actions.Ping())
        with pytest.raises(errors.ConnectFailed, match="cannot reach"):
            await asyncio_client(1).connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), asyncio_client(fake.port) as ami:
                await ami.wait_closed()

    async def _gather(ami: AsyncClient) -> list[Any]:
        return [item async for item in ami.stream(actions.QueueStatus())]

    async def forget() -> None:
        ami = asyncio_client(fake.port)
        await ami.connect()
        stream = ami.events()
        with pytest.warns(ResourceWarning, match="was not closed"):
            del ami
        assert await anext(stream, None) is None

    with playing(lose) as lossy, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(main(lossy), BOUND))
        runner.run(asyncio.wait_for(forget(), BOUND))


# --- what is the user's, inside the client ------------------------------------------------


def test_a_logging_handler_that_uses_the_client_is_refused_and_holds_nobody_up(
    fake: Fake,
) -> None:
    """It is called in the middle of the client's work."""
    told: list[str] = []

    class Sending(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            try:
                ami.send(RawAction("UserEvent", {"UserEvent": "Log"}))
            except RuntimeError as error:
                told.append(str(error))

    logger, handler = logging.getLogger("amisdk.session"), Sending()
    before = logger.level
    ami = blocking(fake.port)
    ami.connect()
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    try:
        assert ami.send(actions.Ping()).ping == "Pong"
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    ami.close()
    assert told
    assert all("from within itself" in text for text in told)
    assert "UserEvent" not in fake.names()


def test_a_function_for_the_secret_that_uses_the_client_fails_and_holds_nobody_up(
    fake: Fake,
) -> None:
    def ask() -> str:
        return ami.send(actions.Ping()).ping or ""

    ami = blocking(fake.port, secret=ask)
    with pytest.raises(errors.ConnectFailed, match="raised RuntimeError"):
        ami.connect()


@pytest.mark.parametrize("wish", [SystemExit, KeyboardInterrupt])
def test_a_handler_that_wants_to_end_the_program_ends_not_even_its_thread(
    fake: Fake, wish: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    """Raised in a thread, they end nothing else; the next event would come to nobody."""
    seen: list[str | None] = []
    done = threading.Event()
    with blocking(fake.port) as ami:

        @ami.on(events.UserEvent)
        def leave(event: events.UserEvent) -> None:
            seen.append(event.user_event)
            if event.user_event == "last":
                done.set()
            raise wish

        for name in ("first", "last"):
            ami.send(RawAction("UserEvent", {"UserEvent": name}))
        assert done.wait(BOUND)
    assert seen == ["first", "last"]
    assert "a handler for UserEvent raised" in caplog.text


# --- what stays ---------------------------------------------------------------------------


FILES = Path("/proc/self/fd")


def _held() -> tuple[int, list[str]]:
    gc.collect()
    return len(list(FILES.iterdir())), [thread.name for thread in threading.enumerate()]


@pytest.mark.skipif(not FILES.exists(), reason="needs Linux")
def test_a_hundred_lives_leave_nothing(fake: Fake) -> None:
    def live(number: int) -> None:
        ami = blocking(fake.port)
        ami.on(events.Hangup)(print)
        ami.connect()
        stream = ami.events()
        ami.send(actions.Ping())
        if number % 3 == 0:
            fake.drop()
            ami.send(actions.Ping(), retry="idempotent")
        ami.close()
        for _ in stream:
            pass

    async def live_async(number: int) -> None:
        ami = asyncio_client(fake.port)
        ami.on(events.Hangup)(print)
        await ami.connect()
        stream = ami.events()
        await ami.send(actions.Ping())
        if number % 3 == 0:
            fake.drop()
            await ami.send(actions.Ping(), retry="idempotent")
        await ami.close()
        async for _ in stream:
            pass

    async def lives() -> None:
        for number in range(100):
            await live_async(number)
        loop: Any = asyncio.get_running_loop()
        assert [timer for timer in loop._scheduled if not timer.cancelled()] == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    live(0)
    asyncio.run(live_async(0))
    assert eventually(lambda: fake.sessions == 0)
    before = _held()
    for number in range(100):
        live(number)
    asyncio.run(lives())
    assert eventually(lambda: fake.sessions == 0)
    assert _held() == before


def test_a_full_socket_does_not_make_the_thread_spin() -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        peer.stop_reading()
        await peer.silence()

    filler = RawAction("X", {f"K{number}": "x" * 1000 for number in range(100)})
    with playing(script) as port:
        ami = blocking(port, check_version=False, reconnect=False, keepalive=None)
        ami.connect()
        pump: Any = ami._pump
        turns = 0
        turn = pump._turn

        def counted() -> None:
            nonlocal turns
            turns += 1
            turn()

        while not pump._rest:
            with pytest.raises(errors.ActionTimeout):
                ami.send(filler, timeout=0.001)
        pump._turn = counted
        threading.Event().wait(0.2)
        assert turns < 20
        ami.close()


def test_a_program_with_both_clients_ends_clean(fake: Fake) -> None:
    out = run(
        """
        async def main():
            async with async_client() as ami:
                return (await ami.send(actions.Ping())).ping

        with blocking_client() as ami:
            print(ami.send(actions.Ping()).ping, asyncio.run(main()))
        print(threading.enumerate() == [threading.main_thread()])
        """,
        fake.port,
        "-Werror",
    )
    assert out == "Pong Pong\nTrue\n"
