"""The picture of a ComputationGraph in a notebook: our own figure, which needs no Graphviz."""

from __future__ import annotations

import hashlib

from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.svg import svg
from torchview_docs.graph import Graph
from torchview_docs.markup import describe
from torchview_docs.spec import FigureSpec
from torchview_docs.views import show_tensors

__all__ = ["picture"]


def picture(graph: Graph, view: Graph, spec: FigureSpec) -> str:
    """The figure of a view as an SVG that stands alone.

    Args:
        graph: As it was traced.
        view: What is shown of it, without tensors.
        spec: How it is drawn.
    """
    drawn, _ = draw(graph, view if spec.hide_inner_tensors or spec.roll else show_tensors(view), spec)
    # A notebook is one page with many figures, which must not share ids, and the same every time.
    digest = hashlib.sha256(repr(drawn).encode()).hexdigest()[:12]
    told = describe(view, spec, drawn.remarks)
    return svg(drawn, prefix=f"tv-{digest}", title=view.name, desc=told, standalone=True)
