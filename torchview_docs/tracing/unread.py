"""What an object holds and nobody reads: no input of the model.

A model that is called with PyTorch Geometric's `Data` gets labels, masks and bookkeeping with it.
Which of its tensors are inputs, only the run tells; what is an argument itself is one in any case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import torch

from torchview_docs.graph import Graph
from torchview_docs.tracing.containers import children, walk

__all__ = ["held_by_objects", "without_unread"]


def held_by_objects(arguments: Iterable[tuple[str, Any]]) -> frozenset[str]:
    """The names of the tensors that are in arguments which are neither tensors nor containers."""
    objects = [(n, v) for n, v in arguments if not isinstance(v, torch.Tensor) and children(v) is None]
    return frozenset(path for name, value in objects for path, _ in walk(value, name, objects=True))


def without_unread(graph: Graph, held: Collection[str]) -> Graph:
    """The graph without the inputs of these names that nothing reads and that hold no edges."""
    if not held:
        return graph
    read = {use.node for node in graph.nodes for use in (*node.args, *node.results)}
    read |= {relation.tensor for found in graph.input_graphs for relation in found.relations}
    return graph.with_nodes(
        node
        for node in graph.nodes
        if node.op != "placeholder" or node.name in read or node.target not in held
    )
