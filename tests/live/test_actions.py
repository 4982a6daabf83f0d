"""Actions that read, each really sent; their replies must fit the spec to the last header."""

import asyncio
from typing import Any

import pytest
from amisdk_models import registry

from amisdk import RawAction, actions, errors
from amisdk.models import Action, ListAction
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live

ANYWHERE: list[Action[Any]] = [
    actions.Agents(),
    actions.BridgeList(),
    actions.BridgeTechnologyList(),
    actions.Challenge(auth_type="MD5"),
    actions.Command(command="core show version"),
    actions.ConfbridgeListRooms(),
    actions.CoreSettings(),
    actions.CoreShowChannels(),
    actions.CoreStatus(),
    actions.DAHDIShowChannels(),
    actions.DeviceStateList(),
    actions.Events(event_mask=["call", "system"]),
    actions.ExtensionStateList(),
    actions.FAXSessions(),
    actions.FAXStats(),
    actions.IAXpeerlist(),
    actions.IAXpeers(),
    actions.IAXregistry(),
    actions.ListCommands(),
    actions.MailboxCount(mailbox="6001@default"),
    actions.MailboxStatus(mailbox="6001@default"),
    actions.ParkedCalls(),
    actions.Parkinglots(),
    actions.PJSIPShowAors(),
    actions.PJSIPShowContacts(),
    actions.PJSIPShowEndpoints(),
    actions.PJSIPShowRegistrationInboundContactStatuses(),
    actions.PJSIPShowRegistrationsInbound(),
    actions.PJSIPShowSubscriptionsInbound(),
    actions.PJSIPShowSubscriptionsOutbound(),
    actions.PRIShowSpans(),
    actions.Ping(),
    actions.PresenceStateList(),
    actions.QueueRule(),
    actions.QueueStatus(),
    actions.QueueSummary(),
    actions.ShowDialPlan(),
    actions.Status(),
    actions.VoicemailUsersList(),
]
"""What any server answers, if it has the module."""

OURS: list[tuple[Action[Any], int]] = [
    (actions.Agents(), 2),
    (actions.BridgeTechnologyList(), 5),
    (actions.DeviceStateList(), 1),
    (actions.ExtensionStateList(), 3),
    (actions.IAXpeerlist(), 3),
    (actions.IAXpeers(), 3),
    (actions.IAXregistry(), 1),
    (actions.PJSIPShowAors(), 3),
    (actions.PJSIPShowAuths(), 3),
    (actions.PJSIPShowEndpoint(endpoint="6001"), 4),
    (actions.PJSIPShowEndpoint(endpoint="loop"), 5),
    (actions.PJSIPShowEndpoints(), 3),
    (actions.PJSIPShowRegistrationsInbound(), 3),
    (actions.PJSIPShowRegistrationsOutbound(), 2),
    (actions.PJSIPShowResourceLists(), 1),
    (actions.Parkinglots(), 2),
    (actions.QueueStatus(), 3),
    (actions.QueueStatus(queue="support", member="Alice Archer"), 2),
    (actions.QueueStatus(queue="nowhere"), 0),
    (actions.QueueSummary(queue="support"), 1),
    (actions.SIPpeers(), 3),
    (actions.SIPpeerstatus(), 3),
    (actions.SIPpeerstatus(peer="loop"), 1),
    (actions.SIPshowregistry(), 1),
    (actions.ShowDialPlan(context="scenarios"), 100),
    (actions.ShowDialPlan(context="scenarios", extension="100"), 3),
    (actions.VoicemailUserStatus(context="default", mailbox="6002"), 1),
    (actions.VoicemailUsersList(), 2),
]
"""Lists, with how many items our own server has at least."""

RULES = ("10,+2,+0", "20,+0,1")
SINGLE: list[tuple[Action[Any], dict[str, object]]] = [
    (actions.CoreSettings(), {"core_max_calls": 0, "core_http_enabled": False}),
    (actions.CoreStatus(), {"core_current_calls": 0}),
    (
        actions.ExtensionState(exten="6003", context="scenarios"),
        {"status": 0, "status_text": "Idle"},
    ),
    (actions.ExtensionState(exten="100", context="scenarios"), {"status": -1}),
    (actions.Getvar(variable="COMPANY"), {"variable": "COMPANY", "value": "Example Ltd"}),
    (actions.Getvar(variable="NOT_SET"), {"value": ""}),
    (actions.MailboxCount(mailbox="6002@default"), {"new_messages": 0, "old_messages": 0}),
    (actions.MailboxStatus(mailbox="6002@default"), {"waiting": False}),
    (actions.ModuleCheck(module="res_pjsip.so"), {"version": None}),
    (actions.Ping(), {"ping": "Pong"}),
    (actions.PresenceState(provider="CustomPresence:6003"), {"state": "not_set"}),
    (actions.QueueRule(rule="patience"), {"rule_list": ("patience",), "rule": RULES}),
    (actions.SIPqualifypeer(peer="loop"), {"message": "SIP peer found - will qualify"}),
    (actions.SIPshowpeer(peer="7001"), {"object_name": "7001", "dynamic": True}),
]
"""Single replies, with what some of their fields hold on our own server."""

