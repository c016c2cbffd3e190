"""Figures that are too large for a page, and those that are too large at all."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.sizes import PAGE_ACROSS, PAGE_ALONG
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


#: Functions of six families, so that a legend has several lines.
FUNCTIONS = (
    "torch.sin",
    "torch.relu",
    "torch.layer_norm",
    "torch.max_pool2d",
    "torch.embedding",
    "torch.linear",
)


def chain(count: int) -> Graph:
    """A model that calls functions, one after the other."""
    names = ["x", *(f"f{number}" for number in range(count))]
    nodes = [Node("x", "placeholder", "x", outputs=FLOATS)]
    for number, (before, name) in enumerate(pairwise(names)):
        function = FUNCTIONS[number % len(FUNCTIONS)]
        nodes.append(Node(name, "call_function", function, args=(Use(before),), outputs=FLOATS))
    return Graph("Net", (*nodes, Node("output", "output", "output", args=(Use(names[-1]),))))


def longest(spec: FigureSpec) -> int:
    """How long a chain may be to fit on a page."""
    return max(count for count in range(10, 60) if fits(chain(count), spec))


def test_a_legend_has_its_part_in_how_high_a_figure_is() -> None:
    plain = replace(SPEC, hide_module_functions=False)
    with_one = replace(plain, legend=True)
    assert longest(with_one) < longest(plain)
    drawn, _ = draw(chain(longest(with_one)), chain(longest(with_one)), with_one)
    assert drawn.legend
    assert drawn.height <= PAGE_ALONG
