"""What runs code in another way: autograd functions, checkpoints, transforms, compilers, contexts."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint
from zoo.cases import case, f, nasty, quietly


class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return g * 2


_taken_early = Double.apply


class CustomFunction(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _taken_early(self.layer(x)) + 1


case(CustomFunction, f(2, 3), name="autograd.Function")


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
        self.reentrant = reentrant

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return checkpoint(self.body, x, use_reentrant=self.reentrant) + x


case(lambda: Checkpointed(False), f(2, 3), name="checkpoint")


class Vmapped(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.func.vmap(torch.dot)(x, y) + 1


case(Vmapped, f(3, 4), f(3, 4), names="x y", name="vmap")


case(lambda: Checkpointed(True), f(2, 3), name="reentrant checkpoint")


@nasty(
    "scripted module", scripted=lambda: quietly(torch.jit.script, nn.Sequential(nn.Linear(3, 3), nn.ReLU()))
)
def scripted(self: Any, x: Any) -> Any:
    return self.scripted(self.layer(x)) + 1


@nasty("autocast")
def autocast(self: Any, x: Any) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = self.layer(x)
    return y.float(), y


@nasty("no_grad and inference mode")
def inference(self: Any, x: Any) -> Any:
    with torch.inference_mode():
        y = self.layer(x)
        y[0] = 1
    with torch.no_grad():
        return self.layer(y.clone())


@nasty("gradient inside forward")
def gradient(self: Any, x: Any) -> Any:
    with torch.enable_grad():
        z = x.detach().requires_grad_(True)
        energy = (self.layer(z) ** 2).sum()
        return torch.autograd.grad(energy, z)[0] + x


@nasty("torch.func.grad")
def func_grad(self: Any, x: Any) -> Any:
    return torch.func.grad(lambda t: (t**2).sum())(x) + 1


@nasty("checkpoint of a function", (2, 3), (2, 3))
def checkpointed(self: Any, x: Any, y: Any) -> Any:
    return checkpoint(lambda a, b: self.layer(a) * b, x, y, use_reentrant=False)
