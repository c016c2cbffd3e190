"""The graphs among the inputs in Graphviz's language: each in a cluster of its own."""

from __future__ import annotations

import graphviz  # type: ignore[import-untyped]  # it ships no types

from torchview_docs.drawing.pictures import pictures
from torchview_docs.drawing.scene import Line
from torchview_docs.drawing.theme import colours
from torchview_docs.graph import Graph

__all__ = ["add_input_graphs"]

#: The colours of the types of nodes, in their order; as `.tv-kind-…` of figure.css.
_KINDS = ("conv", "att", "emb", "rec", "lin", "norm", "act", "pool")


def add_input_graphs(view: Graph, digraph: graphviz.Digraph) -> None:
    """Add the small graphs among a view's inputs; an undirected edge is one without arrow heads."""
    shown = {one.tensors: one for one in pictures(view).values()}
    for number, one in enumerate(shown.values()):
        name = f"input_graph_{number}"
        with digraph.subgraph(name=f"cluster_{name}") as cluster:
            label = graphviz.nohtml(graphviz.escape(f"{one.graph.name}: {one.graph.summary}"))
            cluster.attr(label=label, style="solid")
            for k, dot in enumerate(one.picture.dots):
                cluster.node(
                    f"{name}_{k}",
                    "",
                    shape="circle",
                    style="filled",
                    fillcolor=colours("light")[_KINDS[dot.kind % len(_KINDS)]],
                    width="0.12",
                    height="0.12",
                    fixedsize="true",
                )
            for line in one.picture.lines:
                cluster.edge(f"{name}_{line.start}", f"{name}_{line.end}", dir=_direction(line))


def _direction(line: Line) -> str:
    if line.head:
        return "both" if line.tail else "forward"
    return "back" if line.tail else "none"
