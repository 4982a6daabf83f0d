"""Every action of the spec is answered in its real shape."""

from typing import Any

import pytest
from amisdk_models import registry

from amisdk import Client, actions, errors, events
from amisdk.models import Action, EventReply, ListReply, Reply, TextReply
from amisdk.testing import FakeAsterisk
from tests.amisdk.samples import minimal
from tests.amisdk.testing.support import Watch, watching
from tests.live.support import reply_faults

VERSIONS = (16, 22)
ALONE = ("Login", "Logoff", "Challenge", "WaitEvent", "IAXnetstats")
"""Actions that end or begin a session, or wait, and one whose reply nothing ends."""


@pytest.fixture(scope="module", params=VERSIONS)
def watch(request: pytest.FixtureRequest) -> Any:
    """A server of each version, with things of the names that `minimal` gives."""
    server = FakeAsterisk(version=request.param)
    with watching(server) as watch:
        yield watch


@pytest.mark.parametrize("name", [name for name in registry.ACTIONS if name not in ALONE])
def test_an_action_gets_a_reply_of_its_class(watch: Watch, name: str) -> None:
    cls = registry.ACTIONS[name]
    if watch.server.version not in cls.ami.versions:
        with pytest.raises(errors.UnknownAction):
            watch.send(minimal(cls), check_version=False)
        return
    reply = watch.send(minimal(cls), check=False)
    assert list(reply_faults(minimal(cls), reply)) == []


@pytest.fixture
def everything(watch: Watch) -> Watch:
    """The same server, with two channels, and a queue, a conference and a presence called x."""
    watch.server.presence("x", "away")
    if watch.server.queue("x").member("x") is None:
        watch.server.queue("x").add("x")
    for channel in watch.server.channels.values():
        channel.hangup()
    watch.server.conference("x").join("x/1")
    watch.server.conference("x").join("y/1")
    return watch


@pytest.mark.parametrize("name", [name for name in registry.ACTIONS if name not in ALONE])
def test_an_action_that_is_carried_out_gets_what_it_is_for(everything: Watch, name: str) -> None:
    cls = registry.ACTIONS[name]
    if everything.server.version not in cls.ami.versions:
        return
    action = _on_what_is_there(everything, minimal(cls))
    reply: Reply = everything.send(action, check=False)
    info = cls.ami
    faults = list(reply_faults(action, reply))
    assert faults == []
    if not reply.ok:
        # What the real servers refuse too: nothing of that kind is there.
        assert name in REFUSED, (name, reply.message)
    elif isinstance(reply, ListReply) and info.list is not None:
        assert reply.end is not None or name in SIMPLE
    elif isinstance(reply, EventReply):
        assert isinstance(reply.event, registry.EVENTS[info.event or ""])
    elif isinstance(reply, TextReply):
        assert reply.text


REFUSED = {
    "BlindTransfer", "BridgeDestroy", "BridgeInfo", "BridgeKick", "Command", "ConfbridgeStopRecord",
    "DBDel", "DBDelTree", "DBGet", "FilterList", "Originate", "QueueAdd",
    "QueueChangePriorityCaller", "QueueRemove", "QueueWithdrawCaller",
}  # fmt: skip


SIMPLE = {"Hangup", "PJSIPHangup", "VoicemailBoxSummary", "VoicemailUserStatus"}
"""Actions that only sometimes answer with a list."""


def _on_what_is_there(watch: Watch, action: Action[Any]) -> Action[Any]:
    one, two = watch.server.channels
    named = {"channel": one, "channel1": one, "channel2": two}
    given = {name: text for name, text in named.items() if getattr(action, name, None) is not None}
    return action.model_copy(update=given)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (actions.AbsoluteTimeout(channel="nobody", timeout=1), "No such channel"),
        (actions.AGI(channel="nobody", command="x"), "Channel nobody does not exist."),
        (actions.MuteAudio(channel="nobody", direction="in", state=True), "No such channel"),
        (actions.PlayDTMF(channel="nobody", digit="1"), "Channel not found"),
        (actions.SendText(channel="nobody", message="x"), "No such channel"),
    ],
    ids=lambda case: case.ami_name if isinstance(case, Action) else "",
)
def test_what_is_about_a_channel_needs_it(watch: Watch, action: Action[Any], words: str) -> None:
    assert watch.refusal(action) == words


def test_a_reply_tells_what_the_action_named() -> None:
    with watching() as watch:
        count = watch.send(actions.MailboxCount(mailbox="77@default"))
        assert count.mailbox == "77@default"
        assert isinstance(count.new_messages, int)


@pytest.mark.parametrize(
    ("action", "items"),
    [
        (actions.PJSIPShowEndpoint(endpoint="6001"), {events.EndpointDetail, events.AorDetail}),
        (actions.PJSIPShowAors(), {events.AorList}),
        (actions.Agents(), {events.Agents}),
        (actions.ShowDialPlan(), {events.ListDialplan}),
        (actions.VoicemailUsersList(), {events.VoicemailUserEntry}),
    ],
    ids=lambda case: case.ami_name if isinstance(case, Action) else "",
)
def test_a_list_has_examples_of_its_items(
    watch: Watch, action: Action[Any], items: set[type]
) -> None:
    reply: Any = watch.send(action)
    assert {type(item) for item in reply.items} >= items
    assert reply.end.list_items == len(reply.items)


def test_text_is_text() -> None:
    with watching() as watch:
        # As of a real server, nothing ends it but the next message.
        watch.server.on(actions.IAXnetstats).emit(events.Hangup(cause=16))
        assert "Tx:REGREQ" in watch.send(actions.IAXnetstats()).text


def test_an_outcome_that_comes_later_comes() -> None:
    with watching(FakeAsterisk(version=16)) as watch:
        reply = watch.send(actions.SIPqualifypeer(peer="7001"))
        done = watch.the(events.SIPQualifyPeerDone)
        assert (done.peer, done.action_id) == ("7001", reply.action_id)
        assert watch.names[-1] == "SIPQualifyPeerDone"


def test_what_is_of_a_module_that_was_never_recorded_is_made_up_from_the_spec() -> None:
    with watching() as watch:
        rooms = watch.send(actions.MeetmeListRooms())
        assert [item.conference for item in rooms.items] == ["900"]
        assert watch.send(actions.MeetmeMute(meetme="900", user_number=1)).ok


def test_a_configuration_can_be_read() -> None:
    with FakeAsterisk() as server, Client.from_url(server.url) as ami:
        found = ami.send(actions.GetConfig(filename="queuerules.conf"))
        assert found.categories[0].name
        assert ami.send(actions.GetConfigJSON(filename="x")).ok
