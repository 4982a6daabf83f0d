"""The variables of an Originate: what is set on the channel is exactly what was asked for."""

import pytest

from amisdk import actions, events
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live

VALUES = {
    "plain": "42",
    "empty": "",
    "one comma": ",",
    "commas": "1,2,,3,",
    "quotes": 'say "hi", then "bye"',
    "one quote": '"',
    "quoted": '"a,b",c',
    "apostrophe": "it's",
    "backslash": "a\\b",
    "backslashes": "\\\\a\\\\\\b",
    "backslash at the end": "ends\\",
    "backslash and comma": "a\\,b",
    "backslash and quote": 'a\\"b',
    "backslash and n": "a\\nb",
    "leading spaces": "  two",
    "trailing spaces": "two  ",
    "spaces inside": "a  b   c",
    "only a space": " ",
    "tabs": "\ta\tb\t",
    "utf-8": "Zoë Müller, 日本語 🙂",
    "line separators of unicode": "a\u0085b\u2028c\u2029d\v\f",
    "json": '{"a": [1, 2], "b": "x\\"y\\\\z", "c": null, "d": {"e": "f, g"}}',
    "parentheses": "f(1,2)",
    "open parenthesis": "(a,b",
    "closed parenthesis": "a,b)",
    "brackets": "[a,b] {c,d} <e,f>",
    "open brackets": "[{<",
    "equals signs": "a=b=c",
    "leading equals sign": "=x",
    "variable": "${EXTEN}",
    "variable not closed": "${",
    "expression": "$[1 + 2]",
    "dollar": "costs 5$",
    "semicolons": "a;b;;c",
    "semicolon of a sip uri": "<sip:6001@pbx>;tag=1",
    "ampersand, pipe, caret, hash": "PJSIP/a&PJSIP/b|c^d#e",
    "colon": "a: b",
    "percent": "%s %d 100%",
    "control characters": "a\x01\x1bb",
    "null as text": "(null)",
    "unknown as text": "<unknown>",
    "long": "x" * 900,
    "number": 42,
    "float": 0.5,
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@asynchronous
async def test_a_variable_of_originate_is_set_exactly(pbx: Pbx, value: str | float) -> None:
    variables = {"BEFORE": "b,1", "LIVE": value, "AFTER": 'a"1'}
    async with pbx.desk() as desk:
        call = await desk.call("100", variables=variables)
        held = {
            name: (await desk.send(actions.Getvar(channel=call.near, variable=name))).value
            for name in variables
        }
        assert held == {name: str(text) for name, text in variables.items()}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@asynchronous
async def test_the_event_of_a_variable_has_its_exact_value(pbx: Pbx, value: str | float) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100", variables={"LIVE": value, "ORDER": value})
        told = await desk.first(events.VarSet, channel=call.near, variable="LIVE")
        assert told.value == str(value)
        up = await desk.first(events.Newstate, channel=call.near, channel_state=6)
        assert up.chan_variables == {"ORDER": str(value), "CUSTOMER": ""}
        answered = await desk.first(events.OriginateResponse, channel=call.near)
        assert answered.chan_variables == up.chan_variables


@asynchronous
async def test_all_kinds_of_values_are_set_in_one_originate(pbx: Pbx) -> None:
    values = {f"LIVE_{n}": str(value) for n, value in enumerate(VALUES.values())}
    async with pbx.desk() as desk:
        call = await desk.call("100", variables=values)
        for name, value in values.items():
            held = await desk.send(actions.Getvar(channel=call.near, variable=name))
            assert (name, held.value) == (name, value)


@asynchronous
async def test_an_inherited_variable_reaches_the_other_half(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("500", variables={"_ONCE": "a, b", "__ALWAYS": 'c "d"'})
        for name, value in {"ONCE": "a, b", "ALWAYS": 'c "d"'}.items():
            held = await desk.send(actions.Getvar(channel=call.far, variable=name))
            assert held.value == value


@asynchronous
async def test_a_dialplan_function_is_set_like_a_variable(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("101", variables={"CHANNEL(language)": "de", "CDR(order)": "4,2"})
        held = await desk.send(actions.Getvar(channel=call.near, variable="CHANNEL(language)"))
        assert held.value == "de"


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@asynchronous
async def test_setvar_sets_what_it_is_given_but_for_blanks_in_front(
    pbx: Pbx, value: str | float
) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("100")
        await desk.send(actions.Setvar(channel=call.near, variable="LIVE", value=str(value)))
        held = await desk.send(actions.Getvar(channel=call.near, variable="LIVE"))
        # The server strips the blanks that a header's value begins with.
        assert held.value == str(value).lstrip(" \t")
