"""Layers: what a figure shows, as the rows of a table below it."""

from __future__ import annotations

from collections.abc import Mapping

from torchview_docs.changes import Sign
from torchview_docs.drawing.callouts import SIGNS
from torchview_docs.drawing.drawing import Layer
from torchview_docs.drawing.text import COLUMNS, LayerRow, layer_table
from torchview_docs.graph import Graph

__all__ = ["layers_of"]


def layers_of(view: Graph, signs: Mapping[str, Sign]) -> tuple[Layer, ...]:
    """The rows of a view, in the order in which they ran.

    Their names are those by which options (`hide`, `highlight`) and error messages know them, so
    they tell what is in what.

    Args:
        view: The view.
        signs: In a comparison how its steps are marked.
    """
    return tuple(_layer(view, row) for row in layer_table(view, signs))


def _layer(view: Graph, row: LayerRow) -> Layer:
    node = view.by_name[row.node]
    name = node.target or node.name if node.op in ("placeholder", "output", "get_attr") else node.name
    if row.repeat > 1 and node.last not in ("", node.target):
        name = f"{name} – {node.last}"
    name = " ".join(part for part in (SIGNS.get(row.sign), name) if part)
    return Layer(name, row.what, row.shape, *row.counts(COLUMNS))
