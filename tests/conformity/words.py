r"""Writes ``amisdk/testing/dialects/words.txt``: what real servers say when something is missing.

``python -m tests.conformity.words`` starts both servers, and sends each action of the spec bare,
without each of its required headers, and with all of them, the texts of which name nothing that is
there. Written down is, by action:

- ``Header: words`` of the error when it is missing, in the order in which the server looks, unless
  the server says the same anyway;
- ``*: words`` of the error when it names nothing that is there; ``{}`` stands for what it names.

``[16]`` marks what only this server says. The form of a value is that of `amisdk.transcripts`.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

from amisdk_models import registry

from amisdk import AsyncClient, RawAction
from amisdk.models import Action
from amisdk.transcripts import escaped
from tests.amisdk.samples import minimal
from tests.conformity.shapes import DIALECTS
from tests.live.asterisk import MAJORS, Server

__all__ = ["NOWHERE", "PLAYED", "Words", "cases", "probe"]

NOWHERE = "nowhere"
"""A name that nothing has."""
PLAYED = {"Login", "Logoff", "Challenge", "Events"}
"""What changes the session itself; the fake server plays it by its own rules."""
SPEAKS_NO_ERROR = {"IAXnetstats", "SKINNYshowdevice", "SKINNYshowline", "WaitEvent"}

Words = dict[str, str]


def cases(major: int) -> Iterator[type[Action[Any]]]:
    """Yield the actions of a version that may be asked."""
    for name, cls in registry.ACTIONS.items():
        if major in cls.ami.versions and name not in PLAYED | SPEAKS_NO_ERROR:
            yield cls


def headers_of(cls: type[Action[Any]]) -> list[tuple[str, str]]:
    """Return what an action needs, with values that name nothing."""
    filled = {"x": NOWHERE}
    pairs = minimal(cls).to_headers()
    return [(key, "1" if key == "Priority" else filled.get(text, text)) for key, text in pairs]


def required_of(cls: type[Action[Any]]) -> list[str]:
    """Return the headers that an action must have, by the spec."""
    fields = cls.model_fields.values()
    return [str(field.serialization_alias) for field in fields if field.is_required()]


async def probe(ami: AsyncClient, cls: type[Action[Any]]) -> Words:
    """Ask a server for its words about an action."""
    pairs = headers_of(cls)
    whole = await _error(ami, cls, pairs)
    words: Words = {}
    for header in required_of(cls):
        given = [(key, text) for key, text in pairs if key != header]
        said = await _error(ami, cls, given)
        if said is not None and said != whole and len(given) < len(pairs):
            words[header] = said
    if len(words) > 1:
        first = await _error(ami, cls, [])
        words = dict(sorted(words.items(), key=lambda pair: pair[1] != first))
    if whole is not None:
        words["*"] = whole.replace(NOWHERE, "{}")
    return words


async def _error(
    ami: AsyncClient, cls: type[Action[Any]], pairs: list[tuple[str, str]]
) -> str | None:
    reply = await ami.send(RawAction(cls.ami.name, pairs), check=False, check_version=False)
    return None if reply.ok else reply.message or ""


async def _ask(major: int) -> dict[str, Words]:
    with Server(major) as server:
        account = server.users["admin"]
        async with AsyncClient(
            server.host, server.port, username="admin", secret=account.secret, events="off"
        ) as ami:
            return {cls.ami.name: await probe(ami, cls) for cls in cases(major)}


def _lines(said: dict[int, dict[str, Words]]) -> Iterator[str]:
    yield "# Written by python -m tests.conformity.words, which tells what is here."
    for name in registry.ACTIONS:
        asked = {major: all_words[name] for major, all_words in said.items() if name in all_words}
        if not asked or any(_is_unknown(words) for words in asked.values()):
            continue
        yield f"\n{name}"
        for header in dict.fromkeys(key for words in asked.values() for key in words):
            texts = {major: words.get(header) for major, words in asked.items()}
            for major, text in texts.items():
                same = len(set(texts.values())) == 1
                if text is not None and (not same or major == max(texts)):
                    mark = "" if same else f"[{major}] "
                    yield f"{mark}{header}: {escaped(text.encode())}"


def _is_unknown(words: Words) -> bool:
    return words.get("*", "").startswith("Invalid/unknown command")


def main() -> None:
    """Ask both servers, and write the file."""
    said = {major: asyncio.run(_ask(major)) for major in MAJORS}
    text = "".join(f"{line}\n" for line in _lines(said))
    (DIALECTS / "words.txt").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
