"""A spec with everything in it that the format knows, and a program which uses the package."""

from .support import Files

HOTEL: Files = {
    "actions/hotels.yaml": r'''
summary: Actions on a hotel.

actions:
  HotelCheckIn:
    summary: Check a guest in.
    doc: >-
      The room is made ready "at once"; a path such as C:\new\door stays as it is, and so do
      three quotes like """ in a row, in a text that is long enough to be more than one line.
    module: [app_hotel, app_rooms]
    versions: 18, 20-23
    privilege: [system, call]
    fields:
      Guest: {required: true, doc: "Name of the guest, such as O'Hara \"the Great\"."}
      Room: {required: true, type: int, min: 1, max: 999, doc: Number of the room.}
      Empty: {required: true, blank: true, doc: What may be empty.}
      Kind: {enum: RoomKind, doc: Kind of the room.}
      Board: {enum: [half, full], open: true, doc: What the guest eats.}
      Nights: {type: float, unit: seconds, default: 1.5, doc: How long the guest stays.}
      Smoker: {type: bool, words: ["Y", "N"], default: false, doc: Whether the guest smokes}
      Tags: {type: csv, doc: What to note about the guest.}
      Variable: {type: variables, doc: Variables of the room.}
      Secret: {type: secret, doc: The code of the door.}
      Priority: {type: priority, doc: Priority of the guest.}
      Headers: {type: headers, doc: Headers of your own.}
      Note: {repeat: true, doc: Notes about the guest.}
      Wakeups:
        type: records
        doc: Calls to make.
        columns:
          Time: {required: true, doc: When to call.}
          Voice: {enum: [soft, loud], doc: How to speak.}
      Wait: {type: int, unit: milliseconds, default: 1500, doc: How long to wait.}
      Async: {type: bool, doc: Whether to answer at once.}
    rules:
      - one_of: [[Kind, Board], [Tags]]
      - any_of: [Nights, Tags, Kind]
      - exclusive: [Smoker, Priority]
      - needs: {Secret: [Guest], Priority: [Tags]}
    reply:
      groups: [guest]
      fields: {Door: Door that opens.}
      later: HotelArrived
    example:
      Guest: O'Hara "the\Great"
      Room: 12
      Empty: ""
      Tags: [a, b]
      Variable: {A: "1", B: "x,y"}
      Wakeups:
        - {Time: "07:00", Voice: loud}
        - {Time: "08:00 or a little bit later than that", Voice: soft}
    idempotent: true
    danger: [runs code]
    replaced_by: [Hotel-Rooms]
    blocks: {field: Wait, unless: Async}

  Hotel-Rooms:
    summary: List the rooms.
    module: app_hotel
    versions: 16
    privilege: []
    reply:
      list:
        items: [HotelRoom, HotelArrived]
        end: HotelRoomsComplete
        empty: [No rooms]
        announced: false
        correlated: false
    read_only: true

  HotelAny:
    summary: List whatever comes.
    module: app_hotel
    versions: 11-23
    privilege: []
    reply: {list: {items: [any], end: HotelRoomsComplete}}
''',
    "actions/shapes.yaml": "summary: Replies of each shape.\n\nactions:\n"
    + "".join(
        f"  Hotel{name}: {{summary: Tell one thing., module: m, versions: 11-23, privilege: [], "
        f"reply: {{{reply}}}}}\n"
        for name, reply in {
            "One": "event: HotelRoom",
            "Text": "shape: text",
            "Pairs": "shape: pairs",
            "Config": "shape: config",
            "Command": "shape: output",
            "Single": "shape: single",
        }.items()
    ),
    "events/hotels.yaml": r"""
summary: Events of a hotel.

events:
  HotelRoom:
    summary: What a room is like.
    module: app_hotel
    class: [call, system]
    versions: 11-23
    groups:
      - guest
      - {group: guest, prefix: Old, of: the guest before, without: [Born], versions: 20-23}
    fields:
      Room: {type: int, doc: Number of the room.}
      Kind: {enum: RoomKind, doc: Kind of the room.}
      Board: {enum: [half, full, half], doc: What the guest eats.}
      Clean: {type: bool, words: [clean, dirty], doc: Whether it is clean.}
      Price: {type: float, absent: ["-1"], doc: Price of the room.}
      Since: {type: epoch, doc: Since when it is taken.}
      Until: {type: datetime, doc: Until when it is taken.}
      Cleaned: {type: localtime, doc: When it was cleaned.}
      Stay: {type: clock, doc: How long the guest stays.}
      Tags: {type: csv, doc: What was noted.}
      ChanVariable: {type: variables, escaped: true, doc: Variables of the room.}
      Data: {type: json, doc: Data of the room.}
      Raw: {type: verbatim, doc: Text as it is.}
      Note: {repeat: true, escaped: true, doc: Notes about the guest.}
      Share: {type: int, unit: percent, doc: Share of the price.}
  HotelArrived: {summary: A guest came., module: m, versions: 11-23, groups: [guest]}
  HotelRoomsComplete: {summary: All rooms were listed., module: m, versions: 11-23}
""",
    "shared.yaml": r"""
summary: What actions and events share.

enums:
  RoomKind:
    summary: Kind of a room, such as "single"
    values:
      single: For one.
      double: For two, as in C:\new\d.
      'twin "x"': >-
        With two beds; this is a long story about what a room with two beds is, so that it does
        not fit into one line.
  Plain: {summary: 'As one says, "plain"', values: [a, b]}

groups:
  guest:
    summary: A guest.
    of: the guest
    fields:
      Guest: Name of {of}.
      Born: {type: datetime, doc: "When {of} was born."}

names:
  classes: {Hotel-Rooms: HotelRooms}
  fields: {Async: async_}
  hints:
    CheckIn: HotelCheckIn
    HotelEnter: {action: HotelCheckIn, fields: {Room: 1}, note: It's there.}
""",
}

