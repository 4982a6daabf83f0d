"""Greetings that are none, logins that go wrong, and what is tried again."""

import pytest

from amisdk import Reconnect, actions, errors, lifecycle
from amisdk.testing import GREETING, FakeAsterisk, Peer, ScriptedServer
from tests.faults.scenario import SECRET, Drive, Signal, drop_all, scenario

QUICK = Reconnect(first_wait=0.01, max_wait=0.05)


STRANGERS = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
    "SMTP": b"220 mail.example ESMTP\r\n",
    "TLS": b"\x15\x03\x01\x00\x02\x02\x46",
    "zeros": bytes(100),
    "blank": b"\r\n\r\n",
    "lower case": b"asterisk call manager/11.0.0\r\n",
    "space before": b" Asterisk Call Manager/11.0.0\r\n",
    "other product": b"Asterisk Call Monitor/1.0\r\n",
    "line feed": b"Asterisk Call Manager/11.0.0\nResponse: Success\r\n",
    "a message": b"Response: Success\r\nMessage: hello\r\n\r\n",
}


@pytest.mark.parametrize("chunk", [None, 1])
@pytest.mark.parametrize("kind", STRANGERS)
@scenario
async def test_what_is_no_manager_is_refused_at_once_and_told_nothing(
    drive: Drive, kind: str, chunk: int | None
) -> None:
    heard = bytearray()
    gone = Signal()

    async def script(peer: Peer) -> None:
        peer.chunk = chunk
        peer.send(STRANGERS[kind])
        try:
            while data := await peer.reader.read(1):
                heard.extend(data)
        finally:
            gone.set()

    def secret() -> str:
        pytest.fail("nobody needs the secret yet")

    with ScriptedServer(script) as server:
        # No deadline ends this, nor is it tried again.
        ami = drive.client(server, secret=secret, connect_timeout=3600, reconnect=QUICK)
        with pytest.raises(errors.BadGreeting):
            await ami.connect()
        await gone
        assert len(server.arrivals) == 1
        await ami.close()
    assert not heard


@scenario
async def test_a_greeting_without_end_is_refused_at_once(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        peer.send(b"Asterisk Call Manager/" + b"1" * 300)
        await peer.silence()

    with ScriptedServer(script) as server:
        ami = drive.client(server, connect_timeout=3600)
        with pytest.raises(errors.GreetingTooLong):
            await ami.connect()
        await ami.close()


@scenario
async def test_a_greeting_in_pieces_is_one(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        for byte in GREETING[:-1]:
            peer.send(bytes([byte]))
            await peer.writer.drain()
        peer.send(GREETING[-1:])
        peer.respond(await peer.action())
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server, auth="plain") as ami:
            assert ami.connected


async def _half_a_greeting(peer: Peer) -> None:
    peer.send(GREETING[:-2])
    await peer.gone()


async def _no_answer(peer: Peer) -> None:
    peer.send(GREETING)
    await peer.gone()


async def _no_answer_to_the_proof(peer: Peer) -> None:
    peer.send(GREETING)
    peer.respond(await peer.action(), "Challenge: 1")
    await peer.gone()


@pytest.mark.parametrize(
    "script", [Peer.gone, _half_a_greeting, _no_answer, _no_answer_to_the_proof]
)
@pytest.mark.parametrize("reconnect", [False, Reconnect(first_wait=0.01, from_start=True)])
@scenario
async def test_silence_at_the_beginning_runs_into_the_connect_deadline(
    drive: Drive, script: object, reconnect: bool | Reconnect
) -> None:
    with ScriptedServer(script) as server:  # type: ignore[arg-type]
        ami = drive.client(server, connect_timeout=0.1, reconnect=reconnect)
        with pytest.raises(errors.ConnectTimeout, match=r"0\.1 s"):
            await ami.connect()
        assert not ami.connected
        assert ami.kept == 0
        await ami.close()


@scenario
async def test_nobody_listens(drive: Drive) -> None:
    with ScriptedServer(Peer.gone) as server:
        pass
    ami = drive.client(server, reconnect=True)
    with pytest.raises(errors.ConnectFailed, match=r"cannot reach 127\.0\.0\.1"):
        await ami.connect()
    await ami.close()


@scenario
async def test_whoever_says_so_waits_for_a_server_that_starts(drive: Drive) -> None:
    server = ScriptedServer(Peer.serve)
    with server:
        pass
    reconnect = Reconnect(first_wait=0.01, max_wait=0.05, from_start=True)
    ami = drive.client(server.port, reconnect=reconnect)
    connecting = ami.start(ami.connect)
    await drive.sleep(0.05)
    with server:
        await connecting.outcome()
        assert (await ami.send(actions.Ping())).ok
        await ami.close()


# --- refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["plain", "md5"])
@scenario
async def test_a_refused_login_is_not_tried_again(drive: Drive, auth: str) -> None:
    with FakeAsterisk(secret="another") as server:
        reconnect = Reconnect(first_wait=0.001, from_start=True)
        ami = drive.client(server, auth=auth, reconnect=reconnect)
        with pytest.raises(errors.LoginRefused, match="Authentication failed") as caught:
            await ami.connect()
        assert SECRET not in str(caught.value)
        await drive.sleep(0.05)
        assert len(server.arrivals) == 1
        with pytest.raises(errors.NotSent):
            await ami.send(actions.Ping())
        await ami.close()


@scenario
async def test_a_login_that_is_refused_after_an_outage_ends_the_client(drive: Drive) -> None:
    """The user's secret was changed meanwhile."""
    told: list[lifecycle.LifecycleEvent] = []
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server, reconnect=QUICK)
        ami.on(lifecycle.LifecycleEvent)(told.append)
        await ami.connect()
        stream = ami.events()
        server.secret = "changed"
        drop_all(server)
        with pytest.raises(errors.ConnectionClosed, match="refused the login") as caught:
            await ami.wait_closed()
        assert isinstance(caught.value.__cause__, errors.LoginRefused)
        with pytest.raises(errors.NotSent):
            await ami.send(actions.Ping())
        with pytest.raises(errors.ConnectionClosed):
            await stream.all()
        await ami.close()
        assert len(server.arrivals) == 2
    assert isinstance(told[-1], lifecycle.Closed)
    assert isinstance(told[-1].reason, errors.LoginRefused)


