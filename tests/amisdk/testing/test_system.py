"""The actions on the session and on the server itself."""

import re
import threading

import pytest

from amisdk import Client, actions, errors, events
from amisdk.testing import FakeAsterisk
from tests.amisdk.testing.support import Wire, watching


@pytest.mark.parametrize(
    ("version", "manager", "asterisk"), [(16, "5.0.4", "16.28.0"), (22, "11.0.0", "22.10.0")]
)
def test_settings_tell_the_version(version: int, manager: str, asterisk: str) -> None:
    with watching(FakeAsterisk(version=version)) as watch:
        assert watch.ami.server.major == version
        settings = watch.send(actions.CoreSettings())
        assert (settings.ami_version, settings.asterisk_version) == (manager, asterisk)
        has_sounds = version > 16
        assert ("SoundsSearchCustomDir" in settings.headers) == has_sounds


def test_status_counts_the_channels() -> None:
    with watching() as watch:
        assert watch.send(actions.CoreStatus()).core_current_calls == 0
        watch.server.call("PJSIP/1", "PJSIP/2").hangup()
        watch.server.call("PJSIP/1", "PJSIP/2")
        status = watch.send(actions.CoreStatus())
        assert (status.core_current_calls, status.core_processed_calls) == (2, 4)


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (("EventMask: on",), ("Events", "On")),
        (("EventMask: call,agent",), ("Events", "On")),
        (("EventMask: off",), ("Events", "Off")),
        (("EventMask: nonsense",), ("Events", "Off")),
        (("EventMask:",), ("Message", "Invalid event mask")),
        ((), ("Message", "Invalid event mask")),
    ],
)
def test_the_event_mask(lines: tuple[str, ...], answer: tuple[str, str]) -> None:
    with FakeAsterisk() as server, Wire(server) as wire:
        wire.login()
        (reply,) = wire.ask("Action: Events", *lines)
        assert list(reply)[-1] == answer


@pytest.mark.parametrize(
    ("version", "lines", "words"),
    [
        (22, ("Operation: Add", "Filter: x"), "Success"),
        (22, ("Operation: Del", "Filter: x"), "Unknown operation"),
        (22, ("Filter: x",), "Unknown operation"),
        (
            22,
            ("Operation: Add", "Filter: ("),
            "Filter did not compile.  Check the syntax of the filter given.",
        ),
        (
            22,
            ("Operation: Add", "Filter:"),
            "Filter was formatted incorrectly.  Check the syntax of the filter given.",
        ),
        (16, ("Operation: Add", "Filter:"), "Success"),
    ],
)
def test_filters(version: int, lines: tuple[str, ...], words: str) -> None:
    with FakeAsterisk(version=version) as server, Wire(server) as wire:
        wire.login()
        assert wire.ask("Action: Filter", *lines)[0]["Message"] == words


def test_it_lists_the_actions_of_its_version() -> None:
    with watching(FakeAsterisk(version=16)) as watch:
        listed = watch.send(actions.ListCommands()).pairs
        assert listed["Originate"].endswith("  (Priv: originate,all)")
        assert listed["Ping"].endswith("  (Priv: <none>)")
        assert "SIPpeers" in listed
        assert "PJSIPHangup" not in listed
        found = watch.ami.doctor(actions.SIPpeers, actions.PJSIPHangup, actions.CoreStatus)
        assert [finding.problem for finding in found] == [None, "version", None]


def test_commands() -> None:
    with watching() as watch:
        watch.server.call("PJSIP/1", "PJSIP/2")
        uptime = watch.send(actions.Command(command="core  show uptime"))
        assert uptime.text.startswith("System uptime: ")
        assert "22.10.0" in watch.send(actions.Command(command="core show version")).text
        user = watch.send(actions.Command(command="manager show user admin")).text
        assert re.search(r"^ +read perm: system,call,.*,all$", user, re.MULTILINE)
        nobody = watch.send(actions.Command(command="manager show user nobody")).text
        assert nobody == "There is no manager called nobody"
        channels = watch.send(actions.Command(command="core show channels")).output or ()
        assert channels[1].startswith("PJSIP/1-00000001")
        assert channels[-1] == "2 active channels"
        with pytest.raises(errors.ActionFailed) as caught:
            watch.send(actions.Command(command="core show nonsense"))
        words = "No such command 'core show nonsense' (type 'core show help core show nonsense'"
        assert caught.value.reply is not None
        assert caught.value.reply.headers["Output"].startswith(words)


def test_a_user_event_goes_to_everybody_with_its_headers_and_action_id() -> None:
    with watching() as watch, Client.from_url(watch.server.url) as other:
        stream = other.events(events.UserEvent)
        action = actions.UserEvent(user_event="Order", headers={"Number": 42, "Note": "x"})
        watch.send(action, action_id="my-own")
        event = stream.get(10)
        assert (event.user_event, event.action_id) == ("Order", "my-own")
        assert dict(event.extra_headers) == {"Number": "42", "Note": "x"}
        assert watch.the(events.UserEvent) == event


def test_wait_event_waits_for_an_event_or_for_its_time() -> None:
    with watching() as watch:
        assert watch.send(actions.WaitEvent(timeout=0)).items == ()
        threading.Timer(0.05, watch.server.emit, [events.Hangup(cause=16)]).start()
        reply = watch.send(actions.WaitEvent(timeout=20))
        assert [type(item) for item in reply.items] == [events.Hangup]


def test_a_login_with_a_wrong_secret_is_refused() -> None:
    with FakeAsterisk() as server:
        url = server.url.replace(":amisdk@", ":wrong@")
        with pytest.raises(errors.LoginRefused, match="Authentication failed"):
            Client.from_url(url).connect()
