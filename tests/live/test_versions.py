"""What the spec says of an action's versions, module and privilege, held against real servers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from amisdk_models import registry

from amisdk import RawAction, Reply, actions, errors
from amisdk.models import Action
from tests.live.support import Desk, Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live

BUILT_IN = "core"
"""What stands for a module in actions of Asterisk itself."""


def spec_actions(major: int, *, there: bool) -> Iterator[type[Action[Any]]]:
    """Yield the actions that a version has, or has not, as the spec says."""
    return (kind for kind in registry.ACTIONS.values() if (major in kind.ami.versions) is there)


async def is_loaded(desk: Desk, module: str) -> bool:
    """Ask the server for a module."""
    check = actions.ModuleCheck(module=f"{module}.so")
    return (await desk.ami.send(check, check=False)).ok


@asynchronous
async def test_what_a_version_has_not_is_unknown_to_it(pbx: Pbx) -> None:
    known: dict[str, Reply] = {}
    tried = 0
    async with pbx.desk() as desk:
        for kind in spec_actions(pbx.major, there=False):
            try:
                known[kind.ami.name] = await desk.ami.send(RawAction(kind.ami.name))
            except errors.UnknownAction:
                tried += 1
    assert tried
    assert known == {}


def test_what_the_server_lists_is_in_the_spec_and_of_its_version(pbx: Pbx) -> None:
    there = {kind.ami.name for kind in spec_actions(pbx.major, there=True)}
    assert pbx.listed
    assert sorted(pbx.listed.keys() - there) == []


@asynchronous
async def test_what_the_server_does_not_list_is_in_no_module_that_is_loaded(pbx: Pbx) -> None:
    unlisted = [
        kind for kind in spec_actions(pbx.major, there=True) if kind.ami.name not in pbx.listed
    ]
    assert unlisted
    unexplained = {}
    async with pbx.desk() as desk:
        for kind in unlisted:
            modules = kind.ami.module
            loaded = [module for module in modules if await is_loaded(desk, module)]
            if loaded or not modules or BUILT_IN in modules:
                unexplained[kind.ami.name] = loaded or modules
    assert unexplained == {}


@asynchronous
async def test_what_the_server_lists_is_in_a_module_that_is_loaded(pbx: Pbx) -> None:
    without = {}
    async with pbx.desk() as desk:
        for name in pbx.listed.keys() & set(registry.ACTIONS):
            modules = registry.ACTIONS[name].ami.module
            if BUILT_IN not in modules and not [m for m in modules if await is_loaded(desk, m)]:
                without[name] = modules
    assert without == {}


def test_the_privileges_that_the_server_lists_are_those_of_the_spec(pbx: Pbx) -> None:
    different = {}
    for name in pbx.listed.keys() & set(registry.ACTIONS):
        found = re.search(r"\(Priv: ([^()]*)\)\s*\Z", pbx.listed[name])
        assert found is not None, name
        shown = set(found[1].split(",")) - {"all", "<none>"}
        if shown != set(registry.ACTIONS[name].ami.privilege):
            different[name] = (shown, registry.ACTIONS[name].ami.privilege)
    assert different == {}
