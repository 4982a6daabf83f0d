"""Originate: a call that the server makes, and what it says became of it."""

from __future__ import annotations

import asyncio
from functools import partial

from .calls import Call, device_of, dial
from .channels import Values
from .reading import variables_in
from .request import Play, Request, is_true, number_in
from .world import World

__all__ = ["Originates"]

TIMEOUT = 30_000
REASONS = {"BUSY": 5, "NOANSWER": 3, "CONGESTION": 8}
"""Why a call failed, by how dialling it ended; 0 for the rest."""
NOTHING = "<unknown>"
DANGEROUS = ("system", "exec", "agi", "mixmonitor", "externalivr")
"""Applications that need the class ``system``: what is in their names."""


class Originates:
    """The action Originate."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.plays: dict[str, Play] = {"Originate": self._originate}

    async def _originate(self, ask: Request) -> None:
        destination = ask["Channel"]
        if "/" not in destination:
            ask.error("Invalid channel")
        elif not ask["Application"] and not (ask["Exten"] or ask["Priority"]):
            ask.error("Originate with 'Exten' requires 'Context' and 'Priority'")
        elif not self._may(ask):
            reason = "Application" if ask.dialect.recorded == 16 else "app or data blacklisted"
            ask.error(f"Originate Access Forbidden: {reason}")
        elif is_true(ask["Async"]):
            ask.ok("Originate successfully queued")
            self._begin(ask, asyncio.get_running_loop().create_future())
        else:
            outcome: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._begin(ask, outcome)
            if await outcome:
                ask.ok("Originate successfully queued")
            else:
                ask.error("Originate failed")

    def _may(self, ask: Request) -> bool:
        """Tell whether the user may have this application executed."""
        user, name = ask.session.user, ask["Application"].lower()
        return user.may_send(["system"]) or not any(word in name for word in DANGEROUS)

    def _begin(self, ask: Request, outcome: asyncio.Future[bool]) -> None:
        if self.world.devices.get(device_of(ask["Channel"])) == "UNAVAILABLE":
            self._fail(ask, outcome)
            return
        variables = dict(pair for one in ask.headers.all("Variable") for pair in variables_in(one))
        timeout = number_in(ask["Timeout"], TIMEOUT) / 1000
        dial(
            self.world,
            None,
            ask["Channel"],
            application="AppDial2",
            timeout=timeout if timeout > 0 else None,
            caller_id=ask["CallerID"],
            variables=variables,
            begun=partial(self._begun, ask),
            answered=partial(self._answered, ask, outcome),
            failed=partial(self._failed, ask, outcome),
        )

    def _begun(self, ask: Request, call: Call) -> None:
        call.callee.account_code = ask["Account"]

    def _answered(self, ask: Request, outcome: asyncio.Future[bool], call: Call) -> None:
        channel = call.callee
        settle(outcome, True)
        own = {
            "Response": "Success",
            "Channel": channel.name,
            "Reason": 4,
            "Uniqueid": channel.unique_id,
            "CallerIDNum": channel.caller_id_num or NOTHING,
            "CallerIDName": channel.caller_id_name or NOTHING,
        }
        shown = {f"ChanVariable({channel.name})": channel.shown_variables()}
        self._tell(ask, {**own, **shown})
        if ask["Application"]:
            self.world.dialplan.execute(channel, ask["Application"], ask["Data"])
        else:
            context = ask["Context"] or channel.context
            self.world.dialplan.run(channel, context, ask["Exten"])

    def _failed(self, ask: Request, outcome: asyncio.Future[bool], call: Call) -> None:
        own: Values = {"Reason": REASONS.get(call.dial_status or "", 0)}
        if ask["CallerID"]:
            own["CallerIDNum"] = call.callee.caller_id_num
            own["CallerIDName"] = call.callee.caller_id_name
        self._fail(ask, outcome, own)

    def _fail(
        self, ask: Request, outcome: asyncio.Future[bool], values: Values | None = None
    ) -> None:
        settle(outcome, False)
        own = {
            "Response": "Failure",
            "Channel": ask["Channel"],
            "Reason": 0,
            "Uniqueid": NOTHING,
            "CallerIDNum": NOTHING,
            "CallerIDName": NOTHING,
        }
        self._tell(ask, {**own, **(values or {})})

    def _tell(self, ask: Request, values: Values) -> None:
        if not is_true(ask["Async"]):
            return
        goal = ("Application", "Data") if ask["Application"] else ("Context", "Exten")
        told = {key: ask[key] for key in goal}
        own = {"ActionID": ask.action_id} if ask.action_id else {}
        self.world.tell("OriginateResponse", {**own, **values, **told})


def settle(outcome: asyncio.Future[bool], value: bool) -> None:
    """Tell who waits for the outcome; nobody may."""
    if not outcome.done():
        outcome.set_result(value)
