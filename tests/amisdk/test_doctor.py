"""What ListCommands lets one conclude about the actions that it does not show."""

from collections.abc import Iterable

import pytest
from amisdk_models.registry import ACTIONS

from amisdk import RawAction, actions
from amisdk.doctor import WITNESSES, diagnose, infos_of
from amisdk.server import ServerInfo

SIXTEEN = ServerInfo("5.0.4", "16.28.0")
ALL = sorted({word for cls in ACTIONS.values() for word in cls.ami.privilege})


def listed(*, held: Iterable[str] = ALL, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a server with every module but those of `without` shows a user who holds these."""
    rights = set(held)
    lines = [("Response", "Success"), ("ActionID", "1")]
    for name, cls in ACTIONS.items():
        words = cls.ami.privilege
        if name not in without and (not words or rights.intersection(words)):
            told = ",".join((*words, "all")) if words else "<none>"
            lines.append((name, f"Does something (or not).  (Priv: {told})"))
    return lines


def problems(
    wanted: Iterable[object], shown: list[tuple[str, str]], server: ServerInfo = SIXTEEN
) -> list[str | None]:
    found = diagnose(infos_of(wanted), server, shown)  # type: ignore[arg-type]
    return [finding.problem for finding in found]


def test_what_is_shown_is_usable() -> None:
    found = diagnose(infos_of([actions.QueueAdd, actions.Ping()]), SIXTEEN, listed())
    assert found.healthy
    assert found.problems == ()
    assert [str(finding) for finding in found] == ["QueueAdd: usable", "Ping: usable"]
    assert str(found) == "Asterisk 16.28.0: 2 of 2 actions are usable"


def test_names_are_compared_as_the_server_does() -> None:
    shown = [(name.upper(), text) for name, text in listed()]
    assert problems([actions.QueueAdd, "queueadd", RawAction("qUEUEADD")], shown) == [None] * 3


def test_an_action_of_another_version() -> None:
    twenty_two = ServerInfo("11.0.0", "22.10.1")
    [finding] = diagnose(infos_of([actions.SIPpeers]), twenty_two, listed(without=["SIPpeers"]))
    assert (finding.problem, finding.usable) == ("version", False)
    assert finding.advice.startswith("was removed after 20; use PJSIPShowEndpoints")
    unknown = ServerInfo("11.0.0")
    assert problems([actions.SIPpeers], listed(without=["SIPpeers"]), unknown) == ["module"]


def test_an_action_whose_module_is_not_loaded() -> None:
    queues = [name for name, cls in ACTIONS.items() if cls.ami.module == ("app_voicemail",)]
    assert queues
    shown = listed(without=queues)
    [finding] = diagnose(infos_of([actions.VoicemailUsersList]), SIXTEEN, shown)
    assert str(finding) == ("VoicemailUsersList: app_voicemail is not loaded on the server")
    assert problems([actions.VoicemailRefresh], shown) == ["module"]


def test_an_action_of_the_core_that_came_with_a_later_release() -> None:
    old = ServerInfo("7.0.0", "18.5.0")
    [finding] = diagnose(
        infos_of([actions.CoreShowChannelMap]), old, listed(without=["CoreShowChannelMap"])
    )
    assert (finding.problem, finding.advice) == (
        "version",
        "is not in this release, though others of Asterisk 18, 20-23 have it",
    )


def test_the_core_is_no_module_to_load() -> None:
    [finding] = diagnose(infos_of([actions.Park]), SIXTEEN, listed(without=["Park"]))
    assert str(finding) == "Park: res_parking is not loaded on the server"


def test_an_action_that_the_user_may_not_send() -> None:
    shown = listed(held=["call", "reporting"])
    [finding] = diagnose(infos_of([actions.Originate]), SIXTEEN, shown)
    assert str(finding) == "Originate: the user needs write = originate in manager.conf"
    assert problems([actions.GetConfig, actions.ModuleLoad], shown) == ["privilege", "privilege"]
    assert problems([actions.Status, actions.Ping], shown) == [None, None]


def test_where_either_may_be_the_reason_it_says_so() -> None:
    shown = listed(held=["call"], without=["QueueAdd"])
    [finding] = diagnose(infos_of([actions.QueueAdd]), SIXTEEN, shown)
    assert finding.problem == "module or privilege"
    assert finding.advice == (
        "app_queue is not loaded on the server, or the user needs write = agent in manager.conf"
    )


def test_a_module_is_missing_where_another_action_proves_the_privilege() -> None:
    shown = listed(held=["agent"], without=["QueueAdd"])
    assert problems([actions.QueueAdd], shown) == ["module"]


def test_what_no_spec_has() -> None:
    found = diagnose(infos_of(["MyModuleDo", RawAction("Other")]), SIXTEEN, listed())
    assert [str(finding) for finding in found] == [
        "MyModuleDo: its module is not loaded on the server",
        "Other: its module is not loaded on the server",
    ]
    shown = [*listed(), ("MyModuleDo", "Mine  (Priv: call,all)")]
    assert problems(["mymoduledo"], shown) == [None]


def test_without_a_wish_it_is_about_all_that_the_spec_has() -> None:
    found = diagnose(infos_of(()), SIXTEEN, listed())
    assert [finding.action for finding in found] == sorted(ACTIONS)
    assert len(str(found).splitlines()) == 1


@pytest.mark.parametrize("wrong", [None, 5, actions, actions.Action, RawAction])
def test_only_actions_can_be_asked_for(wrong: object) -> None:
    with pytest.raises(TypeError, match="an action, its class or its name"):
        infos_of([wrong])  # type: ignore[list-item]


def test_the_witnesses_are_actions_of_the_core_in_every_version() -> None:
    for name, privileges in WITNESSES.items():
        ami = ACTIONS[name].ami
        assert set(ami.privilege) == privileges
        assert ami.module == ("core",)
        assert str(ami.versions) == "11-23"
