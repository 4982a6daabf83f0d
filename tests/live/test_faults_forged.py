"""Messages that a caller or another client forges, since the server hands CR and LF on as they are.

A client cannot tell a forged event from a true one; but no reply of its own is taken from one, and
what is true still comes, and comes whole.
"""

import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from amisdk import Event, actions, errors, events
from tests.live.asterisk import Server
from tests.live.drivers import PATIENCE, Driver, Drivers

pytestmark = pytest.mark.live

FORGERY = (
    "as it was\r\nForged: yes\r\n\r\nResponse: Success\r\nValue: forged\r\n\r\n"
    "Event: Hangup\r\nChannel: forged\r\n\r\n"
    "Response: Success\r\nActionID: \r\nValue: forged\r\n\r\n"
    "Response: Success\r\nActionID: {known}\r\nValue: forged\r\nEventList: start\r\n\r\n"
    "Response: Error\r\nActionID: 1\r\nMessage: Permission denied\r\n\r\n"
    "Response: Follows\r\nPrivilege: Command\r\n\r\n"
    "Event: GetvarComplete\r\nActionID: {known}\r\nEventList: Complete\r\n\r\n"
    "no header at all\r\n\r\n\r\n\r\n: no name\r\n\r\nEvent: \r\n\r\nEvent: Cut"
)
FORGED_RESPONSES = 5
VALUES = 20


class Readings:
    """Variables that a client reads all the time, each with a value of its own."""

    def __init__(self, ami: Driver) -> None:
        self._ami = ami
        self._asked: list[tuple[str, Future[actions.GetvarReply]]] = []
        for number in range(VALUES):
            ami.send(actions.Setvar(variable=f"LIVE_{number}", value=f"{number}"))

    def go_on(self) -> None:
        """Ask for each."""
        for number in range(VALUES):
            asked = self._ami.begin(actions.Getvar(variable=f"LIVE_{number}"))
            self._asked.append((f"{number}", asked))

    def go_on_until(self, kind: type[Event]) -> None:
        """Always wait for some answers, until an event has come."""
        self.go_on()
        while not self._ami.every(kind):
            self.go_on()
            self._asked[-VALUES][1].result(PATIENCE)

    def check(self) -> None:
        """See that each answer was the right one."""
        for value, asked in self._asked:
            assert asked.result(PATIENCE).value == value


def call(ami: Driver, exten: str, note: str) -> str:
    """Call an extension that does something with a note; return the channel of this end."""
    answered = ami.begin_call(
        actions.Originate(
            channel=f"Local/{exten}@scenarios/n",
            application="Wait",
            data="600",
            variables={"NOTE": quote(note, safe="")},
        )
    ).result(PATIENCE)
    assert answered.channel is not None
    return answered.channel


@pytest.mark.parametrize(
    ("exten", "kind"), [("540", events.UserEvent), ("541", events.NewAccountCode)]
)
def test_a_forged_message_answers_nobody(
    spare: Server, drivers: Drivers, exten: str, kind: type[Event]
) -> None:
    ami, other = drivers(spare), drivers(spare)
    readings = Readings(ami)
    over = ami.send(actions.Ping()).action_id
    readings.go_on()
    channel = call(other, exten, FORGERY.format(known=over))
    readings.go_on_until(kind)
    readings.check()
    other.send(actions.Hangup(channel=channel))
    ami.first(events.Hangup, channel=channel)
    assert ami.every(events.Hangup, channel="forged"), "nothing was forged"
    assert ami.client.stats.unmatched >= FORGED_RESPONSES
    still_good(ami, other)


@pytest.mark.parametrize(
    ("tail", "failure"),
    [
        ("Forged: yes\r\n\r\nResponse: Success\r\nValue: forged\r\n\r\nEvent: Cut\r\n", None),
        # The server itself adds the ActionID to these: they can only answer who reads the value.
        ("\r\nResponse: Error\r\nMessage: forged", errors.ActionFailed),
        ("\r\nEvent: DBGetComplete\r\nEventList: Complete", None),
    ],
    ids=["without an ActionID", "an error", "an end"],
)
def test_a_forged_value_of_the_database_concerns_only_who_reads_it(
    spare: Server, drivers: Drivers, tail: str, failure: type[errors.ActionFailed] | None
) -> None:
    ami, other = drivers(spare), drivers(spare)
    other.send(actions.Hangup(channel=call(other, "542", f"as it was\r\n{tail}")))
    readings = Readings(ami)
    readings.go_on()
    reading = ami.begin(actions.DBGet(family="live", key="note"))
    readings.go_on()
    readings.check()
    assert type(reading.exception(PATIENCE)) is (failure or type(None))
    # Without its ActionID it belongs to no list; but it is not lost.
    assert ami.first(events.DBGetResponse).val == "as it was"
    other.send(actions.DBDelTree(family="live"))
    still_good(ami, other)


@contextmanager
def logged_in(server: Server) -> Iterator[socket.socket]:
    """Log in without a client that would refuse what it cannot write."""
    account = server.users["admin"]
    with socket.create_connection((server.host, server.port), timeout=PATIENCE) as raw:
        raw.sendall(
            f"Action: Login\r\nUsername: {account.username}\r\nSecret: {account.secret}\r\n"
            "Events: off\r\n\r\n".encode()
        )
        said = b""
        while b"Authentication accepted" not in said:
            said += raw.recv(4096)
        yield raw


@pytest.mark.parametrize(
    "value",
    [
        b"a\rResponse: Success\r\r",
        b"a\x0bEvent: Forged\x0c\x1c\x1d\x1e",
        b"a\xc2\x85Response: Success\xe2\x80\xa8\xe2\x80\xa9b",
        b"Zo\xeb \xff\xfe \xed\xa0\x80",
        b"a: b: c",
        b"x" * 900,
    ],
    ids=["CR", "VT, FF", "Unicode's", "no UTF-8", "colons", "long"],
)
def test_what_is_no_end_of_a_line_stays_in_its_value(
    spare: Server, drivers: Drivers, value: bytes
) -> None:
    ami, other = drivers(spare), drivers(spare)
    with logged_in(spare) as raw:
        raw.sendall(
            b"Action: UserEvent\r\nUserEvent: Raw\r\nNote: " + value + b"\r\nAfter: it\r\n\r\n"
        )
        event = ami.first(events.UserEvent, user_event="Raw")
    assert event.headers["Note"].encode("utf-8", "surrogateescape") == value
    assert event.headers["After"] == "it"
    still_good(ami, other)


def still_good(ami: Driver, other: Driver) -> None:
    """See that the client gets its own replies, and others' events whole."""
    mark = ami.mark()
    other.send(actions.UserEvent(user_event="Placed", headers={"Order": "42", "Item": "lamp"}))
    event = ami.first(events.UserEvent, after=mark, user_event="Placed")
    assert (event.headers["Order"], event.headers["Item"]) == ("42", "lamp")
    assert ami.send(actions.Ping()).ping == "Pong"
    stats = ami.client.stats
    assert (stats.connections, stats.pending, stats.timeouts) == (1, 0, 0)
