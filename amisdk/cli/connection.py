"""Which server is talked to: options, the environment, or a profile.

The first of these that is there tells: ``--url``, ``--profile``, ``--host``, the variables
AMI_HOST and so on, the default profile. ``--user``, ``--secret-file`` and ``--ca-file`` go before
what it says; a secret that is missing then is AMI_SECRET, or is asked for.
"""

from __future__ import annotations

import inspect
import os
import ssl
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import typer
from pydantic import SecretStr

from amisdk.options import env_arguments, url_arguments

from .config import Profile, load_profile, private_text
from .faults import Fault

if TYPE_CHECKING:
    from amisdk import Client
    from amisdk.registry import Registry

__all__ = ["Where", "client_of", "connects", "import_registry", "split_host"]

PANEL = "Connection"
VARIABLES = ("AMI_HOST", "AMI_USERNAME", "AMI_LOGIN", "AMI_SECRET", "AMI_PASSWORD")


@dataclass(frozen=True)
class Where:
    """Which server, as the options say."""

    url: Annotated[
        str | None,
        typer.Option(
            help="ami://user@host:5038, or amis:// for TLS. A secret in it would be seen by "
            "others, in the list of processes.",
            rich_help_panel=PANEL,
        ),
    ] = None
    profile: Annotated[
        str | None,
        typer.Option("--profile", "-P", help="A profile of amisdk login.", rich_help_panel=PANEL),
    ] = None
    host: Annotated[
        str | None,
        typer.Option(metavar="HOST[:PORT]", help="The server.", rich_help_panel=PANEL),
    ] = None
    user: Annotated[
        str | None, typer.Option(help="The user of manager.conf.", rich_help_panel=PANEL)
    ] = None
    secret_file: Annotated[
        Path | None,
        typer.Option(
            help="A file whose first line is the secret; - for standard input.",
            rich_help_panel=PANEL,
        ),
    ] = None
    tls: Annotated[
        bool, typer.Option("--tls", help="Use TLS; with --host.", rich_help_panel=PANEL)
    ] = False
    ca_file: Annotated[
        Path | None,
        typer.Option(
            help="A certificate to trust, such as the server's own.", rich_help_panel=PANEL
        ),
    ] = None

    def arguments(self, *, login: bool = True) -> dict[str, Any]:
        """Return the arguments of a client; the secret may be asked for.

        Args:
            login: Whether user and secret are needed.

        Raises:
            Fault: There is no server to talk to, or something about it is wrong.
        """
        ways = [f"--{name}" for name in ("url", "profile", "host") if getattr(self, name)]
        if len(ways) > 1:
            raise Fault(f"give only one of {' and '.join(ways)}")
        if self.tls and self.host is None:
            raise Fault("--tls goes with --host; a URL begins with amis://")
        found = self._base()
        if self.user is not None:
            found["username"] = self.user
        if self.secret_file is not None:
            found["secret"] = read_secret(self.secret_file)
        if login and not found.get("username"):
            raise Fault("whose user? Give --user, or set AMI_USERNAME")
        ca_file = self.ca_file or found.pop("ca_file", None)
        if ca_file is not None:
            if not found.get("ssl"):
                raise Fault("--ca-file goes with TLS: --tls, amis://, or tls in the profile")
            found["ssl"] = _context(ca_file)
        if login and found.get("secret") is None:
            found["secret"] = _env_secret() or _ask(
                f"Secret of {found['username']}@{found['host']}"
            )
        return found

    def _base(self) -> dict[str, Any]:
        if self.url is not None:
            return _of_url(self.url)
        if self.host is not None:
            host, port = split_host(self.host)
            found = _of_env(needed=False)
            return {**found, "host": host, "port": port, "ssl": self.tls}
        if self.profile is None and any(os.environ.get(name) for name in VARIABLES):
            return _of_env(needed=True)
        profile = load_profile(self.profile)
        if profile is not None:
            return _of_profile(profile)
        raise Fault("which server? Type amisdk login, set AMI_HOST and AMI_USERNAME, or give --url")


def client_of(arguments: Mapping[str, Any], **more: Any) -> Client:
    """Return a blocking client that does not connect again, unless `more` says so."""
    from amisdk import Client

    try:
        return Client(**{"reconnect": False, **arguments, **more})
    except (ValueError, TypeError) as error:
        raise Fault(str(error)) from None


