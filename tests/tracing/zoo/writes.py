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


@nasty("in-place on one chunk, the others read", (2, 6), (2, 2))
def one_chunk(self: Any, x: Any, y: Any) -> Any:
    a, b, c = (x * 1).chunk(3, dim=1)
    b.mul_(y)
    return a + 0, b + 0, c + 0


@nasty(
    "out= into a view",
    (2, 3),
    (2, 3),
    edges={"output[0]": "getitem_1", "getitem_1": "mul"},
)
def out_view(self: Any, x: Any, y: Any) -> Any:
    buf = torch.zeros(2, 6)
    torch.mul(x, 2, out=buf[:, :3])
    return buf[:, :3], buf[:, 3:] + y


@nasty("stack with out=", (3,), (3,), edges={"output": "stack"})
def stacked_out(self: Any, x: Any, y: Any) -> Any:
    buf = torch.empty(2, 3)
    torch.stack([self.layer(x), y], out=buf)
    return buf


@nasty("set_ to another tensor", (2, 3), (2, 3), device="cpu")
def set_to(self: Any, x: Any, y: Any) -> Any:
    z = torch.empty(0)
    z.set_(self.layer(x))
    w = z + y
    z.set_(y)
    return w, z * 2


@nasty("resized in place", (6,))
def resized(self: Any, x: Any) -> Any:
    z = x.clone()
    z.resize_(2, 3)
    return self.layer(z)


@nasty("masked_scatter_ and masked_fill_ through views", (2, 3), (6,))
def masked_scatter(self: Any, x: Any, y: Any) -> Any:
    z = x.clone()
    mask = torch.tensor([[True, False, True], [False, True, False]])
    z.view(-1).masked_scatter_(mask.view(-1), y)
    z[0].masked_fill_(mask[1], 0.0)
    return z


@nasty("augmented assignment to a slice", (2, 4), (2, 2))
def augmented(self: Any, x: Any, y: Any) -> Any:
    z = torch.zeros(2, 4)
    z[:, :2] += y
    z[:, 2:] += x[:, 2:]
    return z[:, :2] + 0, z[:, 2:] + 1


@nasty("index_add_, scatter_reduce_, put_", (3, 3))
def reduced(self: Any, x: Any) -> Any:
    at = torch.tensor([0, 2, 1])
    a = torch.zeros(3, 3).index_add_(0, at, x)
    b = torch.zeros(3).scatter_reduce_(0, at, x[0], "amax", include_self=False)
    c = torch.zeros(3, 3)
    c.put_(at, x[1])
    return a, b, c


@nasty("diagonal written", (3,), (3, 3))
def diagonal(self: Any, x: Any, y: Any) -> Any:
    z = y.clone()
    z.diagonal().copy_(x)
    z.fill_diagonal_(1.0) if z.shape[0] == 4 else None
    return z


@nasty("as_strided written, the rest read", (2,), (8,))
def strided(self: Any, x: Any, y: Any) -> Any:
    z = torch.zeros(8)
    torch.as_strided(z, (2,), (4,), 1).copy_(x)
    z[::2].add_(y[::2])
    return z[1::4] + 0, z[::2] + 0, z[3::4] + 0


@nasty("zeroed before it is read", (2, 3), (2, 3), more="x>0")
def zeroed(self: Any, x: Any, y: Any) -> Any:
    z = self.layer(x)
    z.zero_()
    return z + y


@nasty("running statistics updated without a version, read afterwards", (4, 3))
def batch_statistics(self: Any, x: Any) -> Any:
    mean, var = torch.zeros(3), torch.ones(3)
    y = F.batch_norm(x, mean, var, training=True)
    return y, mean + 1, var * 2


@nasty("batch norm left in train mode", (4, 3), norm=lambda: nn.BatchNorm1d(3))
def batch_norm_train(self: Any, x: Any) -> Any:
    self.norm.train()
    y = self.norm(x)
    return y, self.norm.running_mean * 2


