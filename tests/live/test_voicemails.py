"""Voicemail: messages that are left, counted, forwarded, moved and removed."""

import asyncio

import pytest

from amisdk import actions, events
from tests.live.support import Desk, Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


async def leave_message(desk: Desk) -> events.MessageWaiting:
    """Leave a message in the mailbox 6001, and return the event that tells of it."""
    desk.seen.clear()
    call = await desk.call("140", application="Playback", data="demo-congrats")
    await asyncio.sleep(1.5)  # a message has a second at least
    await desk.send(actions.Hangup(channel=call.near))
    return await desk.first(events.MessageWaiting, mailbox="6001@default")


@asynchronous
async def test_a_voice_message_is_left_and_counted(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        waiting = await leave_message(desk)
        assert waiting.waiting is True
        count = await desk.send(actions.MailboxCount(mailbox="6001@default"))
        assert count.new_messages == waiting.new != 0
        status = await desk.send(actions.MailboxStatus(mailbox="6001@default"))
        assert status.waiting is True
        user = await desk.send(actions.VoicemailUserStatus(context="default", mailbox="6001"))
        assert user.items[0].new_message_count == waiting.new
        await desk.send(actions.VoicemailRefresh(context="default", mailbox="6001"))


@asynchronous
async def test_a_new_password_is_told_in_clear(pbx: Pbx) -> None:
    if pbx.major not in events.VoicemailPasswordChange.ami.versions:
        pytest.skip(f"Asterisk {pbx.major} has no VoicemailPasswordChange")
    async with pbx.desk() as desk:
        told = desk.ami.events(events.TestEvent)
        call = await desk.call("141")

        async def answer(prompt: str, digits: str) -> None:
            """Dial digits as soon as a prompt is played."""
            while (await anext(told)).headers.get("Message") != prompt:
                pass
            for digit in digits:
                await desk.send(actions.PlayDTMF(channel=call.near, digit=digit, duration=100))

        await answer("vm-youhave", "0")
        for password in ("4321", "1234"):
            await answer("vm-options", "5")
            await answer("vm-newpassword", f"{password}#")
            await answer("vm-reenterpassword", f"{password}#")
            change = await desk.first(events.VoicemailPasswordChange, new_password=password)
            assert (change.context, change.mailbox) == ("default", "6001")


@asynchronous
async def test_a_voice_message_is_forwarded_moved_and_removed(pbx: Pbx) -> None:
    box = {"context": "default", "mailbox": "6001"}
    summary = actions.VoicemailBoxSummary(**box)
    pbx.skip_unless_it_has(summary)
    async with pbx.desk() as desk:
        await leave_message(desk)
        message = (await desk.send(summary)).items[0]
        assert message.folder == "INBOX"
        assert message.id is not None
        await desk.send(
            actions.VoicemailForward(
                **box,
                folder="INBOX",
                id=message.id,
                to_context="default",
                to_mailbox="6002",
                to_folder="INBOX",
            )
        )
        other = {"context": "default", "mailbox": "6002"}
        copies = (await desk.send(actions.VoicemailBoxSummary(**other))).items
        assert [(copy.folder, copy.duration) for copy in copies] == [("INBOX", message.duration)]
        await desk.send(actions.VoicemailRemove(**other, folder="INBOX", id=str(copies[0].id)))
        await desk.send(
            actions.VoicemailMove(**box, folder="INBOX", id=message.id, to_folder="Old")
        )
        moved = [item for item in (await desk.send(summary)).items if item.id == message.id]
        assert [item.folder for item in moved] == ["Old"]
        await desk.send(actions.VoicemailRemove(**box, folder="Old", id=message.id))
        assert message.id not in {item.id for item in (await desk.send(summary)).items}
