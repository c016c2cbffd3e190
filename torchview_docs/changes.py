"""Changes: in which ways a step of a comparison is another than it was."""

from __future__ import annotations

from typing import Literal, TypeAlias

from torchview_docs.families import class_name, operation_name
from torchview_docs.graph import SCOPES, Graph, Node

__all__ = ["Aspect", "Sign", "aspects", "kind", "signs"]

#: In which way.
Aspect: TypeAlias = Literal["name", "class", "config", "parameters", "shape", "count"]
#: How a part is marked: what was removed, was added, is another; empty of what is the same.
Sign: TypeAlias = Literal["", "-", "+", "~"]


def aspects(node: Node, *, opened: bool = False) -> tuple[Aspect, ...]:
    """In which ways a node is another than it was; of an open call only in its own, not in what is in it."""
    was = node.was
    if was is None:
        return ()
    one, other = node.parameters, was.parameters
    of_its_own = opened and one is not None and other is not None and one.own == other.own
    differs: dict[Aspect, bool] = {
        "name": node.target != was.target and (node.op in SCOPES or node.op == was.op not in _OPERATIONS),
        "class": kind(node) != kind(was),
        "config": node.config != was.config,
        "parameters": one != other and not of_its_own,
        "shape": not opened and any(tensor.was is not None for tensor in node.outputs),
        "count": node.repeat != was.repeat,
    }
    return tuple(aspect for aspect, there in differs.items() if there)


_OPERATIONS = ("call_function", "call_method")


def kind(node: Node) -> tuple[bool, str]:
    """What a step is, whichever way it is written (`x.relu()`, `relu(x)`) and wherever it is defined."""
    if node.op in SCOPES:
        return True, class_name(node.type)
    if node.op in _OPERATIONS:
        return False, operation_name(node)
    return False, f"{node.op} {node.type}"


def signs(graph: Graph) -> dict[str, Sign]:
    """How the steps of a comparison are marked, by name; what is the same is left out.

    An open call is marked for itself only, not for what is in it.
    """
    found: dict[str, Sign] = {}
    for node in graph.nodes:
        sign: Sign = node.side or ("~" if aspects(node, opened=node.name in graph.children) else "")
        if sign:
            found[node.name] = sign
    return found
