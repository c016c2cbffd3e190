"""`simplify`: leave out what only passes a tensor on, or changes its layout but not its values.

So does what leads nowhere: an operation whose result nothing reads, as when Python asks a mask whether
it is all true; and a number made in place is said where it is used.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from torchview_docs.graph import Graph
from torchview_docs.views.close import close, root_call
from torchview_docs.views.constants import with_numbers
from torchview_docs.views.leaving import reached, union, without, without_idle
from torchview_docs.views.passing import is_transparent_class, passed_on

__all__ = ["simplify"]


def simplify(graph: Graph) -> Graph:
    """Leave out views, reshapes, conversions, identities, and dropout that does nothing.

    Their users read what they read, in the form in which it arrives (`Use.seen`). Operations that lead
    nowhere are left out as well, but for those that write. An operation
    stays where it joins inputs that would else not meet; a module of its own class in which
    nothing is left is closed, not lost; a model of nothing but such operations stays as it is.

    Args:
        graph: As it was traced: a `Sequential` without children is taken for an empty one.
    """
    passing = _passing(graph)
    emptied = _emptied(graph, passing)
    graph = close(graph, emptied.closed)
    passed = {
        node.name: passed_on(node, graph) for node in graph.nodes if node.name in passing - emptied.kept
    }
    nodes = [node for node in without(graph, passed) if node.name not in emptied.removed]
    nodes = with_numbers(nodes, graph)
    return graph.with_nodes(without_idle(nodes, graph, computing=False, unread=True))


def _passing(graph: Graph) -> frozenset[str]:
    """The leaves that can be left out."""
    reach = reached(graph)
    found = set()
    for leaf in graph.leaves:
        passed = passed_on(leaf, graph)
        main = union(reach[use.node] for use in passed)
        rest = union(reach[use.node] for use in leaf.args if use not in passed)
        if passed and not rest & ~main:
            found.add(leaf.name)
    return frozenset(found)


@dataclass(frozen=True)
class _Emptied:
    """The calls in which nothing is left: those to close, those to remove, and nodes to keep."""

    closed: frozenset[str]
    removed: frozenset[str]
    kept: frozenset[str]


def _emptied(graph: Graph, passing: Collection[str]) -> _Emptied:
    closed: set[str] = set()
    removed: set[str] = set()
    kept: set[str] = set()
    root = root_call(graph)
    for call in reversed([n for n in graph.nodes if n.name in graph.children]):
        children = {child.name for child in graph.children[call.name]}
        if any(name not in passing and name not in removed for name in children):
            continue
        if call is root:
            kept |= children - removed
            closed |= children & removed
        elif call.op != "call_module" or (
            is_transparent_class(call.type) and not (call.parameters and call.parameters.total)
        ):
            removed.add(call.name)
        else:
            closed.add(call.name)
    return _Emptied(frozenset(closed), frozenset(removed - closed), frozenset(kept))
