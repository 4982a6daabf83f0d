"""Handlers that raise, take their time, or use the client themselves."""

import logging
import time

import pytest

from amisdk import actions, errors, events, lifecycle
from amisdk.testing import FakeAsterisk
from tests.faults.scenario import SECRET, Drive, Signal, scenario


@scenario
async def test_a_handler_that_raises_is_logged_and_the_next_event_still_comes(
    drive: Drive, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[str, int | None]] = []
    done = Signal()
    with FakeAsterisk(secret=SECRET) as server:
        async with drive.client(server) as ami:

            @ami.on(events.Hangup)
            def plain(event: events.Hangup) -> None:
                seen.append(("plain", event.cause))
                raise ValueError("plain")

            @ami.on(events.Hangup)
            async def awaited(event: events.Hangup) -> None:
                seen.append(("awaited", event.cause))
                raise ExceptionGroup("many", [ValueError("awaited")])

            @ami.on(events.Hangup)
            async def last(event: events.Hangup) -> None:
                seen.append(("last", event.cause))
                if event.cause == 3:
                    done.set()

            for cause in (1, 2, 3):
                server.emit(events.Hangup(cause=cause))
            await done
            assert (await ami.send(actions.Ping())).ok
        assert ami.stats.connections == 1
    for name in ("plain", "awaited", "last"):
        assert [cause for who, cause in seen if who == name] == [1, 2, 3]
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert told == ["a handler for Hangup raised"] * 6
    assert all(record.exc_info for record in caplog.records if record.levelno >= logging.ERROR)


@scenario
async def test_a_handler_that_takes_its_time_holds_up_nothing_but_itself(drive: Drive) -> None:
    go_on, working = Signal(), Signal()
    seen: list[int | None] = []
    with FakeAsterisk(secret=SECRET) as server:
        async with drive.client(server, keepalive=0.05) as ami:
            stream = ami.events(events.Hangup)

            @ami.on(events.Hangup)
            async def slow(event: events.Hangup) -> None:
                working.set()
                await go_on
                seen.append(event.cause)

            for cause in range(50):
                server.emit(events.Hangup(cause=cause))
            await working
            # Replies, other consumers and the keepalive go on meanwhile.
            assert (await ami.send(actions.Ping())).ping == "Pong"
            assert [event.cause for event in await stream.take(50)] == list(range(50))
            pings = len(server.received)
            await drive.until(lambda: len(server.received) > pings + 3)
            assert not seen
            go_on.set()
            await drive.until(lambda: len(seen) == 50)
            assert ami.connected
    assert seen == list(range(50))


@scenario
async def test_a_handler_may_send_and_gets_its_reply(drive: Drive) -> None:
    told: list[object] = []
    with FakeAsterisk(secret=SECRET) as server:
        async with drive.client(server) as ami:

            @ami.on(events.Hangup)
            async def ask(event: events.Hangup) -> None:
                status = await ami.send(actions.QueueStatus())
                told.append((event.cause, len(status.items), (await ami.send(actions.Ping())).ping))

            for cause in range(10):
                server.emit(events.Hangup(cause=cause))
            await drive.until(lambda: len(told) == 10)
    assert told == [(cause, 2, "Pong") for cause in range(10)]


@scenario
async def test_a_handler_may_close_the_client_and_goes_on(drive: Drive) -> None:
    reached: list[object] = []
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server)
        await ami.connect()
        begin = time.monotonic()

        @ami.on(events.Hangup)
        async def leave(event: events.Hangup) -> None:
            await ami.close()
            await ami.close()
            reached.append(event.cause)
            with pytest.raises(errors.NotSent):
                await ami.send(actions.Ping())
            reached.append("went on")

        server.emit(events.Hangup(cause=1))
        await ami.wait_closed()
        await drive.until(lambda: len(reached) == 2)
        assert time.monotonic() - begin < 10
        await ami.close()
    assert reached == [1, "went on"]


@scenario
async def test_a_handler_may_come_and_go_within_a_handler(drive: Drive) -> None:
    seen: list[str] = []
    with FakeAsterisk(secret=SECRET) as server:
        async with drive.client(server) as ami:

            def once(event: events.Hangup) -> None:
                seen.append(f"once {event.cause}")
                ami.raw.off(once)
                ami.raw.on(events.Hangup)(later)

            def later(event: events.Hangup) -> None:
                seen.append(f"later {event.cause}")

            ami.raw.on(events.Hangup)(once)
            server.emit(events.Hangup(cause=1))
            await drive.until(lambda: seen)
            server.emit(events.Hangup(cause=2))
            await drive.until(lambda: len(seen) == 2)
    assert seen == ["once 1", "later 2"]


@scenario
async def test_a_handler_that_raises_on_the_clients_own_events_changes_nothing(
    drive: Drive, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server)

        @ami.on(lifecycle.LifecycleEvent)
        def broken(event: lifecycle.LifecycleEvent) -> None:
            told.append(event.ami_name)
            raise RuntimeError

        async with ami:
            await ami.send(actions.Ping())
    assert told == ["Connected", "Closed"]
    assert "a handler for Connected raised" in caplog.text


@scenario
async def test_what_a_handler_has_queued_at_the_end_it_may_still_do(drive: Drive) -> None:
    seen: list[int | None] = []
    with FakeAsterisk(secret=SECRET) as server:
        async with drive.client(server) as ami:

            @ami.on(events.Hangup)
            async def count(event: events.Hangup) -> None:
                seen.append(event.cause)

            for cause in range(1000):
                server.emit(events.Hangup(cause=cause))
            await ami.send(actions.Ping())
    assert seen == list(range(1000))


@scenario
async def test_a_handler_that_never_ends_does_not_keep_close_from_ending(drive: Drive) -> None:
    stuck, never = Signal(), Signal()
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server)
        await ami.connect()

        @ami.on(events.Hangup)
        async def hang(_: events.Hangup) -> None:
            stuck.set()
            await never

        for _ in range(100):
            server.emit(events.Hangup())
        await stuck
        begin = time.monotonic()
        await ami.close()
        assert time.monotonic() - begin < 10
        never.set()  # a thread cannot be ended from outside
