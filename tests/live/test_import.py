"""The XML documentation that real servers come with: read whole, and compared with the spec."""

from pathlib import Path

import pytest
from amisdk_codegen.asterisk_xml import SNAPSHOTS, Documented, read
from amisdk_codegen.cli import main, own_spec
from amisdk_codegen.gather import gather
from amisdk_codegen.importing import compare, overlay, report
from amisdk_codegen.load import load

from tests.live.asterisk import Server

pytestmark = pytest.mark.live

COUNTS = {
    "actions": {16: 160, 22: 154},
    "events": {16: 165, 22: 181},
    "headers": {16: 2632, 22: 2884},
}
"""What was counted in these files by other means."""


def _file(server: Server) -> Path:
    return server.tree / "usr/share/asterisk/documentation/core-en_US.xml"


def _headers(documented: Documented) -> int:
    """Count the headers of all events, those of snapshots too."""
    return sum(
        len(
            {field.name.lower() for field in event.fields}
            | {
                (snapshot.prefix + wire).lower()
                for snapshot in event.snapshots
                for wire in SNAPSHOTS[snapshot.kind]
            }
        )
        for event in documented.events
    )


def test_all_that_the_server_documents_is_read(server: Server) -> None:
    documented = read(_file(server))
    counts = {
        "actions": len(documented.actions),
        "events": len(documented.events),
        "headers": _headers(documented),
    }
    assert counts == {what: known[server.major] for what, known in COUNTS.items()}
    assert documented.oddities == ()
    assert all(action.summary for action in documented.actions)
    assert all(event.summary for event in documented.events)


def test_the_spec_lacks_nothing_that_the_server_documents(server: Server) -> None:
    spec = gather(load(own_spec()))
    lacks = compare(read(_file(server)), spec)
    (line,) = report(lacks)
    assert line.startswith("nothing lacks: ")
    assert overlay(lacks, server.major) == {}


def test_the_command_writes_nothing_where_nothing_lacks(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(_file(server)), "--write", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.startswith("nothing lacks: ")
    assert not (tmp_path / "out").exists()


def test_without_its_action_the_spec_would_lack_it(server: Server) -> None:
    """What real documentation says becomes an overlay that the generator reads."""
    spec = gather(load(own_spec()))
    documented = read(_file(server))
    names = {"QueueAdd", "BridgeInfo", "Filter"} & {one.name for one in documented.actions}
    for name in names:
        del spec.actions[name]
    del spec.events["DialBegin"]
    lacks = compare(documented, spec)
    assert {lack.name for lack in lacks.lacks} == {*names, "DialBegin"}
    text = overlay(lacks, server.major)["imported.yaml"]
    assert "{group: channel" not in text
    assert "prefix: Dest" in text
    assert "end: BridgeInfoComplete" in text
