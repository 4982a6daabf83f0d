"""Recorded conversations with real servers, replayed without a socket, whole and in pieces."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from amisdk_models import registry
from pydantic import SecretStr

from amisdk.exchange import Exchange
from amisdk.headers import Headers, header, split_header
from amisdk.login import Credentials
from amisdk.models import Event, ListReply, Message, RawAction, RawReply, Reply
from amisdk.options import Auth
from amisdk.restore import SessionSetup
from amisdk.session import Session, State
from amisdk.subscriptions import Dispatcher, Subscription
from amisdk.transcripts import Message as Said
from amisdk.transcripts import Side, Transcript
from amisdk.wire import Framer, first_header
from tests.live.record import PLACE, SECRET
from tests.live.support import faults_of, reply_faults

PATHS = sorted(PLACE.glob("*.txt"))
CUT = 11
"""One cut in so many is tried where each costs a whole session."""

Told = list[tuple[type[Message], Headers]]


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """A transcript's file."""
    assert isinstance(request.param, Path)
    return request.param


@pytest.fixture
def transcript(path: Path) -> Transcript:
    """What is in the file."""
    return Transcript.load(path)


def actions_of(transcript: Transcript) -> list[Headers]:
    """Return the headers of every action that the client sent."""
    messages = transcript.said("C").decode("utf-8", "surrogateescape").split("\r\n\r\n")[:-1]
    return [Headers(map(split_header, message.split("\r\n"))) for message in messages]


def frames_of(pieces: Iterator[bytes]) -> tuple[str | None, list[str]]:
    """Return greeting and frames of bytes that are read in pieces."""
    framer = Framer()
    frames = [frame for piece in pieces for frame in framer.feed(piece)]
    assert framer.error is None
    return framer.greeting, frames


def test_both_servers_are_recorded() -> None:
    topics = {
        major: {path.stem[3:] for path in PATHS if path.stem.startswith(major)}
        for major in ("16", "22")
    }
    assert topics["16"] <= topics["22"]
    assert topics["16"] >= {"login-md5", "settings", "queues", "call", "config", "user-events"}


def test_the_form_of_a_transcript_loses_nothing(path: Path, tmp_path: Path) -> None:
    transcript = Transcript.load(path)
    transcript.save(tmp_path / "again.txt")
    assert (tmp_path / "again.txt").read_bytes() == path.read_bytes()
    chunks = [(step.side, step.data) for step in transcript.steps()]
    assert Transcript.of(transcript.notes, chunks) == transcript


def test_the_messages_are_what_a_framer_finds(transcript: Transcript) -> None:
    greeting, *rest = (one.text for one in transcript.messages() if one.side == "S")
    first, frames = frames_of(iter([transcript.said("S")]))
    assert (greeting, rest) == (first, [frame for frame in frames if frame])
    sent = [one.text.split("\r\n") for one in transcript.messages() if one.side == "C"]
    assert [Headers(map(split_header, lines)) for lines in sent] == actions_of(transcript)


def test_times_are_kept(tmp_path: Path) -> None:
    chunks: list[tuple[Side, bytes, float]] = [
        ("S", b"Asterisk Call Manager/11.0.0\r\nEvent: A\r\n\r\nEve", 0.0),
        ("S", b"nt: B\r\n", 0.5),
        ("C", b"Action: Ping\r\n\r\n", 0.75),
        ("S", b"\r\nEvent: never ended\r\n", 2.0),
    ]
    transcript = Transcript.of(["a note"], chunks)
    transcript.save(tmp_path / "timed.txt")
    assert (tmp_path / "timed.txt").read_text() == (
        "# a note\n@ 0.000\nS: Asterisk Call Manager/11.0.0\nS: Event: A\nS:\n@ 0.500\n"
        "S: Event: B\n@ 0.750\nC: Action: Ping\nC:\n@ 2.000\nS:\nS: Event: never ended\n"
    )
    assert Transcript.load(tmp_path / "timed.txt") == transcript
    assert list(transcript.messages()) == [
        Said("S", "Asterisk Call Manager/11.0.0", 0.0),
        Said("S", "Event: A", 0.0),
        Said("C", "Action: Ping", 0.75),
        Said("S", "Event: B", 2.0),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"Event: Hangup", "no line of a transcript: 'Event: Hangup'"),
        (b"", "no line of a transcript: ''"),
        (b"S: a\\b", "a backslash is written"),
        (b"S: a\\x9", "a backslash is written"),
        (b"@ soon", "no number of seconds: 'soon'"),
        (b"@ -1", "no number of seconds: '-1'"),
        (b"@ nan", "no number of seconds: 'nan'"),
        (b"@ 0.5", "0.5 s comes after 1 s"),
        (b"S: Zo\xeb", "no text in UTF-8"),
    ],
)
def test_a_broken_line_is_named(line: bytes, message: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"# two lines\n@ 1\n" + line + b"\nS:\n")
    with pytest.raises(ValueError, match=f"broken.txt:3: {re.escape(message)}"):
        Transcript.load(broken)


