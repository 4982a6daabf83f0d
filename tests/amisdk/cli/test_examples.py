"""Every action's example, as the shell has it, is the action that Python has it for."""

import shlex
from typing import Any

import pytest
from amisdk_models.registry import ACTIONS

from amisdk import actions
from amisdk.cli.action_command import command_of
from amisdk.cli.docstrings import words_of
from amisdk.cli.examples import command_line
from amisdk.cli.sending import How
from amisdk.models import Action


def called(cls: type[Action[Any]], arguments: list[str], *, explained: bool = False) -> Action[Any]:
    """Return the action that a call of a command sends."""
    sent: list[Action[Any]] = []
    command = command_of(cls, lambda action, _: sent.append(action), explained=explained)
    command.main(arguments, prog_name="x", standalone_mode=False, obj={"send": How()})
    [action] = sent
    return action


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_the_example_in_the_shell_is_the_one_in_python(name: str) -> None:
    cls = ACTIONS[name]
    words = words_of(cls)
    line = command_line(name, cls, words)
    program, send, written, *arguments = shlex.split(line)
    assert (program, send, written) == ("amisdk", "send", name)
    example: Action[Any] = eval(words.example or f"actions.{cls.__name__}()", {"actions": actions})
    action = called(cls, arguments)
    assert sorted(action.to_headers()) == sorted(example.to_headers())
    assert isinstance(action, cls) or "--set" in arguments


def test_a_mapping_and_a_flag_and_quotes() -> None:
    line = command_line("Originate", actions.Originate, words_of(actions.Originate))
    assert line == (
        "amisdk send Originate --channel PJSIP/6001 --exten 100 --context default --priority 1 "
        "--caller-id 'Support <6000>' --timeout 20000 --variables ORDER=4711 --async"
    )
