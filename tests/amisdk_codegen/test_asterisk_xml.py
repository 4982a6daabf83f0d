"""Reading Asterisk's XML documentation: what it says, what it includes, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from amisdk_codegen.asterisk_xml import (
    Documented,
    DocumentedAction,
    DocumentedEvent,
    DocumentedField,
    Snapshot,
    read,
)
from amisdk_codegen.errors import SpecError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.amisdk_codegen.support import Workspace

DATA = Path(__file__).parents[1] / "data" / "asterisk-xml"
XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


@pytest.fixture(scope="module")
def door() -> Documented:
    return read(DATA / "door.xml")


@pytest.fixture(scope="module")
def includes() -> Documented:
    return read(DATA / "includes.xml")


def line_of(text: str, nth: int = 1) -> int:
    """Return the line of the door's file in which a text comes for the nth time."""
    lines = (DATA / "door.xml").read_text(encoding="utf-8").split("\n")
    return [number for number, line in enumerate(lines, 1) if text in line][nth - 1]


def action(documented: Documented, name: str) -> DocumentedAction:
    (found,) = (one for one in documented.actions if one.name == name)
    return found


def event(documented: Documented, name: str) -> DocumentedEvent:
    (found,) = (one for one in documented.events if one.name == name)
    return found


def fields(one: DocumentedAction | DocumentedEvent) -> dict[str, DocumentedField]:
    return {field.name: field for field in one.fields}


def wrapped(inside: str) -> bytes:
    return f"<docs {XI}>{inside}</docs>".encode()


def manager(name: str, syntax: str) -> str:
    return f"<manager name={quoteattr(name)}><syntax>{syntax}</syntax></manager>"


# --- what it says -------------------------------------------------------------------------


def test_each_name_is_there_once_in_the_order_of_the_file(door: Documented) -> None:
    assert [one.name for one in door.actions] == [
        "DoorOpen", "DoorList", "Door!", "Door-Bell", "Login", "queueadd", "ModuleLoad",
        "AOCMessage",
    ]  # fmt: skip
    assert [one.name for one in door.events] == [
        "DoorEntry", "DoorOpened", "DoorListComplete", "Hangup",
    ]  # fmt: skip


def test_what_several_modules_document_is_joined(door: Documented) -> None:
    opened = action(door, "DoorOpen")
    assert opened.line == line_of('<manager name="DoorOpen"')
    assert opened.summary == "Open a door for a moment."
    assert opened.modules == ("app_door", "app_gate")
    assert opened.since == ("16.21.0", "18.7.0", "19.0.0")
    assert list(fields(opened)) == [
        "ActionID", "Door", "Seconds", "Mode", "Chime", "Log", "Guest", "Class", "Json",
        "Guest-List", "GuestList", "Guest[0]", "Gate",
    ]  # fmt: skip


def test_the_fields_of_an_action(door: Documented) -> None:
    """What only one of two modules requires is not required."""
    found = fields(action(door, "DoorOpen"))

    def at(name: str) -> int:
        return line_of(f'<parameter name="{name}"')

    assert found["Door"] == DocumentedField(
        "Door", at("Door"), "Which door it is, e.g. the front door."
    )
    assert found["Seconds"] == DocumentedField(
        "Seconds", at("Seconds"), "How long it stays open", default="5"
    )
    assert found["Mode"] == DocumentedField(
        "Mode", at("Mode"), "What visitors hear.", values=("quiet", "loud", "file:<name>")
    )
    assert found["Chime"] == DocumentedField(
        "Chime", at("Chime"), required=True, values=("yes", "no")
    )
    assert found["Log"] == DocumentedField(
        "Log", at("Log"), default="true", values=("true", "false")
    )
    assert found["Guest"] == DocumentedField("Guest", at("Guest"), "Who may come in.", repeats=True)
    assert found["Gate"] == DocumentedField(
        "Gate",
        at("Gate"),
        "Which gate it is: \"north\" and 'south' are, as everybody knows, "
        "the ones with a bell beside them.",
    )


def test_a_list_in_a_reply_and_its_events(door: Documented) -> None:
    listed = action(door, "DoorList")
    assert (listed.items, listed.end) == (("DoorEntry", "DoorOpened"), "DoorListComplete")
    assert (action(door, "DoorOpen").items, action(door, "DoorOpen").end) == ((), None)
    assert [(one.name, one.reply) for one in door.events] == [
        ("DoorEntry", True), ("DoorOpened", False), ("DoorListComplete", True), ("Hangup", False),
    ]  # fmt: skip
    entry = event(door, "DoorEntry")
    assert entry == DocumentedEvent(
        "DoorEntry",
        line_of('name="DoorEntry"'),
        "A door.",
        ("app_door",),
        fields=(DocumentedField("Door", line_of('<parameter name="Door"', 2)),),
        flags=("EVENT_FLAG_COMMAND",),
        reply=True,
    )


