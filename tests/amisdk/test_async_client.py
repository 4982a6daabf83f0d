"""The asyncio client against servers that a test plays."""

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from amisdk import AsyncClient, RawAction, actions, errors, events
from amisdk.models import Event
from amisdk.testing import FakeAsterisk, ScriptedServer
from amisdk.wire import Limits
from tests.support import GREETING, Peer, asynchronous, client, serving


@asynchronous
async def test_a_session_from_login_to_goodbye() -> None:
    async with FakeAsterisk() as server:
        async with AsyncClient.from_url(server.url) as ami:
            assert ami.connected
            assert ami.greeting == "Asterisk Call Manager/11.0.0"
            assert (await ami.send(actions.Ping())).ping == "Pong"
        assert not ami.connected
        names = [action["Action"] for action in server.received]
    assert names == ["Challenge", "Login", "CoreSettings", "Ping", "Logoff"]


@pytest.mark.parametrize("auth", ["plain", "md5"])
@asynchronous
async def test_both_ways_to_log_in(auth: str) -> None:
    async with FakeAsterisk(secret="pä:ss/word@") as server:
        async with AsyncClient.from_url(server.url, auth=auth) as ami:
            await ami.send(actions.Ping())
        login = next(one for one in server.received if one["Action"] == "Login")
    assert ("Secret" in login) == (auth == "plain")


@asynchronous
async def test_a_secret_may_be_a_secret_str() -> None:
    async with (
        FakeAsterisk() as server,
        AsyncClient(port=server.port, username="admin", secret=SecretStr("amisdk")) as ami,
    ):
        assert ami.connected


@asynchronous
async def test_a_wrong_secret_is_refused_and_the_client_can_tell() -> None:
    async with FakeAsterisk() as server:
        ami = AsyncClient(port=server.port, username="admin", secret="wrong")
        with pytest.raises(errors.LoginRefused, match="Authentication failed"):
            await ami.connect()
        assert not ami.connected
        with pytest.raises(errors.NotSent):
            await ami.send(actions.Ping())


@asynchronous
async def test_no_byte_leaves_before_a_valid_greeting() -> None:
    received = bytearray()

    async def impostor(peer: Peer) -> None:
        peer.writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        while data := await peer.reader.read(1000):
            received.extend(data)

    async with serving(impostor) as port:
        with pytest.raises(errors.BadGreeting, match=r"SSH-2\.0"):
            await client(port).connect()
    assert not received


@asynchronous
async def test_a_silent_server_runs_into_the_connect_deadline() -> None:
    async with serving(Peer.gone) as port:
        with pytest.raises(errors.ConnectTimeout, match=r"0\.05 s"):
            await client(port, connect_timeout=0.05).connect()


@asynchronous
async def test_an_unanswered_login_runs_into_the_same_deadline() -> None:
    async def serve(peer: Peer) -> None:
        peer.writer.write(GREETING)
        await peer.gone()

    async with serving(serve) as port:
        with pytest.raises(errors.ConnectTimeout):
            await client(port, connect_timeout=0.1).connect()


@asynchronous
async def test_nobody_listens() -> None:
    async with serving(Peer.gone) as port:
        pass
    with pytest.raises(errors.ConnectFailed, match=r"cannot reach 127\.0\.0\.1"):
        await client(port).connect()


@asynchronous
async def test_the_connection_ends_before_the_greeting() -> None:
    async def serve(_: Peer) -> None:
        return

    async with serving(serve) as port:
        with pytest.raises(errors.ConnectFailed, match="before a greeting"):
            await client(port).connect()


@asynchronous
async def test_a_client_may_try_again_after_a_failure_but_connects_once() -> None:
    ready = False

    async def serve(peer: Peer) -> None:
        if ready:
            await peer.login()
            await peer.gone()

    async with serving(serve) as port:
        ami = client(port)
        with pytest.raises(errors.ConnectFailed):
            await ami.connect()
        ready = True
        await ami.connect()
        with pytest.raises(RuntimeError, match="connects once"):
            await ami.connect()
        await ami.close()


