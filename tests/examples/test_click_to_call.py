"""The web service that makes calls."""

import time

import pytest
from fastapi.testclient import TestClient

from amisdk import errors
from amisdk.testing import FakeAsterisk
from examples.click_to_call.app import app


def outcome(web: TestClient, call_id: str) -> str:
    """Ask for the outcome of a call until there is one."""
    until = time.monotonic() + 30
    while (told := str(web.get(f"/calls/{call_id}").json()["outcome"])) == "calling":
        assert time.monotonic() < until
        time.sleep(0.01)
    return told


@pytest.mark.parametrize(("phone", "told"), [("PJSIP/6001", "answered"), ("PJSIP/busy", "failed")])
def test_a_call_is_made_and_its_outcome_told(server: FakeAsterisk, phone: str, told: str) -> None:
    with TestClient(app) as web:
        begun = web.post("/calls", json={"phone": phone, "number": "100"})
        assert begun.status_code == 202
        assert begun.json()["outcome"] == "calling"
        assert outcome(web, begun.json()["id"]) == told
    [sent] = [action for action in server.received if action["Action"] == "Originate"]
    assert (sent["Channel"], sent["Exten"], sent["Async"]) == (phone, "100", "true")


def test_nobody_is_called_while_there_is_no_connection(server: FakeAsterisk) -> None:
    with TestClient(app) as web:
        server.shut()
        begun = web.post("/calls", json={"phone": "PJSIP/6001", "number": "100"})
        assert outcome(web, begun.json()["id"]) in ("not sent", "unknown")


@pytest.mark.parametrize(
    "wish",
    [
        {"phone": "PJSIP/6001\r\nAction: Ping", "number": "100"},
        {"phone": "PJSIP/6001", "number": "100&SIP/2"},
        {"phone": "", "number": "100"},
        {},
    ],
)
def test_what_is_no_phone_and_no_number_is_refused(server: FakeAsterisk, wish: object) -> None:
    with TestClient(app) as web:
        assert web.post("/calls", json=wish).status_code == 422
        assert web.get("/calls/none").status_code == 404
    assert "Originate" not in [action["Action"] for action in server.received]


def test_a_service_that_cannot_log_in_does_not_start(
    server: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMI_SECRET", "wrong")
    with pytest.raises(errors.LoginRefused), TestClient(app):
        pass
