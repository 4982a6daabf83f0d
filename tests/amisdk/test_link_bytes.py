"""Any bytes from a server, at any time, in any pieces: a link is up, tries again, or says why."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from amisdk import actions
from amisdk.backoff import Reconnect
from amisdk.errors import AmiError
from amisdk.lifecycle import Disconnected
from amisdk.wire import Limits
from tests.amisdk.linked import Linked
from tests.amisdk.talk import GREETING

WORDS = [
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"Event: FullyBooted",
    b"Event: OriginateResponse",
    b"Event: QueueStatusComplete",
    b"EventList: start",
    b"EventList: Complete",
    b"Response: Success",
    b"Response: Error",
    b"Response: Goodbye",
    b"Response: Follows",
    b"--END COMMAND--",
    *(b"ActionID: %d" % number for number in range(5)),
]
BYTES = st.lists(st.sampled_from(WORDS) | st.binary(max_size=9), max_size=40).map(b"".join)
CUTS = st.lists(st.integers(0, 200), max_size=6)
ACTIONS = (
    actions.Ping(),
    actions.QueueStatus(),
    actions.Command(command="x"),
    actions.Queues(),
    actions.Originate(channel="PJSIP/1", application="Echo", async_=True),
)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    marks = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(marks)]


def told(linked: Linked) -> list[object]:
    """Return what became of the callers and of the link."""
    ends = [(one.action_id, one.reply, str(one.error)) for one in linked.done]
    lost = [str(event.reason) for event in linked.told if isinstance(event, Disconnected)]
    return [*ends, *lost, linked.phase]


def play(data: bytes, cuts: list[int], limit: int) -> Linked:
    """Let a server send bytes to a link that waits for replies of each kind."""
    linked = Linked(limits=Limits(message=limit), reconnect=Reconnect(first_wait=1e-9))
    for number, action in enumerate(ACTIONS):
        linked.queue(action, action_id=str(number), timeout=5.0, until_later=True)
    linked.said()
    for piece in pieces(data, cuts):
        if linked.wanted:
            linked.feed(piece)
    return linked


@given(BYTES, CUTS, st.sampled_from([70, 10_000]))
def test_the_pieces_make_no_difference(data: bytes, cuts: list[int], limit: int) -> None:
    whole = told(play(data, [], limit))
    assert told(play(data, cuts, limit)) == whole
    assert told(play(data, list(range(len(data))), limit)) == whole


@given(BYTES, st.binary(max_size=60))
def test_whatever_comes_everybody_is_told_and_the_link_goes_on(data: bytes, more: bytes) -> None:
    linked = play(data + more, [], 200)
    linked.wait_until(linked.now + 60)
    assert {one.action_id for one in linked.done} == set(map(str, range(len(ACTIONS))))
    assert len(linked.done) == len(ACTIONS)
    assert all(one.error is None or isinstance(one.error, AmiError) for one in linked.done)
    if linked.phase == "WAITING":
        linked.try_again()
    if linked.phase == "CONNECTING":
        linked.let_in()
    assert linked.phase == "UP"
    linked.feed(b"\r\n\r\n" * 2)
    linked.link.abort()
    assert linked.left() == []


@given(st.binary(max_size=300) | BYTES.map(GREETING.__add__), CUTS)
def test_while_it_logs_in_any_bytes_are_a_failure_or_none(data: bytes, cuts: list[int]) -> None:
    linked = Linked(up=False, reconnect=False, limits=Limits(message=100))
    linked.connect()
    for piece in pieces(data, cuts):
        if linked.wanted:
            linked.feed(piece)
    linked.wait(10)
    assert linked.phase == "NEW", "nobody can guess the ActionID of the login"
    [error] = linked.opened
    assert isinstance(error, AmiError)
    assert linked.left() == []