@asynchronous
async def test_replies_find_their_actions_in_any_order() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        held = [await peer.action() for _ in range(100)]
        for action in reversed(held):
            peer.respond(action, f"Value: {action['variable']}")
        await peer.gone()

    async with serving(serve) as port, client(port) as ami:
        replies = await asyncio.gather(
            *(ami.send(actions.Getvar(variable=f"V{n}")) for n in range(100))
        )
    assert [reply.value for reply in replies] == [f"V{n}" for n in range(100)]


@asynchronous
async def test_an_error_raises_with_the_action_and_the_typed_reply() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        action = actions.Command(command="nonsense")
        with pytest.raises(errors.ActionFailed, match="No such command 'nonsense'") as caught:
            await ami.send(action)
        assert caught.value.action is action
        assert isinstance(caught.value.reply, actions.CommandReply)
        reply = await ami.send(action, check=False)
        assert reply.response == "Error"
        assert reply.output is not None


@asynchronous
async def test_an_unknown_action_has_an_error_of_its_own() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        with pytest.raises(errors.UnknownAction):
            await ami.send(RawAction("NoSuchThing", {"A": 1}))


@asynchronous
async def test_an_action_id_of_ones_own_and_its_duplicate() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        first = await peer.action()
        peer.respond(first, "Ping: Pong")
        await peer.gone()

    async with serving(serve) as port, client(port) as ami:
        waiting = asyncio.create_task(ami.send(actions.Ping(), action_id="mine-1"))
        await asyncio.sleep(0)
        with pytest.raises(errors.DuplicateActionID):
            await ami.send(actions.Ping(), action_id="mine-1")
        with pytest.raises(errors.InvalidAction, match="67 bytes"):
            await ami.send(actions.Ping(), action_id="x" * 68)
        assert (await waiting).action_id == "mine-1"


@asynchronous
async def test_a_list_is_gathered_or_streamed() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        reply = await ami.send(actions.QueueStatus())
        assert [type(item) for item in reply.items] == [events.QueueParams, events.QueueMember]
        assert isinstance(reply.end, events.QueueStatusComplete)
        assert reply.end.list_items == 2
        streamed = [item async for item in ami.stream(actions.QueueStatus())]
        assert [item.ami.name for item in streamed] == ["QueueParams", "QueueMember"]
        nothing = await ami.send(actions.QueueStatus(queue="other"))
        assert nothing.items == ()


@asynchronous
async def test_a_raw_action_gathers_a_list_too() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        reply = await ami.send(RawAction("QueueStatus"))
        assert [type(item) for item in reply.items] == [events.QueueParams, events.QueueMember]


@asynchronous
async def test_a_stream_that_fails_raises_after_its_items() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.respond(action, "EventList: start")
        peer.write("Event: QueueMember", f"ActionID: {action['actionid']}", "Queue: a")
        await peer.writer.drain()

    seen: list[Event] = []
    async with serving(serve) as port, client(port) as ami:
        with pytest.raises(errors.OutcomeUnknown):
            async for item in ami.stream(actions.QueueStatus()):
                seen.append(item)
    assert len(seen) == 1


@asynchronous
async def test_an_error_in_place_of_a_streamed_list() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        with pytest.raises(errors.UnknownAction):
            async for _ in ami.stream(RawAction("NoSuchList")):
                pytest.fail("no item can come")


