"""What the page on theming says of classes and variables is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chromium import Browser
from figure_pages import page
from theme_scenes import everything, standalone

from torchview_docs.drawing.theme import colours, stylesheet

PAGE = (Path(__file__).parent.parent / "sample_site" / "pages" / "theming.md").read_text("utf-8")
CSS = re.sub(r"/\*.*?\*/", "", stylesheet(), flags=re.DOTALL)
#: The names of the first column of the tables, `tv-s1` to `tv-s5` written out.
_ENTRY = re.compile(r"^\|([^|]*)\|", re.MULTILINE)


def documented(start: str) -> set[str]:
    """What the tables explain, of names that start so."""
    found: set[str] = set()
    for entry in _ENTRY.findall(PAGE) + re.findall(r"with `align` also .*", PAGE):
        names = re.findall(r"`([\w-]+)`", entry)
        if " to " in entry:
            (stem, first), (_, last) = (re.fullmatch(r"(.*?)(\d)", name).groups() for name in names)  # type: ignore[union-attr]
            names = [f"{stem}{k}" for k in range(int(first), int(last) + 1)]
        found.update(name for name in names if name.startswith(start))
    return found


def classes_of(markup: str) -> set[str]:
    return {name for said in re.findall(r' class="([^"]*)"', markup) for name in said.split()}


def test_every_variable_is_documented_and_no_other() -> None:
    assert documented("--tv-") == {f"--tv-{name}" for name in colours("light")}


def test_every_class_of_the_stylesheet_is_documented() -> None:
    named = set(re.findall(r"\.(tv(?:-[\w-]+)?)", CSS))
    # `tv-line` and `tv-remarks` have no rule of their own: they say what a group is.
    assert named <= documented("tv")


def test_every_class_that_is_written_is_documented_and_no_other() -> None:
    written = classes_of(everything()) | classes_of(standalone())
    assert {name for name in written if name.startswith("tv")} == documented("tv")


def _own_colours() -> str:
    return re.findall(r"```css\n(.*?)```", PAGE, re.DOTALL)[0]


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
def test_the_colours_of_a_site_that_the_page_shows_are_those_of_its_figures(
    browser: Browser, dark: bool
) -> None:
    scheme = ":root { color-scheme: light dark }"
    # Before the style sheet of figures as well as after it.
    for before in (True, False):
        own = f"<style>{_own_colours()}</style>"
        content = f'<div class="plain">{everything()}</div>'
        shown = page(content if before else f"{content}{own}", css=scheme)
        browser.show(shown.replace("<style>", f"{own}<style>", 1) if before else shown, dark=dark)
        bar, pill, panel, card = browser.run(
            "return [['.tv-conv path', 'stroke'], ['.tv-io rect', 'fill'], ['.tv-frames rect', 'fill'],"
            " ['.tv-cards rect', 'stroke']].map(([name, what]) =>"
            " getComputedStyle(document.querySelector(name))[what])"
        )
        assert bar == ("rgb(102, 217, 232)" if dark else "rgb(11, 114, 133)")
        assert pill == ("rgb(208, 191, 255)" if dark else "rgb(95, 61, 196)")
        assert panel == "rgba(0, 0, 0, 0)"
        assert card in ("rgb(156, 163, 175)" if dark else "rgb(107, 114, 128)", "none")


@pytest.mark.slow
def test_the_switch_of_another_theme_works_as_the_page_shows(browser: Browser) -> None:
    rule = re.findall(r"```css\n(.*?)```", PAGE, re.DOTALL)[1]
    for name, ink in (("my-dark-theme", "rgb(226, 232, 240)"), ("", "rgb(15, 23, 42)")):
        browser.show(page(everything(), attributes=f'class="{name}"', css=rule))
        assert browser.run("return getComputedStyle(document.querySelector('.tv-conv text')).fill") == ink
