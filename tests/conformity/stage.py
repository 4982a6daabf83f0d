"""A call between two phones, 6001 and 6002: SIP phones of a real server, or those of the fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal, Protocol

from amisdk import events
from amisdk.testing import Call, FakeAsterisk
from tests.live.asterisk import Server
from tests.live.phones import Call as Leg
from tests.live.phones import Phone, phone_of
from tests.live.support import Desk

__all__ = ["Side", "Talk", "answering", "ringing"]

Side = Literal["caller", "callee"]


class Talk(Protocol):
    """A call of 6001's to 6002, in any state."""

    async def answer(self) -> None:
        """6002 answers."""

    async def decline(self) -> None:
        """6002 is busy."""

    async def hold(self, by: Side, *, on: bool = True) -> None:
        """One side puts the other on hold, or takes it back."""

    async def transfer(self, by: Side, *, ask: bool) -> None:
        """One side sends the other to 101; or asks at 500 first, and joins both."""

    async def hang_up(self, by: Side) -> None:
        """One side hangs up."""


class _Phones:
    """Two SIP phones."""

    def __init__(self, desk: Desk, phones: dict[Side, Phone], dialling: asyncio.Task[Any]) -> None:
        self._desk = desk
        self._phones = phones
        self._dialling = dialling
        self._legs: dict[Side, Leg] = {}

    async def ring(self) -> None:
        self._legs["callee"] = await self._phones["callee"].rung()
        self._legs["callee"].ring()

    async def answer(self) -> None:
        self._legs["callee"].answer()
        self._legs["caller"], _ = await self._dialling

    async def decline(self) -> None:
        self._legs["callee"].decline()
        await self._dialling

    async def hold(self, by: Side, *, on: bool = True) -> None:
        await self._legs[by].hold(on=on)

    async def transfer(self, by: Side, *, ask: bool) -> None:
        if not ask:
            await self._legs[by].transfer("101")
            return
        await self.hold(by)
        second = await self._phones[by].dial("500")
        await self._desk.first(events.BridgeEnter, exten="500")
        await self._legs[by].transfer(second)

    async def hang_up(self, by: Side) -> None:
        await self._legs[by].hang_up()


class _Played:
    """A call of the fake server's."""

    def __init__(self, server: FakeAsterisk) -> None:
        self._server = server
        self._call: Call = server.call("PJSIP/6001", "PJSIP/6002", context="scenarios")

    async def answer(self) -> None:
        self._call.answer()

    async def decline(self) -> None:
        self._call.busy()

    async def hold(self, by: Side, *, on: bool = True) -> None:
        if on:
            self._call.hold(by=by)
        else:
            self._call.unhold(by=by)

    async def transfer(self, by: Side, *, ask: bool) -> None:
        if not ask:
            self._call.transfer("101", by=by, context="scenarios")
            return
        self._call.hold(by=by)
        self._server.incoming(
            f"PJSIP/{6001 if by == 'caller' else 6002}", "500", context="scenarios"
        )
        self._call.unhold(by=by)
        self._call.transfer(self._server.calls[-1], by=by)

    async def hang_up(self, by: Side) -> None:
        self._call.hangup(by=by)


async def _logged_in(desk: Desk) -> None:
    await desk.first(events.FullyBooted)
    desk.seen.clear()


@asynccontextmanager
async def ringing(desk: Desk) -> AsyncIterator[Talk]:
    """Have 6001 call 6002, which rings; what was seen before is forgotten."""
    server: Any = desk.pbx.server
    if not isinstance(server, Server):
        await _logged_in(desk)
        yield _Played(server.fake)
        return
    async with phone_of(server, "6001") as alice, phone_of(server, "6002") as bob:
        await alice.register()
        await bob.register()
        await desk.first(events.ContactStatus, uri=bob.contact, contact_status="Reachable")
        desk.seen.clear()
        dialling = asyncio.create_task(alice.try_to_dial("6002"))
        phones = _Phones(desk, {"caller": alice, "callee": bob}, dialling)
        await phones.ring()
        await desk.first(events.DialState, dial_status="RINGING")
        yield phones
        await desk.clear()


@asynccontextmanager
async def answering(desk: Desk) -> AsyncIterator[None]:
    """Have 6001 and 6002 answer whoever calls them; what was seen before is forgotten."""
    if not isinstance(desk.pbx.server, Server):
        await _logged_in(desk)
        yield
        return

    async def answer(phone: Phone) -> None:
        leg = await phone.rung()
        leg.ring()
        leg.answer()

    async with phone_of(desk.pbx.server, "6001") as alice, phone_of(desk.pbx.server, "6002") as bob:
        await alice.register()
        await bob.register()
        await desk.first(events.ContactStatus, uri=bob.contact, contact_status="Reachable")
        desk.seen.clear()
        async with asyncio.TaskGroup() as tasks:
            for phone in (alice, bob):
                tasks.create_task(answer(phone))
            yield
        await desk.clear()
