"""Writes ``tests/data/conformity``: what a client sees of the real servers in each scenario.

``python -m tests.conformity.record`` starts both servers and plays the scenarios.
"""

import asyncio

from tests.conformity.observation import Observation, keep, observing
from tests.conformity.scenarios import SCENARIOS
from tests.live.asterisk import MAJORS, Server
from tests.live.support import Pbx

__all__ = ["observe"]


async def observe(pbx: Pbx, name: str) -> Observation:
    """Play a scenario, and return what was seen."""
    async with asyncio.timeout(60), observing(pbx) as desk:
        await SCENARIOS[name].play(desk)
    return desk.observation


def main() -> None:
    """Play all scenarios on both servers, and write down what was seen."""
    for major in MAJORS:
        with Server(major) as server:
            pbx = Pbx(str(major), major, server.host, server.port, None, server)
            names = [name for name, one in SCENARIOS.items() if major in one.versions]
            keep(major, {name: asyncio.run(observe(pbx, name)) for name in names})


if __name__ == "__main__":
    main()
