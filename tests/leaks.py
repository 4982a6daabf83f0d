"""All that an error gives away: what tests look through for a secret."""

import json
import pickle
import traceback
from collections.abc import Iterator

from pydantic import ValidationError

__all__ = ["SECRET", "shown"]

SECRET = "s3cr" + "3t-word"
"""A secret that is in no line of source, for tracebacks quote these."""


def shown(error: BaseException, *, frames: bool = True) -> str:
    """Return texts, tracebacks and pickles of an error.

    Errors that it came of are looked into even where a traceback would leave them out.

    Args:
        error: The error.
        frames: Whether the locals of every frame are shown, as some reporters of errors do.
    """
    return "\n".join(text for one in _all_of(error) for text in _texts(one, frames))


def _all_of(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += one.__cause__, one.__context__
            if isinstance(one, ValidationError):
                waiting += (fault.get("ctx", {}).get("error") for fault in one.errors())
    return found


def _texts(error: BaseException, frames: bool) -> Iterator[str]:
    yield str(error)
    yield repr(error)
    yield repr(vars(error))
    yield from traceback.TracebackException.from_exception(error, capture_locals=frames).format()
    if isinstance(error, ValidationError):
        yield repr(error.errors())
        yield json.dumps(json.loads(error.json()), ensure_ascii=False)
    try:
        yield pickle.dumps(error).decode("latin-1")
    except Exception as fault:  # noqa: BLE001 - it may hold a lambda, or an action with a secret
        yield str(fault)
