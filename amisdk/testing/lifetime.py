"""How a server is begun and ended: by two methods, or as a context manager of either kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

__all__ = ["Lifetime"]


class Lifetime(ABC):
    """What can be begun and ended, and begun again."""

    @abstractmethod
    def listen(self) -> None:
        """Begin to listen. It may be called again after `shut`.

        Raises:
            OSError: The port is taken.
            RuntimeError: It listens already.
        """

    @abstractmethod
    def shut(self) -> None:
        """Drop all connections and stop listening. Harmless when it does not listen."""

    @abstractmethod
    def tell_faults(self, error: BaseException | None) -> None:
        """Tell what went wrong in it: as a note on an error that is raised already, or raise."""

    async def start(self) -> None:
        """As `listen`; it takes a moment only."""
        self.listen()

    async def stop(self) -> None:
        """As `shut`; it takes a moment only."""
        self.shut()

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shut()
        self.tell_faults(error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)
