"""The file with profiles: how servers are reached, and with which secrets.

It is ``amisdk/config.toml`` below $XDG_CONFIG_HOME, or ``~/.config``::

    default = "office"

    [profiles.office]
    host = "pbx.example"
    username = "admin"
    secret = "..."
    read_only = true

A file with a secret must be its owner's alone (mode 600).
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from .faults import Fault, invalid
from .groups import suggestion

__all__ = ["Profile", "config_path", "load_profile", "private_text", "store_profile"]

NAME = re.compile(r"[A-Za-z0-9_-]+")


class Profile(BaseModel):
    """How one server is reached. What is not given is as in `amisdk.Client`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int | None = None
    username: str
    secret: SecretStr | None = None
    secret_file: Path | None = None
    """A file with the secret in its first line, in place of `secret`."""
    tls: bool = False
    ca_file: Path | None = None
    """Certificates to trust beside the system's, such as the server's own."""
    server_hostname: str | None = None
    auth: str | None = None
    encoding: str | None = None
    timeout: float | None = None
    connect_timeout: float | None = None
    read_only: bool = False
    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] = ()
    registry: str | None = None
    """The module of a generated package, such as ``shop_ami.registry``."""


def config_path() -> Path:
    """Return where the file is, or would be."""
    base = os.environ.get("XDG_CONFIG_HOME") or ""
    # The specification has relative paths ignored.
    home = Path(base) if Path(base).is_absolute() else Path.home() / ".config"
    return home / "amisdk" / "config.toml"


def load_profile(name: str | None = None) -> Profile | None:
    """Read a profile.

    Args:
        name: Its name; None for the one that is the default.

    Returns:
        The profile; None if no name was given and there is no profile at all.

    Raises:
        Fault: It is not there, or something is wrong with it or with the file.
    """
    path = config_path()
    held = _read(path)
    profiles = held.get("profiles", {})
    tables = profiles.values() if isinstance(profiles, dict) else ("none",)
    if not all(isinstance(one, dict) for one in tables):
        raise Fault(f"{path}: profiles are tables, as in [profiles.office]")
    if any("secret" in one for one in profiles.values()):
        _check_mode(path)
    if name is None:
        name = _default(path, held, list(profiles))
        if name is None:
            return None
    if name not in profiles:
        there = f"; it has {', '.join(profiles)}" if profiles else "; amisdk login makes one"
        raise Fault(f'{path} has no profile "{name}"{suggestion(name, list(profiles)) or there}')
    try:
        profile = Profile.model_validate(profiles[name])
    except ValidationError as error:
        known = list(Profile.model_fields)
        for key in profiles[name]:
            if key not in known:
                hint = suggestion(key, known)
                raise Fault(f'{path}: profile "{name}" has an unknown "{key}"{hint}') from None
        raise Fault(f'{path}: profile "{name}": {invalid(error, {})}') from None
    if profile.secret_file is not None and profile.secret is not None:
        raise Fault(f'{path}: profile "{name}" has both secret and secret_file')
    return profile


def store_profile(name: str, values: Mapping[str, str | int | bool]) -> Path:
    """Write a profile into the file; the rest of it stays as it is.

    Raises:
        Fault: The name, or the file as it is now, is no good.
    """
    if not NAME.fullmatch(name):
        raise Fault(f'"{name}" is no name for a profile: letters, digits, - and _ are')
    path = config_path()
    before = _read(path)
    text = path.read_text("utf-8") if before else ""
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    section = "\n".join([f"[profiles.{name}]", *lines, ""])
    kept = _without(text, name)
    text = f"{kept.rstrip()}\n\n{section}" if kept.strip() else section
    profiles = {**before.get("profiles", {}), name: dict(values)}
    if not _reads_as(text, {**before, "profiles": profiles}):
        raise Fault(f"{path} is written in a way that cannot be changed here; change it by hand")
    _write(path, text)
    return path


def private_text(path: Path) -> str:
    """Read a file that only its owner may read.

    Raises:
        Fault: Others may read it, or it cannot be read.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise Fault(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Fault(f"cannot read {path}: {error}") from None
    _check_mode(path)
    return text


def _check_mode(path: Path) -> None:
    mode = path.stat().st_mode
    if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
        raise Fault(f"{path} holds a secret and others may read it; type: chmod 600 {path}")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Fault(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Fault(f"{path} is no TOML: {error}") from None


def _default(path: Path, held: Mapping[str, Any], names: list[str]) -> str | None:
    default = held.get("default")
    if default is not None:
        if not isinstance(default, str):
            raise Fault(f"{path}: default is the name of a profile")
        return default
    if "default" in names or len(names) < 2:
        return "default" if "default" in names else next(iter(names), None)
    raise Fault(f"choose one of the profiles with --profile: {', '.join(names)}")


def _reads_as(text: str, held: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == held
    except tomllib.TOMLDecodeError:
        return False


def _without(text: str, name: str) -> str:
    """Return the text without the table of a profile."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            inside = line.partition("#")[0].strip() == f"[profiles.{name}]"
        if not inside:
            kept.append(line)
    return "".join(kept)


def _toml(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, text: str) -> None:
    """Put a file in place, whole and readable by its owner only."""
    path = path.resolve()  # a link to a file elsewhere stays a link
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".config-")  # mode 600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
