"""The bases of all models: `Action`, `Event`, `Reply` and its shapes.

An action is strict and frozen: what it holds can be sent. An event or a reply is soft and
frozen: whatever the server wrote, it becomes an object. Its `headers` keep the whole message;
a field is None where the header is missing, means "nothing", or does not fit its type, and
`issues` names the last kind. Generated classes add fields and `ami`, the facts of the spec.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Generic,
    NamedTuple,
    Self,
    TypeVar,
    Unpack,
    cast,
)

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from . import logs
from .codec import reader_of, writer_of
from .fields import Names, Repeated, Soft, Text, TextGiven, Verbatim
from .headers import Headers, header, split_header
from .info import ActionInfo, EventInfo
from .lifecycle import Occurrence
from .making import Plan, make
from .secrecy import Discreet

__all__ = [
    "Action",
    "ConfigCategory",
    "ConfigReply",
    "Event",
    "EventReply",
    "Issue",
    "ListAction",
    "ListReply",
    "Message",
    "NamedEvent",
    "OutputReply",
    "PairsReply",
    "RawAction",
    "RawReply",
    "Record",
    "Reply",
    "TextReply",
    "UnknownEvent",
    "frame_of",
    "plan_of",
]


class Issue(NamedTuple):
    """A header whose text did not fit its field."""

    field: str
    header: str
    text: str


class Message(BaseModel):
    """What the server sent: the common base of `Event` and `Reply`."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True
    )

    @classmethod
    def from_frame(cls, frame: str) -> Self:
        """Make the object from a message's text, without the blank line at its end."""
        reader = reader_of(cls)
        message: Self | None = make(frame, reader.plan)
        if message is None:
            # The reader gives nothing but fields; to look for others costs a seventh.
            message = cast("Self", reader.validate(reader.read(frame), extra="ignore"))
            vars(message)["_frame"] = frame
        return message

    @cached_property
    def headers(self) -> Headers:
        """Every header as it was on the wire, in order, repeats and unknown ones included."""
        frame = self.__dict__.get("_frame")
        if frame is None:
            return Headers(self._written())
        return Headers(split_header(line) for line in frame.split("\r\n"))

    def _written(self) -> list[tuple[str, str]]:
        """Write the headers of a message that was made by hand."""
        return writer_of(type(self)).write(self)

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """The headers whose text did not fit; their fields are None or hold the first text."""
        reader = reader_of(type(self))
        return tuple(Issue(*fault) for fault in reader.faults(iter(self.headers), self.__dict__))

    @cached_property
    def extra_headers(self) -> Headers:
        """The headers that no field of this class stands for."""
        reader = reader_of(type(self))
        return Headers(
            (key, value)
            for number, (key, value) in enumerate(self.headers)
            if not reader.field_of(key) and not self._is_frame(number, key)
        )

    def _is_frame(self, number: int, key: str) -> bool:
        """Whether a header tells what kind of message this is."""
        return number == 0 and key.lower() == "event"

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the message; the headers of a changed copy tell the change."""
        copy = super().model_copy(update=update, deep=deep)
        if update:
            kept = vars(copy)
            written = copy._written()  # noqa: SLF001 - before the frame goes with the name
            for name in ("_frame", "headers", "issues", "extra_headers"):
                kept.pop(name, None)
            kept["headers"] = Headers([*written, *self.extra_headers])
        return copy

    def _holds(self) -> tuple[Any, ...]:
        """What makes the message equal to another one, beside its fields."""
        return (self.extra_headers,)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, Message):
            return NotImplemented
        return super().__eq__(other) and self._holds() == other._holds()

    def __hash__(self) -> int:
        fields = type(self).model_fields
        values = (vars(self)[name] for name in fields)
        return hash((type(self), *(value for value in values if isinstance(value, Hashable))))

    def __iter__(self) -> Generator[tuple[str, Any], None, None]:
        """Give the fields with their values; pydantic would give what is cached, too."""
        kept = vars(self)
        return ((name, kept[name]) for name in type(self).model_fields)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return ((name, value) for name, value in super().__repr_args__() if value is not None)

    def __str__(self) -> str:
        return repr(self)


def plan_of(model: type[Message]) -> Plan | None:
    """Return the plan by which `make` gives what `from_frame` would; None if there is none."""
    inherited = getattr(model.from_frame, "__func__", None) is vars(Message)["from_frame"].__func__
    return reader_of(model).plan if inherited else None


def frame_of(message: Message) -> str:
    """Return a message's text on the wire, without the blank line at its end.

    One that was made by hand is written as a server would.
    """
    frame: str | None = vars(message).get("_frame")
    if frame is not None:
        return frame
    return "\r\n".join(f"{key}: {value}" if key else value for key, value in message.headers)


class Event(Message, Occurrence):
    """An event. The classes in `amisdk.events` add the fields of each."""

    ami: ClassVar[EventInfo] = EventInfo("")
    """What the spec says about the event."""

    action_id: Soft[str] = Field(default=None, serialization_alias="ActionID")
    """ActionID of the action that this event belongs to."""
    privilege: Soft[Names] = Field(default=None, serialization_alias="Privilege")
    """The read privileges that let a user see this event."""
    timestamp: Soft[datetime] = Field(default=None, serialization_alias="Timestamp")
    """When the server made the event; only with timestampevents in manager.conf."""
    system_name: Soft[str] = Field(default=None, serialization_alias="SystemName")
    """The server's name; only with systemname in asterisk.conf."""

    @property
    def ami_name(self) -> str:
        """The event's name, as the server wrote it."""
        frame = self.__dict__.get("_frame")
        if frame is None:
            headers = self.__dict__.get("headers")
            return (headers.get("Event") if headers else None) or self.ami.name
        return split_header(frame.partition("\r\n")[0])[1]

    def _written(self) -> list[tuple[str, str]]:
        return [("Event", self.ami_name), *super()._written()]


