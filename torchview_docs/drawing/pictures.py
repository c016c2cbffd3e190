"""Pictures: the small graphs among the inputs, each as a card that stands for the inputs that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, sqrt
from typing import NamedTuple

from torchview_docs.drawing.graph_layout import Plan, lay_out_graph
from torchview_docs.drawing.metrics import CONFIG_SIZE, text_width
from torchview_docs.drawing.picture_svg import LEGEND_DOT, LEGEND_GAP, LEGEND_ROW
from torchview_docs.drawing.scene import Dot, Line, Picture
from torchview_docs.graph import Graph
from torchview_docs.input_graph import InputGraph

__all__ = ["Shown", "pictures"]

#: How near two nodes may come, in px.
_NEAREST = 16
#: An edge, and how wide a picture may become for the sake of its edges.
_EDGE, _WIDEST = 36, 300
_MARGIN = 16


class Shown(NamedTuple):
    """A graph that is drawn: the inputs that hold it, of which the first gives its card a name."""

    graph: InputGraph
    tensors: tuple[str, ...]
    picture: Picture


def pictures(view: Graph) -> Mapping[str, Shown]:
    """The graphs that can be drawn, by each of the view's inputs that hold them."""
    found: dict[str, Shown] = {}
    inputs = {leaf.name for leaf in view.leaves if leaf.op == "placeholder"}
    for graph in view.input_graphs:
        tensors = tuple(dict.fromkeys(r.tensor for r in graph.relations if r.tensor in inputs))
        if tensors and graph.is_small and graph.size:
            shown = Shown(graph, tensors, _picture(graph))
            found.update(dict.fromkeys(tensors, shown))
    return found


def _picture(graph: InputGraph) -> Picture:
    first = [0]
    for kind in graph.nodes:
        first.append(first[-1] + kind.size)
    lines = _lines(graph, first)
    # The graphs of a batch stand beside each other, in a field that is wider than high.
    across = max(7.0, 2.0 * sqrt(graph.size))
    plan = lay_out_graph(graph.size, [(line.start, line.end) for line in lines], across)
    scale = _scale(plan)
    kinds = [number for number, kind in enumerate(graph.nodes) for _ in range(kind.size)]
    dots = tuple(
        Dot(round(_MARGIN + x * scale, 1), round(_MARGIN + y * scale, 1), kind)
        for (x, y), kind in zip(plan.points, kinds, strict=True)
    )
    named = len(graph.nodes) > 1
    legend = tuple(f"{kind.size} {kind.name}" for kind in graph.nodes) if named else ()
    width, height = (ceil(size * scale) + 2 * _MARGIN for size in (plan.width, plan.height))
    words = [_legend_width(entry) for entry in legend]
    return Picture(
        float(max(width, sum(words) + LEGEND_GAP * (len(words) + 1))),
        float(height + (LEGEND_ROW if legend else 0)),
        dots,
        lines,
        legend,
        f"Graph of {graph.summary}",
    )


def _legend_width(entry: str) -> int:
    return ceil(LEGEND_DOT + text_width(entry, CONFIG_SIZE))


def _scale(plan: Plan) -> float:
    """Length of an edge in px: enough for nodes that stand close, not more than there is room for."""
    scale = float(_EDGE)
    nearest = min(
        (
            (x - left) * (x - left) + (y - top) * (y - top)
            for i, (x, y) in enumerate(plan.points)
            for left, top in plan.points[:i]
        ),
        default=1.0,
    )
    if nearest * scale * scale < _NEAREST * _NEAREST and nearest > 0:
        scale = _NEAREST / sqrt(nearest)
    longest = max(plan.width, plan.height)
    return min(scale, _WIDEST / longest) if longest else scale


def _lines(graph: InputGraph, first: list[int]) -> tuple[Line, ...]:
    """The edges: two nodes are joined once, with an arrow head at each end where one leads to."""
    lines: dict[tuple[int, int], Line] = {}
    for relation in graph.relations:
        for a, b in () if relation.back else relation.pairs:
            start, end = first[relation.source] + a, first[relation.target] + b
            head = relation.directed and start != end
            known = lines.get((end, start))
            if known is not None and start != end:
                lines[end, start] = known._replace(tail=known.tail or head)
            elif (start, end) in lines:
                lines[start, end] = lines[start, end]._replace(head=lines[start, end].head or head)
            else:
                lines[start, end] = Line(start, end, head)
    return tuple(lines.values())
