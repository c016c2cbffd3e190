"""Figures that are too large for a page, and those that are too large at all."""

from __future__ import annotations

import pytest

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.sizes import PAGE_ACROSS
from torchview_docs.drawing.page import fits, laid_out
from torchview_docs.errors import LayoutError
from torchview_docs.graph import Graph, Node, TensorMeta, Use
from torchview_docs.spec import FigureSpec

FLOATS = (TensorMeta((2, 3), "float32"),)
SPEC = FigureSpec("pkg.Net", fold=False)


def nested_skips(count: int) -> Graph:
    """A model whose part adds what it computed first to what it computes last, as a deep U-Net."""
    nodes = [
        Node("x", "placeholder", "x", outputs=FLOATS),
        Node("Net", "call_module", "", type="pkg.Net", outputs=FLOATS, results=(Use(f"part/f{count - 1}"),)),
        Node(
            "part",
            "call_module",
            "part",
            "Net",
            "pkg.Part",
            (Use("x"),),
            FLOATS,
            (Use(f"part/f{count - 1}"),),
        ),
    ]
    last = "x"
    for number in range(count):
        args = [Use(last)]
        if number > count // 2:
            args.append(Use(f"part/f{count - 1 - number}", arg="1"))
        last = f"part/f{number}"
        nodes.append(Node(last, "call_function", "torch.add", "part", args=tuple(args), outputs=FLOATS))
    nodes.append(Node("output", "output", "output", args=(Use(last),)))
    graph = Graph("Net", tuple(nodes))
    graph.validate()
    return graph


def test_what_is_too_large_to_be_laid_out_is_drawn_at_a_coarser_depth() -> None:
    graph = nested_skips(700)
    with pytest.raises(LayoutError):
        lay_out(scene(graph, SPEC))
    assert not fits(graph, SPEC)
    drawing, depth = laid_out(graph, SPEC)
    assert depth == 1
    assert [card.card.name for card in drawing.cards] == ["x", "part", "output"]


def test_what_can_be_laid_out_is_drawn_as_it_is() -> None:
    graph = nested_skips(8)
    drawing, depth = laid_out(graph, SPEC)
    assert depth is None
    assert len(drawing.cards) == 10
    assert fits(graph, SPEC) == (drawing.width <= PAGE_ACROSS)
