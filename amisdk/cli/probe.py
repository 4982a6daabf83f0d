"""Reaches for a server step by step, and says of each what came, and what would mend it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from time import monotonic
from typing import Any, Literal

__all__ = ["Step", "probe"]

State = Literal["ok", "note", "failed"]
GREETING = "Asterisk Call Manager/"
LONGEST = 256


@dataclass(frozen=True)
class Step:
    """One step, and what came of it.

    Attributes:
        name: What was tried.
        state: Whether it went well; a ``note`` is no fault, but worth to know.
        told: What came of it.
        advice: What would mend it; lines of manager.conf among it.
        named: Whether it is about something that was named, and not about the connection.
    """

    name: str
    state: State
    told: str
    advice: tuple[str, ...] = ()
    named: bool = False


def probe(
    host: str, port: int, context: ssl.SSLContext | None, hostname: str | None, timeout: float
) -> Iterator[Step]:
    """Yield the steps until the server's greeting; the last is failed if one is.

    Args:
        host: The server.
        port: Its port.
        context: How to speak TLS; None for plain TCP.
        hostname: The name that the certificate must have, if it is not the host.
        timeout: Seconds for each step.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        yield Step("name", "failed", f"{host} has no address: {_why(error)}", ("check the host",))
        return
    addresses = dict.fromkeys(str(place[4][0]) for place in places)
    if list(addresses) != [host]:
        yield Step("name", "ok", f"{host} is {', '.join(addresses)}")
    try:
        connection = socket.create_connection((host, port), timeout)
    except OSError as error:
        yield _unreached(host, port, error)
        return
    with connection:
        yield Step("TCP", "ok", f"{host}:{port} takes connections")
        if context is None:
            if not all(map(_is_local, addresses)):
                yield Step("TLS", "note", "not used: who is on the way can read all but the secret")
            yield _greeting(connection, tls=False, timeout=timeout)
            return
        try:
            secured = context.wrap_socket(connection, server_hostname=hostname or host)
        except OSError as error:
            yield _insecure(error)
            return
        with secured:
            cipher = secured.cipher() or ("",)
            yield Step("TLS", "ok", f"{secured.version()}, {cipher[0]}, certificate trusted")
            yield _greeting(secured, tls=True, timeout=timeout)


def _is_local(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback


def _unreached(host: str, port: int, error: OSError) -> Step:
    advice: tuple[str, ...]
    if isinstance(error, ConnectionRefusedError):
        advice = (
            "Asterisk does not run there, or its manager does not listen there. In manager.conf:",
            "[general]",
            "enabled = yes",
            f"port = {port}",
            "bindaddr = 0.0.0.0",
        )
    else:
        advice = ("check host and port, and the firewalls between here and there",)
    return Step("TCP", "failed", f"cannot reach {host}:{port}: {_why(error)}", advice)


_ADVICE: Mapping[str, tuple[str, ...]] = {
    "SELF_SIGNED": (
        "the server's certificate is its own; trust it with --ca-file, or ca_file in the profile",
    ),
    "HOSTNAME": (
        "the certificate is for another name: connect by that, or set server_hostname in a profile",
    ),
    "PLAIN": (
        "the port speaks no TLS: leave out --tls, or write ami:// for amis://. In manager.conf:",
        "[general]",
        "tlsenable = yes",
        "tlsbindaddr = 0.0.0.0:5039",
        "tlscertfile = /etc/asterisk/keys/asterisk.pem",
    ),
}


def _insecure(error: OSError) -> Step:
    text = str(error)
    advice: tuple[str, ...] = ()
    if isinstance(error, ssl.SSLCertVerificationError):
        self_signed = error.verify_code in (18, 19, 20, 21)
        advice = _ADVICE["SELF_SIGNED" if self_signed else "HOSTNAME"]
        if "expired" in error.verify_message:
            advice = ("the server needs a new certificate",)
        text = error.verify_message
    elif isinstance(error, (TimeoutError, ssl.SSLError)):
        advice = _ADVICE["PLAIN"]
        text = getattr(error, "reason", None) or _why(error)
    return Step("TLS", "failed", text, advice)


def _greeting(connection: socket.socket, *, tls: bool, timeout: float) -> Step:
    data = b""
    until = monotonic() + timeout
    try:
        while b"\n" not in data and len(data) < LONGEST:
            connection.settimeout(max(until - monotonic(), 0.01))
            more = connection.recv(LONGEST)
            if not more:
                break
            data += more
    except TimeoutError:
        silent = ("perhaps the port speaks TLS: use --tls or amis://",) if not tls else ()
        return Step("greeting", "failed", f"nothing came within {timeout:g} s", silent)
    except OSError as error:
        return Step("greeting", "failed", f"the connection was lost: {_why(error)}", _CLOSED)
    line = data.split(b"\n")[0].strip().decode("utf-8", "backslashreplace")
    if line.startswith(GREETING):
        return Step("greeting", "ok", line)
    if not data:
        return Step("greeting", "failed", "the server closed the connection at once", _CLOSED)
    return Step("greeting", "failed", f"no Asterisk manager answers there: {line[:60]!r}")


_CLOSED = (
    "it may have no room for another client, or does not take one from here. In manager.conf:",
    "[general]",
    "authlimit = 50",
    "and permit = of the user, if it has deny =",
)


def _why(error: Any) -> str:
    if isinstance(error, TimeoutError):
        return "nothing came in time"
    return error.strerror or str(error)
