"""The spec format: what a YAML file of a spec may say.

These models are the format's only definition. The loader validates with them, and
``amisdk-codegen schema`` writes the JSON Schema that editors complete from. They check what
one value can tell by itself; what needs a look elsewhere (references, names) is `resolve`'s.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

__all__ = [
    "FIRST_MAJOR",
    "LAST_MAJOR",
    "ActionField",
    "ActionSpec",
    "BlockSpec",
    "EnumSpec",
    "EventField",
    "EventSpec",
    "ExtendSpec",
    "GroupSpec",
    "GroupUse",
    "ListReplySpec",
    "MoreOfAction",
    "MoreOfActionField",
    "MoreOfEnum",
    "MoreOfEvent",
    "MoreOfEventField",
    "MoreOfReply",
    "NameHint",
    "NamesSpec",
    "RecordField",
    "ReplySpec",
    "RuleSpec",
    "Spans",
    "SpecFile",
    "parse_versions",
]

FIRST_MAJOR = 11
LAST_MAJOR = 23

Spans = tuple[tuple[int, int], ...]
"""Spans of Asterisk majors."""

_HEADER = r"^[A-Za-z0-9(]([A-Za-z0-9_. ()/-]*[A-Za-z0-9)])?$"
_SPAN = re.compile(r"(\d+)(?:-(\d+))?\Z")


def parse_versions(text: object) -> Spans:
    """Read a version span such as ``12-23``, ``16`` or ``18, 20-23``."""
    if isinstance(text, tuple):
        return text  # it was read before
    spans: list[tuple[int, int]] = []
    if isinstance(text, bool) or not isinstance(text, (int, str)):
        raise ValueError('a version span is a text such as "12-23" or "18, 20-23"')
    for part in str(text).split(","):
        found = _SPAN.match(part.strip())
        if not found:
            raise ValueError(f'"{part.strip()}" is no version span; write "12-23" or "18, 20-23"')
        first, last = int(found[1]), int(found[2] or found[1])
        if not FIRST_MAJOR <= first <= last <= LAST_MAJOR:
            raise ValueError(
                f'"{part.strip()}" is outside Asterisk {FIRST_MAJOR}-{LAST_MAJOR} or runs backwards'
            )
        if spans and first <= spans[-1][1] + 1:
            raise ValueError(f'"{part.strip()}" does not come after the span before it')
        spans.append((first, last))
    return tuple(spans)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _documented(value: object) -> object:
    return {"doc": value} if isinstance(value, str) else value


Versions = Annotated[
    tuple[tuple[int, int], ...],
    BeforeValidator(parse_versions),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\d+(-\d+)?(, ?\d+(-\d+)?)*$"},
                {"type": "integer", "minimum": FIRST_MAJOR, "maximum": LAST_MAJOR},
            ],
            "description": 'Asterisk majors, as "12-23" or "18, 20-23".',
        }
    ),
]
Sentence = Annotated[str, StringConstraints(min_length=3, pattern=r"^\S(.*\S)?$")]
"""Prose of our own; folded YAML text is one line by the time it is here."""
ClassName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
HeaderName = Annotated[str, StringConstraints(pattern=_HEADER)]
Words = Annotated[
    list[str],
    Field(min_length=1),
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]
Names = Annotated[list[HeaderName], Field(min_length=1)]
Unit = Literal["seconds", "milliseconds", "microseconds", "bytes", "percent"]


Enum = str | Annotated[list[str], Field(min_length=1)] | None
"""The name of an enumeration, or the values themselves."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class RecordField(_Strict):
    """One column of a `records` field."""

    doc: Sentence
    required: bool = False
    enum: Enum = None


class _ActionFacts(_Strict):
    """What an action's header is, beside its meaning."""

    type: Literal[
        "text",
        "int",
        "float",
        "bool",
        "csv",
        "variables",
        "headers",
        "secret",
        "priority",
        "records",
    ] = "text"
    required: bool = False
    default: str | int | float | bool | None = None
    """What the server assumes when the header is absent. It is documented, never sent."""
    enum: Enum = None
    """The known values: the name of an enumeration, or the values themselves."""
    open: bool = False
    """True where the server takes values beside the enumeration's."""
    min: int | float | None = None
    max: int | float | None = None
    words: list[str] | None = None
    """For `bool`: the words for true and for false on the wire, `[true, false]` if not given."""
    columns: (
        dict[
            HeaderName,
            Annotated[
                RecordField, BeforeValidator(_documented, json_schema_input_type=str | RecordField)
            ],
        ]
        | None
    ) = None
    """For `records`: the numbered headers (``Action-000000``, ...) that make one record."""
    repeat: bool = False
    """True where the header may be sent several times."""
    blank: bool = False
    """True for a required text that may be empty; the server takes most empty ones for missing."""
    versions: Versions | None = None
    unit: Unit | None = None


