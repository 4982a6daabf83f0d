"""What the scenarios share."""

import gc
from collections.abc import Iterator

import pytest
from amisdk_models import actions, events


@pytest.fixture(scope="package", autouse=True)
def _quick_collections() -> Iterator[None]:
    """Every scenario collects garbage to see what is left of it; let that look at no models."""
    for package, name in ((actions, "Ping"), (events, "Hangup")):
        getattr(package, name)
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
