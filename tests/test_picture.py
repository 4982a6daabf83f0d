"""The picture in README: it is what amisdk top draws today."""

import re
from html import unescape

from docs.picture import PLACE, draw

FILE = PLACE.read_text("utf-8")


def told(svg: str) -> list[str]:
    """Return the texts of a picture, without the line that counts each event of the server's."""
    texts = [unescape(text) for text in re.findall(r"<text [^>]*>([^<]*)</text>", svg)]
    return [text for text in texts if "events/s" not in text.replace("\xa0", " ")]


def test_the_picture_is_what_is_drawn_today() -> None:
    assert told(draw()) == told(FILE)


def test_the_picture_shows_all_that_there_is_to_see() -> None:
    text = " ".join(told(FILE)).replace("\xa0", " ")
    for shown in ("Channels 14", "Queues 1", "Bridges 4", "ConfBridge(900)", "2 waiting", "paused"):
        assert shown in text


def test_the_picture_loads_nothing_from_elsewhere() -> None:
    assert set(re.findall(r"https?://[\w./]+", FILE)) <= {
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",  # a comment tells what has made it
    }
    assert "url(http" not in FILE