class ActionField(_ActionFacts):
    """One header that an action takes."""

    doc: Sentence

    @model_validator(mode="after")
    def _consistent(self) -> ActionField:
        if self.enum is not None and self.type not in ("text", "csv"):
            raise ValueError(f"an enum cannot be of type {self.type}")
        if self.open and self.enum is None:
            raise ValueError("open needs an enum")
        if (self.min is not None or self.max is not None) and self.type not in ("int", "float"):
            raise ValueError(f"min and max do not fit type {self.type}")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        if self.words is not None and (self.type != "bool" or len(self.words) != 2):
            raise ValueError("words are two texts, for a field of type bool")
        if (self.columns is not None) != (self.type == "records"):
            raise ValueError("a field of type records has columns, and no other has")
        if self.repeat and self.type != "text":
            raise ValueError(f"a field of type {self.type} cannot repeat")
        if self.blank and not (self.required and self.type == "text"):
            raise ValueError("blank is for a required field of type text")
        if self.required and self.default is not None:
            raise ValueError("a required field has no default")
        if self.default is not None and self.type in ("int", "float"):
            if isinstance(self.default, (str, bool)):
                raise ValueError(f"the default of type {self.type} is a number")
            if not (self.min is None or self.default >= self.min) or not (
                self.max is None or self.default <= self.max
            ):
                raise ValueError("the default is beyond min or max")
        return self


class _EventFacts(_Strict):
    """What a header of an event or a reply is, beside its meaning."""

    type: Literal[
        "text",
        "verbatim",
        "int",
        "float",
        "bool",
        "epoch",
        "datetime",
        "localtime",
        "clock",
        "csv",
        "variables",
        "json",
    ] = "text"
    enum: Enum = None
    repeat: bool = False
    """True where the header may come several times: the field is then a tuple."""
    absent: list[str] = []
    """Texts that mean "no value" in this field, beside those that do in every field."""
    escaped: bool = False
    """True where the server writes C escapes: a quote as ``\\"``, a line feed as ``\\n``."""
    second_of: HeaderName | None = None
    """The header whose second one this is, where a message has two of the same name."""
    words: list[str] | None = None
    """For `bool`: the words the server writes for true and for false."""
    versions: Versions | None = None
    unit: Unit | None = None


class EventField(_EventFacts):
    """One header that an event or a reply may carry. None is ever required."""

    doc: Sentence

    @model_validator(mode="after")
    def _consistent(self) -> EventField:
        if self.enum is not None and self.type != "text":
            raise ValueError(f"an enum cannot be of type {self.type}")
        if self.repeat and self.type in ("csv", "variables", "json"):
            raise ValueError(f"a field of type {self.type} cannot repeat")
        if self.escaped and self.type not in ("text", "verbatim", "variables"):
            raise ValueError(f"escaped does not fit type {self.type}")
        if self.absent and self.type in ("verbatim", "json", "csv"):
            raise ValueError(f"absent does not fit type {self.type}")
        if self.words is not None and (self.type != "bool" or len(self.words) != 2):
            raise ValueError("words are two texts, for a field of type bool")
        return self


EventFields = dict[
    HeaderName,
    Annotated[EventField, BeforeValidator(_documented, json_schema_input_type=str | EventField)],
]
ActionFields = dict[
    HeaderName,
    Annotated[ActionField, BeforeValidator(_documented, json_schema_input_type=str | ActionField)],
]


class GroupUse(_Strict):
    """The use of a group of fields in an event or a reply."""

    group: str
    prefix: str = ""
    """What the server puts before each header's name (``Dest`` of ``DestChannel``)."""
    of: str | None = None
    """Whose fields these are; takes the place of ``{of}`` in the group's docs."""
    without: list[HeaderName] = []
    """Fields of the group that this owner does not have."""
    versions: Versions | None = None


