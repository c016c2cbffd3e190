"""Closing calls: `depth` and `hide_module_functions`.

A closed call is a leaf that stands for all that ran in it. It uses the tensors from outside that
anything in it uses, and makes the inner tensors that it returns or that anything outside uses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from torchview_docs.graph import CALLS, Graph, Node, TensorMeta, Use, both

__all__ = ["callers", "close", "close_below", "hide_module_functions", "levels", "root_call"]


_NO_PARTS: Mapping[str, float] = {}


def root_call(graph: Graph) -> Node | None:
    """The call of the model itself; None for a plain function, even one that calls modules."""
    outermost = [n for n in graph.children.get(None, ()) if n.op not in ("placeholder", "output", "get_attr")]
    return outermost[0] if len(outermost) == 1 and outermost[0].op == "call_module" else None


def levels(graph: Graph) -> Mapping[str, int]:
    """How deep each node is: the root's call 0, what runs directly in it 1; a function has no root.

    A group is no level: what is in it is as deep as itself.
    """
    start = 0 if root_call(graph) is not None else 1
    found: dict[str, int] = {}
    below: dict[str, int] = {}
    for node in graph.nodes:
        level = found[node.name] = start if node.scope is None else below[node.scope]
        below[node.name] = level if node.op == "group" else level + 1
    return found


def close_below(graph: Graph, depth: float, parts: Mapping[str, float] = _NO_PARTS) -> Graph:
    """Close the calls that are `depth` or more levels deep; 0 leaves one leaf, inf all open.

    Args:
        graph: The graph.
        depth: How many levels are open.
        parts: By name of calls how many levels of them are open, counted from themselves; 0 closes
            the call. What is around one that is open is open too.
    """
    level = levels(graph)
    limit: dict[str | None, float] = {None: depth}
    for node in graph.nodes:
        own = parts.get(node.name)
        limit[node.name] = limit[node.scope] if own is None else level[node.name] + own
    opened: set[str | None] = set()
    for node in reversed(graph.nodes):
        if node.name in opened or parts.get(node.name):
            opened.add(node.scope)
    return close(
        graph,
        {
            node.name
            for node in graph.nodes
            if node.op in CALLS and node.name not in opened and level[node.name] >= limit[node.name]
        },
    )


def hide_module_functions(graph: Graph, keep: Iterable[str | None] = ()) -> Graph:
    """Close the module calls that call no other module.

    The model itself stays open, since its functions are what a figure of it is about, unless it is
    one of PyTorch's own layers.

    Args:
        graph: The graph.
        keep: Further calls that stay open.
    """
    parents = {*keep, *callers(graph)}
    root = root_call(graph)
    if root is not None and not root.type.startswith("torch.nn.modules."):
        parents.add(root.name)
    return close(graph, {n.name for n in graph.nodes if n.op == "call_module" and n.name not in parents})


def callers(graph: Graph) -> frozenset[str | None]:
    """The module calls that call modules, in phases and groups too; None where no module does."""
    found = set()
    for node in graph.nodes:
        if node.op == "call_module":
            scope = node.scope
            while scope is not None and graph.by_name[scope].op != "call_module":
                scope = graph.by_name[scope].scope
            found.add(scope)
    return frozenset(found)


def close(graph: Graph, calls: Iterable[str]) -> Graph:
    """Close these calls; those inside others of them, and those without children, need nothing."""
    names = {name for name in calls if name in graph.children}
    if not names:
        return graph
    opened = frozenset(graph.children)
    graph = _hoist(graph, _owners(graph, names))
    owners = _owners(graph, names)
    borders = _borders(graph, owners, opened)
    nodes = []
    for node in graph.nodes:
        owner = owners.get(node.name)
        if owner is None:
            args = _rewired(node.args, owners, borders, graph)
            nodes.append(node._replace(args=args, results=_rewired(node.results, owners, borders, graph)))
        elif owner == node.name:
            border = borders[owner]
            args = _rewired(border.args, owners, borders, graph)
            nodes.append(node._replace(args=args, outputs=tuple(border.outputs), results=()))
    return graph.with_nodes(nodes)


def _owners(graph: Graph, names: set[str]) -> dict[str, str]:
    """The outermost closed call that each node belongs to, itself included."""
    owners: dict[str, str] = {}
    for node in graph.nodes:
        if node.scope in owners:
            owners[node.name] = owners[node.scope]
        elif node.name in names:
            owners[node.name] = node.name
    return owners


def _hoist(graph: Graph, owners: Mapping[str, str]) -> Graph:
    """Move parameters that are also read outside of a closed call in front of it.

    The call did not make them, so an edge from the call to their other readers would be a lie.
    """
    # Also by a call inside: closed one after the other, they give the same.
    returned = {use.node for node in graph.nodes if node.name in owners for use in node.results}
    moved: dict[str, list[Node]] = {}
    for node in graph.nodes:
        owner = owners.get(node.name)
        if owner is None or node.op != "get_attr" or node.name in returned:
            continue
        readers = {owners.get(user.name) for user, _ in graph.users.get((node.name, 0), ())}
        if readers - {owner}:
            moved.setdefault(owner, []).append(node._replace(scope=graph.by_name[owner].scope))
    if not moved:
        return graph
    gone = {node.name for nodes in moved.values() for node in nodes}
    kept = [n for n in graph.nodes if n.name not in gone]
    return graph.with_nodes(m for node in kept for m in (*moved.get(node.name, ()), node))


@dataclass
class _Border:
    """What goes in and out of a closed call, in terms of the graph before."""

    args: tuple[Use, ...] = ()
    outputs: list[TensorMeta] = field(default_factory=list)
    #: Which outputs an inner tensor is; more than one where it is returned in several shapes.
    index: dict[tuple[str, int], list[int]] = field(default_factory=dict)

    def add(self, tensor: tuple[str, int], meta: TensorMeta) -> None:
        known = self.index.setdefault(tensor, [])
        if all(self.outputs[k] != meta for k in known):
            known.append(len(self.outputs))
            self.outputs.append(meta)

    def add_results(self, graph: Graph, results: Sequence[Use]) -> None:
        """Add what a call returns; in a comparison a result stands for the one in its place before."""
        former = {use.arg: use for use in results if use.side == "-"}
        for use in results:
            if use.side == "-":
                continue
            tensor = (use.node, use.output)
            self.add(tensor, graph.tensor(use))
            if use.side == "+" and use.arg in former:
                before = former.pop(use.arg)
                was, place = graph.tensor(before), self.index[tensor][0]
                now = self.outputs[place]._replace(was=None)
                self.outputs[place] = now if now.is_like(was) else now._replace(was=was)
                self.index.setdefault((before.node, before.output), []).append(place)
        for use in former.values():
            self.add((use.node, use.output), graph.tensor(use))


def _nearer(known: Use | None, use: Use) -> Use:
    """Of two uses the first, or that of the tensor itself where the other's went through Python."""
    if known is None:
        return use
    return (use if known.python else known)._replace(side=both(known.side, use.side))


