"""Figures that show, between them, everything that a theme colours."""

from __future__ import annotations

from functools import cache

from torchview_docs.assignments import Colour, Note
from torchview_docs.comparison import compare
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.svg import svg
from torchview_docs.errors import Failure
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use
from torchview_docs.input_graph import InputGraph, NodeKind, Relation
from torchview_docs.markup import describe, error_box, figure_box
from torchview_docs.spec import FigureSpec

__all__ = ["EMPHASES", "everything", "figure", "graph", "standalone"]

_HIDDEN = (TensorMeta((1, 16, 8, 8), "float32"),)
_TORCH = "torch.nn.modules"
#: A module of each family, but for operations, constants and plain modules.
_LAYERS = {
    "conv": f"{_TORCH}.conv.Conv2d",
    "norm": f"{_TORCH}.batchnorm.BatchNorm2d",
    "act": f"{_TORCH}.activation.ReLU",
    "lin": f"{_TORCH}.linear.Linear",
    "att": "pkg.SelfAttention",
    "emb": "pkg.PatchEmbed",
    "pool": f"{_TORCH}.pooling.MaxPool2d",
    "rec": f"{_TORCH}.rnn.LSTM",
    "mod": "pkg.Head",
}
#: What authors say of parts, each for a figure of its own.
EMPHASES: tuple[dict[str, object], ...] = (
    {"legend": True, "table": "below"},
    {"highlight": ("conv", "inner"), "note": (Note("inner", "It is here."),), "table": "details"},
    {"shade": "params", "legend": True},
    {"color": (Colour("inner", "#ffff00"), Colour("lin", "#000080")), "direction": "LR"},
)


def _graph() -> Graph:
    """A model with a card of each family, a panel, a run of equals, and every kind of pill and wire."""
    pairs = tuple((k, k + 1) for k in range(7))
    nodes = [
        Node("x", "placeholder", "x", outputs=_HIDDEN),
        Node("edges", "placeholder", "edges", outputs=(TensorMeta((2, 7), "int64"),)),
        Node("Net", "call_module", "", type="pkg.Net", parameters=Parameters(0, 9_000, 9_000)),
        Node("bias", "get_attr", "bias", "Net", "parameter", outputs=_HIDDEN),
        Node("add", "call_function", "torch.add", "Net", args=(Use("x"), Use("bias")), outputs=_HIDDEN),
    ]
    last = "add"
    for k, (name, type_) in enumerate(_LAYERS.items()):
        counts = Parameters(0, (k + 1) * 100, 0)
        nodes.append(Node(name, "call_module", name, "Net", type_, (Use(last),), _HIDDEN, parameters=counts))
        last = name
    inner = Parameters(0, 4_000, 4_000)
    nodes += [
        Node("h", "tensor", "h", "Net", args=(Use(last),), outputs=_HIDDEN),
        Node("inner", "call_module", "inner", "Net", "pkg.Inner", outputs=_HIDDEN, parameters=inner,
             repeat=3, last="inner2"),
        Node("inner.a", "call_module", "inner.a", "inner", "pkg.Part", (Use("h"),), _HIDDEN, (), "", inner,
             repeat=2, last="inner.b"),
        Node("sum", "call_method", "sum", "inner", args=(Use("inner.a"), Use("edges")), outputs=_HIDDEN),
        Node("view", "call_method", "view", "Net", args=(Use("sum"), Use("add", python=True)),
             outputs=_HIDDEN),
        Node("out", "output", "out", args=(Use("view"),)),
    ]  # fmt: skip
    kinds = tuple(NodeKind(f"kind{k}", 1) for k in range(8))
    relations = [Relation("edges", f"r{a}", a, b, 1, 0, directed=True, pairs=((0, 0),)) for a, b in pairs]
    made = Graph("Net", tuple(nodes), input_graphs=(InputGraph("data", kinds, tuple(relations)),))
    made.validate()
    return made


@cache
def graph() -> Graph:
    """The graph of these figures."""
    return _graph()


@cache
def figure(number: int, prefix: str = "") -> str:
    """The figure of one of `EMPHASES`, in its box and with what stands below it."""
    spec = FigureSpec("pkg.Net", depth=9, show_input_graph=True, align="center", **EMPHASES[number])  # type: ignore[arg-type]
    drawn, _ = draw(graph(), graph(), spec)
    said = describe(graph(), spec, drawn.remarks)
    written = svg(drawn, prefix=prefix or f"f{number}", title=f"Net {number}", desc=said, link=_link)
    return f'<figure class="torchview">{figure_box(written, spec, drawn.remarks, drawn.layers)}</figure>'


def _link(type_: str) -> str | None:
    return "#linear" if type_.endswith("Linear") else None


@cache
def comparison(direction: str = "TB") -> str:
    """A figure of what was added, removed and changed: cards of one and of several rows, a panel, lines."""
    nodes = graph().by_name
    old = [node for name, node in nodes.items() if name not in ("h", "inner", "inner.a", "sum")]
    before = nodes | {
        "norm": nodes["norm"]._replace(type=f"{_TORCH}.normalization.GroupNorm"),
        "x": nodes["x"]._replace(target="image"),
        "mod": nodes["mod"]._replace(name="old", target="old", type="pkg.Old"),
        "view": nodes["view"]._replace(args=(Use("old"), Use("bias"))),
    }
    compared = compare(graph().with_nodes(before[node.name] for node in old), graph())
    spec = FigureSpec("pkg.Net", depth=9, legend=True, direction=direction, old=FigureSpec("pkg.Old"))
    drawn, _ = draw(compared, compared, spec)
    return figure_box(svg(drawn, prefix="c", title="Net", desc="Compared."), spec)


def everything() -> str:
    """All of these figures, and the box in the place of one that failed."""
    failed = error_box(Failure("forward", "It raised `ValueError`.", "Mend it.", "net.py:1"), "pkg.Other")
    sides = "".join(figure(0).replace("tv-center", side) for side in ("tv-left", "tv-right"))
    return "".join(map(figure, range(len(EMPHASES)))) + comparison() + failed + sides.replace('"f0.', '"g0.')


def standalone() -> str:
    """A figure with notes that is a file of its own."""
    spec = FigureSpec("pkg.Net", depth=9, **EMPHASES[1])  # type: ignore[arg-type]
    drawn, _ = draw(graph(), graph(), spec)
    return svg(drawn, prefix="f", title="Net", desc="A net.", standalone=True)
