"""How to reach a server: what both clients are made from, and the forms it can be given in."""

from __future__ import annotations

import os
import ssl
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from .models import Event
from .registry import Registry
from .session import Credentials
from .wire import MAX_MESSAGE

__all__ = ["PORT", "TLS_PORT", "Options", "env_arguments", "url_arguments"]

PORT = 5038
TLS_PORT = 5039

Auth = Literal["plain", "md5"]

_YES = ("1", "true", "yes", "on")
_NO = ("", "0", "false", "no", "off")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Where the server is, who logs in, and the limits.

    Attributes:
        host: Name or address of the server.
        port: Its port; None for 5038, or 5039 with TLS.
        username: The user, as named in manager.conf.
        secret: The user's secret; shown nowhere.
        auth: ``md5`` answers a challenge and keeps the secret off the wire; ``plain`` sends it.
        tls: True to use TLS with the system's trusted certificates, or a context of one's own.
        server_hostname: The name that the certificate must have, if it is not `host`.
        events: The event mask to log in with, such as ``on``, ``off`` or ``call,agent``.
        encoding: Of the text on the wire.
        timeout: Seconds that an action may take; None for no limit.
        connect_timeout: Seconds for TCP, TLS, greeting and login together.
        max_message: The most bytes that one message may have.
        registry: The ``registry`` module of a generated package; its events go before amisdk's.
        check_version: Whether to learn the server's version at login, and to refuse actions
            that it does not have.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    username: str
    secret: SecretStr | str = field(repr=False)
    auth: Auth = "md5"
    tls: bool | ssl.SSLContext = False
    server_hostname: str | None = None
    events: str | None = None
    encoding: str = "utf-8"
    timeout: float | None = 10.0
    connect_timeout: float = 10.0
    max_message: int = MAX_MESSAGE
    registry: Registry | None = None
    check_version: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.secret, (str, SecretStr)):
            raise TypeError('"secret" is a text or a SecretStr')
        for name in ("auth", "port", "timeout", "connect_timeout", "max_message"):
            if (fault := _fault(name, getattr(self, name))) is not None:
                raise ValueError(fault)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or (TLS_PORT if self.tls else PORT)

    def credentials(self) -> Credentials:
        """Return what the session logs in with."""
        secret = self.secret if isinstance(self.secret, SecretStr) else SecretStr(self.secret)
        return Credentials(self.username, secret, self.auth, self.events)

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return the TLS context to connect with; None for plain TCP."""
        if isinstance(self.tls, ssl.SSLContext):
            return self.tls
        if not self.tls:
            return None
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def event_classes(self) -> Mapping[str, type[Event]]:
        """Return the classes to read events with: those of the registry, then amisdk's own."""
        from amisdk_models.registry import EVENTS

        return (
            EVENTS
            if self.registry is None
            else ChainMap(*cast("Any", (self.registry.EVENTS, EVENTS)))
        )


_URL_TYPES: Mapping[str, Any] = {
    "auth": str,
    "encoding": str,
    "events": str,
    "server_hostname": str,
    "timeout": float,
    "connect_timeout": float,
    "max_message": int,
}


def _fault(name: str, given: object) -> str | None:
    """Return what is wrong with an option's value, or None."""
    value = cast("Any", given)
    if name == "auth":
        return None if value in ("plain", "md5") else '"auth" is "plain" or "md5"'
    if name in ("port", "timeout") and given is None:
        return None
    if name == "port":
        return None if 1 <= value <= 65535 else '"port" is a number from 1 to 65535'
    if name in ("timeout", "connect_timeout", "max_message") and not value > 0:
        return f'"{name}" is a number above 0'
    return None


def url_arguments(url: str) -> dict[str, Any]:
    """Turn ``ami://user:secret@host:port/?option=value`` into a client's arguments.

    ``amis://`` is the same with TLS. The options are those of `Options` that are texts or
    numbers. User and secret are percent-decoded.

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
        "tls": parts.scheme == "amis",
    }
    for name, text in parse_qsl(parts.query, keep_blank_values=True):
        if name not in _URL_TYPES:
            raise ValueError(f'unknown option "{name}" in the URL; known: {", ".join(_URL_TYPES)}')
        try:
            value = _URL_TYPES[name](text)
        except ValueError:
            raise ValueError(f'option "{name}" in the URL is no number: "{text}"') from None
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
        "tls": tls in _YES,
    }
