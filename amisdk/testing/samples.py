"""Messages made up from the spec, for what no real server was recorded saying.

Every field of the class is written, with a value of its type. Names say more than types: where a
header's name tells what it holds, a small table has something that makes sense.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from amisdk.fields import JsonMark, PairsMark, Repeated, Words, parts_of
from amisdk.models import Event, Reply

from .dialect import BRIDGE, CHANNEL, Pairs

__all__ = ["sample_of"]

_EXAMPLES = {
    **CHANNEL,
    **BRIDGE,
    "Account": "6001",
    "Address": "127.0.0.1",
    "AMIversion": "11.0.0",
    "Bridgedchannel": "PJSIP/6002-00000002",
    "Conference": "900",
    "Date": "2026-11-25",
    "Device": "PJSIP/6001",
    "Endpoint": "6001",
    "Interface": "PJSIP/6001",
    "Key": "key",
    "Mailbox": "6001@default",
    "Meetme": "900",
    "Name": "name",
    "Peer": "PJSIP/6001",
    "Queue": "support",
    "Time": "12:00:00",
    "User": "1",
    "UserNumber": "1",
    "Username": "6001",
    "Variable": "NAME",
    "Value": "value",
}
_BASES = {"response", "message", "action_id", "privilege", "timestamp", "system_name"}


def sample_of(cls: type[Event | Reply]) -> Pairs:
    """Return the headers of a message of a class, beside those that every message has."""
    found: Pairs = []
    for name, field in cls.model_fields.items():
        header = field.serialization_alias
        if header and name not in _BASES:
            found += [(header, text) for text in _texts(header, field)]
    return found


def _texts(header: str, field: FieldInfo) -> list[str]:
    parts = list(parts_of(field))
    marks = [
        *field.metadata,
        *(mark for part in parts for mark in getattr(part, "__metadata__", ())),
    ]
    if any(isinstance(mark, PairsMark) for mark in marks):
        return []  # variables of channels: manager.conf names none
    for mark in marks:
        if isinstance(mark, Words):
            return [mark.false]
        if isinstance(mark, JsonMark):
            return ["{}"]
    if header in ("EventList", "ListItems"):
        return []  # who writes the list knows
    text = _by_type(parts)
    if text == "text":
        text = _EXAMPLES.get(header, text)
    return [text] * (2 if any(isinstance(mark, Repeated) for mark in marks) else 1)


def _by_type(parts: list[Any]) -> str:
    for part in parts:
        if get_origin(part) is Literal:
            return str(get_args(part)[0])
        if isinstance(part, type) and part in _VALUES:
            return _VALUES[part]
    return "text"


_VALUES: dict[type, str] = {datetime: "1795379457", bool: "No", float: "1.5", int: "1"}
