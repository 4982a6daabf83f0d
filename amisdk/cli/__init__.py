"""The command ``amisdk``. It needs the extra ``cli``; nothing else of amisdk imports it.

`main` is the entry point. It loads little by itself: each command is a module of this package,
imported when the command is called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]

NEEDS = "amisdk: the command needs more than is installed: pip install 'amisdk[cli]'"
EXTRA = {"annotated_doc", "click", "rich", "shellingham", "typer", "typing_extensions"}
"""What the extra brings: modules whose absence means that it is not installed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    try:
        import rich  # noqa: F401 - both or nothing

        from .app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        print(NEEDS, file=sys.stderr)  # noqa: T201 - there is nothing else to print with
        return 2
    return run(sys.argv[1:] if arguments is None else list(arguments))
