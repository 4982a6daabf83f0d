"""Where the server is and who logs in: as arguments, as a URL, from the environment."""

import errno
import socket
import ssl
import traceback
from collections.abc import Mapping
from typing import Any

import pytest
from amisdk_models import registry
from pydantic import SecretStr

from amisdk.models import Event
from amisdk.options import PORT, TLS_PORT, Options, env_arguments, unreachable, url_arguments


def shown(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments with the secret in clear."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in arguments.items()
    }


URL = {"host": "h", "port": None, "username": "u", "secret": "p", "ssl": False}


@pytest.mark.parametrize(
    ("url", "arguments"),
    [
        ("ami://u:p@h", URL),
        ("ami://u:p@h/", URL),
        ("AMI://u:p@h", URL),
        ("ami://u:p@h:5039", URL | {"port": 5039}),
        ("amis://u:p@h", URL | {"ssl": True}),
        ("ami://u:p@pbx.example:1", URL | {"host": "pbx.example", "port": 1}),
        ("ami://u:p@[::1]:5038", URL | {"host": "::1", "port": 5038}),
        ("ami://u:p@[fe80::1]", URL | {"host": "fe80::1"}),
        ("ami://a%40b:p%3Aq%2F%23%3F%25@h", URL | {"username": "a@b", "secret": "p:q/#?%"}),
        ("ami://u:p:q@h", URL | {"secret": "p:q"}),
        ("ami://u:p@q@h", URL | {"secret": "p@q"}),
        ("ami://u:p+q@h", URL | {"secret": "p+q"}),
        ("ami://u:gehe%C3%AFm@h", URL | {"secret": "geheïm"}),
        ("ami://u:geheïm@h", URL | {"secret": "geheïm"}),
        ("ami://u:gehe%EFm@h", URL | {"secret": "gehe\udcefm"}),
        ("ami://u:p@h?timeout=2.5", URL | {"timeout": 2.5}),
        ("ami://u:p@h/?keepalive=30", URL | {"keepalive": 30.0}),
        (
            "ami://u:p@h/?offline=fail&retry=idempotent",
            URL | {"offline": "fail", "retry": "idempotent"},
        ),
        ("ami://u:p@h/?reconnect=off&read_only=YES", URL | {"reconnect": False, "read_only": True}),
        (
            "ami://u:p@h?auth=plain&encoding=latin-1&connect_timeout=3&events=call%2Cagent",
            URL
            | {"auth": "plain", "encoding": "latin-1", "connect_timeout": 3.0}
            | {"events": "call,agent"},
        ),
        ("ami://u:p@h?events=", URL | {"events": ""}),
        ("amis://u:p@h?server_hostname=x", URL | {"ssl": True, "server_hostname": "x"}),
    ],
)
def test_the_forms_of_a_url(url: str, arguments: dict[str, Any]) -> None:
    found = url_arguments(url)
    assert shown(found) == arguments
    assert isinstance(found["secret"], SecretStr)
    assert Options(**found).username == arguments["username"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://u:p@h", '"http://"'),
        ("u:p@h", "ami://"),
        ("", "ami://"),
        ("ami:u:p@h", "user, secret and host"),
        ("ami://h", "user, secret and host"),
        ("ami://u@h", "user, secret and host"),
        ("ami://u:p@", "user, secret and host"),
        ("ami://:p@h", "user, secret and host"),
        ("ami://u:@h", "user, secret and host"),
        ("ami://u:p@h:x", "port"),
        ("ami://u:p@h:99999", "port"),
        ("ami://u:p@h:-1", "port"),
        ("ami://u:p@h:0", "port"),
        ("ami://u:p@h/path", "may follow the host"),
        ("ami://u:p@h#fragment", "may follow the host"),
        ("ami://u:p@h?port=1", 'unknown option "port"'),
        ("ami://u:p@h?Timeout=1", 'unknown option "Timeout"'),
        ("ami://u:p@h?timeout", '"timeout"'),
        ("ami://u:p@h?timeout=soon", '"timeout"'),
        ("ami://u:p@h?timeout=nan", '"timeout"'),
        ("ami://u:p@h?timeout=-1", '"timeout"'),
        ("ami://u:p@h?connect_timeout=0", '"connect_timeout"'),
        ("ami://u:p@h?keepalive=0", '"keepalive"'),
        ("ami://u:p@h?reconnect=maybe", '"reconnect" in the URL is on or off'),
        ("ami://u:p@h?offline=later", '"offline" is "wait" or "fail"'),
        ("ami://u:p@h?retry=always", '"retry" is "never" or "idempotent"'),
        ("ami://u:p@h?auth=md6", '"auth"'),
    ],
)
def test_another_form_is_refused_with_what_to_mend(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        url_arguments(url)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "ami://u:sesame@h:x",
        "ami://u:sesame#1@h",
        "ami://u:sesame/1@h",
        "ami://u:sesame?1@h",
        "ami://u:se[same@h",
        "ami://u:sesame]@h",
        "ami://u:sesame℀@h",
        "ami://u:sesame℀#@h",
        "ami://u:1/sesame@h",
        "ami://u:1#sesame@h",
        "ami://u:1?sesame@h",
        "ami://u:1@x?sesame@h",
        "ami://u:1@x?sesame=1@h",
        "ami://u:1@x?timeout=sesame@h",
        "ami://u:1@x/sesame@h",
        "ami://u:1@x#sesame@h",
        "ami://u:1@x:sesame@h:y",
        "http://u:sesame@h",
        "u:sesame@h",
        "ami://u:sesame@",
        "ami://u:sesame@h?nothing=1",
        "ami://u:sesame@h?timeout=x",
    ],
)
def test_neither_the_error_nor_its_traceback_shows_the_secret(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        url_arguments(url)
    told = "".join(traceback.format_exception(caught.value))
    assert "sesame" not in told.replace(repr(url), "")
    assert "same" not in str(caught.value)


ENV = {"AMI_USERNAME": "u", "AMI_SECRET": "p"}
FROM_ENV = {"host": "127.0.0.1", "port": None, "username": "u", "secret": "p", "ssl": False}


@pytest.mark.parametrize(
    ("environ", "arguments"),
    [
        (ENV, FROM_ENV),
        ({"AMI_LOGIN": "u", "AMI_PASSWORD": "p"}, FROM_ENV),
        ({"AMI_LOGIN": "u", "AMI_SECRET": "p"}, FROM_ENV),
        (ENV | {"AMI_LOGIN": "other", "AMI_PASSWORD": "other"}, FROM_ENV),
        (ENV | {"AMI_HOST": "pbx"}, FROM_ENV | {"host": "pbx"}),
        (ENV | {"AMI_HOST": "", "AMI_PORT": ""}, FROM_ENV),
        (ENV | {"AMI_PORT": "5039"}, FROM_ENV | {"port": 5039}),
        *(
            (ENV | {"AMI_TLS": text}, FROM_ENV | {"ssl": True})
            for text in ("1", "true", "YES", "On")
        ),
        *((ENV | {"AMI_TLS": text}, FROM_ENV) for text in ("", "0", "false", "no")),
    ],
)
def test_the_environment_in_both_spellings(
    environ: dict[str, str], arguments: dict[str, Any]
) -> None:
    found = env_arguments(environ)
    assert shown(found) == arguments
    assert isinstance(found["secret"], SecretStr)


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (ENV | {"AMI_HOST": "pbx"}).items():
        monkeypatch.setenv(name, value)
    assert env_arguments()["host"] == "pbx"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "AMI_USERNAME"),
        ({"AMI_SECRET": "sesame"}, "AMI_USERNAME"),
        ({"AMI_USERNAME": "u"}, "AMI_SECRET"),
        ({"AMI_USERNAME": "u", "AMI_SECRET": ""}, "AMI_SECRET"),
        ({"AMI_USERNAME": "u", "AMI_SECRET": "sesame", "AMI_PORT": "x"}, "AMI_PORT"),
        ({"AMI_USERNAME": "u", "AMI_SECRET": "sesame", "AMI_PORT": "-1"}, "AMI_PORT"),
        ({"AMI_USERNAME": "u", "AMI_SECRET": "sesame", "AMI_PORT": "99999"}, "AMI_PORT"),
        ({"AMI_USERNAME": "u", "AMI_SECRET": "sesame", "AMI_TLS": "maybe"}, "AMI_TLS"),
    ],
)
def test_what_is_missing_or_wrong_in_the_environment(environ: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        env_arguments(environ)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        ({}, ("127.0.0.1", PORT)),
        ({"ssl": True}, ("127.0.0.1", TLS_PORT)),
        ({"host": "pbx", "port": 1, "ssl": True}, ("pbx", 1)),
        ({"ssl": ssl.create_default_context()}, ("127.0.0.1", TLS_PORT)),
    ],
)
def test_the_port_depends_on_tls(arguments: dict[str, Any], address: tuple[str, int]) -> None:
    assert Options(username="u", secret="p", **arguments).address == address


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth": "md6"},
        {"port": 0},
        {"port": 65536},
        {"timeout": 0},
        {"timeout": -1.0},
        {"timeout": float("nan")},
        {"connect_timeout": 0.0},
        {"keepalive": 0},
        {"offline": "later"},
        {"retry": "always"},
        {"encoding": "utf-16"},
        {"encoding": "no-such-encoding"},
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))) as caught:
        Options(username="u", secret="sesame", **wrong)
    assert "sesame" not in str(caught.value)


