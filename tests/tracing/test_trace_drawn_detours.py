"""What went through Python is drawn dashed, and stays marked in every view."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.svg import svg
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import view


class Scaled(nn.Module):
    """Reads a number from its input, through a view, and puts it into a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Reads()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.layer(x)
        return self.inner(h.view(-1)) * h


class Reads(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(torch.full((3,), x.unsqueeze(0).max().item()))


def dashed(depth: str, **options: object) -> set[tuple[str, str]]:
    spec = FigureSpec.read("pkg.Scaled", {"depth": depth, **options})
    drawn = scene(view(trace(Scaled(), torch.randn(2, 3)), spec), spec)
    assert ("tv-dashed" in svg(lay_out(drawn), prefix="a", title="t", desc="d")) == any(
        link.dashed for link in drawn.links
    )
    return {(link.source, link.target) for link in drawn.links if link.dashed}


def test_a_number_in_a_tensor_is_a_dashed_wire() -> None:
    assert dashed("inf", hide_module_functions=False) == {("inner/max", "inner/full")}


@pytest.mark.parametrize("depth", ["0", "1"])
def test_where_the_detour_is_inside_of_what_is_closed_nothing_is_dashed(depth: str) -> None:
    assert dashed(depth) == set()


def test_a_tensor_that_is_used_itself_as_well_is_a_solid_wire() -> None:
    graph = trace(lambda x: torch.tanh(x) * torch.tanh(x).sum().item() + x * x.max().item(), torch.randn(3))
    spec = FigureSpec("pkg.function")
    links = {(link.source, link.target): link.dashed for link in scene(view(graph, spec), spec).links}
    assert links["sum", "mul"]
    assert links["max", "mul_1"]
    assert not links["x", "mul_1"]
    assert not links["tanh", "mul"]
