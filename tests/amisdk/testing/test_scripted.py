"""The server that does what a script says, seen from plain sockets."""

import asyncio
import socket
import ssl
import threading
from time import monotonic

import pytest
import trustme

from amisdk.testing import Peer, ScriptedServer
from tests.support import asynchronous


def _connect(server: ScriptedServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def _read_all(connection: socket.socket) -> bytes:
    data = b""
    while more := connection.recv(65536):
        data += more
    return data


async def _say_number(peer: Peer) -> None:
    peer.send(f"{peer.number}".encode())


def test_each_client_is_played_the_script_and_counted_with_its_time() -> None:
    before = monotonic()
    with ScriptedServer(_say_number) as server:
        for number in range(3):
            with _connect(server) as connection:
                assert _read_all(connection) == f"{number}".encode()
    assert len(server.arrivals) == 3
    assert before < server.arrivals[0] <= server.arrivals[1] <= server.arrivals[2] <= monotonic()


@asynchronous
async def test_it_serves_a_loop_that_is_held_up_and_is_a_context_manager_for_it() -> None:
    async with ScriptedServer(_say_number) as server:
        with _connect(server) as connection:
            assert _read_all(connection) == b"0"


def test_nothing_of_it_stays_and_connections_end_with_it() -> None:
    threads = set(threading.enumerate())
    with ScriptedServer(Peer.silence) as server:
        connection = _connect(server)
        while not server.peers:
            pass
    with connection:
        assert connection.recv(1) == b""
    assert set(threading.enumerate()) == threads
    with pytest.raises(ConnectionRefusedError):
        _connect(server)


def test_it_listens_again_on_the_same_port() -> None:
    server = ScriptedServer(_say_number)
    with server:
        port = server.port
    server.shut()
    with server, _connect(server) as connection:
        assert server.port == port
        assert _read_all(connection) == b"0"


def test_a_port_that_is_taken_is_told() -> None:
    with ScriptedServer(_say_number) as server, pytest.raises(OSError, match="in use"):
        ScriptedServer(_say_number, port=server.port).listen()


def test_what_a_script_raises_is_raised_at_the_end() -> None:
    async def script(_: Peer) -> None:
        raise ValueError("wrong")

    def visit(error: BaseException | None = None) -> None:
        with ScriptedServer(script) as server, _connect(server) as connection:
            assert _read_all(connection) == b""
            if error is not None:
                raise error

    with pytest.raises(ValueError, match="wrong"):
        visit()
    with pytest.raises(KeyError) as caught:
        visit(KeyError())
    assert "a script raised ValueError" in caught.value.__notes__[0]


def test_a_client_that_goes_is_no_fault_of_the_script() -> None:
    over = threading.Event()

    async def script(peer: Peer) -> None:
        try:
            await peer.action()
        finally:
            over.set()

    with ScriptedServer(script) as server:
        _connect(server).close()
        assert over.wait(10)
    assert not server.faults


def test_other_threads_reach_the_connections_in_order() -> None:
    ScriptedServer(Peer.silence).call(pytest.fail)  # it does not listen: nothing happens
    with ScriptedServer(Peer.silence) as server, _connect(server) as connection:
        while not server.peers:
            pass
        for number in range(10):
            server.call(lambda number=number: server.peers[0].send(b"%d" % number))
        server.call(server.peers[0].half_close)
        assert _read_all(connection) == b"0123456789"


def test_work_beside_the_scripts_gives_its_result_and_ends_with_the_server() -> None:
    async def double(number: int) -> int:
        await asyncio.sleep(0)
        return 2 * number

    server = ScriptedServer(Peer.silence)
    with server:
        assert server.run(double(21)).result(10) == 42
        endless = server.run(asyncio.sleep(3600))
    assert endless.cancelled()
    with pytest.raises(RuntimeError, match="does not listen"):
        server.run(double(1))


def test_it_speaks_tls() -> None:
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    with (
        ScriptedServer(_say_number, ssl=theirs) as server,
        _connect(server) as plain,
        ours.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        assert connection.recv(10) == b"0"


def test_it_ends_though_a_client_does_not_read() -> None:
    async def script(peer: Peer) -> None:
        for _ in range(100):
            peer.send(bytes(1_000_000))

    with ScriptedServer(script) as server, _connect(server) as connection:
        assert connection.recv(1) == b"\0"
