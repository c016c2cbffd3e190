"""Comparisons in a browser: no text leaves its box or lies over another one."""

from __future__ import annotations

import math

import pytest
import torch
from chromium import Browser
from figure_pages import OVERFLOWS, page
from test_compare_models import Block, Extra, Net, Renamed, with_layers
from theme_scenes import comparison
from torch import nn

from torchview_docs import trace
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.svg import svg
from torchview_docs.spec import FigureSpec
from torchview_docs.views.compared import compared, view_of_both

pytestmark = pytest.mark.slow

PAIRS: dict[str, tuple[nn.Module, nn.Module]] = {
    "counts": (Net(3), Net(12)),
    "renamed": (Net(2), Renamed()),
    "width": (Net(2), with_layers(Block(), Block(4096))),
    "added": (Net(3), with_layers(*(Block(doubled=True) for _ in range(6)))),
    "removed": (Extra(), Net(2)),
}


def figure(pair: str, direction: str, depth: float) -> str:
    graphs = [trace(model, torch.zeros(1, 8)) for model in PAIRS[pair]]
    spec = FigureSpec("n.New", old=FigureSpec("n.Old"), depth=depth, direction=direction, show_params=True)
    whole = compared(graphs[0], graphs[1], spec)
    drawn, _ = draw(whole.graph, view_of_both(whole, spec), spec)
    return svg(drawn, prefix=f"{pair}{direction}{depth}", title=pair, desc="Compared.")


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_no_text_leaves_its_box_or_lies_over_another(browser: Browser, direction: str) -> None:
    drawn = [figure(pair, direction, depth) for pair in PAIRS for depth in (1, math.inf)]
    browser.show(page("".join([*drawn, comparison(direction)])))
    assert browser.run("return document.querySelectorAll('.tv-sign').length") > 20
    assert browser.run(OVERFLOWS, 1) == []
