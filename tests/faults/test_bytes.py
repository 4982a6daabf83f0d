"""Bytes in pieces, cut, malformed, or of any kind."""

import pytest

from amisdk import actions, errors, events
from amisdk.testing import GREETING, Peer, ScriptedServer
from tests.faults.scenario import Drive, scenario

VALUE = "Jürgen \u2028 \U0001f4de"


async def _talk(peer: Peer) -> None:
    """A session with a response, events, and a list, in two-byte and four-byte characters."""
    await peer.login()
    while True:
        action = await peer.action()
        if action["Action"] == "Logoff":
            peer.respond(action, response="Goodbye")
            return
        peer.event("Hangup", f"Channel: {VALUE}")
        peer.respond(action, "EventList: start")
        peer.event("QueueMember", f"Name: {VALUE}", of=action)
        peer.event("QueueStatusComplete", "EventList: Complete", of=action)


async def _use(drive: Drive, server: ScriptedServer, auth: str = "plain") -> None:
    async with drive.client(server, auth=auth) as ami:
        stream = ami.events(events.Hangup)
        reply = await ami.send(actions.QueueStatus())
        assert [item.headers["Name"] for item in reply.items] == [VALUE]
        assert (await stream.next()).channel == VALUE
        assert ami.kept == 0


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
@scenario
async def test_bytes_in_pieces(drive: Drive, chunk: int) -> None:
    async def script(peer: Peer) -> None:
        peer.chunk = chunk
        await _talk(peer)

    with ScriptedServer(script) as server:
        await _use(drive, server, auth="md5")


@pytest.mark.parametrize("end", ["FIN", "RST"])
@scenario
async def test_a_connection_that_is_cut_at_any_byte_is_a_documented_error(
    drive: Drive, end: str
) -> None:
    room = 0

    async def script(peer: Peer) -> None:
        peer.room = room
        try:
            await _talk(peer)
        except ConnectionAbortedError:
            if end == "RST":
                peer.reset()
            raise

    seen: set[str] = set()
    with ScriptedServer(script) as server:
        while True:
            try:
                await _use(drive, server)
            except errors.AmiError as error:
                seen.add(type(error).__name__)
                room += 1
            else:
                break  # the goodbye is the first to be cut
    assert room > 300
    # What a reset destroys is not seen: the client may not even have had the greeting.
    assert seen >= {"NoGreeting", "ConnectFailed", "OutcomeUnknown"}
    assert seen <= {"NoGreeting", "ConnectFailed", "OutcomeUnknown", "NotSent"}


