"""The embedded server, told to the examples by the environment."""

from collections.abc import Iterator

import pytest

from amisdk.testing import FakeAsterisk


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAsterisk]:
    """A server that the environment names."""
    with FakeAsterisk() as fake:
        monkeypatch.setenv("AMI_HOST", "127.0.0.1")
        monkeypatch.setenv("AMI_PORT", str(fake.port))
        monkeypatch.setenv("AMI_USERNAME", fake.username)
        monkeypatch.setenv("AMI_SECRET", fake.secret)
        yield fake
