"""Which classes a client reads events with: the tables that generated packages fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol, TypeVar

__all__ = ["ClassTable", "Registry"]

C_co = TypeVar("C_co", bound=type[Any], covariant=True)


class ClassTable(Mapping[str, C_co]):
    """AMI name to class, found without regard to case and imported when first asked for.

    Args:
        package: The package that the modules are in.
        places: AMI name to ``module.Class``.
    """

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        self._package = package
        self._places = places
        self._spelling = {name.lower(): name for name in places}
        self._classes: dict[str, C_co] = {}

    def __getitem__(self, name: str) -> C_co:
        lowered = name.lower()
        found = self._classes.get(lowered)
        if found is None:
            module, _, cls = self._places[self._spelling[lowered]].rpartition(".")
            found = getattr(import_module(f"{self._package}.{module}"), cls)
            self._classes[lowered] = found
        return found

    def place(self, name: str) -> str:
        """Return where a class is, as ``package.module.Class``, without importing it."""
        return f"{self._package}.{self._places[self._spelling[name.lower()]]}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._spelling


class Registry(Protocol):
    """What a client needs of a generated package's ``registry`` module."""

    ACTIONS: ClassTable[Any]
    EVENTS: ClassTable[Any]
