"""The Prometheus exporter."""

import time

from prometheus_client import CollectorRegistry

from amisdk import Client, actions, events
from amisdk.testing import FakeAsterisk
from examples.exporter.exporter import Exporter


def wait_for(registry: CollectorRegistry, name: str, value: float, **labels: str) -> None:
    """Wait until a metric has a value."""
    until = time.monotonic() + 30
    while registry.get_sample_value(name, labels) != value:
        assert time.monotonic() < until, registry.get_sample_value(name, labels)
        time.sleep(0.01)


def test_what_is_counted_and_what_is_read(server: FakeAsterisk) -> None:
    registry = CollectorRegistry()
    with Client.from_url(server.url, read_only=True) as ami:
        exporter = Exporter(ami, registry)
        server.emit(events.Hangup(cause=16))
        server.emit(events.Hangup(cause=17))
        server.emit(events.Hangup(cause=16))
        wait_for(registry, "asterisk_hangups_total", 2, cause="16")
        wait_for(registry, "asterisk_hangups_total", 1, cause="17")
        server.incoming("PJSIP/1", "100")
        exporter.channels.set(sum(1 for _ in ami.stream(actions.CoreShowChannels())))
        wait_for(registry, "asterisk_channels", 1)
    wait_for(registry, "asterisk_up", 0)


def test_a_connection_that_comes_back_is_counted(server: FakeAsterisk) -> None:
    registry = CollectorRegistry()
    with Client.from_url(server.url) as ami:
        Exporter(ami, registry)
        server.shut()
        wait_for(registry, "asterisk_up", 0)
        server.listen()
        wait_for(registry, "asterisk_reconnects_total", 1)
        wait_for(registry, "asterisk_up", 1)
