"""Data that decides: masks, indices, numbers that leave torch and come back."""

from __future__ import annotations

import io
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from zoo.cases import case, f, nasty


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


@nasty(
    "number read from a tensor and used", (2, 3), device="cpu", edges={"mul": "layer/linear max", "max": "x"}
)
def number(self: Any, x: Any) -> Any:
    return self.layer(x) * x.max().item()


@nasty("numbers put into a new tensor", (2, 3), device="cpu", edges={"tensor": "sum mean"})
def numbers(self: Any, x: Any) -> Any:
    return torch.tensor([x.sum().item(), float(x.mean())]) + 1


@nasty("computed in another thread", (2, 3), lost="x>0", inside="torch.nn.modules.linear.Linear")
def threaded(self: Any, x: Any) -> Any:
    # Recorders watch one thread: what another makes is a constant.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(self.layer, x).result() * 2


@nasty("pickled and loaded", (2, 3), device="cpu", lost="x>0")
def pickled(self: Any, x: Any) -> Any:
    # What is in the bytes nobody can follow: a constant comes out.
    return pickle.loads(pickle.dumps(self.layer(x).detach())) * 2


@nasty("saved and loaded", (2, 3), device="cpu", lost="x>0")
def saved(self: Any, x: Any) -> Any:
    file = io.BytesIO()
    torch.save(self.layer(x), file)
    file.seek(0)
    return torch.load(file) * 2


@nasty("tolist and back", (2, 3), device="cpu", edges={"tensor": "layer/linear"})
def listed(self: Any, x: Any) -> Any:
    rows = self.layer(x).tolist()
    return torch.tensor(rows) * 2


@nasty("a part of tolist and back", (2, 3), device="cpu", edges={"tensor": "x", "tensor_1": "x"})
def listed_part(self: Any, x: Any) -> Any:
    rows = x.tolist()
    return torch.tensor(rows[0]) + torch.tensor([rows[1][0]])


@nasty("read before it is overwritten", (2, 3), (2, 3), device="cpu", edges={"full": "sum"}, more="x>1")
def before_write(self: Any, x: Any, y: Any) -> Any:
    z = x.clone()
    total = z.sum().item()
    z.copy_(y)
    return torch.full((3,), total), z


@nasty(
    "numpy and back without a copy",
    (2, 3),
    device="cpu",
    edges={"from_numpy": "detach", "as_tensor": "detach"},
)
def shared_array(self: Any, x: Any) -> Any:
    array = x.detach().numpy()
    return torch.from_numpy(array[0]), torch.as_tensor(array)[1] * 2


@nasty("numpy computes", (2, 3), device="cpu", edges={"from_numpy": "cpu"})
def computed_array(self: Any, x: Any) -> Any:
    array = self.layer(x).detach().cpu().numpy()
    return torch.from_numpy(np.tanh(array * 2)) + 1


@nasty("numpy computes from two tensors", (2, 3), (2, 3), device="cpu", edges={"from_numpy": "x y"})
def two_arrays(self: Any, x: Any, y: Any) -> Any:
    first, second = x.numpy(), y.numpy()
    return torch.from_numpy(np.concatenate([first, second + first.mean()])) * 2


@nasty("what Python computes from a number is a constant", (2, 3), device="cpu", lost="x>0")
def python_computes(self: Any, x: Any) -> Any:
    return torch.tensor([x.sum().item() * 2 + 1])


@nasty("lengths as a list", (6, 3), lambda: torch.tensor([1, 2, 3]), edges={"split": "x y"})
def lengths(self: Any, x: Any, y: Any) -> Any:
    return [self.layer(part).sum() for part in x.split(y.tolist())]


@nasty("index chosen by data", (4, 3), device="cpu")
def chosen(self: Any, x: Any) -> Any:
    best = int(x.sum(1).argmax())
    return self.layer(x[best])


@nasty("loop that ends when the data says so", (2, 3), device="cpu")
def until(self: Any, x: Any) -> Any:
    steps = 0
    while x.abs().max() > 0.01 and steps < 5:
        x = torch.tanh(self.layer(x)) * 0.1
        steps += 1
    return x


@nasty("branch on a mask that is given", (2, 3), lambda: torch.tensor([[True, True, False]] * 2))
def given_mask(self: Any, x: Any, y: Any) -> Any:
    if y.all():
        return x
    count = int(y.sum())
    return self.layer(x)[y].reshape(count, 1)


@nasty("floats selected by themselves", (2, 3), device="cpu")
def selected(self: Any, x: Any) -> Any:
    y = self.layer(x)
    return y[y > 0].sum() + y.nonzero().shape[0]


@nasty("one value written where the data says", (2, 3), (3,), edges={"setitem": "layer/linear lt"})
def filled(self: Any, x: Any, y: Any) -> Any:
    z, count = self.layer(x), torch.zeros(2, 3)
    z[z < 0] = 0.1
    count[(x * 7).sin() > 0] = y[0]
    count[(x > 0).all(1)] = y
    return z, count


