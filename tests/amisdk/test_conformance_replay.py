"""Every shape of message that the real servers have sent, replayed without them.

`tests.live.corpus` tells what the files hold and how they come to be.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from amisdk_models import registry

from amisdk.headers import split_header
from amisdk.models import Event, EventReply, ListReply, Message, Reply, TextReply, UnknownEvent
from amisdk.transcripts import Transcript
from amisdk.wire import Framer, first_header
from tests.amisdk.talk import GREETING, Talk
from tests.amisdk.test_transcripts import recorded
from tests.live.corpus import PLACE, Example, examples_in, reply_class, transcript_of
from tests.live.proxy import CHALLENGE
from tests.live.support import EXTRA_HEADERS, GLUED, faults_of, reply_faults

LEAST_EVENTS, LEAST_ACTIONS = 150, 130
PAGE = PLACE.parents[2] / "docs" / "conformance.md"
ROUNDS = 20
"""How many times a whole file is cut at random."""


@pytest.fixture(params=["16", "22"])
def path(request: pytest.FixtureRequest) -> Path:
    """What one of the servers has sent."""
    return PLACE / f"{request.param}.txt"


@cache
def examples_of(path: Path) -> tuple[Example, ...]:
    """Return what is in a file."""
    return tuple(examples_in(Transcript.load(path)))


def exchanges_of(path: Path) -> Iterator[Example]:
    """Yield the examples that are replies."""
    return (example for example in examples_of(path) if example.action is not None)


@contextmanager
def about(path: Path, example: Example) -> Iterator[None]:
    """Have a failure name the message that it is about."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"{path.name}: {example.name}: {b''.join(example.messages)!r}")
        raise


def cut(data: bytes, chance: random.Random, longest: int = 300) -> list[bytes]:
    """Cut bytes into pieces of random lengths."""
    marks = [0]
    while marks[-1] < len(data):
        marks.append(min(len(data), marks[-1] + chance.randint(1, longest)))
    return [data[start:end] for start, end in pairwise(marks)]


def framed(pieces: list[bytes]) -> list[str]:
    """Return the frames of what a server says after its greeting."""
    framer = Framer()
    frames = [frame for piece in [GREETING, *pieces] for frame in framer.feed(piece)]
    assert framer.error is None
    return frames


def unframed(frames: list[str]) -> bytes:
    """Return the bytes that frames were cut from."""
    text = "".join("\r\n" if frame == "" else f"{frame}\r\n\r\n" for frame in frames)
    return text.encode("utf-8", "surrogateescape")


def read(action: str | None, frame: str) -> Message:
    """Make a message of the class that it should have."""
    kind, name = first_header(frame)
    if kind == "Event":
        return registry.EVENTS.get(name, UnknownEvent).from_frame(frame)
    assert action is not None
    reply = reply_class(action)
    return reply.from_text([frame]) if issubclass(reply, TextReply) else reply.from_frame(frame)


def line_of(key: str, value: str, line: str) -> str:
    """Write a header in the form that a line has."""
    if ":" not in line:
        return value
    return f"{key}: {value}" if line.startswith(f"{key}: ") else f"{key}:{value}"


def events_in(path: Path) -> set[str]:
    """Return the names of the events that a file has."""
    messages = (message for example in examples_of(path) for message in example.messages)
    heads = (first_header(message.decode("utf-8", "surrogateescape")) for message in messages)
    return {name for kind, name in heads if kind == "Event"}


def test_a_file_has_what_it_is_for(path: Path) -> None:
    known = {example.action for example in exchanges_of(path)} & set(registry.ACTIONS)
    assert len(known) >= LEAST_ACTIONS
    assert len(events_in(path)) >= LEAST_EVENTS
    assert all(example.action_id for example in exchanges_of(path))


def test_the_page_about_the_run_tells_of_these_messages(path: Path) -> None:
    version = Transcript.load(path).notes[0].split()[1].rstrip(":")
    page = PAGE.read_text("utf-8")
    rows = [row.strip("| ").split(" | ") for row in page.split("## Events")[1].splitlines()]
    column = next(row for row in rows if row[0] == "event").index(version)
    seen = {row[0] for row in rows if row[column:][:1] == ["seen"]}
    assert len(seen) >= LEAST_EVENTS
    assert sorted(seen - events_in(path)) == []


