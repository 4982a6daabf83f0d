"""Takes secrets out of a transcript, so that it can be shown and replayed.

What is masked: the secret of a Login, a challenge and what answers it; every header that is named
for a secret; such settings in configurations that were read or written, and in what commands
print; and the given secrets wherever they come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import md5

from amisdk.transcripts import Side, Transcript

__all__ = ["CHALLENGE", "KEY", "SECRET", "masked"]

MASK = b"***"
SECRET = b"the-secret"
CHALLENGE = b"123456789"
KEY = md5(CHALLENGE + SECRET, usedforsecurity=False).hexdigest().encode()
"""What answers the challenge with the secret."""

_NAME = rb"(?!using)[\w-]*(?:secret|passw(?:or)?d|md5_?cred|mailpin)(?![\w-]*exist)[\w-]*"
_HEADER = re.compile(rb"^(" + _NAME + rb"):[ ]*\S.*$", re.IGNORECASE)
_SETTING = re.compile(rb"^(Line-[\d-]+: *" + _NAME + rb" *=>? *).+$", re.IGNORECASE)
_JSON = re.compile(rb'("' + _NAME + rb'"\s*:\s*")(?:[^"\\]|\\.)*(")', re.IGNORECASE)
_OUTPUT = re.compile(rb"^(Output:.*?\b" + _NAME + rb"\s*[:=]\s*)\S.*$", re.IGNORECASE)
_CHANGED = re.compile(rb"^(Var|Value)-(\d+): ?(.*)$", re.IGNORECASE)
_IS_SECRET = re.compile(rb"^" + _NAME + rb"$", re.IGNORECASE)
_ANSWERS = (b"receivedchallenge", b"receivedhash", b"expectedresponse")
"""Headers of security events that a secret could be guessed from."""
_SHORTEST = 4
"""A secret that is shorter is masked where it is known for one, not wherever it comes."""


def masked(transcript: Transcript, secrets: Iterable[str] = ()) -> Transcript:
    """Return a transcript without secrets.

    Args:
        transcript: What was said.
        secrets: Secrets that are known, to be masked wherever they come.
    """
    known = {secret.encode("utf-8", "surrogateescape") for secret in secrets}
    known |= set(_login_secrets(transcript.lines))
    known = {secret for secret in known if len(secret) >= _SHORTEST}
    anywhere = None
    if known:
        longest_first = sorted(known, key=len, reverse=True)
        anywhere = re.compile(b"|".join(map(re.escape, longest_first)))
    masker = _Masker(anywhere)
    lines: list[tuple[Side, bytes]] = [
        (side, masker.mask(side, line)) for side, line in transcript.lines
    ]
    return Transcript(transcript.notes, tuple(lines), transcript.times)


def _login_secrets(lines: Iterable[tuple[Side, bytes]]) -> Iterator[bytes]:
    for side, line in lines:
        name, _, value = line.partition(b":")
        if side == "C" and name.lower() == b"secret":
            yield value.removeprefix(b" ")


class _Masker:
    """Masks line by line; what a line is depends on those before it."""

    def __init__(self, anywhere: re.Pattern[bytes] | None) -> None:
        self._anywhere = anywhere
        self._action = b""
        self._changed: set[bytes] = set()
        """The numbers of the settings that the UpdateConfig at hand writes, and are secret."""

    def mask(self, side: Side, line: bytes) -> bytes:
        """Return a line without secrets."""
        name, _, value = line.partition(b":")
        name = name.lower()
        if side == "C":
            if name in (b"action", b""):
                self._action = value.strip().lower()
                self._changed.clear()
            elif (clean := self._of_client(name, line)) is not None:
                return clean
        if name == b"challenge":
            return b"Challenge: " + CHALLENGE
        if name in _ANSWERS:
            return line.partition(b":")[0] + b": " + MASK
        line = _HEADER.sub(rb"\1: " + MASK, line)
        line = _SETTING.sub(rb"\1" + MASK, line)
        line = _OUTPUT.sub(rb"\1" + MASK, line)
        line = _JSON.sub(rb"\1" + MASK + rb"\2", line)
        return line if self._anywhere is None else self._anywhere.sub(SECRET, line)

    def _of_client(self, name: bytes, line: bytes) -> bytes | None:
        if name == b"secret":
            return b"Secret: " + SECRET
        if name == b"key" and self._action == b"login":
            return b"Key: " + KEY
        if found := _CHANGED.match(line):
            kind, number, value = found.groups()
            if kind.lower() == b"var" and _IS_SECRET.match(value):
                self._changed.add(number)
            elif kind.lower() == b"value" and number in self._changed:
                return line[: found.start(3)] + MASK
        return None
