"""The facts of the spec: versions, and how long an action blocks."""

import math

import pytest

from amisdk.info import ActionInfo, BlockInfo, Versions
from amisdk.models import Reply

GAP = Versions(((18, 18), (20, 23)))


@pytest.mark.parametrize(
    ("major", "there"),
    [(17, False), (18, True), (19, False), (20, True), (22, True), (23, True), (24, False)],
)
def test_a_major_is_in_the_spans_and_not_in_the_gaps(major: int, there: bool) -> None:
    assert (major in GAP) is there


@pytest.mark.parametrize("other", ["18", 18.0, None, (18, 18)])
def test_only_a_whole_number_is_a_major(other: object) -> None:
    assert other not in GAP


@pytest.mark.parametrize(
    ("versions", "text"),
    [(GAP, "18, 20-23"), (Versions(((11, 23),)), "11-23"), (Versions(()), "")],
)
def test_versions_read_as_people_write_them(versions: Versions, text: str) -> None:
    assert str(versions) == text


def test_no_spans_hold_no_major() -> None:
    assert 18 not in Versions(())


TIMED = BlockInfo("timeout", per_second=1000, default=30.0, unless="async_")


@pytest.mark.parametrize(
    ("block", "values", "seconds"),
    [
        (TIMED, {}, 30.0),
        (TIMED, {"timeout": None, "async_": None}, 30.0),
        (TIMED, {"timeout": 20000}, 20.0),
        (TIMED, {"timeout": 0}, 0.0),
        (TIMED, {"timeout": -1}, math.inf),
        (TIMED, {"timeout": 20000, "async_": False}, 20.0),
        (TIMED, {"timeout": 20000, "async_": True}, 0.0),
        (TIMED, {"timeout": -1, "async_": True}, 0.0),
        (BlockInfo("timeout"), {"timeout": 7}, 7.0),
        (BlockInfo("timeout"), {}, 0.0),
        (BlockInfo("timeout", endless=0), {"timeout": 0}, math.inf),
        (BlockInfo("timeout", endless=0), {"timeout": 1}, 1.0),
        (BlockInfo("timeout", default=math.inf), {}, math.inf),
    ],
)
def test_how_long_an_action_blocks(
    block: BlockInfo, values: dict[str, object], seconds: float
) -> None:
    assert block.seconds(values) == seconds


def test_an_action_is_not_taken_for_idempotent_unless_the_spec_says_so() -> None:
    assert ActionInfo("Foo", reply=Reply).idempotent is False


def test_an_action_is_not_taken_for_read_only_unless_the_spec_says_so() -> None:
    assert ActionInfo("Foo", reply=Reply).read_only is False
