"""What all the live tests together have sent and seen; by its name it runs last."""

from pathlib import Path

import pytest
from amisdk_models import registry

from tests.live.support import Pbx

pytestmark = pytest.mark.live

LEAST_ACTIONS = 60
LEAST_EVENTS = 80


@pytest.fixture(autouse=True)
def whole_run(request: pytest.FixtureRequest, pbx: Pbx) -> None:
    """Skip where only some of the tests run."""
    here = Path(__file__)
    ran = {item.path for item in request.session.items}
    if set(here.parent.glob("test_*.py")) - ran or any("::" in arg for arg in request.config.args):
        pytest.skip("only some of the live tests run")
    if request.config.getoption("-k") or request.config.getoption("--lf"):
        pytest.skip("only some of the live tests run")


def test_at_least_sixty_actions_were_sent(pbx: Pbx) -> None:
    known = pbx.tally.sent & set(registry.ACTIONS)
    print(f"actions sent live to Asterisk {pbx.label}: {len(known)}")
    assert len(known) >= LEAST_ACTIONS
    assert len(known - pbx.tally.refused) >= LEAST_ACTIONS, "and carried out"


def test_every_event_that_came_was_typed_to_the_last_header(pbx: Pbx) -> None:
    assert len(pbx.tally.events) >= LEAST_EVENTS
    assert not pbx.tally.faults, "\n".join(pbx.tally.faults.values())
