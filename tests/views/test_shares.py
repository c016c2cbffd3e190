"""Shares add up: whatever is folded, closed or rolled, a step has the share of all that it stands for."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from torchview_docs.drawing.looks import percent
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import view
from torchview_docs.views.shares import shares_of

MEASURES = ("params", "flops", "activation")


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.fc = nn.LayerNorm(8), nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.fc(self.norm(x))


class Net(nn.Module):
    """Six equal blocks, a parameter of its own, and a head that is called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Block() for _ in range(6)))
        self.scale = nn.Parameter(torch.ones(8))
        self.head = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.head(self.blocks(x) * self.scale))


@pytest.fixture(scope="module")
def graph() -> Graph:
    return trace(Net(), torch.zeros(2, 8), show_flops=True, show_memory=True)


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("depth", [0, 1, 2, 3, math.inf])
@pytest.mark.parametrize("measure", MEASURES)
def test_shares_add_up_to_the_whole(graph: Graph, measure: str, depth: float, fold: bool) -> None:
    shown = view(graph, FigureSpec("n.Net", depth=depth, fold=fold))
    total = sum(shares_of(shown, measure).values())
    head = sum(p.numel() for p in Net().head.parameters()) / sum(p.numel() for p in Net().parameters())
    # Who is called twice has its parameters twice, unless its calls are one card.
    again = head if measure == "params" and depth and not fold else 0
    assert total == pytest.approx(1 + again, abs=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_folded_block_has_the_share_of_all(graph: Graph, measure: str) -> None:
    folded = shares_of(view(graph, FigureSpec("n.Net", depth=2)), measure)
    unfolded = shares_of(view(graph, FigureSpec("n.Net", depth=2, fold=False)), measure)
    assert folded["blocks.0"] == pytest.approx(sum(unfolded[f"blocks.{k}"] for k in range(6)))


def test_parameters_used_directly_have_their_share(graph: Graph) -> None:
    shown = view(graph, FigureSpec("n.Net", depth=1))
    found = {shown.by_name[name].target: share for name, share in shares_of(shown, "params").items()}
    assert found["scale"] == pytest.approx(8 / sum(p.numel() for p in Net().parameters()))


def test_what_was_not_counted_has_no_shares() -> None:
    plain = trace(Net(), torch.zeros(2, 8))
    assert shares_of(plain, "flops") == shares_of(plain, "activation") == {}


@pytest.mark.parametrize(
    ("share", "said"),
    [(1, "100 %"), (0.5, "50 %"), (0.0996, "10 %"), (0.0994, "9.9 %"), (5e-4, "0.1 %"), (4e-4, "< 0.1 %")],
)
def test_shares_are_told_as_a_person_would(share: float, said: str) -> None:
    assert percent(share) == said
