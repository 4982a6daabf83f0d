"""Consumers that block beside a reader which is always at work, and holds the lock."""

import threading
from collections import deque

import pytest

from amisdk.mailbox import Policy
from amisdk.models import Event
from tests.amisdk.test_streams import SOON, Reader, Running


@pytest.mark.parametrize("policy", ["drop_oldest", "drop_newest", "block"])
def test_a_consumer_behind_waits_for_the_reader_only_to_tell_that_it_has_caught_up(
    policy: Policy,
) -> None:
    reader = Reader()
    stream = reader.stream(size=10, policy=policy)
    mailbox = stream._mailbox
    reader.push(*range(12))
    reader.dispatcher.pressure.settle()
    with reader.lock:  # in a flood it has it for most of the time
        Running(lambda: [stream.get(SOON) for _ in range(len(mailbox.events) - 6)]).end()
        assert mailbox.strained
        last = Running(lambda: stream.get(SOON))
    last.end()
    assert not mailbox.strained


def test_a_handler_whose_events_are_dropped_just_then_ends_well() -> None:
    class Emptied(deque[Event]):
        """Is empty at the second look."""

        def __bool__(self) -> bool:
            return True

    reader = Reader()
    called = threading.Event()
    handler = reader.handler(lambda _: called.set())
    handler.mailbox.events = Emptied()
    handler.mailbox.close()
    handler.work(reader.lock)
    assert not called.is_set()
    handler.mailbox.events = deque()
