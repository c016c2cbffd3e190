"""Models whose constructors do what constructors of meta parameters cannot: named by model expressions."""

from __future__ import annotations

import copy
import functools
import itertools
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from zoo.cases import quietly


class Layered(nn.Module):
    """Two layers; what subclasses do is done after they are made."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 6), nn.Linear(6, 4)
        self.finish()

    def finish(self) -> None:
        """Nothing more."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(x)))


@functools.cache
def checkpoint() -> Path:
    """A file of weights."""
    file = Path(tempfile.mkdtemp(prefix="torchview-docs-zoo-")) / "weights.pt"
    torch.save(Layered().state_dict(), file)
    return file


class LoadsCheckpoint(Layered):
    def finish(self) -> None:
        self.load_state_dict(torch.load(checkpoint()))


class AssignsCheckpoint(Layered):
    def finish(self) -> None:
        self.load_state_dict(torch.load(checkpoint(), mmap=True), assign=True)


class LoadsByHand(Layered):
    """Copies weight by weight, and looks whether they fit."""

    def finish(self) -> None:
        own = self.state_dict()
        for name, value in torch.load(checkpoint(), map_location="cpu").items():
            if own[name].shape == value.shape:
                own[name].copy_(value)
        self.first.weight.data = own["first.weight"] * 2


class ReadsItems(Layered):
    """Drop rates from a linspace, a threshold from a weight."""

    def finish(self) -> None:
        self.rates = [rate.item() for rate in torch.linspace(0, 0.5, 3)]
        self.limit = self.first.weight.abs().max().item()
        self.large = bool(self.first.bias.sum() > 100)


class ReadsArrays(Layered):
    """Weights that numpy computes, from weights that it gets."""

    def finish(self) -> None:
        with torch.no_grad():
            values = self.first.weight.detach().numpy()
            self.first.weight.copy_(
                torch.from_numpy(np.linalg.svd(values, full_matrices=False)[2]).new_ones(6, 4)
            )
        self.table = nn.Parameter(torch.from_numpy(np.random.default_rng(0).normal(size=(4,))).float())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * self.table


class MovesToGpu(Layered):
    """Goes to a device that is not there."""

    def finish(self) -> None:
        self.to("cuda")
        self.first.cuda(0)
        self.register_buffer("scale", torch.ones(4, device="cuda"))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.to("cuda")) * self.scale


class Initialises(Layered):
    """Every initialisation that there is."""

    def finish(self) -> None:
        for init in (
            nn.init.orthogonal_, nn.init.trunc_normal_, nn.init.kaiming_uniform_, nn.init.xavier_normal_,
            functools.partial(nn.init.sparse_, sparsity=0.1), nn.init.eye_,
        ):  # fmt: skip
            init(self.first.weight)
        nn.init.dirac_(nn.Conv1d(2, 2, 3).weight)
        self.apply(self._each)
        with torch.no_grad():
            self.second.weight[0].fill_(0)
            self.second.weight[:, 1] = 1.0
            self.second.bias += torch.arange(4)
            self.second.weight.div_(self.second.weight.norm(dim=0, keepdim=True))

    def _each(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            fan, _ = nn.init._calculate_fan_in_and_fan_out(module.weight)
            module.weight.data.normal_(0, 1 / math.sqrt(fan))
            module.bias.data.zero_()


class RunsItself(Layered):
    """Finds a size by a forward pass."""

    def finish(self) -> None:
        features = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten())
        size = features(torch.zeros(2, 1, 5, 5)).shape[1]
        self.head = nn.Linear(4, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(super().forward(x))


class Copies(Layered):
    """Layers copied from a layer, tied, stacked and cut."""

    def finish(self) -> None:
        self.clones = nn.ModuleList([copy.deepcopy(self.second) for _ in range(2)])
        self.clones[1].weight = self.clones[0].weight
        self.stacked = nn.Parameter(torch.stack([clone.weight for clone in self.clones]).mean(0))
        self.cut = nn.Parameter(self.second.weight[:, :4].clone())
        self.frozen = copy.deepcopy(self.first).requires_grad_(False).double().float()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.frozen(x)
        return sum(clone(y) for clone in self.clones) + y @ self.stacked.T + x @ self.cut


class Wraps(Layered):
    """Changes its layers by torch's own means."""

    def finish(self) -> None:
        self.first = nn.utils.parametrizations.weight_norm(self.first)
        self.second = quietly(nn.utils.weight_norm, self.second)
        self.third = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4))
        self.fourth = nn.utils.parametrizations.orthogonal(nn.Linear(4, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fourth(self.third(super().forward(x)))


class Compiles(Layered):
    """Compiles one part and scripts another."""

    def finish(self) -> None:
        self.first = torch.compile(self.first)
        self.second = quietly(torch.jit.script, self.second)


class LargeBuffers(Layered):
    """A table that is computed, large and read by position."""

    def finish(self) -> None:
        at = torch.arange(40_000).float()[:, None] / torch.pow(10_000, torch.arange(0, 4, 2) / 4)
        table = torch.zeros(40_000, 4)
        table[:, 0::2], table[:, 1::2] = torch.sin(at), torch.cos(at)
        self.register_buffer("table", table, persistent=False)
        self.register_parameter("none", None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) + self.table[: x.shape[0]]


class ChangesDefaults(Layered):
    """Leaves the default dtype as it should not be, and seeds everything."""

    def finish(self) -> None:
        torch.manual_seed(3)
        np.random.seed(3)
        torch.set_default_dtype(torch.float64)
        self.register_buffer("scale", torch.ones(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * self.scale


class Sized(Layered):
    """Has a given number of layers, its names from a file, its sizes from a dict of its module."""

    def __init__(self, *sizes: int, **options: Any) -> None:
        nn.Module.__init__(self)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.options = options

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


def factory() -> nn.Module:
    """Makes, loads, moves, freezes and puts into eval mode."""
    model = Layered()
    model.load_state_dict(torch.load(checkpoint(), weights_only=True))
    for parameter in model.parameters():
        parameter.requires_grad = False
    assert sum(p.numel() for p in model.parameters()) == 58
    return model.half().float().eval()
