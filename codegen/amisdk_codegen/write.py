"""Puts files in place, or tells how what is there differs. The directory belongs to the generator.

Files are replaced one by one and atomically, only where their content differs; what the plan no
longer has is deleted.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import Problem, SpecError
from .plan import BANNER

__all__ = ["differences", "replace", "write"]


def write(
    target: Path, files: dict[str, str], first: str = "__init__.py", mark: str = BANNER
) -> list[str]:
    """Make `target` hold exactly these files, and return the names of those that changed.

    Args:
        target: The directory.
        files: The files, by their path below it.
        first: The file that tells a generated directory from others.
        mark: How that file begins.

    Raises:
        SpecError: `target` exists and was not generated.
    """
    _check_owned(target, first, mark)
    changed = [name for name, text in files.items() if replace(target / name, text)]
    for path in _stale(target, files):
        path.unlink()
        changed.append(str(path.relative_to(target)))
    for directory in sorted((path for path in target.rglob("*") if path.is_dir()), reverse=True):
        if directory.name != "__pycache__" and not any(directory.iterdir()):
            directory.rmdir()
    return sorted(changed)


def replace(path: Path, text: str) -> bool:
    """Give a file this content, atomically; return whether it had another."""
    data = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        # mkstemp makes files that only their owner may read.
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    return True


def differences(target: Path, files: dict[str, str]) -> Iterator[str]:
    """Yield the lines of a diff from what is in `target` to `files`; none if they agree."""
    stale = {path.relative_to(target).as_posix(): "" for path in _stale(target, files)}
    for name, text in sorted({**files, **stale}.items()):
        path = target / name
        there = path.is_file()
        data = path.read_bytes() if there else b""
        if there and name not in stale and data == text.encode("utf-8"):
            continue
        lines = list(
            difflib.unified_diff(
                data.decode("utf-8", "backslashreplace").splitlines(),
                text.splitlines(),
                str(path) if there else "/dev/null",
                "/dev/null" if name in stale else f"{path} (from the spec)",
                lineterm="",
            )
        )
        yield from lines or [f"{path}: {_wordless(there, name in stale)}"]


def _wordless(there: bool, stale: bool) -> str:
    """Tell a difference that no line shows."""
    if stale:
        return "is stale"
    return "differs in the ends of lines" if there else "is missing"


def _stale(target: Path, files: dict[str, str]) -> list[Path]:
    if not target.is_dir():
        return []
    return [
        path
        for path in sorted(target.rglob("*"))
        if path.is_file()
        and path.parent.name != "__pycache__"
        and path.relative_to(target).as_posix() not in files
    ]


def _check_owned(target: Path, first: str, mark: str) -> None:
    if not target.exists():
        return
    init = target / first
    if not target.is_dir() or (
        any(target.iterdir())
        and not (init.is_file() and init.read_bytes().startswith(mark.encode()))
    ):
        message = "is there already and was not generated; nothing is written into it"
        raise SpecError([Problem(str(target), 1, message)])


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
