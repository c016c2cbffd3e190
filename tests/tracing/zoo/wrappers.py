"""Modules changed by others: parametrised, normalised, pruned, distributed."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from zoo.cases import case, f, nasty, quietly
from zoo.networks import Residual


class WeightNorm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.utils.parametrizations.weight_norm(nn.Linear(3, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


case(WeightNorm, f(2, 3), name="weight norm")


case(lambda: nn.DataParallel(Residual()), f(1, 4, 8, 8), names="inputs[0]", name="DataParallel")


@nasty("spectral norm", conv=lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(3, 3)))
def spectral(self: Any, x: Any) -> Any:
    return self.conv(x)


@nasty("old weight norm", conv=lambda: quietly(nn.utils.weight_norm, nn.Linear(3, 3)))
def old_norm(self: Any, x: Any) -> Any:
    return self.conv(x)
