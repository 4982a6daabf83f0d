"""The embedded server."""

import asyncio

import pytest

from amisdk import AsyncClient, Client, RawAction, actions, errors, events
from amisdk.testing import FakeAsterisk
from tests.support import asynchronous


@asynchronous
async def test_every_message_it_sends_fits_its_model() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        stream = ami.events(include="all")
        replies = [
            await ami.send(actions.Ping()),
            await ami.send(actions.CoreSettings()),
            await ami.send(actions.QueueStatus()),
            await ami.send(actions.Command(command="core show uptime")),
            await ami.send(actions.Events(event_mask="on")),
            await ami.send(actions.UserEvent(user_event="Order", headers={"Number": 42})),
        ]
        call = actions.Originate(channel="Local/1@x", application="Wait", data="1")
        await ami.originate(call)
        replies.append(await ami.send(actions.CoreShowChannels()))
        await asyncio.sleep(0.01)
        await ami.send(actions.Ping())
        stream.close()
        seen = [event async for event in stream]
    for message in (*replies, *seen):
        assert message.issues == ()
    names = {event.ami_name for event in seen}
    assert {"Newchannel", "Newstate", "OriginateResponse", "Hangup", "UserEvent"} <= names
    assert not [event for event in seen if isinstance(event, events.UnknownEvent)]
    user = next(event for event in seen if isinstance(event, events.UserEvent))
    assert dict(user.extra_headers) == {"Number": "42"}


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (RawAction("NoSuchAction"), "Invalid/unknown command: NoSuchAction."),
        (RawAction("SIPpeers"), "Invalid/unknown command: SIPpeers."),
        (RawAction("QueueAdd", {"Interface": "PJSIP/1"}), "Queue not specified"),
        (actions.CoreStatus(), "FakeAsterisk does not play CoreStatus"),
    ],
)
@asynchronous
async def test_what_it_cannot_do_is_an_error_that_says_so(
    action: actions.Action[actions.CoreStatusReply], message: str
) -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        with pytest.raises(errors.ActionFailed) as caught:
            await ami.send(action)
    assert message in str(caught.value)


@asynchronous
async def test_before_login_only_login_is_answered() -> None:
    async with FakeAsterisk() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await reader.readuntil(b"\r\n")
        writer.write(b"Action: Ping\r\nActionID: 1\r\n\r\n")
        answer = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    assert answer == b"Response: Error\r\nActionID: 1\r\nMessage: Permission denied\r\n\r\n"


@asynchronous
async def test_events_off_silences_events() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url, events="off") as ami:
        stream = ami.events()
        server.emit(events.Hangup(cause=16))
        await ami.send(actions.Ping())
        stream.close()
        assert [event async for event in stream] == []


@asynchronous
async def test_the_secret_is_masked_in_what_it_received() -> None:
    async with FakeAsterisk(secret="s3cr3t-word") as server:
        async with AsyncClient.from_url(server.url, auth="plain") as ami:
            await ami.send(actions.Ping())
        assert "s3cr3t-word" not in repr(server.received)


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


@asynchronous
async def test_it_lists_what_it_plays() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        listed = await ami.send(actions.ListCommands())
        assert listed.pairs["Originate"] == "(Priv: originate,all)"
        assert listed.pairs["Ping"] == "(Priv: <none>)"
        assert (await ami.doctor(*listed.pairs)).healthy
        assert not (await ami.doctor(actions.CoreStatus)).healthy


def test_it_serves_the_blocking_client_and_may_be_used_from_any_thread() -> None:
    with FakeAsterisk() as server, Client.from_url(server.url) as ami:
        stream = ami.events(events.Hangup)
        for cause in range(100):
            server.emit(events.Hangup(cause=cause))
        assert ami.send(actions.Ping()).ping == "Pong"
        assert [stream.get(10).cause for _ in range(100)] == list(range(100))
        assert server.received[-1]["Action"] == "Ping"
    with pytest.raises(errors.ConnectFailed):
        Client.from_url(server.url).connect()


def test_events_before_anybody_listens_go_nowhere() -> None:
    server = FakeAsterisk()
    server.emit(events.Hangup(cause=1))
    with server, Client.from_url(server.url) as ami:
        stream = ami.events(events.Hangup)
        server.emit(events.Hangup(cause=2))
        assert stream.get(10).cause == 2
