"""Sessions that the server ends, refuses or keeps; and modules that go while they are used."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import ExitStack, contextmanager

import pytest
from pydantic import SecretStr

from amisdk import actions, errors, lifecycle
from tests.live.asterisk import Server
from tests.live.drivers import PATIENCE, Driver, Drivers

pytestmark = pytest.mark.live

ROLE = "dialplan"
"""A user whom no other client here logs in as."""
SESSION = re.compile(r"^ *(\S+) +127\.0\.0\.1 +\d+ +\d+ +(\d+)", re.MULTILINE)


def sessions(server: Server, role: str = ROLE) -> list[str]:
    """Return the numbers of a user's sessions."""
    listed = server.cli("manager show connected")
    return [number for user, number in SESSION.findall(listed) if user == role]


@contextmanager
def edited(server: Server, before: str, after: str) -> Iterator[None]:
    """Change a text in the server's manager.conf for a while; the server has to read it itself."""
    file = server.home / "etc" / "manager.conf"
    whole = file.read_text()
    assert before in whole
    file.write_text(whole.replace(before, after))
    try:
        yield
    finally:
        file.write_text(whole)
        server.start()
        server.cli("manager reload")


def test_a_reload_of_the_manager_keeps_the_session(spare: Server, drivers: Drivers) -> None:
    ami, other = drivers(spare, ROLE), drivers(spare)
    [before] = sessions(spare)
    with edited(spare, spare.users[ROLE].secret, "another-secret"):
        assert other.send(actions.Command(command="manager reload")).ok
        with pytest.raises(errors.LoginRefused):  # it has been read
            drivers(spare, ROLE)
        assert ami.send(actions.Ping()).ping == "Pong"
        assert sessions(spare) == [before]
    assert not ami.every(lifecycle.Disconnected)
    assert ami.client.stats.connections == 1


def test_a_kicked_session_is_made_anew(spare: Server, drivers: Drivers) -> None:
    if spare.major < 18:
        pytest.skip(f"Asterisk {spare.major} cannot kick a session")
    ami = drivers(spare, ROLE)
    for kicks in (1, 2):
        mark = ami.mark()
        [number] = sessions(spare)
        spare.cli(f"manager kick session {number}")
        gone = ami.first(lifecycle.Disconnected, after=mark)
        assert type(gone.reason) is errors.ConnectionClosed
        ami.first(lifecycle.Reconnected, after=mark)
        assert ami.send(actions.Ping()).ping == "Pong"
        assert ami.client.stats.connections == 1 + kicks


def test_a_secret_that_changes_during_an_outage(spare: Server, drivers: Drivers) -> None:
    old, new = spare.users[ROLE].secret, "another-secret"
    known = [old]
    refused = f"failed to authenticate as '{ROLE}'"
    before = spare.log().count(refused)
    static = drivers(spare, ROLE)
    asking = drivers(spare, ROLE, secret=lambda: SecretStr(known[-1]))
    waiting: list[Driver] = [static, asking]
    with edited(spare, old, new):
        known.append(new)
        spare.kill()
        for ami in waiting:
            ami.first(lifecycle.Disconnected)
        held = static.begin(actions.Ping(), timeout=PATIENCE)
        spare.start()
        # The one that asks for the secret is let in; the other gives up at once, and says so.
        asking.first(lifecycle.Reconnected)
        assert asking.send(actions.Ping()).ping == "Pong"
        closed = static.first(lifecycle.Closed)
        assert type(closed.reason) is errors.LoginRefused
        assert old not in f"{closed!r}{closed.reason}{static.client!r}"
        assert type(held.exception(PATIENCE)) is errors.NotSent
        with pytest.raises(errors.NotSent):
            static.send(actions.Ping())
        assert spare.log().count(refused) == before + 1
        assert static.seen[-1] is closed


def test_unauthenticated_clients_use_up_the_room_until_they_go(
    spare: Server, drivers: Drivers
) -> None:
    with ExitStack() as stack:
        for _ in range(250):  # authlimit is 200
            idle = stack.enter_context(socket.create_connection((spare.host, spare.port)))
            idle.settimeout(PATIENCE)
            if not idle.recv(64).startswith(b"Asterisk Call Manager/"):
                break
        else:
            pytest.fail("the server greets everybody")
        once = drivers.make(spare, reconnect=False)
        with pytest.raises(errors.NoGreeting):
            once.connect()
        ami = drivers.make(spare, connect_timeout=PATIENCE)
        connecting = ami.begin_connect()
        wait([connecting], timeout=0.5)  # time to try some times, in vain
        assert not connecting.done()
    connecting.result(PATIENCE)
    assert ami.first(lifecycle.Reconnecting).attempt == 1
    assert ami.send(actions.Ping()).ping == "Pong"
    assert ami.client.stats.connections == 1


def test_an_action_whose_module_is_unloaded_meanwhile(spare: Server, drivers: Drivers) -> None:
    ami, other = drivers(spare), drivers(spare)
    asked = actions.QueueSummary()
    unload = actions.ModuleLoad(module="app_queue.so", load_type="unload")
    begun = [ami.begin(asked)]
    tries = 0
    while not other.send(unload, check=False).ok:  # an action is just at work in it
        begun.append(ami.begin(asked))
        tries += 1
        assert tries < 1000
    begun += [ami.begin(asked) for _ in range(10)]
    faults = [one.exception(PATIENCE) for one in begun]
    assert {type(fault) for fault in faults} <= {type(None), errors.UnknownAction}
    assert type(faults[-1]) is errors.UnknownAction
    other.send(actions.ModuleLoad(module="app_queue.so", load_type="load"))
    assert ami.send(asked).items
    assert (ami.client.stats.connections, ami.client.stats.pending) == (1, 0)
