"""Prometheus metrics of an Asterisk server.

``python -m examples.exporter.exporter 9100`` with AMI_HOST, AMI_USERNAME and AMI_SECRET set.
"""

from __future__ import annotations

import sys

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from amisdk import Client, actions, errors, events, lifecycle

ANSWERED = 16
INTERVAL = 15.0


class Exporter:
    """Keeps metrics from events, and from a snapshot now and then.

    Args:
        ami: A client; it need not be connected yet.
        registry: Where the metrics are registered.
    """

    def __init__(self, ami: Client, registry: CollectorRegistry) -> None:
        self._ami = ami
        self.up = Gauge("asterisk_up", "Whether the manager is reached.", registry=registry)
        self.channels = Gauge("asterisk_channels", "Channels that are up.", registry=registry)
        self.hangups = Counter(
            "asterisk_hangups", "Channels that ended, by cause.", ["cause"], registry=registry
        )
        self.waiting = Gauge(
            "asterisk_queue_waiting", "Callers that wait.", ["queue"], registry=registry
        )
        self.free = Gauge(
            "asterisk_queue_free_members",
            "Members that could answer.",
            ["queue"],
            registry=registry,
        )
        self.reconnects = Counter(
            "asterisk_reconnects", "Connections that were made again.", registry=registry
        )
        self.lost = Gauge("asterisk_events_lost", "Events not counted.", registry=registry)
        ami.on(events.Hangup)(self._hung_up)
        ami.on(lifecycle.LifecycleEvent)(self._lived)

    def _hung_up(self, event: events.Hangup) -> None:
        self.hangups.labels(str(event.cause if event.cause is not None else "unknown")).inc()

    def _lived(self, event: lifecycle.LifecycleEvent) -> None:
        if isinstance(event, (lifecycle.Connected, lifecycle.Reconnected)):
            self.up.set(1)
        elif isinstance(event, (lifecycle.Disconnected, lifecycle.Closed)):
            self.up.set(0)
        if isinstance(event, lifecycle.Reconnected):
            self.reconnects.inc()

    def poll(self) -> None:
        """Take a snapshot of what no event counts."""
        self.channels.set(sum(1 for _ in self._ami.stream(actions.CoreShowChannels())))
        for queue in self._ami.stream(actions.QueueSummary()):
            name = queue.queue or ""
            self.waiting.labels(name).set(queue.callers or 0)
            self.free.labels(name).set(queue.available or 0)
        self.lost.set(self._ami.stats.events_lost)


def main(port: int) -> None:
    """Serve metrics until the client gives up."""
    registry = CollectorRegistry()
    with Client.from_env(read_only=True) as ami:
        exporter = Exporter(ami, registry)
        exporter.up.set(1)
        start_http_server(port, registry=registry)
        while not ami.wait_closed(INTERVAL):
            try:
                exporter.poll()
            except errors.AmiError as error:
                print(f"no snapshot this time: {error}", file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9100)
