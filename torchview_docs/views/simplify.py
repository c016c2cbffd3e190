"""`simplify`: leave out what only passes a tensor on, or changes its layout but not its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from torchview_docs.graph import Graph, Node, Use
from torchview_docs.views.close import close, root_call
from torchview_docs.views.passing import is_transparent_class, passed_on

__all__ = ["simplify"]


def simplify(graph: Graph) -> Graph:
    """Leave out views, reshapes, conversions, identities, and dropout that does nothing.

    Their users read what they read, in the form in which it arrives (`Use.seen`). An operation
    stays where it joins inputs that would else not meet; a module of its own class in which
    nothing is left is closed, not lost; a model of nothing but such operations stays as it is.

    Args:
        graph: As it was traced: a `Sequential` without children is taken for an empty one.
    """
    passing = _passing(graph)
    emptied = _emptied(graph, passing)
    graph = close(graph, emptied.closed)
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
                found.append(replace(origin, arg=use.arg, seen=seen, python=use.python or origin.python))
        return tuple(dict.fromkeys(found))

    for node in graph.nodes:
        if node.name in passing - emptied.kept:
            form[node.name] = resolved(passed_on(node, graph))
    nodes = [
        replace(node, args=resolved(node.args), results=resolved(node.results))
        for node in graph.nodes
        if node.name not in form and node.name not in emptied.removed
    ]
    return graph.with_nodes(_without_idle(nodes, graph))


def _passing(graph: Graph) -> frozenset[str]:
    """The leaves that can be left out."""
    reached = _reached(graph)
    found = set()
    for leaf in graph.leaves:
        passed = passed_on(leaf, graph)
        main = _union(reached[use.node] for use in passed)
        rest = _union(reached[use.node] for use in leaf.args if use not in passed)
        if passed and not rest & ~main:
            found.add(leaf.name)
    return frozenset(found)


def _union(sets: Iterable[int]) -> int:
    union = 0
    for bits in sets:
        union |= bits
    return union


def _reached(graph: Graph) -> Mapping[str, int]:
    """From which inputs each leaf can be reached, as a set of bits."""
    reached: dict[str, int] = {}
    inputs = 0
    for leaf in graph.leaves:
        if leaf.op == "placeholder":
            reached[leaf.name] = 1 << inputs
            inputs += 1
        else:
            reached[leaf.name] = _union(reached[use.node] for use in leaf.args)
    return reached


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
        elif call.op == "group" or (
            is_transparent_class(call.type) and not (call.parameters and call.parameters.total)
        ):
            removed.add(call.name)
        else:
            closed.add(call.name)
    return _Emptied(frozenset(closed), frozenset(removed - closed), frozenset(kept))


def _without_idle(nodes: list[Node], before: Graph) -> Iterable[Node]:
    """Leave out operations and parameters that nobody uses any more, but not the last of a call."""
    used = {use.node for node in nodes for use in node.results}
    held = Counter(node.scope for node in nodes)
    kept = []
    for node in reversed(nodes):
        idle = (
            node.op in ("call_function", "call_method", "get_attr")
            and node.name not in used
            and any((node.name, k) in before.users for k in range(len(node.outputs)))
            and (node.scope is None or held[node.scope] > 1)
        )
        if idle:
            held[node.scope] -= 1
        else:
            kept.append(node)
            used |= {use.node for use in node.args}
    return reversed(kept)
