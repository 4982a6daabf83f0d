"""Scenarios: what a server keeps, sessions, and what is read."""

from __future__ import annotations

import asyncio
from typing import Any

from amisdk import RawAction, actions, events
from amisdk.models import Action
from tests.conformity.observation import Observer, observing
from tests.conformity.scenario import scenario

__all__: list[str] = []


@scenario("DBGetResponse", "DBGetTreeResponse")
async def the_database(desk: Observer) -> None:
    own: dict[str, Any] = {"family": "conformity"}
    for action in (
        actions.DBPut(key="a", val="1", **own),
        actions.DBPut(key="b", val='Zoë \\ "x", y = z ', **own),
        actions.DBGet(key="b", **own),
        actions.DBGet(key="x", **own),
        actions.DBGetTree(**own),
        actions.DBGetTree(family="nowhere"),
        actions.DBDel(key="a", **own),
        actions.DBDel(key="a", **own),
        actions.DBDelTree(**own),
        actions.DBDelTree(**own),
    ):
        await desk.send(action)
    kept = [event.val for event in desk.every(events.DBGetTreeResponse)]
    assert kept == ["1", 'Zoë \\ "x", y = z ']


@scenario("DeviceStateChange", "ExtensionStatus")
async def states_of_devices_and_extensions(desk: Observer) -> None:
    ask = actions.ExtensionState(exten="6003", context="scenarios")
    states = []
    for state in ("INUSE", "RINGING", "ONHOLD", "NOT_INUSE"):
        await desk.send(actions.Setvar(variable="DEVICE_STATE(Custom:6003)", value=state))
        await desk.first(events.DeviceStateChange, device="Custom:6003", state=state)
        told = await desk.send(ask)
        states.append((told.status, told.status_text))
    assert states == [(1, "InUse"), (8, "Ringing"), (16, "Hold"), (0, "Idle")]
    await desk.send(actions.ExtensionState(exten="nowhere", context="scenarios"))
    await desk.send(actions.ExtensionStateList())
    await desk.send(actions.DeviceStateList())


@scenario("PresenceStateChange", "PresenceStatus")
async def presences(desk: Observer) -> None:
    provider = "CustomPresence:6003"
    ask = actions.PresenceState(provider=provider)
    set_to = f"PRESENCE_STATE({provider})"
    await desk.send(actions.Setvar(variable=set_to, value="not_set"))
    await desk.send(ask)
    await desk.send(actions.Setvar(variable=set_to, value="away,lunch,back at one"))
    told = await desk.first(events.PresenceStateChange, presentity=provider, status="away")
    assert (told.subtype, told.message) == ("lunch", "back at one")
    await desk.first(events.PresenceStatus, exten="6003", status="away")
    await desk.send(ask)
    await desk.send(actions.PresenceState(provider="nowhere"))
    listed = await desk.send(actions.PresenceStateList())
    assert [(item.presentity, item.status) for item in listed.items] == [(provider, "away")]
    await desk.send(actions.Setvar(variable=set_to, value="not_set"))


# --- sessions -----------------------------------------------------------------------------


@scenario("UserEvent")
async def user_events_go_to_everybody(desk: Observer) -> None:
    async with observing(desk.pbx, "calls") as other:
        await desk.send(actions.UserEvent(user_event="Order", headers={"Number": 42}))
        told = await other.first(events.UserEvent, user_event="Order")
        assert dict(told.extra_headers) == {"Number": "42"}
        assert (await desk.first(events.UserEvent)).action_id == told.action_id


ROLES = {
    "calls": {"call", "agent", "user"},
    "dialplan": {"dialplan", "dtmf", "cdr"},
    "deaf": set(),
}


@scenario("Newchannel")
async def users_see_the_events_of_their_classes(desk: Observer) -> None:
    for role, classes in ROLES.items():
        async with observing(desk.pbx, role) as other:
            call = await desk.call("100")
            await desk.send(actions.Hangup(channel=call.near))
            await desk.first(events.Hangup, channel=call.near)
            await desk.quiet(actions.UserEvent(user_event=role))
            await desk.first(events.UserEvent, user_event=role)
            await other.quiet(actions.Ping())
            seen = {word for event in other.seen for word in event.privilege or ()} - {"all"}
            assert seen <= classes
            assert bool(seen) == bool(classes)


