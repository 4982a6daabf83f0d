"""``amisdk top``: channels, queues and bridges, live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .connection import Where, connects
from .faults import Fault
from .running import app_of

__all__ = ["app"]


@connects
def top(
    where: Where,
    once: Annotated[
        bool, typer.Option("--once", help="Print the picture once, as text, and end.")
    ] = False,
    svg: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the picture once, as an image, and end."),
    ] = None,
    resync: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="How often all is asked for again, for what no event tells; 0 for never.",
        ),
    ] = 30.0,
) -> None:
    """Show channels, queues with those who wait in them, and bridges, live.

    The picture is taken once and then kept from events; after a lost connection it is taken again.
    The user needs read = call,agent,dialplan,system, and write = call, system or reporting for the
    list of channels; what cannot be had is said. Nothing on the server is changed.

    Keys: q or Ctrl-C ends it, r asks for all again, Tab shows one section alone or all, arrows and
    PgUp and PgDn scroll.
    """
    from rich.console import Console

    from .board.screen import client_for, place_of, run, unfit

    console = Console(highlight=False, markup=False, emoji=False)
    still = once or svg is not None
    if not still and (reason := unfit(console)) is not None:
        raise Fault(reason)
    arguments = where.arguments()
    try:
        client = client_for(arguments, still=still)
    except (ValueError, TypeError) as error:
        raise Fault(str(error)) from None
    run(client, console, place_of(arguments), once=once, svg=svg, resync=resync or float("inf"))


app = app_of(top)
