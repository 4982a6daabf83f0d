"""`FakeAsterisk` is seen as the real servers are.

Each scenario is played on the fake server and held against what was recorded of the real one; and
on the real one, if it can be had, so that what was recorded is true.
"""

import asyncio
from collections.abc import Iterator
from functools import cache

import pytest

from tests.conformity.observation import Observation, kept
from tests.conformity.record import observe
from tests.conformity.scenarios import SCENARIOS
from tests.conformity.scenery import fake_pbx
from tests.live.support import Pbx

CASES = [
    pytest.param(name, major, id=f"{name}-{major}")
    for name, scenario in SCENARIOS.items()
    for major in scenario.versions
]


@cache
def recorded(major: int) -> dict[str, Observation]:
    """Return what was recorded of a real server."""
    return kept(major)


@pytest.fixture
def fake(major: int) -> Iterator[Pbx]:
    """A fake server with the scenery."""
    with fake_pbx(major) as pbx:
        yield pbx


@pytest.mark.parametrize(("name", "major"), CASES)
def test_the_fake_server_is_seen_as_the_real_one(name: str, major: int, fake: Pbx) -> None:
    seen = asyncio.run(observe(fake, name))
    scenario = SCENARIOS[name]
    real = recorded(major)[name]
    differences = seen.differences(real, scenario.core, examples=scenario.examples)
    assert not differences, "\n".join(differences)
