"""`simplify`: leave out what only passes a tensor on, or changes its layout but not its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from torchview_docs.graph import Graph, Node, Use
from torchview_docs.views.close import close, root_call

__all__ = ["simplify"]

#: Functions and methods of torch that give the same values with other strides, in another place or
#: type, or just the same again; by their last name, without the mark of writing in place.
_REARRANGING_NAMES = """
    view reshape view_as reshape_as transpose swapaxes swapdims t T mT H mH permute movedim moveaxis
    adjoint contiguous flatten unflatten ravel unsqueeze squeeze expand expand_as broadcast_to as_strided
    atleast_1d atleast_2d atleast_3d view_as_real view_as_complex
    to type type_as float double half bfloat16 int long short bool byte char cpu cuda
    clone detach alias requires_grad data identity resolve_conj resolve_neg lift_fresh
"""
_DROPPING_NAMES = """
    dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout native_dropout
"""
_REARRANGING = frozenset(_REARRANGING_NAMES.split())
_DROPPING = frozenset(_DROPPING_NAMES.split())
#: Modules that do the same, by class name.
_PASSING_CLASS = re.compile(r"Identity|Flatten|Unflatten")
_DROPPING_CLASS = re.compile(
    r"(Alpha|FeatureAlpha)?Dropout[123]?d?|StochasticDepth|\w*DropPath|StableDropout|LockedDropout"
)
#: Modules that are only what they contain.
_CONTAINER_CLASS = frozenset({"torch.nn.modules.container.Sequential", "torch.nn.modules.module.Module"})


def simplify(graph: Graph) -> Graph:
    """Leave out views, reshapes, conversions, identities, and dropout that does nothing.

    Their users read what they read, in the form in which it arrives (`Use.seen`). An operation
    stays where it joins inputs that would else not meet; a module of its own class in which
    nothing is left is closed, not lost; one of nothing but such operations stays as it is.
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
                found.append(replace(origin, arg=use.arg, seen=None if meta == made else meta))
        return tuple(dict.fromkeys(found))

    for node in graph.nodes:
        if node.name in passing - emptied.kept:
            form[node.name] = resolved(_passed(node))
    nodes = [
        replace(node, args=resolved(node.args), results=resolved(node.results))
        for node in graph.nodes
        if node.name not in form and node.name not in emptied.removed
    ]
    return graph.with_nodes(_without_idle_parameters(nodes, graph))


def _passing(graph: Graph) -> frozenset[str]:
    """The leaves that can be left out."""
    reached = _reached(graph)
    found = set()
    for leaf in graph.leaves:
        if not leaf.args or len(leaf.outputs) != 1 or not _only_passes(leaf, graph.mode):
            continue
        passed = _passed(leaf)
        main = _union(reached[use.node] for use in passed)
        rest = _union(reached[use.node] for use in leaf.args if use not in passed)
        if not rest & ~main:
            found.add(leaf.name)
    return frozenset(found)


def _passed(node: Node) -> tuple[Use, ...]:
    """What a node that only passes on passes on: its first argument, and the writes into it."""
    return tuple(use for use in node.args if use.arg == node.args[0].arg)


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


def _only_passes(node: Node, mode: str) -> bool:
    if node.op == "call_module":
        return _passes_as_module(node) or (
            mode == "eval" and bool(_DROPPING_CLASS.fullmatch(_class_name(node)))
        )
    if node.op == "call_function" and not re.match(r"torch\.|_?operator\.", node.target):
        return False
    if node.op not in ("call_function", "call_method"):
        return False
    name = node.target.rpartition(".")[2].rstrip("_")
    if name in _DROPPING:
        return bool(re.search(r"\b(training|train)=False|^[\d.e-]+, False\b|\bp=0(\.0)?\b", node.config))
    if name in ("getitem", "__getitem__"):
        return _selects_all(node.config)
    return name in _REARRANGING


def _selects_all(config: str) -> bool:
    """Whether an index takes everything: `[:]`, `[..., None]`."""
    parts = config.strip().strip("[]()").split(",")
    return all(part.strip() in ("", ":", "::", "None", "...", "Ellipsis") for part in parts) and bool(config)


def _passes_as_module(node: Node) -> bool:
    """Whether a call without children passes on what it gets."""
    if node.parameters is not None and node.parameters.total:
        return False
    return bool(_PASSING_CLASS.fullmatch(_class_name(node)))


def _class_name(node: Node) -> str:
    return node.type.rpartition(".")[2]


@dataclass(frozen=True)
class _Emptied:
    """The calls in which nothing is left: those to close, those to remove, and nodes to keep."""

    closed: frozenset[str]
    removed: frozenset[str]
    kept: frozenset[str]


def _emptied(graph: Graph, passing: frozenset[str]) -> _Emptied:
    closed: set[str] = set()
    removed: set[str] = set()
    kept: set[str] = set()
    root = root_call(graph)
    for call in reversed([n for n in graph.nodes if n.op == "call_module" and n.name in graph.children]):
        children = graph.children[call.name]
        if any(child.name not in passing and child.name not in removed for child in children):
            continue
        if root is not None and call.name == root.name:
            kept |= {child.name for child in children} - removed
            closed |= {child.name for child in children} & removed
        elif (
            call.type in _CONTAINER_CLASS
            or _PASSING_CLASS.fullmatch(_class_name(call))
            or _DROPPING_CLASS.fullmatch(_class_name(call))
        ):
            removed.add(call.name)
        else:
            closed.add(call.name)
    return _Emptied(frozenset(closed), frozenset(removed - closed), frozenset(kept))


def _without_idle_parameters(nodes: list[Node], before: Graph) -> Iterable[Node]:
    """Leave out parameters whose only users are gone."""
    used = {use.node for node in nodes for use in (*node.args, *node.results)}
    return [
        node
        for node in nodes
        if node.op != "get_attr" or node.name in used or (node.name, 0) not in before.users
    ]
