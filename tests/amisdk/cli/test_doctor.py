"""amisdk doctor: each step that can go wrong, and what it advises."""

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from amisdk.cli.faults import Code
from amisdk.headers import Headers
from amisdk.testing import GREETING, FakeAsterisk, Peer, ScriptedServer
from tests.amisdk.cli.conftest import Call, Result

LISTED = {
    "system": ["ModuleLoad", "CoreSettings: Show settings.  (Priv: system,reporting,all)"],
    "call": ["Redirect: x  (Priv: call,all)", "Hangup: x  (Priv: system,call,all)"],
    "agent": ["QueueAdd: x  (Priv: agent,all)", "QueuePause: x  (Priv: agent,all)"],
    "command": ["Command: x  (Priv: command,all)"],
    "none": ["Ping: x  (Priv: <none>)"],
}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMI_USERNAME", "ann")
    monkeypatch.setenv("AMI_SECRET", "s3cr3t-word")


@contextmanager
def asterisk(
    *rights: str, read: str | None = None, version: bool = True
) -> Iterator[tuple[str, list[str]]]:
    """Run a server on which the user has these rights; give its place and what it was sent."""
    sent: list[str] = []
    lines = [line for word in ("none", *rights) for line in LISTED[word] if ": " in line]

    def answer(peer: Peer, action: Headers) -> None:
        match action["Action"]:
            case "CoreSettings" if version:
                peer.respond(action, "AsteriskVersion: 22.10.0")
            case "ListCommands":
                peer.respond(action, *lines)
            case "Command" if read is not None:
                assert action["Command"] == "manager show user ann"
                told = [f"Output:        read perm: {read}", "Output:       write perm: call"]
                peer.respond(action, "Output:        username: ann", *told)
            case _:
                peer.respond(action, "Message: Permission denied", response="Error")

    async def serve(peer: Peer) -> None:
        await peer.login()
        while True:
            action = await peer.action()
            sent.append(action["Action"])
            if sent[-1] == "Logoff":
                peer.respond(action, response="Goodbye")
                return
            answer(peer, action)

    with ScriptedServer(serve) as server:
        yield f"127.0.0.1:{server.port}", sent


def steps(done: Result) -> dict[str, tuple[str, str]]:
    """Return step to mark and text, of the lines that are no advice."""
    lines = [line for line in done.out.splitlines() if not line.startswith(" ")]
    return {line[8:20].strip(): (line[:6].strip(), line[20:]) for line in lines}


def test_all_is_well(call: Call, server: FakeAsterisk) -> None:
    done = call("doctor")
    assert (done.code, done.err) == (Code.OK, "")
    found = steps(done)
    assert found["TCP"] == ("ok", f"127.0.0.1:{server.port} takes connections")
    assert found["greeting"] == ("ok", "Asterisk Call Manager/11.0.0")
    assert found["login"] == ("ok", "admin is let in")
    assert found["version"] == ("ok", "Asterisk 22.10.0")


def test_rights_are_told_and_what_they_lack(call: Call) -> None:
    with asterisk("call", "agent", "command", read="call,agent") as (place, sent):
        done = call("doctor", "--host", place)
    assert done.code == Code.OK
    found = steps(done)
    assert found["write"] == (
        "note",
        "agent, call, command; without aoc, config, message, originate, reporting, system, user",
    )
    mark, text = found["read"]
    assert mark == "note"
    assert text.startswith("agent, call; without system (")
    assert "cdr (1 event)" in text
    assert "[ann]\n                    read = all\n" in done.out
    assert "without originate: Originate\n" in done.out
    [line] = [one for one in done.out.splitlines() if " write = " in one]
    granted = line.partition("= ")[2].split(",")
    assert {"agent", "call", "command", "aoc", "message", "originate", "system"} <= set(granted)
    assert set(sent) == {"CoreSettings", "ListCommands", "Command", "Logoff"}


def test_what_may_be_a_module_or_a_privilege_is_called_neither(call: Call) -> None:
    with asterisk("call", "command") as (place, _):
        lines = call("doctor", "--host", place).out.splitlines()
    [unclear] = [line for line in lines if "not loaded, or ann lacks the privilege: " in line]
    assert "QueueAdd" in unclear
    assert not any("QueueAdd" in line for line in lines if " not loaded: " in line)


@pytest.mark.parametrize(
    ("read", "told"), [("all", "all"), ("<none>", "none: no event comes; without")]
)
def test_the_right_to_read_everything_or_nothing(call: Call, read: str, told: str) -> None:
    with asterisk("command", read=read) as (place, _):
        done = call("doctor", "--host", place)
    assert steps(done)["read"][1].startswith(told)


def test_a_user_who_may_ask_nothing_is_told_what_to_add(call: Call) -> None:
    with asterisk("agent", version=False) as (place, _):
        done = call("doctor", "--host", place)
    found = steps(done)
    assert found["version"] == ("note", "not told")
    assert "write = reporting" in done.out
    assert found["read"][1].startswith("not told; only a user with write = command")


