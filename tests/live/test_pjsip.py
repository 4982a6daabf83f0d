"""PJSIP: endpoints, registrations, tests of contacts, and calls that are turned down."""

import asyncio

import pytest

from amisdk import actions, errors, events
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@asynchronous
async def test_an_endpoint_is_shown_with_all_that_belongs_to_it(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        shown = await desk.send(actions.PJSIPShowEndpoint(endpoint="6001"))
        kinds = {type(item) for item in shown.items}
        assert kinds == {
            events.EndpointDetail,
            events.AorDetail,
            events.AuthDetail,
            events.TransportDetail,
        }
        endpoint = next(item for item in shown.items if isinstance(item, events.EndpointDetail))
        assert (endpoint.object_name, endpoint.context) == ("6001", "scenarios")
        auth = next(item for item in shown.items if isinstance(item, events.AuthDetail))
        assert auth.username == "6001"


@asynchronous
async def test_a_contact_is_tested(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(actions.PJSIPQualify(endpoint="loop"))
        status = None
        while status != "Reachable":
            shown = await desk.send(actions.PJSIPShowEndpoint(endpoint="loop"))
            (contact,) = [i for i in shown.items if isinstance(i, events.ContactStatusDetail)]
            status = contact.status
        assert contact.roundtrip_usec is not None


@asynchronous
async def test_a_registration_is_sent_again_and_taken_back(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        listed = await desk.send(actions.PJSIPShowRegistrationsOutbound())
        assert {
            item.object_name
            for item in listed.items
            if isinstance(item, events.OutboundRegistrationDetail)
        } == {"nobody", "registrar"}
        await desk.send(actions.PJSIPRegister(registration="nobody"))
        await desk.send(actions.PJSIPUnregister(registration="nobody"))


@asynchronous
async def test_a_notify_is_sent(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(
            actions.PJSIPNotify(endpoint="loop", variables={"Event": "check-sync;reboot=true"})
        )
        action = actions.PJSIPNotify(endpoint="loop", option="check-mail")
        if pbx.major >= 18:
            await desk.send(action)


@asynchronous
async def test_a_message_outside_of_calls_is_sent(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        await desk.send(
            actions.MessageSend(to="pjsip:loop", from_="sip:100@example.com", body="Ready: Zoë")
        )


@asynchronous
async def test_an_endpoint_is_kept_from_calls_for_maintenance(pbx: Pbx) -> None:
    action = actions.PJSIPSetMaintenance(endpoint="6001", state=True)
    pbx.skip_unless_it_has(action)
    async with pbx.desk() as desk:
        await desk.send(action)
        told = await desk.first(events.PJSIPMaintenanceStatus, endpoint="6001")
        assert told.action_id is None
        listed = await desk.send(actions.PJSIPShowMaintenance())
        assert [item.endpoint for item in listed.items] == ["6001"]
        await desk.send(actions.PJSIPSetMaintenance(endpoint="6001", state=False))
        assert (await desk.send(actions.PJSIPShowMaintenance())).items == ()


@asynchronous
async def test_an_incoming_call_is_turned_down_with_a_sip_status(pbx: Pbx) -> None:
    pbx.skip_unless_it_has(actions.PJSIPHangup(channel="any", cause="486"))
    async with pbx.desk() as desk:
        call = actions.Originate(channel="PJSIP/102@loop", application="Wait", data="600")
        outcome = asyncio.create_task(desk.ami.originate(call))
        incoming = await desk.first(events.Newexten, exten="102", application="Wait")
        assert incoming.channel is not None
        await desk.send(actions.PJSIPHangup(channel=incoming.channel, cause="486"))
        with pytest.raises(errors.OriginateFailed):
            await outcome
        gone = await desk.first(events.Hangup, channel=incoming.channel)
        assert (gone.cause, gone.tech_cause) == (17, 486)
        assert (await desk.first(events.DialEnd)).dial_status == "BUSY"
