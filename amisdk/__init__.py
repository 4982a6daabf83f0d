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
    from .async_client import AsyncClient as AsyncClient
    from .doctor import Diagnosis as Diagnosis
    from .errors import AmiError as AmiError
    from .headers import Headers as Headers
    from .models import Action as Action
    from .models import Event as Event
    from .models import RawAction as RawAction
    from .models import Reply as Reply
    from .server import ServerInfo as ServerInfo
    from .streams import EventStream as EventStream

__all__ = [
    "Action",
    "AmiError",
    "AsyncClient",
    "Diagnosis",
    "Event",
    "EventStream",
    "Headers",
    "RawAction",
    "Reply",
    "ServerInfo",
    "actions",
    "errors",
    "events",
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
            "Diagnosis": "doctor",
            "Event": "models",
            "EventStream": "streams",
            "Headers": "headers",
            "RawAction": "models",
            "Reply": "models",
            "ServerInfo": "server",
            "actions": "",
            "errors": "",
            "events": "",
        },
    )
