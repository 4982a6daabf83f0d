"""``amisdk record``: write down a session with a server, to be replayed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from amisdk import __version__
from amisdk.errors import AmiError
from amisdk.models import Action
from amisdk.options import Options
from amisdk.transcripts import Transcript

from .action_command import actions_of_lines
from .connection import Where, client_of, connects
from .faults import Code, Fault
from .recording.anonymity import anonymized
from .recording.masking import masked
from .recording.proxy import Proxy, Said
from .running import app_of, ended_by_signals, tell, wait_for
from .sending import confirm
from .serve import listen as begin_to_listen
from .terminal import write

__all__ = ["app"]


@connects
def record(
    where: Where,
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    send: Annotated[
        list[str] | None,
        typer.Option(
            "--send",
            metavar="'ACTION --FIELD VALUE'",
            help="An action to send, as for amisdk send. May be repeated.",
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0, help="End after so many seconds.")
    ] = None,
    listen: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Record other programs: they connect to this port of 127.0.0.1, 0 for a free one, "
            "and log in themselves.",
        ),
    ] = None,
    mask: Annotated[
        str | None, typer.Option(help="What the server is asked for, such as call,agent.")
    ] = None,
    anonymize: Annotated[
        bool,
        typer.Option("--anonymize", help="Put others in place of numbers, names and addresses."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before what may do harm.")
    ] = False,
) -> None:
    """Write down a session with a server, until Ctrl-C. amisdk replay serves it again.

    It logs in, sends what --send says, and listens to events. Secrets are masked always; look
    through the file all the same before you hand it on: nobody knows what your events hold.
    """
    if listen is not None and (send or mask):
        raise Fault("--listen records other programs; --send and --mask do not go with it")
    if file.exists() and not force:
        raise Fault(f"{file} is there already; --force writes over it")
    actions = actions_of_lines(send or ())
    for action in actions:
        confirm(action, None, yes=yes)
    _check_writable(file)
    arguments = where.arguments(login=listen is None)
    options = Options(**{"username": "-", **arguments, "secret": arguments.get("secret") or "-"})
    host, port = options.address
    proxy = Proxy(
        host,
        port,
        port_here=listen or 0,
        context=options.ssl_context(),
        hostname=options.server_hostname,
    )
    begin_to_listen(proxy)
    try:
        if listen is None:
            _talk(proxy, arguments, actions, mask, seconds)
        else:
            _wait(proxy, seconds)
    finally:
        proxy.shut()
        _save(proxy, file, _known(arguments), anonymize=anonymize)
    if proxy.unreached is not None and not proxy.talks:
        raise Fault(f"cannot reach {host}:{port}: {proxy.unreached}", Code.UNREACHABLE)


def _talk(
    proxy: Proxy,
    arguments: dict[str, Any],
    actions: Sequence[Action[Any]],
    mask: str | None,
    seconds: float | None,
) -> None:
    """Be the client that is recorded."""
    here = {"host": "127.0.0.1", "port": proxy.port, "ssl": False, "events": mask}
    ami = client_of({**arguments, **here}, check_version=False)
    try:
        ami.connect()
    except AmiError as error:
        if proxy.unreached is not None:
            raise Fault(f"cannot reach the server: {proxy.unreached}", Code.UNREACHABLE) from None
        raise error from None
    with ended_by_signals():
        for action in actions:
            try:
                ami.send(action)
            except AmiError as error:  # which is recorded as well
                tell(str(error))
        if seconds is None:
            tell("recording; Ctrl-C ends it")
        wait_for(ami.wait_closed, seconds)
    ami.close()


def _wait(proxy: Proxy, seconds: float | None) -> None:
    with ended_by_signals():
        tell("recording who connects here; Ctrl-C ends it")
        write(f"127.0.0.1:{proxy.port}")
        wait_for(threading.Event().wait, seconds)


def _known(arguments: dict[str, Any]) -> list[str]:
    secret = arguments.get("secret")
    return [secret.get_secret_value()] if isinstance(secret, SecretStr) else []


def _check_writable(file: Path) -> None:
    try:
        there = file.exists()
        file.open("ab").close()
        if not there:
            file.unlink()
    except OSError as error:
        raise Fault(f"cannot write {file}: {error.strerror}") from None


def _save(proxy: Proxy, file: Path, secrets: list[str], *, anonymize: bool) -> None:
    """Write each connection that was made into a file of its own."""
    talks = [said for said in proxy.talks if said]
    for number, said in enumerate(talks, 1):
        path = file if number == 1 else file.with_stem(f"{file.stem}-{number}")
        transcript = masked(Transcript.of(_notes(anonymize), said), secrets)
        if anonymize:
            transcript = anonymized(transcript)
        path.touch(mode=0o600)  # what is said in calls is private
        transcript.save(path)
        tell(f"{path}: {_counts(said, transcript)}")


def _counts(said: Said, transcript: Transcript) -> str:
    messages = list(transcript.messages())
    sent = sum(one.side == "C" for one in messages)
    return f"{sent} actions and {len(messages) - sent - 1} messages in {said[-1][2]:.1f} s"


def _notes(anonymize: bool) -> list[str]:
    how = (
        "Secrets are masked, numbers and names are others." if anonymize else "Secrets are masked."
    )
    now = datetime.now(UTC)
    return [f"Written by amisdk {__version__} on {now:%Y-%m-%d %H:%M} UTC.", how]


app = app_of(record)