@asynchronous
async def test_leaving_a_stream_early_leaves_the_session_sound() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.respond(action, "EventList: start")
        member = ("Event: QueueMember", f"ActionID: {action['actionid']}")
        peer.write(*member, "Queue: a")
        ping = await peer.action()
        peer.write(*member, "Queue: b")
        end = ("Event: QueueStatusComplete", f"ActionID: {action['actionid']}")
        peer.write(*end, "EventList: Complete")
        peer.respond(ping, "Ping: Pong")
        await peer.gone()

    async with serving(serve) as port, client(port) as ami:
        with ami.events(include="all") as everything:
            items = ami.stream(actions.QueueStatus())
            async for item in items:
                assert isinstance(item, events.QueueMember)
                assert item.queue == "a"
                break
            await items.aclose()
            assert (await ami.send(actions.Ping())).ping == "Pong"
        assert [event.headers.get("Queue") async for event in everything] == ["a"]


@asynchronous
async def test_originate_returns_the_answered_call() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        call = actions.Originate(channel="Local/100@x", application="Wait", data="1")
        outcome = await ami.originate(call)
        sent = next(one for one in server.received if one["Action"] == "Originate")
    assert isinstance(outcome, events.OriginateResponse)
    assert outcome.reason == 4
    assert sent["Async"] == "true"


@asynchronous
async def test_originate_raises_with_the_reason() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        call = actions.Originate(channel="Local/busy@x", application="Wait", data="1")
        with pytest.raises(errors.OriginateFailed, match=r"5 \(busy\)") as caught:
            await ami.originate(call)
    assert isinstance(caught.value.event, events.OriginateResponse)
    assert caught.value.event.reason == 5


@asynchronous
async def test_an_originate_that_the_server_refuses_at_once() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.respond(action, "Message: Originate failed", response="Error")
        await peer.gone()

    async with serving(serve) as port, client(port) as ami:
        call = actions.Originate(channel="Local/1", application="Wait")
        with pytest.raises(errors.OriginateFailed, match="Originate failed") as caught:
            await ami.originate(call)
    assert caught.value.event is None


@asynchronous
async def test_a_reply_that_does_not_come_in_time() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        late = await peer.action()
        action = await peer.action()
        peer.respond(late, "Ping: late")
        peer.respond(action, "Ping: Pong")
        await peer.gone()

    async with serving(serve) as port, client(port) as ami:
        with pytest.raises(errors.ActionTimeout, match=r"0\.05 s"):
            await ami.send(actions.Ping(), timeout=0.05)
        assert (await ami.send(actions.Ping())).ping == "Pong"


@asynchronous
async def test_an_action_that_blocks_the_server_gets_its_time_on_top() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        await asyncio.sleep(0.3)
        peer.respond(action)
        await peer.gone()

    call = actions.Originate(channel="Local/1", application="Wait", timeout=5000)
    async with serving(serve) as port, client(port, timeout=0.1) as ami:
        assert (await ami.send(call)).ok


