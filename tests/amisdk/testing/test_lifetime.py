"""How servers are begun and ended."""

import pytest

from amisdk.testing import FakeAsterisk, ScriptedServer
from amisdk.testing.lifetime import Lifetime
from tests.support import asynchronous


class Toy(Lifetime):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def listen(self) -> None:
        self.told.append("listen")

    def shut(self) -> None:
        self.told.append("shut")

    def tell_faults(self, error: BaseException | None) -> None:
        self.told.append(error)


def test_a_with_begins_and_ends_it_and_then_its_faults_are_told() -> None:
    toy = Toy()
    with toy as same:
        assert same is toy
        assert toy.told == ["listen"]
    assert toy.told == ["listen", "shut", None]


@asynchronous
async def test_an_async_with_is_the_same_and_hands_on_the_error() -> None:
    toy, error = Toy(), ValueError("mine")
    with pytest.raises(ValueError, match="mine"):
        async with toy as same:
            assert same is toy
            raise error
    assert toy.told == ["listen", "shut", error]


@asynchronous
async def test_start_and_stop_tell_no_faults() -> None:
    toy = Toy()
    await toy.start()
    await toy.stop()
    assert toy.told == ["listen", "shut"]


def test_every_server_has_it() -> None:
    for kind in (FakeAsterisk, ScriptedServer):
        assert issubclass(kind, Lifetime)
        for name in ("start", "stop", "__enter__", "__exit__", "__aenter__", "__aexit__"):
            assert getattr(kind, name) is getattr(Lifetime, name)
