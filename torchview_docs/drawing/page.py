"""Page: how large a figure may be that a reader sees without scrolling, and what to do with one too large."""

from __future__ import annotations

from collections.abc import Callable

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.sizes import PAGE_ACROSS, PAGE_ALONG
from torchview_docs.drawing.legend import with_legend
from torchview_docs.drawing.looks import PLAIN, Looks
from torchview_docs.errors import LayoutError
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.views import close_below, levels

__all__ = ["fits", "laid_out"]


def fits(view: Graph, spec: FigureSpec) -> bool:
    """Whether the figure of a view fits on a page at its natural size, with the legend below it."""
    try:
        # What a scale says is not known before shades are, but that it takes a line is.
        drawing = with_legend(lay_out(scene(view, spec)), spec.shade or "", full=spec.legend)
    except LayoutError:
        return False
    size = drawing.width, drawing.height
    across, along = size if spec.direction in ("TB", "BT") else size[::-1]
    return across <= PAGE_ACROSS and along <= PAGE_ALONG


def laid_out(
    view: Graph, spec: FigureSpec, looks: Callable[[Graph], Looks] = lambda _: PLAIN
) -> tuple[Drawing, int | None]:
    """The drawing of a view, and at which depth, where the view itself is too large to be laid out.

    Args:
        view: What is shown.
        spec: The figure's options.
        looks: How the parts of a view look.

    Raises:
        LayoutError: Even as one card it is.
    """
    try:
        return lay_out(scene(view, spec, looks(view))), None
    except LayoutError as error:
        last = error
    for depth in range(max(levels(view).values(), default=0), -1, -1):
        try:
            closed = close_below(view, depth)
            return lay_out(scene(closed, spec, looks(closed))), depth
        except LayoutError as error:
            last = error
    raise last