@asynchronous
async def test_a_cancelled_caller_leaves_the_session_sound() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        dropped = await peer.action()
        action = await peer.action()
        peer.respond(dropped, "Ping: wrong one")
        peer.respond(action, "Ping: Pong")
        await peer.gone()

    async with serving(serve) as port, client(port) as ami:
        task = asyncio.create_task(ami.send(actions.Ping()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await ami.send(actions.Ping())).ping == "Pong"


@asynchronous
async def test_a_link_that_goes_tells_every_caller() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        for _ in range(100):
            await peer.action()

    async with serving(serve) as port:
        ami = client(port)
        await ami.connect()
        results = await asyncio.gather(
            *(ami.send(actions.Ping()) for _ in range(100)), return_exceptions=True
        )
        assert all(isinstance(result, errors.OutcomeUnknown) for result in results)
        with pytest.raises(errors.NotSent):
            await ami.send(actions.Ping())
        with pytest.raises(errors.ConnectionClosed, match="lost"):
            await ami.wait_closed()
        await ami.close()


@asynchronous
async def test_close_tells_callers_and_is_harmless_twice() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        await peer.action()
        logoff = await peer.action()
        peer.respond(logoff, response="Goodbye")

    async with serving(serve) as port:
        ami = client(port)
        await ami.connect()
        stream = ami.events()
        waiting = asyncio.create_task(ami.send(actions.Ping()))
        await asyncio.sleep(0.01)
        await ami.close()
        await ami.close()
        with pytest.raises(errors.OutcomeUnknown):
            await waiting
        assert [event async for event in stream] == []
        await ami.wait_closed()
        with pytest.raises(errors.NotSent):
            await ami.send(actions.Ping())


@asynchronous
async def test_close_before_connect_is_harmless() -> None:
    await client(1).close()


@asynchronous
async def test_handlers_plain_and_coroutine_and_off() -> None:
    seen: list[tuple[str, str]] = []
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:

        @ami.on(events.Hangup)
        def plain(event: events.Hangup) -> None:
            seen.append(("plain", str(event.cause)))

        @ami.on(events.Hangup, events.Newchannel)
        async def slow(event: events.Hangup | events.Newchannel) -> None:
            await asyncio.sleep(0)
            seen.append(("slow", event.ami_name))

        @ami.on("hangup")
        def by_name(event: Event) -> None:
            seen.append(("by name", event.ami_name))

        server.emit(events.Newchannel(channel="A"))
        server.emit(events.Hangup(cause=16))
        await ami.send(actions.Ping())
        await asyncio.sleep(0.01)
        ami.off(plain)
        ami.off(slow)
        server.emit(events.Hangup(cause=17))
        await ami.send(actions.Ping())
    told = {name: [what for who, what in seen if who == name] for name, _ in seen}
    assert told == {
        "plain": ["16"],
        "slow": ["Newchannel", "Hangup"],
        "by name": ["Hangup", "Hangup"],
    }


@asynchronous
async def test_handlers_given_before_connect_work() -> None:
    seen: list[str] = []
    async with FakeAsterisk() as server:
        ami = AsyncClient.from_url(server.url)

        @ami.on()
        async def everything(event: Event) -> None:
            seen.append(event.ami_name)

        async with ami:
            await ami.send(actions.Ping())
            await asyncio.sleep(0.01)
    assert seen == ["FullyBooted"]


@asynchronous
async def test_events_of_replies_are_kept_apart() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        alone, inside, both = (
            ami.events(include="unsolicited"),
            ami.events(include="replies"),
            ami.events(include="all"),
        )
        members = ami.events(events.QueueMember, include="all")
        await ami.send(actions.QueueStatus())
        server.emit(events.Hangup(cause=16))
        await ami.send(actions.Ping())
        for stream in (alone, inside, both, members):
            stream.close()
        assert [event.ami_name async for event in alone][-1] == "Hangup"
        assert [event.ami_name async for event in inside] == [
            "QueueParams",
            "QueueMember",
            "QueueStatusComplete",
        ]
        assert len([event async for event in both]) >= 4
        assert [member.name async for member in members] == ["Alice"]


@asynchronous
async def test_a_handler_that_raises_is_logged_and_costs_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[str] = []
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:

        @ami.on(events.Hangup)
        def broken(_: events.Hangup) -> None:
            raise ValueError("plain")

        @ami.on(events.Hangup)
        async def broken_too(_: events.Hangup) -> None:
            raise ValueError("coroutine")

        @ami.on(events.Hangup)
        def good(event: events.Hangup) -> None:
            seen.append(str(event.cause))

        with caplog.at_level(logging.ERROR, "amisdk"):
            server.emit(events.Hangup(cause=16))
            server.emit(events.Hangup(cause=17))
            await ami.send(actions.Ping())
            await asyncio.sleep(0.01)
    assert seen == ["16", "17"]
    assert [record.getMessage() for record in caplog.records] == ["a handler for Hangup raised"] * 4


@asynchronous
async def test_a_handler_may_send_and_close() -> None:
    replies: list[str | None] = []
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:

        @ami.on(events.Hangup)
        async def answer(_: events.Hangup) -> None:
            replies.append((await ami.send(actions.Ping())).ping)
            await ami.close()

        server.emit(events.Hangup(cause=16))
        await ami.wait_closed()
    assert replies == ["Pong"]


@asynchronous
async def test_a_handler_that_closes_the_client_goes_on() -> None:
    reached: list[str] = []
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:

        @ami.on(events.Hangup)
        async def leave(_: events.Hangup) -> None:
            await ami.close()
            reached.append("after close")

        server.emit(events.Hangup(cause=16))
        await ami.wait_closed()
        await asyncio.sleep(0.01)
    assert reached == ["after close"]


@asynchronous
async def test_a_handler_lives_on_when_what_it_waits_for_is_cancelled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[int | None] = []
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:

        @ami.on(events.Hangup)
        async def wait(event: events.Hangup) -> None:
            seen.append(event.cause)
            task = asyncio.ensure_future(asyncio.sleep(60))
            task.cancel()
            await task

        server.emit(events.Hangup(cause=1))
        server.emit(events.Hangup(cause=2))
        await ami.send(actions.Ping())
        await asyncio.sleep(0.01)
    assert seen == [1, 2]
    assert len(caplog.records) == 2


@asynchronous
async def test_an_object_with_a_coroutine_call_is_a_handler() -> None:
    class Counter:
        count = 0

        async def __call__(self, _: events.Hangup) -> None:
            self.count += 1

    counter = Counter()
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        ami.on(events.Hangup)(counter)
        server.emit(events.Hangup())
        await ami.send(actions.Ping())
        await asyncio.sleep(0.01)
    assert counter.count == 1


@asynchronous
async def test_events_of_a_client_that_was_lost_raise_at_once() -> None:
    async with serving(Peer.login) as port:
        ami = client(port)
        await ami.connect()
        with pytest.raises(errors.ConnectionClosed):
            await ami.wait_closed()
        with pytest.raises(errors.ConnectionClosed):
            await anext(ami.events())
        await ami.close()


@asynchronous
async def test_a_close_that_is_cancelled_closes_all_the_same() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        await peer.action()
        await peer.gone()

    async with serving(serve) as port:
        ami = client(port)
        await ami.connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await ami.close()
        assert not ami.connected
        await ami.wait_closed()


@asynchronous
async def test_a_login_without_a_challenge_is_no_login() -> None:
    async def serve(peer: Peer) -> None:
        peer.writer.write(GREETING)
        peer.respond(await peer.action())
        await peer.gone()

    async with serving(serve) as port:
        with pytest.raises(errors.ConnectFailed, match="no challenge"):
            await client(port).connect()


@pytest.mark.parametrize("what", ["Ping", actions.Ping, None])
@asynchronous
async def test_only_an_action_can_be_sent(what: object) -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        with pytest.raises(TypeError, match="an action is wanted"):
            await ami.send(what)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="Originate"):
            await ami.originate(actions.Ping())  # type: ignore[arg-type]
        with pytest.raises((TypeError, ValueError)):
            await ami.send(actions.Ping(), timeout="5")  # type: ignore[arg-type]
        assert server.received[-1]["Action"] == "CoreSettings"


