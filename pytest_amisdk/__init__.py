"""The pytest plugin of amisdk: fixtures for programs that talk to Asterisk.

pytest loads it wherever amisdk is installed. It stands apart from the package `amisdk`, and imports
it only when a fixture is used: it costs nothing where none is, and what a test run measures of
amisdk is measured from the first line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from amisdk import AsyncClient, Client
    from amisdk.testing import FakeAsterisk

__all__ = ["ami_blocking_client", "ami_client", "fake_asterisk", "fake_asterisk_options"]

_MARKER = "fake_asterisk(**options): how the server of the fixture fake_asterisk is made"


def pytest_configure(config: pytest.Config) -> None:
    """Tell of the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def fake_asterisk_options() -> dict[str, Any]:
    """How servers are made: arguments of `FakeAsterisk`. A project may have its own fixture."""
    return {}


@pytest.fixture
def fake_asterisk(
    request: pytest.FixtureRequest, fake_asterisk_options: dict[str, Any]
) -> Iterator[FakeAsterisk]:
    """A `FakeAsterisk` that listens, anew for each test.

    ``@pytest.mark.fake_asterisk(version=16)`` makes one of other arguments. What goes wrong within
    the server, such as an error of a function that was given to `FakeAsterisk.on`, is an error of
    the test; calls, clients and rules that are left over are not.
    """
    from amisdk.testing import FakeAsterisk

    options = dict(fake_asterisk_options)
    for marker in reversed(list(request.node.iter_markers("fake_asterisk"))):
        if marker.args:
            raise TypeError(f"say it by name, such as version=16, not fake_asterisk{marker.args}")
        options |= marker.kwargs
    with FakeAsterisk(**options) as server:
        yield server


@pytest.fixture
def ami_blocking_client(fake_asterisk: FakeAsterisk) -> Iterator[Client]:
    """A `Client` that is connected to the server of `fake_asterisk`."""
    from amisdk import Client

    with Client.from_url(fake_asterisk.url) as client:
        yield client


@pytest.fixture
def ami_client(fake_asterisk: FakeAsterisk) -> AsyncClient:
    """An `AsyncClient` for the server of `fake_asterisk`, to be connected by the test.

    ::

        async def test_ping(ami_client: AsyncClient) -> None:
            async with ami_client as ami:
                assert (await ami.send(actions.Ping())).ping == "Pong"

    A client belongs to the event loop that it connects in, and only the test knows which that is:
    so it works with ``asyncio.run``, with pytest-asyncio and with anyio alike.
    """
    from amisdk import AsyncClient

    return AsyncClient.from_url(fake_asterisk.url)
