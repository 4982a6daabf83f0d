"""Instances of the generated classes, made from what their fields take."""

import itertools
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from amisdk.models import Action
from amisdk.rules import AnyOf, OneOf


def types_of(field: FieldInfo) -> Iterator[Any]:
    """Walk through the annotation of a field, its literal values included."""
    waiting: list[Any] = [field.annotation]
    while waiting:
        annotation = waiting.pop()
        yield annotation
        if get_origin(annotation) is not Literal:
            waiting.extend(get_args(annotation))


def candidates(field: FieldInfo) -> list[Any]:
    """Return values of which a field takes at least one."""
    found: list[Any] = []
    for annotation in types_of(field):
        if get_origin(annotation) is Literal:
            found.append(get_args(annotation)[0])
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.append([minimal(annotation)])
    return [*found, "x", 1, True, ["x"], {"X": "x"}]


def minimal(cls: type[Any], **fields: Any) -> Any:
    """Make an instance with as few fields as its class and rules ask for, and these."""
    names = {name for name, field in cls.model_fields.items() if field.is_required()}
    for rule in cls.ami.rules if issubclass(cls, Action) else ():
        if isinstance(rule, OneOf) and not any(names.intersection(one) for one in rule.groups):
            names.update(rule.groups[0])
        elif isinstance(rule, AnyOf) and not names.intersection(rule.names):
            names.add(rule.names[0])
    untried = {name: iter(candidates(cls.model_fields[name])) for name in names}
    values = {name: next(tries) for name, tries in untried.items()} | fields
    for _ in itertools.repeat(None, 20):
        try:
            return cls(**values)
        except ValidationError as error:
            wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
            if not wrong or wrong.intersection(fields):
                raise
            values |= {name: next(untried[name]) for name in wrong}
    raise AssertionError(f"no instance of {cls.__name__} could be made")


def whole(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """Yield (field, an instance which has that field), for every field that can be alone."""
    for name, field in cls.model_fields.items():
        for value in candidates(field):
            try:
                yield name, minimal(cls, **{name: value})
                break
            except ValidationError:
                continue