@scenario
async def test_a_server_with_line_feeds_only_is_no_manager(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        peer.send(GREETING.replace(b"\r\n", b"\n"))
        await peer.gone()

    with ScriptedServer(script) as server, pytest.raises(errors.BadGreeting, match="CRLF"):
        await drive.client(server).connect()


@scenario
async def test_line_feeds_end_no_message(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.send(f"Response: Success\nActionID: {action['ActionID']}\n\n".encode())
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            with pytest.raises(errors.ActionTimeout):
                await ami.send(actions.Ping(), timeout=0.05)
            # The next message is one with it, and has its own ActionID all the same.
            assert (await ami.send(actions.Ping(), action_id="mine")).action_id == "mine"
            assert ami.stats.pending == 0


@scenario
async def test_a_line_feed_in_a_value_stays_there(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        peer.respond(await peer.action(), "Value: one\ntwo\n", "Variable: X")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            assert (await ami.send(actions.Getvar(variable="X"))).value == "one\ntwo\n"


MALFORMED = [
    "no colon at all",
    ": no name",
    "Name:no space",
    "Name:  two spaces",
    "Name :space before",
    " Name: leading space",
    "\tName: tab",
    "Name",
    ":",
    "::",
    "Näme: ü",
    "X" * 5000 + ": long name",
    "Y: " + "y" * 70_000,
    "Response: Error",
    "EventList: sometimes",
]


@scenario
async def test_unknown_and_malformed_headers_are_kept_and_harm_nothing(drive: Drive) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        peer.respond(await peer.action(), *MALFORMED, "Value: v", "Unknown: u", "Value: w")
        peer.event("Hangup", *MALFORMED, "Cause: sixteen", "Channel: c", "Unknown: u")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            stream = ami.events(events.Hangup)
            reply = await ami.send(actions.Getvar(variable="X"))
            event = await stream.next()
    assert reply.value == "v"
    assert reply.headers.all("Value") == ("v", "w")
    assert (event.cause, event.channel) == (None, "c")
    assert [issue.header for issue in event.issues] == ["Cause"]
    for message in (reply, event):
        assert message.headers["Unknown"] == "u"
        assert len(message.headers) >= len(MALFORMED) + 4
        assert ("", "no colon at all") in list(message.headers)


@pytest.mark.parametrize(
    "junk",
    ["", "\r\n", "x", ":", "junk: 1", "Response", "Event:", "Event: ", "response:", "\0", "\u2028"],
)
@scenario
async def test_a_message_that_is_none_is_passed_over(drive: Drive, junk: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        peer.write(junk)
        peer.write(junk, "a: b", "c")
        peer.respond(action, "Value: v")
        peer.write(junk)
        peer.event("Hangup")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            stream = ami.events(events.Hangup)
            assert (await ami.send(actions.Getvar(variable="X"))).value == "v"
            assert (await stream.next()).ami_name == "Hangup"
            assert ami.kept == 0


@scenario
async def test_bytes_that_are_no_text_are_kept(drive: Drive) -> None:
    every = bytes(byte for byte in range(256) if byte not in b"\r\n")

    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        own = action["ActionID"].encode()
        peer.send(b"Response: Success\r\nActionID: " + own + b"\r\nValue: " + every + b"\r\n\r\n")
        peer.send(b"Event: Hangup\r\nChannel: J\xfcrgen\r\n\r\nEvent: Hangup\r\nChannel: \xc3\xbc")
        peer.send(b"\r\n\r\nEvent: \xff\xfe\r\n\r\n")
        second = await peer.action()
        peer.respond(second, f"Value: {second['Variable']}")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            stream = ami.events()
            value = (await ami.send(actions.Getvar(variable="X"))).value
            assert value is not None
            assert value.encode("utf-8", "surrogateescape") == every
            channel, other, unknown = await stream.take(3)
            assert channel.channel == "J\udcfcrgen"
            assert other.channel == "ü"
            assert isinstance(unknown, events.UnknownEvent)
            # What came may be sent back, byte for byte.
            again = await ami.send(actions.Getvar(variable=channel.channel))
            assert again.value == channel.channel


SEPARATORS = "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e\0\x1b\x08\x7f\t"


@pytest.mark.parametrize("mark", SEPARATORS, ids=ascii)
@scenario
async def test_a_callers_name_with_a_separator_forges_no_header(drive: Drive, mark: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.login()
        action = await peer.action()
        forged = mark.join(
            ("Ann", "Response: Success", f"ActionID: {action['ActionID']}", "Value: forged", "", "")
        )
        peer.event("Newchannel", f"CallerIDName: {forged}", "Channel: real")
        peer.respond(action, f"Value: {forged}", "Variable: real")
        await peer.answer()

    with ScriptedServer(script) as server:
        async with drive.client(server) as ami:
            stream = ami.events(events.Newchannel)
            reply = await ami.send(actions.Getvar(variable="X"))
            event = await stream.next()
    assert reply.value is not None
    assert reply.value.startswith(f"Ann{mark}Response: Success{mark}ActionID: ")
    assert "ActionID" not in event.headers
    assert [name for name, _ in event.headers] == ["Event", "CallerIDName", "Channel"]
    assert event.caller_id_name.count(mark) == 5
