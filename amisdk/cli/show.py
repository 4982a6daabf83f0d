r"""How messages are shown: as JSON, as lines for people, and as they were on the wire.

What a server sends is another's text: control characters and bytes that are no UTF-8 are shown as
``\x1b``, so that a caller's name cannot play with the terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from pydantic import SecretStr

from amisdk.models import Event, Message

__all__ = [
    "as_json",
    "event_data",
    "fields_of",
    "json_line",
    "message_data",
    "pairs_of",
    "plain",
    "text_of",
]

FRAME = ("action_id", "privilege", "timestamp", "system_name")
"""Fields that every event may have."""
NOISE = (
    *FRAME,
    "account_code",
    "channel_state",
    "language",
    "linked_id",
    "priority",
    "tenant_id",
    "unique_id",
)
"""Fields, and ends of fields' names, that a short line leaves out."""


def plain(text: str) -> str:
    """Return a text that is safe to print: one line, no control characters."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _hexed(one) for one in text)


def _hexed(character: str) -> str:
    data = character.encode("utf-8", "surrogateescape")
    return "".join(f"\\x{byte:02x}" for byte in data)


def text_of(value: object) -> str:
    """Return a field's value as people read it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone().isoformat(" ", "seconds") if value.tzinfo else str(value)
        case SecretStr():
            return "***"
        case Mapping():
            return " ".join(f"{name}={text_of(text)}" for name, text in value.items())
        case tuple() | list():
            return ",".join(map(text_of, value))
        case _:
            return plain(str(value))


def as_json(value: object) -> Any:
    """Return a field's value as JSON has it: dates in ISO 8601, bytes that are no text escaped."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if isfinite(value) else str(value)
        case str():
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        case datetime():
            return value.isoformat()
        case SecretStr():
            return "***"
        case Mapping():
            return {as_json(str(name)): as_json(held) for name, held in value.items()}
        case tuple() | list():
            return [as_json(one) for one in value]
        case _:
            return as_json(str(value))


def json_line(data: Mapping[str, Any]) -> str:
    """Return a mapping of `as_json` as one line."""
    text = json.dumps(data, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def message_data(message: Message) -> dict[str, Any]:
    """Return a message as JSON has it: the fields that have a value.

    What has no field, or did not fit its field, is below ``headers``.
    """
    data = {name: as_json(value) for name, value in fields_of(message) if value is not None}
    others: dict[str, list[str]] = {}
    for name, text in _others(message):
        others.setdefault(name, []).append(text)
    if others:
        data["headers"] = {
            as_json(name): as_json(texts[0] if len(texts) == 1 else texts)
            for name, texts in others.items()
        }
    return data


def event_data(event: Event, received: datetime | None = None) -> dict[str, Any]:
    """Return an event as JSON has it; its name is ``event``."""
    head: dict[str, Any] = {"event": as_json(event.ami_name)}
    if received is not None:
        head["received"] = received.isoformat(timespec="milliseconds")
    return {**head, **message_data(event)}


def fields_of(message: Message) -> Iterator[tuple[str, Any]]:
    """Yield the fields and their values."""
    held = vars(message)
    return ((name, held[name]) for name in type(message).model_fields)


def pairs_of(message: Message, *, full: bool = False) -> Iterator[tuple[str, str]]:
    """Yield names and values for people; without `full` only what tells something.

    What has no field comes with the header's own name.
    """
    for name, value in fields_of(message):
        if value is None or value in ("", ()):
            continue
        if full or not _is_noise(name, message):
            yield name.rstrip("_"), text_of(value)
    for name, text in _others(message):
        if text or full:
            yield plain(name), plain(text)


def _others(message: Message) -> Iterable[tuple[str, str]]:
    """Return the headers that no field tells of."""
    yield from message.extra_headers
    for issue in message.issues:
        yield issue.header, issue.text


def _is_noise(name: str, message: Message) -> bool:
    if name == "channel_state" or name.endswith("_channel_state"):
        return vars(message).get(f"{name}_desc") is not None
    return any(name == word or name.endswith(f"_{word}") for word in NOISE)