class NamedEvent(Event):
    """An event whose name is in a header of its own: a program can have a class for each name.

    ::

        class OrderPlaced(events.UserEvent, name="OrderPlaced"):
            order_id: int
            note: str | None = None

    From then on events of that name are read with this class. A field takes the header of its
    name, whatever the case and with or without ``_`` and ``-`` (OrderID, order-id); a
    ``serialization_alias`` names another one; a tuple or list takes all headers of the name.
    What does not fit the class is logged and delivered as a plain event, so nothing is lost.
    A program has one class for a name; a second one takes the place of the first.
    """

    named_by: ClassVar[str] = ""
    """The header with the name."""
    own_name: ClassVar[str | None] = None
    """The name that this class is for; None for the class of all names."""

    def __init_subclass__(cls, name: str | None = None, **config: Unpack[ConfigDict]) -> None:
        """Make the class the one for a name."""
        super().__init_subclass__(**config)
        if name is None:
            return
        if not cls.named_by:
            raise TypeError("derive the class from an event of amisdk.events, such as UserEvent")
        cls.own_name = name
        key = cls.ami.name.lower(), name.lower()
        before, now = _NAMED.get(key), f"{cls.__module__}.{cls.__qualname__}"
        if before is not None and f"{before.__module__}.{before.__qualname__}" != now:
            logs.session.warning("%s %s is %s from now on", cls.ami.name, name, now)
        _NAMED[key] = cls

    @classmethod
    def from_frame(cls, frame: str) -> Self:
        """Make the object from a message's text, of the class for its name if there is one."""
        if cls.own_name is None and _NAMED:
            name = header(frame, cls.named_by) or ""
            named = _NAMED.get((cls.ami.name.lower(), name.lower()))
            if named is not None:
                try:
                    return cast("Self", named.from_frame(frame))
                except ValidationError as error:
                    places = (next(iter(fault["loc"]), "the whole") for fault in error.errors())
                    faults = ", ".join(map(str, places))
                    logs.session.warning(
                        "%s %s does not fit %s: %s", cls.ami.name, name, named.__name__, faults
                    )
                except Exception:  # noqa: BLE001 - a validator of the program's own
                    logs.session.exception("%s %s: %s raised", cls.ami.name, name, named.__name__)
        return super().from_frame(frame)

    def _written(self) -> list[tuple[str, str]]:
        first, *rest = super()._written()
        if self.own_name is None or any(key == self.named_by for key, _ in rest):
            return [first, *rest]
        return [first, (self.named_by, self.own_name), *rest]


