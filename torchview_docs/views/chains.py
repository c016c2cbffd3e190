"""Chains: Conv → Norm → Act and Linear → Act, which a figure shows as the rows of one card."""

from __future__ import annotations

from torchview_docs.families import family
from torchview_docs.graph import Graph, Node

__all__ = ["chains"]

#: What may follow what, in this order; each step may be missing.
_STEPS = {"conv": ("norm", "act"), "lin": ("act",)}


def chains(graph: Graph) -> tuple[tuple[Node, ...], ...]:
    """The chains of two and more leaves of one scope, each read by the next and by nobody else."""
    found = []
    for leaf in graph.leaves:
        steps = _STEPS.get(family(leaf), ())
        chain = [leaf]
        while steps and (follower := _only_reader(graph, chain[-1])) is not None:
            kind = family(follower)
            if kind not in steps:
                break
            steps = steps[steps.index(kind) + 1 :]
            chain.append(follower)
        if len(chain) > 1:
            found.append(tuple(chain))
    return tuple(found)


def _only_reader(graph: Graph, node: Node) -> Node | None:
    """The leaf of the same scope that alone reads what a node makes, and reads nothing else."""
    users = graph.users.get((node.name, 0), ())
    if len(node.outputs) != 1 or len(users) != 1 or node.repeat != 1:
        return None
    reader = users[0][0]
    if reader.scope != node.scope or len(reader.args) != 1 or reader.repeat != 1:
        return None
    side = users[0][1].side
    if side and side not in (node.side, reader.side):
        return None  # that the one now reads the other is to be seen
    return reader
