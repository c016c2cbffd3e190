"""Figures in LaTeX: how large they are."""

from __future__ import annotations

import pytest

from torchview_docs.drawing.drawing import Drawing
from torchview_docs.sphinx_ext.printed import fills_a_page


@pytest.mark.parametrize(
    ("width", "height", "fills"),
    [
        (400.0, 600.0, False),
        (400.0, 800.0, True),  # 600 pt, and a page of Sphinx' has about 650 with the caption
        (1200.0, 800.0, False),  # made as wide as the text, it is low enough
        (1200.0, 2000.0, True),
        (3000.0, 20_000.0, True),
    ],
)
def test_a_figure_leaves_room_for_its_caption_on_a_page(width: float, height: float, fills: bool) -> None:
    assert fills_a_page(Drawing(width, height, (), (), (), ())) is fills
