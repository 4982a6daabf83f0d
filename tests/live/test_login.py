"""Who gets in and how: passwords, TLS, permissions, event masks, encodings, and servers that go."""

import asyncio
import ssl

import pytest

from amisdk import AsyncClient, Event, RawAction, Reply, actions, errors, events
from amisdk.options import Auth
from tests.live.asterisk import Server
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@pytest.mark.parametrize("auth", ["plain", "md5"])
@asynchronous
async def test_the_right_secret_logs_in(any_pbx: Pbx, auth: Auth) -> None:
    async with any_pbx.desk(auth=auth) as desk:
        assert desk.ami.connected
        assert str(desk.ami.greeting).startswith("Asterisk Call Manager/")
        assert (await desk.send(actions.Ping())).ping == "Pong"


@asynchronous
async def test_a_full_boot_is_told_to_those_who_may_read_it(pbx: Pbx) -> None:
    async with pbx.desk() as admin, pbx.desk("calls") as calls:
        booted = await admin.first(events.FullyBooted)
        assert booted.status == "Fully Booted"
        await calls.send(actions.Ping())
        assert calls.every(events.FullyBooted) == []


@pytest.mark.parametrize(
    ("role", "auth", "kind"),
    [
        ("admin", "plain", events.InvalidPassword),
        ("admin", "md5", events.ChallengeResponseFailed),
        ("elsewhere", "plain", events.FailedACL),
    ],
)
@asynchronous
async def test_a_refused_login_is_final_and_told_to_others(
    pbx: Pbx, role: str, auth: Auth, kind: type[Event]
) -> None:
    async with pbx.desk() as desk:
        right = {} if role == "elsewhere" else {"secret": "not-the-secret"}
        client = pbx.client(role, auth=auth, **right)
        with pytest.raises(errors.LoginRefused, match="Authentication failed") as caught:
            await client.connect()
        assert "not-the-secret" not in str(caught.value)
        assert not client.connected
        told = await desk.first(kind)
        # Of a failed challenge the server does not say whose it was.
        assert told.headers["AccountID"] == ("" if auth == "md5" else role)


