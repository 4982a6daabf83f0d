"""The link comes back: when, how often, and what is as before."""

import random
import statistics

import pytest

from amisdk import RawAction, Reconnect, actions, errors, events, lifecycle
from amisdk.headers import Headers
from amisdk.testing import FakeAsterisk, Peer, ScriptedServer
from tests.faults.scenario import SECRET, Drive, Signal, drop_all, scenario

QUICK = Reconnect(first_wait=0.01, max_wait=0.05)


# --- when ---------------------------------------------------------------------------------


def test_a_client_connects_at_most_8_times_in_20_seconds() -> None:
    """The default policy, computed: attempts until 20 s of waiting are over."""
    policy, dice = Reconnect(), random.Random(20)

    def attempts() -> int:
        waited, count = 0.0, 0
        while (waited := waited + policy.delay(count + 1, dice.random)) <= 20:
            count += 1
        return count

    counts = sorted(attempts() for _ in range(20_000))
    assert statistics.median(counts) <= 6
    assert counts[int(len(counts) * 0.99)] <= 8
    # The dice that are worst for the client: it still waits no longer than the cap.
    longest = [policy.delay(count, lambda: 1.0) for count in range(1, 9)]
    assert longest == [1, 2, 4, 8, 16, 30, 30, 30]
    assert {policy.delay(count, lambda: 0.0) for count in range(1, 9)} == {0.0}


@scenario
async def test_a_herd_does_not_come_back_together(drive: Drive) -> None:
    server = ScriptedServer(Peer.serve)
    delays: list[float] = []
    with server:
        herd = [drive.client(server, reconnect=Reconnect(first_wait=0.2)) for _ in range(8)]
        for ami in herd:
            ami.on(lifecycle.Reconnecting)(lambda event: delays.append(event.delay))
            await ami.connect()
        drop_all(server)
        await drive.until(lambda: len(server.arrivals) == 16)
        await drive.until(lambda: all(ami.connected for ami in herd))
        for ami in herd:
            await ami.close()
    assert len(set(delays)) == len(delays) == 8
    back = sorted(server.arrivals[8:])
    # Nobody is earlier than the dice said, and that was spread over 0.2 s.
    assert max(delays) - min(delays) > 0.02
    assert back[-1] - back[0] > 0.02


@scenario
async def test_a_restart_is_survived_with_what_was_sent_meanwhile(drive: Drive) -> None:
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server, reconnect=QUICK, check_version=True)
        await ami.connect()
        stream = ami.events(lifecycle.Reconnecting)
        server.shut()
        await stream.take(3)  # it has tried in vain
        calls = [ami.sending(actions.Ping()) for _ in range(10)]
        await drive.until(lambda: ami.stats.pending == 10)
        server.listen()
        for call in calls:
            assert (await call.outcome()).ping == "Pong"
        assert ami.stats.connections == 2
        await ami.close()


@scenario
async def test_a_client_that_is_told_so_gives_up(drive: Drive) -> None:
    server = ScriptedServer(Peer.serve)
    reconnect = Reconnect(first_wait=0.001, max_wait=0.001, max_attempts=3)
    ami = drive.client(_port_of(server), reconnect=reconnect)
    told = ami.events(lifecycle.LifecycleEvent)
    with server:
        await ami.connect()
    with pytest.raises(errors.ConnectionClosed, match="cannot reach"):
        await ami.wait_closed()
    for expected in (
        lifecycle.Connected,
        lifecycle.Disconnected,
        *[lifecycle.Reconnecting] * 3,
        lifecycle.Closed,
    ):
        assert type(await told.next()) is expected
    with pytest.raises(errors.NotSent):
        await ami.send(actions.Ping())
    await ami.close()


def _port_of(server: ScriptedServer) -> int:
    with server:
        return server.port


@scenario
async def test_the_end_is_told_to_who_waits_for_the_connection(drive: Drive) -> None:
    server = ScriptedServer(Peer.serve)
    reconnect = Reconnect(first_wait=0.02, max_wait=0.02, factor=1, max_attempts=5)
    ami = drive.client(_port_of(server), reconnect=reconnect)
    with server:
        await ami.connect()
        waiting = ami.events(lifecycle.Reconnecting)
    await waiting.next()
    calls = [ami.sending(actions.Ping(), timeout=None) for _ in range(10)]
    for call in calls:
        error = await call.error()
        assert isinstance(error, errors.NotSent)
        assert isinstance(error.action, actions.Ping)
    assert ami.kept == 0
    await ami.close()


