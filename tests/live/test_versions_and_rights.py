"""What the client learns about a real server: its version, and what its user may do."""

import pytest

from amisdk import actions, errors, events
from amisdk.models import Action
from tests.live.support import Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@asynchronous
async def test_the_version_is_known_to_who_may_read_it(pbx: Pbx) -> None:
    for role in ("admin", "readonly", "calls"):
        async with pbx.client(role) as ami:
            assert ami.server.major == pbx.major
            assert pbx.server is not None
            assert (ami.server.version or "").startswith(pbx.server.version)
            assert ami.greeting == f"Asterisk Call Manager/{ami.server.manager}"


@asynchronous
async def test_who_may_not_read_the_version_is_refused_nothing(pbx: Pbx) -> None:
    async with pbx.client("dialplan") as ami:
        assert ami.server.version is None
        for action in (actions.SIPpeers(), actions.PJSIPHangup(channel="none", cause="16")):
            assert ami.supports(action)
            with pytest.raises((errors.PermissionDenied, errors.UnknownAction)):
                await ami.send(action)


GONE: dict[int, tuple[Action, str]] = {  # type: ignore[type-arg]
    16: (actions.PJSIPHangup(channel="none", cause="16"), "PJSIPHangup came with 18"),
    22: (actions.SIPpeers(), "SIPpeers was removed after 20; use PJSIPShowEndpoints"),
}


@asynchronous
async def test_what_is_refused_here_is_unknown_there(pbx: Pbx) -> None:
    action, text = GONE[pbx.major]
    async with pbx.client() as ami:
        assert not ami.supports(action)
        with pytest.raises(errors.UnsupportedAction, match=text):
            await ami.send(action)
        with pytest.raises(errors.UnknownAction):
            await ami.send(action, check_version=False)


@asynchronous
async def test_the_doctor_knows_what_the_server_would_say(pbx: Pbx) -> None:
    async with pbx.client() as ami:
        found = await ami.doctor()
        listed = {name.lower() for name in (await ami.send(actions.ListCommands())).pairs}
        for finding in found:
            assert finding.usable == (finding.action.lower() in listed)
            assert finding.problem in (None, "version", "module"), "admin may do everything"
        missing = {finding.action: finding.problem for finding in found.problems}
        assert missing["MeetmeList"] == "module"
        assert missing[GONE[pbx.major][0].ami_name] == "version"
    async with pbx.client("calls") as ami:
        wanted = (actions.Originate, actions.Hangup, actions.Command, actions.DBPut, "MeetmeList")
        found = await ami.doctor(*wanted)
        assert [finding.problem for finding in found] == [
            None, None, "privilege", "privilege", "module",
        ]  # fmt: skip
        for action in (
            actions.Command(command="core show uptime"),
            actions.DBDel(family="a", key="b"),
        ):
            with pytest.raises(errors.PermissionDenied):
                await ami.send(action)


@asynchronous
async def test_a_user_event_of_the_dialplan_is_of_its_own_class(pbx: Pbx) -> None:
    class OrderPlaced(events.UserEvent, name="OrderPlaced"):
        """What extension 121 of the scenarios raises."""

        order: int
        item: tuple[str, ...] = ()

    async with pbx.desk() as desk:
        await desk.call("121")
        placed = await desk.first(OrderPlaced)
        assert (placed.order, placed.user_event) == (42, "OrderPlaced")
        assert placed.item[-1] == "bulb"
        assert not placed.extra_headers
        assert placed.channel is not None
