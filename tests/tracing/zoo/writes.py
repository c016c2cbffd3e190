"""Tensors changed in place: through views, by index, under another name, in buffers."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from zoo.cases import case, f, nasty


class WritesThroughView(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Linear(4, 8)
        self.right = nn.Linear(4, 8)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        buf = torch.zeros(x.shape[0], 16)
        buf[:, :8] = self.left(x)
        buf[:, 8:] = self.right(y)
        return buf, buf[:, :8]


case(WritesThroughView, f(2, 4), f(2, 4), names="x y", name="writes through views")


class DisjointViews(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, ...]:
        z = x * 2
        a, b = z.chunk(2, dim=-1)
        a.add_(y)
        return b * 1, z.sum(), a * 1


case(DisjointViews, f(2, 8), f(2, 4), names="x y", name="disjoint views")


class TransposedWrite(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        z = x.clone()
        z.t().add_(y)
        out = torch.empty(4, 3)
        torch.mul(z, 2, out=out)
        z.zero_()
        return out


case(TransposedWrite, f(4, 3), f(3, 4), names="x y", name="write through transpose, out=, zero_ afterwards")


class InPlaceActivation(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x + 1
        v = y.view(-1)
        F.relu(y, inplace=True)
        return v


case(InPlaceActivation, f(2, 3), name="activation in place, read through a view")


class Cache(nn.Module):
    """Writes into its own buffer in one call, reads it in the next."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kept", torch.zeros(2, 2, 3))

    def forward(self, x: torch.Tensor, slot: int) -> torch.Tensor:
        self.kept[:, slot] = x
        return self.kept.sum(1)


class Cached(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cache = Cache()

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        self.cache(x, 0)
        return self.cache(y, 1)


case(Cached, f(2, 3), f(2, 3), names="x y", name="buffer written in one call, read in the next")


@nasty("data replaced", (2, 3), (2, 3))
def replaced(self: Any, x: Any, y: Any) -> Any:
    z = self.layer(x)
    z.data = y * 3
    return z + 1


@nasty("detach and data share a storage", (2, 3), (3,))
def detached(self: Any, x: Any, y: Any) -> Any:
    z = self.layer(x)
    z.detach()[0] = y
    z.data.mul_(2)
    return z.sum(0)


@nasty("foreach")
def foreach(self: Any, x: Any) -> Any:
    parts = [x + 1, self.layer(x)]
    torch._foreach_mul_(parts, 2)
    return parts[0] + parts[1]


@nasty("scatter, index_put_, index_copy_", (3, 3))
def scattered(self: Any, x: Any) -> Any:
    buf = torch.zeros(3, 3)
    buf.index_put_((torch.tensor([0, 2]),), x[:2])
    buf.scatter_(1, torch.tensor([[0], [1], [2]]), x)
    buf.index_copy_(0, torch.tensor([1]), self.layer(x)[:1])
    return buf


@nasty("masks written", (3, 3))
def masked(self: Any, x: Any) -> Any:
    mask = torch.ones(3, 3).tril().bool()
    y = self.layer(x)
    y[~mask] = 0
    scores = x.masked_fill(mask == 0, float("-inf")).softmax(-1)
    return torch.where(mask, y, scores)


@nasty("expand and write", (3,))
def expanded(self: Any, x: Any) -> Any:
    y = x.expand(2, 3).clone()
    y[0] += self.layer(x)
    y[1:].copy_(x)
    return y[0], y[1]


@nasty("batch norm written in eval, running statistics read", (4, 3), norm=lambda: nn.BatchNorm1d(3))
def normed(self: Any, x: Any) -> Any:
    return self.norm(self.layer(x)) + self.norm.running_mean
