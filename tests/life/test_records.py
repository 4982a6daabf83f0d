"""Recorded conversations hold no secret: those that are recorded, and those that are checked in."""

import re
from hashlib import md5
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amisdk import Client, RawAction, actions
from amisdk.transcripts import Transcript
from tests.leaks import SECRET
from tests.life.support import faking
from tests.live.proxy import CHALLENGE, Proxy
from tests.live.proxy import SECRET as SHOWN
from tests.live.record import PLACE

KEY = md5((CHALLENGE + SHOWN).encode()).hexdigest().encode()


@pytest.mark.parametrize("auth", ["plain", "md5"])
def test_what_is_recorded_holds_no_secret(auth: Any, tmp_path: Path) -> None:
    with faking(secret=SECRET) as fake, Proxy() as proxy:
        account = SimpleNamespace(secret=SECRET)
        place: Any = SimpleNamespace(
            host="127.0.0.1", port=fake.port, users={"admin": account}, home=tmp_path
        )
        port = proxy.before(place)
        with Client("127.0.0.1", port, username="admin", secret=SECRET, auth=auth) as ami:
            ami.send(RawAction("UserEvent", {"UserEvent": "Odd", "Note": f"it is {SECRET}"}))
            ami.send(actions.Login(username="admin", secret=SECRET), check=False)
    [talk] = proxy.talks
    said = b"".join(data for side, data in talk)
    assert SECRET.encode() in said  # else this test would prove nothing
    recorded = tmp_path / "talk.txt"
    proxy.masked(Transcript.of(("a note",), talk)).save(recorded)
    text = recorded.read_text("utf-8")
    assert SECRET not in text
    assert f"Note: it is {SHOWN}" in text
    if auth == "md5":
        assert f"Key: {KEY.decode()}" in text
        [challenge] = re.findall(rb"Challenge: (\d+)", said)
        assert f"Challenge: {challenge.decode()}" not in text
    assert Transcript.load(recorded).said("S").startswith(b"Asterisk Call Manager/")


@pytest.mark.parametrize("path", sorted(PLACE.glob("*.txt")), ids=lambda path: path.stem)
def test_what_is_checked_in_holds_no_secret(path: Path) -> None:
    said = Transcript.load(path).said("C")
    assert set(re.findall(rb"(?mi)^Secret: (.*?)\r$", said)) <= {SHOWN.encode()}
    assert set(re.findall(rb"(?mi)^Key: ([0-9a-f]{32})\r$", said)) <= {KEY}
