"""Every colour of figures as a browser resolves it: contrasts, families, paper, forced colours."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from chromium import Browser
from contrasts import CONTRASTS
from figure_pages import OVERFLOWS, page
from seen_colours import EYES, contrast, difference, parsed
from theme_scenes import everything

pytestmark = pytest.mark.slow

#: Grounds of pages: white and MkDocs' own light theme; Furo's and Material's dark ones.
GROUNDS = {False: ("#ffffff", "#f8f9fb"), True: ("#131416", "#1e2129")}
#: The bars of all families in the first figure, each with its colour, width and pattern.
BARS = """
const found = {};
for (const name of arguments[0]) {
  const style = getComputedStyle(document.querySelector(`.tv-cards .tv-${name} > path:not([class])`));
  found[name] = [style.stroke, style.strokeWidth, style.strokeDasharray];
}
return found;
"""
FAMILIES = ("conv", "lin", "norm", "act", "att", "emb", "pool", "rec", "op", "mod")
#: The shortest bar that there is, in px.
SHORTEST = 21


def show(browser: Browser, dark: bool, ground: str = "", css: str = "", **how: bool) -> None:
    scheme = "dark" if dark else "light"
    ground = ground or GROUNDS[dark][0]
    color = "#ddd" if dark else "#222"
    css = f":root {{ color-scheme: {scheme} }} body {{ background: {ground}; color: {color} }} {css}"
    browser.show(page(everything(), css=css), dark=dark, **how)


@pytest.mark.parametrize("dark", [False, True])
def test_texts_and_lines_are_seen_wherever_they_stand(browser: Browser, dark: bool) -> None:
    for ground in GROUNDS[dark]:
        show(browser, dark, ground)
        least: dict[str, Any] = browser.run(CONTRASTS)
        assert 4.5 <= least["text"][0] < 21, (ground, least)
        assert 3 <= least["line"][0] < 21, (ground, least)


@pytest.mark.parametrize(
    ("kind", "css"),
    [
        ("text", ".tv { --tv-dim: #999 }"),
        ("text", ".tv-layers td { color: #999 }"),
        ("text", ".tv-error p { color: #e88 }"),
        ("line", ".tv { --tv-line: #cbd3dd }"),
        ("line", ".tv { --tv-wire: #bbb }"),
        ("line", ".tv { --tv-emb: #9cc }"),
        ("line", ".tv { --tv-badge: #bbb }"),
    ],
)
def test_a_lack_of_contrast_would_be_found_in_any_of_them(browser: Browser, kind: str, css: str) -> None:
    show(browser, dark=False, css=css)
    assert browser.run(CONTRASTS)[kind][0] < (4.5 if kind == "text" else 3)


@pytest.mark.parametrize("dark", [False, True])
class TestFamilies:
    def test_can_be_told_apart_by_every_kind_of_eye(self, browser: Browser, dark: bool) -> None:
        show(browser, dark)
        bars = {name: parsed(style[0]) for name, style in browser.run(BARS, FAMILIES).items()}
        for eye in EYES:
            near = [
                (difference(bars[a], bars[b], eye), a, b)
                for a, b in combinations(FAMILIES, 2)
                if difference(bars[a], bars[b], eye) < 8
            ]
            assert not near, (eye, near)

    def test_can_be_told_apart_without_any_colour(self, browser: Browser, dark: bool) -> None:
        show(browser, dark)
        bars = {name: _inked(*style[1:]) for name, style in browser.run(BARS, FAMILIES).items()}
        for one, other in combinations(FAMILIES, 2):
            differ = sum(a != b for a, b in zip(bars[one], bars[other], strict=True)) / 4
            assert differ >= 2.5, (one, other, differ)


def _inked(width: str, dashes: str) -> list[int]:
    """How wide a bar is, at each quarter of a px along it."""
    wide = float(width.removesuffix("px"))
    steps = range(4 * SHORTEST + 1)
    if dashes == "none":
        return [round(wide)] * len(steps)
    lengths = [float(length.removesuffix("px")) for length in dashes.split(", ")]
    marks, at = [], 0.0
    while at < SHORTEST + 30:
        for dash, gap in zip(lengths[::2], lengths[1::2], strict=True):
            # Its ends are round, so a dash is longer than it says.
            marks.append((at - wide / 2, at + dash + wide / 2))
            at += dash + gap
    return [round(wide) if any(a <= step / 4 <= b for a, b in marks) else 0 for step in steps]


def test_the_measures_of_colours_are_those_of_their_standards() -> None:
    # Sharma, Wu and Dalal's test data for CIEDE2000, by their Lab values; WCAG's own example.
    from seen_colours import _ciede2000

    for one, other, expected in [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ]:
        assert _ciede2000(one, other) == pytest.approx(expected, abs=1e-4)
    assert contrast((1, 1, 1), (0, 0, 0)) == pytest.approx(21)
    assert contrast(parsed("rgb(119, 119, 119)"), (1, 1, 1)) == pytest.approx(4.48, abs=0.005)
    # Red and green of one lightness are one colour to who has no cones for one of them.
    red, green = (0.72, 0.3, 0.3), (0.38, 0.47, 0.3)
    assert difference(red, green, "protanope") < difference(red, green) / 3


@pytest.mark.parametrize("dark", [False, True])
class TestForcedColours:
    def show(self, browser: Browser, dark: bool) -> None:
        show(browser, dark)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        forced = {"name": "forced-colors", "value": "active"}
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, forced]})
        assert browser.run("return matchMedia('(forced-colors: active)').matches")

    def test_texts_and_lines_are_seen(self, browser: Browser, dark: bool) -> None:
        self.show(browser, dark)
        least = browser.run(CONTRASTS)
        assert least["text"][0] >= 4.5, least
        assert least["line"][0] >= 3, least

    def test_a_family_is_told_by_its_pattern_and_a_link_by_its_line(
        self, browser: Browser, dark: bool
    ) -> None:
        self.show(browser, dark)
        bars = browser.run(BARS, FAMILIES)
        assert len({style[0] for style in bars.values()}) == 1
        assert len({tuple(style[1:]) for style in bars.values()}) == len(FAMILIES)
        assert browser.run(
            "return [...document.querySelectorAll('svg.tv a text')]"
            ".every(text => getComputedStyle(text).textDecorationLine === 'underline')"
        )


class TestPaper:
    def test_is_light_whatever_the_page_is(self, browser: Browser) -> None:
        browser.show(page(everything(), attributes='data-theme="dark"'), dark=True, print_=True)
        least = browser.run(CONTRASTS)
        assert least["text"][0] >= 4.5, least
        assert least["line"][0] >= 3, least
        card = browser.run("return getComputedStyle(document.querySelector('.tv-conv rect')).fill")
        assert card == "rgb(255, 255, 255)"

    @pytest.mark.parametrize("width", [400, 794])
    def test_has_no_box_that_would_scroll_and_every_table_that_was_asked_for(
        self, browser: Browser, width: int
    ) -> None:
        browser.show(page(everything()), width=width, print_=True)
        cut = browser.run(
            "return [...document.querySelectorAll('.tv-box, .tv-layers')]"
            ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
        )
        assert cut == []
        right = browser.run(
            "return Math.max(...[...document.querySelectorAll('svg.tv')]"
            ".map(e => e.getBoundingClientRect().right))"
        )
        assert right <= width
        hidden, details, below = (
            browser.run(
                "const t = document.querySelector(arguments[0]); return !!t && t.checkVisibility("
                "{contentVisibilityAuto: true}) && t.getBoundingClientRect().height > 100",
                f"{where} .tv-table",
            )
            for where in (".tv-hidden", ".tv-details:not(.tv-hidden)", "figure > .tv-layers")
        )
        assert (hidden, details, below) == (False, True, True)
        assert browser.run(OVERFLOWS, 1) == []
