"""The colours of what was added, removed and changed."""

from __future__ import annotations

import itertools
from typing import Literal

import pytest
from seen_colours import EYES, Colour, contrast, difference

from torchview_docs.drawing.theme import colours

MARKS = ("add", "del", "mut")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def of(theme: Literal["light", "dark"], name: str) -> Colour:
    digits = colours(theme)[name].removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4))
    return red, green, blue


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_every_eye_tells_them_apart(theme: Literal["light", "dark"], eye: str) -> None:
    for one, other in itertools.combinations(MARKS, 2):
        assert difference(of(theme, one), of(theme, other), eye) > 12, (one, other)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark", MARKS)
def test_words_and_lines_have_their_contrast(theme: Literal["light", "dark"], mark: str) -> None:
    assert contrast(of(theme, mark), of(theme, "page")) >= 4.5  # labels of lines
    assert contrast(of(theme, mark), of(theme, f"{mark}-card")) >= 3  # borders
    assert contrast(of(theme, mark), of(theme, "io-ink")) >= 4.5  # signs in their circles
    for words in ("ink", "dim"):
        assert contrast(of(theme, words), of(theme, f"{mark}-card")) >= 4.5