def test_an_empty_file_is_a_transcript_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    assert Transcript.load(tmp_path / "empty.txt") == Transcript((), ())


def test_every_cut_gives_the_same_frames(transcript: Transcript) -> None:
    data = transcript.said("S")
    whole = frames_of(iter([data]))
    assert whole[0] is not None
    ends = ("\r\n" if frame == "" else f"{frame}\r\n\r\n" for frame in whole[1])
    text = "".join([f"{whole[0]}\r\n", *ends])
    assert text.encode("utf-8", "surrogateescape") == data
    for cut in range(1, len(data)):
        assert frames_of(iter([data[:cut], data[cut:]])) == whole
    assert frames_of(bytes([byte]) for byte in data) == whole


def test_every_message_becomes_its_class_and_keeps_its_bytes(transcript: Transcript) -> None:
    sent = {str(action["ActionID"]): action["Action"] for action in actions_of(transcript)}
    for frame in filter(None, frames_of(iter([transcript.said("S")]))[1]):
        kind, name = first_header(frame)
        message: Message
        if kind == "Event":
            message = registry.EVENTS[name].from_frame(frame)
        else:
            action = registry.ACTIONS.get(sent[str(header(frame, "ActionID"))])
            message = (action.ami.reply if action is not None else RawReply).from_frame(frame)
        assert "\r\n".join(f"{key}: {value}" for key, value in message.headers) == frame
        assert list(faults_of(message)) == []


@cache
def recorded(name: str) -> type[RawAction]:
    """Return an action that sends what it is given, and whose reply is that of the real one."""
    action = registry.ACTIONS.get(name)
    if action is None:
        return RawAction
    return type(name, (RawAction,), {"ami": replace(action.ami, rules=())})


class Replay:
    """A session that is told what a server said, and says what the client said."""

    def __init__(self, transcript: Transcript, monkeypatch: pytest.MonkeyPatch) -> None:
        self.transcript = transcript
        self.actions = deque(actions_of(transcript))
        self.told: Told = []
        self.exchanges: list[Exchange[Any]] = []
        self.opened: list[object] = []
        login = next(action for action in self.actions if action["Action"] == "Login")
        auth: Auth = "md5" if "Key" in login else "plain"
        dispatcher = Dispatcher()
        dispatcher.add(Subscription(self._take, None, "all"))
        self.session = Session(
            Credentials(login["Username"], SecretStr(SECRET), auth),
            registry.EVENTS,
            dispatcher,
            on_open=self.opened.append,
            on_close=lambda _: None,
            clock=lambda: 0.0,
            setup=SessionSetup(login.get("Events")),
        )
        monkeypatch.setattr("amisdk.exchange._draw_id", lambda: self.actions.popleft()["ActionID"])

    def _take(self, event: Event) -> None:
        self.told.append((type(event), event.headers))

    def run(self, cut: int = 0) -> Told:
        """Replay the conversation with one more cut in what the server said."""
        heard = 0
        for step in self.transcript.steps():
            if step.side == "C":
                self._say(step.data)
                continue
            at = max(0, cut - heard)
            for piece in (step.data[:at], step.data[at:]):
                self.session.receive_data(piece)
            heard += len(step.data)
        return self.told

    def _say(self, data: bytes) -> None:
        for _ in range(data.count(b"\r\n\r\n") if self.session.state is State.READY else 0):
            action = self.actions.popleft()
            name = action["Action"]
            exchange = Exchange(
                recorded(name)(name, list(action)[2:]),
                action_id=action["ActionID"],
                on_done=self._done,
                until_later=name == "Originate",
            )
            self.session.send(exchange)
            self.exchanges.append(exchange)
        assert self.session.data_to_send() == data

    def _done(self, exchange: Exchange[Any]) -> None:
        reply = exchange.reply
        assert isinstance(reply, Reply)
        items = reply.items if isinstance(reply, ListReply) else ()
        self.told.append((type(reply), reply.headers))
        self.told += [(type(item), item.headers) for item in items]


def test_a_session_says_and_tells_what_was_recorded(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = Replay(transcript, monkeypatch)
    replay.run()
    assert replay.opened == [None]
    assert not replay.actions
    assert replay.exchanges
    for exchange in replay.exchanges:
        assert (exchange.done, exchange.error) == (True, None)
        assert exchange.reply is not None
        assert list(reply_faults(exchange.action, exchange.reply)) == []
    frames = frames_of(iter([transcript.said("S")]))[1]
    told = {headers for _, headers in replay.told}
    for frame in frames:
        if first_header(frame)[0] == "Event":
            assert Headers(map(split_header, frame.split("\r\n"))) in told


def test_a_session_does_not_notice_where_reads_end(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Replay(transcript, monkeypatch).run()
    for cut in range(1, len(transcript.said("S")), CUT):
        assert Replay(transcript, monkeypatch).run(cut) == whole
