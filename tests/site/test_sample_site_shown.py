"""The sample site as readers see it: each figure of both built sites, measured in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

import pytest
from chromium import Browser
from figure_pages import OVERFLOWS
from site_copy import HOSTS, SampleSite

pytestmark = pytest.mark.slow

#: For each text of a card, its contrast with the card by WCAG 2, and how light the card is, from 0 to 1.
READABLE = """
const light = colour => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
return [...document.querySelectorAll('svg.tv .tv-cards text')].map(text => {
  let group = text.parentNode;
  while (!group.querySelector(':scope > rect')) group = group.parentNode;
  // The name of a graph stands on the tab of its card.
  const tab = text.closest('.tv-io') && group.querySelector(':scope > .tv-tab');
  const card = light(getComputedStyle(tab || group.querySelector(':scope > rect')).fill);
  const ink = light(getComputedStyle(text).fill);
  return [(Math.max(card, ink) + 0.05) / (Math.min(card, ink) + 0.05), card];
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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("host", HOSTS)
def test_figures_are_shown_without_errors_overflowing_texts_or_a_page_that_scrolls(
    built: SampleSite, address: str, browser: Browser, host: str, width: int, dark: bool
) -> None:
    # Material keeps the theme that a reader had before, whatever the system prefers now.
    everything = {"origin": address, "storageTypes": "all"}
    browser.driver.get("about:blank")
    browser.driver.execute_cdp_cmd("Storage.clearDataForOrigin", everything)
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
            contrasts, cards = zip(*browser.run(READABLE), strict=True)
            assert min(contrasts) >= 4.5, name
            assert (median(cards) < 0.2) == dark, name
    assert seen >= 10
