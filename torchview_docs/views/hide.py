"""`hide`: leave steps out that the author does not want to show."""

from __future__ import annotations

from collections.abc import Collection

from torchview_docs.graph import Graph, Node
from torchview_docs.views.close import close, root_call
from torchview_docs.views.leaving import reached, without, without_idle
from torchview_docs.views.passing import passed_on

__all__ = ["hide"]

_ENDS = frozenset({"placeholder", "output"})


def hide(graph: Graph, names: Collection[str]) -> Graph:
    """Leave out these steps, but not the model; who reads what they make reads what they read.

    They read what depends on an input of the model: parameters, constants and what is made of them
    alone goes with them, where nobody else reads it; so does what only gives them another form. A call
    in which nothing is left goes as well.
    """
    root = root_call(graph)
    names = {name for name in names if root is None or name != root.name}
    graph = close(graph, names)
    hidden = {n.name for n in graph.nodes if n.name in names and n.op not in _ENDS}
    if not hidden:
        return graph
    reach = reached(graph)
    passing = {
        leaf.name: tuple(use for use in leaf.args if reach[use.node])
        for leaf in graph.leaves
        if leaf.name in hidden
    }
    for leaf in graph.leaves:  # of what is gone there is no other form
        forms = leaf.name not in passing and passed_on(leaf, graph)
        if forms and all(use.node in passing and not passing[use.node] for use in leaf.args):
            passing[leaf.name] = ()
    left = graph.with_nodes(without_idle(without(graph, passing), graph))
    return left.with_nodes(_without_emptied(left, frozenset(graph.children)))


def _without_emptied(graph: Graph, opened: Collection[str | None]) -> list[Node]:
    """The nodes without the calls that had something in them and have nothing any more."""
    kept: list[Node] = []
    filled: set[str | None] = set()
    for node in reversed(graph.nodes):
        if node.name in filled or node.name not in opened:
            kept.append(node)
            filled.add(node.scope)
    return kept[::-1]
