"""What the server keeps: its database and its configuration files."""

import json

import pytest

from amisdk import actions, errors
from tests.live.asterisk import Server
from tests.live.support import Desk, Pbx
from tests.support import asynchronous

pytestmark = pytest.mark.live


@asynchronous
async def test_a_key_is_put_read_and_deleted(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        value = 'PJSIP/6002, 20 s: Zoë\'s "phone" \\ = #'
        await desk.send(actions.DBPut(family="live", key="6001", val=value))
        got = await desk.send(actions.DBGet(family="live", key="6001"))
        assert [(item.family, item.key, item.val) for item in got.items] == [
            ("live", "6001", value)
        ]
        await desk.send(actions.DBDel(family="live", key="6001"))
        assert (await desk.send(actions.DBGet(family="live", key="6001"))).items == ()


@pytest.mark.parametrize("value", ["", " ", "<unknown>", "(null)", "<none>", "x" * 200])
@asynchronous
async def test_a_database_value_is_not_taken_for_a_missing_one(pbx: Pbx, value: str) -> None:
    async with pbx.desk() as desk:
        await desk.send(actions.DBPut(family="live", key="odd", val=value))
        got = await desk.send(actions.DBGet(family="live", key="odd"))
        # The server strips what a header's value begins with.
        assert [item.val for item in got.items] == [value.lstrip()]
        await desk.send(actions.DBDel(family="live", key="odd"))


@asynchronous
async def test_a_tree_of_keys_is_read_and_deleted(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        entries = {"/live/tree/a": "1", "/live/tree/b": "2", "/live/tree/c/d": "3"}
        for path, value in entries.items():
            family, _, key = path.removeprefix("/").partition("/")
            await desk.send(actions.DBPut(family=family, key=key, val=value))
        tree = await desk.send(actions.DBGetTree(family="live", key="tree"))
        assert {item.key: item.val for item in tree.items} == entries
        await desk.send(actions.DBDelTree(family="live"))
        assert (await desk.send(actions.DBGetTree(family="live"))).items == ()


@asynchronous
async def test_a_configuration_file_is_read_in_three_ways(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        config = await desk.send(actions.GetConfig(filename="queues.conf"))
        support = config.category("support")
        assert support is not None
        assert support.get("strategy") == "rrmemory"
        assert support.get("member") == "Local/210@scenarios,0,Alice Archer"
        names = [category.name for category in config.categories]
        assert names == ["general", "support", "empty-queue"]
        listed = await desk.send(actions.ListCategories(filename="queues.conf"))
        assert [category.name for category in listed.categories] == names
        as_json = await desk.send(actions.GetConfigJSON(filename="queues.conf"))
        assert as_json.content == {
            category.name: dict(category.lines) for category in config.categories
        }
        assert json.loads(as_json.headers["JSON"]) == as_json.content


@asynchronous
async def test_one_category_and_a_filter_narrow_a_configuration(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        one = await desk.send(actions.GetConfig(filename="queues.conf", category="support"))
        assert [category.name for category in one.categories] == ["support"]
        filtered = await desk.send(
            actions.GetConfig(filename="queues.conf", filter=["strategy=ringall"])
        )
        assert [category.name for category in filtered.categories] == ["empty-queue"]


@asynchronous
async def test_templates_of_a_configuration_are_told(pbx: Pbx) -> None:
    async with pbx.desk() as desk:
        config = await desk.send(
            actions.GetConfig(filename="pjsip.conf", filter=["TEMPLATES=include"])
        )
        phone = config.category("phone")
        alice = next(one for one in config.categories if one.templates == ("phone",))
        assert phone is not None
        assert phone.is_template is True
        assert (alice.name, alice.is_template, alice.get("type")) == ("6001", False, "endpoint")


async def _written(desk: Desk, filename: str) -> dict[str, tuple[tuple[str, str], ...]]:
    config = await desk.send(actions.GetConfig(filename=filename))
    return {category.name: category.lines for category in config.categories}


@asynchronous
async def test_a_configuration_file_is_created_filled_and_changed(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk:
        name = "live-made.conf"
        await desk.send(actions.CreateConfig(filename=name))
        assert (server.home / "etc" / name).exists()
        await desk.send(actions.CreateConfig(filename=name), error="File exists")

        async def change(*changes: actions.UpdateConfigChange) -> None:
            await desk.send(
                actions.UpdateConfig(src_filename=name, dst_filename=name, changes=changes)
            )

        change_of = actions.UpdateConfigChange
        await change(
            change_of(action="NewCat", cat="sales"),
            change_of(action="Append", cat="sales", var="strategy", value="ringall"),
            change_of(action="Append", cat="sales", var="member", value=">PJSIP/6001"),
            change_of(action="Append", cat="sales", var="member", value=">PJSIP/6002"),
            change_of(action="NewCat", cat="support"),
        )
        assert await _written(desk, name) == {
            "sales": (
                ("strategy", "ringall"),
                ("member", "PJSIP/6001"),
                ("member", "PJSIP/6002"),
            ),
            "support": (),
        }
        await change(
            change_of(action="Update", cat="sales", var="strategy", value="linear"),
            change_of(action="Delete", cat="sales", var="member", match="PJSIP/6001"),
            change_of(action="RenameCat", cat="sales", value="shop"),
            change_of(action="DelCat", cat="support"),
        )
        assert await _written(desk, name) == {
            "shop": (("strategy", "linear"), ("member", "PJSIP/6002"))
        }
        assert "member => PJSIP/6002" in (server.home / "etc" / name).read_text()


@asynchronous
async def test_a_change_that_cannot_be_made_changes_nothing(pbx: Pbx, server: Server) -> None:
    async with pbx.desk() as desk:
        before = (server.home / "etc" / "queues.conf").read_text()
        with pytest.raises(errors.ActionFailed, match="Update"):
            await desk.ami.send(
                actions.UpdateConfig(
                    src_filename="queues.conf",
                    dst_filename="queues.conf",
                    changes=[
                        actions.UpdateConfigChange(action="NewCat", cat="new"),
                        actions.UpdateConfigChange(
                            action="Update", cat="nowhere", var="a", value="b"
                        ),
                    ],
                )
            )
        assert (server.home / "etc" / "queues.conf").read_text() == before
