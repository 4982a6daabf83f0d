"""Which actions a user can use on a server, worked out from ListCommands and the spec.

ListCommands shows the actions that are loaded and that the user may send. One that is not there
is of another version, its module is not loaded, or the user lacks the privilege. Which of the
last two it is follows from what else is there: an action which is shown proves that the user has
one of its privileges; one which every server has and which is not shown, that the user has none.
What is of Asterisk's core is always loaded, but a release may be older than the action.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .info import ActionInfo
from .models import Action, Reply
from .registry import Registry
from .server import ServerInfo, absence

__all__ = ["WITNESSES", "Diagnosis", "Finding", "diagnose", "infos_of"]

Problem = Literal["version", "module", "privilege", "module or privilege"]

WITNESSES = {
    "AOCMessage": {"aoc"},
    "Command": {"command"},
    "CoreSettings": {"system", "reporting"},
    "MessageSend": {"message"},
    "ModuleLoad": {"system"},
    "Originate": {"originate"},
    "Redirect": {"call"},
    "UpdateConfig": {"config"},
    "UserEvent": {"user"},
}
"""Actions of Asterisk's core, which every server has, and the privileges that each takes."""

CORE = "core"
"""What stands for a module in actions of Asterisk itself, which is always loaded."""

_PRIVILEGES = re.compile(r"\(Priv: ([^()]*)\)\s*\Z")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one action.

    Attributes:
        action: Its AMI name.
        problem: Why it cannot be used: the server's ``version`` does not have it, its ``module``
            is not loaded, the user lacks the ``privilege``, one of the last two; None if it can.
        advice: What to do about it, for people; "" if nothing is to be done.
    """

    action: str
    problem: Problem | None = None
    advice: str = ""

    @property
    def usable(self) -> bool:
        """Whether the action can be used."""
        return self.problem is None

    def __str__(self) -> str:
        return f"{self.action}: {self.advice}" if self.problem else f"{self.action}: usable"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `doctor` found; iterate it for the findings, print it for a list."""

    server: ServerInfo
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether every action can be used."""
        return not self.problems

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings about actions that cannot be used."""
        return tuple(finding for finding in self.findings if not finding.usable)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __str__(self) -> str:
        usable = len(self.findings) - len(self.problems)
        first = f"{self.server}: {usable} of {len(self.findings)} actions are usable"
        return "\n".join([first, *(f"  {finding}" for finding in self.problems)])


def infos_of(
    wanted: Iterable[Action[Any] | type[Action[Any]] | str], registry: Registry | None = None
) -> list[ActionInfo]:
    """Return what the spec says about actions, classes of actions, or AMI names.

    Args:
        wanted: Them; none for every action of amisdk's spec and of `registry`.
        registry: A generated package's, whose actions go before amisdk's.

    Raises:
        TypeError: Something is neither of these.
    """
    from amisdk_models.registry import ACTIONS

    tables = [ACTIONS] if registry is None else [registry.ACTIONS, ACTIONS]
    asked = list(wanted) or sorted({name for table in tables for name in table})
    infos: list[ActionInfo] = []
    for item in asked:
        if isinstance(item, str):
            known = next((table[item].ami for table in tables if item in table), None)
            infos.append(known or ActionInfo(item, reply=Reply))
        elif isinstance(item, Action):
            # A RawAction has its name in itself.
            infos.extend([item.ami] if item.ami.name else infos_of([item.ami_name], registry))
        elif isinstance(item, type) and issubclass(item, Action) and item.ami.name:
            infos.append(item.ami)
        else:
            raise TypeError(f"an action, its class or its name is wanted, not {item!r}")
    return infos


def diagnose(
    wanted: Iterable[ActionInfo], server: ServerInfo, listed: Iterable[tuple[str, str]]
) -> Diagnosis:
    """Hold actions against what ListCommands showed.

    Args:
        wanted: The actions.
        server: What is known of the server.
        listed: The headers of the reply: action, and a text that ends with its privileges.
    """
    there: dict[str, frozenset[str]] = {}
    for name, text in listed:
        if found := _PRIVILEGES.search(text):
            there[name.lower()] = frozenset(found[1].split(",")) - {"all"}
    lacked = {
        word for name, words in WITNESSES.items() if name.lower() not in there for word in words
    }
    return Diagnosis(server, tuple(_find(action, server, there, lacked) for action in wanted))


def _find(
    action: ActionInfo, server: ServerInfo, there: Mapping[str, frozenset[str]], lacked: set[str]
) -> Finding:
    if action.name.lower() in there:
        return Finding(action.name)
    if (text := absence(action, server)) is not None:
        return Finding(action.name, "version", text)
    modules = [module for module in action.module if module != CORE]
    load = f"{' or '.join(modules) or 'its module'} is not loaded on the server"
    grant = f"the user needs write = {' or '.join(action.privilege)} in manager.conf"
    if not action.privilege or any(words <= set(action.privilege) for words in there.values()):
        if CORE in action.module and not modules:
            lack = f"is not in this release, though others of Asterisk {action.versions} have it"
            return Finding(action.name, "version", lack)
        return Finding(action.name, "module", load)
    if lacked.issuperset(action.privilege):
        return Finding(action.name, "privilege", grant)
    return Finding(action.name, "module or privilege", f"{load}, or {grant}")
