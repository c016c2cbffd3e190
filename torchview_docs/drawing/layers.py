"""Layers: what a figure shows, as the rows of a table below it."""

from __future__ import annotations

from torchview_docs.drawing.drawing import Layer
from torchview_docs.drawing.text import LayerRow, layer_table
from torchview_docs.graph import Graph

__all__ = ["layers_of"]


def layers_of(view: Graph) -> tuple[Layer, ...]:
    """The rows of a view, in the order in which they ran.

    Their names are those by which options (`hide`, `highlight`) and error messages know them, so
    they tell what is in what.
    """
    return tuple(_layer(view, row) for row in layer_table(view))


def _layer(view: Graph, row: LayerRow) -> Layer:
    node = view.by_name[row.node]
    name = node.target or node.name if node.op in ("placeholder", "output", "get_attr") else node.name
    if row.repeat > 1 and node.last not in ("", node.target):
        name = f"{name} – {node.last}"
    kind = " ".join(word for word in (row.title, row.config) if word)
    what = f"{kind} × {row.repeat}" if row.repeat > 1 else kind
    counts = (row.parameters, row.flops, row.memory)
    return Layer(name, what, row.shape, *("" if count is None else f"{count:,}" for count in counts))
