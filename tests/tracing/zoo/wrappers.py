"""Modules changed by others: parametrised, normalised, pruned, distributed."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import distributed, nn
from torch.nn.utils import parametrize, prune

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


class Doubled(nn.Module):
    """A parametrisation."""

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight * 2


def _parametrised() -> nn.Module:
    layer = nn.Linear(3, 3)
    parametrize.register_parametrization(layer, "weight", Doubled())
    parametrize.register_parametrization(layer, "weight", Doubled())
    return layer


@nasty("two parametrisations of one weight", inner=_parametrised)
def parametrised(self: Any, x: Any) -> Any:
    return self.inner(self.layer(x))


@nasty("parametrisation computed once for two calls", inner=_parametrised)
def parametrised_once(self: Any, x: Any) -> Any:
    with parametrize.cached():
        return self.inner(self.inner(x))


@nasty("orthogonal parametrisation", inner=lambda: nn.utils.parametrizations.orthogonal(nn.Linear(3, 3)))
def orthogonal(self: Any, x: Any) -> Any:
    return self.inner(x)


def _pruned() -> nn.Module:
    return prune.l1_unstructured(nn.Linear(3, 3), "weight", amount=3)


@nasty("pruned layer", inner=_pruned)
def pruned(self: Any, x: Any) -> Any:
    return self.inner(x) * 2


@nasty("old spectral norm", inner=lambda: quietly(nn.utils.spectral_norm, nn.Linear(3, 3)))
def old_spectral(self: Any, x: Any) -> Any:
    return self.inner(x)


def _process_group() -> None:
    if not distributed.is_initialized():
        distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)


def _distributed() -> nn.Module:
    _process_group()
    return nn.parallel.DistributedDataParallel(nn.Sequential(nn.Linear(3, 3), nn.ReLU()))


case(_distributed, f(2, 3), names="inputs[0]", name="DistributedDataParallel")


def _quantised() -> nn.Module:
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    return quietly(torch.ao.quantization.quantize_dynamic, model, {nn.Linear}, torch.qint8)


case(_quantised, f(2, 3), names="input", name="quantised layers")


class Averaged(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.model = torch.optim.swa_utils.AveragedModel(nn.Linear(3, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x)


case(Averaged, f(2, 3), name="averaged weights")


class LowRank(nn.Module):
    """Wraps a layer, as adapters do."""

    def __init__(self) -> None:
        super().__init__()
        self.base = nn.Linear(3, 3).requires_grad_(False)
        self.down, self.up = nn.Linear(3, 1, bias=False), nn.Linear(1, 3, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        merged = self.base.weight + self.up.weight @ self.down.weight
        return F.linear(x, merged, self.base.bias) + self.up(self.down(x))


case(LowRank, f(2, 3), name="adapter that merges weights")


class Sharing(nn.Module):
    """The weights of one layer, transposed, are another's."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Linear(3, 2, bias=False)

    @property
    def weight(self) -> torch.Tensor:
        return self.encode.weight.t()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(self.encode(x), self.weight)


@nasty("weights shared through a property", inner=Sharing)
def sharing(self: Any, x: Any) -> Any:
    return self.inner(self.layer(x))


class Holding(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scales = nn.ParameterDict({"a": torch.ones(3), "b": torch.rand(3)})
        self.plain = {"c": torch.randn(3), "d": [torch.randn(3)]}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for scale in (*self.scales.values(), self.plain["c"], self.plain["d"][0]):
            x = x * scale
        return x


@nasty("parameters in dicts and lists", inner=Holding)
def holding(self: Any, x: Any) -> Any:
    return self.inner(x)


@nasty(
    "weights made by another network", hyper=lambda: nn.Linear(2, 12), edges={"linear": "x view getitem_2"}
)
def hyper(self: Any, x: Any) -> Any:
    made = self.hyper(x[0, :2])
    return F.linear(x, made[:9].view(3, 3), made[9:])