PROGRAM = r"""
import sys

sys.path.insert(0, "out")

import asyncio
import warnings
from datetime import datetime, timezone

warnings.simplefilter("error")

from hotel import actions, enums, events, registry

from amisdk import AsyncClient

wakeups = [actions.HotelCheckInWakeup(time="07:00", voice="loud")]
action = actions.HotelCheckIn(
    guest="Ann", room=7, empty="", tags=["a", "b"], smoker=True, variables={"A": "1,2"},
    wakeups=wakeups, note=["x", "y"], headers={"Mine": 1}, async_=True,
)
assert action.to_headers() == [
    ("Guest", "Ann"), ("Room", "7"), ("Empty", ""), ("Smoker", "Y"), ("Tags", "a,b"),
    ("Variable", "A=1\\,2"), ("Mine", "1"), ("Note", "x"), ("Note", "y"),
    ("Time-000000", "07:00"), ("Voice-000000", "loud"), ("Async", "true"),
], action.to_headers()
right = {"guest": "Ann", "room": 7, "empty": "", "tags": "a"}
wrong = [{name: given for name, given in right.items() if name != left} for left in right]
for change in (
    {"guest": ""}, {"room": 0}, {"room": 1000}, {"room": "7"}, {"smoker": "Y"},
    {"kind": "suite", "board": "full", "tags": None}, {"colour": "red"}, {"kind": "single"},
    {"smoker": True, "priority": 1}, {"wakeups": [{"voice": "loud"}]},
):
    wrong.append({**right, **change})
actions.HotelCheckIn(**right)
for arguments in wrong:
    try:
        actions.HotelCheckIn(**arguments)
    except ValueError:
        continue
    raise AssertionError(arguments)

event = registry.EVENTS["hotelroom"].from_frame("\r\n".join([
    "Event: HotelRoom", "Guest: Ann", "Room: seven", "Kind: suite", "OldGuest: Bob",
    "Clean: dirty", "Price: -1", "Since: 1700000000.5", "Stay: 00:01:05", "Tags: a, b",
    "ChanVariable: A=\\\"1\\\"", "Data: {\"a\": [1]}", "Raw: <unknown>", "Note: x", "Note: y",
]))
assert isinstance(event, events.HotelRoom)
assert (event.guest, event.old_guest, event.room, event.kind) == ("Ann", "Bob", None, "suite")
assert (event.clean, event.price, event.stay, event.tags) == (False, None, 65, ("a", "b"))
assert event.since == datetime.fromtimestamp(1700000000.5, timezone.utc)
assert event.chan_variables == {"A": "\"1\""}
assert (event.data, event.raw, event.note) == ({"a": [1]}, "<unknown>", ("x", "y"))
assert [issue.field for issue in event.issues] == ["room"]
assert not hasattr(event, "old_born")

assert registry.ACTIONS["HOTEL-ROOMS"] is actions.HotelRooms
assert actions.HotelRooms.ami.list.items == ("HotelRoom", "HotelArrived")
assert actions.HotelRooms.ami.list.announced is actions.HotelRooms.ami.list.correlated is False
assert actions.HotelRooms.ami.read_only and not actions.HotelRooms.ami.idempotent
assert actions.HotelCheckIn.ami.idempotent and not actions.HotelCheckIn.ami.read_only
assert 19 not in actions.HotelCheckIn.ami.versions and 20 in actions.HotelCheckIn.ami.versions
assert actions.HotelCheckIn.ami.blocks.seconds({"wait": 500}) == 0.5
assert actions.HotelCheckIn.ami.blocks.seconds({}) == 1.5
assert actions.HotelCheckIn.ami.blocks.seconds({"wait": 500, "async_": True}) == 0
assert len(registry.ACTIONS) == 9 and len(registry.EVENTS) == 3
for table in (registry.ACTIONS, registry.EVENTS):
    for name, cls in table.items():
        assert cls.ami.name == name
        cls.model_rebuild()
for name, hint in (("CheckIn", "HotelCheckIn?"), ("HotelEnter", "HotelCheckIn(room=1)? It's")):
    try:
        getattr(actions, name)
    except AttributeError as error:
        assert f"did you mean {hint}" in str(error), error
    else:
        raise AssertionError(name)
assert enums.__all__ == ["Plain", "RoomKind"]
AsyncClient("pbx.example", username="u", secret="s", registry=registry)
print("fine")
"""

