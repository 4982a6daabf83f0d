"""A fax of one page, sent and received with spandsp over a Local channel, in its 14 seconds."""

import struct

import pytest

from amisdk import actions, events
from tests.live.asterisk import Server
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live

WIDTH, HEIGHT = 1728, 20
"""Dots of a line as faxes have it, and lines."""


def blank_page() -> bytes:
    """Return a TIFF file with one white page, which is not compressed."""
    short, long, rational = 3, 4, 5
    start = 8 + 2 + 13 * 12 + 4  # of what does not fit into an entry: after the header and these
    entries = (
        (256, long, WIDTH),
        (257, long, HEIGHT),
        (258, short, 1),  # bit a dot
        (259, short, 1),  # not compressed
        (262, short, 0),  # 0 is white
        (273, long, start + 16),  # where the dots are
        (274, short, 1),
        (277, short, 1),
        (278, long, HEIGHT),
        (279, long, WIDTH // 8 * HEIGHT),
        (282, rational, start),
        (283, rational, start + 8),
        (296, short, 2),  # dots an inch
    )
    return b"".join(
        (
            struct.pack("<2sHIH", b"II", 42, 8, len(entries)),
            *(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries),
            struct.pack("<I4I", 0, 204, 1, 98, 1),
            bytes(WIDTH // 8 * HEIGHT),
        )
    )


@asynchronous
async def test_a_fax_is_followed_from_its_first_step_to_its_last_page(
    pbx: Pbx, server: Server
) -> None:
    page = server.home / "spool" / "page.tif"
    page.write_bytes(blank_page())
    inside = f"/{page.relative_to(server.tree)}"
    async with pbx.desk() as desk:
        sent = desk.ami.events(events.SendFAX)
        before = (await desk.send(actions.FAXStats())).event
        call = await desk.call("130", application="SendFAX", data=inside)

        sides = {call.near: "send", call.far: "receive"}
        for channel, operation in sides.items():
            for status in ("Allocating Resources", "FAX Transmission In Progress"):
                step = await desk.first(events.FAXStatus, channel=channel, status=status)
                assert (step.operation, len(step.file_name or ())) == (operation, 1)

        listed = await desk.send(actions.FAXSessions())
        assert {item.channel: item.operation for item in listed.items} == sides
        assert listed.end is not None
        assert listed.end.total == 2
        for item in listed.items:
            assert (item.technology, item.state, item.session_type) == (
                "Spandsp",
                "Active",
                "G.711",
            )
            assert item.session_number is not None
            shown = await desk.send(actions.FAXSession(session_number=item.session_number))
            assert shown.event is not None
            assert shown.event.operation == item.operation
            assert (shown.event.file_name,) == item.files

        done = await anext(sent)
        assert (done.channel, done.file_name, done.pages_transferred) == (call.near, (inside,), 1)
        received = await desk.first(events.ReceiveFAX, channel=call.far)
        assert (received.pages_transferred, received.transfer_rate) == (1, done.transfer_rate)

        after = (await desk.send(actions.FAXStats())).event
        assert before is not None
        assert after is not None
        assert before.completed_faxes is not None
        assert after.completed_faxes == before.completed_faxes + 2
