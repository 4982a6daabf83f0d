"""amisdk describe: all about a name, and a search."""

import json
import re
from typing import Any

import pytest
from amisdk_models.registry import ACTIONS, EVENTS

from amisdk.cli.descriptions import description, show
from amisdk.cli.docstrings import words_of
from amisdk.cli.faults import Code
from amisdk.cli.show import json_line
from tests.amisdk.cli.conftest import Call, Terminal


@pytest.mark.parametrize("word", ["QueueAdd", "queueadd"])
def test_an_action_is_told_of_whole(call: Call, word: str) -> None:
    done = call("describe", word)
    assert done.code == Code.OK
    for text in (
        "QueueAdd  action, queues\nAdd a member to a queue.\n",
        "An interface that is a member already",
        "Asterisk    11-23, app_queue\n",
        "Needs       write = agent, in manager.conf\n",
        "  --queue  text  required\n      Name of the queue.\n",
        "  --paused/--no-paused  yes or no\n",
        "  amisdk send QueueAdd --queue support --interface PJSIP/6001 --penalty 1 --no-paused",
        '      queue="support",\n',
    ):
        assert text in done.out


@pytest.mark.parametrize(
    ("word", "texts"),
    [
        (
            "QueueStatus",
            [
                "Changes     nothing on the server",
                "a list of QueueParams, QueueMember, QueueEntry; QueueStatusComplete ends it",
                "Needs       no privilege",
            ],
        ),
        (
            "Originate",
            [
                "Danger      runs code; --yes sends it without a question",
                "Rule        give exten, context and priority, or application",
                "Outcome     the event OriginateResponse, later; --wait waits for it",
            ],
        ),
        ("SIPpeers", ["Asterisk    11-20, chan_sip", "Today       PJSIPShowEndpoints"]),
        ("Getvar", ["Reply\n  variable  text\n", "  value  text\n"]),
        ("Ping", ["Fields  none", "  actions.Ping()\n  amisdk send Ping\n"]),
        (
            "Newstate",
            ["Newstate  event, calls", "Needs       read = call, in manager.conf", "  exten  text"],
        ),
    ],
)
def test_what_else_there_is_to_tell(call: Call, word: str, texts: list[str]) -> None:
    done = call("describe", word)
    for text in texts:
        assert text in done.out


def test_a_name_of_both_kinds_is_told_of_twice(call: Call) -> None:
    done = call("describe", "Hangup")
    assert re.findall(r"^Hangup  (\w+), \w+$", done.out, re.MULTILINE) == ["action", "event"]
    kinds = [
        json.loads(line)["kind"] for line in call("describe", "Hangup", "--json").out.splitlines()
    ]
    assert kinds == ["action", "event"]


@pytest.mark.parametrize(
    ("kind", "name"), [*(("action", one) for one in ACTIONS), *(("event", one) for one in EVENTS)]
)
def test_everything_can_be_told_of_in_both_forms(
    kind: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cls: type[Any] = ACTIONS[name] if kind == "action" else EVENTS[name]
    data = description(kind, cls, words_of(cls))
    show(data)
    assert capsys.readouterr().out.startswith(f"{name}  {kind}, ")
    data = json.loads(json_line(data))
    assert data["summary"]
    assert all(field["doc"] and field["header"] and field["type"] for field in data["fields"])
    if data["kind"] == "action":
        assert data["examples"]["command"].startswith(f"amisdk send {name}")


def found(call: Call, *words: str) -> list[tuple[str, str]]:
    done = call("describe", *words)
    assert done.code == Code.OK
    return [(line.split()[0], line.split()[1]) for line in done.out.splitlines()]


def test_an_area_finds_its_actions_and_events(call: Call) -> None:
    names = found(call, "pjsip")
    assert ("action", "PJSIPQualify") in names
    assert ("event", "ContactStatus") in names
    assert names[0][1].startswith("PJSIP")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["app_queue"], ("action", "QueueAdd")),
        (["caller wait"], ("action", "QueueChangePriorityCaller")),
        (["caller", "wait"], ("action", "QueueChangePriorityCaller")),
        (["queue", "--search"], ("event", "QueueCallerJoin")),
        (["Ping", "-s"], ("action", "Ping")),
        (["wrapup"], ("action", "QueueAdd")),
    ],
)
def test_a_word_finds_what_speaks_of_it(
    call: Call, words: list[str], name: tuple[str, str]
) -> None:
    assert name in found(call, *words)


def test_a_word_that_is_nearly_a_name_finds_it(call: Call) -> None:
    assert "QueueAdd  action, queues" in call("describe", "qeuead").out


def test_a_search_as_json_is_one_entry_a_line(call: Call) -> None:
    done = call("describe", "parking", "--json")
    entries = [json.loads(line) for line in done.out.splitlines()]
    assert ("action", "Park", "parking") in [
        (entry["kind"], entry["name"], entry["area"]) for entry in entries
    ]
    assert all(entry.keys() == {"kind", "name", "area", "summary"} for entry in entries)


def test_nothing_found_is_told(call: Call) -> None:
    done = call("describe", "xyzzyx")
    assert (done.code, done.out) == (Code.FAILED, "")
    assert done.err == 'amisdk: nothing is known of "xyzzyx"\n'


def test_a_terminal_breaks_lines_and_has_colours(
    terminal: type[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    talk = terminal("describe", "QueueAdd")
    assert talk.end() == Code.OK
    assert "\x1b[1;36mQueueAdd" in talk.seen
    plain = re.sub(r"\x1b\[[\d;]*m", "", talk.seen)
    text = [line for line in plain.splitlines() if "amisdk send" not in line]
    assert max(map(len, text)) <= 60
    talk = terminal("describe", "queue", "-s")
    assert talk.end() == Code.OK
    assert "\x1b[1;32mQueueCallerJoin" in talk.seen
