"""What a test scripts: which actions are answered otherwise than the server would of itself.

::

    server.on(actions.QueueAdd, queue="support").error("No such queue")
    server.on(actions.Ping).delay(2.0).times(1)
    server.on("ShopOrder").reply(headers={"Position": "3"})

A rule begins as "answer as usual"; what is said of it changes that. The newest rule that fits an
action is played, and one whose `times` are used up no longer fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel

from amisdk.models import Action, Event, OutputReply, Reply

from .reading import read_action, same
from .request import HandMade, Request, Told, told_by

if TYPE_CHECKING:
    from .engine import Engine

__all__ = ["Rule", "Rules"]

Answer = Callable[[Request], object]


class Rule:
    """How some actions are answered. `FakeAsterisk.on` makes one.

    What it says is said of one answer: the last of `reply`, `error`, `list`, `garbage`, `silence`
    and `disconnect` counts; `delay`, `emit` and `times` go with each of them.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        cls: type[Action[Any]] | None,
        fields: Mapping[str, object],
    ) -> None:
        self.name = name
        self.count = 0
        """How often it was played."""
        self._engine = engine
        self._cls = cls
        self._fields = dict(fields)
        self._delay = 0.0
        self._times: int | None = None
        self._answer: Answer | None = None
        self._events: list[Told] = []
        if cls is not None:
            unknown = [field for field in fields if field not in cls.model_fields]
            if unknown:
                raise TypeError(_no_field(cls, unknown[0]))

    # --- what is answered -----------------------------------------------------------------

    def reply(
        self,
        message: str | None = None,
        *,
        response: str = "Success",
        headers: Mapping[str, object] | Iterable[tuple[str, object]] = (),
        **fields: Any,
    ) -> Self:
        """Answer with a single reply.

        Args:
            message: Its Message; without it, the real server's when it has carried it out.
            response: Its Response.
            headers: Further headers, by their names on the wire.
            **fields: Fields of the action's reply class.
        """
        kind = self._cls.ami.reply if self._cls is not None else Reply
        shape = self._cls.ami.list if self._cls is not None else None
        if shape is not None and not shape.announced and response == "Success":
            # Its reply is no reply without the end of the list: the client would wait for it.
            raise TypeError(f"{self.name} is answered with a list: say list([...])")
        for field in fields:
            if field not in kind.model_fields:
                raise TypeError(_no_field(kind, field))
        written = _written(kind, fields) if fields else []
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        extra: Told = [*written, *((str(key), value) for key, value in pairs)]

        def answer(ask: Request) -> None:
            said = message
            if said is None and response == "Success" and shape is None:
                recorded = ask.dialect.reply(self.name)
                said = dict(recorded.headers).get("Message") if recorded is not None else None
            if said is None and issubclass(kind, OutputReply):
                said = "Command output follows"
            own = [] if said is None else [("Message", said)]
            ask.respond(response, *own, *extra)

        return self._be(answer)

    def error(self, message: str) -> Self:
        """Answer with an Error."""
        return self._be(lambda ask: ask.error(message))

    def list(
        self,
        items: Iterable[Event] = (),
        *,
        message: str | None = None,
        cancelled: bool = False,
        **end: object,
    ) -> Self:
        """Answer with a list.

        Args:
            items: Its items, such as ``events.QueueMember(...)``.
            message: What the response says; without it, what the real server does.
            cancelled: Whether it ends early, as the server tells then.
            **end: Further headers of the event that ends it, by their names on the wire.
        """
        shape = self._cls.ami.list if self._cls is not None else None
        if shape is None:
            raise TypeError(f"the spec knows no list in the reply to {self.name}")
        items = tuple(items)
        wrong = [one.ami_name for one in items if one.ami_name not in shape.items]
        if wrong and shape.items != ("any",):
            expected = ", ".join(shape.items)
            raise TypeError(f"{wrong[0]} is no item in the reply to {self.name}, but {expected}")

        def answer(ask: Request) -> None:
            recorded = ask.dialect.reply(self.name)
            headers = [("EventList", "start"), ("Message", "List will follow")]
            if recorded is not None:
                headers = [pair for pair in recorded.headers[1:] if pair[0] != "ActionID"]
            said = {} if message is None else {"Message": message}
            ask.respond("Success", *((key, said.get(key, text)) for key, text in headers))
            ask.events(items)
            word = "Cancelled" if cancelled else "Complete"
            ask.event(shape.end, {"EventList": word, "ListItems": len(items), **end})

        return self._be(answer)

    def event(self, event: Event, *, message: str = "Event will follow") -> Self:
        """Answer with a reply that one event completes, such as FAXSession's."""

        def answer(ask: Request) -> None:
            ask.ok(message)
            ask.events([event])

        return self._be(answer)

    def garbage(self, data: bytes) -> Self:
        """Answer with these bytes, whatever they are."""
        return self._be(lambda ask: ask.session.write_raw(data))

    def silence(self) -> Self:
        """Answer nothing."""
        return self._be(lambda _: None)

    def disconnect(self, *, reset: bool = False) -> Self:
        """End the connection instead of answering.

        Args:
            reset: With RST instead of FIN.
        """

        def answer(ask: Request) -> None:
            if reset:
                ask.session.peer.reset()
            raise ConnectionAbortedError("as the test wished")

        return self._be(answer)

    def _be(self, answer: Answer) -> Self:
        self._answer = answer
        return self

    # --- how ------------------------------------------------------------------------------

    def delay(self, seconds: float) -> Self:
        """Wait before it is answered; events go on meanwhile."""
        self._delay = seconds
        return self

    def times(self, count: int) -> Self:
        """Do so this many times only; then be answered as if there were no rule."""
        self._times = count
        return self

    def emit(self, *events: HandMade) -> Self:
        """Send these events after the answer."""
        self._events.extend(map(told_by, events))
        return self

    # --- the server's side ----------------------------------------------------------------

    def fits(self, name: str, request: Request) -> bool:
        """Tell whether it is about this action."""
        if name.lower() != self.name.lower() or self.count == self._times:
            return False
        if self._cls is None:
            return all(request[key] == str(value) for key, value in self._fields.items())
        action = read_action(self._cls, request.headers)
        return not self._fields or (type(action) is self._cls and same(action, self._fields))

    async def play(self, request: Request) -> None:
        """Answer an action."""
        self.count += 1
        if self._delay:
            await request.session.pause(self._delay)
        if self._answer is None:
            await request.session.play(request)
        else:
            self._answer(request)
        for told in self._events:
            self._engine.emit(list(told))

    def __repr__(self) -> str:
        fields = "".join(f", {name}={value!r}" for name, value in self._fields.items())
        return f"<Rule on {self.name}{fields}, played {self.count} times>"


class Rules:
    """The rules of a server, the newest first."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> Rule:
        """Add a rule."""
        self._rules.insert(0, rule)
        return rule

    def find(self, name: str, request: Request) -> Rule | None:
        """Return the rule about an action, if there is one."""
        return next((rule for rule in self._rules if rule.fits(name, request)), None)


def _written(kind: type[Reply], fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Write the fields of a reply as the server does."""
    made = kind(**fields)
    base = {str(field.serialization_alias) for field in Reply.model_fields.values()}
    return [pair for pair in made.headers if pair[0] not in base]


def _no_field(kind: type[BaseModel], name: str) -> str:
    close = get_close_matches(name, list(kind.model_fields), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{kind.__name__} has no field {name!r}{hint}"
