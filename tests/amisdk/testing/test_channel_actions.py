"""The actions on channels and bridges."""

import pytest

from amisdk import actions, events
from amisdk.testing import Call, FakeAsterisk
from tests.amisdk.testing.support import Watch, watching


@pytest.fixture
def call(watch: Watch) -> Call:
    """A call that was answered."""
    return watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True)


def test_hanging_up_by_a_pattern_is_a_list(watch: Watch, call: Call) -> None:
    watch.server.call("SIP/7", "SIP/8", answer=True)
    gone = watch.send(actions.Hangup(channel="/^PJSIP/", cause=17))
    assert [item.channel for item in gone.items] == [call.caller.name, call.callee.name]  # type: ignore[union-attr]
    assert len(watch.server.channels) == 2
    assert watch.send(actions.Hangup(channel="/^PJSIP/")).items == ()


def test_a_channel_is_found_by_its_unique_id_and_without_regard_to_case(
    watch: Watch, call: Call
) -> None:
    assert watch.send(actions.Status(channel=call.callee.unique_id)).items
    assert watch.send(actions.Hangup(channel=call.callee.name.lower())).ok
    assert watch.refusal(actions.Hangup(channel=call.callee.name)) == "No such channel"


def test_pjsip_hangup_takes_a_cause_by_number(watch: Watch, call: Call) -> None:
    watch.send(actions.PJSIPHangup(channel=call.callee.name, cause="21"))
    assert {event.cause for event in watch.every(events.Hangup)} == {21}


def test_channels_are_shown(watch: Watch, call: Call) -> None:
    shown = watch.send(actions.CoreShowChannels()).items
    assert [item.channel for item in shown] == [call.caller.name, call.callee.name]  # type: ignore[union-attr]
    assert [item.application for item in shown] == ["Dial", "AppDial"]
    assert {item.duration for item in shown} == {0}
    assert {item.linked_id for item in shown} == {call.linked_id}


def test_status_tells_of_all_or_of_one_with_variables(watch: Watch, call: Call) -> None:
    assert len(watch.send(actions.Status()).items) == 2
    call.callee.variables["ORDER"] = "42"
    wanted = actions.Status(channel=call.callee.name, variables=["ORDER", "NOTHING"])
    reply = watch.send(wanted)
    (item,) = reply.items
    assert item.type == "PJSIP"
    assert [text for key, text in item.headers if key == "Variable"] == [
        "ORDER=42", "NOTHING=(null)",
    ]  # fmt: skip
    assert reply.end is not None
    assert reply.end.items == 1
    assert watch.refusal(actions.Status(channel="nobody")) == "No such channel"


def test_who_is_connected_with_whom(watch: Watch, call: Call) -> None:
    caller = call.caller
    assert caller is not None
    (item,) = watch.send(actions.CoreShowChannelMap(channel=caller.name)).items
    assert (item.channel, item.connected_channel) == (caller.name, call.callee.name)
    words = watch.refusal(actions.CoreShowChannelMap(channel="nobody"))
    assert words == "Could not get channel snapshot\n"


def test_a_redirected_caller_leaves_the_other_side(watch: Watch, call: Call) -> None:
    watch.server.extension("200", queue="other")
    caller = call.caller
    assert caller is not None
    goal = actions.Redirect(channel=caller.name, context="default", exten="200", priority=1)
    assert watch.send(goal).message == "Redirect successful"
    assert list(watch.server.channels) == [caller.name]
    assert watch.server.queue("other").callers[0].channel is caller
    words = watch.refusal(goal.model_copy(update={"channel": "nobody"}))
    assert words == "Channel does not exist: nobody"


def test_both_sides_may_be_redirected(watch: Watch, call: Call) -> None:
    caller = call.caller
    assert caller is not None
    goal = actions.Redirect(
        channel=caller.name, context="default", exten="1", priority=1,
        extra_channel=call.callee.name, extra_context="other", extra_exten="2", extra_priority=1,
    )  # fmt: skip
    assert watch.send(goal).message == "Dual Redirect successful"
    assert (caller.exten, caller.context) == ("1", "default")
    assert (call.callee.exten, call.callee.context) == ("2", "other")
    assert caller.up
    assert call.callee.up


