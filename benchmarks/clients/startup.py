"""How long a program waits at its start: for the import, the first reply, or all models."""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import Any

asked: dict[str, Any] = json.loads(sys.argv[1])
begun = perf_counter()
import amisdk  # noqa: E402


def first() -> None:
    """Log in, and get the first reply."""
    import asyncio

    async def ask() -> None:
        ami = amisdk.AsyncClient(port=asked["port"], username="bench", secret="secret")
        async with ami:
            await ami.send(amisdk.actions.Ping())
            told["wall"] = perf_counter() - begun

    asyncio.run(ask())


def models() -> None:
    """Build every generated model."""
    amisdk.preload()


told: dict[str, Any] = {"wall": perf_counter() - begun}
loaded = [name for name in ("pydantic", "asyncio", "amisdk_models") if name in sys.modules]
told["loaded"] = loaded
if asked["what"] != "import":
    {"first": first, "models": models}[asked["what"]]()
if asked["what"] == "models":
    told["wall"] = perf_counter() - begun
print(json.dumps(told))
