"""The fields of generated classes: their names, annotations and arguments."""

from __future__ import annotations

from .extend import Extension
from .facts import FieldFacts
from .gather import Spec, Use
from .load import At, Source
from .model import ActionField, Enum, RecordField
from .names import field_name, reserved
from .plan import ClassPlan, FieldPlan, quoted
from .text import field_doc, python_literal, wrapped

__all__ = ["BASE_PACKAGE", "Imports", "Namer", "record_class", "soft_fields", "strict_field"]

BASE_PACKAGE = "amisdk_models"
"""The package that amisdk's own spec becomes."""


class Namer:
    """Gives the fields of one class their names, and finds those that clash."""

    def __init__(self, spec: Spec, source: Source, owner: str, kind: str) -> None:
        self._spec, self._source, self._owner, self._kind = spec, source, owner, kind
        self._wires: dict[str, str] = {}
        self.fields: dict[str, str] = {}

    def name(self, wire: str, at: At, kind: str = "text") -> str:
        """Return the Python name of a header, whose field is of this type."""
        plural = kind == "variables"
        name = field_name(wire, self._owner, self._spec.names, plural=plural)
        self._spec.named[self._owner, wire, plural] = name
        if (why := reserved(self._kind, name)) is not None:
            self._fault(at, f'{self._owner}: "{wire}" would be named "{name}", which is {why}; '
                            "name it in names.fields")  # fmt: skip
        lowered = wire.lower()
        if self._kind == "action" and lowered in ("action", "actionid"):
            self._fault(at, f'"{wire}" is in every action, and no field of {self._owner}')
        if lowered in self._wires:
            self._fault(at, f'{self._owner} has the field "{wire}" twice')
        elif name in self.fields:
            self._fault(at, f'{self._owner}: "{self.fields[name]}" and "{wire}" would both be '
                            f'named "{name}"; name one of them in names.fields')  # fmt: skip
        self._wires[lowered] = name
        self.fields.setdefault(name, wire)
        return name

    def known(self, wire: str, at: At | None, where: str) -> str:
        """Return the Python name of a header that has been named before.

        If there is none, that is a problem, unless `at` is None.
        """
        name = self._wires.get(wire.lower())
        if name is None:
            if at is not None:
                self._fault(at, f'{where} speaks of "{wire}", which {self._owner} has not')
            return "unknown"
        return name

    def _fault(self, at: At, message: str) -> None:
        self._spec.problems.append(self._source.problem(at, message))


