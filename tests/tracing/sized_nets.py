"""Nets of which it is told how their sizes follow from their input's, by names that a spec can import."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F


class Do(nn.Module):
    """A step that is written as a function."""

    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(x)


#: Steps on images (N, C, H, W) and on sequences (N, T, 8), which give the like again.
IMAGE_STEPS: dict[str, Callable[[], nn.Module]] = {
    "same": lambda: nn.LazyConv2d(4, 3, padding=1),
    "valid": lambda: nn.LazyConv2d(4, 3),
    "half": lambda: nn.LazyConv2d(4, 3, stride=2, padding=1),
    "pool": lambda: nn.MaxPool2d(2),
    "up": lambda: nn.Upsample(scale_factor=2),
    "turn": lambda: Do(lambda x: x.transpose(2, 3)),
    "pad": lambda: Do(lambda x: F.pad(x, (1, 2, 3, 0))),
    "twice": lambda: Do(lambda x: torch.cat([x, x], 0)),
    "wide": lambda: Do(lambda x: torch.cat([x, x.flip(3)], 3)),
    "fixed": lambda: nn.AdaptiveAvgPool2d(6),
    "rows": lambda: Do(lambda x: x.flatten(0, 1).unsqueeze(1)),
    "even": lambda: Do(lambda x: F.pad(x, (0, -x.shape[3] % 4))),
    "crop": lambda: Do(lambda x: x[:, :, : min(x.shape[2], 20)]),
}
SEQUENCE_STEPS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(8, 8),
    "class": lambda: Do(lambda x: torch.cat([x[:, :1] * 0, x], 1)),
    "double": lambda: Do(lambda x: x.repeat(1, 2, 1)),
    "tail": lambda: Do(lambda x: x[:, 2:]),
    "flat": lambda: Do(lambda x: x.reshape(1, -1, 8)),
    "pairs": lambda: Do(lambda x: (x @ x.mT).mean(1, keepdim=True).repeat(1, 8, 1).mT),
    "swap": lambda: Do(lambda x: x.transpose(0, 1)),
    "window": lambda: Do(lambda x: F.pad(x, (0, 0, 0, -x.shape[1] % 8))),
    "last": lambda: Do(lambda x: x[-1:]),
}


def steps(*names: str) -> nn.Module:
    """A sequence of these steps."""
    known = {**IMAGE_STEPS, **SEQUENCE_STEPS}
    return nn.Sequential(*(known[name]() for name in names))


class Positions(nn.Module):
    """At most 16 positions, or exactly so many."""

    def __init__(self, exact: int | None = None) -> None:
        super().__init__()
        self.exact = exact
        self.table = nn.Parameter(torch.zeros(16, 8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.exact is not None and x.shape[1] != self.exact:
            raise ValueError("another length")
        return x + self.table[: x.shape[1]]


class Square(nn.Module):
    """Takes square images only, whose side is a multiple of 8."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[2] != x.shape[3] or x.shape[2] % 8:
            raise ValueError("not square")
        return x.relu()


class Loop(nn.Module):
    """A step per moment."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state = x[:, 0]
        for moment in range(x.shape[1]):
            state = self.cell(x[:, moment], state)
        return state


class Both(nn.Module):
    """Two sequences, one behind the other, and each with each."""

    def forward(self, a: torch.Tensor, b: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return torch.cat([a, b], 1), a @ b.mT, a.flatten(0, 1), a * mask[..., None]


class Remembers(nn.Module):
    """Makes its table at its first call."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, torch.Tensor] = {}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.known:
            self.known[0] = torch.arange(8.0).cumsum(0)
        return x + self.known[0]


class AsksForData(nn.Module):
    """Can be traced on real tensors only."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2 if float(x.sum()) > -1e9 else x