def test_the_instances_of_an_event_are_joined(door: Documented) -> None:
    opened = event(door, "DoorOpened")
    assert opened.line == line_of('name="DoorOpened">')
    assert opened.summary == "Raised when a door was opened."
    assert opened.flags == ("EVENT_FLAG_CALL", "EVENT_FLAG_USER")
    assert opened.since == ("13.5.0",)
    assert opened.modules == ()
    assert list(fields(opened)) == ["Uniqueid", "Mode", "Headers", "Locked", "Key"]
    assert fields(opened)["Mode"] == fields(action(door, "DoorOpen"))["Mode"]
    assert fields(opened)["Key"].repeats
    assert opened.snapshots == (
        Snapshot("channel", "", line_of("<channel_snapshot />")),
        Snapshot("channel", "Visitor", line_of('prefix="Visitor"')),
        Snapshot("bridge", "Inner", line_of('prefix="Inner"')),
        Snapshot("channel", "#", line_of('prefix="#"')),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two.", "One."),
        ("One! Two.", "One!"),
        ("Only one", "Only one"),
        ("Needs e.g. <literal>Asterisk</literal>. Or not.", "Needs e.g. Asterisk."),
        ("Since i.e. Monday. Or Tuesday.", "Since i.e. Monday."),
        ("From 1.4 on. Not before.", "From 1.4 on."),
        ("Two. <literal>2</literal> is more.", "Two."),
        ("It is a.b. not c.d. Yes.", "It is a.b. not c.d."),
        ("One\u2028two\u00a0three\n\tfour.", "One two three four."),
        ("One\u0085two\ufeffthree\u200b four.", "One two three four."),
        ("As follows:", "As follows"),
        ("&#x20;", None),
        ("-", None),
    ],
)
def test_the_first_sentence_counts(tmp_path: Path, text: str, sentence: str | None) -> None:
    path = tmp_path / "a.xml"
    parameter = f'<parameter name="Own"><para>{text}</para></parameter>'
    path.write_bytes(wrapped(manager("A", parameter)))
    assert fields(action(read(path), "A"))["Own"].doc == sentence


def test_a_version_is_one_that_begins_with_a_number(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    texts = ["16.5.0", " 18.1.0-rc1\n", "someday", "", "9" * 9000, "master"]
    since = "".join(f"<version>{text}</version>" for text in texts)
    path.write_bytes(wrapped(f'<manager name="A"><since>{since}</since></manager>'))
    assert read(path).actions[0].since == ("16.5.0", "18.1.0", "9999")


@pytest.mark.parametrize("turned", [False, True])
def test_two_that_say_different_things_are_joined(tmp_path: Path, turned: bool) -> None:
    """The earlier versions count, and what only one of them says."""
    parts = [
        """<manager name="A">
            <since><version>18.0.0</version><version>9.1.0</version></since>
            <syntax>
                <parameter name="Own" required="yes"><para>Its own.</para></parameter>
                <parameter name="Mode"><enumlist><enum name="a"/></enumlist></parameter>
            </syntax>
        </manager>""",
        """<manager name="a">
            <since><version>10.2.0</version></since>
            <synopsis>Do a.</synopsis>
            <syntax>
                <parameter name="own"/>
                <parameter name="Mode"><enumlist><enum name="b"/></enumlist></parameter>
            </syntax>
        </manager>""",
        """<manager name="A"/>""",
    ]
    path = tmp_path / "a.xml"
    path.write_bytes(wrapped("".join(reversed(parts) if turned else parts)))
    (joined,) = read(path).actions
    assert joined.since == ("18.0.0", "9.1.0")
    assert joined.summary == "Do a."
    own, mode = joined.fields
    assert (own.doc, own.required) == ("Its own.", False)
    assert sorted(mode.values) == ["a", "b"]


def test_what_has_no_name_is_odd_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(
        wrapped(
            '\n<manager name="A"><syntax>\n<parameter/>'
            '<parameter name=" Own \n One "/></syntax></manager>'
            '\n<manager name=" "/>\n<managerEvent/>\n<managerEvent name="B"/>'
        )
    )
    documented = read(path)
    assert [one.name for one in documented.actions] == ["A"]
    assert [one.name for one in documented.events] == ["B"]
    assert list(fields(documented.actions[0])) == ["Own One"]
    assert list(map(str, documented.oddities)) == [
        f"{path}:3: this <parameter> has no name",
        f"{path}:5: this <manager> has no name",
        f"{path}:6: this <managerEvent> has no name",
    ]


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    text = '<docs><manager name="A"><synopsis>Öffne die Tür.</synopsis></manager></docs>'
    for encoding, declared in (("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("latin-1",) * 2):
        path.write_bytes(f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding))
        assert read(path).actions[0].summary == "Öffne die Tür."


# --- what it includes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("All", ["First", "Second", "Third"]),
        ("Relative", ["Second"]),
        ("Containing", ["First", "Third"]),
        ("Twice", ["Third"]),
        ("Missing", ["Own"]),
        ("Itself", ["Own"]),
    ],
)
def test_parameters_that_are_included(includes: Documented, name: str, expected: list[str]) -> None:
    assert list(fields(action(includes, name))) == expected
    plain = fields(action(includes, "Plain"))
    for field in action(includes, name).fields:
        assert field.name == "Own" or field == plain[field.name]