@scenario
async def test_a_secret_that_is_asked_for_at_each_login_survives_its_change(drive: Drive) -> None:
    secrets = ["first", "second"]
    with FakeAsterisk(secret="first") as server:
        async with drive.client(server, secret=lambda: secrets[0], reconnect=QUICK) as ami:
            server.secret = secrets[0] = "second"
            drop_all(server)
            await drive.until(lambda: len(server.arrivals) == 2)
            assert (await ami.send(actions.Ping())).ping == "Pong"


@scenario
async def test_a_function_that_gives_no_secret_is_told_and_not_its_words(drive: Drive) -> None:
    def secret() -> str:
        raise LookupError(SECRET)

    with FakeAsterisk() as server:
        ami = drive.client(server, secret=secret)
        with pytest.raises(errors.ConnectFailed, match="LookupError") as caught:
            await ami.connect()
        assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r}"
        assert caught.value.__context__ is None
        await ami.close()


# --- hung up before it greets -------------------------------------------------------------


@pytest.mark.parametrize("how", ["FIN", "RST"])
@scenario
async def test_a_hang_up_before_the_greeting_is_tried_again(drive: Drive, how: str) -> None:
    """More than authlimit clients that have not logged in: the server has no room for us yet."""

    async def script(peer: Peer) -> None:
        if peer.number < 3:
            if how == "RST":
                peer.reset()
        else:
            await peer.serve()

    with ScriptedServer(script) as server:
        async with drive.client(server, reconnect=QUICK) as ami:
            assert (await ami.send(actions.Ping())).ok
        assert len(server.arrivals) == 4


async def _hang_up(_: Peer) -> None:
    pass


@scenario
async def test_a_hang_up_before_the_greeting_is_told_to_who_tries_once(drive: Drive) -> None:
    with ScriptedServer(_hang_up) as server:
        ami = drive.client(server)
        with pytest.raises(errors.NoGreeting):
            await ami.connect()
        assert len(server.arrivals) == 1
        await ami.close()


@scenario
async def test_trying_again_ends_with_the_connect_deadline(drive: Drive) -> None:
    with ScriptedServer(_hang_up) as server:
        ami = drive.client(server, connect_timeout=1.0, reconnect=QUICK)
        # The deadline may come while it waits, or in the middle of an attempt.
        with pytest.raises((errors.NoGreeting, errors.ConnectTimeout)):
            await ami.connect()
        assert len(server.arrivals) > 2
        await ami.close()


@scenario
async def test_trying_again_ends_after_so_many_attempts(drive: Drive) -> None:
    with ScriptedServer(_hang_up) as server:
        reconnect = Reconnect(first_wait=0.001, max_wait=0.001, max_attempts=3)
        ami = drive.client(server, reconnect=reconnect)
        with pytest.raises(errors.NoGreeting):
            await ami.connect()
        assert len(server.arrivals) == 4
        await ami.close()
