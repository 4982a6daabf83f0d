"""Actions that change the server or the session: modules, dialplan, queues, presence, filters."""

import asyncio

import pytest

from amisdk import actions, errors, events
from tests.live.asterisk import Server
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live

MEMBER = "Local/212@scenarios"


@asynchronous
async def test_a_module_is_unloaded_and_loaded(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        module = "app_zapateller.so"
        await desk.send(actions.ModuleLoad(module=module, load_type="unload"))
        await desk.first(events.Unload, module=module)
        await desk.send(actions.ModuleCheck(module=module), error="Module not loaded")
        await desk.send(actions.ModuleLoad(module=module, load_type="load"))
        await desk.first(events.Load, module=module)
        await desk.send(actions.ModuleCheck(module=module))


@asynchronous
async def test_a_module_is_reloaded(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(actions.ModuleLoad(module="res_musiconhold.so", load_type="reload"))
        await desk.first(events.Reload, module="res_musiconhold.so")
        await desk.send(actions.Reload(module="res_parking.so"))
        await desk.first(events.Reload, module="res_parking.so")


@asynchronous
async def test_an_extension_is_added_and_removed(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(
            actions.DialplanExtensionAdd(
                context="live",
                extension="1",
                priority=1,
                application="Wait",
                application_data="5,really",
            )
        )
        shown = await desk.send(actions.ShowDialPlan(context="live"))
        assert [(item.extension, item.application, item.app_data) for item in shown.items] == [
            ("1", "Wait", "5,really")
        ]
        await desk.send(actions.DialplanExtensionRemove(context="live", extension="1"))
        await desk.send(
            actions.ShowDialPlan(context="live", extension="1"),
            error="Did not find extension 1@live",
        )


@asynchronous
async def test_presence_and_device_states_are_set_and_told(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        provider = "CustomPresence:6003"
        await desk.send(
            actions.Setvar(variable=f"PRESENCE_STATE({provider})", value="away,lunch,back at one")
        )
        told = await desk.first(events.PresenceStateChange, presentity=provider)
        assert (told.status, told.subtype, told.message) == ("away", "lunch", "back at one")
        state = await desk.send(actions.PresenceState(provider=provider))
        assert (state.state, state.subtype) == ("away", "lunch")
        assert state.presence_message == "back at one"
        listed = await desk.send(actions.PresenceStateList())
        assert [item.presentity for item in listed.items] == [provider]
        await desk.send(actions.Setvar(variable="DEVICE_STATE(Custom:6003)", value="RINGING"))
        await desk.first(events.DeviceStateChange, device="Custom:6003", state="RINGING")
        hint = await desk.send(actions.ExtensionState(exten="6003", context="scenarios"))
        assert (hint.status, hint.status_text) == (8, "Ringing")
        await desk.send(actions.Setvar(variable="DEVICE_STATE(Custom:6003)", value="NOT_INUSE"))
        await desk.send(actions.Setvar(variable=f"PRESENCE_STATE({provider})", value="not_set"))


@asynchronous
async def test_a_queue_member_is_managed(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(
            actions.QueueAdd(
                queue="empty-queue", interface=MEMBER, member_name="Bob", penalty=1, paused=True
            )
        )
        added = await desk.first(events.QueueMemberAdded, interface=MEMBER)
        assert (added.member_name, added.penalty, added.paused) == ("Bob", 1, True)
        await desk.send(
            actions.QueueAdd(queue="empty-queue", interface=MEMBER),
            error="Unable to add interface: Already there",
        )
        await desk.send(actions.QueuePenalty(interface=MEMBER, penalty=3))
        await desk.first(events.QueueMemberPenalty, penalty=3)
        await desk.send(actions.QueueMemberRingInUse(interface=MEMBER, ring_in_use=False))
        await desk.first(events.QueueMemberRinginuse, ring_in_use=False)
        await desk.send(
            actions.QueuePause(
                interface=MEMBER, paused=False, queue="empty-queue", reason="back, at last"
            )
        )
        await desk.first(events.QueueMemberPause, paused=False)
        await desk.send(actions.QueuePause(interface=MEMBER, paused=True, reason="lunch, long"))
        paused = await desk.first(events.QueueMemberPause, paused=True)
        assert paused.paused_reason == "lunch, long"
        await desk.send(actions.QueueRemove(queue="empty-queue", interface=MEMBER))
        await desk.first(events.QueueMemberRemoved, interface=MEMBER)


@asynchronous
async def test_a_queue_is_logged_to_reset_and_reloaded(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(actions.QueueLog(queue="support", event="SURVEY", message="rating=5"))
        await desk.send(actions.QueueReset(queue="support"))
        await desk.send(actions.QueueReload(queue="support", members=True, parameters=True))


@asynchronous
async def test_a_waiting_caller_is_moved_and_withdrawn(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("202")
        await desk.first(events.QueueCallerJoin, channel=call.far)
        await desk.send(
            actions.QueueChangePriorityCaller(queue="empty-queue", caller=call.far, priority=7)
        )
        status = await desk.send(actions.QueueStatus(queue="empty-queue"))
        entry = next(item for item in status.items if isinstance(item, events.QueueEntry))
        assert (entry.channel, entry.priority) == (call.far, 7)
        await desk.send(
            actions.QueueWithdrawCaller(
                queue="empty-queue", caller=call.far, withdraw_info="callback"
            )
        )
        await desk.first(events.QueueCallerLeave, channel=call.far)


@asynchronous
async def test_an_agent_is_logged_off(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        call = await desk.call("220")
        await desk.first(events.AgentLogin, agent="1001")
        listed = await desk.send(actions.Agents())
        carol = next(item for item in listed.items if item.agent == "1001")
        assert (carol.name, carol.status, carol.channel) == (
            "Carol Carter",
            "AGENT_IDLE",
            call.far,
        )
        await desk.send(actions.AgentLogoff(agent="1001"))
        await desk.first(events.AgentLogoff, agent="1001")


@asynchronous
async def test_a_jabber_message_is_taken_and_its_second_answer_dropped(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(
            actions.JabberSend(jabber="nobody", screen_name="ann@example.com", message="hello")
        )
        await desk.send(actions.Ping())


@asynchronous
async def test_dahdi_restarts_without_hardware(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(actions.DAHDIRestart())


@asynchronous
async def test_wait_event_gathers_what_comes_meanwhile(pbx: Pbx) -> None:
    async with pbx.desk(events="dialplan") as waiting, pbx.desk() as raising:

        async def raise_events() -> None:
            while True:
                await raising.send(actions.Setvar(variable="LIVE", value="1"))
                await asyncio.sleep(0.02)

        task = asyncio.create_task(raise_events())
        # An event that this session does not see ends the wait too.
        while not (reply := await waiting.send(actions.WaitEvent(timeout=10))).items:
            pass
        task.cancel()
        assert {type(item) for item in reply.items} == {events.VarSet}
        assert isinstance(reply.end, events.WaitEventComplete)


@asynchronous
async def test_a_filter_lets_only_its_events_through(pbx: Pbx) -> None:
    async with pbx.desk() as filtered, pbx.desk() as other:
        await filtered.send(actions.Filter(operation="Add", filter="Event: UserEvent"))
        for desk in (filtered, other):
            desk.seen.clear()
        await other.call("100")
        await other.send(actions.UserEvent(user_event="Last"))
        for desk in (filtered, other):
            await desk.first(events.UserEvent, user_event="Last")
        assert {type(event) for event in filtered.seen} == {events.UserEvent}
        assert other.every(events.Newchannel)


@asynchronous
async def test_the_event_mask_is_changed_and_the_server_says_so(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        none = await desk.send(actions.Events(event_mask="off"))
        assert none.events is False
        some = await desk.send(actions.Events(event_mask=["user", "call"]))
        assert some.events is True


@asynchronous
async def test_a_second_login_is_taken_and_changes_nothing(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        reply = await desk.send(actions.Login(username="nobody", secret="wrong"))
        assert reply.message == "Already authenticated"


@asynchronous
async def test_logoff_is_answered_goodbye_and_ends_the_connection(pbx: Pbx) -> None:
    async with pbx.desk("deaf") as desk:
        reply = await desk.send(actions.Logoff())
        assert (reply.response, reply.ok) == ("Goodbye", True)
        await desk.ami.wait_closed()
        with pytest.raises(errors.ConnectionClosed):
            await desk.ami.send(actions.Ping())


@asynchronous
async def test_a_bridge_technology_is_suspended_and_back(pbx: Pbx) -> None:
    async with pbx.desk() as desk:

        async def suspended() -> list[str | None]:
            listed = await desk.send(actions.BridgeTechnologyList())
            return [item.bridge_technology for item in listed.items if item.bridge_suspended]

        assert await suspended() == []
        await desk.send(actions.BridgeTechnologySuspend(bridge_technology="native_rtp"))
        assert await suspended() == ["native_rtp"]
        await desk.send(actions.BridgeTechnologyUnsuspend(bridge_technology="native_rtp"))
        assert await suspended() == []


@asynchronous
async def test_a_cache_of_configuration_is_expired_and_marked_stale(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        for expire in (
            actions.SorceryMemoryCacheStaleObject(cache="auths", object="6001"),
            actions.SorceryMemoryCacheExpireObject(cache="auths", object="6001"),
        ):
            await desk.send(actions.PJSIPShowEndpoint(endpoint="6001"))
            await desk.send(expire)
        await desk.send(actions.SorceryMemoryCacheStale(cache="auths"))
        await desk.send(actions.SorceryMemoryCacheExpire(cache="auths"))
        await desk.send(
            actions.SorceryMemoryCachePopulate(cache="auths"),
            error="The provided cache does not have full backend caching enabled",
        )


@asynchronous
async def test_the_logs_are_rotated_and_set(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk:
        await desk.send(actions.LoggerRotate())
        log = server.home.relative_to(server.tree) / "log" / "pri.log"
        await desk.send(actions.PRIDebugFileSet(file=f"/{log}"))
        assert (server.tree / log).exists()
        await desk.send(actions.PRIDebugFileUnset())


@asynchronous
async def test_skinny_devices_come_glued_to_the_end_of_their_list(pbx: Pbx) -> None:
    pbx.skip_unless_it_has(actions.SKINNYdevices())
    async with pbx.desk() as desk:
        devices = (await desk.send(actions.SKINNYdevices())).end
        assert devices is not None
        assert devices.headers["ObjectName"] == "desk"
        assert devices.headers.all("Event") == ("DeviceEntry", "DevicelistComplete")
        lines = (await desk.send(actions.SKINNYlines())).end
        assert lines is not None
        assert lines.headers["ObjectName"] == "6501"
        assert lines.headers.all("Event") == ("LineEntry", "LinelistComplete")


@asynchronous
async def test_text_without_response_is_a_reply_with_fields(pbx: Pbx) -> None:
    pbx.skip_unless_it_has(actions.SKINNYlines())
    async with pbx.desk() as desk:
        device = await desk.send(actions.SKINNYshowdevice(device="desk"))
        assert "ObjectName: desk" in device.text.splitlines()
        assert (device.object_name, device.device_status) == ("desk", "unregistered")
        assert device.line == ("6501 ()",)
        line = await desk.send(actions.SKINNYshowline(line="6501"))
        assert "ObjectName: 6501" in line.text.splitlines()
        assert (line.object_name, line.device, line.transfer) == ("6501", "desk", True)
        assert (await desk.send(actions.Ping())).ping == "Pong"


@asynchronous
async def test_sip_peers_are_notified(pbx: Pbx) -> None:
    notify = actions.SIPnotify(channel="SIP/loop", variables={"Event": "check-sync"})
    pbx.skip_unless_it_has(notify)
    async with pbx.desk() as desk:
        await desk.send(notify)


@asynchronous
async def test_iax_statistics_of_no_call_end_by_their_timeout(pbx: Pbx) -> None:
    async with pbx.desk(events="off") as desk:
        with pytest.raises(errors.ActionTimeout):
            await desk.ami.send(actions.IAXnetstats(), timeout=0.2)
        assert (await desk.send(actions.Ping())).ping == "Pong"