def connects(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a connection; it gets them as `where`, its first argument."""
    signature = inspect.signature(function, eval_str=True)
    own = list(signature.parameters.values())[1:]
    options = inspect.signature(Where, eval_str=True).parameters
    named = [
        option.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for option in options.values()
        if option.name not in signature.parameters
    ]

    @wraps(function)
    def run(**values: Any) -> None:
        where = Where(**{option.name: values.pop(option.name) for option in named})
        function(where, **values)

    every = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in own] + named
    run.__signature__ = signature.replace(parameters=every)  # type: ignore[attr-defined]
    run.__annotations__ = {option.name: option.annotation for option in every}
    return run


def split_host(text: str) -> tuple[str, int | None]:
    """Split ``host:port``, ``host``, ``[::1]:5038`` or ``::1``.

    Raises:
        Fault: It is none of these.
    """
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, port = text, ""
    host = host.removeprefix("[").removesuffix("]")
    if not host or (port and not (port.isdecimal() and 1 <= int(port) <= 65535)):
        raise Fault(f'"{text}" is no host, and no host with a port from 1 to 65535')
    return host, int(port) if port else None


def read_secret(path: Path) -> SecretStr:
    """Read a secret from the first line of a file, or of standard input."""
    text = sys.stdin.readline() if str(path) == "-" else private_text(path)
    secret = text.partition("\n")[0].removesuffix("\r")
    if not secret:
        raise Fault(f"{path} holds no secret")
    return SecretStr(secret)


def import_registry(name: str | None) -> Registry | None:
    """Import the registry of a generated package; it may be in the current directory.

    Raises:
        Fault: There is none of this name.
    """
    if name is None:
        return None
    here = str(Path.cwd())
    added = here not in sys.path
    if added:
        sys.path.append(here)
    try:
        registry: Any = import_module(name)
    except (ImportError, ValueError) as error:
        raise Fault(f"cannot import the registry {name}: {error}") from None
    finally:
        if added:
            sys.path.remove(here)
    if not (hasattr(registry, "ACTIONS") and hasattr(registry, "EVENTS")):
        hint = f"; perhaps {name}.registry is" if "." not in name else ""
        raise Fault(f"{name} is no registry of a generated package{hint}")
    return registry  # type: ignore[no-any-return]


def _of_url(url: str) -> dict[str, Any]:
    asked = False
    try:
        parts = urlsplit(url)
        if parts.scheme in ("ami", "amis") and parts.username and parts.password is None:
            asked = True
            user, _, place = parts.netloc.rpartition("@")
            url = urlunsplit(parts._replace(netloc=f"{user}:asked@{place}"))
    except ValueError:
        pass  # which url_arguments tells, without a part of a secret
    try:
        found = url_arguments(url)
    except ValueError as error:
        raise Fault(f"--url: {error}") from None
    if asked:
        found["secret"] = None
    else:
        warn_of_secret()
    return found


def warn_of_secret() -> None:
    """Say that a secret in the arguments is no secret."""
    typer.echo(
        "amisdk: others can see this secret in the list of processes; "
        "--secret-file, AMI_SECRET and amisdk login hide it",
        err=True,
    )


def _env_secret() -> SecretStr | None:
    secret = os.environ.get("AMI_SECRET") or os.environ.get("AMI_PASSWORD")
    return SecretStr(secret) if secret else None


def _of_env(*, needed: bool) -> dict[str, Any]:
    given: Mapping[str, str] = os.environ
    user = given.get("AMI_USERNAME") or given.get("AMI_LOGIN")
    if not needed and not user:
        return {}
    try:
        found = env_arguments({**given, "AMI_USERNAME": user or "-", "AMI_SECRET": "-"})
    except ValueError as error:
        raise Fault(str(error)) from None
    return {**found, "username": user, "secret": None}


def _of_profile(profile: Profile) -> dict[str, Any]:
    found = {name: value for name, value in profile if value is not None}
    found["ssl"] = found.pop("tls")
    secret_file = found.pop("secret_file", None)
    found["secret"] = read_secret(secret_file.expanduser()) if secret_file else profile.secret
    found["registry"] = import_registry(profile.registry)
    return found


def _context(path: Path) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(path.expanduser())
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or error
        raise Fault(f"cannot read a certificate from {path}: {why}") from None
    return context


def _ask(prompt: str) -> SecretStr:
    if not sys.stdin.isatty():
        raise Fault("which secret? Give --secret-file, set AMI_SECRET, or type amisdk login")
    return SecretStr(typer.prompt(prompt, hide_input=True, err=True))
