"""The loop over the headers of a message, which is most of what reading one costs.

There are two of it, which do the same: `pure_scan`, and one in C, which is taken where it was
built. ``AMISDK_PURE=1`` in the environment takes the first one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

__all__ = ["COMPILED", "NOTHING", "Taker", "pure_scan", "scan"]

NOTHING = frozenset({"", "<unknown>", "<none>", "(null)"})
"""What the server writes for "nothing", in any field."""


Taker = Callable[[dict[str, Any], str], object]
"""Takes a text into the data, in a field's own way."""


def pure_scan(
    frame: str,
    plain: dict[str, str],
    special: dict[str, Taker],
    other: Taker,
    data: dict[str, Any],
    seen: list[str],  # noqa: ARG001 - it speeds the other one up
) -> None:
    """Take all headers of a message.

    Args:
        frame: The message.
        plain: Header name, as the server spells it, to field name.
        special: Header name, likewise, to what takes its texts.
        other: What takes the lines of all others, whole.
        data: Where the texts go, by field name; the first one of a field stays, and what means
            "nothing" is left out.
        seen: The names of headers, as they came last: for messages of one kind it is one list,
            which begins empty and is the function's own.
    """
    for line in frame.split("\r\n"):
        # A line without ": " is no header's name, and so is among the others.
        key, _, value = line.partition(": ")
        if key in plain:
            if value not in NOTHING:
                field = plain[key]
                if field not in data:
                    data[field] = value
        elif key in special and len(key) < len(line):
            special[key](data, value)
        else:
            other(data, line)


scan = pure_scan
COMPILED = False
"""Whether the one in C is used."""
if not os.environ.get("AMISDK_PURE"):
    try:
        from ._scan import scan
    except ImportError:
        pass
    else:
        COMPILED = True