def test_the_form_of_a_file_loses_nothing(path: Path, tmp_path: Path) -> None:
    transcript = Transcript.load(path)
    greeting = transcript.lines[0][1]
    transcript_of(transcript.notes, greeting, examples_of(path)).save(tmp_path / "again.txt")
    assert (tmp_path / "again.txt").read_bytes() == path.read_bytes()


def test_a_file_has_nothing_that_is_nobodys_business(path: Path) -> None:
    transcript = Transcript.load(path)
    said = transcript.said("C").decode()
    assert {split_header(line)[0] for line in said.split("\r\n")} == {"Action", "ActionID", ""}
    heard = transcript.said("S").decode("utf-8", "surrogateescape")
    assert set(re.findall("^Challenge: (.*)\r$", heard, re.MULTILINE)) == {CHALLENGE}
    assert re.findall(r"/(?:root|home|tmp|work)/.*", heard) == []
    assert re.findall(r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])", heard) == [], "secrets look so"


def test_every_message_is_framed_from_its_bytes(path: Path) -> None:
    chance = random.Random(path.stem)
    for example in examples_of(path):
        for message in example.messages:
            with about(path, Example(example.action, "", [message])):
                frames = framed([message])
                assert frames[0] != ""
                assert unframed(frames) == message
                assert framed([bytes([byte]) for byte in message]) == frames
                assert framed(cut(message, chance)) == frames


def test_a_whole_file_is_framed_wherever_it_is_cut(path: Path) -> None:
    chance = random.Random(path.stem)
    data = Transcript.load(path).said("S").partition(b"\r\n")[2]
    frames = framed([data])
    assert unframed(frames) == data
    for longest in range(1, 1 + ROUNDS):
        assert framed(cut(data, chance, longest**3)) == frames


def test_every_message_is_typed_to_its_last_header(path: Path) -> None:
    for example in examples_of(path):
        for number, message in enumerate(example.messages):
            with about(path, Example(example.action, "", [message])):
                read_as = read(example.action, framed([message])[0])
                assert isinstance(read_as, Reply) == (example.action is not None and number == 0)
                assert not isinstance(read_as, UnknownEvent)
                assert read_as.issues == () or isinstance(read_as, GLUED)
                assert list(faults_of(read_as)) == []


def test_no_header_is_excused_in_vain(path: Path) -> None:
    messages = (
        read(example.action, framed([message])[0])
        for example in examples_of(path)
        for message in example.messages
    )
    extra = {
        (message.ami_name, key)
        for message in messages
        if isinstance(message, Event)
        for key, _ in message.extra_headers
    }
    assert extra >= EXTRA_HEADERS.keys()


def test_the_headers_are_the_bytes(path: Path) -> None:
    for example in examples_of(path):
        for message in example.messages:
            with about(path, Example(example.action, "", [message])):
                frame = framed([message])[0]
                read_as = read(example.action, frame)
                if isinstance(read_as, TextReply):
                    assert read_as.text == frame.replace("\r\n", "\n")
                    continue
                lines = frame.split("\r\n")
                pairs = zip(read_as.headers, lines, strict=True)
                written = "\r\n".join(line_of(key, value, line) for (key, value), line in pairs)
                assert unframed([written]) == message[: message.index(b"\r\n\r\n") + 4]


def told(example: Example, pieces: list[bytes]) -> Reply:
    """Return the reply that a session makes of what a server says to an action."""
    assert example.action is not None
    talk = Talk()
    action = recorded(example.action)(example.action)
    exchange = talk.send(action, action_id=example.action_id)
    for piece in pieces:
        talk.session.receive_data(piece)
    assert (exchange.done, exchange.error) == (True, None)
    assert exchange.reply is not None
    assert list(reply_faults(action, exchange.reply)) == []
    return exchange.reply


def parts_of(reply: Reply) -> list[Message]:
    """Return the events that belong to a reply."""
    if isinstance(reply, ListReply):
        return [*reply.items, reply.end] if reply.end is not None else []
    return [reply.event] if isinstance(reply, EventReply) and reply.event is not None else []


def test_a_session_gives_each_action_its_typed_reply_and_items(path: Path) -> None:
    chance = random.Random(path.stem)
    for example in exchanges_of(path):
        assert example.action is not None
        with about(path, example):
            data = b"".join(example.messages)
            reply = told(example, [data])
            assert type(reply) is reply_class(example.action)
            frames = [framed([message])[0] for message in example.messages[1:]]
            assert parts_of(reply) == [read(None, frame) for frame in frames]
            assert told(example, cut(data, chance, 40)) == reply
