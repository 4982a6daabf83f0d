"""The loop over the headers of a message, which is most of what reading one costs.

There are two of it, which do the same: `pure_scan`, and one in C, which is taken where it was
built. ``AMISDK_PURE=1`` in the environment takes the first one.
"""

from __future__ import annotations

import os

__all__ = ["COMPILED", "NOTHING", "pure_scan", "scan"]

NOTHING = frozenset({"", "<unknown>", "<none>", "(null)"})
"""What the server writes for "nothing", in any field."""


def pure_scan(
    frame: str,
    plain: dict[str, str],
    data: dict[str, object],
    seen: list[str],  # noqa: ARG001 - it speeds the other one up
) -> list[str]:
    """Take the headers that need no thought, and return the lines of the others.

    Args:
        frame: The message.
        plain: Header name, as the server spells it, to field name; "" for one that is no field.
        data: Where the texts go, by field name; the first one of a field stays, and what means
            "nothing" is left out.
        seen: The names of headers, as they came last: for messages of one kind it is one list,
            which begins empty and is the function's own.
    """
    others: list[str] = []
    field_of = plain.get
    for line in frame.split("\r\n"):
        # A line without ": " is no header's name, and so is among the others.
        key, _, value = line.partition(": ")
        field = field_of(key)
        if field:
            if value not in NOTHING:
                data.setdefault(field, value)
        elif field is None:
            others.append(line)
    return others


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
