"""The pages of a reference, of small specs: what there is, what links to what, and the command."""

import json
import re
from pathlib import Path

import pytest
from amisdk_codegen.load import load
from amisdk_codegen.reference import navigation, reference
from amisdk_codegen.resolve import resolve

from .hotel import HOTEL
from .support import GOOD, Files, Workspace, action, contents, event

OWN: Files = {
    "queues.yaml": """\
summary: What our queues have more.

actions:
  ShopOrder:
    summary: Attach an order to a call.
    module: app_shop
    versions: 16-23
    privilege: [call]
    reply: {list: {items: [QueueMember], end: QueueStatusComplete}}
extend:
  actions:
    QueueAdd: {fields: {Skill: {type: int, doc: "What the member is good at."}}}
  events:
    QueueMemberAdded: {fields: {Skill: {type: int, doc: "What the member is good at."}}}
  enums:
    LoadType: {values: {restart: Unload the module and load it anew.}}
"""
}
"""A spec that builds on amisdk's own."""


@pytest.fixture
def hotel(bare: Workspace) -> dict[str, str]:
    """Return the pages of the hotel."""
    bare.write(HOTEL)
    return reference(resolve(load(bare.spec), "hotel"))


def test_there_is_a_page_for_everything(hotel: dict[str, str]) -> None:
    assert {"index.md", "actions/index.md", "events/index.md", "versions.md", "privileges.md",
            "enums.md", "areas/hotels/index.md", "areas/shapes/index.md",
            "actions/HotelCheckIn.md", "events/HotelRoom.md"} <= set(hotel)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "wire", "kind", "meaning"),
    [
        ("guest", "Guest", "`str`, required", 'Name of the guest, such as O\'Hara "the Great".'),
        ("room", "Room", "`int`, required", "Number of the room. 1 to 999."),
        ("kind", "Kind", "`RoomKind | None`",
         "Kind of the room. One of [RoomKind](../enums.md#roomkind)."),
        ("board", "Board", "`str | None`", "What the guest eats. Known values: `half` and `full`."),
        ("nights", "Nights", "`float | None`",
         "How long the guest stays. In seconds. The server's default is `1.5`."),
        ("smoker", "Smoker", "`bool | None`",
         "Whether the guest smokes. The server's default is `False`."),
        ("tags", "Tags", "`str | Sequence[str] | None`", "What to note about the guest."),
        ("variables", "Variable", "`Mapping[str, str | int | float] | None`",
         "Variables of the room."),
        ("secret", "Secret", "`str | SecretStr | None`", "The code of the door."),
        ("priority", "Priority", "`int | str | None`", "Priority of the guest."),
        ("note", "Note", "`Sequence[str] | None`", "Notes about the guest."),
        ("wakeups", "Wakeups", "`Sequence[HotelCheckInWakeup] | None`", "Calls to make."),
        ("async_", "Async", "`bool | None`", "Whether to answer at once."),
    ],
)  # fmt: skip
def test_what_is_said_of_a_field_of_an_action(
    hotel: dict[str, str], field: str, wire: str, kind: str, meaning: str
) -> None:
    assert f"| `{field}` | `{wire}` | {kind} | {meaning} |" in hotel["actions/HotelCheckIn.md"]


@pytest.mark.parametrize(
    ("field", "kind", "meaning"),
    [
        ("kind", "RoomKind | str | None", "Known values: [RoomKind](../enums.md#roomkind)."),
        ("board", "str | None", "Known values: `half` and `full`."),
        ("clean", "bool | None", "Whether it is clean."),
        ("since", "datetime | None", "Since when it is taken."),
        ("stay", "int | None", "In seconds."),
        ("tags", "tuple[str, ...] | None", "What was noted."),
        ("chan_variables", "Mapping[str, str] | None", "Variables of the room."),
    ],
)
def test_what_is_said_of_a_field_of_an_event(
    hotel: dict[str, str], field: str, kind: str, meaning: str
) -> None:
    assert re.search(
        rf"^\| `{field}` \| `\w+` \| `{re.escape(kind)}` \| .*{re.escape(meaning)} \|$",
        hotel["events/HotelRoom.md"],
        re.MULTILINE,
    )


