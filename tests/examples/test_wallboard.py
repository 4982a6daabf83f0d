"""The wallboard: its state, and the page that shows it."""

from typing import Any

from fastapi.testclient import TestClient

from amisdk import events
from amisdk.testing import FakeAsterisk
from examples.wallboard.app import app
from examples.wallboard.board import Board


def test_events_change_the_board() -> None:
    board = Board()
    for event in (
        events.QueueMemberAdded(queue="support", interface="PJSIP/1", paused=False),
        events.QueueMemberAdded(queue="support", interface="PJSIP/2", paused=False),
        events.QueueMemberPause(queue="support", interface="PJSIP/1", paused=True),
        events.QueueMemberRemoved(queue="support", interface="PJSIP/2"),
        events.QueueCallerJoin(queue="support", unique_id="1.1", caller_id_num="0301"),
        events.QueueCallerJoin(queue="sales", unique_id="1.2"),
        events.QueueCallerLeave(queue="support", unique_id="9.9"),
    ):
        board.apply(event)
    assert board.as_json() == {
        "sales": {"waiting": {"1.2": "unknown"}, "members": {}},
        "support": {"waiting": {"1.1": "0301"}, "members": {"PJSIP/1": True}},
    }
    board.apply(events.QueueCallerLeave(queue="support", unique_id="1.1"))
    assert board.queues["support"].waiting == {}


def test_the_page_is_told_the_snapshot_and_what_changes(server: FakeAsterisk) -> None:
    with TestClient(app) as web:
        assert "<title>Wallboard</title>" in web.get("/").text
        with web.websocket_connect("/live") as page:
            shown: dict[str, Any] = page.receive_json()
            while not shown:  # the snapshot is under way
                shown = page.receive_json()
            assert shown["support"]["members"] == {"PJSIP/6001": False}
            server.emit(
                events.QueueMemberPause(queue="support", interface="PJSIP/6001", paused=True)
            )
            assert page.receive_json()["support"]["members"] == {"PJSIP/6001": True}
    assert {action["Action"] for action in server.received} <= {
        "Challenge", "Login", "CoreSettings", "QueueStatus", "Logoff",
    }  # fmt: skip
