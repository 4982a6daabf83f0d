"""A board against a PBX that it cannot see: whatever raced the lists, the picture is the same."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from amisdk import lifecycle
from amisdk.cli.board.state import SECTIONS, Board
from amisdk.errors import ConnectionClosed
from tests.amisdk.cli.board.small_pbx import SmallPbx, Wire, picture

QUEUES = ("sales", "support")
INTERFACES = ("PJSIP/1", "PJSIP/2", "PJSIP/3")


def fresh(pbx: SmallPbx) -> dict[str, Any]:
    """Return the picture of a board that was just taken."""
    wire = Wire(pbx, Board())
    wire.ask()
    return picture(wire.board)


def one_of(found: Mapping[str, Any], chance: Random) -> str:
    """Return one of the keys at random."""
    return chance.choice(sorted(found))


def something_happens(pbx: SmallPbx, chance: Random, *, reloads: bool = False) -> None:
    """Let one thing happen on a PBX."""
    channels, bridges = pbx.channels, pbx.bridges
    queues = pbx.callers
    ways: list[Callable[[], Any]] = [pbx.new, pbx.new, lambda: pbx.bridge(chance.choice("ab"))]
    if reloads:
        ways.append(lambda: pbx.configure(chance.choice(QUEUES), there=chance.random() < 0.6))
    if channels:
        channel = one_of(channels, chance)
        number = str(chance.randrange(1000))
        ways += [
            lambda: pbx.change(channel, channel_state_desc=chance.choice(["Ring", "Up"])),
            lambda: pbx.change(channel, caller_id_num=number),
            lambda: pbx.change(channel, connected_line_num=number, exten=number),
            lambda: pbx.change(channel, application="Dial", data=number),
            lambda: pbx.rename(channel, f"PJSIP/{number}-masquerade"),
            lambda: pbx.hang_up(channel),
            lambda: pbx.hang_up(channel),
        ]
        if bridges:
            ways += [lambda: pbx.enter(channel, one_of(bridges, chance))] * 2
            ways.append(lambda: pbx.leave_bridge(channel))
        if queues:
            place = chance.randrange(3)
            ways += [lambda: pbx.join(channel, one_of(queues, chance), place)] * 6
            waiting = [(one, queue) for queue, them in queues.items() for one in them]
            if waiting:
                ways += [lambda: pbx.leave_queue(*chance.choice(waiting))] * 3
    if bridges:
        ways.append(lambda: pbx.destroy(one_of(bridges, chance)))
    if queues:
        queue, interface = one_of(queues, chance), chance.choice(INTERFACES)
        ways += [
            lambda: pbx.member(queue, interface, status=chance.randrange(1, 9)),
            lambda: pbx.member(queue, interface, paused=chance.random() < 0.5),
            lambda: pbx.member(queue, interface, penalty=chance.randrange(9)),
            lambda: pbx.remove_member(queue, interface),
        ]
    chance.choice(ways)()


HAPPEN = st.tuples(st.just("happen"), st.integers(1, 12))
ARRIVE = st.tuples(st.just("arrive"), st.integers(1, 16))
LOSE = st.tuples(st.just("lose"), st.integers(1, 4))
ASK = st.tuples(st.just("ask"), st.sampled_from(SECTIONS))


def play(steps: list[tuple[str, Any]], seed: int, *, reloads: bool = False) -> Wire:
    """Let things happen, arrive, be lost and be asked for in this order, and then settle."""
    chance = Random(seed)
    wire = Wire(SmallPbx(), Board())
    for queue in QUEUES:
        wire.pbx.configure(queue, there=True)
    wire.arrive()
    wire.board.wanted = False
    wire.ask()
    for step, value in steps:
        if step == "happen":
            for _ in range(value):
                something_happens(wire.pbx, chance, reloads=reloads)
        elif step == "arrive":
            wire.arrive(value)
        elif step == "lose":
            wire.lose(value)
        else:
            wire.ask(value)
    wire.settle()
    return wire


@given(steps=st.lists(HAPPEN | ARRIVE | ASK, max_size=60), seed=st.integers(0, 2**32))
@settings(max_examples=400, deadline=None)
def test_events_and_lists_in_any_order_come_to_what_a_fresh_list_tells(
    steps: list[tuple[str, Any]], seed: int
) -> None:
    wire = play(steps, seed)
    assert picture(wire.board) == fresh(wire.pbx)


@given(
    steps=st.lists(HAPPEN | ARRIVE | ASK | LOSE, max_size=60),
    seed=st.integers(0, 2**32),
    reloads=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_what_was_lost_or_not_told_is_made_good_by_asking(
    steps: list[tuple[str, Any]], seed: int, reloads: bool
) -> None:
    wire = play(steps, seed, reloads=reloads)
    assert picture(wire.board) == fresh(wire.pbx)


@given(steps=st.lists(HAPPEN | ARRIVE, max_size=60), seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_after_a_reconnect_what_is_gone_disappears(steps: list[tuple[str, Any]], seed: int) -> None:
    wire = play(steps, seed)
    wire.tell(lifecycle.Disconnected(ConnectionClosed("gone")))
    chance = Random(seed)
    for _ in range(10):
        something_happens(wire.pbx, chance)
    wire.pbx.said.clear()  # nobody was there to hear it
    wire.tell(lifecycle.Reconnected(gap=1.0))
    wire.settle()
    assert picture(wire.board) == fresh(wire.pbx)


def test_a_small_pbx_has_all_that_a_board_shows() -> None:
    # Else the tests above would compare nothing with nothing.
    seen: set[str] = set()
    for seed in range(30):
        wire = play([("happen", 30), ("arrive", 50)], seed)
        board = wire.board
        seen |= {name for name in ("channels", "bridges", "queues") if getattr(board, name)}
        seen |= {"bridged" for one in board.channels.values() if one.bridge}
        seen |= {"application" for one in board.channels.values() if one.application}
        for queue in board.queues.values():
            seen |= {"waiting"} if len(queue.callers) > 1 else set()
            seen |= {"paused" for one in queue.members.values() if one.paused}
    assert seen == {
        "channels", "bridges", "queues", "bridged", "application", "waiting", "paused"
    }  # fmt: skip