def test_what_is_said_of_an_action(hotel: dict[str, str]) -> None:
    page = hotel["actions/HotelCheckIn.md"]
    assert "- Asterisk [18, 20-23](../versions.md), modules `app_hotel` and `app_rooms`." in page
    assert "- Needs the write privilege `system` or `call`." in page
    assert "- Twice is as good as once" in page
    assert "for as long as `wait` says" in page
    assert "unless `async_` is true." in page
    assert '!!! danger "Runs code"' in page
    assert "as the event [HotelArrived](../events/HotelArrived.md)" in page
    assert "- Give exactly one of: `kind` and `board`; `tags`." in page
    assert "- Give `nights`, `tags` or `kind`, or more of them." in page
    assert "- Give at most one of `smoker` and `priority`." in page
    assert "- `secret` needs `guest`." in page
    assert "- `priority` needs `tags`." in page
    assert "### HotelCheckInWakeup" in page
    assert "Changes nothing" not in page
    rooms = next(
        page for page in hotel.values() if page.startswith("# Hotel") and "-Rooms`." in page
    )
    assert "- On the wire: `Hotel-Rooms`." in rooms
    assert "Empty if the server says “No rooms”." in rooms
    assert "Changes nothing beyond this session" in rooms
    assert '!!! warning "Gone after Asterisk 16"' in rooms
    assert "any event" in hotel["actions/HotelAny.md"]


def test_what_is_special_in_markdown_is_shown_as_it_is(hotel: dict[str, str]) -> None:
    page = hotel["actions/HotelCheckIn.md"]
    assert r"such as C:\\new\\door stays" in page


def test_what_is_on_an_actions_page_is_escaped(bare: Workspace) -> None:
    text = action().replace(
        "Do something.", '"Take *all* of a|b <now> & [x](y) `z` {c} snake_case."'
    )
    bare.write({"more.yaml": text})
    page = reference(resolve(load(bare.spec), "more"))["actions/Do.md"]
    assert r"Take \*all\* of a\|b &lt;now&gt; &amp; \[x\](y) \`z\` \{c\} snake\_case." in page


def test_where_nothing_takes_an_actions_place_the_page_says_so(bare: Workspace) -> None:
    bare.write({"more.yaml": action().replace("11-23", "11-14")})
    page = reference(resolve(load(bare.spec), "more"))["actions/Do.md"]
    assert "Gone after Asterisk 14" in page
    assert "Nothing takes its place." in page


def test_events_tell_in_which_replies_they_come(hotel: dict[str, str]) -> None:
    page = hotel["events/HotelRoom.md"]
    assert "- The reply to [HotelOne](../actions/HotelOne.md)." in page
    assert "- An item of the reply to [" in page
    assert "- Tells the outcome of [HotelCheckIn]" in hotel["events/HotelArrived.md"]
    assert "- Ends the reply to [HotelAny]" in hotel["events/HotelRoomsComplete.md"]


def test_versions_tell_what_came_and_went(bare: Workspace) -> None:
    bare.write({
        "one.yaml": action().replace("11-23", "18, 20-23"),
        "two.yaml": event(name="Went").replace("11-23", "11-15"),
    })  # fmt: skip
    page = reference(resolve(load(bare.spec), "more"))["versions.md"]
    parts = dict(re.findall(r"^## Asterisk (\d+)\n\n((?:.|\n)*?)(?=^## |\Z)", page, re.MULTILINE))
    assert parts["18"].strip() == "- **New actions**: [Do](actions/Do.md)"
    assert parts["19"].strip() == "- **Gone actions**: [Do](actions/Do.md)"
    assert parts["20"].strip() == "- **New actions**: [Do](actions/Do.md)"
    assert parts["16"].strip() == "- **Gone events**: [Went](events/Went.md)"
    assert parts["23"].strip() == "Nothing came and nothing went."
    assert parts["11"].strip() == "The first that the spec knows: 0 actions, 1 events."
    assert "| [19](#asterisk-19) | 0 | 0 |" in page


