"""Models with and without faults."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, hidden: int = 64) -> None:
        super().__init__()
        self.first = nn.Linear(10, hidden)
        self.second = nn.Linear(hidden, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(x)))


class Mismatched(Net):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        return self.first(x)  # the wrong layer


class Raising(nn.Module):
    def __init__(self, when: str = "forward") -> None:
        super().__init__()
        if when == "init":
            raise ValueError("no such backbone")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        try:
            return x[os.environ["NO_SUCH_VARIABLE_AT_ALL"]]
        except KeyError as error:
            raise RuntimeError("configuration failed") from error


class DataDependent(nn.Module):
    """Asks for the values of activations."""

    def __init__(self, size: int = 4) -> None:
        super().__init__()
        self.layer = nn.Linear(size, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.layer(x)
        if x.sum() > 0:
            x = x * 2
        return x[x > 0]


class ReadsParameters(nn.Module):
    """Asks for the values of its parameters when it is made, and loads a checkpoint of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.rates = [rate.item() for rate in torch.linspace(0, 0.1, 3)]
        self.norm = self.layer.weight.norm().item()
        self.layer.load_state_dict(nn.Linear(4, 4).state_dict())
        nn.init.orthogonal_(self.layer.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


class Lengths(nn.Module):
    """Reads whole numbers and masks, which stay real on meta."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(100, 8)
        self.register_buffer("positions", torch.arange(16))

    def forward(self, ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        assert bool(attention_mask.all())
        longest = int(attention_mask.sum(1).max())
        positions = self.positions[:longest].to(ids.device)
        x = self.table(ids) + self.table(positions)
        pad = x.new_zeros(x.shape[0], 16 - longest, 8)
        return torch.cat([x, pad], 1)


class Example(Net):
    """Carries its own example, as Lightning modules do."""

    example_input_array = torch.zeros(3, 10)


class Lazy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.LazyLinear(4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


def make_net(hidden: int = 32) -> Net:
    return Net(hidden)


def scaled(x: torch.Tensor, factor: float = 2.0) -> torch.Tensor:
    return torch.tanh(x) * factor


def batch() -> dict[str, Any]:
    return {"x": torch.randn(2, 10)}


def broken_batch() -> dict[str, Any]:
    raise FileNotFoundError("tokenizer.json")


instance = Net(16)
number = 3


class Slow(nn.Module):
    """Depends on data, and takes its time."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        import threading

        if x.sum() > 1e9:
            return x
        for _ in range(10):
            threading.Event().wait(0.01)
            x = x + 1
        return x


class Coder(Net):
    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return self.first(x)


coder = Coder()
encode = coder.encode


def weighted(x: torch.Tensor, weight: torch.Tensor, power: float = 1.0) -> torch.Tensor:
    return x @ weight**power


squared = functools.partial(weighted, power=2.0)


def made() -> Callable[[torch.Tensor], torch.Tensor]:
    weight = torch.ones(10, 10)
    return lambda x: x @ weight


def no_batch() -> None: ...


def no_model() -> object:
    return 3