_NAMED: dict[tuple[str, str], type[NamedEvent]] = {}
"""Event and name in lower case, to the class that a program has for it."""


class UnknownEvent(Event):
    """An event that the spec does not have; `ami_name` and `headers` tell what it holds."""

    def _holds(self) -> tuple[Any, ...]:
        return (self.headers,)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        if not vars(self):  # it is being made, and a traceback shows it
            return []
        return [("ami_name", self.ami_name), ("headers", list(self.headers))]


class Reply(Message):
    """The reply to an action. The classes in `amisdk.actions` add the fields of each."""

    response: Soft[str] = Field(default=None, serialization_alias="Response")
    """Success, Error, or a word that belongs to the action, such as Goodbye."""
    message: Soft[str] = Field(default=None, serialization_alias="Message")
    """What the server says about it, for people."""
    action_id: Soft[str] = Field(default=None, serialization_alias="ActionID")
    """ActionID of the action."""

    @property
    def ok(self) -> bool:
        """Whether the server carried the action out."""
        return self.response is not None and self.response.lower() != "error"

    def _is_frame(self, number: int, key: str) -> bool:  # noqa: ARG002
        return key.lower() == "eventlist"


R_co = TypeVar("R_co", bound=Reply, covariant=True)
I_co = TypeVar("I_co", bound=Event, covariant=True)
E_co = TypeVar("E_co", bound=Event, covariant=True)


class _Phantom:
    """Lets a class be subscripted for type checkers; at run time nothing comes of it.

    pydantic would build a class for every combination of arguments, and load all item events.
    """

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _: Any) -> type[Self]:
            return cls


class _Count:
    """Shows how many items there are, instead of all of them."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __repr__(self) -> str:
        return f"<{self._number} items>"


class ListReply(_Phantom, Reply, Generic[I_co, E_co]):
    """A reply with a list: a response, item events, and an end event."""

    @property
    def items(self) -> tuple[I_co, ...]:
        """The item events, in the server's order."""
        return self.__dict__.get("_items", ())  # type: ignore[no-any-return]

    @property
    def end(self) -> E_co | None:
        """The event that ended the list; None where the server answered without a list."""
        return self.__dict__.get("_end")

    def with_list(self, items: Iterable[Event], end: Event | None) -> Self:
        """Return the reply with these items and this end."""
        reply = self.model_copy()
        vars(reply)["_items"] = tuple(items)
        vars(reply)["_end"] = end
        return reply

    def _holds(self) -> tuple[Any, ...]:
        return (self.extra_headers, self.items, self.end)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        yield from super().__repr_args__()
        yield "items", _Count(len(self.items))
        if self.end is not None:
            yield "end", self.end


class EventReply(_Phantom, Reply, Generic[E_co]):
    """A reply that one event completes."""

    @property
    def event(self) -> E_co | None:
        """The event; None where the server answered with an error."""
        return self.__dict__.get("_event")

    def _holds(self) -> tuple[Any, ...]:
        return (self.extra_headers, self.event)

    def with_event(self, event: Event) -> Self:
        """Return the reply with this event."""
        reply = self.model_copy()
        vars(reply)["_event"] = event
        return reply


