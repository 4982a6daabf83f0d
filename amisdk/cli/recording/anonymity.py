"""Replaces numbers, names and addresses in a transcript: each by the same other one everywhere.

A number is known by its header (CallerIDNum, Exten and the like), by standing in a channel's name
or an address, or by its length. Short numbers are replaced only where they are known for numbers:
100 may as well be a count.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from hashlib import blake2b

from amisdk.transcripts import Side, Transcript

__all__ = ["anonymized"]

_NUMBERS = re.compile(
    rb"(?:.*(?:callerid|connectedline)num|(?:.*-)?exten|extension|number|mailbox|ani|dnid|rdnis"
    rb"|accountcode|.*aor|endpoint|objectname|username|confbridgeusername)$",
    re.IGNORECASE,
)
_NAMES = re.compile(rb"(?:.*(?:callerid|connectedline)name|membername|fullname)$", re.IGNORECASE)
_UNTOUCHED = re.compile(
    rb"(?:actionid|challenge|key|.*uniqueid|.*linkedid|timestamp|event|action)$", re.IGNORECASE
)
"""Headers that are nobody's number or name."""
_CALLER = re.compile(rb'^"?([^"<]*?)"? *<([^>]*)>$')
_NUMBER = re.compile(rb"[+*#]?\d[\d*#]{2,}")
_LONG = re.compile(rb"(?<![\w.:-])\+?\d{7,15}(?![\w]|\.\d|-\d)")
"""Digits that can be nothing but somebody's number, or an id that may change as well."""
_TIME = re.compile(rb"1\d{9}$")
"""Seconds since 1970, which many headers hold."""
_IN_PLACE = re.compile(rb"(?:(?<=/)|(?<=<)|(?<=sip:)|(?<=sips:)|(?<=tel:))[+*#]?\d[\d*#]{2,}(?!\w)")
_BEFORE_AT = re.compile(rb"(?<![\w.])[+*#]?\d[\d*#]{2,}(?=@)")
_ADDRESS = re.compile(rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_PLAIN_ADDRESSES = (b"0.0.0.0", b"127.0.0.1", b"255.255.255.255")
_LEAST_NAME, _MOST_ATTEMPTS = 3, 10_000


def anonymized(transcript: Transcript, key: bytes | None = None) -> Transcript:
    """Return a transcript with other numbers, names and addresses.

    Args:
        transcript: What was said.
        key: What the other numbers are worked out with; None for a random one.
    """
    masks = _Masks(key or secrets.token_bytes(16))
    for _, line in transcript.lines:
        masks.learn(line)
    lines: list[tuple[Side, bytes]] = [(side, masks.mask(line)) for side, line in transcript.lines]
    return Transcript(transcript.notes, tuple(lines), transcript.times)


class _Masks:
    """What stands for what."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._numbers: dict[bytes, bytes] = {}
        self._names: dict[bytes, bytes] = {}
        self._addresses: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        self._event = b""
        """The event that a line is of."""
        self._pattern: re.Pattern[bytes] | None = None

    def learn(self, line: bytes) -> None:
        """Find numbers and names in a line."""
        header, _, value = line.partition(b":")
        value = value.strip()
        if header.lower() == b"event":
            self._event = value.lower()
        if _UNTOUCHED.match(header):
            return
        if header.lower() == b"name" and self._event.startswith(b"queuemember"):
            self._name(value)
        if _NUMBERS.match(header):
            for number in _whole(value):
                self._number(number)
        if _NAMES.match(header) and not _NUMBER.fullmatch(value):
            self._name(value)
        if found := _CALLER.match(value):
            self._name(found[1])
            for number in _whole(found[2]):
                self._number(number)
        for pattern in (_IN_PLACE, _BEFORE_AT, _LONG):
            for place in pattern.finditer(line):
                if not _TIME.match(place[0]):
                    self._number(place[0])

    def mask(self, line: bytes) -> bytes:
        """Return a line with what stands for its numbers and names."""
        header, colon, value = line.partition(b":")
        if _UNTOUCHED.match(header):
            return line
        space, bare = value[: len(value) - len(value.lstrip())], value.strip()
        if _NUMBERS.match(header) and bare in self._numbers:
            return header + colon + space + self._numbers[bare]
        line = _ADDRESS.sub(self._address, line)
        for pattern in (_IN_PLACE, _BEFORE_AT, _LONG):
            line = pattern.sub(self._known(self._numbers), line)
        if self._pattern is None:
            words = sorted(
                [*self._names, *(one for one in self._numbers if len(one) > 5)],
                key=len,
                reverse=True,
            )
            middle = b"|".join(map(re.escape, words)) or rb"(?!)"
            self._pattern = re.compile(rb"(?<![\w.])(?:" + middle + rb")(?!\w|\.\d)")
        header, colon, value = line.partition(b":")
        both = {**self._numbers, **self._names}
        return header + colon + self._pattern.sub(self._known(both), value)

    def _known(self, masks: dict[bytes, bytes]) -> Callable[[re.Match[bytes]], bytes]:
        return lambda place: masks.get(place[0], place[0])

    def _number(self, number: bytes) -> None:
        if number in self._numbers:
            return
        attempt, other = 0, number
        while other == number or other in self._used or other in self._numbers:
            if attempt == _MOST_ATTEMPTS:  # every number of this length is taken
                break
            other = self._digits(number, attempt)
            attempt += 1
        self._numbers[number] = other
        self._used.add(other)

    def _digits(self, number: bytes, attempt: int) -> bytes:
        """Return a number of the same length and shape."""
        drawn = blake2b(number + attempt.to_bytes(2, "big"), key=self._key, digest_size=64).digest()
        digits = (b"%d" % (byte % 10) for byte in drawn)
        return b"".join(next(digits) if 48 <= one <= 57 else bytes([one]) for one in number)

    def _name(self, name: bytes) -> None:
        text = name.strip(b'" ')
        if len(text) >= _LEAST_NAME and text.lower() not in _NOBODY and text not in self._names:
            self._names[text] = b"Person %d" % (len(self._names) + 1)

    def _address(self, place: re.Match[bytes]) -> bytes:
        address = place[0]
        if address in _PLAIN_ADDRESSES or any(int(part) > 255 for part in address.split(b".")):
            return address
        number = len(self._addresses)
        # TEST-NET-1 to 3: addresses for documentation.
        net = (b"192.0.2", b"198.51.100", b"203.0.113")[number // 254 % 3]
        return self._addresses.setdefault(address, b"%s.%d" % (net, number % 254 + 1))


_NOBODY = {b"<unknown>", b"unknown", b"anonymous", b"<none>", b"none", b"(null)", b"n/a"}


def _whole(value: bytes) -> Iterator[bytes]:
    """Yield the number that a value is, or begins with as an address of a mailbox does."""
    if found := _NUMBER.match(value):
        rest = value[found.end() :]
        if not rest or rest[:1] in b"@ ;,":
            yield found[0]
