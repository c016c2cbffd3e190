"""Runs of several steps: what is folded as a group, and what is not."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import torch
from torch import nn

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.text import text
from torchview_docs.graph import Graph, Node, TensorMeta, Use
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import close_below, fold, folding, hide_module_functions, unfold, view

X = torch.zeros(2, 8)


class Mixed(nn.Module):
    """Two modules of one list in turn, as Swin's plain and shifted blocks."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Turn(k % 2) for k in range(count))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            x = block(x)
        return x


class Turn(nn.Module):
    def __init__(self, shift: int) -> None:
        super().__init__()
        self.shift = shift
        self.fc = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.fc(x.roll(self.shift, 0) if self.shift else x.tanh())


class Unrolled(nn.Module):
    """Blocks without a module around each of them."""

    def __init__(self, count: int, keep: bool = False) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(8) for _ in range(2 * count))
        self.attentions = nn.ModuleList(nn.Linear(8, 8) for _ in range(count))
        self.mlps = nn.ModuleList(
            nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8)) for _ in range(count)
        )
        self.keep = keep

    def forward(self, x: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        kept = []
        x = x + x.sin()  # the same operation as the end of a block
        for k, (attention, mlp) in enumerate(zip(self.attentions, self.mlps, strict=True)):
            x = x + attention(self.norms[2 * k](x))
            x = x + mlp(self.norms[2 * k + 1](x))
            kept.append(x)
        return tuple(kept) if self.keep else x


def groups(graph: Graph) -> list[tuple[str, str, int]]:
    return [(n.target, n.last, n.repeat) for n in graph.nodes if n.op == "group"]


def inside(graph: Graph, group: Node) -> list[str]:
    return [n.target for n in graph.children[group.name]]


def test_pairs_of_blocks_are_folded_as_a_group() -> None:
    graph = trace(Mixed(6), X)
    folded = fold(graph)
    folded.validate()
    assert groups(folded) == [("blocks.0", "blocks.5", 3)]
    group = next(n for n in folded.nodes if n.op == "group")
    assert inside(folded, group) == ["blocks.0", "blocks.1"]
    assert group.parameters is not None
    assert group.parameters.total == 2 * 72
    assert unfold(folding(graph)) == graph


def test_what_is_left_of_a_period_stays() -> None:
    folded = fold(trace(Mixed(7), X))
    assert groups(folded) == [("blocks.0", "blocks.5", 3)]
    assert "blocks.6" in folded.by_name


def test_unrolled_blocks_are_folded_where_one_tensor_goes_from_one_to_the_next() -> None:
    graph = trace(Unrolled(4), X)
    folded = fold(graph)
    group = next(n for n in folded.nodes if n.op == "group")
    # Not from the first `add`, from where the sum and the residual would both go on.
    assert inside(folded, group) == [
        "norms.0",
        "attentions.0",
        "operator.add",
        "norms.1",
        "mlps.0",
        "operator.add",
    ]
    assert (group.repeat, group.target, group.last) == (4, "norms.0", "norms.7")
    assert unfold(folding(graph)) == graph


def test_unrolled_blocks_that_are_read_from_outside_are_not_folded() -> None:
    assert groups(fold(trace(Unrolled(4, keep=True), X))) == []


def test_a_run_inside_a_group_is_folded_too() -> None:
    class Nested(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(8, 8) if k % 4 < 3 else nn.LayerNorm(8) for k in range(12))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for layer in self.layers:
                x = layer(x)
            return x

    graph = trace(Nested(), X)
    folded = fold(graph)
    assert groups(folded) == [("layers.0", "layers.11", 3)]
    group = next(n for n in folded.nodes if n.op == "group")
    assert [(n.target, n.repeat) for n in folded.children[group.name]] == [("layers.0", 3), ("layers.3", 1)]
    assert unfold(folding(graph)) == graph


def test_operations_alone_repeat_as_well() -> None:
    def steps(x: torch.Tensor) -> torch.Tensor:
        for _ in range(5):
            x = x + x.sin().cos()
        return x

    folded = fold(trace(steps, X))
    assert groups(folded) == [("", "", 5)]
    shown = view(trace(steps, X), FigureSpec("pkg.steps"))
    assert [(f.title, f.repeat) for f in scene(shown, FigureSpec("pkg.steps")).frames] == [("repeated", 5)]
    assert "group × 5" in text(shown)


def test_an_operation_that_follows_itself_is_one_card() -> None:
    folded = fold(trace(lambda x: x.sin().sin().sin(), X))
    assert [(n.target, n.repeat) for n in folded.leaves][1:-1] == [("sin", 3)]


def test_a_small_pair_is_not_worth_a_panel() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU())
    assert groups(fold(trace(model, X))) == []


def test_a_group_is_no_level() -> None:
    graph = hide_module_functions(fold(trace(nn.Sequential(Mixed(6)), X)))
    assert [n.target for n in close_below(graph, 1).leaves][1:-1] == ["0"]
    assert [n.target for n in close_below(graph, 2).leaves][1:-1] == ["0.blocks.0", "0.blocks.1"]
    assert groups(close_below(graph, 2)) == [("0.blocks.0", "0.blocks.5", 3)]


def test_a_group_is_a_panel_with_its_range_and_count() -> None:
    spec = FigureSpec("pkg.Net", depth=1)
    drawn = scene(view(trace(Mixed(6), X), spec), spec)
    frame = drawn.frames[0]
    assert (frame.title, frame.subtitle, frame.repeat, frame.note) == ("blocks.0 – 5", "", 3, "144")
    assert [card.frame for card in drawn.cards] == [None, frame.name, frame.name, None]


def test_a_module_that_is_called_again_in_a_period_is_named_with_its_calls() -> None:
    class Again(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc, self.act = nn.Linear(8, 8), nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(4):
                x = self.act(self.fc(x))
            return x

    spec = FigureSpec("pkg.Net")
    drawn = scene(view(trace(Again(), X), spec), spec)
    assert [(frame.title, frame.repeat) for frame in drawn.frames] == [("fc, calls 1 – 4", 4)]


def chain(step: Callable[[int], str], count: int) -> Graph:
    tensor = (TensorMeta((1,), "float32"),)
    nodes = [Node("x", "placeholder", "x", outputs=tensor)]
    for k in range(count):
        use = Use("x" if not k else f"n{k - 1}")
        nodes.append(Node(f"n{k}", "call_function", step(k), args=(use,), outputs=tensor))
    return Graph("net", tuple(nodes))


def test_folding_takes_time_in_proportion_to_the_operations() -> None:
    def seconds(count: int) -> float:
        # A long period, in blocks of a few; and at its end what does not repeat.
        graph = chain(lambda k: f"torch.f{k % 29 % 7}" if k < count // 2 else f"torch.g{k * k % 997}", count)
        assert graph.users
        gc.collect()
        gc.disable()  # it goes through all that the tests before have left
        start = time.process_time()
        fold(graph)
        gc.enable()
        return time.process_time() - start

    assert min(seconds(20_000) for _ in range(2)) < 25 * max(min(seconds(2000) for _ in range(3)), 0.01)
