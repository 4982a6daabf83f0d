"""amisdk send: what is sent, and what is asked before."""

import json
from pathlib import Path

import pytest

from amisdk.cli.config import store_profile
from amisdk.cli.faults import Code
from amisdk.headers import Headers
from amisdk.testing import FakeAsterisk, Peer
from tests.amisdk.cli.conftest import Call, Process, Terminal
from tests.amisdk.cli.support import answering, queues

# --- what is sent ------------------------------------------------------------------------


def test_fields_are_sent_under_their_wire_names(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(
        lambda peer, action: peer.respond(action, "Message: Added"), monkeypatch
    ) as sent:
        done = call(
            "send", "QueueAdd", "--queue", "support", "--interface", "PJSIP/6001", "--no-paused",
            "--member-name", "Zoë", "--penalty", "2",
        )  # fmt: skip
    assert (done.code, done.out, done.err) == (Code.OK, "Added\n", "")
    assert list(sent[0])[2:] == [
        ("Queue", "support"),
        ("Interface", "PJSIP/6001"),
        ("Penalty", "2"),
        ("Paused", "false"),
        ("MemberName", "Zoë"),
    ]


@pytest.mark.parametrize("name", ["Ping", "ping", "PING"])
def test_the_case_of_a_name_does_not_matter(call: Call, server: FakeAsterisk, name: str) -> None:
    assert call("send", name).code == Code.OK
    assert [one["Action"] for one in server.received].count("Ping") == 1


def test_a_header_that_the_spec_does_not_have(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(peer: Peer, action: Headers) -> None:
        peer.respond(action, "Ping: Pong", "Timestamp: 1.5")

    with answering(reply, monkeypatch) as sent:
        done = call("send", "Ping", "--set", "Foo=1", "--set", "Bar=x=y", "--json")
    assert list(sent[0])[2:] == [("Foo", "1"), ("Bar", "x=y")]
    assert json.loads(done.out)["timestamp"] == "1970-01-01T00:00:01.500000+00:00"


def test_an_action_that_nothing_knows(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(queues(2), monkeypatch) as sent:
        done = call("send", "--set", "Foo=1", "--raw-action", "MyModuleDo", "--json")
    assert list(sent[0])[2:] == [("Foo", "1")]
    assert sent[0]["Action"] == "MyModuleDo"
    assert [json.loads(line)["event"] for line in done.out.splitlines()] == [
        "QueueParams", "QueueParams", "QueueStatusComplete",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["QueueAd"], 'no action "QueueAd"; did you mean QueueAdd'),
        (["xyzzy"], 'no action "xyzzy" (see amisdk send --help)'),
        (["QueueAdd", "--quue", "x"], "no option --quue; did you mean --queue"),
        (["QueueAdd", "--queue", "x"], "missing option '--interface'"),
        (["QueueAdd", "--queue", "", "--interface", "x"], "--queue: String should have at least 1"),
        (["Ping", "x"], "got unexpected extra argument"),
        (["MixMonitorMute", "--direction", "up"], "invalid value for '--direction'"),
        (["Ping", "--set", "Foo"], '--set: "Foo" is not Key=Value'),
        (["Ping", "--set", "Action=Originate"], "--set: Action is the client's own header"),
        (["Ping", "--set", "A=x\r\n\r\nAction: Originate"], "--set: a header cannot hold CR"),
        (["Ping", "--wait"], "--wait is for Originate"),
        (
            ["Originate", "--channel", "x"],
            "Originate: give --exten, --context and --priority, or --ap",
        ),
        (["--raw-action", "X\nY"], "--raw-action: a header cannot hold LF"),
        (["--raw-action", "X", "Ping"], "--raw-action X is an action already"),
        (["--json"], "which action? amisdk send --list lists them"),
        (["--registry", "nowhere", "Ping"], "cannot import the registry nowhere"),
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_sent(
    call: Call, server: FakeAsterisk, arguments: list[str], said: str
) -> None:
    done = call("send", *arguments)
    assert (done.code, done.out) == (Code.USAGE, "")
    assert done.err.startswith(f"amisdk: {said}")
    assert done.err.count("\n") == 1
    assert not server.received


def test_all_names_are_listed(call: Call) -> None:
    done = call("send", "--list")
    names = done.out.split()
    assert len(names) == 172
    assert {"Ping", "QueueAdd", "SIPpeers"} <= set(names)


def test_a_profile_may_be_named_after_the_action(call: Call, fake: FakeAsterisk) -> None:
    values: dict[str, str | int] = {
        "username": fake.username,
        "secret": fake.secret,
        "port": fake.port,
    }
    store_profile("here", values)
    store_profile("there", values)
    assert call("send", "Ping", "--profile", "here").code == Code.OK
    assert "choose one of the profiles" in call("send", "Ping").err
    assert call("send", "--list").code == Code.OK


# --- what is asked before ----------------------------------------------------------------

ORIGINATE = ("send", "Originate", "--channel", "PJSIP/1", "--application", "Wait", "--data", "1")


def test_what_may_do_harm_is_not_sent_without_a_yes(call: Call, server: FakeAsterisk) -> None:
    for arguments in (ORIGINATE, ("send", "--raw-action", "originate", "--set", "Channel=x")):
        done = call(*arguments)
        assert (done.code, done.out) == (Code.REFUSED, "")
        assert done.err == "amisdk: not sent: Originate runs code on the server; --yes sends it\n"
    assert not server.received


@pytest.mark.parametrize("place", ["before", "after"])
def test_yes_may_come_before_the_action_or_after_it(
    call: Call, server: FakeAsterisk, place: str
) -> None:
    send, *rest = ORIGINATE
    arguments = [send, "--yes", *rest] if place == "before" else [send, *rest, "-y"]
    assert call(*arguments).code == Code.OK
    assert "Originate" in [one["Action"] for one in server.received]


@pytest.mark.parametrize(("answer", "code"), [("y", Code.OK), ("n", Code.REFUSED)])
def test_in_a_terminal_it_asks(
    terminal: type[Terminal], server: FakeAsterisk, answer: str, code: Code
) -> None:
    talk = terminal(*ORIGINATE)
    talk.read("Originate runs code on the server. Send it? [y/N]: ")
    talk.type(f"{answer}\n")
    assert talk.end() == code
    sent = "Originate" in [one["Action"] for one in server.received]
    assert sent == (code == Code.OK)


def test_a_profile_that_is_read_only_is_that(call: Call, fake: FakeAsterisk) -> None:
    account = {"username": fake.username, "secret": fake.secret}
    store_profile("safe", {**account, "port": fake.port, "read_only": True})
    done = call("send", "UserEvent", "--user-event", "X")
    assert done.code == Code.REFUSED
    assert done.err.startswith("amisdk: UserEvent: this client is read-only")
    assert "UserEvent" not in [one["Action"] for one in fake.received]
    assert call("send", "QueueStatus").code == Code.OK


def test_what_the_server_no_longer_has_is_refused(call: Call, server: FakeAsterisk) -> None:
    done = call("send", "SIPpeers")
    assert done.code == Code.REFUSED
    assert "was removed after 20; use PJSIPShowEndpoints" in done.err
    assert "SIPpeers" not in [one["Action"] for one in server.received]


# --- help --------------------------------------------------------------------------------


def test_the_help_of_an_action_says_what_its_fields_mean(call: Call) -> None:
    done = call("send", "QueueAdd", "--help")
    text = " ".join(done.out.replace("│", " ").split())
    assert done.code == Code.OK
    assert "Add a member to a queue." in text
    assert "Asterisk 11-23, app_queue. Needs the write privilege agent." in text
    assert "--paused --no-paused" in text
    assert "Members with a lower penalty are called first." in text
    assert "Example: amisdk send QueueAdd --queue support" in text


@pytest.mark.parametrize("name", ["Originate", "GetConfig", "UpdateConfig", "AOCMessage", "Filter"])
def test_help_shows_brackets_and_long_enumerations(call: Call, name: str) -> None:
    done = call("send", name, "--help")
    assert (done.code, done.err) == (Code.OK, "")
    assert f"amisdk send {name}" in done.out


# --- a package of one's own --------------------------------------------------------------

SPEC = """\
summary: Actions of a shop.
actions:
  ShopOrder:
    summary: Attach an order to a call.
    module: app_shop
    versions: 16-23
    privilege: [call]
    danger: [runs code]
    fields:
      Channel: {required: true, doc: "Channel of the call."}
      Order: {type: int, min: 1, required: true, doc: "Number of the order."}
    reply: {fields: {Position: {type: int, doc: "Place in the list."}}}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generate a package, and be where it is."""
    from amisdk_codegen.cli import main as generate

    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "shop.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    options = ["--spec", "spec", "--package", "shop_ami", "--out", "."]
    assert generate(["generate", *options]) == 0


@pytest.mark.usefixtures("shop")
def test_an_action_of_one_s_own_is_a_command_too(
    spawn: type[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ("send", "--registry", "shop_ami.registry")
    with answering(lambda peer, action: peer.respond(action, "Position: 3"), monkeypatch) as sent:
        done = spawn(*own, "ShopOrder", "--channel", "x", "--order", "42", "-y", "--json").end()
        assert json.loads(done.out)["position"] == 3
        assert sent[0]["Order"] == "42"
        assert spawn(*own, "Ping").end().code == Code.OK
    assert "ShopOrder" in spawn(*own, "--list").end().out.split()
    done = spawn(*own, "ShopOrder", "--channel", "x", "--order", "42").end()
    assert done.code == Code.REFUSED
    done = spawn(*own, "ShopOrdr").end()
    assert "did you mean ShopOrder" in done.err
    done = spawn("describe", "--registry", "shop_ami.registry", "shoporder").end()
    assert "Attach an order to a call." in done.out
