"""Views of small real models, traced: what a figure of them must and must not show."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import auto_depth, close_below, fold, hide_module_functions, simplify, view

X = torch.zeros(2, 8)


class Block(nn.Module):
    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc = nn.Linear(width, width)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, *extra: torch.Tensor) -> torch.Tensor:
        y = self.drop(self.fc(self.norm(x)))
        return x + y + sum(extra)


class Stack(nn.Module):
    """Blocks in a row; `wire` says how they are linked."""

    def __init__(self, wire: Callable[[Stack, torch.Tensor], torch.Tensor], count: int = 4) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Block() for _ in range(count))
        self.wire = wire

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.wire(self, x)


def straight(stack: Stack, x: torch.Tensor) -> torch.Tensor:
    for layer in stack.layers:
        x = layer(x)
    return x


def with_common_side_input(stack: Stack, x: torch.Tensor) -> torch.Tensor:
    mask = x.tanh()
    for layer in stack.layers:
        x = layer(x, mask)
    return x


def with_skips(stack: Stack, x: torch.Tensor) -> torch.Tensor:
    kept = []
    for layer in stack.layers:
        x = layer(x)
        kept.append(x)
    return torch.cat([kept[0], kept[2], x])


def with_own_side_inputs(stack: Stack, x: torch.Tensor) -> torch.Tensor:
    for k, layer in enumerate(stack.layers):
        x = layer(x, (x * k).sin())
    return x


def repeats(graph: Graph) -> dict[str, int]:
    return {node.target: node.repeat for node in graph.nodes if node.repeat > 1}


def targets(graph: Graph) -> list[str]:
    return [leaf.target for leaf in graph.leaves if leaf.op not in ("placeholder", "output")]


@pytest.mark.parametrize("wire", [straight, with_common_side_input])
def test_equal_blocks_in_a_row_are_folded(wire: Callable[[Stack, torch.Tensor], torch.Tensor]) -> None:
    folded = fold(trace(Stack(wire), X))
    folded.validate()
    assert repeats(folded) == {"layers.0": 4}
    assert folded.by_name["layers.0"].last == "layers.3"
    output = next(node for node in folded.nodes if node.op == "output")
    assert folded.by_name[output.args[0].node].scope == "layers.0"
    assert folded.by_name["layers.0"].parameters == trace(Block(), X).root.parameters  # type: ignore[union-attr]


@pytest.mark.parametrize("wire", [with_skips, with_own_side_inputs])
def test_blocks_that_others_read_or_that_read_others_are_not_folded(
    wire: Callable[[Stack, torch.Tensor], torch.Tensor],
) -> None:
    folded = fold(trace(Stack(wire), X))
    # Of the skips, those between two readers may be folded: nobody reads between them.
    assert all(count == 2 for count in repeats(folded).values())
    assert "layers.3" not in {node.last for node in folded.nodes} or wire is with_skips


def test_blocks_of_other_sizes_are_not_folded_with_the_rest() -> None:
    sizes = [8, 8, 8, 4, 4, 4]
    model = nn.Sequential(*(nn.Linear(a, b) for a, b in zip([8, *sizes], sizes, strict=False)))
    assert repeats(fold(trace(model, X))) == {"0": 3, "4": 2}


def test_inner_runs_are_folded_inside_outer_ones() -> None:
    model = nn.Sequential(*(nn.Sequential(*(Block() for _ in range(3))) for _ in range(2)))
    assert repeats(fold(trace(model, X))) == {"0": 2, "0.0": 3}


def test_one_module_called_in_a_row_is_folded_as_calls() -> None:
    class Again(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = Block()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(5):
                x = self.block(x)
            return x

    folded = fold(trace(Again(), X))
    assert repeats(folded) == {"block": 5}
    assert folded.by_name["block"].last == "block"


def test_two_streams_that_cross_are_not_folded_into_one_crossing() -> None:
    class Cross(nn.Module):
        def forward(self, a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return b.sin(), a.cos()

    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([Cross(), Cross()])

        def forward(self, a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            for layer in self.layers:
                a, b = layer(a, b)
            return a, b

    assert repeats(fold(trace(Twice(), X, X.clone()))) == {}


def test_views_are_left_out_and_their_effect_is_seen_at_the_reader() -> None:
    class Heads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(8, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(x).view(2, 2, 4).transpose(1, 2).contiguous().exp()

    shown = simplify(trace(Heads(), X))
    assert targets(shown) == ["torch.nn.functional.linear", "exp"]
    linear, exp = shown.leaves[1:3]
    assert linear.outputs[0].shape == (2, 8)
    assert shown.tensor(exp.args[0]).shape == (2, 4, 2)


def test_dropout_is_left_out_where_it_does_nothing() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.Identity(), nn.ReLU())
    left = ["torch.nn.functional.linear", "torch.nn.functional.relu"]
    assert targets(simplify(trace(model, X))) == left
    assert "torch.nn.functional.dropout" in targets(simplify(trace(model, X, mode="train")))


def test_dropout_that_drops_in_eval_mode_is_shown() -> None:
    def forgetful(x: torch.Tensor) -> torch.Tensor:
        return F.dropout(x.sin(), 0.5)

    assert "torch.nn.functional.dropout" in targets(simplify(trace(forgetful, X)))


def test_an_empty_sequential_is_left_out() -> None:
    class Shortcut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.shortcut = nn.Sequential()
            self.fc = nn.Linear(8, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(x) + self.shortcut(x)

    shown = view(trace(Shortcut(), X), FigureSpec("pkg.Net"))
    assert targets(shown) == ["fc", "operator.add"]


def test_a_closed_sequential_is_not_taken_for_an_empty_one() -> None:
    model = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Linear(8, 8))
    assert targets(view(trace(model, X), FigureSpec("pkg.Net", depth=1))) == ["0", "1"]


def test_a_module_of_views_is_one_leaf() -> None:
    class SplitHeads(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.view(2, 2, 4).transpose(1, 2)

    shown = simplify(trace(nn.Sequential(nn.Linear(8, 8), SplitHeads(), nn.ReLU()), X))
    assert targets(shown)[1] == "1"
    assert shown.by_name["1"].outputs[0].shape == (2, 4, 2)


def test_a_model_of_nothing_but_views_stays() -> None:
    class Reshape(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.view(4, 4).t()

    assert targets(simplify(trace(Reshape(), X))) == ["view", "t"]


def test_an_operation_that_joins_two_inputs_stays() -> None:
    def like(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x.expand_as(y)

    assert targets(simplify(trace(like, X, X.clone()))) == ["expand_as"]


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x: (x + 0).sin(), ["sin"]),
        (lambda x: (x * 1).sin(), ["sin"]),
        (lambda x: (x + 1).sin(), ["operator.add", "sin"]),
        (lambda x: (1 - x).sin(), ["operator.sub", "sin"]),
        (lambda x: (0 - x).sin(), ["operator.sub", "sin"]),
        (lambda x: x[:, 0:].sin(), ["sin"]),
        (lambda x: x[:, None].sin(), ["sin"]),
        (lambda x: x[:, 1:].sin(), ["operator.getitem", "sin"]),
        (lambda x: x[:, 0].sin(), ["operator.getitem", "sin"]),
        (lambda x: torch.cat([torch.zeros(0, 8), x]).sin(), ["sin"]),
        (lambda x: torch.cat([x, x]).sin(), ["torch.cat", "sin"]),
        (lambda x: x.repeat(1, 1).sin(), ["sin"]),
        (lambda x: x.repeat(2, 1).sin(), ["repeat", "sin"]),
        (lambda x: x.double().float().sin(), ["sin"]),
        (lambda x: torch.split(x, 4, 1)[1].sin(), ["torch.split", "sin"]),
    ],
)
def test_what_computes_nothing_is_left_out_and_nothing_else(
    function: Callable[[torch.Tensor], torch.Tensor], left: list[str]
) -> None:
    assert targets(simplify(trace(function, X))) == left


def test_module_functions_are_hidden_but_not_those_of_the_model_itself() -> None:
    class Custom(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sin().cos()

    assert targets(hide_module_functions(trace(nn.Sequential(Custom(), nn.ReLU()), X))) == ["0", "1"]
    assert targets(hide_module_functions(trace(Custom(), X))) == ["sin", "cos"]


def test_a_layer_of_torch_alone_is_one_card() -> None:
    assert len(targets(hide_module_functions(trace(nn.Linear(8, 4), X)))) == 1


def test_a_closed_call_uses_what_it_was_given_in_order_and_then_what_it_took() -> None:
    class Inner(nn.Module):
        def forward(self, a: torch.Tensor, *, mask: torch.Tensor) -> torch.Tensor:
            return a * self.taken[0] + mask

    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Inner()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            taken = x.cos()
            self.inner.taken = [taken]  # type: ignore[assignment]
            return self.inner(x.sin(), mask=x.tan())

    closed = close_below(trace(Outer(), X), 1)
    inner = closed.by_name["inner"]
    assert [(use.arg, closed.by_name[use.node].target) for use in inner.args] == [
        ("a", "sin"),
        ("mask", "tan"),
        ("captured[0]", "cos"),
    ]


def test_a_parameter_that_two_modules_read_stays_outside_of_both() -> None:
    class Reads(nn.Module):
        def __init__(self, weight: nn.Parameter) -> None:
            super().__init__()
            self.weight = weight

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.weight

    weight = nn.Parameter(torch.ones(8))
    closed = close_below(trace(nn.Sequential(Reads(weight), Reads(weight)), X), 1)
    first, second = closed.by_name["0"], closed.by_name["1"]
    assert len(first.outputs) == 1
    assert {use.node for use in second.args} & {"0"} == {"0"}
    assert all(use.output == 0 for use in second.args)


def test_depth_zero_is_the_model_as_one_leaf() -> None:
    closed = close_below(trace(Stack(straight), X), 0)
    assert [leaf.op for leaf in closed.leaves] == ["placeholder", "call_module", "output"]


def test_the_automatic_depth_is_the_deepest_that_fits() -> None:
    small = trace(nn.Sequential(Block(), Block()), X)
    assert auto_depth(small) == math.inf
    wide = nn.Sequential(*(nn.Sequential(*(nn.Linear(8 + k, 9 + k) for k in range(9))) for _ in range(1)))
    assert auto_depth(hide_module_functions(trace(wide, X)), cards=5) == 1
    assert auto_depth(hide_module_functions(trace(wide, X)), cards=9) == math.inf


def test_tensors_are_shown_between_operations() -> None:
    shown = view(
        trace(nn.Sequential(nn.Linear(8, 4), nn.ReLU()), X), FigureSpec("n", hide_inner_tensors=False)
    )
    assert [leaf.op for leaf in shown.leaves] == [
        "placeholder",
        "call_module",
        "tensor",
        "call_module",
        "output",
    ]
    assert shown.leaves[2].outputs[0].shape == (2, 4)


def test_options_turn_their_views_off() -> None:
    graph = trace(Stack(straight), X)
    off = FigureSpec("n", fold=False, simplify=False, hide_module_functions=False, depth=math.inf)
    assert view(graph, off) == graph
