"""Inputs in every form, and devices, dtypes and states that they come in."""

from __future__ import annotations

import collections
import types
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import nn

from zoo.cases import CASES, Case, case, f, ids, nasty


class Positional(nn.Module):
    """Takes what comes, in every way that Python has."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, a: torch.Tensor, /, b: Any, *rest: Any, c: Any = None, **others: Any) -> torch.Tensor:
        found = self.layer(a) + b
        for part in (*rest, c, *others.values()):
            found = found + part
        return found


def every_way() -> Case:
    t = [torch.randn(2, 3) for _ in range(6)]
    names = ["a", "b", "rest[0]", "rest[1]", "c", "d"]
    return Case(Positional(), tuple(t[:4]), dict(zip(names, t, strict=True)), {"c": t[4], "d": t[5]})


CASES["arguments in every way that Python has"] = every_way


class Batch(NamedTuple):
    image: torch.Tensor
    target: dict[str, list[torch.Tensor]]


@dataclass(frozen=True)
class Sample:
    x: torch.Tensor
    extra: tuple[Any, ...] = ()


class Nested(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, batch: Batch, samples: list[Sample], options: Any) -> torch.Tensor:
        x = self.layer(batch.image) + batch.target["boxes"][1]
        for sample in samples:
            x = x * sample.x
            for part in sample.extra:
                x = x + part if isinstance(part, torch.Tensor) else x
        return x + options.scale[0]


def nested_inputs() -> Case:
    t = [torch.randn(2, 3) for _ in range(5)]
    batch = Batch(t[0], {"boxes": [t[1], t[2]]})
    samples = [Sample(t[3]), Sample(t[3], (1, None, t[4]))]
    scale = torch.ones(1)
    inputs = {
        "batch.image": t[0],
        "batch.target.boxes[0]": t[1],
        "batch.target.boxes[1]": t[2],
        "samples[0].x": t[3],
        "samples[1].extra[2]": t[4],
        "options.scale[0]": scale,
    }
    return Case(Nested(), (batch, samples, types.SimpleNamespace(scale=(scale,))), inputs)


CASES["named tuples, dataclasses and namespaces in lists"] = nested_inputs


class Keyed(nn.Module):
    def forward(self, x: Any) -> Any:
        return {0: x[0] * 2, "b c": x["b c"] + 1, (1, 2): x[(1, 2)] - 1}


def odd_keys() -> Case:
    t = [torch.randn(3) for _ in range(3)]
    given = collections.OrderedDict({0: t[0], "b c": t[1], (1, 2): t[2]})
    return Case(Keyed(), (given,), dict(zip(["x[0]", "x['b c']", "x[(1, 2)]"], t, strict=True)))


CASES["dicts with odd keys"] = odd_keys


def same_tensor() -> Case:
    x = torch.randn(2, 3)
    return Case(Adds(), (x, x), {"x": x})


class Adds(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x.exp() + y


CASES["one tensor as two arguments"] = same_tensor


def two_views() -> Case:
    whole = torch.randn(4, 3)
    x, y = whole[:2], whole[2:]
    return Case(WritesFirst(), (x, y), {"x": x, "y": y}, edges={"output": "mul"})


class WritesFirst(nn.Module):
    """Writes into one of two inputs that share a storage."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        x.add_(1)
        return y * 2


CASES["two inputs are views of one tensor"] = two_views


@nasty("input that is not used", (2, 3), (2, 3))
def unused(self: Any, x: Any, y: Any) -> Any:
    return self.layer(x)


@nasty("output that depends on nothing")
def independent(self: Any, x: Any) -> Any:
    return torch.arange(3), self.layer.weight * 2


@nasty("input returned in other containers", more="")
def returned(self: Any, x: Any) -> Any:
    return [x, (x, {"again": x})]


@nasty("broadcast input", lambda: torch.randn(1, 3).expand(4, 3))
def broadcast(self: Any, x: Any) -> Any:
    return self.layer(x)


@nasty("transposed input", lambda: torch.randn(3, 2).t())
def transposed(self: Any, x: Any) -> Any:
    return self.layer(x).view(-1)


@nasty("input that requires gradients", lambda: torch.randn(2, 3, requires_grad=True))
def with_gradient(self: Any, x: Any) -> Any:
    return self.layer(x * 2)


@nasty("complex input", lambda: torch.randn(2, 3, dtype=torch.complex64))
def complex_input(self: Any, x: Any) -> Any:
    return self.layer(x.abs()) + x.imag


@nasty(
    "double precision",
    lambda: torch.randn(2, 3, dtype=torch.float64),
    precise=lambda: nn.Linear(3, 3).double(),
)
def double(self: Any, x: Any) -> Any:
    return self.precise(x)


case(lambda: nn.Embedding(10, 3, padding_idx=0), ids(2, 4), names="input", name="whole numbers only")
case(nn.Flatten, lambda: torch.zeros(2, 3, 4, dtype=torch.uint8), names="input", name="bytes")


class Defaults(nn.Module):
    """Everything has a default; text and numbers decide."""

    def forward(
        self, x: torch.Tensor | None = None, mode: str = "sum", times: int = 2, *, scale: float = 0.5
    ) -> torch.Tensor:
        x = torch.ones(2, 3) if x is None else x
        return getattr(x, mode)() * times * scale


case(Defaults, name="no input at all", names="")
case(Defaults, f(2, 3), "mean", 3, scale=2.0, name="text and numbers as arguments")


class ModuleInput(nn.Module):
    def forward(self, module: nn.Module, function: Any, x: torch.Tensor) -> torch.Tensor:
        return function(module(x))


def module_input() -> Case:
    x = torch.randn(2, 3)
    return Case(ModuleInput(), (nn.Linear(3, 3).requires_grad_(False), torch.tanh, x), {"x": x})


CASES["a module and a function as inputs"] = module_input


class Iterated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, parts: Any) -> torch.Tensor:
        return torch.stack([self.layer(part) for part in parts])


def sets() -> Case:
    t = [torch.randn(3), torch.randn(3)]
    return Case(Iterated(), (collections.deque(t),), {"parts[0]": t[0], "parts[1]": t[1]})


CASES["deque as input"] = sets


class Elsewhere(nn.Module):
    """Asks for devices in every way that has no effect where there is only one."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.register_buffer("table", torch.arange(3.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        where = next(self.parameters()).device
        y = self.layer(x.to(where, non_blocking=True)) + torch.ones(3, device=x.device, dtype=x.dtype)
        mask = torch.zeros(3, device=where).to(self.table)
        return y.cpu() + self.table.to(y.device) + mask.type_as(y) + torch.full_like(y, 2.0, device=y.device)


case(Elsewhere, f(2, 3), name="devices asked for in every way")


@nasty("other dtypes by every way to say so")
def dtypes(self: Any, x: Any) -> Any:
    y = self.layer(x).double().to(torch.float16).type(torch.float32).to(x).type_as(x)
    return y.half().float() + x.long().bool().int().to(dtype=torch.float32)
