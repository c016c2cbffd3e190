"""More models to trace: each with something that breaks tracers. Registered in `zoo.CASES`."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint
from tracing_zoo import CASES, Case, Checkpointed, Residual, case, f, ids


def _quietly(function: Any, *args: Any) -> Any:
    """Deprecated things are still met in the wild."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args)


class Model(nn.Module):
    """A layer and a forward pass given as a function of (self, inputs)."""

    def __init__(self, run: Any, **parts: nn.Module) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        for name, part in parts.items():
            setattr(self, name, part)
        self.run = run

    def forward(self, x: torch.Tensor, y: torch.Tensor | None = None) -> Any:
        return self.run(self, x) if y is None else self.run(self, x, y)


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


def nasty(name: str, *shapes: Any, **parts: Any) -> Any:
    def register(run: Any) -> Any:
        def make() -> nn.Module:
            return Model(run, **{k: v() for k, v in parts.items()})

        case(
            make, *(f(*s) if isinstance(s, tuple) else s for s in shapes or ((2, 3),)), names="x y", name=name
        )
        return run

    return register


case(lambda: Checkpointed(True), f(2, 3), name="reentrant checkpoint")
case(lambda: nn.DataParallel(Residual()), f(1, 4, 8, 8), names="inputs[0]", name="DataParallel")
case(lambda: nn.ModuleDict({"a": nn.Linear(3, 3)})["a"], f(2, 3), names="input", name="a single layer")
case(nn.Identity, f(2, 3), names="input", name="a root that returns its input")


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = self.rnn(packed)
        return nn.utils.rnn.pad_packed_sequence(out, batch_first=True)[0]


case(Packed, f(3, 7, 3), lambda: torch.tensor([5, 7, 2]), names="x lengths", name="packed sequences")


@nasty(
    "scripted module", scripted=lambda: _quietly(torch.jit.script, nn.Sequential(nn.Linear(3, 3), nn.ReLU()))
)
def scripted(self: Any, x: Any) -> Any:
    return self.scripted(self.layer(x)) + 1


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


@nasty("deepcopy in forward")
def copied(self: Any, x: Any) -> Any:
    return copy.deepcopy(self.layer)(copy.deepcopy(x))


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


@nasty("complex numbers")
def complex_numbers(self: Any, x: Any) -> Any:
    z = torch.complex(x, self.layer(x))
    return z.real * z.imag.abs() + torch.view_as_real(z)[..., 0]


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


@nasty("keyword arguments between modules", inner=_Keywords)
def keywords(self: Any, x: Any) -> Any:
    return self.inner(first=x, options={"second": self.layer(x), "flag": True})


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


@nasty("batch norm written in eval, running statistics read", (4, 3), norm=lambda: nn.BatchNorm1d(3))
def normed(self: Any, x: Any) -> Any:
    return self.norm(self.layer(x)) + self.norm.running_mean


@nasty("spectral norm", conv=lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(3, 3)))
def spectral(self: Any, x: Any) -> Any:
    return self.conv(x)


@nasty("old weight norm", conv=lambda: _quietly(nn.utils.weight_norm, nn.Linear(3, 3)))
def old_norm(self: Any, x: Any) -> Any:
    return self.conv(x)


@nasty("parameter list", heads=lambda: nn.ParameterList([nn.Parameter(torch.randn(3, 3)) for _ in range(2)]))
def listed(self: Any, x: Any) -> Any:
    return sum(x @ head for head in self.heads)


@nasty("relative position bias", (1, 4, 3))
def relative(self: Any, x: Any) -> Any:
    n = x.shape[1]
    coords = torch.arange(n)
    index = (coords[None] - coords[:, None]) + n - 1
    bias = self.layer.weight.flatten()[index.view(-1) % 9].view(n, n)
    return (x @ x.transpose(1, 2) + bias).softmax(-1) @ self.layer(x)


@nasty("expand and write", (3,))
def expanded(self: Any, x: Any) -> Any:
    y = x.expand(2, 3).clone()
    y[0] += self.layer(x)
    y[1:].copy_(x)
    return y[0], y[1]


@nasty("checkpoint of a function", (2, 3), (2, 3))
def checkpointed(self: Any, x: Any, y: Any) -> Any:
    return checkpoint(lambda a, b: self.layer(a) * b, x, y, use_reentrant=False)


@nasty("one module in two lists of another", inner=_TwoLists)
def two_lists(self: Any, x: Any) -> Any:
    return self.inner(x)


@nasty("module made in forward")
def module_made(self: Any, x: Any) -> Any:
    return nn.Sequential(nn.ReLU(), nn.Softmax(-1))(self.layer(x))


@nasty("conv, pooling with indices", (1, 2, 8, 8), pool=lambda: nn.MaxPool2d(2, return_indices=True))
def pooled(self: Any, x: Any) -> Any:
    values, indices = self.pool(x)
    return F.max_unpool2d(values, indices, 2) + F.interpolate(values, scale_factor=2)


@nasty("exception caught inside")
def caught(self: Any, x: Any) -> Any:
    try:
        y = self.layer(x.T)
    except RuntimeError:
        y = self.layer(x)
    return y


case(lambda: nn.EmbeddingBag(10, 3, mode="sum"), ids(2, 4), names="input", name="EmbeddingBag")
case(lambda: nn.Bilinear(3, 3, 2), f(2, 3), f(2, 3), names="input1 input2", name="Bilinear")
case(
    lambda: nn.MultiheadAttention(8, 2, add_bias_kv=True, kdim=6, vdim=6),
    f(4, 1, 8), f(5, 1, 6), f(5, 1, 6),
    names="query key value",
    name="MultiheadAttention with other sizes",
)  # fmt: skip
