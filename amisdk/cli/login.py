"""``amisdk login``: store how to reach a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from pydantic import SecretStr

from amisdk.errors import ConnectFailed

from .config import NAME, store_profile
from .connection import Where, client_of, connects, split_host
from .faults import Fault
from .running import app_of, tell

__all__ = ["app"]


@connects
def login(
    where: Where,
    profile: Annotated[
        str, typer.Option("--profile", "-P", help="The name of the profile.")
    ] = "default",
) -> None:
    """Store how to reach a server, as a profile.

    What no option tells is asked for. Host, user and secret are tried, and stored if the server
    lets the user in, in a file that only you may read.
    """
    if not NAME.fullmatch(profile):
        raise Fault(f'"{profile}" is no name for a profile: letters, digits, - and _ are')
    if where.url is None:
        host = where.host or typer.prompt("Host", default="127.0.0.1", err=True)
        split_host(host)
        user = where.user or typer.prompt("User", err=True)
        where = replace(where, host=host, user=user)
    found = where.arguments()
    try:
        with client_of(found, events="off") as ami:
            version = ami.server.version
    except ConnectFailed as error:
        tell("nothing was stored")
        raise error from None
    secret: SecretStr = found["secret"]
    values: dict[str, str | int | bool] = {"host": found["host"], "username": found["username"]}
    values["secret"] = secret.get_secret_value()
    if found["port"] is not None:
        values["port"] = found["port"]
    if found["ssl"]:
        values["tls"] = True
    if where.ca_file is not None:
        values["ca_file"] = str(where.ca_file.expanduser().resolve())
    path = store_profile(profile, values)
    what = f"Asterisk {version}" if version else "An Asterisk"
    typer.echo(f'{what} let {found["username"]} in. Profile "{profile}" is in {path}')


app = app_of(login)
