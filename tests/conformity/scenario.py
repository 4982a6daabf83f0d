"""What is asked of a real server and of `FakeAsterisk` alike.

A scenario is a function that uses a client; what the client sees is compared. It uses the dialplan
of ``tests/live/asterisk/etc``, which `tests.conformity.scenery` gives to the fake server. `core`
names the events that a scenario is about. What a scenario asserts holds on both, too: the order of
events, for one, which the comparison leaves open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from amisdk import actions
from amisdk.models import Event
from tests.conformity.observation import Observer

__all__ = ["BRIDGED", "DIALLED", "SCENARIOS", "Scenario", "order_of", "originate", "scenario"]

Play = Callable[[Observer], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """What is played, and what it is about."""

    play: Play
    core: tuple[str, ...]
    versions: tuple[int, ...]
    examples: bool
    """Whether the fake server answers with examples of what there could be."""


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    *core: str, versions: tuple[int, ...] = (16, 22), examples: bool = False
) -> Callable[[Play], Play]:
    """Make a function a scenario."""

    def keep(play: Play) -> Play:
        SCENARIOS[play.__name__] = Scenario(play, core, versions, examples)
        return play

    return keep


def originate(channel: str, **options: Any) -> actions.Originate:
    """Call an extension of the scenarios, with an end that waits."""
    if "exten" in options:
        options = {"context": "scenarios", "priority": 1, **options}
    else:
        options = {"application": "Wait", "data": "600", **options}
    return actions.Originate(channel=f"Local/{channel}@scenarios/n", **options)


def order_of(desk: Observer, *kinds: type[Event]) -> list[str]:
    """Return the names of events of these classes, each where it first came."""
    return list(dict.fromkeys(event.ami_name for event in desk.seen if isinstance(event, kinds)))


DIALLED = ("Newchannel", "Newexten", "DialBegin", "Newstate", "DialEnd", "Hangup")
BRIDGED = ("BridgeCreate", "BridgeEnter", "BridgeLeave", "BridgeDestroy")