def _grouped(value: object) -> object:
    return {"group": value} if isinstance(value, str) else value


GroupUses = list[
    Annotated[GroupUse, BeforeValidator(_grouped, json_schema_input_type=str | GroupUse)]
]


class GroupSpec(_Strict):
    """Fields that come together in many events, such as a channel's."""

    summary: Sentence
    of: str
    """The default for ``{of}`` in the docs of the fields."""
    fields: Annotated[EventFields, Field(min_length=1)]


class ListReplySpec(_Strict):
    """A reply that is a Response, then item events, then an end event."""

    items: Annotated[list[str], Field(min_length=1)]
    """The item events, by name; `any` alone for a reply whose items may be any event."""
    end: str
    empty: list[str] = []
    """Messages of an Error response which mean that there is nothing to list."""
    announced: bool = True
    """False where the server starts the list without `EventList: start`."""
    correlated: bool = True
    """False where the items come without the ActionID."""


class ReplySpec(_Strict):
    """What the server answers to an action."""

    shape: Literal["single", "output", "config", "pairs", "text"] = "single"
    """`output`: lines of a command; `config`: categories with lines; `pairs`: headers whose
    names are data; `text`: raw text, without Response and ActionID; `single`: one message. The
    fields below are read from any of them."""
    groups: GroupUses = []
    fields: EventFields = {}
    list: ListReplySpec | None = None
    event: str | None = None
    """One event with the ActionID which completes the reply, without any list mark. With `pairs`
    the event stands in place of the response, and its headers are the reply."""
    later: str | None = None
    """An event with the ActionID that tells the outcome some time after the reply."""

    @model_validator(mode="after")
    def _one_shape(self) -> ReplySpec:
        chosen = [self.shape != "single", self.list is not None, self.event is not None]
        if sum(chosen) > (2 if self.shape == "pairs" and self.event is not None else 1):
            raise ValueError("a reply has one of shape, list and event")
        return self


class RuleSpec(_Strict):
    """A rule between the fields of an action. Exactly one kind to a rule."""

    one_of: Annotated[list[Names], Field(min_length=1)] | None = None
    """Exactly one of these sets of fields is given, and given whole."""
    any_of: Names | None = None
    """At least one of these fields is given."""
    exclusive: Names | None = None
    """At most one of these fields is given."""
    needs: Annotated[dict[HeaderName, Names], Field(min_length=1)] | None = None
    """A field that is only valid together with others."""

    @model_validator(mode="after")
    def _one_kind(self) -> RuleSpec:
        kinds = [self.one_of, self.any_of, self.exclusive, self.needs]
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("a rule is one of one_of, any_of, exclusive and needs")
        return self

    def names(self) -> list[str]:
        """Every header that the rule speaks of."""
        if self.one_of is not None:
            return [name for group in self.one_of for name in group]
        if self.needs is not None:
            return [*self.needs, *(name for names in self.needs.values() for name in names)]
        return list(self.any_of or self.exclusive or [])


class BlockSpec(_Strict):
    """How long an action holds up the session that sends it."""

    field: HeaderName
    """The field with the time; its unit and default count."""
    unless: HeaderName | None = None
    """The field which, when true, makes the action return at once."""
    endless: int = -1
    """The field's value from which downward there is no limit."""


class ActionSpec(_Strict):
    """One action: what it does, what it takes, what the server answers."""

    summary: Sentence
    doc: Sentence | None = None
    """More than the summary, where more is needed to use the action well."""
    module: Words
    versions: Versions
    privilege: list[str]
    """The write privileges of which the user needs one; empty where none is needed."""
    fields: ActionFields = {}
    rules: list[RuleSpec] = []
    reply: ReplySpec = ReplySpec()
    example: dict[HeaderName, Any] = {}
    """Header to value: a call that a user could make."""
    idempotent: bool = False
    """True where sending it twice leaves the server as sending it once does."""
    read_only: bool = False
    """True where sending it, whatever its fields hold, changes nothing on the server beyond this
    session."""
    danger: list[Literal["runs code", "reads configuration", "writes configuration"]] = []
    """The harm that it can do: run a program, an application or a function that the sender names;
    hand out configuration or passwords; change configuration."""
    replaced_by: list[str] = []
    blocks: BlockSpec | None = None

    @field_validator("danger")
    @classmethod
    def _harmless(cls, danger: list[str], info: ValidationInfo) -> list[str]:
        if info.data.get("read_only"):
            for harm in danger:
                if harm != "reads configuration":
                    raise ValueError(f'"{harm}" contradicts read_only')
        return danger


