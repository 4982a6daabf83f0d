import pytest

from benchmarks.ratios import Spread, ratio, spread


def test_figures_are_divided_round_by_round() -> None:
    assert ratio([2.0, 9.0, 4.0], [1.0, 3.0, 4.0]) == Spread(1.0, 2.0, 3.0)


def test_the_middle_of_an_even_number_is_between_the_two() -> None:
    assert spread([4.0, 1.0, 2.0, 3.0]) == Spread(1.0, 2.5, 4.0)


@pytest.mark.parametrize(("over", "under"), [([1.0], [1.0, 2.0]), ([], [])])
def test_rounds_that_are_missing_are_no_ratio(over: list[float], under: list[float]) -> None:
    with pytest.raises(ValueError, match=r"zip|nothing"):
        ratio(over, under)