@pytest.mark.parametrize(
    ("name", "doc", "values"),
    [
        ("Numbered", "It comes before the second.", ()),
        ("Listed", None, ("a", "b")),
        ("Nodes", "Colour of the door.", ()),
        ("Texts", "Size of the door.", ()),
        ("Options", None, ("colour", "size")),
    ],
)
def test_parts_of_a_parameter_that_are_included(
    includes: Documented, name: str, doc: str | None, values: tuple[str, ...]
) -> None:
    (field,) = action(includes, name).fields
    assert (field.name, field.doc, field.values) == ("Own", doc, values)


def test_what_is_not_found_is_told_with_its_line(includes: Documented) -> None:
    lines = (DATA / "includes.xml").read_text(encoding="utf-8").split("\n")
    told = [(problem.line, problem.message) for problem in includes.oddities]
    first = next(number for number, line in enumerate(lines, 1) if "'Fourth'" in line)
    assert [line for line, _ in told[:6]] == list(range(first, first + 6))
    assert told[5][1].startswith('this xi:include finds no "other.xml#xpointer(')
    itself = [message for line, message in told[6:]]
    assert itself
    assert all("Itself" in message or "includes itself" in message for message in itself)


def test_the_prefix_of_includes_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    include = (
        '<x:include xmlns:x="http://www.w3.org/2001/XInclude"'
        " xpointer=\"xpointer(/docs/manager[@name='B']/syntax/parameter)\"/>"
    )
    other = manager("B", '<parameter name="Own"/>')
    path.write_bytes(wrapped(manager("A", include) + other))
    assert list(fields(action(read(path), "A"))) == ["Own"]


# --- what is refused ----------------------------------------------------------------------


def doubling(depth: int) -> bytes:
    """Make a file of actions each of which includes all parameters of the next one twice."""
    parts = [
        manager(
            f"A{number}",
            f"<xi:include xpointer=\"xpointer(/docs/manager[@name='A{number + 1}']"
            '/syntax/parameter)"/>' * 2,
        )
        for number in range(depth)
    ]
    return wrapped("".join(parts) + manager(f"A{depth}", '<parameter name="Own"/>'))


