"""Calling the user's functions: whatever they do, the next event still comes."""

import asyncio
import logging
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import pytest

from amisdk import events, lifecycle
from amisdk.handlers import call, is_coroutine_function, name_of

EVENT = events.Hangup(cause=16)


def plain(_: object) -> None:
    """Do nothing."""


async def coroutine(_: object) -> None:
    """Do nothing."""


def hidden(event: object) -> object:
    """Return what nobody can see is to be awaited."""
    return coroutine(event)


class Plain:
    """An object that can be called."""

    def __call__(self, _: object) -> None:
        """Do nothing."""

    def method(self, _: object) -> None:
        """Do nothing."""

    async def async_method(self, _: object) -> None:
        """Do nothing."""


class Async:
    """An object that gives something to await when it is called."""

    async def __call__(self, _: object) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (plain, "plain"),
        (coroutine, "coroutine"),
        (Plain().method, "Plain.method"),
        (Plain, "Plain"),
    ],
)
def test_a_handler_is_called_by_its_name(function: object, name: str) -> None:
    assert name_of(function) == name


@pytest.mark.parametrize("function", [partial(plain), Plain(), 5])
def test_what_has_no_name_is_shown_as_it_is(function: object) -> None:
    assert name_of(function) == repr(function)


@pytest.mark.parametrize(
    ("function", "awaits"),
    [
        (plain, False),
        (Plain(), False),
        (Plain().method, False),
        (partial(plain), False),
        (hidden, False),
        (5, False),
        (coroutine, True),
        (Async(), True),
        (Plain().async_method, True),
        (partial(coroutine), True),
    ],
)
def test_what_gives_something_to_await_is_known_before_it_is_called(
    function: Any, awaits: bool
) -> None:
    assert is_coroutine_function(function) is awaits


def test_a_function_gets_the_event_itself() -> None:
    taken: list[object] = []
    call(taken.append, EVENT)
    assert taken[0] is EVENT


class Odd(BaseException):
    """What no program should raise."""


@pytest.mark.parametrize(
    "raised", [ValueError("x"), Odd(), asyncio.CancelledError(), GeneratorExit(), StopIteration()]
)
@pytest.mark.parametrize("event", [EVENT, lifecycle.Connected()], ids=lambda one: one.ami_name)
def test_what_a_function_raises_is_logged_with_the_events_name(
    raised: BaseException, event: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise raised

    call(fail, event)
    [record] = caplog.records
    assert record.name == "amisdk.handlers"
    assert record.levelno == logging.ERROR
    assert record.getMessage() == f"a handler for {event.ami_name} raised"
    assert record.exc_info is not None
    assert record.exc_info[1] is raised


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit])
def test_the_wish_to_end_the_program_goes_through(raised: type[BaseException]) -> None:
    def leave(_: object) -> None:
        raise raised

    with pytest.raises(raised):
        call(leave, EVENT)


class Awaitable:
    """Something to await that is no coroutine."""

    def __await__(self) -> Generator[None, None, None]:
        yield


@pytest.mark.parametrize("function", [hidden, coroutine, lambda _: Awaitable()])
def test_what_nobody_awaits_is_an_error_and_leaves_no_warning(
    function: Callable[[Any], object], caplog: pytest.LogCaptureFixture
) -> None:
    call(function, EVENT)  # a coroutine that is left behind would warn, which is an error here
    [record] = caplog.records
    assert record.name == "amisdk.handlers"
    assert "Hangup returned an awaitable" in record.getMessage()


@pytest.mark.parametrize("result", [None, 0, "text", [1]])
def test_what_a_function_returns_does_not_matter(
    result: object, caplog: pytest.LogCaptureFixture
) -> None:
    call(lambda _: result, EVENT)
    assert caplog.records == []
