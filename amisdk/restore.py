"""What a user has set for the session on the server, and the next one is to have again."""

from __future__ import annotations

from collections.abc import Iterable

from .models import RawAction

__all__ = ["SessionSetup"]


class SessionSetup:
    """The event mask and the filters of a client; it outlives connections."""

    def __init__(self, mask: str | None = None) -> None:
        self.mask = mask
        """The event mask to log in with."""
        self.filters: list[RawAction] = []
        """The Filter actions that the server has accepted."""
        self.boots = False
        """Whether FullyBooted came with this event mask, so that it will come again."""

    def note(self, action: str, headers: Iterable[tuple[str, str]]) -> None:
        """Take note of an action that the server has carried out."""
        kind = action.lower()
        if kind == "events":
            mask = next((value for key, value in headers if key.lower() == "eventmask"), None)
            if mask is not None and mask != self.mask:
                self.mask, self.boots = mask, False
        elif kind == "filter":
            self.filters.append(RawAction("Filter", list(headers)))
