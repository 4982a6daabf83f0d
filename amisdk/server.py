"""What is known of the server, and which actions its version has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .info import ActionInfo

__all__ = ["ServerInfo", "absence"]

FIRST_MAJOR = 11
LAST_MAJOR = 23
"""The Asterisk majors that the spec speaks of; one beside them has what the nearest has."""

_VERSION = re.compile(r"(?:certified[-/]|GIT-|SVN-branch-)?(\d+)(?![^-.~+\s])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What is known of the server.

    Attributes:
        manager: The version of its manager, from the greeting, such as ``11.0.0``. This is not
            Asterisk's version.
        version: Asterisk's own word on its version, such as ``22.10.1``; None where the user may
            not read it (CoreSettings needs the write privilege system or reporting).
    """

    manager: str | None = None
    version: str | None = None

    @property
    def major(self) -> int | None:
        """Asterisk's major version, such as 22; None if not known."""
        return _major(self.version)

    def __str__(self) -> str:
        return f"Asterisk {self.version}" if self.version else "an Asterisk of unknown version"


@lru_cache(maxsize=16)
def _major(version: str | None) -> int | None:
    found = _VERSION.match(version or "")
    return int(found[1]) if found else None


def absence(action: ActionInfo, server: ServerInfo) -> str | None:
    """Return what became of an action that a server does not have; None if it has it.

    The text goes on after the action's name: "was removed after 20; use PJSIPShowEndpoints".

    Where either version is not known, nothing is held against the action.
    """
    major, spans = server.major, action.versions.spans
    if major is None or not spans:
        return None
    nearest = min(max(major, FIRST_MAJOR), LAST_MAJOR)
    if nearest in action.versions:
        return None
    if nearest > spans[-1][1]:
        text = f"was removed after {spans[-1][1]}"
    elif nearest < spans[0][0]:
        text = f"came with {spans[0][0]}"
    else:
        text = f"is in {action.versions} only"
    if action.replaced_by:
        text += f"; use {' or '.join(action.replaced_by)}"
    return f"{text} (this is {server})"
