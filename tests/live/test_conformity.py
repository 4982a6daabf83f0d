"""What `FakeAsterisk` is held against is what the real servers say: scenarios, words of errors."""

import pytest

from amisdk.testing.dialect import dialect_of
from tests.conformity.observation import kept
from tests.conformity.record import observe
from tests.conformity.scenarios import SCENARIOS
from tests.conformity.words import cases, probe
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@pytest.mark.parametrize("name", SCENARIOS)
@asynchronous
async def test_what_was_recorded_of_a_scenario_is_true(pbx: Pbx, name: str) -> None:
    scenario = SCENARIOS[name]
    if pbx.major not in scenario.versions:
        pytest.skip(f"not for Asterisk {pbx.major}")
    seen = await observe(pbx, name)
    others = seen.other_replies(kept(pbx.major)[name], examples=scenario.examples)
    assert not others, "\n".join(others)
    assert seen.events.keys() >= set(scenario.core)


@asynchronous
async def test_what_was_recorded_of_words_is_true(pbx: Pbx) -> None:
    dialect = dialect_of(pbx.major)
    async with pbx.client(events="off") as ami:
        for cls in cases(pbx.major):
            name = cls.ami.name
            said = await probe(ami, cls)
            whole = said.pop("*", None)
            if whole is not None and whole.startswith("Invalid/unknown command"):
                assert dialect.missing(name) is None
            else:
                assert (dialect.missing(name), dialect.unknown(name, "{}")) == (said, whole), name
