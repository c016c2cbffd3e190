"""The HTML-like labels and the colours of a ComputationGraph's nodes, which are torchview's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from html import escape

from torchview_docs.computation_graph.nodes import Computed, FunctionNode, ModuleNode, Node, Shape, TensorNode

__all__ = ["COLORS", "cluster_label", "node_label"]

#: Fill colours by kind of node.
COLORS: dict[type[Node], str] = {
    TensorNode: "lightyellow",
    ModuleNode: "darkseagreen1",
    FunctionNode: "aliceblue",
}

_TABLE = '<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4">'
#: Graphviz cannot draw these, escaped or not.
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")


def node_label(node: TensorNode | Computed, *, show_shapes: bool, upwards: bool = False) -> str:
    """The label: name and depth, a tensor's shape, or a computation's inputs and outputs.

    Args:
        node: What it is the label of.
        show_shapes: Whether shapes are in it.
        upwards: Whether data flows upwards, so that inputs stand below outputs.
    """
    said = f"{_text(node.name)}<BR/>depth:{node.depth}"
    if not show_shapes:
        return f"<{_TABLE}<TR><TD>{said}</TD></TR></TABLE>>"
    if isinstance(node, TensorNode):
        return f"<{_TABLE}<TR><TD>{said}</TD><TD>{node.tensor_shape}</TD></TR></TABLE>>"
    rows = [
        f'<TD COLSPAN="2">input:</TD><TD COLSPAN="2">{_shapes(node.input_shape)} </TD>',
        f'<TD COLSPAN="2">output: </TD><TD COLSPAN="2">{_shapes(node.output_shape)} </TD>',
    ]
    if upwards:
        rows.reverse()
    return f'<{_TABLE}<TR><TD ROWSPAN="2">{said}</TD>{rows[0]}</TR><TR>{rows[1]}</TR></TABLE>>'


def cluster_label(node: ModuleNode) -> str:
    """The label of the box around what ran in a module."""
    return f"<{_text(node.name)}>"


def _shapes(shapes: Iterable[Shape]) -> str:
    """Equal ones once, with their count: `(2, 3), 2 x (2, 2)`."""
    counted = Counter(shapes).items()
    return ", ".join(str(shape) if n == 1 else f"{n} x {shape}" for shape, n in counted)


def _text(name: str) -> str:
    return escape(_UNFIT.sub(" ", name))
