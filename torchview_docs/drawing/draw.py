"""`draw`: a view becomes a Drawing, with all that its author has said of it."""

from __future__ import annotations

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.legend import with_legend
from torchview_docs.drawing.looks import looks_of
from torchview_docs.graph import Graph
from torchview_docs.placeholders import facts
from torchview_docs.spec import FigureSpec

__all__ = ["draw"]


def draw(graph: Graph, view: Graph, spec: FigureSpec) -> Drawing:
    """The figure of a view, laid out.

    Args:
        graph: As it was traced.
        view: What is shown of it.
        spec: The figure's options.

    Raises:
        ViewError: An option names what the model does not have, or what the figure does not show.
    """
    looks = looks_of(graph, view, spec)
    drawn = lay_out(scene(view, spec, looks))._replace(
        title=graph.name, remarks=looks.remarks, facts=facts(view)
    )
    return with_legend(drawn, looks.scale, full=spec.legend)
