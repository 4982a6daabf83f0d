"""``amisdk describe``: all about an action or an event, or a search over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Annotated, Any, Literal

import typer
from amisdk_models.registry import ACTIONS, EVENTS

from .connection import import_registry
from .descriptions import description, show
from .docstrings import Words, words_in, words_of
from .faults import Code, Fault
from .groups import suggestion
from .running import app_of
from .show import json_line
from .terminal import coloured, is_terminal, write

__all__ = ["app"]

Kind = Literal["action", "event"]
CLOSE = 0.75
"""How much alike a name must be to be meant by a word that nothing holds."""


@dataclass(frozen=True)
class Entry:
    """An action or an event, as far as it is known without importing it."""

    kind: Kind
    name: str
    module: str
    cls: str
    table: Any

    @property
    def area(self) -> str:
        """The area that it belongs to, such as ``queues``."""
        return self.module.rpartition(".")[2]

    @property
    def words(self) -> Words:
        """What it says of itself."""
        return words_in(self.module).get(self.cls) or Words()

    def score(self, word: str) -> int:
        """Tell how well it fits a word in lower case; 0 not at all."""
        name, words = self.name.lower(), self.words
        if word in name:
            return 5 if name.startswith(word) else 4
        texts = (words.summary, *words.paragraphs)
        if word in self.area or any(word in text.lower() for text in texts):
            return 3
        if any(word in field or word in text.lower() for field, text in words.fields.items()):
            return 2
        alike = SequenceMatcher(None, word, name, autojunk=False)
        return int(alike.real_quick_ratio() >= CLOSE and alike.ratio() >= CLOSE)


def _complete(ctx: typer.Context) -> list[str]:
    return sorted({entry.name for entry in _entries(ctx.params.get("registry"))})


def describe(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD...",
            help="An action, an event, or what to search for: an area such as pjsip, an Asterisk "
            "module such as app_queue, a field, a word.",
            autocompletion=_complete,
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    search: Annotated[
        bool, typer.Option("--search", "-s", help="Search, even if the word is a name.")
    ] = False,
    registry: Annotated[
        str | None, typer.Option(help="A registry of your own, such as shop_ami.registry.")
    ] = None,
) -> None:
    """Tell all about an action or an event, or search for one.

    It needs no server.
    """
    word = " ".join(words)
    entries = list(_entries(registry))
    exact = [one for one in entries if one.name.lower() == word.lower()]
    if exact and not search:
        for number, entry in enumerate(exact):
            _describe(entry, json=json, apart=number > 0)
        return
    found = sorted(_found(entries, word), key=lambda pair: (-pair[0], pair[1].name.lower()))
    if not found:
        hint = suggestion(word, [one.name for one in entries])
        raise Fault(f'nothing is known of "{word}"{hint}', Code.FAILED)
    best = [entry for _, entry in found]
    if len(best) == 1 and not search:
        _describe(best[0], json=json)
    elif json:
        for entry in best:
            write(json_line(_listed(entry)))
    else:
        _list(best)


def _entries(registry: str | None) -> Iterator[Entry]:
    own = import_registry(registry)
    for kind, tables in (
        ("action", (own.ACTIONS, ACTIONS) if own else (ACTIONS,)),
        ("event", (own.EVENTS, EVENTS) if own else (EVENTS,)),
    ):
        seen: set[str] = set()
        for table in tables:
            for name in table:
                if name.lower() not in seen:
                    seen.add(name.lower())
                    module, _, cls = table.place(name).rpartition(".")
                    yield Entry(kind, name, module, cls, table)  # type: ignore[arg-type]


def _found(entries: list[Entry], word: str) -> list[tuple[int, Entry]]:
    """Return what fits every part of the word: by name or summary, else by fields, else nearly."""
    parts = word.lower().split() or [""]
    scored = [(min(entry.score(part) for part in parts), entry) for entry in entries]
    for least in (3, 2, 1):
        if fitting := [pair for pair in scored if pair[0] >= least]:
            return fitting
    return []


def _describe(entry: Entry, *, json: bool, apart: bool = False) -> None:
    cls = entry.table[entry.name]
    data = description(entry.kind, cls, words_of(cls))
    if json:
        write(json_line(data))
        return
    if apart:
        write("")
    show(data)


def _listed(entry: Entry) -> Mapping[str, str]:
    return {
        "kind": entry.kind,
        "name": entry.name,
        "area": entry.area,
        "summary": entry.words.summary,
    }


def _list(entries: list[Entry]) -> None:
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        name, summary = f"{entry.name:{width}}", entry.words.summary
        if is_terminal():
            style = "bold cyan" if entry.kind == "action" else "bold green"
            coloured((f"{entry.kind:6}  ", "dim"), (name, style), (f"  {summary}", ""))
        else:
            write(f"{entry.kind:6}  {name}  {summary}")


app = app_of(describe)
