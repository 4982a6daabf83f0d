"""The real spec holds what it promises: examples that work, docs, references, other names."""

import ast
import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any

import amisdk_models.actions
import amisdk_models.events
import pytest
from amisdk_codegen.load import Source, load
from amisdk_codegen.model import ActionField, ActionSpec
from amisdk_models.registry import ACTIONS, EVENTS

from amisdk import actions
from amisdk.codec import reader_of
from amisdk.models import Action, PairsReply

ROOT = Path(__file__).parents[2]
SOURCES = load(ROOT / "spec")
SPECS = {name: one for source in SOURCES for name, one in source.content.actions.items()}
MODULES = sorted(Path(amisdk_models.__file__).parent.rglob("*.py"))
WIDTH = 100


def _short(path: Path) -> str:
    return "/".join(path.parts[-2:])


# --- examples -----------------------------------------------------------------------------


def _example(name: str) -> Action[Any]:
    """Make the action of the example in the class's docstring."""
    doc = ACTIONS[name].__doc__ or ""
    [example] = doctest.DocTestParser().get_examples(doc)
    action = eval(example.source, {"actions": actions})
    assert isinstance(action, ACTIONS[name])
    return action


def _headers(spec: ActionSpec) -> Iterator[tuple[str, str | None]]:
    """Yield the headers which an example must give, with the text if it is plain."""
    for wire, value in spec.example.items():
        field = spec.fields[wire]
        match field.type:
            case "records":
                for number, row in enumerate(value):
                    yield from ((f"{name}-{number:06}", str(text)) for name, text in row.items())
            case "headers":
                yield from ((name, str(text)) for name, text in value.items())
            case "variables":
                yield from ((wire, None) for _ in value)
            case _:
                yield wire, _text(field, value)


def _text(field: ActionField, value: Any) -> str | None:
    if isinstance(value, bool):
        true, false = field.words or ("true", "false")
        return true if value else false
    return str(value) if isinstance(value, (str, int)) and field.type != "float" else None


@pytest.mark.parametrize("name", SPECS)
def test_an_action_with_required_fields_has_an_example(name: str) -> None:
    spec = SPECS[name]
    required = {wire for wire, field in spec.fields.items() if field.required}
    assert required <= spec.example.keys()
    assert spec.example or not any(rule.one_of or rule.any_of for rule in spec.rules)


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.example])
def test_an_example_gives_the_headers_that_it_shows(name: str) -> None:
    sent = _example(name).to_headers()
    shown = list(_headers(SPECS[name]))
    assert len(sent) >= len(shown)
    for header, text in shown:
        assert header in [key for key, _ in sent]
        if text is not None:
            assert (header, text) in sent


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if not spec.example])
def test_an_action_without_an_example_can_be_made_without_arguments(name: str) -> None:
    assert ACTIONS[name]().to_headers() == []


# --- docs ---------------------------------------------------------------------------------


