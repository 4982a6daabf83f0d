"""The package that comes out: the same bytes each time, and a package that works."""

import ast
import doctest
import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from amisdk_codegen.load import load
from amisdk_codegen.render import render
from amisdk_codegen.resolve import resolve

from .hotel import HOTEL, PROGRAM, TYPED
from .support import Files, Workspace, action, contents, enum, event, group, names, python


@pytest.fixture
def hotel(bare: Workspace) -> Workspace:
    """Enter a directory with the hotel's spec, and the package made of it."""
    bare.write(HOTEL)
    outcome = bare.run("generate", "--alone", "--out", "out", "--package", "hotel")
    assert outcome.status == 0, outcome.err
    return bare


def _package(workspace: Workspace) -> dict[str, bytes]:
    return contents(workspace.root / "out" / "hotel")


def _field_docs(cls: ast.ClassDef) -> dict[str, object]:
    return {
        ast.unparse(field.target): doc.value.value
        for field, doc in pairwise(cls.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(doc, ast.Expr)
        and isinstance(doc.value, ast.Constant)
    }


def test_the_package_works(hotel: Workspace) -> None:
    done = python("-W", "error", "-c", PROGRAM, cwd=hotel.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "fine\n", "")


def test_packages_are_typed_strictly(hotel: Workspace) -> None:
    hotel.write({"more.yaml": "summary: Nothing yet.\n"}, "small")
    hotel.run("generate", "--alone", "--spec", "small", "--out", "out", "--package", "nothing")
    out = hotel.root / "out"
    (out / "use_hotel.py").write_text(TYPED, encoding="utf-8")
    arguments = ["-m", "mypy", "--strict", "--cache-dir", str(hotel.root / "cache")]
    packages = ["-p", "hotel", "-p", "nothing", "-m", "use_hotel"]
    done = python(*arguments, *packages, cwd=out, MYPYPATH=str(out))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_docs_say_what_the_spec_says(hotel: Workspace) -> None:
    module = (hotel.root / "out" / "hotel" / "actions" / "hotels.py").read_text(encoding="utf-8")
    tree = ast.parse(module)
    assert ast.get_docstring(tree) == "Actions on a hotel."
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    doc = ast.get_docstring(classes["HotelCheckIn"]) or ""
    words = " ".join(doc.split())
    assert r'ready "at once"; a path such as C:\new\door stays as it is' in words
    assert "Asterisk 18, 20-23, app_hotel, app_rooms." in words
    assert "Needs the write privilege system or call. Danger: runs code." in words
    assert "Where it is gone: Hotel-Rooms." in words
    assert "The outcome comes later, as the event HotelArrived." in words
    assert "Changes nothing beyond this session." not in words
    rooms = " ".join((ast.get_docstring(classes["HotelRooms"]) or "").split())
    assert "Asterisk 16, app_hotel. Changes nothing beyond this session. The reply lists" in rooms
    docs = _field_docs(classes["HotelCheckIn"])
    assert docs["guest"] == 'Name of the guest, such as O\'Hara "the Great".'
    assert docs["smoker"] == "Whether the guest smokes. The server's default is false."
    assert docs["nights"] == "How long the guest stays. In seconds. The server's default is 1.5."


def test_the_docs_of_a_groups_fields_say_whose_they_are(hotel: Workspace) -> None:
    module = (hotel.root / "out" / "hotel" / "events" / "hotels.py").read_text(encoding="utf-8")
    [room] = [
        node
        for node in ast.parse(module).body
        if isinstance(node, ast.ClassDef) and node.name == "HotelRoom"
    ]
    docs = _field_docs(room)
    assert docs["guest"] == "Name of the guest."
    assert docs["born"] == "When the guest was born."
    assert docs["old_guest"] == "Name of the guest before. Asterisk 20-23."
    assert docs["share"] == "Share of the price. In percent."
    assert "old_born" not in docs


def test_the_example_in_the_docs_is_the_specs(hotel: Workspace) -> None:
    module = (hotel.root / "out" / "hotel" / "actions" / "hotels.py").read_text(encoding="utf-8")
    [doc] = [
        ast.get_docstring(node) or ""
        for node in ast.parse(module).body
        if isinstance(node, ast.ClassDef) and node.name == "HotelCheckIn"
    ]
    assert 'tags=["a", "b"],' in doc
    [example] = doctest.DocTestParser().get_examples(doc)
    call = ast.parse(example.source, mode="eval").body
    assert isinstance(call, ast.Call)
    assert ast.unparse(call.func) == "actions.HotelCheckIn"
    arguments = {word.arg: ast.unparse(word.value) for word in call.keywords}
    assert arguments == {
        "guest": repr('O\'Hara "the\\Great"'),
        "room": "12",
        "empty": "''",
        "tags": "['a', 'b']",
        "variables": "{'A': '1', 'B': 'x,y'}",
        "wakeups": "[actions.HotelCheckInWakeup(time='07:00', voice='loud'), "
        "actions.HotelCheckInWakeup(time='08:00 or a little bit later than that', voice='soft')]",
    }


@pytest.mark.parametrize(
    "text",
    ["word  " * 40, "w" * 200, "back\\slash " * 20, '"quote" it\'s ' * 20, "ünï," * 60, " x "],
)
def test_a_long_text_in_an_example_stays_what_it_is(bare: Workspace, text: str) -> None:
    example = f"fields: {{Door: Which door.}}\nexample: {{Door: {json.dumps(text)}}}"
    bare.write({"actions/more.yaml": action(example)})
    assert bare.generate().status == 0
    module = ast.parse((bare.package / "actions" / "more.py").read_text(encoding="utf-8"))
    [doc] = [
        ast.get_docstring(node) or "" for node in module.body[-1:] if isinstance(node, ast.ClassDef)
    ]
    [shown] = doctest.DocTestParser().get_examples(doc)
    call = ast.parse(shown.source, mode="eval").body
    assert isinstance(call, ast.Call)
    assert [ast.literal_eval(word.value) for word in call.keywords] == [text]


def test_the_docs_of_an_enum_tell_its_values(hotel: Workspace) -> None:
    module = (hotel.root / "out" / "hotel" / "enums.py").read_text(encoding="utf-8")
    docs = [
        node.value.value
        for node in ast.parse(module).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    assert 'As one says, "plain".' in docs
    [kind] = [str(doc) for doc in docs if str(doc).startswith('Kind of a room, such as "single"')]
    assert r"- ``double``: For two, as in C:\new\d." in kind.splitlines()


def test_lines_are_no_longer_than_100_columns(hotel: Workspace) -> None:
    prose = {length: ("word " * 30)[: length - 4] + "end." for length in range(70, 120)}
    fields = "".join(f"  Door{length}: {text}\n" for length, text in prose.items())
    hotel.write(
        {
            "actions/more.yaml": action(f"fields:\n{fields}"),
            "events/more.yaml": event(f"fields:\n{fields}"),
            "moods.yaml": "summary: Moods.\nenums:\n"
            + "".join(
                f"  Mood{length}: {{summary: {text}, values: {{Glad: {text}}}}}\n"
                for length, text in prose.items()
            ),
        }
    )
    assert hotel.run("generate", "--alone", "--out", "out", "--package", "hotel").status == 0
    lines = [line for data in _package(hotel).values() for line in data.decode().splitlines()]
    assert [line for line in lines if len(line) > 100] == []


@pytest.mark.parametrize(
    "text",
    [
        r"It ends with a quote, as in \"this\"",
        r"\"This\" begins with a quote.",
        r"It ends with a backslash \\",
        r"Three \"\"\" quotes and \\N{no such name}.",
        "A brace {{ as in Jinja }}, {% if %} and {# a note #}.",
        "Ünïcödé \N{SNOWMAN}.",
        "word " * 60 + "end.",
        "One " + "long" * 40 + " word.",
    ],
)
def test_prose_cannot_break_the_code(bare: Workspace, text: str) -> None:
    prose = f'"{text}"'
    module = action(f"doc: {prose}\nfields: {{Door: {{doc: {prose}}}}}").replace(
        "More actions.", prose
    )
    bare.write(
        {
            "actions/more.yaml": module,
            "events/more.yaml": event(f"fields: {{Door: {prose}}}").replace("More events.", prose),
            "enums.yaml": enum().replace("A mood.", prose).replace("[Glad, Sad]", "[Glad]")
            + f"  More: {{summary: Moods., values: {{Glad: {prose}}}}}\n",
        }
    )
    assert bare.generate().status == 0
    done = python(
        *("-W", "error", "-c"),
        "import sys; sys.path.insert(0, 'out')\n"
        "import things.enums; from things import actions, events; print(actions.Do.__doc__)",
        cwd=bare.root,
    )
    assert done.returncode == 0, done.stderr
    spoken = text.replace('\\"', '"').replace("\\\\", "\\")
    assert " ".join(spoken.split()) in " ".join(done.stdout.split())


ONLY: dict[str, Files] = {
    "actions": {"actions/more.yaml": action("fields: {Door: Which door.}")},
    "events": {"events/more.yaml": event("fields: {Door: Which door.}")},
    "enums": {"enums.yaml": enum()},
    "groups": {"groups.yaml": group()},
    "names": {"names.yaml": names("acronyms: [ID]")},
    "a summary": {"more.yaml": "summary: Nothing yet.\n"},
}


@pytest.mark.parametrize("files", ONLY.values(), ids=ONLY)
def test_a_spec_of_one_kind_makes_a_package(bare: Workspace, files: Files) -> None:
    bare.write(files)
    outcome = bare.generate()
    assert outcome.status == 0, outcome.err
    script = (
        "import sys; sys.path.insert(0, 'out')\n"
        "from things import actions, enums, events, registry\n"
        "print(*dir(actions), *dir(events), *registry.ACTIONS, *registry.EVENTS)"
    )
    done = python("-W", "error", "-c", script, cwd=bare.root)
    assert done.returncode == 0, done.stderr
    expected = {"actions/more.yaml": "Do DoReply Do", "events/more.yaml": "Did Did"}
    assert done.stdout.strip() == expected.get(next(iter(files)), "")


def test_generating_twice_gives_the_same_bytes(hotel: Workspace) -> None:
    before = _package(hotel)
    shutil.rmtree(hotel.root / "out")
    hotel.run("generate", "--alone", "--out", "out", "--package", "hotel")
    assert _package(hotel) == before


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_order_of_sets_does_not_matter(hotel: Workspace, seed: str) -> None:
    before = _package(hotel)
    shutil.rmtree(hotel.root / "out")
    arguments = [
        "-m",
        "amisdk_codegen",
        "generate",
        "--alone",
        "--out",
        "out",
        "--package",
        "hotel",
    ]
    assert python(*arguments, cwd=hotel.root, PYTHONHASHSEED=seed).returncode == 0
    assert _package(hotel) == before


def test_the_order_of_files_does_not_matter(hotel: Workspace) -> None:
    sources = load(hotel.spec)
    files = render(resolve(list(reversed(sources)), "hotel"))
    assert {name: text.encode() for name, text in files.items()} == _package(hotel)


def test_files_are_read_in_the_order_of_their_names(hotel: Workspace) -> None:
    read = [Path(source.file).relative_to("spec").as_posix() for source in load(Path("spec"))]
    assert read == sorted(HOTEL)


def test_the_order_of_definitions_in_a_file_does_not_matter(hotel: Workspace) -> None:
    before = _package(hotel)
    head, *classes = str(HOTEL["actions/shapes.yaml"]).splitlines(keepends=True)[1:]
    assert head == "\n"
    key, *classes = classes
    text = "summary: Replies of each shape.\n" + key + "".join(reversed(classes))
    shared = str(HOTEL["shared.yaml"])
    first, last = (line for line in shared.splitlines(keepends=True) if "HotelCheckIn" in line)
    shared = shared.replace(first + last, last + first)
    assert shared != HOTEL["shared.yaml"]
    hotel.write({"actions/shapes.yaml": text, "shared.yaml": shared})
    hotel.run("generate", "--alone", "--out", "out", "--package", "hotel")
    assert _package(hotel) == before


@pytest.mark.parametrize("neighbours", [[], ["amisdk"], ["pydantic"], ["src/amisdk", "typing"]])
def test_what_lies_in_the_users_directory_does_not_matter(
    hotel: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, neighbours: list[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in neighbours:
        (elsewhere / name).mkdir(parents=True)
        (elsewhere / name / "__init__.py").touch()
    (elsewhere / "pyproject.toml").write_text("[tool.ruff]\nline-length = 40\n")
    monkeypatch.chdir(elsewhere)
    outcome = hotel.run(
        "generate", "--alone", "--spec", "../spec", "--out", "new", "--package", "hotel"
    )
    assert outcome.status == 0
    assert contents(elsewhere / "new" / "hotel") == _package(hotel)


def test_the_users_own_settings_do_not_matter(hotel: Workspace, tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    (settings / "ruff").mkdir(parents=True)
    for directory in (settings, settings / "ruff"):
        (directory / "ruff.toml").write_text("line-length = 40\nformat.quote-style = 'single'\n")
    arguments = ["-m", "amisdk_codegen", "check", "--alone", "--out", "out", "--package", "hotel"]
    where = {"TMPDIR": str(settings), "XDG_CONFIG_HOME": str(settings)}
    done = python(*arguments, cwd=hotel.root, **where)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("spec", [".", "./", "../spec", "{root}/spec"])
def test_how_the_spec_is_called_does_not_matter(
    bare: Workspace, monkeypatch: pytest.MonkeyPatch, spec: str
) -> None:
    bare.write({"more.yaml": action()})
    bare.generate()
    expected = contents(bare.package)
    monkeypatch.chdir(bare.spec)
    outcome = bare.run(
        "generate",
        "--alone",
        f"--spec={spec.format(root=bare.root)}",
        "--out=../new",
        "--package=things",
    )
    assert outcome.status == 0
    assert contents(bare.root / "new" / "things") == expected


def test_every_file_tells_what_it_was_made_from(hotel: Workspace) -> None:
    for name, data in _package(hotel).items():
        if name != "py.typed":
            first = data.decode().partition("\n")[0]
            assert first.startswith("# Generated by amisdk-codegen from ")
            area = name.removesuffix(".py") + ".yaml"
            assert (area in first) == (area in HOTEL)


def test_the_generator_leaves_no_file_behind(hotel: Workspace, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    arguments = ["-m", "amisdk_codegen", "check", "--alone", "--out", "out", "--package", "hotel"]
    done = python(*arguments, cwd=hotel.root, TMPDIR=str(scratch))
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(scratch.iterdir()) == []
    assert sorted(path.name for path in hotel.root.iterdir()) == ["out", "scratch", "spec"]
