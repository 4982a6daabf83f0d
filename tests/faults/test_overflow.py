"""Consumers that do not keep up: what is lost is counted and told, by the policy they chose."""

import time
from typing import Any

import pytest

from amisdk import Reconnect, actions, errors, events, lifecycle
from amisdk.mailbox import Policy
from amisdk.testing import Peer, ScriptedServer
from tests.faults.scenario import Drive, Events, Signal, scenario

MANY = 3000
SIZE = 100


class Burst:
    """A script that sends numbered events when it is told to, and answers everything."""

    def __init__(self, count: int = MANY, pad: int = 0) -> None:
        self.count = count
        self.pad = "x" * pad
        self.sent = 0

    async def __call__(self, peer: Peer) -> None:
        await peer.login()
        while True:
            action = await peer.action()
            if action["Action"] == "Getvar":
                for _ in range(self.count):
                    peer.event("Hangup", f"Cause: {self.sent}", f"Pad: {self.pad}")
                    self.sent += 1
                    await peer.writer.drain()
            leaving = action["Action"] == "Logoff"
            peer.respond(action, response="Goodbye" if leaving else "Success")
            if leaving:
                return


BURST = actions.Getvar(variable="burst")


def causes(taken: list[Any]) -> list[int]:
    return [event.cause for event in taken]


async def caught_up(stream: Events) -> list[int]:
    """Take what a stream holds until its loss is told, or it has caught up."""
    return causes([await stream.next() for _ in range(waiting(stream))])


def waiting(stream: Events) -> int:
    inbox = getattr(stream.raw, "_inbox", stream.raw)
    box = getattr(inbox, "mailbox", None) or inbox._mailbox
    return len(box.events)


@pytest.mark.parametrize("policy", ["drop_oldest", "drop_newest"])
@scenario
async def test_a_loss_is_counted_exactly_and_told_once_for_each_burst(
    drive: Drive, policy: Policy
) -> None:
    with ScriptedServer(Burst()) as server:
        async with drive.client(server) as ami:
            told = ami.events(lifecycle.EventsLost)
            stream = ami.events(events.Hangup, queue_size=SIZE, overflow=policy)
            got: list[int] = []
            for burst in (1, 2):
                await ami.send(BURST)
                assert waiting(stream) <= SIZE
                kept = await caught_up(stream)
                newest = list(range(burst * MANY - len(kept), burst * MANY))
                oldest = list(range((burst - 1) * MANY, (burst - 1) * MANY + len(kept)))
                assert kept == (newest if policy == "drop_oldest" else oldest)
                got += kept
                loss = await told.next()
                assert loss.count == MANY - len(kept)
                assert loss.consumer == "a consumer of events()"
                assert len(got) + stream.lost == burst * MANY
                assert ami.stats.events_lost == stream.lost
            assert await told.rest() == []
            assert ami.connected


@scenario
async def test_a_slow_handler_loses_and_is_named(drive: Drive) -> None:
    go_on = Signal()
    seen: list[int | None] = []
    with ScriptedServer(Burst()) as server:
        async with drive.client(server) as ami:
            told = ami.events(lifecycle.EventsLost)

            @ami.on(events.Hangup, queue_size=SIZE)
            async def sluggish(event: events.Hangup) -> None:
                await go_on
                seen.append(event.cause)

            await ami.send(BURST)
            go_on.set()
            loss = await told.next()
            await drive.until(lambda: len(seen) + loss.count == MANY)
            assert "sluggish" in loss.consumer
            assert ami.stats.events_lost == loss.count > MANY - 2 * SIZE
            assert seen[-1] == MANY - 1


@scenario
async def test_the_loss_of_one_is_no_loss_of_another(drive: Drive) -> None:
    with ScriptedServer(Burst()) as server:
        async with drive.client(server) as ami:
            slow = ami.events(events.Hangup, queue_size=SIZE)
            wide = ami.events(events.Hangup, queue_size=2 * MANY)
            await ami.send(BURST)
            assert causes(await wide.take(MANY)) == list(range(MANY))
            assert slow.lost > 0
            assert wide.lost == 0


@scenario
async def test_who_blocks_loses_nothing_and_the_server_feels_it(drive: Drive) -> None:
    many = 8000
    script = Burst(many, pad=4000)
    with ScriptedServer(script) as server:
        ami = drive.client(server, keepalive=0.05)
        async with ami:
            stream = ami.events(events.Hangup, queue_size=SIZE, overflow="block")
            call = ami.sending(BURST, timeout=None)
            # The server cannot get rid of its events: they fill the kernel's buffers and stay.
            before = -1
            while script.sent != before or not script.sent:
                before = script.sent
                await drive.sleep(0.1)
            assert script.sent < many
            assert ami.connected  # what is not read is no silence
            for number in range(many):
                assert (await stream.next()).cause == number
            assert (await call.outcome()).ok
            assert stream.lost == ami.stats.events_lost == 0


@scenario
async def test_who_disconnects_is_told_and_comes_back(drive: Drive) -> None:
    with ScriptedServer(Burst()) as server:
        async with drive.client(server, reconnect=Reconnect(first_wait=0.01)) as ami:
            told = ami.events(lifecycle.Disconnected, lifecycle.Reconnected)
            stream = ami.events(events.Hangup, queue_size=SIZE, overflow="disconnect")
            call = ami.sending(BURST)
            lost = await told.next()
            assert isinstance(lost.reason, errors.SlowConsumer)
            error = await call.error()
            assert isinstance(error, errors.OutcomeUnknown)
            assert isinstance(error.__cause__, errors.SlowConsumer)
            assert isinstance(await told.next(), lifecycle.Reconnected)
            assert (await ami.send(actions.Ping())).ok
            assert stream.lost == 0


@scenario
async def test_a_consumer_that_pauses_for_a_moment_loses_nothing(
    drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader waits for it, once its queue is full: here for long, as others use the machine."""
    monkeypatch.setattr("amisdk.link.PATIENCE", 10.0)
    with ScriptedServer(Burst()) as server:
        async with drive.client(server) as ami:
            stream = ami.events(events.Hangup, queue_size=SIZE)
            call = ami.sending(BURST)
            got = []
            for _ in range(MANY):
                got.append((await stream.next()).cause)
            assert got == list(range(MANY))
            assert (await call.outcome()).ok
            assert stream.lost == 0


@scenario
async def test_a_queue_that_stays_full_ends_with_its_client(drive: Drive) -> None:
    with ScriptedServer(Burst(8000, pad=4000)) as server:
        ami = drive.client(server)
        await ami.connect()
        stream = ami.events(events.Hangup, queue_size=SIZE, overflow="block")
        call = ami.sending(BURST, timeout=None)
        await drive.until(lambda: waiting(stream) > SIZE)
        begin = time.monotonic()
        await ami.close()
        assert time.monotonic() - begin < 10
        assert isinstance(await call.error(), errors.OutcomeUnknown)
        assert causes(await stream.all())[:3] == [0, 1, 2]


@scenario
async def test_a_full_queue_that_is_given_up_blocks_nobody(drive: Drive) -> None:
    with ScriptedServer(Burst()) as server:
        async with drive.client(server) as ami:
            stream = ami.events(events.Hangup, queue_size=SIZE, overflow="block")
            call = ami.sending(BURST)
            await drive.until(lambda: waiting(stream) > SIZE)
            stream.raw.close()
            assert (await call.outcome()).ok
            assert (await ami.send(actions.Ping())).ok