REFUSED: list[tuple[Action[Any], str]] = [
    (actions.AgentLogoff(agent="nobody"), "No such agent"),
    (actions.ConfbridgeMute(conference="x", channel="x"), "No active conferences."),
    (actions.DAHDIDNDoff(dahdi_channel=1), "No such channel"),
    (actions.DAHDIDNDon(dahdi_channel=1), "No such channel"),
    (actions.DAHDIDialOffhook(dahdi_channel=1, number="100"), "No such channel"),
    (actions.DAHDIHangup(dahdi_channel=1), "No such channel"),
    (actions.DAHDIShowStatus(), "No DAHDI detected"),
    (actions.DAHDITransfer(dahdi_channel=1), "No such channel"),
    (actions.DBDel(family="nowhere", key="x"), "Database entry could not be deleted"),
    (actions.FAXSession(session_number=1), "Session not found"),
    (actions.GetConfig(filename="nowhere.conf"), "Config file not found"),
    (actions.Hangup(channel="nobody"), "No such channel"),
    (actions.ModuleCheck(module="nowhere.so"), "Module not loaded"),
    (actions.PJSIPShowEndpoint(endpoint="nobody"), "Unable to retrieve endpoint nobody"),
    (actions.PRIDebugSet(span=1, level="on"), "No PRI running on requested span"),
    (
        actions.QueueRemove(queue="x", interface="x"),
        "Unable to remove interface from queue: No such queue",
    ),
    (actions.SIPpeerstatus(peer="nobody"), "No such peer"),
    (actions.ShowDialPlan(context="nowhere"), "Did not find context nowhere"),
    (actions.Status(channel="nobody"), "No such channel"),
]
"""What the server must refuse, with its words."""


def _name(case: object) -> str:
    return case.ami_name if isinstance(case, Action) else ""


@pytest.mark.parametrize("action", ANYWHERE, ids=_name)
@asynchronous
async def test_a_reading_action_gets_the_reply_that_the_spec_declares(
    any_pbx: Pbx, action: Action[Any]
) -> None:
    async with any_pbx.desk() as desk:
        if any_pbx.server is None:
            known = (await desk.send(actions.ListCommands())).pairs
            if action.ami_name not in known:
                pytest.skip(f"the given server has not loaded {action.ami.module}")
        await desk.send(action)


@pytest.mark.parametrize(("action", "least"), OURS, ids=_name)
@asynchronous
async def test_a_list_is_gathered_whole(pbx: Pbx, action: ListAction[Any, Any], least: int) -> None:
    pbx.skip_unless_it_has(action)
    async with pbx.desk() as desk:
        reply = await desk.send(action)
        assert len(reply.items) >= least
        assert reply.end.event_list == "Complete"


@pytest.mark.parametrize("action", [case for case, least in OURS if least], ids=_name)
@asynchronous
async def test_a_list_streamed_has_the_same_items_as_when_gathered(
    pbx: Pbx, action: ListAction[Any, Any]
) -> None:
    pbx.skip_unless_it_has(action)
    async with pbx.desk() as desk:
        gathered = [type(item) for item in (await desk.send(action)).items]
        assert [type(item) async for item in desk.ami.stream(action)] == gathered


@pytest.mark.parametrize(("action", "fields"), SINGLE, ids=_name)
@asynchronous
async def test_a_single_reply_has_typed_fields(
    pbx: Pbx, action: Action[Any], fields: dict[str, object]
) -> None:
    pbx.skip_unless_it_has(action)
    async with pbx.desk() as desk:
        reply = await desk.send(action)
        assert {name: getattr(reply, name) for name in fields} == fields


@pytest.mark.parametrize(("action", "message"), REFUSED, ids=_name)
@asynchronous
async def test_a_refused_action_gets_the_servers_words(
    pbx: Pbx, action: Action[Any], message: str
) -> None:
    pbx.skip_unless_it_has(action)
    async with pbx.desk() as desk:
        await desk.send(action, error=message)


@asynchronous
async def test_lists_asked_for_at_once_are_not_mixed_up(pbx: Pbx) -> None:
    wanted = [
        actions.Agents(),
        actions.IAXpeerlist(),
        actions.PJSIPShowEndpoint(endpoint="6001"),
        actions.QueueStatus(),
        actions.ShowDialPlan(context="scenarios"),
        actions.VoicemailUsersList(),
    ]
    async with pbx.desk() as desk:
        one_by_one = [len((await desk.send(action)).items) for action in wanted]
        replies = await asyncio.gather(*(desk.send(action) for action in wanted * 5))
        assert [len(reply.items) for reply in replies] == one_by_one * 5


@asynchronous
async def test_an_error_that_means_nothing_to_list_is_an_empty_list(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        assert (await desk.ami.send(actions.DBGet(family="nowhere", key="x"))).items == ()
        assert (await desk.ami.send(actions.ConfbridgeList(conference="x"))).items == ()


@asynchronous
async def test_no_action_of_the_server_is_outside_the_versions_that_the_spec_states(
    any_pbx: Pbx,
) -> None:
    async with any_pbx.desk() as desk:
        listed = (await desk.send(actions.ListCommands())).pairs
        known = [registry.ACTIONS[name] for name in listed if name in registry.ACTIONS]
        assert len(known) > 60
        assert [cls.ami.name for cls in known if any_pbx.major not in cls.ami.versions] == []


@asynchronous
async def test_an_action_outside_its_versions_is_unknown_to_the_server(pbx: Pbx) -> None:
    absent = [cls for cls in registry.ACTIONS.values() if pbx.major not in cls.ami.versions]
    assert absent
    async with pbx.desk() as desk:
        for cls in absent:
            with pytest.raises(errors.UnknownAction):
                await desk.ami.send(RawAction(cls.ami.name))