def _borders(graph: Graph, owners: Mapping[str, str], opened: Collection[str | None]) -> dict[str, _Border]:
    borders = {name: _Border() for name in owners.values()}
    for name, border in borders.items():
        border.add_results(
            graph, [use for use in graph.by_name[name].results if owners.get(use.node) == name]
        )
    position = {node.name: k for k, node in enumerate(graph.nodes)}
    entering: dict[str, dict[tuple[str, int], Use]] = {name: {} for name in borders}
    leaving: set[tuple[str, int]] = set()
    for node in graph.nodes:
        inside = owners.get(node.name)
        if inside is not None and node.name in opened:
            continue
        for use in (*node.args, *node.results):
            tensor = (use.node, use.output)
            if owners.get(use.node) not in (None, inside):
                leaving.add(tensor)
            if inside is not None and owners.get(use.node) != inside:
                entering[inside][tensor] = _nearer(entering[inside].get(tensor), use)
    for tensor in sorted(leaving, key=lambda t: (position[t[0]], t[1])):
        border = borders[owners[tensor[0]]]
        if tensor not in border.index:
            border.add(tensor, graph.by_name[tensor[0]].outputs[tensor[1]])
    for name, found in entering.items():
        own = [use for use in graph.by_name[name].args if (use.node, use.output) in found]
        given = {(use.node, use.output) for use in own}
        # What it uses without having been given it: in the order in which it was made, so that
        # closing in two steps gives the same as closing at once.
        rest = sorted((t for t in found if t not in given), key=lambda t: (position[t[0]], t[1]))
        captured = [
            Use(*tensor, f"captured[{k}]", python=found[tensor].python, side=found[tensor].side)
            for k, tensor in enumerate(rest)
        ]
        borders[name].args = (*own, *captured)
    return borders


def _rewired(
    uses: Iterable[Use], owners: Mapping[str, str], borders: Mapping[str, _Border], graph: Graph
) -> tuple[Use, ...]:
    """Uses of inner tensors of closed calls as uses of the calls' outputs."""
    found = []
    for use in uses:
        owner = owners.get(use.node)
        if owner is not None:
            border, meta = borders[owner], graph.tensor(use)
            outputs = border.index[use.node, use.output]
            exact = [k for k in outputs if border.outputs[k] == meta]
            seen = None if exact else meta
            found.append(Use(owner, (exact or outputs)[0], use.arg, seen, use.python, use.side))
        else:
            found.append(use)
    return _joined(found)


def _joined(uses: Iterable[Use]) -> tuple[Use, ...]:
    """Uses without those that are there already, also on another side of a comparison."""
    found: dict[tuple[str, int, str, bool], Use] = {}
    kept: dict[Use, None] = {}
    for use in uses:
        if not use.side:
            kept[use] = None
            continue
        place = use.node, use.output, use.arg, use.python
        other = found.setdefault(place, use)
        if other.side == use.side:
            kept[use] = None
        else:
            # What made it is another step in the same closed call: it is one tensor now.
            kept = {(u._replace(side="", seen=None) if u == other else u): None for u in kept}
    return tuple(kept)
