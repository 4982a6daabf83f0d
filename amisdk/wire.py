"""The wire format: bytes to frames, and actions to bytes. No I/O, no state of a session.

A *frame* is the text of one message without the blank line that ends it. Rules:

- Only CRLF CRLF ends a message. A bare LF belongs to a value, and so do the other characters
  that Python's ``splitlines`` would split at.
- Bytes are decoded after framing, with surrogateescape: no byte is lost, none raises.
- An empty frame stands for a stray blank line; it ends the raw text of old servers.
- Nothing is scanned twice, whatever the size of the reads, and any split of the bytes gives
  the same frames.
- What would break out of its line is refused before it is written.
"""

from __future__ import annotations

import re
from codecs import lookup
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from .errors import (
    AmiError,
    BadGreeting,
    GreetingTooLong,
    InvalidAction,
    MessageTooLong,
    TooManyHeaders,
)
from .headers import split_header
from .making import cut

__all__ = [
    "MAX_ACTION_ID",
    "MAX_HEADERS",
    "MAX_LINE",
    "Framer",
    "Limits",
    "encode",
    "first_header",
]

MAX_LINE = 1022
"""The longest line, in bytes without CRLF, that a server takes whole."""
MAX_HEADERS = 128
"""The most headers that a server takes in one action, Action and ActionID included."""
MAX_ACTION_ID = 67
"""The longest ActionID, in bytes; a longer one overflows buffers in the server."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken from a server at the most; each has an error of its own.

    Attributes:
        message: Bytes of one message: `MessageTooLong`.
        headers: Headers of one message: `TooManyHeaders`.
        greeting: Bytes of the first line: `GreetingTooLong`.
        pending: Actions that wait for a reply or for the connection: `TooManyPending`.
    """

    message: int = 4_194_304
    headers: int = 100_000
    greeting: int = 256
    pending: int = 10_000

    def __post_init__(self) -> None:
        for name in ("message", "headers", "greeting", "pending"):
            if not getattr(self, name) > 0:
                raise ValueError(f'the limit "{name}" is a number above 0')


_BANNER = b"Asterisk Call Manager"
_END = b"\r\n\r\n"
_PROBE = bytes(range(128)) + rb"\u000d\n\x0d +AA0ACg- ~{ " + b"~\n \x1b$B!!"
"""Bytes to which encodings that are not plain supersets of ASCII give another meaning."""


class Framer:
    """Cuts the bytes of a connection into its greeting and frames.

    Args:
        encoding: The text's encoding; any that writes ASCII as ASCII.
        limits: How long a message and a greeting may be.
    """

    __slots__ = (
        "_buffer",
        "_encoding",
        "_limits",
        "_many",
        "_max",
        "_plain",
        "_searched",
        "error",
        "greeting",
        "skipped",
    )

    def __init__(self, encoding: str = "utf-8", limits: Limits = Limits()) -> None:
        try:
            text = _PROBE.decode("ascii")
            plain = _PROBE.decode(encoding) == text and text.encode(encoding) == _PROBE
        except (LookupError, UnicodeError):
            plain = False
        if not plain:
            raise ValueError(f"encoding {encoding!r} is not known, or does not keep ASCII as it is")
        self.greeting: str | None = None
        """The server's first line, once it is there."""
        self.error: AmiError | None = None
        """What the server did wrong; nothing is read any more after it."""
        self._encoding = encoding
        self._limits = limits
        self._max = limits.message
        self._many = 2 * limits.headers
        """Characters below which a frame cannot have too many headers."""
        utf8 = lookup(encoding).name == "utf-8"
        self._plain = min(self._max, self._many) if utf8 else 0
        """Bytes below which no frame in them can break a limit, if they are UTF-8."""
        self.skipped = 0
        """How many frames the last `feed` left out."""
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, data: bytes, unwanted: set[str] | frozenset[str] = frozenset()) -> list[str]:
        """Take what was read, and return the frames that it completes.

        What is wrong with the bytes is in `error` afterwards; the frames before it are good.

        Args:
            data: What was read.
            unwanted: First lines of frames that may be left out.
        """
        self.skipped = 0
        if self.error is not None:
            return []
        buffer = self._buffer
        buffer += data
        if self.greeting is None and not self._greet():
            return []
        frames: list[str] = []
        end = buffer.rfind(_END, max(0, self._searched - 3))
        if end >= 0:
            found = cut(buffer, end, unwanted) if end < self._plain else None
            whole = b"" if found is not None else bytes(buffer[:end])
            del buffer[: end + 4]
            if found is not None:
                frames, number = found
                self.skipped = number - len(frames)
            else:
                self._split(whole, frames)
        while buffer.startswith(b"\r\n"):  # a stray blank line
            del buffer[:2]
            frames.append("")
        self._searched = len(buffer)
        if len(buffer) > self._max + 3 and self.error is None:
            self._too_long()
        return frames

    def _greet(self) -> bool:
        buffer = self._buffer
        most = self._limits.greeting
        line, mark, _ = bytes(buffer[: most + 2]).partition(b"\r\n")
        if not line.startswith(_BANNER[: len(line)]) or (mark and not line.startswith(_BANNER)):
            self.error = BadGreeting(f"no Asterisk manager answers there; it says {line[:60]!r}")
        elif b"\n" in line:
            self.error = BadGreeting("the greeting is no line that CRLF ends")
        elif not mark and len(buffer) >= most + 2:
            self.error = GreetingTooLong(f"the greeting is longer than {most} bytes")
        elif mark:
            self.greeting = line.decode("ascii", "backslashreplace")
            del buffer[: len(line) + 2]
        return self.greeting is not None

    def _split(self, whole: bytes, frames: list[str]) -> None:
        parts = [whole] if len(whole) <= self._max else whole.split(_END)
        for part in parts:
            if len(part.removeprefix(b"\r\n").removesuffix(b"\r\n")) > self._max:
                if part.startswith(b"\r\n"):
                    frames.append("")
                self._too_long()
                return
            self._decode(part, frames)
            if self.error is not None:
                return

    def _decode(self, part: bytes, frames: list[str]) -> None:
        for frame in part.decode(self._encoding, "surrogateescape").split("\r\n\r\n"):
            # Three or more CRLF in a row: beside the end of a message, stray blank lines.
            body = frame.removeprefix("\r\n")
            if len(body) < len(frame):
                frames.append("")
            if body:
                text = body.removesuffix("\r\n")
                if len(text) >= self._many and self._has_too_many_headers(text):
                    return
                frames.append(text)
            else:
                frames += "", ""
            if body.endswith("\r\n"):
                frames.append("")

    def _has_too_many_headers(self, frame: str) -> bool:
        most = self._limits.headers
        if frame.count("\r\n") < most:
            return False
        self._buffer.clear()
        self.error = TooManyHeaders(f"a message has more than {most} headers")
        return True

    def _too_long(self) -> None:
        self._buffer.clear()
        self.error = MessageTooLong(f"a message is longer than {self._max} bytes")