TYPED = '''
"""What a type checker sees of the package."""

from datetime import datetime
from typing import assert_type

from amisdk import AsyncClient
from hotel import actions, events, registry
from hotel.enums import RoomKind


async def use(ami: AsyncClient) -> None:
    """Send and read."""
    reply = await ami.send(actions.HotelCheckIn(guest="Ann", room=7, empty="", tags="a"))
    assert_type(reply, actions.HotelCheckInReply)
    assert_type(reply.door, str | None)
    rooms = await ami.send(actions.HotelRooms())
    assert_type(rooms.items, tuple[events.HotelRoom | events.HotelArrived, ...])
    assert_type(rooms.end, events.HotelRoomsComplete | None)
    one = await ami.send(actions.HotelOne())
    assert_type(one.event, events.HotelRoom | None)
    actions.HotelCheckIn(guest="Ann", room="7", empty="")  # type: ignore[arg-type]
    actions.HotelCheckIn(guest="Ann", room=7, empty="", colour=1)  # type: ignore[call-arg]
    actions.HotelGone()  # type: ignore[attr-defined]


def read(event: events.HotelRoom) -> None:
    """Read fields."""
    assert_type(event.since, datetime | None)
    assert_type(event.note, tuple[str, ...] | None)
    kind: RoomKind | str | None = event.kind
    print(kind)


client = AsyncClient("pbx.example", username="u", secret="s", registry=registry)
'''
