"""The built documentation site: whole, linked, without a network, and right on every screen.

The browser's part needs Chromium: it is skipped where there is none, and fails there if
AMISDK_REQUIRE_CHROMIUM is set. AMISDK_SCREENSHOTS names a directory for pictures to look at.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

import pytest
from amisdk_models.registry import ACTIONS, EVENTS

from tests.browser import Browser, browser_path

ROOT = Path(__file__).parent.parent
PHONE, DESKTOP = 390, 1280
LINK = re.compile(r"<a\b[^>]*?\shref=\"?([^\s\">]+)")
LOADED = re.compile(r"<(?:link|script|img|iframe)\b[^>]*?\s(?:href|src)=\"?([^\s\">]+)")
ANCHOR = re.compile(r"\sid=\"?([^\s\">]+)")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as "make docs" does."""
    out = tmp_path_factory.mktemp("site") / "build"
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "build.py"), "--out", str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "site"


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, str]:
    """Every page of the site, by its path."""
    return {
        page.relative_to(site).as_posix(): page.read_text(encoding="utf-8")
        for page in sorted(site.rglob("*.html"))
    }


def test_every_page_action_and_event_is_there(pages: dict[str, str]) -> None:
    for source in (ROOT / "docs").rglob("*.md"):
        name = source.relative_to(ROOT / "docs").with_suffix("").as_posix()
        assert ("index.html" if name == "index" else f"{name}/index.html") in pages
    for kind, table in (("actions", ACTIONS), ("events", EVENTS)):
        for name in table:
            assert f"reference/{kind}/{table[name].__name__}/index.html" in pages
    kinds = [name.split("/")[1] for name in pages if name.count("/") == 3]
    assert (kinds.count("actions"), kinds.count("events")) == (172, 251)


def test_links_resolve(site: Path, pages: dict[str, str]) -> None:
    anchors = {name: set(ANCHOR.findall(text)) for name, text in pages.items()}

    @cache
    def there(path: str) -> str | None:
        target = site / path
        if target.is_dir():
            path = normpath(f"{path}/index.html")
        return path if (site / path).is_file() else None

    for name, text in pages.items():
        if name == "404.html":
            continue  # its links are from the root of wherever it is shown
        for link in {*LINK.findall(text), *LOADED.findall(text)}:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("javascript:"):
                continue
            aim = name
            if parts.path:
                found = there(normpath(f"{name}/../{unquote(parts.path)}"))
                assert found is not None, f"{name} links to {link}"
                aim = found
            if parts.fragment and aim in anchors:
                fragment = unquote(parts.fragment)
                assert fragment in anchors[aim] or fragment == "__skip", f"{name} links to {link}"


def test_nothing_is_loaded_from_elsewhere(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        for source in LOADED.findall(text):
            assert not source.startswith(("http:", "https:", "//")), f"{name} loads {source}"


# --- in a browser -------------------------------------------------------------------------


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser, with a profile of its own."""
    browser = Browser(browser_path(), tmp_path_factory.mktemp("chromium") / "profile")
    yield browser
    browser.close()


def _largest(pages: dict[str, str], kind: str, count: int) -> list[str]:
    found = [name for name in pages if name.startswith(f"reference/{kind}/")]
    return sorted(found, key=lambda name: len(pages[name]))[-count:]


def _address(base: str, page: str) -> str:
    return base + page.removesuffix("index.html")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_no_page_is_wider_than_its_window(
    browser: Browser, address: str, pages: dict[str, str], width: int
) -> None:
    """Every page that was written by hand, every index, and the largest pages of the rest."""
    chosen = [name for name in pages if not re.match(r"reference/(actions|events|areas)/.", name)]
    chosen += ["reference/actions/index.html", "reference/events/index.html"]
    chosen += _largest(pages, "actions", 12) + _largest(pages, "events", 12)
    chosen += _largest(pages, "areas", 3)
    for page in chosen:
        browser.open(_address(address, page), width)
        wide = browser.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page} is {wide} wide in a window of {width}"
        # A text that is cut off at the edge is not scrolled to either.
        cut = browser.evaluate(
            "[...document.querySelectorAll('.md-typeset :is(h1, h2, h3, p, li, td)')]"
            ".filter(e => e.offsetParent && !e.closest('.md-typeset__scrollwrap, pre'))"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.textContent.slice(0, 60))"
        )
        assert cut == [], f"{page} is cut off in a window of {width}"
    assert browser.complaints == []
    assert {url for url in browser.asked if not url.startswith((address, "data:"))} == set()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_search_finds_an_action(browser: Browser, address: str, width: int) -> None:
    browser.open(address, width)
    button = ".md-search__button" if width == DESKTOP else "label[for=__search]"
    browser.evaluate(f"document.querySelector({button!r}).click()")
    # What opens then has a shadow tree of its own.
    shadow = "[...document.body.children].map(e => e.shadowRoot).find(r => r)"
    browser.until(f"{shadow}?.querySelector('input') != null")
    browser.evaluate(f"{shadow}.querySelector('input').focus()")
    browser.call("Input.insertText", text="QueueAdd")
    found = f"[...{shadow}.querySelectorAll('a')].map(a => a.href)"
    first = browser.until(f"{found}.filter(h => h.includes('/QueueAdd/'))[0]")
    assert urlsplit(first).path == "/reference/actions/QueueAdd/"
    assert browser.evaluate(found)[0] == first


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize(
    "page",
    [
        "",
        "tutorial/",
        "howto/wallboard/",
        "reference/actions/QueueAdd/",
        "reference/events/Hangup/",
    ],
)
def test_a_picture_of_a_page(
    browser: Browser, address: str, tmp_path: Path, page: str, width: int
) -> None:
    directory = Path(os.environ.get("AMISDK_SCREENSHOTS", tmp_path))
    directory.mkdir(parents=True, exist_ok=True)
    picture = directory / f"{page.strip('/').replace('/', '-') or 'home'}-{width}.png"
    browser.open(_address(address, page), width)
    browser.screenshot(picture)
    data = picture.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (width, 900)
    assert len(data) > 10_000  # an empty page is a tenth of that
    title = browser.evaluate("document.querySelector('h1').innerText")
    assert title
    font = browser.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
    assert font > 24  # without its style it would be another page


def test_tabs_show_the_client_that_was_chosen(browser: Browser, address: str) -> None:
    browser.open(f"{address}reference/actions/QueueAdd/", DESKTOP)
    shown = "[...document.querySelectorAll('.tabbed-block')].filter(e => e.offsetParent)"
    assert "await ami.send" in browser.evaluate(f"{shown}[0].innerText")
    browser.evaluate(
        "[...document.querySelectorAll('.tabbed-labels label')]"
        ".find(e => e.innerText.includes('blocking')).click()"
    )
    browser.until(f"!{shown}[0].innerText.includes('await')")
    assert "ami.send" in browser.evaluate(f"{shown}[0].innerText")