class OutputReply(Reply):
    """The reply to a CLI command."""

    privilege: Soft[str] = Field(default=None, serialization_alias="Privilege")
    """The privilege that the command needed; Asterisk 13 and before."""
    output: Annotated[Soft[tuple[str, ...]], Repeated(), Verbatim()] = Field(
        default=None, serialization_alias="Output"
    )
    """The lines that the command printed."""

    @property
    def text(self) -> str:
        """The output as one text."""
        return "\n".join(self.output or ())

    @classmethod
    def from_frame(cls, frame: str) -> Self:
        """Make the reply from either form that servers use."""
        return super().from_frame(_modern_output(frame))


def _modern_output(frame: str) -> str:
    """Rewrite the form of Asterisk 13 and before, in which the output has no header's name."""
    first, _, rest = frame.partition("\r\n")
    if split_header(first)[1].lower() != "follows":
        return frame
    lines = [first]
    while True:
        line, mark, after = rest.partition("\r\n")
        if not mark or split_header(line)[0].lower() not in ("privilege", "actionid"):
            break
        lines.append(line)
        rest = after
    output = rest.removesuffix("--END COMMAND--")
    if output:
        printed = output.removesuffix("\n").split("\n")
        lines.extend(f"Output: {line.removesuffix(chr(13))}" for line in printed)
    return "\r\n".join(lines)


class ConfigCategory(NamedTuple):
    """A category of a configuration file."""

    name: str
    lines: tuple[tuple[str, str], ...]
    """The (key, value) pairs, in order; a key may come more than once."""
    templates: tuple[str, ...] = ()
    """The categories that this one inherits from."""
    is_template: bool = False
    """Whether it only serves others to inherit from."""

    def get(self, key: str, default: str | None = None) -> str | None:
        """Return the first value of `key`, or `default`."""
        return next((value for name, value in self.lines if name == key), default)


class ConfigReply(Reply):
    """The reply with the content of a configuration file."""

    @cached_property
    def categories(self) -> tuple[ConfigCategory, ...]:
        """The file's categories, in order. The same name may come more than once."""
        names: dict[str, str] = {}
        lines: dict[str, list[tuple[str, str]]] = {}
        templates: dict[str, tuple[str, ...]] = {}
        templated: set[str] = set()
        for wire, text in self.headers:
            kind, _, number = wire.partition("-")
            match kind.lower():
                case "category":
                    names[number] = text
                case "line":
                    key, _, value = text.partition("=")
                    lines.setdefault(number.partition("-")[0], []).append((key, value))
                case "templates":
                    templates[number] = tuple(text.strip('"').split(","))
                case "istemplate":
                    templated.add(number)
        return tuple(
            ConfigCategory(
                name,
                tuple(lines.get(number, ())),
                templates.get(number, ()),
                number in templated,
            )
            for number, name in names.items()
        )

    def category(self, name: str) -> ConfigCategory | None:
        """Return the first category of this name, or None."""
        return next((found for found in self.categories if found.name == name), None)


class PairsReply(Reply):
    """A reply in which the headers' names are data too. An event may stand in its place."""

    @property
    def ok(self) -> bool:
        """Whether the server carried the action out."""
        return self.response is None or super().ok

    @cached_property
    def pairs(self) -> Mapping[str, str]:
        """The headers of the reply, beside those that every reply has."""
        pairs: dict[str, str] = {}
        for name, value in self.extra_headers:
            pairs.setdefault(name, value)
        return pairs

    def _is_frame(self, number: int, key: str) -> bool:
        return (number == 0 and key.lower() == "event") or super()._is_frame(number, key)


