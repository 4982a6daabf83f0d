"""What a server was sent, as typed actions; waiting for it; what is told when it did not come."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from amisdk import AsyncClient, RawAction, actions, events
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Watch, Wire, watching
from tests.support import asynchronous


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A server and a client; what they said when they met is forgotten."""
    with watching() as watch:
        watch.server.forget()
        yield watch


ADD = actions.QueueAdd(queue="support", interface="PJSIP/7", penalty=2)


def test_actions_are_received_as_they_were_sent(watch: Watch) -> None:
    watch.send(ADD)
    watch.send(actions.Ping())
    watch.send(RawAction("QueueStatus", {"Queue": "x"}))
    assert watch.server.received() == [ADD, actions.Ping(), actions.QueueStatus(queue="x")]
    assert watch.server.received(actions.QueueAdd) == [ADD]
    assert watch.server.received(actions.QueueAdd, queue="support", penalty=2) == [ADD]
    assert watch.server.received(actions.QueueAdd, queue="sales") == []
    assert watch.server.received(actions.QueueAdd, penalty=lambda value: value > 1) == [ADD]
    assert watch.server.received[0]["Interface"] == "PJSIP/7"


def test_what_no_spec_knows_is_received_by_its_name(watch: Watch) -> None:
    watch.ami.send(RawAction("ShopOrder", {"Order": 42}), check=False)
    (order,) = watch.server.received("shoporder", Order=42)
    assert isinstance(order, RawAction)
    assert order.headers == (("Order", "42"),)
    assert watch.server.received("ShopOrder", Order=43) == []


def test_what_does_not_fit_its_class_is_not_of_it(watch: Watch) -> None:
    with Wire(watch.server) as wire:
        wire.login()
        wire.ask("Action: QueueAdd", "Queue: a", "Interface: b", "Penalty: many")
    assert watch.server.received(actions.QueueAdd) == []
    assert len(watch.server.received("QueueAdd")) == 1


def test_secrets_are_masked() -> None:
    with FakeAsterisk(secret="s3cr3t-word") as server, Wire(server) as wire:
        wire.login(secret="s3cr3t-word")
        assert "s3cr3t-word" not in repr(server.received)
        (login,) = server.received(actions.Login)
        assert login.username == "admin"
        assert login.secret.get_secret_value() == "***"  # type: ignore[union-attr]


def test_an_assertion_gives_the_last_one_or_tells_what_came(watch: Watch) -> None:
    watch.send(ADD)
    late = ADD.model_copy(update={"interface": "PJSIP/8"})
    watch.send(late)
    assert watch.server.assert_received(actions.QueueAdd) == late
    assert watch.server.assert_received(actions.QueueAdd, interface="PJSIP/7") == ADD
    watch.server.assert_not_received(actions.Originate)
    watch.server.assert_not_received(actions.QueueAdd, queue="sales")
    with pytest.raises(AssertionError) as caught:
        watch.server.assert_received(actions.QueueAdd, queue="sales", penalty=2)
    came = "  but QueueAdd(queue='support', interface='PJSIP/{}', penalty=2)"
    why = ": queue is 'support', not 'sales'"
    assert str(caught.value).splitlines() == [
        "QueueAdd(queue='sales', penalty=2) was not received",
        came.format(7) + why,
        came.format(8) + why,
    ]
    with pytest.raises(AssertionError) as caught:
        watch.server.assert_received(actions.Originate)
    assert str(caught.value) == "Originate was not received\n  but 2 QueueAdd"
    with pytest.raises(AssertionError, match=r"2 received: QueueAdd\(queue="):
        watch.server.assert_not_received(actions.QueueAdd, queue="support")
    with pytest.raises(TypeError, match="QueueAdd has no field 'que'"):
        watch.server.assert_received(actions.QueueAdd, que="x")


def test_many_are_not_all_told(watch: Watch) -> None:
    for _ in range(7):
        watch.send(actions.QueueStatus(queue="a"))
    with pytest.raises(AssertionError, match="and 2 more"):
        watch.server.assert_received(actions.QueueStatus, queue="b")
    watch.server.forget()
    with pytest.raises(AssertionError, match="but nothing at all"):
        watch.server.assert_received(actions.QueueStatus)


def test_waiting_ends_when_it_comes(watch: Watch) -> None:
    threading.Timer(0.05, watch.send, [ADD]).start()
    assert watch.server.wait_for(actions.QueueAdd, queue="support") == ADD
    assert watch.server.wait_for(actions.QueueAdd) == ADD, "it has come already"
    watch.send(ADD.model_copy(update={"interface": "PJSIP/8"}))
    assert watch.server.wait_for(actions.QueueAdd, count=2).interface == "PJSIP/8"


def test_waiting_has_an_end(watch: Watch) -> None:
    began = time.monotonic()
    with pytest.raises(AssertionError, match=r"Originate was not received\n  but QueueAdd"):
        watch.send(ADD)
        watch.server.wait_for(actions.Originate, timeout=0.05)
    assert time.monotonic() - began >= 0.05


@asynchronous
async def test_a_coroutine_waits_for_what_comes_later() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        waiting = asyncio.create_task(server.wait_for_async(actions.QueueAdd, count=2))
        for _ in range(2):
            await asyncio.sleep(0)
            assert not waiting.done()
            await ami.send(ADD, check=False)
        assert await waiting == ADD


@asynchronous
async def test_a_coroutine_waits_and_does_not_hold_up_its_loop() -> None:
    async with FakeAsterisk() as server, AsyncClient.from_url(server.url) as ami:
        sent = asyncio.create_task(ami.send(ADD))
        assert await server.wait_for_async(actions.QueueAdd, queue="support") == ADD
        await sent
        assert await server.wait_for_async(actions.QueueAdd) == ADD
        with pytest.raises(AssertionError, match="Originate was not received"):
            await server.wait_for_async(actions.Originate, timeout=0.05)
        with pytest.raises(RuntimeError, match=r"await server\.wait_for_async"):
            server.wait_for(actions.QueueAdd)


def test_an_event_is_never_received(watch: Watch) -> None:
    with pytest.raises(TypeError, match="Hangup is no action"):
        watch.server.assert_not_received(events.Hangup)  # type: ignore[arg-type]