class Imports:
    """The names that a module's code needs, by the module they come from."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def add(self, module: str, *names: str) -> None:
        """Note that names of a module are needed."""
        self._names.setdefault(module, set()).update(names)

    def add_below(self, kind: str, area: str, cls: str) -> str:
        """Note that a class of the package below is needed, and return its name here."""
        name = f"Amisdk{cls}"
        self.add(f"{BASE_PACKAGE}.{kind}.{area}", f"{cls} as {name}")
        return name

    def lines(self) -> list[str]:
        """Return the import statements: standard library, pydantic, amisdk, own package."""

        def rank(module: str) -> tuple[int, str]:
            first = module.partition(".")[0]
            ranks = {"pydantic": 1, "amisdk": 2, BASE_PACKAGE: 2, "": 3}
            return (ranks.get(first, 0), module)

        lines: list[str] = []
        last = 0
        for module in sorted(self._names, key=rank):
            if lines and rank(module)[0] != last:
                lines.append("")
            last = rank(module)[0]
            lines.append(f"from {module} import {', '.join(sorted(self._names[module]))}")
        return lines


_FIELDS = "amisdk.fields"
_SOFT_TYPES = {
    "text": "str",
    "verbatim": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "epoch": "datetime",
    "datetime": "datetime",
    "localtime": "datetime",
    "clock": "Clock",
    "csv": "Names",
    "variables": "VariablePairs",
    "json": "JsonValue",
}


_SHOWN = {
    "Clock": "int",
    "Names": "tuple[str, ...]",
    "VariablePairs": "Mapping[str, str]",
    "JsonValue": "Any",
    "CommaList": "str | Sequence[str]",
    "CommaListGiven": "str | Sequence[str]",
    "Variables": "Mapping[str, str | int | float]",
    "FreeHeaders": "Mapping[str, str | int | float]",
    "Secret": "str | SecretStr",
    "Priority": "int | str",
}
"""What people read for the types of `amisdk.fields`."""


def _values(enum: Enum) -> tuple[str | None, tuple[str, ...]]:
    """Return the name of an enumeration, or its values."""
    if isinstance(enum, str):
        return enum, ()
    return None, tuple(dict.fromkeys(enum or ()))


def _soft_facts(use: Use) -> FieldFacts:
    one = use.spec
    enum, values = _values(one.enum)
    inner = _SOFT_TYPES[one.type]
    inner = _SHOWN.get(inner, inner)
    if enum is not None:
        inner = f"{enum} | str"
    if one.repeat:
        inner = f"tuple[{inner}, ...]"
    return FieldFacts(
        wire=use.wire,
        doc=one.doc,
        type=inner if inner == "Any" else f"{inner} | None",
        unit="seconds" if one.type == "clock" else one.unit,
        enum=enum,
        values=values,
        several=one.repeat,
        versions=use.versions,
        shared=not use.own,
    )


def _soft_field(
    spec: Spec, source: Source, imports: Imports, name: str, use: Use, own: bool
) -> FieldPlan:
    one = use.spec
    inner = _SOFT_TYPES[one.type]
    match one.type:
        case "epoch" | "datetime" | "localtime":
            imports.add("datetime", "datetime")
        case "clock" | "csv" | "variables" | "json":
            imports.add(_FIELDS, inner)
    if one.enum is not None:
        inner = f"{_literal(spec, source, imports, one.enum, use.at if use.own else None)} | str"
    if one.repeat:
        inner = f"tuple[{inner}, ...]"
    marks: list[str] = []
    if one.repeat:
        marks.append("Repeated()")
    if one.type == "verbatim":
        marks.append("Verbatim()")
    if one.escaped:
        marks.append("Escaped()")
    if one.second_of is not None:
        marks.append(f"SecondOf({quoted(one.second_of)})")
    if one.absent:
        marks.append(f"Absent({', '.join(map(quoted, one.absent))})")
    if one.words is not None:
        marks.append(f"Words({', '.join(map(quoted, one.words))})")
    imports.add(_FIELDS, "Soft", *(mark.partition("(")[0] for mark in marks))
    imports.add("pydantic", "Field")
    annotation = f"Soft[{inner}]"
    if marks:
        imports.add("typing", "Annotated")
        annotation = f"Annotated[{annotation}, {', '.join(marks)}]"
    doc = field_doc(one.doc, one.unit, use.versions)
    arguments = f"default=None, serialization_alias={quoted(use.wire)}"
    return FieldPlan(name, annotation, arguments, doc, _soft_facts(use), own)


def soft_fields(
    spec: Spec,
    source: Source,
    imports: Imports,
    owner: str,
    kind: str,
    uses: list[Use],
    extension: Extension | None = None,
) -> list[FieldPlan]:
    """Plan the fields of an event or a reply; of an extended one only what is new is its own."""
    namer = Namer(spec, source, owner, kind)
    named = [(namer.name(use.wire, use.at, use.spec.type), use) for use in uses]
    return [
        _soft_field(spec, source, imports if own else Imports(), name, use, own)
        for name, use in named
        for own in (extension is None or extension.has(use.at),)
    ]


def _literal(
    spec: Spec, source: Source, imports: Imports, enum: str | list[str], at: At | None
) -> str:
    if isinstance(enum, str):
        if enum not in spec.enums and at is not None:
            spec.problems.append(source.problem((*at, "enum"), f'there is no enum "{enum}"'))
        own = enum not in spec.enums or spec.is_own("enums", enum)
        imports.add("..enums" if own else f"{BASE_PACKAGE}.enums", enum)
        return enum
    imports.add("typing", "Literal")
    return f"Literal[{', '.join(map(quoted, dict.fromkeys(enum)))}]"


_STRICT_TYPES = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "csv": "CommaList",
    "variables": "Variables",
    "headers": "FreeHeaders",
    "secret": "Secret",
    "priority": "Priority",
}


def strict_field(
    spec: Spec,
    source: Source,
    imports: Imports,
    name: str,
    wire: str,
    one: ActionField,
    at: At,
    record: str | None = None,
) -> FieldPlan:
    """Plan a field of an action; `record` is the class of the records that it takes, if it does."""
    if record is not None:
        imports.add("collections.abc", "Sequence")
        annotation = f"Sequence[{record}]"
    else:
        annotation = _strict_type(spec, source, imports, one, at)
    arguments = [f"serialization_alias={quoted(wire)}"]
    for name_, bound in (("ge", one.min), ("le", one.max)):
        if bound is not None:
            arguments.insert(0, f"{name_}={bound}")
    if not one.required:
        annotation = f"{annotation} | None"
        arguments.insert(0, "default=None")
    imports.add("pydantic", "Field")
    doc = field_doc(one.doc, one.unit, one.versions, one.default)
    return FieldPlan(name, annotation, ", ".join(arguments), doc, _strict_facts(wire, one, record))


def _strict_facts(wire: str, one: ActionField, record: str | None) -> FieldFacts:
    enum, values = _values(one.enum)
    python = _STRICT_TYPES.get(one.type, "str")
    shown = _SHOWN.get(python, python)
    if record is not None:
        shown = f"Sequence[{record}]"
    elif one.repeat:
        shown = "Sequence[str]"
    elif enum is not None and one.type != "csv":
        shown = f"{enum} | str" if one.open else enum
    return FieldFacts(
        wire=wire,
        doc=one.doc,
        type=shown if one.required else f"{shown} | None",
        required=one.required,
        default=None if one.default is None else python_literal(one.default),
        unit=one.unit,
        least=one.min,
        most=one.max,
        enum=enum,
        values=values,
        closed=not (one.open or one.type == "csv"),
        several=one.repeat,
        versions=one.versions,
    )


def _strict_type(spec: Spec, source: Source, imports: Imports, one: ActionField, at: At) -> str:
    text = "TextGiven" if one.required and not one.blank else "Text"
    if one.type == "csv" and one.enum is not None:
        _literal(spec, source, Imports(), one.enum, at)
    elif one.enum is not None:
        literal = _literal(spec, source, imports, one.enum, at)
        if one.open:
            imports.add(_FIELDS, text)
            return f"{literal} | {text}"
        return literal
    if one.repeat:
        imports.add(_FIELDS, "Repeated", text)
        imports.add("collections.abc", "Sequence")
        imports.add("typing", "Annotated")
        return f"Annotated[Sequence[{text}], Repeated()]"
    if one.words is not None:
        imports.add(_FIELDS, "Words")
        imports.add("typing", "Annotated")
        return f"Annotated[bool, Words({', '.join(map(quoted, one.words))})]"
    python = _STRICT_TYPES.get(one.type, text)
    if one.type == "csv" and one.required:
        python = "CommaListGiven"
    if python not in ("int", "float", "bool"):
        imports.add(_FIELDS, python)
    return python


def record_class(
    spec: Spec,
    source: Source,
    imports: Imports,
    owner: str,
    name: str,
    one: ActionField,
    at: At,
) -> ClassPlan:
    """Plan the class of the records that a field takes."""
    singular = name.removesuffix("s")
    cls = owner + "".join(word.capitalize() for word in singular.split("_"))
    namer = Namer(spec, source, cls, "record")
    fields: list[FieldPlan] = []
    columns: dict[str, RecordField] = one.columns or {}
    for wire, column in columns.items():
        place = (*at, "columns", wire)
        like = ActionField(doc=column.doc, required=column.required, enum=column.enum)
        python = namer.name(wire, place)
        fields.append(strict_field(spec, source, imports, python, wire, like, place))
    doc = wrapped([f"One of the {name} of {owner}."], indent=4)
    return ClassPlan(cls, "Record", doc, None, fields)
