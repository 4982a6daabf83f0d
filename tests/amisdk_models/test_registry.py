"""The tables of the real package: found in any case, whole, and every class builds."""

import importlib
import pkgutil
import subprocess
import sys
from typing import Any

import amisdk_models.actions
import amisdk_models.events
import pytest
from amisdk_models import enums
from amisdk_models.registry import ACTIONS, EVENTS
from pydantic import BaseModel

from amisdk.models import Action, Event, Message, Record, Reply
from amisdk.registry import ClassTable

TABLES: list[ClassTable[Any]] = [ACTIONS, EVENTS]


@pytest.mark.parametrize(
    ("table", "name"), [(ACTIONS, "QueueAdd"), (ACTIONS, "Hangup"), (EVENTS, "Hangup")]
)
def test_a_class_is_found_in_any_case(table: ClassTable[Any], name: str) -> None:
    found = table[name]
    assert found.__name__ == name
    for spelling in (name.lower(), name.upper(), name.swapcase()):
        assert table[spelling] is found
        assert spelling in table
        assert table.get(spelling) is found


def test_every_name_is_found_in_any_case() -> None:
    for table in TABLES:
        for name, cls in table.items():
            assert table[name.upper()] is table[name.lower()] is cls


@pytest.mark.parametrize("name", ["", "Queue Add", "NoSuchThing", "queueadd ", "__name__"])
@pytest.mark.parametrize("table", TABLES, ids=["actions", "events"])
def test_an_unknown_name_is_a_key_error(table: ClassTable[Any], name: str) -> None:
    with pytest.raises(KeyError):
        table[name]
    assert name not in table
    assert table.get(name) is None


@pytest.mark.parametrize("thing", [None, 3, b"Hangup", ("Hangup",)])
def test_what_is_no_text_is_not_in_a_table(thing: object) -> None:
    assert thing not in EVENTS


def test_an_action_and_an_event_of_one_name_are_two_classes() -> None:
    both = ACTIONS.keys() & EVENTS.keys()
    assert {"Hangup", "Status", "UserEvent"} <= both
    for name in both:
        assert issubclass(ACTIONS[name], Action)
        assert issubclass(EVENTS[name], Event)


def test_every_class_knows_the_name_that_it_is_found_by() -> None:
    for table in TABLES:
        assert len(table) == len(list(table)) == len({name.lower() for name in table})
        for name, cls in table.items():
            assert cls.ami.name == name


def test_every_action_has_a_reply_of_its_own() -> None:
    replies = [cls.ami.reply for cls in ACTIONS.values()]
    assert len(set(replies)) == len(replies)
    for cls in ACTIONS.values():
        assert issubclass(cls.ami.reply, Reply)
        assert cls.ami.reply.__name__ == f"{cls.__name__}Reply"


@pytest.mark.parametrize("package", [amisdk_models.actions, amisdk_models.events])
def test_the_tables_hold_every_class_of_every_area(package: Any) -> None:
    table: ClassTable[Any] = ACTIONS if package is amisdk_models.actions else EVENTS
    areas = [importlib.import_module(f"{package.__name__}.{area.name}")
             for area in pkgutil.iter_modules(package.__path__)]  # fmt: skip
    named = {name for area in areas for name in area.__all__}
    assert named == set(package.__all__) == set(dir(package))
    assert sum(len(area.__all__) for area in areas) == len(named)
    for area in areas:
        for name in area.__all__:
            assert getattr(package, name) is getattr(area, name)
    classes = {getattr(package, name) for name in named}
    of_actions = {cls for cls in classes if issubclass(cls, (Reply, Record))}
    assert classes - of_actions == set(table.values())


def test_every_model_builds() -> None:
    for package in (amisdk_models.actions, amisdk_models.events):
        for name in package.__all__:
            cls = getattr(package, name)
            assert issubclass(cls, BaseModel)
            cls.model_rebuild(force=True)
            assert cls.__pydantic_complete__


def test_every_event_and_reply_can_be_empty() -> None:
    for package in (amisdk_models.actions, amisdk_models.events):
        for name in package.__all__:
            cls = getattr(package, name)
            if issubclass(cls, Message):
                message = cls()
                assert all(value is None for _, value in message), name


@pytest.mark.parametrize("name", ["actions", "events", "registry"])
def test_a_package_loads_no_area_before_it_is_asked(name: str) -> None:
    code = (
        f"import sys, amisdk_models.{name} as it\n"
        "loaded = [n for n in sys.modules if n.count('.') == 2 and n.startswith('amisdk_models')]\n"
        "print(loaded)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_area_is_loaded_for_its_own_classes_only() -> None:
    code = (
        "import sys\n"
        "from amisdk_models.registry import EVENTS\n"
        "place = EVENTS['hangup'].__module__\n"
        "loaded = [n for n in sys.modules if n.count('.') == 2 and n.startswith('amisdk_models')]\n"
        "print(loaded == [place])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_every_enumeration_is_of_texts() -> None:
    for name in enums.__all__:
        values = getattr(enums, name).__args__
        assert values
        assert all(isinstance(value, str) for value in values)
        assert len(set(values)) == len(values)