def inside_one_another(depth: int) -> bytes:
    """Make a file of parameters each of which holds the next one."""
    parts = [
        manager(
            f"A{number}",
            f'<parameter name="Own"><xi:include xpointer="xpointer(/docs/'
            f"manager[@name='A{number + 1}']/syntax/parameter)\"/></parameter>",
        )
        for number in range(depth)
    ]
    return wrapped("".join(parts))


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">\n' for n in range(9))
REFUSED: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 1, "broken XML: no element found"),
    "no XML": (b"actions:\n  Foo: {}\n", 1, "broken XML: syntax error"),
    "a wrong end": ((DATA / "broken.xml").read_bytes(), 4, "broken XML: mismatched tag"),
    "an end that lacks": (b"<docs>\n\n<manager>", 3, "broken XML: no element found"),
    "another root": (
        (DATA / "foreign.xml").read_bytes(),
        3,
        "this is no documentation of Asterisk: it begins with <html>, not <docs>",
    ),
    "nothing of the manager": (
        (DATA / "applications.xml").read_bytes(),
        3,
        "this documents no action and no event of the manager interface",
    ),
    "an unknown entity": (b"<docs>\n&nbsp;</docs>", 2, "broken XML: undefined entity"),
    "an entity of the DTD": (
        b'<!DOCTYPE docs SYSTEM "a.dtd">\n<docs>\n<a>&nbsp;</a></docs>',
        3,
        'has no entities of its own, this has "nbsp"',
    ),
    "an entity bomb": (
        f'<!DOCTYPE docs [\n<!ENTITY l0 "ha">\n{LAUGHS}]>\n<docs>&l9;</docs>'.encode(),
        2,
        'has no entities of its own, this has "l0"',
    ),
    "an entity elsewhere": (
        b'<!DOCTYPE docs [\n<!ENTITY secret SYSTEM "secret.txt">]>\n<docs>&secret;</docs>',
        2,
        'has no entities of its own, this has "secret"',
    ),
    "a parameter entity": (
        b'<!DOCTYPE docs [\n<!ENTITY % all SYSTEM "a.dtd">\n%all;]>\n<docs/>',
        2,
        'has no entities of its own, this has "all"',
    ),
    "an unknown encoding": (b'<?xml version="1.0" encoding="door"?><docs/>', 1, "broken XML: "),
    "a rare encoding": (b'<?xml version="1.0" encoding="gb18030"?><docs/>', 1, "broken XML: "),
    "no text": (b"<docs>\n\xff</docs>", 2, "broken XML: not well-formed (invalid token)"),
    "an unknown prefix": (b"<docs>\n<xi:include/></docs>", 2, "broken XML: unbound prefix"),
    "a deep tree": (b"<docs>" + b"\n<a>" * 500 + b"</a>" * 500 + b"</docs>", 101, "100 deep"),
    "includes that double": (doubling(40), 1, "goes beyond all bounds"),
    "includes in a long row": (doubling(1)[:-7] + doubling(500)[len(f"<docs {XI}>") :], 1,
                               "goes beyond all bounds"),
    "includes in includes": (inside_one_another(500), 1, "goes beyond all bounds"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "line", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_documentation_is_refused(
    bare: Workspace, data: bytes, line: int, message: str
) -> None:
    """In the command, too; nothing is written, and nothing read but the file."""
    Path("secret.txt").write_text("secret", encoding="utf-8")
    Path("a.dtd").write_text('<!ENTITY nbsp "secret">', encoding="utf-8")
    Path("core.xml").write_bytes(data)
    with pytest.raises(SpecError) as caught:
        read(Path("core.xml"))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("core.xml", line)
    assert message in problem.message
    outcome = bare.run("import", "core.xml", "--write", "out")
    assert (outcome.status, outcome.out, outcome.err) == (2, "", f"{problem}\n")
    assert not Path("out").exists()


def test_a_dtd_is_not_read(bare: Workspace) -> None:
    """Not even one that is no DTD."""
    Path("appdocsxml.dtd").write_text("this is broken <", encoding="utf-8")
    Path("core.xml").write_bytes((DATA / "door.xml").read_bytes())
    assert len(read(Path("core.xml")).actions) == 8


TAGS = ["docs", "manager", "managerEvent", "managerEventInstance", "syntax", "parameter",
        "enumlist", "enum", "para", "since", "version", "responses", "list-elements",
        "channel_snapshot", "synopsis", "xi:include"]  # fmt: skip
POINTERS = [
    "xpointer(/docs/manager/syntax/parameter)",
    "xpointer(/docs/manager)",
    "xpointer(//parameter)",
    "xpointer(/docs/node())",
    "xpointer(/docs)",
]


def elements() -> st.SearchStrategy[str]:
    """Make elements of the format in any order and depth."""
    attributes = st.dictionaries(
        st.sampled_from(["name", "class", "prefix", "required", "default"]),
        st.sampled_from(["A", "B", "", "yes", " x "]),
    )

    def grown(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(
            lambda tag, given, pointer, children: (
                f"<{tag} "
                + " ".join(f"{key}={quoteattr(value)}" for key, value in given.items())
                + (f" xpointer={quoteattr(pointer)}" if tag == "xi:include" else "")
                + f">{''.join(children)}</{tag}>"
            ),
            st.sampled_from(TAGS),
            attributes,
            st.sampled_from(POINTERS),
            st.lists(inside, max_size=4),
        )

    return st.recursive(st.sampled_from(["", "Some text. More.", "1.2"]), grown, max_leaves=30)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    """Give a function that puts data into a file."""
    path = tmp_path_factory.mktemp("xml") / "core.xml"

    def put(data: bytes) -> Path:
        path.write_bytes(data)
        return path

    return put


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(inside=st.lists(elements(), max_size=5).map("".join))
@example(inside="<manager><syntax><xi:include xpointer='xpointer(/docs)'/></syntax></manager>")
def test_well_formed_xml_is_read_or_refused(place: Callable[[bytes], Path], inside: str) -> None:
    path = place(wrapped(inside))
    try:
        documented = read(path)
    except SpecError:
        return
    both: list[DocumentedAction | DocumentedEvent] = [*documented.actions, *documented.events]
    for one in both:
        assert one.name
        names = [field.name.lower() for field in one.fields]
        assert len(names) == len(set(names))
        assert "" not in names


@settings(deadline=None)
@given(data=st.binary() | st.text().map(wrapped))
def test_any_bytes_are_read_or_refused(place: Callable[[bytes], Path], data: bytes) -> None:
    with pytest.raises(SpecError):
        read(place(data))