@asynchronous
async def test_an_unknown_user_is_refused(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        client = pbx.client(username="nobody", secret="x", auth="plain")
        with pytest.raises(errors.LoginRefused):
            await client.connect()
        assert (await desk.first(events.InvalidAccountID)).account_id == "nobody"


@pytest.mark.parametrize("name", [None, "localhost", "127.0.0.1"])
@asynchronous
async def test_tls_with_a_trusted_certificate(pbx: Pbx, server: Server, name: str | None) -> None:
    async with pbx.desk(port=server.tls_port, ssl=pbx.trusting(), server_hostname=name) as desk:
        assert (await desk.send(actions.Ping())).ping == "Pong"
        call = await desk.call("100")
        await desk.send(actions.Hangup(channel=call.near))
        await desk.first(events.Hangup, channel=call.near)


@asynchronous
async def test_tls_refuses_a_certificate_for_another_host(pbx: Pbx, server: Server) -> None:
    client = pbx.client(port=server.tls_port, ssl=pbx.trusting(), server_hostname="pbx.example")
    with pytest.raises(errors.ConnectFailed, match=r"pbx\.example"):
        await client.connect()


@asynchronous
async def test_tls_refuses_a_certificate_that_nobody_vouches_for(pbx: Pbx, server: Server) -> None:
    with pytest.raises(errors.ConnectFailed, match="certificate verify failed") as caught:
        await pbx.client(port=server.tls_port, ssl=True).connect()
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


@asynchronous
async def test_tls_to_a_port_without_it_fails(pbx: Pbx) -> None:
    with pytest.raises(errors.ConnectFailed, match="TLS"):
        await pbx.client(ssl=pbx.trusting()).connect()


@asynchronous
async def test_a_port_that_only_talks_tls_never_greets(pbx: Pbx, server: Server) -> None:
    with pytest.raises(errors.ConnectFailed):
        await pbx.client(port=server.tls_port, connect_timeout=0.5).connect()


@pytest.mark.parametrize(
    ("role", "action"),
    [
        ("readonly", actions.DBPut(family="live", key="x", val="1")),
        ("readonly", actions.Setvar(variable="LIVE", value="1")),
        ("calls", actions.Command(command="core show version")),
        ("calls", actions.GetConfig(filename="manager.conf")),
        ("dialplan", actions.CoreStatus()),
    ],
    ids=lambda case: case if isinstance(case, str) else case.ami_name,
)
@asynchronous
async def test_a_user_without_the_right_is_denied(
    pbx: Pbx, role: str, action: actions.Action[Reply]
) -> None:
    async with pbx.desk() as admin, pbx.desk(role) as desk:
        with pytest.raises(errors.PermissionDenied, match=f"{action.ami_name}: Permission denied"):
            await desk.ami.send(action)
        assert (await desk.send(actions.Ping())).ping == "Pong"
        kind = f"Action: {action.ami_name}"
        await admin.first(events.RequestNotAllowed, account_id=role, request_type=kind)


@asynchronous
async def test_what_a_user_may_do_is_what_the_server_lists(pbx: Pbx) -> None:
    async with pbx.desk("dialplan") as desk, pbx.desk() as admin:
        few = (await desk.send(actions.ListCommands())).pairs
        many = (await admin.send(actions.ListCommands())).pairs
        assert "Ping" in few
        assert "CoreStatus" not in few
        assert set(few) < set(many)


@asynchronous
async def test_an_unknown_action_costs_nothing_but_itself(any_pbx: Pbx) -> None:
    async with any_pbx.desk() as desk:
        with pytest.raises(errors.UnknownAction, match="NoSuchThing"):
            await desk.ami.send(RawAction("NoSuchThing", {"Foo": "1"}))
        assert (await desk.send(actions.Ping())).ping == "Pong"


@pytest.mark.parametrize(("role", "options"), [("admin", {"events": "off"}), ("deaf", {})])
@asynchronous
async def test_a_client_without_events_still_gets_lists_and_replies(
    pbx: Pbx, role: str, options: dict[str, str]
) -> None:
    async with pbx.desk() as other, pbx.desk(role, **options) as desk:
        call = await other.call("100")
        listed = await desk.send(actions.CoreShowChannels())
        assert {item.channel for item in listed.items} == {call.near, call.far}
        await other.first(events.Newchannel)
        await desk.first(events.CoreShowChannelsComplete)
        assert {type(event) for event in desk.seen} == {
            events.CoreShowChannel,
            events.CoreShowChannelsComplete,
        }


@asynchronous
async def test_a_mask_of_events_is_kept_to(pbx: Pbx) -> None:
    async with pbx.desk() as other, pbx.desk(events="user,dtmf") as desk:
        await other.call("121")
        await desk.first(events.UserEvent, user_event="OrderPlaced")
        assert {type(event) for event in desk.seen} == {events.UserEvent}
        assert other.every(events.Newchannel)


@asynchronous
async def test_the_filter_of_manager_conf_holds_events_back(pbx: Pbx) -> None:
    async with pbx.desk() as other, pbx.desk("filtered") as desk:
        call = await other.call("121")
        await desk.first(events.UserEvent, user_event="OrderPlaced")
        await other.send(actions.Hangup(channel=call.near))
        await desk.first(events.Hangup, channel=call.near)
        names = {event.ami_name for event in desk.seen}
        assert names <= {"FullyBooted", "Hangup", "HangupRequest", "UserEvent"}
        assert other.every(events.Newchannel)


NAMES = ["Zoë Müller", "Ñandú: 20 €", "日本語", "\u2028line\u0085\v\f", "плюс 🙂"]


@pytest.mark.parametrize("name", NAMES)
@asynchronous
async def test_utf_8_goes_there_and_back(pbx: Pbx, name: str) -> None:
    async with pbx.desk() as desk:
        await desk.send(actions.UserEvent(user_event="Named", headers={"Customer": name}))
        event = await desk.first(events.UserEvent, user_event="Named")
        assert event.headers["Customer"] == name
        await desk.send(actions.Setvar(variable="LIVE_NAME", value=name))
        assert (await desk.send(actions.Getvar(variable="LIVE_NAME"))).value == name


@asynchronous
async def test_latin_1_goes_there_and_back_and_is_kept_by_a_client_of_utf_8(pbx: Pbx) -> None:
    name = "Zoë Müller"
    async with pbx.desk(encoding="latin-1") as old, pbx.desk() as new:
        await old.send(actions.UserEvent(user_event="Named", headers={"Customer": name}))
        event = await old.first(events.UserEvent, user_event="Named")
        assert event.headers["Customer"] == name
        raw = (await new.first(events.UserEvent, user_event="Named")).headers["Customer"]
        assert raw.encode("utf-8", "surrogateescape") == name.encode("latin-1")
        # What it read, it can send again, byte for byte.
        await new.send(actions.Setvar(variable="LIVE_NAME", value=raw))
        assert (await new.send(actions.Getvar(variable="LIVE_NAME"))).value == raw
        assert (await old.send(actions.Getvar(variable="LIVE_NAME"))).value == name


@asynchronous
async def test_a_killed_server_leaves_nobody_waiting(pbx: Pbx) -> None:
    with Server(pbx.major) as doomed:
        account = doomed.users["admin"]
        async with AsyncClient(
            doomed.host,
            doomed.port,
            username="admin",
            secret=account.secret,
            timeout=None,
            reconnect=False,
        ) as ami:
            stream = ami.events(events.Hangup)
            rings = actions.Originate(channel="Local/102@scenarios", application="Wait")
            calls = asyncio.create_task(ami.originate(rings, timeout=None))
            async for _ in ami.events(events.Newchannel):
                break
            blocked = asyncio.create_task(ami.send(rings))
            pings = [asyncio.create_task(ami.send(actions.Ping())) for _ in range(20)]
            await asyncio.sleep(0.05)
            doomed.kill()
            outcomes = await asyncio.gather(calls, blocked, *pings, return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {errors.OutcomeUnknown}
            assert not ami.connected
            with pytest.raises(errors.NotSent):
                await ami.send(actions.Ping())
            with pytest.raises(errors.ConnectionClosed):
                await anext(stream)
            with pytest.raises(errors.ConnectionClosed):
                await ami.wait_closed()
        with pytest.raises(errors.ConnectFailed, match=str(doomed.port)):
            await AsyncClient(
                doomed.host, doomed.port, username="admin", secret=account.secret
            ).connect()


@asynchronous
async def test_a_server_that_restarts_says_so_and_lets_us_in_again(pbx: Pbx) -> None:
    with Server(pbx.major) as short:
        own = Pbx(pbx.label, pbx.major, short.host, short.port, server=short, tally=pbx.tally)
        async with own.desk(reconnect=False) as desk:
            await asyncio.to_thread(short.restart)
            assert (await desk.first(events.Shutdown)).shutdown == "Cleanly"
            with pytest.raises(errors.ConnectionClosed):
                await desk.ami.wait_closed()
        async with own.desk() as desk:
            assert (await desk.send(actions.Ping())).ping == "Pong"
