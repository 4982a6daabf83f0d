"""The tables from AMI names to classes."""

import subprocess
import sys

import pytest
from amisdk_models.registry import ACTIONS, EVENTS

from amisdk import actions, events
from amisdk.registry import ClassTable

TABLE: ClassTable[type] = ClassTable(
    "amisdk_models.events", {"Hangup": "calls.Hangup", "MyEvent": "missing.MyEvent"}
)


@pytest.mark.parametrize("name", ["Hangup", "hangup", "HANGUP", "hAnGuP"])
def test_a_class_is_found_without_regard_to_case(name: str) -> None:
    assert EVENTS[name] is events.Hangup
    assert ACTIONS[name] is actions.Hangup
    assert name in EVENTS
    assert EVENTS.get(name) is events.Hangup


def test_names_and_length_are_those_of_the_table() -> None:
    assert list(TABLE) == ["Hangup", "MyEvent"]
    assert len(TABLE) == 2


@pytest.mark.parametrize("name", ["", "Hang", "Hangup ", "Hangup2"])
def test_an_unknown_name(name: str) -> None:
    assert name not in TABLE
    assert TABLE.get(name) is None
    with pytest.raises(KeyError):
        TABLE[name]


@pytest.mark.parametrize("other", [5, None, events.Hangup])
def test_what_is_no_text_is_no_name(other: object) -> None:
    assert (other in TABLE) is False


def test_a_class_that_cannot_be_imported_is_an_error_and_not_unknown() -> None:
    with pytest.raises(ModuleNotFoundError):
        TABLE.get("MyEvent")


def test_a_module_is_imported_when_a_class_of_it_is_first_asked_for() -> None:
    code = (
        "import sys\n"
        "from amisdk_models.registry import EVENTS\n"
        "def loaded(): return sorted(m for m in sys.modules if m.startswith('amisdk_models.'))\n"
        "'Hangup' in EVENTS, list(EVENTS)\n"
        "print(loaded())\n"
        "EVENTS['hangup']\n"
        "print(loaded())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [
        "['amisdk_models.registry']",
        str(
            [
                "amisdk_models.enums",
                "amisdk_models.events",
                "amisdk_models.events.calls",
                "amisdk_models.registry",
            ]
        ),
    ]
