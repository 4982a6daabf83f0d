"""What a whole run of the live tests proves: ``docs/conformance.md``, and the corpus of messages.

``make conformance`` writes both. The page holds nothing that differs from one good run to the
next: numbers of kinds, not of messages. The run itself tells how many messages there were.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from amisdk_models import registry

from amisdk.models import Action, Event
from tests.live import corpus
from tests.live.support import EXTRA_HEADERS, Pbx, Tally
from tests.live.unseen import UNSEEN_ACTIONS, UNSEEN_EVENTS

__all__ = ["PAGE", "Reasons", "figures", "is_whole", "page", "reason", "save_corpus"]

PAGE = Path(__file__).parent.parent.parent / "docs" / "conformance.md"

Reasons = Mapping[str, str | Mapping[int, str]]

ABSENT, UNLOADED = "-", "not loaded"


def is_whole(session: pytest.Session) -> bool:
    """Tell whether all of the live tests run, not some of them."""
    here, config = Path(__file__).parent, session.config
    missing = set(here.glob("test_*.py")) - {item.path for item in session.items}
    chosen = config.getoption("-k") or config.getoption("--lf") or config.getoption("--deselect")
    return not (missing or chosen or any("::" in argument for argument in config.args))


def reason(table: Reasons, name: str, major: int) -> str | None:
    """Return why a version of the server does not show something; None if it should."""
    given = table.get(name)
    return given.get(major) if isinstance(given, Mapping) else given


def figures(tally: Tally) -> Iterator[str]:
    """Yield how many messages a run had, and how many of them were typed."""
    replies, parts, events = (
        sum(counted.values()) for counted in (tally.replies, tally.parts, tally.events)
    )
    yield f"{replies - tally.found['reply']} of {replies} replies typed"
    yield f"{parts - tally.found['part']} of {parts} items and ends of lists"
    yield f"{events - tally.found['event']} of {events} events"
    yield f"{tally.found['issue']} values and {tally.found['header']} headers without a field"


def save_corpus(pbx: Pbx) -> str:
    """Write the examples of a server's messages, and tell how many there are."""
    assert pbx.server is not None
    assert pbx.tally.proxy is not None
    proxy = pbx.tally.proxy
    examples = corpus.reduced(proxy.talks)
    greeting = proxy.talks[0][0][1].partition(b"\r\n")[0]
    notes = (
        f"Asterisk {pbx.server.version}: one example of each shape of message.",
        "Written by make conformance; tests/live/corpus.py tells what is here.",
    )
    path = corpus.PLACE / f"{pbx.major}.txt"
    path.parent.mkdir(exist_ok=True)
    proxy.masked(corpus.transcript_of(notes, greeting, examples)).save(path)
    shapes = sum(len(example.messages) for example in examples)
    return f"{path.name}: {shapes} messages, {path.stat().st_size} bytes"


