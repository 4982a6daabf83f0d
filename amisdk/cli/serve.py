"""``amisdk serve``: the embedded server, to try things with."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from .faults import Fault
from .running import app_of, ended_by_signals, tell, wait_for
from .terminal import write

if TYPE_CHECKING:
    from amisdk.testing import FakeAsterisk, ScriptedServer

__all__ = ["app", "listen"]


def serve(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of 127.0.0.1; 0 for a free one.")
    ] = 5038,
    user: Annotated[str, typer.Option(help="The one user.")] = "admin",
    secret: Annotated[
        str, typer.Option(help="The user's secret. It guards nothing, and is shown.")
    ] = "amisdk",  # noqa: S107 - it guards nothing
    ring: Annotated[
        float, typer.Option(min=0, help="Seconds that a call rings, and that it lasts.")
    ] = 2.0,
) -> None:
    """Be a small Asterisk, to try things with.

    It answers the commonest actions, plays calls for Originate, and ends with Ctrl-C. Its URL is
    printed first.
    """
    from amisdk.testing import FakeAsterisk

    server = FakeAsterisk(username=user, secret=secret, port=port, ring=ring, talk=ring)
    listen(server)
    with ended_by_signals():
        tell("listening; Ctrl-C ends it")
        write(server.url)
        wait_for(threading.Event().wait)
    server.shut()


def listen(server: FakeAsterisk | ScriptedServer) -> None:
    """Begin to listen.

    Raises:
        Fault: The port is taken.
    """
    port = server.port
    try:
        server.listen()
    except OSError as error:
        hint = "" if port == 0 else "; --port 0 takes a free port"
        why = os.strerror(error.errno or 0)
        raise Fault(f"cannot listen on port {port}: {why}{hint}") from None


app = app_of(serve)
