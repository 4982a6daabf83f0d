"""What is known of the server, and which actions its version is known not to have."""

import pytest

from amisdk import RawAction, actions
from amisdk.info import ActionInfo, Versions
from amisdk.models import Reply
from amisdk.server import FIRST_MAJOR, LAST_MAJOR, ServerInfo, absence


@pytest.mark.parametrize(
    ("version", "major"),
    [
        ("22.10.1", 22),
        ("22.10.1~dfsg+~cs6.16.1", 22),
        ("16.28.0~dfsg-0+deb11u4", 16),
        ("18.9-cert5", 18),
        ("certified/18.9-cert5", 18),
        ("certified-20.7-cert2", 20),
        ("GIT-21-8bc9b5b7", 21),
        ("13", 13),
        ("24.0.0-rc1", 24),
        ("GIT-master-8bc9b5b7", None),
        ("UNKNOWN__and_probably_unsupported", None),
        ("22nd edition", None),
        ("", None),
        (None, None),
    ],
)
def test_the_major_version_is_read_or_not_known(version: str | None, major: int | None) -> None:
    assert ServerInfo("11.0.0", version).major == major


def test_it_tells_what_it_is() -> None:
    assert str(ServerInfo(version="22.10.1")) == "Asterisk 22.10.1"
    assert str(ServerInfo()) == "an Asterisk of unknown version"


@pytest.mark.parametrize(
    ("version", "action", "text"),
    [
        (
            "22.10.1",
            actions.SIPpeers,
            "was removed after 20; use PJSIPShowEndpoints (this is Asterisk 22.10.1)",
        ),
        ("20.1.0", actions.SIPpeers, None),
        ("11.0", actions.SIPpeers, None),
        (
            "16.28.0",
            actions.PJSIPHangup,
            "came with 18 (this is Asterisk 16.28.0)",
        ),
        (
            "19.8.1",
            actions.PJSIPHangup,
            "is in 18, 20-23 only (this is Asterisk 19.8.1)",
        ),
        ("18.9-cert5", actions.PJSIPHangup, None),
        ("GIT-master-8bc9b5b7", actions.SIPpeers, None),
        (None, actions.SIPpeers, None),
        ("22.10.1", RawAction("MyModuleDo"), None),
    ],
)
def test_an_action_is_there_or_the_reason_is_told(
    version: str | None, action: type[actions.Action[Reply]], text: str | None
) -> None:
    assert absence(action.ami, ServerInfo(version=version)) == text


def test_versions_beyond_the_spec_have_what_the_nearest_has() -> None:
    always = ActionInfo("Always", Reply, versions=Versions(((FIRST_MAJOR, LAST_MAJOR),)))
    gone = ActionInfo("Gone", Reply, versions=Versions(((FIRST_MAJOR, 20),)))
    late = ActionInfo("Late", Reply, versions=Versions(((20, LAST_MAJOR),)))
    for version in ("10.4", "1.8", "24.1", "31.0"):
        assert absence(always, ServerInfo(version=version)) is None
    assert absence(gone, ServerInfo(version="31.0")) == (
        "was removed after 20 (this is Asterisk 31.0)"
    )
    assert absence(gone, ServerInfo(version="10.4")) is None
    assert absence(late, ServerInfo(version="31.0")) is None
    assert absence(late, ServerInfo(version="10.4")) == ("came with 20 (this is Asterisk 10.4)")
