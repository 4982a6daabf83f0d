"""A server's life."""

import asyncio
import random
import socket
import ssl
import threading
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trustme

from amisdk import AsyncClient, Client, actions, errors, events
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Wire
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


def test_it_listens_once_at_a_time() -> None:
    threads = set(threading.enumerate())
    with FakeAsterisk() as server, pytest.raises(RuntimeError, match="listens already, at port"):
        server.listen()
    assert set(threading.enumerate()) == threads


@asynchronous
async def test_two_hundred_clients_at_once() -> None:
    async with FakeAsterisk() as server, AsyncExitStack() as stack:
        clients = [AsyncClient.from_url(server.url) for _ in range(200)]
        await asyncio.gather(*(stack.enter_async_context(one) for one in clients))
        assert server.sessions == 200
        streams = [one.events(events.Hangup) for one in clients]
        pongs = await asyncio.gather(*(one.send(actions.Ping()) for one in clients))
        assert {pong.ping for pong in pongs} == {"Pong"}
        call = server.call("PJSIP/6001", "PJSIP/6002", answer=True)
        call.hangup()
        told = [await anext(aiter(stream)) for stream in streams]
        assert {event.linked_id for event in told} == {call.linked_id}


def test_a_client_that_never_reads_holds_up_nobody() -> None:
    with FakeAsterisk() as server, Client.from_url(server.url) as ami, Wire(server) as deaf:
        deaf.login(events="on")
        for _ in range(2000):
            server.emit([("Event", "UserEvent"), ("UserEvent", "Flood"), ("Text", "x" * 1000)])
        deaf.say(*["Action: Ping", ""] * 1000)
        assert ami.send(actions.Ping()).ok


def test_garbage_disturbs_nobody() -> None:
    chance = random.Random(1)  # the same in each run
    with FakeAsterisk() as server, Client.from_url(server.url) as ami:
        for _ in range(50):
            with Wire(server) as wire:
                wire.socket.sendall(chance.randbytes(20_000))
                wire.socket.shutdown(socket.SHUT_WR)
                while wire.socket.recv(65536):
                    pass
        assert ami.send(actions.Ping()).ok
        assert server.sessions == 1


def test_every_wrong_secret_is_refused_and_ends_the_connection() -> None:
    with FakeAsterisk() as server:
        for number in range(100):
            with Wire(server) as wire:
                wire.say("Action: Login", "Username: admin", f"Secret: {number}")
                assert wire.read()["Message"] == "Authentication failed"
                assert not len(wire.read())
        with Client.from_url(server.url) as ami:
            assert ami.connected


def test_servers_come_and_go() -> None:
    files, threads = Path("/proc/self/fd"), set(threading.enumerate())
    before = len(list(files.iterdir())) if files.exists() else 0
    for _ in range(100):
        with FakeAsterisk() as server, Wire(server):
            pass
    assert set(threading.enumerate()) == threads
    assert not files.exists() or len(list(files.iterdir())) <= before
