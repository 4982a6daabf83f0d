"""All scenarios, by name."""

from tests.conformity import calls, phones, rooms, system
from tests.conformity.scenario import SCENARIOS

__all__ = ["SCENARIOS", "calls", "phones", "rooms", "system"]
