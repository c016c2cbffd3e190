"""`view`: a Graph as a FigureSpec wants it shown."""

from __future__ import annotations

import math
from collections.abc import Callable

from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.views.chains import chains
from torchview_docs.views.close import close_below, hide_module_functions, levels
from torchview_docs.views.fold import fold
from torchview_docs.views.simplify import simplify
from torchview_docs.views.tensors import show_tensors

__all__ = ["CARDS", "auto_depth", "view"]

#: About how many cards fit in one figure.
CARDS = 40


def view(graph: Graph, spec: FigureSpec) -> Graph:
    """What the figure shows of a graph: all view options of the spec.

    The root's call stays in the graph, for its class and parameters; a drawing of depth 1 or more
    shows its content, not its border.
    """
    if spec.simplify:
        graph = simplify(graph)
    # Before anything is closed: only what is equal to the last operation is folded.
    if spec.fold:
        graph = fold(graph)
    if spec.hide_module_functions:
        graph = hide_module_functions(graph)
    shown = _same if spec.hide_inner_tensors else show_tensors
    depth = auto_depth(graph, shown) if spec.depth == "auto" else float(spec.depth)
    return shown(close_below(graph, depth))


def _same(graph: Graph) -> Graph:
    return graph


def auto_depth(graph: Graph, shown: Callable[[Graph], Graph] = _same, cards: int = CARDS) -> float:
    """The deepest level at which the figure has at most `cards` cards, at least 1.

    Args:
        graph: With all views but the depth applied.
        shown: The view that follows the depth's.
        cards: The limit. Inputs and outputs do not count, packed chains count once.
    """
    level = levels(graph)
    deepest = max((level[n.name] for n in graph.nodes if n.name in graph.children), default=0)
    best = 1
    for depth in range(1, deepest + 2):
        closed = shown(close_below(graph, depth))
        leaves = sum(leaf.op not in ("placeholder", "output") for leaf in closed.leaves)
        packed = sum(len(chain) - 1 for chain in chains(closed))
        if leaves - packed <= cards:
            best = depth
        elif leaves > 4 * cards:
            break  # deeper levels only have more
    return math.inf if best > deepest else best
