"""A server that restarts, or is killed, under its clients; and comes back."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple, TypeVar

import pytest

from amisdk import Event, actions, errors, events, lifecycle
from tests.live.asterisk import Server
from tests.live.drivers import PATIENCE, Driver, Drivers

R = TypeVar("R")

pytestmark = pytest.mark.live


class Outage(NamedTuple):
    """How a server goes; `Server.start` brings it back, or waits for it."""

    begin: Callable[[Server, Driver], None]
    is_announced: bool


def restart(_: Server, other: Driver) -> None:
    """Have a client order the restart. It is the one whom the server tells nothing."""
    ordered = other.begin(actions.Command(command="core restart now"))
    assert type(ordered.exception(PATIENCE)) is errors.OutcomeUnknown


def kill(server: Server, _: Driver) -> None:
    """End the process, and nobody is told."""
    server.kill()


OUTAGES = {
    "core restart now": Outage(restart, is_announced=True),
    "kill -9": Outage(kill, is_announced=False),
}


@pytest.fixture(params=OUTAGES.values(), ids=list(OUTAGES))
def outage(request: pytest.FixtureRequest) -> Outage:
    """Each of the outages."""
    found: Outage = request.param
    return found


def lists_until_it_is_gone(ami: Driver, go: Callable[[], None]) -> list[Future[Any]]:
    """Keep some lists in flight, let the server go, and end when the connection is lost."""
    begun: list[Future[Any]] = []
    with ThreadPoolExecutor(1) as aside:
        going: Future[None] | None = None
        while not ami.every(lifecycle.Disconnected):
            begun.append(ami.begin(actions.ShowDialPlan(), offline="fail"))
            wait(begun[:-20], PATIENCE)
            if going is None and len(begun) > 20:
                going = aside.submit(go)
        assert going is not None
        going.result(PATIENCE)
    return begun


def outcomes(begun: list[Future[R]]) -> tuple[list[R], list[BaseException]]:
    """Return what came, and what was raised."""
    faults = [one.exception(PATIENCE) for one in begun]
    came = [one.result() for one, fault in zip(begun, faults, strict=True) if fault is None]
    return came, [fault for fault in faults if fault is not None]


def test_who_waits_is_told_and_what_comes_later_works(
    spare: Server, drivers: Drivers, outage: Outage
) -> None:
    ami = drivers(spare)
    whole = len(ami.send(actions.ShowDialPlan()).items)
    rings = ami.begin_call(actions.Originate(channel="Local/102@scenarios", application="Wait"))
    ami.first(events.Newstate, channel_state_desc="Ringing")
    other = drivers(spare)
    lists = lists_until_it_is_gone(ami, lambda: outage.begin(spare, other))
    refused = ami.begin(actions.Ping(), offline="fail")
    # The first action on the new connection: only a server that is all there knows it.
    held = ami.begin(actions.PJSIPShowEndpoints(), timeout=PATIENCE)
    spare.start()

    assert held.result(PATIENCE).items
    assert type(refused.exception(PATIENCE)) is errors.NotSent
    came, failed = outcomes(lists)
    assert {len(reply.items) for reply in came} == {whole}
    # A server that ends in good order may say no to the last ones, and ends its calls.
    says_no = {errors.ActionFailed} if outage.is_announced else set()
    kinds = {type(error) for error in failed}
    assert kinds <= {errors.OutcomeUnknown, errors.NotSent} | says_no
    assert outage.is_announced or errors.OutcomeUnknown in kinds
    cut = [error for error in failed if isinstance(error, errors.ConnectionClosed)]
    assert all(isinstance(e.action, actions.ShowDialPlan) and len(e.items) < whole for e in cut)
    told = errors.OriginateFailed if outage.is_announced else errors.OutcomeUnknown
    assert type(rings.exception(PATIENCE)) is told

    disconnected = ami.first(lifecycle.Disconnected)
    back = ami.first(lifecycle.Reconnected)
    shutdowns = ami.every(events.Shutdown)
    assert [event.restart for event in shutdowns] == [True] * outage.is_announced
    order = [ami.seen.index(event) for event in (*shutdowns, disconnected, back)]
    assert order == sorted(order)
    assert back.gap > 0
    assert ami.send(actions.CoreShowChannels()).items == ()
    stats = ami.client.stats
    assert (stats.pending, stats.unmatched, stats.connections) == (0, 0, 2)


def tell_apart(ami: Driver, told: str) -> list[Event]:
    """Raise events of calls and one of the user's; return what came of both, up to the latter."""
    mark = ami.mark()
    with pytest.raises(errors.OriginateFailed):
        # Synchronous: its channels are gone when the answer comes, and so are their events.
        ami.send(actions.Originate(channel="Local/9017@scenarios", application="Wait"))
    ami.send(actions.UserEvent(user_event=told))
    ami.first(events.UserEvent, after=mark, user_event=told)
    return ami.every(Event, after=mark)


def test_filters_and_the_event_mask_hold_on_the_next_connection(
    spare: Server, drivers: Drivers, outage: Outage
) -> None:
    masked, filtered, all_ears = drivers(spare), drivers(spare), drivers(spare)
    masked.send(actions.Events(event_mask="user"))
    # This one keeps FullyBooted back as well, where it is raised after the login.
    filtered.send(actions.Filter(operation="Add", filter="Event: UserEvent"))
    few = (masked, filtered)
    for ami in few:
        assert {type(event) for event in tell_apart(ami, "Before")} == {events.UserEvent}
    assert {type(event) for event in tell_apart(all_ears, "Before")} > {events.UserEvent}

    outage.begin(spare, all_ears)
    spare.start()
    for ami in (*few, all_ears):
        ami.first(lifecycle.Reconnected)
    for ami in few:
        assert {type(event) for event in tell_apart(ami, "After")} == {events.UserEvent}
    assert {type(event) for event in tell_apart(all_ears, "After")} > {events.UserEvent}
    # Waiting in vain for FullyBooted would have taken all of the connect deadline.
    assert filtered.first(lifecycle.Reconnected).gap < 9
