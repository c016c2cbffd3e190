"""`unfold`: the graph that was folded, made again from what is left of it.

Of the copies only names, and what was fed to them, were kept: that this gives the graph back is
the proof that nothing was folded which is not equal.
"""

from __future__ import annotations

from collections.abc import Mapping

from torchview_docs.graph import Graph, Node, Use
from torchview_docs.views.fold import Fold, Folding

__all__ = ["unfold"]


def unfold(folding: Folding) -> Graph:
    """The graph before it was folded."""
    nodes = dict(folding.graph.by_name)
    order = dict(folding.order)
    for fold in reversed(folding.folds):
        nodes = _unfolded(nodes, order, fold)
    for name, (args, results) in folding.borders.items():
        nodes[name] = nodes[name]._replace(args=args, results=results)
    return folding.graph.with_nodes(sorted(nodes.values(), key=lambda node: order[node.name]))


def _unfolded(nodes: dict[str, Node], order: dict[str, tuple[int, int]], fold: Fold) -> dict[str, Node]:
    first = [nodes[name] for name in fold.first]
    around = first[0].scope
    if fold.group is not None:
        around = nodes[fold.group].scope
        first = [n._replace(scope=around) if n.scope == fold.group else n for n in first]
    else:
        first[0] = first[0]._replace(repeat=1, last="")
    copies = [first]
    before = {name: name for name in fold.first}
    for places in fold.copies:
        here = dict(zip(fold.first, (place.name for place in places), strict=True))
        copy = []
        for node, place in zip(first, places, strict=True):
            args = tuple(_moved(use, fold, here, before, nodes) for use in node.args)
            scope = node.scope if node.scope is None else here.get(node.scope, node.scope)
            copy.append(
                node._replace(
                    name=place.name,
                    target=place.target,
                    scope=scope,
                    args=args,
                    call=place.call,
                    last=place.last,
                )
            )
            order[place.name] = place.order
        copies.append(copy)
        before = here
    last = before
    outside = (node for node in nodes.values() if node.name not in last and node.name != fold.group)
    kept = [
        n._replace(args=tuple(use._replace(node=last.get(use.node, use.node)) for use in n.args))
        for n in outside
    ]
    return {node.name: node for part in (kept, *copies) for node in part}


def _moved(
    use: Use, fold: Fold, here: Mapping[str, str], before: Mapping[str, str], nodes: Mapping[str, Node]
) -> Use:
    """What a copy uses where the first copy uses `use`.

    Args:
        use: Of a node of the first copy.
        fold: The run.
        here: The copy's names by those of the first.
        before: Those of the copy before.
        nodes: The folded graph.
    """
    if use.node in here:
        return use._replace(node=here[use.node])
    if (use.node, use.output) not in fold.feed:
        return use
    source, output = fold.feed[use.node, use.output]
    meta = use.seen or nodes[use.node].outputs[use.output]
    seen = None if meta == nodes[source].outputs[output] else meta
    return use._replace(node=before[source], output=output, seen=seen)
