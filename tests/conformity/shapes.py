r"""Writes ``amisdk/testing/dialects``: the shapes of messages that `FakeAsterisk` speaks in.

``python -m tests.conformity.shapes`` makes them from what ``make conformance`` has recorded of the
real servers (``tests/data/conformance``). Nothing is invented: which headers a message has, in
which order, and what they hold where a program does not say otherwise.

- A block is an ``event`` by itself, or the ``reply`` to an action, and then each ``part`` of it.
- ``@channel`` stands for the thirteen headers about a channel, ``@channel Dest`` for those with
  that prefix, ``@bridge`` for the seven about a bridge.
- Left out is what only these servers have: timestamps of events and variables of channels, and
  the ActionIDs, of which the place is kept.
- A recorded run need not have met every shape. What 22 was seen to send is taken to be sent by 16
  too, if 16 was seen to send each of its headers beside those of channels and bridges.
- ``22.txt`` has all. ``16.txt`` has what is of another shape, and the names (``without``) that 22
  has and 16 has not.
- The form of a value is that of `amisdk.transcripts`.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

from amisdk_models import registry

from amisdk.headers import split_header
from amisdk.models import PairsReply, TextReply
from amisdk.transcripts import Transcript, escaped
from tests.live.corpus import PLACE, examples_in

__all__ = ["DIALECTS", "written"]

DIALECTS = Path(__file__).parents[2] / "amisdk" / "testing" / "dialects"

CHANNEL = (
    "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName",
    "ConnectedLineNum", "ConnectedLineName", "Language", "AccountCode", "Context", "Exten",
    "Priority", "Uniqueid", "Linkedid",
)  # fmt: skip
BRIDGE = (
    "BridgeUniqueid", "BridgeType", "BridgeTechnology", "BridgeCreator", "BridgeName",
    "BridgeNumChannels", "BridgeVideoSourceMode",
)  # fmt: skip

Pairs = list[tuple[str, str]]
Block = tuple[str, ...]
Shape = tuple[str, ...]
Key = tuple[str, str]
"""What a block is: its kind and its name."""

PLAYED = {"ListCommands", "Command"}
"""Actions whose replies the server makes up by itself."""
OUR_OWN = {"Order"}
"""Headers that our own configuration of the real servers adds."""


def written() -> dict[str, str]:
    """Return the text of each file."""
    newer, older = _blocks("22"), _blocks("16")
    for key in older.keys() & newer.keys():
        if key[0] == "event":
            older[key] += _admitted(newer[key], older[key])
    names = {key for key in older if _shapes(older, key) != _shapes(newer, key)}
    head = "# Written by python -m tests.conformity.shapes, which tells what is here."
    gone = [f"without {kind} {name}" for kind, name in sorted(newer.keys() - older.keys())]
    return {
        "22.txt": "\n".join([head, "", *_text(newer, newer)]),
        "16.txt": "\n".join([head, "", *_text(older, names), *gone, ""]),
    }


def _admitted(newer: list[Block], older: list[Block]) -> Iterator[Block]:
    """Yield what was only seen of 22, and has no header that 16 was not seen to send."""
    known = {name for block in older for name in _names(block)}
    seen = {_names(block) for block in older}
    for block in newer:
        own = {name for name in _names(block) if not name.startswith("@")}
        if own <= known and _names(block) not in seen:
            yield block


def _text(blocks: dict[Key, list[Block]], keys: Iterable[Key]) -> Iterator[str]:
    for key in sorted(keys):
        for block in blocks[key]:
            yield " ".join(key)
            yield from block
            yield ""


def _shapes(blocks: dict[Key, list[Block]], key: Key) -> set[Shape]:
    return {_names(block) for block in blocks.get(key, ())}


def _blocks(major: str) -> dict[Key, list[Block]]:
    events: dict[str, list[Block]] = {}
    replies: dict[str, list[Block]] = {}
    parts: set[tuple[str, Shape]] = set()
    for example in examples_in(Transcript.load(PLACE / f"{major}.txt")):
        messages = [message.decode("utf-8", "surrogateescape") for message in example.messages]
        if example.action is None:
            _add(events, messages[0])
            continue
        for message in messages[1:]:
            _add(events, message)
        if _is_good(example.action, messages[0]):
            replies.setdefault(example.action, []).append(_reply_of(example.action, messages))
    found: dict[Key, list[Block]] = {}
    for name, blocks in replies.items():
        best = max(blocks, key=len)  # the one with most parts shows most
        found["reply", name] = [best]
        parts.update(_parts(best))
    for name, blocks in events.items():
        alone = [block for block in blocks if (name, _names(block)) not in parts]
        if alone:
            found["event", name] = alone
    return found


def _parts(block: Block) -> Iterator[tuple[str, Shape]]:
    """Yield the names and shapes of the events in a reply; it says itself what these are."""
    starts = [at for at, line in enumerate(block) if line.startswith("part ")]
    for start, end in pairwise([*starts, len(block)]):
        yield block[start].split()[1], _names(tuple(line[2:] for line in block[start + 1 : end]))


def _is_good(action: str, first: str) -> bool:
    if action not in registry.ACTIONS or action in PLAYED:
        return False
    if issubclass(registry.ACTIONS[action].ami.reply, TextReply):
        return not first.startswith("Response: Error")
    return first.lower().startswith(("response: success", "event: "))


def _add(events: dict[str, list[Block]], message: str) -> None:
    (_, name), *pairs = _pairs(message)
    block = tuple(_lines(pairs))
    seen = events.setdefault(name, [])
    if all(_names(block) != _names(other) for other in seen):
        seen.append(block)


def _names(block: Block) -> Shape:
    """Return the names of headers, runs of the same one as one."""
    names = [line.partition(":")[0] for line in block]
    return tuple(name for name, _ in groupby(names))


def _reply_of(action: str, messages: list[str]) -> Block:
    kind = registry.ACTIONS[action].ami.reply
    if issubclass(kind, TextReply):
        text = messages[0].partition("\r\nEvent: ")[0] + "\r\n"
        return tuple(f"text {escaped(line.encode())}" for line in text.split("\r\n")[:-1])
    lines = list(_lines(_pairs(messages[0]), keep=issubclass(kind, PairsReply)))
    for message in messages[1:]:
        (_, name), *pairs = _pairs(message)
        lines += [f"part {name}", *(f"  {line}" for line in _lines(pairs))]
    return tuple(lines)


def _pairs(message: str) -> Pairs:
    return [split_header(line) for line in message.rstrip("\r\n").split("\r\n")]


def _lines(pairs: Pairs, *, keep: bool = False) -> Iterator[str]:
    pairs = [(key, value) for key, value in pairs if keep or not _is_our_own(key)]
    at = 0
    while at < len(pairs):
        key, value = pairs[at]
        for macro, members in (("@channel", CHANNEL), ("@bridge", BRIDGE)):
            prefix = key.removesuffix(members[0])
            names = [name for name, _ in pairs[at : at + len(members)]]
            if key.endswith(members[0]) and names == [prefix + name for name in members]:
                yield f"{macro} {prefix}".rstrip()
                at += len(members)
                break
        else:
            text = (
                ""
                if key.lower() == "actionid"
                else escaped(value.encode("utf-8", "surrogateescape"))
            )
            yield f"{key}: {text}".rstrip()
            at += 1


def _is_our_own(key: str) -> bool:
    return key in OUR_OWN or key == "Timestamp" or "ChanVariable" in key


def main() -> None:
    """Write the files."""
    DIALECTS.mkdir(exist_ok=True)
    for name, text in written().items():
        (DIALECTS / name).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
