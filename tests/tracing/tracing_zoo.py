"""Models to trace: small, each with something that tracers get wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint


@dataclass
class Case:
    """A model and its input tensors by the names that placeholders must have."""

    model: nn.Module
    args: tuple[Any, ...]
    inputs: dict[str, torch.Tensor]
    kwargs: dict[str, Any]


CASES: dict[str, Callable[[], Case]] = {}


def case(make: Callable[[], nn.Module], *args: Any, name: str = "", names: str = "x", **kwargs: Any) -> None:
    def built() -> Case:
        torch.manual_seed(0)
        tensors = [t() if callable(t) else t for t in args]
        words = {k: v() if callable(v) else v for k, v in kwargs.items()}
        given = [t for t in [*tensors, *words.values()] if isinstance(t, torch.Tensor)]
        return Case(make(), tuple(tensors), dict(zip(names.split(), given, strict=False)), words)

    CASES[name or make.__name__] = built


def f(*shape: int) -> Callable[[], torch.Tensor]:
    return lambda: torch.randn(*shape)


def ids(*shape: int, high: int = 10) -> Callable[[], torch.Tensor]:
    return lambda: torch.randint(0, high, shape)


class Residual(nn.Module):
    def __init__(self, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.act = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
        self.shortcut = shortcut or nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv2(self.act(self.norm(self.conv1(x))))
        y += self.shortcut(x)
        return self.act(y)


case(Residual, f(1, 4, 8, 8), name="residual CNN")
case(
    lambda: nn.Sequential(Residual(), Residual(nn.Conv2d(4, 4, 1))),
    f(1, 4, 8, 8),
    names="input",
    name="stack of residuals",
)


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)])
        self.pool = nn.MaxPool2d(2)
        self.middle = nn.Conv2d(8, 8, 3, padding=1)
        self.up = nn.ModuleList([nn.ConvTranspose2d(8, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)])
        self.merge = nn.ModuleList([nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(8, 4, 3, padding=1)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for conv in self.down:
            x = F.relu(conv(x))
            kept.append(x)
            x = self.pool(x)
        x = self.middle(x)
        for up, merge, skip in zip(self.up, self.merge, reversed(kept), strict=True):
            x = merge(torch.cat([up(x), skip], dim=1))
        return x


case(UNet, f(1, 2, 16, 16), name="U-Net")


class Recurrent(nn.Module):
    def __init__(self, kind: type[nn.RNNBase]) -> None:
        super().__init__()
        self.rnn = kind(3, 5, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(10, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out, _ = self.rnn(x)
        return self.head(out[:, -1])


for kind in (nn.LSTM, nn.GRU, nn.RNN):
    case(lambda kind=kind: Recurrent(kind), f(2, 6, 3), name=kind.__name__)


class Cells(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(3, 4)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = c = x.new_zeros(x.shape[0], 4)
        for t in range(x.shape[1]):
            h, c = self.cell(x[:, t], (h, c))
        return h, c


case(Cells, f(2, 3, 3), name="cell called three times")


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.attention(x, y, y)


case(Attention, f(1, 4, 8), f(1, 6, 8), names="x y", name="MultiheadAttention")
case(
    lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
    f(1, 4, 8),
    names="src",
    name="TransformerEncoder",
)
case(
    lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
    f(2, 4, 8),
    src_key_padding_mask=lambda: torch.tensor([[False] * 4, [False, False, True, True]]),
    names="src src_key_padding_mask",
    name="TransformerEncoder with padding",
)
case(
    lambda: nn.Transformer(8, 2, 1, 2, 16, batch_first=True),
    f(1, 4, 8),
    f(1, 3, 8),
    names="src tgt",
    name="Transformer",
)


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
        self.again = self.encoder

    def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        return F.cosine_similarity(self.encoder(left), self.again(right))


case(Shared, f(2, 4), f(2, 4), names="left right", name="Siamese, shared under two names")


class Reused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.act = nn.Tanh()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for _ in range(3):
            x = self.act(self.layer(x))
        return x


case(Reused, f(2, 4), name="layer reused in a loop")


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.embedding(ids))


case(Tied, ids(1, 5), names="ids", name="tied weights")


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


class PlainList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(3, 3), nn.Linear(3, 3)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


case(PlainList, f(2, 3), name="modules in a plain list")


class DirectParameters(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, 1, 4))
        self.position = nn.Parameter(torch.randn(1, 6, 4))
        self.register_buffer("ids", torch.arange(6).expand(1, -1))
        self.table = nn.Embedding(6, 4)
        self.scale = torch.tensor(2.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)
        return (x + self.position + self.table(self.ids)) * self.scale


case(DirectParameters, f(2, 5, 4), name="parameters used directly")


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


class WeightNorm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.utils.parametrizations.weight_norm(nn.Linear(3, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


case(WeightNorm, f(2, 3), name="weight norm")


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


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.layer(x)
        kept = x[mask]
        if mask.any():
            x = x.masked_fill(~mask[..., None], 0.0)
        return x.sum(1) + kept.sum(0)


case(
    Masked,
    f(2, 4, 3),
    lambda: torch.tensor([[True, False, True, True]] * 2),
    names="x mask",
    name="index by a mask",
)


class Shortcut(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = 1 - x
        return (3 / (2 + y**2) @ x.T) % 5 - (-y).sum()


case(Shortcut, f(3, 3), name="operators")


class Vmapped(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.func.vmap(torch.dot)(x, y) + 1


case(Vmapped, f(3, 4), f(3, 4), names="x y", name="vmap")


class Hooked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.extra = nn.Linear(3, 3)
        self.layer.register_forward_hook(lambda _m, _i, out: self.extra(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


case(Hooked, f(2, 3), name="module called from a hook")


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