def test_an_action_may_have_all_the_time_it_wants() -> None:
    assert Options(username="u", secret="p", timeout=None).timeout is None


def test_the_secret_is_shown_nowhere() -> None:
    for secret in ("sesame", SecretStr("sesame"), lambda: "sesame", lambda: SecretStr("sesame")):
        options = Options(username="u", secret=secret)
        assert "sesame" not in repr(options)
        assert "sesame" not in repr(options.credentials())
        assert options.credentials().ask().get_secret_value() == "sesame"


@pytest.mark.parametrize("secret", [None, b"sesame", 5, SecretStr(None), SecretStr(5)])  # type: ignore[arg-type]
def test_a_secret_that_is_no_text_is_refused_where_it_is_given(secret: Any) -> None:
    with pytest.raises(TypeError, match='"secret" is a text') as caught:
        Options(username="u", secret=secret)
    assert "sesame" not in str(caught.value)


def test_the_credentials_are_those_of_the_options() -> None:
    credentials = Options(username="u", secret="p", auth="plain").credentials()
    assert (credentials.username, credentials.auth) == ("u", "plain")
    assert Options(username="u", secret="p").credentials().auth == "md5"


def test_tls_verifies_the_server() -> None:
    assert Options(username="u", secret="p").ssl_context() is None
    context = Options(username="u", secret="p", ssl=True).ssl_context()
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    own = ssl.create_default_context()
    assert Options(username="u", secret="p", ssl=own).ssl_context() is own


