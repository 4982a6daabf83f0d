"""Certificates that are not the server's, not valid or not trusted, and TLS that is too old."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from amisdk import Reconnect, actions, errors
from amisdk.testing import GREETING, Peer, ScriptedServer
from tests.faults.scenario import Drive, Signal, drop_all, scenario

AUTHORITY = trustme.CA()
HOST = "127.0.0.1"


def _theirs(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _trusting(authority: trustme.CA = AUTHORITY) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@contextmanager
def _serving(certificate: trustme.LeafCert | None = None) -> Iterator[ScriptedServer]:
    """Speak TLS; what the client says must be told by the handshake only."""
    context = _theirs(certificate or AUTHORITY.issue_cert(HOST))
    with ScriptedServer(Peer.serve, ssl=context) as server:
        yield server


@pytest.mark.parametrize("how", ["context", "context and name"])
@scenario
async def test_a_context_of_ones_own_is_used(drive: Drive, how: str) -> None:
    name = HOST if how == "context" else "pbx.example"
    options: dict[str, Any] = {} if name == HOST else {"server_hostname": name}
    with _serving(AUTHORITY.issue_cert(name)) as server:
        async with drive.client(server, ssl=_trusting(), **options) as ami:
            for _ in range(10):
                assert (await ami.send(actions.Ping())).ok


@scenario
async def test_a_certificate_of_another_host_is_refused(drive: Drive) -> None:
    with _serving(AUTHORITY.issue_cert("pbx.example")) as server:
        ami = drive.client(server, ssl=_trusting(), reconnect=Reconnect(first_wait=0.001))
        with pytest.raises(errors.ConnectFailed, match=r"TLS with.*not valid for '127"):
            await ami.connect()
        assert len(server.arrivals) == 0  # it never got as far as a script
        await ami.close()


@scenario
async def test_an_expired_certificate_is_refused(drive: Drive) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    with _serving(AUTHORITY.issue_cert(HOST, not_after=past)) as server:
        ami = drive.client(server, ssl=_trusting())
        with pytest.raises(errors.ConnectFailed, match=r"TLS with.*certificate has expired"):
            await ami.connect()
        await ami.close()


@pytest.mark.parametrize("trust", ["the system's", "another authority's"])
@scenario
async def test_a_certificate_of_nobody_known_is_refused(drive: Drive, trust: str) -> None:
    context = True if trust == "the system's" else _trusting(trustme.CA())
    with _serving() as server:
        ami = drive.client(server, ssl=context)
        with pytest.raises(errors.ConnectFailed, match=r"TLS with.*certificate verify failed"):
            await ami.connect()
        await ami.close()


@pytest.mark.parametrize("manners", ["says why", "hangs up"])
@scenario
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_tls_1_1_is_refused(drive: Drive, manners: str) -> None:
    theirs = _theirs(AUTHORITY.issue_cert(HOST))
    theirs.set_ciphers("ALL:@SECLEVEL=0")
    theirs.minimum_version = ssl.TLSVersion.TLSv1
    theirs.maximum_version = ssl.TLSVersion.TLSv1_1

    async def script(peer: Peer) -> None:
        """Shake hands; asyncio's own transports hang up before they have said why."""
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = theirs.wrap_bio(heard, said, server_side=True)
        with pytest.raises(ssl.SSLError, match=r"(?i)version|protocol"):
            while True:
                try:
                    tls.do_handshake()
                except ssl.SSLWantReadError:
                    heard.write(await peer.reader.read(65536))
        if manners == "says why":
            peer.send(said.read())

    said = r"TLS with.*(?i:version|protocol)" if manners == "says why" else "in the TLS handshake"
    with ScriptedServer(script) as server:
        ami = drive.client(server, ssl=True)
        with pytest.raises(errors.ConnectFailed, match=said):
            await ami.connect()
        await ami.close()


@scenario
async def test_a_plain_server_speaks_no_tls(drive: Drive) -> None:
    heard = bytearray()

    async def script(peer: Peer) -> None:
        peer.send(GREETING)
        while data := await peer.reader.read(1000):
            heard.extend(data)

    with ScriptedServer(script) as server:
        ami = drive.client(server, ssl=_trusting(), connect_timeout=3600)
        with pytest.raises(errors.ConnectFailed, match="TLS with"):
            await ami.connect()
        await ami.close()
    assert b"Action" not in heard


@scenario
async def test_a_plain_client_at_a_tls_port_is_given_a_hint(drive: Drive) -> None:
    with _serving() as server:
        ami = drive.client(server, connect_timeout=0.2)
        with pytest.raises(errors.ConnectTimeout, match="does the port speak TLS"):
            await ami.connect()
        await ami.close()


@scenario
async def test_a_handshake_that_is_not_answered_runs_into_the_connect_deadline(
    drive: Drive,
) -> None:
    with ScriptedServer(Peer.silence) as server:
        ami = drive.client(server, ssl=_trusting(), connect_timeout=0.2)
        with pytest.raises(errors.ConnectTimeout):
            await ami.connect()
        await ami.close()


@scenario
async def test_a_close_in_the_middle_of_a_handshake(drive: Drive) -> None:
    arrived = Signal()

    async def script(peer: Peer) -> None:
        await peer.reader.read(10)
        arrived.set()
        await peer.silence()

    with ScriptedServer(script) as server:
        ami = drive.client(server, ssl=_trusting())
        connecting = ami.start(ami.connect)
        await arrived
        await ami.close()
        assert isinstance(await connecting.error(), errors.ConnectFailed)


@pytest.mark.parametrize("end", ["FIN", "RST"])
@scenario
async def test_a_link_under_tls_that_goes_tells_everybody_and_comes_back(
    drive: Drive, end: str
) -> None:
    async def script(peer: Peer) -> None:
        if peer.number:
            await peer.serve()
        else:
            await peer.login()
            await peer.actions(100)
            if end == "RST":
                peer.reset()

    context = _theirs(AUTHORITY.issue_cert(HOST))
    with ScriptedServer(script, ssl=context) as server:
        reconnect = Reconnect(first_wait=0.01)
        async with drive.client(server, ssl=_trusting(), reconnect=reconnect) as ami:
            calls = [ami.sending(actions.Ping(), timeout=None) for _ in range(100)]
            for call in calls:
                assert isinstance(await call.error(), errors.OutcomeUnknown)
            assert (await ami.send(actions.Ping())).ok
            drop_all(server)


@scenario
async def test_large_messages_come_whole_under_tls(drive: Drive) -> None:
    """What TLS has decrypted already does not make a socket readable."""
    value = "0123456789" * 50_000

    async def script(peer: Peer) -> None:
        await peer.login()
        while True:
            action = await peer.action()
            leaving = action["Action"] == "Logoff"
            peer.respond(action, f"Value: {value}", response="Goodbye" if leaving else "Success")
            if leaving:
                return

    with ScriptedServer(script, ssl=_theirs(AUTHORITY.issue_cert(HOST))) as server:
        async with drive.client(server, ssl=_trusting()) as ami:
            calls = [ami.sending(actions.Getvar(variable="X")) for _ in range(5)]
            for call in calls:
                assert (await call.outcome()).value == value
