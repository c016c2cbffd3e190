"""What leads nowhere, and numbers made in place, are no cards of a simplified figure."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from torchview_docs.graph import Graph
from torchview_docs.tracing import trace
from torchview_docs.views import simplify

X = torch.randn(2, 3)


def steps(graph: Graph) -> list[str]:
    """What the operations of a graph are, with what they say."""
    calls = ("call_function", "call_method", "call_module")
    return [f"{n.target.rpartition('.')[2]} {n.config}".strip() for n in graph.nodes if n.op in calls]


def asking(x: torch.Tensor) -> torch.Tensor:
    mask = x > 0
    return x + 1 if mask.any() else x.exp()


def test_what_python_only_asks_for_is_left_out() -> None:
    traced = trace(asking, X, device="cpu")
    assert "any" in steps(traced)
    assert steps(simplify(traced)) in (["add 1"], ["exp"])


class Unread(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head, self.spare = nn.Linear(3, 3), nn.Linear(3, 3)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.spare(x)
        x.sin().cos()
        return self.head(x)


def test_modules_and_writes_stay_also_where_nothing_reads_them() -> None:
    left = steps(simplify(trace(Unread(), X)))
    assert {"spare", "head"} <= {step.partition(" ")[0] for step in left}
    assert any("add" in step for step in left)
    assert "sin" not in left
    assert "cos" not in left


class Writing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mask", torch.zeros(3, dtype=torch.bool))
        self.register_buffer("sum", torch.zeros(3))
        self.layer = nn.Linear(3, 3)  # of a module without modules its own buffers go without saying

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.mask |= torch.ones(3, dtype=torch.bool)
        torch.add(torch.zeros(3), 1, out=self.sum)
        torch.ones(3, dtype=torch.bool).logical_or(self.mask).cos()
        return self.layer(x)


def test_every_way_to_write_is_known() -> None:
    traced = trace(Writing(), X)
    assert "logical_or" in {n.target for n in traced.nodes}
    left = [n.target for n in simplify(traced).nodes]
    assert {"__ior__", "torch.add", "layer"} <= {*left}
    assert "logical_or" not in left


def test_a_model_that_returns_nothing_keeps_what_it_does() -> None:
    def nothing(x: torch.Tensor) -> None:
        x.sin().cos()

    assert steps(simplify(trace(nothing, X))) == ["sin", "cos"]


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x: torch.where(x > 0, x, torch.zeros(())), ["gt 0", "where 0"]),
        (lambda x: (x > 0) & x.new_ones((), dtype=torch.bool), ["gt 0", "and_ 1"]),
        (lambda x: x * torch.tensor(0.5), ["mul 0.5"]),
        (lambda x: torch.ones(3) * x.new_ones(()), ["ones 3", "new_ones ()", "mul"]),
        (lambda x: x * torch.full((), 2.0), ["full (), 2", "mul"]),
        (lambda x: x * torch.zeros(3), ["zeros 3", "mul"]),
    ],
)
def test_a_number_is_said_where_it_is_used(function: Any, left: list[str]) -> None:
    once = simplify(trace(function, X))
    assert steps(once) == left
    assert simplify(once) == once
    once.validate()


def test_a_number_that_a_module_is_given_stays_a_step() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scaled = nn.ModuleList([nn.Bilinear(3, 1, 3)])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.scaled[0](x, torch.ones(2, 1)) + torch.ones(())

    left = steps(simplify(trace(Net(), X)))
    assert "ones 2, 1" in left
    assert "add 1" in left
