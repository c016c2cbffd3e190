"""The HTML-like labels and the colours of a ComputationGraph's nodes, which are torchview's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

import graphviz  # type: ignore[import-untyped]  # it ships no types

from torchview_docs.computation_graph.nodes import Computed, FunctionNode, ModuleNode, Node, Shape, TensorNode
from torchview_docs.drawing.labels import measures
from torchview_docs.views.totals import total_of

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


def node_label(calls: Sequence[TensorNode | Computed], *, show_shapes: bool, upwards: bool = False) -> str:
    """The label: name and depth, a tensor's shape, or a computation's inputs and outputs.

    Args:
        calls: What it is the label of: one node, or several that are rolled into one. Shapes that
            change from call to call are those of the first and of the last.
        show_shapes: Whether shapes are in it.
        upwards: Whether data flows upwards, so that inputs stand below outputs.
    """
    node = calls[0]
    said = f"{_text(node.name)}<BR/>depth:{node.depth}{_measures(calls)}"
    if not show_shapes:
        return f"<{_TABLE}<TR><TD>{said}</TD></TR></TABLE>>"
    if isinstance(node, TensorNode):
        shape = _spread(str(call.tensor_shape) for call in calls if isinstance(call, TensorNode))
        return f"<{_TABLE}<TR><TD>{said}</TD><TD>{shape}</TD></TR></TABLE>>"
    computed = [call for call in calls if isinstance(call, ModuleNode | FunctionNode)]
    given = _spread(_shapes(call.input_shape) for call in computed)
    made = _spread(_shapes(call.output_shape) for call in computed)
    rows = [
        f'<TD COLSPAN="2">input:</TD><TD COLSPAN="2">{given} </TD>',
        f'<TD COLSPAN="2">output: </TD><TD COLSPAN="2">{made} </TD>',
    ]
    if upwards:
        rows.reverse()
    return f'<{_TABLE}<TR><TD ROWSPAN="2">{said}</TD>{rows[0]}</TR><TR>{rows[1]}</TR></TABLE>>'


def _measures(calls: Iterable[TensorNode | Computed]) -> str:
    """What was counted of all these calls."""
    computed = [call for call in calls if not isinstance(call, TensorNode)]
    flops = total_of((call.flops, 1) for call in computed)
    memory = total_of((call.memory, 1) for call in computed)
    said = measures(flops, memory)
    return f"<BR/>{said}" if said else ""


def cluster_label(node: ModuleNode) -> str:
    """The label of the box around what ran in a module: plain text, whatever it looks like."""
    name = _UNFIT.sub(" ", node.name).replace("&", "&amp;")  # Graphviz reads entities here too
    return graphviz.nohtml(graphviz.escape(name))  # type: ignore[no-any-return]


def _shapes(shapes: Iterable[Shape]) -> str:
    """Equal ones once, with their count: `(2, 3), 2 x (2, 2)`."""
    counted = Counter(shapes).items()
    return ", ".join(str(shape) if n == 1 else f"{n} x {shape}" for shape, n in counted)


def _spread(texts: Iterable[str]) -> str:
    """What is said of one call, or of the first and the last of several that are not alike."""
    different = list(dict.fromkeys(texts))
    return different[0] if len(different) == 1 else f"{different[0]} … {different[-1]}"


def _text(name: str) -> str:
    return escape(_UNFIT.sub(" ", name))
