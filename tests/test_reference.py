"""The generated reference of amisdk's own spec: whole, and every example in it is right."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import shlex
import types
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from amisdk_codegen.cli import own_spec
from amisdk_codegen.load import load
from amisdk_codegen.reference import reference
from amisdk_codegen.resolve import resolve
from amisdk_models.registry import ACTIONS, EVENTS

from amisdk import models

PAGES = reference(resolve(load(own_spec()), "amisdk_models"))
ACTION_PAGES = sorted(name for name in PAGES if re.match(r"actions/(?!index)", name))
EVENT_PAGES = sorted(name for name in PAGES if re.match(r"events/(?!index)", name))
CODE = re.compile(r"^=== \"(\w[\w ]*)\"\n\n    ```\w+\n(.*?)^    ```$", re.MULTILINE | re.DOTALL)


def _examples(page: str) -> dict[str, str]:
    return {
        title: re.sub("^    ", "", code, flags=re.MULTILINE)
        for title, code in CODE.findall(PAGES[page])
    }


class _Client:
    """Takes what the examples send, and answers with what the action declares."""

    def __init__(self) -> None:
        self.sent: list[models.Action[Any]] = []
        self.heard: list[str] = []

    def reply(self, action: models.Action[Any]) -> models.Reply:
        """Note an action, and make a reply of its class, with all that belongs to it."""
        assert isinstance(action, models.Action)
        self.sent.append(action)
        kind = action.ami.reply
        if issubclass(kind, models.TextReply):
            return kind.from_text(["a text"])
        if issubclass(kind, models.PairsReply) and action.ami.event:
            return kind.from_frame(f"Event: {action.ami.event}")
        return kind.from_frame("Response: Success")

    def items(self, action: models.Action[Any]) -> Iterator[models.Event]:
        """Note an action, and give one of each of the items of its list."""
        assert action.ami.list is not None
        self.sent.append(action)
        for name in action.ami.list.items:
            yield EVENTS["Hangup" if name == "any" else name].from_frame(f"Event: {name}")

    def on(self, cls: type[models.Event]) -> Callable[[Callable[[Any], None]], None]:
        """Call a handler once, with an event that has no header."""

        def call(handler: Callable[[Any], None]) -> None:
            self.heard.append(cls.ami.name)
            handler(cls.from_frame(f"Event: {cls.ami.name}"))

        return call


class _Blocking(_Client):
    def send(self, action: models.Action[Any]) -> models.Reply:
        return self.reply(action)

    def stream(self, action: models.Action[Any]) -> Iterator[models.Event]:
        return self.items(action)


class _Async(_Client):
    async def send(self, action: models.Action[Any]) -> models.Reply:
        return self.reply(action)

    async def stream(self, action: models.Action[Any]) -> AsyncIterator[models.Event]:
        for item in self.items(action):
            yield item


def _run(code: str, client: _Client) -> None:
    compiled = compile(code, "example", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = types.FunctionType(compiled, {"ami": client, "__name__": "example"})()
    if inspect.iscoroutine(result):
        assert isinstance(client, _Async)
        asyncio.run(result)


def test_every_action_and_event_has_a_page_and_no_two_the_same() -> None:
    assert len(ACTION_PAGES) == len(ACTIONS) == 172
    assert len(EVENT_PAGES) == len(EVENTS) == 251
    for kind, table in (("actions", ACTIONS), ("events", EVENTS)):
        for name in table:
            assert f"{kind}/{table[name].__name__}.md" in PAGES, name
    # Where a file system does not know capitals, one would overwrite the other.
    assert len({name.lower() for name in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", ACTION_PAGES, ids=lambda page: Path(page).stem)
def test_the_examples_of_an_action(page: str) -> None:
    examples = _examples(page)
    assert list(examples) == ["asyncio", "blocking", "command line"]
    waiting, blocking = _Async(), _Blocking()
    _run(examples["asyncio"], waiting)
    _run(examples["blocking"], blocking)
    (action,) = waiting.sent
    assert blocking.sent == [action]
    assert type(action).__name__ == Path(page).stem
    _hold_command(examples["command line"], action)


@pytest.mark.parametrize("page", EVENT_PAGES, ids=lambda page: Path(page).stem)
def test_the_examples_of_an_event(page: str) -> None:
    examples = _examples(page)
    told = re.search(r"^- On the wire: `(.*)`", PAGES[page], re.MULTILINE)
    name = told[1] if told else Path(page).stem
    if "Python" in examples:
        client = _Blocking()
        _run(examples["Python"], client)
        assert client.heard == [name]
        assert examples["command line"] == f"amisdk watch --event {name}\n"
        return
    waiting, blocking = _Async(), _Blocking()
    _run(examples["asyncio"], waiting)
    _run(examples["blocking"], blocking)
    assert blocking.sent == waiting.sent
    (action,) = waiting.sent
    listed = action.ami.list
    answers = (*listed.items, listed.end) if listed else (action.ami.event, action.ami.later)
    assert name in answers
    _hold_command(examples["command line"], action)


def _hold_command(line: str, action: models.Action[Any]) -> None:
    """Hold a line for the command to say the same as an action."""
    program, verb, name, *words = shlex.split(line.replace("\\\n", ""))
    assert (program, verb, name) == ("amisdk", "send", action.ami_name)
    wanted = {
        field.rstrip("_").replace("_", "-"): value
        for field in type(action).model_fields
        if (value := getattr(action, field)) is not None
    }
    given: dict[str, list[str]] = {}
    while words:
        option = words.pop(0).removeprefix("--")
        flag = isinstance(wanted.get(option.removeprefix("no-")), bool)
        given.setdefault(option, []).append("" if flag else words.pop(0))
    headers = [f"{key}={value}" for key, value in action.to_headers()]
    for text in given.pop("set", []):
        assert text in headers
    for option, value in wanted.items():
        match value:
            case bool():
                assert given.pop(option if value else f"no-{option}") == [""]
            case Mapping():
                assert given.pop(option) == [f"{key}={text}" for key, text in value.items()]
            case tuple() | list() if value and isinstance(value[0], models.Record):
                assert option not in given
            case tuple() | list():
                assert given.pop(option) == [",".join(value)]
            case float():
                assert [float(text) for text in given.pop(option)] == [value]
            case _ if hasattr(value, "get_secret_value"):
                assert given.pop(option) == [value.get_secret_value()]
            case _:
                assert given.pop(option) == [str(value)]
    assert not given


def test_what_a_page_says() -> None:
    text = PAGES["actions/QueuePause.md"]
    assert "Needs the write privilege `agent`." in text
    assert '`retry="idempotent"`' in text
    assert re.search(r"\| `paused` \| `Paused` \| `bool`, required \|", text)
    assert "[PJSIPShowEndpoints](PJSIPShowEndpoints.md)" in PAGES["actions/SIPpeers.md"]
    assert "Gone after Asterisk 20" in PAGES["actions/SIPpeers.md"]
    originate = PAGES["actions/Originate.md"]
    assert '!!! danger "Runs code"' in originate
    assert "[OriginateResponse](../events/OriginateResponse.md)" in originate
    assert "as long as `timeout` says" in originate
    member = PAGES["events/QueueMember.md"]
    assert "An item of the reply to [QueueStatus](../actions/QueueStatus.md)." in member
    assert "Comes in replies only" in member
    assert "read privilege `call`" in PAGES["events/Hangup.md"]


def test_the_indexes_name_every_page() -> None:
    areas = "".join(text for name, text in PAGES.items() if name.startswith("areas/"))
    rights = PAGES["privileges.md"]
    for page in (*ACTION_PAGES, *EVENT_PAGES):
        assert f"]({Path(page).name})" in PAGES[f"{Path(page).parts[0]}/index.md"], page
        assert f"](../../{page})" in areas, page
        assert f"]({page})" in rights, page
    versions = PAGES["versions.md"].partition("## Asterisk 21")[2].partition("## ")[0]
    assert "**Gone actions**" in versions
    assert "[SIPpeers](actions/SIPpeers.md)" in versions


def test_links_between_pages_resolve() -> None:
    for name, text in PAGES.items():
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            path = Path(name).parent.joinpath(target)
            parts: list[str] = []
            for part in path.parts:
                if part == "..":
                    parts.pop()
                else:
                    parts.append(part)
            assert "/".join(parts) in PAGES, f"{name} links to {target}"
