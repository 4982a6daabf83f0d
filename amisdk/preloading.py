"""Building models before they are needed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

from amisdk_models.registry import ACTIONS, EVENTS

from .codec import reader_of
from .models import Action, Event

__all__ = ["preload"]


def preload(*kinds: type[Action[Any] | Event], freeze: bool = True) -> None:
    """Import and build models now, where the first use of each would take some milliseconds.

    A program that may not stumble over its first events or actions calls it when it starts. All
    models together take most of a second; those that a program names take less.

    What is there then is taken from the sight of Python's collector of garbage (`gc.freeze`), after
    a last look: models live as long as the program, and a look at all of them holds up everything
    for some 60 ms, again and again. What the program itself has made by then is not looked at
    either, which is why it is to be called at the beginning.

    Args:
        *kinds: Actions (with their replies, items and ends) and events; none for all of amisdk's.
        freeze: False to leave the collector alone.
    """
    for kind in kinds or (*ACTIONS.values(), *EVENTS.values()):
        for model in _models(kind):
            reader_of(model)
    if freeze:
        gc.collect()
        gc.freeze()


def _models(kind: Any) -> Iterator[Any]:
    yield kind
    if issubclass(kind, Action):
        ami = kind.ami
        yield ami.reply
        parts = (*ami.list.items, ami.list.end) if ami.list is not None else ()
        for name in (*parts, ami.event, ami.later):
            if name is not None and name in EVENTS:
                yield EVENTS[name]
