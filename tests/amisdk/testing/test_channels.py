"""Channels and bridges, and what events tell about them."""

import threading
from collections.abc import Mapping

import pytest

from amisdk.testing import FakeAsterisk
from amisdk.testing.channels import Bridge, caller_of, number_of
from amisdk.testing.dialect import BRIDGE, CHANNEL


def test_a_snapshot_has_all_headers_with_their_prefix() -> None:
    with FakeAsterisk(channel_variables=["A", "B"]) as server:
        channel = server.incoming("PJSIP/trunk", "1", variables={"A": "1"})
    told = channel.snapshot("Dest")
    assert told.keys() == {f"Dest{key}" for key in (*CHANNEL, "ChanVariable")}
    assert told["DestChanVariable"] == ["A=1", "B="]
    assert told["DestCallerIDNum"] == "<unknown>"
    assert Bridge(1, "basic", "simple_bridge").snapshot().keys() == BRIDGE.keys()


def test_they_show_what_they_are() -> None:
    with FakeAsterisk() as server:
        call = server.call("PJSIP/1", "PJSIP/2", answer=True)
        assert repr(call.callee) == "<Channel PJSIP/2-00000002 Up>"
        assert "PJSIP/2-00000002, PJSIP/1-00000001" in repr(server.bridges[0])
        call.hangup()
        assert repr(call.callee) == "<Channel PJSIP/2-00000002 gone>"


@pytest.mark.parametrize(
    ("text", "device", "caller"),
    [
        ('"Zoë Z" <0301>', "", ("Zoë Z", "0301")),
        ("Zoë <0301>", "", ("Zoë", "0301")),
        ("0301", "", ("", "0301")),
        ("Zoë", "", ("Zoë", "")),
        ("", "PJSIP/6001", ("", "")),
        (None, "PJSIP/6001", ("", "6001")),
        (None, "PJSIP/trunk", ("", "")),
    ],
)
def test_a_caller_id(text: str | None, device: str, caller: tuple[str, str]) -> None:
    assert caller_of(text, device) == caller


@pytest.mark.parametrize(
    ("device", "number"),
    [("PJSIP/6001", "6001"), ("PJSIP/123@trunk", "123"), ("SIP/trunk/9", "trunk"), ("x", "")],
)
def test_the_number_of_a_device(device: str, number: str) -> None:
    assert number_of(device) == number


def test_what_a_test_does_to_them_is_done_in_the_servers_thread_whoever_does_it() -> None:
    threads: list[str] = []
    with FakeAsterisk() as server:
        told = server.world.tell

        def tell(name: str, values: Mapping[str, object]) -> None:
            threads.append(threading.current_thread().name)
            told(name, values)

        server.world.tell = tell
        channel = server.incoming("PJSIP/trunk", "1")
        channel.hangup()
    assert set(threads) == {"amisdk tests serve"}


def test_a_mistake_is_raised_where_it_is_made() -> None:
    with FakeAsterisk() as server:
        call = server.call("PJSIP/1", "PJSIP/2")
        call.hangup()
        with pytest.raises(RuntimeError, match="cannot be hung up: it is ended"):
            call.hangup()
        call.caller.hangup()  # type: ignore[union-attr]
