"""What a client may send: its own limits, whatever the server would let its user do."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from .errors import ActionNotAllowed
from .info import ActionInfo
from .models import Action

__all__ = ["ActionNames", "Guard"]

ActionNames = Iterable[type[Action[Any]] | str]
"""Classes of actions, AMI names, or patterns such as ``Queue*``."""


class Guard:
    """Refuses actions before they are sent. What one of the three refuses is refused.

    Args:
        allow: What may be sent; None for everything.
        deny: What may not.
        read_only: Whether only actions may be sent that change nothing and reveal no
            configuration.
    """

    def __init__(
        self,
        allow: ActionNames | None = None,
        deny: ActionNames = (),
        *,
        read_only: bool = False,
    ) -> None:
        self._allow = None if allow is None else _patterns("allow", allow)
        self._deny = _patterns("deny", deny)
        self._read_only = read_only
        self.open = self._allow is None and not self._deny and not read_only
        """Whether nothing is refused."""

    def check(self, action: Action[Any], info: ActionInfo) -> None:
        """Refuse an action that may not be sent.

        Args:
            action: The action.
            info: What the spec says of it.

        Raises:
            ActionNotAllowed: It may not be sent.
        """
        name = action.ami_name
        if _matches(name, self._deny):
            raise ActionNotAllowed(f"{name}: this client denies it", action=action)
        if self._allow is not None and not _matches(name, self._allow):
            raise ActionNotAllowed(f"{name}: this client does not allow it", action=action)
        if self._read_only and (not info.read_only or info.danger):
            why = ", ".join(info.danger) or "may change something"
            raise ActionNotAllowed(f"{name}: this client is read-only ({why})", action=action)


def _patterns(what: str, names: ActionNames) -> tuple[str, ...]:
    if isinstance(names, str):
        raise TypeError(f'"{what}" is a list of actions or names, not one text')
    found: list[str] = []
    for item in names:
        if isinstance(item, str):
            found.append(item.lower())
        elif isinstance(item, type) and issubclass(item, Action) and item.ami.name:
            found.append(item.ami.name.lower())
        else:
            raise TypeError(f'"{what}" takes classes of actions and AMI names, not {item!r}')
    return tuple(found)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.lower(), pattern) for pattern in patterns)
