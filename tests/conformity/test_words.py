"""`FakeAsterisk` says what real servers say when something is missing or not there."""

import asyncio

import pytest

from amisdk import AsyncClient
from amisdk.testing import FakeAsterisk
from amisdk.testing.dialect import dialect_of
from tests.conformity.words import Words, cases, probe

GIVEN = (
    "AgentLogoff", "BridgeTechnologySuspend", "BridgeTechnologyUnsuspend", "FAXSession",
    "MessageSend", "ModuleCheck", "ModuleLoad", "PRIDebugSet", "SIPnotify",
    "SIPqualifypeer", "SIPshowpeer",
)  # fmt: skip
AREAS = ("DAHDI", "PJSIP", "SorceryMemoryCache")
"""What the fake server has whatever its name is: it answers with an example."""


async def _said(server: FakeAsterisk) -> dict[str, Words]:
    async with AsyncClient.from_url(server.url, events="off") as ami:
        return {cls.ami.name: await probe(ami, cls) for cls in cases(server.version)}


@pytest.mark.parametrize("version", [16, 22])
def test_the_words_are_those_of_the_real_server(version: int) -> None:
    dialect = dialect_of(version)
    with FakeAsterisk(version=version) as server:
        said = asyncio.run(_said(server))
    recorded = {name for name in said if dialect.missing(name) is not None}
    assert len(recorded) > 140
    for name in recorded:
        whole = said[name].pop("*", None)
        assert said[name] == dialect.missing(name), name
        if (name not in GIVEN and not name.startswith(AREAS)) or name == "PJSIPHangup":
            assert whole == dialect.unknown(name, "{}"), name
