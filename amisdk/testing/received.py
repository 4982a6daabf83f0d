"""What a server was sent: kept as it came, asked for as typed actions, waited for."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

from amisdk.headers import Headers
from amisdk.models import Action

from .reading import read_action, same

__all__ = ["Received", "described"]

A = TypeVar("A", bound=Action[Any])
Kind = type[Action[Any]] | str | None


class Received(Sequence[Headers]):
    """The actions that came, in their order; it may be used from any thread.

    As a sequence it has them as they were on the wire. Called, it gives them as the objects that
    were sent::

        server.received[-1]["Action"]
        server.received(actions.Originate, channel="PJSIP/6001")
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._came: list[tuple[Headers, type[Action[Any]] | None]] = []
        self._listeners: list[Callable[[], None]] = []

    def note(self, headers: Headers, cls: type[Action[Any]] | None) -> None:
        """Keep an action."""
        with self._changed:
            self._came.append((headers, cls))
            self._changed.notify_all()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def clear(self) -> None:
        """Forget all that came."""
        with self._changed:
            self._came.clear()

    @overload
    def __getitem__(self, index: int) -> Headers: ...

    @overload
    def __getitem__(self, index: slice) -> list[Headers]: ...

    def __getitem__(self, index: int | slice) -> Headers | list[Headers]:
        with self._changed:
            came = [headers for headers, _ in self._came]
        return came[index]

    def __len__(self) -> int:
        return len(self._came)

    def __repr__(self) -> str:
        return f"<Received {list(self)!r}>"

    @overload
    def __call__(self, kind: None = None, /) -> list[Action[Any]]: ...

    @overload
    def __call__(self, kind: type[A], /, **fields: object) -> list[A]: ...

    @overload
    def __call__(self, kind: str, /, **fields: object) -> list[Action[Any]]: ...

    def __call__(self, kind: Any = None, /, **fields: object) -> list[Any]:
        """Return actions as the objects that were sent.

        Args:
            kind: The class or the name of the actions wanted; without it, all. What does not fit
                its class is a `RawAction`. Secrets are masked.
            **fields: Values that they must have; a function is asked whether a value is right.
        """
        return self.actions(kind, fields)

    def actions(self, kind: Kind, fields: Mapping[str, object]) -> list[Action[Any]]:
        """Return the actions of a class or name with these values."""
        return list(self._find(kind, fields))

    def _find(self, kind: Kind, fields: Mapping[str, object]) -> Iterator[Action[Any]]:
        check(kind, fields)
        with self._changed:
            came = list(self._came)
        name = kind if isinstance(kind, str) or kind is None else kind.ami.name
        for headers, cls in came:
            if name is None or (headers.get("Action") or "").lower() == name.lower():
                action = read_action(cls, headers)
                if _fits(action, headers, kind, fields):
                    yield action

    def wait(self, kind: Kind, fields: Mapping[str, object], count: int, seconds: float) -> bool:
        """Wait until so many have come, and tell whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.actions(kind, fields)) >= count, seconds)

    async def wait_async(
        self, kind: Kind, fields: Mapping[str, object], count: int, seconds: float
    ) -> bool:
        """Wait, and leave the event loop free meanwhile."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def listener() -> None:
            loop.call_soon_threadsafe(changed.set)

        self._listeners.append(listener)
        try:
            async with asyncio.timeout(seconds):
                while len(self.actions(kind, fields)) < count:
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            return len(self.actions(kind, fields)) >= count
        finally:
            self._listeners.remove(listener)
        return True

    def account(self, kind: Kind, fields: Mapping[str, object]) -> str:
        """Tell what came instead of an action, for people."""
        lines = [f"{described(kind, fields)} was not received"]
        nearest = self.actions(kind, {}) if kind is not None else []
        lines += [f"  but {action!r}{_difference(action, fields)}" for action in nearest[:5]]
        if len(nearest) > 5:
            lines.append(f"  and {len(nearest) - 5} more")
        if not nearest:
            counts = Counter(headers.get("Action") or "?" for headers in self)
            all_names = ", ".join(
                name if number == 1 else f"{number} {name}" for name, number in counts.items()
            )
            lines.append(f"  but {all_names or 'nothing at all'}")
        return "\n".join(lines)


def check(kind: Kind, fields: Mapping[str, object]) -> None:
    """Refuse what is no action, and fields that an action has not.

    Raises:
        TypeError: It is so.
    """
    if isinstance(kind, type):
        if not issubclass(kind, Action):
            raise TypeError(f"{kind.__name__} is no action")
        for name in fields:
            if name not in kind.model_fields:
                raise TypeError(f"{kind.__name__} has no field {name!r}")


def described(kind: Kind, fields: Mapping[str, object]) -> str:
    """Return an action and its values, for people."""
    name = kind if isinstance(kind, str) else "an action" if kind is None else kind.__name__
    shown = ", ".join(f"{field}={value!r}" for field, value in fields.items())
    return f"{name}({shown})" if shown else name


def _fits(action: Action[Any], headers: Headers, kind: Kind, fields: Mapping[str, object]) -> bool:
    if isinstance(kind, type):
        return type(action) is kind and same(action, fields)
    return all(headers.get(name) == str(value) for name, value in fields.items())


def _difference(action: Action[Any], fields: Mapping[str, object]) -> str:
    wrong = [
        f"{name} is {getattr(action, name, None)!r}, not {value!r}"
        for name, value in fields.items()
        if name in type(action).model_fields and not same(action, {name: value})
    ]
    return f": {'; '.join(wrong)}" if wrong else ""