@scenario
async def test_what_happens_is_told_in_order(drive: Drive) -> None:
    told: list[lifecycle.LifecycleEvent] = []
    with FakeAsterisk(secret=SECRET) as server:
        ami = drive.client(server, reconnect=QUICK)
        ami.on(lifecycle.LifecycleEvent)(told.append)
        stream = ami.events(lifecycle.LifecycleEvent)
        await ami.connect()
        drop_all(server)
        for _ in range(4):
            event = await stream.next()
        assert isinstance(event, lifecycle.Reconnected)
        assert 0 < event.gap < 20
        await ami.close()
        assert [type(event) for event in await stream.all()] == [lifecycle.Closed]
    assert [event.ami_name for event in told] == [
        "Connected",
        "Disconnected",
        "Reconnecting",
        "Reconnected",
        "Closed",
    ]
    lost, again, closed = told[1], told[2], told[4]
    assert isinstance(lost, lifecycle.Disconnected)
    assert isinstance(lost.reason, errors.ConnectionClosed)
    assert isinstance(again, lifecycle.Reconnecting)
    assert (again.attempt, 0 <= again.delay <= 0.01) == (1, True)
    assert closed == lifecycle.Closed(None)


# --- actions meanwhile --------------------------------------------------------------------


@scenario
async def test_an_action_waits_for_the_connection_until_its_own_deadline(drive: Drive) -> None:
    server = ScriptedServer(Peer.serve)
    ami = drive.client(_port_of(server), reconnect=Reconnect(first_wait=3600, max_wait=3600))
    with server:
        await ami.connect()
        lost = ami.events(lifecycle.Disconnected)
    await lost.next()
    with pytest.raises(errors.NotSent, match=r"no connection within 0\.05 s") as caught:
        await ami.send(actions.Ping(), timeout=0.05)
    assert isinstance(caught.value.action, actions.Ping)
    with pytest.raises(errors.NotSent, match="waiting to connect again"):
        await ami.send(actions.Ping(), offline="fail")
    assert ami.kept == ami.stats.pending == 0
    await ami.close()


@pytest.mark.parametrize("offline", ["wait", "fail"])
@scenario
async def test_the_client_is_told_what_becomes_of_actions_meanwhile(
    drive: Drive, offline: str
) -> None:
    server = ScriptedServer(Peer.serve)
    ami = drive.client(
        _port_of(server), reconnect=Reconnect(first_wait=0.05, max_wait=0.05), offline=offline
    )
    with server:
        await ami.connect()
        told = ami.events(lifecycle.LifecycleEvent)
    await told.next()
    call = ami.sending(actions.Ping())
    if offline == "fail":
        assert isinstance(await call.error(), errors.NotSent)
    with server:
        if offline == "wait":
            assert (await call.outcome()).ok
        await drive.until(lambda: ami.connected)
        assert (await ami.send(actions.Ping())).ok
        await ami.close()


# --- sent again ---------------------------------------------------------------------------


