"""The description of an action or an event: as data, and as lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from amisdk.info import ActionInfo, EventInfo
from amisdk.models import Action, Event, Reply

from .docstrings import Words, area_of, words_of
from .examples import command_line
from .field_options import option_name, types_of
from .terminal import coloured, columns, is_terminal, write

__all__ = ["description", "show"]


def description(kind: str, cls: type[Action[Any] | Event], words: Words) -> dict[str, Any]:
    """Return all that is known of an action or an event, as JSON has it."""
    info: ActionInfo | EventInfo = cls.ami
    data: dict[str, Any] = {
        "kind": kind,
        "name": info.name,
        "class": f"{kind}s.{cls.__name__}",
        "area": area_of(cls),
        "summary": words.summary,
        "description": list(words.paragraphs[:-1]),  # the last says what the facts here say
        "versions": str(info.versions),
        "modules": list(info.module),
        "privileges": list(info.privilege),
        "fields": list(_fields(cls, words)),
    }
    if isinstance(info, ActionInfo):
        data |= _of_action(info, cls, words)
    return data


def _of_action(info: ActionInfo, cls: type[Any], words: Words) -> dict[str, Any]:
    reply: dict[str, Any] = {"class": f"actions.{info.reply.__name__}"}
    reply["fields"] = list(_fields(info.reply, words_of(info.reply), below=Reply))
    if info.list is not None:
        reply |= {"items": list(info.list.items), "end": info.list.end}
    if info.event is not None:
        reply["event"] = info.event
    if info.later is not None:
        reply["later"] = info.later
    return {
        "read_only": info.read_only,
        "idempotent": info.idempotent,
        "danger": list(info.danger),
        "replaced_by": list(info.replaced_by),
        "rules": [str(rule) for rule in map(_rule, info.rules) if rule],
        "reply": reply,
        "examples": {
            "python": words.example or f"actions.{cls.__name__}()",
            "command": command_line(info.name, cls, words),
        },
    }


def _rule(rule: Any) -> str | None:
    """Return what a rule asks for: what it says when it is broken."""
    held = asdict(rule)
    if "groups" in held:
        return str(rule.broken(frozenset()))
    if "others" in held:
        return str(rule.broken(frozenset([rule.name])))
    return str(rule.broken(frozenset()) or rule.broken(frozenset(rule.names)))


def _fields(cls: type[Any], words: Words, below: type[Any] = Event) -> Iterator[dict[str, Any]]:
    common = below.model_fields if issubclass(cls, below) else {}
    for name, field in cls.model_fields.items():
        if name not in common:
            found = {
                "name": name,
                "header": field.serialization_alias or name,
                "type": types_of(field),
                "required": field.is_required(),
                "doc": words.fields.get(name, ""),
            }
            if issubclass(cls, Action):
                found["option"] = _option(name, found["type"])
            yield found


def _option(name: str, kind: str) -> str:
    option = option_name(name)
    return f"--{option}/--no-{option}" if kind == "yes or no" else f"--{option}"


def show(data: Mapping[str, Any]) -> None:
    """Show a description for people."""
    style = "bold cyan" if data["kind"] == "action" else "bold green"
    _line((data["name"], style), (f"  {data['kind']}, {data['area']}", "dim"))
    _paragraph(data["summary"])
    for paragraph in data["description"]:
        write("")
        _paragraph(paragraph)
    write("")
    for name, text in _facts(data):
        _line((f"{name:12}", "bold"), (text, ""))
    _show_fields("Fields", data["fields"])
    reply = data.get("reply")
    if reply and reply["fields"]:
        _show_fields("Reply", reply["fields"])
    if "examples" in data:
        write("")
        _line(("Example", "bold"))
        for line in data["examples"]["python"].split("\n"):
            write(f"  {line}")
        write(f"  {data['examples']['command']}")


def _facts(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    action = data["kind"] == "action"
    yield "Asterisk", f"{data['versions']}, {', '.join(data['modules'])}"
    words = data["privileges"]
    if words:
        joined = " or ".join(words) if action else " and ".join(words)
        yield "Needs", f"{'write' if action else 'read'} = {joined}, in manager.conf"
    elif action:
        yield "Needs", "no privilege"
    if data.get("danger"):
        yield "Danger", f"{', '.join(data['danger'])}; --yes sends it without a question"
    elif data.get("read_only"):
        yield "Changes", "nothing on the server"
    if data.get("replaced_by"):
        yield "Today", " or ".join(data["replaced_by"])
    for rule in data.get("rules", ()):
        yield "Rule", rule
    reply = data.get("reply", {})
    if reply.get("items"):
        yield "Reply", f"a list of {', '.join(reply['items'])}; {reply['end']} ends it"
    if reply.get("event"):
        yield "Reply", f"the event {reply['event']}"
    if reply.get("later"):
        yield "Outcome", f"the event {reply['later']}, later; --wait waits for it"


def _show_fields(title: str, fields: list[Mapping[str, Any]]) -> None:
    write("")
    if not fields:
        _line((title, "bold"), ("  none", ""))
        return
    _line((title, "bold"))
    for one in fields:
        name = one.get("option") or one["name"]
        mark = "  required" if one["required"] else ""
        _line((f"  {name}", "cyan"), (f"  {one['type']}", "dim"), (mark, "red"))
        _paragraph(one["doc"], "      ")


def _paragraph(text: str, margin: str = "") -> None:
    width = columns()
    for line in textwrap.wrap(text, width - len(margin) if width else 10**6):
        write(f"{margin}{line}")


def _line(*parts: tuple[str, str]) -> None:
    if is_terminal():
        coloured(*parts)
    else:
        write("".join(text for text, _ in parts))