def test_the_events_of_ones_own_registry_go_before_the_packages() -> None:
    class Hangup(Event):
        """Another Hangup."""

    class Registry:
        ACTIONS: Mapping[str, Any] = {}
        EVENTS: Mapping[str, Any] = {"Hangup": Hangup}

    own: Any = Registry
    assert Options(username="u", secret="p").event_classes() is registry.EVENTS
    classes = Options(username="u", secret="p", registry=own).event_classes()
    assert classes["Hangup"] is Hangup
    assert classes["Newchannel"] is registry.EVENTS["Newchannel"]
    assert classes.get("NoSuchEvent") is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('::1', 5038)"),
            "Connection refused",
        ),
        (socket.gaierror(8, "Name or service not known"), "Name or service not known"),
        (OSError("Multiple exceptions: this, that"), "Multiple exceptions: this, that"),
        (UnicodeError("label too long"), "label too long"),
        (
            ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
            "Connection reset by peer",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_why_a_server_cannot_be_reached_is_said_in_words(error: OSError, reason: str) -> None:
    told = str(unreachable("pbx.example", 5038, error))
    assert "pbx.example:5038" in told
    assert told.endswith(f": {reason}")


def test_an_error_without_words_is_told_without_a_reason() -> None:
    assert str(unreachable("h", 1, TimeoutError())) == "cannot reach h:1"
