"""Numbers, names and addresses in transcripts give place to others, consistently."""

import re
from pathlib import Path

import pytest

from amisdk.cli.recording.anonymity import anonymized
from amisdk.transcripts import Side, Transcript

RECORDED = sorted((Path(__file__).parents[3] / "data" / "transcripts").glob("*.txt"))
CALL = """\
Event: Newchannel
Channel: PJSIP/6001-0000002a
CallerIDNum: 6001
CallerIDName: Alice Example
ConnectedLineNum: +4930123456
ConnectedLineName: <unknown>
Exten: 100
Uniqueid: 1795379457.6001
Timestamp: 1795379457.082368

Event: Newexten
Channel: PJSIP/6001-0000002a
AppData: PJSIP/+4930123456@trunk,20,t
Note: call +4930123456 for Alice Example, not Alice Examples

Event: QueueMember
Name: Bob
Location: Local/6002@agents
ListItems: 100
Penalty: 6001

Event: ContactStatus
URI: sip:6001@10.1.2.3:5060
Address: 10.1.2.3
Local: 127.0.0.1
Caller: "Alice Example" <6001>
ActionID: 12345678
"""


def lines_of(text: str, key: bytes = b"k") -> list[str]:
    lines: list[tuple[Side, bytes]] = [("S", line.encode()) for line in text.split("\n")]
    done = anonymized(Transcript(("note",), tuple(lines), ((0, 0.5),)), key)
    assert (done.notes, done.times) == (("note",), ((0, 0.5),))
    return [line.decode() for _, line in done.lines]


def values(lines: list[str], header: str) -> list[str]:
    return [line.partition(": ")[2] for line in lines if line.startswith(f"{header}: ")]


def test_the_same_number_is_the_same_other_one_everywhere() -> None:
    lines = lines_of(CALL)
    [number] = values(lines, "CallerIDNum")
    assert re.fullmatch(r"\d{4}", number)
    assert number != "6001"
    assert values(lines, "Channel") == [f"PJSIP/{number}-0000002a"] * 2
    assert values(lines, "URI")[0].startswith(f"sip:{number}@")
    assert values(lines, "Caller") == [f'"Person 1" <{number}>']
    [far] = values(lines, "ConnectedLineNum")
    assert re.fullmatch(r"\+\d{10}", far)
    assert values(lines, "AppData") == [f"PJSIP/{far}@trunk,20,t"]


def test_no_number_name_or_address_is_left() -> None:
    text = "\n".join(lines_of(CALL))
    for word in ("4930123456", "Alice Example,", "Bob", "6002", "10.1.2.3", "PJSIP/6001"):
        assert word not in text


def test_names_are_persons() -> None:
    lines = lines_of(CALL)
    assert values(lines, "CallerIDName") == ["Person 1"]
    assert values(lines, "Name") == ["Person 2"]
    assert "for Person 1, not Alice Examples" in values(lines, "Note")[0]


def test_addresses_are_those_for_documentation() -> None:
    lines = lines_of(CALL)
    assert values(lines, "Address") == ["192.0.2.1"]
    assert values(lines, "URI")[0].endswith("@192.0.2.1:5060")
    assert values(lines, "Local") == ["127.0.0.1"]


def test_what_only_looks_like_a_number_stays() -> None:
    lines = lines_of(CALL)
    assert values(lines, "ListItems") == ["100"]
    assert values(lines, "Penalty") == ["6001"]
    assert values(lines, "Uniqueid") == ["1795379457.6001"]
    assert values(lines, "Timestamp") == ["1795379457.082368"]
    assert values(lines, "ActionID") == ["12345678"]
    assert values(lines, "ConnectedLineName") == ["<unknown>"]
    assert values(lines, "Exten") != ["100"]


def test_what_a_login_and_replies_are_matched_by_stays() -> None:
    same = "12345678"
    lines = lines_of(f"CallerIDNum: {same}\nChallenge: {same}\nActionID: {same}\nNote: {same}")
    assert values(lines, "Challenge") == values(lines, "ActionID") == [same]
    assert values(lines, "Note") == values(lines, "CallerIDNum") != [same]


def test_two_numbers_never_become_one() -> None:
    text = "".join(f"CallerIDNum: {number}\n" for number in range(100, 600))
    found = values(lines_of(text), "CallerIDNum")
    assert len(set(found)) == len(found) == 500


def test_another_key_gives_other_numbers() -> None:
    assert lines_of(CALL, b"one") != lines_of(CALL, b"two")
    assert lines_of(CALL, b"one") == lines_of(CALL, b"one")


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_conversation_keeps_its_shape(path: Path) -> None:
    transcript = Transcript.load(path)
    done = anonymized(transcript)
    assert len(done.lines) == len(transcript.lines)
    for (side, line), (was_side, was) in zip(done.lines, transcript.lines, strict=True):
        assert side == was_side
        # ChanVariable(PJSIP/6001-0000002a) has a channel in its name.
        assert re.split(rb"[:(]", line)[0] == re.split(rb"[:(]", was)[0]
    assert [one for one in done.lines if one[1].startswith(b"ActionID:")] == [
        one for one in transcript.lines if one[1].startswith(b"ActionID:")
    ]
