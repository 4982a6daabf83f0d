"""Message counts that a program outside the server keeps, and the phones that are told of them.

res_mwi_external does it, which excludes app_voicemail: these tests have servers of their own.
"""

import os
from collections.abc import Iterator

import pytest

from amisdk import actions, events
from tests.live.asterisk import BuildError, Server, compiled
from tests.live.phones import phone_of
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def external(any_pbx: Pbx) -> Iterator[Pbx]:
    """A server with res_mwi_external, in the tally of the main one of its version."""
    if any_pbx.server is None:
        pytest.skip("needs a server of our own, not the one in AMISDK_TEST_ASTERISK")
    try:
        modules = compiled(any_pbx.major)
    except BuildError as error:
        if os.environ.get("AMISDK_REQUIRE_ASTERISK"):
            raise
        pytest.skip(f"no res_mwi_external here: {error}")
    major, tally = any_pbx.major, any_pbx.tally
    with Server(major, without=("app_voicemail.so",), added=modules) as server:
        yield Pbx(str(major), major, server.host, server.port, None, server, tally)


@asynchronous
async def test_counts_are_set_shown_and_forgotten(external: Pbx) -> None:
    async with external.desk() as desk:
        await desk.send(actions.MWIUpdate(mailbox="6001@default", old_messages=4, new_messages=1))
        told = await desk.first(events.MessageWaiting, mailbox="6001@default", waiting=True)
        assert (told.new, told.old) == (1, 4)
        await desk.send(actions.MWIUpdate(mailbox="6002@default", old_messages=2))
        await desk.send(actions.MWIUpdate(mailbox="7000@elsewhere", new_messages=3))

        (box,) = (await desk.send(actions.MWIGet(mailbox="6001@default"))).items
        assert (box.mailbox, box.new_messages, box.old_messages) == ("6001@default", 1, 4)
        found = await desk.send(actions.MWIGet(mailbox="/^60/"))
        assert {(item.mailbox, item.new_messages, item.old_messages) for item in found.items} == {
            ("6001@default", 1, 4),
            ("6002@default", 0, 2),
        }
        assert found.end is not None
        assert found.end.list_items == 2
        count = await desk.send(actions.MailboxCount(mailbox="6001@default"))
        assert (count.new_messages, count.old_messages) == (1, 4)

        await desk.send(actions.MWIDelete(mailbox="/^60/"))
        gone = await desk.first(events.MessageWaiting, mailbox="6001@default", waiting=False)
        assert (gone.new, gone.old) == (0, 0)
        (left,) = (await desk.send(actions.MWIGet(mailbox="/./"))).items
        assert left.mailbox == "7000@elsewhere"
        await desk.send(actions.MWIDelete(mailbox="7000@elsewhere"))
        assert (await desk.send(actions.MWIGet(mailbox="/./"))).items == ()


@asynchronous
async def test_a_phone_is_told_of_its_messages(external: Pbx) -> None:
    assert external.server is not None
    async with external.desk() as desk, phone_of(external.server, "6001") as alice:
        await alice.register()
        await alice.asked("NOTIFY", lambda notice: "Voice-Message: 0/0" in notice.body)
        await desk.send(actions.MWIUpdate(mailbox="6001@default", old_messages=2, new_messages=1))
        notice = await alice.asked("NOTIFY", lambda notice: "Voice-Message: 1/2" in notice.body)
        assert notice["Event"] == "message-summary"
        assert notice.body.startswith("Messages-Waiting: yes")
        await desk.send(actions.MWIDelete(mailbox="6001@default"))


@asynchronous
async def test_a_subscriber_is_told_of_new_messages(external: Pbx) -> None:
    assert external.server is not None
    async with external.desk() as desk, phone_of(external.server, "6004") as judy:
        first = await judy.subscribe("6004", "message-summary")
        assert first.body.startswith("Messages-Waiting: no")
        await desk.send(actions.MWIUpdate(mailbox="6002@default", new_messages=3))
        notice = await judy.asked("NOTIFY", lambda notice: "Voice-Message: 3/0" in notice.body)
        assert notice["Call-ID"] == first["Call-ID"]
        await desk.send(actions.MWIDelete(mailbox="6002@default"))
