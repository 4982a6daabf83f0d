"""What the templates print: every decision is taken, only the shape is theirs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

__all__ = ["ClassPlan", "EnumPlan", "FieldPlan", "ModulePlan", "PackagePlan", "Plan", "quoted"]


def quoted(text: str) -> str:
    """Write a text as a Python literal, with double quotes."""
    return json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True)
class FieldPlan:
    """One field of a class: ``name: annotation = default`` and its docstring."""

    name: str
    annotation: str
    arguments: str
    """The arguments of ``Field(...)``."""
    doc: list[str]


@dataclass(frozen=True)
class ClassPlan:
    """One class."""

    name: str
    base: str
    doc: list[str]
    info: str | None = None
    """The expression for ``ami``."""
    fields: list[FieldPlan] = field(default_factory=list)


@dataclass(frozen=True)
class ModulePlan:
    """One area: a module of actions or of events."""

    kind: str
    area: str
    source: str
    """The spec file it comes from, from the spec's own directory."""
    doc: list[str]
    imports: list[str]
    classes: list[ClassPlan]
    needs_events: bool = False
    """Whether its annotations name event classes."""


@dataclass(frozen=True)
class EnumPlan:
    """One enumeration, as a ``Literal``."""

    name: str
    values: list[str]
    doc: list[str]


@dataclass(frozen=True)
class PackagePlan:
    """The package ``actions`` or ``events``, over its areas."""

    kind: str
    doc: str
    classes: list[tuple[str, str]]
    """Class name and the area it is in, sorted by name."""
    hints: list[tuple[str, str]]
    """A name that other clients use, and what to write here."""


@dataclass(frozen=True)
class Plan:
    """A whole package."""

    package: str
    modules: list[ModulePlan]
    packages: list[PackagePlan]
    enums: list[EnumPlan]
    actions: list[tuple[str, str]]
    """AMI name and ``area.Class``, sorted."""
    events: list[tuple[str, str]]