@asynchronous
async def test_a_host_that_is_no_name_cannot_be_reached() -> None:
    with pytest.raises(errors.ConnectFailed, match="cannot reach"):
        await AsyncClient("a..b", username="a", secret="b").connect()


@asynchronous
async def test_what_a_server_does_not_read_is_not_sent() -> None:
    """Data that cannot be written stays with us, and counts as not sent."""

    async def serve(peer: Peer) -> None:
        await peer.login()
        transport: Any = peer.writer.transport
        transport.pause_reading()
        await asyncio.sleep(60)

    filler = {f"K{number}": "x" * 1000 for number in range(100)}
    async with serving(serve) as port:
        ami = client(port)
        await ami.connect()
        sending = [asyncio.create_task(ami.send(RawAction("X", filler))) for _ in range(200)]
        await asyncio.sleep(0.1)
        for _ in range(20):
            sending.append(asyncio.create_task(ami.send(RawAction("Late", filler))))
        await asyncio.sleep(0.05)
        ami._link.abort()
        results = await asyncio.gather(*sending, return_exceptions=True)
        assert isinstance(results[0], errors.OutcomeUnknown)
        assert isinstance(results[-1], errors.NotSent)
        await ami.close()


@asynchronous
async def test_an_unknown_event_arrives_with_its_headers() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        with ami.events(events.UnknownEvent) as stream:
            server.emit([("Event", "FromTheFuture"), ("Answer", "42")])
            event = await anext(stream)
    assert event.ami_name == "FromTheFuture"
    assert event.headers["answer"] == "42"