class _Answers:
    """A script that notes the actions of each connection, and hangs up on the first one."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.heard: list[list[Headers]] = []

    async def __call__(self, peer: Peer) -> None:
        await peer.login()
        heard: list[Headers] = []
        self.heard.append(heard)
        while True:
            action = await peer.action()
            heard.append(action)
            if peer.number == 0:
                if len(heard) == self.count:
                    return
            elif action["Action"] == "Logoff":
                peer.respond(action, response="Goodbye")
                return
            else:
                peer.respond(action, "Value: second")


@scenario
async def test_an_idempotent_action_is_sent_again_once_and_no_other_ever(drive: Drive) -> None:
    script = _Answers(4)
    call = actions.Originate(channel="Local/1", application="Wait", async_=True)
    with ScriptedServer(script) as server:
        async with drive.client(server, reconnect=QUICK, retry="idempotent") as ami:
            again = ami.sending(actions.Getvar(variable="X"))
            never = ami.sending(actions.Getvar(variable="Y"), retry="never")
            raw = ami.sending(RawAction("Getvar", {"Variable": "X"}))
            dialled = ami.sending(call)
            assert (await again.outcome()).value == "second"
            for other in (never, raw, dialled):
                assert isinstance(await other.error(), errors.OutcomeUnknown)
            assert (await ami.send(actions.Ping())).ok
            assert ami.kept == 0
    first, second = script.heard
    assert sorted(action["Action"] for action in first) == ["Getvar"] * 3 + ["Originate"]
    assert [action["Action"] for action in second] == ["Getvar", "Ping", "Logoff"]
    assert second[0] == next(a for a in first if a["ActionID"] == second[0]["ActionID"])


@scenario
async def test_nothing_is_sent_again_unless_told(drive: Drive) -> None:
    script = _Answers(1)
    with ScriptedServer(script) as server:
        async with drive.client(server, reconnect=QUICK) as ami:
            with pytest.raises(errors.OutcomeUnknown):
                await ami.send(actions.Getvar(variable="X"))
            assert (await ami.send(actions.Ping())).ok
    assert [action["Action"] for action in script.heard[1]] == ["Ping", "Logoff"]


@scenario
async def test_sending_again_ends_with_the_actions_own_deadline(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        if peer.number == 0:
            await peer.login()
            await peer.action()
        else:
            await peer.silence()

    with ScriptedServer(script) as server:
        ami = drive.client(server, reconnect=QUICK, retry="idempotent")
        await ami.connect()
        # It has left once; who is told "not sent" would believe that it never did.
        with pytest.raises(errors.OutcomeUnknown, match="no connection"):
            await ami.send(actions.Getvar(variable="X"), timeout=0.1)
        assert ami.kept == 0
        await ami.close()


@scenario
async def test_a_list_that_is_asked_again_begins_anew(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.respond(action, "EventList: start")
        peer.event("QueueMember", f"Queue: {peer.number}", of=action)
        if peer.number:
            peer.event("QueueStatusComplete", "EventList: Complete", of=action)
            await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server, reconnect=QUICK, retry="idempotent") as ami:
            reply = await ami.send(actions.QueueStatus())
            assert [item.headers["Queue"] for item in reply.items] == ["1"]


# --- as before ----------------------------------------------------------------------------


@scenario
async def test_mask_filters_and_subscriptions_are_restored_before_events_come(
    drive: Drive,
) -> None:
    heard: list[list[Headers]] = []

    async def script(peer: Peer) -> None:
        mine: list[Headers] = [await peer.login()]
        heard.append(mine)
        if peer.number:
            peer.event("Hangup", "Channel: before the filters are back")
        while True:
            action = await peer.action()
            mine.append(action)
            if peer.number and action["Action"] == "Ping":
                peer.event("Newchannel", "Channel: not wanted")
                peer.event("Hangup", "Channel: wanted")
            peer.respond(action, response="Goodbye" if action["Action"] == "Logoff" else "Success")
            if action["Action"] == "Logoff":
                return

    with ScriptedServer(script) as server:
        async with drive.client(server, reconnect=QUICK, events="call") as ami:
            stream = ami.events(events.Hangup)
            await ami.send(actions.Events(event_mask="call,agent"))
            for filtered in ("Event: Newexten", "Event: VarSet"):
                await ami.send(RawAction("Filter", {"Operation": "Add", "Filter": f"!{filtered}"}))
            drop_all(server)
            await drive.until(lambda: len(server.arrivals) == 2)
            await ami.send(actions.Ping())
            await ami.send(actions.Ping())
            assert [event.channel for event in await stream.rest()] == ["wanted", "wanted"]
    first, second = heard
    assert first[0]["Events"] == "call"
    assert second[0]["Events"] == "call,agent"
    named = [(action["Action"], action.get("Filter")) for action in second[1:4]]
    assert named == [
        ("Filter", "!Event: Newexten"),
        ("Filter", "!Event: VarSet"),
        ("Ping", None),
    ]


@scenario
async def test_actions_wait_for_a_server_that_is_still_booting(drive: Drive) -> None:
    """FullyBooted came before, so that it will come; modules are missing until then."""
    booted = Signal()

    async def script(peer: Peer) -> None:
        await peer.login()
        if peer.number:
            await booted
        peer.event("FullyBooted", "Status: Fully Booted")
        await peer.answer()

    with ScriptedServer(script) as server:
        ami = drive.client(server, reconnect=QUICK)
        full = ami.events("FullyBooted")
        async with ami:
            await full.next()
            drop_all(server)
            await drive.until(lambda: len(server.arrivals) == 2)  # so there is a session
            call = ami.sending(actions.Ping())
            await drive.until(lambda: ami.raw._link._session._login.waits_for_boot)
            await drive.until(lambda: ami.stats.pending)
            assert not ami.connected
            booted.set()
            assert (await call.outcome()).ok
            await full.next()


@scenario
async def test_a_fully_booted_that_does_not_come_is_not_waited_for_for_ever(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        if not peer.number:
            peer.event("FullyBooted", "Status: Fully Booted")
        await peer.answer()

    with ScriptedServer(script) as server:
        ami = drive.client(server, reconnect=QUICK, connect_timeout=0.3)
        full = ami.events("FullyBooted")
        async with ami:
            await full.next()
            drop_all(server)
            await drive.until(lambda: len(server.arrivals) == 2)
            assert (await ami.send(actions.Ping())).ok
            assert len(server.arrivals) == 2
