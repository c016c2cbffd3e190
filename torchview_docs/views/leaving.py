"""Leaving nodes out: what read them reads what they read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from torchview_docs.graph import Graph, Node, Use
from torchview_docs.in_place import is_in_place

__all__ = ["reached", "union", "without", "without_idle"]


def without(graph: Graph, passing: Mapping[str, tuple[Use, ...]]) -> list[Node]:
    """The nodes without those in `passing`.

    Args:
        graph: The graph.
        passing: By name of each leaf that is left out, which of its uses its readers take over; they
            get them in the form in which its output arrived (`Use.seen`).
    """
    form: dict[str, tuple[Use, ...]] = {}  # what each node that is left out passes on

    def resolved(uses: Iterable[Use]) -> tuple[Use, ...]:
        found = []
        for use in uses:
            if use.node not in form:
                found.append(use)
                continue
            meta = graph.tensor(use)
            for origin in form[use.node]:
                made = graph.by_name[origin.node].outputs[origin.output]
                seen = None if meta == made else meta
                found.append(origin._replace(arg=use.arg, seen=seen, python=use.python or origin.python))
        return tuple(dict.fromkeys(found))

    for node in graph.nodes:
        if node.name in passing:
            form[node.name] = resolved(passing[node.name])
    return [
        node._replace(args=resolved(node.args), results=resolved(node.results))
        for node in graph.nodes
        if node.name not in form
    ]


def reached(graph: Graph) -> Mapping[str, int]:
    """From which inputs each leaf can be reached, as a set of bits."""
    found: dict[str, int] = {}
    inputs = 0
    for leaf in graph.leaves:
        if leaf.op == "placeholder":
            found[leaf.name] = 1 << inputs
            inputs += 1
        else:
            found[leaf.name] = union(found[use.node] for use in leaf.args)
    return found


def union(sets: Iterable[int]) -> int:
    """All bits of some sets of bits."""
    together = 0
    for bits in sets:
        together |= bits
    return together


def without_idle(
    nodes: list[Node], before: Graph, *, computing: bool = True, unread: bool = False
) -> Iterable[Node]:
    """Leave out operations and parameters that nobody uses any more, but not the last of a call.

    What an open call was given counts for nothing: it is what runs in it that uses it, or nobody.

    Args:
        nodes: What is left.
        before: The graph before anything was left out.
        computing: Whether that goes for operations too of which FLOPs were counted.
        unread: Whether it goes for operations too that nobody has ever used, unless they write: of a
            model that returns something.
    """
    used = {use.node for node in nodes for use in node.results}
    held = Counter(node.scope for node in nodes)
    unread = unread and any(node.op == "output" and node.args for node in nodes)
    kept = []
    for node in reversed(nodes):
        idle = (
            node.op in ("call_function", "call_method", "get_attr")
            and node.name not in used
            and (computing or not node.flops)
            and (not _writes(node) if unread else _was_used(node, before))
            and (node.scope is None or held[node.scope] > 1)
        )
        if idle:
            held[node.scope] -= 1
        else:
            kept.append(node)
            if not held[node.name]:
                used |= {use.node for use in node.args}
    left = {node.name for node in kept}
    return [
        node._replace(args=tuple(use for use in node.args if use.node in left)) if held[node.name] else node
        for node in reversed(kept)
    ]


def _was_used(node: Node, graph: Graph) -> bool:
    return any((node.name, k) in graph.users for k in range(len(node.outputs)))


def _writes(node: Node) -> bool:
    """Whether an operation changes a tensor: in place, by an index, or as the `out` that it was given."""
    short = node.target.rpartition(".")[2]
    # Python's operators are functions of this name; and_ and or_ are no torch names.
    by_name = short == "setitem" or (is_in_place(short) and not node.target.startswith("operator."))
    return by_name or any(use.arg.startswith("out") for use in node.args)
