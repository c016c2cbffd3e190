"""Drawings that use every sign of a figure, for PDF and PNG."""

from __future__ import annotations

import math
from functools import cache

from torchview_docs.assignments import Colour, Note
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use
from torchview_docs.input_graph import InputGraph, NodeKind, Relation
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view

__all__ = ["FIGURES", "figure"]

MAPS = (TensorMeta((1, 4, 8, 8), "float32"),)
#: Texts of other scripts, and what is markup.
WORDS = ("Net<int>&\"'", "Größe", "Щука", "αβγ → ∞", "e\u0301tage", "שלום", "a — b …", "fi ffl")


def _layer(name: str, type_: str, source: str, scope: str, config: str = "", count: int = 0) -> Node:
    counts = Parameters(0, count, count) if count else None
    where = f"torch.nn.modules.{type_}"
    return Node(name, "call_module", name, scope, where, (Use(source),), MAPS, (), config, counts)


def _net() -> Graph:
    """A packed card, a panel, a folded run, a graph among the inputs, a residual edge."""
    nodes = [
        Node("x", "placeholder", "x", outputs=MAPS),
        Node("edge_index", "placeholder", "edge_index", outputs=(TensorMeta((2, 4), "int64"),)),
        Node("Net", "call_module", "", type="pkg.Net", parameters=Parameters(0, 96, 96)),
        _layer("conv", "conv.Conv2d", "x", "Net", "4, 4, kernel_size=(3, 3), stride=(1, 1)", 16),
        _layer("norm", "batchnorm.BatchNorm2d", "conv", "Net", "4", 8),
        _layer("act", "activation.ReLU", "norm", "Net"),
        Node("body", "call_module", "body", "Net", "pkg.Body", outputs=MAPS, parameters=Parameters(0, 8, 8)),
    ]
    last = "act"
    for k in range(3):
        name = f"body.{k}"
        counts = Parameters(0, 24, 24)
        nodes += [
            Node(name, "call_module", name, "body", "pkg.Block", (Use(last),), MAPS, parameters=counts),
            _layer(f"{name}.lin", "linear.Linear", last, name, "in_features=8, out_features=8", 24),
            Node(
                f"{name}.add", "call_function", "operator.add", name,
                args=(Use(f"{name}.lin"), Use(last)), outputs=MAPS,
            ),
        ]  # fmt: skip
        last = f"{name}.add"
    nodes += [
        _layer("pool", "pooling.MaxPool2d", last, "Net", "2, stride=2"),
        Node(
            "join", "call_function", "torch.cat", "Net", args=(Use("pool"), Use("edge_index")), outputs=MAPS
        ),
        Node("out", "output", "out", args=(Use("join"),)),
    ]
    kinds = (NodeKind("author", 2), NodeKind("paper", 2))
    relation = Relation("edge_index", "writes", 0, 1, 3, 0, directed=True, pairs=((0, 0), (1, 1), (1, 0)))
    graph = Graph("Net", tuple(nodes), input_graphs=(InputGraph("data", kinds, (relation,)),))
    graph.validate()
    return graph


def _words() -> Graph:
    """A chain of modules that are called strange names."""
    nodes = [Node("x", "placeholder", "x", outputs=MAPS)]
    nodes.append(Node("Net", "call_module", "", type="pkg.Net"))
    last = "x"
    for k, word in enumerate(WORDS):
        name = f"m{k}"
        nodes.append(
            Node(name, "call_module", name, "Net", f"pkg.{word}", (Use(last),), MAPS, (), "in=1 → out=2")
        )
        last = name
    nodes.append(Node("out", "output", "out", args=(Use(last),)))
    return Graph("Net", tuple(nodes))


_GRAPHS = {"net": _net, "words": _words}
_OPTIONS: dict[str, dict[str, object]] = {
    "plain": {},
    "told": {
        "legend": True,
        "highlight": ("pool",),
        "color": (Colour("body", "#c2410c"), Colour("conv", "#1d4ed8")),
        "note": (Note("pool", "The pool halves what comes in, " * 4), Note("body", "Three equal blocks")),
    },
    "shaded": {"shade": "params", "direction": "LR", "show_input_graph": True},
}

#: Names of the figures: what is drawn, and how.
FIGURES = ("net plain", "net told", "net shaded", "words plain")


@cache
def figure(name: str) -> Drawing:
    """A figure by its name."""
    which, how = name.split()
    graph = _GRAPHS[which]()
    spec = FigureSpec("pkg.Net", **{"depth": math.inf, **_OPTIONS[how]})  # type: ignore[arg-type]
    drawn = draw(graph, view(graph, spec), spec)[0]
    return drawn._replace(description="A net of three blocks.")
