"""`draw`: a view becomes a Drawing, with all that its author has said of it."""

from __future__ import annotations

from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.facts import facts
from torchview_docs.drawing.layers import layers_of
from torchview_docs.drawing.legend import with_legend
from torchview_docs.drawing.looks import Looks, looks_of
from torchview_docs.drawing.page import laid_out
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.views import close_below

__all__ = ["draw"]


def draw(graph: Graph, view: Graph, spec: FigureSpec) -> tuple[Drawing, int | None]:
    """The figure of a view, and at which depth, where the view itself is too large to be laid out.

    Args:
        graph: As it was traced.
        view: What is shown of it.
        spec: The figure's options.

    Raises:
        LayoutError: Even as one card it is too large.
        ViewError: An option names what the model does not have, or what the figure does not show.
    """
    looks = looks_of(graph, view, spec)

    def look(drawn: Graph) -> Looks:
        return looks if drawn is view else looks_of(graph, drawn, spec)

    placed, depth = laid_out(view, spec, look)
    shown = view if depth is None else close_below(view, depth)
    drawn = placed._replace(
        title=graph.name, remarks=looks.remarks, facts=facts(view), layers=layers_of(shown, look(shown).signs)
    )
    return with_legend(drawn, looks.scale, full=spec.legend), depth
