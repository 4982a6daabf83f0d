"""Conferences, and the actions on them."""

from typing import Any

import pytest

from amisdk import actions, events
from amisdk.models import Action
from amisdk.testing import Conference, Participant
from tests.amisdk.testing.support import Watch


@pytest.fixture
def room(watch: Watch) -> Conference:
    """A conference with an admin and a guest."""
    room = watch.server.conference("900")
    room.join("PJSIP/1", admin=True)
    room.join("PJSIP/2", caller_id="Zoë <0301>")
    return room


def test_a_conference_begins_with_the_first_and_ends_with_the_last(
    watch: Watch, room: Conference
) -> None:
    for participant in list(room.participants):
        participant.leave()
    order = [
        "BridgeCreate", "ConfbridgeStart", "BridgeEnter", "ConfbridgeJoin", "BridgeEnter",
        "ConfbridgeJoin", "ConfbridgeLeave", "BridgeLeave", "ConfbridgeLeave", "ConfbridgeEnd",
        "BridgeLeave", "BridgeDestroy",
    ]  # fmt: skip
    assert [name for name in watch.names if name in order] == order
    bridges = {event.bridge_unique_id for event in watch.every(events.ConfbridgeJoin)}
    assert bridges == {watch.the(events.BridgeDestroy).bridge_unique_id}
    room.join("PJSIP/3")
    assert len(watch.every(events.ConfbridgeStart)) == 2


def test_it_is_listed(watch: Watch, room: Conference) -> None:
    admin, guest = watch.send(actions.ConfbridgeList(conference="900")).items
    assert [admin.admin, guest.admin, guest.muted] == [True, False, False]
    assert guest.caller_id_name == "Zoë"
    (listed,) = watch.send(actions.ConfbridgeListRooms()).items
    assert (listed.conference, listed.parties, listed.marked) == ("900", 2, 1)
    assert room.participants[1].channel.name == guest.channel


@pytest.mark.parametrize(
    ("whom", "muted"),
    [("PJSIP/2", [False, True]), ("all", [True, True]), ("participants", [False, True])],
)
def test_muting(watch: Watch, room: Conference, whom: str, muted: list[bool]) -> None:
    assert (
        watch.send(actions.ConfbridgeMute(conference="900", channel=whom)).message == "User muted"
    )
    assert [one.muted for one in room.participants] == muted
    assert len(watch.every(events.ConfbridgeMute)) == sum(muted)
    reply = watch.send(actions.ConfbridgeUnmute(conference="900", channel=whom))
    assert reply.message == "User unmuted"
    assert [one.muted for one in room.participants] == [False, False]


def test_kicking_one_and_all(watch: Watch, room: Conference) -> None:
    guest = room.participants[1].channel
    kick = actions.ConfbridgeKick(conference="900", channel=guest.name)
    assert watch.send(kick).message == "User kicked"
    assert guest.gone
    everybody = actions.ConfbridgeKick(conference="900", channel="all")
    assert watch.send(everybody).message == "All participants kicked"
    assert watch.the(events.ConfbridgeEnd).conference == "900"
    assert watch.server.channels == {}


def test_locking_and_recording(watch: Watch, room: Conference) -> None:
    watch.send(actions.ConfbridgeLock(conference="900"))
    (listed,) = watch.send(actions.ConfbridgeListRooms()).items
    assert listed.locked
    watch.send(actions.ConfbridgeUnlock(conference="900"))
    assert not room.locked
    start = actions.ConfbridgeStartRecord(conference="900")
    assert watch.send(start).message == "Conference Recording Started."
    assert watch.refusal(start) == "Conference is already being recorded."
    watch.send(actions.ConfbridgeStopRecord(conference="900"))
    assert watch.the(events.ConfbridgeRecord).conference == "900"
    assert watch.the(events.ConfbridgeStopRecord).conference == "900"


def test_talking_is_told(watch: Watch, room: Conference) -> None:
    room.participants[1].talk()
    room.participants[1].talk(False)
    told = [event.talking_status for event in watch.every(events.ConfbridgeTalking)]
    assert told == [True, False]
    assert isinstance(room.participants[0], Participant)


NOBODY = "No Channel by that name found in Conference."


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (actions.ConfbridgeList(conference="901"), "No Conference by that name found."),
        (actions.ConfbridgeLock(conference="901"), "No Conference by that name found."),
        (actions.ConfbridgeMute(conference="900", channel="nobody"), NOBODY),
        (actions.ConfbridgeKick(conference="900", channel="nobody"), NOBODY),
        (actions.ConfbridgeSetSingleVideoSrc(conference="900", channel="nobody"), NOBODY),
    ],
    ids=lambda case: case.ami_name if isinstance(case, Action) else "",
)
def test_what_is_not_there_is_refused(
    watch: Watch, room: Conference, action: Action[Any], words: str
) -> None:
    assert watch.refusal(action) == words


def test_where_there_is_no_conference_there_is_none_active(watch: Watch) -> None:
    watch.server.conference("900")
    for action in (
        actions.ConfbridgeListRooms(),
        actions.ConfbridgeList(conference="900"),
        actions.ConfbridgeKick(conference="900", channel="all"),
    ):
        assert watch.refusal(action) == "No active conferences."
    assert watch.send(actions.ConfbridgeListRooms()).items == ()


def test_the_application_joins(watch: Watch) -> None:
    join = actions.Originate(channel="PJSIP/1", application="ConfBridge", data="77")
    watch.ami.originate(join)
    assert [one.channel.device for one in watch.server.conference("77").participants] == ["PJSIP/1"]


def test_it_shows_who_is_there(watch: Watch) -> None:
    conference = watch.server.conference("900")
    guest = conference.join("PJSIP/6001", muted=True)
    assert repr(conference) == "<Conference 900: 1 participants>"
    assert repr(guest) == f"<Participant {guest.channel.name} of 900, muted>"
