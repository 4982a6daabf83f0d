"""How long to wait before connecting again."""

from itertools import pairwise
from math import inf, nan
from random import Random
from typing import Any

import pytest

from amisdk.backoff import Reconnect


def limits(policy: Reconnect, attempts: int) -> list[float]:
    """Return the longest wait before each attempt."""
    return [policy.delay(attempt, lambda: 1.0) for attempt in range(1, attempts + 1)]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, [1, 2, 4, 8, 16, 30, 30, 30]),
        ({"first_wait": 0.5, "factor": 3, "max_wait": 5}, [0.5, 1.5, 4.5, 5, 5]),
        ({"factor": 1}, [1, 1, 1, 1]),
        ({"first_wait": 30}, [30, 30]),
        ({"first_wait": 10, "factor": 1e308}, [10, 30, 30]),
        ({"max_wait": inf}, [1, 2, 4, 8, 16, 32, 64]),
    ],
)
def test_the_limit_grows_to_its_cap(how: dict[str, Any], expected: list[float]) -> None:
    assert limits(Reconnect(**how), len(expected)) == expected


def test_no_number_of_attempts_is_too_large() -> None:
    assert Reconnect().delay(10**9, lambda: 1.0) == 30


@pytest.mark.parametrize("attempt", [1, 2, 5, 50])
def test_a_wait_is_anything_between_zero_and_the_limit(attempt: int) -> None:
    policy, rand = Reconnect(), Random(7).random
    limit = policy.delay(attempt, lambda: 1.0)
    waits = sorted(policy.delay(attempt, rand) for _ in range(1000))
    assert 0 <= waits[0] <= 0.02 * limit
    assert 0.98 * limit <= waits[-1] <= limit
    gaps = [after - before for before, after in pairwise(waits)]
    assert max(gaps) < 0.02 * limit, "no part of the span is left out"
    assert 0.45 * limit < sum(waits) / len(waits) < 0.55 * limit


def test_a_wait_may_be_none_at_all() -> None:
    assert Reconnect().delay(3, lambda: 0.0) == 0


def test_two_clients_with_the_same_policy_do_not_come_back_together() -> None:
    one, other = Reconnect(), Reconnect()
    assert one == other
    together = [one.delay(attempt) == other.delay(attempt) for attempt in range(1, 20)]
    assert not any(together)


def test_the_wait_comes_from_a_source_that_was_not_seeded_by_us() -> None:
    policy = Reconnect()
    assert len({policy.delay(1) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "how",
    [
        {"first_wait": 0},
        {"first_wait": -1},
        {"first_wait": nan},
        {"first_wait": 31},
        {"max_wait": 0.5},
        {"max_wait": nan},
        {"factor": 0.5},
        {"factor": nan},
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_refused(how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="0 < first_wait <= max_wait and factor >= 1"):
        Reconnect(**how)


@pytest.mark.parametrize("most", [0, -1])
def test_a_number_of_attempts_is_above_zero(most: int) -> None:
    with pytest.raises(ValueError, match="max_attempts"):
        Reconnect(max_attempts=most)
    assert Reconnect(max_attempts=1).max_attempts == 1