@nasty("weights changed in forward", (2, 3))
def weights_changed(self: Any, x: Any) -> Any:
    with torch.no_grad():
        self.layer.weight.mul_(0.5)
        self.layer.bias.data.clamp_(-1, 1)
    return self.layer(x)


@nasty("input changed and used again", (2, 3), edges={"add": "add_ layer/linear", "add_": "x"})
def input_changed(self: Any, x: Any) -> Any:
    y = self.layer(x)
    x += 1
    return x + y


@nasty("unbound rows written", (3,), (3,))
def unbound(self: Any, x: Any, y: Any) -> Any:
    buf = torch.zeros(2, 3)
    first, second = buf.unbind()
    first.copy_(x)
    second.copy_(self.layer(y))
    return buf[0] + 0, buf[1] + 0


@nasty("complex tensor written through its real part", (2, 3), (2, 3))
def real_part(self: Any, x: Any, y: Any) -> Any:
    z = torch.zeros(2, 3, dtype=torch.complex64)
    z.real.copy_(x)
    torch.view_as_real(z)[..., 1] = y
    return z.abs()


# One operation changes both parts.
@nasty("foreach over disjoint parts", (2, 3), (2, 3), more="x>1 y>0")
def foreach_parts(self: Any, x: Any, y: Any) -> Any:
    z = torch.zeros(3, 2, 3)
    torch._foreach_add_([z[0], z[1]], [x, y])
    torch._foreach_copy_([z[2]], [x])
    return z[0] + 0, z[1] + 0, z[2] + 0


@nasty("written with meta data, then asked", (2, 3), device="cpu")
def stale(self: Any, x: Any) -> Any:
    kept = torch.zeros(3)
    kept[0] = x.abs().sum() + 1
    return self.layer(x) * 2 if kept.max() > 0 else x


@nasty("view taken before the write", (2, 3), edges={"output": "mul_ add_"})
def view_before(self: Any, x: Any) -> Any:
    z = self.layer(x)
    v = z[0]
    z.mul_(2)
    v.add_(1)
    return z


@nasty("weights cast in forward to what they are")
def cast_again(self: Any, x: Any) -> Any:
    self.layer.to(x.dtype)
    self.layer = self.layer.to("cpu")
    return self.layer(x)


@nasty("two tensors swapped", (2, 3), (2, 3), edges={"mul_1": "mul", "mul_2": "add"})
def swapped_tensors(self: Any, x: Any, y: Any) -> Any:
    a, b = x + 1, y * 2
    torch.utils.swap_tensors(a, b)
    return a * 1, b * 1


@nasty("two storages swapped", (2, 3), (2, 3))
def swapped(self: Any, x: Any, y: Any) -> Any:
    a, b = x + 1, y * 2
    a.data, b.data = b.data, a.data
    return a * 1, b * 1


@nasty("filled with random numbers in place", (2, 3))
def random_fill(self: Any, x: Any) -> Any:
    noise = torch.empty(2, 3).normal_()
    noise.uniform_(0, 1).clamp_(0.1, 0.9)
    return x + noise


@nasty("boolean operators in place", (2, 3), more="x>0")
def boolean(self: Any, x: Any) -> Any:
    mask = torch.ones(2, 3, dtype=torch.bool)
    mask &= x > -100
    mask |= mask.flip(0)
    return mask


@nasty("powers in place", (2, 3), edges={"output": "remainder_", "remainder_": "pow_", "pow_": "exp"})
def powers(self: Any, x: Any) -> Any:
    z = x.exp()
    z **= 2
    z %= 7
    return z


@nasty("buffer replaced in forward", (3, 3), norm=lambda: nn.BatchNorm1d(3))
def buffer_replaced(self: Any, x: Any) -> Any:
    self.norm.running_mean = self.layer(x)[0]
    self.norm.running_mean = self.norm.running_mean + 1
    return self.norm(x)


@nasty("shifted into itself", (4,), (1,), edges={"output": "setitem setitem_1", "clone_1": "getitem"})
def shifted(self: Any, x: Any, y: Any) -> Any:
    z = x.clone()
    z[1:] = z[:-1].clone()
    z[:1] = y
    return z
