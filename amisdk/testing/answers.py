"""How actions are answered of which nothing is played: as recorded, or as the spec says.

A recorded reply tells what a real server had, so what is in it is an example; where the action
names something and the reply tells the same header, it tells what was named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amisdk_models import registry

from amisdk.models import Action, EventReply, ListReply, OutputReply, PairsReply, TextReply

from .dialect import Pairs, Recorded
from .request import Request
from .samples import sample_of
from .world import World

__all__ = ["Answers"]

TARGETS = ("Channel", "Channel1", "Channel2")
"""Headers that name a channel, which must be there."""
NO_TARGET = ("SIPnotify", "PJSIPNotify", "MessageSend")
"""Actions in which they name something else."""
FRAME = ("response", "message", "eventlist", "actionid", "listitems")


class Answers:
    """The answers that a server gives where nothing is played.

    Args:
        world: What is there.
        events: Finds the class of an event.
    """

    def __init__(self, world: World, events: Mapping[str, Any] = registry.EVENTS) -> None:
        self.world = world
        self._classes = events

    def missing(
        self, request: Request, cls: type[Action[Any]], *, is_played: bool = False
    ) -> str | None:
        """Return what the server says if a required header is not there.

        Args:
            request: The action.
            cls: Its class.
            is_played: Whether something plays it that says so itself.
        """
        words = request.dialect.missing(cls.ami.name)
        if words is None and is_played:
            return None
        if words is None:
            fields = [field for field in cls.model_fields.values() if field.is_required()]
            names = [field.serialization_alias for field in fields]
            words = {name: f"{name} not specified" for name in names if name}
        return next((text for header, text in words.items() if not request[header]), None)

    def default(self, request: Request) -> None:
        """Answer an action that nothing plays."""
        for header in TARGETS:
            name = request[header]
            words = request.dialect.unknown(request.name, name)
            if name and words and request.name not in NO_TARGET and not self.world.find(name):
                request.error(words)
                return
        self.say(request)
        later = request.cls.ami.later if request.cls is not None else None
        if later is not None:
            self._tell_later(request, later)

    def _tell_later(self, request: Request, event: str) -> None:
        """Tell the outcome that comes some time after the reply."""
        own = {key: text for key, text in request.headers if key.lower() != "action"}
        made_up = {} if request.dialect.event(event, {}) is not None else self._event(event)
        self.world.tell(event, {**dict(made_up), **own})

    def say(self, request: Request, values: Mapping[str, object] = {}) -> None:
        """Answer as recorded, or as the spec says, with these values."""
        assert request.cls is not None
        recorded = request.dialect.reply(request.cls.ami.name) or self._made_up(request.cls)
        if recorded.text is not None:
            request.session.write_raw(recorded.text.encode("utf-8", "surrogateescape"))
            return
        told = {**self._named(request, recorded.headers), **values}
        (kind, word), *headers = recorded.headers
        own = [("ActionID", request.action_id)] if request.action_id else []
        request.session.write(
            [(kind, word), *own, *((key, told.get(key, text)) for key, text in headers)]
        )
        shape = request.cls.ami.list
        for name, pairs in recorded.parts:
            is_end = shape is not None and name == shape.end
            count = {"ListItems": len(recorded.parts) - 1} if is_end else {}
            self._part(request, name, pairs, count)

    def _part(
        self, request: Request, name: str, pairs: Pairs, values: Mapping[str, object]
    ) -> None:
        told = {**self._named(request, pairs), **values, "ActionID": request.action_id}
        headers: list[tuple[str, object]] = [("Event", name)]
        for key, text in pairs:
            if key != "ActionID" or told[key]:
                headers.append((key, told.get(key, text)))
            if key.endswith("Linkedid"):
                shown = key.removesuffix("Linkedid") + "ChanVariable"
                headers += [(shown, f"{variable}=") for variable in self.world.channel_variables]
        request.session.write(headers)

    def _named(self, request: Request, pairs: Pairs) -> dict[str, str]:
        """Return what the action names of what a message tells."""
        names = [key for key, _ in pairs]
        return {
            key: request[key]
            for key in names
            if request[key] and names.count(key) == 1 and key.lower() not in FRAME
        }

    def _made_up(self, cls: type[Action[Any]]) -> Recorded:
        """Return a reply as the spec says that it is."""
        info, kind = cls.ami, cls.ami.reply
        sample = sample_of(kind)
        if issubclass(kind, TextReply):
            lines = [f"{key}: {text}\r\n" for key, text in sample] or ["text\r\n"]
            return Recorded(text="".join(lines) + "\r\n\r\n")
        said = [("Response", "Success")]
        if issubclass(kind, ListReply) and info.list is not None:
            said += [("EventList", "start")] if info.list.announced else []
            said.append(("Message", "List will follow"))
            names = [name for name in info.list.items if name != "any"]
            own = [("ActionID", "")] if info.list.correlated else []
            parts = [(name, [*own, *self._event(name)]) for name in names]
            end = [("ActionID", ""), ("EventList", "Complete"), ("ListItems", "0")]
            parts.append((info.list.end, [*end, *self._event(info.list.end)]))
            return Recorded([*said, *sample], parts)
        if issubclass(kind, EventReply) and info.event:
            part = (info.event, [("ActionID", ""), *self._event(info.event)])
            return Recorded([*said, ("Message", "Event will follow"), *sample], [part])
        if issubclass(kind, OutputReply):
            said.append(("Message", "Command output follows"))
        elif not issubclass(kind, PairsReply) and not sample:
            said.append(("Message", "Success"))
        return Recorded([*said, *sample])

    def _event(self, name: str) -> Pairs:
        cls = self._classes.get(name)
        return [] if cls is None else sample_of(cls)
