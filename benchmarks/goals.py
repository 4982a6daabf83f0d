"""The goals, and what a run has to say about each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .ratios import Spread, ratio, spread
from .rounds import Results

__all__ = ["Goal", "Row", "beyond", "judge"]

Judge = Callable[[Results], Spread]


@dataclass(frozen=True)
class Goal:
    """A figure that is to be reached."""

    what: str
    bound: float
    judge: Judge
    """Works the figure out. It raises ValueError where something was not measured."""
    least: bool = True
    """Whether the figure is to be at least so, not at most."""
    unit: str = "x"

    def met(self, figure: float) -> bool:
        """Tell whether a figure reaches the goal."""
        return figure >= self.bound if self.least else figure <= self.bound

    @property
    def text(self) -> str:
        """The bound, for people."""
        return f"{'≥' if self.least else '≤'} {self.bound:g}{_unit(self.unit)}"


@dataclass(frozen=True)
class Row:
    """A goal and what came of it; no figures where it was not measured."""

    goal: Goal
    figures: Spread | None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached, by the middle of the figures; None if nobody knows."""
        return None if self.figures is None else self.goal.met(self.figures.middle)

    def show(self, figure: float) -> str:
        """Return a figure as text, with its unit."""
        digits = 1 if self.goal.unit == "ms" else 2
        return f"{figure:.{digits}f}{_unit(self.goal.unit)}"


def _unit(unit: str) -> str:
    return unit if unit == "x" else f" {unit}"


def _against(other: str, key: str = "events", case: str | None = None) -> Judge:
    """Compare a case of ours with one of another client's."""

    def judge(results: Results) -> Spread:
        return ratio(results.all(key, other), results.all(case or key, "amisdk"))

    return judge


def _grown(more: str, less: str, figure: str = "cpu") -> Judge:
    """Compare two cases of ours."""

    def judge(results: Results) -> Spread:
        return ratio(results.all(more, "amisdk", figure), results.all(less, "amisdk", figure))

    return judge


def _floor(results: Results) -> Spread:
    """Compare both in one process: a server beside it slows a process down."""
    whole, floor = (results.all("stages", "amisdk", stage) for stage in ("whole", "floor"))
    return ratio(whole, floor)


def _message(results: Results) -> Spread:
    large, small = (results.all("stages", "amisdk", size) for size in ("16 MB", "4 MB"))
    return ratio(large, small)


def _wall(key: str) -> Judge:
    def judge(results: Results) -> Spread:
        return spread([1000 * wall for wall in results.all(key, "amisdk", "wall")])

    return judge


def _import(results: Results) -> Spread:
    if any(results.all("import", "amisdk", "loaded")):
        return spread([float("inf")])  # it is not to be loaded, however fast it is
    return _wall("import")(results)


def beyond(results: Results, key: str, client: str) -> list[float]:
    """Return how much more memory than before a case took, in MB, round by round."""
    peaks, before = (results.all(key, client, name) for name in ("peak", "before"))
    return [(peak - at) / 1024 for peak, at in zip(peaks, before, strict=True)]


def _list_memory(results: Results) -> Spread:
    return spread(beyond(results, "long list", "amisdk"))


def _compiled(results: Results) -> Spread:
    if not all(results.all("events", "amisdk", "compiled")):
        raise ValueError("there is no compiler")
    return _against("panoramisk")(results)


GOALS = (
    Goal("every event typed, to a callback, against panoramisk", 2.3, _against("panoramisk")),
    Goal("the same with nothing compiled", 2.3, _against("panoramisk", case="pure events")),
    Goal("the same with what is in C", 3.8, _compiled),
    Goal("every event typed, against asterisk-ami", 1.2, _against("asterisk-ami")),
    Goal("every event typed, against pystrix", 4.5, _against("pystrix")),
    Goal(
        "async iterator, against panoramisk's callback",
        2.0,
        _against("panoramisk", case="iterator"),
    ),
    Goal("five names subscribed, against panoramisk", 9, _against("panoramisk", "names")),
    Goal("nothing subscribed, against panoramisk", 20, _against("panoramisk", "nothing")),
    Goal("typed path in process, against splitting every line", 2.1, _floor, least=False),
    Goal("1 → 400 handlers", 1.1, _grown("400 handlers", "1 handlers"), least=False),
    Goal("sequential Ping, against panoramisk", 2.5, _against("panoramisk", "ping")),
    Goal("1000 concurrent Pings, against panoramisk", 4, _against("panoramisk", "pings")),
    Goal("long list streamed: memory beyond that before it", 1, _list_memory, False, "MB"),
    Goal("one message of 16 MB against one of 4 MB", 5, _message, least=False),
    Goal("`import amisdk`, without pydantic and asyncio", 40, _import, False, "ms"),
    Goal("first action answered, from import", 250, _wall("first"), False, "ms"),
    Goal("all generated models built, from import", 1200, _wall("models"), False, "ms"),
    Goal("blocking client, against the async one", 1, _grown("events", "blocking")),
)


def judge(results: Results, goals: tuple[Goal, ...] = GOALS) -> Iterator[Row]:
    """Yield each goal with what came of it."""
    for goal in goals:
        try:
            yield Row(goal, goal.judge(results))
        except (ValueError, KeyError):
            yield Row(goal, None)
