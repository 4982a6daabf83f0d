"""The database, variables, and the states of devices and extensions."""

import pytest

from amisdk import actions, events
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Watch, watching


def test_what_is_put_can_be_read_and_deleted(watch: Watch) -> None:
    for key, value in (("a", "1"), ("b", ' x "y", z\\ '), ("c", "")):
        watch.send(actions.DBPut(family="shop", key=key, val=value))
    (found,) = watch.send(actions.DBGet(family="shop", key="b")).items
    assert (found.family, found.key, found.val) == ("shop", "b", 'x "y", z\\ ')
    tree = watch.send(actions.DBGetTree(family="shop")).items
    assert [item.key for item in tree] == ["/shop/a", "/shop/b", "/shop/c"]
    assert watch.send(actions.DBDel(family="shop", key="a")).message == "Key deleted successfully"
    assert watch.server.database.keys() == {"/shop/b", "/shop/c"}
    gone = watch.send(actions.DBDelTree(family="shop"))
    assert gone.message == "Key tree deleted successfully"
    assert watch.send(actions.DBGetTree()).items == ()


def test_what_is_not_there_is_refused(watch: Watch) -> None:
    assert watch.send(actions.DBGet(family="shop", key="x")).items == ()
    words = watch.refusal(actions.DBDel(family="shop", key="x"))
    assert words == "Database entry could not be deleted"
    assert watch.refusal(actions.DBDelTree(family="shop")) == "Database entry not found"


def test_a_test_may_fill_the_database(watch: Watch) -> None:
    watch.server.database["/shop/open"] = "yes"
    assert watch.send(actions.DBGet(family="shop", key="open")).items[0].val == "yes"
    assert watch.send(actions.Getvar(variable="DB(shop/open)")).value == "yes"
    watch.send(actions.Setvar(variable="DB(shop/open)", value="no"))
    assert watch.server.database["/shop/open"] == "no"


@pytest.mark.parametrize(("version", "length", "count"), [(16, 255, 1), (22, 300, 2)])
def test_16_cuts_values_and_counts_one(version: int, length: int, count: int) -> None:
    with watching(FakeAsterisk(version=version)) as watch:
        for key in "ab":
            watch.send(actions.DBPut(family="x", key=key, val="v" * 300))
        assert len(watch.server.database["/x/a"]) == length
        reply = watch.send(actions.DBGetTree(family="x"))
        assert len(reply.items) == 2
        assert reply.end is not None
        assert reply.end.list_items == count


def test_variables_are_global_or_of_a_channel(watch: Watch) -> None:
    watch.server.variables["COMPANY"] = "Example"
    channel = watch.server.incoming("PJSIP/trunk", "1", variables={"ORDER": "42"})

    def value(name: str, channel_name: str | None = None) -> str | None:
        return watch.send(actions.Getvar(variable=name, channel=channel_name)).value

    assert (value("COMPANY"), value("ORDER"), value("NOTHING")) == ("Example", "", "")
    assert (value("ORDER", channel.name), value("COMPANY", channel.name)) == ("42", "Example")
    watch.send(actions.Setvar(variable="ORDER", value="43", channel=channel.name))
    assert channel.variables["ORDER"] == "43"
    told = watch.the(events.VarSet)
    assert (told.variable, told.value, told.channel) == ("ORDER", "43", channel.name)
    assert value("CHANNEL(state)", channel.name) == "Up"
    assert value("CALLERID(num)", channel.name) == ""
    assert value("UNKNOWN(x)", channel.name) == ""
    for action in (
        actions.Getvar(variable="X", channel="nobody"),
        actions.Setvar(variable="X", value="1", channel="nobody"),
    ):
        assert watch.refusal(action) == "No such channel"


def test_a_device_state_is_told_and_shown_by_its_hint(watch: Watch) -> None:
    watch.server.extension("6001", hint="Custom:6001")
    ask = actions.ExtensionState(exten="6001", context="default")
    assert watch.send(ask).status == 0
    watch.send(actions.Setvar(variable="DEVICE_STATE(Custom:6001)", value="INUSE"))
    state = watch.send(ask)
    assert (state.status, state.status_text, state.hint) == (1, "InUse", "Custom:6001")
    assert watch.the(events.DeviceStateChange).state == "INUSE"
    assert watch.the(events.ExtensionStatus).status == 1
    assert watch.send(actions.Getvar(variable="DEVICE_STATE(Custom:6001)")).value == "INUSE"
    (listed,) = watch.send(actions.ExtensionStateList()).items
    assert (listed.exten, listed.status) == ("6001", 1)
    devices = watch.send(actions.DeviceStateList()).items
    assert [(one.device, one.state) for one in devices] == [("Custom:6001", "INUSE")]
    watch.server.device("Custom:6001", "INUSE")
    assert len([one for one in watch.names if one == "ExtensionStatus"]) == 2, (
        "told once, and listed"
    )


def test_a_hint_may_be_of_several_devices_and_a_presence(watch: Watch) -> None:
    watch.server.extension("6001", hint="PJSIP/6001&Custom:6001,CustomPresence:6001")
    watch.server.device("Custom:6001", "RINGING")
    state = watch.send(actions.ExtensionState(exten="6001", context="default"))
    assert (state.status, state.hint) == (8, "PJSIP/6001&Custom:6001,CustomPresence:6001")


def test_an_extension_without_a_hint_is_unknown(watch: Watch) -> None:
    state = watch.send(actions.ExtensionState(exten="x", context="y"))
    assert (state.status, state.status_text, state.hint) == (-1, "Unknown", None)


def test_a_phone_that_rings_shows(watch: Watch) -> None:
    watch.server.extension("6002", hint="PJSIP/6002")
    call = watch.server.call("PJSIP/6001", "PJSIP/6002")
    call.answer()
    call.hangup()
    assert [event.status for event in watch.every(events.ExtensionStatus)] == [8, 1, 0]


def test_a_presence_is_told_of_with_the_extensions_that_hint_at_it(watch: Watch) -> None:
    server = watch.server
    server.extension("6003", hint="Custom:6003,CustomPresence:6003")
    server.presence("CustomPresence:6003", "away", "lunch", "back at one")
    change, status = watch.the(events.PresenceStateChange), watch.the(events.PresenceStatus)
    assert (change.presentity, status.exten) == ("CustomPresence:6003", "6003")
    assert {change.status, status.status} == {"away"}
    reply = watch.send(actions.PresenceState(provider="CustomPresence:6003"))
    assert (reply.state, reply.subtype, reply.presence_message) == ("away", "lunch", "back at one")
    assert watch.send(actions.PresenceState(provider="CustomPresence:1")).state == "not_set"
    with pytest.raises(ValueError, match="'gone' is none of not_set, "):
        server.presence("CustomPresence:6003", "gone")


def test_a_channel_may_be_given_another_caller_id(watch: Watch) -> None:
    caller = watch.server.incoming("PJSIP/trunk", "100")
    own = {"channel": caller.name, "variable": "CALLERID(name)"}
    watch.send(actions.Setvar(**own, value="Zoë"))
    assert watch.the(events.NewCallerid).caller_id_name == "Zoë"
    assert watch.send(actions.Getvar(**own)).value == "Zoë"
