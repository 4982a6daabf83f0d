"""The one error of the generator: something in a spec is wrong, and this is where."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Problem", "SpecError"]


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in a spec: the place, and what to mend there."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class SpecError(Exception):
    """A spec that cannot be used. Holds every problem found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
