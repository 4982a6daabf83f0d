"""amisdk.preload: models are built before they are needed."""

import subprocess
import sys

PROGRAM = """
import amisdk
from amisdk_models.registry import ACTIONS, EVENTS
before = sum(kind.__pydantic_complete__ for kind in (*ACTIONS.values(), *EVENTS.values()))
amisdk.preload({kinds})
ready = [kind for kind in (*ACTIONS.values(), *EVENTS.values()) if kind.__pydantic_complete__]
replies = [kind.ami.reply for kind in ACTIONS.values() if kind.ami.reply.__pydantic_complete__]
print(before, len(ready), len(replies), len(ACTIONS) + len(EVENTS), len(ACTIONS))
print(*sorted(kind.__name__ for kind in ready))
"""


def run(kinds: str) -> list[str]:
    command = [sys.executable, "-c", PROGRAM.format(kinds=kinds)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_all_models_are_built() -> None:
    before, ready, replies, models, actions = map(int, run("")[0].split())
    assert before == 0
    assert (ready, replies) == (models, actions)


def test_only_those_that_are_named_with_what_belongs_to_them() -> None:
    _, names = run("amisdk.actions.QueueStatus, amisdk.events.Hangup")
    assert names.split() == [
        "Hangup", "QueueEntry", "QueueMember", "QueueParams", "QueueStatus", "QueueStatusComplete",
    ]  # fmt: skip


def collector(arguments: str) -> tuple[int, int]:
    """Return how many objects Python's collector looks at after `preload`, and how many not."""
    program = (
        f"import amisdk, gc; amisdk.preload({arguments})\n"
        "print(len(gc.get_objects()), gc.get_freeze_count())"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    looked_at, kept = map(int, done.stdout.split())
    return looked_at, kept


def test_the_collector_does_not_look_at_models_again() -> None:
    looked_at, kept = collector("")
    assert looked_at < 5_000 < 50_000 < kept


def test_the_collector_is_left_alone_on_demand() -> None:
    looked_at, kept = collector("freeze=False")
    assert looked_at > 50_000
    assert kept == 0