@nasty("device asked for as text", (2, 3))
def device_text(self: Any, x: Any) -> Any:
    with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=x.device.type == "cpu"):
        y = self.layer(x)
    low = torch.as_tensor(y.detach().min() - 1, device=x.device, dtype=x.dtype)
    generator = torch.Generator(device=x.device).manual_seed(0)
    return y.float() + low + torch.rand(3, generator=generator, device=y.device)


@nasty("bounds of slices given by tensors", (6, 3), lambda: torch.tensor([1, 3]))
def bounds(self: Any, x: Any, y: Any) -> Any:
    ends = torch.cumsum(y, 0)
    out = torch.zeros(6, 3)
    out[ends[0] : ends[1]] = self.layer(x)[ends[0] : ends[1]]
    return out, x[ends[0]] * 2


@nasty("mask expanded to a tensor without data", (2, 3, 4), lambda: torch.tensor([[1, 5, 5], [5, 1, 1]]))
def placeholders(self: Any, x: Any, y: Any) -> Any:
    mask = (y == 5).unsqueeze(-1).expand_as(x)
    features = torch.ones(3, 4).type_as(x)
    if x[mask].numel() != features.numel():
        raise ValueError("features and placeholders do not match")
    return x.masked_scatter(mask, features)


@nasty("padded by widths that are tensors", (1, 2, 7))
def padded(self: Any, x: Any) -> Any:
    stride, kernel = torch.tensor(2), torch.tensor(3)
    frames = (x.shape[-1] - kernel) / stride + 1
    ideal = (torch.ceil(frames).to(torch.int64) - 1) * stride + kernel
    return F.pad(x, (stride, ideal - x.shape[-1] + 1)), F.interpolate(x, size=(stride,))


@nasty("distribution that looks at its arguments")
def validated(self: Any, x: Any) -> Any:
    return torch.distributions.Categorical(logits=self.layer(x)).entropy() + torch.distributions.Normal(
        x.mean(-1), x.std(-1).exp()
    ).log_prob(x.sum(-1))


@nasty("mask without dimension", (2, 3), (2, 3), more="x>0 x>1 x>3")  # all of it is overwritten
def scalar_mask(self: Any, x: Any, y: Any) -> Any:
    z = self.layer(x)
    z[torch.tensor(True)] = y
    total = y.sum()
    total[torch.tensor(True)] = z[0, 0]
    return z, total, x[torch.tensor(True)], x[torch.tensor(False)] + 1


@nasty("random branch")
def random_branch(self: Any, x: Any) -> Any:
    for _ in range(3):
        if torch.rand(1).item() < 2:
            x = self.layer(x)
    return x


@nasty("checked for errors", (2, 3), device="cpu")
def checked(self: Any, x: Any) -> Any:
    if torch.isnan(x).any() or not torch.isfinite(x).all():
        raise ValueError("not a number")
    return self.layer(x)


@nasty("positions from padding", (2, 3), lambda: torch.tensor([[1, 5, 0], [2, 0, 0]]))
def padding(self: Any, x: Any, y: Any) -> Any:
    used = y.ne(0)
    positions = torch.cumsum(used, 1) * used
    longest = int(used.sum(1).max())
    return self.layer(x)[:, :longest] * positions[:, :longest]


@nasty("repeats given by a tensor", (2, 3), lambda: torch.tensor([1, 3]))
def repeats(self: Any, x: Any, y: Any) -> Any:
    return self.layer(x).repeat_interleave(y, dim=0)


@nasty("bins, histograms and one-hot vectors", (2, 3), lambda: torch.tensor([1, 0, 2]))
def bins(self: Any, x: Any, y: Any) -> Any:
    hot = F.one_hot(y, 3).float()
    edges = torch.linspace(-1, 1, 5)
    return hot @ x.T, torch.bucketize(x, edges), torch.bincount(y)


@nasty("distribution sampled", (2, 3))
def sampled(self: Any, x: Any) -> Any:
    mean, spread = self.layer(x), x.exp()
    return torch.distributions.Normal(mean, spread, validate_args=False).rsample() + mean


@nasty("gumbel softmax and multinomial", (2, 3))
def gumbel(self: Any, x: Any) -> Any:
    probabilities = F.gumbel_softmax(self.layer(x))
    return probabilities @ self.layer.weight


@nasty("tensor made of nothing but Python numbers", (2, 3), edges={"output[1]": "stack"})
def python_numbers(self: Any, x: Any) -> Any:
    table = torch.stack([torch.tensor([i / 2, i * 2.0, 1.0]) for i in range(2)])
    return x + table, table


@nasty("old constructor of tensors", (2, 3), edges={"add": "layer/linear tensor"})
def old_constructor(self: Any, x: Any) -> Any:
    return self.layer(x) + torch.Tensor([1.0, 2.0, 3.0])


@nasty("size of a tensor used as a number", (2, 3), more="")
def sizes(self: Any, x: Any) -> Any:
    return self.layer(x) / x.shape[-1] ** 0.5 + len(x) + x.numel()
