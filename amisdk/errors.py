"""The errors of talking to a server, as one tree.

::

    AmiError
    ├── InvalidAction (ValueError)      refused here, before a byte was sent
    │   ├── DuplicateActionID
    │   ├── UnsupportedAction           this version of the server does not have it
    │   ├── ActionNotAllowed            the client's own allow, deny or read_only
    │   └── TooManyPending              as many actions wait as the client lets wait
    ├── ConnectFailed                   the connection could not be made
    │   ├── ConnectTimeout (TimeoutError)
    │   ├── NoGreeting                  the server hung up before it said a word: try again
    │   ├── BadGreeting                 something answered, but it is no AMI server
    │   │   └── GreetingTooLong
    │   └── LoginRefused                the server's word: wrong credentials
    ├── ConnectionClosed                the connection is gone, lost or closed by us
    │   ├── NotSent                     the action never left: safe to send again
    │   ├── OutcomeUnknown              it left, no reply came: it may have been carried out
    │   ├── ServerSilent                the keepalive found the link dead
    │   └── SlowConsumer                a consumer did not keep up, and asked for this
    ├── ActionTimeout (TimeoutError)    no whole reply within the deadline
    ├── ActionFailed                    the server's word: Response: Error
    │   ├── PermissionDenied
    │   ├── UnknownAction
    │   └── OriginateFailed             the call was not made, or not answered
    └── ProtocolError                   the server broke the protocol
        ├── MessageTooLong
        └── TooManyHeaders

A value that does not fit an action's field raises pydantic's own ``ValidationError`` where the
action is made; `InvalidAction` is for what only the encoder sees. A call that is wrong by itself
raises TypeError, ValueError or RuntimeError, as elsewhere. No error holds a secret.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .models import Action, Event, Reply

__all__ = [
    "ActionFailed",
    "ActionNotAllowed",
    "ActionTimeout",
    "AmiError",
    "BadGreeting",
    "ConnectFailed",
    "ConnectTimeout",
    "ConnectionClosed",
    "DuplicateActionID",
    "GreetingTooLong",
    "InvalidAction",
    "LoginRefused",
    "MessageTooLong",
    "NoGreeting",
    "NotSent",
    "OriginateFailed",
    "OutcomeUnknown",
    "PermissionDenied",
    "ProtocolError",
    "ServerSilent",
    "SlowConsumer",
    "TooManyHeaders",
    "TooManyPending",
    "UnknownAction",
    "UnsupportedAction",
]


class AmiError(Exception):
    """The root: catch it to catch whatever amisdk raises by itself."""


class InvalidAction(AmiError, ValueError):
    """An action that cannot be written on the wire; no byte of it was sent.

    Attributes:
        field: The header or argument at fault.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class DuplicateActionID(InvalidAction):
    """The ActionID is in use by another action in flight."""


class UnsupportedAction(InvalidAction):
    """The server's version of Asterisk does not have the action.

    Attributes:
        action: The action.
        replaced_by: AMI names of actions to use in its place, if there are any.
    """

    def __init__(
        self,
        message: str,
        *,
        action: Action[Any] | None = None,
        replaced_by: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.action = action
        self.replaced_by = replaced_by


class ActionNotAllowed(InvalidAction):
    """The client was told not to send such an action: ``allow``, ``deny`` or ``read_only``.

    Attributes:
        action: The action.
    """

    def __init__(self, message: str, *, action: Action[Any] | None = None) -> None:
        super().__init__(message)
        self.action = action


class TooManyPending(InvalidAction):
    """As many actions are without a reply as the client lets wait; nothing was sent.

    Attributes:
        action: The action.
    """

    def __init__(self, message: str, *, action: Action[Any] | None = None) -> None:
        super().__init__(message)
        self.action = action


class ConnectFailed(AmiError):
    """The connection could not be made: TCP, TLS, greeting or login failed."""


class ConnectTimeout(ConnectFailed, TimeoutError):
    """TCP, TLS, greeting and login together took longer than the connect deadline."""


class NoGreeting(ConnectFailed):
    """The server hung up before it greeted: it starts, or has no room for another client."""


class BadGreeting(ConnectFailed):
    """What answered is not an Asterisk manager; no secret was sent to it."""


class GreetingTooLong(BadGreeting):
    """The first line does not end within the limit for greetings."""


class LoginRefused(ConnectFailed):
    """The server refused user name and secret. Trying again with the same is of no use."""


class ConnectionClosed(AmiError):
    """The connection is not there (any more).

    Attributes:
        action: The action that this caller waited for, if any.
        items: What had come of a list by then.
    """

    def __init__(
        self, message: str, *, action: Action[Any] | None = None, items: tuple[Event, ...] = ()
    ) -> None:
        super().__init__(message)
        self.action = action
        self.items = items


class NotSent(ConnectionClosed):
    """The action was not sent: the server cannot have carried it out."""


class OutcomeUnknown(ConnectionClosed):
    """The action was sent and no reply came: the server may have carried it out, or not."""


class ServerSilent(ConnectionClosed):
    """Nothing came for two keepalive intervals, the answer to a Ping included."""


class SlowConsumer(ConnectionClosed):
    """A consumer with the policy ``disconnect`` did not keep up with its events."""


class ActionTimeout(AmiError, TimeoutError):
    """No whole reply came within the deadline. A reply that comes later is dropped.

    Attributes:
        action: The action that was sent.
        items: What had come of a list by then.
    """

    def __init__(
        self, message: str, *, action: Action[Any] | None = None, items: tuple[Event, ...] = ()
    ) -> None:
        super().__init__(message)
        self.action = action
        self.items = items


class ActionFailed(AmiError):
    """The server answered ``Response: Error``.

    Attributes:
        action: The action that was sent.
        reply: The server's reply, typed; its ``message`` is the server's reason.
    """

    def __init__(
        self,
        message: str,
        *,
        action: Action[Any] | None = None,
        reply: Reply | None = None,
    ) -> None:
        super().__init__(message)
        self.action = action
        self.reply = reply


class PermissionDenied(ActionFailed):
    """The user lacks the write privilege that the action needs, or is not logged in."""


class UnknownAction(ActionFailed):
    """The server does not know the action: another version, or a module not loaded."""


class OriginateFailed(ActionFailed):
    """The call was not made, or not answered.

    Attributes:
        event: The OriginateResponse event with the reason; None if the server refused at once.
    """

    def __init__(
        self,
        message: str,
        *,
        action: Action[Any] | None = None,
        reply: Reply | None = None,
        event: Event | None = None,
    ) -> None:
        super().__init__(message, action=action, reply=reply)
        self.event = event


class ProtocolError(AmiError):
    """The server sent what no manager sends; the connection is closed."""


class MessageTooLong(ProtocolError):
    """A message from the server is longer than the limit for one message."""


class TooManyHeaders(ProtocolError):
    """A message from the server has more headers than the limit for one message."""
