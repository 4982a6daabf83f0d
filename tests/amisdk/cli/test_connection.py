"""Which server a command talks to: which way goes before which, and what is wrong about it."""

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from amisdk.cli.config import store_profile
from amisdk.cli.connection import Where, import_registry, split_host
from amisdk.cli.faults import Code, Fault
from amisdk.testing import FakeAsterisk
from tests.amisdk.cli.conftest import Call, Terminal

SECRET = "s3cr3t-word"


def shown(arguments: dict[str, Any]) -> tuple[Any, ...]:
    secret = arguments["secret"]
    assert isinstance(secret, SecretStr)
    host, port, user = arguments["host"], arguments.get("port"), arguments["username"]
    return host, port, user, secret.get_secret_value(), arguments["ssl"]


def fault(where: Where) -> str:
    with pytest.raises(Fault) as told:
        where.arguments()
    assert told.value.code == Code.USAGE
    assert SECRET not in str(told.value)
    return str(told.value)


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\nsecond line\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMI_HOST", "of-env")
    monkeypatch.setenv("AMI_USERNAME", "eve")
    monkeypatch.setenv("AMI_SECRET", "env-word")


@pytest.fixture
def profiles() -> None:
    store_profile("default", {"host": "of-default", "username": "dan", "secret": "word-d"})
    store_profile("lab", {"host": "of-lab", "username": "lea", "secret": "word-l", "tls": True})


@pytest.mark.usefixtures("env", "profiles")
def test_a_url_goes_before_everything(secret_file: Path) -> None:
    where = Where(url=f"ami://ann:{SECRET}@pbx:5099")
    assert shown(where.arguments()) == ("pbx", 5099, "ann", SECRET, False)
    where = Where(url="amis://ann@pbx", secret_file=secret_file)
    assert shown(where.arguments()) == ("pbx", None, "ann", SECRET, True)


@pytest.mark.usefixtures("env", "profiles")
def test_a_named_profile_goes_before_the_environment() -> None:
    assert shown(Where(profile="lab").arguments()) == ("of-lab", None, "lea", "word-l", True)


@pytest.mark.usefixtures("env", "profiles")
def test_the_environment_goes_before_the_default_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(Where().arguments()) == ("of-env", None, "eve", "env-word", False)
    for name in ("AMI_HOST", "AMI_USERNAME", "AMI_SECRET"):
        monkeypatch.delenv(name)
    assert shown(Where().arguments()) == ("of-default", None, "dan", "word-d", False)


@pytest.mark.usefixtures("env")
def test_a_host_takes_the_rest_from_the_environment(secret_file: Path) -> None:
    assert shown(Where(host="pbx:5099").arguments()) == ("pbx", 5099, "eve", "env-word", False)
    where = Where(host="pbx", user="ann", secret_file=secret_file, tls=True)
    assert shown(where.arguments()) == ("pbx", None, "ann", SECRET, True)


@pytest.mark.usefixtures("profiles")
def test_a_user_goes_before_that_of_the_profile() -> None:
    assert shown(Where(user="ann").arguments())[:3] == ("of-default", None, "ann")