@asynchronous
async def test_a_message_over_the_limit_ends_the_connection() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        peer.writer.write(b"Event: Huge\r\nValue: " + b"x" * 5000)
        await peer.gone()

    async with serving(serve) as port:
        ami = client(port, limits=Limits(message=2000))
        await ami.connect()
        with pytest.raises(errors.ConnectionClosed, match="2000 bytes") as caught:
            await ami.wait_closed()
        assert isinstance(caught.value.__cause__, errors.MessageTooLong)
        await ami.close()


@asynchronous
async def test_an_encoding_of_ones_own() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        data = await peer.reader.readuntil(b"\r\n\r\n")
        assert "Variable: gr\xfc\xdfe\r\n".encode("latin-1") in data
        action_id = data.split(b"ActionID: ")[1].split(b"\r\n")[0]
        peer.writer.write(b"Response: Success\r\nActionID: " + action_id)
        peer.writer.write("\r\nValue: J\xfcrgen\r\n\r\n".encode("latin-1"))
        await peer.gone()

    async with serving(serve) as port, client(port, encoding="latin-1") as ami:
        reply = await ami.send(actions.Getvar(variable="gr\xfc\xdfe"))
    assert reply.value == "J\xfcrgen"


@asynchronous
async def test_the_secret_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with serving(Peer.login) as port:
            ami = client(port, auth="plain")
            shown = [repr(ami), str(ami), repr(ami._options)]
            await ami.connect()
            shown += [repr(ami), repr(vars(ami))]
            await ami.close()
        async with FakeAsterisk() as server:
            with pytest.raises(errors.LoginRefused) as caught:
                await client(server.port).connect()
        shown += [str(caught.value), repr(caught.value)]
    assert caplog.records
    assert not [text for text in (*shown, caplog.text) if "s3cr3t-word" in text]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@asynchronous
async def _tls_login(authority: trustme.CA, name: str, **options: object) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(server_side)

    async with (
        ScriptedServer(Peer.serve, ssl=server_side) as server,
        client(server.port, **options) as ami,
    ):
        assert ami.connected


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_tls_with_a_trusted_certificate(authority: trustme.CA) -> None:
    _tls_login(authority, "127.0.0.1", ssl=_trusting(authority))
    _tls_login(authority, "pbx.example", ssl=_trusting(authority), server_hostname="pbx.example")


def test_tls_refuses_what_it_cannot_trust(authority: trustme.CA) -> None:
    with pytest.raises(errors.ConnectFailed, match=r"TLS with 127\.0\.0\.1"):
        _tls_login(authority, "127.0.0.1", ssl=True)
    with pytest.raises(errors.ConnectFailed, match=r"TLS with 127\.0\.0\.1"):
        _tls_login(authority, "pbx.example", ssl=_trusting(authority))


def test_tls_needs_version_1_2() -> None:
    context = AsyncClient(username="a", secret="b", ssl=True)._options.ssl_context()
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_from_env_reads_both_spellings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMI_HOST", "pbx.example")
    monkeypatch.setenv("AMI_LOGIN", "dialer")
    monkeypatch.setenv("AMI_PASSWORD", "word")
    assert "dialer@pbx.example:5038" in repr(AsyncClient.from_env())
    assert "dialer@pbx.example:5039" in repr(AsyncClient.from_env(ssl=True))


