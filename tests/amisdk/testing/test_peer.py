"""The server's end of a connection: what a script can do to a client."""

import socket
import threading

import pytest

from amisdk.testing import GREETING, Peer, ScriptedServer
from amisdk.testing.scripted import Script


def _hear(script: Script, say: bytes) -> bytes:
    """Connect to a server with this script, say something, and return what it says."""
    with ScriptedServer(script) as server, _connect(server) as connection:
        connection.sendall(say)
        data = b""
        while more := connection.recv(65536):
            data += more
        return data


def _connect(server: ScriptedServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


LOGIN = b"Action: Login\r\nActionID: 1\r\n\r\n"
LOGOFF = b"Action: Logoff\r\nActionID: 2\r\n\r\n"
ACCEPTED = b"Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n"
GOODBYE = b"Response: Goodbye\r\nActionID: 2\r\n\r\n"


async def _whole(peer: Peer) -> None:
    await peer.login()
    await peer.gone()


def test_a_session_from_greeting_to_goodbye() -> None:
    ping = b"Action: Ping\r\nActionID: x\r\n\r\n"
    assert _hear(_whole, LOGIN + ping + LOGOFF) == GREETING + ACCEPTED + GOODBYE


def test_a_challenge_is_given_to_who_asks_for_it() -> None:
    challenge = b"Action: Challenge\r\nActionID: 0\r\nAuthType: MD5\r\n\r\n"
    said = _hear(_whole, challenge + LOGIN + LOGOFF)
    given = b"Response: Success\r\nActionID: 0\r\nChallenge: 1234\r\n\r\n"
    assert said == GREETING + given + ACCEPTED + GOODBYE


def test_everything_is_answered_until_the_goodbye() -> None:
    ping = b"Action: Ping\r\nActionID: x\r\n\r\n"
    pong = b"Response: Success\r\nActionID: x\r\n\r\n"
    assert _hear(Peer.serve, LOGIN + ping + LOGOFF) == GREETING + ACCEPTED + pong + GOODBYE


def test_actions_have_headers_without_regard_to_case_and_answers_their_ids() -> None:
    async def script(peer: Peer) -> None:
        first, second = await peer.actions(2)
        peer.event("Item", f"Name: {first['username']}", of=second)
        peer.event("Other")
        peer.respond(first, "A: 1", response="Error")

    actions = b"Action: A\r\nActionID: 1\r\nUsername: \xfc\r\n\r\nAction: B\r\nActionID: 2\r\n\r\n"
    assert _hear(script, actions) == (
        b"Event: Item\r\nActionID: 2\r\nName: \xfc\r\n\r\n"
        b"Event: Other\r\n\r\n"
        b"Response: Error\r\nActionID: 1\r\nA: 1\r\n\r\n"
    )


@pytest.mark.parametrize("room", [0, 1, 10, len(GREETING) + 7])
def test_a_connection_may_be_cut_at_any_byte(room: int) -> None:
    async def script(peer: Peer) -> None:
        peer.room = room
        await _whole(peer)

    assert _hear(script, LOGIN + LOGOFF) == (GREETING + ACCEPTED + GOODBYE)[:room]


def test_segments_may_be_as_small_as_one_byte() -> None:
    async def script(peer: Peer) -> None:
        peer.chunk = 1
        peer.send(b"")
        await _whole(peer)

    assert _hear(script, LOGIN + LOGOFF) == GREETING + ACCEPTED + GOODBYE


def test_half_closed_it_still_reads() -> None:
    heard: list[str] = []
    over = threading.Event()

    async def script(peer: Peer) -> None:
        peer.half_close()
        heard.append((await peer.action())["Action"])
        over.set()

    with ScriptedServer(script) as server, _connect(server) as connection:
        assert connection.recv(1) == b""
        connection.sendall(LOGIN)
        assert over.wait(10)
    assert heard == ["Login"]


def test_a_reset_is_an_error_for_the_client() -> None:
    async def script(peer: Peer) -> None:
        await peer.action()
        peer.reset()

    with pytest.raises(ConnectionResetError):
        _hear(script, LOGIN)


def test_a_peer_that_does_not_read_stops_the_client() -> None:
    stopped = threading.Event()

    async def script(peer: Peer) -> None:
        peer.stop_reading()
        stopped.set()
        await peer.silence()

    with ScriptedServer(script) as server, _connect(server) as connection:
        assert stopped.wait(10)
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            while True:
                connection.send(bytes(65536))
