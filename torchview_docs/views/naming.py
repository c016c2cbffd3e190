"""Which steps of a graph an author's patterns name."""

from __future__ import annotations

from collections.abc import Iterable

from torchview_docs.errors import ViewError
from torchview_docs.families import class_name
from torchview_docs.graph import CALLS, Graph, Node
from torchview_docs.options import nearest
from torchview_docs.patterns import is_optional, matcher

__all__ = ["named", "named_call", "named_on_either"]


def named(graph: Graph, patterns: Iterable[str], option: str, *, calls: bool = False) -> frozenset[str]:
    """The steps that are named: all calls of a module, but nothing that is in what the pattern names.

    `encoder.layer.*` is the layers, not their parts. The model itself, its inputs and its outputs
    are never named.

    Args:
        graph: As it was traced.
        patterns: Paths, classes or patterns of them.
        option: The option that they are of, for messages.
        calls: Only calls of modules can be named.

    Raises:
        ViewError: A pattern names nothing.
    """
    names = {node.name: _names(node) for node in graph.nodes if not calls or node.op in CALLS}
    found: set[str] = set()
    for pattern in patterns:
        matches = matcher(pattern)
        here = _outermost(graph, {node for node, known in names.items() if any(map(matches, known))})
        if not here and not is_optional(pattern):
            raise _nothing(graph, option, pattern, (name for known in names.values() for name in known))
        found |= here
    return frozenset(found)


def named_on_either(
    sides: tuple[Graph, Graph], patterns: Iterable[str], option: str
) -> tuple[frozenset[str], ...]:
    """The steps that are named on each side of a comparison: one of the sides has what a pattern names.

    Raises:
        ViewError: A pattern names nothing on either side.
    """
    found: tuple[set[str], ...] = (set(), set())
    for pattern in patterns:
        optional = pattern if is_optional(pattern) else f"?{pattern}"
        here = [named(graph, [optional], option) for graph in sides]
        if pattern != optional and not any(here):
            known = dict.fromkeys(name for graph in sides for node in graph.nodes for name in _names(node))
            raise ViewError(
                f"option {option!r} names {pattern!r}, which neither {sides[0].name} nor {sides[1].name} has"
                f"{nearest(pattern, list(known)[::-1])}"
            )
        for names, more in zip(found, here, strict=True):
            names.update(more)
    return tuple(map(frozenset, found))


def named_call(graph: Graph, path: str, option: str) -> Node:
    """The first call of the module at a path, or the call of this name (`encoder.layer.0@2`).

    Raises:
        ViewError: There is none.
    """
    calls = [node for node in graph.nodes if node.op == "call_module"]
    found = next((n for n in calls if n.target and path in (n.name, n.target)), None)
    if found is None:
        raise _nothing(graph, option, path, (name for n in calls for name in (n.target, n.name) if name))
    return found


def _outermost(graph: Graph, names: set[str]) -> set[str]:
    covered: set[str | None] = set()
    found = set()
    for node in graph.nodes if names else ():
        if node.scope in covered:
            covered.add(node.name)
        elif node.name in names:
            covered.add(node.name)
            found.add(node.name)
    return found


def _names(node: Node) -> tuple[str, ...]:
    """Everything that a node may be called; nothing for what is never named."""
    match node.op:
        case "call_module":
            return (node.name, node.target, class_name(node.type), node.type) if node.target else ()
        case "call_phase":
            return (node.name, node.target, class_name(node.type))
        case "call_function" | "call_method" | "get_attr":
            return (node.name, node.target)
    return ()


def _nothing(graph: Graph, option: str, pattern: str, known: Iterable[str]) -> ViewError:
    # Names that differ in case only count as one: paths, which are first, go before classes.
    hint = nearest(pattern.partition("@")[0], list(dict.fromkeys(known))[::-1])
    return ViewError(f"option {option!r} names {pattern!r}, which {graph.name} does not have{hint}")
