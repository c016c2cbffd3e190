"""Whatever carries tensors: lists, dicts, named tuples, dataclasses, generators, closures, attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import nn
from zoo.cases import CASES, Case, case, f, nasty


class Containers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 3)
        self.b = nn.Linear(5, 3)

    def forward(self, batch: Any, options: Any) -> Any:
        a = self.a(batch[0])
        b = self.b(options["deep"]["er"])
        return {"sum": a + b, "parts": [a, (b, None)], "same": batch[0]}


def containers() -> Case:
    x, y = torch.randn(2, 4), torch.randn(2, 5)
    return Case(Containers(), ([x, 3], {"deep": {"er": y}}), {"batch[0]": x, "options.deep.er": y}, {})


CASES["dicts and lists in and out"] = containers


@dataclass
class Result:
    logits: torch.Tensor
    hidden: list[torch.Tensor]
    note: str = "text"


class Pair(NamedTuple):
    first: torch.Tensor
    second: torch.Tensor


class DataclassOut(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 2)])

    def forward(self, x: torch.Tensor) -> Result:
        h = self.layers[0](x)
        return Result(self.layers[1](h), [h])


class TupleBetween(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = DataclassOut()
        self.last = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> Pair:
        result = self.inner(x)
        return Pair(self.last(result.logits), result.hidden[0])


case(DataclassOut, f(2, 4), name="dataclass out")


case(TupleBetween, f(2, 4), name="dataclass between modules, named tuple out")


class Generators(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 3)
        self.total = _Sum()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.total(self.inner(part) for part in x.unbind(0))


class _Sum(nn.Module):
    def forward(self, parts: Any) -> torch.Tensor:
        return torch.stack(list(parts)).sum(0)


case(Generators, f(3, 3), name="generator as argument")


class Stashing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.second = nn.Linear(3, 3)
        self.stash: list[torch.Tensor] = []
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.stash.append(self.first(x))
        self.last = self.second(x)
        return self.stash[-1] + self.last


case(Stashing, f(2, 3), name="tensors stashed in attributes")


@nasty("stack, unbind, iteration", (3, 3))
def iterated(self: Any, x: Any) -> Any:
    rows = [self.layer(row) for row in x]
    first, *rest = torch.stack(rows).unbind(0)
    return first + sum(rest)


@nasty("sort, topk and named results", (3, 3))
def ordered(self: Any, x: Any) -> Any:
    values, indices = self.layer(x).sort(dim=-1)
    top = values.topk(2)
    return top.values.sum() + x.max(dim=0).values, indices


@nasty("closure and global tensors")
def closure(self: Any, x: Any) -> Any:
    return self.layer(x) * _SCALE + torch.tensor([1.0, 2.0, 3.0])


_SCALE = torch.tensor([2.0, 3.0, 4.0])


class Box:
    """Carries tensors as attributes."""

    def __init__(self, **tensors: Any) -> None:
        self.__dict__.update(tensors)


class Boxed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, data: Box) -> Box:
        return Box(x=self.layer(data.x) + data.inner.y, note="text")


def boxed() -> Case:
    x, y = torch.randn(2, 3), torch.randn(2, 3)
    return Case(Boxed(), (Box(x=x, inner=Box(y=y), size=3),), {"data.x": x, "data.inner.y": y}, {})


CASES["objects that carry tensors"] = boxed
