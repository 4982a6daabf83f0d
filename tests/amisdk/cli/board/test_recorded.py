"""Boards and what real servers said: `tests.live.scenes` tells how the recordings were made."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from amisdk_models import registry

from amisdk import Event, events
from amisdk.cli.board.events import apply
from amisdk.cli.board.state import Board, Section
from amisdk.cli.board.view import Look, lines
from amisdk.headers import Headers, split_header
from amisdk.models import UnknownEvent
from amisdk.transcripts import Transcript
from amisdk.wire import first_header
from tests.amisdk.cli.board.small_pbx import differences

DATA = Path(__file__).parents[3] / "data"
RECORDED = sorted((DATA / "boards").glob("*.txt"))
OTHERS = sorted([*(DATA / "transcripts").glob("*.txt"), *(DATA / "conformance").glob("*.txt")])

LISTS: dict[str, Section] = {
    "CoreShowChannels": "channels",
    "Status": "channels",
    "QueueStatus": "queues",
    "BridgeList": "bridges",
}
LEAST_SCENES = 15


class Asked(NamedTuple):
    """That the client asked for a list."""

    section: Section
    action_id: str
    queue: str | None


Step = Asked | Event
Part = tuple[Step, ...]


@pytest.fixture(params=RECORDED, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """What was recorded with one of the servers."""
    assert isinstance(request.param, Path)
    return request.param


def steps_in(path: Path) -> Iterator[Step]:
    """Yield what concerns a board, in the order of the wire."""
    for message in Transcript.load(path).messages():
        if message.side == "S" and first_header(message.text)[0] == "Event":
            name = first_header(message.text)[1]
            yield registry.EVENTS.get(name, UnknownEvent).from_frame(message.text)
        elif message.side == "C":
            action = Headers(map(split_header, message.text.split("\r\n")))
            section = LISTS.get(action.get("Action") or "")
            if section is not None and not action.get("Channel"):
                yield Asked(section, action["ActionID"], action.get("Queue"))


@cache
def parts_of(path: Path) -> tuple[tuple[Part, Part], ...]:
    """Return all lists together, and what came after them, as often as they were asked for."""
    parts: list[tuple[list[Step], list[Step]]] = []
    listing = False
    for step in steps_in(path):
        if isinstance(step, Asked) and step.section == "channels":
            parts.append(([], []))
            listing = True
        lists, after = parts[-1]
        (lists if listing else after).append(step)
        if isinstance(step, events.BridgeListComplete):
            listing = False
    return tuple((tuple(lists), tuple(after)) for lists, after in parts)


def tell(board: Board, part: Part) -> Board:
    """Tell a board a part of the conversation."""
    for step in part:
        if isinstance(step, Asked):
            board.expect(step.section, step.action_id, step.queue)
        else:
            apply(board, step, 1.0)
    return board


def events_only(part: Part) -> Part:
    """Return the part without the lists of single queues, and that they were asked for."""
    return tuple(step for step in part if isinstance(step, Event) and step.action_id is None)


def about_queues(lists: Part) -> Part:
    """Return the list of queues from all lists."""
    ours = (events.QueueParams, events.QueueMember, events.QueueEntry, events.QueueStatusComplete)
    return tuple(
        step
        for step in lists
        if (isinstance(step, Asked) and step.section == "queues") or isinstance(step, ours)
    )


def test_the_recordings_have_what_a_board_shows(path: Path) -> None:
    parts = parts_of(path)
    assert len(parts) >= LEAST_SCENES
    seen: set[str] = set()
    for lists, _ in parts:
        board = tell(Board(), lists)
        assert board.is_whole()
        seen |= {name for name in ("channels", "bridges", "queues") if getattr(board, name)}
        seen |= {"bridged" for one in board.channels.values() if one.bridge}
        for queue in board.queues.values():
            seen |= {"waiting"} if queue.callers else set()
            seen |= {"paused" for one in queue.members.values() if one.paused}
            seen |= {"in a call" for one in queue.members.values() if one.in_call}
    assert seen == {
        "channels", "bridges", "queues", "bridged", "waiting", "paused", "in a call"
    }  # fmt: skip


def test_events_lead_from_every_list_to_every_later_one(path: Path) -> None:
    parts = parts_of(path)
    for start, (lists, _) in enumerate(parts):
        kept = tell(Board(), lists)
        for number in range(start, len(parts) - 1):
            tell(kept, parts[number][1])
            fresh = tell(Board(), parts[number + 1][0])
            assert differences(kept, fresh) == [], f"from list {start} to {number + 1}"


@pytest.mark.parametrize("late", [1, 3, 10, 30, 100])
def test_events_that_a_list_has_overtaken_do_no_harm(path: Path, late: int) -> None:
    parts = parts_of(path)
    for number in range(1, len(parts)):
        before = [step for _, after in parts[:number] for step in events_only(after)]
        lists = parts[number][0]
        kept = tell(tell(Board(), lists), tuple(before[-late:]))
        if kept.wanted_queues:  # a feed would ask again
            tell(kept, about_queues(lists))
        assert differences(kept, tell(Board(), lists)) == [], f"at list {number}"


@pytest.mark.parametrize("seed", range(5))
def test_a_list_makes_good_what_was_lost_before_it(path: Path, seed: int) -> None:
    chance = Random(seed)
    parts = parts_of(path)
    kept = tell(Board(), parts[0][0])
    for number in range(len(parts) - 1):
        after, lists = parts[number][1], parts[number + 1][0]
        tell(kept, tuple(step for step in after if chance.random() < 0.7))
        tell(kept, lists)
        assert differences(kept, tell(Board(), lists)) == []


def test_without_its_events_a_board_is_wrong(path: Path) -> None:
    # Else the tests above would compare nothing with nothing.
    parts = parts_of(path)
    kept = tell(Board(), parts[0][0])
    wrong = [bool(differences(kept, tell(Board(), lists))) for lists, _ in parts[1:]]
    assert sum(wrong) >= LEAST_SCENES - 1


@pytest.mark.parametrize(
    "path", [*RECORDED, *OTHERS], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_whatever_a_server_says_can_be_taken_in_and_shown(path: Path) -> None:
    board = Board()
    for number, step in enumerate(steps_in(path)):
        tell(board, (step,))
        if number % 20 == 0:
            lines(board, 2.0, Look(), width=80, height=24)
    for text in lines(board, 2.0, Look()):
        assert text.plain.isprintable()


@pytest.mark.parametrize(
    ("name", "channels", "queues"),
    [
        ("16-call", [], []),
        ("22-call", [], []),
        ("16-queues", [], ["empty-queue"]),
        ("22-queues", [], ["empty-queue"]),
        ("22-channels", ["Local/120@scenarios"], []),
    ],
)
def test_what_is_there_at_the_end_of_a_recorded_conversation(
    name: str, channels: list[str], queues: list[str]
) -> None:
    board = tell(Board(), tuple(steps_in(DATA / "transcripts" / f"{name}.txt")))
    assert [one.name.partition("-")[0] for one in board.channels.values()] == channels
    assert list(board.queues) == queues