@asynchronous
async def test_the_client_knows_the_servers_version() -> None:
    async with FakeAsterisk() as server:
        ami = AsyncClient.from_url(server.url)
        assert ami.server.version is None
        async with ami:
            assert ami.server.manager == "11.0.0"
            assert ami.server.version
            assert ami.server.major == 22


@asynchronous
async def test_an_action_of_another_version_is_refused_before_it_is_sent() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        sent = len(server.received)
        with pytest.raises(errors.UnsupportedAction, match="removed after 20; use") as caught:
            await ami.send(actions.SIPpeers())
        assert caught.value.replaced_by == ("PJSIPShowEndpoints",)
        assert isinstance(caught.value.action, actions.SIPpeers)
        assert isinstance(caught.value, errors.InvalidAction)
        with pytest.raises(errors.UnsupportedAction):
            await anext(ami.stream(actions.SIPpeers()))
        assert len(server.received) == sent
        with pytest.raises(errors.UnknownAction):
            await ami.send(actions.SIPpeers(), check_version=False)
        assert server.received[-1]["Action"] == "SIPpeers"
        assert not ami.supports(actions.SIPpeers)
        assert not ami.supports(actions.SIPpeers())
        assert ami.supports(actions.QueueAdd)
        assert not ami.supports(RawAction("SIPpeers"))
        assert not ami.supports("SIPpeers")


@asynchronous
async def test_a_client_that_checks_no_version_asks_for_none() -> None:
    async with FakeAsterisk() as server:
        async with AsyncClient.from_url(server.url, check_version=False) as ami:
            assert ami.server.version is None
            assert ami.supports(actions.SIPpeers)
            with pytest.raises(errors.ActionFailed):
                await ami.send(actions.SIPpeers())
        names = [action["Action"] for action in server.received]
    assert names == ["Challenge", "Login", "SIPpeers", "Logoff"]


@pytest.mark.parametrize(
    "lines", [("Response: Error", "Message: Permission denied"), ("Response: Success",)]
)
@asynchronous
async def test_a_version_that_may_not_be_read_refuses_nothing(lines: tuple[str, ...]) -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        asked = await peer.action()
        assert asked["action"] == "CoreSettings"
        peer.write(lines[0], f"ActionID: {asked['actionid']}", *lines[1:])
        peer.respond(await peer.action(), "EventList: start")
        await peer.gone()

    async with serving(serve) as port, client(port, check_version=True) as ami:
        assert ami.server.version is None
        assert ami.supports(actions.SIPpeers)
        with pytest.raises(errors.ActionTimeout):
            await ami.send(actions.SIPpeers(), timeout=0.05)


@asynchronous
async def test_a_server_that_tells_no_version_in_time_lets_nobody_in() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        await peer.gone()

    async with serving(serve) as port:
        with pytest.raises(errors.ConnectTimeout):
            await client(port, check_version=True, connect_timeout=0.1).connect()


@asynchronous
async def test_the_doctor_asks_the_server() -> None:
    async def serve(peer: Peer) -> None:
        await peer.login()
        settings = await peer.action()
        peer.respond(settings, "AsteriskVersion: 22.10.1")
        asked = await peer.action()
        assert asked["action"] == "ListCommands"
        peer.respond(
            asked,
            "QueueAdd: Add interface to queue.  (Priv: agent,all)",
            "CoreSettings: Show.  (Priv: system,reporting,all)",
        )
        await peer.gone()

    async with serving(serve) as port, client(port, check_version=True) as ami:
        found = await ami.doctor(actions.QueueAdd, actions.SIPpeers, actions.Originate)
    assert str(found).splitlines() == [
        "Asterisk 22.10.1: 1 of 3 actions are usable",
        "  SIPpeers: was removed after 20; use PJSIPShowEndpoints (this is Asterisk 22.10.1)",
        "  Originate: the user needs write = originate in manager.conf",
    ]
