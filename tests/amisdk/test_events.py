"""The facade of the events, and what holds for every event of the spec."""

import inspect
import pickle
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_origin

import amisdk_models.events
import pytest
from amisdk_models.registry import EVENTS
from hypothesis import given
from hypothesis import strategies as st

from amisdk import actions, events
from amisdk.fields import Absent, Repeated, Words
from amisdk.models import Event, Message, Reply, UnknownEvent
from tests.amisdk.samples import types_of

CLASSES: dict[str, type[Event]] = {name: EVENTS[name] for name in EVENTS}
REPLIES: dict[str, type[Reply]] = {
    name: value
    for name in dir(actions)
    if inspect.isclass(value := getattr(actions, name)) and issubclass(value, Reply)
}
MESSAGES: dict[str, type[Message]] = {**CLASSES, **REPLIES}
ALL: list[str] = vars(events)["__all__"]


def test_the_facade_has_every_generated_name_and_the_bases() -> None:
    assert set(ALL) == {*amisdk_models.events.__all__, "Event", "UnknownEvent"}
    assert dir(events) == sorted(ALL)
    assert events.UnknownEvent is UnknownEvent
    assert events.Event is Event


@pytest.mark.parametrize("name", CLASSES)
def test_every_event_is_in_the_facade_under_its_name(name: str) -> None:
    cls = CLASSES[name]
    assert getattr(events, cls.__name__) is cls
    assert cls.ami.name == name
    assert issubclass(cls, Event)


def test_a_wrong_name_gets_a_hint() -> None:
    with pytest.raises(AttributeError, match="did you mean Newchannel"):
        events.NewChannel  # type: ignore[attr-defined]  # noqa: B018 - it must not be there


@pytest.mark.parametrize("name", MESSAGES)
def test_no_two_fields_read_the_same_header(name: str) -> None:
    wire = [
        (field.serialization_alias or own).lower()
        for own, field in MESSAGES[name].model_fields.items()
    ]
    assert len(set(wire)) == len(wire)
    assert "event" not in wire


@pytest.mark.parametrize("name", MESSAGES)
def test_every_field_may_be_missing(name: str) -> None:
    message = MESSAGES[name].from_frame("X: 1")
    assert all(value is None for value in message.model_dump().values())
    assert message.issues == ()
    assert message == MESSAGES[name].from_frame("X: 1")


GARBAGE = ["", "<unknown>", "x", "-1", "1e999", "\udce9", "a,b", "A=1", "99:99:99", "{", "\u2028"]


@pytest.mark.parametrize("name", MESSAGES)
def test_no_text_in_any_header_raises_or_costs_another_field(name: str) -> None:
    cls = MESSAGES[name]
    fields = {field.serialization_alias or own: own for own, field in cls.model_fields.items()}
    for garbage in GARBAGE:
        lines = [f"{header}: {garbage}" for header in fields]
        message = cls.from_frame("\r\n".join(["X: 1", *lines]))
        assert len(message.headers) == len(fields) + 1
        told = {issue.field for issue in message.issues}
        for header, own in fields.items():
            alone = cls.from_frame(f"X: 1\r\n{header}: {garbage}")
            assert getattr(alone, own) == getattr(message, own)
            assert own not in told or getattr(message, own) is None
        assert repr(message)


@given(st.text(), st.sampled_from(sorted(CLASSES)))
def test_no_frame_raises(text: str, name: str) -> None:
    message = CLASSES[name].from_frame(f"Event: {name}\r\n{text}")
    assert isinstance(message.issues, tuple)


WHEN = datetime(2026, 11, 22, 20, 30, 57, 82368, tzinfo=UTC)


def values_of(cls: type[Message], name: str) -> Iterator[Any]:
    """Yield values that a field can have, for the type that it has."""
    field = cls.model_fields[name]
    marks = [*field.metadata]
    kinds: list[Any] = list(types_of(field))
    for kind in kinds:
        marks.extend(getattr(kind, "__metadata__", ()))
    if any(get_origin(kind) is Mapping for kind in kinds):
        yield from ({"A": "1"}, {"A": '1,2"3\\4=5', "B": ""})
    elif any(get_origin(kind) is tuple for kind in kinds) and int in kinds:
        yield from ((1, 2), (0,))
    elif any(get_origin(kind) is tuple for kind in kinds):
        yield from (("a", "b"), ("a",))
        if any(isinstance(mark, Repeated) for mark in marks):
            yield ("a,b", " c")
    elif bool in kinds:
        yield from (True, False)
    elif datetime in kinds:
        yield WHEN
    elif float in kinds:
        yield from (0.1, -2.0, 1e-09)
    elif int in kinds:
        yield from (0, 3, 2**70)
    elif Any in kinds:
        yield {"a": [1, None, "x"]}
    elif str in kinds:
        yield from ("abc", " a: b ", "a\u2028\udce9", 'a "b" \\c\\n')


def test_the_samples_are_of_every_kind() -> None:
    """Guards the test below: it must not pass for want of values."""
    for cls in CLASSES.values():
        for name in cls.model_fields:
            assert list(values_of(cls, name)), (cls, name)
    marks = {
        type(mark)
        for cls in CLASSES.values()
        for field in cls.model_fields.values()
        for mark in field.metadata
    }
    assert {Words, Absent, Repeated} <= marks


@pytest.mark.parametrize("name", CLASSES)
def test_an_event_made_by_hand_reads_back_from_its_headers(name: str) -> None:
    cls = CLASSES[name]
    for field, info in cls.model_fields.items():
        nothing = {
            text for mark in info.metadata if isinstance(mark, Absent) for text in mark.texts
        }
        for value in values_of(cls, field):
            if str(value) in nothing:
                continue
            made = cls(**{field: value})
            assert getattr(made, field) == value
            frame = "\r\n".join(f"{key}: {text}" for key, text in made.headers)
            assert frame.startswith(f"Event: {name}\r\n")
            back = cls.from_frame(frame)
            assert back == made, (field, value, frame)
            assert back.issues == ()
            assert not list(back.extra_headers)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_pickles(name: str) -> None:
    message = MESSAGES[name].from_frame("Event: X\r\nActionID: 7\r\nPrivilege: call,all\r\nX: 1")
    same = pickle.loads(pickle.dumps(message))
    assert type(same) is MESSAGES[name]
    assert same == message
    assert same.headers == message.headers