def test_a_spec_of_ones_own_has_what_it_builds_on_too(bare: Workspace) -> None:
    bare.write(OWN)
    outcome = bare.run("reference", "--package", "shop_ami", "--out", "pages")
    assert outcome.status == 0, outcome.err
    pages = {name: data.decode() for name, data in contents(bare.root / "pages").items()}
    assert "from shop_ami import actions" in pages["actions/Ping.md"]
    assert "from shop_ami import actions" in pages["actions/ShopOrder.md"]
    assert "| `skill` | `Skill` |" in pages["actions/QueueAdd.md"]
    assert "| `interface` | `Interface` |" in pages["actions/QueueAdd.md"]
    added = pages["events/QueueMemberAdded.md"]
    assert "| `skill` | `Skill` |" in added
    assert "| `member_name` | `MemberName` |" in added
    assert "- An item of the reply to [ShopOrder]" in pages["events/QueueMember.md"]
    assert "`restart`: Unload the module" in pages["enums.md"]
    assert "`load`" in pages["enums.md"].partition("## LoadType")[2]


def test_only_its_own_pages_if_that_is_wanted(bare: Workspace) -> None:
    bare.write(OWN)
    outcome = bare.run("reference", "--package", "shop_ami", "--out", "pages", "--own")
    assert outcome.status == 0, outcome.err
    pages = {name: data.decode() for name, data in contents(bare.root / "pages").items()}
    named = {name for name in pages if name.startswith(("actions/", "events/"))}
    assert "actions/ShopOrder.md" in named
    assert "events/QueueMemberAdded.md" in named
    assert "actions/Ping.md" not in named
    assert "events/QueueMember.md" not in named
    assert "`QueueMember`\nin `reply.items`" in pages["actions/ShopOrder.md"]
    for name, text in pages.items():
        for target in re.findall(r"\]\(([^)#]+)", text):
            assert (bare.root / "pages" / name).parent.joinpath(target).is_file(), (name, target)


def test_the_same_bytes_each_time_and_nothing_stale(bare: Workspace) -> None:
    bare.write(GOOD)
    arguments = ["--alone", "--package", "things", "--out", "pages"]
    assert "8 pages, 8 changed" in bare.run("reference", *arguments).out
    before = contents(bare.root / "pages")
    assert "8 pages, 0 changed" in bare.run("reference", *arguments).out
    assert contents(bare.root / "pages") == before
    (bare.root / "pages" / "actions" / "Gone.md").write_text("stale", encoding="utf-8")
    bare.run("reference", *arguments)
    assert contents(bare.root / "pages") == before


def test_a_directory_of_someone_elses_is_left_alone(bare: Workspace) -> None:
    bare.write(GOOD)
    (bare.root / "pages").mkdir()
    (bare.root / "pages" / "index.md").write_text("# Mine\n", encoding="utf-8")
    outcome = bare.run("reference", "--alone", "--package", "things", "--out", "pages")
    assert outcome.status == 2
    assert "was not generated" in outcome.err
    assert contents(bare.root / "pages") == {"index.md": b"# Mine\n"}


def test_a_spec_that_is_wrong_writes_no_page(bare: Workspace) -> None:
    bare.write({"more.yaml": action("reply: {event: Nothing}")})
    outcome = bare.run("reference", "--alone", "--package", "things", "--out", "pages")
    assert outcome.status == 2
    assert 'there is no event "Nothing"' in outcome.err
    assert not (bare.root / "pages").exists()


def test_the_navigation_has_every_page_once(bare: Workspace) -> None:
    bare.write(HOTEL)
    plan = resolve(load(bare.spec), "hotel")
    found: list[str] = []

    def walk(pages: list[dict[str, object]]) -> None:
        for one in pages:
            for page in one.values():
                if isinstance(page, list):
                    walk(page)
                else:
                    found.append(str(page))

    walk(navigation(plan))
    assert sorted(found) == sorted(reference(plan))


def test_the_navigation_is_written_where_it_is_wanted(bare: Workspace) -> None:
    bare.write(GOOD)
    arguments = ["--alone", "--package", "things", "--out", "pages", "--nav", "nav.json"]
    assert bare.run("reference", *arguments).status == 0
    pages = json.loads(Path("nav.json").read_text("utf-8"))
    assert pages[-1] == {
        "Things": [
            {"Things": "areas/things/index.md"},
            {"Poke": "actions/Poke.md"},
            {"Events": [{"Poked": "events/Poked.md"}]},
        ]
    }


def test_an_area_in_capitals_is_written_so(bare: Workspace) -> None:
    bare.write({"sip_peers.yaml": action(name="SIPpeers")})
    plan = resolve(load(bare.spec), "things")
    assert list(navigation(plan)[-1]) == ["SIP peers"]