def page(tested: Sequence[Pbx]) -> str:
    """Return the page about these servers."""
    versions = [pbx.server.version for pbx in tested if pbx.server is not None]
    lines = [
        "# Conformance",
        "",
        f"`make conformance` writes this page, here from Asterisk {' and '.join(versions)}: it",
        "runs all live tests on these real servers, holds every reply and event against the spec,",
        "and fails where one does not fit. `tests/data/conformance` has the messages, one of each",
        "shape; `make test` replays them without a server.",
        "",
        *_table(["", *versions], _summary(tested)),
        "",
        "Headers that rightly have no field:",
        "",
        *_exceptions(),
        "",
        "## Actions",
        "",
        "`ok`: carried out at least once. `refused`: never, and the server's words tell why.",
        f"`{ABSENT}`: not in this version.",
        "",
        *_table(["action", *versions], _actions(tested)),
        "",
        "## Events",
        "",
        *_table(["event", *versions], _events(tested)),
        "",
        "## Not exercised",
        "",
        *_table(
            ["action", "Asterisk", "why"], _unexercised(UNSEEN_ACTIONS, registry.ACTIONS, tested)
        ),
        "",
        *_table(["event", "Asterisk", "why"], _unexercised(UNSEEN_EVENTS, registry.EVENTS, tested)),
    ]
    return "".join(f"{line}\n" for line in lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _summary(tested: Sequence[Pbx]) -> Iterator[list[str]]:
    columns = [_column(pbx) for pbx in tested]
    for line in columns[0]:
        yield [line, *(column[line] for column in columns)]


def _column(pbx: Pbx) -> dict[str, str]:
    """Return the lines of the summary about one server."""
    tally = pbx.tally
    listed = {registry.ACTIONS[name].ami.name for name in pbx.listed if name in registry.ACTIONS}
    spec = {event.ami.name for event in _all(registry.EVENTS) if pbx.major in event.ami.versions}
    seen = {name for name in tally.events if name in registry.EVENTS}
    kinds = [sort for sort, _ in tally.faults]
    return {
        "actions that ListCommands shows to who may do all": str(len(pbx.listed)),
        "of these, in the spec": str(len(listed)),
        "of these, sent": str(len(listed & tally.sent)),
        "of these, carried out at least once": str(len(listed & tally.carried_out)),
        "replies of the class that the action declares": _share(tally.replies, tally, "reply"),
        "items and ends of lists of a declared class": _share(tally.parts, tally, "part"),
        "events that the spec has for this version": str(len(spec)),
        "of these, seen": str(len(spec & seen)),
        "events with a class": _share(tally.events, tally, "event"),
        "kinds of events that the spec does not know": str(kinds.count("event")),
        "headers whose value does not fit its field": str(kinds.count("issue")),
        "headers without a field": str(kinds.count("header")),
    }


def _share(counted: Mapping[str, int], tally: Tally, sort: Any) -> str:
    every = sum(counted.values())
    share = 100 * (every - tally.found[sort]) / every
    return f"{share:.4g} %"


def _exceptions() -> Iterator[str]:
    for (name, key), why in EXTRA_HEADERS.items():
        yield f"- `{key}` of {name}: {why}."
    yield "- Those of UserEvent and TestEvent are chosen by who raises them; those of GetConfig,"
    yield "  ListCategories and ListCommands are data."
    yield "- DeviceEntry and LineEntry come from chan_skinny glued to the end of their list."


def _all(table: Mapping[str, Any]) -> list[Any]:
    return sorted(table.values(), key=lambda kind: kind.ami.name.lower())


def _actions(tested: Sequence[Pbx]) -> Iterator[list[str]]:
    for action in _all(registry.ACTIONS):
        cells = [_action_cell(pbx, action) for pbx in tested]
        if set(cells) != {ABSENT}:
            yield [action.ami.name, *cells]


def _action_cell(pbx: Pbx, action: type[Action[Any]]) -> str:
    name, tally = action.ami.name, pbx.tally
    if pbx.major not in action.ami.versions:
        return ABSENT
    if name in tally.carried_out:
        return "ok"  # maybe on a server of its own: res_mwi_external excludes app_voicemail
    if name not in pbx.listed:
        return UNLOADED
    if name in tally.refusals:
        return f"refused: {'; '.join(sorted(tally.refusals[name]))}"
    return "no answer" if name in tally.sent else "not exercised"


def _events(tested: Sequence[Pbx]) -> Iterator[list[str]]:
    for event in _all(registry.EVENTS):
        cells = [_event_cell(pbx, event) for pbx in tested]
        if set(cells) != {ABSENT}:
            yield [event.ami.name, *cells]


def _event_cell(pbx: Pbx, event: type[Event]) -> str:
    if event.ami.name in pbx.tally.events:
        return "seen"
    return "not seen" if pbx.major in event.ami.versions else ABSENT


def _unexercised(
    table: Reasons, spec: Mapping[str, Any], tested: Sequence[Pbx]
) -> Iterator[list[str]]:
    """Yield what is not exercised and why, one row for each reason."""
    for name in sorted(table, key=str.lower):
        majors: dict[str, list[str]] = {}
        for pbx in tested:
            why = reason(table, name, pbx.major)
            if why is not None and pbx.major in spec[name].ami.versions:
                majors.setdefault(why, []).append(str(pbx.major))
        for why, where in majors.items():
            yield [name, ", ".join(where), why]
