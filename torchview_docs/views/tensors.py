"""`show_tensors`: tensors as nodes of their own (the option `hide-inner-tensors` off)."""

from __future__ import annotations

from collections.abc import Iterable

from torchview_docs.graph import Graph, Node, Use

__all__ = ["show_tensors"]

#: What is a tensor already.
_TENSORS = frozenset({"placeholder", "get_attr", "tensor"})


def show_tensors(graph: Graph) -> Graph:
    """Put a node of op `tensor` after every tensor that an operation makes and another uses.

    Inputs, parameters and what only leaves the model are shown as tensors without this.
    """
    shown: dict[tuple[str, int], Node] = {}
    for leaf in graph.leaves:
        for output, meta in enumerate(leaf.outputs):
            users = graph.users.get((leaf.name, output), ())
            if leaf.op in _TENSORS or all(user.op in ("output", "tensor") for user, _ in users):
                continue
            name = _free_name(f"{leaf.name}:{output}", graph)
            shown[leaf.name, output] = Node(
                name,
                "tensor",
                "tensor",
                leaf.scope,
                args=(Use(leaf.name, output, side=leaf.side),),
                outputs=(meta,),
                side=leaf.side,
            )

    def rewired(uses: Iterable[Use]) -> tuple[Use, ...]:
        return tuple(
            use._replace(node=shown[use.node, use.output].name, output=0)
            if (use.node, use.output) in shown
            else use
            for use in uses
        )

    nodes: list[Node] = []
    for node in graph.nodes:
        nodes.append(node._replace(args=rewired(node.args), results=rewired(node.results)))
        nodes += [shown[node.name, k] for k in range(len(node.outputs)) if (node.name, k) in shown]
    return graph.with_nodes(nodes)


def _free_name(wanted: str, graph: Graph) -> str:
    while wanted in graph.by_name:
        wanted += "'"
    return wanted
