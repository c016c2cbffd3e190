"""Marks: how the steps of a view of a comparison are marked."""

from __future__ import annotations

from collections.abc import Mapping

from torchview_docs.changes import Sign, aspects
from torchview_docs.graph import Graph

__all__ = ["signs_of"]


def signs_of(graph: Graph, view: Graph) -> Mapping[str, Sign]:
    """How the steps of a view are marked, by name; what is the same is left out.

    An open call is marked for what it is itself, a closed one also for what is in it.

    Args:
        graph: The comparison.
        view: What is shown of it.
    """
    touched = _touched(graph)
    found: dict[str, Sign] = {}
    for node in view.nodes:
        opened = node.name in view.children
        if node.side:
            found[node.name] = node.side
        elif aspects(node, opened=opened) or (not opened and node.name in touched):
            found[node.name] = "~"
    return found


def _touched(graph: Graph) -> frozenset[str]:
    """The calls in which something is not as it was."""
    found: set[str] = set()
    for node in reversed(graph.nodes):
        opened = node.name in graph.children
        differs = bool(node.side or aspects(node, opened=opened) or node.name in found)
        if differs and node.scope is not None:
            found.add(node.scope)
        for use in node.args if not opened else ():
            # That a step reads another one is a matter of the innermost call that holds both.
            if use.side:
                around = {scope.name for scope in graph.scopes(graph.by_name[use.node])}
                found.update([scope.name for scope in graph.scopes(node) if scope.name in around][:1])
    return frozenset(found)
