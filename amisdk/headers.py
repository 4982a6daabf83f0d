"""The headers of a message, as they were on the wire: nothing lost, order kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

__all__ = ["Headers", "header", "split_header"]


def split_header(line: str) -> tuple[str, str]:
    """Split ``Key: value``. Exactly one space goes; a line without colon has no key."""
    key, colon, value = line.partition(":")
    if not colon:
        return "", line
    return key, value[1:] if value[:1] == " " else value


def header(frame: str, name: str) -> str | None:
    """Return the first value of a header of a frame, or None, without parsing the others."""
    usual, lowered = _beginnings(name)
    start = frame.find(usual)
    if start >= 0 and lowered not in frame[:start].lower():
        start += len(usual)
        end = frame.find("\r\n", start)
        return frame[start:end] if end >= 0 else frame[start:]
    if lowered not in frame.lower():
        return None
    wanted = name.lower()
    pairs = (split_header(line) for line in frame.split("\r\n"))
    return next((value for key, value in pairs if key.lower() == wanted), None)


@lru_cache(maxsize=64)
def _beginnings(name: str) -> tuple[str, str]:
    """Return how a header begins as servers write it, and in lower case."""
    return f"\r\n{name}: ", f"\r\n{name.lower()}:"


class Headers:
    """An immutable list of (name, value) pairs with look-up by name.

    Names are compared without regard to case, as the server does. A name may come more than
    once; ``headers["Name"]`` is the first value, `all` gives every one.
    """

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of `name`, or `default`."""
        wanted = name.lower()
        for key, value in self._pairs:
            if key.lower() == wanted:
                return value
        return default

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of `name`, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self._pairs if key.lower() == wanted)

    def __eq__(self, other: object) -> bool:
        return self._pairs == other._pairs if isinstance(other, Headers) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        return f"Headers({list(self._pairs)!r})"
