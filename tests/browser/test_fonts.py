"""Text fits its card with Arial, Liberation Sans and DejaVu Sans as the font that is found.

Arial is not free to install: Liberation Sans, which has its widths and which Linux gives for its name,
stands for it. DejaVu Sans is wider, and many Linux machines have no other.
"""

from __future__ import annotations

import pytest
from chromium import Browser
from figure_pages import OVERFLOWS, page
from test_real_models import MODELS, spec, traced
from test_shown_figures import figure

from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.svg import stylesheet, svg
from torchview_docs.markup import figure_box
from torchview_docs.views import view

pytestmark = pytest.mark.slow

#: What the stylesheet asks for, and what the machine gives.
FONTS = {"Arial": "Liberation Sans", "Liberation Sans": "Liberation Sans", "DejaVu Sans": "DejaVu Sans"}
INSTALL = "no {}: `make system`, or sudo apt-get install fonts-liberation fonts-dejavu-core"
#: How far the text of a browser may be out of its box: borders are so wide.
SLACK = 1


def with_font(family: str) -> str:
    return f'svg.tv {{ font-family: "{family}" }}'


def used_fonts(browser: Browser) -> set[str]:
    """The fonts that Latin texts of the page are set in, as the browser knows them."""
    cdp = browser.driver.execute_cdp_cmd
    cdp("DOM.enable", {})
    cdp("CSS.enable", {})
    root = cdp("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    found = cdp("DOM.querySelectorAll", {"nodeId": root, "selector": "svg.tv text"})["nodeIds"]
    asked = [cdp("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] for node in found[:5]]
    return {font["familyName"] for fonts in asked for font in fonts}


@pytest.mark.parametrize("family", FONTS)
@pytest.mark.parametrize("name", MODELS)
def test_every_text_of_a_real_model_stays_in_its_card(browser: Browser, name: str, family: str) -> None:
    for options in ({}, {"depth": "inf"}, {"depth": "inf", "direction": "LR"}):
        wanted = spec(name, **options)
        drawing, _ = draw(traced(name), view(traced(name), wanted), wanted)
        written = svg(drawing, prefix="f", title=name, desc="d")
        browser.show(page(figure_box(written, wanted), css=with_font(family)), width=2000)
        if used_fonts(browser) != {FONTS[family]}:
            pytest.fail(INSTALL.format(FONTS[family]), pytrace=False)
        assert browser.run(OVERFLOWS, SLACK) == []


@pytest.mark.parametrize("family", FONTS)
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_so_do_names_of_other_scripts_and_very_long_ones(
    browser: Browser, direction: str, family: str
) -> None:
    browser.show(page(figure(direction), css=with_font(family)))
    assert FONTS[family] in used_fonts(browser)
    assert browser.run(OVERFLOWS, SLACK) == []


def test_the_stylesheet_asks_for_a_font_with_arial_s_widths_first(browser: Browser) -> None:
    browser.show(page(figure()))
    assert FONTS["Arial"] in used_fonts(browser)


def test_without_the_stylesheet_s_adjustment_dejavu_sans_would_not_fit(browser: Browser) -> None:
    assert "font-size-adjust" in stylesheet()
    browser.show(page(figure(), css=f"{with_font('DejaVu Sans')} svg.tv {{ font-size-adjust: none }}"))
    assert browser.run(OVERFLOWS, SLACK) != []
