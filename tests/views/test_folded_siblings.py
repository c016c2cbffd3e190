"""Equal steps side by side: experts, heads, branches; what is folded, and what is not."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from torchview_docs.drawing.cards import scene
from torchview_docs.graph import Graph, Node, TensorMeta, Use
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import fold, folding, simplify, unfold, view

X = torch.zeros(2, 8)


class Expert(nn.Module):
    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(8, width), nn.Linear(width, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(self.up(x).relu())


class Side(nn.Module):
    """Experts, and a function that says how they are called."""

    def __init__(self, call: Callable[[Side, torch.Tensor], object], count: int = 8) -> None:
        super().__init__()
        self.experts = nn.ModuleList(Expert() for _ in range(count))
        self.gate = nn.Linear(8, count)
        self.call = call

    def forward(self, x: torch.Tensor) -> object:
        return self.call(self, x)


def gated(net: Side, x: torch.Tensor) -> torch.Tensor:
    weights = net.gate(x).softmax(-1)
    out = torch.zeros_like(x)
    for k, expert in enumerate(net.experts):
        out = out + weights[:, k : k + 1] * expert(x)
    return out


def in_place(net: Side, x: torch.Tensor) -> torch.Tensor:
    weights = net.gate(x).softmax(-1)
    out = torch.zeros_like(x)
    for k, expert in enumerate(net.experts):
        out += weights[:, k, None] * expert(x)
    return out


def sliced(net: Side, x: torch.Tensor) -> torch.Tensor:
    x = x.repeat(1, 8)
    return torch.cat([e(x[:, 8 * k : 8 * k + 8]) for k, e in enumerate(net.experts)], -1)


def unrolled(net: Side, x: torch.Tensor) -> torch.Tensor:
    states = []
    for expert in net.experts:
        x = expert(x)
        states.append(x)
    return torch.stack(states)


def in_turn(net: Side, x: torch.Tensor) -> torch.Tensor:
    queries = [e.up(x) for e in net.experts]
    keys = [e.up(x) for e in net.experts]
    return torch.cat([(q * k).softmax(-1) for q, k in zip(queries, keys, strict=True)], -1)


def folds(graph: Graph) -> list[tuple[str, str, int]]:
    return [(n.target, n.last, n.repeat) for n in graph.nodes if n.repeat > 1]


def found(call: Callable[[Side, torch.Tensor], object], count: int = 8) -> list[tuple[str, str, int]]:
    """What is folded; and folded and unfolded again, the graph is as before."""
    traced = trace(Side(call, count), X)
    for graph in (traced, simplify(traced)):
        state = folding(graph)
        state.graph.validate()
        assert unfold(state) == graph
        assert fold(state.graph) == state.graph
    return folds(state.graph)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda net, x: torch.cat([e(x) for e in net.experts], -1), id="concatenated"),
        pytest.param(lambda net, x: torch.stack([e(x) for e in net.experts]).sum(0), id="stacked and summed"),
        pytest.param(
            lambda net, x: torch.cat(
                [e(part) for e, part in zip(net.experts, x.repeat(1, 8).chunk(8, -1), strict=True)], -1
            ),
            id="of a chunk each",
        ),
        pytest.param(sliced, id="of a slice each"),
        pytest.param(gated, id="gated and added"),
        pytest.param(in_place, id="gated and added in place"),
        pytest.param(unrolled, id="in a chain, all of them kept"),
    ],
)
def test_equal_siblings_are_one_panel(call: Callable[[Side, torch.Tensor], object]) -> None:
    ((target, last, count),) = found(call)
    assert (target, last, count) == ("experts.0", "experts.7", 8)


@pytest.mark.parametrize("of_list", [True, False])
def test_what_is_summed_is_folded_with_its_addition(of_list: bool) -> None:
    def summed(net: Side, x: torch.Tensor) -> object:
        parts = (e(x) for e in net.experts)
        return sum(list(parts) if of_list else parts)

    # The first is added to nothing.
    assert found(summed) == [("experts.1", "experts.7", 7)]


def test_heads_that_are_computed_in_turn_are_folded_head_by_head() -> None:
    assert found(in_turn) == [("experts.0.up", "experts.7.up", 8)]


def test_siblings_in_equal_layers_are_folded_in_the_layers() -> None:
    layers = nn.Sequential(*[Side(gated) for _ in range(3)])
    folded = fold(simplify(trace(layers, X)))
    assert folds(folded) == [("0", "2", 3), ("experts.0", "experts.7", 8)] or folds(folded) == [
        ("0", "2", 3),
        ("0.experts.0", "0.experts.7", 8),
    ]


def test_what_took_of_folded_siblings_is_read_again_before_it_is_folded() -> None:
    def block(net: Side, x: torch.Tensor) -> None:
        torch.cat([e(x[:, 8 * k : 8 * k + 8]) for k, e in enumerate(net.experts)], -1)

    # What joins the first block was folded with what joins the second, after it took one tensor less.
    def blocks(net: Side, x: torch.Tensor) -> torch.Tensor:
        x = x.repeat(1, 3)
        for _ in range(3):
            block(net, x)
        return x

    graph = trace(Side(blocks, 3), X)
    state = folding(graph)
    assert unfold(state) == graph
    state.graph.validate()
    assert sum(node.type.endswith("Expert") for node in state.graph.nodes) < 9


def test_steps_that_ran_in_another_order_are_no_copies() -> None:
    class Weighted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Parameter(torch.ones(8)), nn.Parameter(torch.ones(8))
            self.up, self.down = nn.Linear(8, 8), nn.Linear(8, 8)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.ModuleList(Weighted() for _ in range(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            made = []
            for part in self.parts:
                first, second = part.first + 0, part.second + 0
                part.up(second)
                made.append(part.down(first))
            return x + sum(made)

    graph = trace(Net(), X)
    state = folding(graph)
    state.graph.validate()  # what is read stands before its readers
    assert unfold(state) == graph


def test_a_reader_takes_one_tensor_of_siblings_and_others_as_before() -> None:
    def call(net: Side, x: torch.Tensor) -> object:
        return torch.cat([x, *(e(x) for e in net.experts), x.sin()], -1)

    folded = fold(trace(Side(call), X))
    cat = next(n for n in folded.nodes if n.target == "torch.cat")
    assert [use.arg for use in cat.args] == ["0[0]", "0[1]", "0[9]"]


def test_an_index_that_counts_up_tells_from_where_to_where() -> None:
    folded = fold(trace(Side(gated), X))
    assert [n.config for n in folded.nodes if n.target == "operator.getitem"] == ["[:, 0:1 … 7:8]"]


def test_queries_keys_and_values_are_not_the_same() -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k, self.v = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return F.scaled_dot_product_attention(self.q(x), self.k(x), self.v(x))

    assert folds(fold(trace(Attention(), torch.zeros(1, 2, 8)))) == []


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda net, x: [e(x) for e in net.experts], id="all returned"),
        pytest.param(
            lambda net, x: torch.cat(
                [e(y) for e, y in zip(net.experts, [x.sin(), x.cos(), x.tan(), x.exp()], strict=False)], -1
            ),
            id="of other tensors",
        ),
        pytest.param(
            lambda net, x: torch.cat([x[:, k * k :].sum(-1) for k in range(3)], -1), id="squares as indices"
        ),
        pytest.param(lambda net, x: torch.cat([x[0].sin(), x[1].sin()], -1), id="two indices"),
    ],
)
def test_other_siblings_are_not_folded(call: Callable[[Side, torch.Tensor], object]) -> None:
    assert found(call) == []


def test_siblings_of_other_sizes_are_not_folded_with_the_rest() -> None:
    net = Side(lambda net, x: torch.cat([e(x) for e in net.experts], -1), 6)
    net.experts[3] = Expert(32)
    assert folds(fold(trace(net, X))) == [("experts.0", "experts.2", 3), ("experts.4", "experts.5", 2)]


def test_parameters_keep_their_names() -> None:
    class Held(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(8, 8)
            self.scale, self.shift = nn.Parameter(torch.zeros(8)), nn.Parameter(torch.zeros(8))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(x) + torch.stack([self.scale, self.shift]).sum(0)

    folded = fold(trace(Held(), X))
    assert [n.target for n in folded.nodes if n.op == "get_attr"] == ["scale", "shift"]


def test_siblings_are_drawn_as_one_panel_with_their_count() -> None:
    spec = FigureSpec("pkg.Side", depth=2)
    drawn = scene(view(trace(Side(gated, 256), X), spec), spec)
    assert [(frame.title, frame.repeat) for frame in drawn.frames if frame.repeat > 1] == [
        ("experts.0 – 255", 256)
    ]
    assert len(drawn.cards) < 15


def _experts(count: int) -> Graph:
    """As many experts, each of a slice of its own, and what takes them all."""
    tensor = (TensorMeta((1,), "float32"),)
    nodes = [Node("x", "placeholder", "x", outputs=tensor)]
    for k in range(count):
        config = f"[{k}]"
        nodes += [
            Node(f"g{k}", "call_function", "operator.getitem", None, "", (Use("x"),), tensor, config=config),
            Node(f"e{k}", "call_function", "torch.exp", args=(Use(f"g{k}"),), outputs=tensor),
        ]
    uses = tuple(Use(f"e{k}", 0, f"0[{k}]") for k in range(count))
    return Graph("net", (*nodes, Node("cat", "call_function", "torch.cat", args=uses, outputs=tensor)))


def test_folding_siblings_takes_time_in_proportion_to_their_number() -> None:
    def seconds(count: int) -> float:
        graph = _experts(count)
        assert graph.users
        gc.collect()
        gc.disable()  # it goes through all that the tests before have left
        start = time.process_time()
        folded = fold(graph)
        gc.enable()
        assert [n.repeat for n in folded.nodes if n.op == "group"] == [count]
        return time.process_time() - start

    assert min(seconds(10_000) for _ in range(2)) < 25 * max(min(seconds(1000) for _ in range(3)), 0.01)
