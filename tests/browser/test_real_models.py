"""Real models all the way: traced, viewed, laid out, written, and measured in a browser."""

from __future__ import annotations

from functools import cache

import pytest
from chromium import Browser
from figure_pages import OVERFLOWS, page

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.svg import svg
from torchview_docs.graph import Graph
from torchview_docs.markup import describe, figure_box
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.job import trace_spec
from torchview_docs.views import view

pytestmark = pytest.mark.slow

TOKENS = "int64[1, 128]"
MODELS = {
    "GPT-2": ("transformers.GPT2LMHeadModel(transformers.GPT2Config())", TOKENS),
    "BERT": ("transformers.BertModel(transformers.BertConfig())", TOKENS),
    "T5": (
        "transformers.T5Model(transformers.T5Config(num_layers=2))",
        "input_ids=int64[1, 16], decoder_input_ids=int64[1, 16]",
    ),
    "ResNet": ("transformers.ResNetModel(transformers.ResNetConfig())", "float32[1, 3, 224, 224]"),
}


@cache
def traced(name: str) -> Graph:
    model, call = MODELS[name]
    return trace_spec(FigureSpec.read(model, {"input": call}))


def spec(name: str, **options: str) -> FigureSpec:
    model, call = MODELS[name]
    return FigureSpec.read(model, {"input": call, **options})


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", MODELS)
def test_no_text_overflows_and_nothing_is_complained_of(browser: Browser, name: str, direction: str) -> None:
    wanted = spec(name, direction=direction)
    seen = view(traced(name), wanted)
    drawing = lay_out(scene(seen, wanted))
    written = svg(drawing, prefix="f", title=name, desc=describe(seen))
    browser.show(page(figure_box(written, wanted)), width=360, dark=True)
    assert browser.run("return document.querySelectorAll('.tv-cards text').length") >= len(drawing.cards)
    assert browser.run(OVERFLOWS, 1) == []
    assert browser.console_errors() == []


@pytest.mark.parametrize("depth", ["auto", "2", "inf"])
@pytest.mark.parametrize("name", MODELS)
def test_a_layer_takes_at_most_450_bytes_all_in(name: str, depth: str) -> None:
    wanted = spec(name, depth=depth)
    seen = view(traced(name), wanted)
    drawing = lay_out(scene(seen, wanted))
    written = svg(drawing, prefix="f", title=name, desc=describe(seen))
    # A panel is a box with words as a card is.
    layers = sum(len(placed.card.rows) for placed in drawing.cards) + len(drawing.frames)
    assert len(written.encode()) <= 450 * layers
