"""The sentences of the spec and of Asterisk's XML documentation, to be compared.

Two sentences are equal if their words are: case, punctuation, spaces and markup do not count.
A sentence of fewer than five words says nothing about where it comes from.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from xml.etree import ElementTree as ET

from amisdk_codegen.load import At, Source
from amisdk_codegen.model import GroupUse
from pydantic import BaseModel

__all__ = ["FEWEST", "Sentence", "Words", "copies", "documented", "split", "words", "written"]

FEWEST = 5
"""Words of a sentence that is compared."""

Words: TypeAlias = tuple[str, ...]

INLINE = frozenset(
    {"astcli", "directory", "emphasis", "filename", "literal", "ref", "replaceable", "variable"}
)
"""Elements that stand within a sentence, unless they hold paragraphs."""
PROSE = ("summary", "doc", "note")
"""Keys of the spec with sentences in them."""
_END = re.compile(r"""(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)["')]*\s+""")


class Sentence(NamedTuple):
    """A sentence of the spec."""

    place: str
    """File and line."""
    text: str


def words(sentence: str) -> Words:
    """Return what counts of a sentence."""
    return tuple(re.sub(r"[\W_]+", " ", re.sub("['\u2019<>]", "", sentence)).lower().split())


def split(text: str) -> list[str]:
    """Return the sentences of a text that are long enough to be compared."""
    return [one for one in _END.split(text.strip()) if len(words(one)) >= FEWEST]


# --- Asterisk's documentation -------------------------------------------------------------


def documented(file: Path) -> dict[Words, str]:
    """Return the sentences of an XML documentation, whatever element they are in."""
    root = ET.parse(file).getroot()
    return {words(one): one for text in _texts(root) for one in split(text)}


def _texts(element: ET.Element) -> Iterator[str]:
    """Yield the runs of text in an element; an element that is not inline ends a run."""
    run = element.text or ""
    for child in element:
        if _is_inline(child):
            run += "".join(child.itertext())
        else:
            yield run
            yield from _texts(child)
            run = ""
        run += child.tail or ""
    yield run


def _is_inline(element: ET.Element) -> bool:
    return element.tag in INLINE and all(map(_is_inline, element))


# --- the spec -----------------------------------------------------------------------------


def written(sources: Iterable[Source]) -> list[Sentence]:
    """Return the sentences of a spec; those of a group once for each of its uses."""
    sources = list(sources)
    uses: dict[str, set[str]] = {}
    for source in sources:
        for name, group in source.content.groups.items():
            uses.setdefault(name, set()).add(group.of)
        for value in _values(source.content):
            if isinstance(value, GroupUse) and value.of is not None:
                uses.setdefault(value.group, set()).add(value.of)
    return [
        Sentence(f"{source.place}:{source.line(at)}", one)
        for source in sources
        for at, text in _prose(source.content, ())
        for filled in sorted(_filled(text, at, uses))
        for one in split(filled)
    ]


def _filled(text: str, at: At, uses: Mapping[str, set[str]]) -> set[str]:
    """Return the text of a group with the words of all its uses."""
    if at[0] != "groups" or "{of}" not in text:
        return {text}
    return {text.replace("{of}", of) for of in uses[str(at[1])]}


def _prose(value: object, at: At) -> Iterator[tuple[At, str]]:
    """Yield the texts in a part of a spec, with their places."""
    for key, inner in _entries(value):
        if isinstance(inner, str) and (key in PROSE or at[-1:] == ("values",)):
            yield (*at, key), inner
        else:
            yield from _prose(inner, (*at, key))


def _values(value: object) -> Iterator[object]:
    yield value
    for _, inner in _entries(value):
        yield from _values(inner)


def _entries(value: object) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, BaseModel):
        yield from value
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


# --- both ---------------------------------------------------------------------------------


def copies(spec: Iterable[Sentence], documentation: Mapping[Words, str]) -> list[str]:
    """List the sentences of a spec that are in a documentation, with their places."""
    found = [one for one in spec if words(one.text) in documentation]
    return [f"{place}: {text}" for place, text in dict.fromkeys(found)]