def first_header(frame: str) -> tuple[str, str]:
    """Return the first header of a frame: what kind of message it is, and which."""
    return split_header(frame.partition("\r\n")[0])


_BREAKS = re.compile("[\r\n\0]")
_NAMES = {"\r": "CR", "\n": "LF", "\0": "NUL"}
_OWN = frozenset({"action", "actionid"})
_BEGINNING: Callable[[str], object] = re.compile(
    rf"Action: [!-~]+\r\nActionID: [!-~]{{1,{MAX_ACTION_ID}}}\r\n"
).match


def encode(
    action: str,
    action_id: str,
    headers: Iterable[tuple[str, str]] = (),
    encoding: str = "utf-8",
) -> bytes:
    """Write an action.

    Raises:
        InvalidAction: A name or value would break out of its line, a line or the action is
            longer than servers take, or a header is the client's own. Names the header.
    """
    headers = tuple(headers)
    text = f"Action: {action}\r\nActionID: {action_id}\r\n"
    plain, many = _BEGINNING(text), 2
    for key, value in headers:
        text += f"{key}: {value}\r\n"
        plain, many = plain and _is_name(key), many + 1
    # As nearly always: all that can be wrong is ruled out at once.
    if (
        plain
        and len(text) <= MAX_LINE
        and text.isascii()
        and text.count("\r") == text.count("\n") == many <= MAX_HEADERS
        and "\0" not in text
    ):
        return f"{text}\r\n".encode(encoding, "surrogateescape")
    return _encode_carefully(action, action_id, headers, encoding)


def _encode_carefully(
    action: str, action_id: str, headers: Iterable[tuple[str, str]], encoding: str
) -> bytes:
    lines: list[bytes] = []
    for key, value in (("Action", action), ("ActionID", action_id), *headers):
        found = _BREAKS.search(key) or _BREAKS.search(value)
        if found:
            raise InvalidAction(
                f"{action}: {key!r} holds {_NAMES[found[0]]}, which would end the line there",
                field=key,
            )
        if not key or ":" in key or key != key.strip():
            raise InvalidAction(f"{action}: {key!r} is no name of a header", field=key)
        if len(lines) > 1 and key.lower() in _OWN:
            raise InvalidAction(f"{action}: {key} is written by the client itself", field=key)
        try:
            line = f"{key}: {value}".encode(encoding, "surrogateescape")
        except UnicodeEncodeError:
            raise InvalidAction(
                f"{action}: {key} holds a character that {encoding} has not", field=key
            ) from None
        if len(line) > MAX_LINE:
            raise InvalidAction(
                f"{action}: {key} is {len(line)} bytes long; a server takes {MAX_LINE} in a line",
                field=key,
            )
        lines.append(line)
    if not _is_bare(action):
        raise InvalidAction("an action needs a name, no space around it", field="Action")
    if not 0 < len(lines[1]) - len("ActionID: ") <= MAX_ACTION_ID or not _is_bare(action_id):
        raise InvalidAction(
            f"{action}: an ActionID has 1 to {MAX_ACTION_ID} bytes, no space around them",
            field="ActionID",
        )
    if len(lines) > MAX_HEADERS:
        raise InvalidAction(
            f"{action}: {len(lines)} headers; a server takes {MAX_HEADERS}", field=None
        )
    return b"\r\n".join(lines) + _END


def _is_bare(text: str) -> bool:
    """Whether a server takes a text as it is: it skips blanks and controls at its beginning."""
    return text[:1] > " " and text == text.strip()


@lru_cache(maxsize=1024)
def _is_name(key: str) -> bool:
    """Whether a header may be called so; what would end a line aside."""
    return bool(key) and ":" not in key and key == key.strip() and key.lower() not in _OWN