class TextReply(Reply):
    """A reply of raw text: no Response, no ActionID. Where lines are headers, fields hold them."""

    @property
    def text(self) -> str:
        """The text, its lines parted by LF."""
        return str(self.__dict__.get("_text", ""))

    def _holds(self) -> tuple[Any, ...]:
        return (self.text,)

    @classmethod
    def from_text(cls, blocks: Iterable[str]) -> Self:
        """Make the reply from the blocks of text that came."""
        blocks = list(blocks)
        reply = cls(response="Success")
        if cls.model_fields.keys() > TextReply.model_fields.keys():
            frame = "\r\n".join(line for block in blocks for line in block.split("\r\n") if line)
            data = {**reader_of(cls).read(frame), "response": reply.response}
            reply = cls.__pydantic_validator__.validate_python(data)
            vars(reply)["_frame"] = frame
        vars(reply)["_text"] = "\n\n".join(blocks).replace("\r\n", "\n")
        return reply


_STRICT = ConfigDict(
    frozen=True, extra="forbid", strict=True, defer_build=True, hide_input_in_errors=True
)


class Record(Discreet):
    """One of a row of records that an action sends as numbered headers."""

    model_config = _STRICT


class Action(_Phantom, Discreet, Generic[R_co]):
    """An action, ready to be sent. ``Action[R]`` is answered by a reply of class ``R``."""

    model_config = _STRICT

    ami: ClassVar[ActionInfo] = ActionInfo("", reply=Reply)
    """What the spec says about the action."""

    @property
    def ami_name(self) -> str:
        """The name of the action on the wire."""
        return self.ami.name

    def to_headers(self) -> list[tuple[str, str]]:
        """Return the headers to send, without Action and ActionID. Secrets are in clear."""
        return writer_of(type(self)).write(self)

    @model_validator(mode="after")
    def _rules_hold(self) -> Self:
        if self.ami.rules:
            given = frozenset(name for name, value in self if value is not None)
            for rule in self.ami.rules:
                fault = rule.broken(given)
                if fault:
                    # The object stands for the input: it shows its secrets as asterisks.
                    text = PydanticCustomError(
                        "rule", "{fault}", {"fault": f"{self.ami.name}: {fault}"}
                    )
                    raise ValidationError.from_exception_data(
                        type(self).__name__,
                        [{"type": text, "loc": (), "input": self}],
                        hide_input=True,
                    )
        return self


class ListAction(Action[R_co], Generic[R_co, I_co]):
    """An action whose reply has a list of items of class ``I``."""


class RawReply(ListReply[Event, Event]):
    """The reply to a `RawAction`: headers, and items where the server sent a list."""


class RawAction(ListAction[RawReply, Event]):
    """An action that the spec does not have.

    ``RawAction("MyModuleDo", [("Foo", "1"), ("Bar", "2")])`` sends these headers in this
    order; a mapping does too. A reply with a list is gathered as of any other action.
    """

    _hides_input: ClassVar[bool] = True  # nobody knows which headers are secrets

    ami = ActionInfo("", reply=RawReply)

    name: TextGiven
    """The action's name."""
    headers: tuple[tuple[TextGiven, Text | int], ...] = ()
    """Its headers, beside Action and ActionID."""

    def __init__(
        self,
        name: str,
        headers: Mapping[str, str | int] | Iterable[tuple[str, str | int]] = (),
    ) -> None:
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        fields: dict[str, Any] = {
            "name": name,
            "headers": tuple((key, value) for key, value in pairs),
        }
        try:
            super().__init__(**fields)
        except ValidationError as error:
            failed = error.with_traceback(None)
        else:
            return
        del headers, pairs, fields  # the traceback shows what its frames hold
        raise failed

    @property
    def ami_name(self) -> str:
        """The name of the action on the wire."""
        return self.name

    def to_headers(self) -> list[tuple[str, str]]:
        """Return the headers as they were given."""
        return [(key, str(value)) for key, value in self.headers]

    def _holds_secret(self) -> bool:
        return any(key.lower() == "secret" for key, _ in self.headers)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        held = vars(self)  # empty while it is made, and then a traceback may show it
        return [(None, held.get("name")), ("headers", [key for key, _ in held.get("headers", ())])]