def test_what_is_named_is_looked_at(call: Call) -> None:
    names = ("queueadd", "Originate", "Hangup", "SIPpeers", "VarSet", "QueueMemberPause", "Ping")
    with asterisk("agent", "command", read="agent") as (place, _):
        done = call("doctor", "--host", place, *names)
        fine = call("doctor", "--host", place, "QueueAdd", "QueueMemberPause")
    assert (fine.code, fine.err) == (Code.OK, "")
    assert done.code == Code.FAILED
    assert done.err == "amisdk: not well: Originate, Hangup, SIPpeers, Hangup, VarSet\n"
    lines = done.out.splitlines()
    assert "ok      QueueAdd    can be sent" in lines
    assert "FAILED  Originate   the user needs write = originate in manager.conf" in lines
    assert "                    write = originate" in lines
    assert (
        "FAILED  SIPpeers    was removed after 20; use PJSIPShowEndpoints (this is Asterisk "
        in (done.out)
    )
    assert "FAILED  Hangup      the event needs read = call" in lines
    assert "ok      QueueMemberPause  the event will be seen" in lines


def test_a_name_that_nothing_has_is_told_first(call: Call) -> None:
    done = call("doctor", "--host", "127.0.0.1:1", "QueueAd")
    assert (done.code, done.out) == (Code.USAGE, "")
    assert done.err.startswith('amisdk: no action and no event is known as "QueueAd"; did you mean')


def test_json_has_one_step_a_line(call: Call) -> None:
    with asterisk() as (place, _):
        done = call("doctor", "--host", place, "--json", "Originate")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [one["step"] for one in found] == [
        "TCP", "greeting", "login", "version", "write", "read", "Originate",
    ]  # fmt: skip
    assert found[-1]["state"] == "failed"
    assert found[-1]["advice"] == ["In manager.conf:", "[ann]", "write = originate"]


# --- no connection ------------------------------------------------------------------------


@contextmanager
def listening(serve: Callable[[Peer], object], **how: object) -> Iterator[str]:
    async def script(peer: Peer) -> None:
        serve(peer)
        await peer.reader.read()

    with ScriptedServer(script, **how) as server:  # type: ignore[arg-type]
        yield f"127.0.0.1:{server.port}"


def failed(done: Result, step: str) -> str:
    assert done.code == Code.UNREACHABLE
    assert done.err == f"amisdk: not well: {step}\n"
    mark, told = steps(done)[step]
    assert mark == "FAILED"
    assert "s3cr3t-word" not in done.out
    return told


def test_nobody_listens(call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = call("doctor", "--host", f"127.0.0.1:{port}")
    assert failed(done, "TCP") == f"cannot reach 127.0.0.1:{port}: Connection refused"
    assert f"enabled = yes\n                    port = {port}\n" in done.out


def test_a_name_without_an_address(call: Call) -> None:
    done = call("doctor", "--host", "nowhere.invalid")
    assert failed(done, "name").startswith("nowhere.invalid has no address: ")


def test_a_way_that_others_can_read_is_noted(
    call: Call, server: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amisdk.cli.probe._is_local", lambda _: False)
    done = call("doctor")
    assert done.code == Code.OK
    assert steps(done)["TLS"] == ("note", "not used: who is on the way can read all but the secret")
    assert server.received


def test_who_is_no_manager(call: Call) -> None:
    with listening(lambda peer: peer.send(b"SSH-2.0-OpenSSH_9\r\n")) as place:
        done = call("doctor", "--host", place)
    assert failed(done, "greeting") == "no Asterisk manager answers there: 'SSH-2.0-OpenSSH_9'"


def test_who_hangs_up_at_once(call: Call) -> None:
    with listening(lambda peer: peer.half_close()) as place:
        done = call("doctor", "--host", place)
    assert failed(done, "greeting") == "the server closed the connection at once"
    assert "authlimit" in done.out


def test_who_says_nothing(call: Call) -> None:
    with listening(lambda _: None) as place:
        url = f"ami://ann@{place}/?connect_timeout=0.2"
        done = call("doctor", "--url", url)
    assert failed(done, "greeting") == "nothing came within 0.2 s"
    assert "perhaps the port speaks TLS: use --tls or amis://" in done.out


def test_who_refuses_the_login(call: Call, fake: FakeAsterisk) -> None:
    done = call("doctor", "--host", f"127.0.0.1:{fake.port}")
    assert failed(done, "login") == "the server refused the login: Authentication failed"
    assert "[ann]\n                    secret = the same as here\n" in done.out


# --- TLS ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def test_tls_is_told_of(call: Call, authority: trustme.CA, ca_file: Path) -> None:
    def greet(peer: Peer) -> None:
        peer.send(GREETING)
        peer.writer.close()

    with listening(greet, ssl=tls(authority, "127.0.0.1")) as place:
        done = call("doctor", "--host", place, "--tls", "--ca-file", ca_file, "--json")
    found = {one["step"]: one for one in map(json.loads, done.out.splitlines())}
    assert found["TLS"]["state"] == "ok"
    assert found["TLS"]["told"].startswith("TLSv1.")
    assert found["greeting"]["state"] == "ok"


@pytest.mark.parametrize(
    ("name", "trusted", "advice"),
    [
        ("127.0.0.1", False, "trust it with --ca-file"),
        ("pbx.example", True, "the certificate is for another name"),
    ],
)
def test_a_certificate_that_is_not_trusted(
    call: Call, authority: trustme.CA, ca_file: Path, name: str, trusted: bool, advice: str
) -> None:
    more = ["--ca-file", ca_file] if trusted else []
    with listening(lambda _: None, ssl=tls(authority, name)) as place:
        done = call("doctor", "--host", place, "--tls", *more)
    assert failed(done, "TLS")
    assert advice in done.out


def test_a_port_without_tls(call: Call, fake: FakeAsterisk) -> None:
    done = call("doctor", "--host", f"127.0.0.1:{fake.port}", "--tls")
    assert failed(done, "TLS")
    assert "the port speaks no TLS" in done.out
    assert "tlsenable = yes" in done.out
