"""Text metrics against facts about Helvetica; tests/browser measures them in a browser."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.metrics import text_width

#: From Adobe's font metrics of Helvetica and Helvetica-Bold, in 1/1000 em.
AFM = {
    False: {
        " ": 278,
        "A": 667,
        "M": 833,
        "W": 944,
        "a": 556,
        "i": 222,
        "m": 833,
        "0": 556,
        "@": 1015,
    },
    True: {
        " ": 278,
        "A": 722,
        "M": 833,
        "W": 944,
        "a": 556,
        "i": 278,
        "m": 889,
        "0": 556,
        "@": 975,
    },
}


@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_helvetica(bold: bool) -> None:
    for character, thousandths in AFM[bold].items():
        assert text_width(character, 1000, bold) == pytest.approx(thousandths, abs=1)


def test_the_sign_of_shapes_has_room_in_dejavu_sans_too() -> None:
    # Advance widths of its × and 0 in 1/2048 em; the stylesheet makes 0 as wide as Arial's.
    for bold, times, zero in ((False, 1716, 1303), (True, 1716, 1425)):
        in_dejavu = times / zero * text_width("0", 1000, bold)
        assert in_dejavu <= text_width("×", 1000, bold) < in_dejavu + 2


def test_every_printable_latin_1_character_has_a_width_of_its_own() -> None:
    for code in (*range(0x20, 0x7F), *range(0xA1, 0x100)):
        if code != 0xAD:  # the soft hyphen is not shown
            assert 150 < text_width(chr(code), 1000) < 1100, chr(code)


def test_an_accented_letter_is_as_wide_as_its_base() -> None:
    assert text_width("é", 13) == text_width("e", 13)
    assert text_width("e\u0301", 13) == text_width("é", 13)


def test_wide_characters_take_little_more_than_an_em_and_emoji_more() -> None:
    assert 20 <= text_width("卷积", 10) < 23
    assert 10 <= text_width("한", 10) < 12
    assert text_width("\N{FIRE}", 10) > 12


def test_what_is_not_shown_takes_no_place() -> None:
    assert text_width("\u0301\u200b\x07\ud800", 10) == 0


@given(st.text(), st.text(), st.floats(1, 100), st.booleans())
def test_widths_add_up_and_grow_with_the_size(a: str, b: str, size: float, bold: bool) -> None:
    together = text_width(a + b, size, bold)
    assert together == pytest.approx(text_width(a, size, bold) + text_width(b, size, bold))
    assert text_width(a, 2 * size, bold) == pytest.approx(2 * text_width(a, size, bold))


@given(st.characters(categories=["L", "N", "P", "S"]), st.booleans())
def test_no_visible_character_is_taken_for_nothing(character: str, bold: bool) -> None:
    base = unicodedata.normalize("NFD", character)[0]
    if unicodedata.category(base)[0] in "LNPS":
        assert text_width(character, 1, bold) > 0.15
