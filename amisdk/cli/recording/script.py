"""What a transcript tells a server to do: what it answers to which action, and its events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from amisdk_models.registry import ACTIONS

from amisdk.cli.faults import Fault
from amisdk.headers import Headers, header, split_header
from amisdk.transcripts import Message, Transcript

__all__ = ["Answer", "Happening", "Script"]

GREETING = "Asterisk Call Manager/"
SESSION = ("challenge", "login", "logoff")
"""Actions that the server answers by itself, whatever the transcript says."""


@dataclass
class Answer:
    """What came for one action.

    Attributes:
        name: The action's name in lower case.
        headers: Its headers in lower case, without Action and ActionID, for comparison.
        action_id: Its ActionID in the transcript.
        at: When it was sent.
        number: Its place among the actions, from 1.
        replies: What came for it: seconds after it, and the message.
    """

    name: str
    headers: frozenset[tuple[str, str]]
    action_id: str
    at: float
    number: int
    replies: list[tuple[float, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Happening:
    """An event that the server sends by itself.

    Attributes:
        at: When it came.
        after: How many actions had been sent by then.
        text: The message.
    """

    at: float
    after: int
    text: str


class Script:
    """A transcript, sorted.

    Args:
        transcript: What was said.
        path: Its file, for messages.

    Raises:
        Fault: It is not a session that a user logged in to.
    """

    def __init__(self, transcript: Transcript, path: Path) -> None:
        messages = list(transcript.messages())
        if not messages or messages[0].side != "S" or not messages[0].text.startswith(GREETING):
            raise Fault(f"{path}: it does not begin with the greeting of an Asterisk manager")
        self.greeting = messages[0].text
        self.login: list[tuple[float, str]] = []
        """What came for the login."""
        self.login_id = ""
        self.began = 0.0
        """When the user was let in."""
        self.answers: list[Answer] = []
        self.happenings: list[Happening] = []
        self._listing: Answer | None = None
        self._last: Answer | None = None
        self._by_id: dict[str, Answer] = {}
        for message in messages[1:]:
            if message.side == "C":
                self._sent(message)
            else:
                self._came(message)
        logins = [one for one in self._by_id.values() if one.name == "login" and _let_in(one)]
        if not logins:
            raise Fault(f"{path}: nobody logs in there")
        self.login, self.login_id = logins[0].replies, logins[0].action_id
        self.began = logins[0].at + self.login[0][0]

    def _sent(self, message: Message) -> None:
        headers = headers_of(message.text)
        name = (headers.get("Action") or "").lower()
        number = len(self.answers) + (name not in SESSION)
        answer = Answer(
            name, comparable(headers), headers.get("ActionID") or "", message.at, number
        )
        self._by_id[answer.action_id] = self._last = answer
        if name not in SESSION:
            self.answers.append(answer)

    def _came(self, message: Message) -> None:
        answer = self._owner(message.text)
        if answer is None:
            self.happenings.append(Happening(message.at, len(self.answers), message.text))
        else:
            answer.replies.append((max(message.at - answer.at, 0.0), message.text))

    def _owner(self, text: str) -> Answer | None:
        """Return the action that a message belongs to; None for an event by itself."""
        action_id = header(text, "ActionID")
        kind, name = split_header(text.partition("\r\n")[0])
        owner = self._by_id.get(action_id) if action_id else None
        if kind.lower() != "event":
            owner = owner or self._last
            starts = (header(text, "EventList") or "").lower() == "start"
            self._listing = owner if starts else self._listing
            return owner
        if owner is None and self._listing is not None and not action_id:
            # Some servers leave the ActionID out of the items of some lists.
            listing = self._listing
            info = ACTIONS[listing.name].ami.list if listing.name in ACTIONS else None
            if info is not None and not info.correlated and name in info.items:
                return listing
        if (header(text, "EventList") or "").lower() in ("complete", "cancelled"):
            self._listing = None
        return owner


def _let_in(answer: Answer) -> bool:
    return bool(answer.replies) and answer.replies[0][1].lower().startswith("response: success")


def headers_of(text: str) -> Headers:
    """Return the headers of a message."""
    return Headers(split_header(line) for line in text.split("\r\n"))


def comparable(headers: Headers) -> frozenset[tuple[str, str]]:
    """Return what makes an action the same as another one."""
    return frozenset(_comparable(headers))


def _comparable(headers: Headers) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if name.lower() not in ("action", "actionid"):
            yield name.lower(), value
