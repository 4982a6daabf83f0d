"""amisdk: typed, validated actions, events and replies of the Asterisk Manager Interface.

::

    from amisdk import AsyncClient, actions, events

    async with AsyncClient("pbx.example", username="admin", secret="...") as ami:
        queue = await ami.send(actions.QueueStatus(queue="support"))

Importing the package loads nothing; each name loads what it needs when it is first used.
"""

TYPE_CHECKING = False  # False, but jedi does not know that and completes the names
if TYPE_CHECKING:
    from . import actions as actions
    from . import errors as errors
    from . import events as events
    from . import lifecycle as lifecycle
    from .async_client import AsyncClient as AsyncClient
    from .async_streams import AsyncEventStream as AsyncEventStream
    from .backoff import Reconnect as Reconnect
    from .client import Client as Client
    from .doctor import Diagnosis as Diagnosis
    from .errors import AmiError as AmiError
    from .headers import Headers as Headers
    from .models import Action as Action
    from .models import Event as Event
    from .models import RawAction as RawAction
    from .models import Reply as Reply
    from .preloading import preload as preload
    from .server import ServerInfo as ServerInfo
    from .stats import Stats as Stats
    from .streams import EventStream as EventStream
    from .wire import Limits as Limits

__all__ = [
    "Action",
    "AmiError",
    "AsyncClient",
    "AsyncEventStream",
    "Client",
    "Diagnosis",
    "Event",
    "EventStream",
    "Headers",
    "Limits",
    "RawAction",
    "Reconnect",
    "Reply",
    "ServerInfo",
    "Stats",
    "actions",
    "errors",
    "events",
    "lifecycle",
    "preload",
]

__version__ = "0.1.0"

if not TYPE_CHECKING:
    # Hidden from type checkers: with a __getattr__ in sight, every unknown name would pass.
    from .lazy import attach

    __getattr__, __dir__ = attach(
        __name__,
        {
            "Action": "models",
            "AmiError": "errors",
            "AsyncClient": "async_client",
            "Client": "client",
            "Diagnosis": "doctor",
            "Event": "models",
            "AsyncEventStream": "async_streams",
            "EventStream": "streams",
            "Headers": "headers",
            "Limits": "wire",
            "RawAction": "models",
            "Reconnect": "backoff",
            "Reply": "models",
            "ServerInfo": "server",
            "Stats": "stats",
            "actions": "",
            "errors": "",
            "events": "",
            "lifecycle": "",
            "preload": "preloading",
        },
    )
