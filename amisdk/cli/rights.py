"""What a user may do on a server: worked out from ListCommands and ``manager show user``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from amisdk_models.registry import ACTIONS, EVENTS

from amisdk import actions
from amisdk.doctor import WITNESSES, Diagnosis
from amisdk.errors import AmiError
from amisdk.models import OutputReply

from .probe import Step

if TYPE_CHECKING:
    from amisdk import Client

__all__ = ["event_steps", "missing_rights", "read_rights", "usable_steps", "write_rights"]

_PRIVILEGES = re.compile(r"\(Priv: ([^()]*)\)\s*\Z")
_READ = re.compile(r"^[ \t]*read perm:[ \t]*(.*?)[ \t]*$", re.MULTILINE)


def write_rights(listed: Iterable[tuple[str, str]]) -> tuple[set[str], set[str]]:
    """Return the write privileges that the user has for sure, and those that it lacks for sure.

    Args:
        listed: The headers of the reply to ListCommands.
    """
    shown: dict[str, set[str]] = {}
    for name, text in listed:
        if found := _PRIVILEGES.search(text):
            shown[name.lower()] = set(found[1].split(",")) - {"all", "<none>"}
    has = {word for words in shown.values() if len(words) == 1 for word in words}
    lacks = {
        word
        for name, words in WITNESSES.items()
        if name.lower() not in shown
        for word in words - has
    }
    return has, lacks


def read_rights(ami: Client, user: str) -> set[str] | None:
    """Return the read privileges that the user has; None where it may not ask.

    Only ``manager show user`` tells them, which needs the write privilege command.
    """
    if not re.fullmatch(r"[\w.-]+", user):
        return None
    try:
        reply = ami.send(actions.Command(command=f"manager show user {user}"), check=False)
    except AmiError:
        return None
    found = _READ.search(reply.text) if isinstance(reply, OutputReply) else None
    return set(found[1].split(",")) - {"", "<none>"} if found else None


def missing_rights(diagnosis: Diagnosis) -> Mapping[str, list[str]]:
    """Return the write privileges that are lacking, each with the actions that need it."""
    found: dict[str, list[str]] = {}
    for finding in diagnosis.problems:
        if finding.problem == "privilege":
            words = ACTIONS[finding.action].ami.privilege if finding.action in ACTIONS else ()
            found.setdefault(" or ".join(words), []).append(finding.action)
    return dict(sorted(found.items()))


def usable_steps(diagnosis: Diagnosis, user: str) -> Iterator[Step]:
    """Yield a step for each action that somebody asked for."""
    for finding in diagnosis:
        if finding.usable:
            yield Step(finding.action, "ok", "can be sent", named=True)
            continue
        advice: tuple[str, ...] = ()
        if finding.problem != "version" and finding.action in ACTIONS:
            info = ACTIONS[finding.action].ami
            if "privilege" in (finding.problem or "") and info.privilege:
                advice = ("In manager.conf:", f"[{user}]", f"write = {info.privilege[0]}")
        yield Step(finding.action, "failed", finding.advice, advice, named=True)


def event_steps(names: Iterable[str], rights: set[str] | None, user: str) -> Iterator[Step]:
    """Yield a step for each event that somebody asked for."""
    for name in names:
        needed = EVENTS[name].ami.privilege
        if not needed:
            yield Step(name, "ok", "the event needs no privilege")
        elif rights is None:
            told = f"the event comes if the user has read = {','.join(needed)}"
            yield Step(name, "note", f"{told}; whether it has cannot be seen")
        elif "all" in rights or set(needed) <= rights:
            yield Step(name, "ok", "the event will be seen")
        else:
            lacking = [word for word in needed if word not in rights]
            advice = ("In manager.conf:", f"[{user}]", f"read = {','.join(lacking)}")
            yield Step(
                name, "failed", f"the event needs read = {','.join(lacking)}", advice, named=True
            )
