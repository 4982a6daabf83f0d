import re
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.plan import SUBSCRIBED
from benchmarks.replay import RECORDING, build, cached, copy_of, messages_of

EVENT = re.compile(rb"^Event: (\w+)\r$", re.MULTILINE)


def test_a_replay_is_made_of_whole_copies_and_says_how_many_events_of_each_name_it_has() -> None:
    once = build(size=1)
    twice = build(size=len(once.data) + 1)
    assert len(twice.data) == 2 * len(once.data)
    assert twice.data.endswith(b"\r\n\r\n")
    found = Counter(name.decode() for name in EVENT.findall(twice.data))
    assert twice.events == found
    assert twice.total == 2 * once.total
    assert twice.count(("Hangup", "Newchannel")) == found["Hangup"] + found["Newchannel"]


def test_it_is_the_same_each_time() -> None:
    assert build(size=1_000_000).data == build(size=1_000_000).data


def test_ids_of_a_copy_are_others_and_as_related_as_before() -> None:
    text = (
        "Channel: Local/500@scenarios-0000000a;1\r\nUniqueid: 1795629913.7\r\n"
        "Linkedid: 1795629913.7\r\nBridgeUniqueid: 5f0a3b6e-7a54-4f0e-9a4e-00112233aabb\r\n"
        "ActionID: 5d48e1d6cfb54c307f9048842ba6eb69\r\nExten: 500"
    )
    assert copy_of(text, 0) == text
    assert copy_of(text, 2) == (
        "Channel: Local/500@scenarios-0000200a;1\r\nUniqueid: 1795629915.7\r\n"
        "Linkedid: 1795629915.7\r\nBridgeUniqueid: 5f0a5b6e-7a54-4f0e-9a4e-00112233aabb\r\n"
        "ActionID: 5d4901d6cfb54c307f9048842ba6eb69\r\nExten: 500"
    )


def test_channels_of_two_copies_are_not_the_same() -> None:
    text = "\r\n\r\n".join(messages_of(RECORDING))
    named = re.compile(r"^(?:Dest)?Channel: (\S+-[0-9a-f]{8}\S*)", re.MULTILINE)
    channels = [set(named.findall(copy_of(text, number))) for number in (0, 1)]
    assert channels[0]
    assert not channels[0] & channels[1]


def test_the_recording_has_lists_and_output_and_no_goodbye() -> None:
    messages = messages_of(RECORDING)
    assert any("EventList: start" in text for text in messages)
    assert any("Output: " in text for text in messages)
    assert not any(text.startswith("Response: Goodbye") for text in messages)


def test_a_few_names_are_a_seventh_of_the_events() -> None:
    replay = build(size=1)
    assert 0.12 < replay.count(SUBSCRIBED) / replay.total < 0.16


def test_a_replay_is_kept_and_not_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, built = cached(tmp_path, size=1_000_000)
    assert file.read_bytes() == built.data
    monkeypatch.setattr("benchmarks.replay.copy_of", None)
    again, kept = cached(tmp_path, size=1_000_000)
    assert again == file
    assert kept == built