def test_a_profile_may_name_a_file_and_a_certificate(secret_file: Path, tmp_path: Path) -> None:
    store_profile("x", {"username": "ann", "secret_file": str(secret_file), "tls": True})
    assert shown(Where(profile="x").arguments()) == ("127.0.0.1", None, "ann", SECRET, True)
    store_profile(
        "y", {"username": "a", "secret": "b", "tls": True, "ca_file": str(tmp_path / "no.pem")}
    )
    assert "cannot read a certificate from" in fault(Where(profile="y"))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (Where(), "which server? Type amisdk login, set AMI_HOST and AMI_USERNAME, or give --url"),
        (Where(url="ami://a:b@c", profile="x"), "give only one of --url and --profile"),
        (Where(url="ami://a:b@c", host="x"), "give only one of --url and --host"),
        (
            Where(url=f"http://a:{SECRET}@c"),
            "--url: the URL begins with ami:// or amis://",
        ),
        (Where(url=f"ami://a:{SECRET}@c:99999"), "--url: the URL's port is no number"),
        (Where(url="ami://a:b@c", tls=True), "--tls goes with --host"),
        (Where(url="ami://a:b@c", ca_file=Path("x")), "--ca-file goes with TLS"),
        (Where(host="a:b:c:d:e", user="x"), "which secret?"),
        (Where(host="pbx:x", user="x"), '"pbx:x" is no host'),
        (Where(host="pbx", tls=True), "whose user?"),
        (Where(profile="x"), "amisdk login makes one"),
        (
            Where(host="pbx", user="a", secret_file=Path("/nowhere")),
            "cannot read /nowhere: No such",
        ),
    ],
)
def test_what_is_wrong_is_told(where: Where, said: str) -> None:
    assert said in fault(where)


def test_a_wrong_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMI_USERNAME", "ann")
    monkeypatch.setenv("AMI_SECRET", SECRET)
    monkeypatch.setenv("AMI_PORT", "many")
    assert 'AMI_PORT is no number from 1 to 65535: "many"' in fault(Where())


def test_a_secret_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        def __init__(self, text: str) -> None:
            self.text = text

        def readline(self) -> str:
            return self.text

    monkeypatch.setattr(sys, "stdin", Input(f"{SECRET}\r\n"))
    where = Where(host="pbx", user="ann", secret_file=Path("-"))
    assert shown(where.arguments())[3] == SECRET
    monkeypatch.setattr(sys, "stdin", Input(""))
    assert fault(where) == "- holds no secret"


def test_a_secret_in_the_arguments_is_warned_of(call: Call, fake: FakeAsterisk) -> None:
    done = call("send", "Ping", "--url", fake.url)
    assert done.code == Code.OK
    assert "others can see this secret in the list of processes" in done.err
    assert f":{fake.secret}@" not in done.err


def test_a_secret_is_asked_for_and_does_not_show(
    terminal: type[Terminal], fake: FakeAsterisk
) -> None:
    talk = terminal("send", "Ping", "--host", f"127.0.0.1:{fake.port}", "--user", fake.username)
    talk.read(f"Secret of {fake.username}@127.0.0.1: ")
    talk.type(f"{fake.secret}\n")
    talk.read("Pong")
    assert talk.end() == Code.OK
    assert f"{fake.secret}\r\n" not in talk.seen


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("pbx", ("pbx", None)),
        ("pbx:5039", ("pbx", 5039)),
        ("[::1]:5039", ("::1", 5039)),
        ("[::1]", ("::1", None)),
        ("::1", ("::1", None)),
    ],
)
def test_a_host_is_split(text: str, pair: tuple[str, int | None]) -> None:
    assert split_host(text) == pair


@pytest.mark.parametrize("text", ["", ":5038", "pbx:", "pbx:0", "pbx:65536", "pbx:x", "[]:1"])
def test_what_is_no_host_is_refused(text: str) -> None:
    if text == "pbx:":
        assert split_host(text) == ("pbx", None)
        return
    with pytest.raises(Fault, match="is no host"):
        split_host(text)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.registry", "cannot import the registry nowhere.registry: No module named"),
        ("", "cannot import the registry"),
        ("amisdk_models", "amisdk_models is no registry of a generated package; perhaps "),
        ("amisdk.errors", "amisdk.errors is no registry of a generated package"),
    ],
)
def test_a_registry_that_is_none_is_told(name: str, said: str) -> None:
    with pytest.raises(Fault, match=said.replace(".", r"\.")):
        import_registry(name)


def test_a_registry_may_be_in_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "registry_of_mine.py").write_text("ACTIONS = EVENTS = {}\n")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert import_registry("registry_of_mine").ACTIONS == {}  # type: ignore[union-attr]
    assert sys.path == before
    assert import_registry(None) is None