def _docs(path: Path) -> Iterator[tuple[str, str | None]]:
    """Yield the docstrings that a module must have, by what they are about."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield "the module", ast.get_docstring(tree)
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef):
            yield node.name, ast.get_docstring(node)
            for field, doc in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(field, ast.AnnAssign):
                    yield f"{node.name}.{ast.unparse(field.target)}", _constant(doc)
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target), _constant(after)


def _constant(node: ast.stmt | None) -> str | None:
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return text
    return None


def _prose(doc: str) -> str:
    return doc.partition("\nExample:\n")[0].strip()


@pytest.mark.parametrize("path", MODULES, ids=_short)
def test_everything_has_a_doc(path: Path) -> None:
    assert [name for name, doc in _docs(path) if not doc] == []


@pytest.mark.parametrize("path", MODULES, ids=_short)
def test_every_doc_is_a_sentence(path: Path) -> None:
    docs = [(name, _prose(doc)) for name, doc in _docs(path) if doc]
    assert [(name, doc) for name, doc in docs if not doc.endswith(".")] == []
    assert [(name, doc) for name, doc in docs if len(doc.split()) < 3] == []
    assert [(name, doc) for name, doc in docs if "{" in doc or "  " in doc.splitlines()[0]] == []


_UNBREAKABLE = re.compile(
    r""" *(\w+ as \w+|"\w+": "[\w.]+"|"events\.\w+( \| events\.\w+)*(", "events\.\w+)?"),"""
)
"""Lines which are as long as the names in them: AMI has names of 44 letters."""


@pytest.mark.parametrize("path", MODULES, ids=_short)
def test_no_line_is_too_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    long = [line for line in lines if len(line) > WIDTH]
    assert [line for line in long if not _UNBREAKABLE.fullmatch(line)] == []


# --- references ---------------------------------------------------------------------------


def test_every_event_of_a_reply_is_in_the_registry() -> None:
    named: set[str] = set()
    for cls in ACTIONS.values():
        info = cls.ami
        if info.list is not None:
            named.update(info.list.items, [info.list.end])
        stands_in = issubclass(info.reply, PairsReply)  # the event is the reply, and no class
        named.update(name for name in (not stands_in and info.event, info.later) if name)
    assert len(named) > 1
    for name in named - {"any"}:
        assert EVENTS[name].ami.name == name


def test_every_replacement_is_an_action_that_newer_servers_have() -> None:
    for name, cls in ACTIONS.items():
        last = cls.ami.versions.spans[-1][1]
        for other in cls.ami.replaced_by:
            assert ACTIONS[other].ami.versions.spans[-1][1] > last, f"{name} -> {other}"


def test_no_field_is_older_or_newer_than_what_it_belongs_to() -> None:
    def majors(spans: tuple[tuple[int, int], ...]) -> set[int]:
        return {major for first, last in spans for major in range(first, last + 1)}

    def outside(source: Source) -> Iterator[str]:
        for kind in ("actions", "events"):
            for name, one in getattr(source.content, kind).items():
                for wire, field in one.fields.items():
                    if field.versions and not majors(field.versions) <= majors(one.versions):
                        yield f"{name}.{wire}"

    assert [found for source in SOURCES for found in outside(source)] == []


def test_every_group_and_every_enum_is_used() -> None:
    text = "\n".join(
        Path(source.file).read_text(encoding="utf-8")
        for source in SOURCES
        if source.content.actions or source.content.events or source.content.groups
    )
    words = set(re.findall(r"\w+", text))
    for source in SOURCES:
        assert source.content.groups.keys() | source.content.enums.keys() <= words


def test_every_override_of_a_name_is_needed() -> None:
    wires: set[str] = set()
    for package in (amisdk_models.actions, amisdk_models.events):
        for name in package.__all__:
            cls = getattr(package, name)
            owner = cls.ami.name if hasattr(cls, "ami") else name
            for field in cls.model_fields.values():
                wires.update((f"{owner}.{field.serialization_alias}", field.serialization_alias))
    for source in SOURCES:
        names = source.content.names
        assert names.fields.keys() <= wires
        assert names.classes.keys() <= ACTIONS.keys() | EVENTS.keys()


# --- what a server may write --------------------------------------------------------------

GARBAGE = [
    "", " ", "garbage", "<unknown>", "(null)", "none", "nan", "-inf", "1e999", "-1", "99999999999",
    "9" * 5000, "0x10", "٣", "{", "[1", "=", "=,=", ",", "a=b,c=d", "12:60:61", ":::", "25:99",
    "2026-13-45 99:99:99", "9999999999999999999.9", "true", "\x00\x07", "\udcff", "\\", "\\x", '"',
]  # fmt: skip


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: ascii(text[:20]))
def test_no_value_costs_the_event(text: str) -> None:
    for name, cls in EVENTS.items():
        wires = [field.serialization_alias or "" for field in cls.model_fields.values()]
        lines = [f"{wire}: {text}" for wire in wires]
        frame = "\r\n".join([f"Event: {name}", *lines, *reversed(lines)])
        event = cls.from_frame(frame)
        assert event.ami_name == name
        assert len(event.headers) == 1 + 2 * len(wires)
        assert {issue.field for issue in event.issues} <= cls.model_fields.keys()
        assert repr(event).startswith(cls.__name__)


def test_every_header_of_an_event_reaches_its_field() -> None:
    for cls in EVENTS.values():
        reader = reader_of(cls)
        for name, field in cls.model_fields.items():
            wire = field.serialization_alias
            assert wire
            for spelling in (wire, wire.lower(), wire.upper()):
                assert reader.field_of(spelling) == name


# --- names of other clients ---------------------------------------------------------------

SAME = """
AbsoluteTimeout AgentLogoff Agents AGI BlindTransfer Bridge BridgeInfo BridgeList Command
ConfbridgeKick ConfbridgeList ConfbridgeListRooms ConfbridgeLock ConfbridgeMute ConfbridgeUnlock
ConfbridgeUnmute CoreSettings CoreShowChannels CoreStatus CreateConfig ExtensionState GetConfig
Hangup ListCategories ListCommands LocalOptimizeAway Login Logoff MailboxCount MailboxStatus
ModuleCheck ModuleLoad Originate Park ParkedCalls Ping QueueAdd QueueLog QueuePause QueueRemove
QueueReset QueueRule QueueStatus QueueSummary Redirect Reload SendText ShowDialPlan Status
Queues Monitor ChangeMonitor PauseMonitor UnpauseMonitor StopMonitor SIPpeerstatus
MeetmeList MeetmeMute MeetmeUnmute JabberSend VoicemailUsersList
""".split()  # noqa: SIM905
OTHER = {
    "DbDel": "DBDel",
    "DbDeltree": "DBDelTree",
    "DbGet": "DBGet",
    "DbPut": "DBPut",
    "GetConfigJson": "GetConfigJSON",
    "GetVar": "Getvar",
    "SetVar": "Setvar",
    "PlayDtmf": "PlayDTMF",
    "AttendedTransfer": "Atxfer",
    "ModuleReload": 'ModuleLoad(load_type="reload")',
    "ModuleUnload": 'ModuleLoad(load_type="unload")',
    "QueueUnpause": "QueuePause(paused=False)",
    "SipPeers": "SIPpeers",
    "SipShowPeer": "SIPshowpeer",
    "SipQualifyPeer": "SIPqualifypeer",
    "SipShowRegistry": "SIPshowregistry",
    "DahdiDialOffHook": "DAHDIDialOffhook",
    "DahdiDndOff": "DAHDIDNDoff",
    "DahdiDndOn": "DAHDIDNDon",
    "DahdiHangup": "DAHDIHangup",
    "DahdiRestart": "DAHDIRestart",
    "DahdiShowChannels": "DAHDIShowChannels",
}


@pytest.mark.parametrize("name", SAME)
def test_an_action_that_ami_io_has_is_here(name: str) -> None:
    assert issubclass(getattr(actions, name), Action)


@pytest.mark.parametrize(("name", "here"), OTHER.items())
def test_an_action_that_ami_io_calls_otherwise_is_hinted_at(name: str, here: str) -> None:
    with pytest.raises(AttributeError, match=f"did you mean {re.escape(here)}\\?"):
        getattr(actions, name)
    assert name not in dir(actions)
    assert issubclass(getattr(actions, here.partition("(")[0]), Action)


@pytest.mark.parametrize("here", [here for here in OTHER.values() if "(" in here])
def test_the_fields_of_a_hint_are_fields_that_fit(here: str) -> None:
    call = ast.parse(here, mode="eval").body
    assert isinstance(call, ast.Call)
    cls = getattr(actions, ast.unparse(call.func))
    for argument in call.keywords:
        assert argument.arg in cls.model_fields
        annotation = cls.model_fields[argument.arg].annotation
        value = ast.literal_eval(argument.value)
        args = annotation.__args__ if isinstance(annotation, UnionType) else [annotation]
        assert type(value) in args or any(value in getattr(arg, "__args__", ()) for arg in args)


def test_a_slip_of_the_pen_is_hinted_at() -> None:
    with pytest.raises(AttributeError, match=r"did you mean QueueStatus\?"):
        _ = actions.QueueStatsu  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"did you mean QueueStatus\?"):
        _ = actions.queuestatus  # type: ignore[attr-defined]
    with pytest.raises(AttributeError) as caught:
        _ = actions.Zzzzzz  # type: ignore[attr-defined]
    assert "did you mean" not in str(caught.value)
