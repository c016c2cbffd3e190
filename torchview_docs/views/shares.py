"""Shares: what part of a model's parameters, FLOPs or memory each step of a view has."""

from __future__ import annotations

import math
from collections.abc import Mapping

from torchview_docs.graph import Graph, Node
from torchview_docs.views.close import root_call

__all__ = ["shares_of"]


def shares_of(view: Graph, measure: str) -> Mapping[str, float]:
    """By leaf of a view its share of the whole, from 0 to 1: of all that it stands for.

    Parameters of a module that is called again belong to each of its calls, so shares of parameters
    may add up to more than 1.

    Args:
        view: A view; what it stands for several of is counted so often.
        measure: `params`, `flops` or `activation`.
    """
    leaves = [leaf for leaf in view.leaves if leaf.op.startswith("call_") or leaf.op == "get_attr"]
    counts = {leaf.name: _count(leaf, measure) * _times(view, leaf, measure) for leaf in leaves}
    root = root_call(view)
    whole = _count(root, measure) if root is not None else sum(counts.values())
    return {name: min(count / whole, 1.0) for name, count in counts.items()} if whole else {}


def _count(node: Node, measure: str) -> int:
    if measure != "params":
        return (node.flops if measure == "flops" else node.memory) or 0
    if node.op == "get_attr":
        return math.prod(node.outputs[0].shape) if node.type == "parameter" and node.outputs else 0
    return node.parameters.total if node.parameters else 0


def _times(view: Graph, leaf: Node, measure: str) -> int:
    """How many steps of the model it stands for; of a module that is called again its parameters are one."""
    again = measure == "params"
    return math.prod(
        1 if again and step.last and step.last == step.target else step.repeat
        for step in (leaf, *view.scopes(leaf))
    )
