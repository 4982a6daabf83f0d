"""Actions that want a scene of their own: other configuration, an XMPP server, a measured call."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from amisdk import Reply, actions, events
from tests.live.asterisk import Server
from tests.live.support import Desk, Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@asynccontextmanager
async def configured(desk: Desk, module: str, file: str, text: str) -> AsyncIterator[None]:
    """Let a module have another configuration for a while."""
    assert desk.pbx.server is not None
    place = desk.pbx.server.home / "etc" / file
    before = place.read_text()
    reload = actions.ModuleLoad(module=module, load_type="reload")
    try:
        place.write_text(text)
        await desk.send(reload)
        yield
    finally:
        place.write_text(before)
        await desk.send(reload)


# --- lists, caches, configuration ---------------------------------------------------------------


@asynchronous
async def test_the_lists_of_chan_skinny_have_a_proper_end_when_they_are_empty(pbx: Pbx) -> None:
    pbx.skip_unless_it_has(actions.SKINNYdevices())
    async with pbx.desk() as desk:
        async with configured(desk, "chan_skinny.so", "skinny.conf", "[general]\n"):
            devices = await desk.send(actions.SKINNYdevices())
            lines = await desk.send(actions.SKINNYlines())
        for reply, kind in ((devices, events.DevicelistComplete), (lines, events.LinelistComplete)):
            assert (len(reply.items), type(reply.end)) == (0, kind)
            assert reply.end is not None
            assert (reply.end.event_list, reply.end.list_items) == ("Complete", 0)


@asynchronous
async def test_a_cache_of_all_objects_is_filled_and_emptied(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        for action, message in (
            (
                actions.SorceryMemoryCachePopulate(cache="aliases"),
                "Cache has been expired and populated",
            ),
            (
                actions.SorceryMemoryCacheStale(cache="aliases"),
                "All objects were marked as stale in the cache",
            ),
            (
                actions.SorceryMemoryCacheExpire(cache="aliases"),
                "All objects were expired from the cache",
            ),
        ):
            reply: Reply = await desk.send(action)
            assert str(reply.message).strip() == message


@asynchronous
async def test_a_configuration_file_is_changed_at_any_place(pbx: Pbx, server: Server) -> None:
    name, change = "live-places.conf", actions.UpdateConfigChange
    async with pbx.desk() as desk:
        await desk.send(actions.CreateConfig(filename=name))
        for changes in (
            [
                change(action="NewCat", cat="phone", options="template"),
                change(
                    action="Append",
                    cat="phone",
                    var="type",
                    value="endpoint",
                    options='catfilter="TEMPLATES=include"',
                ),
                change(action="NewCat", cat="6002", options='inherit="phone"'),
                change(action="NewCat", cat="6001", match="6002"),
                change(action="Append", cat="6001", var="context", value="sales"),
                change(action="Insert", cat="6001", var="auth", value="6001", line="0"),
                change(action="Append", cat="6002", var="auth", value="6002"),
            ],
            [
                change(action="Delete", cat="6001", line="1"),
                change(action="Update", cat="6001", var="auth", match="6001", value="alice"),
                change(action="EmptyCat", cat="6002"),
                change(action="DelCat", cat="nowhere", options="ignoreerror"),
            ],
        ):
            await desk.send(
                actions.UpdateConfig(src_filename=name, dst_filename=name, changes=changes)
            )
        lines = (server.home / "etc" / name).read_text().splitlines()
        written = [line for line in lines if line and not line.startswith(";")]
        assert written == [
            "[phone](!)",
            "type = endpoint",
            "[6001]",
            "auth = alice",
            "[6002](phone)",
        ]


# --- calls --------------------------------------------------------------------------------------

CHARGES: list[dict[str, Any]] = [
    {
        "msg_type": "D",
        "charge_type": "Unit",
        "units": {"UnitAmount(0)": "5", "UnitType(0)": "1", "UnitAmount(1)": "2"},
    },
    {"msg_type": "D", "charge_type": "FREE"},
    {
        "msg_type": "E",
        "charge_type": "Currency",
        "currency_name": "EUR",
        "currency_amount": 16,
        "currency_multiplier": "OneHundredth",
        "total_type": "Total",
        "aoc_billing_id": "CallFwdBusy",
        "charging_association_number": "100",
        "charging_association_plan": 1,
    },
    {
        "msg_type": "S",
        "charged_item": "CallSetup",
        "rate_type": "Flat",
        "currency_name": "EUR",
        "currency_amount": 5,
        "currency_multiplier": "OneHundredth",
    },
]


@pytest.mark.parametrize("charges", CHARGES, ids=lambda charges: charges["msg_type"])
@asynchronous
async def test_charges_of_every_kind_are_told_to_a_channel(
    pbx: Pbx, charges: dict[str, Any]
) -> None:
    if charges["msg_type"] == "S" and pbx.major < 18:
        pytest.skip(f"Asterisk {pbx.major} knows no rates")
    async with pbx.desk() as desk:
        call = await desk.call("100")
        reply = await desk.send(actions.AOCMessage(channel=call.near, **charges))
        assert reply.message == "AOC Message successfully queued on channel"


@asynchronous
async def test_iax_statistics_of_a_call_end_with_the_next_message(pbx: Pbx) -> None:
    async with pbx.desk() as desk, pbx.desk() as other:
        call = await other.call("511", application="Playback", data="demo-congrats")
        end = await other.first(events.DialEnd, channel=call.far)
        task = asyncio.create_task(desk.send(actions.IAXnetstats()))
        while not task.done():
            await other.send(actions.UserEvent(user_event="Next"))
        lines = (await task).text.splitlines()
        assert str(end.dest_channel) in {line.split()[0] for line in lines}
        await desk.first(events.UserEvent, user_event="Next")


# --- messages -----------------------------------------------------------------------------------

STREAM = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' from='example.com'"
    " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
)
ROSTER = (
    "<iq type='result' id='roster'><query xmlns='jabber:iq:roster'>"
    "<item jid='ann@example.com' subscription='both'/></query></iq>"
)
PRESENCES = (
    "<presence from='ann@example.com/desk'><show>away</show><status>at lunch</status>"
    "<priority>5</priority></presence><presence from='ann@example.com/desk' type='unavailable'/>"
)


@asynccontextmanager
async def xmpp_server() -> AsyncIterator[tuple[int, asyncio.Queue[str]]]:
    """Let an XMPP client in, and tell it of Ann; yield the port, and the messages to come."""
    messages: asyncio.Queue[str] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM.encode())
        text = ""
        while data := await reader.read(4096):
            text += data.decode()
            while found := re.search(r"<(iq|message)\b.*?</\1>", text, re.DOTALL):
                text = text[found.end() :]
                if found[1] == "message":
                    messages.put_nowait(found[0])
                elif "jabber:iq:auth" in found[0]:
                    number = re.search(r"id='(\w+)'", found[0])
                    assert number is not None
                    writer.write(f"<iq type='result' id='{number[1]}'/>".encode())
                elif "jabber:iq:roster" in found[0]:
                    writer.write((ROSTER + PRESENCES).encode())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], messages


@asynchronous
async def test_a_contact_of_xmpp_comes_and_goes_and_gets_a_message(pbx: Pbx) -> None:
    async with xmpp_server() as (port, messages), pbx.desk() as desk:
        account = (
            "[office]\ntype = client\nserverhost = 127.0.0.1\nusername = pbx@example.com/pbx\n"
            f"port = {port}\nsecret = x\nusetls = no\nusesasl = no\nbuddy = ann@example.com\n"
        )
        async with configured(desk, "res_xmpp.so", "xmpp.conf", f"[general]\n{account}"):
            away = await desk.first(events.JabberStatus, resource="desk")
            assert (away.account, away.jid) == ("office", "ann@example.com")
            assert (away.status, away.priority, away.description) == (3, 5, "at lunch")
            gone = await desk.first(events.JabberStatus, resource=None)
            assert (gone.jid, gone.status, gone.priority) == ("ann@example.com", 0, None)
            await desk.send(
                actions.JabberSend(
                    jabber="office", screen_name="ann@example.com", message="Line 1 is free"
                )
            )
            message = await messages.get()
            assert "to='ann@example.com'" in message
            assert "<body>Line 1 is free</body>" in message
