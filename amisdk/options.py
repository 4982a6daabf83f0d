"""How to reach a server: what both clients are made from, and the forms it can be given in."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from socket import gaierror
from ssl import SSLContext, SSLEOFError, SSLError, TLSVersion, create_default_context
from typing import Any, Literal, cast, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from .backoff import Reconnect
from .errors import ConnectFailed, NoGreeting
from .guard import ActionNames, Guard
from .login import Credentials, Secret
from .models import Event
from .registry import Registry
from .secrecy import concealed
from .wire import Framer, Limits

__all__ = [
    "FORKED",
    "PORT",
    "TLS_PORT",
    "Auth",
    "Offline",
    "Options",
    "Retry",
    "env_arguments",
    "unreachable",
    "url_arguments",
]

FORKED = "this client was made before a fork, and is the other process's; make a new one here"

PORT = 5038
TLS_PORT = 5039

Auth = Literal["plain", "md5"]
Offline = Literal["wait", "fail"]
"""What becomes of an action while there is no connection: it waits for one, or fails at once."""
Retry = Literal["never", "idempotent"]
"""Which actions are sent again when the connection was lost before their reply came."""

_YES = ("1", "true", "yes", "on")
_NO = ("", "0", "false", "no", "off")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Where the server is, who logs in, and the limits.

    Attributes:
        host: Name or address of the server.
        port: Its port; None for 5038, or 5039 with TLS.
        username: The user, as named in manager.conf.
        secret: The user's secret, or a function that is asked for it at every login; shown
            nowhere.
        auth: ``md5`` answers a challenge and keeps the secret off the wire; ``plain`` sends it.
        ssl: True to use TLS with the system's trusted certificates, or a context of one's own.
        server_hostname: The name that the certificate must have, if it is not `host`.
        events: The event mask to log in with, such as ``on``, ``off`` or ``call,agent``.
        encoding: Of the text on the wire.
        timeout: Seconds that an action may take; None for no limit.
        connect_timeout: Seconds for TCP, TLS, greeting and login together.
        keepalive: Seconds of silence after which the server is asked with a Ping; None never.
        reconnect: Whether, or how, to connect again after the connection was lost.
        offline: What becomes of actions meanwhile.
        retry: Which actions are sent again.
        allow: The actions that may be sent; None for all.
        deny: Actions that may not.
        read_only: Whether only actions may be sent that change nothing.
        limits: What is taken from the server at the most, and how many actions may wait.
        registry: The ``registry`` module of a generated package; its events go before amisdk's.
        check_version: Whether to learn the server's version at login, and to refuse actions
            that it does not have.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    username: str
    secret: Secret = field(repr=False)
    auth: Auth = "md5"
    ssl: bool | SSLContext = False
    server_hostname: str | None = None
    events: str | None = None
    encoding: str = "utf-8"
    timeout: float | None = 10.0
    connect_timeout: float = 10.0
    keepalive: float | None = 15.0
    reconnect: bool | Reconnect = True
    offline: Offline = "wait"
    retry: Retry = "never"
    allow: ActionNames | None = None
    deny: ActionNames = ()
    read_only: bool = False
    limits: Limits = field(default_factory=Limits)
    registry: Registry | None = None
    check_version: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "secret", concealed(self.secret))
        if not isinstance(self.secret, SecretStr) and not callable(self.secret):
            raise TypeError('"secret" is a text, a SecretStr, or a function that returns one')
        for name in ("port", "timeout", "connect_timeout", "keepalive", *_CHOICES):
            if (fault := _fault(name, getattr(self, name))) is not None:
                raise ValueError(fault)
        Framer(self.encoding)  # which knows what an encoding must be able to do

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or (TLS_PORT if self.ssl else PORT)

    def credentials(self) -> Credentials:
        """Return what the session logs in with."""
        return Credentials(self.username, self.secret, self.auth)

    def guard(self) -> Guard:
        """Return what tells which actions may be sent."""
        return Guard(self.allow, self.deny, read_only=self.read_only)

    def reconnect_policy(self) -> Reconnect | None:
        """Return how to connect again; None not to."""
        if isinstance(self.reconnect, Reconnect):
            return self.reconnect
        return Reconnect() if self.reconnect else None

    def ssl_context(self) -> SSLContext | None:
        """Return the TLS context to connect with; None for plain TCP."""
        if isinstance(self.ssl, SSLContext):
            return self.ssl
        if not self.ssl:
            return None
        context = create_default_context()
        context.minimum_version = TLSVersion.TLSv1_2
        return context

    def event_classes(self) -> Mapping[str, type[Event]]:
        """Return the classes to read events with: those of the registry, then amisdk's own."""
        from amisdk_models.registry import EVENTS

        return (
            EVENTS
            if self.registry is None
            else ChainMap(*cast("Any", (self.registry.EVENTS, EVENTS)))
        )


def _flag(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise ValueError
    return text.lower() in _YES


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "auth": get_args(Auth),
    "offline": get_args(Offline),
    "retry": get_args(Retry),
}
_URL_TYPES: Mapping[str, Any] = {
    "auth": str,
    "encoding": str,
    "events": str,
    "server_hostname": str,
    "timeout": float,
    "connect_timeout": float,
    "keepalive": float,
    "offline": str,
    "read_only": _flag,
    "reconnect": _flag,
    "retry": str,
}


