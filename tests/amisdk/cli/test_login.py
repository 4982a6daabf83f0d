"""amisdk login: asks, tries, and stores."""

import stat
import tomllib
from pathlib import Path

import pytest

from amisdk.cli.config import config_path
from amisdk.cli.faults import Code
from amisdk.testing import FakeAsterisk
from tests.amisdk.cli.conftest import Call, Terminal


def profiles() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = tomllib.loads(config_path().read_text())["profiles"]
    return found


def test_it_asks_and_stores_what_works(terminal: type[Terminal], fake: FakeAsterisk) -> None:
    talk = terminal("login", "-P", "office")
    talk.read("Host [127.0.0.1]: ")
    talk.type(f"127.0.0.1:{fake.port}\n")
    talk.read("User: ")
    talk.type("admin\n")
    talk.read("Secret of admin@127.0.0.1: ")
    talk.type("amisdk\n")
    assert talk.end() == Code.OK
    assert 'Asterisk 22.10.0 let admin in. Profile "office" is in ' in talk.seen
    assert stat.S_IMODE(config_path().stat().st_mode) == 0o600
    assert profiles() == {
        "office": {
            "host": "127.0.0.1",
            "username": "admin",
            "secret": "amisdk",
            "port": fake.port,
        }
    }


def test_what_is_stored_is_used(call: Call, fake: FakeAsterisk, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(fake.secret)
    secret.chmod(0o600)
    done = call(
        "login", "--host", f"127.0.0.1:{fake.port}", "--user", "admin", "--secret-file", secret
    )
    assert (done.code, done.err) == (Code.OK, "")
    done = call("send", "Ping")
    assert (done.code, done.err) == (Code.OK, "")
    assert "Pong" in done.out


def test_what_is_refused_is_not_stored(call: Call, fake: FakeAsterisk, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("wrong-word")
    secret.chmod(0o600)
    done = call(
        "login", "--host", f"127.0.0.1:{fake.port}", "--user", "admin", "--secret-file", secret
    )
    assert done.code == Code.UNREACHABLE
    assert done.err == (
        "amisdk: nothing was stored\namisdk: the server refused the login: Authentication failed\n"
    )
    assert not config_path().exists()


@pytest.mark.parametrize("name", ["a b", "a.b", ""])
def test_a_wrong_name_is_told_before_anything_is_asked(call: Call, name: str) -> None:
    done = call("login", "-P", name)
    assert done.code == Code.USAGE
    assert "is no name for a profile" in done.err


def test_ctrl_c_at_a_question_ends_it(terminal: type[Terminal]) -> None:
    talk = terminal("login")
    talk.read("Host [127.0.0.1]: ")
    assert talk.interrupt() == Code.INTERRUPTED
    assert "Traceback" not in talk.seen
