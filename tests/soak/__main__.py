"""``make soak``: drive both clients for a while, and tell what came of it.

SOAK_SECONDS (600) bounds the whole, SOAK_ACTIONS (200 000) the actions of each client. With
``--page`` the figures are written to docs/soak.md. It fails if a promise is broken.
"""

import asyncio
import logging
import os
import platform
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from .drive import Tally, drive_async, drive_threads

PAGE = Path(__file__).parents[2] / "docs" / "soak.md"
ROWS = {
    "actions": "actions",
    "seconds": "seconds",
    "rate": "actions a second",
    "answered": "answered, each with its own reply",
    "ActionTimeout": "told: no reply in time (the server never sent one, or late)",
    "OutcomeUnknown": "told: the connection went in the middle",
    "NotSent": "told: not sent",
    "misdelivered": "**replies of another action**",
    "not_told": "**callers that were not told**",
    "left": "**entries left in tables at the end**",
    "growth": "**memory growth in MB**, from the first tenth to the end",
    "reconnects": "connections that were made again",
    "unmatched": "replies that matched nothing: doubled, late or forged",
    "events": "events that a slow handler was given",
    "events_lost": "events that it was too slow for, counted",
}


def cell(tally: Tally, row: str) -> str:
    """Return a figure as text."""
    if row == "rate":
        return f"{tally.actions / tally.seconds:,.0f}"
    value = tally.outcomes[row] if row in ("answered", "NotSent") or row[0].isupper() else None
    value = getattr(tally, row) if value is None else value
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def table(tallies: dict[str, Tally]) -> str:
    """Return the figures as Markdown."""
    lines = [f"| | {' | '.join(tallies)} |", f"|---|{'---:|' * len(tallies)}"]
    for row, text in ROWS.items():
        cells = " | ".join(cell(tally, row) for tally in tallies.values())
        lines.append(f"| {text} | {cells} |")
    return "\n".join(lines) + "\n"


def page(tallies: dict[str, Tally], seed: int) -> str:
    """Return the page of the documentation."""
    where = f"Python {platform.python_version()}, {os.cpu_count()} cores, seed {seed}"
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    return (
        "# Soak\n\n"
        "`make soak` writes this page: both clients send actions to a server in another process\n"
        "that ends connections, cuts them inside a message or falls silent on them; that delays,\n"
        "reorders, doubles, forges and forgets replies, and floods a slow handler with events.\n"
        "What is in bold must be 0 (memory: under 20 MB), or the run fails.\n\n"
        f"Run on {when} with {where}.\n\n{table(tallies)}"
    )


def main() -> int:
    """Run, print, and return the exit code."""
    seconds = float(os.environ.get("SOAK_SECONDS", "600")) / 2
    most = int(os.environ.get("SOAK_ACTIONS", "200000"))
    seed = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(10**6)))
    tallies: dict[str, Tally] = {}
    logging.getLogger("amisdk").setLevel(logging.ERROR)  # each loss would tell twice that it was
    with subprocess.Popen(
        [sys.executable, "-m", "tests.soak.server", str(seed)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            tallies["AsyncClient"] = asyncio.run(drive_async(port, most, seconds))
            tallies["Client"] = drive_threads(port, most, seconds)
        finally:
            server.terminate()
    print(table(tallies))
    print(f"seed {seed}")
    broken = [f"{name}: {text}" for name, one in tallies.items() for text in one.promises_broken]
    if broken:
        print("\n".join(broken), file=sys.stderr)
        return 1
    if "--page" in sys.argv:
        PAGE.write_text(page(tallies, seed), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
