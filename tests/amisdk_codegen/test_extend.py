"""A spec that builds on amisdk's own: it adds, extends and refers."""

from __future__ import annotations

import pytest
from amisdk_codegen.cli import own_spec
from amisdk_codegen.gather import gather
from amisdk_codegen.load import load
from amisdk_codegen.model import ActionField, EventField

from tests.amisdk_codegen.support import (
    Files,
    Workspace,
    action,
    contents,
    enum,
    event,
    group,
    marked,
    names,
    python,
    snapshot,
)

SHOP: Files = {
    "shop.yaml": """\
summary: What the PBX of a shop has more.

actions:
  ShopLines:
    summary: List the lines of a shop.
    module: app_shop
    versions: 16-23
    privilege: [call]
    fields:
      Mood: {enum: ShopMood, required: true, doc: "How callers are greeted."}
      Alarm: {enum: DahdiAlarm, open: true, doc: "What set it off."}
    reply:
      list: {items: [ShopLine, Hangup], end: ShopLinesComplete}
    replaced_by: [QueueStatus]

events:
  ShopLine:
    summary: A line.
    module: app_shop
    versions: 16-23
    groups: [till, {group: bridge, prefix: Side, of: the side}]
    fields:
      State: {enum: ChannelState, doc: "State of the line."}
  ShopLinesComplete:
    summary: The end of the lines.
    module: app_shop
    versions: 16-23

groups:
  till:
    summary: A till.
    of: the till
    fields: {Till: {type: int, doc: "Number of {of}."}}

enums:
  ShopMood: {summary: A mood., values: [glad, sad]}

extend:
  actions:
    QueueAdd:
      fields:
        Skill: {type: int, min: 0, doc: "What the member is good at."}
        penalty: {max: 10}
        Aisle: Where the member stands.
      rules:
        - needs: {Aisle: [Skill]}
      reply:
        fields: {Position: {type: int, doc: "Place in the queue."}}
    QueueStatus:
      versions: 11-22
  events:
    Hangup:
      groups: [till, {group: channel, prefix: Payer, of: the payer}]
      fields:
        BillTo: Who pays.
        Cause: {doc: "Why, as our billing reads it."}
  enums:
    LoadType: {values: {reborn: Load it twice.}}
""",
}

PROGRAM = """\
import amisdk_models.actions, amisdk_models.events
from shop_ami import actions, enums, events, registry

add = actions.QueueAdd(queue="q", interface="i", skill=3, penalty=10, aisle="4")
assert add.to_headers() == [
    ("Queue", "q"), ("Interface", "i"), ("Penalty", "10"), ("Skill", "3"), ("Aisle", "4")
], add.to_headers()
for wrong in ({"penalty": 11}, {"skill": -1}, {"aisle": "4"}):
    try:
        actions.QueueAdd(queue="q", interface="i", **wrong)
    except ValueError:
        continue
    raise AssertionError(wrong)
reply = add.ami.reply.from_frame("Response: Success\\r\\nPosition: 3")
assert reply.position == 3 and isinstance(reply, amisdk_models.actions.QueueAddReply)
assert 22 in actions.QueueStatus.ami.versions and 23 not in actions.QueueStatus.ami.versions
assert actions.QueueStatus.ami.read_only and actions.QueueStatus.ami.idempotent
assert actions.QueueAdd.ami.idempotent and not actions.QueueAdd.ami.read_only

assert actions.ModuleLoad(load_type="reborn").load_type == "reborn"
assert actions.Ping is amisdk_models.actions.Ping

hangup = registry.EVENTS["HANGUP"].from_frame("\\r\\n".join([
    "Event: Hangup", "Cause: 16", "BillTo: me", "Till: 4", "PayerChannel: PJSIP/1", "Channel: x",
]))
assert isinstance(hangup, amisdk_models.events.Hangup) and isinstance(hangup, events.Hangup)
assert (hangup.cause, hangup.bill_to, hangup.till) == (16, "me", 4)
assert (hangup.payer_channel, hangup.channel) == ("PJSIP/1", "x")
assert not hangup.extra_headers and not hangup.issues

line = events.ShopLine.from_frame("Event: ShopLine\\r\\nState: Up\\r\\nSideBridgeType: basic")
assert (line.state, line.side_bridge_type) == ("Up", "basic")
assert set(registry.ACTIONS) == {"ShopLines", "QueueAdd", "QueueStatus", "ModuleLoad"}
assert set(registry.EVENTS) == {"ShopLine", "ShopLinesComplete", "Hangup"}
assert set(dir(actions)) == {*amisdk_models.actions.__all__, "ShopLines", "ShopLinesReply"}
assert set(actions.__all__) == set(dir(actions))
hints = {"Queueadd": "QueueAdd?", "PlayDtmf": "PlayDTMF?", "Shoplines": "ShopLines?"}
for name, hint in hints.items():
    try:
        getattr(actions, name)
    except AttributeError as error:
        assert str(error).endswith(hint) and "shop_ami.actions" in str(error), error
    else:
        raise AssertionError(name)
print("fine")
"""


