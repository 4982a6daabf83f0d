"""Examples, as calls of a class and as lines for the command."""

import pytest
from amisdk_codegen.facts import ActionFacts
from amisdk_codegen.load import load
from amisdk_codegen.resolve import resolve

from .hotel import HOTEL
from .support import Workspace, action


def _facts(workspace: Workspace, name: str) -> ActionFacts:
    plan = resolve(load(workspace.spec), "package")
    (found,) = (
        cls.facts
        for module in plan.modules
        for cls in module.classes
        if isinstance(cls.facts, ActionFacts) and cls.facts.name == name
    )
    return found


def test_an_example_with_everything(bare: Workspace) -> None:
    bare.write(HOTEL)
    facts = _facts(bare, "HotelCheckIn")
    assert facts.example == (
        "actions.HotelCheckIn(",
        '    guest="O\'Hara \\"the\\\\Great\\"",',
        "    room=12,",
        '    empty="",',
        '    tags=["a", "b"],',
        '    variables={"A": "1", "B": "x,y"},',
        "    wakeups=[",
        '        actions.HotelCheckInWakeup(time="07:00", voice="loud"),',
        "        actions.HotelCheckInWakeup(",
        '            time="08:00 or a little bit later than that",',
        '            voice="soft",',
        "        ),",
        "    ],",
        ")",
    )
    assert facts.options == (
        """--guest 'O'"'"'Hara "the\\Great"'""",
        "--room 12",
        "--empty ''",
        "--tags a,b",
        "--variables A=1",
        "--variables B=x,y",
        "--set Time-000000=07:00",
        "--set Voice-000000=loud",
        "--set 'Time-000001=08:00 or a little bit later than that'",
        "--set Voice-000001=soft",
    )


@pytest.mark.parametrize(
    ("fields", "example", "call", "options"),
    [
        ("A: {type: bool, doc: One.}", "A: true", "actions.Do(a=True)", ["--a"]),
        ("A: {type: bool, doc: One.}", "A: false", "actions.Do(a=False)", ["--no-a"]),
        ("CamelCase: One thing.", "CamelCase: x", 'actions.Do(camel_case="x")',
         ["--camel-case x"]),
        ("Line: {repeat: true, doc: One.}", "Line: [a b, c]", 'actions.Do(line=["a b", "c"])',
         ["--line 'a b'", "--line c"]),
        ("A: {type: headers, doc: One.}", 'A: {"X y": z}', 'actions.Do(a={"X y": "z"})',
         ["--a 'X y=z'"]),
        ("A: {type: float, doc: One.}", "A: 1.5", "actions.Do(a=1.5)", ["--a 1.5"]),
        ("A: {type: int, doc: One.}", "A: -1", "actions.Do(a=-1)", ["--a=-1"]),
        ("A: One thing.", "", "actions.Do()", []),
    ],
)  # fmt: skip
def test_an_example_with_one_field(
    bare: Workspace, fields: str, example: str, call: str, options: list[str]
) -> None:
    bare.write({"more.yaml": action(f"fields: {{{fields}}}\nexample: {{{example}}}")})
    facts = _facts(bare, "Do")
    assert facts.example == (call,)
    assert list(facts.options) == options