class EventSpec(_Strict):
    """One event: when it comes and what it carries."""

    summary: Sentence
    doc: Sentence | None = None
    module: Words
    class_: Annotated[Words, Field(alias="class")] = []
    """The read privileges that the user needs, all of them; empty for the events of a reply."""
    named_by: HeaderName | None = None
    """The header with a name of its own, for which a program can have a class."""
    versions: Versions
    groups: GroupUses = []
    fields: EventFields = {}


EnumValues = (
    Annotated[list[str], Field(min_length=1)] | Annotated[dict[str, Sentence], Field(min_length=1)]
)


class EnumSpec(_Strict):
    """A named enumeration."""

    summary: Sentence
    values: EnumValues
    """The values, each with its meaning where the word does not say it."""


class MoreOfEnum(_Strict):
    """What an extension adds to an enumeration."""

    values: EnumValues


class NameHint(_Strict):
    """What a name that other clients use is called here."""

    action: str
    fields: dict[HeaderName, Any] = {}
    """Field values which make the action do what the other name did."""
    note: Sentence | None = None


def _hinted(value: object) -> object:
    return {"action": value} if isinstance(value, str) else value


class NamesSpec(_Strict):
    """The one map of names: how wire names become Python names, and what others call them."""

    acronyms: list[str] = []
    """Words in capitals that stay whole where small letters follow: ID in CallerIDnum."""
    words: dict[str, str] = {}
    """A word as it stands in a wire name, in lower case, and as it stands in a Python name."""
    fields: dict[str, str] = {}
    """A header's name, or `Owner.Header`, and its Python name."""
    classes: dict[str, str] = {}
    """An action's or event's name, where it is no Python name, and its class's name."""
    hints: dict[
        str, Annotated[NameHint, BeforeValidator(_hinted, json_schema_input_type=str | NameHint)]
    ] = {}
    """Names of actions that other clients use."""


class MoreOfActionField(_ActionFacts):
    """A header that an extension gives to an action, or what it changes in one."""

    doc: Sentence | None = None
    """Needed for a new header; one that is there keeps its own."""


class MoreOfEventField(_EventFacts):
    """A header that an extension gives to an event or a reply, or what it changes in one."""

    doc: Sentence | None = None
    """Needed for a new header; one that is there keeps its own."""


MoreEventFields = dict[
    HeaderName,
    Annotated[
        MoreOfEventField,
        BeforeValidator(_documented, json_schema_input_type=str | MoreOfEventField),
    ],
]


class MoreOfReply(_Strict):
    """What an extension adds to a reply. Its shape stays."""

    groups: GroupUses = []
    fields: MoreEventFields = {}


class MoreOfAction(_Strict):
    """What an extension adds to an action."""

    versions: Versions | None = None
    fields: dict[
        HeaderName,
        Annotated[
            MoreOfActionField,
            BeforeValidator(_documented, json_schema_input_type=str | MoreOfActionField),
        ],
    ] = {}
    rules: list[RuleSpec] = []
    reply: MoreOfReply = MoreOfReply()


class MoreOfEvent(_Strict):
    """What an extension adds to an event."""

    versions: Versions | None = None
    groups: GroupUses = []
    fields: MoreEventFields = {}


class ExtendSpec(_Strict):
    """What a spec adds to the one that it builds on."""

    actions: dict[ClassName, MoreOfAction] = {}
    events: dict[ClassName, MoreOfEvent] = {}
    enums: dict[ClassName, MoreOfEnum] = {}


class SpecFile(_Strict):
    """One YAML file. Its place gives the area: ``actions/queues.yaml`` makes ``queues``."""

    summary: Sentence
    """What this file holds; becomes the docstring of the generated module."""
    actions: dict[ClassName, ActionSpec] = {}
    events: dict[ClassName, EventSpec] = {}
    enums: dict[ClassName, EnumSpec] = {}
    groups: dict[str, GroupSpec] = {}
    names: NamesSpec = NamesSpec()
    extend: ExtendSpec = ExtendSpec()
    """What this spec adds to actions, events and enumerations of the spec it builds on."""
