"""The programs of examples/ before real servers."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from amisdk import AsyncClient, Client, actions, events
from examples.click_to_call.app import app as click_to_call
from examples.dialer.dialer import Dialer, Journal
from examples.exporter.exporter import Exporter
from examples.wallboard.app import app as wallboard
from tests.examples.test_click_to_call import outcome
from tests.examples.test_exporter import wait_for
from tests.live.support import PATIENCE, Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live
MEMBER = "Local/210@scenarios"


@pytest.fixture(autouse=True)
def environment(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell the examples of the server, and of a user with no more rights than they say."""
    assert pbx.server is not None
    account = pbx.server.users["calls"]
    monkeypatch.setenv("AMI_HOST", pbx.host)
    monkeypatch.setenv("AMI_PORT", str(pbx.port))
    monkeypatch.setenv("AMI_USERNAME", account.username)
    monkeypatch.setenv("AMI_SECRET", account.secret)
    monkeypatch.setenv("CALL_CONTEXT", "scenarios")


@pytest.fixture
def ami(pbx: Pbx) -> Iterator[Client]:
    """Somebody else at the same server, who hangs up all calls in the end."""
    assert pbx.server is not None
    account = pbx.server.users["admin"]
    with Client(pbx.host, pbx.port, username=account.username, secret=account.secret) as ami:
        yield ami
        ended = ami.events(events.Hangup)
        ami.send(actions.Hangup(channel="/.*/"), check=False)
        while ami.send(actions.CoreShowChannels()).items:
            next(ended)


@pytest.mark.parametrize(("exten", "told"), [("210", "answered"), ("105", "failed")])
def test_click_to_call(ami: Client, exten: str, told: str) -> None:
    with TestClient(click_to_call) as web:
        wish = {"phone": f"Local/{exten}@scenarios", "number": "100"}
        begun = web.post("/calls", json=wish)
        assert begun.status_code == 202
        assert outcome(web, begun.json()["id"]) == told


def test_wallboard(ami: Client) -> None:
    with TestClient(wallboard) as web, web.websocket_connect("/live") as page:
        shown: dict[str, Any] = page.receive_json()
        while not shown:  # the snapshot is under way
            shown = page.receive_json()
        assert shown["support"]["members"] == {MEMBER: False}
        for paused in (True, False):
            ami.send(actions.QueuePause(interface=MEMBER, queue="support", paused=paused))
            while shown["support"]["members"][MEMBER] is not paused:
                shown = page.receive_json()
        ami.originate(
            actions.Originate(
                channel="Local/202@scenarios",
                application="Wait",
                data="600",
                caller_id="0301234",
            )
        )
        while not shown["empty-queue"]["waiting"]:
            shown = page.receive_json()
        ami.send(actions.Hangup(channel="/^Local.202/"))
        while shown["empty-queue"]["waiting"]:
            shown = page.receive_json()


@asynchronous
async def test_the_dialer_calls_each_number_once(pbx: Pbx, ami: Client, tmp_path: Path) -> None:
    dialled: list[str] = []
    seen = ami.events(events.Newchannel, events.UserEvent)
    with closing(Journal(tmp_path / "numbers.journal")) as journal:
        journal.add(["105", "9017", "104"])
        async with AsyncClient.from_env() as own:
            dialer = Dialer(own, journal, queue="support", dial="Local/{}@scenarios")
            for _ in range(2):
                async with asyncio.timeout(PATIENCE):
                    await dialer.run()
        assert journal.states() == {"105": "failed", "9017": "failed", "104": "answered"}
    await asyncio.to_thread(ami.send, actions.UserEvent(user_event="AllDialled"))
    for event in seen:
        if isinstance(event, events.UserEvent):
            break
        name, _, half = (event.channel or "").partition(";")
        if half == "1" and not name.startswith(MEMBER):
            dialled.append(name.partition("@")[0])
    assert sorted(dialled) == ["Local/104", "Local/105", "Local/9017"]


def test_exporter(ami: Client) -> None:
    registry = CollectorRegistry()
    with Client.from_env(read_only=True) as own:
        exporter = Exporter(own, registry)
        ami.originate(
            actions.Originate(channel="Local/100@scenarios/n", application="Wait", data="600")
        )
        exporter.poll()
        assert registry.get_sample_value("asterisk_channels") == 2
        waiting = {"queue": "support"}
        assert registry.get_sample_value("asterisk_queue_waiting", waiting) == 0
        assert registry.get_sample_value("asterisk_queue_free_members", waiting) == 1
        ami.send(actions.Hangup(channel="/.*/", cause=16))
        wait_for(registry, "asterisk_hangups_total", 2, cause="16")
    wait_for(registry, "asterisk_up", 0)
