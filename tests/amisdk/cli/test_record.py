"""amisdk record: sessions of its own and of others, without secrets, to be replayed."""

import signal
import socket
from pathlib import Path

import pytest

from amisdk import Client, actions, errors
from amisdk.cli.faults import Code
from amisdk.testing import FakeAsterisk
from amisdk.transcripts import Transcript
from tests.amisdk.cli.conftest import Call, Process


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "talk.txt"


def said(file: Path) -> list[str]:
    return [message.text.replace("\r\n", "|") for message in Transcript.load(file).messages()]


def test_a_session_of_its_own_is_written_down(call: Call, server: FakeAsterisk, file: Path) -> None:
    send = ("--send", "QueueStatus --queue support", "--send", "Ping")
    done = call("record", file, *send, "--for", "0")
    assert (done.code, done.out) == (Code.OK, "")
    assert done.err.startswith(f"amisdk: {file}: 5 actions and ")
    messages = said(file)
    assert messages[0] == "Asterisk Call Manager/11.0.0"
    sent = [text.split("|")[0] for text in messages if text.startswith("Action")]
    assert sent == [
        f"Action: {name}" for name in ("Challenge", "Login", "QueueStatus", "Ping", "Logoff")
    ]
    assert any(text.startswith("Event: FullyBooted") for text in messages)
    assert any(text.endswith("|ListItems: 2") for text in messages)
    notes = Transcript.load(file).notes
    assert notes[0].startswith("Written by amisdk ")
    assert notes[1] == "Secrets are masked."
    assert server.received[-1]["Action"] == "Logoff"
    assert file.stat().st_mode & 0o777 == 0o600


def test_it_goes_on_until_ctrl_c(spawn: type[Process], server: FakeAsterisk, file: Path) -> None:
    process = spawn("record", file)
    assert process.told() == "amisdk: recording; Ctrl-C ends it"
    with Client.from_url(server.url) as ami:
        ami.send(actions.UserEvent(user_event="Shipped", headers={"Order": "42"}))
    done = process.end(signal.SIGINT)
    assert done.code == Code.OK
    assert any("UserEvent: Shipped|" in text for text in said(file))


def test_other_programs_are_written_down_each_in_a_file(
    spawn: type[Process], fake: FakeAsterisk, file: Path
) -> None:
    process = spawn("record", file, "--listen", "0", "--host", f"127.0.0.1:{fake.port}")
    host, _, port = process.line().partition(":")
    for auth in ("plain", "md5"):
        with Client(host, int(port), username="admin", secret="amisdk", auth=auth) as ami:
            ami.send(actions.Ping())
    with (
        pytest.raises(errors.LoginRefused),
        Client(host, int(port), username="admin", secret="wrong-word"),
    ):
        pass
    assert process.end(signal.SIGTERM).code == Code.OK
    files = [file, file.with_stem("talk-2"), file.with_stem("talk-3")]
    texts = [path.read_text() for path in files]
    assert "C: Secret: the-secret\n" in texts[0]
    assert "C: Key: " in texts[1]
    assert "S: Message: Authentication failed" in texts[2]
    for text in texts:
        assert "amisdk\n" not in text
        assert "wrong-word" not in text


def test_times_are_kept_and_anonymity_too(call: Call, server: FakeAsterisk, file: Path) -> None:
    line = "UserEvent --user-event Called --headers 'CallerIDNum=6001' --headers Note=amisdk"
    done = call("record", file, "--send", line, "--for", "0", "--anonymize")
    assert done.code == Code.OK
    text = file.read_text()
    assert "# Secrets are masked, numbers and names are others.\n" in text
    assert text.count("\n@ 0.") > 3
    assert "6001" not in text
    assert "Note: the-secret" in text  # the user's secret, wherever it comes
    assert server.received


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--send", "Pign"], Code.USAGE, 'no action "Pign"; did you mean Ping'),
        (["--send", ""], Code.USAGE, 'no action ""'),
        (["--send", "Ping 'x"], Code.USAGE, '"Ping \'x": No closing quotation'),
        (["--send", "QueueAdd --quue x"], Code.USAGE, "no option --quue; did you mean --queue"),
        (["--send", "Command --command x"], Code.REFUSED, "not sent: Command runs code"),
        (["--listen", "0", "--send", "Ping"], Code.USAGE, "--listen records other programs"),
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_written(
    call: Call, server: FakeAsterisk, file: Path, arguments: list[str], code: Code, said: str
) -> None:
    done = call("record", file, "--for", "0", *arguments)
    assert done.code == code
    assert done.err.startswith(f"amisdk: {said}")
    assert not file.exists()
    assert not server.received


def test_a_file_is_not_written_over_unless_it_is_meant(
    call: Call, server: FakeAsterisk, file: Path
) -> None:
    file.write_text("mine")
    done = call("record", file, "--for", "0")
    assert done.code == Code.USAGE
    assert done.err == f"amisdk: {file} is there already; --force writes over it\n"
    assert file.read_text() == "mine"
    assert call("record", file, "--for", "0", "--force").code == Code.OK
    assert "S: Asterisk Call Manager" in file.read_text()
    assert server.received


def test_a_file_that_cannot_be_written_is_told_first(call: Call, server: FakeAsterisk) -> None:
    done = call("record", "/nowhere/talk.txt", "--for", "0")
    assert done.code == Code.USAGE
    assert done.err == "amisdk: cannot write /nowhere/talk.txt: No such file or directory\n"
    assert not server.received


def test_no_server_is_told_and_leaves_no_file(call: Call, file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    secret = file.with_name("secret")
    secret.write_text("x")
    secret.chmod(0o600)
    place = ("--host", f"127.0.0.1:{port}", "--user", "ann", "--secret-file", secret)
    done = call("record", file, *place, "--for", "0")
    assert done.code == Code.UNREACHABLE
    assert "cannot reach" in done.err
    assert not file.exists()


def test_a_refused_login_is_told_and_written_down(
    call: Call, server: FakeAsterisk, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMI_SECRET", "wrong-word")
    done = call("record", file, "--for", "0")
    assert done.code == Code.UNREACHABLE
    assert "the server refused the login" in done.err
    assert any("Authentication failed" in text for text in said(file))
    assert server.received
