"""amisdk replay: a transcript as a server."""

import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from time import monotonic
from typing import Any

import pytest

from amisdk import Client, RawAction, actions, errors
from amisdk.cli.faults import Code
from amisdk.cli.recording.script import Script
from amisdk.cli.replay import Replay
from amisdk.models import Event
from amisdk.options import Auth
from amisdk.testing import FakeAsterisk
from amisdk.transcripts import Transcript
from tests.amisdk.cli.conftest import Call, Process

RECORDED = Path(__file__).parents[2] / "data" / "transcripts"
LOGIN = """\
S: Asterisk Call Manager/11.0.0
C: Action: Login
C: ActionID: 1
C: Secret: x
C:
S: Response: Success
S: ActionID: 1
S: Message: Authentication accepted
S:
"""


def script_of(text: str, tmp_path: Path) -> Script:
    path = tmp_path / "talk.txt"
    path.write_text(text)
    return Script(Transcript.load(path), path)


class Heard(list[str]):
    """The names of the events that a client got."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self._came: defaultdict[str, Flag] = defaultdict(Flag)

    def take(self, event: Event) -> None:
        self.append(event.ami_name)
        self.times.append(monotonic())
        self._came[event.ami_name].set()

    def wait(self, name: str, seconds: float = 30.0) -> bool:
        """Wait for an event, and tell whether it came."""
        return self._came[name].wait(seconds)


@contextmanager
def replaying(script: Script, **how: Any) -> Iterator[tuple[Client, Heard]]:
    """Serve a script, and give a client and the events that it gets."""
    heard = Heard()
    with Replay(script, **how) as server:
        client = Client(
            "127.0.0.1", server.port, username="any", secret="body", check_version=False
        )
        client.on()(heard.take)
        with client as ami:
            yield ami, heard


@pytest.mark.parametrize("auth", ["plain", "md5"])
@pytest.mark.parametrize("name", ["22-login-md5", "16-login-plain"])
def test_any_secret_is_let_in(name: str, auth: Auth) -> None:
    path = RECORDED / f"{name}.txt"
    with (
        Replay(Script(Transcript.load(path), path)) as server,
        Client("127.0.0.1", server.port, username="x", secret="y", auth=auth) as ami,
    ):
        assert ami.server.version is None
        assert ami.send(actions.Ping()).ping == "Pong"


@pytest.mark.parametrize("major", ["16", "22"])
def test_actions_are_answered_as_they_were(major: str) -> None:
    path = RECORDED / f"{major}-queues.txt"
    with replaying(Script(Transcript.load(path), path), fast=True) as (ami, _):
        status = ami.send(actions.QueueStatus(queue="empty-queue"))
        assert [type(item).__name__ for item in status.items] == ["QueueParams", "QueueEntry"]
        assert ami.send(actions.QueueStatus(queue="nowhere")).items == ()
        assert ami.send(actions.QueueSummary()).items
        assert ami.send(actions.QueueRule(rule="patience")).rule
        again = ami.send(actions.QueueStatus(queue="empty-queue"))
        assert again.items[0].queue == status.items[0].queue


def test_errors_are_as_they_were() -> None:
    path = RECORDED / "22-errors.txt"
    with replaying(Script(Transcript.load(path), path), fast=True) as (ami, _):
        with pytest.raises(errors.UnknownAction):
            ami.send(RawAction("NoSuchAction"))
        with pytest.raises(errors.ActionFailed, match="No such channel"):
            ami.send(actions.Status(channel="nobody"))


def test_an_action_that_is_not_there_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    path = RECORDED / "22-login-md5.txt"
    said = "The transcript has no such action"
    with (
        replaying(Script(Transcript.load(path), path)) as (ami, _),
        pytest.raises(errors.ActionFailed, match=said),
    ):
        ami.send(actions.Hangup(channel="x"))
    assert capfd.readouterr().err == "amisdk: the transcript has no Hangup\n"


def test_a_call_is_played_from_its_originate() -> None:
    path = RECORDED / "22-call.txt"
    with replaying(Script(Transcript.load(path), path), fast=True, patience=60.0) as (ami, heard):
        ami.send(actions.Filter(operation="Add", filter="x"))
        assert "Newchannel" not in heard
        call = actions.Originate(channel="Local/104@scenarios", application="Wait", data="1")
        assert ami.originate(call).response == "Success"
        assert heard.wait("Hangup")
        assert "Newchannel" in heard


def test_an_item_without_an_action_id_belongs_to_its_list(tmp_path: Path) -> None:
    text = LOGIN + (
        "C: Action: IAXpeers\nC: ActionID: 2\nC:\n"
        "S: Response: Success\nS: ActionID: 2\nS: EventList: start\nS:\n"
        "S: Event: PeerEntry\nS: ObjectName: one\nS:\n"
        "S: Event: PeerlistComplete\nS: ActionID: 2\nS: EventList: Complete\nS:\n"
        "S: Event: PeerEntry\nS: ObjectName: by itself\nS:\n"
    )
    script = script_of(text, tmp_path)
    assert [text for _, text in script.answers[0].replies][1].startswith("Event: PeerEntry")
    assert len(script.happenings) == 1
    with replaying(script, fast=True) as (ami, _):
        peers = ami.send(actions.IAXpeers()).items
        assert [peer.object_name for peer in peers] == ["one"]


def happening(name: str, at: float) -> str:
    return f"@ {at}\nS: Event: {name}\nS:\n"


def test_events_keep_their_times(tmp_path: Path) -> None:
    script = script_of(LOGIN + happening("One", 0.1) + happening("Two", 0.6), tmp_path)
    with replaying(script) as (_, heard):
        assert heard.wait("Two")
    assert heard == ["One", "Two"]
    assert heard.times[1] - heard.times[0] >= 0.4


def test_fast_leaves_the_pauses_out(tmp_path: Path) -> None:
    script = script_of(LOGIN + happening("One", 0.1) + happening("Two", 3600.0), tmp_path)
    with replaying(script, fast=True) as (_, heard):
        assert heard.wait("Two")


PING = (
    "C: Action: Ping\nC: ActionID: {0}\nC:\n"
    "S: Response: Success\nS: ActionID: {0}\nS: Ping: P{0}\nS:\n"
)


def test_what_came_after_an_action_waits_for_it(tmp_path: Path) -> None:
    script = script_of(LOGIN + PING.format(2) + happening("After", 0.0), tmp_path)
    with replaying(script, fast=True, patience=60.0) as (ami, heard):
        assert not heard.wait("After", 0.2)
        assert ami.send(actions.Ping()).ping == "P2"
        assert heard.wait("After")


def test_who_does_not_do_the_same_gets_it_all_the_same(tmp_path: Path) -> None:
    text = LOGIN + PING.format(2) + happening("One", 1000.0) + happening("Two", 1000.1)
    with replaying(script_of(text, tmp_path), patience=0.1) as (_, heard):
        assert heard.wait("Two")
    assert heard == ["One", "Two"]


def test_the_same_action_is_answered_in_turn(tmp_path: Path) -> None:
    script = script_of(LOGIN + "".join(PING.format(number) for number in (2, 3, 4)), tmp_path)
    with replaying(script) as (ami, _):
        assert [ami.send(actions.Ping()).ping for _ in range(4)] == ["P2", "P3", "P4", "P2"]


def test_each_client_gets_it_from_the_beginning(tmp_path: Path) -> None:
    script = script_of(LOGIN + PING.format(2) + PING.format(3), tmp_path)
    with Replay(script) as server:
        for _ in range(2):
            with Client("127.0.0.1", server.port, username="x", secret="y") as ami:
                assert [ami.send(actions.Ping()).ping for _ in range(2)] == ["P2", "P3"]


def test_events_that_are_not_wanted_do_not_come(tmp_path: Path) -> None:
    script = script_of(LOGIN + happening("One", 0.0) + PING.format(2), tmp_path)
    with Replay(script, fast=True) as server:
        client = Client("127.0.0.1", server.port, username="x", secret="y", events="off")
        heard = Heard()
        client.on()(heard.take)
        with client as ami:
            ami.send(actions.Ping())
        assert heard == []


# --- the command --------------------------------------------------------------------------


def test_what_was_recorded_can_be_replayed(
    spawn: type[Process], call: Call, server: FakeAsterisk, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    file = tmp_path / "talk.txt"
    line = "Originate --channel PJSIP/1 --application Wait --data 1"
    assert call("record", file, "--send", line, "--for", "0", "-y").code == Code.OK
    process = spawn("replay", file, "--port", "0", "--once")
    url = process.line()
    monkeypatch.delenv("AMI_HOST")
    done = call("watch", "--url", url, "-n", "4", "--json")
    assert done.code == Code.OK
    names = [line.split('"')[3] for line in done.out.splitlines()]
    assert names == ["FullyBooted", "Newchannel", "Newexten", "DialBegin"]
    ended = process.end()
    assert (ended.code, ended.out) == (Code.OK, "")
    assert server.received


def test_ctrl_c_ends_it(spawn: type[Process]) -> None:
    process = spawn("replay", RECORDED / "22-queues.txt", "--port", "0")
    assert process.line().startswith("ami://replay:any@127.0.0.1:")
    assert process.end(signal.SIGINT).code == Code.OK


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it does not begin with the greeting of an Asterisk manager"),
        ("S: Event: Hangup\nS:\n", "it does not begin with the greeting of an Asterisk manager"),
        ("C: Action: Login\nC:\n", "it does not begin with the greeting of an Asterisk manager"),
        ("S: Asterisk Call Manager/11.0.0\n", "nobody logs in there"),
        (LOGIN.replace("Success", "Error"), "nobody logs in there"),
        (LOGIN + "Event: Hangup\n", "10: no line of a transcript: 'Event: Hangup'"),
        (LOGIN + "@ x\n", "10: no number of seconds: 'x'"),
    ],
)
def test_a_broken_transcript_is_told(call: Call, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "broken.txt"
    file.write_text(text)
    done = call("replay", file)
    assert (done.code, done.out) == (Code.USAGE, "")
    assert done.err.startswith(f"amisdk: {file}:")
    assert done.err.rstrip().endswith(said)


def test_a_file_that_is_not_there_is_told(call: Call) -> None:
    done = call("replay", "/nowhere")
    assert done.code == Code.USAGE
    assert done.err == "amisdk: cannot read /nowhere: No such file or directory\n"
