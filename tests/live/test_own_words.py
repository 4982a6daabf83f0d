"""No sentence of the spec is one of Asterisk's: its documentation has another licence than ours."""

from pathlib import Path

import pytest
from amisdk_codegen.load import load

from tests.live.asterisk import Server
from tests.live.own_words import Sentence, copies, documented, split, words, written

ROOT = Path(__file__).parents[2]
DOCUMENTATION = Path("usr", "share", "asterisk", "documentation")

XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE docs SYSTEM "appdocsxml.dtd">
<docs xmlns:xi="http://www.w3.org/2001/XInclude">
  <manager name="Poke">
    <synopsis>
      Poke a thing that is
      there.
    </synopsis>
    <syntax>
      <xi:include xpointer="xpointer(/docs)" />
      <parameter name="Force">
        <para>Push with <literal>all</literal> of the <replaceable>force</replaceable>, e.g. a lot.
        Do not hurt it.</para>
        <enumlist>
          <enum name="x"><para>The thing's owner never pokes.</para></enum>
        </enumlist>
      </parameter>
    </syntax>
    <description>
      Text beside paragraphs counts too
      <variablelist>
        <variable name="V"><value name="ON">It is on, and stays on.</value></variable>
      </variablelist>
      <note>
        <para>See also what <ref type="application">Poke</ref> does<emphasis>!</emphasis></para>
      </note>
    </description>
  </manager>
</docs>
"""

SPEC = """\
summary: {summary}
groups:
  thing:
    summary: What there is to say of a thing.
    of: the thing
    fields:
      Owner: {{doc: "The owner of {{of}} pokes."}}
enums:
  Mood:
    summary: Moods that a thing can have.
    values: {{good: {value}, bad: Leave it be.}}
events:
  Poked:
    summary: A thing was poked just now.
    doc: >-
      Nobody knows why it was done.
      {doc}
    module: res_thing
    versions: 11-23
    groups: [{{group: thing, prefix: Other, of: another thing}}]
    fields:
      Force: {field}
"""
OURS = {
    "summary": "Things, and how they are poked.",
    "value": "It likes to be poked.",
    "doc": "Maybe it was in the way.",
    "field": "How strong it was, from 1.",
}


@pytest.fixture
def documentation(tmp_path: Path) -> Path:
    file = tmp_path / "core.xml"
    file.write_text(XML)
    return file


def spec(tmp_path: Path, **texts: str) -> list[Sentence]:
    directory = tmp_path / "spec"
    directory.mkdir()
    (directory / "things.yaml").write_text(SPEC.format(**OURS | texts))
    return written(load(directory))


def test_only_words_count() -> None:
    assert words("The <thing>'s owner: 5%,\n  poke_it!") == words("the THINGS Owner 5 poke it.")
    assert words("Poke a thing.") != words("Poke the thing.")
    assert words("...") == ()


def test_short_sentences_do_not_count() -> None:
    assert split("It is there. Where it is, it stays! (Is it?) No") == ["Where it is, it stays!"]


def test_every_element_is_read(documentation: Path) -> None:
    assert [" ".join(sentence) for sentence in documented(documentation)] == [
        "poke a thing that is there",
        "push with all of the force e g a lot",
        "the things owner never pokes",
        "text beside paragraphs counts too",
        "it is on and stays on",
        "see also what poke does",
    ]


def test_every_sentence_of_a_spec_is_read(tmp_path: Path) -> None:
    assert [(place, text) for place, text in spec(tmp_path)] == [
        ("things.yaml:1", "Things, and how they are poked."),
        ("things.yaml:14", "A thing was poked just now."),
        ("things.yaml:15", "Nobody knows why it was done."),
        ("things.yaml:15", "Maybe it was in the way."),
        ("things.yaml:22", "How strong it was, from 1."),
        ("things.yaml:10", "Moods that a thing can have."),
        ("things.yaml:11", "It likes to be poked."),
        ("things.yaml:4", "What there is to say of a thing."),
        ("things.yaml:7", "The owner of another thing pokes."),
        ("things.yaml:7", "The owner of the thing pokes."),
    ]


def test_words_of_our_own_are_no_copies(tmp_path: Path, documentation: Path) -> None:
    assert copies(spec(tmp_path), documented(documentation)) == []


@pytest.mark.parametrize(
    ("place", "text", "line"),
    [
        ("summary", "Poke a thing, that is: there", 1),
        ("value", "Text beside paragraphs counts TOO.", 11),
        ("doc", "The <things> owner never pokes.", 15),
        ("field", "It is on - and stays on.", 22),
    ],
)
def test_a_copy_is_found(
    tmp_path: Path, documentation: Path, place: str, text: str, line: int
) -> None:
    sentences = spec(tmp_path, **{place: f'"{text}"' if place != "doc" else text})
    assert copies(sentences, documented(documentation)) == [f"things.yaml:{line}: {text}"]


@pytest.mark.live
def test_the_spec_is_in_our_own_words(server: Server) -> None:
    files = sorted((server.tree / DOCUMENTATION).rglob("*.xml"))
    theirs = {key: text for file in files for key, text in documented(file).items()}
    ours = written(load(ROOT / "spec"))
    assert min(len(theirs), len(ours)) > 1000
    found = copies(ours, theirs)
    assert not found, "\n".join(["sentences of Asterisk's documentation:", *found])
