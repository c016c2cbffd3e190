"""Whatever calls: modules in lists, as arguments, from hooks, recursively, by their forward."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn
from zoo.cases import case, f, nasty


class PlainList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(3, 3), nn.Linear(3, 3)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


case(PlainList, f(2, 3), name="modules in a plain list")


class Passing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.same = nn.Identity()
        self.drop = nn.Dropout(0.5)
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(self.drop(self.same(x)))


case(Passing, f(2, 3), name="modules that return their input")


class ModuleAsArgument(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.runner = _Runner()
        self.work = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.runner(self.work, x, scale=x.mean())


class _Runner(nn.Module):
    def forward(self, module: nn.Module, x: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        return module(x) * scale


case(ModuleAsArgument, f(2, 3), name="module as argument")


class Recursive(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor, depth: int = 2) -> torch.Tensor:
        x = self.layer(x)
        return self(x, depth - 1) if depth else x


case(Recursive, f(2, 3), name="recursive call")


class Hooked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.extra = nn.Linear(3, 3)
        self.layer.register_forward_hook(lambda _m, _i, out: self.extra(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


case(Hooked, f(2, 3), name="module called from a hook")


class _Keywords(nn.Module):
    def forward(self, *, first: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        return first * options["second"]


class _TwoLists(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        shared = nn.Linear(3, 3)
        self.a = nn.ModuleList([shared, nn.Linear(3, 3)])
        self.b = nn.ModuleList([self.a[1], shared])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in (*self.a, *self.b):
            x = layer(x)
        return x


@nasty("forward called directly")
def direct(self: Any, x: Any) -> Any:
    return self.layer.forward(x) * 2


@nasty("functional_call")
def functional(self: Any, x: Any) -> Any:
    doubled = {name: p * 2 for name, p in self.layer.named_parameters()}
    return torch.func.functional_call(self.layer, doubled, (x,))


@nasty("parameter made in forward")
def made(self: Any, x: Any) -> Any:
    weight = nn.Parameter(x[:1] * 2)
    return self.layer(x) * weight


@nasty("deepcopy in forward")
def copied(self: Any, x: Any) -> Any:
    return copy.deepcopy(self.layer)(copy.deepcopy(x))


@nasty("keyword arguments between modules", inner=_Keywords)
def keywords(self: Any, x: Any) -> Any:
    return self.inner(first=x, options={"second": self.layer(x), "flag": True})


@nasty("one module in two lists of another", inner=_TwoLists)
def two_lists(self: Any, x: Any) -> Any:
    return self.inner(x)


@nasty("module made in forward")
def module_made(self: Any, x: Any) -> Any:
    return nn.Sequential(nn.ReLU(), nn.Softmax(-1))(self.layer(x))


@nasty("exception caught inside")
def caught(self: Any, x: Any) -> Any:
    try:
        y = self.layer(x.T)
    except RuntimeError:
        y = self.layer(x)
    return y
