import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from amisdk import Client, actions
from benchmarks.server import Bench, headers_of, listing

REPLAY = b"Event: Hangup\r\nChannel: PJSIP/1-1\r\n\r\n" * 40_000
PATIENCE = 60.0


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench(memoryview(REPLAY))
    bench.start()
    with closing(bench):
        yield bench


def order(bench: Bench, text: str) -> None:
    with socket.create_connection(("127.0.0.1", bench.control), PATIENCE) as control:
        control.sendall(text.encode() + b"\n")
        assert control.recv(16) == b"ok\n"


def client(bench: Bench, **arguments: object) -> Client:
    known = {"port": bench.port, "username": "bench", "secret": "secret", **arguments}
    return Client(**known)  # type: ignore[arg-type]


@pytest.mark.parametrize("auth", ["md5", "plain"])
def test_everybody_is_let_in_and_told_the_version(bench: Bench, auth: str) -> None:
    with client(bench, auth=auth) as ami:
        assert ami.server.major == 22


def test_a_ping_is_answered_behind_the_stream(bench: Bench) -> None:
    ami = client(bench)
    stream = ami.events("Hangup", queue_size=100_000)
    with ami:
        order(bench, "go")
        ami.send(actions.Ping(), timeout=PATIENCE)
        assert ami.stats.bytes_received > len(REPLAY)
    assert len(list(stream)) == 40_000


def test_a_list_is_as_long_as_ordered(bench: Bench) -> None:
    order(bench, "list 300")
    with client(bench) as ami:
        reply = ami.send(actions.CoreShowChannels())
    assert len(reply.items) == 300
    assert len({item.unique_id for item in reply.items}) == 300
    assert not any(item.issues or item.extra_headers for item in reply.items)


def test_a_client_that_goes_in_the_middle_of_the_stream_costs_the_server_nothing(
    bench: Bench,
) -> None:
    with socket.create_connection(("127.0.0.1", bench.port), PATIENCE) as gone:
        gone.sendall(b"Action: Login\r\nActionID: 1\r\n\r\n")
        with gone.makefile("rb") as lines:
            while not lines.readline().startswith(b"Status"):
                pass
        order(bench, "go")
    with client(bench) as ami:
        assert (ami.send(actions.Ping())).ok


def test_names_of_headers_are_read_without_regard_to_case() -> None:
    assert headers_of(b"action: Ping\r\nActionID:7") == {"action": "Ping", "actionid": "7"}


def test_a_list_says_how_many_items_it_has() -> None:
    assert listing("7", 3).endswith(b"ListItems: 3\r\n\r\n")
