"""`unfold`: the graph that was folded, made again from what is left of it.

Of the copies only names, and what was fed to them, were kept: that this gives the graph back is
the proof that nothing was folded which is not equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torchview_docs.graph import Graph, Node, Use
from torchview_docs.views.folds import Fold, Folding

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
    first = [n._replace(config=fold.configs.get(n.name, n.config)) for n in first]
    copies = [first]
    before = {name: name for name in fold.first}
    for number, places in enumerate(fold.copies, 1):
        here = dict(zip(fold.first, (place.name for place in places), strict=True))
        copied = _Copy(number, here, before)
        copy = []
        for node, place in zip(first, places, strict=True):
            args = tuple(_moved(use, fold, copied, nodes) for use in node.args)
            scope = node.scope if node.scope is None else here.get(node.scope, node.scope)
            copy.append(
                node._replace(
                    name=place.name,
                    target=place.target,
                    scope=scope,
                    args=args,
                    call=place.call,
                    last=place.last,
                    config=place.config,
                )
            )
            order[place.name] = place.order
        copies.append(copy)
        before = here
    last = before
    outside = (node for node in nodes.values() if node.name not in last and node.name != fold.group)
    kept = [
        n._replace(
            args=fold.readers.get(n.name)
            or tuple(use._replace(node=last.get(use.node, use.node)) for use in n.args)
        )
        for n in outside
    ]
    return {node.name: node for part in (kept, *copies) for node in part}


@dataclass(frozen=True)
class _Copy:
    """A copy of a run.

    Attributes:
        number: Its number; the first copy is 0.
        names: Its names by those of the first.
        before: Those of the copy before it.
    """

    number: int
    names: Mapping[str, str]
    before: Mapping[str, str]


def _moved(use: Use, fold: Fold, copy: _Copy, nodes: Mapping[str, Node]) -> Use:
    """What a copy uses where the first copy uses `use`.

    Args:
        use: Of a node of the first copy.
        fold: The run.
        copy: The copy.
        nodes: The folded graph.
    """
    if use.node in copy.names:
        return use._replace(node=copy.names[use.node])
    tensor = (use.node, use.output)
    if tensor in fold.feed:
        source, output = fold.feed[tensor]
        name = copy.before[source]
    elif tensor in fold.counted:
        source, output = use.node, use.output + copy.number * fold.counted[tensor]
        name = source
    else:
        return use
    meta = use.seen or nodes[use.node].outputs[use.output]
    seen = None if meta == nodes[source].outputs[output] else meta
    return use._replace(node=name, output=output, seen=seen)