def _fault(name: str, given: object) -> str | None:
    """Return what is wrong with an option's value, or None."""
    value = cast("Any", given)
    if name in _CHOICES:
        words = _CHOICES[name]
        return None if value in words else f'"{name}" is "{words[0]}" or "{words[1]}"'
    if name in ("port", "timeout", "keepalive") and given is None:
        return None
    if name == "port":
        return None if 1 <= value <= 65535 else '"port" is a number from 1 to 65535'
    if name in ("timeout", "connect_timeout", "keepalive") and not value > 0:
        return f'"{name}" is a number above 0'
    return None


def url_arguments(url: str) -> dict[str, Any]:
    """Turn ``ami://user:secret@host:port/?option=value`` into a client's arguments.

    ``amis://`` is the same with TLS. The options are those of `Options` that are texts or
    numbers, or on or off. User and secret are percent-decoded.

    Raises:
        ValueError: The URL is of another form. The message does not hold the secret.
    """
    # The parser's own errors quote parts of the URL, and so maybe of the secret.
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("percent-encode special characters in the URL's secret") from None
    if parts.scheme not in ("ami", "amis"):
        raise ValueError(f'the URL begins with ami:// or amis://, not "{parts.scheme}://"')
    if parts.netloc and "@" in parts.path + parts.query + parts.fragment:
        raise ValueError('percent-encode "/", "?" and "#" in the URL\'s secret (%2F, %3F, %23)')
    try:
        port = parts.port
    except ValueError:
        port = 0
    if not parts.hostname or not parts.username or not parts.password:
        raise ValueError("the URL needs user, secret and host: ami://user:secret@host:5038")
    if _fault("port", port) is not None:
        raise ValueError("the URL's port is no number from 1 to 65535")
    if parts.path not in ("", "/") or parts.fragment:
        raise ValueError("nothing but ?options may follow the host in the URL")
    arguments: dict[str, Any] = {
        "host": parts.hostname,
        "port": port,
        "username": unquote(parts.username, errors="surrogateescape"),
        "secret": SecretStr(unquote(parts.password, errors="surrogateescape")),
        "ssl": parts.scheme == "amis",
    }
    for name, text in parse_qsl(parts.query, keep_blank_values=True):
        if name not in _URL_TYPES:
            raise ValueError(f'unknown option "{name}" in the URL; known: {", ".join(_URL_TYPES)}')
        try:
            value = _URL_TYPES[name](text)
        except ValueError:
            what = "is on or off" if _URL_TYPES[name] is _flag else "is a number"
            raise ValueError(f'option "{name}" in the URL {what}, not "{text}"') from None
        if (fault := _fault(name, value)) is not None:
            raise ValueError(f"in the URL, {fault}")
        arguments[name] = value
    return arguments


def env_arguments(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read a client's arguments from the environment.

    AMI_HOST, AMI_PORT, AMI_USERNAME (or AMI_LOGIN), AMI_SECRET (or AMI_PASSWORD), and AMI_TLS
    (1 or 0; true, yes, on and their contraries too).

    Raises:
        ValueError: A variable is missing or malformed.
    """
    env = os.environ if environ is None else environ
    username = env.get("AMI_USERNAME") or env.get("AMI_LOGIN")
    secret = env.get("AMI_SECRET") or env.get("AMI_PASSWORD")
    if not username:
        raise ValueError("set AMI_USERNAME to the user of manager.conf")
    if not secret:
        raise ValueError("set AMI_SECRET to the user's secret")
    port = env.get("AMI_PORT")
    if port and not (port.isdecimal() and _fault("port", int(port)) is None):
        raise ValueError(f'AMI_PORT is no number from 1 to 65535: "{port}"')
    tls = env.get("AMI_TLS", "").lower()
    if tls not in _YES and tls not in _NO:
        raise ValueError(f'AMI_TLS is 1 or 0, not "{tls}"')
    return {
        "host": env.get("AMI_HOST") or "127.0.0.1",
        "port": int(port) if port else None,
        "username": username,
        "secret": SecretStr(secret),
        "ssl": tls in _YES,
    }


_HUNG_UP = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, SSLEOFError)
"""What is raised where the server took the connection, and ended it before TLS or we were ready."""


def _reason(error: OSError | UnicodeError) -> str:
    """Return what went wrong, without numbers and without the address once more."""
    if isinstance(error, (SSLError, UnicodeError)):
        return str(error)
    if isinstance(error, gaierror) or not error.errno:  # these numbers are no errno
        return error.strerror or str(error)
    return os.strerror(error.errno)


def unreachable(
    host: str, port: int, error: OSError | UnicodeError, *, tls: bool = False
) -> ConnectFailed:
    """Return the error for a connection that could not be made."""
    failed: ConnectFailed
    text = _reason(error)
    where, reason = f"{host}:{port}", f": {text}" if text else ""
    if isinstance(error, _HUNG_UP):
        when = "in the TLS handshake" if tls else "before a greeting came"
        failed = NoGreeting(f"{where} hung up {when}{reason}")
    elif isinstance(error, SSLError):
        failed = ConnectFailed(f"TLS with {where} failed{reason}")
    else:
        failed = ConnectFailed(f"cannot reach {where}{reason}")
    failed.__cause__ = error
    return failed
