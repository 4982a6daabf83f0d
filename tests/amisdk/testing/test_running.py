"""A server's life."""

import socket
import ssl
import threading

import pytest
import trustme

from amisdk import AsyncClient, Client, actions, errors
from amisdk.testing import FakeAsterisk
from tests.support import asynchronous


@asynchronous
async def test_stopping_ends_connections_and_may_be_repeated() -> None:
    server = FakeAsterisk()
    await server.start()
    ami = AsyncClient.from_url(server.url, reconnect=False)
    await ami.connect()
    await server.stop()
    await server.stop()
    with pytest.raises(errors.ConnectionClosed):
        await ami.wait_closed()
    await ami.close()


def test_nothing_of_it_stays() -> None:
    threads = set(threading.enumerate())
    with FakeAsterisk() as server, Client.from_url(server.url) as ami:
        ami.send(actions.Ping())
        server.call("PJSIP/1", "PJSIP/2", answer=True, talk=60)
    assert set(threading.enumerate()) == threads
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=10)


def test_what_it_knows_stays_when_it_listens_again() -> None:
    server = FakeAsterisk()
    with server:
        port = server.port
        server.queue("sales").add("PJSIP/7")
    with server, Client.from_url(server.url) as ami:
        assert server.port == port
        assert len(ami.send(actions.QueueStatus(queue="sales")).items) == 2


def test_a_port_that_is_taken_is_told() -> None:
    with FakeAsterisk() as server, pytest.raises(OSError, match="in use"):
        FakeAsterisk(port=server.port).listen()


def test_it_speaks_tls() -> None:
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    with FakeAsterisk(ssl=theirs) as server:
        assert server.url.startswith("amis://")
        with Client.from_url(server.url, ssl=ours) as ami:
            assert ami.send(actions.Ping()).ok


def test_arrivals_are_counted() -> None:
    with FakeAsterisk() as server, Client.from_url(server.url), Client.from_url(server.url):
        assert len(server.arrivals) == server.sessions == 2
        assert server.arrivals[0] < server.arrivals[1]


def test_a_secret_may_be_changed() -> None:
    with FakeAsterisk(secret="old") as server:
        old = server.url
        server.secret = "new"
        assert server.url == old.replace(":old@", ":new@")
        with Client.from_url(server.url) as ami:
            assert ami.connected
        with pytest.raises(errors.LoginRefused):
            Client.from_url(old).connect()


def test_a_url_takes_any_name_and_secret() -> None:
    server = FakeAsterisk(username="a:b@c/d", secret="e:f@g/h %")
    with server, Client.from_url(server.url) as ami:
        assert ami.connected
