"""The picture of a ComputationGraph in a notebook: our own figure, which needs no Graphviz."""

from __future__ import annotations

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.svg import svg
from torchview_docs.graph import Graph
from torchview_docs.markup import describe
from torchview_docs.spec import FigureSpec
from torchview_docs.views import show_tensors

__all__ = ["picture"]


def picture(view: Graph, *, prefix: str, direction: str, show_shapes: bool, hide_inner_tensors: bool) -> str:
    """The figure of a view as an SVG that stands alone."""
    spec = FigureSpec(view.name, direction=direction, show_shapes=show_shapes)
    shown = view if hide_inner_tensors else show_tensors(view)
    drawing = lay_out(scene(shown, spec))
    return svg(drawing, prefix=prefix, title=view.name, desc=describe(view), standalone=True)