@scenario("Newchannel")
async def masks_and_filters_hold_events_back(desk: Observer) -> None:
    async with (
        observing(desk.pbx, events="user") as masked,
        observing(desk.pbx, "filtered") as filtered,
        observing(desk.pbx, events="off") as off,
    ):
        call = await desk.call("100")
        await desk.send(actions.Hangup(channel=call.near))
        await filtered.first(events.Hangup, channel=call.near)
        await desk.quiet(actions.UserEvent(user_event="x"))
        await masked.first(events.UserEvent, user_event="x")
        await off.quiet(actions.Ping())
        assert {event.ami_name for event in masked.seen} == {"UserEvent"}
        names = {event.ami_name for event in filtered.seen}
        assert names <= {"Hangup", "HangupRequest", "UserEvent", "FullyBooted"}
        assert off.seen == []


@scenario()
async def users_may_send_what_they_may(desk: Observer) -> None:
    for role in ("readonly", "calls", "dialplan"):
        async with observing(desk.pbx, role) as other:
            for action in (
                actions.Ping(),
                actions.CoreStatus(),
                actions.DBPut(family="x", key="y", val="z"),
                actions.Command(command="core show version"),
                actions.QueueStatus(queue="nowhere"),
                actions.Hangup(channel="nobody"),
            ):
                desk.observation.reply(action, await other.send(action))


@scenario()
async def the_mask_is_changed(desk: Observer) -> None:
    for mask in ("call", "call,agent", "off", "on", "nonsense"):
        await desk.send(actions.Events(event_mask=mask))
    await desk.send(actions.Events(event_mask="on"))


@scenario("Hangup")
async def waiting_for_events(desk: Observer) -> None:
    call = await desk.call("104")
    reply = await desk.quiet(actions.WaitEvent(timeout=20))
    assert reply.end is not None
    await desk.first(events.Hangup, channel=call.near)


@scenario()
async def a_filter_is_added(desk: Observer) -> None:
    await desk.send(actions.Filter(operation="Add", filter="Event: Hangup"))
    await desk.send(actions.Filter(operation="Add", filter="("))


# --- what is read -------------------------------------------------------------------------


@scenario()
async def settings_and_commands(desk: Observer) -> None:
    for action in (
        actions.Ping(),
        actions.CoreSettings(),
        actions.CoreStatus(),
        actions.ListCommands(),
        actions.Command(command="core show nonsense"),
        actions.Command(command="core show uptime"),
        RawAction("NoSuchAction"),
        actions.Reload(),
        actions.LoggerRotate(),
        actions.ModuleCheck(module="res_pjsip.so"),
    ):
        await desk.send(action)


@scenario(examples=True)
async def configuration_is_read(desk: Observer) -> None:
    for action in (
        actions.GetConfig(filename="queues.conf"),
        actions.GetConfigJSON(filename="queues.conf"),
        actions.ListCategories(filename="queues.conf"),
    ):
        await desk.send(action)


READ: list[Action[Any]] = [
    actions.Agents(),
    actions.BridgeTechnologyList(),
    actions.FAXSessions(),
    actions.FAXStats(),
    actions.IAXpeerlist(),
    actions.IAXpeers(),
    actions.IAXregistry(),
    actions.MailboxCount(mailbox="6001@default"),
    actions.MailboxStatus(mailbox="6001@default"),
    actions.PJSIPShowAors(),
    actions.PJSIPShowAuths(),
    actions.PJSIPShowEndpoint(endpoint="loop"),
    actions.PJSIPShowEndpoints(),
    actions.PJSIPShowRegistrationsInbound(),
    actions.PJSIPShowRegistrationsOutbound(),
    actions.PJSIPShowResourceLists(),
    actions.PresenceState(provider="CustomPresence:6003"),
    actions.QueueRule(),
    actions.ShowDialPlan(context="scenarios"),
    actions.VoicemailUsersList(),
    actions.VoicemailUserStatus(context="default", mailbox="6002"),
]


@scenario(examples=True)
async def lists_and_replies_are_read(desk: Observer) -> None:
    for action in READ:
        await desk.send(action)


@scenario(versions=(16,), examples=True)
async def what_only_16_has(desk: Observer) -> None:
    for action in (
        actions.SIPpeers(),
        actions.SIPshowregistry(),
        actions.SIPpeerstatus(peer="loop"),
        actions.SIPqualifypeer(peer="loop"),
        actions.SIPshowpeer(peer="7001"),
    ):
        await desk.send(action)


@scenario(versions=(22,), examples=True)
async def what_16_has_not_yet_and_22_no_longer(desk: Observer) -> None:
    await desk.send(actions.PJSIPShowMaintenance())
    await desk.send(actions.SIPpeers())
    await desk.send(actions.PJSIPHangup(channel="nobody", cause="16"))
    await asyncio.sleep(0)
