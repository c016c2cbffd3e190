"""Figures in LaTeX: how large they are, and what stands below them."""

from __future__ import annotations

import pytest
from sphinx_pages import CNN
from sphinx_site import Site

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


@pytest.mark.slow
def test_a_table_is_printed_where_it_is_asked_for_and_a_width_is_kept(site: Site) -> None:
    site.file("nets/cnn.py", CNN)
    options = {"plain": "   :width: 60%", "asked": "   :table: details"}
    for name, option in options.items():
        figure = f".. torchview:: nets.cnn.Net\n   :input: float32[1, 3, 16, 16]\n{option}\n"
        site.file(f"docs/{name}.rst", f"{name}\n{'=' * 5}\n\n{figure}")
    site.file("docs/index.rst", "Nets\n====\n\n.. toctree::\n\n   plain\n   asked\n")
    site.build("latex", "-W")
    _, plain, asked = site.read("nets.tex", "latex").split(r"\chapter{")
    assert "stem: Conv2d" not in plain
    assert "stem: Conv2d" in asked
    assert r"width=0.600\linewidth" in plain
    assert "width=" not in asked.split(r"\begin{tabul")[0].split("sphinxincludegraphics")[1][:20]