def test_a_blind_transfer_sends_the_other_side_elsewhere(watch: Watch, call: Call) -> None:
    watch.server.phone("PJSIP/6003", answer=None)
    caller = call.caller
    assert caller is not None
    transfer = actions.BlindTransfer(channel=call.callee.name, context="default", exten="6003")
    assert watch.send(transfer).message == "Transfer succeeded"
    told = watch.the(events.BlindTransfer)
    assert (told.transferer_channel, told.transferee_channel) == (call.callee.name, caller.name)
    assert call.callee.gone
    assert watch.server.calls[-1].caller is caller
    assert watch.refusal(transfer) == "Channel specified does not exist"


def test_who_is_in_no_bridge_can_be_neither_kicked_nor_transferred(watch: Watch) -> None:
    alone = watch.server.incoming("PJSIP/trunk", "1").name
    words = watch.refusal(actions.BridgeKick(channel=alone))
    assert words == "Channel is not in a bridge."
    transfer = actions.BlindTransfer(channel=alone, context="default", exten="1")
    assert watch.refusal(transfer) == "No bridge"


def test_two_channels_may_be_bridged(watch: Watch) -> None:
    one, two = (watch.server.incoming("PJSIP/trunk", "1") for _ in range(2))
    bridge = actions.Bridge(channel1=one.name, channel2=two.name)
    assert watch.send(bridge).message == "Channels have been bridged"
    (item,) = watch.send(actions.BridgeList()).items
    info = watch.send(actions.BridgeInfo(bridge_unique_id=item.bridge_unique_id or ""))
    assert [each.channel for each in info.items] == [one.name, two.name]
    assert info.end is not None
    assert info.end.bridge_num_channels == 2
    assert watch.send(actions.BridgeKick(channel=one.name)).ok
    assert one.up
    assert one.bridge is None
    assert watch.send(actions.BridgeDestroy(bridge_unique_id=item.bridge_unique_id or "")).ok
    assert two.gone
    assert watch.send(actions.BridgeList()).items == ()


def test_the_sides_of_calls_may_be_bridged_anew(watch: Watch, call: Call) -> None:
    other = watch.server.call("PJSIP/7001", "PJSIP/7002", answer=True)
    watch.send(actions.Bridge(channel1=call.callee.name, channel2=other.callee.name))
    (bridge,) = watch.server.bridges
    assert bridge.channels == [call.callee, other.callee]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (actions.Bridge(channel1="x", channel2="y"), "Channel1 does not exist: x"),
        (actions.BridgeInfo(bridge_unique_id="x"), "Specified BridgeUniqueid not found"),
        (actions.BridgeDestroy(bridge_unique_id="x"), "Specified BridgeUniqueid not found"),
        (actions.BridgeKick(channel="x"), "Channel does not exist"),
    ],
    ids=lambda case: type(case).__name__,
)
def test_what_is_not_there_cannot_be_bridged(
    watch: Watch, action: actions.Action[actions.BridgeReply], words: str
) -> None:
    assert watch.refusal(action) == words


def test_a_recording_has_an_id_if_it_is_asked_for(watch: Watch, call: Call) -> None:
    mix = actions.MixMonitor(channel=call.callee.name, file="a.wav")
    assert watch.send(mix).mix_monitor_id is None
    assert watch.send(mix.model_copy(update={"options": "bi(ID)"})).mix_monitor_id
    assert watch.refusal(mix.model_copy(update={"channel": "nobody"})) == "No such channel"


def test_bridges_are_listed_by_their_technology() -> None:
    with watching(FakeAsterisk()) as watch:
        watch.server.call("PJSIP/6001", "PJSIP/6002", answer=True)
        watch.server.conference("900").join("PJSIP/1")
        assert len(watch.send(actions.BridgeList()).items) == 2
        assert len(watch.send(actions.BridgeList(bridge_type="softmix")).items) == 1
        assert watch.send(actions.BridgeList(bridge_type="base")).items == (), "as really"
