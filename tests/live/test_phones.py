"""SIP phones: registered, tested, subscribed, refused, called, on hold and transferred.

What both drivers do is tested with a phone of each, 6001 of PJSIP and 7001 of chan_sip.
"""

import asyncio

import pytest
from amisdk_models import registry

from amisdk import actions, errors, events
from tests.live.asterisk import Server
from tests.live.phones import Call, Message, Phone, phone_of
from tests.live.support import Desk, Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live

NAMES = {"6001": "PJSIP/6001", "7001": "SIP/7001"}


@pytest.fixture(params=NAMES, ids=["pjsip", "sip"])
def user(request: pytest.FixtureRequest, pbx: Pbx) -> str:
    """A phone of each driver that the server has."""
    number: str = request.param
    if number == "7001":
        pbx.skip_unless_it_has(actions.SIPpeers())
    return number


@pytest.fixture
def chan_sip(pbx: Pbx) -> None:
    """Skip the test where chan_sip is gone."""
    pbx.skip_unless_it_has(actions.SIPpeers())


async def connect(desk: Desk, phone: Phone, exten: str) -> tuple[Call, str]:
    """Call an extension that dials on; return the call, once it is connected, and its channel."""
    call = await phone.dial(exten)
    channel = await channel_of(desk, phone, exten)
    await desk.first(events.BridgeEnter, channel=channel)
    return call, channel


async def channel_of(desk: Desk, phone: Phone, exten: str) -> str:
    """Return the name of the channel of a phone's call to an extension."""
    new = await desk.first(events.Newchannel, caller_id_num=phone.user, exten=exten)
    assert new.channel is not None
    return new.channel


async def noticed(phone: Phone, event: str) -> Message:
    """Return the first NOTIFY about an event that reaches a phone."""
    return await phone.asked("NOTIFY", lambda notice: notice["Event"] == event)


async def reached(desk: Desk, peer: str) -> events.PeerStatus:
    """Return the status of a peer of chan_sip, once it has answered a test."""
    while True:
        (status,) = (await desk.send(actions.SIPpeerstatus(peer=peer))).items
        if status.peer_status == "Reachable":
            return status
        await asyncio.sleep(0.01)


