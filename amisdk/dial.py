"""Makes a connected socket, with TLS where that is wanted. It blocks nobody: its caller waits."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import ssl
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Connection", "Wait", "reach", "secure"]

Connection: TypeAlias = ssl.SSLSocket | socket.socket

Wait = Callable[[Connection, int], bool]
"""Waits until a socket is ready for events of `selectors`; False when it is not wanted any more."""

_PENDING = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, errno.EINTR}


def reach(host: str, port: int, wait: Wait) -> socket.socket | None:
    """Connect to the first address that answers; None if it is not wanted any more.

    Raises:
        OSError: None answers; the error is that of the last one.
        UnicodeError: The host is no name.
    """
    failed: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.setblocking(False)
            code = connection.connect_ex(address)
            if code in _PENDING:
                if not wait(connection, selectors.EVENT_WRITE):
                    connection.close()
                    return None
                code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failed = error
            continue
        return connection
    raise failed or OSError(f"{host} has no address")


def secure(
    plain: socket.socket, context: ssl.SSLContext, name: str, wait: Wait
) -> ssl.SSLSocket | None:
    """Put TLS on a connection; None if it is not wanted any more. What fails closes it.

    Raises:
        OSError: The handshake failed, or the certificate is not that of the name.
    """
    try:
        connection = context.wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise
    try:
        while True:
            try:
                connection.do_handshake()
            except ssl.SSLWantReadError:
                wanted = selectors.EVENT_READ
            except ssl.SSLWantWriteError:
                wanted = selectors.EVENT_WRITE
            else:
                return connection
            if not wait(connection, wanted):
                connection.close()
                return None
    except BaseException:
        connection.close()
        raise
