"""Data that decides: masks, indices, numbers that leave torch and come back."""

from __future__ import annotations

import torch
from torch import nn
from zoo.cases import case, f


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.layer(x)
        kept = x[mask]
        if mask.any():
            x = x.masked_fill(~mask[..., None], 0.0)
        return x.sum(1) + kept.sum(0)


case(
    Masked,
    f(2, 4, 3),
    lambda: torch.tensor([[True, False, True, True]] * 2),
    names="x mask",
    name="index by a mask",
)


class Shortcut(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = 1 - x
        return (3 / (2 + y**2) @ x.T) % 5 - (-y).sum()


case(Shortcut, f(3, 3), name="operators")