@pytest.fixture
def shop(bare: Workspace) -> Workspace:
    """A workspace with the package of a shop's PBX."""
    bare.write(SHOP, "shop")
    made = bare.run("generate", "--spec", "shop", "--out", "out", "--package", "shop_ami")
    assert (made.status, made.err) == (0, "")
    return bare


def test_the_package_works(shop: Workspace) -> None:
    done = python("-W", "error", "-c", PROGRAM, cwd=shop.root / "out")
    assert (done.returncode, done.stdout, done.stderr) == (0, "fine\n", "")


def test_only_what_is_new_is_written(shop: Workspace) -> None:
    package = shop.root / "out" / "shop_ami"
    assert set(contents(package)) == {
        "__init__.py", "actions/__init__.py", "actions/shop.py", "enums.py",
        "events/__init__.py", "events/shop.py", "py.typed", "registry.py",
    }  # fmt: skip
    events = (package / "events" / "shop.py").read_text(encoding="utf-8")
    hangup = events[events.index("class Hangup(AmisdkHangup)") : events.index("class ShopLine(")]
    assert '"""Why, as our billing reads it."""' in hangup
    assert '"ConnectedLineNum"' not in hangup
    assert '"PayerConnectedLineNum"' in hangup


def test_the_package_is_well_typed_and_tidy(shop: Workspace) -> None:
    (shop.root / "use.py").write_text(
        "from typing import assert_type\n\n"
        "from amisdk import AsyncClient\n"
        "from amisdk import events as amisdk_events\n"
        "from shop_ami import actions, events, registry\n\n\n"
        "def old(event: amisdk_events.Hangup) -> None: ...\n\n\n"
        "async def main() -> None:\n"
        '    async with AsyncClient(username="u", secret="s", registry=registry) as ami:\n\n'
        "        @ami.on(events.Hangup)\n"
        "        def hung_up(event: events.Hangup) -> None:\n"
        "            assert_type(event.bill_to, str | None)\n"
        "            assert_type(event.cause, int | None)\n"
        "            old(event)\n\n"
        '        added = await ami.send(actions.QueueAdd(queue="q", interface="i", skill=1))\n'
        "        assert_type(added, actions.QueueAddReply)\n"
        "        assert_type(added.position, int | None)\n"
        '        lines = await ami.send(actions.ShopLines(mood="glad", alarm="any"))\n'
        "        assert_type(lines.items, tuple[events.ShopLine | events.Hangup, ...])\n"
        '        actions.ShopLines(mood="bad")  # type: ignore[arg-type]\n'
        "        actions.Shoplines  # type: ignore[attr-defined]\n",
        encoding="utf-8",
    )
    done = python("-m", "mypy", "--strict", "use.py", "out/shop_ami", cwd=shop.root, MYPYPATH="out")
    assert done.stdout.startswith("Success"), done.stdout
    done = python(
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--line-length=100",
        "--select=F,I",
        "--ignore=F401",
        "out",
        cwd=shop.root,
    )
    assert done.returncode == 0, done.stdout


def test_it_is_stable_and_checked(shop: Workspace) -> None:
    before = snapshot(shop.root / "out")
    arguments = ("--spec", "shop", "--out", "out", "--package", "shop_ami")
    assert shop.run("generate", *arguments).out == "out/shop_ami: 0 files changed\n"
    assert snapshot(shop.root / "out") == before
    assert shop.run("check", *arguments).status == 0
    shop.write({"more.yaml": event()}, "shop")
    assert shop.run("check", *arguments).status == 1


