"""The short way from a message to an instance: what it gives is what pydantic gives."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import pytest
from amisdk_models import actions, registry
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    computed_field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticOmit

from amisdk.codec import Reader, reader_of
from amisdk.fields import Soft
from amisdk.making import COMPILED, NOTHING, make, pure_make
from amisdk.models import Event, Message, Reply, UnknownEvent, plan_of
from amisdk.plans import schemas_of
from amisdk.transcripts import Transcript
from tests.amisdk.test_codec import Sample
from tests.live.corpus import PLACE, examples_in

CLASSES: list[type[Message]] = [
    *(registry.EVENTS[name] for name in registry.EVENTS),
    *{registry.ACTIONS[name].ami.reply for name in registry.ACTIONS},
    UnknownEvent,
    Sample,
]
MAKERS = [pure_make, *([make] if COMPILED else [])]


def state(message: Any) -> list[object]:
    """Return all that an instance is, types and order included."""
    values = vars(message)
    return [
        type(message),
        [(name, type(value), value) for name, value in values.items()],
        message.model_fields_set,
        message.__pydantic_extra__,
        message.__pydantic_private__,
    ]


def in_general(reader: Reader, frame: str) -> Any:
    """Make an instance as pydantic does."""
    message = reader.validate(reader.read(frame), extra="ignore")
    vars(message)["_frame"] = frame
    return message


def is_made_the_same(model: type[Message], frame: str) -> bool:
    """Compare both ways; tell whether the short one could be gone."""
    reader = reader_of(model)
    whole = state(in_general(reader, frame))
    made = [made for maker in MAKERS for _ in range(2) if (made := maker(frame, reader.plan))]
    for one in made:
        assert state(one) == whole
    return bool(made)


@pytest.mark.parametrize("model", CLASSES)
def test_every_class_of_the_spec_has_a_short_way(model: type[Message]) -> None:
    assert reader_of(model).plan is not None


def messages(path: str) -> Iterator[tuple[type[Message], str]]:
    """Yield every event that a server has sent, with its class."""
    for example in examples_in(Transcript.load(PLACE / path)):
        for message in example.messages:
            frame = message.decode("utf-8", "surrogateescape").removesuffix("\r\n\r\n")
            kind, _, name = frame.partition("\r\n")[0].partition(": ")
            if kind == "Event":
                yield registry.EVENTS.get(name, UnknownEvent), frame


@pytest.mark.parametrize("path", ["16.txt", "22.txt"])
def test_what_servers_send_is_made_the_same_and_nearly_all_of_it_at_once(path: str) -> None:
    at_once = [is_made_the_same(model, frame) for model, frame in messages(path)]
    assert len(at_once) > 250
    assert sum(at_once) > 0.95 * len(at_once)


TEXTS = st.sampled_from(
    [
        *NOTHING,
        *("0", "1", "-1", "+1", " 1", "1.5", "1_0", "12345678901234567890", "1e9", "nan"),
        *("yes", "No", "On", "true", "none", "N/A", "never", "Up", "1:2", "00:01:40"),
        *("2026-11-25", "2026-11-25 22:00:00", "1795629913.123456", "2026-11-25T22:00:00Z"),
        *("a,b", ", a ,,b", "call,all", "A=b", "A=", "=", r"A=b\"c\\", "\\n\\", "a: b"),
        *("é", "值", "\udceb", "x" * 100, "{}", "null", '[1, {"a": 2}]'),
    ]
) | st.text(max_size=10)  # fmt: skip


@st.composite
def frames(draw: st.DrawFn) -> tuple[type[Message], str]:
    """Draw a class and a message for it, likely and unlikely headers."""
    model = draw(st.sampled_from(CLASSES))
    wires = [field.serialization_alias or name for name, field in model.model_fields.items()]
    spelled = st.sampled_from([*wires, "Event"]) | st.sampled_from(["Other", wires[-1].lower()])
    headers = draw(st.lists(st.tuples(spelled, TEXTS), max_size=8))
    return model, "\r\n".join(f"{name}: {text}" for name, text in headers)


@settings(max_examples=1500, deadline=None)
@given(frames())
def test_whatever_comes_is_made_the_same(drawn: tuple[type[Message], str]) -> None:
    is_made_the_same(*drawn)


def test_texts_that_were_met_before_give_the_same_values_again() -> None:
    for _ in range(2):
        for number in (*range(600), 1, 2):
            assert is_made_the_same(Sample, f"Ratio: {number}\r\nFlag: On\r\nMoment: {number}")


def test_what_means_nothing_stays_so_while_another_thread_begins_the_memory_anew() -> None:
    plan = reader_of(Sample).plan
    assert plan is not None
    entry = plan.special["Moment"]
    assert entry is not None
    _, _, values, turn = entry
    assert turn is not None
    kept = dict(values)
    values.clear()
    assert turn("<unknown>") is None
    assert "<unknown>" not in values
    values.update(kept)


def test_what_may_change_is_no_two_instances() -> None:
    frame = 'ChanVariable: A=b\r\nJSON: {"a": [1]}'
    first, second = Sample.from_frame(frame), Sample.from_frame(frame)
    assert first.variables == second.variables == {"A": "b"}
    assert first.variables is not second.variables
    assert first.content is not second.content


# --- classes of a program's own -------------------------------------------------------------


def omit() -> None:
    raise PydanticOmit


class WithDefault(Event):
    cause: Soft[int] = Field(default=None, serialization_alias="Cause")
    number: int | None = None


class WithRequired(Event):
    number: int


class WithValue(Event):
    number: int = 5


class WithPost(Event):
    cause: Soft[int] = None

    def model_post_init(self, _: object) -> None:
        """Be seen by pydantic."""


class WithPrivate(Event):
    _seen: int = PrivateAttr(default=1)


class WithRule(Event):
    cause: Soft[int] = None

    @model_validator(mode="after")
    def _is_good(self) -> "WithRule":
        return self


class WithFieldRule(Event):
    cause: Soft[int] = None

    @field_validator("cause")
    @classmethod
    def _is_small(cls, value: int | None) -> int | None:
        return value if value is None else value % 10


class WithNeighbour(Event):
    cause: Soft[int] = None
    number: int | None = None

    @field_validator("number")
    @classmethod
    def _is_alone(cls, value: int | None, info: ValidationInfo) -> int | None:
        return value if info.data["cause"] is None else None


class WithOmission(Event):
    number: Annotated[int | None, AfterValidator(lambda _: omit())] = None


class WithOthers(Event, extra="allow"):
    cause: Soft[int] = None


class WithMaking(Event):
    cause: Soft[int] = None

    def __new__(cls, *_: object, **__: object) -> Self:
        """Be called."""
        return super().__new__(cls)


class WithReading(Event):
    number: Annotated[int | None, BeforeValidator(len)] = None


class WithIdentity(Event):
    number: UUID | None = None


class WithTrimming(Event, str_strip_whitespace=True):
    channel: Soft[str] = Field(default=None, serialization_alias="Channel")


class WithPattern(Event):
    channel: Annotated[str | None, Field(pattern="^a")] = None


class WithAlias(Event):
    channel: Soft[str] = Field(default=None, validation_alias="other")


class WithComputed(Event):
    cause: Soft[int] = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def double(self) -> int:
        """Twice the cause."""
        return 2 * (self.cause or 0)


@pytest.mark.parametrize(
    "model",
    [
        *(WithRequired, WithValue, WithPost, WithPrivate, WithRule, WithFieldRule, WithNeighbour),
        *(WithOmission, WithReading, WithOthers, WithMaking, WithIdentity, WithTrimming, WithAlias),
    ],
)
def test_a_class_that_asks_for_more_than_its_fields_goes_the_general_way(
    model: type[Event],
) -> None:
    assert reader_of(model).plan is None


@pytest.mark.parametrize("model", [WithDefault, WithPattern, WithComputed])
@pytest.mark.parametrize("text", ["12", "ab", "b", ""])
def test_a_class_that_asks_for_no_more_goes_the_short_way(model: type[Event], text: str) -> None:
    frame = f"Event: Own\r\nCause: {text}\r\nChannel: a{text}"
    assert is_made_the_same(model, frame) is (text in ("12", "") or model is WithPattern)


@pytest.mark.parametrize("maker", MAKERS)
def test_what_does_not_fit_a_strict_field_is_left_to_pydantic(maker: Any) -> None:
    plan = reader_of(WithDefault).plan
    reader_of(WithDefault).read("Number: 1")
    assert maker("Number: word", plan) is None
    assert maker("Number: 1", plan).number == 1


def test_a_plugin_of_pydantics_sees_every_event(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(Event):
        pass

    assert schemas_of(Watched)
    monkeypatch.setattr(Watched, "__pydantic_validator__", object())
    assert schemas_of(Watched) == {}


def test_an_event_that_reads_itself_is_not_made_past_it() -> None:
    class Own(Event):
        @classmethod
        def from_frame(cls, frame: str) -> "Own":
            return super().from_frame(f"{frame}\r\nTimestamp: 1")

    assert plan_of(Event) is not None
    assert plan_of(Own) is None
    assert isinstance(Own.from_frame("Event: Own").timestamp, datetime)
    assert plan_of(actions.Command.ami.reply) is None
    assert plan_of(Reply) is not None