@asynchronous
async def test_a_phone_comes_and_goes(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001") as alice:
        assert (await alice.register()).status == 200
        came = await desk.first(events.ContactStatus, uri=alice.contact)
        assert (came.contact_status, came.aor, came.endpoint_name) == (
            "NonQualified",
            "6001",
            "6001",
        )
        peer = await desk.first(events.PeerStatus, peer="PJSIP/6001", peer_status="Reachable")
        assert peer.channel_type == "PJSIP"
        await desk.first(events.DeviceStateChange, device="PJSIP/6001", state="NOT_INUSE")
        await desk.first(events.ExtensionStatus, exten="6001", status_text="Idle")
        await alice.unregister()
        await desk.first(events.ContactStatus, uri=alice.contact, contact_status="Removed")
        await desk.first(events.PeerStatus, peer="PJSIP/6001", peer_status="Unreachable")
        await desk.first(events.DeviceStateChange, device="PJSIP/6001", state="UNAVAILABLE")
        await desk.first(events.ExtensionStatus, exten="6001", status_text="Unavailable")


@asynchronous
async def test_a_registration_runs_out(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001") as alice:
        await alice.register(expires=1)
        await desk.first(events.ContactStatus, uri=alice.contact, contact_status="Removed")


@asynchronous
async def test_a_registered_phone_is_in_every_list(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001") as alice:
        await alice.register()
        host, port = alice.address
        named = f"6001/{alice.contact}"
        (contact,) = (await desk.send(actions.PJSIPShowContacts())).items
        assert (contact.uri, contact.endpoint) == (alice.contact, "6001")
        assert (contact.via_addr, contact.via_port) == (host, port)
        assert contact.user_agent == "amisdk phone"
        assert contact.expiration_time is not None
        assert contact.roundtrip_usec is None

        statuses = actions.PJSIPShowRegistrationInboundContactStatuses()
        (status,) = (await desk.send(statuses)).items
        assert (status.aor, status.uri, status.id) == ("6001", alice.contact, contact.object_name)
        assert status.via_address == f"{host}:{port}"
        assert status.reg_expire == contact.expiration_time

        inbound = (await desk.send(actions.PJSIPShowRegistrationsInbound())).items
        (registered,) = [item for item in inbound if item.object_name == "6001"]
        assert registered.contact == registered.contacts == (named,)

        shown = (await desk.send(actions.PJSIPShowEndpoint(endpoint="6001"))).items
        (aor,) = [item for item in shown if isinstance(item, events.AorDetail)]
        assert (aor.contacts, aor.total_contacts, aor.contacts_registered) == ((named,), 1, 1)
        (detail,) = [item for item in shown if isinstance(item, events.ContactStatusDetail)]
        assert detail.uri == alice.contact

        endpoints = (await desk.send(actions.PJSIPShowEndpoints())).items
        (endpoint,) = [item for item in endpoints if item.object_name == "6001"]
        assert endpoint.device_state == "Not in use"
        assert endpoint.contacts == (f"{named},",)


@asynchronous
async def test_a_phone_is_asked_whether_it_is_there(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6002") as bob:
        await bob.register()
        there = await desk.first(events.ContactStatus, uri=bob.contact, contact_status="Reachable")
        assert there.roundtrip_usec is not None
        assert (await bob.asked("OPTIONS")).start.startswith(f"OPTIONS {bob.contact}")
        bob.silent = True
        await desk.send(actions.PJSIPQualify(endpoint="6002"))
        gone = await desk.first(events.ContactStatus, uri=bob.contact, contact_status="Unreachable")
        assert gone.timestamp is not None
        assert there.timestamp is not None
        assert gone.timestamp > there.timestamp
        (contact,) = (await desk.send(actions.PJSIPShowContacts())).items
        assert (contact.status, contact.qualify_frequency) == ("Unreachable", 60)


@asynchronous
async def test_subscriptions_are_listed(pbx: Pbx, server: Server) -> None:
    lists = ("Supported", "eventlist")
    async with pbx.desk() as desk, phone_of(server, "6004") as judy:
        state = await judy.subscribe("6003", "presence")
        mail = await judy.subscribe("6004", "message-summary")
        team = await judy.subscribe("team", "presence", lists)
        assert "Messages-Waiting: no" in mail.body
        assert "application/rlmi+xml" in team.body
        listed = (await desk.send(actions.PJSIPShowSubscriptionsInbound())).items
        found = {item.call_id: item for item in listed}
        assert found.keys() == {state["Call-ID"], mail["Call-ID"], team["Call-ID"]}
        assert {(item.role, item.endpoint, item.state) for item in listed} == {
            ("Notifier", "6004", "ACTIVE")
        }
        watched = found[state["Call-ID"]]
        assert (watched.subscription_type, watched.extension) == ("extension_state", "6003")
        box = found[mail["Call-ID"]]
        assert (box.subscription_type, box.mailboxes) == ("mwi", ("6002@default",))


@asynchronous
async def test_a_subscriber_is_told_of_a_new_state(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001") as alice:
        await alice.subscribe("6003", "presence")
        await desk.send(actions.Setvar(variable="DEVICE_STATE(Custom:6003)", value="INUSE"))
        told = await alice.asked("NOTIFY", lambda notice: "On the phone" in notice.body)
        assert told["Event"] == "presence"
        await desk.send(actions.Setvar(variable="DEVICE_STATE(Custom:6003)", value="NOT_INUSE"))


@asynchronous
async def test_a_notify_reaches_a_phone(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001") as alice:
        await alice.register()
        await alice.dial("100")
        channel = await channel_of(desk, alice, "100")
        body = {"Content-type": "text/plain", "Content": "reboot"}
        ways = {
            "one": actions.PJSIPNotify(endpoint="6001", variables={"Event": "one", **body}),
            "two": actions.PJSIPNotify(uri=alice.contact, variables={"Event": "two"}),
            "three": actions.PJSIPNotify(channel=channel, variables={"Event": "three"}),
        }
        for name, way in ways.items():
            await desk.send(way)
            notice = await noticed(alice, name)
            assert notice.body.strip() == ("reboot" if name == "one" else "")


@asynchronous
async def test_a_message_reaches_a_phone(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001") as alice:
        await alice.register()
        await alice.dial("100")
        message = actions.MessageSend(
            to="pjsip:6001", from_="sip:100@example.com", body="Ready: Zoë"
        )
        await desk.send(message)
        assert await alice.asked("MESSAGE", lambda message: message.body == "Ready: Zoë")
        channel = await channel_of(desk, alice, "100")
        await desk.send(actions.SendText(channel=channel, message="hello"))
        text = await alice.asked("MESSAGE", lambda message: message.body == "hello")
        assert text["To"].startswith("<sip:6001@")


@asynchronous
async def test_the_server_registers_elsewhere_and_is_refused(pbx: Pbx, server: Server) -> None:
    there = Phone.at((server.host, server.ports["pjsip"]), "6000", port=server.ports["registrar"])
    async with pbx.desk() as desk, there as registrar:
        await desk.send(actions.PJSIPRegister(registration="registrar"))
        up = await desk.first(events.Registry, channel_type="PJSIP", status="Registered")
        assert up.domain == f"sip:127.0.0.1:{server.ports['registrar']}"
        listed = await desk.send(actions.PJSIPShowRegistrationsOutbound())
        details = {
            item.object_name: item
            for item in listed.items
            if isinstance(item, events.OutboundRegistrationDetail)
        }
        assert details["registrar"].status == "Registered"
        assert listed.end is not None
        assert (listed.end.registered, listed.end.not_registered) == (1, 1)

        desk.seen.clear()  # it may have been unregistered before, too
        await desk.send(actions.PJSIPUnregister(registration="registrar"))
        await registrar.asked("REGISTER", lambda request: request["Expires"] == "0")
        await desk.first(events.Registry, username=up.username, status="Unregistered")
        registrar.answers["REGISTER"] = 403
        await desk.send(actions.PJSIPRegister(registration="registrar"))
        await desk.first(events.Registry, username=up.username, status="Rejected")


@asynchronous
async def test_a_wrong_password_is_told(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001", "wrong") as phone:
        assert (await phone.register()).status == 401
        host, port = phone.address
        sent = await desk.first(events.ChallengeSent, remote_address=f"IPV4/UDP/{host}/{port}")
        assert (sent.service, sent.account_id, sent.severity) == ("PJSIP", "6001", "Informational")
        failed = await desk.first(events.ChallengeResponseFailed, session_id=sent.session_id)
        assert (failed.account_id, failed.severity) == ("6001", "Error")
        assert failed.response is not None


@asynchronous
async def test_a_right_password_is_told(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001") as phone:
        await phone.register()
        done = await desk.first(events.SuccessfulAuth, service="PJSIP")
        assert (done.account_id, done.using_password) == ("6001", True)


@asynchronous
async def test_an_unknown_phone_is_told(pbx: Pbx, server: Server) -> None:
    there = Phone.at((server.host, server.ports["pjsip"]), "6999", "x")
    async with pbx.desk() as desk, there as phone:
        assert (await phone.register()).status == 401
        unknown = await desk.first(events.InvalidAccountID, service="PJSIP")
        assert unknown.account_id == "6999"


@asynchronous
async def test_a_phone_that_may_not_come_from_here_is_told(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6005") as phone:
        assert (await phone.register()).status == 401
        refused = await desk.first(events.FailedACL, service="PJSIP")
        assert (refused.account_id, refused.acl_name) == ("6005", "not_match_endpoint_acl")


@asynchronous
async def test_a_registration_under_another_name_is_told(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "6001") as phone:
        assert (await phone.register("6002")).status == 404
        refused = await desk.first(events.RequestNotSupported, service="PJSIP")
        assert (refused.account_id, refused.request_type) == (
            "6001",
            "registrar_requested_aor_not_found",
        )


@asynchronous
async def test_every_security_event_there_is(pbx: Pbx) -> None:
    """Those that nothing here raises for a reason come from a module of Asterisk's own tests."""
    wanted = {
        kind.ami.name for kind in registry.EVENTS.values() if kind.ami.privilege == ("security",)
    }
    async with pbx.desk() as desk:
        await desk.send(actions.Command(command="securityevents test generation"))
        last = await desk.first(events.InvalidTransport, service="TEST")
        assert (last.attempted_transport, last.module) == ("UDP", "test_security_events")
        told = {e.ami_name for e in desk.seen if getattr(e, "service", None) == "TEST"}
        assert told == wanted


@asynchronous
async def test_a_phone_calls(pbx: Pbx, server: Server, user: str) -> None:
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        call = await phone.dial("100")
        channel = await channel_of(desk, phone, "100")
        assert channel.startswith(f"{NAMES[user]}-")
        (shown,) = (await desk.send(actions.CoreShowChannels())).items
        assert (shown.channel, shown.exten, shown.caller_id_num) == (channel, "100", user)
        await call.hang_up()
        gone = await desk.first(events.Hangup, channel=channel)
        assert gone.caller_id_num == user


@asynchronous
async def test_a_phone_is_called(pbx: Pbx, server: Server, user: str) -> None:
    call = actions.Originate(channel=NAMES[user], application="Wait", data="600")
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        await phone.register()
        outcome = asyncio.create_task(desk.ami.originate(call))
        incoming = await phone.rung()
        incoming.ring()
        ringing = await desk.first(events.Newstate, channel_state_desc="Ringing")
        incoming.answer()
        assert (await outcome).channel == ringing.channel
        assert ringing.channel is not None
        await desk.send(actions.Hangup(channel=ringing.channel))
        async with asyncio.timeout(10):
            await incoming.ended.wait()


@asynchronous
async def test_a_phone_turns_a_call_down(pbx: Pbx, server: Server, user: str) -> None:
    call = actions.Originate(channel=NAMES[user], application="Wait", data="600")
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        await phone.register()
        outcome = asyncio.create_task(desk.ami.originate(call))
        (await phone.rung()).decline(486)
        with pytest.raises(errors.OriginateFailed):
            await outcome
        assert (await desk.first(events.Hangup)).cause == 17


@asynchronous
async def test_a_phone_puts_a_call_on_hold(pbx: Pbx, server: Server, user: str) -> None:
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        call = await phone.dial("100")
        channel = await channel_of(desk, phone, "100")
        await desk.first(events.Newexten, channel=channel, application="Wait")
        await call.hold()
        assert (await desk.first(events.Hold)).channel == channel
        await call.hold(on=False)
        assert (await desk.first(events.Unhold)).channel == channel


@asynchronous
async def test_a_phone_sends_a_flash(pbx: Pbx, server: Server, user: str) -> None:
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        call = await phone.dial("100")
        body = "Signal=16\r\nDuration=160\r\n"
        answer = await call.send("INFO", ("Content-Type", "application/dtmf-relay"), body=body)
        assert answer.status == 200
        flash = await desk.first(events.Flash)
        assert flash.channel == await channel_of(desk, phone, "100")


@asynchronous
async def test_a_phone_sends_a_caller_on(pbx: Pbx, server: Server, user: str) -> None:
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        call, channel = await connect(desk, phone, "500")
        assert (await call.transfer("101")).status == 202
        sent = await desk.first(events.BlindTransfer)
        assert (sent.result, sent.is_external) == ("Success", True)
        assert (sent.transferer_channel, sent.extension) == (channel, "101")
        assert sent.transferee_channel is not None
        await desk.first(events.Newexten, channel=sent.transferee_channel, application="Echo")


@asynchronous
async def test_a_phone_joins_its_calls(pbx: Pbx, server: Server, user: str) -> None:
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        first, near = await connect(desk, phone, "500")
        second, far = await connect(desk, phone, "503")
        assert (await first.transfer(second)).status == 202
        joined = await desk.first(events.AttendedTransfer)
        assert (joined.result, joined.dest_type) == ("Success", "Bridge")
        assert joined.orig_transferer_channel == near
        assert joined.second_transferer_channel == far
        assert joined.dest_bridge_unique_id == joined.second_bridge_unique_id
        bridge = actions.BridgeInfo(bridge_unique_id=joined.dest_bridge_unique_id or "")
        assert {item.channel for item in (await desk.send(bridge)).items} == {
            joined.transferee_channel,
            joined.transfer_target_channel,
        }


@asynchronous
async def test_a_phone_joins_a_caller_and_an_application(
    pbx: Pbx, server: Server, user: str
) -> None:
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        first, _ = await connect(desk, phone, "500")
        second = await phone.dial("101")
        channel = await channel_of(desk, phone, "101")
        await desk.first(events.Newexten, channel=channel, application="Echo")
        assert (await first.transfer(second)).status == 202
        joined = await desk.first(events.AttendedTransfer)
        assert (joined.result, joined.dest_type, joined.dest_app) == ("Success", "App", "Echo")


@asynchronous
async def test_a_phone_cannot_join_two_applications(pbx: Pbx, server: Server, user: str) -> None:
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        first = await phone.dial("100")
        second = await phone.dial("101")
        await first.transfer(second)
        failed = await desk.first(events.AttendedTransfer)
        assert (failed.result, failed.dest_type) == ("Invalid", "Fail")


@asynchronous
async def test_a_phone_parks_another_in_its_own_place(pbx: Pbx, server: Server, user: str) -> None:
    async with pbx.desk() as desk, phone_of(server, user) as phone:
        first, _ = await connect(desk, phone, "500")
        second = await phone.dial("400")
        parked = await desk.first(events.ParkedCall)
        await first.transfer(second)
        swapped = await desk.first(events.ParkedCallSwap)
        assert (swapped.parking_lot, swapped.parking_space) == ("default", parked.parking_space)
        assert swapped.parkee_channel != parked.parkee_channel
        joined = await desk.first(events.AttendedTransfer)
        assert joined.transferee_channel == swapped.parkee_channel


@asynchronous
async def test_calls_of_a_phone_are_turned_down_by_a_pattern(pbx: Pbx, server: Server) -> None:
    action = actions.PJSIPHangup(channel="/^PJSIP.6001-/", cause="480")
    pbx.skip_unless_it_has(action)
    async with pbx.desk() as desk, phone_of(server, "6001") as alice:
        calling = asyncio.create_task(alice.try_to_dial("102"))
        channel = await channel_of(desk, alice, "102")
        await desk.first(events.Newexten, channel=channel, application="Wait")
        (hung_up,) = (await desk.send(action)).items
        assert hung_up.channel == channel
        _, answer = await calling
        assert answer.status == 480


@asynchronous
async def test_a_phone_cannot_call_during_maintenance(pbx: Pbx, server: Server) -> None:
    pbx.skip_unless_it_has(actions.PJSIPShowMaintenance())
    async with pbx.desk() as desk, phone_of(server, "6001") as alice:
        await desk.send(actions.PJSIPSetMaintenance(endpoint="6001", state=True))
        _, answer = await alice.try_to_dial("100")
        assert answer.status == 503
        await desk.send(actions.PJSIPSetMaintenance(endpoint="6001", state=False))
        await alice.dial("100")


@pytest.mark.usefixtures("chan_sip")
@asynchronous
async def test_a_peer_of_chan_sip_comes_and_goes(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "7001") as erin:
        await erin.register()
        host, port = erin.address
        came = await desk.first(events.PeerStatus, peer="SIP/7001", peer_status="Registered")
        assert came.address == f"{host}:{port}"
        status = await reached(desk, "7001")
        assert (status.peer, status.time is None) == ("SIP/7001", False)
        peers = (await desk.send(actions.SIPpeers())).items
        (peer,) = [item for item in peers if item.object_name == "7001"]
        assert (peer.ip_address, peer.ip_port, peer.dynamic) == (host, port, True)
        shown = await desk.send(actions.SIPshowpeer(peer="7001"))
        assert (shown.address_ip, shown.address_port) == (host, port)
        assert (shown.sip_useragent, shown.reg_contact) == ("amisdk phone", erin.contact)
        await erin.unregister()
        left = await desk.first(events.PeerStatus, peer="SIP/7001", peer_status="Unregistered")
        assert left.cause == "Expired"


@pytest.mark.usefixtures("chan_sip")
@asynchronous
async def test_a_peer_of_chan_sip_is_asked_whether_it_is_there(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "7002") as frank:
        await frank.register()
        await reached(desk, "7002")
        desk.seen.clear()
        frank.silent = True
        await desk.first(events.PeerStatus, peer="SIP/7002", peer_status="Unreachable")
        frank.silent = False
        reply = await desk.send(actions.SIPqualifypeer(peer="7002"))
        await desk.first(events.SIPQualifyPeerDone, peer="7002", action_id=reply.action_id)
        await desk.first(events.PeerStatus, peer="SIP/7002", peer_status="Reachable")


@pytest.mark.usefixtures("chan_sip")
@asynchronous
async def test_a_notify_reaches_a_peer_of_chan_sip(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "7001") as erin:
        await erin.register()
        headers = {"Event": "check-sync", "Content-type": "text/plain", "Content": "reboot"}
        await desk.send(actions.SIPnotify(channel="SIP/7001", variables=headers))
        notice = await noticed(erin, "check-sync")
        assert notice.body.strip() == "reboot"


@pytest.mark.usefixtures("chan_sip")
@asynchronous
async def test_chan_sip_registers_elsewhere(pbx: Pbx, server: Server) -> None:
    port = server.ports["registrar"]
    async with (
        pbx.desk() as desk,
        Phone.at((server.host, server.ports["sip"]), "7000", port=port) as registrar,
    ):
        await desk.send(actions.Reload(module="chan_sip.so"))  # else it tries again in 20 s
        await registrar.asked("REGISTER")
        up = await desk.first(events.Registry, channel_type="SIP", status="Registered")
        assert (up.username, up.domain) == ("example", "127.0.0.1")
        entries = (await desk.send(actions.SIPshowregistry())).items
        (entry,) = [item for item in entries if item.port == port]
        assert (entry.host, entry.state) == ("127.0.0.1", "Registered")
        assert entry.registration_time is not None


@pytest.mark.usefixtures("chan_sip")
@asynchronous
async def test_what_chan_sip_refuses_is_told(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk:
        for number in ("7003", "7005"):
            async with phone_of(server, number) as phone:
                assert (await phone.register()).status == 403
        async with phone_of(server, "7001", "wrong") as phone:
            assert (await phone.register()).status == 403
        sent = await desk.first(events.ChallengeSent, service="SIP", account_id="7001")
        wrong = await desk.first(events.InvalidPassword, service="SIP", account_id="7001")
        assert wrong.received_challenge == wrong.challenge == sent.challenge
        way = await desk.first(events.InvalidTransport, service="SIP")
        assert (way.account_id, way.attempted_transport) == ("7003", "UDP")
        address = await desk.first(events.FailedACL, service="SIP")
        assert (address.account_id, address.acl_name) == ("7005", "device_must_match_acl")


@pytest.mark.usefixtures("chan_sip")
@asynchronous
async def test_a_call_too_many_is_told(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "7004") as laura:
        await laura.dial("100")
        _, answer = await laura.try_to_dial("101")
        assert answer.status == 480
        # Its account is the extension that was called: the server's own mistake.
        limit = await desk.first(events.SessionLimit, service="SIP")
        assert (limit.account_id, limit.severity) == ("101", "Error")


@pytest.mark.usefixtures("chan_sip")
@asynchronous
async def test_a_call_without_sound_ends(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk, phone_of(server, "7002") as frank:
        call = await frank.dial("100")
        channel = await channel_of(desk, frank, "100")
        over = await desk.first(events.SessionTimeout)
        assert (over.channel, over.source) == (channel, "RTPTimeout")
        async with asyncio.timeout(10):
            await call.ended.wait()
