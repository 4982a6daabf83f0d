"""Messages without end, and messages that are long but whole."""

import pytest

from amisdk import RawAction, actions, errors, events
from amisdk.testing import Peer, ScriptedServer
from amisdk.wire import Limits
from tests.faults.scenario import Drive, Signal, scenario

MEGABYTE = 1_000_000


async def _flood(peer: Peer, head: bytes, more: bytes) -> None:
    """Send without end."""
    peer.send(head)
    while True:
        peer.send(more)
        await peer.writer.drain()


ENDLESS = {
    "line": (b"Event: Hangup\r\nChannel: ", b"x" * 65536),
    "line without a colon": (b"", b"x" * 65536),
    "message": (b"Event: Hangup\r\n", b"Name: value\r\n" * 5000),
    "message of bare line feeds": (b"Event: Hangup", b"\n" * 65536),
    "message of carriage returns": (b"Event: Hangup", b"\r" * 65536),
    "line of zeros": (b"", bytes(65536)),
}


@pytest.mark.parametrize("kind", ENDLESS)
@scenario
async def test_a_message_without_end_ends_the_connection(drive: Drive, kind: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.action()
        await _flood(peer, *ENDLESS[kind])

    with ScriptedServer(script) as server:
        ami = drive.client(server, limits=Limits(message=MEGABYTE))
        await ami.connect()
        with pytest.raises(errors.OutcomeUnknown) as caught:
            await ami.send(actions.Ping())
        assert isinstance(caught.value.__cause__, errors.MessageTooLong)
        with pytest.raises(errors.ConnectionClosed, match="1000000 bytes"):
            await ami.wait_closed()
        # No more was taken than one read beyond the limit.
        assert ami.stats.bytes_received < 2 * MEGABYTE
        await ami.close()


@scenario
async def test_4_megabytes_are_the_limit_unless_told(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        await _flood(peer, *ENDLESS["line"])

    with ScriptedServer(script) as server:
        ami = drive.client(server)
        await ami.connect()
        with pytest.raises(errors.ConnectionClosed, match="4194304 bytes"):
            await ami.wait_closed()
        await ami.close()


@scenario
async def test_output_of_an_old_server_without_end_has_the_same_limit(drive: Drive) -> None:
    """It may hold blank lines, so that no single piece of it is long."""

    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.send(f"Response: Follows\r\nActionID: {action['ActionID']}\r\n".encode())
        await _flood(peer, b"", b"output\r\n\r\n" * 5000)

    with ScriptedServer(script) as server:
        ami = drive.client(server, limits=Limits(message=MEGABYTE))
        await ami.connect()
        with pytest.raises(errors.OutcomeUnknown) as caught:
            await ami.send(actions.Command(command="core show channels"))
        assert isinstance(caught.value.__cause__, errors.MessageTooLong)
        await ami.close()


@scenario
async def test_more_headers_than_the_limit_end_the_connection(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        peer.event("Hangup", *["A: b"] * 998)
        peer.event("Hangup", *["A: b"] * 1001)
        await peer.gone()

    with ScriptedServer(script) as server:
        ami = drive.client(server, limits=Limits(headers=1000))
        stream = ami.events(events.Hangup)
        await ami.connect()
        with pytest.raises(errors.ConnectionClosed, match="1000 headers") as caught:
            await ami.wait_closed()
        assert isinstance(caught.value.__cause__, errors.TooManyHeaders)
        assert len((await stream.next()).extra_headers) == 998
        with pytest.raises(errors.ConnectionClosed):
            await stream.next()
        await ami.close()


@scenario
async def test_a_value_of_a_megabyte_comes_whole(drive: Drive) -> None:
    value = "0123456789" * (MEGABYTE // 10)

    async def script(peer: Peer) -> None:
        await peer.login()
        peer.respond(await peer.action(), f"Value: {value}")
        peer.event("Hangup", f"Channel: {value}")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            stream = ami.events(events.Hangup)
            assert (await ami.send(actions.Getvar(variable="X"))).value == value
            assert (await stream.next()).channel == value


@scenario
async def test_64_000_headers_come_whole(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        peer.respond(await peer.action(), *(f"Line-{n:06}: {n}" for n in range(64_000)))
        peer.event("Hangup", *(f"H{n}: {n}" for n in range(64_000)))
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            stream = ami.events(events.Hangup)
            reply = await ami.send(RawAction("GetConfig"))
            assert [value for _, value in list(reply.headers)[2:]] == [
                str(n) for n in range(64_000)
            ]
            assert len((await stream.next()).extra_headers) == 64_000


@scenario
async def test_a_burst_of_small_messages_is_no_long_message(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        await peer.action()
        for _ in range(20):
            peer.send(b"Event: Hangup\r\nCause: 16\r\n\r\n" * 1000)
            await peer.writer.drain()
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server, limits=Limits(message=200)) as ami:
            stream = ami.events(events.Hangup, queue_size=20_000)
            call = ami.sending(actions.Ping(), timeout=None)
            await stream.take(20_000)
            assert (await ami.send(actions.Ping())).ok
            await ami.close()
            assert isinstance(await call.error(), errors.OutcomeUnknown)


@scenario
async def test_more_actions_than_may_wait_are_refused_before_they_are_sent(drive: Drive) -> None:
    seen: list[str] = []
    more = Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        held = await peer.actions(3)
        seen.extend(action["Variable"] for action in held)
        await more
        for action in held:
            peer.respond(action)
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server, limits=Limits(pending=3)) as ami:
            calls = [ami.sending(actions.Getvar(variable=f"{n}")) for n in range(3)]
            await drive.until(lambda: len(seen) == 3)
            with pytest.raises(errors.TooManyPending, match="3 actions") as caught:
                await ami.send(actions.Getvar(variable="refused"))
            assert isinstance(caught.value.action, actions.Getvar)
            more.set()
            for call in calls:
                await call.outcome()
            assert (await ami.send(actions.Getvar(variable="now"))).ok
    assert sorted(seen) == ["0", "1", "2"]
