"""Which events are shown: patterns for names, conditions on fields and headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from amisdk.models import Event

from .faults import Fault
from .show import fields_of, text_of

__all__ = ["Condition", "Names", "bare"]

_CONDITION = re.compile(r"\s*([\w.()-]+)\s*(!=|!~|=|~)(.*)", re.DOTALL)


class Names:
    """Patterns for names of events, such as ``Queue*``; none for every event."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._lowered = tuple(pattern.lower() for pattern in self.patterns)

    @property
    def exact(self) -> tuple[str, ...]:
        """The patterns, if all of them are plain names."""
        return () if any(set(one) & set("*?[") for one in self.patterns) else self.patterns

    def take(self, name: str) -> bool:
        """Tell whether an event of this name is wanted."""
        lowered = name.lower()
        return not self._lowered or any(fnmatchcase(lowered, one) for one in self._lowered)


@dataclass(frozen=True)
class Condition:
    """``queue=support``, ``channel~^PJSIP/``, or their contraries with ``!=`` and ``!~``.

    The name is a field's or a header's, without regard to case, ``-`` and ``_``. The value is
    held against the header's text and against the field's value, without regard to case.
    """

    name: str
    operator: str
    value: str
    pattern: re.Pattern[str] | None = None

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition.

        Raises:
            Fault: It is none.
        """
        found = _CONDITION.fullmatch(text)
        if found is None:
            raise Fault(f'--where: "{text}" is no condition such as queue=support or exten~^0')
        name, operator, value = found.groups()
        pattern = None
        if "~" in operator:
            try:
                pattern = re.compile(value, re.IGNORECASE)
            except re.error as error:
                raise Fault(f'--where: "{value}" is no regular expression: {error}') from None
        return cls(bare(name), operator, value.lower(), pattern)

    def holds(self, event: Event) -> bool:
        """Tell whether an event meets the condition. One without the header is as one with ""."""
        texts = set(self._texts(event)) or {""}
        if self.pattern is not None:
            found = any(self.pattern.search(text) for text in texts)
        else:
            found = any(text.lower() == self.value for text in texts)
        return found != self.operator.startswith("!")

    def _texts(self, event: Event) -> Iterator[str]:
        if self.name == "event":
            yield event.ami_name
        for key, text in event.headers:
            if bare(key) == self.name:
                yield text
        for field, value in fields_of(event):
            if bare(field) == self.name and value is not None:
                yield text_of(value)
                if isinstance(value, bool):
                    yield "true" if value else "false"
                elif isinstance(value, (tuple, list)):
                    yield from map(text_of, value)


def bare(name: str) -> str:
    """Return a name without case, ``-`` and ``_``."""
    return name.lower().replace("-", "").replace("_", "")