EXTEND = "summary: More.\nextend:\n"
BAD: dict[str, tuple[str, str]] = {
    "an action again": (
        action("", name="QueueAdd").replace("QueueAdd:", "QueueAdd: # <-"),
        'action "QueueAdd" is in the spec below already; write what you add to it below extend',
    ),
    "an action in another case": (
        action("", name="queueadd").replace("queueadd:", "queueadd: # <-"),
        'action "QueueAdd" is in the spec below already',
    ),
    "an event again": (
        event("", name="Hangup").replace("Hangup:", "Hangup: # <-"),
        'event "Hangup" is in the spec below already; write what you add to it below extend: ev',
    ),
    "an enum again": (
        enum("LoadType").rstrip("\n") + " # <-\n",
        'enum "LoadType" is in the spec below already',
    ),
    "a group again": (
        group(name="channel").replace("channel:", "channel: # <-"),
        'group "channel" is in the spec below already',
    ),
    "a name again": (
        names("fields:\n  Async: other # <-\n"),
        '"Async" has a name already',
    ),
    "a class renamed": (
        names("classes:\n  QueueAdd: AddToQueue # <-\n"),
        'the class of "QueueAdd" is QueueAdd in the spec below, and stays so',
    ),
    "a field renamed": (
        names("fields:\n  Hangup.Cause: why # <-\n"),
        'this would make "Cause" of Hangup why; it is cause in the spec below',
    ),
    "a field of every owner renamed": (
        names("fields:\n  Penalty: rank # <-\n"),
        "of QueueAdd rank; it is penalty in the spec below",
    ),
    "a field renamed by a word": (
        names("words: {cause: why} # <-\n"),
        'this would make "Cause" of ',
    ),
    "a field renamed by an acronym": (
        names("acronyms:\n  - Queu # <-\n"),
        'this would make "Queue" of ',
    ),
    "an unknown action": (
        EXTEND + "  actions:\n    QueueAd: # <-\n      versions: 16\n",
        'the spec below has no action "QueueAd" to extend; did you mean "QueueAdd"?',
    ),
    "an unknown event": (
        EXTEND + "  events:\n    Zebra: # <-\n      versions: 16\n",
        'the spec below has no event "Zebra" to extend',
    ),
    "an unknown enum": (
        EXTEND + "  enums:\n    Zebra: # <-\n      values: [a]\n",
        'the spec below has no enum "Zebra" to extend',
    ),
    "an unknown group": (
        EXTEND + "  events:\n    Hangup:\n      groups:\n        - zebra # <-\n",
        'there is no group "zebra"',
    ),
    "a field of another type": (
        EXTEND + "  actions:\n    QueueAdd:\n      fields:\n        Penalty: {type: text} # <-\n",
        '"Penalty" is of type int in the spec below; it cannot become of type text',
    ),
    "an event's field of another type": (
        EXTEND + "  events:\n    Hangup:\n      fields:\n        cause: {type: float} # <-\n",
        '"cause" is of type int in the spec below; it cannot become of type float',
    ),
    "a field that repeats now": (
        EXTEND + "  actions:\n    QueueAdd:\n      fields:\n        Queue: {repeat: true} # <-\n",
        '"Queue" is of type text in the spec below; it cannot become a repeated text',
    ),
    "a text that takes some values only": (
        EXTEND + "  actions:\n    QueueAdd:\n      fields:\n        Queue: {enum: [a, b]} # <-\n",
        '"Queue" takes any text in the spec below; its enum has to be open',
    ),
    "an open enum that is closed": (
        EXTEND + "  actions:\n    Bridge:\n      fields:\n        Tone: {open: false} # <-\n",
        '"Tone" takes any text in the spec below; its enum has to be open',
    ),
    "an enum that loses values": (
        EXTEND
        + "  actions:\n    ModuleLoad:\n      fields:\n        LoadType: {enum: [load]} # <-\n",
        '"LoadType" has unload, reload, refresh in the spec below, and has to keep that',
    ),
    "an event's enum that loses values": (
        EXTEND
        + "  events:\n    PeerStatus:\n      fields:\n        PeerStatus: {enum: [Up]} # <-\n",
        " in the spec below, and has to keep that",
    ),
    "a record that loses columns": (
        EXTEND + "  actions:\n    UpdateConfig:\n      fields:\n        Changes: # <-\n"
        "          columns: {Action: What to do.}\n",
        "in the spec below, and has to keep that",
    ),
    "a header of every action": (
        EXTEND + "  actions:\n    QueueAdd:\n      fields:\n        ActionId: An id. # <-\n",
        '"ActionId" is in every action, and no field of QueueAdd',
    ),
    "a field without a meaning": (
        EXTEND + "  actions:\n    QueueAdd:\n      fields:\n        Skill: {type: int} # <-\n",
        '"Skill" is new: say what it is (doc)',
    ),
    "a field that cannot be": (
        EXTEND
        + "  actions:\n    QueueAdd:\n      fields:\n        S: {min: 1, doc: Some s.} # <-\n",
        "S: min and max do not fit type text",
    ),
    "a field that a group has": (
        EXTEND + "  events:\n    Hangup:\n      groups:\n        - channel # <-\n",
        'Hangup has the field "AccountCode" twice',
    ),
    "a field of a group changed": (
        EXTEND + "  events:\n    Hangup:\n      fields:\n        channel: My own. # <-\n",
        '"channel" comes with the group channel, and stays as it is',
    ),
    "another shape": (
        EXTEND + "  actions:\n    QueueAdd:\n      reply:\n        shape: output # <-\n",
        "unknown key",
    ),
    "a rule about nothing": (
        EXTEND + "  actions:\n    QueueAdd:\n      rules:\n        - any_of: [Zebra] # <-\n",
        'the rule speaks of "Zebra", which QueueAdd has not',
    ),
    "a class that is there": (
        action("", name="QueueAddReply").replace("QueueAddReply:", "QueueAddReply: # <-"),
        '"QueueAddReply" is already the class of the spec below; name one in names.classes',
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_what_does_not_fit_the_spec_below_is_refused(
    bare: Workspace, text: str, message: str
) -> None:
    files: Files = {"bad.yaml": text}
    bare.write(files)
    outcome = bare.run("generate", "--out", "out", "--package", "mine")
    found = outcome.err.splitlines()
    assert {line.partition(": ")[0] for line in found} == set(marked(files)), outcome.err
    assert message in found[0]
    assert outcome.status == 2
    assert not (bare.root / "out" / "mine").exists()


def test_an_action_is_extended_in_one_file(bare: Workspace) -> None:
    more = "  actions:\n    QueueAdd:\n      versions: 16\n"
    bare.write({"a.yaml": EXTEND + more, "b.yaml": EXTEND + more})
    outcome = bare.run("generate", "--out", "out", "--package", "mine")
    assert outcome.err == 'spec/b.yaml:4: action "QueueAdd" is extended in spec/a.yaml already\n'


def test_a_spec_that_stands_alone_extends_nothing(workspace: Workspace) -> None:
    workspace.refuses(
        {"more.yaml": EXTEND + "  actions:\n    Poke: # <-\n      versions: 16\n"},
        "there is nothing to extend: this spec stands alone",
    )


def test_a_package_is_not_called_like_amisdks_own(bare: Workspace) -> None:
    bare.write(SHOP)
    for name in ("amisdk", "amisdk_models", "amisdk_codegen"):
        outcome = bare.run("generate", "--out", "out", "--package", name)
        assert outcome.status == 2
        assert f'"{name}" is a package of amisdk itself' in outcome.err
        assert not (bare.root / "out" / name).exists()


def test_extending_everything_there_is_changes_no_field(bare: Workspace) -> None:
    """Each action and event can be written anew over the old one, and stays what it is."""
    spec = gather(load(own_spec()))
    lines = ["summary: All again.", "extend:", "  actions:"]
    lines += [f"    {name}: {{versions: 16}}" for name in spec.actions]
    lines += ["  events:", *(f"    {name}: {{versions: 16}}" for name in spec.events)]
    bare.write({"all.yaml": "\n".join(lines) + "\n"})
    made = bare.run("generate", "--out", "out", "--package", "mine")
    assert (made.status, made.err) == (0, "")
    done = python(
        "-c",
        "import amisdk_models.registry as old, mine.registry as new\n"
        "for kind in ('ACTIONS', 'EVENTS'):\n"
        "    before, now = getattr(old, kind), getattr(new, kind)\n"
        "    assert len(before) == len(now) > 100\n"
        "    for name, cls in now.items():\n"
        "        assert cls is not before[name]\n"
        "        a, b = (one.model_json_schema() for one in (cls, before[name]))\n"
        "        assert a['properties'] == b['properties'], name\n"
        "        assert a.get('required') == b.get('required'), name\n"
        "        assert str(cls.ami.versions) == '16'\n"
        "        if kind == 'ACTIONS':\n"
        "            assert cls.ami.read_only == before[name].ami.read_only, name\n"
        "            assert cls.ami.danger == before[name].ami.danger, name\n"
        "print('fine')",
        cwd=bare.root / "out",
    )
    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_what_an_extension_can_say_of_a_field_is_what_a_spec_can_say() -> None:
    from amisdk_codegen.model import MoreOfActionField, MoreOfEventField

    assert set(MoreOfActionField.model_fields) == set(ActionField.model_fields)
    assert set(MoreOfEventField.model_fields) == set(EventField.model_fields)
