"""Page: how large a figure may be that a reader sees without scrolling sideways."""

from __future__ import annotations

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.layout import lay_out
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec

__all__ = ["ACROSS", "ALONG", "fits"]

#: px across the direction of flow: the column of text of most documentation themes.
ACROSS = 720.0
#: px along it: two screens.
ALONG = 1600.0


def fits(view: Graph, spec: FigureSpec) -> bool:
    """Whether the figure of a view fits on a page at its natural size."""
    drawing = lay_out(scene(view, spec))
    size = drawing.width, drawing.height
    across, along = size if spec.direction in ("TB", "BT") else size[::-1]
    return across <= ACROSS and along <= ALONG
