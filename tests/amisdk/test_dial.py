"""A connected socket: the first address that answers, TLS, and when nobody wants it any more."""

import errno
import select
import selectors
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

import pytest

from amisdk.dial import Connection, reach, secure

BOUND = 30.0
"""Seconds after which something hangs."""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(BOUND)
        yield server


def closed_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait(connection: Connection, wanted: int) -> bool:
    read, write = wanted & selectors.EVENT_READ, wanted & selectors.EVENT_WRITE
    ready = select.select([connection] * bool(read), [connection] * bool(write), [], BOUND)
    assert any(ready)
    return True


def give_up(_: Connection, __: int) -> bool:
    return False


def resolve(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Have a host stand for these ports of this machine, one after the other."""
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))
        for port in ports
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_the_first_address_that_answers_is_taken(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.getsockname()[1]
    resolve(monkeypatch, closed_port(), port)
    connection = reach("pbx.example", 5038, wait)
    assert connection is not None
    with connection, listener.accept()[0]:
        assert connection.getpeername() == ("127.0.0.1", port)
        assert not connection.getblocking()
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_where_none_answers_the_last_error_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, closed_port(), closed_port())
    with pytest.raises(ConnectionRefusedError):
        reach("pbx.example", 5038, wait)


def test_a_host_without_an_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch)
    with pytest.raises(OSError, match=r"pbx\.example has no address"):
        reach("pbx.example", 5038, wait)


def test_a_connection_that_nobody_wants_any_more_is_closed(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Connection] = []

    def lose_interest(connection: Connection, _: int) -> bool:
        made.append(connection)
        return False

    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_: errno.EINPROGRESS)
    assert reach("127.0.0.1", listener.getsockname()[1], lose_interest) is None
    assert [connection.fileno() for connection in made] == [-1]


def test_tls_that_nobody_wants_any_more_is_closed() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        assert secure(ours, ssl.create_default_context(), "pbx.example", give_up) is None
        assert theirs.recv(1) == b"\x16"  # the beginning of a handshake
    assert ours.fileno() == -1


def test_a_handshake_that_fails_closes_the_connection() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        theirs.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        with pytest.raises(ssl.SSLError):
            secure(ours, ssl.create_default_context(), "pbx.example", wait)
        with suppress(ConnectionResetError):  # it has not read all
            while theirs.recv(4096):
                pass  # until its end
