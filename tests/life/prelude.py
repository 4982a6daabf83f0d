"""What the small programs of these tests begin with: ``from tests.life.prelude import *``."""

import asyncio
import faulthandler
import gc
import logging
import os
import signal
import sys
import threading
import time
from typing import Any

from amisdk import AsyncClient, Client, RawAction, Reconnect, actions, errors, events, lifecycle

__all__ = [
    "AsyncClient",
    "Client",
    "RawAction",
    "Reconnect",
    "actions",
    "async_client",
    "asyncio",
    "blocking_client",
    "errors",
    "events",
    "faulthandler",
    "gc",
    "lifecycle",
    "os",
    "ready",
    "signal",
    "sys",
    "threading",
    "time",
]

logging.getLogger("asyncio").setLevel("ERROR")  # no word about what took a while
faulthandler.dump_traceback_later(45, exit=True)  # where it hangs, before its test gives up

WHERE = {"host": "127.0.0.1", "port": int(sys.argv[1]) if len(sys.argv) > 1 else 0}
OPTIONS = {"username": "admin", "secret": "amisdk", "timeout": 30.0, "connect_timeout": 30.0}


def async_client(**options: Any) -> AsyncClient:
    """Make a client for the server whose port is the program's argument."""
    return AsyncClient(**{**WHERE, **OPTIONS, "reconnect": _QUICK, **options})


def blocking_client(**options: Any) -> Client:
    """Make a blocking client for it."""
    return Client(**{**WHERE, **OPTIONS, "reconnect": _QUICK, **options})


_QUICK = Reconnect(first_wait=0.01, max_wait=0.05)


def ready() -> None:
    """Tell the test that the moment has come."""
    print("ready", flush=True)
