"""A server and a client, for each test."""

from collections.abc import Iterator

import pytest

from tests.amisdk.testing.support import Watch, watching


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A server, and a client that keeps all events."""
    with watching() as watch:
        yield watch
