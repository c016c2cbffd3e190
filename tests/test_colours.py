"""Colours as authors write them, held against other programs' tables and the rules of WCAG."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageColor

from torchview_docs.colours import CARDS, TINT, colour_names, contrast, parse_colour, seen, tinted
from torchview_docs.drawing.theme import stylesheet

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize("name", sorted(ImageColor.colormap))
def test_names_are_those_of_css(name: str) -> None:
    red, green, blue = ImageColor.getrgb(name)[:3]
    assert parse_colour(name.upper()) == f"#{red:02x}{green:02x}{blue:02x}"


def test_there_are_no_other_names() -> None:
    assert set(colour_names()) == set(ImageColor.colormap)


def test_digits_may_be_short_and_large() -> None:
    assert parse_colour(" #A1f ") == "#aa11ff"


@pytest.mark.parametrize("text", ["", "#12345", "#12345g", "rgb(1,2,3)", "url(x)", "red;fill:blue", "#fff8"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no colour"):
        parse_colour(text)


def test_the_nearest_name_is_told() -> None:
    with pytest.raises(ValueError, match="did you mean 'rebeccapurple'"):
        parse_colour("rebecapurple")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WebAIM's checker


def test_cards_are_those_of_the_style_sheet() -> None:
    assert f"--tv-card: light-dark(#fff, {CARDS[1]})" in stylesheet()
    assert CARDS[0] == "#ffffff"


@given(colours)
def test_a_line_is_seen_on_cards_and_on_cards_with_its_tint(colour: str) -> None:
    for card in CARDS:
        assert contrast(seen(colour), card) >= 3
        assert contrast(seen(colour), tinted(card, colour, TINT)) >= 3


@given(colours)
def test_a_colour_that_is_seen_is_left_as_it_is(colour: str) -> None:
    grounds = [tinted(card, colour, TINT) for card in CARDS]
    if all(contrast(colour, ground) >= 3.4 for ground in grounds):
        assert seen(colour) == colour


@given(colours)
def test_text_keeps_its_contrast_on_a_tint_of_any_colour(colour: str) -> None:
    for card, texts in zip(CARDS, (("#0f172a", "#475569"), ("#e2e8f0", "#b3bfcf")), strict=True):
        for text in texts:
            assert contrast(tinted(card, colour, TINT), text) >= 4.5
