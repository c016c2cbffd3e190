"""The sample site as readers see it: each figure of both built sites, measured in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

import pytest
from axe import violations
from chromium import Browser
from contrasts import CONTRASTS
from figure_pages import OVERFLOWS
from site_copy import HOSTS, SampleSite

pytestmark = pytest.mark.slow

#: How light each card is, from 0 to 1.
CARDS = """
return [...document.querySelectorAll('svg.tv .tv-cards rect')].map(card => {
  const [r, g, b] = (getComputedStyle(card).fill.match(/[\\d.]+/g) ?? [0, 0, 0]).map(Number);
  return (.2126 * r + .7152 * g + .0722 * b) / 255;
});
"""

SCROLLS = "const page = document.documentElement; return page.scrollWidth - page.clientWidth"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(built: SampleSite) -> Iterator[str]:
    """Where both sites are served: scripts of the themes fetch files, which `file:` forbids."""
    handler = partial(_Quiet, directory=str(built.root / "out"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _forget(browser: Browser, address: str) -> None:
    """Have the themes forget what a reader chose before: it would win over what the system prefers."""
    browser.driver.get("about:blank")
    everything = {"origin": address, "storageTypes": "all"}
    browser.driver.execute_cdp_cmd("Storage.clearDataForOrigin", everything)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("host", HOSTS)
def test_figures_are_shown_without_errors_overflowing_texts_or_a_page_that_scrolls(
    built: SampleSite, address: str, browser: Browser, host: str, width: int, dark: bool
) -> None:
    _forget(browser, address)
    seen = 0
    for name, file in built.files(host):
        browser.open(f"{address}/{file.relative_to(built.root / 'out')}", width=width, dark=dark)
        count = browser.run("return document.querySelectorAll('figure svg.tv').length")
        assert count == built.figures_in_source(name), name
        seen += count
        assert browser.run(OVERFLOWS, 1) == [], name
        assert browser.console_errors() == [], name
        if count:
            assert browser.run(SCROLLS) <= 0, name
            assert (median(browser.run(CARDS)) < 0.4) == dark, name
    assert seen >= 10


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("host", HOSTS)
def test_figures_and_tables_can_be_read_and_axe_finds_nothing_in_them(
    built: SampleSite, address: str, browser: Browser, host: str, dark: bool
) -> None:
    _forget(browser, address)
    for name, file in built.files(host):
        browser.open(f"{address}/{file.relative_to(built.root / 'out')}", dark=dark)
        if not browser.run("return document.querySelectorAll('svg.tv').length"):
            continue
        least = browser.run(CONTRASTS)
        assert 4.5 <= least["text"][0] < 21, (name, least)
        assert 3 <= least["line"][0] < 21, (name, least)
        assert violations(browser) == [], name


@pytest.mark.parametrize("host", HOSTS)
def test_on_paper_figures_are_light_and_whole(
    built: SampleSite, address: str, browser: Browser, host: str
) -> None:
    _forget(browser, address)
    for name, file in built.files(host):
        # A reader who prefers dark prints on A4.
        browser.open(
            f"{address}/{file.relative_to(built.root / 'out')}",
            width=794,
            height=1123,
            dark=True,
            print_=True,
        )
        if not browser.run("return document.querySelectorAll('svg.tv').length"):
            continue
        least = browser.run(CONTRASTS)
        assert least["text"][0] >= 4.5, (name, least)
        assert median(browser.run(CARDS)) > 0.4, name
        cut = browser.run(
            "return [...document.querySelectorAll('.tv-box, .tv-layers')]"
            ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
        )
        assert cut == [], name
        assert browser.run(
            "return [...document.querySelectorAll('.tv-details:not(.tv-hidden) .tv-table')]"
            ".every(t => t.checkVisibility({contentVisibilityAuto: true}))"
        )


@pytest.mark.parametrize("host", HOSTS)
def test_figures_follow_the_switch_of_the_theme_against_the_system(
    built: SampleSite, address: str, browser: Browser, host: str
) -> None:
    _forget(browser, address)
    file = dict(built.files(host))["models.md"]
    browser.open(f"{address}/{file.relative_to(built.root / 'out')}")
    assert median(browser.run(CARDS)) > 0.4
    browser.run(
        "[...document.querySelectorAll('label[for^=__palette], .theme-toggle')]"
        ".find(button => button.getClientRects().length).click()"
    )
    assert not browser.run("return matchMedia('(prefers-color-scheme: dark)').matches")
    assert median(browser.run(CARDS)) < 0.4
